/*
 * A run from its first probe to its last rename.
 *
 * Order matters: outputs are opened before a claim is read, so that a full night is not read
 * in vain; they are published after the books balance, so that a mistake of ours
 * cannot reach anybody.
 */
#include "claimgate/validate.h"

#include "flow.h"

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
static uint64_t total_bytes(const struct cg_validate_plan *plan) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < plan->input_count; i++) {
        struct stat facts;
        if (stat(plan->inputs[i], &facts) != 0 || !S_ISREG(facts.st_mode)) {
            return 0;
        }
        total += (uint64_t)facts.st_size;
    }
    return total;
}

static bool make_state(struct flow *flow) {
    const struct cg_validate_plan *plan = flow->plan;
    flow->cutter = cg_cutter_new();
    flow->history = cg_history_new(plan->rules.policy, NULL, NULL);
    flow->inputs = calloc(plan->input_count, sizeof flow->inputs[0]);
    if (flow->inputs == NULL || !cg_tally_init(&flow->tally, plan->rules.policy)) {
        return false;
    }
    for (uint32_t i = 0; i < plan->input_count; i++) {
        flow->inputs[i].file = plan->inputs[i];
    }
    flow->next_line = 1;
    return flow->cutter != NULL && flow->history != NULL;
}

enum cg_status cg_validate_new(const struct cg_validate_plan *plan, struct cg_validate **out,
                               struct cg_error *err) {
    struct cg_validate *validate = calloc(1, sizeof *validate);
    enum cg_status status = CG_OK;
    if (validate == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    validate->flow.plan = plan;
    if (!make_batches(validate) || !make_state(&validate->flow)) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory; try fewer --threads");
    } else {
        status = cg_outputs_open(&validate->flow.outputs, &plan->output, err);
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
    cg_source_close(flow->source);
    cg_binding_fini(&flow->binding);
    cg_layout_free(flow->layout);
    cg_cutter_free(flow->cutter);
    cg_history_free(flow->history);
    cg_tally_fini(&flow->tally);
    free(flow->inputs);
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
    cg_progress_start(&flow->progress, "claims", total_bytes(flow->plan),
                      flow->plan->show_progress);
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
    facts->layout = cg_layout_name(flow->layout);
    facts->layout_detected = flow->layout_detected;
    facts->inputs = flow->inputs;
    facts->input_count = plan->input_count;
    facts->tally = &flow->tally;
    facts->wall_ms = clock_ms(CLOCK_MONOTONIC) - started_ms;
    facts->threads = plan->threads;
    facts->codec = cg_deflate_codec_name(plan->output.level, plan->output.codec);
    facts->times = flow->times;
    facts->station_count = FLOW_STATIONS;
}

static enum cg_status publish(struct flow *flow, uint64_t started_ms, struct cg_error *err) {
    struct cg_run_facts *facts = &flow->facts;
    struct cg_buffer report;
    cg_buffer_init(&report, REPORT_LIMIT_BYTES);
    enum cg_status status =
        cg_outputs_finish(&flow->outputs, &facts->accepted, &facts->rejected, err);
    facts->wall_ms = clock_ms(CLOCK_MONOTONIC) - started_ms;
    if (status == CG_OK && !cg_report_json(&report, facts)) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory while writing the report");
    }
    if (status == CG_OK) {
        status = cg_outputs_report(&flow->outputs, &report, err);
    }
    if (status == CG_OK) {
        status = cg_outputs_publish(&flow->outputs, err);
    }
    cg_buffer_fini(&report);
    return status;
}

enum cg_status cg_validate_run(struct cg_validate *validate, bool *tripped, struct cg_error *err) {
    struct flow *flow = &validate->flow;
    const uint64_t started_ms = clock_ms(CLOCK_MONOTONIC);
    flow->facts.started_unix = clock_ms(CLOCK_REALTIME) / 1000;
    enum cg_status status = run_belt(validate, err);
    if (status == CG_OK) {
        status = check_balance(flow, err);
    }
    if (status != CG_OK) {
        return status;
    }
    fill_facts(flow, started_ms);
    const int64_t limit_milli = flow->plan->max_reject_rate_milli;
    *tripped =
        limit_milli >= 0 && cg_tally_reject_rate_milli(&flow->tally) > (uint64_t)limit_milli;
    return *tripped ? CG_OK : publish(flow, started_ms, err);
}

const struct cg_run_facts *cg_validate_facts(const struct cg_validate *validate) {
    return &validate->flow.facts;
}
