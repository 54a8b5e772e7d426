#include "tiny_run.h"

#include "claimgate/gate/sentences.h"
#include "claimgate/record/reader.h"
#include "claimgate/record/rows.h"
#include "record/splitter.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECORDS_MAX = 1 << 20, OUTPUT_MAX_BYTES = 256 << 20 };

void tiny_require(bool holds, const char *format, ...) {
    if (!holds) {
        va_list args;
        va_start(args, format);
        fputs("tiny run: ", stderr);
        vfprintf(stderr, format, args);
        fputc('\n', stderr);
        va_end(args);
        abort();
    }
}

static void load_rules(struct tiny_run *run, const char *policy) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    tiny_require(cg_policy_load(policy, &run->policy, &problems, &run->err) == CG_OK &&
                     cg_roster_load("fixtures/quickstart/roster", run->policy, &run->roster,
                                    &problems, &run->err) == CG_OK &&
                     cg_layout_load("tuva", &run->layout, &problems, &run->err) == CG_OK,
                 "%s", run->err.text);
    cg_problems_fini(&problems);
    run->rules = (struct cg_rules){.policy = run->policy,
                                   .roster = run->roster,
                                   .as_of_day = cg_date_parse("2025-06-30", 10, CG_DATE_ISO)};
}

void tiny_run_open(struct tiny_run *run, const char *policy) {
    memset(run, 0, sizeof *run);
    tiny_require(cg_reason_init(&run->err) == CG_OK, "%s", run->err.text);
    load_rules(run, policy);
    run->history = cg_history_new(NULL, NULL);
    run->batch = cg_batch_new();
    run->kept = malloc(CG_BATCH_BYTES);
    tiny_require(run->history != NULL && run->batch != NULL && run->kept != NULL, "out of memory");
    cg_buffer_init(&run->accepted, OUTPUT_MAX_BYTES);
    cg_buffer_init(&run->rejected, OUTPUT_MAX_BYTES);
    cg_array_init(&run->records, sizeof(struct tiny_record), RECORDS_MAX);
}

void tiny_run_close(struct tiny_run *run) {
    cg_array_fini(&run->records);
    cg_buffer_fini(&run->rejected);
    cg_buffer_fini(&run->accepted);
    free(run->kept);
    if (run->has_tally) {
        cg_tally_fini(&run->tally);
    }
    cg_batch_free(run->batch);
    cg_history_free(run->history);
    cg_layout_free(run->layout);
    cg_roster_free(run->roster);
    cg_policy_free(run->policy);
}

uint64_t tiny_lines_in(struct cg_text file) {
    uint64_t lines = 0;
    bool open = false; /* bytes since the last line end */
    for (uint32_t i = 0; i < file.len; i++) {
        const char byte = file.ptr[i];
        const bool ends =
            byte == '\n' || (byte == '\r' && (i + 1 == file.len || file.ptr[i + 1] != '\n'));
        lines += ends;
        open = !ends;
    }
    return lines + open;
}

/* --- one batch --- */

static void put_rejected(struct tiny_run *run, const struct cg_binding *binding) {
    struct cg_batch *batch = run->batch;
    struct cg_verdict verdict;
    if (batch->header_raw.len != 0) {
        tiny_require(cg_rows_rejected_header(&run->rejected, binding), "out of memory");
    }
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        const struct cg_line *line = cg_batch_line(batch, i);
        if (line->decision == CG_ACCEPTED) {
            continue;
        }
        cg_verdict_fill(&run->rules, binding, batch, line, &verdict);
        cg_note_shapes(binding, batch, line, line->reasons, &batch->shapes);
        tiny_require(strlen(verdict.detail) > 0 && strlen(verdict.reasons) > 0,
                     "a rejected line without a word");
        const struct cg_rejected_row row = {binding, "claims.csv", batch, line, &verdict};
        tiny_require(cg_rows_rejected(&run->rejected, &row), "out of memory");
        run->rejected_rows++;
    }
}

static void keep_records(struct tiny_run *run) {
    const struct cg_batch *batch = run->batch;
    memcpy(run->kept, batch->text.ptr, batch->text.len);
    for (uint32_t i = 0; i < batch->records.count; i++) {
        const struct cg_record *record = cg_batch_record(batch, i);
        struct tiny_record *kept = cg_array_add(&run->records);
        tiny_require(kept != NULL, "out of memory");
        const struct cg_text text = cg_batch_record_text(batch, i);
        kept->text = (struct cg_text){run->kept + (text.ptr - batch->text.ptr), text.len};
        kept->line = record->line_index == CG_NO_LINE ? (struct cg_line){.decision = CG_ACCEPTED}
                                                      : *cg_batch_line(batch, record->line_index);
    }
}

static void encode(struct tiny_run *run, const struct cg_binding *binding) {
    struct cg_batch *batch = run->batch;
    tiny_require(cg_rows_accepted(batch), "out of memory");
    for (uint32_t i = 0; i < batch->accepted_text.count; i++) {
        const struct cg_text *text = cg_array_at(&batch->accepted_text, i);
        tiny_require(cg_buffer_append(&run->accepted, text->ptr, text->len), "out of memory");
    }
    run->accepted_rows += batch->accepted_rows;
    put_rejected(run, binding);
}

static void take_piece(struct tiny_run *run, struct cg_reader *reader, struct cg_text piece,
                       bool at_end) {
    struct cg_batch *batch = run->batch;
    cg_reader_feed(batch, piece, at_end);
    run->status = cg_reader_take(reader, batch, &run->err);
    if (run->status != CG_OK) {
        return;
    }
    tiny_require(cg_history_decide(run->history, batch->lines.items, batch->lines.count,
                                   &run->err) == CG_OK &&
                     cg_tally_add(&run->tally, batch),
                 "%s", run->err.text);
    encode(run, cg_reader_binding(reader));
    run->physical_lines += batch->physical_lines + batch->header_lines;
    run->header_lines += batch->header_lines != 0;
}

/* --- a file --- */

static void start(struct tiny_run *run) {
    cg_history_forget(run->history);
    if (run->has_tally) {
        cg_tally_fini(&run->tally);
    }
    run->has_tally = cg_tally_init(&run->tally, run->policy);
    tiny_require(run->has_tally, "out of memory");
    cg_csv_free(run->batch->csv); /* it is made for the columns of one file */
    run->batch->csv = NULL;
    cg_buffer_clear(&run->accepted);
    cg_buffer_clear(&run->rejected);
    run->records.count = 0;
    run->physical_lines = run->header_lines = run->accepted_rows = run->rejected_rows = 0;
    run->err = (struct cg_error)CG_ERROR_INIT;
}

/* As the run's own books, and the lines counted once more. */
static void check_books(const struct tiny_run *run, struct cg_text file, bool multiline) {
    const struct cg_tally *tally = &run->tally;
    const uint64_t skipped = tally->empty_lines + tally->decoration + tally->repeated_headers +
                             tally->skipped_lines + tally->trailers;
    tiny_require(multiline || run->physical_lines == tiny_lines_in(file),
                 "%llu lines were read of %llu", (unsigned long long)run->physical_lines,
                 (unsigned long long)tiny_lines_in(file));
    tiny_require(multiline || run->header_lines + tally->records + skipped == run->physical_lines,
                 "lines do not add up");
    tiny_require(tally->records == tally->accepted + tally->rejected &&
                     run->accepted_rows == tally->accepted &&
                     run->rejected_rows == tally->rejected + tally->cutback,
                 "records do not add up");
    tiny_require(tally->units_submitted == tally->units_accepted + tally->units_rejected,
                 "units do not add up");
}

static enum cg_status bind_kept_layout(void *context, const struct cg_header *header,
                                       struct cg_binding *out, struct cg_error *err) {
    const struct tiny_run *run = context;
    return cg_layout_bind(run->layout, header->line, false, out, err);
}

static enum cg_status bind_multiline(void *context, const struct cg_header *header,
                                     struct cg_binding *out, struct cg_error *err) {
    const struct tiny_run *run = context;
    return cg_layout_bind(run->layout, header->line, true, out, err);
}

void tiny_run_decide(struct tiny_run *run, struct cg_text file, const struct tiny_way *way) {
    struct cg_reader_input input = {.file = "claims.csv"};
    const bool is_tuva = !way->by_header && way->layout == NULL;
    const struct cg_reader_plan plan = {
        .inputs = &input,
        .input_count = 1,
        .multiline = way->multiline,
        .takes_rejected = true,
        .layout = way->layout,
        .bind = !is_tuva ? NULL : (way->multiline ? bind_multiline : bind_kept_layout),
        .bind_context = run,
        .parse = {.edit_fields = cg_edit_fields,
                  .edit_credentials = cg_edit_credentials,
                  .rules = &run->rules,
                  .libcsv_only = way->libcsv_only}};
    const uint32_t first = way->first_piece < file.len ? (uint32_t)way->first_piece : 0;
    start(run);
    struct cg_reader *reader = cg_reader_new(&plan);
    tiny_require(reader != NULL && file.len <= CG_BATCH_BYTES, "no reader");
    if (first > 0) {
        take_piece(run, reader, (struct cg_text){file.ptr, first}, false);
    }
    if (first == 0 || run->status == CG_OK) {
        take_piece(run, reader, (struct cg_text){file.ptr + first, file.len - first}, true);
    }
    if (run->status == CG_OK) {
        check_books(run, file, cg_reader_binding(reader)->multiline);
    }
    if (run->status == CG_OK && first == 0) {
        keep_records(run);
    }
    cg_reader_free(reader);
}
