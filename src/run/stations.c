/*
 * The stations up to the verdict: read, unpack, cut, parse, decide.
 *
 * read and cut are serial because a stream is; decide is serial because the first claim
 * filed wins. Between them everything is pure, so it scales with cores. A batch that has
 * failed is passed through untouched, and the write station keeps the first failure.
 */
#include "bind.h"
#include "run_private.h"

#include "claimgate/base/log.h"
#include "claimgate/base/stop.h"

#include <string.h>

/* Put the input before what is wrong with it, as people call it. */
static void name_input(const struct cg_run *run, struct cg_batch *batch) {
    const char *path = run->paths[batch->source_no];
    cg_error_wrap(&batch->error, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
}

static enum cg_status open_next(struct cg_run *run, struct cg_error *err) {
    const enum cg_status status = cg_source_open(run->paths[run->source_no], &run->source, err);
    if (status == CG_OK) {
        /* Who waits for a pipe that stays silent has no batch in which to hear of a full disk. */
        cg_source_give_up_on(run->source, &run->stop);
    }
    return status;
}

/* An input is at its end: what it was on disk goes into the report. */
static void close_source(struct cg_run *run, struct cg_batch *batch) {
    struct cg_input_facts *facts = &run->inputs[run->source_no];
    facts->bytes = cg_source_bytes(run->source);
    if (!cg_source_sha256(run->source, facts->sha256)) {
        cg_error_set(&batch->error, CG_INTERNAL, "SHA-256 is not available");
    }
    cg_source_close(run->source);
    run->source = NULL;
    batch->ends_source = true;
    run->source_no++;
    batch->is_last = run->source_no == run->path_count;
}

static void fill_batch(struct cg_run *run, struct cg_batch *batch) {
    struct cg_fill fill = {
        .out = batch->payload, .capacity_bytes = CG_BATCH_BYTES, .packed = &batch->packed};
    const uint64_t before = cg_source_bytes(run->source);
    if (cg_source_fill(run->source, &fill, &batch->error) != CG_OK) {
        return; /* the source has named the input */
    }
    atomic_fetch_add(&run->bytes_read, cg_source_bytes(run->source) - before);
    batch->payload_bytes = fill.len_bytes;
    batch->is_plain = cg_source_is_plain(run->source);
    if (fill.at_end) {
        close_source(run, batch);
    }
}

static void read_batch(void *context, struct cg_batch *batch) {
    struct cg_run *run = context;
    batch->source_no = run->source_no;
    if (atomic_load(&run->stop)) {
        batch->is_last = true; /* an earlier batch carries the failure */
        return;
    }
    if (cg_stop_check(&batch->error) == CG_OK &&
        (run->source != NULL || open_next(run, &batch->error) == CG_OK)) {
        fill_batch(run, batch);
    }
    if (batch->error.status != CG_OK) {
        batch->is_last = true;
    }
}

static void unpack(void *context, struct cg_batch *batch) {
    const struct cg_run *run = context;
    if (batch->error.status != CG_OK || batch->packed.len_bytes == 0) {
        return;
    }
    if (cg_source_unpack(&batch->packed, batch->payload, CG_BATCH_BYTES, &batch->payload_bytes,
                         &batch->error) != CG_OK) {
        name_input(run, batch);
    }
}

/* The first header binds the layout; every further one must say the same. */
static enum cg_status bind_header(struct cg_run *run, const struct cg_header *header,
                                  struct cg_error *err) {
    if (run->bound) {
        return cg_binding_same_header(&run->binding, header->line)
                   ? CG_OK
                   : cg_error_set(err, CG_BAD_DATA,
                                  "the header is not that of the first input; all inputs of one "
                                  "run must have the same columns in the same order: run them "
                                  "apart, or bring the columns in line");
    }
    run->layout_detected = run->plan->layout == NULL;
    const enum cg_status status = cg_bind_header(run->plan->layout, run->plan->multiline,
                                                 header->line, &run->layout, &run->binding, err);
    run->bound = status == CG_OK;
    return status;
}

/* Compression is told from the bytes; where they make no sense, the name is a hint. */
static void refuse_header(const struct cg_run *run, struct cg_batch *batch) {
    const char *path = run->paths[batch->source_no];
    const size_t len = strlen(path);
    if (batch->is_plain && len >= 3 && strcmp(path + len - 3, ".gz") == 0) {
        cg_error_wrap(&batch->error, "is named .gz but is not gzip, and as plain text");
    }
    name_input(run, batch);
}

static void take_header(struct cg_run *run, struct cg_batch *batch) {
    struct cg_header header;
    bool found = false;
    enum cg_status status =
        cg_splitter_header(run->splitter, batch, &header, &found, &batch->error);
    if (status == CG_OK && found) {
        status = bind_header(run, &header, &batch->error);
        batch->header_raw = header.raw;
        batch->header_lines = header.physical_lines;
    }
    if (status == CG_OK && found) {
        cg_splitter_start(run->splitter, run->binding.delimiter, run->binding.multiline);
    } else if (status == CG_OK && batch->ends_source) {
        status = cg_error_set(&batch->error, CG_BAD_DATA,
                              "there is no header line; the first line must name the columns");
    }
    if (status != CG_OK) {
        refuse_header(run, batch);
    }
}

/* The input's identity in the ledger is complete. */
static void end_content(struct cg_run *run, struct cg_batch *batch) {
    struct cg_ledger_input *input = &run->ledger_inputs[batch->source_no];
    if (run->ledger == NULL) {
        return;
    }
    if (!cg_content_hash_get(&run->content, input->head_sha256, input->content_sha256)) {
        cg_error_set(&batch->error, CG_INTERNAL, "SHA-256 is not available");
    }
    cg_content_hash_restart(&run->content);
}

static void cut(void *context, struct cg_batch *batch) {
    struct cg_run *run = context;
    if (batch->error.status != CG_OK) {
        return;
    }
    if (run->ledger != NULL) {
        cg_content_hash_add(&run->content, batch->payload, batch->payload_bytes);
    }
    if (cg_splitter_wants_header(run->splitter)) {
        take_header(run, batch);
    }
    if (batch->error.status == CG_OK && !cg_splitter_wants_header(run->splitter)) {
        cg_splitter_cut(run->splitter, batch);
    }
    if (batch->ends_source) {
        cg_splitter_expect_header(run->splitter);
        end_content(run, batch);
    }
}

static void parse(void *context, struct cg_batch *batch) {
    const struct cg_run *run = context;
    if (batch->error.status != CG_OK || batch->text.len == 0) {
        return;
    }
    if (batch->csv == NULL) {
        batch->csv = cg_csv_new(run->binding.delimiter, run->binding.column_count);
    }
    const struct cg_parse_plan plan = {.binding = &run->binding,
                                       .edit_fields = cg_edit_fields,
                                       .edit_credentials = cg_edit_credentials,
                                       .rules = &run->plan->rules,
                                       .libcsv_only = run->plan->libcsv_only};
    if (batch->csv == NULL) {
        cg_error_set(&batch->error, CG_INTERNAL, "out of memory");
    } else if (cg_parse_batch(&plan, batch->csv, batch) != CG_OK) {
        name_input(run, batch);
    }
}

static void decide(void *context, struct cg_batch *batch) {
    struct cg_run *run = context;
    if (batch->error.status != CG_OK) {
        return;
    }
    batch->first_line = run->next_line + batch->header_lines;
    run->next_line = batch->ends_source ? 1 : batch->first_line + batch->physical_lines;
    run->inputs[batch->source_no].records += batch->records.count;
    if (cg_history_decide(run->history, batch->lines.items, batch->lines.count, &batch->error) !=
        CG_OK) {
        return;
    }
    const bool records = run->ledger != NULL && !run->plan->dry_run;
    if (!records || cg_ledger_record(run->ledger, batch, &batch->error) == CG_OK) {
        cg_tally_add(&run->tally, batch);
    }
}

void cg_station_encode(void *context, struct cg_batch *batch);
void cg_station_write(void *context, struct cg_batch *batch);

const struct cg_station cg_run_stations[CG_RUN_STATIONS] = {
    {"read", CG_SERIAL, read_batch},
    {"unpack", CG_PARALLEL, unpack},
    {"cut", CG_SERIAL, cut},
    {"parse", CG_PARALLEL, parse},
    {"decide", CG_SERIAL, decide},
    {"encode", CG_PARALLEL, cg_station_encode},
    {"write", CG_SERIAL, cg_station_write},
};
