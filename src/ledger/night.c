/*
 * The protocol of a night on a set of P ledgers. The one rename of its folder is the commit of all.
 * Each step, what a crash after it leaves, and who goes on and how:
 *
 * 1. night.json is made by link(2), exclusively. The night is open, nothing is kept: recover takes
 *    it away.
 *
 * 2. Each part decides, and commits its run under the night's number. Some parts have the run: the
 *    tasks that are left may go on, or recover undoes it.
 *
 * 3. The night's folder is staged and synced. All parts have the run: whoever ends the night does
 *    it again, or recover undoes it.
 *
 * 4. night.json is written anew: stage "whole", the folder, its files, the runs' hashes. The folder
 *    is known by its files: finish or recover does steps 5 to 7.
 *
 * 5. The folder is renamed to DIR, its parent synced. The night stands: the same.
 *
 * 6. Each part marks the run as published. Some have: the same.
 *
 * 7. night.json becomes nights/N.json. All is done.
 *
 * Undo: night.json says so first, so that nobody finishes it afterwards; then every part gets what
 * it lacks, an empty run N and a run N + 1 that takes it back, so that all parts have the same
 * runs again; then step 7. Nights without a folder (import, release, alias) have no steps 3 and 5:
 * they are over when every part has its run, and undone before; a withdrawal is always finished,
 * for nothing but its number is needed.
 *
 * A part cannot be published before the others are decided, for step 4 refuses while one lacks its
 * run. Each task shows the night's own id, so that one that outlives its night can do no harm.
 */
#include "set.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/stop.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_STEP_MS = 200, HOST_BYTES = 256, ACCOUNT_BYTES = 64 };

static const char *account_name(char out[ACCOUNT_BYTES]) {
    const struct passwd *account = getpwuid(geteuid());
    if (account != NULL) {
        snprintf(out, ACCOUNT_BYTES, "%s", account->pw_name);
    } else {
        snprintf(out, ACCOUNT_BYTES, "%u", (unsigned)geteuid());
    }
    return out;
}

static const char *host_name(char out[HOST_BYTES]) {
    out[0] = '\0';
    (void)gethostname(out, HOST_BYTES); /* no name is as long */
    out[HOST_BYTES - 1] = '\0';
    return out;
}

enum cg_status cg_night_refuse_open(const struct cg_ledger_set *set, struct cg_error *err) {
    struct cg_night_file open_night;
    bool is_there = false;
    enum cg_status status = cg_night_read(set, 0, &open_night, &is_there, err);
    if (status == CG_OK && is_there) {
        status = cg_night_refuse(set, &open_night, err);
    }
    cg_night_fini(&open_night);
    return status;
}

/* A single process holds the set's lock as long as it lives: its night is nobody's any more. */
static enum cg_status recover_orphan(struct cg_ledger_set *set, struct cg_error *err) {
    const struct cg_ledger_recovery as_it_comes = {0};
    struct cg_night_file file;
    char host[HOST_BYTES];
    uint32_t recovered;
    bool is_there = false;
    enum cg_status status = cg_night_read(set, 0, &file, &is_there, err);
    const bool is_orphan = status == CG_OK && is_there && file.by_one_process &&
                           strcmp(file.host, host_name(host)) == 0;
    cg_night_fini(&file);
    return is_orphan ? cg_night_recover(set, &as_it_comes, &recovered, err) : status;
}

enum cg_status cg_night_wait(struct cg_ledger_set *set, int64_t seconds, struct cg_error *err) {
    if (recover_orphan(set, err) != CG_OK) {
        return err->status;
    }
    for (int64_t left_ms = seconds * 1000;; left_ms -= WAIT_STEP_MS) {
        const enum cg_status status = cg_night_refuse_open(set, err);
        if (status != CG_BUSY || left_ms <= 0) {
            return status;
        }
        *err = (struct cg_error)CG_ERROR_INIT;
        if (cg_stop_requested()) {
            return cg_error_set(err, CG_INTERRUPTED, "interrupted while waiting for %s", set->path);
        }
        const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
        (void)nanosleep(&step, NULL);
    }
}

static enum cg_status write_first(const struct cg_ledger_set *set,
                                  const struct cg_ledger_night_plan *plan,
                                  const struct cg_ledger_night *night, struct cg_error *err) {
    char host[HOST_BYTES];
    char account[ACCOUNT_BYTES];
    char now[32];
    cg_ledger_now(now);
    const struct cg_night_file file = {.night = *night,
                                       .kind = plan->kind,
                                       .started_at = now,
                                       .claimgate = CG_VERSION,
                                       .host = host_name(host),
                                       .account = account_name(account),
                                       .process = getpid(),
                                       .by_one_process = plan->by_one_process,
                                       .withdraws = plan->withdraws,
                                       .work = plan->work};
    enum cg_status status = cg_night_write(set, &file, true, err);
    if (status == CG_BUSY) { /* another was quicker: say whose it is */
        *err = (struct cg_error)CG_ERROR_INIT;
        const enum cg_status told = cg_night_refuse_open(set, err);
        status = told != CG_OK ? told
                               : cg_error_set(err, CG_BUSY, "%s: another night was open; try again",
                                              set->path);
    }
    return status;
}

static enum cg_status begin(struct cg_ledger_set *set, const struct cg_ledger_night_plan *plan,
                            struct cg_ledger_night *out, struct cg_error *err) {
    int64_t last_run = 0;
    enum cg_status status = cg_night_wait(set, plan->lock_wait_seconds, err);
    if (status == CG_OK) {
        status = cg_set_agreed_run(set, &last_run, err);
    }
    if (status == CG_OK) {
        status = cg_set_new_id(out->id, err);
    }
    if (status == CG_OK) {
        out->run_no = last_run + 1;
        status = write_first(set, plan, out, err);
    }
    return status == CG_OK ? cg_ledger_fault_point(set->path, cg_fault("night.begun"), err)
                           : status;
}

enum cg_status cg_ledger_night_begin(struct cg_ledger_set *set,
                                     const struct cg_ledger_night_plan *plan,
                                     struct cg_ledger_night *out, struct cg_error *err) {
    const bool was_locked = set->lock_fd >= 0;
    *out = (struct cg_ledger_night){0};
    if (plan->policy_id != NULL && cg_set_check_policy(set, plan->policy_id, err) != CG_OK) {
        return err->status;
    }
    if (!plan->by_one_process && cg_ledger_refuse_cut_off_redo(set->path, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = was_locked ? CG_OK : cg_set_lock(set, plan->lock_wait_seconds, err);
    if (status == CG_OK) {
        status = begin(set, plan, out, err);
    }
    if (!was_locked) {
        cg_set_unlock(set);
    }
    return status;
}

enum cg_status cg_ledger_night_is_of(struct cg_ledger_set *set, const char *work, bool *is,
                                     struct cg_error *err) {
    struct cg_night_file file;
    bool is_there = false;
    const enum cg_status status = cg_night_read(set, 0, &file, &is_there, err);
    *is = status == CG_OK && is_there && strcmp(file.work, work) == 0;
    cg_night_fini(&file);
    return status;
}

enum cg_status cg_ledger_night_look(struct cg_ledger_set *set, const struct cg_ledger_night *night,
                                    enum cg_night_state *state, struct cg_error *err) {
    struct cg_night_file file;
    bool is_there = false;
    *state = CG_NIGHT_UNDONE;
    enum cg_status status = cg_night_read(set, 0, &file, &is_there, err);
    if (status == CG_OK && is_there && strcmp(file.night.id, night->id) == 0) {
        *state = file.stage == CG_NIGHT_STAGE_UNDONE ? CG_NIGHT_UNDONE : CG_NIGHT_OPEN;
        cg_night_fini(&file);
        return CG_OK;
    }
    cg_night_fini(&file);
    if (status == CG_OK) {
        status = cg_night_read(set, night->run_no, &file, &is_there, err);
        if (status == CG_OK && is_there && strcmp(file.night.id, night->id) == 0 &&
            file.stage != CG_NIGHT_STAGE_UNDONE) {
            *state = CG_NIGHT_OVER;
        }
        cg_night_fini(&file);
    }
    return status;
}

static enum cg_status refuse_stranger(const struct cg_ledger_set *set,
                                      const struct cg_ledger_night *night, struct cg_error *err) {
    return cg_error_set(err, CG_USAGE,
                        "%s: night %" PRId64 " to which this task belongs is not open any more: it "
                        "is over, or `claimgate ledger recover` gave it up; begin anew in another "
                        "folder",
                        set->path, night->run_no);
}

enum cg_status cg_night_read_own(const struct cg_ledger_set *set,
                                 const struct cg_ledger_night *night, struct cg_night_file *out,
                                 struct cg_error *err) {
    bool is_there = false;
    if (cg_night_read(set, 0, out, &is_there, err) != CG_OK) {
        return err->status;
    }
    return is_there && strcmp(out->night.id, night->id) == 0 && out->stage != CG_NIGHT_STAGE_UNDONE
               ? CG_OK
               : refuse_stranger(set, night, err);
}

enum cg_status cg_night_still_open(const struct cg_night_of_part *of_night, struct cg_error *err) {
    struct cg_night_file file;
    const enum cg_status status = cg_night_read_own(of_night->set, &of_night->night, &file, err);
    cg_night_fini(&file);
    return status;
}

enum cg_status cg_night_enter(const struct cg_ledger_set *set, const struct cg_ledger_night *night,
                              const char *work, struct cg_ledger *part, struct cg_error *err) {
    struct cg_night_of_part *of_night = calloc(1, sizeof *of_night);
    if (of_night == NULL) {
        return cg_error_no_memory(err);
    }
    of_night->set = set;
    of_night->night = *night;
    snprintf(of_night->work, sizeof of_night->work, "%s",
             work != NULL && work[0] != '\0' ? work : set->path);
    part->of_night = of_night;
    return CG_OK;
}

static enum cg_status refuse_run(const struct cg_ledger *part, const struct cg_set_last_run *last,
                                 const struct cg_night_file *file, struct cg_error *err) {
    return cg_error_set(err, CG_BAD_DATA,
                        "%s: its last run is %" PRId64 ", and the open night is %" PRId64
                        "; it was "
                        "put back from an older copy: put the whole set back from one snapshot",
                        part->path, last->run_no, file->night.run_no);
}

/* What the part is opened for depends on whether it has the night's run. */
static enum cg_status open_in_night(struct cg_ledger_set *set, uint32_t part_no,
                                    const struct cg_night_file *file,
                                    const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                    struct cg_error *err) {
    struct cg_set_last_run last;
    if (cg_set_open_part(set, part_no, plan, out, err) != CG_OK ||
        cg_set_last_run(*out, &last, err) != CG_OK) {
        return err->status;
    }
    if (last.run_no == file->night.run_no - 1) {
        return cg_night_enter(set, &file->night, file->work, *out, err);
    }
    if (last.run_no != file->night.run_no) {
        return refuse_run(*out, &last, file, err);
    }
    cg_ledger_close(*out);
    return cg_set_open_part(set, part_no, NULL, out, err);
}

enum cg_status cg_ledger_set_open_part(struct cg_ledger_set *set, uint32_t part_no,
                                       const struct cg_ledger_night *night,
                                       const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                       bool *is_kept, struct cg_error *err) {
    struct cg_night_file file;
    *out = NULL;
    *is_kept = false;
    enum cg_status status = cg_night_read_own(set, night, &file, err);
    if (status == CG_OK) {
        status = open_in_night(set, part_no, &file, plan, out, err);
    }
    if (status == CG_OK) {
        *is_kept = (*out)->of_night == NULL;
    } else {
        cg_ledger_close(*out);
        *out = NULL;
    }
    cg_night_fini(&file);
    return status;
}

enum cg_status cg_night_gather_hashes(const struct cg_ledger_set *set,
                                      const struct cg_night_file *file,
                                      uint8_t (*out)[CG_SHA256_BYTES], struct cg_error *err) {
    for (uint32_t k = 0; k < set->parts; k++) {
        struct cg_ledger *part = NULL;
        struct cg_set_last_run last = {0};
        enum cg_status status = cg_set_open_part(set, k, NULL, &part, err);
        if (status == CG_OK) {
            status = cg_set_last_run(part, &last, err);
        }
        cg_ledger_close(part);
        if (status == CG_OK && last.run_no != file->night.run_no) {
            status = cg_error_set(err, CG_NO_INPUT,
                                  "%s: part %u has not decided night %" PRId64 " yet (its last run "
                                  "is %" PRId64 "); decide it, then end the night",
                                  set->path, k, file->night.run_no, last.run_no);
        }
        if (status != CG_OK) {
            return status;
        }
        memcpy(out[k], last.hash, sizeof last.hash);
    }
    return CG_OK;
}

struct marking {
    const struct cg_night_file *file;
    const char *folder;
    uint8_t sha256[CG_SHA256_BYTES]; /* of night.json, as it is closed */
};

static enum cg_status hash_night(const struct cg_ledger_set *set, uint8_t out[CG_SHA256_BYTES],
                                 struct cg_error *err) {
    struct cg_night_file file;
    bool is_there = false;
    enum cg_status status = cg_night_read(set, 0, &file, &is_there, err);
    if (status == CG_OK) {
        cg_sha256_of(file.text.data, file.text.len_bytes, out);
    }
    cg_night_fini(&file);
    return status;
}

static enum cg_status mark_part(const struct cg_ledger_set *set, uint32_t part_no,
                                const struct marking *marking, struct cg_error *err) {
    const struct cg_night_file *file = marking->file;
    struct cg_ledger *part = NULL;
    struct cg_set_last_run last = {0};
    enum cg_status status = cg_ledger_fault_point(set->path, cg_fault("night.before_mark"), err);
    if (status == CG_OK) {
        status = cg_set_open_part(set, part_no, &(struct cg_ledger_plan){0}, &part, err);
    }
    if (status == CG_OK) {
        status = cg_set_last_run(part, &last, err);
    }
    if (status == CG_OK && last.run_no != file->night.run_no) {
        status = refuse_run(part, &last, file, err);
    }
    if (status == CG_OK && !last.is_published) {
        status = cg_ledger_mark_published(part, file->night.run_no, marking->folder,
                                          marking->sha256, err);
    }
    cg_ledger_close(part);
    return status;
}

enum cg_status cg_night_mark_all(const struct cg_ledger_set *set, const struct cg_night_file *file,
                                 const char *folder, struct cg_error *err) {
    struct marking marking = {.file = file, .folder = folder};
    if (folder != NULL && hash_night(set, marking.sha256, err) != CG_OK) {
        return err->status;
    }
    for (uint32_t k = 0; folder != NULL && k < set->parts; k++) {
        if (mark_part(set, k, &marking, err) != CG_OK) {
            return err->status;
        }
    }
    return cg_night_close(set, file->night.run_no, err);
}
