/*
 * What must hold for any claim file, on generated ones with every kind of error: how the input is
 * cut, packed or ended and how many threads decide it changes no decision, and nothing is lost.
 */
#include "../support/scene.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 7, LINE_BYTES_MAX = 1 << 20 };

/* The claims of a scene, and what they are decided to when read whole. */
struct claims {
    struct scene scene;
    const char *roster;
    const char *path; /* plain */
    char *text;
    size_t len;
    char *accepted;
    size_t accepted_len;
    char *rejected;
    size_t rejected_len;
};

static void decide(const struct claims *claims, const char *out, const char *const more[],
                   const char *input) {
    const char *args[RUN_ARGS_MAX] = {"--roster", claims->roster, "--out", out, "--overwrite"};
    for (size_t i = 0; more[i] != NULL; i++) {
        args[5 + i] = more[i];
    }
    scene_expect_success(args, input);
}

static void claims_make(struct claims *claims, const char *const more[]) {
    const char *options[RUN_ARGS_MAX] = {"--plain"};
    for (size_t i = 0; more[i] != NULL; i++) {
        options[1 + i] = more[i];
    }
    scene_make(&claims->scene);
    scene_generate(&claims->scene, "in", options);
    claims->roster = scene_path(&claims->scene, "in/roster");
    claims->path = scene_path(&claims->scene, "in/claims.csv");
    claims->text = run_read_file(claims->path, &claims->len);
    const char *out = scene_path(&claims->scene, "whole");
    decide(claims, out, (const char *[]){claims->path, NULL}, NULL);
    claims->accepted = scene_read(out, "accepted.csv.gz", &claims->accepted_len);
    claims->rejected = scene_read(out, "rejected.csv.gz", &claims->rejected_len);
}

static void claims_fini(struct claims *claims) {
    free(claims->text);
    free(claims->accepted);
    free(claims->rejected);
    scene_remove(&claims->scene);
}

static const char *after_line(const char *at, const char *end) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    return line_end != NULL ? line_end + 1 : end;
}

/* The rejected rows with one number, the line in the whole file, in the place of source_file and
 * source_line. `lines_before[n]` stand before the first record of "part-n"; other names are the
 * whole file. The caller frees. */
static char *without_source(const char *rows, size_t len, const long *lines_before,
                            size_t *out_len) {
    char *out = malloc(len + 1);
    const char *end = rows + len;
    size_t used = 0;
    cr_assert(out != NULL, "out of memory");
    for (const char *at = rows; at < end;) {
        const char *next = after_line(at, end);
        const char *rest = memchr(at, ',', (size_t)(next - at));
        const char *part = memmem(at, (size_t)(rest - at), "part-", 5);
        long line = strtol(rest + 1, NULL, 10);
        line += part != NULL && line != 0 ? lines_before[strtol(part + 5, NULL, 10)] : 0;
        rest = memchr(rest + 1, ',', (size_t)(next - rest - 1));
        used += (size_t)sprintf(out + used, "%ld", line);
        memcpy(out + used, rest, (size_t)(next - rest));
        used += (size_t)(next - rest);
        at = next;
    }
    *out_len = used;
    return out;
}

static void expect_rows(const struct claims *claims, const char *way, const char *out,
                        const long *lines_before) {
    size_t accepted_len = 0, rejected_len = 0, found_len = 0, whole_len = 0;
    char *accepted = scene_read(out, "accepted.csv.gz", &accepted_len);
    char *rejected = scene_read(out, "rejected.csv.gz", &rejected_len);
    char *found = without_source(rejected, rejected_len, lines_before, &found_len);
    char *whole = without_source(claims->rejected, claims->rejected_len, NULL, &whole_len);
    cr_expect(scene_same(accepted, accepted_len, claims->accepted, claims->accepted_len),
              "%s: other accepted rows", way);
    cr_expect(scene_same(found, found_len, whole, whole_len), "%s: other rejected rows", way);
    free(accepted);
    free(rejected);
    free(found);
    free(whole);
}

/* --- threads and levels --- */

/* The report up to its last part, which tells times. */
static char *report_without_timing(const char *out) {
    size_t len = 0;
    char *report = scene_read(out, "report.json", &len);
    char *timing = strstr(report, "\"timing\"");
    scene_check_report(report, len);
    cr_assert(timing != NULL, "no timing in the report");
    *timing = '\0';
    return report;
}

static void expect_same_files(const char *a, const char *b) {
    static const char *const NAMES[] = {"accepted.csv.gz", "rejected.csv.gz"};
    for (size_t i = 0; i < 2; i++) {
        char one[RUN_PATH_BYTES], two[RUN_PATH_BYTES];
        size_t one_len = 0, two_len = 0;
        cr_assert(snprintf(one, sizeof one, "%s/%s", a, NAMES[i]) < RUN_PATH_BYTES);
        cr_assert(snprintf(two, sizeof two, "%s/%s", b, NAMES[i]) < RUN_PATH_BYTES);
        char *one_bytes = run_read_file(one, &one_len), *two_bytes = run_read_file(two, &two_len);
        cr_expect(scene_same(one_bytes, one_len, two_bytes, two_len), "%s and %s differ", one, two);
        free(one_bytes);
        free(two_bytes);
    }
}

Test(properties, threads_change_neither_gzip_bytes_nor_report, .timeout = 120) {
    static const char *const THREADS[] = {"0", "1", "2", "7"};
    struct claims claims;
    char *first_report = NULL;
    const char *first = NULL;
    claims_make(&claims, (const char *[]){"--lines", "40000", "--quoted", "5", NULL});
    for (size_t i = 0; i < sizeof THREADS / sizeof THREADS[0]; i++) {
        const char *out = scene_path(&claims.scene, "threads-%s", THREADS[i]);
        decide(&claims, out, (const char *[]){claims.path, "--threads", THREADS[i], NULL}, NULL);
        char *report = report_without_timing(out);
        if (first == NULL) {
            first = out;
            first_report = report;
            expect_rows(&claims, out, out, NULL);
            continue;
        }
        expect_same_files(first, out);
        cr_expect(strcmp(first_report, report) == 0, "%s threads: another report", THREADS[i]);
        free(report);
    }
    free(first_report);
    claims_fini(&claims);
}

Test(properties, level_changes_no_row, .timeout = 120) {
    struct claims claims;
    claims_make(&claims,
                (const char *[]){"--lines", "20000", "--error", "over_long_record=0.05", NULL});
    for (int level = 1; level <= 9; level += 4) {
        char text[2] = {(char)('0' + level), '\0'};
        const char *out = scene_path(&claims.scene, "level-%d", level);
        decide(&claims, out, (const char *[]){claims.path, "--level", text, NULL}, NULL);
        expect_rows(&claims, out, out, NULL);
    }
    claims_fini(&claims);
}

/* --- ways in --- */

static const char *gzip_members(struct claims *claims, size_t count) {
    const char *path = scene_path(&claims->scene, "members.dat");
    FILE *members = fopen(path, "we");
    cr_assert(members != NULL, "cannot create %s", path);
    for (size_t i = 0; i < count; i++) {
        size_t from = claims->len * i / count, to = claims->len * (i + 1) / count, len = 0;
        const char *one = scene_gzip(&claims->scene, "member", claims->text + from, to - from);
        char *bytes = run_read_file(one, &len);
        cr_assert(fwrite(bytes, 1, len, members) == len, "cannot write %s", path);
        free(bytes);
    }
    cr_assert(fclose(members) == 0, "cannot write %s", path);
    return path;
}

Test(properties, packing_and_pipes_change_no_row, .timeout = 120) {
    struct claims claims;
    claims_make(&claims, (const char *[]){"--lines", "30000", "--quoted", "5", "--error",
                                          "over_long_record=0.02", NULL});
    const char *whole = scene_gzip(&claims.scene, "claims.csv.gz", claims.text, claims.len);
    const char *members = gzip_members(&claims, 5);
    const struct {
        const char *name, *input;
    } WAYS[] = {{whole, NULL}, {members, NULL}, {"-", claims.path}, {"-", whole}, {"-", members}};
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        const char *out = scene_path(&claims.scene, "way-%zu", i);
        decide(&claims, out, (const char *[]){WAYS[i].name, NULL}, WAYS[i].input);
        expect_rows(&claims, WAYS[i].name, out, NULL);
    }
    claims_fini(&claims);
}

/* What we write comes in blocks that are unpacked in parallel: another way through the belt. */
Test(properties, own_output_is_read_as_its_content, .timeout = 120) {
    struct claims claims, packed;
    claims_make(&claims, (const char *[]){"--lines", "40000", NULL});
    const char *from_blocks = scene_path(&claims.scene, "from-blocks");
    const char *from_plain = scene_path(&claims.scene, "from-plain");
    const char *blocks = scene_path(&claims.scene, "whole/accepted.csv.gz");
    const char *plain =
        scene_file(&claims.scene, "accepted.csv", claims.accepted, claims.accepted_len);
    decide(&claims, from_plain, (const char *[]){plain, NULL}, NULL);
    decide(&claims, from_blocks, (const char *[]){blocks, "--threads", "7", NULL}, NULL);
    packed = claims;
    packed.accepted = scene_read(from_plain, "accepted.csv.gz", &packed.accepted_len);
    packed.rejected = scene_read(from_plain, "rejected.csv.gz", &packed.rejected_len);
    expect_rows(&packed, "our own blocks", from_blocks, NULL);
    cr_expect(packed.accepted_len > claims.accepted_len / 2);
    free(packed.accepted);
    free(packed.rejected);
    claims_fini(&claims);
}

/* --- cuts into files --- */

/* Records [from, to) of the whole, counted in lines behind the header, as a file of their own. */
static const char *write_part(struct claims *claims, int number, const char *from, const char *to,
                              bool drop_line_end) {
    const char *path = scene_path(&claims->scene, "part-%d", number);
    FILE *part = fopen(path, "we");
    size_t header = (size_t)(after_line(claims->text, claims->text + claims->len) - claims->text);
    size_t len = (size_t)(to - from);
    cr_assert(part != NULL, "cannot create %s", path);
    len -= drop_line_end && len > 0 ? 1 : 0;
    fwrite(claims->text, 1, header, part);
    fwrite(from, 1, len, part);
    cr_assert(fclose(part) == 0, "cannot write %s", path);
    return path;
}

/* Cut at random record boundaries into PARTS_MAX files, some of them without a record, some
 * without their last line end. */
static void cut_and_decide(struct claims *claims, unsigned seed) {
    const char *args[PARTS_MAX + 1] = {NULL};
    long lines_before[PARTS_MAX] = {0};
    const char *end = claims->text + claims->len;
    const char *at = after_line(claims->text, end);
    long lines = 0;
    claims->scene.path_count = 8; /* the paths of the last cut are not needed any more */
    for (int i = 0; i < PARTS_MAX; i++) {
        seed = seed * 1103515245u + 12345u;
        const size_t most = 2 * claims->len / PARTS_MAX;
        const char *to = i % 3 == 2 ? at : at + (seed >> 8) % most;
        const char *from = at;
        lines_before[i] = lines;
        while (at < end && (at < to || i == PARTS_MAX - 1)) {
            at = after_line(at, end);
            lines++;
        }
        args[i] = write_part(claims, i, from, at, seed >> 30 == 0);
    }
    const char *out = scene_path(&claims->scene, "cut");
    decide(claims, out, args, NULL);
    expect_rows(claims, "cut into files", out, lines_before);
}

Test(properties, cuts_into_files_change_no_row, .timeout = 120) {
    struct claims claims;
    claims_make(&claims,
                (const char *[]){"--lines", "20000", "--error", "over_long_record=0.05", NULL});
    for (unsigned seed = 1; seed <= 6; seed++) {
        cut_and_decide(&claims, seed);
    }
    claims_fini(&claims);
}

/* --- line ends --- */

/* Each LF becomes `line_end`. The caller frees. */
static char *with_line_end(const char *text, size_t len, const char *line_end, size_t *out_len) {
    const size_t end_len = strlen(line_end);
    char *out = malloc(len * end_len + 1);
    size_t used = 0;
    cr_assert(out != NULL, "out of memory");
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n') {
            memcpy(out + used, line_end, end_len);
            used += end_len;
        } else {
            out[used++] = text[i];
        }
    }
    *out_len = used;
    return out;
}

Test(properties, line_ends_change_nothing_but_themselves, .timeout = 120) {
    static const char *const ENDS[] = {"\r\n", "\r"};
    struct claims claims;
    claims_make(&claims, (const char *[]){"--lines", "30000", "--quoted", "5", "--error",
                                          "over_long_record=0.02", NULL});
    for (size_t i = 0; i < 2; i++) {
        size_t len = 0;
        struct claims ended = claims;
        char *text = with_line_end(claims.text, claims.len, ENDS[i], &len);
        const char *path = scene_file(&claims.scene, "ended.csv", text, len);
        const char *out = scene_path(&claims.scene, "ended-%zu", i);
        ended.accepted =
            with_line_end(claims.accepted, claims.accepted_len, ENDS[i], &ended.accepted_len);
        decide(&claims, out, (const char *[]){path, NULL}, NULL);
        expect_rows(&ended, i == 0 ? "CRLF" : "CR", out, NULL);
        free(ended.accepted);
        free(text);
    }
    claims_fini(&claims);
}

/* --- conservation --- */

/* Marks the lines that rejected rows name, and checks that each row carries its line's bytes: as
 * its columns, or whole at its end where it is malformed. */
static void mark_rejected(const struct claims *claims, const char *const *lines, bool *is_rejected,
                          size_t line_count) {
    const char *end = claims->rejected + claims->rejected_len;
    for (const char *at = after_line(claims->rejected, end); at < end;) {
        const char *next = after_line(at, end);
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

Test(properties, accepted_is_the_input_without_the_rejected_lines, .timeout = 120) {
    struct claims claims;
    claims_make(&claims, (const char *[]){"--lines", "30000", "--out-of-scope", "10", "--quoted",
                                          "5", NULL});
    const char *end = claims.text + claims.len;
    const char **lines = calloc(claims.len, sizeof *lines);
    bool *is_rejected = calloc(claims.len, sizeof *is_rejected);
    char *expected = malloc(claims.len);
    size_t count = 0, expected_len = 0;
    cr_assert(lines != NULL && is_rejected != NULL && expected != NULL, "out of memory");
    for (const char *at = claims.text; at < end; at = after_line(at, end)) {
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
    claims_fini(&claims);
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
    for (const char *at = after_line(text, end); at < end; at = after_line(at, end)) {
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

static void check_report_of(const struct claims *claims, const char *out) {
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

Test(properties, records_and_units_are_conserved, .timeout = 120) {
    struct claims claims;
    size_t len = 0;
    claims_make(&claims, (const char *[]){"--lines", "30000", "--voids", "3", NULL});
    const char *out = scene_path(&claims.scene, "whole");
    check_report_of(&claims, out);
    char *report = scene_read(out, "report.json", &len);
    cr_expect(scene_count(report, "units", "accepted") ==
              units_of(claims.accepted, claims.accepted_len, 0));
    free(report);
    claims_fini(&claims);
}

/* A cutback is one record in both files: its units are parted, none is lost. */
Test(properties, cutbacks_part_a_lines_units, .timeout = 120) {
    struct claims claims;
    struct run policy;
    size_t len = 0;
    claims_make(&claims, (const char *[]){"--lines", "20000", "--errors", "0", NULL});
    run_program((const char *[]){run_claimgate(), "policy", "show", "ms", NULL}, NULL, &policy);
    char *mode = strstr(policy.out, "\"over_cap\": \"reject\"");
    cr_assert(mode != NULL, "the policy's over_cap stands elsewhere");
    const char *after = mode + strlen("\"over_cap\": \"reject\"");
    char *text = NULL;
    cr_assert(asprintf(&text, "%.*s\"over_cap\": \"cutback\"%s", (int)(mode - policy.out),
                       policy.out, after) > 0);
    const char *path = scene_file(&claims.scene, "cutback.json", text, strlen(text));
    const char *out = scene_path(&claims.scene, "cutback");
    decide(&claims, out, (const char *[]){claims.path, "--policy", path, NULL}, NULL);
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
    claims_fini(&claims);
}
