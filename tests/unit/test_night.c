/*
 * A night that is open on a set: who may go on with it, who waits for it, and what becomes of its
 * tasks when it was given up.
 */
#include "claimgate/base/stop.h"
#include "ledger/set.h"
#include "support/set_fixture.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fixture fixture;
static struct cg_ledger_set *set;
static struct cg_ledger_night night;

static void setup(void) {
    struct cg_error err = CG_ERROR_INIT;
    fixture_init(&fixture);
    set_fixture_make(&fixture, 2);
    cr_assert_eq(cg_ledger_set_open(fixture.path, &set, &err), CG_OK, "%s", err.text);
}

static void teardown(void) {
    cg_ledger_set_close(set);
    fixture_fini(&fixture);
}

TestSuite(night, .init = setup, .fini = teardown, .timeout = 60);

static void begin(bool by_one_process) {
    const struct cg_ledger_night_plan plan = {
        .kind = "release", .work = "/scratch/of/tasks", .by_one_process = by_one_process};
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_ledger_night_begin(set, &plan, &night, &err), CG_OK, "%s", err.text);
}

/* In night.json. */
static void edit(const char *key, const char *value) {
    char command[512];
    snprintf(command, sizeof command,
             "sed -i 's|\"%s\": *\"[^\"]*\"|\"%s\": \"%s\"|' %s/night.json", key, key, value,
             fixture.path);
    cr_assert_eq(system(command), 0);
}

static enum cg_status open_to_write(int wait_seconds, struct cg_error *err) {
    const struct cg_ledger_plan plan = {
        .path = fixture.path, .policy = fixture.policy, .lock_wait_seconds = wait_seconds};
    struct cg_ledger *ledger = NULL;
    const enum cg_status status = cg_ledger_open(&plan, &ledger, err);
    cg_ledger_close(ledger);
    return status;
}

static enum cg_night_state state_of(const struct cg_ledger_night *wanted) {
    struct cg_error err = CG_ERROR_INIT;
    enum cg_night_state state;
    cr_assert_eq(cg_ledger_night_look(set, wanted, &state, &err), CG_OK, "%s", err.text);
    return state;
}

Test(night, of_a_process_that_died_on_this_host_is_taken_away_and_no_other) {
    struct cg_error err = CG_ERROR_INIT;
    begin(true);
    cr_expect_eq(open_to_write(0, &err), CG_OK, "%s", err.text);
    begin(true);
    edit("host", "another");
    cr_expect_eq(open_to_write(0, &err), CG_BUSY);
    cr_expect_not_null(strstr(err.text, "on host another"), "%s", err.text);
}

Test(night, is_waited_for_as_long_as_was_asked_and_no_longer_than_a_signal_lets) {
    struct cg_error err = CG_ERROR_INIT;
    begin(false);
    cr_expect_eq(open_to_write(1, &err), CG_BUSY, "%s", err.text);
    cg_stop_install();
    cr_assert_eq(raise(SIGTERM), 0);
    err = (struct cg_error)CG_ERROR_INIT;
    cr_expect_eq(open_to_write(1, &err), CG_INTERRUPTED);
    cr_expect_not_null(strstr(err.text, "interrupted while waiting for"), "%s", err.text);
}

Test(night, whose_file_is_damaged_is_told_as_damage_and_refuses_nobody_as_open) {
    struct cg_error err = CG_ERROR_INIT;
    begin(false);
    cr_expect_eq(cg_night_refuse_open(set, &err), CG_BUSY);
    edit("set", "another");
    err = (struct cg_error)CG_ERROR_INIT;
    cr_expect_eq(cg_night_refuse_open(set, &err), CG_BAD_DATA);
}

Test(night, belongs_to_the_folder_that_its_tasks_share) {
    static const char *const works[] = {"/scratch/of/tasks", "/elsewhere"};
    struct cg_error err = CG_ERROR_INIT;
    bool is;
    cr_assert_eq(cg_ledger_night_is_of(set, works[0], &is, &err), CG_OK);
    cr_expect_not(is, "none is open");
    begin(false);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(cg_ledger_night_is_of(set, works[i], &is, &err), CG_OK);
        cr_expect_eq(is, i == 0);
    }
}

Test(night, that_is_being_taken_back_is_over_for_its_tasks) {
    const struct cg_ledger_plan plan = {.policy = fixture.policy};
    const struct cg_ledger_night another = {.run_no = 1, .id = "another"};
    struct cg_ledger *part;
    struct cg_error err = CG_ERROR_INIT;
    bool is_kept;
    begin(false);
    cr_expect_eq(state_of(&night), CG_NIGHT_OPEN);
    cr_expect_eq(state_of(&another), CG_NIGHT_UNDONE);
    edit("stage", "undone");
    cr_expect_eq(state_of(&night), CG_NIGHT_UNDONE);
    cr_expect_eq(cg_ledger_set_open_part(set, 0, &night, &plan, &part, &is_kept, &err), CG_USAGE);
    cr_expect_not_null(strstr(err.text, "is not open any more"), "%s", err.text);
    /* And when it is closed. */
    char command[512];
    snprintf(command, sizeof command, "mkdir -p %s/nights; mv %s/night.json %s/nights/1.json",
             fixture.path, fixture.path, fixture.path);
    cr_assert_eq(system(command), 0);
    cr_expect_eq(state_of(&night), CG_NIGHT_UNDONE);
    cr_expect_eq(state_of(&another), CG_NIGHT_UNDONE);
}

Test(night, with_more_files_than_its_description_names_is_refused) {
    const struct cg_ledger_night_end end = {.output_count = CG_NIGHT_OUTPUTS_MAX + 1};
    struct cg_error err = CG_ERROR_INIT;
    bool kept;
    begin(false);
    cr_expect_eq(cg_ledger_night_publish(set, &night, &end, &kept, &err), CG_USAGE);
    cr_expect_not_null(strstr(err.text, "use fewer tasks"), "%s", err.text);
    cr_expect_not(kept);
}

Test(night, finds_a_part_that_was_put_back_meanwhile) {
    static const struct fixture_line lines[] = {{.member = "M1", .claim = "C1"}};
    const struct cg_ledger_plan plan = {.policy = fixture.policy};
    const struct set_night whole = {.lines = lines, .count = 1, .out = "one"};
    const struct fixture part = set_fixture_part(&fixture, 1);
    struct cg_ledger *opened;
    struct cg_error err = CG_ERROR_INIT;
    char command[512];
    bool is_kept;
    snprintf(command, sizeof command, "cp %s %s/older", part.path, fixture.folder);
    cr_assert_eq(system(command), 0);
    cr_assert_eq(set_fixture_run(&fixture, &whole, NULL, &err), CG_OK, "%s", err.text);
    begin(false);
    snprintf(command, sizeof command, "cp %s/older %s", fixture.folder, part.path);
    cr_assert_eq(system(command), 0);
    cr_expect_eq(cg_ledger_set_open_part(set, 1, &night, &plan, &opened, &is_kept, &err),
                 CG_BAD_DATA, "%s", err.text);
    cr_expect_not_null(strstr(err.text, "put back from an older copy"), "%s", err.text);
}
