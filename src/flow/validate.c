/*
 * A run from its first probe to its last rename.
 *
 * Order matters: outputs are opened before a claim is read, so that a full night is not read
 * in vain; they are published after the books balance, so that a mistake of ours
 * cannot reach anybody.
 */
#include "claimgate/validate.h"

#include "flow.h"
#include "row_belt.h"

#include "claimgate/log.h"
#include "claimgate/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { REPORT_LIMIT_BYTES = 256 << 20 };

struct cg_validate {
    struct flow flow;
    struct cg_batch **batches;
    uint32_t depth;
};

static uint64_t clock_ms(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool make_batches(struct cg_validate *validate) {
    const struct cg_output_plan *output = &validate->flow.plan->output;
    validate->depth = validate->flow.plan->threads + FLOW_SPARE_BATCHES;
    validate->batches = calloc(validate->depth, sizeof validate->batches[0]);
    for (uint32_t i = 0; validate->batches != NULL && i < validate->depth; i++) {
        struct cg_batch *batch = cg_batch_new();
        validate->batches[i] = batch;
        if (batch == NULL ||
            (batch->deflater = cg_deflater_new(output->level, output->codec)) == NULL) {
            return false;
        }
    }
    return validate->batches != NULL;
}

static void free_batches(struct cg_validate *validate) {
    for (uint32_t i = 0; validate->batches != NULL && i < validate->depth; i++) {
        if (validate->batches[i] != NULL) {
            cg_csv_free(validate->batches[i]->csv);
            cg_deflater_free(validate->batches[i]->deflater);
        }
        cg_batch_free(validate->batches[i]);
    }
    free(validate->batches);
}

/* The sum of the inputs' sizes, for progress; 0 when one of them is a pipe. A file that is missing
 * is found when it is opened. */
static uint64_t total_bytes(const struct flow *flow) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < flow->path_count; i++) {
        struct stat facts;
        if (stat(flow->paths[i], &facts) != 0 || !S_ISREG(facts.st_mode)) {
            return 0;
        }
        total += (uint64_t)facts.st_size;
    }
    return total;
}

static bool copy_paths(struct flow *flow) {
    const uint32_t count = flow->plan->input_count;
    flow->paths = calloc(count, sizeof flow->paths[0]);
    flow->inputs = calloc(count, sizeof flow->inputs[0]);
    flow->ledger_inputs = calloc(count, sizeof flow->ledger_inputs[0]);
    if (flow->paths == NULL || flow->inputs == NULL || flow->ledger_inputs == NULL) {
        return false;
    }
    memcpy(flow->paths, flow->plan->inputs, count * sizeof flow->paths[0]);
    flow->path_count = count;
    return true;
}

/* A pipe cannot be looked at before it is read. */
static enum cg_status check_ledger_inputs(const struct flow *flow, struct cg_error *err) {
    for (uint32_t i = 0; i < flow->path_count; i++) {
        struct stat facts;
        const bool is_pipe = strcmp(flow->paths[i], "-") == 0 ||
                             (stat(flow->paths[i], &facts) == 0 && !S_ISREG(facts.st_mode));
        if (is_pipe && flow->path_count > 1) {
            return cg_error_set(err, CG_USAGE,
                                "%s: under --ledger, standard input or a pipe must be the only "
                                "input; run it by itself",
                                flow->paths[i]);
        }
    }
    return CG_OK;
}

static enum cg_status open_ledger_dry(struct flow *flow, const struct cg_ledger_plan *ledger,
                                      struct cg_error *err) {
    bool is_new;
    const enum cg_status status = cg_ledger_open_dry(ledger, &flow->ledger, &is_new, err);
    if (status == CG_OK && is_new) {
        cg_log_note("%s: no ledger is there yet, so that nothing is known from earlier runs",
                    ledger->path);
    }
    return status;
}

static enum cg_status open_ledger(struct flow *flow, struct cg_error *err) {
    const struct cg_validate_plan *plan = flow->plan;
    const struct cg_ledger_plan ledger = {.path = plan->ledger,
                                          .lock_wait_seconds = plan->lock_wait_seconds,
                                          .policy = plan->rules.policy};
    enum cg_status status = check_ledger_inputs(flow, err);
    if (status == CG_OK && !content_hash_init(&flow->content)) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    if (status == CG_OK && plan->before_run != 0) {
        status = cg_ledger_open_reader(plan->ledger, &flow->ledger, err);
    } else if (status == CG_OK && plan->dry_run) {
        status = open_ledger_dry(flow, &ledger, err);
    } else if (status == CG_OK) {
        status = cg_ledger_open(&ledger, &flow->ledger, err);
    }
    if (status == CG_OK && plan->before_run == 0) {
        status = drop_known_inputs(flow->ledger, flow->paths, &flow->path_count, err);
    }
    if (status == CG_OK && plan->dry_run) {
        status = cg_ledger_recall_for(flow->ledger, plan->rules.policy, plan->before_run, err);
    } else if (status == CG_OK && flow->path_count != 0) {
        status = cg_ledger_begin(flow->ledger, plan->rules.roster, plan->rules.as_of_day, err);
    }
    return status;
}

static bool make_state(struct flow *flow) {
    flow->cutter = cg_cutter_new();
    flow->history = cg_history_new(flow->ledger != NULL ? cg_ledger_recall : NULL, flow->ledger);
    for (uint32_t i = 0; i < flow->path_count; i++) {
        flow->inputs[i].file = flow->paths[i];
    }
    flow->next_line = 1;
    return flow->cutter != NULL && flow->history != NULL &&
           cg_tally_init(&flow->tally, flow->plan->rules.policy);
}

enum cg_status cg_validate_new(const struct cg_validate_plan *plan, struct cg_validate **out,
                               struct cg_error *err) {
    struct cg_validate *validate = calloc(1, sizeof *validate);
    enum cg_status status = CG_OK;
    if (validate == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    struct flow *flow = &validate->flow;
    flow->plan = plan;
    if (!copy_paths(flow)) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory");
    } else if (plan->ledger != NULL) {
        status = open_ledger(flow, err);
    }
    if (status == CG_OK && (!make_batches(validate) || !make_state(flow))) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory; try fewer --threads");
    }
    if (status == CG_OK && flow->path_count != 0) {
        status = cg_outputs_open(&flow->outputs, &plan->output, err);
    }
    if (status != CG_OK) {
        cg_validate_free(validate);
        return status;
    }
    *out = validate;
    return CG_OK;
}

void cg_validate_free(struct cg_validate *validate) {
    if (validate == NULL) {
        return;
    }
    struct flow *flow = &validate->flow;
    cg_outputs_close(&flow->outputs);
    cg_ledger_close(flow->ledger);
    content_hash_fini(&flow->content);
    cg_source_close(flow->source);
    cg_binding_fini(&flow->binding);
    cg_layout_free(flow->layout);
    cg_cutter_free(flow->cutter);
    cg_history_free(flow->history);
    cg_tally_fini(&flow->tally);
    free(flow->ledger_inputs);
    free(flow->inputs);
    free(flow->paths);
    free_batches(validate);
    free(validate);
}

static void tick(void *context) {
    struct flow *flow = context;
    cg_progress_update(&flow->progress, atomic_load(&flow->bytes_read));
}

static enum cg_status run_belt(struct cg_validate *validate, struct cg_error *err) {
    struct flow *flow = &validate->flow;
    const struct cg_belt_plan belt = {.stations = flow_stations,
                                      .station_count = FLOW_STATIONS,
                                      .batches = validate->batches,
                                      .depth = validate->depth,
                                      .threads = flow->plan->threads,
                                      .context = flow,
                                      .tick = flow->plan->show_progress ? tick : NULL,
                                      .trace = flow->plan->trace,
                                      .times = flow->times};
    cg_progress_start(&flow->progress, "claims", total_bytes(flow), flow->plan->show_progress);
    const enum cg_status status = cg_belt_run(&belt, err);
    cg_progress_end(&flow->progress);
    if (status == CG_OK && flow->error.status != CG_OK) {
        *err = flow->error;
        return flow->error.status;
    }
    return status;
}

/*
 * Conservation: every physical line is a header, blank, or a record; every record was decided one
 * way; every decision became a row. The three are counted at different stations. Multiline
 * records span lines, so that there records alone are compared.
 */
static enum cg_status check_balance(const struct flow *flow, struct cg_error *err) {
    const struct cg_tally *tally = &flow->tally;
    const uint64_t lines = flow->header_lines + tally->records + tally->empty_lines;
    const bool lines_match = flow->binding.multiline || lines == flow->physical_lines;
    if (lines_match && tally->records == tally->accepted + tally->rejected &&
        flow->accepted_rows == tally->accepted &&
        flow->rejected_rows == tally->rejected + tally->cutback &&
        tally->units_submitted == tally->units_accepted + tally->units_rejected) {
        return CG_OK;
    }
    return cg_error_set(
        err, CG_INTERNAL,
        "the books do not balance, so nothing was published: %llu lines read, %llu header, %llu "
        "blank, %llu accepted (%llu written), %llu rejected (%llu written); please report this",
        (unsigned long long)flow->physical_lines, (unsigned long long)flow->header_lines,
        (unsigned long long)tally->empty_lines, (unsigned long long)tally->accepted,
        (unsigned long long)flow->accepted_rows, (unsigned long long)tally->rejected,
        (unsigned long long)flow->rejected_rows);
}

static void fill_facts(struct flow *flow, uint64_t started_ms) {
    const struct cg_validate_plan *plan = flow->plan;
    struct cg_run_facts *facts = &flow->facts;
    facts->as_of_day = plan->rules.as_of_day;
    facts->policy = plan->rules.policy;
    facts->roster = plan->rules.roster;
    facts->layout = flow->layout != NULL ? cg_layout_name(flow->layout) : "";
    facts->layout_detected = flow->layout_detected;
    facts->inputs = flow->inputs;
    facts->input_count = flow->path_count;
    facts->tally = &flow->tally;
    facts->run_id = flow->ledger != NULL && !plan->dry_run ? cg_ledger_run_no(flow->ledger) : 0;
    facts->wall_ms = clock_ms(CLOCK_MONOTONIC) - started_ms;
    facts->threads = plan->threads;
    facts->codec = cg_deflate_codec_name(plan->output.level, plan->output.codec);
    facts->times = flow->times;
    facts->station_count = FLOW_STATIONS;
}

static enum cg_status write_report(struct flow *flow, struct cg_output_facts *file,
                                   struct cg_error *err) {
    struct cg_buffer report;
    enum cg_status status = CG_OK;
    cg_buffer_init(&report, REPORT_LIMIT_BYTES);
    if (!cg_report_json(&report, &flow->facts)) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory while writing the report");
    } else {
        status = cg_outputs_report(&flow->outputs, &report, file, err);
    }
    cg_buffer_fini(&report);
    return status;
}

/* Decisions and folder become real together: the ledger publishes. */
static enum cg_status commit(struct cg_validate *validate, const struct cg_output_facts *report,
                             struct cg_error *err) {
    struct flow *flow = &validate->flow;
    const struct cg_output_facts *files[] = {&flow->facts.accepted, &flow->facts.rejected, report};
    enum { FILES = sizeof files / sizeof files[0] };
    struct cg_ledger_output outputs[FILES];
    bool kept = false;
    for (size_t i = 0; i < FILES; i++) {
        outputs[i] = (struct cg_ledger_output){
            .file = files[i]->file, .bytes = files[i]->bytes, .records = files[i]->records};
        memcpy(outputs[i].sha256, files[i]->sha256, CG_SHA256_BYTES);
        memcpy(outputs[i].content_sha256, files[i]->content_sha256, CG_SHA256_BYTES);
    }
    for (uint32_t i = 0; i < flow->path_count; i++) {
        flow->ledger_inputs[i].file = flow->inputs[i].file;
        flow->ledger_inputs[i].bytes = flow->inputs[i].bytes;
        flow->ledger_inputs[i].records = flow->inputs[i].records;
        memcpy(flow->ledger_inputs[i].sha256, flow->inputs[i].sha256, CG_SHA256_BYTES);
    }
    enum cg_status status = cg_staging_sync(flow->outputs.staging, err);
    if (status == CG_OK) {
        struct row_belt belt = {
            .batches = validate->batches, .depth = validate->depth, .threads = flow->plan->threads};
        const struct cg_ledger_commit commit = {.inputs = flow->ledger_inputs,
                                                .input_count = flow->path_count,
                                                .outputs = outputs,
                                                .output_count = FILES,
                                                .tally = &flow->tally,
                                                .staging = flow->outputs.staging,
                                                .carry = row_belt_carry,
                                                .carry_context = &belt};
        status = cg_ledger_commit(flow->ledger, &commit, &kept, err);
    }
    flow->outputs.keep_staging = kept;
    return status;
}

static enum cg_status publish(struct cg_validate *validate, uint64_t started_ms,
                              struct cg_error *err) {
    struct flow *flow = &validate->flow;
    struct cg_run_facts *facts = &flow->facts;
    struct cg_output_facts report;
    enum cg_status status =
        cg_outputs_finish(&flow->outputs, &facts->accepted, &facts->rejected, err);
    facts->wall_ms = clock_ms(CLOCK_MONOTONIC) - started_ms;
    if (status == CG_OK) {
        status = write_report(flow, &report, err);
    }
    if (status == CG_OK) {
        status = flow->ledger != NULL ? commit(validate, &report, err)
                                      : cg_outputs_publish(&flow->outputs, err);
    }
    return status;
}

/* Standard input could not be looked at before it was read. */
static enum cg_status find_known_stream(struct flow *flow, bool *known, struct cg_error *err) {
    struct cg_ledger_known run;
    *known = false;
    if (flow->ledger == NULL || flow->path_count != 1 || flow->plan->before_run != 0) {
        return CG_OK;
    }
    const enum cg_status status = cg_ledger_find_content(
        flow->ledger, flow->ledger_inputs[0].content_sha256, known, &run, err);
    if (status == CG_OK && *known) {
        note_known(flow->paths[0], "dropped", &run);
    }
    return status;
}

enum cg_status cg_validate_run(struct cg_validate *validate, enum cg_outcome *outcome,
                               struct cg_error *err) {
    struct flow *flow = &validate->flow;
    const int64_t limit_milli = flow->plan->max_reject_rate_milli;
    const uint64_t started_ms = clock_ms(CLOCK_MONOTONIC);
    bool known = flow->path_count == 0;
    enum cg_status status = CG_OK;
    flow->facts.started_unix = clock_ms(CLOCK_REALTIME) / 1000;
    if (!known) {
        status = run_belt(validate, err);
        status = status == CG_OK ? check_balance(flow, err) : status;
        status = status == CG_OK ? find_known_stream(flow, &known, err) : status;
    }
    if (status != CG_OK) {
        return status;
    }
    fill_facts(flow, started_ms);
    if (known) {
        *outcome = CG_ALL_KNOWN;
    } else if (limit_milli >= 0 &&
               cg_tally_reject_rate_milli(&flow->tally) > (uint64_t)limit_milli) {
        *outcome = CG_TRIPPED;
    } else if (flow->plan->dry_run) {
        *outcome = CG_ONLY_COUNTED;
    } else {
        *outcome = CG_PUBLISHED;
        status = publish(validate, started_ms, err);
    }
    return status;
}

const struct cg_run_facts *cg_validate_facts(const struct cg_validate *validate) {
    return &validate->flow.facts;
}
