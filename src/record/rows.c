#include "claimgate/record/rows.h"

#include "claimgate/base/phrase.h"
#include "claimgate/record/csv.h"
#include "claimgate/x12/x12.h"

const char *cg_rejected_column_name(enum cg_rejected_column column) {
    static const char *const names[] = {
#define CG_REJECTED_NAME(name, text) #text,
        CG_REJECTED_TABLE(CG_REJECTED_NAME)
#undef CG_REJECTED_NAME
    };
    return names[column];
}

struct writer {
    struct cg_buffer *out;
    char delimiter;
    bool failed;
};

static void put_bytes(struct writer *writer, struct cg_text bytes) {
    writer->failed = !cg_buffer_append(writer->out, bytes.ptr, bytes.len) || writer->failed;
}

static void put_delimiter(struct writer *writer) {
    put_bytes(writer, (struct cg_text){&writer->delimiter, 1});
}

static void put_delimiters(struct writer *writer, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        put_delimiter(writer);
    }
}

static void put_value(struct writer *writer, const char *value) {
    writer->failed =
        writer->failed || !cg_csv_put(writer->out, writer->delimiter, cg_text_of(value));
}

/* Reasons, codes and cap ids are made of letters, digits and _, which no delimiter is. */
static void put_next_word(struct writer *writer, const char *word) {
    put_delimiter(writer);
    put_bytes(writer, cg_text_of(word));
}

static void put_number(struct writer *writer, uint64_t number) {
    char digits[CG_DIGITS_BYTES];
    put_bytes(writer, cg_phrase_digits(number, digits));
}

static void put_next_value(struct writer *writer, const char *value) {
    put_delimiter(writer);
    put_value(writer, value);
}

static void put_next_number(struct writer *writer, uint64_t number) {
    put_delimiter(writer);
    put_number(writer, number);
}

bool cg_rows_rejected_header(struct cg_buffer *out, const struct cg_binding *binding) {
    struct writer writer = {.out = out, .delimiter = binding->delimiter};
    put_value(&writer, "source_file");
    put_next_value(&writer, "source_line");
    put_delimiter(&writer);
    put_bytes(&writer, binding->span_count > 0
                           ? cg_text_of("record")
                           : (struct cg_text){binding->header, binding->header_len});
    for (int i = 0; i < CG_REJECTED_COLUMNS; i++) {
        put_next_value(&writer, cg_rejected_column_name((enum cg_rejected_column)i));
    }
    if (binding->of_lines != NULL) {
        put_next_word(&writer, CG_REJECTED_CLAIM_LINE);
    }
    put_bytes(&writer, (struct cg_text){"\n", 1});
    return !writer.failed;
}

/* The record with another quantity: the bare number takes the place of the whole field. */
static void put_with_quantity(struct writer *writer, struct cg_text record,
                              const struct cg_line *line, uint32_t units) {
    uint32_t behind = line->quantity_offset + line->quantity_len;
    put_bytes(writer, (struct cg_text){record.ptr, line->quantity_offset});
    put_number(writer, units);
    put_bytes(writer, (struct cg_text){record.ptr + behind, record.len - behind});
}

/* Without the delimiter that its layout allows a record at its end. */
static struct cg_text without_last_field(struct cg_text record, char delimiter) {
    while (record.len > 0 && record.ptr[record.len - 1] != delimiter) {
        record.len--;
    }
    record.len -= record.len > 0;
    return record;
}

static void put_record(struct writer *writer, const struct cg_rejected_row *row) {
    const struct cg_line *line = row->line;
    const uint32_t columns = row->binding->column_count;
    const uint32_t fields = cg_batch_record(row->batch, line->record_no)->field_count;
    struct cg_text record = cg_batch_record_text(row->batch, line->record_no);
    if (fields > columns) {
        record = without_last_field(record, writer->delimiter);
    }
    if (row->binding->span_count > 0) { /* one column, whatever stands in it */
        writer->failed = writer->failed || (line->malformed == CG_WELL_FORMED &&
                                            !cg_csv_put(writer->out, writer->delimiter, record));
        return;
    }
    if (line->malformed != CG_WELL_FORMED) {
        put_delimiters(writer, row->binding->column_count - 1);
    } else if (line->decision == CG_CUTBACK) {
        put_with_quantity(writer, record, line, (uint32_t)line->units - line->accepted_units);
    } else {
        put_bytes(writer, record);
    }
    if (line->malformed == CG_WELL_FORMED && fields < columns) {
        put_delimiters(writer, columns - fields);
    }
}

static void put_cap(struct writer *writer, const struct cg_verdict *verdict) {
    if (verdict->cap_id == NULL) {
        put_delimiters(writer, 4);
        return;
    }
    put_next_word(writer, verdict->cap_id);
    put_next_number(writer, verdict->cap_limit_units);
    put_next_number(writer, verdict->units_used);
    put_next_number(writer, verdict->units_available);
}

/* A record that is fed back keeps the place where it stood first. */
static void put_place(struct writer *writer, const struct cg_rejected_row *row) {
    const uint32_t record_no = row->line->record_no;
    const struct cg_batch *batch = row->batch;
    struct cg_origin place = {
        .file = cg_text_of(row->source_file),
        .line = cg_batch_line_place(batch, row->line),
    };
    if (batch->is_fed_back) {
        const struct cg_origin *origin = cg_array_at(&batch->origins, record_no);
        place = origin->file.len > 0 ? *origin : place;
    }
    writer->failed = writer->failed || !cg_csv_put(writer->out, writer->delimiter, place.file);
    put_next_number(writer, place.line);
}

/* Dates as the files of others have them. */
static void put_x12_value(struct writer *writer, enum cg_field field, struct cg_text value) {
    const bool is_date = field == CG_FIELD_CLAIM_LINE_START_DATE ||
                         field == CG_FIELD_CLAIM_LINE_END_DATE || field == CG_FIELD_RECEIVED_DATE ||
                         field == CG_FIELD_BIRTH_DATE;
    const int32_t day_no =
        is_date ? cg_date_parse(value.ptr, value.len, CG_DATE_COMPACT) : CG_DAY_NONE;
    const struct cg_date_text iso = cg_date_text(day_no);
    writer->failed =
        writer->failed || !cg_csv_put(writer->out, writer->delimiter,
                                      day_no == CG_DAY_NONE ? value : cg_text_of(iso.text));
    put_delimiter(writer);
}

static void put_x12_line(struct writer *writer, const struct cg_x12_line *line) {
    for (int field = 0; field < CG_FIELD_COUNT; field++) {
        put_x12_value(writer, (enum cg_field)field, line->values[field]);
    }
    writer->failed =
        writer->failed || !cg_csv_put(writer->out, writer->delimiter, line->transaction);
    put_delimiter(writer);
    writer->failed =
        writer->failed || !cg_csv_put(writer->out, writer->delimiter, line->line_control);
}

bool cg_rows_rejected(struct cg_buffer *out, const struct cg_rejected_row *row) {
    const struct cg_verdict *verdict = row->verdict;
    struct writer writer = {.out = out, .delimiter = row->binding->delimiter};
    put_place(&writer, row);
    put_delimiter(&writer);
    const struct cg_x12_line *x12 = cg_x12_line_of(row->batch, row->line);
    if (x12 != NULL) {
        put_x12_line(&writer, x12);
    } else {
        put_record(&writer, row);
    }
    put_next_word(&writer, verdict->reason);
    put_next_value(&writer, verdict->reasons);
    put_next_word(&writer, verdict->group_code);
    put_next_word(&writer, verdict->carc);
    put_next_word(&writer, verdict->rarc);
    put_cap(&writer, verdict);
    put_next_value(&writer, verdict->detail);
    put_delimiter(&writer);
    if (row->line->malformed != CG_WELL_FORMED) {
        struct cg_text raw = cg_batch_record_text(row->batch, row->line->record_no);
        writer.failed = writer.failed || !cg_csv_put_quoted(out, raw);
    }
    if (row->binding->of_lines != NULL && row->line->line_number != CG_LINE_NUMBER_NONE) {
        put_next_number(&writer, row->line->line_number);
    } else if (row->binding->of_lines != NULL) {
        put_delimiter(&writer);
    }
    put_bytes(&writer, (struct cg_text){"\n", 1});
    return !writer.failed;
}

static bool add_stretch(struct cg_batch *batch, uint32_t start, uint32_t end) {
    return start == end || cg_batch_add_accepted(batch, batch->text.ptr + start, end - start);
}

/* The first input's own bytes; a line end it lacks is supplied. */
static bool add_header(struct cg_batch *batch) {
    const struct cg_text raw = batch->header_raw;
    if (raw.len == 0) {
        return true;
    }
    const char last = raw.ptr[raw.len - 1];
    return cg_batch_add_accepted(batch, raw.ptr, raw.len) &&
           (last == '\n' || last == '\r' || cg_batch_add_accepted(batch, "\n", 1));
}

/* Digits are no bytes of the input and live as long as the batch in a place of their own. */
static bool add_units(struct cg_batch *batch, uint32_t units) {
    char digits[CG_DIGITS_BYTES];
    struct cg_text text = cg_phrase_digits(units, digits);
    const char *kept = cg_arena_copy(&batch->scratch, text.ptr, text.len);
    return kept != NULL && cg_batch_add_accepted(batch, kept, text.len);
}

static enum cg_decision decision_on(const struct cg_batch *batch, const struct cg_record *record) {
    return record->line_index == CG_NO_LINE
               ? CG_ACCEPTED
               : (enum cg_decision)cg_batch_line(batch, record->line_index)->decision;
}

/* The stretch from `start` to `end` grows by each accepted record that follows it at once. */
bool cg_rows_accepted(struct cg_batch *batch) {
    uint32_t start = 0;
    uint32_t end = 0;
    bool is_ended = true;
    bool good = add_header(batch);
    for (uint32_t i = 0; i < batch->records.count && good; i++) {
        const struct cg_record *record = cg_batch_record(batch, i);
        enum cg_decision decision = decision_on(batch, record);
        if (decision == CG_REJECTED) {
            continue;
        }
        if (record->offset != end) {
            good = add_stretch(batch, start, end);
            start = record->offset;
        }
        if (decision == CG_CUTBACK) {
            const struct cg_line *line = cg_batch_line(batch, record->line_index);
            end = record->offset + line->quantity_offset;
            good = good && add_stretch(batch, start, end) && add_units(batch, line->accepted_units);
            start = end + line->quantity_len;
        }
        end = record->offset + record->len_bytes + record->eol_bytes;
        is_ended = record->eol_bytes != 0; /* only the input's last record may not be */
        batch->accepted_rows++;
    }
    return good && add_stretch(batch, start, end) &&
           (is_ended || cg_batch_add_accepted(batch, "\n", 1));
}
