#include "ledger/private.h"
#include "support/ledger_fixture.h"

#include "claimgate/rules/reason.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture fixture;

static void setup(void) {
    fixture_init(&fixture);
}

static void teardown(void) {
    fixture_fini(&fixture);
}

TestSuite(ledger, .init = setup, .fini = teardown, .timeout = 60);

static void run(const struct fixture_line *lines, uint32_t count, const char *out,
                const char *expected) {
    struct cg_error err = CG_ERROR_INIT;
    char decided[64] = "";
    cr_assert_eq(fixture_run(&fixture, lines, count, out, decided, &err), CG_OK, "%s", err.text);
    cr_assert_str_eq(decided, expected);
}
#define RUN(out, expected, ...)                                                                    \
    run((const struct fixture_line[]){__VA_ARGS__},                                                \
        sizeof((const struct fixture_line[]){__VA_ARGS__}) / sizeof(struct fixture_line), out,     \
        expected)

static uint64_t faults(void) {
    return fixture_faults(&fixture);
}

Test(ledger, remembers_units_of_earlier_runs) {
    RUN("one", "aa", {.claim = "C1", .units = 3}, {.claim = "C2", .units = 2});
    RUN("two", "ra", {.claim = "C3", .units = 2}, {.claim = "C4", .units = 1});
    cr_assert_str_eq(fixture_query(&fixture, "SELECT cap_used, units_used, units_available FROM "
                                             "line WHERE run_no = 2 ORDER BY source_line"),
                     "[5,5]|5|1\n[5,5]||\n");
    cr_assert_eq(faults(), 0);
}

Test(ledger, rejects_a_line_that_an_earlier_run_has_accepted) {
    RUN("one", "a", {.claim = "C1"});
    RUN("two", "r", {.claim = "C1", .date = "2025-02-06"});
    cr_assert_str_eq(fixture_query(&fixture, "SELECT reasons FROM line WHERE run_no = 2"),
                     "duplicate_line\n");
}

Test(ledger, frees_units_that_a_later_run_voids) {
    RUN("one", "a", {.claim = "C1", .units = 6});
    RUN("two", "ra", {.claim = "C2", .units = 4},
        {.claim = "C3", .frequency = CG_VOID, .original = "C1"});
    RUN("three", "ar", {.claim = "C4", .units = 4}, {.claim = "C5", .units = 3});
    cr_assert_str_eq(
        fixture_query(&fixture, "SELECT claim_id, taken_back_by FROM decision ORDER BY claim_id"),
        "C1|C3\nC2|\nC3|\nC4|\nC5|\n");
    cr_assert_str_eq(fixture_query(&fixture, "SELECT units FROM usage_by_year"), "4\n");
    cr_assert_eq(faults(), 0);
}

Test(ledger, replaces_once_for_the_whole_claim_over_runs) {
    RUN("one", "aa", {.claim = "C1", .units = 1, .number = 1},
        {.claim = "C1", .units = 1, .number = 2, .date = "2025-01-07"});
    RUN("two", "a", {.claim = "C2", .frequency = CG_REPLACEMENT, .original = "C1", .number = 1});
    RUN("three", "a",
        {.claim = "C2",
         .frequency = CG_REPLACEMENT,
         .original = "C1",
         .number = 2,
         .date = "2025-01-07"});
    cr_assert_str_eq(fixture_query(&fixture, "SELECT count(*) FROM take_back"), "1\n");
    cr_assert_str_eq(fixture_query(&fixture, "SELECT lines, units FROM usage_by_year"), "2|4\n");
    cr_assert_eq(faults(), 0);
}

Test(ledger, a_claim_that_replaces_itself_does_so_once_over_runs) {
    RUN("one", "a", {.claim = "C1", .frequency = CG_REPLACEMENT, .original = "C1", .number = 1});
    RUN("two", "a",
        {.claim = "C1",
         .frequency = CG_REPLACEMENT,
         .original = "C1",
         .number = 2,
         .date = "2025-01-07"});
    cr_assert_str_eq(fixture_query(&fixture, "SELECT lines FROM usage_by_year"), "2\n");
}

Test(ledger, keeps_rejected_lines_and_those_without_ids) {
    RUN("one", "rr", {.member = "", .reasons = cg_reason_bit(CG_REASON_MEMBER_ID_INVALID)},
        {.claim = "",
         .reasons =
             cg_reason_bit(CG_REASON_CLAIM_ID_INVALID) | cg_reason_bit(CG_REASON_UNITS_INVALID)});
    cr_assert_str_eq(fixture_query(&fixture, "SELECT member_id, claim_id, reasons FROM decision "
                                             "ORDER BY source_line"),
                     "|C1|member_id_invalid\nM1||claim_id_invalid;units_invalid\n");
    cr_assert_eq(faults(), 0);
}

static bool content_is_known(const char *sql_hex, int64_t *run_no) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    struct cg_ledger_known known = {0};
    bool found;
    bool head;
    uint8_t sha256[CG_SHA256_BYTES];
    for (size_t i = 0; i < sizeof sha256; i++) {
        unsigned byte = 0;
        cr_assert_eq(sscanf(sql_hex + 2 * i, "%2x", &byte), 1);
        sha256[i] = (uint8_t)byte;
    }
    cr_assert_eq(cg_ledger_open_reader(fixture.path, &ledger, &err), CG_OK);
    cr_assert_eq(cg_ledger_find_content(ledger, sha256, &found, &known, &err), CG_OK);
    cr_assert_eq(cg_ledger_knows_head(ledger, sha256, &head, &err), CG_OK);
    cr_assert_eq(found, head);
    *run_no = known.run_no;
    cg_ledger_close(ledger);
    return found;
}

Test(ledger, knows_content_until_its_run_is_taken_back) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    const struct cg_ledger_plan plan = {.path = fixture.path};
    int64_t run_no;
    char hex[80];
    RUN("one", "a", {.units = 6});
    snprintf(hex, sizeof hex, "%s",
             fixture_query(&fixture, "SELECT hex(content_sha256) FROM input"));
    cr_assert(content_is_known(hex, &run_no));
    cr_assert_eq(run_no, 1);

    cr_assert_eq(cg_ledger_open(&plan, &ledger, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_withdraw(ledger, 1, &err), CG_OK, "%s", err.text);
    cg_ledger_close(ledger);
    cr_assert_not(content_is_known(hex, &run_no));
    RUN("two", "a", {.units = 6}); /* its units are free again */
    cr_assert_eq(faults(), 0);
}

Test(ledger, takes_back_only_the_newest_run_that_stands) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    const struct cg_ledger_plan plan = {.path = fixture.path};
    RUN("one", "a", {.claim = "C1"});
    RUN("two", "a", {.claim = "C2"});
    cr_assert_eq(cg_ledger_open(&plan, &ledger, &err), CG_OK);
    cr_assert_eq(cg_ledger_withdraw(ledger, 1, &err), CG_USAGE);
    cr_assert_not_null(strstr(err.text, "run 2 first"));
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(cg_ledger_withdraw(ledger, 2, &err), CG_OK);
    cr_assert_eq(cg_ledger_withdraw(ledger, 3, &err), CG_USAGE, "a withdrawal stands for good");
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(cg_ledger_withdraw(ledger, 1, &err), CG_OK, "%s", err.text);
    cg_ledger_close(ledger);
    cr_assert_eq(faults(), 0);
}

Test(ledger, lets_one_writer_in_and_readers_always) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *writer;
    struct cg_ledger *other;
    const struct cg_ledger_plan plan = {.path = fixture.path};
    RUN("one", "a", {.claim = "C1"});
    cr_assert_eq(cg_ledger_open(&plan, &writer, &err), CG_OK);
    cr_assert_eq(cg_ledger_open(&plan, &other, &err), CG_BUSY);
    cr_assert_null(other);
    cr_assert_eq(faults(), 0);
    cg_ledger_close(writer);
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(cg_ledger_open(&plan, &other, &err), CG_OK);
    cg_ledger_close(other);
}

Test(ledger, waits_for_the_lock_as_long_as_it_is_told) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    const struct cg_ledger_plan plan = {.path = fixture.path, .lock_wait_seconds = 30};
    char lock[160];
    RUN("one", "a", {.claim = "C1"});
    snprintf(lock, sizeof lock, "%s-lock", fixture.path);
    const pid_t holder = fork();
    if (holder == 0) {
        const int fd = open(lock, O_RDWR);
        _exit(fd < 0 || flock(fd, LOCK_EX) != 0 || usleep(400000) != 0);
    }
    usleep(100000);
    cr_assert_eq(cg_ledger_open(&plan, &ledger, &err), CG_OK, "%s", err.text);
    cg_ledger_close(ledger);
}

Test(ledger, readers_make_no_file) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    cr_assert_eq(cg_ledger_open_reader(fixture.path, &ledger, &err), CG_NO_INPUT);
    cr_assert_not(fixture_holds(&fixture, "ledger.db"));
    cr_assert_not(fixture_holds(&fixture, "ledger.db-lock"));
}

Test(ledger, files_are_for_their_owner_alone) {
    struct stat facts;
    umask(0);
    RUN("one", "a", {.claim = "C1"});
    cr_assert_eq(stat(fixture.path, &facts), 0);
    cr_assert_eq(facts.st_mode & 0777, 0600);
    cr_assert_eq(chmod(fixture.path, 0644), 0);
    RUN("two", "a", {.claim = "C2"});
    cr_assert_eq(stat(fixture.path, &facts), 0);
    cr_assert_eq(facts.st_mode & 0777, 0600);
}

Test(ledger, belongs_to_one_policy) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *other;
    struct cg_ledger *ledger;
    RUN("one", "a", {.claim = "C1"});
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load("la", &other, &problems, &err), CG_OK);
    const struct cg_ledger_plan plan = {.path = fixture.path, .policy = other};
    cr_assert_eq(cg_ledger_open(&plan, &ledger, &err), CG_BAD_CONFIG);
    cr_assert_not_null(strstr(err.text, "\"ms\""));
    err = (struct cg_error)CG_ERROR_INIT;
    bool is_new = true;
    cr_assert_eq(cg_ledger_open_dry(&plan, &ledger, &is_new, &err), CG_BAD_CONFIG);
    cr_assert_not(is_new);
    cr_assert_null(ledger);
    cg_policy_free(other);
    cg_problems_fini(&problems);
}

Test(ledger, refuses_what_is_no_ledger_or_a_newer_one) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    const struct cg_ledger_plan plan = {.path = fixture.path};
    RUN("one", "a", {.claim = "C1"});
    fixture_exec(&fixture, "PRAGMA user_version = 99");
    cr_assert_eq(cg_ledger_open(&plan, &ledger, &err), CG_BAD_DATA);
    cr_assert_not_null(strstr(err.text, "newer"));
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(cg_ledger_open_reader(fixture.path, &ledger, &err), CG_BAD_DATA);
    fixture_exec(&fixture, "PRAGMA user_version = 1; PRAGMA application_id = 7");
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(cg_ledger_open(&plan, &ledger, &err), CG_BAD_DATA);
    cr_assert_not_null(strstr(err.text, "no claimgate ledger"));

    FILE *file = fopen(fixture.path, "w");
    fputs("this is a text file and nothing that SQLite could read, whatever it may try\n", file);
    fclose(file);
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(cg_ledger_open(&plan, &ledger, &err), CG_BAD_DATA, "%s", err.text);
}

Test(ledger, releases_lines_that_were_denied_later) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    const struct cg_ledger_plan plan = {.path = fixture.path};
    struct cg_ledger_freed freed;
    bool kept;
    RUN("one", "aa", {.claim = "C1", .number = 1, .units = 3},
        {.claim = "C1", .number = 2, .units = 3});
    cr_assert_eq(cg_ledger_open(&plan, &ledger, &err), CG_OK);
    cr_assert_eq(cg_ledger_begin_release(ledger, 20000, &err), CG_OK);
    const struct cg_ledger_release release = {
        .source_line = 2, .claim_id = {"C1", 2}, .line = cg_text_of("2")};
    cr_assert_eq(cg_ledger_release(ledger, &release, &freed, &err), CG_OK, "%s", err.text);
    cr_assert(freed.lines == 1 && freed.units == 3);
    const struct cg_ledger_release unknown = {.source_line = 3, .claim_id = {"C7", 2}};
    cr_assert_eq(cg_ledger_release(ledger, &unknown, &freed, &err), CG_OK);
    cr_assert(freed.lines == 0 && freed.units == 0);
    cr_assert_eq(cg_ledger_commit(ledger, &(struct cg_ledger_commit){0}, &kept, &err), CG_OK, "%s",
                 err.text);
    cg_ledger_close(ledger);
    RUN("two", "ar", {.claim = "C2", .units = 3}, {.claim = "C3", .units = 1});
    cr_assert_eq(faults(), 0);
}

Test(ledger, many_runs_decide_as_one) {
    enum { LINES = 400, MEMBERS = 7 };
    static struct fixture_line lines[LINES];
    static char members[MEMBERS][8];
    static char claims[LINES][12];
    static char dates[LINES][16];
    char whole[LINES + 1] = "";
    struct cg_error err = CG_ERROR_INIT;
    uint32_t seed = 12345;
    for (uint32_t i = 0; i < LINES; i++) {
        seed = seed * 1664525 + 1013904223;
        const uint32_t dice = seed >> 8;
        snprintf(members[dice % MEMBERS], 8, "M%u", dice % MEMBERS);
        snprintf(claims[i], 12, "C%u", dice / 7 % 60);
        snprintf(dates[i], 16, "2025-%02u-%02u", 1 + dice / 11 % 3, 1 + dice / 31 % 6);
        lines[i] = (struct fixture_line){.member = members[dice % MEMBERS],
                                         .claim = claims[i],
                                         .number = (uint16_t)(1 + dice / 3 % 4),
                                         .date = dates[i],
                                         .units = (uint16_t)(1 + dice / 5 % 5)};
        if (dice / 13 % 5 == 0 && i > 0) {
            lines[i].frequency = dice / 17 % 2 == 0 ? CG_VOID : CG_REPLACEMENT;
            lines[i].original = dice / 19 % 4 == 0 ? claims[i] : claims[dice % i];
        }
    }
    cr_assert_eq(fixture_run(&fixture, lines, LINES, NULL, whole, &err), CG_OK, "%s", err.text);
    for (uint32_t round = 0; round < 12; round++) {
        /* What is known of members is moved at once, or one or two members a run. */
        cg_ledger_set_fold_bytes(round % 2 == 0 ? 0 : 1 + 200 * (round / 2));
        struct fixture nights;
        char pieces[LINES + 1] = "";
        fixture_init(&nights);
        for (uint32_t at = 0; at < LINES;) {
            seed = seed * 1664525 + 1013904223;
            const uint32_t most = LINES - at;
            const uint32_t wanted = 1 + (seed >> 8) % (8U << round / 2);
            const uint32_t count = wanted < most ? wanted : most;
            cr_assert_eq(fixture_run(&nights, lines + at, count, NULL, pieces + at, &err), CG_OK,
                         "%s", err.text);
            at += count;
        }
        cr_assert_str_eq(pieces, whole);
        cr_assert_eq(fixture_faults(&nights), 0);
        fixture_fini(&nights);
    }
    cr_assert_eq(faults(), 0);
}
