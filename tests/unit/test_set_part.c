/*
 * Parts of a set that are not what the set says, and the small files beside them.
 */
#include "ledger/joined.h"
#include "ledger/set.h"
#include "support/set_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fixture fixture;
static struct cg_error err;

static void setup(void) {
    err = (struct cg_error)CG_ERROR_INIT;
    fixture_init(&fixture);
    set_fixture_make(&fixture, 2);
}

static void teardown(void) {
    fixture_fini(&fixture);
}

TestSuite(set_part, .init = setup, .fini = teardown, .timeout = 60);

/* In the set's folder. */
static void shell(const char *script) {
    char command[512];
    snprintf(command, sizeof command, "cd %s && %s", fixture.path, script);
    cr_assert_eq(system(command), 0, "%s", script);
}

static void run_night(const char *claim, const char *out, uint32_t parts_to_do) {
    const struct fixture_line lines[] = {{.member = "M1", .claim = claim},
                                         {.member = "M2", .claim = claim}};
    const struct set_night night = {
        .lines = lines, .count = 2, .out = out, .parts_to_do = parts_to_do};
    cr_assert_eq(set_fixture_run(&fixture, &night, NULL, &err), CG_OK, "%s", err.text);
}

/* Opened, and asked for what one part knows. */
static enum cg_status read_set(void) {
    struct cg_ledger *ledger = NULL;
    struct cg_ledger *part;
    err = (struct cg_error)CG_ERROR_INIT;
    enum cg_status status = cg_ledger_open_reader(fixture.path, &ledger, &err);
    if (status == CG_OK) {
        status = cg_joined_part(ledger->joined, 1, &part, &err);
    }
    cg_ledger_close(ledger);
    return status;
}

static void expect_refused(const char *words) {
    cr_expect_eq(read_set(), CG_BAD_DATA, "%s: %s", words, err.text);
    cr_expect_not_null(strstr(err.text, words), "%s: %s", words, err.text);
}

Test(set_part, that_is_a_ledger_by_itself_is_told) {
    const struct fixture_line line = {.claim = "C1"};
    struct fixture alone = fixture;
    snprintf(alone.path, sizeof alone.path, "%s/alone", fixture.folder);
    cr_assert_eq(fixture_run(&alone, &line, 1, NULL, NULL, &err), CG_OK, "%s", err.text);
    shell("cp ../alone part-001.ledger");
    expect_refused("part-001.ledger: is a ledger by itself");
}

Test(set_part, that_is_behind_the_others_is_named_wherever_it_stands) {
    shell("cp part-000.ledger ../older");
    run_night("C1", "one", 0);
    shell("cp part-000.ledger newer && cp ../older part-000.ledger");
    expect_refused("part-000.ledger: its last run is 0, and another part's is 1");
    shell("cp newer part-000.ledger && cp ../older part-001.ledger && sqlite3 part-001.ledger "
          "'UPDATE set_part SET part_no = 1'");
    expect_refused("part-001.ledger: its last run is 0, and another part's is 1");
}

Test(set_part, whose_run_is_not_that_of_the_night_is_told) {
    run_night("C1", "one", 0);
    shell("sqlite3 part-001.ledger \"UPDATE run SET hash = zeroblob(32)\"");
    expect_refused("part-001.ledger: its run 1 is not the one of that night");
    shell("sqlite3 part-001.ledger \"UPDATE run SET hash = x'00'\"");
    expect_refused("part-001.ledger: its run 1 is not the one of that night");
}

Test(set_part, is_not_held_against_a_night_that_tells_no_hashes) {
    run_night("C1", "one", 0);
    shell("sed -zi 's/,[^,]*\"run_hashes\": *[[][^]]*[]]//' nights/1.json && ! grep hash "
          "nights/1.json");
    cr_expect_eq(read_set(), CG_OK, "%s", err.text);
}

Test(set_part, that_has_decided_its_share_of_an_open_night_is_read_with_the_others) {
    run_night("C1", NULL, 1);
    cr_expect_eq(read_set(), CG_OK, "%s", err.text);
    shell("rm night.json");
    expect_refused("part-001.ledger: its last run is 0, and another part's is 1");
}

Test(set_part, a_set_whose_name_leaves_no_room_for_its_files_is_refused) {
    static char path[PATH_MAX];
    struct cg_ledger_set set = {.path = path, .dir_fd = -1, .lock_fd = -1};
    struct cg_buffer text;
    bool is_there;
    memset(path, 'x', sizeof path - 1);
    cg_buffer_init(&text, CG_SET_FILE_BYTES);
    cr_expect_not(cg_ledger_set_is(path));
    cr_expect_eq(cg_set_read(&set, "set.json", &text, &is_there, &err), CG_USAGE);
    cg_buffer_fini(&text);
}
