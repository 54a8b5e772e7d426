#include "splitter.h"

#include "decoration.h"

#include "claimgate/record/quotes.h"

#include <stdlib.h>

/*
 * Between two batches the splitter holds the bytes of the record that the first one left
 * unfinished. They are copied into the head room before the next payload, so that every record lies
 * in one piece.
 *
 * Three things can be undecided at a payload's end: a line has no end yet; it ends in a CR, and an
 * LF may follow that belongs to it; under --multiline, a quote is open and its record younger than
 * 64 KiB. A record longer than 64 KiB needs no more than a count of what is dropped until its line
 * end, for past 64 KiB nobody looks at quotes.
 */
struct cg_splitter {
    bool wants_header;
    bool past_bom; /* the input's first bytes have been looked at */
    bool has_bom;
    uint32_t lines_before; /* the header */
    uint32_t skip_lines;
    struct cg_text header_starts_with; /* len 0: with anything */
    char delimiter;
    bool multiline;
    uint64_t dropped_bytes; /* of the carried record, past its first CG_RECORD_MAX_BYTES */
    uint32_t carry_bytes;
    char carry[CG_RECORD_MAX_BYTES + 1]; /* and a CR */
};

static const struct cg_text byte_order_mark = {"\xef\xbb\xbf", 3};

struct cg_splitter *cg_splitter_new(void) {
    struct cg_splitter *splitter = calloc(1, sizeof *splitter);
    if (splitter != NULL) {
        cg_splitter_expect_header(splitter);
    }
    return splitter;
}

void cg_splitter_skip(struct cg_splitter *splitter, uint32_t lines, struct cg_text starts_with) {
    splitter->skip_lines = lines;
    splitter->header_starts_with = starts_with;
}

void cg_splitter_free(struct cg_splitter *splitter) {
    free(splitter);
}

void cg_splitter_expect_header(struct cg_splitter *splitter) {
    splitter->wants_header = true;
    splitter->past_bom = false;
    splitter->has_bom = false;
    splitter->lines_before = 0;
    splitter->dropped_bytes = 0;
    splitter->carry_bytes = 0;
}

bool cg_splitter_wants_header(const struct cg_splitter *splitter) {
    return splitter->wants_header;
}

void cg_splitter_start(struct cg_splitter *splitter, char delimiter, bool multiline) {
    splitter->wants_header = false;
    splitter->delimiter = delimiter;
    splitter->multiline = multiline;
}

static bool is_line_end(char byte) {
    return byte == '\n' || byte == '\r';
}

static struct cg_text text_from(struct cg_text text, uint32_t at) {
    return (struct cg_text){text.ptr + at, text.len - at};
}

/* Put the carried bytes before the payload. */
static struct cg_text join(struct cg_splitter *splitter, struct cg_batch *batch) {
    batch->payload -= splitter->carry_bytes;
    batch->payload_bytes += splitter->carry_bytes;
    memcpy(batch->payload, splitter->carry, splitter->carry_bytes);
    splitter->carry_bytes = 0;
    return (struct cg_text){batch->payload, (uint32_t)batch->payload_bytes};
}

static void carry(struct cg_splitter *splitter, struct cg_text rest) {
    bool ends_in_cr = rest.len > 0 && rest.ptr[rest.len - 1] == '\r';
    uint32_t kept = rest.len - ends_in_cr;
    if (kept > CG_RECORD_MAX_BYTES) {
        splitter->dropped_bytes += kept - CG_RECORD_MAX_BYTES;
        kept = CG_RECORD_MAX_BYTES;
    }
    memcpy(splitter->carry, rest.ptr, kept);
    if (ends_in_cr) {
        splitter->carry[kept++] = '\r';
    }
    splitter->carry_bytes = kept;
}

/* The line end at or after `from` ends the record that starts at `at`. */
static bool end_at_line_end(struct cg_text text, uint32_t at, uint32_t from, bool at_end,
                            struct cg_extent *out) {
    while (from < text.len && !is_line_end(text.ptr[from])) {
        from++;
    }
    bool is_last_byte = from + 1 == text.len;
    if (!at_end && (from == text.len || (is_last_byte && text.ptr[from] == '\r'))) {
        return false;
    }
    out->len_bytes = from - at;
    out->eol_bytes = from < text.len;
    if (from < text.len && !is_last_byte && text.ptr[from] == '\r' && text.ptr[from + 1] == '\n') {
        out->eol_bytes = 2;
    }
    return true;
}

/*
 * That a quote was a stray one is known only after 64 KiB, or where quoting breaks lines later, and
 * the next line begins a new record that may go as far: a file of such lines would be read 64 KiB
 * for each of them. But two records that are both within quotes behind the same line end stay
 * together from there on; so where an earlier record of this text was open until `open_until`, the
 * later one goes on from that place, and where it broke at `broken_until`, the later one breaks
 * too.
 */
bool cg_walk_next(struct cg_walk *walk, struct cg_text text, uint32_t at, bool at_end,
                  struct cg_extent *out) {
    uint32_t limit = text.len - at > CG_RECORD_MAX_BYTES ? at + CG_RECORD_MAX_BYTES : text.len;
    enum cg_quotes state = CG_QUOTES_FIELD_START;
    uint32_t here = at;
    bool past_line_end = false;
    while (here < limit && (state == CG_QUOTES_OPEN || !is_line_end(text.ptr[here])) &&
           (state != CG_QUOTES_BROKEN || !past_line_end)) {
        state = cg_quotes_step(state, text.ptr[here], walk->delimiter);
        here++;
        if (state != CG_QUOTES_OPEN || !is_line_end(text.ptr[here - 1])) {
            continue;
        }
        past_line_end = true;
        if (here < walk->broken_until) {
            state = CG_QUOTES_BROKEN;
        } else if (here < walk->open_until) {
            here = walk->open_until;
        }
    }
    const bool is_stray = state == CG_QUOTES_BROKEN && past_line_end;
    out->unclosed = state == CG_QUOTES_OPEN || is_stray;
    if (!out->unclosed) {
        return end_at_line_end(text, at, here, at_end, out);
    }
    if (!is_stray && !at_end && limit == text.len && limit - at < CG_RECORD_MAX_BYTES) {
        return false;
    }
    uint32_t *until = is_stray ? &walk->broken_until : &walk->open_until;
    *until = here > *until ? here : *until;
    return end_at_line_end(text, at, at, at_end, out);
}

static bool is_blank(struct cg_text line) {
    return cg_text_trim(line).len == 0;
}

static bool starts_as_header(const struct cg_splitter *splitter, struct cg_text line) {
    const struct cg_text start = splitter->header_starts_with;
    const struct cg_text text = cg_text_trim(line);
    return text.len >= start.len &&
           cg_text_equal_nocase((struct cg_text){text.ptr, start.len}, start);
}

/* False: the line has been counted as what it is. */
static bool is_header(const struct cg_splitter *splitter, struct cg_batch *batch,
                      struct cg_text line) {
    const bool is_above = splitter->lines_before < splitter->skip_lines;
    if (!is_above && is_blank(line)) {
        batch->blank_lines++;
    } else if (is_above || !starts_as_header(splitter, line)) {
        batch->skipped_lines++;
    } else if (cg_line_is_decoration(line)) {
        batch->decoration++;
    } else {
        return true;
    }
    return false;
}

/* BOM and line joined again in the batch's own memory, for blank lines may have stood between. */
static enum cg_status give_header(const struct cg_splitter *splitter, struct cg_batch *batch,
                                  struct cg_text line, uint8_t eol_bytes, struct cg_header *header,
                                  struct cg_error *err) {
    if (line.len > CG_RECORD_MAX_BYTES) {
        return cg_error_set(
            err, CG_BAD_DATA,
            "the header is longer than 64 KiB; the first line must name the columns");
    }
    if (memchr(line.ptr, '\0', line.len) != NULL) {
        return cg_error_set(err, CG_BAD_DATA,
                            "the header holds a NUL byte; is this a CSV file in UTF-8?");
    }
    uint32_t bom_bytes = splitter->has_bom ? byte_order_mark.len : 0;
    char *raw = cg_arena_alloc(&batch->scratch, bom_bytes + line.len + eol_bytes);
    if (raw == NULL) {
        return cg_error_no_memory(err);
    }
    memcpy(raw, byte_order_mark.ptr, bom_bytes);
    memcpy(raw + bom_bytes, line.ptr, line.len + eol_bytes);
    header->raw = (struct cg_text){raw, bom_bytes + line.len + eol_bytes};
    header->line = (struct cg_text){raw + bom_bytes, line.len};
    header->physical_lines = splitter->lines_before + 1;
    return CG_OK;
}

/* False while it may still become one. */
static bool skip_bom(struct cg_splitter *splitter, bool at_end, struct cg_text *text) {
    if (splitter->past_bom) {
        return true;
    }
    bool whole = text->len >= byte_order_mark.len;
    uint32_t compared = whole ? byte_order_mark.len : text->len;
    bool equal = memcmp(text->ptr, byte_order_mark.ptr, compared) == 0;
    if (equal && !whole && !at_end) {
        return false;
    }
    splitter->past_bom = true;
    splitter->has_bom = equal && whole;
    *text = text_from(*text, splitter->has_bom ? byte_order_mark.len : 0);
    return true;
}

enum cg_status cg_splitter_header(struct cg_splitter *splitter, struct cg_batch *batch,
                                  struct cg_header *header, bool *found, struct cg_error *err) {
    struct cg_text rest = join(splitter, batch);
    struct cg_extent line;
    *found = false;
    if (skip_bom(splitter, batch->ends_source, &rest)) {
        const char *first = rest.ptr;
        while (rest.len > 0 && end_at_line_end(rest, 0, 0, batch->ends_source, &line)) {
            struct cg_text content = {rest.ptr, line.len_bytes};
            rest = text_from(rest, line.len_bytes + line.eol_bytes);
            if (is_header(splitter, batch, content)) {
                *found = true;
                header->above = (struct cg_text){first, (uint32_t)(content.ptr - first)};
                batch->payload = batch->payload + (batch->payload_bytes - rest.len);
                batch->payload_bytes = rest.len;
                header->behind = rest;
                return give_header(splitter, batch, content, line.eol_bytes, header, err);
            }
            splitter->lines_before++;
        }
    }
    carry(splitter, rest);
    if (splitter->dropped_bytes > 0) {
        return give_header(splitter, batch, rest, 0, header, err);
    }
    return CG_OK;
}

/* Go on with a record that is too long already: count its bytes up to the line end and drop them.
 * False when its end is not in this payload. */
static bool drop_long_record(struct cg_splitter *splitter, struct cg_batch *batch) {
    bool has_its_cr = splitter->carry_bytes > CG_RECORD_MAX_BYTES;
    if (splitter->dropped_bytes == 0 || has_its_cr) {
        return true;
    }
    size_t more = 0;
    while (more < batch->payload_bytes && !is_line_end(batch->payload[more])) {
        more++;
    }
    splitter->dropped_bytes += more;
    batch->payload += more;
    batch->payload_bytes -= more;
    return batch->payload_bytes > 0 || batch->ends_source;
}

/* Length of the whole lines. A CR at the very end may be half of a CRLF and waits. */
static uint32_t whole_lines(struct cg_text text) {
    uint32_t len = text.len;
    if (len > 0 && text.ptr[len - 1] == '\r') {
        len--;
    }
    while (len > 0 && !is_line_end(text.ptr[len - 1])) {
        len--;
    }
    return len;
}

/* No more than CG_BATCH_LINES of them; *is_full: that many, and there may be others behind. */
static uint32_t whole_records(const struct cg_splitter *splitter, struct cg_text text, bool at_end,
                              bool *is_full) {
    struct cg_walk walk = {.delimiter = splitter->delimiter};
    struct cg_extent extent;
    uint32_t at = 0;
    uint32_t count = 0;
    if (splitter->dropped_bytes > 0) {
        if (!end_at_line_end(text, 0, CG_RECORD_MAX_BYTES, at_end, &extent)) {
            return 0;
        }
        at = extent.len_bytes + extent.eol_bytes;
    }
    while (at < text.len && count < CG_BATCH_LINES &&
           cg_walk_next(&walk, text, at, at_end, &extent)) {
        at += extent.len_bytes + extent.eol_bytes;
        count++;
    }
    *is_full = count == CG_BATCH_LINES;
    return at;
}

/* Length of what this batch takes of the text. */
static uint32_t find_whole(const struct cg_splitter *splitter, struct cg_text text, bool at_end,
                           bool *is_full) {
    *is_full = false;
    if (splitter->multiline) {
        return whole_records(splitter, text, at_end, is_full);
    }
    return at_end ? text.len : whole_lines(text);
}

struct cg_text cg_splitter_cut(struct cg_splitter *splitter, struct cg_batch *batch) {
    static const struct cg_text nothing = {"", 0};
    batch->text = (struct cg_text){batch->payload, 0};
    batch->long_record_bytes = 0;
    if (!drop_long_record(splitter, batch)) {
        return nothing;
    }
    struct cg_text text = join(splitter, batch);
    bool is_full = false;
    uint32_t whole = find_whole(splitter, text, batch->ends_source, &is_full);
    if (whole > 0) {
        batch->text = (struct cg_text){text.ptr, whole};
        batch->long_record_bytes =
            splitter->dropped_bytes > 0 ? CG_RECORD_MAX_BYTES + splitter->dropped_bytes : 0;
        splitter->dropped_bytes = 0;
    }
    if (is_full) {
        return text_from(text, whole);
    }
    carry(splitter, text_from(text, whole));
    return nothing;
}
