/*
 * What a run that was cut off between COMMIT and the mark has left, and what becomes of it:
 *
 *     DIR holds the run's files, whole        it was renamed: mark it
 *     the staged folder holds them, whole     publish it as DIR, mark it
 *       ... and DIR is something else         stop (73): recover --to DIR | --discard
 *     neither, and the parent folder is not   stop (73): its file system is not mounted;
 *     the one it was (or is not there)          recover --discard gives up on it
 *     neither                                 nobody has seen it: take the run back
 *
 * Whole means: every file of `output` is there and has its SHA-256. Where the parent folder is
 * there but has another inode, the mount point of a file system that is not mounted shows.
 */
#include "set.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/io/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct cut_off {
    const char *ledger; /* its path */
    int64_t run_no;     /* 0: none is */
    char staging[PATH_MAX];
    char final[PATH_MAX];
    int64_t parent_inode; /* 0: not known */
};

static enum cg_status file_is(int dir_fd, const char *name, const uint8_t *sha256, bool *same,
                              struct cg_error *err) {
    *same = false;
    const int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT || errno == ELOOP
                   ? CG_OK
                   : cg_error_set_errno(err, CG_IO, errno, "%s: cannot read", name);
    }
    uint8_t found[CG_SHA256_BYTES];
    enum cg_status status = CG_OK;
    if (cg_file_hash(fd, found)) {
        *same = memcmp(found, sha256, sizeof found) == 0;
    } else {
        status = cg_error_set_errno(err, CG_IO, errno, "%s: cannot read", name);
    }
    (void)close(fd);
    return status;
}

/* A folder that is looked at for the files of a run. */
struct looking {
    int dir_fd;
    bool whole; /* so far */
};

/* looking->whole false: there is no such folder, and nothing to close. */
static enum cg_status open_folder(const char *folder, struct looking *looking,
                                  struct cg_error *err) {
    looking->dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    looking->whole = looking->dir_fd >= 0;
    return looking->whole || errno == ENOENT || errno == ENOTDIR
               ? CG_OK
               : cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot open", folder);
}

static enum cg_status look_at_file(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct looking *looking = context;
    return looking->whole ? file_is(looking->dir_fd, cg_text_at(row, 0),
                                    sqlite3_column_blob(row, 1), &looking->whole, err)
                          : CG_OK;
}

/* Does `folder` hold all files of the run? */
static enum cg_status folder_is(struct cg_ledger *ledger, int64_t run_no, const char *folder,
                                bool *whole, struct cg_error *err) {
    struct looking looking;
    enum cg_status status = open_folder(folder, &looking, err);
    if (looking.dir_fd >= 0) {
        status = cg_ledger_each(
            ledger,
            CG_QUERY("SELECT file, sha256 FROM output WHERE run_no = ?1", cg_cell_integer(run_no)),
            look_at_file, &looking, err);
        (void)close(looking.dir_fd);
    }
    *whole = looking.whole;
    return status;
}

enum cg_status cg_ledger_folder_holds(const char *folder, const struct cg_ledger_output *outputs,
                                      uint32_t count, bool *whole, struct cg_error *err) {
    struct looking looking;
    enum cg_status status = open_folder(folder, &looking, err);
    if (looking.dir_fd >= 0) {
        for (uint32_t i = 0; status == CG_OK && looking.whole && i < count; i++) {
            status =
                file_is(looking.dir_fd, outputs[i].file, outputs[i].sha256, &looking.whole, err);
        }
        (void)close(looking.dir_fd);
    }
    *whole = looking.whole;
    return status;
}

enum cg_status cg_ledger_look_for_parent(const char *staged_path, int64_t parent_inode,
                                         bool *is_there, struct cg_error *err) {
    char parent[PATH_MAX];
    struct stat facts;
    snprintf(parent, sizeof parent, "%s", staged_path);
    char *slash = strrchr(parent, '/');
    *is_there = true;
    if (slash == NULL) {
        return CG_OK;
    }
    slash[slash == parent ? 1 : 0] = '\0';
    if (stat(parent, &facts) == 0) {
        *is_there = parent_inode == 0 || (int64_t)facts.st_ino == parent_inode;
        return CG_OK;
    }
    *is_there = false;
    return errno == ENOENT || errno == ENOTDIR
               ? CG_OK
               : cg_error_set_errno(err, CG_IO, errno, "%s: cannot be looked at", parent);
}

static enum cg_status mark(struct cg_ledger *ledger, const struct cut_off *run, const char *folder,
                           struct cg_error *err) {
    const enum cg_status status = cg_ledger_mark_published(ledger, run->run_no, folder, NULL, err);
    if (status == CG_OK) {
        cg_log_note("run %lld, which was cut off, is finished; its outputs are in %s",
                    (long long)run->run_no, folder);
    }
    return status;
}

static enum cg_status publish(struct cg_ledger *ledger, const struct cut_off *run,
                              const char *folder, struct cg_error *err) {
    struct cg_staging *staging = NULL;
    enum cg_status status = cg_staging_adopt(run->staging, folder, &staging, err);
    if (status == CG_OK) {
        status = cg_staging_publish(staging, err);
    }
    if (status == CG_OK) {
        status = mark(ledger, run, cg_staging_final_path(staging), err);
    }
    cg_staging_close(staging, true);
    return status;
}

static enum cg_status take_back(struct cg_ledger *ledger, const struct cut_off *run,
                                struct cg_error *err) {
    const enum cg_status status = cg_ledger_write_withdrawal(ledger, run->run_no, err);
    if (status == CG_OK) {
        /* Said whatever --quiet asks: what it accepted counts no more. */
        cg_log_warning(
            "run %lld, which was cut off, is taken back; its files can be taken in again",
            (long long)run->run_no);
    }
    return status;
}

/* Give up on the run: remove what it staged, take it back. */
static enum cg_status discard(struct cg_ledger *ledger, const struct cut_off *run,
                              struct cg_error *err) {
    const enum cg_status status = take_back(ledger, run, err);
    if (status == CG_OK) {
        cg_staging_discard(run->staging, run->final);
    }
    return status;
}

static enum cg_status stop(const struct cg_ledger *ledger, const struct cut_off *run,
                           const char *why, struct cg_error *err) {
    return cg_error_set(err, CG_CANNOT_CREATE,
                        "%s: run %lld was cut off before its outputs came to %s, and %s; mend that "
                        "and run again, or choose: claimgate ledger recover --ledger %s --to DIR | "
                        "--discard",
                        ledger->path, (long long)run->run_no, run->final, why, ledger->path);
}

static enum cg_status finish(struct cg_ledger *ledger, const struct cut_off *run,
                             const struct cg_ledger_recovery *recovery, struct cg_error *err) {
    const char *folder = recovery->to == NULL ? run->final : recovery->to;
    bool is_final = false;
    bool is_staged = false;
    enum cg_status status = folder_is(ledger, run->run_no, run->final, &is_final, err);
    if (status != CG_OK || is_final) {
        return status != CG_OK ? status : mark(ledger, run, run->final, err);
    }
    if (recovery->discard) {
        return discard(ledger, run, err);
    }
    if (folder_is(ledger, run->run_no, run->staging, &is_staged, err) != CG_OK) {
        return err->status;
    }
    struct stat facts;
    if (is_staged && lstat(folder, &facts) == 0) {
        return stop(ledger, run,
                    recovery->to == NULL ? "something else is there now"
                                         : "the folder given by --to exists",
                    err);
    }
    if (is_staged) {
        return publish(ledger, run, folder, err);
    }
    bool is_there = false;
    if (cg_ledger_look_for_parent(run->staging, run->parent_inode, &is_there, err) != CG_OK) {
        return err->status;
    }
    if (!is_there) {
        return stop(ledger, run, "the file system it was on is not mounted", err);
    }
    return discard(ledger, run, err);
}

static enum cg_status find_cut_off(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct cut_off *run = context;
    run->run_no = sqlite3_column_int64(row, 0);
    snprintf(run->staging, sizeof run->staging, "%s", cg_text_at(row, 1));
    snprintf(run->final, sizeof run->final, "%s", cg_text_at(row, 2));
    run->parent_inode = sqlite3_column_int64(row, 3);
    return sqlite3_column_int64(row, 4) == run->run_no
               ? CG_OK
               : cg_error_set(err, CG_BAD_DATA,
                              "%s: run %lld has no mark that it was published, and later runs "
                              "stand on it: the ledger was changed; `claimgate ledger verify` "
                              "says where, a snapshot is where to go back to",
                              run->ledger, (long long)run->run_no);
}

/* The next run starts only when no run is cut off any more, so there is at most one. */
enum cg_status cg_ledger_finish_cut_off(struct cg_ledger *ledger,
                                        const struct cg_ledger_recovery *recovery,
                                        uint32_t *recovered, struct cg_error *err) {
    static const struct cg_query newest = {
        .sql = "SELECT run_no, staging_path, final_path, coalesce(parent_inode, 0), "
               "(SELECT max(run_no) FROM run) FROM run r WHERE staging_path IS NOT NULL "
               "AND NOT EXISTS (SELECT 1 FROM publication p WHERE p.run_no = r.run_no) "
               "AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = r.run_no) "
               "ORDER BY run_no DESC LIMIT 1"};
    struct cut_off run = {.ledger = ledger->path};
    *recovered = 0;
    enum cg_status status = cg_ledger_each(ledger, &newest, find_cut_off, &run, err);
    if (status == CG_OK && run.run_no != 0) {
        status = cg_ledger_fault_point(ledger->path, cg_fault("ledger.recover"), err);
        status = status == CG_OK ? finish(ledger, &run, recovery, err) : status;
        *recovered = status == CG_OK;
    }
    return status;
}

static enum cg_status clean_folder(void *context, sqlite3_stmt *row, struct cg_error *err) {
    (void)context;
    (void)err;
    cg_place_remove_stale_in(cg_text_at(row, 0));
    return CG_OK;
}

/* Where the outputs of runs are, nights that were killed before they were kept have left theirs. */
static enum cg_status clean_folders(struct cg_ledger *ledger, struct cg_error *err) {
    static const struct cg_query parents = {
        .sql = "SELECT DISTINCT rtrim(final_path, replace(final_path, '/', '')) FROM run WHERE "
               "final_path IS NOT NULL"};
    return cg_ledger_each(ledger, &parents, clean_folder, NULL, err);
}

enum cg_status cg_ledger_recover(const struct cg_ledger_plan *plan,
                                 const struct cg_ledger_recovery *recovery, uint32_t *recovered,
                                 struct cg_error *err) {
    struct cg_ledger *ledger = NULL;
    *recovered = 0;
    if (cg_ledger_set_is(plan->path)) {
        return cg_set_recover(plan, recovery, recovered, err);
    }
    enum cg_status status = cg_ledger_must_be_there(plan->path, err);
    if (status == CG_OK) {
        status = cg_ledger_open_raw(plan, &ledger, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_refuse_part(ledger, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_finish_cut_off(ledger, recovery, recovered, err);
    }
    if (status == CG_OK) {
        status = clean_folders(ledger, err);
    }
    cg_ledger_close(ledger);
    return status;
}
