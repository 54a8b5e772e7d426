/*
 * What becomes of a night that was cut off, once somebody says that no task of it runs any more:
 *
 *     no part has its run                      night.json goes; nothing was kept
 *     its folder is there, whole (step 4 on)   publish it where it is only staged, mark all parts
 *       ... and DIR is something else          stop (73): --to DIR | --discard
 *       ... or its file system is not mounted  stop (73): mount it, or --discard
 *     a withdrawal                             withdraw in the parts that lack it
 *     import, release, alias: all parts have   over
 *       their run
 *     anything else                            undo
 */
#include "set.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"

#include <inttypes.h>
#include <string.h>

/* What the parts have of the night. */
struct survey {
    uint32_t with_run;
    uint32_t taken_back;
};

static enum cg_status look_at_part(const struct cg_ledger_set *set, uint32_t part_no,
                                   const struct cg_night_file *file, struct survey *survey,
                                   struct cg_error *err) {
    struct cg_ledger *part = NULL;
    struct cg_set_last_run last = {0};
    const int64_t run_no = file->night.run_no;
    enum cg_status status = cg_set_open_part(set, part_no, NULL, &part, err);
    if (status == CG_OK) {
        status = cg_set_last_run(part, &last, err);
    }
    const bool is_taken_back = last.run_no == run_no + 1 && last.withdraws == run_no;
    if (status == CG_OK && last.run_no != run_no - 1 && last.run_no != run_no && !is_taken_back) {
        status = cg_error_set(err, CG_BAD_DATA,
                              "%s: its last run is %" PRId64 ", and the open night is %" PRId64
                              "; put the whole set back from one snapshot",
                              part->path, last.run_no, run_no);
    }
    survey->with_run += last.run_no >= run_no;
    survey->taken_back += is_taken_back;
    cg_ledger_close(part);
    return status;
}

static enum cg_status look_at_parts(const struct cg_ledger_set *set,
                                    const struct cg_night_file *file, struct survey *survey,
                                    struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t k = 0; status == CG_OK && k < set->parts; k++) {
        status = look_at_part(set, k, file, survey, err);
    }
    return status;
}

static enum cg_run_kind kind_of(const char *name) {
    enum cg_run_kind kind = CG_RUN_ALIAS; /* the last of them */
    while (kind != CG_RUN_VALIDATE && strcmp(cg_ledger_kind_name(kind), name) != 0) {
        kind--;
    }
    return kind;
}

/* The part never came to its run: an empty one, so that all parts have the same numbers. */
static enum cg_status add_empty_run(struct cg_ledger *part, const struct cg_night_file *file,
                                    struct cg_error *err) {
    const struct cg_ledger_commit nothing = {0};
    bool kept;
    enum cg_status status = cg_ledger_begin_kind(part, kind_of(file->kind), cg_date_today(), err);
    if (status == CG_OK) {
        status = cg_ledger_commit(part, &nothing, &kept, err);
    }
    cg_ledger_drop_run(part);
    return status;
}

/* `withdraws`: the run to take back once the part has the night's; a withdrawal is that itself. */
static enum cg_status take_back_part(const struct cg_ledger_set *set, uint32_t part_no,
                                     const struct cg_night_file *file, struct cg_error *err) {
    struct cg_ledger *part = NULL;
    struct cg_set_last_run last = {0};
    if (cg_ledger_fault_point(set->path, cg_fault("night.before_take_back"), err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_set_open_part(set, part_no, &(struct cg_ledger_plan){0}, &part, err);
    if (status == CG_OK) {
        status = cg_set_last_run(part, &last, err);
    }
    if (status == CG_OK && file->withdraws != 0) {
        status = last.run_no < file->night.run_no
                     ? cg_ledger_write_withdrawal(part, file->withdraws, err)
                     : CG_OK;
        cg_ledger_close(part);
        return status;
    }
    if (status == CG_OK && last.run_no < file->night.run_no) {
        status = add_empty_run(part, file, err);
    }
    if (status == CG_OK && last.run_no <= file->night.run_no) {
        status = cg_ledger_write_withdrawal(part, file->night.run_no, err);
    }
    cg_ledger_close(part);
    return status;
}

static enum cg_status take_back_all(const struct cg_ledger_set *set,
                                    const struct cg_night_file *file, struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t k = 0; status == CG_OK && k < set->parts; k++) {
        status = take_back_part(set, k, file, err);
    }
    return status;
}

static enum cg_status undo(const struct cg_ledger_set *set, struct cg_night_file *file,
                           struct cg_error *err) {
    enum cg_status status = CG_OK;
    if (file->stage != CG_NIGHT_STAGE_UNDONE) {
        file->stage = CG_NIGHT_STAGE_UNDONE;
        status = cg_night_write(set, file, false, err);
    }
    if (status == CG_OK) {
        status = take_back_all(set, file, err);
    }
    if (status == CG_OK) {
        status = cg_night_close(set, file->night.run_no, err);
    }
    if (status == CG_OK) {
        if (file->staging[0] != '\0') {
            cg_staging_discard(file->staging, file->folder);
        }
        cg_log_warning("night %" PRId64
                       ", which was cut off, is taken back in all parts; its files "
                       "can be taken in again",
                       file->night.run_no);
    }
    return status;
}

static enum cg_status publish_staged(const struct cg_ledger_set *set,
                                     const struct cg_night_file *file, const char *folder,
                                     struct cg_error *err) {
    struct cg_staging *staging = NULL;
    enum cg_status status = cg_staging_adopt(file->staging, folder, &staging, err);
    if (status == CG_OK) {
        status = cg_staging_publish(staging, err);
    }
    if (status == CG_OK) {
        status = cg_night_mark_all(set, file, cg_staging_final_path(staging), err);
    }
    cg_staging_close(staging, true);
    return status;
}

static enum cg_status stop(const struct cg_ledger_set *set, const struct cg_night_file *file,
                           const char *why, struct cg_error *err) {
    return cg_error_set(err, CG_CANNOT_CREATE,
                        "%s: night %" PRId64 " was cut off before its outputs came to %s, and %s; "
                        "mend that and recover again, or choose: claimgate ledger recover "
                        "--ledgers %s --to DIR | --discard",
                        set->path, file->night.run_no, file->folder, why, set->path);
}

/* Its folder is not at its place: publish the staged one, where that is wanted and possible. */
static enum cg_status go_on_from_staged(const struct cg_ledger_set *set,
                                        const struct cg_night_file *file,
                                        const struct cg_ledger_recovery *recovery, bool *done,
                                        struct cg_error *err) {
    const char *folder = recovery->to != NULL ? recovery->to : file->folder;
    bool is_there = false;
    if (cg_ledger_folder_holds(file->staging, file->outputs, file->output_count, done, err) !=
            CG_OK ||
        cg_file_look(folder, &is_there, err) != CG_OK) {
        return err->status;
    }
    if (*done && is_there) {
        return stop(set, file,
                    recovery->to == NULL ? "something else is there now"
                                         : "the folder given by --to exists",
                    err);
    }
    if (*done) {
        return publish_staged(set, file, folder, err);
    }
    const enum cg_status status =
        cg_ledger_look_for_parent(file->staging, file->parent_inode, &is_there, err);
    return status != CG_OK || is_there
               ? status
               : stop(set, file, "the file system it was on is not mounted", err);
}

enum cg_status cg_night_go_on(const struct cg_ledger_set *set, struct cg_night_file *file,
                              const struct cg_ledger_recovery *recovery, bool *done,
                              struct cg_error *err) {
    *done = true;
    if (file->folder[0] == '\0') {
        return cg_night_end_without_folder(set, file, err);
    }
    const enum cg_status status =
        cg_ledger_folder_holds(file->folder, file->outputs, file->output_count, done, err);
    if (status != CG_OK || *done) {
        return status != CG_OK ? status : cg_night_mark_all(set, file, file->folder, err);
    }
    return recovery->discard ? CG_OK : go_on_from_staged(set, file, recovery, done, err);
}

static enum cg_status finish_withdrawal(const struct cg_ledger_set *set, struct cg_night_file *file,
                                        struct cg_error *err) {
    const enum cg_status status = take_back_all(set, file, err);
    return status == CG_OK ? cg_night_end_without_folder(set, file, err) : status;
}

enum cg_status cg_night_withdraw_all(const struct cg_ledger_set *set,
                                     const struct cg_ledger_night *night, struct cg_error *err) {
    struct cg_night_file file;
    enum cg_status status = cg_night_read_own(set, night, &file, err);
    if (status == CG_OK) {
        status = finish_withdrawal(set, &file, err);
    }
    cg_night_fini(&file);
    return status;
}

static enum cg_status finish_or_undo(const struct cg_ledger_set *set, struct cg_night_file *file,
                                     const struct survey *survey,
                                     const struct cg_ledger_recovery *recovery,
                                     struct cg_error *err) {
    bool done = false;
    enum cg_status status = CG_OK;
    if (file->withdraws != 0) {
        return finish_withdrawal(set, file, err);
    }
    const bool may_go_on = survey->taken_back == 0 && survey->with_run == set->parts &&
                           file->stage != CG_NIGHT_STAGE_UNDONE;
    const bool needs_folder = strcmp(file->kind, "validate") == 0;
    if (may_go_on && (file->stage == CG_NIGHT_STAGE_WHOLE || !needs_folder)) {
        status = cg_night_go_on(set, file, recovery, &done, err);
    }
    return status != CG_OK || done ? status : undo(set, file, err);
}

static enum cg_status recover_night(const struct cg_ledger_set *set, struct cg_night_file *file,
                                    const struct cg_ledger_recovery *recovery,
                                    struct cg_error *err) {
    struct survey survey = {0};
    if (cg_ledger_fault_point(set->path, cg_fault("night.recover"), err) != CG_OK ||
        look_at_parts(set, file, &survey, err) != CG_OK) {
        return err->status;
    }
    if (survey.with_run == 0 && file->withdraws == 0) {
        cg_log_note("night %" PRId64 " had kept nothing; it is gone", file->night.run_no);
        return cg_night_remove(set, err);
    }
    const enum cg_status status = finish_or_undo(set, file, &survey, recovery, err);
    if (status == CG_OK && file->stage != CG_NIGHT_STAGE_UNDONE) {
        cg_log_note("night %" PRId64 ", which was cut off, is finished", file->night.run_no);
    }
    return status;
}

enum cg_status cg_night_recover(struct cg_ledger_set *set,
                                const struct cg_ledger_recovery *recovery, uint32_t *recovered,
                                struct cg_error *err) {
    struct cg_night_file file;
    bool is_there = false;
    *recovered = 0;
    enum cg_status status = cg_night_read(set, 0, &file, &is_there, err);
    if (status == CG_OK && is_there) {
        status = recover_night(set, &file, recovery, err);
        *recovered = status == CG_OK;
    }
    cg_night_fini(&file);
    return status;
}

enum cg_status cg_set_recover(const struct cg_ledger_plan *plan,
                              const struct cg_ledger_recovery *recovery, uint32_t *recovered,
                              struct cg_error *err) {
    struct cg_ledger_set *set = NULL;
    *recovered = 0;
    enum cg_status status = cg_ledger_set_open(plan->path, &set, err);
    if (status == CG_OK) {
        status = cg_set_lock(set, plan->lock_wait_seconds, err);
    }
    if (status == CG_OK) {
        status = cg_night_recover(set, recovery, recovered, err);
    }
    cg_ledger_set_close(set);
    return status;
}
