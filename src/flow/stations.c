/*
 * The stations up to the verdict: read, unpack, cut, parse, decide.
 *
 * read and cut are serial because a stream is; decide is serial because the first claim
 * filed wins. Between them everything is pure, so it scales with cores. A batch that has
 * failed is passed through untouched, and the write station keeps the first failure.
 */
#include "bind.h"
#include "flow.h"

#include "claimgate/log.h"
#include "claimgate/stop.h"

#include <string.h>

/* Put the input before what is wrong with it, as people call it. */
static void name_input(const struct flow *flow, struct cg_batch *batch) {
    const char *path = flow->paths[batch->source_no];
    cg_error_wrap(&batch->error, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
}

static enum cg_status open_next(struct flow *flow, struct cg_error *err) {
    const enum cg_status status = cg_source_open(flow->paths[flow->source_no], &flow->source, err);
    if (status == CG_OK) {
        /* Who waits for a pipe that stays silent has no batch in which to hear of a full disk. */
        cg_source_give_up_on(flow->source, &flow->stop);
    }
    return status;
}

/* An input is at its end: what it was on disk goes into the report. */
static void close_source(struct flow *flow, struct cg_batch *batch) {
    struct cg_input_facts *facts = &flow->inputs[flow->source_no];
    facts->bytes = cg_source_bytes(flow->source);
    if (!cg_source_sha256(flow->source, facts->sha256)) {
        cg_error_set(&batch->error, CG_INTERNAL, "SHA-256 is not available");
    }
    cg_source_close(flow->source);
    flow->source = NULL;
    batch->ends_source = true;
    flow->source_no++;
    batch->is_last = flow->source_no == flow->path_count;
}

static void fill_batch(struct flow *flow, struct cg_batch *batch) {
    struct cg_fill fill = {
        .out = batch->payload, .capacity_bytes = CG_BATCH_BYTES, .packed = &batch->packed};
    const uint64_t before = cg_source_bytes(flow->source);
    if (cg_source_fill(flow->source, &fill, &batch->error) != CG_OK) {
        return; /* the source has named the input */
    }
    atomic_fetch_add(&flow->bytes_read, cg_source_bytes(flow->source) - before);
    batch->payload_bytes = fill.len_bytes;
    batch->is_plain = cg_source_is_plain(flow->source);
    if (fill.at_end) {
        close_source(flow, batch);
    }
}

static void read_batch(void *context, struct cg_batch *batch) {
    struct flow *flow = context;
    batch->source_no = flow->source_no;
    if (atomic_load(&flow->stop)) {
        batch->is_last = true; /* an earlier batch carries the failure */
        return;
    }
    if (cg_stop_check(&batch->error) == CG_OK &&
        (flow->source != NULL || open_next(flow, &batch->error) == CG_OK)) {
        fill_batch(flow, batch);
    }
    if (batch->error.status != CG_OK) {
        batch->is_last = true;
    }
}

static void unpack(void *context, struct cg_batch *batch) {
    const struct flow *flow = context;
    if (batch->error.status != CG_OK || batch->packed.len_bytes == 0) {
        return;
    }
    if (cg_source_unpack(&batch->packed, batch->payload, CG_BATCH_BYTES, &batch->payload_bytes,
                         &batch->error) != CG_OK) {
        name_input(flow, batch);
    }
}

/* The first header binds the layout; every further one must say the same. */
static enum cg_status bind_header(struct flow *flow, const struct cg_header *header,
                                  struct cg_error *err) {
    if (flow->bound) {
        return cg_binding_same_header(&flow->binding, header->line)
                   ? CG_OK
                   : cg_error_set(err, CG_BAD_DATA,
                                  "the header is not that of the first input; all inputs of one "
                                  "run must have the same columns in the same order: run them "
                                  "apart, or bring the columns in line");
    }
    flow->layout_detected = flow->plan->layout == NULL;
    const enum cg_status status =
        flow_bind_header(flow->plan->layout, flow->plan->multiline, header->line, &flow->layout,
                         &flow->binding, err);
    flow->bound = status == CG_OK;
    return status;
}

/* Compression is told from the bytes; where they make no sense, the name is a hint. */
static void refuse_header(const struct flow *flow, struct cg_batch *batch) {
    const char *path = flow->paths[batch->source_no];
    const size_t len = strlen(path);
    if (batch->is_plain && len >= 3 && strcmp(path + len - 3, ".gz") == 0) {
        cg_error_wrap(&batch->error, "is named .gz but is not gzip, and as plain text");
    }
    name_input(flow, batch);
}

static void take_header(struct flow *flow, struct cg_batch *batch) {
    struct cg_header header;
    bool found = false;
    enum cg_status status = cg_cutter_header(flow->cutter, batch, &header, &found, &batch->error);
    if (status == CG_OK && found) {
        status = bind_header(flow, &header, &batch->error);
        batch->header_raw = header.raw;
        batch->header_lines = header.physical_lines;
    }
    if (status == CG_OK && found) {
        cg_cutter_start(flow->cutter, flow->binding.delimiter, flow->binding.multiline);
    } else if (status == CG_OK && batch->ends_source) {
        status = cg_error_set(&batch->error, CG_BAD_DATA,
                              "there is no header line; the first line must name the columns");
    }
    if (status != CG_OK) {
        refuse_header(flow, batch);
    }
}

/* The input's identity in the ledger is complete. */
static void end_content(struct flow *flow, struct cg_batch *batch) {
    struct cg_ledger_input *input = &flow->ledger_inputs[batch->source_no];
    if (flow->ledger == NULL) {
        return;
    }
    if (!content_hash_get(&flow->content, input->head_sha256, input->content_sha256)) {
        cg_error_set(&batch->error, CG_INTERNAL, "SHA-256 is not available");
    }
    content_hash_restart(&flow->content);
}

static void cut(void *context, struct cg_batch *batch) {
    struct flow *flow = context;
    if (batch->error.status != CG_OK) {
        return;
    }
    if (flow->ledger != NULL) {
        content_hash_add(&flow->content, batch->payload, batch->payload_bytes);
    }
    if (cg_cutter_wants_header(flow->cutter)) {
        take_header(flow, batch);
    }
    if (batch->error.status == CG_OK && !cg_cutter_wants_header(flow->cutter)) {
        cg_cutter_cut(flow->cutter, batch);
    }
    if (batch->ends_source) {
        cg_cutter_expect_header(flow->cutter);
        end_content(flow, batch);
    }
}

static void parse(void *context, struct cg_batch *batch) {
    const struct flow *flow = context;
    if (batch->error.status != CG_OK || batch->text.len == 0) {
        return;
    }
    if (batch->csv == NULL) {
        batch->csv = cg_csv_new(flow->binding.delimiter, flow->binding.column_count);
    }
    const struct cg_parse_plan plan = {.binding = &flow->binding,
                                       .judge = cg_judge,
                                       .judge_lines = cg_judge_lines,
                                       .rules = &flow->plan->rules,
                                       .libcsv_only = flow->plan->libcsv_only};
    if (batch->csv == NULL) {
        cg_error_set(&batch->error, CG_INTERNAL, "out of memory");
    } else if (cg_parse_batch(&plan, batch->csv, batch) != CG_OK) {
        name_input(flow, batch);
    }
}

static void decide(void *context, struct cg_batch *batch) {
    struct flow *flow = context;
    if (batch->error.status != CG_OK) {
        return;
    }
    batch->first_line = flow->next_line + batch->header_lines;
    flow->next_line = batch->ends_source ? 1 : batch->first_line + batch->physical_lines;
    flow->inputs[batch->source_no].records += batch->record_count;
    if (cg_history_decide(flow->history, batch->lines, batch->line_count, &batch->error) != CG_OK) {
        return;
    }
    const bool records = flow->ledger != NULL && !flow->plan->dry_run;
    if (!records || cg_ledger_record(flow->ledger, batch, &batch->error) == CG_OK) {
        cg_tally_add(&flow->tally, batch);
    }
}

void flow_encode(void *context, struct cg_batch *batch);
void flow_write(void *context, struct cg_batch *batch);

const struct cg_station flow_stations[FLOW_STATIONS] = {
    {"read", CG_SERIAL, read_batch},  {"unpack", CG_PARALLEL, unpack},
    {"cut", CG_SERIAL, cut},          {"parse", CG_PARALLEL, parse},
    {"decide", CG_SERIAL, decide},    {"encode", CG_PARALLEL, flow_encode},
    {"write", CG_SERIAL, flow_write},
};
