#include "claimgate/record/csv.h"

#include "claimgate/base/assert.h"
#include "claimgate/record/layout.h"
#include "claimgate/record/quotes.h"

#include <csv.h>
#include <stdlib.h>

/*
 * A record is read twice. Our own walk (quotes.h) finds where the fields stand and whether the
 * quoting is sound; only then libcsv, which in its default mode would make something of any bytes,
 * says what the values are. A value that is as long as what stands between the quotes is taken
 * from the record itself, so that only doubled quotes cost a copy.
 */
struct cg_csv {
    struct csv_parser parser;
    char delimiter;
    uint32_t max_fields;
    uint32_t field_count;             /* found by the walk */
    uint32_t values_count;            /* given by libcsv */
    const struct cg_byte_span *spans; /* NULL: the record has delimiters */
    uint32_t span_count;
    struct cg_text record;
    struct cg_csv_field *fields;
    char *unescaped; /* CG_RECORD_MAX_BYTES: values whose doubled quotes became single */
    uint32_t unescaped_bytes;
};

static void *realloc_capped(void *memory, size_t len_bytes) {
    return len_bytes <= CG_RECORD_MAX_BYTES ? realloc(memory, len_bytes) : NULL;
}

static int is_space_or_tab(unsigned char byte) {
    return byte == ' ' || byte == '\t';
}

static int is_space(unsigned char byte) {
    return byte == ' ';
}

/* Without the blanks that libcsv takes off. */
static struct cg_text trim_spaces(const struct cg_csv *csv, struct cg_text text) {
    int (*is_blank)(unsigned char) = csv->delimiter == '\t' ? is_space : is_space_or_tab;
    while (text.len > 0 && is_blank((unsigned char)text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_blank((unsigned char)text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

/* A tab that delimits is no blank, and what it hides behind inside of quotes is the value's own. */
static struct cg_text trim(const struct cg_csv *csv, struct cg_text text) {
    text = trim_spaces(csv, text);
    const bool tab = csv->delimiter == '\t' && text.len > 0 &&
                     (text.ptr[0] == '\t' || text.ptr[text.len - 1] == '\t');
    return tab ? text : cg_text_trim(text);
}

static void take_value(void *bytes, size_t len_bytes, void *context) {
    struct cg_csv *csv = context;
    uint32_t index = csv->values_count++;
    if (index >= csv->max_fields || index >= csv->field_count) {
        return;
    }
    struct cg_csv_field *field = &csv->fields[index];
    struct cg_text raw = {csv->record.ptr + field->raw_offset, field->raw_len};
    struct cg_text value = trim_spaces(csv, raw);
    if (field->raw_len > 0 && raw.ptr[0] == '"') {
        value.ptr++;
        value.len -= 2;
    }
    if (len_bytes != value.len) {
        value.ptr = csv->unescaped + csv->unescaped_bytes;
        value.len = (uint32_t)len_bytes;
        memcpy(csv->unescaped + csv->unescaped_bytes, bytes, len_bytes);
        csv->unescaped_bytes += value.len;
    }
    field->value = trim(csv, value);
}

static void end_row(int line_end, void *context) {
    (void)line_end;
    (void)context;
}

/* libcsv allocates at its first byte; done here, reading cannot run out of memory. */
static bool start_parser(struct cg_csv *csv) {
    if (csv_init(&csv->parser, CSV_STRICT_FINI) != 0) {
        return false;
    }
    csv_set_delim(&csv->parser, (unsigned char)csv->delimiter);
    csv_set_space_func(&csv->parser, csv->delimiter == '\t' ? is_space : is_space_or_tab);
    csv_set_realloc_func(&csv->parser, realloc_capped);
    csv_set_blk_size(&csv->parser, CG_RECORD_MAX_BYTES);
    return csv_parse(&csv->parser, "-", 1, take_value, end_row, csv) == 1 &&
           csv_fini(&csv->parser, take_value, end_row, csv) == 0 &&
           csv_get_buffer_size(&csv->parser) == CG_RECORD_MAX_BYTES;
}

struct cg_csv *cg_csv_new(char delimiter, uint32_t max_fields) {
    struct cg_csv *csv = calloc(1, sizeof *csv);
    if (csv == NULL) {
        return NULL;
    }
    csv->delimiter = delimiter;
    csv->max_fields = max_fields;
    csv->fields = calloc(max_fields, sizeof *csv->fields);
    csv->unescaped = malloc(CG_RECORD_MAX_BYTES);
    if (csv->fields == NULL || csv->unescaped == NULL || !start_parser(csv)) {
        cg_csv_free(csv);
        return NULL;
    }
    return csv;
}

void cg_csv_free(struct cg_csv *csv) {
    if (csv == NULL) {
        return;
    }
    csv_free(&csv->parser);
    free(csv->unescaped);
    free(csv->fields);
    free(csv);
}

static void end_field(struct cg_csv *csv, uint32_t start, uint32_t end) {
    if (csv->field_count < csv->max_fields) {
        csv->fields[csv->field_count] =
            (struct cg_csv_field){.raw_offset = start, .raw_len = end - start};
    }
    csv->field_count++;
}

static enum cg_malformed find_fields(struct cg_csv *csv, struct cg_text record) {
    enum cg_quotes state = CG_QUOTES_FIELD_START;
    uint32_t start = 0;
    for (uint32_t at = 0; at < record.len; at++) {
        state = cg_quotes_step(state, record.ptr[at], csv->delimiter);
        if (state == CG_QUOTES_FIELD_START) {
            end_field(csv, start, at);
            start = at + 1;
        } else if (state == CG_QUOTES_BROKEN) {
            return CG_BROKEN_QUOTING;
        }
    }
    end_field(csv, start, record.len);
    return state == CG_QUOTES_OPEN ? CG_UNCLOSED_QUOTE : CG_WELL_FORMED;
}

void cg_csv_cut_at(struct cg_csv *csv, const struct cg_byte_span *spans, uint32_t count) {
    CG_ASSERT(count <= csv->max_fields);
    csv->spans = spans;
    csv->span_count = count;
}

static void cut_spans(struct cg_csv *csv) {
    for (uint32_t i = 0; i < csv->span_count; i++) {
        const struct cg_text raw = cg_byte_span_of(&csv->spans[i], csv->record);
        csv->fields[i] = (struct cg_csv_field){.value = cg_text_trim(raw),
                                               .raw_offset = (uint32_t)(raw.ptr - csv->record.ptr),
                                               .raw_len = raw.len};
    }
    csv->field_count = csv->span_count;
}

enum cg_malformed cg_csv_read(struct cg_csv *csv, struct cg_text record) {
    csv->record = record;
    csv->field_count = 0;
    csv->values_count = 0;
    csv->unescaped_bytes = 0;
    if (memchr(record.ptr, '\0', record.len) != NULL) {
        return CG_NUL_BYTE;
    }
    if (csv->spans != NULL) {
        cut_spans(csv);
        return CG_WELL_FORMED;
    }
    enum cg_malformed fault = find_fields(csv, record);
    if (fault != CG_WELL_FORMED) {
        return fault;
    }
    bool read =
        csv_parse(&csv->parser, record.ptr, record.len, take_value, end_row, csv) == record.len;
    read = read && csv_fini(&csv->parser, take_value, end_row, csv) == 0;
    /* The walk lets nothing pass that libcsv reads otherwise. Were it ever to, the record is
     * refused rather than guessed at, and a fresh parser takes the place of one in an unknown
     * state. */
    if (!read || csv->values_count != csv->field_count) {
        csv_free(&csv->parser);
        (void)start_parser(csv);
        return CG_BROKEN_QUOTING;
    }
    return CG_WELL_FORMED;
}

uint32_t cg_csv_field_count(const struct cg_csv *csv) {
    return csv->field_count;
}

void cg_csv_pad(struct cg_csv *csv, uint32_t field_count) {
    for (; csv->field_count < field_count && csv->field_count < csv->max_fields;
         csv->field_count++) {
        csv->fields[csv->field_count] =
            (struct cg_csv_field){.value = {"", 0}, .raw_offset = csv->record.len};
    }
}

uint32_t cg_csv_kept_count(const struct cg_csv *csv) {
    return csv->field_count < csv->max_fields ? csv->field_count : csv->max_fields;
}

struct cg_csv_field cg_csv_field(const struct cg_csv *csv, uint32_t index) {
    return csv->fields[index];
}

bool cg_csv_owns(const struct cg_csv *csv, struct cg_text value) {
    return value.ptr >= csv->unescaped && value.ptr < csv->unescaped + CG_RECORD_MAX_BYTES;
}

bool cg_csv_put_quoted(struct cg_buffer *out, struct cg_text value) {
    bool good = cg_buffer_append(out, "\"", 1);
    while (good && value.len > 0) {
        const char *quote = memchr(value.ptr, '"', value.len);
        uint32_t run = quote == NULL ? value.len : (uint32_t)(quote - value.ptr) + 1;
        good = cg_buffer_append(out, value.ptr, run) &&
               (quote == NULL || cg_buffer_append(out, "\"", 1));
        value.ptr += run;
        value.len -= run;
    }
    return good && cg_buffer_append(out, "\"", 1);
}

/* Sixteen bytes that are worked on together, as gcc and clang have them for every processor. */
typedef char sixteen __attribute__((vector_size(16)));

static sixteen find_special(sixteen bytes, char delimiter) {
    return (bytes == delimiter) | (bytes == '"') | (bytes == '\r') | (bytes == '\n');
}

/* The value is copied first and looked at in its new place, where zeros may stand behind it, so
 * that its last bytes are sixteen as well. */
bool cg_csv_put(struct cg_buffer *out, char delimiter, struct cg_text value) {
    sixteen found = {0};
    if (value.len == 0) {
        return true;
    }
    if (!cg_buffer_reserve(out, value.len + sizeof found)) {
        return false;
    }
    char *copy = out->data + out->len_bytes;
    memcpy(copy, value.ptr, value.len);
    memset(copy + value.len, 0, sizeof found);
    for (uint32_t i = 0; i < value.len; i += sizeof found) {
        sixteen bytes;
        memcpy(&bytes, copy + i, sizeof bytes);
        found |= find_special(bytes, delimiter);
    }
    uint64_t halves[2];
    memcpy(halves, &found, sizeof halves);
    if ((halves[0] | halves[1]) != 0) {
        return cg_csv_put_quoted(out, value);
    }
    out->len_bytes += value.len;
    return true;
}
