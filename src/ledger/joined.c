#include "joined.h"

#include "claimgate/base/assert.h"
#include "claimgate/record/key.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    FILES_OF_A_PART = 4, /* the ledger, its log, the log's index, its lock */
    OTHER_FILES = 128,
    CACHE_KIB_OF_ALL = 128 << 10,
    CACHE_KIB_LEAST = 1 << 10,
    CACHE_KIB_MOST = 16 << 10,
};

/* The usual limit of 1,024 open files is less than the parts of a large set need. */
static void allow_files(uint32_t parts) {
    struct rlimit limit;
    const rlim_t wanted = (rlim_t)parts * FILES_OF_A_PART + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Parts that are open together share what one ledger would have to itself. */
static enum cg_status share_memory(const struct cg_joined *joined, struct cg_ledger *part,
                                   struct cg_error *err) {
    char pragma[64];
    int kib = CACHE_KIB_OF_ALL / (int)joined->count;
    kib = kib < CACHE_KIB_LEAST ? CACHE_KIB_LEAST : kib;
    kib = kib > CACHE_KIB_MOST ? CACHE_KIB_MOST : kib;
    snprintf(pragma, sizeof pragma, "PRAGMA cache_size = -%d", kib);
    part->pack_bytes = CG_LEDGER_PACK_BYTES / joined->count;
    return cg_ledger_exec(part, pragma, "opening", err);
}

/* An answer of one part would be silent about what the others show: that it lacks a night. */
static enum cg_status refuse_torn(struct cg_joined *joined, struct cg_error *err) {
    const bool must_agree = joined->must_agree;
    joined->must_agree = false;
    return must_agree ? cg_set_refuse_torn(joined->set, err) : CG_OK;
}

static enum cg_status open_part(struct cg_joined *joined, uint32_t part_no,
                                const struct cg_ledger_plan *plan, struct cg_error *err) {
    struct cg_ledger **part = &joined->parts[part_no];
    enum cg_status status = refuse_torn(joined, err);
    if (status == CG_OK) {
        status = cg_set_open_part(joined->set, part_no, plan, part, err);
    }
    if (status == CG_OK) {
        status = share_memory(joined, *part, err);
    }
    return status == CG_OK && joined->policy != NULL && plan == NULL
               ? cg_ledger_recall_for(*part, joined->policy, joined->before_run, err)
               : status;
}

enum cg_status cg_joined_part(struct cg_joined *joined, uint32_t part_no, struct cg_ledger **out,
                              struct cg_error *err) {
    const enum cg_status status =
        joined->parts[part_no] != NULL ? CG_OK : open_part(joined, part_no, NULL, err);
    joined->current = part_no;
    *out = joined->parts[part_no];
    return status;
}

struct cg_ledger *cg_joined_next(struct cg_ledger *ledger, const struct cg_ledger *part,
                                 struct cg_error *err) {
    const uint32_t part_no = part == NULL ? 0 : part->mark.part_no + 1;
    struct cg_ledger *next = NULL;
    if (ledger->joined == NULL) {
        return part == NULL ? ledger : NULL;
    }
    return part_no < ledger->joined->count &&
                   cg_joined_part(ledger->joined, part_no, &next, err) == CG_OK
               ? next
               : NULL;
}

enum cg_status cg_joined_each(struct cg_ledger *ledger, cg_joined_part_fn fn, void *context,
                              struct cg_error *err) {
    for (struct cg_ledger *part = cg_joined_next(ledger, NULL, err); part != NULL;
         part = cg_joined_next(ledger, part, err)) {
        if (fn(part, context, err) != CG_OK) {
            return err->status;
        }
    }
    return err->status;
}

enum cg_status cg_joined_each_row(struct cg_ledger *ledger, const struct cg_query *query,
                                  cg_row_fn fn, void *context, struct cg_error *err) {
    for (struct cg_ledger *part = cg_joined_next(ledger, NULL, err); part != NULL;
         part = cg_joined_next(ledger, part, err)) {
        if (cg_ledger_each(part, query, fn, context, err) != CG_OK) {
            return err->status;
        }
    }
    return err->status;
}

enum cg_status cg_joined_to_member(struct cg_ledger **ledger, struct cg_text member_id,
                                   struct cg_error *err) {
    struct cg_joined *joined = (*ledger)->joined;
    return joined == NULL
               ? CG_OK
               : cg_joined_part(joined, cg_member_part(member_id, joined->count), ledger, err);
}

enum cg_status cg_joined_to_first(struct cg_ledger **ledger, struct cg_error *err) {
    struct cg_joined *joined = (*ledger)->joined;
    return joined == NULL ? CG_OK : cg_joined_part(joined, 0, ledger, err);
}

void cg_joined_close(struct cg_joined *joined) {
    if (joined == NULL) {
        return;
    }
    cg_joined_give_up(joined);
    for (uint32_t k = 0; k < joined->count; k++) {
        cg_ledger_close(joined->parts[k]);
        if (joined->tallies != NULL) {
            cg_tally_fini(&joined->tallies[k]);
        }
    }
    free(joined->tallies);
    cg_ledger_set_close(joined->set);
    free(joined);
}

/* `out` has the set's own path, for messages and for what is sorted beside it. */
static enum cg_status join(const char *path, struct cg_ledger **out, struct cg_error *err) {
    struct cg_ledger *ledger = cg_ledger_new();
    struct cg_joined *joined = calloc(1, sizeof *joined);
    *out = ledger;
    if (ledger == NULL || joined == NULL) {
        free(joined);
        return cg_error_no_memory(err);
    }
    ledger->joined = joined;
    joined->must_agree = true;
    if (cg_ledger_set_open(path, &joined->set, err) != CG_OK) {
        return err->status;
    }
    joined->count = cg_ledger_set_parts(joined->set);
    allow_files(joined->count);
    ledger->path = strdup(cg_ledger_set_path(joined->set));
    ledger->dir = strdup(cg_ledger_set_path(joined->set));
    return ledger->path != NULL && ledger->dir != NULL ? CG_OK : cg_error_no_memory(err);
}

static enum cg_status close_failed(struct cg_ledger **out, enum cg_status status) {
    if (status != CG_OK) {
        cg_ledger_close(*out);
        *out = NULL;
    }
    return status;
}

enum cg_status cg_joined_open_reader(const char *path, struct cg_ledger **out,
                                     struct cg_error *err) {
    return close_failed(out, join(path, out, err));
}

static enum cg_status check_policy(const struct cg_joined *joined, const struct cg_policy *policy,
                                   struct cg_error *err) {
    return policy == NULL ? CG_OK : cg_set_check_policy(joined->set, cg_policy_id(policy), err);
}

/* Every part is opened now, for a run gives up the right to open files. */
static enum cg_status open_all(struct cg_joined *joined, const struct cg_ledger_plan *plan,
                               struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t k = 0; status == CG_OK && k < joined->count; k++) {
        status = open_part(joined, k, plan, err);
    }
    return status;
}

enum cg_status cg_joined_open_dry(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                  struct cg_error *err) {
    enum cg_status status = join(plan->path, out, err);
    if (status == CG_OK) {
        CG_ASSERT(*out != NULL);
        status = check_policy((*out)->joined, plan->policy, err);
    }
    if (status == CG_OK) {
        (*out)->policy = plan->policy;
        status = open_all((*out)->joined, NULL, err);
    }
    return close_failed(out, status);
}

static enum cg_status open_to_write(struct cg_joined *joined, const struct cg_ledger_plan *plan,
                                    struct cg_error *err) {
    int64_t last_run;
    enum cg_status status = check_policy(joined, plan->policy, err);
    if (status == CG_OK) {
        status = cg_set_lock(joined->set, plan->lock_wait_seconds, err);
    }
    if (status == CG_OK) {
        status = cg_night_wait(joined->set, plan->lock_wait_seconds, err);
    }
    if (status == CG_OK) {
        status = cg_set_agreed_run(joined->set, &last_run, err);
    }
    if (status == CG_OK) {
        joined->must_agree = false;
        joined->writes = true;
        status = open_all(joined, plan, err);
    }
    return status;
}

enum cg_status cg_joined_open(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                              struct cg_error *err) {
    *out = NULL;
    enum cg_status status = join(plan->path, out, err);
    if (status == CG_OK && !plan->is_redo) {
        status = cg_ledger_refuse_cut_off_redo((*out)->path, err);
    }
    if (status == CG_OK) {
        CG_ASSERT(*out != NULL);
        (*out)->policy = plan->policy;
        status = open_to_write((*out)->joined, plan, err);
    }
    return close_failed(out, status);
}

enum cg_status cg_joined_recall_for(struct cg_joined *joined, const struct cg_policy *policy,
                                    int64_t before_run, struct cg_error *err) {
    joined->policy = policy;
    joined->before_run = before_run;
    for (uint32_t k = 0; k < joined->count; k++) { /* the others, when they are asked */
        if (joined->parts[k] != NULL &&
            cg_ledger_recall_for(joined->parts[k], policy, before_run, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}
