#include "claimgate/run/doctor.h"

#include "claimgate/base/date.h"
#include "claimgate/base/problems.h"
#include "claimgate/io/deflate.h"
#include "claimgate/io/owner.h"
#include "claimgate/io/sandbox.h"
#include "claimgate/io/staging.h"
#include "claimgate/ledger/ledger_query.h"
#include "claimgate/ledger/ledger_set.h"
#include "claimgate/report/page.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster_remarks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum {
    PATH_BYTES = 4096,
    LEAST_FREE_MIB = 1024, /* of the folder of the outputs */
    MIB = 1 << 20,
};

static void find(struct cg_findings *out, const char *what, bool is_fault, const char *format, ...)
    cg_printf_like(4, 5);
static void find(struct cg_findings *out, const char *what, bool is_fault, const char *format,
                 ...) {
    if (out->count == CG_FINDINGS_MAX) {
        return;
    }
    struct cg_finding *finding = &out->list[out->count++];
    va_list args;
    finding->what = what;
    finding->is_fault = is_fault;
    out->faults += is_fault;
    va_start(args, format);
    (void)vsnprintf(finding->text, sizeof finding->text, format, args);
    va_end(args);
}

static void find_error(struct cg_findings *out, const char *what, const struct cg_error *err) {
    find(out, what, true, "%s", err->text);
}

static void look_at_program(struct cg_findings *out) {
    find(out, "program", false, "claimgate %s, ledger schema %d, SQLite %s, codec %s", CG_VERSION,
         CG_LEDGER_SCHEMA, cg_ledger_library(),
         cg_deflate_codec_name(CG_LEVEL_DEFAULT, CG_CODEC_BEST));
    find(out, "account", false, "user %u, group %u", (unsigned)geteuid(), (unsigned)getegid());
}

/* Debian's cron gives its jobs PATH=/usr/bin:/bin. */
static void look_at_path(struct cg_findings *out) {
    char self[PATH_BYTES] = "claimgate";
    const ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    self[len > 0 ? len : 0] = '\0';
    if (access("/usr/bin/claimgate", X_OK) == 0 || access("/bin/claimgate", X_OK) == 0) {
        find(out, "cron", false, "claimgate is found by cron's PATH");
    } else {
        find(out, "cron", true,
             "cron's PATH is /usr/bin:/bin, where there is no claimgate; begin the crontab with "
             "PATH=%.256s:/usr/bin:/bin",
             dirname(self));
    }
}

static void look_at_clock(struct cg_findings *out) {
    char today[CG_DATE_TEXT_BYTES];
    const time_t now = time(NULL);
    struct tm local;
    const char *zone = getenv("TZ");
    cg_date_format(cg_date_today(), today);
    const bool is_known = localtime_r(&now, &local) != NULL;
    find(out, "time zone", !is_known, "today is %s in %s (%s), which is --as-of unless it is given",
         today, is_known ? local.tm_zone : "an unknown zone",
         zone != NULL ? "by TZ" : "the system's");
    find(out, "locale", false, "%s; no number or date depends on it",
         setlocale(LC_ALL, NULL) != NULL ? setlocale(LC_ALL, NULL) : "unknown");
}

static void look_at_space(struct cg_findings *out, const char *what, const char *folder,
                          uint64_t needed_mib) {
    struct statvfs facts;
    if (statvfs(folder, &facts) != 0) {
        find(out, what, true, "%s: %s", folder, strerror(errno));
        return;
    }
    const uint64_t free_mib = (uint64_t)facts.f_bavail * facts.f_frsize / MIB;
    if (free_mib < needed_mib) {
        find(out, what, true, "%s: %" PRIu64 " MiB free; make room for %" PRIu64 " at least",
             folder, free_mib, needed_mib);
    } else {
        find(out, what, false, "%s: %" PRIu64 " MiB free", folder, free_mib);
    }
}

/* The folder around a path, as a text of its own. */
static const char *folder_of(const char *path, char out[PATH_BYTES]) {
    snprintf(out, PATH_BYTES, "%s", path);
    return dirname(out);
}

/* Staging asks for all that publishing will: rights, a lock, renames. */
static void look_at_out(struct cg_findings *out, const char *path) {
    static const char *const names[] = {NULL};
    char probe[PATH_BYTES];
    char folder[PATH_BYTES];
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staging *staging = NULL;
    struct stat facts;
    snprintf(probe, sizeof probe, "%.4000s%s", path, stat(path, &facts) == 0 ? ".doctor" : "");
    const struct cg_staging_plan plan = {
        .final_path = probe, .file_names = names, .group = (gid_t)-1};
    if (cg_staging_open(&plan, &staging, &err) == CG_OK) {
        find(out, "outputs", false, "%s: can be staged and put in place by one rename",
             folder_of(path, folder));
        cg_staging_close(staging, false);
    } else {
        find_error(out, "outputs", &err);
    }
    look_at_space(out, "outputs' space", folder_of(path, folder), LEAST_FREE_MIB);
}

static void look_at_roster(struct cg_findings *out, const struct cg_doctor_plan *plan) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    struct cg_roster *roster = NULL;
    cg_problems_init(&problems);
    enum cg_status status = cg_policy_load(plan->policy, &policy, &problems, &err);
    if (status == CG_OK) {
        find(out, "policy", false, "%s, %u %s", cg_policy_id(policy),
             (unsigned)cg_policy_version_count(policy),
             cg_plural(cg_policy_version_count(policy), "version", "versions"));
        if (plan->roster != NULL) {
            status = cg_roster_load(plan->roster, policy, &roster, &problems, &err);
        }
    }
    if (status != CG_OK) {
        find_error(out, policy == NULL ? "policy" : "roster", &err);
    } else if (roster != NULL) {
        const struct cg_roster_providers people = cg_roster_providers(roster);
        const uint64_t unclosed = cg_roster_unclosed(roster);
        find(out, "roster", people.all == people.never_granted,
             "%s: %" PRIu64 " providers, of whom %" PRIu64 " have a credential that ever lets them "
             "render%s",
             plan->roster, people.all, people.all - people.never_granted,
             people.all == people.never_granted ? "; fetch it again" : "");
        if (unclosed != 0) {
            find(out, "roster's ends", true,
                 "%s: %" PRIu64 " rows grant without an end although a later row says lapsed, "
                 "inactive or pending, and let render all the same; `claimgate roster check` lists "
                 "them",
                 plan->roster, unclosed);
        }
    }
    cg_roster_free(roster);
    cg_policy_free(policy);
    cg_problems_fini(&problems);
}

struct runs {
    int64_t count;
    int64_t unpublished;
    char last[64];
};

static enum cg_status count_run(void *context, const struct cg_ledger_run_facts *run,
                                struct cg_error *err) {
    struct runs *runs = context;
    (void)err;
    runs->count++;
    runs->unpublished = run->state == CG_RUN_UNPUBLISHED ? run->run_no : runs->unpublished;
    snprintf(runs->last, sizeof runs->last, "%.32s", run->started_at);
    return CG_OK;
}

/* That no night is open on a set, and that its parts agree. */
static bool set_is_sound(struct cg_findings *out, const char *path) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger_set *set = NULL;
    enum cg_status status = cg_ledger_set_open(path, &set, &err);
    if (status == CG_OK) {
        status = cg_ledger_set_check(set, &err);
    }
    if (status != CG_OK) {
        find_error(out, "ledger", &err);
    }
    cg_ledger_set_close(set);
    return status == CG_OK;
}

static void look_into_ledger(struct cg_findings *out, const char *path) {
    struct cg_error err = CG_ERROR_INIT;
    if (cg_ledger_set_is(path) && !set_is_sound(out, path)) {
        return;
    }
    struct cg_ledger *ledger = NULL;
    struct runs runs = {.count = 0};
    if (cg_ledger_open_reader(path, &ledger, &err) != CG_OK ||
        cg_ledger_visit_runs(ledger, 0, count_run, &runs, &err) != CG_OK) {
        find_error(out, "ledger", &err);
    } else if (runs.unpublished != 0) {
        find(out, "ledger", true,
             "%s: run %" PRId64 " was cut off before its folder was in place; the next run, or "
             "`claimgate ledger recover`, finishes it",
             path, runs.unpublished);
    } else {
        find(out, "ledger", false, "%s: runs: %" PRId64 ", the last on %s", path, runs.count,
             runs.count > 0 ? runs.last : "no day");
    }
    cg_ledger_close(ledger);
}

static void look_at_redo(struct cg_findings *out, const char *path) {
    char journal[PATH_BYTES];
    snprintf(journal, sizeof journal, "%.4000s-redo", path);
    if (access(journal, F_OK) == 0) {
        find(out, "redo", true,
             "%s: a redo was cut off; no night is taken in before the same `claimgate ledger redo` "
             "has gone on to its end",
             journal);
    }
}

static void look_at_lock(struct cg_findings *out, const char *path) {
    char lock[PATH_BYTES];
    char owner[CG_OWNER_BYTES];
    char holder[CG_HOLDER_BYTES];
    struct stat facts;
    snprintf(lock, sizeof lock, "%.4000s-lock", path);
    if (stat(lock, &facts) != 0) {
        return;
    }
    const int fd = open(lock, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        find(out, "lock", true, "%s: belongs to %s: %s", lock, cg_owner_of(AT_FDCWD, lock, owner),
             strerror(errno));
        return;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        find(out, "lock", false, "%s: no run is writing", lock);
    } else {
        find(out, "lock", true, "%s: a run is writing (%s); wait for it", lock,
             cg_owner_of_lock(AT_FDCWD, lock, holder));
    }
    (void)close(fd);
}

static void look_at_ledger(struct cg_findings *out, const char *path) {
    char folder[PATH_BYTES];
    char owner[CG_OWNER_BYTES];
    struct stat facts;
    if (stat(path, &facts) != 0) {
        const bool is_new = errno == ENOENT && access(folder_of(path, folder), W_OK) == 0;
        find(out, "ledger", !is_new, "%s: %s", path,
             is_new ? "is not there yet, and is made by the first run"
                    : "is not there, and its folder cannot be written; mend the name or the "
                      "folder's rights");
        return;
    }
    const bool is_open = (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    if (!cg_owner_is_ours(&facts) || access(path, R_OK | W_OK) != 0) {
        find(out, "ledger's owner", true, "%s: belongs to %s; run as that account", path,
             cg_owner_of(AT_FDCWD, path, owner));
    } else {
        find(out, "ledger's owner", is_open, "%s: is ours%s", path,
             is_open ? ", but others may read it: chmod 600" : " alone");
    }
    look_at_lock(out, path);
    look_at_redo(out, path);
    look_into_ledger(out, path);
    /* A night writes what it adds twice, once into the log beside the ledger. */
    look_at_space(out, "ledger's space", folder_of(path, folder),
                  (uint64_t)facts.st_size / MIB / 10 + 64);
}

/* Last of all, for it cannot be left again. */
static void look_at_sandbox(struct cg_findings *out) {
    const struct cg_sandbox_plan plan = {.off = false};
    struct cg_sandbox_facts facts;
    char landlock[32] = "no";
    cg_sandbox_enter(&plan, &facts);
    if (facts.landlock > 0) {
        snprintf(landlock, sizeof landlock, "version %d", facts.landlock);
    }
    find(out, "sandbox", false, "no new privileges: %s; Landlock: %s; refused system calls: %s",
         facts.no_new_privileges ? "yes" : "no", landlock, facts.seccomp ? "yes" : "no");
}

void cg_doctor_look(const struct cg_doctor_plan *plan, struct cg_findings *out) {
    *out = (struct cg_findings){.count = 0};
    look_at_program(out);
    look_at_path(out);
    look_at_clock(out);
    look_at_roster(out, plan);
    if (plan->out != NULL) {
        look_at_out(out, plan->out);
    }
    if (plan->ledger != NULL) {
        look_at_ledger(out, plan->ledger);
    }
    look_at_sandbox(out);
}
