/*
 * What is done to a set that a ledger by itself knows nothing of: tasks share a night, and a night
 * is gone on with after it was cut off at one of its steps.
 */
#include "support/ledger_jobs.h"
#include "support/set_fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NIGHT_LINES = 4 };

static const struct fixture_line lines[NIGHT_LINES] = {{.member = "M1", .claim = "C31"},
                                                       {.member = "M2", .claim = "C32"},
                                                       {.member = "M5", .claim = "C33"},
                                                       {.member = "M6", .claim = "C34"}};

static enum cg_status with_set(const struct fixture *fixture,
                               enum cg_status (*fn)(struct cg_ledger_set *set, void *context,
                                                    struct cg_error *err),
                               void *context, struct cg_error *err) {
    struct cg_ledger_set *set = NULL;
    enum cg_status status = cg_ledger_set_open(fixture->path, &set, err);
    if (status == CG_OK) {
        status = fn(set, context, err);
    }
    cg_ledger_set_close(set);
    return status;
}

static enum cg_status create(struct fixture *fixture, struct cg_error *err) {
    static uint32_t sets;
    char path[192];
    snprintf(path, sizeof path, "%s/set-%u", fixture->folder, sets++);
    const enum cg_status status = cg_ledger_set_create(path, LEDGER_COPY_PARTS, "ms", err);
    cr_expect_eq(faccessat(AT_FDCWD, path, F_OK, 0) == 0, status == CG_OK, "%s", err->text);
    return status;
}

static enum cg_status look(struct cg_ledger_set *set, void *context, struct cg_error *err) {
    bool *is_of = context;
    const enum cg_status status = cg_ledger_set_check(set, err);
    return status == CG_OK ? cg_ledger_night_is_of(set, "/elsewhere", is_of, err) : status;
}

static enum cg_status check(struct fixture *fixture, struct cg_error *err) {
    bool is_of = false;
    return with_set(fixture, look, &is_of, err);
}

static enum cg_status ask_dry(struct fixture *fixture, struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture->path, .policy = fixture->policy};
    struct cg_ledger *ledger = NULL;
    bool is_new;
    const enum cg_status status = cg_ledger_open_dry(&plan, &ledger, &is_new, err);
    cg_ledger_close(ledger);
    return status;
}

static enum cg_status share_night(struct fixture *fixture, uint32_t parts_to_do, const char *out,
                                  struct cg_error *err) {
    const struct set_night night = {
        .lines = lines, .count = NIGHT_LINES, .parts_to_do = parts_to_do, .out = out};
    return set_fixture_run(fixture, &night, NULL, err);
}

static uint32_t folders;

static enum cg_status tasks(struct fixture *fixture, struct cg_error *err) {
    char out[32];
    snprintf(out, sizeof out, "tasks-%u", folders++);
    return share_night(fixture, 0, out, err);
}

/* One part has its run, the other does not. */
static enum cg_status undo(struct fixture *fixture, struct cg_error *err) {
    uint32_t recovered;
    const enum cg_status status = share_night(fixture, 1, NULL, err);
    return status == CG_OK ? set_fixture_recover(fixture, true, &recovered, err) : status;
}

/* Its id is shown by whoever ends it. */
static struct cg_ledger_night cut_off;

/* A night that is whole, as if it had been cut off before its folder was put in place. */
static void cut_off_before_rename(struct fixture *fixture) {
    struct cg_error err = CG_ERROR_INIT;
    char out[32];
    snprintf(out, sizeof out, "cut-off-%u", folders++);
    cr_assert_eq(share_night(fixture, 0, out, &err), CG_OK, "%s", err.text);
    cut_off.run_no = LEDGER_JOBS_RUNS + 1;
    set_fixture_unpublish(fixture, out, &cut_off);
}

static enum cg_status publish_staged(struct fixture *fixture, struct cg_error *err) {
    uint32_t recovered;
    return set_fixture_recover(fixture, false, &recovered, err);
}

static enum cg_status finish(struct cg_ledger_set *set, void *context, struct cg_error *err) {
    enum cg_night_state *state = context;
    return cg_ledger_night_finish(set, &cut_off, state, err);
}

static enum cg_status end_again(struct fixture *fixture, struct cg_error *err) {
    enum cg_night_state state;
    return with_set(fixture, finish, &state, err);
}

static enum cg_status begin_and_die(struct cg_ledger_set *set, void *context,
                                    struct cg_error *err) {
    const struct cg_ledger_night_plan plan = {.kind = "release", .by_one_process = true};
    return cg_ledger_night_begin(set, &plan, context, err);
}

/* Whoever writes next takes it away. */
static enum cg_status orphan(struct fixture *fixture, struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture->path, .policy = fixture->policy};
    struct cg_ledger *ledger = NULL;
    struct cg_ledger_night night;
    enum cg_status status = with_set(fixture, begin_and_die, &night, err);
    if (status == CG_OK) {
        status = cg_ledger_open(&plan, &ledger, err);
    }
    cg_ledger_close(ledger);
    return status;
}

const struct ledger_job set_jobs[SET_JOBS] = {
    {"create", true, false, create, NULL},
    {"check", false, false, check, NULL},
    {"dry", false, false, ask_dry, NULL},
    {"tasks", true, false, tasks, NULL},
    {"undo", true, false, undo, NULL},
    {"publish staged", true, false, publish_staged, cut_off_before_rename},
    {"end again", true, false, end_again, cut_off_before_rename},
    {"orphan", true, false, orphan, NULL},
};
