/*
 * Nothing is lost: the two files hold every record of the input once, byte for byte, and the
 * report's counts and units are theirs.
 */
#include "support/decided.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Marks the lines that rejected rows name, and checks that each row carries its line's bytes: as
 * its columns, or whole at its end where it is malformed. */
static void mark_rejected(const struct decided *claims, const char *const *lines, bool *is_rejected,
                          size_t line_count) {
    const char *end = claims->rejected + claims->rejected_len;
    for (const char *at = decided_after_line(claims->rejected, end); at < end;) {
        const char *next = decided_after_line(at, end);
        const char *line_field = (const char *)memchr(at, ',', (size_t)(next - at)) + 1;
        char *record = NULL;
        const size_t line = strtoul(line_field, &record, 10);
        cr_assert(line >= 2 && line <= line_count, "no line %zu", line);
        cr_assert(!is_rejected[line], "line %zu is rejected twice", line);
        is_rejected[line] = true;
        const size_t len = (size_t)(lines[line + 1] - lines[line]) - 1;
        const bool is_malformed = memmem(at, (size_t)(next - at), ",malformed_record,", 18) != NULL;
        cr_expect(is_malformed ||
                      (record + 1 + len < next && memcmp(record + 1, lines[line], len) == 0),
                  "line %zu is not carried", line);
        at = next;
    }
}

Test(conservation, accepted_is_the_input_without_the_rejected_lines, .timeout = 120) {
    struct decided claims;
    decided_make(&claims, (const char *[]){"--lines", "30000", "--out-of-scope", "10", "--quoted",
                                           "5", NULL});
    const char *end = claims.text + claims.len;
    const char **lines = calloc(claims.len, sizeof *lines);
    bool *is_rejected = calloc(claims.len, sizeof *is_rejected);
    char *expected = malloc(claims.len);
    size_t count = 0, expected_len = 0;
    cr_assert(lines != NULL && is_rejected != NULL && expected != NULL, "out of memory");
    for (const char *at = claims.text; at < end; at = decided_after_line(at, end)) {
        lines[++count] = at;
    }
    lines[count + 1] = end;
    mark_rejected(&claims, lines, is_rejected, count);
    for (size_t i = 1; i <= count; i++) {
        const size_t len = (size_t)(lines[i + 1] - lines[i]);
        if (!is_rejected[i] && len > 1) {
            memcpy(expected + expected_len, lines[i], len);
            expected_len += len;
        }
    }
    cr_expect(scene_same(expected, expected_len, claims.accepted, claims.accepted_len));
    free(expected);
    free(is_rejected);
    free(lines);
    decided_fini(&claims);
}

static long rows_of(const char *text, size_t len) {
    long rows = -1; /* the header */
    for (size_t i = 0; i < len; i++) {
        rows += text[i] == '\n';
    }
    return rows;
}

/* Sum of a column of plain numbers; voids (frequency 8) count nothing. The generated header has
 * the columns at these places. */
static long units_of(const char *text, size_t len, int first_column) {
    enum { UNITS = 6, FREQUENCY = 14 };
    long units = 0;
    const char *end = text + len;
    for (const char *at = decided_after_line(text, end); at < end;
         at = decided_after_line(at, end)) {
        long quantity = 0;
        const char *field = at;
        for (int column = 0; column <= first_column + FREQUENCY; column++) {
            if (column == first_column + UNITS) {
                quantity = strtol(field, NULL, 10);
            } else if (column == first_column + FREQUENCY && *field == '8') {
                quantity = 0;
            }
            field = strchr(field, ',') + 1;
        }
        units += quantity;
    }
    return units;
}

static void check_report_of(const struct decided *claims, const char *out) {
    size_t len = 0;
    char *report = scene_read(out, "report.json", &len);
    scene_check_report(report, len);
    const long long records = scene_count(report, "counts", "records");
    const long long accepted = scene_count(report, "counts", "accepted");
    const long long rejected = scene_count(report, "counts", "rejected");
    cr_expect(records == accepted + rejected);
    cr_expect(records + scene_count(report, "counts", "empty_lines") ==
              rows_of(claims->text, claims->len));
    cr_expect(accepted == rows_of(claims->accepted, claims->accepted_len));
    cr_expect(rejected + scene_count(report, "counts", "cutback") ==
              rows_of(claims->rejected, claims->rejected_len));
    cr_expect(scene_count(report, "units", "submitted") ==
              scene_count(report, "units", "accepted") + scene_count(report, "units", "rejected"));
    free(report);
}

Test(conservation, records_and_units_are_conserved, .timeout = 120) {
    struct decided claims;
    size_t len = 0;
    decided_make(&claims, (const char *[]){"--lines", "30000", "--voids", "3", NULL});
    const char *out = scene_path(&claims.scene, "whole");
    check_report_of(&claims, out);
    char *report = scene_read(out, "report.json", &len);
    cr_expect(scene_count(report, "units", "accepted") ==
              units_of(claims.accepted, claims.accepted_len, 0));
    free(report);
    decided_fini(&claims);
}

/* A cutback is one record in both files: its units are parted, none is lost. */
Test(conservation, cutbacks_part_a_lines_units, .timeout = 120) {
    struct decided claims;
    struct run policy;
    size_t len = 0;
    decided_make(&claims, (const char *[]){"--lines", "20000", "--errors", "0", NULL});
    run_program((const char *[]){run_claimgate(), "policy", "show", "ms", NULL}, NULL, &policy);
    char *mode = strstr(policy.out, "\"over_cap\": \"reject\"");
    cr_assert(mode != NULL, "the policy's over_cap stands elsewhere");
    const char *after = mode + strlen("\"over_cap\": \"reject\"");
    char *text = NULL;
    cr_assert(asprintf(&text, "%.*s\"over_cap\": \"cutback\"%s", (int)(mode - policy.out),
                       policy.out, after) > 0);
    const char *path = scene_file(&claims.scene, "cutback.json", text, strlen(text));
    const char *out = scene_path(&claims.scene, "cutback");
    decided_run(&claims, out, (const char *[]){claims.path, "--policy", path, NULL}, NULL);
    free(claims.accepted);
    free(claims.rejected);
    claims.accepted = scene_read(out, "accepted.csv.gz", &claims.accepted_len);
    claims.rejected = scene_read(out, "rejected.csv.gz", &claims.rejected_len);
    check_report_of(&claims, out);
    char *report = scene_read(out, "report.json", &len);
    cr_expect(scene_count(report, "counts", "cutback") > 0);
    const long accepted = units_of(claims.accepted, claims.accepted_len, 0);
    const long rejected = units_of(claims.rejected, claims.rejected_len, 2);
    cr_expect(scene_count(report, "units", "accepted") == accepted);
    cr_expect(scene_count(report, "units", "rejected") == rejected);
    cr_expect(units_of(claims.text, claims.len, 0) == accepted + rejected);
    free(report);
    free(text);
    run_fini(&policy);
    decided_fini(&claims);
}
