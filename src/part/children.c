/*
 * `part run`: the steps as processes of this program on one machine, so many at a time.
 *
 * A step that fails for good ends the run; one that failed for want of room, rights or luck, or was
 * killed, is tried again a few times. No process outlives this one, however it ends.
 */
#include "attempt.h"

#include "claimgate/base/log.h"
#include "claimgate/base/progress.h"
#include "claimgate/base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TRIES_MAX = 3, LOOK_MS = 10 };

struct child {
    pid_t pid; /* 0: none */
    uint32_t number;
};

/* The processes of one kind of step. */
struct crew {
    const struct cg_part *part;
    const struct cg_step *step;
    uint32_t count; /* of steps */
    uint32_t jobs;
    uint32_t next;
    uint32_t running;
    uint32_t done;
    struct child *children; /* `jobs` of them */
    uint8_t *tries;         /* by step */
    struct cg_progress progress;
};

/* --- a process --- */

/* In the new process, between fork and exec. */
static void become(const struct crew *crew, pid_t parent, char number[16]) {
    char option[16];
    char name[] = "claimgate";
    char family[] = "part";
    char run[] = "--run";
    char quiet[] = "--quiet";
    char show_phi[] = "--show-phi";
    (void)snprintf(option, sizeof option, "--%s", crew->step->unit);
    char *flags[2] = {NULL, NULL};
    size_t count = 0;
    if (cg_log_is_quiet()) {
        flags[count++] = quiet;
    }
    if (cg_log_shows_phi()) {
        flags[count++] = show_phi;
    }
    char *const argv[] = {name,
                          family,
                          (char *)crew->step->name,
                          run,
                          (char *)crew->part->run_dir,
                          option,
                          number,
                          flags[0],
                          flags[1],
                          NULL};
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent) {
        (void)execv("/proc/self/exe", argv);
    }
    _exit(127);
}

static enum cg_status start_child(struct crew *crew, struct child *child, uint32_t number,
                                  struct cg_error *err) {
    char text[16];
    const pid_t parent = getpid();
    (void)snprintf(text, sizeof text, "%u", number);
    const pid_t pid = fork();
    if (pid < 0) {
        return cg_error_set_errno(err, CG_BUSY, errno, "no process can be started");
    }
    if (pid == 0) {
        become(crew, parent, text);
    }
    *child = (struct child){.pid = pid, .number = number};
    crew->tries[number]++;
    crew->running++;
    return CG_OK;
}

static void end_all(struct crew *crew) {
    for (uint32_t i = 0; i < crew->jobs; i++) {
        if (crew->children[i].pid != 0) {
            (void)kill(crew->children[i].pid, SIGTERM);
            (void)kill(crew->children[i].pid, SIGCONT); /* one that stands still cannot end */
        }
    }
    for (uint32_t i = 0; i < crew->jobs; i++) {
        while (crew->children[i].pid != 0 &&
               (waitpid(crew->children[i].pid, NULL, 0) >= 0 || errno != EINTR)) {
            crew->children[i].pid = 0;
        }
    }
    crew->running = 0;
}

/* --- what became of it --- */

/* What the process has ended with says what it has met. */
static enum cg_status status_of(int how) {
    static const struct {
        enum cg_status status;
        int exit_code;
    } all[] = {
#define ENTRY(name, code) {CG_##name, code},
        CG_STATUS_TABLE(ENTRY)
#undef ENTRY
    };
    const int exit_code = WIFEXITED(how) ? WEXITSTATUS(how) : cg_status_exit_code(CG_BUSY);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].exit_code == exit_code) {
            return all[i].status;
        }
    }
    return CG_INTERNAL;
}

static bool may_pass(enum cg_status status) {
    static const enum cg_status passing[] = {CG_CANNOT_CREATE, CG_IO, CG_BUSY, CG_NO_PERMISSION};
    bool found = false;
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
        found = found || passing[i] == status;
    }
    return found;
}

/* The process has said itself what was wrong. */
static enum cg_status fail(const struct crew *crew, uint32_t number, int how,
                           struct cg_error *err) {
    if (WIFSIGNALED(how)) {
        return cg_error_set(err, CG_BUSY,
                            "part %s --%s %u was ended by signal %d, %u times; the same command "
                            "goes on from here",
                            crew->step->name, crew->step->unit, number, WTERMSIG(how),
                            crew->tries[number]);
    }
    return cg_error_set(err, status_of(how),
                        "part %s --%s %u failed as told above; once that is mended the same "
                        "command goes on from here",
                        crew->step->name, crew->step->unit, number);
}

static enum cg_status take_end(struct crew *crew, struct child *child, int how,
                               struct cg_error *err) {
    const uint32_t number = child->number;
    child->pid = 0;
    crew->running--;
    if (status_of(how) == CG_OK) {
        crew->done++;
        cg_progress_update(&crew->progress, crew->done);
        return CG_OK;
    }
    if (cg_stop_check(err) != CG_OK) {
        return err->status;
    }
    if (!may_pass(status_of(how)) || crew->tries[number] == TRIES_MAX) {
        return fail(crew, number, how, err);
    }
    cg_log_note("part %s --%s %u is tried again", crew->step->name, crew->step->unit, number);
    return start_child(crew, child, number, err);
}

/* --- a crew --- */

static enum cg_status look_at(struct crew *crew, struct child *child, struct cg_error *err) {
    int how = 0;
    if (child->pid == 0) {
        return crew->next < crew->count ? start_child(crew, child, crew->next++, err) : CG_OK;
    }
    const pid_t ended = waitpid(child->pid, &how, WNOHANG);
    return ended == child->pid ? take_end(crew, child, how, err) : CG_OK;
}

static enum cg_status look_at_all(struct crew *crew, struct cg_error *err) {
    const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
    if (cg_stop_check(err) != CG_OK) {
        return err->status;
    }
    for (uint32_t i = 0; i < crew->jobs; i++) {
        if (look_at(crew, &crew->children[i], err) != CG_OK) {
            return err->status;
        }
    }
    if (crew->done < crew->count) {
        (void)nanosleep(&pause, NULL);
    }
    return CG_OK;
}

static enum cg_status run_crew(struct crew *crew, struct cg_error *err) {
    crew->children = calloc(crew->jobs, sizeof crew->children[0]);
    crew->tries = calloc((size_t)crew->count + 1, sizeof crew->tries[0]);
    enum cg_status status =
        crew->children == NULL || crew->tries == NULL ? cg_error_no_memory(err) : CG_OK;
    cg_progress_start(&crew->progress, crew->step->name, crew->count,
                      !cg_log_is_quiet() && isatty(STDERR_FILENO) == 1);
    while (status == CG_OK && crew->done < crew->count) {
        status = look_at_all(crew, err);
    }
    cg_progress_end(&crew->progress);
    if (crew->running > 0) {
        end_all(crew);
    }
    free(crew->children);
    free(crew->tries);
    return status;
}

enum cg_status cg_part_run_steps(const struct cg_part *part, uint32_t jobs, struct cg_error *err) {
    const struct {
        const struct cg_step *step;
        uint32_t count;
    } steps[] = {{&cg_step_ask, part->plan.tasks},
                 {&cg_step_decide, part->plan.parts},
                 {&cg_step_answer, part->plan.tasks}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct crew crew = {
            .part = part, .step = steps[i].step, .count = steps[i].count, .jobs = jobs};
        if (run_crew(&crew, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

enum cg_status cg_part_lock(const char *run_dir, int *fd, struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/lock", run_dir);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be made", path);
    }
    return flock(*fd, LOCK_EX | LOCK_NB) == 0
               ? CG_OK
               : cg_error_set(err, CG_BUSY,
                              "%s: another `claimgate part run` is at work there; wait for it",
                              run_dir);
}
