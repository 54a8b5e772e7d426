/*
 * A night of a set that was cut off: what becomes of it where its folder, its parts or its own
 * description are not what they were.
 */
#include "claimgate/base/fault.h"
#include "ledger/set.h"
#include "support/set_fixture.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PARTS = 2 };

static struct fixture fixture;
static struct cg_ledger_set *set;
static struct cg_ledger_night night;
static struct cg_error err;

static void setup(void) {
    err = (struct cg_error)CG_ERROR_INIT;
    fixture_init(&fixture);
    set_fixture_make(&fixture, PARTS);
    cr_assert_eq(cg_ledger_set_open(fixture.path, &set, &err), CG_OK, "%s", err.text);
}

static void teardown(void) {
    cg_ledger_set_close(set);
    fixture_fini(&fixture);
}

TestSuite(night_recover, .init = setup, .fini = teardown, .timeout = 60);

/* In the set's folder, where $F is the folder that it stands in. */
static void shell(const char *script) {
    char command[1024];
    snprintf(command, sizeof command, "set -e; F=%s; cd %s; %s", fixture.folder, fixture.path,
             script);
    cr_assert_eq(system(command), 0, "%s", script);
}

#ifdef CG_FAULTS
static const char *at_put_in_place; /* done when a file of the set is about to have its name */
static int put_in_place_fails;

/* In place of the program's own, which are set off by their names. */
int cg_fault(const char *name) {
    if (at_put_in_place == NULL || strcmp(name, "set.put_in_place") != 0) {
        return 0;
    }
    shell(at_put_in_place);
    at_put_in_place = NULL;
    return put_in_place_fails;
}
#endif

static void run_night(const char *claim, const char *out) {
    const struct fixture_line lines[] = {{.member = "M1", .claim = claim},
                                         {.member = "M2", .claim = claim}};
    const struct set_night whole = {.lines = lines, .count = 2, .out = out};
    cr_assert_eq(set_fixture_run(&fixture, &whole, NULL, &err), CG_OK, "%s", err.text);
}

/* Run 1 is whole, its folder "one" is staged. */
static void cut_off(void) {
    run_night("C1", "one");
    night.run_no = 1;
    set_fixture_unpublish(&fixture, "one", &night);
}

static enum cg_status recover(const char *to, bool discard) {
    const struct cg_ledger_plan plan = {.path = fixture.path};
    const struct cg_ledger_recovery recovery = {.to = to, .discard = discard};
    uint32_t recovered;
    err = (struct cg_error)CG_ERROR_INIT;
    return cg_ledger_recover(&plan, &recovery, &recovered, &err);
}

static void expect_refused(enum cg_status found, enum cg_status wanted, const char *words) {
    cr_expect_eq(found, wanted, "%s: %d %s", words, (int)found, err.text);
    cr_expect_not_null(strstr(err.text, words), "%s: %s", words, err.text);
}

static void expect_in_parts(const char *sql, const char *expected) {
    for (uint32_t k = 0; k < PARTS; k++) {
        const struct fixture part = set_fixture_part(&fixture, k);
        cr_expect_str_eq(fixture_query(&part, sql), expected, "part %u: %s", k, sql);
    }
    cr_expect_eq(fixture_faults(&fixture), 0);
}

static void expect_taken_back(void) {
    cr_expect_eq(recover(NULL, false), CG_OK, "%s", err.text);
    expect_in_parts("SELECT run_no, coalesce(withdraws, 0) FROM run", "1|0\n2|1\n");
    cr_expect_not(fixture_holds(&fixture, "ledger.db/night.json"));
}

Test(night_recover, asks_where_something_else_has_the_name_of_its_folder) {
    char path[128];
    cut_off();
    snprintf(path, sizeof path, "%s/one", fixture.folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    expect_refused(recover(NULL, false), CG_CANNOT_CREATE, "something else is there now");
    expect_refused(recover(path, false), CG_CANNOT_CREATE, "the folder given by --to exists");
    snprintf(path, sizeof path, "%s/elsewhere", fixture.folder);
    cr_assert_eq(recover(path, false), CG_OK, "%s", err.text);
    cr_expect(fixture_holds(&fixture, "elsewhere/accepted.csv.gz"));
    expect_in_parts("SELECT run_no FROM publication", "1\n");
}

Test(night_recover, asks_where_the_file_system_of_its_folder_is_not_there) {
    cut_off();
    shell("rm -r $F/.*claimgate-*; sed -i 's/\"parent_inode\": *[0-9]*/\"parent_inode\": 1/' "
          "night.json");
    expect_refused(recover(NULL, false), CG_CANNOT_CREATE, "not mounted");
    cr_expect_eq(recover(NULL, true), CG_OK, "%s", err.text);
    expect_in_parts("SELECT run_no, coalesce(withdraws, 0) FROM run", "1|0\n2|1\n");
}

Test(night_recover, takes_back_what_is_staged_and_damaged) {
    cut_off();
    shell("for f in $F/.*claimgate-*/accepted.csv.gz; do echo else > $f; done");
    expect_taken_back();
}

Test(night_recover, goes_on_where_taking_back_was_cut_off_before_its_first_part) {
    cut_off();
    shell("sed -i 's/\"whole\"/\"undone\"/' night.json");
    expect_taken_back();
}

Test(night_recover, gives_a_part_that_has_no_run_an_empty_one_of_the_same_kind) {
    const struct cg_ledger_plan plan = {.policy = fixture.policy};
    const struct cg_ledger_night_plan of = {.kind = "import"};
    const struct cg_ledger_commit nothing = {0};
    struct cg_ledger *part;
    bool is_kept;
    cr_assert_eq(cg_ledger_night_begin(set, &of, &night, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_set_open_part(set, 0, &night, &plan, &part, &is_kept, &err), CG_OK);
    cr_assert_eq(cg_ledger_begin_import(part, 20000, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_commit(part, &nothing, &is_kept, &err), CG_OK, "%s", err.text);
    cg_ledger_close(part);
    expect_taken_back();
    expect_in_parts("SELECT kind FROM run", "import\nwithdraw\n");
}

Test(night_recover, refuses_a_description_older_than_the_runs_of_its_parts) {
    run_night("C1", "one");
    run_night("C2", "two");
    shell("mv nights/1.json night.json");
    expect_refused(recover(NULL, false), CG_BAD_DATA, "its last run is 2, and the open night is 1");
}

Test(night_recover, is_ended_by_nobody_where_a_part_was_put_back_meanwhile) {
    enum cg_night_state state;
    shell("cp part-001.ledger $F/older");
    cut_off();
    shell("cp $F/older part-001.ledger");
    expect_refused(cg_ledger_night_finish(set, &night, &state, &err), CG_BAD_DATA,
                   "put back from an older copy");
}

#ifdef CG_FAULTS

Test(night_recover, of_two_that_begin_at_once_the_second_names_the_first) {
    const struct cg_ledger_night_plan plan = {.kind = "release"};
    cr_assert_eq(cg_ledger_night_begin(set, &plan, &night, &err), CG_OK, "%s", err.text);
    shell("sed 's/\"host\": \"[^\"]*/\"host\": \"another/' night.json > other; rm night.json");
    at_put_in_place = "mv other night.json";
    expect_refused(cg_ledger_night_begin(set, &plan, &night, &err), CG_BUSY, "on host another, ");
    cr_expect_null(strstr(err.text, "working in"), "%s", err.text);
    shell("rm night.json");
    err = (struct cg_error)CG_ERROR_INIT;
    at_put_in_place = "true";
    put_in_place_fails = EEXIST;
    expect_refused(cg_ledger_night_begin(set, &plan, &night, &err), CG_BUSY,
                   "another night was open; try again");
}

#endif

Test(night_recover, a_task_of_a_night_that_is_gone_is_told) {
    const struct cg_ledger_plan plan = {.policy = fixture.policy};
    struct cg_ledger *part;
    bool is_kept;
    const struct cg_ledger_night gone = {.run_no = 1, .id = "gone"};
    const struct cg_ledger_night_plan another = {.kind = "release"};
    expect_refused(cg_ledger_set_open_part(set, 0, &gone, &plan, &part, &is_kept, &err), CG_USAGE,
                   "is not open any more");
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(cg_ledger_night_begin(set, &another, &night, &err), CG_OK, "%s", err.text);
    expect_refused(cg_ledger_set_open_part(set, 0, &gone, &plan, &part, &is_kept, &err), CG_USAGE,
                   "is not open any more");
}

static bool has_parent(const char *staged, int64_t inode) {
    bool is_there;
    cr_assert_eq(cg_ledger_look_for_parent(staged, inode, &is_there, &err), CG_OK, "%s", err.text);
    return is_there;
}

Test(night_recover, the_folder_above_a_staged_one_is_looked_at_by_its_name_and_inode) {
    char path[128];
    struct stat facts;
    snprintf(path, sizeof path, "%s/staged", fixture.folder);
    cr_assert_eq(stat(fixture.folder, &facts), 0);
    cr_expect(has_parent(path, 0));
    cr_expect(has_parent(path, (int64_t)facts.st_ino));
    cr_expect_not(has_parent(path, (int64_t)facts.st_ino + 1));
    cr_expect(has_parent("/staged", 0));
    cr_expect_not(has_parent("/no/such/staged", 0));
    cr_expect_not(has_parent("/dev/null/no/staged", 0));
    cr_expect(has_parent("staged", 0), "a name alone is beside us");
}
