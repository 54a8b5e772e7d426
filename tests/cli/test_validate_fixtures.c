/*
 * Every fixture through the program itself.
 *
 * fixtures/<case>/claims.csv is decided under policy ms, the roster of fixtures/quickstart and
 * a fixed as-of date; accepted.csv and rejected.csv beside it are what must come out, byte for
 * byte. They were worked out by hand from the rules, not copied from a run.
 */
#include "support/run.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUICKSTART "fixtures/quickstart/claims.csv"
#define ROSTER     "fixtures/quickstart/roster"

enum { LONG_LINE_BYTES = 1 << 20, KEPT_BYTES = 1 << 16, PROGRAM_ARGS = 12 };

/* What each folder shows: a table of contents for people. */
static const struct {
    const char *dir;
    const char *expected; /* folder of accepted.csv and rejected.csv */
    const char *shows;
} DECIDED[] = {
    {"fixtures/quickstart", "fixtures/quickstart/expected", "one of each important thing"},
    {"fixtures/good/plain", "fixtures/good/plain", "LF, the three lines of the next ones"},
    {"fixtures/good/bom_crlf", "fixtures/good/bom_crlf", "byte order mark and CRLF are carried"},
    {"fixtures/good/cr", "fixtures/good/cr", "CR alone ends a line"},
    {"fixtures/good/no_last_line_end", "fixtures/good/no_last_line_end", "LF is supplied"},
    {"fixtures/good/header_only", "fixtures/good/header_only", "a good file of no records"},
    {"fixtures/good/blank_lines", "fixtures/good/blank_lines", "skipped, yet counted as lines"},
    {"fixtures/good/quoted", "fixtures/good/quoted", "quotes and blanks are no part of a value"},
    {"fixtures/good/permuted", "fixtures/good/permuted", "columns by name, others carried"},
    {"fixtures/good/yearly_cap", "fixtures/good/yearly_cap", "200 units a fiscal year"},
    {"fixtures/good/take_back", "fixtures/good/take_back", "voids and replacements"},
    {"fixtures/bad/stray_quotes", "fixtures/bad/stray_quotes",
     "a quote opens at line 10, another at line 60 of a hundred: their neighbours are unharmed"},
    {"fixtures/bad/malformed", "fixtures/bad/malformed", "field counts and broken quoting"},
    {"fixtures/bad/nul", "fixtures/bad/nul", "NUL bytes"},
};
enum { DECIDED_COUNT = sizeof DECIDED / sizeof DECIDED[0] };

/* validate with the usual roster and date; `more` is closed by NULL. */
static void validate(const char *const more[], const char *input, struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(), "validate", "--quiet", "--as-of",
                                      "2025-06-30"};
    size_t count = 5;
    bool has_roster = false;
    for (size_t i = 0; more[i] != NULL; i++) {
        has_roster = has_roster || strcmp(more[i], "--roster") == 0;
        argv[count++] = more[i];
    }
    if (!has_roster) {
        argv[count++] = "--roster";
        argv[count++] = ROSTER;
    }
    argv[count] = NULL;
    run_program(argv, input, run);
}

static size_t common_bytes(const char *a, size_t a_len, const char *b, size_t b_len) {
    size_t i = 0;
    while (i < a_len && i < b_len && a[i] == b[i]) {
        i++;
    }
    return i;
}

static void expect_same(const char *what, const char *found, size_t found_len, const char *expected,
                        size_t expected_len) {
    size_t same = common_bytes(found, found_len, expected, expected_len);
    size_t begin = same;
    while (begin > 0 && expected[begin - 1] != '\n') {
        begin--;
    }
    cr_expect(same == found_len && same == expected_len,
              "%s differs at byte %zu\n expected: %.400s\n found:    %.400s", what, same,
              expected + begin, begin < found_len ? found + begin : "(end)");
}

static void expect_file(const char *gz_dir, const char *gz_name, const char *expected_path) {
    char path[RUN_PATH_BYTES];
    size_t found_len = 0, expected_len = 0;
    run_join(path, gz_dir, gz_name);
    char *found = run_gunzip(path, &found_len);
    char *expected = run_read_file(expected_path, &expected_len);
    expect_same(expected_path, found, found_len, expected, expected_len);
    free(found);
    free(expected);
}

static void expect_decisions(const char *out, const char *expected_dir) {
    char path[RUN_PATH_BYTES];
    run_join(path, expected_dir, "accepted.csv");
    expect_file(out, "accepted.csv.gz", path);
    run_join(path, expected_dir, "rejected.csv");
    expect_file(out, "rejected.csv.gz", path);
}

Test(validate_fixtures, each_gives_its_expected_files, .timeout = 120) {
    for (size_t i = 0; i < DECIDED_COUNT; i++) {
        char dir[RUN_PATH_BYTES], out[RUN_PATH_BYTES], claims[RUN_PATH_BYTES];
        struct run run;
        run_make_dir(dir);
        run_join(out, dir, "out");
        run_join(claims, DECIDED[i].dir, "claims.csv");
        validate((const char *[]){claims, "--out", out, NULL}, NULL, &run);
        cr_expect(run.exit_code == 0, "%s: %s", claims, run.err);
        if (run.exit_code == 0) {
            expect_decisions(out, DECIDED[i].expected);
        }
        run_fini(&run);
        run_remove_dir(dir);
    }
}

Test(validate_fixtures, threads_do_not_change_a_byte, .timeout = 120) {
    static const char *const THREADS[] = {"0", "1", "2", "7"};
    for (size_t i = 0; i < sizeof THREADS / sizeof THREADS[0]; i++) {
        char dir[RUN_PATH_BYTES], out[RUN_PATH_BYTES];
        struct run run;
        run_make_dir(dir);
        run_join(out, dir, "out");
        validate((const char *[]){QUICKSTART, "--out", out, "--threads", THREADS[i], NULL}, NULL,
                 &run);
        cr_assert(run.exit_code == 0, "%s", run.err);
        expect_decisions(out, "fixtures/quickstart/expected");
        run_fini(&run);
        run_remove_dir(dir);
    }
}

/* The rows without their first column, which names the input. In place. */
static size_t cut_source_file(char *rows, size_t len) {
    size_t kept = 0;
    bool in_first = true;
    for (size_t i = 0; i < len; i++) {
        if (!in_first) {
            rows[kept++] = rows[i];
        }
        in_first = rows[i] == '\n' || (in_first && rows[i] != ',');
    }
    return kept;
}

static void expect_quickstart_rows(const char *out) {
    char path[RUN_PATH_BYTES];
    size_t found_len = 0, expected_len = 0;
    expect_file(out, "accepted.csv.gz", "fixtures/quickstart/expected/accepted.csv");
    run_join(path, out, "rejected.csv.gz");
    char *found = run_gunzip(path, &found_len);
    char *expected = run_read_file("fixtures/quickstart/expected/rejected.csv", &expected_len);
    found_len = cut_source_file(found, found_len);
    expected_len = cut_source_file(expected, expected_len);
    expect_same("rejected rows", found, found_len, expected, expected_len);
    free(found);
    free(expected);
}

static void gzip_bytes(const char *bytes, size_t len, const char *path) {
    char plain[RUN_PATH_BYTES];
    struct run run;
    int written = snprintf(plain, sizeof plain, "%s.plain", path);
    cr_assert(written < RUN_PATH_BYTES, "path too long");
    run_write_file(plain, bytes, len);
    run_program((const char *[]){"gzip", "-nc", plain, NULL}, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    run_write_file(path, run.out, run.out_len);
    run_fini(&run);
}

/* The quickstart as two gzip members, cut in the middle of a line; returns the first one's length.
 */
static size_t gzip_members(const char *path, char **bytes, size_t *len) {
    char part[RUN_PATH_BYTES];
    size_t text_len = 0, one_len = 0, two_len = 0;
    char *text = run_read_file(QUICKSTART, &text_len);
    int written = snprintf(part, sizeof part, "%s.part", path);
    cr_assert(written < RUN_PATH_BYTES, "path too long");
    gzip_bytes(text, text_len / 2, part);
    char *one = run_read_file(part, &one_len);
    gzip_bytes(text + text_len / 2, text_len - text_len / 2, part);
    char *two = run_read_file(part, &two_len);
    *bytes = realloc(one, one_len + two_len);
    cr_assert(*bytes != NULL, "out of memory");
    memcpy(*bytes + one_len, two, two_len);
    *len = one_len + two_len;
    run_write_file(path, *bytes, *len);
    free(two);
    free(text);
    return one_len;
}

Test(validate_fixtures, compression_is_told_by_bytes_and_changes_nothing, .timeout = 120) {
    char dir[RUN_PATH_BYTES], out[RUN_PATH_BYTES], whole[RUN_PATH_BYTES], members[RUN_PATH_BYTES];
    char misnamed[RUN_PATH_BYTES], *text = NULL, *packed = NULL;
    size_t len = 0, packed_len = 0;
    run_make_dir(dir);
    run_join(out, dir, "out");
    run_join(whole, dir, "whole.csv.gz");
    run_join(members, dir, "members.dat");
    run_join(misnamed, dir, "plain.csv.gz");
    text = run_read_file(QUICKSTART, &len);
    gzip_bytes(text, len, whole);
    run_write_file(misnamed, text, len);
    gzip_members(members, &packed, &packed_len);
    const struct {
        const char *name, *input;
    } ways[] = {{whole, NULL}, {members, NULL}, {misnamed, NULL}, {"-", whole}, {"-", QUICKSTART}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct run run;
        validate((const char *[]){ways[i].name, "--out", out, "--overwrite", NULL}, ways[i].input,
                 &run);
        cr_assert(run.exit_code == 0, "way %zu: %s", i, run.err);
        expect_quickstart_rows(out);
        run_fini(&run);
    }
    free(text);
    free(packed);
    run_remove_dir(dir);
}

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

/* The failure of one run: its exit code, what a person reads, no folder, and no id in any message.
 */
static void expect_failure(const char *const more[], int exit_code, const char *const parts[4]) {
    char dir[RUN_PATH_BYTES], out[RUN_PATH_BYTES];
    const char *args[RUN_ARGS_MAX] = {"--out"};
    size_t count = 2;
    struct run run;
    run_make_dir(dir);
    run_join(out, dir, "out");
    args[1] = out;
    for (size_t i = 0; more[i] != NULL; i++) {
        args[count++] = more[i];
    }
    validate(args, NULL, &run);
    cr_expect(run.exit_code == exit_code, "%s: exit %d, not %d: %s", more[0], run.exit_code,
              exit_code, run.err);
    for (size_t i = 0; i < 4 && parts[i] != NULL; i++) {
        cr_expect(strstr(run.err, parts[i]) != NULL, "%s: no \"%s\" in: %s", more[0], parts[i],
                  run.err);
    }
    cr_expect(strstr(run.err, "CLM-") == NULL && strstr(run.err, "M-0") == NULL, "an id in: %s",
              run.err);
    cr_expect(!exists(out), "%s: a folder was left", more[0]);
    run_fini(&run);
    run_remove_dir(dir);
}

Test(validate_fixtures, bad_inputs_are_refused_with_the_mend, .timeout = 120) {
    static const struct {
        const char *args[8];
        int exit_code;
        const char *parts[4];
    } CASES[] = {
        {{"fixtures/bad/empty/claims.csv"}, 65, {"fixtures/bad/empty/claims.csv", "header"}},
        {{"fixtures/bad/blank/claims.csv"}, 65, {"header"}},
        {{"fixtures/bad/missing_column/claims.csv"},
         65,
         {"service_unit_quantity", "servce_unit_quantity", "member_id"}},
        {{"fixtures/bad/column_twice/claims.csv"}, 65, {"rendering_npi"}},
        {{QUICKSTART, "fixtures/bad/other_header/claims.csv"},
         65,
         {"fixtures/bad/other_header/claims.csv", "header"}},
        {{"fixtures/bad/no_such_file.csv"}, 66, {"no_such_file.csv"}},
        {{QUICKSTART, "--roster", "fixtures/bad/no_such_roster"}, 78, {"no_such_roster"}},
        {{QUICKSTART, "--roster", "fixtures/bad/roster_status"},
         78,
         {"credentials.csv:5:", "actve", "credentials.csv:7:", "withdrawn"}},
        {{QUICKSTART, "--roster", "fixtures/bad/roster_rows"},
         78,
         {"credentials.csv:2:1", "credentials.csv:3:", "credentials.csv:4:", "credentials.csv:5:"}},
        {{QUICKSTART, "--policy", "fixtures/bad/policy_key.json"},
         78,
         {"policy_key.json:", "over_cpa", "over_cap"}},
        {{QUICKSTART, "--policy", "fixtures/bad/policy_syntax.json"}, 78, {"policy_syntax.json:"}},
        {{QUICKSTART, "--polcy", "ms"}, 64, {"--policy"}},
        {{QUICKSTART, "--threads", "many"}, 64, {"--threads"}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        expect_failure(CASES[i].args, CASES[i].exit_code, CASES[i].parts);
    }
}

Test(validate_fixtures, damaged_gzip_publishes_nothing, .timeout = 120) {
    enum { WHOLE, MIDDLE, LAST_BYTE, CRC, SECOND_MEMBER, GARBAGE, HEADER, WAYS };
    char dir[RUN_PATH_BYTES], good[RUN_PATH_BYTES], path[RUN_PATH_BYTES], *bytes = NULL;
    size_t len = 0;
    run_make_dir(dir);
    run_join(good, dir, "good.csv.gz");
    run_join(path, dir, "damaged.csv.gz");
    size_t first = gzip_members(good, &bytes, &len);
    for (int way = MIDDLE; way < WAYS; way++) {
        char *damaged = malloc(len + 16);
        cr_assert(damaged != NULL, "out of memory");
        memcpy(damaged, bytes, len);
        size_t damaged_len = way == MIDDLE      ? first / 2
                             : way == LAST_BYTE ? len - 1
                             : way == GARBAGE   ? len + 16
                             : way == HEADER    ? 5
                                                : len;
        memset(damaged + len, 'x', 16);
        if (way == CRC) {
            damaged[len - 7] ^= 1;
        } else if (way == SECOND_MEMBER) {
            damaged[first + 20] ^= 0x55;
            damaged[first + 21] ^= 0x55;
        }
        run_write_file(path, damaged, damaged_len);
        expect_failure((const char *[]){path, NULL}, 65,
                       (const char *[4]){"damaged.csv.gz", NULL, NULL, NULL});
        free(damaged);
    }
    free(bytes);
    run_remove_dir(dir);
}

Test(validate_fixtures, zero_padding_after_gzip_is_allowed, .timeout = 60) {
    char dir[RUN_PATH_BYTES], out[RUN_PATH_BYTES], path[RUN_PATH_BYTES], *bytes = NULL;
    size_t len = 0;
    struct run run;
    run_make_dir(dir);
    run_join(out, dir, "out");
    run_join(path, dir, "padded.csv.gz");
    gzip_members(path, &bytes, &len);
    bytes = realloc(bytes, len + 512);
    cr_assert(bytes != NULL, "out of memory");
    memset(bytes + len, 0, 512);
    run_write_file(path, bytes, len + 512);
    validate((const char *[]){path, "--out", out, NULL}, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    expect_quickstart_rows(out);
    run_fini(&run);
    free(bytes);
    run_remove_dir(dir);
}

Test(validate_fixtures, existing_folder_is_refused_and_left_as_it_is, .timeout = 60) {
    char dir[RUN_PATH_BYTES], out[RUN_PATH_BYTES], mark[RUN_PATH_BYTES];
    struct run run;
    run_make_dir(dir);
    run_join(out, dir, "out");
    validate((const char *[]){"fixtures/good/plain/claims.csv", "--out", out, NULL}, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    run_fini(&run);
    run_join(mark, out, "report.json");
    size_t before = 0, after = 0;
    char *report = run_read_file(mark, &before);
    validate((const char *[]){QUICKSTART, "--out", out, NULL}, NULL, &run);
    cr_assert(run.exit_code == 73, "exit %d: %s", run.exit_code, run.err);
    cr_assert(strstr(run.err, "--overwrite") != NULL, "%s", run.err);
    char *again = run_read_file(mark, &after);
    cr_assert(before == after && memcmp(report, again, before) == 0);
    run_fini(&run);
    free(report);
    free(again);
    run_remove_dir(dir);
}

/* A line of a mebibyte keeps its first 64 KiB in raw_record, and its neighbours their decisions. */
Test(validate_fixtures, long_line_is_rejected_alone, .timeout = 60) {
    char dir[RUN_PATH_BYTES], out[RUN_PATH_BYTES], path[RUN_PATH_BYTES];
    size_t len = 0, rejected_len = 0;
    struct run run;
    run_make_dir(dir);
    run_join(out, dir, "out");
    run_join(path, dir, "long.csv");
    char *plain = run_read_file("fixtures/good/plain/claims.csv", &len);
    size_t header = (size_t)(strchr(plain, '\n') - plain) + 1;
    char *text = malloc(len + LONG_LINE_BYTES + 1);
    cr_assert(text != NULL, "out of memory");
    memcpy(text, plain, header);
    memset(text + header, 'x', LONG_LINE_BYTES);
    text[header + LONG_LINE_BYTES] = '\n';
    memcpy(text + header + LONG_LINE_BYTES + 1, plain + header, len - header);
    run_write_file(path, text, len + LONG_LINE_BYTES + 1);
    validate((const char *[]){path, "--out", out, NULL}, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    expect_file(out, "accepted.csv.gz", "fixtures/good/plain/accepted.csv");
    run_join(path, out, "rejected.csv.gz");
    char *rejected = run_gunzip(path, &rejected_len);
    cr_assert(strstr(rejected, "long.csv,2,") != NULL && strstr(rejected, "long.csv,4,") != NULL);
    cr_assert(strstr(rejected, "1048576") != NULL, "the detail tells the length");
    cr_assert(rejected_len > KEPT_BYTES && rejected_len < KEPT_BYTES + 4096);
    run_fini(&run);
    free(rejected);
    free(text);
    free(plain);
    run_remove_dir(dir);
}
