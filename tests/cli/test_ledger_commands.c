/*
 * The ledger's commands as a person uses them: three nights of one member, whose story is
 *
 *   night 1   CLM-1: 4 units, accepted
 *   night 2   CLM-2: 4 units the same day, over the daily cap
 *   night 3   CLM-3: voids CLM-1, so that CLM-2 would fit now
 */
#include "support/run.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROSTER "fixtures/quickstart/roster"
#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id\n"

static char folder[RUN_PATH_BYTES];
static char ledger[RUN_PATH_BYTES + 16];
static const char *as_of = "2025-06-30"; /* of the nights */

static void setup(void) {
    run_make_dir(folder);
    snprintf(ledger, sizeof ledger, "%s/ledger.db", folder);
}

static void teardown(void) {
    run_remove_dir(folder);
}

TestSuite(ledger_commands, .init = setup, .fini = teardown, .timeout = 120);

static void name_file(const char *name, char path[RUN_PATH_BYTES]) {
    cr_assert_lt(snprintf(path, RUN_PATH_BYTES, "%s/%s", folder, name), RUN_PATH_BYTES);
}

static void write_file(const char *name, const char *text, char path[RUN_PATH_BYTES]) {
    name_file(name, path);
    run_write_file(path, text, strlen(text));
}

/* A command on the ledger; its words are closed by NULL. `input` names a file, or is NULL. */
static struct run ask(const char *input, const char *const words[]) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate()};
    struct run run;
    size_t count = 1;
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[count++] = words[i];
    }
    argv[count++] = "--ledger";
    argv[count++] = ledger;
    argv[count] = NULL;
    run_program(argv, input, &run);
    return run;
}
#define ASK(...) ask(NULL, (const char *const[]){__VA_ARGS__, NULL})

/* The command ends so and says this on standard output. */
static void expect(struct run run, int exit_code, const char *said) {
    cr_assert_eq(run.exit_code, exit_code, "exit %d: %s", run.exit_code, run.err);
    cr_assert_not_null(strstr(run.out, said), "no \"%s\" in:\n%s", said, run.out);
    run_fini(&run);
}

static int night_under(const char *policy, const char *name, const char *rows) {
    char claims[RUN_PATH_BYTES];
    char out[RUN_PATH_BYTES];
    char text[2048];
    char file[64];
    snprintf(file, sizeof file, "%s.csv", name);
    snprintf(text, sizeof text, HEADER "%s", rows);
    write_file(file, text, claims);
    cr_assert_lt(snprintf(out, sizeof out, "%s/%s", folder, name), (int)sizeof out);
    struct run run = ASK("validate", claims, "--roster", ROSTER, "--policy", policy, "--as-of",
                         as_of, "--out", out, "--quiet");
    const int exit_code = run.exit_code;
    cr_assert(exit_code == 0 || exit_code == 65, "%s", run.err);
    run_fini(&run);
    return exit_code;
}

static int night(const char *name, const char *rows) {
    return night_under("ms", name, rows);
}

static void three_nights(void) {
    cr_assert_eq(night("one", "CLM-1,1,M-01,2025-01-06,H0038,4,1000000004,,\n"), 0);
    cr_assert_eq(night("two", "CLM-2,1,M-01,2025-01-06,H0038,4,1000000004,,\n"), 0);
    cr_assert_eq(night("three", "CLM-3,1,M-01,2025-01-06,H0038,4,1000000004,8,CLM-1\n"), 0);
}

Test(ledger_commands, explain_tells_the_story_of_a_claim) {
    three_nights();
    expect(ASK("explain", "CLM-1"), 0, "taken back  by claim CLM-3 in run 3");
    struct run run = ASK("explain", "CLM-2");
    cr_assert_not_null(strstr(run.out, "Run 2 of"));
    cr_assert_not_null(strstr(run.out, ": rejected"));
    cr_assert_not_null(strstr(run.out, "daily_cap (CO 119 N362)"));
    cr_assert_not_null(strstr(run.out, "4 of 6 units used before"));
    cr_assert_not_null(strstr(run.out, "claim CLM-1 line 1"), "what used the cap up");
    run_fini(&run);
    expect(ASK("explain", "CLM-3"), 0, "voids       CLM-1");
    expect(ASK("explain", "NO-SUCH"), 1, "");
    char ids[RUN_PATH_BYTES];
    write_file("ids", "CLM-2\n", ids);
    expect(ask(ids, (const char *const[]){"explain", "-", NULL}), 0, "daily_cap");
    write_file("ids", " CLM-2\r\n\n \r\n", ids);
    expect(ask(ids, (const char *const[]){"explain", "-", NULL}), 0, "daily_cap");
    expect(ASK("explain", "CLM-2", "--json"), 0, "\"used_by\": [");
}

/* None of them goes without an answer. */
Test(ledger_commands, more_than_one_id_on_standard_input_is_refused) {
    static const char *const commands[] = {"explain", "usage"};
    char ids[RUN_PATH_BYTES];
    three_nights();
    write_file("ids", "CLM-2\nCLM-3\n", ids);
    for (size_t i = 0; i < 2; i++) {
        struct run run = ask(ids, (const char *const[]){commands[i], "-", NULL});
        cr_expect_eq(run.exit_code, 64);
        cr_expect_not_null(strstr(run.err, "standard input holds more than one "), "%s", run.err);
        cr_expect_str_eq(run.out, "");
        run_fini(&run);
    }
}

/* A policy of one cap. */
static void write_policy(const char *period, char path[RUN_PATH_BYTES]) {
    char text[1024];
    snprintf(text, sizeof text,
             "{\"id\": \"t\", \"title\": \"t\", \"versions\": [{\"effective\": \"2012-07-01\", "
             "\"procedures\": [{\"code\": \"H0038\"}], \"caps\": [{\"id\": \"one\", %s, "
             "\"limit\": 10, \"carc\": \"119\", \"rarc\": \"N362\", \"source\": \"test\"}], "
             "\"over_cap\": \"reject\", \"span\": \"reject\", \"timely_filing_days\": 365, "
             "\"cap_exempt\": null, \"unknown_original\": \"warn\", "
             "\"duplicate_service\": {\"severity\": \"off\"}, "
             "\"credential\": {\"types\": [\"CPSSP-MH\"], \"source\": \"test\"}}]}",
             period);
    write_file("policy.json", text, path);
}

/* The window of CLM-A, which ends after the service of CLM-B and holds it too, is full. */
Test(ledger_commands, a_window_that_ends_later_is_named_with_its_users) {
    char policy[RUN_PATH_BYTES];
    write_policy("\"period\": \"rolling_months\", \"months\": 1", policy);
    cr_assert_eq(night_under(policy, "one",
                             "CLM-0,1,M-01,2025-01-02,H0038,1,1000000004,,\n"
                             "CLM-A,1,M-01,2025-01-20,H0038,7,1000000004,,\n"
                             "CLM-B,1,M-01,2025-01-10,H0038,8,1000000004,,\n"),
                 0);
    struct run run = ASK("explain", "CLM-B");
    cr_expect_not_null(strstr(run.out, "used by     these, 8 units in the\n              "
                                       "1 month 2024-12-21 to 2025-01-20\n"),
                       "%s", run.out);
    cr_expect_not_null(strstr(run.out, "claim CLM-0 line 1"), "%s", run.out);
    cr_expect_not_null(strstr(run.out, "claim CLM-A line 1"), "%s", run.out);
    run_fini(&run);
    expect(ASK("explain", "CLM-B", "--json"), 0, "\"to\": \"2025-01-20\"");
    expect(
        ASK("check", "--policy", policy, "--member", "M-01", "--date", "2025-01-10", "--units", "8",
            "--rendering-npi", "1000000004", "--roster", ROSTER, "--as-of", "2025-06-30"),
        1,
        "1 month 2024-12-21 to 2025-01-20\n  limit 10, used 8, asked 8, left before this line 2");
}

/* The last benefit year ends after the last day that a claim can have. */
Test(ledger_commands, explain_knows_the_last_year_of_the_calendar) {
    char policy[RUN_PATH_BYTES];
    write_policy("\"period\": \"year\", \"year_start\": \"07-01\"", policy);
    as_of = "2199-12-31";
    cr_assert_eq(night_under(policy, "one",
                             "CLM-A,1,M-01,2199-12-30,H0038,8,1000000004,,\n"
                             "CLM-B,1,M-01,2199-12-31,H0038,8,1000000004,,\n"),
                 0);
    struct run run = ASK("explain", "CLM-B");
    cr_expect_not_null(strstr(run.out, "used by     these, 8 units in the\n              "
                                       "benefit year 2199-07-01 to 2200-06-30\n"),
                       "%s", run.out);
    cr_expect_not_null(strstr(run.out, "claim CLM-A line 1"), "%s", run.out);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
}

Test(ledger_commands, usage_tells_what_is_left) {
    cr_assert_eq(night("one", "CLM-1,1,M-01,2025-01-06,H0038,4,1000000004,,\n"), 0);
    struct run run = ASK("usage", "M-01", "--date", "2025-01-06");
    cr_assert_not_null(strstr(run.out, "4 of 6 units used, 2 left"));
    cr_assert_not_null(strstr(run.out, "4 of 200 units used, 196 left"));
    cr_assert_not_null(strstr(run.out, "benefit year 2024-07-01 to 2025-06-30"));
    run_fini(&run);
    expect(ASK("usage", "M-99", "--date", "2025-01-06"), 1, "0 of 6 units used, 6 left");
    expect(ASK("usage", "M-01", "--date", "2025-01-06", "--json"), 0, "\"left\": 196");
}

Test(ledger_commands, reconsider_lists_what_would_fit_now) {
    three_nights();
    expect(ASK("reconsider"), 0, "claim CLM-2 line 1");
    expect(ASK("reconsider", "--json"), 0, "\"units_that_fit\": 4");
    cr_assert_eq(night("four", "CLM-2,1,M-01,2025-01-06,H0038,4,1000000004,,\n\n"), 0);
    expect(ASK("reconsider"), 0, "No line that a cap rejected would fit now");
}

Test(ledger_commands, runs_show_and_verify_read_the_book) {
    three_nights();
    struct run runs = ASK("ledger", "runs");
    cr_expect_not_null(strstr(runs.out, "run  started               kind      records  accepted  "
                                        "rejected  units accepted\n"),
                       "%s", runs.out);
    cr_expect_not_null(
        strstr(runs.out, "  validate        1         0         1               0\n"), "%s",
        runs.out);
    run_fini(&runs);
    expect(ASK("ledger", "runs", "--json"), 0, "\"kind\": \"validate\"");
    expect(ASK("ledger", "show", "2"), 0, "reason daily_cap: 1 line, 4 units");
    expect(ASK("ledger", "verify"), 0, "The ledger is sound");
    struct run run = ASK("ledger", "show", "9");
    cr_assert_eq(run.exit_code, 64);
    run_fini(&run);
    expect(ASK("ledger", "recover"), 0, "No run was cut off");
}

Test(ledger_commands, withdraw_lets_the_files_in_again) {
    char claims[RUN_PATH_BYTES];
    char out[RUN_PATH_BYTES];
    three_nights();
    struct run run = ASK("ledger", "withdraw", "1");
    cr_assert_eq(run.exit_code, 64);
    cr_assert_not_null(strstr(run.err, "take back run 3 first"));
    run_fini(&run);
    expect(ASK("ledger", "withdraw", "3"), 0, "Run 3 is taken back");
    cr_assert_lt(snprintf(claims, sizeof claims, "%s/three.csv", folder), (int)sizeof claims);
    cr_assert_lt(snprintf(out, sizeof out, "%s/again", folder), (int)sizeof out);
    run = ASK("validate", claims, "--roster", ROSTER, "--out", out, "--quiet");
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    expect(ASK("ledger", "runs"), 0, "taken back by run 4");
    expect(ASK("ledger", "verify"), 0, "The ledger is sound");
}

Test(ledger_commands, import_takes_in_what_was_paid_whatever_caps_say) {
    char paid[RUN_PATH_BYTES];
    write_file("paid.csv",
               HEADER "PAID-1,1,M-01,2025-01-06,H0038,9,1000000004,,\n"
                      "PAID-2,1,M-01,2025-01-06,99213,1,1000000004,,\n",
               paid);
    expect(ASK("ledger", "import", paid), 0, "1 line taken in as paid, 9 units");
    struct run run = ASK("ledger", "import", paid);
    cr_assert_eq(run.exit_code, 0);
    cr_assert_str_eq(run.out, "", "the same content is not taken in twice");
    run_fini(&run);
    cr_assert_eq(night("one", "CLM-1,1,M-01,2025-01-06,H0038,1,1000000004,,\n"), 0);
    expect(ASK("explain", "CLM-1"), 0, "9 of 6 units used before");

    write_file("bad.csv",
               HEADER "PAID-3,1,M-01,2025-01-07,H0038,1,1000000004,,\n"
                      ",1,M-01,2025-01-06,H0038,1,1000000004,,\n",
               paid);
    run = ASK("ledger", "import", paid);
    cr_assert_eq(run.exit_code, 65);
    cr_assert_not_null(strstr(run.err, "bad.csv:3"));
    run_fini(&run);
    expect(ASK("explain", "PAID-3"), 1, "");
    expect(ASK("ledger", "verify"), 0, "The ledger is sound");
}

Test(ledger_commands, release_frees_units) {
    char denied[RUN_PATH_BYTES];
    cr_assert_eq(night("one", "CLM-1,1,M-01,2025-01-06,H0038,4,1000000004,,\n"), 0);
    write_file("denied.csv", "claim_id,claim_line_number\nCLM-1,1\nCLM-7,\n", denied);
    expect(ASK("ledger", "release", denied), 0, "1 accepted line freed, named in 2 rows");
    expect(ASK("usage", "M-01", "--date", "2025-01-06"), 0, "0 of 6 units used");
    expect(ASK("explain", "CLM-1"), 0, "taken back  by a release in run 2");
    write_file("denied.csv", "claim_id,claim_line_number\nCLM-1,0\n", denied);
    struct run run = ASK("ledger", "release", denied);
    cr_assert_eq(run.exit_code, 65, "%s", run.err);
    run_fini(&run);
    expect(ASK("ledger", "verify"), 0, "The ledger is sound");
}

enum { LONG_LIST_ROWS = 60000 }; /* more than the first mebibyte, which is hashed apart */

/* A list of claims that nobody has sent, and last of one that somebody has. */
static void write_long_list(const char *name, const char *last, char path[RUN_PATH_BYTES]) {
    static char text[LONG_LIST_ROWS * 24 + 64];
    size_t len = (size_t)sprintf(text, "claim_id,claim_line_number\n");
    for (int i = 0; i < LONG_LIST_ROWS; i++) {
        len += (size_t)sprintf(text + len, "NOBODY-S-%08d,1\n", i);
    }
    (void)sprintf(text + len, "%s,1\n", last);
    write_file(name, text, path);
}

Test(ledger_commands, lists_to_release_are_told_apart_by_their_last_row) {
    char list[RUN_PATH_BYTES];
    cr_assert_eq(night("one", "CLM-1,1,M-01,2025-01-06,H0038,4,1000000004,,\n"
                              "CLM-2,1,M-01,2025-01-07,H0038,4,1000000004,,\n"),
                 0);
    write_long_list("one.csv", "CLM-1", list);
    expect(ASK("ledger", "release", list), 0, "1 accepted line freed");
    write_long_list("two.csv", "CLM-2", list);
    expect(ASK("ledger", "release", list), 0, "1 accepted line freed");
    write_long_list("again.csv", "CLM-1", list);
    struct run run = ASK("ledger", "release", list);
    cr_expect(run.exit_code == 0 && strstr(run.err, "skipped") != NULL, "%s", run.err);
    run_fini(&run);
}

enum { DAMAGED_AT = 40 }; /* within the first block of a file that the program has packed */

static void expect_named_once(const char *const words[], const char *path) {
    struct run run = ask(NULL, words);
    cr_expect(run.exit_code == 65, "%s %s: exit %d: %s", words[0], words[1], run.exit_code,
              run.err);
    const char *first = strstr(run.err, path);
    cr_expect(first != NULL && strstr(first + strlen(path), path) == NULL, "%s", run.err);
    run_fini(&run);
}

Test(ledger_commands, a_damaged_file_is_named_once) {
    char path[RUN_PATH_BYTES];
    size_t len;
    cr_assert_eq(night("one", "CLM-1,1,M-01,2025-01-06,H0038,4,1000000004,,\n"), 0);
    name_file("one/accepted.csv.gz", path);
    char *packed = run_read_file(path, &len);
    name_file("damaged.csv.gz", path);
    const char *const import[] = {"ledger", "import", path, NULL};
    const char *const release[] = {"ledger", "release", path, NULL};
    const char *const validate[] = {"validate", path, "--roster", ROSTER, "--dry-run", NULL};
    const char *const *const commands[] = {import, release, validate};
    run_write_file(path, packed, DAMAGED_AT); /* cut: not a block any more */
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        expect_named_once(commands[i], path);
    }
    packed[DAMAGED_AT] = (char)~packed[DAMAGED_AT];
    run_write_file(path, packed, len);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        expect_named_once(commands[i], path);
    }
    free(packed);
}

Test(ledger_commands, export_gives_csv_and_copies) {
    char copy[RUN_PATH_BYTES];
    struct stat facts;
    three_nights();
    expect(ASK("ledger", "export", "--table", "usage_by_year"), 0,
           "member_id,benefit_year,lines,units\n");
    expect(ASK("ledger", "export", "--table", "decision"), 0, "CLM-2");
    struct run run = ASK("ledger", "export", "--table", "nothing");
    cr_assert_eq(run.exit_code, 64);
    cr_assert_not_null(strstr(run.err, "take_back"), "the tables are named");
    run_fini(&run);
    cr_assert_lt(snprintf(copy, sizeof copy, "%s/copy.db", folder), (int)sizeof copy);
    expect(ASK("ledger", "export", "--snapshot", copy), 0, "");
    cr_assert_eq(stat(copy, &facts), 0);
    cr_assert_eq(facts.st_mode & 0777, 0600);
    run = ASK("ledger", "export", "--snapshot", copy);
    cr_assert_eq(run.exit_code, 73, "a copy never replaces a file");
    run_fini(&run);
    snprintf(ledger, sizeof ledger, "%s", copy);
    expect(ASK("ledger", "verify"), 0, "The ledger is sound");
}

Test(ledger_commands, lines_for_people_fit_eighty_columns) {
    static const char *const commands[][3] = {
        {"explain", "CLM-2"}, {"usage", "M-01"},       {"reconsider"},
        {"ledger", "runs"},   {"ledger", "show", "2"}, {"ledger", "verify"},
    };
    three_nights();
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const char *words[4] = {commands[i][0], commands[i][1], commands[i][2], NULL};
        struct run run = ask(NULL, words);
        for (const char *line = run.out; *line != '\0'; line += strcspn(line, "\n") + 1) {
            const bool is_path =
                strstr(line, folder) != NULL && strstr(line, folder) < strchr(line, '\n');
            cr_assert(is_path || strcspn(line, "\n") <= 80, "%.*s", (int)strcspn(line, "\n"), line);
        }
        cr_assert_null(strchr(run.out, '\033'), "colours only on a terminal");
        run_fini(&run);
    }
}
