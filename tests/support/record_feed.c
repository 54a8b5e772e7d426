#include "record_feed.h"

#include "record/backlog.h"
#include "record/splitter.h"

#include <stdio.h>
#include <stdlib.h>

/* Not Criterion's: the fuzzer reads with this file too. */
static void require(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "record_feed: %s\n", what);
        abort();
    }
}

struct cg_binding feed_binding(uint32_t columns, char delimiter, bool multiline) {
    struct cg_binding binding = {.column_count = columns,
                                 .last_column = columns - 1,
                                 .delimiter = delimiter,
                                 .multiline = multiline};
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        int32_t column = i < (int)columns ? i : -1;
        binding.fields[i] = (struct cg_field_source){.column = column, .fallback_column = -1};
    }
    return binding;
}

/* Values as the edit_fields sees them; two stay in the line, to be read when the batch is done. */
static bool keep_values(const void *rules, struct cg_values *values, struct cg_line *line) {
    const struct feed *feed = rules;
    uint64_t sum = 0;
    require(!feed->libcsv_only || (values->ends == NULL && values->not_plain != 0),
            "a record was not read by libcsv");
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        struct cg_csv_field raw = cg_values_raw(values, (enum cg_field)i);
        struct cg_text value = cg_values_get(values, (enum cg_field)i);
        sum = sum * 1000003 + raw.raw_offset * 31 + raw.raw_len * 7 + value.len;
        for (uint32_t at = 0; at < value.len; at++) {
            sum = sum * 1000003 + (unsigned char)value.ptr[at];
        }
    }
    line->rendering_npi = sum;
    line->original_claim_id = cg_values_get(values, (enum cg_field)0);
    line->authorization_number = cg_values_get(values, (enum cg_field)1);
    return true;
}

static void put_text(struct cg_buffer *out, const char *name, struct cg_text text) {
    require(cg_buffer_printf(out, " %s=%u:", name, (unsigned)text.len), "the transcript is full");
    require(cg_buffer_append(out, text.ptr, text.len), "the transcript is full");
}

static void put_batch(struct cg_buffer *out, const struct cg_batch *batch, uint64_t first_line) {
    for (uint32_t i = 0; i < batch->records.count; i++) {
        const struct cg_record *record = cg_batch_record(batch, i);
        const struct cg_line *line = cg_batch_line(batch, record->line_index);
        require(line->record_no == i, "a line names another record");
        require(line->malformed == record->malformed, "a line has another fault");
        require(line->reasons == (record->malformed == 0 ? 0 : CG_MALFORMED_REASONS),
                "a line has other reasons");
        require(cg_buffer_printf(out, "line %llu fault %d fields %u bytes %llu eol %d",
                                 (unsigned long long)(first_line + record->line_delta),
                                 record->malformed, (unsigned)record->field_count,
                                 (unsigned long long)cg_batch_record_bytes(batch, i),
                                 record->eol_bytes),
                "the transcript is full");
        put_text(out, "raw", cg_batch_record_text(batch, i));
        put_text(out, "first", line->original_claim_id);
        put_text(out, "second", line->authorization_number);
        require(cg_buffer_printf(out, " sum %llx\n", (unsigned long long)line->rendering_npi),
                "the transcript is full");
    }
}

struct transcript {
    const struct feed *feed;
    struct cg_buffer *out;
    struct cg_batch *batch;
    struct cg_splitter *splitter;
    struct cg_csv *csv;
    size_t at;
    uint64_t first_line;
    uint64_t blank_lines;
};

static void next_payload(struct transcript *t) {
    const struct feed *feed = t->feed;
    size_t want = t->at == 0 && feed->first_payload > 0 ? feed->first_payload : feed->payload;
    want = want == 0 ? CG_BATCH_BYTES : want;
    want = want < feed->len - t->at ? want : feed->len - t->at;
    cg_batch_reset(t->batch);
    want = cg_backlog_first_lines((struct cg_text){feed->bytes + t->at, (uint32_t)want});
    memcpy(t->batch->payload, feed->bytes + t->at, want);
    t->batch->payload_bytes = want;
    t->at += want;
    t->batch->ends_source = t->at == feed->len;
}

/* False when it was refused. */
static bool take_header(struct transcript *t) {
    struct cg_header header;
    bool found = false;
    if (cg_splitter_header(t->splitter, t->batch, &header, &found, &t->batch->error) != CG_OK) {
        require(cg_buffer_printf(t->out, "refused: %s\n", t->batch->error.text),
                "the transcript is full");
        return false;
    }
    if (found) {
        put_text(t->out, "header", header.raw);
        put_text(t->out, "line", header.line);
        require(cg_buffer_printf(t->out, " lines %u\n", (unsigned)header.physical_lines),
                "the transcript is full");
        t->first_line += header.physical_lines;
        cg_splitter_start(t->splitter, t->feed->binding->delimiter, t->feed->binding->multiline);
    }
    return true;
}

static void take_records(struct transcript *t) {
    const struct cg_parse_plan plan = {.binding = t->feed->binding,
                                       .edit_fields = keep_values,
                                       .rules = t->feed,
                                       .libcsv_only = t->feed->libcsv_only};
    const struct cg_text rest = cg_splitter_cut(t->splitter, t->batch);
    t->at -= rest.len; /* it comes again */
    t->batch->ends_source = t->batch->ends_source && rest.len == 0;
    require(cg_parse_batch(&plan, t->csv, t->batch) == CG_OK, "out of memory");
    put_batch(t->out, t->batch, t->first_line);
    t->first_line += t->batch->physical_lines;
}

static void transcribe(struct transcript *t) {
    do {
        next_payload(t);
        if (cg_splitter_wants_header(t->splitter) && !take_header(t)) {
            return;
        }
        if (!cg_splitter_wants_header(t->splitter)) {
            take_records(t);
        }
        t->blank_lines += t->batch->blank_lines;
    } while (!t->batch->ends_source);
    require(cg_buffer_printf(t->out, "next line %llu, blank %llu\n",
                             (unsigned long long)t->first_line, (unsigned long long)t->blank_lines),
            "the transcript is full");
}

void feed_transcribe(const struct feed *feed, struct cg_buffer *out) {
    struct transcript t = {
        .feed = feed,
        .out = out,
        .batch = cg_batch_new(),
        .splitter = cg_splitter_new(),
        .csv = cg_csv_new(feed->binding->delimiter, feed->binding->column_count),
        .first_line = 1,
    };
    require(t.batch != NULL && t.splitter != NULL && t.csv != NULL, "out of memory");
    cg_buffer_clear(out);
    if (!feed->has_header) {
        cg_splitter_start(t.splitter, feed->binding->delimiter, feed->binding->multiline);
    }
    transcribe(&t);
    cg_csv_free(t.csv);
    cg_splitter_free(t.splitter);
    cg_batch_free(t.batch);
}
