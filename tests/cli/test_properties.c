/*
 * What must hold for any claim file, on generated ones with every kind of error: how the input is
 * cut, packed or ended and how many threads decide it changes no decision.
 */
#include "support/decided.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 7 };

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
        const char *next = decided_after_line(at, end);
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

static void expect_rows(const struct decided *claims, const char *way, const char *out,
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
    struct decided claims;
    char *first_report = NULL;
    const char *first = NULL;
    decided_make(&claims, (const char *[]){"--lines", "40000", "--quoted", "5", NULL});
    for (size_t i = 0; i < sizeof THREADS / sizeof THREADS[0]; i++) {
        const char *out = scene_path(&claims.scene, "threads-%s", THREADS[i]);
        decided_run(&claims, out, (const char *[]){claims.path, "--threads", THREADS[i], NULL},
                    NULL);
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
    decided_fini(&claims);
}

Test(properties, level_changes_no_row, .timeout = 120) {
    struct decided claims;
    decided_make(&claims,
                 (const char *[]){"--lines", "20000", "--error", "over_long_record=0.05", NULL});
    for (int level = 1; level <= 9; level += 4) {
        char text[2] = {(char)('0' + level), '\0'};
        const char *out = scene_path(&claims.scene, "level-%d", level);
        decided_run(&claims, out, (const char *[]){claims.path, "--level", text, NULL}, NULL);
        expect_rows(&claims, out, out, NULL);
    }
    decided_fini(&claims);
}

/* --- ways in --- */

static const char *gzip_members(struct decided *claims, size_t count) {
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
    struct decided claims;
    decided_make(&claims, (const char *[]){"--lines", "30000", "--quoted", "5", "--error",
                                           "over_long_record=0.02", NULL});
    const char *whole = scene_gzip(&claims.scene, "claims.csv.gz", claims.text, claims.len);
    const char *members = gzip_members(&claims, 5);
    const struct {
        const char *name, *input;
    } WAYS[] = {{whole, NULL}, {members, NULL}, {"-", claims.path}, {"-", whole}, {"-", members}};
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        const char *out = scene_path(&claims.scene, "way-%zu", i);
        decided_run(&claims, out, (const char *[]){WAYS[i].name, NULL}, WAYS[i].input);
        expect_rows(&claims, WAYS[i].name, out, NULL);
    }
    decided_fini(&claims);
}

/* What we write comes in blocks that are unpacked in parallel: another way through the belt. */
Test(properties, own_output_is_read_as_its_content, .timeout = 120) {
    struct decided claims, packed;
    decided_make(&claims, (const char *[]){"--lines", "40000", NULL});
    const char *from_blocks = scene_path(&claims.scene, "from-blocks");
    const char *from_plain = scene_path(&claims.scene, "from-plain");
    const char *blocks = scene_path(&claims.scene, "whole/accepted.csv.gz");
    const char *plain =
        scene_file(&claims.scene, "accepted.csv", claims.accepted, claims.accepted_len);
    decided_run(&claims, from_plain, (const char *[]){plain, NULL}, NULL);
    decided_run(&claims, from_blocks, (const char *[]){blocks, "--threads", "7", NULL}, NULL);
    packed = claims;
    packed.accepted = scene_read(from_plain, "accepted.csv.gz", &packed.accepted_len);
    packed.rejected = scene_read(from_plain, "rejected.csv.gz", &packed.rejected_len);
    expect_rows(&packed, "our own blocks", from_blocks, NULL);
    cr_expect(packed.accepted_len > claims.accepted_len / 2);
    free(packed.accepted);
    free(packed.rejected);
    decided_fini(&claims);
}

/* --- cuts into files --- */

/* Records [from, to) of the whole, counted in lines behind the header, as a file of their own. */
static const char *write_part(struct decided *claims, int number, const char *from, const char *to,
                              bool drop_line_end) {
    const char *path = scene_path(&claims->scene, "part-%d", number);
    FILE *part = fopen(path, "we");
    size_t header =
        (size_t)(decided_after_line(claims->text, claims->text + claims->len) - claims->text);
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
static void cut_and_decide(struct decided *claims, unsigned seed) {
    const char *args[PARTS_MAX + 1] = {NULL};
    long lines_before[PARTS_MAX] = {0};
    const char *end = claims->text + claims->len;
    const char *at = decided_after_line(claims->text, end);
    long lines = 0;
    claims->scene.path_count = 8; /* the paths of the last cut are not needed any more */
    for (int i = 0; i < PARTS_MAX; i++) {
        seed = seed * 1103515245u + 12345u;
        const size_t most = 2 * claims->len / PARTS_MAX;
        const char *to = i % 3 == 2 ? at : at + (seed >> 8) % most;
        const char *from = at;
        lines_before[i] = lines;
        while (at < end && (at < to || i == PARTS_MAX - 1)) {
            at = decided_after_line(at, end);
            lines++;
        }
        args[i] = write_part(claims, i, from, at, seed >> 30 == 0);
    }
    const char *out = scene_path(&claims->scene, "cut");
    decided_run(claims, out, args, NULL);
    expect_rows(claims, "cut into files", out, lines_before);
}

Test(properties, cuts_into_files_change_no_row, .timeout = 120) {
    struct decided claims;
    decided_make(&claims,
                 (const char *[]){"--lines", "20000", "--error", "over_long_record=0.05", NULL});
    for (unsigned seed = 1; seed <= 6; seed++) {
        cut_and_decide(&claims, seed);
    }
    decided_fini(&claims);
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
    struct decided claims;
    decided_make(&claims, (const char *[]){"--lines", "30000", "--quoted", "5", "--error",
                                           "over_long_record=0.02", NULL});
    for (size_t i = 0; i < 2; i++) {
        size_t len = 0;
        struct decided ended = claims;
        char *text = with_line_end(claims.text, claims.len, ENDS[i], &len);
        const char *path = scene_file(&claims.scene, "ended.csv", text, len);
        const char *out = scene_path(&claims.scene, "ended-%zu", i);
        ended.accepted =
            with_line_end(claims.accepted, claims.accepted_len, ENDS[i], &ended.accepted_len);
        decided_run(&claims, out, (const char *[]){path, NULL}, NULL);
        expect_rows(&ended, i == 0 ? "CRLF" : "CR", out, NULL);
        free(ended.accepted);
        free(text);
    }
    decided_fini(&claims);
}
