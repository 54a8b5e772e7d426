#include "backlog.h"

#include <stdlib.h>

struct cg_backlog_part {
    struct cg_backlog_part *next;
    uint32_t source_no;
    bool ends_source;
    bool is_empty_source;
    bool is_plain;
    struct cg_error error;
    uint32_t taken_bytes;
    uint32_t len_bytes;
    char bytes[];
};

void cg_backlog_fini(struct cg_backlog *backlog) {
    while (backlog->first != NULL) {
        struct cg_backlog_part *part = backlog->first;
        backlog->first = part->next;
        free(part);
    }
    backlog->last = NULL;
}

/* Sums of one byte over stretches of one length are what the compiler makes wide instructions of.
 */
static uint32_t count_byte(struct cg_text text, char byte) {
    enum { STRETCH_BYTES = 240 };
    uint32_t count = 0;
    uint32_t at = 0;
    for (; text.len - at >= STRETCH_BYTES; at += STRETCH_BYTES) {
        const char *stretch = text.ptr + at;
        uint8_t sum = 0;
        for (size_t i = 0; i < STRETCH_BYTES; i++) {
            sum = (uint8_t)(sum + (stretch[i] == byte));
        }
        count += sum;
    }
    for (; at < text.len; at++) {
        count += text.ptr[at] == byte;
    }
    return count;
}

static bool has_cr(struct cg_text text) {
    return text.len > 0 && memchr(text.ptr, '\r', text.len) != NULL;
}

/* Both bytes of a CRLF count, so that this is no less than the number of line ends. Most files have
 * no CR at all, which memchr sees faster than they could be counted. */
static uint32_t count_ending_bytes(struct cg_text text) {
    return count_byte(text, '\n') + (has_cr(text) ? count_byte(text, '\r') : 0);
}

/* As cg_backlog_first_lines, where every line ends with LF. */
static uint32_t first_plain_lines(struct cg_text text) {
    const char *at = text.ptr;
    const char *end = text.ptr + text.len;
    for (uint32_t lines = 0; at < end && lines < CG_BATCH_LINES; lines++) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        at = line_end == NULL ? end : line_end + 1;
    }
    return (uint32_t)(at - text.ptr);
}

uint32_t cg_backlog_first_lines(struct cg_text text) {
    uint32_t lines = 0;
    uint32_t at = 0;
    if (!has_cr(text)) {
        return first_plain_lines(text);
    }
    while (at < text.len && lines < CG_BATCH_LINES) {
        const char byte = text.ptr[at++];
        if (byte == '\r' && at < text.len && text.ptr[at] == '\n') {
            at++;
        }
        lines += byte == '\n' || byte == '\r';
    }
    return at;
}

static struct cg_backlog_part *make_part(const struct cg_batch *batch, struct cg_text bytes) {
    struct cg_backlog_part *part = calloc(1, sizeof *part + bytes.len);
    if (part == NULL) {
        return NULL;
    }
    part->source_no = batch->source_no;
    part->ends_source = batch->ends_source;
    part->is_empty_source = batch->is_empty_source;
    part->is_plain = batch->is_plain;
    part->error = batch->error;
    part->len_bytes = bytes.len;
    if (bytes.len > 0) {
        memcpy(part->bytes, bytes.ptr, bytes.len);
    }
    return part;
}

bool cg_backlog_put(struct cg_backlog *backlog, const struct cg_batch *batch) {
    const struct cg_text bytes = {batch->payload, (uint32_t)batch->payload_bytes};
    struct cg_backlog_part *part = make_part(batch, bytes);
    if (part == NULL) {
        return false;
    }
    if (backlog->first == NULL) {
        backlog->first = part;
    } else {
        backlog->last->next = part;
    }
    backlog->last = part;
    atomic_fetch_add(&backlog->count, 1);
    return true;
}

bool cg_backlog_put_back(struct cg_backlog *backlog, struct cg_batch *batch, struct cg_text rest) {
    struct cg_backlog_part *part = make_part(batch, rest);
    if (part == NULL) {
        return false;
    }
    part->next = backlog->first;
    backlog->first = part;
    backlog->last = backlog->last == NULL ? part : backlog->last;
    atomic_fetch_add(&backlog->count, 1);
    batch->ends_source = false;
    return true;
}

bool cg_backlog_leave_over(struct cg_backlog *backlog, struct cg_batch *batch, const char *from) {
    const uint32_t before = (uint32_t)(from - batch->payload);
    const struct cg_text text = {from, (uint32_t)batch->payload_bytes - before};
    /* Behind so many line ends a last line without one would be one too many. */
    if (count_ending_bytes(text) < CG_BATCH_LINES) {
        return true;
    }
    const uint32_t first = cg_backlog_first_lines(text);
    if (first == text.len) {
        return true;
    }
    batch->payload_bytes = before + first;
    return cg_backlog_put_back(backlog, batch, (struct cg_text){from + first, text.len - first});
}

void cg_backlog_take(struct cg_backlog *backlog, struct cg_batch *batch) {
    struct cg_backlog_part *part = backlog->first;
    struct cg_text rest = {part->bytes + part->taken_bytes, part->len_bytes - part->taken_bytes};
    rest.len = rest.len < CG_BATCH_BYTES ? rest.len : CG_BATCH_BYTES;
    const uint32_t taken = cg_backlog_first_lines(rest);
    batch->source_no = part->source_no;
    batch->is_plain = part->is_plain;
    batch->payload_bytes = taken;
    memcpy(batch->payload, rest.ptr, taken);
    part->taken_bytes += taken;
    batch->ends_source = false;
    batch->is_empty_source = false;
    if (part->taken_bytes < part->len_bytes) {
        return;
    }
    batch->ends_source = part->ends_source;
    batch->is_empty_source = part->is_empty_source;
    batch->error = part->error;
    backlog->first = part->next;
    backlog->last = part->next == NULL ? NULL : backlog->last;
    atomic_fetch_sub(&backlog->count, 1);
    free(part);
}
