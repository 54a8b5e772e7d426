/*
 * Many nights as one history: folders of ours one after another, or runs of a ledger.
 *
 * Each night is a part with inputs of its own, found among the files by their hashes and put in the
 * order of the nights. A record belongs to the part of its input, and there it is looked up as if
 * that night were alone. Each line is decided as of the day of its night.
 */
#include "audit_private.h"

#include "claimgate/base/log.h"
#include "claimgate/ledger/ledger_query.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 1 << 16, INPUTS_MAX = 1 << 20 };

struct part {
    struct cg_audit_original original; /* of a folder */
    const char *dir;                   /* NULL: a run */
    int64_t run_no;
    int32_t as_of_day;
    uint32_t first_input;
    uint32_t input_count;
    struct cg_audit_source source;
};

struct cg_audit_history {
    const struct cg_audit_plan *plan;
    struct cg_array parts;  /* of struct part */
    struct cg_array inputs; /* of struct cg_audit_input, of all parts */
    const char **paths;     /* of the files that they are now */
    struct cg_rules *rules; /* of each input */
    const void **rules_of_inputs;
    struct cg_ledger *ledger; /* while runs are looked for */
};

static struct part *part_at(const struct cg_audit_history *history, uint32_t position) {
    return cg_array_at(&history->parts, position);
}

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory for the decisions made then");
}

static struct part *add_part(struct cg_audit_history *history) {
    struct part *part = cg_array_add(&history->parts);
    if (part != NULL) {
        *part = (struct part){.first_input = history->inputs.count};
    }
    return part;
}

/* --- folders --- */

static enum cg_status add_inputs(struct cg_audit_history *history, struct part *part,
                                 struct cg_error *err) {
    const struct cg_array *inputs = &part->original.inputs;
    for (uint32_t i = 0; i < inputs->count; i++) {
        struct cg_audit_input input = *(const struct cg_audit_input *)cg_array_at(inputs, i);
        input.name = strdup(input.name);
        if (cg_audit_inputs_add(&history->inputs, &input, err) != CG_OK) {
            return err->status;
        }
    }
    part->input_count = inputs->count;
    return CG_OK;
}

static enum cg_status read_folders(struct cg_audit_history *history, struct cg_error *err) {
    const struct cg_audit_plan *plan = history->plan;
    for (uint32_t i = 0; i < plan->decided_count; i++) {
        struct part *part = add_part(history);
        if (part == NULL) {
            return no_memory(err);
        }
        part->dir = plan->decided[i];
        if (cg_audit_original_read(part->dir, &part->original, err) != CG_OK ||
            add_inputs(history, part, err) != CG_OK) {
            return err->status;
        }
        part->as_of_day = part->original.as_of_day;
        if (i == 0 && part->original.run_no > 1) {
            cg_log_warning("%s was decided on a ledger, as run %" PRId64 "; here every history "
                           "starts from nothing: to start where that run did, give --ledger FILE "
                           "--runs A-B instead of --decided",
                           part->dir, part->original.run_no);
        }
    }
    return CG_OK;
}

/* --- runs --- */

/* What another kind of run did between the nights is not done again: a line that was freed or
 * taken in by hand has no file here. */
static enum cg_status take_run(void *context, const struct cg_ledger_run_facts *facts,
                               struct cg_error *err) {
    struct cg_audit_history *history = context;
    const struct cg_audit_plan *plan = history->plan;
    const bool decided = strcmp(facts->kind, "validate") == 0;
    if (facts->run_no < plan->first_run || facts->run_no > plan->last_run ||
        facts->state == CG_RUN_WITHDRAWN || strcmp(facts->kind, "withdraw") == 0) {
        return CG_OK;
    }
    if (!decided) {
        if (history->parts.count > 0) {
            cg_log_warning("run %" PRId64 " is of the kind %s: what it did stands between these "
                           "nights, and is not done again here",
                           facts->run_no, facts->kind);
        }
        return CG_OK;
    }
    struct part *part = add_part(history);
    if (part == NULL) {
        return no_memory(err);
    }
    part->run_no = facts->run_no;
    part->as_of_day = facts->as_of_day;
    return CG_OK;
}

static enum cg_status take_input(void *context, const struct cg_ledger_run_item *item,
                                 struct cg_error *err) {
    struct cg_audit_history *history = context;
    if (strcmp(item->table, "input") != 0) {
        return CG_OK;
    }
    struct cg_audit_input input = {.name = strdup(item->name), .bytes = item->bytes};
    memcpy(input.sha256, item->sha256, strnlen(item->sha256, CG_SHA256_HEX_BYTES - 1));
    memcpy(input.content_sha256, item->content_hash,
           strnlen(item->content_hash, CG_SHA256_HEX_BYTES - 1));
    return cg_audit_inputs_add(&history->inputs, &input, err);
}

static enum cg_status read_runs(struct cg_audit_history *history, struct cg_error *err) {
    const struct cg_audit_plan *plan = history->plan;
    if (cg_ledger_open_reader(plan->run.ledger, &history->ledger, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_ledger_visit_runs(history->ledger, 0, take_run, history, err);
    if (status != CG_OK) {
        return status;
    }
    if (history->parts.count == 0) {
        return cg_error_set(err, CG_USAGE,
                            "%s has no run among these that decided anything and stands; "
                            "`claimgate ledger runs` lists the runs",
                            plan->run.ledger);
    }
    for (uint32_t i = 0; i < history->parts.count; i++) {
        struct part *part = part_at(history, i);
        part->first_input = history->inputs.count;
        status = cg_ledger_visit_run_items(history->ledger, part->run_no, take_input, history, err);
        if (status != CG_OK) {
            return status;
        }
        part->input_count = history->inputs.count - part->first_input;
    }
    return CG_OK;
}

/* --- the whole as one run --- */

static void fill_rules(struct cg_audit_history *history, const struct cg_run_plan *run) {
    for (uint32_t i = 0; i < history->parts.count; i++) {
        const struct part *part = part_at(history, i);
        for (uint32_t j = 0; j < part->input_count; j++) {
            const uint32_t input = part->first_input + j;
            history->rules[input] = run->rules;
            history->rules[input].as_of_day = part->as_of_day;
            history->rules_of_inputs[input] = &history->rules[input];
        }
    }
}

static enum cg_status order_inputs(struct cg_audit_history *history, struct cg_run_plan *run,
                                   struct cg_error *err) {
    const uint32_t count = history->inputs.count;
    history->paths = calloc(count + 1U, sizeof history->paths[0]);
    history->rules = calloc(count + 1U, sizeof history->rules[0]);
    history->rules_of_inputs = calloc(count + 1U, sizeof history->rules_of_inputs[0]);
    if (history->paths == NULL || history->rules == NULL || history->rules_of_inputs == NULL) {
        return no_memory(err);
    }
    if (cg_audit_inputs_match(run, &history->inputs, history->paths, err) != CG_OK) {
        return err->status;
    }
    run->inputs = history->paths;
    run->input_count = count;
    if (run->rules.as_of_day == CG_DAY_NONE) {
        fill_rules(history, run);
        run->rules_of_inputs = history->rules_of_inputs;
        run->rules.as_of_day = part_at(history, history->parts.count - 1)->as_of_day;
    }
    return CG_OK;
}

static enum cg_status open_parts(struct cg_audit_history *history, const struct cg_run_plan *run,
                                 struct cg_error *err) {
    for (uint32_t i = 0; i < history->parts.count; i++) {
        struct part *part = part_at(history, i);
        struct cg_run_plan alone = *run;
        alone.inputs = run->inputs + part->first_input;
        alone.input_count = part->input_count;
        const enum cg_status status =
            part->dir != NULL
                ? cg_audit_by_position(part->dir, &part->original, &part->source, err)
                : cg_audit_by_run(&alone, part->run_no, &part->as_of_day, &part->source, err);
        if (status != CG_OK) {
            return status;
        }
    }
    return CG_OK;
}

static enum cg_status find(void *self, const struct cg_audit_record *record,
                           struct cg_audit_then *out, struct cg_error *err) {
    const struct cg_audit_history *history = self;
    uint32_t low = 0;
    uint32_t high = history->parts.count;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (part_at(history, middle)->first_input <= record->input_no) {
            low = middle;
        } else {
            high = middle;
        }
    }
    const struct part *part = part_at(history, low);
    struct cg_audit_record alone = *record;
    alone.input_no -= part->first_input;
    return part->source.find(part->source.self, &alone, out, err);
}

static enum cg_status visit_rest(void *self, const struct cg_binding *binding,
                                 cg_audit_leftover_fn fn, void *context, struct cg_error *err) {
    const struct cg_audit_history *history = self;
    (void)binding;
    for (uint32_t i = 0; i < history->parts.count; i++) {
        const struct cg_audit_source *source = &part_at(history, i)->source;
        const enum cg_status status = source->visit_rest(source->self, NULL, fn, context, err);
        if (status != CG_OK) {
            return status;
        }
    }
    return CG_OK;
}

/* The parts go with the history, which outlives its source. */
static void keep(void *self) {
    (void)self;
}

bool cg_audit_history_is_ours(const struct cg_audit_history *history) {
    for (uint32_t i = 0; i < history->parts.count; i++) {
        const struct part *part = part_at(history, i);
        if (part->dir != NULL && !part->original.is_ours) {
            return false;
        }
    }
    return true;
}

int64_t cg_audit_history_out_of_scope(const struct cg_audit_history *history) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < history->parts.count; i++) {
        const struct part *part = part_at(history, i);
        if (part->dir == NULL || part->original.out_of_scope < 0) {
            return -1;
        }
        sum += part->original.out_of_scope;
    }
    return sum;
}

void cg_audit_history_runs(const struct cg_audit_history *history, int64_t *first, int64_t *last) {
    *first = part_at(history, 0)->run_no;
    *last = part_at(history, history->parts.count - 1)->run_no;
}

static enum cg_status open_history(struct cg_audit_history *history, struct cg_run_plan *run,
                                   struct cg_audit_source *source, struct cg_error *err) {
    const struct cg_audit_plan *plan = history->plan;
    enum cg_status status =
        plan->decided_count > 0 ? read_folders(history, err) : read_runs(history, err);
    if (status != CG_OK) {
        return status;
    }
    if (!cg_audit_history_is_ours(history)) {
        if (run->rules.as_of_day == CG_DAY_NONE) {
            run->rules.as_of_day = cg_date_today();
        }
        return cg_audit_by_key(plan->decided, plan->decided_count, false, source, err);
    }
    if (order_inputs(history, run, err) != CG_OK) {
        return err->status;
    }
    run->before_run = part_at(history, 0)->run_no;
    *source = (struct cg_audit_source){find, visit_rest, keep, history};
    return open_parts(history, run, err);
}

enum cg_status cg_audit_history_open(const struct cg_audit_plan *plan, struct cg_run_plan *run,
                                     struct cg_audit_history **out, struct cg_audit_source *source,
                                     struct cg_error *err) {
    struct cg_audit_history *history = calloc(1, sizeof *history);
    if (history == NULL) {
        return no_memory(err);
    }
    *out = history;
    history->plan = plan;
    cg_array_init(&history->parts, sizeof(struct part), PARTS_MAX);
    cg_array_init(&history->inputs, sizeof(struct cg_audit_input), INPUTS_MAX);
    const enum cg_status status = open_history(history, run, source, err);
    cg_ledger_close(history->ledger);
    return status;
}

void cg_audit_history_close(struct cg_audit_history *history) {
    if (history == NULL) {
        return;
    }
    for (uint32_t i = 0; i < history->parts.count; i++) {
        struct part *part = part_at(history, i);
        if (part->source.free != NULL) {
            part->source.free(part->source.self);
        }
        cg_audit_original_fini(&part->original);
    }
    cg_array_fini(&history->parts);
    cg_audit_inputs_fini(&history->inputs);
    free(history->paths);
    free(history->rules);
    free(history->rules_of_inputs);
    free(history);
}
