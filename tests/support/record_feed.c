#include "record_feed.h"

#include "claimgate/splitter.h"

#include <criterion/criterion.h>

struct cg_binding feed_binding(uint32_t columns, char delimiter, bool multiline) {
    struct cg_binding binding = {.column_count = columns,
                                 .last_column = columns - 1,
                                 .delimiter = delimiter,
                                 .multiline = multiline};
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        int32_t column = i < (int)columns ? i : -1;
        binding.fields[i] = (struct cg_field_source){column, -1, NULL, false};
    }
    return binding;
}

/* Values as the judge sees them; two stay in the line, to be read when the batch is done. */
static bool keep_values(const void *rules, struct cg_values *values, struct cg_line *line) {
    uint64_t sum = 0;
    (void)rules;
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        struct cg_csv_field raw = cg_values_raw(values, (enum cg_field)i);
        struct cg_text value = cg_values_get(values, (enum cg_field)i);
        sum = sum * 1000003 + raw.raw_offset * 31 + raw.raw_len * 7 + value.len;
        for (uint32_t at = 0; at < value.len; at++) {
            sum = sum * 1000003 + (unsigned char)value.ptr[at];
        }
    }
    line->rendering_npi = sum;
    line->claim_id = cg_values_get(values, (enum cg_field)0);
    line->member_id = cg_values_get(values, (enum cg_field)1);
    return true;
}

static void put_text(struct cg_buffer *out, const char *name, struct cg_text text) {
    cr_assert(cg_buffer_printf(out, " %s=%u:", name, (unsigned)text.len));
    cr_assert(cg_buffer_append(out, text.ptr, text.len));
}

static void put_batch(struct cg_buffer *out, const struct cg_batch *batch, uint64_t first_line) {
    for (uint32_t i = 0; i < batch->record_count; i++) {
        const struct cg_record *record = &batch->records[i];
        const struct cg_line *line = &batch->lines[record->line_index];
        cr_assert_eq(line->record_no, i);
        cr_assert_eq(line->malformed, record->malformed);
        cr_assert_eq(line->reasons, record->malformed == 0 ? 0 : CG_MALFORMED_REASONS);
        cr_assert(cg_buffer_printf(out, "line %llu fault %d fields %u bytes %llu eol %d",
                                   (unsigned long long)(first_line + record->line_delta),
                                   record->malformed, (unsigned)record->field_count,
                                   (unsigned long long)cg_batch_record_bytes(batch, i),
                                   record->eol_bytes));
        put_text(out, "raw", cg_batch_record_text(batch, i));
        put_text(out, "first", line->claim_id);
        put_text(out, "second", line->member_id);
        cr_assert(cg_buffer_printf(out, " sum %llx\n", (unsigned long long)line->rendering_npi));
    }
}

void feed_transcribe(const struct feed *feed, struct cg_buffer *out) {
    struct cg_batch *batch = cg_batch_new();
    struct cg_cutter *cutter = cg_cutter_new();
    struct cg_csv *csv = cg_csv_new(feed->binding->delimiter, feed->binding->column_count);
    const struct cg_parse_plan plan = {
        .binding = feed->binding, .judge = keep_values, .libcsv_only = feed->libcsv_only};
    uint64_t first_line = 1;
    uint64_t blank_lines = 0;
    size_t at = 0;
    bool at_end = false;
    cr_assert(batch != NULL && cutter != NULL && csv != NULL);
    cg_buffer_clear(out);
    if (!feed->has_header) {
        cg_cutter_start(cutter, feed->binding->delimiter, feed->binding->multiline);
    }
    while (!at_end) {
        size_t want = at == 0 && feed->first_payload > 0 ? feed->first_payload : feed->payload;
        want = want == 0 ? CG_BATCH_BYTES : want;
        want = want < feed->len - at ? want : feed->len - at;
        cg_batch_reset(batch);
        memcpy(batch->payload, feed->bytes + at, want);
        batch->payload_bytes = want;
        at += want;
        at_end = at == feed->len;
        batch->ends_source = at_end;
        if (cg_cutter_wants_header(cutter)) {
            struct cg_header header;
            bool found = false;
            enum cg_status status = cg_cutter_header(cutter, batch, &header, &found, &batch->error);
            if (status != CG_OK) {
                cr_assert(cg_buffer_printf(out, "refused: %s\n", batch->error.text));
                break;
            }
            if (found) {
                put_text(out, "header", header.raw);
                put_text(out, "line", header.line);
                cr_assert(cg_buffer_printf(out, " lines %u\n", (unsigned)header.physical_lines));
                first_line += header.physical_lines;
                cg_cutter_start(cutter, feed->binding->delimiter, feed->binding->multiline);
            }
        }
        if (!cg_cutter_wants_header(cutter)) {
            cg_cutter_cut(cutter, batch);
            cr_assert_eq(cg_parse_batch(&plan, csv, batch), CG_OK);
            put_batch(out, batch, first_line);
            first_line += batch->physical_lines;
        }
        blank_lines += batch->blank_lines;
    }
    cr_assert(cg_buffer_printf(out, "next line %llu, blank %llu\n", (unsigned long long)first_line,
                               (unsigned long long)blank_lines));
    cg_csv_free(csv);
    cg_cutter_free(cutter);
    cg_batch_free(batch);
}
