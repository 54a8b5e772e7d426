#include "claimgate/record/parse.h"

#include "claimgate/record/claim_record.h"
#include "claimgate/record/stretches.h"
#include "decoration.h"
#include "fed_back.h"
#include "header_names.h"
#include "odd_record.h"
#include "position.h"
#include "splitter.h"

/*
 * On the plain path a record costs little more than its share of the index: its fields are looked
 * up in the index one by one, as the field edits ask for them, and nothing is copied. Keeping the
 * index as positions of every delimiter and line end, rather than as bit masks, makes a field a
 * subtraction, and the count of fields too.
 */
struct parser {
    const struct cg_parse_plan *plan;
    const struct cg_binding *binding;
    struct cg_csv *csv;
    struct cg_batch *batch;
    struct cg_values values;
    struct cg_claim_values claim; /* where a record is a claim */
    struct cg_values_memos memos;
    uint16_t
        wanted_line;       /* of a fed back claim: its row is one of several unless it is for the
                            * first line of the claim, which has this number; 0: it is the only one */
    uint32_t edited_lines; /* those that edit_credentials has had */
    bool glances;          /* the field in this column tells a claim from a header */
    uint32_t glance_column;
};

/* Lines are given to edit_credentials while they are in the nearest cache. */
enum { EDITED_AT_ONCE = 128 };

/* A record as it is found, before anything is known of its fields. */
struct piece {
    struct cg_text text;
    uint32_t offset;
    uint32_t physical_lines;
    const uint32_t *ends; /* of its fields; NULL: ask libcsv */
    bool plain;           /* see cg_values */
    uint32_t field_count;
    uint8_t eol_bytes;
};

static bool is_letter_or_digit(char byte) {
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

/* Blank lines, and lines that only rule the file off, are no records. */
static bool is_empty(struct parser *parser, const struct piece *piece) {
    if (cg_line_is_blank(piece->text, parser->binding->delimiter)) {
        parser->batch->blank_lines++;
        return true;
    }
    if (cg_line_is_decoration(piece->text)) {
        parser->batch->decoration++;
        return true;
    }
    return false;
}

static bool is_too_long(const struct cg_batch *batch, const struct piece *piece) {
    return piece->text.len > CG_RECORD_MAX_BYTES ||
           (piece->offset == 0 && batch->long_record_bytes > 0);
}

static enum cg_malformed find_fault(struct parser *parser, const struct piece *piece,
                                    uint32_t *field_count) {
    uint32_t expected = parser->binding->column_count;
    *field_count = 0;
    if (is_too_long(parser->batch, piece)) {
        return CG_TOO_LONG;
    }
    uint32_t found = piece->field_count;
    if (piece->ends == NULL) {
        enum cg_malformed fault = cg_csv_read(parser->csv, piece->text);
        if (fault != CG_WELL_FORMED) {
            return fault;
        }
        found = cg_csv_field_count(parser->csv);
    }
    *field_count = found;
    return found < expected   ? CG_TOO_FEW_FIELDS
           : found > expected ? CG_TOO_MANY_FIELDS
                              : CG_WELL_FORMED;
}

/* --- headers among the records --- */

/* Where a claim has its date no name of the header stands, and a date begins with a digit. */
static void choose_glance(struct parser *parser) {
    const struct cg_binding *binding = parser->binding;
    const int32_t column = binding->fields[CG_FIELD_CLAIM_LINE_START_DATE].column;
    parser->glances = binding->layout != NULL && column >= 0 &&
                      (binding->is_headless || cg_header_names_have_no_digit(binding->names));
    parser->glance_column = parser->glances ? (uint32_t)column : 0;
}

static inline bool begins_with_digit(struct cg_text text) {
    return text.len > 0 && text.ptr[0] >= '0' && text.ptr[0] <= '9';
}

/* True of nearly all records that have as many fields as they should. */
static inline bool is_claim_at_a_glance(const struct parser *parser, const uint32_t *ends) {
    const uint32_t column = parser->glance_column;
    if (!parser->glances) {
        return false;
    }
    return ends == NULL ? begins_with_digit(cg_csv_field(parser->csv, column).value)
                        : begins_with_digit(cg_values_slice(&parser->values, column));
}

/* Not inlined: hardly any record comes here. Given values: a piece need not stand in memory. */
__attribute__((noinline)) static int look_closer(struct parser *parser, struct cg_text text,
                                                 uint32_t line_delta, uint32_t field_count,
                                                 int fault) {
    const uint32_t *ends = parser->values.ends;
    struct cg_odd_record record = {
        .binding = parser->binding,
        .csv = parser->csv,
        .batch = parser->batch,
        .text = text,
        .ends = ends,
        .line_delta = line_delta,
        .field_count = field_count,
        .fault = (enum cg_malformed)fault,
        .is_claim = field_count > parser->glance_column && is_claim_at_a_glance(parser, ends),
    };
    const int found = cg_odd_record_look(&record);
    parser->values.ends = record.ends;
    parser->values.not_plain |= record.ends == NULL ? -1 : 0;
    parser->values.out_of_memory = found == CG_NO_MEMORY_LEFT || parser->values.out_of_memory;
    return found;
}

/* True when the record has a line that stays. */
static bool edit_fields(struct parser *parser, struct cg_line *line) {
    const struct cg_parse_plan *plan = parser->plan;
    return parser->binding->only_count > 0 && cg_values_leave_out(&parser->values, parser->batch)
               ? cg_line_leave_out(plan, &parser->values, line)
               : plan->edit_fields(plan->rules, &parser->values, line);
}

static void edit_credentials(struct parser *parser) {
    struct cg_line *lines = parser->batch->lines.items;
    const uint32_t first = parser->edited_lines;
    parser->edited_lines = parser->batch->lines.count;
    if (parser->plan->edit_credentials != NULL) {
        parser->plan->edit_credentials(parser->plan->rules, lines + first,
                                       parser->edited_lines - first);
    }
}

/* The line is dropped: its record passes through untouched. */
static void pass_through(struct parser *parser) {
    struct cg_batch *batch = parser->batch;
    if (__builtin_expect(parser->values.takes_back, false)) {
        parser->values.takes_back = false;
        parser->values.out_of_memory |= !cg_batch_keep_take_back(batch);
    }
    struct cg_record *record = cg_batch_record(batch, batch->records.count - 1);
    record->line_index = CG_NO_LINE;
    batch->lines.count--;
    batch->passed_lines++;
    record->words_for_code = parser->values.words_for_code;
    batch->words_for_code += parser->values.words_for_code;
    parser->values.words_for_code = false;
    if (__builtin_expect(parser->values.near_code, false)) {
        record->near_code = true;
        batch->near_codes++;
        parser->values.near_code = false;
    }
}

/* A record is kept, with a line that waits for its fields. */
static inline __attribute__((always_inline)) struct cg_line *
add_record(struct cg_batch *batch, const struct piece *piece, uint32_t line_delta,
           uint32_t field_count, int fault) {
    struct cg_record *record = cg_array_add(&batch->records);
    struct cg_line *line = cg_batch_add_line(batch);
    if (record == NULL || line == NULL) {
        return NULL;
    }
    *record = (struct cg_record){.offset = piece->offset,
                                 .len_bytes = piece->text.len,
                                 .line_delta = line_delta,
                                 .eol_bytes = piece->eol_bytes,
                                 .line_index = batch->lines.count - 1,
                                 .line_count = 1,
                                 .field_count = field_count,
                                 .malformed = (uint8_t)fault};
    line->record_no = batch->records.count - 1;
    return line;
}

/* The lines of a row that is a claim. */
static __attribute__((noinline)) bool take_claim(struct parser *parser) {
    struct cg_batch *batch = parser->batch;
    const uint16_t first = cg_claim_values_take(&parser->claim, &parser->values);
    batch->lines.count--;
    if (parser->wanted_line != 0 && parser->wanted_line != first) {
        batch->records.count--;
        batch->positions.count -= batch->positions.count > batch->records.count;
        batch->further_rows++;
        return true;
    }
    return cg_claim_record_read(parser->plan, batch, &parser->claim,
                                parser->binding->only_count > 0 &&
                                    cg_values_leave_out(&parser->values, batch));
}

/* Inlined, so that the piece need not stand in memory. */
static inline __attribute__((always_inline)) bool take(struct parser *parser,
                                                       const struct piece *piece) {
    struct cg_batch *batch = parser->batch;
    const struct cg_binding *binding = parser->binding;
    uint32_t line_delta = batch->physical_lines;
    batch->physical_lines += piece->physical_lines;
    const bool has_word = piece->text.len > 0 && is_letter_or_digit(piece->text.ptr[0]);
    if (!has_word && !is_too_long(batch, piece) && is_empty(parser, piece)) {
        return true;
    }
    if (__builtin_expect(binding->kind_value.len > 0, false) &&
        !cg_binding_is_kind(binding, piece->text)) {
        return cg_record_add_other(batch, binding,
                                   (struct cg_record){.offset = piece->offset,
                                                      .len_bytes = piece->text.len,
                                                      .line_delta = line_delta,
                                                      .eol_bytes = piece->eol_bytes});
    }
    uint32_t field_count = 0;
    int fault = (int)find_fault(parser, piece, &field_count);
    parser->values.ends = piece->ends;
    parser->values.not_plain = piece->plain ? 0 : -1;
    if (__builtin_expect(fault != CG_WELL_FORMED || !is_claim_at_a_glance(parser, piece->ends),
                         false)) {
        fault = look_closer(parser, piece->text, line_delta, field_count, fault);
    }
    if (__builtin_expect(fault < 0, false)) {
        return !parser->values.out_of_memory;
    }
    struct cg_line *line = add_record(batch, piece, line_delta, field_count, fault);
    if (line == NULL ||
        (cg_position_is_told(binding) &&
         !cg_position_keep(batch, &parser->values, binding, fault != CG_WELL_FORMED))) {
        return false;
    }
    if (fault != CG_WELL_FORMED) {
        cg_line_mark_malformed(line, (enum cg_malformed)fault);
    } else if (__builtin_expect(parser->claim.count > 0, false)) {
        parser->values.out_of_memory = !take_claim(parser) || parser->values.out_of_memory;
    } else if (!edit_fields(parser, line)) {
        pass_through(parser);
    }
    if (__builtin_expect(binding->has_past, false)) {
        cg_position_mark_lines(batch);
    }
    if (batch->lines.count - parser->edited_lines >= EDITED_AT_ONCE) {
        edit_credentials(parser);
    }
    return !parser->values.out_of_memory;
}

/* A row of a rejected file is taken as the record that it holds. */
static bool take_fed_back(struct parser *parser, struct piece piece) {
    struct cg_batch *batch = parser->batch;
    struct cg_origin origin = {.line = 0};
    if (!is_too_long(batch, &piece) &&
        !cg_fed_back_unwrap(batch, parser->csv, parser->binding, &piece.text, &origin)) {
        return false;
    }
    parser->wanted_line = origin.claim_line;
    piece.offset = (uint32_t)(piece.text.ptr - batch->text.ptr);
    piece.ends = NULL;
    piece.plain = false;
    if (!take(parser, &piece)) {
        return false;
    }
    if (batch->records.count > batch->origins.count) {
        struct cg_origin *kept = cg_array_add(&batch->origins);
        if (kept == NULL) {
            return false;
        }
        *kept = origin;
        const struct cg_record *record = cg_batch_record(batch, batch->records.count - 1);
        for (uint32_t i = 0; record->line_index != CG_NO_LINE && i < record->line_count; i++) {
            cg_batch_line(batch, record->line_index + i)->fed_back = true;
        }
    }
    return true;
}

static bool parse_lines(struct parser *parser, uint32_t start, uint32_t text_end) {
    struct cg_text text = {parser->batch->text.ptr, text_end};
    struct cg_scan_index *index = &parser->batch->index;
    if (!cg_scan(index, text, start, parser->binding->delimiter)) {
        return false;
    }
    const bool csv_alone = parser->plan->libcsv_only || parser->binding->span_count > 0;
    uint32_t first_mark = 0;
    for (size_t i = 0; i < index->line_count; i++) {
        uint32_t next_mark = index->lines[i].mark_count;
        uint32_t end = index->marks[next_mark - 1];
        bool plain = index->lines[i].plain && !csv_alone;
        struct cg_text record = {text.ptr + start, end - start};
        bool use_csv = !plain && (csv_alone || cg_line_wants_csv(record));
        struct piece piece = {
            .text = record,
            .offset = start,
            .physical_lines = 1,
            .ends = use_csv ? NULL : index->marks + first_mark,
            .plain = plain,
            .field_count = next_mark - first_mark,
            .eol_bytes = cg_line_end_bytes(text, end),
        };
        if (!(parser->batch->is_fed_back ? take_fed_back(parser, piece) : take(parser, &piece))) {
            return false;
        }
        if (piece.eol_bytes == 2) { /* the LF is a line of the index of its own */
            i++;
            next_mark++;
        }
        start = end + piece.eol_bytes;
        first_mark = next_mark;
    }
    return true;
}

static bool parse_stretches(struct parser *parser) {
    struct cg_batch *batch = parser->batch;
    uint32_t at = 0;
    for (uint32_t i = 0; i < batch->stretches.count; i++) {
        const struct cg_stretch *stretch = cg_array_at(&batch->stretches, i);
        if (!cg_stretches_pass(batch, stretch->passing, &at)) {
            return false;
        }
        const uint32_t begin = at;
        at = cg_stretches_end(batch->text, begin, stretch->others);
        if (!parse_lines(parser, begin, at)) {
            return false;
        }
    }
    return parse_lines(parser, at, batch->text.len);
}

static bool parse_multiline(struct parser *parser) {
    struct cg_text text = parser->batch->text;
    struct cg_walk walk = {.delimiter = parser->binding->delimiter};
    uint32_t at = 0;
    while (at < text.len) {
        struct cg_extent extent;
        if (at == 0 && parser->batch->long_record_bytes > 0) {
            extent.len_bytes = CG_RECORD_MAX_BYTES;
            extent.eol_bytes = cg_line_end_bytes(text, CG_RECORD_MAX_BYTES);
        } else {
            (void)cg_walk_next(&walk, text, at, true, &extent);
        }
        struct cg_text record = {text.ptr + at, extent.len_bytes};
        struct piece piece = {
            .text = record,
            .offset = at,
            .physical_lines = cg_line_ends_in(record) + 1,
            .eol_bytes = extent.eol_bytes,
        };
        if (!(parser->batch->is_fed_back ? take_fed_back(parser, piece) : take(parser, &piece))) {
            return false;
        }
        at += extent.len_bytes + extent.eol_bytes;
    }
    return true;
}

enum cg_status cg_parse_batch(const struct cg_parse_plan *plan, struct cg_csv *csv,
                              struct cg_batch *batch) {
    struct parser parser = {.plan = plan, .binding = plan->binding, .csv = csv, .batch = batch};
    cg_values_init(&parser.values, plan->binding, csv, &batch->scratch);
    parser.values.memos = &parser.memos;
    parser.values.text = batch->text.ptr;
    batch->holds_claims = plan->binding->holds_claims;
    if (plan->binding->names != NULL || plan->binding->is_headless) {
        choose_glance(&parser);
    }
    if (!cg_claim_values_init(&parser.claim, plan->binding, csv, batch)) {
        return cg_error_no_memory(&batch->error);
    }
    if (!(plan->binding->multiline ? parse_multiline(&parser) : parse_stretches(&parser))) {
        return cg_error_no_memory(&batch->error);
    }
    edit_credentials(&parser);
    batch->utc_times = parser.values.utc_times;
    batch->told_lines = parser.values.told_lines;
    for (uint32_t i = 0; i < parser.claim.count; i++) {
        batch->utc_times += parser.claim.of_lines[i].utc_times;
        batch->told_lines += parser.claim.of_lines[i].told_lines;
    }
    return CG_OK;
}
