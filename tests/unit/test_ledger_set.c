/*
 * Ledger sets: what a night leaves in each part, and what is refused.
 */
#include "claimgate/base/fault.h"
#include "ledger/set.h"
#include "support/set_fixture.h"

#include <criterion/criterion.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PARTS = 4, MEMBERS = 8 };

static struct fixture fixture;
static bool accounts_have_names;

/* Stands in for the C library's. */
struct passwd *getpwuid(uid_t account) {
    static char name[] = "somebody";
    static struct passwd found = {.pw_name = name};
    found.pw_uid = account;
    return accounts_have_names ? &found : NULL;
}

static void setup(void) {
    fixture_init(&fixture);
    set_fixture_make(&fixture, PARTS);
}

static void teardown(void) {
    fixture_fini(&fixture);
}

TestSuite(ledger_set, .init = setup, .fini = teardown, .timeout = 120);

static const struct fixture_line eight[MEMBERS] = {
    {.member = "MEMBER1", .claim = "C1"}, {.member = "MEMBER2", .claim = "C2"},
    {.member = "MEMBER3", .claim = "C3"}, {.member = "MEMBER4", .claim = "C4"},
    {.member = "MEMBER5", .claim = "C5"}, {.member = "MEMBER6", .claim = "C6"},
    {.member = "MEMBER7", .claim = "C7"}, {.member = "MEMBER8", .claim = "C8"},
};

__attribute__((format(printf, 1, 0))) static void change(const char *format, const char *what) {
    char command[512];
    snprintf(command, sizeof command, format, fixture.path, what);
    cr_assert_eq(system(command), 0, "%s", command);
}

/* The same query to every part, one after another. */
static void expect_in_parts(const char *sql, const char *expected) {
    for (uint32_t k = 0; k < PARTS; k++) {
        const struct fixture part = set_fixture_part(&fixture, k);
        cr_expect_str_eq(fixture_query(&part, sql), expected, "part %u: %s", k, sql);
    }
}

static void night(const char *out) {
    char decided[MEMBERS + 1];
    struct cg_error err = CG_ERROR_INIT;
    const struct set_night eight_lines = {.lines = eight, .count = MEMBERS, .out = out};
    cr_assert_eq(set_fixture_run(&fixture, &eight_lines, decided, &err), CG_OK, "%s", err.text);
}

Test(ledger_set, a_night_is_one_run_with_all_its_inputs_in_every_part) {
    const struct set_night one_line = {.lines = eight, .count = 1, .out = "one"};
    struct cg_error err = CG_ERROR_INIT;
    char decided[2];
    cr_assert_eq(set_fixture_run(&fixture, &one_line, decided, &err), CG_OK, "%s", err.text);
    cr_expect_str_eq(decided, "a");
    expect_in_parts("SELECT run_no, kind FROM run", "1|validate\n");
    expect_in_parts("SELECT input_no, file FROM input", "1|claims.csv\n");
    expect_in_parts("SELECT run_no FROM publication", "1\n");
    cr_expect(fixture_holds(&fixture, "one/accepted.csv.gz"));
    cr_expect(fixture_holds(&fixture, "ledger.db/nights/1.json"));
    cr_expect_not(fixture_holds(&fixture, "ledger.db/night.json"));
}

Test(ledger_set, what_one_night_accepted_the_next_one_knows_whichever_part_has_it) {
    char decided[MEMBERS + 1];
    struct cg_error err = CG_ERROR_INIT;
    struct fixture_line again[MEMBERS];
    memcpy(again, eight, sizeof again);
    again[3].claim = "C30";
    again[3].date = "2025-01-07";
    night("one");
    const struct set_night second = {.lines = again, .count = MEMBERS, .out = "two"};
    cr_assert_eq(set_fixture_run(&fixture, &second, decided, &err), CG_OK, "%s", err.text);
    cr_expect_str_eq(decided, "rrrarrrr");
    for (uint32_t k = 0; k < PARTS; k++) {
        const struct fixture part = set_fixture_part(&fixture, k);
        cr_expect_eq(fixture_faults(&part), 0);
    }
}

Test(ledger_set, a_second_night_is_refused_and_told_who_holds_it) {
    struct cg_error err = CG_ERROR_INIT;
    const struct set_night first = {.lines = eight, .count = MEMBERS};
    const struct set_night second = {.lines = eight, .count = MEMBERS, .out = "two"};
    cr_assert_eq(set_fixture_run(&fixture, &first, NULL, &err), CG_OK, "%s", err.text);
    cr_assert_eq(set_fixture_run(&fixture, &second, NULL, &err), CG_BUSY);
    cr_expect(strstr(err.text, "night 1 (validate) is open since") != NULL, "%s", err.text);
    cr_expect(strstr(err.text, "begun by account") != NULL, "%s", err.text);
    cr_expect(strstr(err.text, "ledger recover --ledgers") != NULL, "%s", err.text);
}

Test(ledger_set, who_holds_a_night_is_told_by_name_or_by_the_number_of_an_account_without) {
    const struct set_night first = {.lines = eight, .count = MEMBERS};
    for (int named = 0; named < 2; named++) {
        char words[64];
        struct cg_error err = CG_ERROR_INIT;
        uint32_t recovered = 0;
        accounts_have_names = named != 0;
        cr_assert_eq(set_fixture_run(&fixture, &first, NULL, &err), CG_OK, "%s", err.text);
        cr_assert_eq(set_fixture_run(&fixture, &first, NULL, &err), CG_BUSY);
        snprintf(words, sizeof words,
                 named != 0 ? "begun by account somebody" : "begun by account %u",
                 (unsigned)geteuid());
        cr_expect(strstr(err.text, words) != NULL, "%s", err.text);
        err = (struct cg_error)CG_ERROR_INIT;
        cr_assert_eq(set_fixture_recover(&fixture, true, &recovered, &err), CG_OK, "%s", err.text);
    }
}

Test(ledger_set, a_night_that_is_not_decided_everywhere_is_not_published) {
    struct cg_error err = CG_ERROR_INIT;
    const struct set_night half = {
        .lines = eight, .count = MEMBERS, .parts_to_do = 2, .out = "one"};
    cr_assert_eq(set_fixture_run(&fixture, &half, NULL, &err), CG_NO_INPUT);
    cr_expect(strstr(err.text, "part 2 has not decided night 1 yet") != NULL, "%s", err.text);
    cr_expect_not(fixture_holds(&fixture, "one"));
}

#ifdef CG_FAULTS
Test(ledger_set, a_night_whose_folder_cannot_be_published_is_not_marked_until_it_is) {
    struct cg_error err = CG_ERROR_INIT;
    uint32_t recovered = 0;
    const struct set_night night = {.lines = eight, .count = MEMBERS, .out = "one"};
    cg_fault_want("staging.rename:1:5");
    cr_assert_neq(set_fixture_run(&fixture, &night, NULL, &err), CG_OK);
    cr_assert(cg_fault_was_met());
    cg_fault_want(NULL);
    expect_in_parts("SELECT run_no FROM publication", "");
    cr_expect_not(fixture_holds(&fixture, "one"));
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(set_fixture_recover(&fixture, false, &recovered, &err), CG_OK, "%s", err.text);
    expect_in_parts("SELECT run_no FROM publication", "1\n");
    cr_expect(fixture_holds(&fixture, "one"));
}
#endif

Test(ledger_set, recover_undoes_a_night_that_some_parts_have_in_all_of_them) {
    char decided[MEMBERS + 1];
    struct cg_error err = CG_ERROR_INIT;
    uint32_t recovered = 0;
    const struct set_night half = {.lines = eight, .count = MEMBERS, .parts_to_do = 2};
    cr_assert_eq(set_fixture_run(&fixture, &half, NULL, &err), CG_OK, "%s", err.text);
    cr_assert_eq(set_fixture_recover(&fixture, false, &recovered, &err), CG_OK, "%s", err.text);
    cr_expect_eq(recovered, 1);
    expect_in_parts("SELECT run_no, kind, withdraws FROM run", "1|validate|\n2|withdraw|1\n");
    cr_assert_eq(set_fixture_recover(&fixture, false, &recovered, &err), CG_OK);
    cr_expect_eq(recovered, 0);
    const struct set_night whole = {.lines = eight, .count = MEMBERS, .out = "three"};
    cr_assert_eq(set_fixture_run(&fixture, &whole, decided, &err), CG_OK, "%s", err.text);
    cr_expect_str_eq(decided, "aaaaaaaa");
}

Test(ledger_set, recover_forgets_a_night_of_which_nothing_was_kept) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger_set *set = NULL;
    struct cg_ledger_night of;
    enum cg_night_state state;
    uint32_t recovered = 0;
    const struct cg_ledger_night_plan plan = {.kind = "validate", .policy_id = "ms"};
    cr_assert_eq(cg_ledger_set_open(fixture.path, &set, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_night_begin(set, &plan, &of, &err), CG_OK, "%s", err.text);
    cr_assert_eq(set_fixture_recover(&fixture, false, &recovered, &err), CG_OK, "%s", err.text);
    expect_in_parts("SELECT count(*) FROM run", "0\n");
    cr_assert_eq(cg_ledger_night_look(set, &of, &state, &err), CG_OK);
    cr_expect_eq(state, CG_NIGHT_UNDONE);
    cg_ledger_set_close(set);
    night("one");
}

/* A task that outlives its night, of which recover has heard that none runs any more. */
Test(ledger_set, a_task_of_a_night_that_was_given_up_cannot_keep_anything) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger_set *set = NULL;
    struct cg_ledger *part = NULL;
    struct cg_ledger_night of;
    uint32_t recovered = 0;
    bool kept = false;
    const struct cg_ledger_night_plan plan = {.kind = "validate", .policy_id = "ms"};
    const struct cg_ledger_plan to_write = {.policy = fixture.policy};
    const struct cg_ledger_commit nothing = {0};
    cr_assert_eq(cg_ledger_set_open(fixture.path, &set, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_night_begin(set, &plan, &of, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_set_open_part(set, 1, &of, &to_write, &part, &kept, &err), CG_OK);
    cr_assert_eq(cg_ledger_begin(part, NULL, 20000, &err), CG_OK, "%s", err.text);
    cr_assert_eq(set_fixture_recover(&fixture, false, &recovered, &err), CG_OK, "%s", err.text);
    cr_expect_eq(cg_ledger_commit(part, &nothing, &kept, &err), CG_USAGE);
    cr_expect(strstr(err.text, "night 1 to which this task belongs is not open any more") != NULL,
              "%s", err.text);
    cg_ledger_close(part);
    err = (struct cg_error)CG_ERROR_INIT;
    cr_expect_eq(cg_ledger_set_open_part(set, 2, &of, &to_write, &part, &kept, &err), CG_USAGE);
    cg_ledger_set_close(set);
    expect_in_parts("SELECT count(*) FROM run", "0\n");
}

static void expect_refused(enum cg_status status, const char *words) {
    const struct set_night any = {.lines = eight, .count = MEMBERS, .out = "refused"};
    struct cg_error err = CG_ERROR_INIT;
    cr_expect_eq(set_fixture_run(&fixture, &any, NULL, &err), status, "%s: %s", words, err.text);
    cr_expect(strstr(err.text, words) != NULL, "%s: %s", words, err.text);
    cr_expect_not(fixture_holds(&fixture, "ledger.db/night.json"));
}

Test(ledger_set, a_part_that_was_put_back_from_an_older_copy_is_told) {
    night("one");
    change("cp %s/part-002.ledger %s", "/tmp/set-old-part");
    change("mv /tmp/set-old-part %s/..%s", "/old");
    struct fixture_line more[MEMBERS];
    char decided[MEMBERS + 1];
    struct cg_error err = CG_ERROR_INIT;
    memcpy(more, eight, sizeof more);
    more[0].claim = "C9";
    const struct set_night second = {.lines = more, .count = MEMBERS, .out = "two"};
    cr_assert_eq(set_fixture_run(&fixture, &second, decided, &err), CG_OK, "%s", err.text);
    change("cp %s/../old %s", fixture.path);
    change("cd %s && mv old part-002.ledger %s", "&& rm -f part-002.ledger-*");
    expect_refused(CG_BAD_DATA, "part-002.ledger: its last run is 1, and another part's is 2");
}

Test(ledger_set, a_missing_part_and_a_damaged_description_are_told) {
    night("one");
    change("mv %s/part-003.ledger %s", fixture.folder);
    expect_refused(CG_BAD_DATA, "part-003.ledger: is missing, and the set has 4 parts");
    change("echo '{' > %s/set.json %s", "");
    expect_refused(CG_BAD_DATA, "the description of the ledger set is damaged");
    change("rm %s/set.json %s", "");
    expect_refused(CG_NO_INPUT, "is no ledger set");
}

Test(ledger_set, a_part_of_another_set_or_in_another_place_is_told) {
    struct fixture other = fixture;
    night("one");
    snprintf(other.path, sizeof other.path, "%s/other", fixture.folder);
    set_fixture_make(&other, PARTS);
    change("cd %s && mv part-001.ledger keep && cp %s/part-001.ledger .", other.path);
    expect_refused(CG_BAD_DATA, "part-001.ledger: is a part of another ledger set");
    change("cd %s && cp part-002.ledger part-001.ledger%s", "");
    expect_refused(CG_BAD_DATA, "part-001.ledger: is another part of this set");
    change("cd %s && mv keep part-001.ledger && sed -i 's/: 4/: 3/' set.json%s", "");
    expect_refused(CG_BAD_DATA, "part-000.ledger: is of a set of another number of parts");
}

Test(ledger_set, another_policy_is_refused_before_anything_is_begun) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger_set *set = NULL;
    struct cg_ledger_night of;
    const struct cg_ledger_night_plan plan = {.kind = "validate", .policy_id = "other"};
    cr_assert_eq(cg_ledger_set_open(fixture.path, &set, &err), CG_OK, "%s", err.text);
    cr_expect_eq(cg_ledger_night_begin(set, &plan, &of, &err), CG_BAD_CONFIG);
    cr_expect(strstr(err.text, "belongs to policy \"ms\"") != NULL, "%s", err.text);
    cg_ledger_set_close(set);
    cr_expect_not(fixture_holds(&fixture, "ledger.db/night.json"));
}

Test(ledger_set, a_part_is_not_written_by_itself_but_can_be_read) {
    struct fixture part = set_fixture_part(&fixture, 1);
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger = NULL;
    char decided[2];
    uint32_t recovered;
    const struct cg_ledger_plan plan = {.path = part.path};
    night("one");
    cr_expect_eq(fixture_run(&part, eight, 1, "two", decided, &err), CG_USAGE);
    cr_expect(strstr(err.text, "part 1 of 4 of a ledger set") != NULL, "%s", err.text);
    err = (struct cg_error)CG_ERROR_INIT;
    cr_expect_eq(cg_ledger_recover(&plan, &(struct cg_ledger_recovery){0}, &recovered, &err),
                 CG_USAGE);
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(cg_ledger_open_reader(part.path, &ledger, &err), CG_OK, "%s", err.text);
    cg_ledger_close(ledger);
}

Test(ledger_set, a_set_is_made_whole_or_not_at_all_and_never_over_another) {
    struct cg_error err = CG_ERROR_INIT;
    cr_expect_eq(cg_ledger_set_create(fixture.path, PARTS, "ms", &err), CG_CANNOT_CREATE);
    err = (struct cg_error)CG_ERROR_INIT;
    cr_expect_eq(cg_ledger_set_create("/tmp/none", 0, "ms", &err), CG_USAGE);
    err = (struct cg_error)CG_ERROR_INIT;
    cr_expect_eq(cg_ledger_set_create("/tmp/none", CG_LEDGER_PARTS_MAX + 1, "ms", &err), CG_USAGE);
    cr_expect(cg_ledger_set_is(fixture.path));
    cr_expect_not(cg_ledger_set_is(fixture.folder));
}

/* As a crash between the steps of publishing leaves it: whole and staged, renamed, half marked. */
static void cut_off_after_rename(void) {
    night("one");
    change("mv %s/nights/1.json %s/night.json", fixture.path);
    for (uint32_t k = 1; k < PARTS; k++) {
        const struct fixture part = set_fixture_part(&fixture, k);
        fixture_exec(&part, "DELETE FROM publication");
    }
}

Test(ledger_set, a_night_whose_folder_is_at_its_place_is_over_whoever_goes_on) {
    struct cg_error err = CG_ERROR_INIT;
    uint32_t recovered = 0;
    cut_off_after_rename();
    cr_assert_eq(set_fixture_recover(&fixture, true, &recovered, &err), CG_OK, "%s", err.text);
    cr_expect_eq(recovered, 1);
    expect_in_parts("SELECT run_no FROM publication", "1\n");
    cr_expect(fixture_holds(&fixture, "ledger.db/nights/1.json"));
}

/* A merge that is run again finds what the first one has made whole. */
Test(ledger_set, who_ends_a_night_again_finishes_what_was_made_whole) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger_set *set = NULL;
    struct cg_ledger_night of = {.run_no = 1};
    enum cg_night_state state;
    char id[80];
    cut_off_after_rename();
    change("grep '\"night\"' %s/night.json | cut -d'\"' -f4 > %s/id", fixture.folder);
    snprintf(id, sizeof id, "%s/id", fixture.folder);
    FILE *file = fopen(id, "r");
    cr_assert(file != NULL && fread(of.id, 1, CG_NIGHT_ID_BYTES - 1, file) == 32);
    fclose(file);
    cr_assert_eq(cg_ledger_set_open(fixture.path, &set, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_night_finish(set, &of, &state, &err), CG_OK, "%s", err.text);
    cr_expect_eq(state, CG_NIGHT_OVER);
    cr_assert_eq(cg_ledger_night_finish(set, &of, &state, &err), CG_OK, "%s", err.text);
    cr_expect_eq(state, CG_NIGHT_OVER);
    of.id[0] = 'x';
    cr_assert_eq(cg_ledger_night_finish(set, &of, &state, &err), CG_OK, "%s", err.text);
    cr_expect_eq(state, CG_NIGHT_UNDONE);
    cg_ledger_set_close(set);
    expect_in_parts("SELECT run_no FROM publication", "1\n");
}

Test(ledger_set, a_night_whose_folder_was_made_whole_and_is_gone_is_taken_back) {
    struct cg_error err = CG_ERROR_INIT;
    uint32_t recovered = 0;
    cut_off_after_rename();
    change("rm -r %s/../one%s", "");
    const struct fixture part = set_fixture_part(&fixture, 0);
    fixture_exec(&part, "DELETE FROM publication");
    cr_assert_eq(set_fixture_recover(&fixture, false, &recovered, &err), CG_OK, "%s", err.text);
    expect_in_parts("SELECT run_no, kind FROM run", "1|validate\n2|withdraw\n");
}

Test(ledger_set, a_task_that_is_run_again_sees_its_part_as_it_was_before_the_night) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger_set *set = NULL;
    struct cg_ledger *part = NULL;
    struct cg_ledger_night of;
    bool is_kept = false;
    const struct cg_ledger_night_plan plan = {.kind = "validate", .policy_id = "ms"};
    const struct cg_ledger_plan to_write = {.policy = fixture.policy};
    const struct cg_ledger_commit nothing = {0};
    bool kept;
    cr_assert_eq(cg_ledger_set_open(fixture.path, &set, &err), CG_OK, "%s", err.text);
    cr_expect_eq(cg_ledger_set_parts(set), PARTS);
    cr_expect_str_eq(set->policy_id, "ms");
    cr_expect_eq(strlen(set->id), 32);
    cr_expect(cg_ledger_set_is(cg_ledger_set_path(set)));
    cr_assert_eq(cg_ledger_night_begin(set, &plan, &of, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_set_open_part(set, 1, &of, &to_write, &part, &is_kept, &err), CG_OK);
    cr_expect_not(is_kept);
    cr_assert_eq(cg_ledger_begin(part, NULL, 20000, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_commit(part, &nothing, &kept, &err), CG_OK, "%s", err.text);
    cg_ledger_close(part);
    cr_assert_eq(cg_ledger_set_open_part(set, 1, &of, &to_write, &part, &is_kept, &err), CG_OK);
    cr_expect(is_kept);
    cr_expect_eq(cg_ledger_recall_for(part, fixture.policy, of.run_no, &err), CG_OK);
    cg_ledger_close(part);
    cr_assert_eq(cg_ledger_set_open_reader(set, 1, &part, &err), CG_OK, "%s", err.text);
    cg_ledger_close(part);
    cg_ledger_set_close(set);
}
