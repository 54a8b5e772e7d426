#include "claimgate/run/redo.h"

#include "redo_changes.h"
#include "redo_nights.h"

#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"
#include "claimgate/ledger/ledger_set.h"
#include "claimgate/run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, JOURNAL_MAX_BYTES = 1 << 24, TRIES_MAX = 1000 };

#define JOURNAL_HEAD "claimgate redo 1\n"
#define JOURNAL_END  "-redo"
#define MARK         ".redo-"

struct redo {
    const struct cg_redo_plan *plan;
    const char *ledger; /* the plan's, or its copy in a dry run */
    char journal[PATH_BYTES];
    char folders[PATH_BYTES]; /* where new folders go; "": beside the old ones */
    char scratch[PATH_BYTES]; /* of a dry run: holds the copy and what is decided on it */
    struct cg_redo_nights nights;
    struct cg_buffer text; /* of the journal */
    cg_redo_fn fn;
    void *context;
};

/* --- the journal: what is to be done, written before anything is --- */

/* Policy and roster by their hashes: a redo that was cut off goes on by the same ones. */
static bool append_rules(struct cg_buffer *out, const struct cg_redo_plan *plan) {
    char hex[CG_SHA256_HEX_BYTES];
    bool good = cg_buffer_printf(out, JOURNAL_HEAD "policy %s\n",
                                 cg_sha256_hex(cg_policy_sha256(plan->policy), hex));
    for (uint32_t i = 0; good && i < cg_roster_file_count(plan->roster); i++) {
        const struct cg_roster_file_facts *file = cg_roster_file(plan->roster, i);
        good =
            cg_buffer_printf(out, "roster %s %s\n", file->path, cg_sha256_hex(file->sha256, hex));
    }
    return good && cg_buffer_append_text(out, "runs ");
}

static bool append_runs(struct cg_buffer *out, const struct cg_redo_nights *nights) {
    bool good = true;
    for (uint32_t i = 0; good && i < nights->list.count; i++) {
        good = cg_buffer_printf(out, "%s%" PRId64, i == 0 ? "" : ",",
                                cg_redo_night_at(nights, i)->run_no);
    }
    return good && cg_buffer_append_text(out, "\n");
}

/* *runs: the list of a redo that was cut off, in redo->text; NULL: none was. */
static enum cg_status read_journal(struct redo *redo, const char **runs, struct cg_error *err) {
    struct cg_buffer rules;
    *runs = NULL;
    if (access(redo->journal, F_OK) != 0) {
        return CG_OK;
    }
    enum cg_status status = cg_file_read(redo->journal, &redo->text, err);
    cg_buffer_init(&rules, JOURNAL_MAX_BYTES);
    if (status == CG_OK &&
        (!append_rules(&rules, redo->plan) || !cg_buffer_append(&redo->text, "", 1))) {
        status = cg_error_no_memory(err);
    }
    if (status == CG_OK && (redo->text.len_bytes <= rules.len_bytes ||
                            memcmp(redo->text.data, rules.data, rules.len_bytes) != 0)) {
        status = cg_error_set(err, CG_BAD_CONFIG,
                              "%s: a redo by another policy or roster was cut off; finish it with "
                              "those first",
                              redo->journal);
    }
    if (status == CG_OK) {
        *runs = redo->text.data + rules.len_bytes;
        cg_log_note("going on with the redo of runs %.*s, which was cut off",
                    (int)strcspn(*runs, "\n"), *runs);
    }
    cg_buffer_fini(&rules);
    return status;
}

static enum cg_status write_journal(struct redo *redo, struct cg_error *err) {
    cg_buffer_clear(&redo->text);
    return append_rules(&redo->text, redo->plan) && append_runs(&redo->text, &redo->nights)
               ? cg_staged_file_write(redo->journal, &redo->text, err)
               : cg_error_no_memory(err);
}

/* --- one night --- */

/* Bytes of a folder's name without an earlier redo's mark. */
static size_t base_len(const char *folder) {
    const char *mark = strrchr(folder, '.');
    const bool is_redone = mark != NULL && strncmp(mark, MARK, sizeof MARK - 1) == 0;
    return is_redone ? (size_t)(mark - folder) : strlen(folder);
}

/* "NAME.redo-2" for the first number that is free; NAME without an earlier redo's mark. */
static enum cg_status choose_folder(const char *old, char out[PATH_BYTES], struct cg_error *err) {
    const int base = (int)base_len(old);
    for (int i = 1; i < TRIES_MAX; i++) {
        if (snprintf(out, PATH_BYTES, "%.*s" MARK "%d", base, old, i) >= PATH_BYTES) {
            break;
        }
        if (access(out, F_OK) != 0 && errno == ENOENT) {
            return CG_OK;
        }
    }
    return cg_error_set(err, CG_CANNOT_CREATE, "%s: there is no name left for a redone folder",
                        old);
}

struct done {
    int64_t after; /* the last night that is to be redone */
    const char *old;
    int64_t run_no; /* 0: not yet */
    char folder[PATH_BYTES];
};

/* A night is done when a later run stands whose folder has its name and the mark. */
static enum cg_status find_done(void *context, const struct cg_ledger_run_facts *run,
                                struct cg_error *err) {
    struct done *done = context;
    const size_t base = base_len(done->old);
    (void)err;
    if (run->run_no > done->after && run->state != CG_RUN_WITHDRAWN &&
        strncmp(run->folder, done->old, base) == 0 &&
        strncmp(run->folder + base, MARK, sizeof MARK - 1) == 0) {
        done->run_no = run->run_no;
        snprintf(done->folder, sizeof done->folder, "%s", run->folder);
    }
    return CG_OK;
}

static enum cg_status decide(struct redo *redo, const struct cg_redo_target *night,
                             const char *folder, struct cg_error *err) {
    const struct cg_redo_plan *plan = redo->plan;
    const char **inputs = calloc(night->inputs.count, sizeof inputs[0]);
    struct cg_run *run = NULL;
    if (inputs == NULL) {
        return cg_error_no_memory(err);
    }
    for (uint32_t i = 0; i < night->inputs.count; i++) {
        inputs[i] = ((const struct cg_redo_input *)cg_array_at(&night->inputs, i))->path;
    }
    const bool has_layout = night->layout[0] != '\0' && strcmp(night->layout, "none") != 0 &&
                            strncmp(night->layout, "x12", 3) != 0;
    const struct cg_run_plan run_plan = {
        .inputs = inputs,
        .input_count = night->inputs.count,
        .rules = {.policy = plan->policy, .roster = plan->roster, .as_of_day = night->as_of_day},
        .layout = plan->layout != NULL ? plan->layout
                  : has_layout         ? night->layout
                                       : NULL,
        .multiline = plan->multiline,
        .allow_empty = true,
        .threads = plan->threads,
        .output = {.dir = folder,
                   .group = (gid_t)-1,
                   .level = CG_LEVEL_DEFAULT,
                   .codec = CG_CODEC_BEST},
        .ledger = redo->ledger,
        .lock_wait_seconds = plan->lock_wait_seconds,
        .is_redo = true,
        .checks = {.guard = CG_GUARD_OFF, .max_reject_rate_milli = -1},
        .show_progress = plan->show_progress};
    enum cg_status status = cg_run_new(&run_plan, &run, err);
    if (status == CG_OK) {
        status = cg_run_execute(run, err);
    }
    cg_run_free(run);
    free(inputs);
    return status;
}

static enum cg_status find_night(struct redo *redo, struct done *done, struct cg_error *err) {
    struct cg_ledger *ledger = NULL;
    enum cg_status status = cg_ledger_open_reader(redo->ledger, &ledger, err);
    if (status == CG_OK) {
        status = cg_ledger_visit_runs(ledger, 0, find_done, done, err);
    }
    cg_ledger_close(ledger);
    return status;
}

static enum cg_status tell(struct redo *redo, const struct cg_redo_target *night,
                           const struct done *done, struct cg_error *err) {
    struct cg_ledger *ledger = NULL;
    struct cg_redo_night told = {.old_run = night->run_no,
                                 .new_run = done->run_no,
                                 .folder = redo->plan->dry_run ? NULL : done->folder,
                                 .old_folder = night->folder};
    enum cg_status status = cg_ledger_open_reader(redo->ledger, &ledger, err);
    if (status == CG_OK) {
        status = cg_redo_changes(ledger, &told, err);
    }
    cg_ledger_close(ledger);
    if (status == CG_OK) {
        redo->fn(redo->context, &told);
    }
    return status;
}

static enum cg_status redo_night(struct redo *redo, uint32_t index, struct cg_error *err) {
    struct cg_redo_target *night = cg_redo_night_at(&redo->nights, index);
    const uint32_t last = redo->nights.list.count - 1;
    struct done done = {.after = cg_redo_night_at(&redo->nights, last)->run_no};
    char folder[PATH_BYTES];
    char elsewhere[PATH_BYTES + 32];
    if (redo->plan->dry_run) {
        snprintf(elsewhere, sizeof elsewhere, "%s/night-%u", redo->scratch, (unsigned)index);
    } else {
        const char *name = strrchr(night->folder, '/');
        snprintf(elsewhere, sizeof elsewhere, "%.*s%s", PATH_BYTES - 256, redo->folders,
                 name != NULL ? name : "");
    }
    done.old = redo->plan->dry_run || redo->folders[0] != '\0' ? elsewhere : night->folder;
    enum cg_status status = find_night(redo, &done, err);
    if (status == CG_OK && done.run_no == 0) {
        status = choose_folder(done.old, folder, err);
        if (status == CG_OK) {
            status = decide(redo, night, folder, err);
        }
        if (status == CG_OK) {
            status = find_night(redo, &done, err);
        }
    }
    if (status == CG_OK && done.run_no == 0) {
        return cg_error_set(err, CG_INTERNAL, "run %lld was decided again and is not to be found",
                            (long long)night->run_no);
    }
    return status == CG_OK ? tell(redo, night, &done, err) : status;
}

/* --- all of them --- */

/* Opening finishes what an earlier run, or this one, was cut off in; 0: no more than that. */
static enum cg_status withdraw(const struct redo *redo, int64_t run_no, struct cg_error *err) {
    const struct cg_ledger_plan plan = {
        .path = redo->ledger, .lock_wait_seconds = redo->plan->lock_wait_seconds, .is_redo = true};
    struct cg_ledger *ledger = NULL;
    enum cg_status status = cg_ledger_open_existing(&plan, &ledger, err);
    if (status == CG_OK && run_no != 0) {
        status = cg_ledger_withdraw(ledger, run_no, err);
    }
    cg_ledger_close(ledger);
    return status;
}

/* A set is opened for one run at a time. */
static enum cg_status withdraw_all(struct redo *redo, struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t i = redo->nights.list.count; status == CG_OK && i > 0; i--) {
        const struct cg_redo_target *night = cg_redo_night_at(&redo->nights, i - 1);
        status = night->stands ? withdraw(redo, night->run_no, err) : CG_OK;
    }
    return status;
}

static enum cg_status read_nights(struct redo *redo, const char *resumed, struct cg_error *err) {
    struct cg_ledger *ledger = NULL;
    enum cg_status status = cg_ledger_open_reader(redo->ledger, &ledger, err);
    if (status == CG_OK) {
        status = cg_redo_nights_read(&redo->nights, ledger, redo->plan->from_run, resumed, err);
    }
    cg_ledger_close(ledger);
    return status != CG_OK ? status
                           : cg_redo_nights_find(&redo->nights, redo->plan->places,
                                                 redo->plan->place_count, err);
}

static enum cg_status redo_all(struct redo *redo, struct cg_error *err) {
    const char *resumed = NULL;
    enum cg_status status = read_journal(redo, &resumed, err);
    if (status == CG_OK) {
        status = withdraw(redo, 0, err); /* what is finished now stands no longer, or does */
    }
    if (status == CG_OK) {
        status = read_nights(redo, resumed, err);
    }
    if (status == CG_OK && resumed == NULL) {
        status = write_journal(redo, err);
    }
    if (status == CG_OK) {
        status = withdraw_all(redo, err);
    }
    for (uint32_t i = 0; status == CG_OK && i < redo->nights.list.count; i++) {
        status = redo_night(redo, i, err);
    }
    if (status == CG_OK && unlink(redo->journal) != 0) {
        return cg_error_set_errno(err, CG_IO, errno, "%s: all is done, and this cannot be removed",
                                  redo->journal);
    }
    return status;
}

/* A copy beside the ledger, for whose folder there is room and whose owner may read it. */
static enum cg_status copy_ledger(struct redo *redo, char copy[PATH_BYTES + 16],
                                  struct cg_error *err) {
    struct cg_ledger *ledger = NULL;
    const size_t name = strlen(redo->journal) - strlen(JOURNAL_END);
    snprintf(redo->scratch, sizeof redo->scratch, "%.*s.dry-XXXXXX", (int)name, redo->journal);
    if (mkdtemp(redo->scratch) == NULL) {
        const int failed = errno;
        redo->scratch[0] = '\0';
        return cg_error_set_errno(err, CG_CANNOT_CREATE, failed,
                                  "%s: cannot make a folder for a copy of it", redo->plan->ledger);
    }
    /* Runs keep the absolute paths of their folders. */
    char *absolute = realpath(redo->scratch, NULL);
    if (absolute == NULL) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be looked at",
                                  redo->scratch);
    }
    snprintf(redo->scratch, sizeof redo->scratch, "%s", absolute);
    free(absolute);
    snprintf(copy, PATH_BYTES + 16, "%s/ledger", redo->scratch);
    enum cg_status status = cg_ledger_open_reader(redo->plan->ledger, &ledger, err);
    if (status == CG_OK) {
        status = cg_ledger_snapshot(
            ledger, &(struct cg_ledger_copy){.path = copy, .group = (gid_t)-1}, err);
    }
    cg_ledger_close(ledger);
    return status;
}

static enum cg_status try_dry(struct redo *redo, struct cg_error *err) {
    char copy[PATH_BYTES + 16];
    enum cg_status status = copy_ledger(redo, copy, err);
    if (status == CG_OK) {
        redo->ledger = copy;
        snprintf(redo->journal, sizeof redo->journal, "%.*s/redo", PATH_BYTES - 8, redo->scratch);
        status = redo_all(redo, err);
    }
    (void)cg_dir_remove(AT_FDCWD, copy); /* of a set it is a folder with folders */
    if (redo->scratch[0] != '\0' && !cg_dir_remove(AT_FDCWD, redo->scratch)) {
        cg_log_warning("%s: a copy of the ledger is left there; remove it", redo->scratch);
    }
    return status;
}

/* Beside the ledger; that of a set is beside its folder, however that is called. */
static bool name_journal(struct redo *redo) {
    char *set = cg_ledger_set_is(redo->ledger) ? realpath(redo->ledger, NULL) : NULL;
    const int len = snprintf(redo->journal, sizeof redo->journal, "%s" JOURNAL_END,
                             set != NULL ? set : redo->ledger);
    free(set);
    return len < PATH_BYTES - 64;
}

enum cg_status cg_redo(const struct cg_redo_plan *plan, cg_redo_fn fn, void *context,
                       struct cg_error *err) {
    struct redo redo = {.plan = plan, .ledger = plan->ledger, .fn = fn, .context = context};
    if (!name_journal(&redo)) {
        return cg_error_set(err, CG_USAGE, "%s: the name is too long", plan->ledger);
    }
    /* Runs keep the absolute paths of their folders. */
    char *folders = plan->folders != NULL ? realpath(plan->folders, NULL) : NULL;
    snprintf(redo.folders, sizeof redo.folders, "%s", folders != NULL ? folders : "");
    free(folders);
    if (plan->folders != NULL && redo.folders[0] == '\0') {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: no place for folders",
                                  plan->folders);
    }
    cg_redo_nights_init(&redo.nights);
    cg_buffer_init(&redo.text, JOURNAL_MAX_BYTES);
    const enum cg_status status = plan->dry_run ? try_dry(&redo, err) : redo_all(&redo, err);
    cg_buffer_fini(&redo.text);
    cg_redo_nights_fini(&redo.nights);
    return status;
}
