#include "claimgate/record/decision_rows.h"

#include "claimgate/base/phrase.h"
#include "claimgate/record/csv.h"
#include "claimgate/x12/x12.h"

struct writer {
    struct cg_buffer *out;
    bool failed;
};

static void put_bytes(struct writer *writer, struct cg_text bytes) {
    writer->failed = !cg_buffer_append(writer->out, bytes.ptr, bytes.len) || writer->failed;
}

static void put_word(struct writer *writer, const char *word) {
    put_bytes(writer, cg_text_of(word));
}

static void put_number(struct writer *writer, uint64_t number) {
    char digits[CG_DIGITS_BYTES];
    put_bytes(writer, cg_phrase_digits(number, digits));
}

static void put_value(struct writer *writer, struct cg_text value) {
    writer->failed = writer->failed || !cg_csv_put(writer->out, ',', value);
}

static void put_comma(struct writer *writer) {
    put_bytes(writer, (struct cg_text){",", 1});
}

static void put_next_number(struct writer *writer, uint64_t number) {
    put_comma(writer);
    put_number(writer, number);
}

static void put_next_value(struct writer *writer, struct cg_text value) {
    put_comma(writer);
    put_value(writer, value);
}

bool cg_decision_rows_header(struct cg_buffer *out, const struct cg_binding *binding) {
    struct writer writer = {.out = out};
    put_word(&writer, binding->has_positions ? CG_POSITION_INPUT "," CG_POSITION_LINE
                                             : "source_file,source_line");
    put_word(&writer, ",claim_id,claim_line_number,member_id,decision,reasons,warnings,"
                      "accepted_units,cap_id,cap_day,units_used,units_available,exempt,"
                      "taken_back_lines,taken_back_units,cap_used,group_code,carc,rarc,detail\n");
    return !writer.failed;
}

/* Where the line stands: as its input says, or its file and line. */
static void put_place(struct writer *writer, const struct cg_rejected_row *row) {
    const struct cg_batch *batch = row->batch;
    const uint32_t record_no = row->line->record_no;
    if (row->binding->has_positions) {
        const struct cg_position *position = cg_array_at(&batch->positions, record_no);
        if (position->is_known) {
            put_number(writer, position->input);
            put_next_number(writer, position->line);
        } else {
            put_comma(writer);
        }
        return;
    }
    put_value(writer, cg_text_of(row->source_file));
    put_next_number(writer, cg_batch_line_place(batch, row->line));
}

/* A line out of scope has not been read: its claim and member are those of a line beside it. */
static const struct cg_line *find_ids(const struct cg_batch *batch, const struct cg_line *line) {
    const struct cg_record *record = cg_batch_record(batch, line->record_no);
    for (uint32_t i = 0; line->out_of_scope && i < record->line_count; i++) {
        const struct cg_line *other = cg_batch_line(batch, record->line_index + i);
        if (!other->out_of_scope) {
            return other;
        }
    }
    return line;
}

static void put_line_number(struct writer *writer, const struct cg_rejected_row *row) {
    const struct cg_line *line = row->line;
    const struct cg_x12_line *x12 = cg_x12_line_of(row->batch, line);
    put_comma(writer);
    if (line->line_id.len > 0) {
        put_value(writer, line->line_id);
    } else if (line->line_number != CG_LINE_NUMBER_NONE) {
        put_number(writer, line->line_number);
    } else if (line->out_of_scope && x12 != NULL) {
        put_value(writer, x12->values[CG_FIELD_CLAIM_LINE_NUMBER]);
    }
}

static void put_ids(struct writer *writer, const struct cg_rejected_row *row) {
    const struct cg_line *known = find_ids(row->batch, row->line);
    put_next_value(writer, cg_key_text(&known->claim_id));
    put_line_number(writer, row);
    put_next_value(writer, cg_key_text(&known->member_id));
}

static const char *decision_word(const struct cg_line *line) {
    return line->decision == CG_ACCEPTED  ? ",accepted,"
           : line->decision == CG_CUTBACK ? ",cutback,"
                                          : ",rejected,";
}

static void put_cap(struct writer *writer, const struct cg_line *line,
                    const struct cg_verdict *verdict) {
    if (verdict == NULL || verdict->cap_id == NULL) {
        put_word(writer, ",,,,");
        return;
    }
    put_next_value(writer, cg_text_of(verdict->cap_id));
    put_comma(writer);
    put_word(writer, line->cap_day == CG_DAY_NONE ? "" : cg_date_text(line->cap_day).text);
    put_next_number(writer, verdict->units_used);
    put_next_number(writer, verdict->units_available);
}

/* "[4,120]": units used before in each cap of the version in force; null: not tested. Quoted for
 * its commas. */
static void put_cap_used(struct writer *writer, const struct cg_line *line, uint32_t caps) {
    bool is_tested = false;
    for (uint32_t i = 0; i < caps; i++) {
        is_tested = is_tested || line->cap_used[i] != UINT32_MAX;
    }
    put_comma(writer);
    for (uint32_t i = 0; is_tested && i < caps; i++) {
        put_word(writer, i == 0 ? "\"[" : ",");
        if (line->cap_used[i] == UINT32_MAX) {
            put_word(writer, "null");
        } else {
            put_number(writer, line->cap_used[i]);
        }
    }
    put_word(writer, is_tested ? "]\"" : "");
}

bool cg_decision_rows_put(struct cg_buffer *out, const struct cg_rejected_row *row,
                          const char *warnings, uint32_t caps) {
    const struct cg_line *line = row->line;
    const struct cg_verdict *verdict = row->verdict;
    struct writer writer = {.out = out};
    put_place(&writer, row);
    put_ids(&writer, row);
    put_word(&writer, decision_word(line));
    put_word(&writer, verdict != NULL ? verdict->reasons : "");
    put_next_value(&writer, cg_text_of(warnings));
    put_next_number(&writer, line->frequency == CG_VOID ? 0 : line->accepted_units);
    put_cap(&writer, line, verdict);
    put_word(&writer, line->exempt ? ",1" : ",0");
    put_next_number(&writer, line->taken_back_lines);
    put_next_number(&writer, line->taken_back_units);
    put_cap_used(&writer, line, caps);
    put_next_value(&writer, cg_text_of(verdict != NULL ? verdict->group_code : ""));
    put_next_value(&writer, cg_text_of(verdict != NULL ? verdict->carc : ""));
    put_next_value(&writer, cg_text_of(verdict != NULL ? verdict->rarc : ""));
    put_next_value(&writer, cg_text_of(verdict != NULL ? verdict->detail : ""));
    put_bytes(&writer, (struct cg_text){"\n", 1});
    return !writer.failed;
}
