/*
 * Steps 4 to 7 of a night (night.c), the first time and again.
 */
#include "set.h"

#include "claimgate/base/fault.h"

#include <inttypes.h>

/* Step 4. */
static enum cg_status make_whole(const struct cg_ledger_set *set, struct cg_night_file *file,
                                 const struct cg_ledger_night_end *end, struct cg_error *err) {
    uint8_t hashes[CG_LEDGER_PARTS_MAX][CG_SHA256_BYTES];
    if (end->output_count > CG_NIGHT_OUTPUTS_MAX) {
        return cg_error_set(err, CG_USAGE,
                            "the night's folder would have %u files, and may have %d; use fewer "
                            "tasks, or --one-file",
                            end->output_count, (int)CG_NIGHT_OUTPUTS_MAX);
    }
    if (cg_night_gather_hashes(set, file, hashes, err) != CG_OK) {
        return err->status;
    }
    file->stage = CG_NIGHT_STAGE_WHOLE;
    file->outputs = end->outputs;
    file->output_count = end->output_count;
    file->run_hashes = (const uint8_t(*)[CG_SHA256_BYTES])hashes;
    if (end->staging != NULL) {
        file->staging = cg_staging_path(end->staging);
        file->folder = cg_staging_final_path(end->staging);
        file->parent_inode = cg_ledger_parent_inode(end->staging);
    }
    enum cg_status status = cg_ledger_fault_point(set->path, cg_fault("night.before_whole"), err);
    if (status == CG_OK) {
        status = cg_night_write(set, file, false, err);
    }
    file->run_hashes = NULL;
    return status;
}

/* Steps 5 to 7. */
static enum cg_status publish(const struct cg_ledger_set *set, const struct cg_night_file *file,
                              struct cg_staging *staging, struct cg_error *err) {
    enum cg_status status = cg_ledger_fault_point(set->path, cg_fault("night.before_publish"), err);
    if (status == CG_OK && staging != NULL) {
        status = cg_staging_publish(staging, err);
    }
    return status == CG_OK
               ? cg_night_mark_all(set, file,
                                   staging == NULL ? NULL : cg_staging_final_path(staging), err)
               : status;
}

enum cg_status cg_night_end_without_folder(const struct cg_ledger_set *set,
                                           struct cg_night_file *file, struct cg_error *err) {
    const enum cg_status status = make_whole(set, file, &(struct cg_ledger_night_end){0}, err);
    return status == CG_OK ? publish(set, file, NULL, err) : status;
}

static enum cg_status end_night(struct cg_ledger_set *set, const struct cg_ledger_night *night,
                                const struct cg_ledger_night_end *end, bool *kept,
                                struct cg_error *err) {
    struct cg_night_file file;
    enum cg_status status = cg_night_read_own(set, night, &file, err);
    if (status == CG_OK) {
        status = make_whole(set, &file, end, err);
        *kept = status == CG_OK;
    }
    if (status == CG_OK) {
        status = publish(set, &file, end->staging, err);
    }
    if (*kept && status != CG_OK) {
        cg_error_wrap(err,
                      "night %" PRId64 " is kept in all parts but not over yet; end it again, or "
                      "`claimgate ledger recover --ledgers %s` does",
                      night->run_no, set->path);
    }
    cg_night_fini(&file);
    return status;
}

enum cg_status cg_ledger_night_publish(struct cg_ledger_set *set,
                                       const struct cg_ledger_night *night,
                                       const struct cg_ledger_night_end *end, bool *kept,
                                       struct cg_error *err) {
    const bool was_locked = set->lock_fd >= 0;
    *kept = false;
    enum cg_status status = was_locked ? CG_OK : cg_set_lock(set, 0, err);
    if (status == CG_OK) {
        status = end_night(set, night, end, kept, err);
    }
    if (!was_locked) {
        cg_set_unlock(set);
    }
    return status;
}

static enum cg_status finish(struct cg_ledger_set *set, const struct cg_ledger_night *night,
                             enum cg_night_state *state, struct cg_error *err) {
    struct cg_night_file file;
    bool done = false;
    enum cg_status status = cg_night_read_own(set, night, &file, err);
    if (status == CG_OK && file.stage == CG_NIGHT_STAGE_WHOLE) {
        status = cg_night_go_on(set, &file, &(struct cg_ledger_recovery){0}, &done, err);
    }
    cg_night_fini(&file);
    *state = done ? CG_NIGHT_OVER : CG_NIGHT_OPEN;
    return status;
}

enum cg_status cg_ledger_night_finish(struct cg_ledger_set *set,
                                      const struct cg_ledger_night *night,
                                      enum cg_night_state *state, struct cg_error *err) {
    enum cg_status status = cg_set_lock(set, 0, err);
    if (status == CG_OK) {
        status = cg_ledger_night_look(set, night, state, err);
    }
    if (status == CG_OK && *state == CG_NIGHT_OPEN) {
        status = finish(set, night, state, err);
    }
    cg_set_unlock(set);
    return status;
}
