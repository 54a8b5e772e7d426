#include "decided_file.h"

#include "claimgate/io/files.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/quotes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A record, doubled quotes included, with everything that a rejected row puts around it. */
static const size_t row_max_bytes = (size_t)16 << 20;

static const struct cg_text byte_order_mark = {"\xEF\xBB\xBF", 3};

bool cg_decided_is_of_x12(const char *dir) {
    char path[4096];
    const int len = snprintf(path, sizeof path, "%s/accepted.x12.gz", dir);
    return len > 0 && (size_t)len < sizeof path && access(path, F_OK) == 0;
}

/* The name of what stands there, packed or plain. */
static enum cg_status find(const char *dir, const char *name, struct cg_decided_file *out,
                           bool *found, struct cg_error *err) {
    static const char *const endings[] = {".csv.gz", ".csv"};
    for (size_t i = 0; i < 2 && !*found; i++) {
        const int len = snprintf(out->path, sizeof out->path, "%s/%s%s", dir, name, endings[i]);
        const bool fits = len > 0 && (size_t)len < sizeof out->path;
        if (fits && cg_file_look(out->path, found, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

enum cg_status cg_decided_open(const char *dir, const char *name, struct cg_decided_file *out,
                               struct cg_error *err) {
    bool found = false;
    memset(out, 0, sizeof *out);
    if (find(dir, name, out, &found, err) != CG_OK) {
        return err->status;
    }
    if (!found && cg_decided_is_of_x12(dir)) {
        return cg_error_set(err, CG_USAGE,
                            "%s: was made of X12, whose accepted claims are in no table: give the "
                            "inputs that it was made of, or --ledger FILE --run N",
                            dir);
    }
    if (!found) {
        return cg_error_set(err, CG_NO_INPUT,
                            "%s: there is no %s.csv.gz and no %s.csv in it; --decided names the "
                            "folder of both files of decisions",
                            dir, name, name);
    }
    cg_buffer_init(&out->text, row_max_bytes);
    out->room = malloc(CG_BATCH_BYTES);
    if (out->room == NULL) {
        return cg_error_no_memory(err);
    }
    return cg_source_open(out->path, &out->source, err);
}

void cg_decided_close(struct cg_decided_file *file) {
    cg_source_close(file->source);
    cg_buffer_fini(&file->text);
    free(file->room);
    memset(file, 0, sizeof *file);
}

/* One more fill behind what is not yet taken. */
static enum cg_status read_more(struct cg_decided_file *file, struct cg_error *err) {
    struct cg_fill fill = {.out = file->room, .capacity_bytes = CG_BATCH_BYTES};
    const size_t kept_bytes = file->text.len_bytes - file->at;
    if (cg_source_read(file->source, &fill, err) != CG_OK) {
        return err->status;
    }
    if (kept_bytes > 0) {
        memmove(file->text.data, file->text.data + file->at, kept_bytes);
    }
    file->text.len_bytes = kept_bytes;
    file->at = 0;
    file->at_end = fill.at_end;
    if (kept_bytes + fill.len_bytes > row_max_bytes) {
        return cg_error_set(err, CG_BAD_DATA, "%s: a row is longer than 16 MiB", file->path);
    }
    return cg_buffer_append(&file->text, file->room, fill.len_bytes) ? CG_OK
                                                                     : cg_error_no_memory(err);
}

static struct cg_text rest_of(const struct cg_decided_file *file) {
    const size_t len_bytes = file->text.len_bytes - file->at;
    return (struct cg_text){len_bytes > 0 ? file->text.data + file->at : "", (uint32_t)len_bytes};
}

enum cg_status cg_decided_expect(struct cg_decided_file *file, struct cg_text bytes, bool *same,
                                 struct cg_error *err) {
    while (rest_of(file).len < bytes.len && !file->at_end) {
        if (read_more(file, err) != CG_OK) {
            return err->status;
        }
    }
    const struct cg_text rest = rest_of(file);
    *same = rest.len >= bytes.len && memcmp(rest.ptr, bytes.ptr, bytes.len) == 0;
    file->at += *same ? bytes.len : 0;
    return CG_OK;
}

/* Where the row that begins the text ends; text.len when its end is still to come. */
static uint32_t row_end(struct cg_text text, char delimiter, bool multiline) {
    enum cg_quotes state = CG_QUOTES_FIELD_START;
    uint32_t end = 0;
    while (end < text.len &&
           ((text.ptr[end] != '\n' && text.ptr[end] != '\r') || state == CG_QUOTES_OPEN)) {
        state = multiline ? cg_quotes_step(state, text.ptr[end], delimiter) : state;
        end++;
    }
    return end;
}

/* A CR at the very end may be half of a CRLF. */
static bool is_whole(const struct cg_decided_file *file, uint32_t end) {
    const struct cg_text rest = rest_of(file);
    return file->at_end || end + 1 < rest.len || (end < rest.len && rest.ptr[end] == '\n');
}

static enum cg_status next_row(struct cg_decided_file *file, char delimiter, bool multiline,
                               struct cg_text *row, struct cg_error *err) {
    uint32_t end = row_end(rest_of(file), delimiter, multiline);
    while (!is_whole(file, end)) {
        if (read_more(file, err) != CG_OK) {
            return err->status;
        }
        end = row_end(rest_of(file), delimiter, multiline);
    }
    const struct cg_text rest = rest_of(file);
    const bool is_crlf = end + 1 < rest.len && rest.ptr[end] == '\r' && rest.ptr[end + 1] == '\n';
    *row = (struct cg_text){rest.ptr, end};
    file->at += end < rest.len ? end + 1 + is_crlf : end;
    return CG_OK;
}

enum cg_status cg_decided_row(struct cg_decided_file *file, char delimiter, bool multiline,
                              struct cg_text *row, bool *found, struct cg_error *err) {
    *found = false;
    while (!*found && (!file->at_end || rest_of(file).len > 0)) {
        if (next_row(file, delimiter, multiline, row, err) != CG_OK) {
            return err->status;
        }
        if (row->len >= byte_order_mark.len && file->rows == 0 &&
            memcmp(row->ptr, byte_order_mark.ptr, byte_order_mark.len) == 0) {
            row->ptr += byte_order_mark.len;
            row->len -= byte_order_mark.len;
        }
        *found = cg_text_trim(*row).len > 0;
    }
    file->rows += *found;
    return CG_OK;
}

uint32_t cg_decided_split(struct cg_text row, char delimiter, uint32_t *ends, uint32_t max) {
    enum cg_quotes state = CG_QUOTES_FIELD_START;
    uint32_t count = 0;
    for (uint32_t i = 0; i < row.len && count < max; i++) {
        state = cg_quotes_step(state, row.ptr[i], delimiter);
        if (state == CG_QUOTES_FIELD_START) {
            ends[count++] = i;
        }
    }
    if (count < max) {
        ends[count++] = row.len;
    }
    return count;
}

size_t cg_decided_value(struct cg_text field, char *out, size_t capacity) {
    size_t len = 0;
    field = cg_text_trim(field);
    const bool quoted = field.len >= 2 && field.ptr[0] == '"' && field.ptr[field.len - 1] == '"';
    if (quoted) {
        field = cg_text_trim((struct cg_text){field.ptr + 1, field.len - 2});
    }
    for (uint32_t i = 0; i < field.len && len + 1 < capacity; i++) {
        out[len++] = field.ptr[i];
        i += quoted && field.ptr[i] == '"'; /* doubled within quotes */
    }
    out[len] = '\0';
    return len;
}

static struct cg_text find_field(struct cg_text row, char delimiter, int32_t column) {
    enum cg_quotes state = CG_QUOTES_FIELD_START;
    int32_t at_column = 0;
    uint32_t start = 0;
    for (uint32_t i = 0; i < row.len; i++) {
        state = cg_quotes_step(state, row.ptr[i], delimiter);
        if (state == CG_QUOTES_FIELD_START) {
            if (at_column == column) {
                return (struct cg_text){row.ptr + start, i - start};
            }
            at_column++;
            start = i + 1;
        }
    }
    return at_column == column ? (struct cg_text){row.ptr + start, row.len - start}
                               : (struct cg_text){"", 0};
}

size_t cg_decided_field(struct cg_text row, char delimiter, int32_t column, char *out,
                        size_t capacity) {
    const struct cg_text field =
        column >= 0 ? find_field(row, delimiter, column) : (struct cg_text){"", 0};
    return cg_decided_value(field, out, capacity);
}
