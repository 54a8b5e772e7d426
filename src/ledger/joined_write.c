/*
 * One process writes to all parts of a set: a night of its own, begun with the run and ended by the
 * commit. Where the process fails before, it takes the night away again; where it dies, the next
 * one on this machine does, for it gets the set's lock only then.
 */
#include "joined.h"

#include "claimgate/base/log.h"

#include <inttypes.h>
#include <stdlib.h>

static enum cg_status begin_night(struct cg_joined *joined, const char *kind, int64_t withdraws,
                                  struct cg_error *err) {
    const struct cg_ledger_night_plan plan = {
        .kind = kind, .withdraws = withdraws, .by_one_process = true};
    return cg_ledger_night_begin(joined->set, &plan, &joined->night, err);
}

static enum cg_status enter_all(struct cg_joined *joined, struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t k = 0; status == CG_OK && k < joined->count; k++) {
        status = cg_night_enter(joined->set, &joined->night, NULL, joined->parts[k], err);
    }
    return status;
}

enum cg_status cg_joined_begin(struct cg_joined *joined, const char *kind, int32_t as_of_day,
                               cg_joined_begin_fn fn, struct cg_error *err) {
    enum cg_status status = begin_night(joined, kind, 0, err);
    if (status == CG_OK) {
        status = enter_all(joined, err);
    }
    for (uint32_t k = 0; status == CG_OK && k < joined->count; k++) {
        status = fn(joined->parts[k], as_of_day, err);
    }
    return status;
}

static enum cg_status begin_decided(struct cg_ledger *part, int32_t as_of_day,
                                    struct cg_error *err) {
    return cg_ledger_begin(part, NULL, as_of_day, err);
}

enum cg_status cg_joined_begin_validate(struct cg_joined *joined, const struct cg_roster *roster,
                                        int32_t as_of_day, struct cg_error *err) {
    const enum cg_status status =
        cg_joined_begin(joined, "validate", as_of_day, begin_decided, err);
    for (uint32_t k = 0; status == CG_OK && k < joined->count; k++) {
        joined->parts[k]->run.roster = roster;
    }
    return status;
}

/* A row without a member is for whatever part has the claim. */
enum cg_status cg_joined_release(struct cg_ledger *ledger, const struct cg_ledger_release *release,
                                 struct cg_ledger_freed *freed, struct cg_error *err) {
    if (release->member_id.len > 0) {
        return cg_ledger_release(cg_joined_writer(ledger->joined, release->member_id), release,
                                 freed, err);
    }
    *freed = (struct cg_ledger_freed){0};
    for (struct cg_ledger *part = cg_joined_next(ledger, NULL, err); part != NULL;
         part = cg_joined_next(ledger, part, err)) {
        struct cg_ledger_freed here = {0};
        if (cg_ledger_release(part, release, &here, err) != CG_OK) {
            return err->status;
        }
        freed->lines += here.lines;
        freed->units += here.units;
    }
    return err->status;
}

enum cg_status cg_joined_add_alias(struct cg_ledger *ledger, const struct cg_ledger_alias *alias,
                                   bool *known, struct cg_error *err) {
    if (alias->member_id.len > 0) {
        return cg_ledger_add_alias(cg_joined_writer(ledger->joined, alias->member_id), alias, known,
                                   err);
    }
    for (struct cg_ledger *part = cg_joined_next(ledger, NULL, err); part != NULL;
         part = cg_joined_next(ledger, part, err)) {
        if (cg_ledger_add_alias(part, alias, known, err) != CG_OK) {
            return err->status;
        }
    }
    *known = true;
    return err->status;
}

static bool make_tallies(struct cg_joined *joined, const struct cg_policy *policy) {
    bool good = true;
    joined->tallies = calloc(joined->count, sizeof joined->tallies[0]);
    for (uint32_t k = 0; joined->tallies != NULL && k < joined->count; k++) {
        good = cg_tally_init(&joined->tallies[k], policy) && good;
    }
    return joined->tallies != NULL && good;
}

bool cg_joined_count_line(struct cg_joined *joined, const struct cg_ledger *part,
                          const struct cg_line *line) {
    if (joined->tallies == NULL && !make_tallies(joined, part->policy)) {
        return false;
    }
    cg_tally_add_line(&joined->tallies[part->mark.part_no], line);
    return true;
}

/* What no part has recorded is part 0's, so that the sums over all parts are the night's. */
static enum cg_status give_rest_to_first(struct cg_joined *joined, const struct cg_tally *whole,
                                         struct cg_error *err) {
    if (whole == NULL || whole->policy == NULL) {
        return CG_OK;
    }
    if (joined->tallies == NULL && !make_tallies(joined, whole->policy)) {
        return cg_error_no_memory(err);
    }
    struct cg_tally *first = &joined->tallies[0];
    cg_tally_rest(first, whole);
    for (uint32_t k = 1; k < joined->count; k++) {
        cg_tally_take_off(first, &joined->tallies[k]);
    }
    return CG_OK;
}

/* A run without a policy has recorded no lines, and what it has counted is part 0's. */
static const struct cg_tally *tally_of_part(const struct cg_joined *joined,
                                            const struct cg_tally *whole, uint32_t part_no) {
    if (whole == NULL || whole->policy == NULL) {
        return part_no == 0 ? whole : NULL;
    }
    return &joined->tallies[part_no];
}

static enum cg_status keep_all(struct cg_joined *joined, const struct cg_ledger_commit *commit,
                               struct cg_error *err) {
    struct cg_ledger_commit of_part = *commit;
    enum cg_status status = give_rest_to_first(joined, commit->tally, err);
    of_part.staging = NULL;
    of_part.outputs = NULL;
    of_part.output_count = 0;
    for (uint32_t k = 0; status == CG_OK && k < joined->count; k++) {
        bool kept = false;
        of_part.tally = tally_of_part(joined, commit->tally, k);
        if (commit->staging != NULL) {
            snprintf(joined->parts[k]->of_night->work, sizeof joined->parts[k]->of_night->work,
                     "%s", cg_staging_path(commit->staging));
        }
        status = cg_ledger_commit(joined->parts[k], &of_part, &kept, err);
        joined->is_kept = joined->is_kept || kept;
    }
    return status;
}

/* Ending a night opens the parts anew. */
static void close_parts(struct cg_joined *joined) {
    for (uint32_t k = 0; k < joined->count; k++) {
        cg_ledger_close(joined->parts[k]);
        joined->parts[k] = NULL;
    }
    joined->writes = false;
}

enum cg_status cg_joined_commit(struct cg_joined *joined, const struct cg_ledger_commit *commit,
                                bool *kept, struct cg_error *err) {
    const struct cg_ledger_night_end end = {.staging = commit->staging,
                                            .outputs = commit->outputs,
                                            .output_count = commit->output_count};
    *kept = false;
    enum cg_status status = keep_all(joined, commit, err);
    if (status != CG_OK) {
        return status;
    }
    close_parts(joined);
    status = cg_ledger_night_publish(joined->set, &joined->night, &end, kept, err);
    joined->is_over = *kept;
    return status;
}

enum cg_status cg_joined_withdraw(struct cg_joined *joined, int64_t run_no, struct cg_error *err) {
    if (cg_ledger_may_withdraw(joined->parts[0], run_no, err) != CG_OK ||
        begin_night(joined, "withdraw", run_no, err) != CG_OK) {
        return err->status;
    }
    close_parts(joined);
    joined->is_over = true; /* from here on it is only ever finished */
    return cg_night_withdraw_all(joined->set, &joined->night, err);
}

void cg_joined_give_up(struct cg_joined *joined) {
    const struct cg_ledger_recovery discard = {.discard = true};
    struct cg_error err = CG_ERROR_INIT;
    uint32_t recovered;
    if (joined->night.run_no == 0 || joined->is_over) {
        return;
    }
    close_parts(joined);
    if (!joined->is_kept ? cg_night_remove(joined->set, &err) != CG_OK
                         : cg_night_recover(joined->set, &discard, &recovered, &err) != CG_OK) {
        cg_log_warning("%s; night %" PRId64 " is still open: the next command that writes to the "
                       "set, or `claimgate ledger recover`, undoes it",
                       err.text, joined->night.run_no);
    }
}
