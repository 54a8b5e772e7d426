/*
 * A plan on a ledger set: the night that it begins, and the inputs that the set has already.
 */
#include "making.h"

#include "claimgate/base/log.h"
#include "claimgate/run/known_inputs.h"

#include <stdlib.h>
#include <string.h>

static enum cg_status check_parts(struct cg_part_plan *plan, const struct cg_ledger_set *set,
                                  struct cg_error *err) {
    const uint32_t parts = cg_ledger_set_parts(set);
    if (plan->parts != 0 && plan->parts != parts) {
        return cg_error_set(err, CG_USAGE,
                            "--parts %u: %s has %u parts, each with its own members; leave --parts "
                            "out",
                            plan->parts, cg_ledger_set_path(set), parts);
    }
    plan->parts = parts;
    return CG_OK;
}

/* A night that shares the run's folder is of a plan that is gone, or was given up half-way. */
static enum cg_status is_open(const struct cg_part *part, const char *ledgers, bool *is,
                              struct cg_error *err) {
    struct cg_ledger_set *set = NULL;
    enum cg_night_state state = CG_NIGHT_UNDONE;
    enum cg_status status = cg_ledger_set_open(ledgers, &set, err);
    if (status == CG_OK) {
        status = cg_ledger_night_is_of(set, part->run_dir, is, err);
    }
    if (status == CG_OK && !*is) {
        status = cg_ledger_night_look(set, &part->plan.night, &state, err);
        *is = state == CG_NIGHT_OPEN;
    }
    cg_ledger_set_close(set);
    return status;
}

enum cg_status cg_plan_undo_night(const struct cg_part *part, const char *ledgers,
                                  struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = ledgers};
    const struct cg_ledger_recovery discard = {.discard = true};
    uint32_t recovered;
    bool is = false;
    const enum cg_status status = is_open(part, ledgers, &is, err);
    return is ? cg_ledger_recover(&plan, &discard, &recovered, err) : status;
}

/* A night of this run that has no plan any more is nobody's. */
static enum cg_status begin_night(struct cg_part *part, struct cg_ledger_set *set,
                                  const char *policy_id, struct cg_error *err) {
    const struct cg_ledger_night_plan night = {
        .kind = "validate", .policy_id = policy_id, .work = part->run_dir};
    const enum cg_status status = cg_plan_undo_night(part, cg_ledger_set_path(set), err);
    return status == CG_OK ? cg_ledger_night_begin(set, &night, &part->plan.night, err) : status;
}

static enum cg_status drop_known(struct cg_ledger_set *set, struct cg_plan_inputs *inputs,
                                 struct cg_error *err) {
    struct cg_ledger *first = NULL;
    enum cg_status status = cg_ledger_set_open_reader(set, 0, &first, err);
    if (status == CG_OK) {
        status = cg_known_inputs_drop(first, inputs->files, &inputs->count, &inputs->known, err);
    }
    cg_ledger_close(first);
    return status;
}

/* Where all is known, nothing is begun. */
static enum cg_status begin(struct cg_part *part, struct cg_ledger_set *set, const char *policy_id,
                            struct cg_plan_inputs *inputs, struct cg_error *err) {
    if (check_parts(&part->plan, set, err) != CG_OK ||
        begin_night(part, set, policy_id, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = drop_known(set, inputs, err);
    if (status == CG_OK && inputs->count > 0) {
        return CG_OK;
    }
    struct cg_error ignored = CG_ERROR_INIT;
    const enum cg_status undone =
        cg_plan_undo_night(part, cg_ledger_set_path(set), status == CG_OK ? err : &ignored);
    part->plan.night = (struct cg_ledger_night){0};
    return undone == CG_OK ? status : err->status;
}

static enum cg_status begin_on(struct cg_part *part, const char *ledgers, const char *policy_id,
                               struct cg_plan_inputs *inputs, struct cg_error *err) {
    struct cg_ledger_set *set = NULL;
    enum cg_status status = cg_ledger_set_open(ledgers, &set, err);
    if (status == CG_OK) {
        status = begin(part, set, policy_id, inputs, err);
    }
    if (status == CG_OK) {
        inputs->ledgers = strdup(cg_ledger_set_path(set));
        part->plan.ledgers = inputs->ledgers;
        part->plan.known = inputs->known.list;
        part->plan.known_count = inputs->known.count;
        status = inputs->ledgers != NULL ? CG_OK : cg_error_no_memory(err);
    }
    cg_ledger_set_close(set);
    return status;
}

/* The command may be given again on another day, and when its night has begun: what the plan that
 * is there says of both holds. */
enum cg_status cg_making_look_for_plan(struct cg_making *making, struct cg_error *err) {
    struct cg_error why = CG_ERROR_INIT;
    struct cg_part *there = calloc(1, sizeof *there);
    if (there == NULL) {
        return cg_error_no_memory(err);
    }
    memcpy(there->run_dir, making->part.run_dir, sizeof there->run_dir);
    cg_buffer_init(&there->text, CG_PLAN_BYTES_MAX);
    const enum cg_status status = cg_part_plan_load(there, &why);
    if (status == CG_OK) {
        making->there = there;
        return CG_OK;
    }
    cg_part_free(there);
    const bool is_none = status == CG_NO_INPUT || status == CG_BAD_DATA || status == CG_BAD_CONFIG;
    return is_none ? CG_OK : cg_error_set(err, status, "%s", why.text);
}

static bool is_known(const struct cg_making *making, uint32_t input) {
    const struct cg_part_plan *there = &making->there->plan;
    for (uint32_t i = 0; i < there->known_count; i++) {
        if (strcmp(there->known[i].file, making->request->inputs[input]) == 0) {
            return true;
        }
    }
    return false;
}

/* On a ledger set only the plan that begins the night asks what is known. */
static void go_on_with_night(struct cg_making *making) {
    const struct cg_part_plan *there = &making->there->plan;
    struct cg_part_plan *plan = &making->part.plan;
    plan->ledgers = there->ledgers;
    plan->night = there->night;
    plan->known = there->known;
    plan->known_count = there->known_count;
    plan->parts = plan->parts == 0 ? there->parts : plan->parts;
    making->files.count = 0;
    for (uint32_t i = 0; i < making->request->input_count; i++) {
        if (!is_known(making, i)) {
            making->files.files[making->files.count++] = making->request->inputs[i];
        }
    }
}

/* What was asked and decided for a night that `ledger recover` has taken back is of no use any
 * more: its inputs may have been taken in since. */
static enum cg_status is_given_up(const struct cg_part *there, bool *is, struct cg_error *err) {
    struct cg_ledger_set *set = NULL;
    enum cg_night_state state = CG_NIGHT_OPEN;
    enum cg_status status = cg_ledger_set_open(there->plan.ledgers, &set, err);
    if (status == CG_OK && there->plan.night.run_no != 0) {
        status = cg_ledger_night_look(set, &there->plan.night, &state, err);
    }
    cg_ledger_set_close(set);
    *is = state == CG_NIGHT_UNDONE;
    return status;
}

static enum cg_status go_on_or_begin_anew(struct cg_making *making, const struct cg_policy *policy,
                                          struct cg_error *err) {
    const struct cg_part_request *request = making->request;
    bool given_up = false;
    const enum cg_status status = is_given_up(making->there, &given_up, err);
    if (status != CG_OK || !given_up) {
        go_on_with_night(making);
        return status;
    }
    if (!request->replaces) {
        return cg_error_set(err, CG_USAGE,
                            "%s: its night on %s was given up by `ledger recover`; remove this "
                            "folder, and run the same command again",
                            making->part.run_dir, making->there->plan.ledgers);
    }
    cg_log_note("%s is of a night that was given up; the run begins anew", making->part.run_dir);
    cg_part_empty(making->part.run_dir);
    return begin_on(&making->part, request->ledgers, cg_policy_id(policy), &making->files, err);
}

enum cg_status cg_making_take_ledgers(struct cg_making *making, const struct cg_policy *policy,
                                      struct cg_error *err) {
    const struct cg_part_request *request = making->request;
    making->files.count = request->input_count;
    if (making->there != NULL && request->ledgers != NULL && making->there->plan.ledgers != NULL) {
        return go_on_or_begin_anew(making, policy, err);
    }
    return request->ledgers == NULL ? CG_OK
                                    : begin_on(&making->part, request->ledgers,
                                               cg_policy_id(policy), &making->files, err);
}
