/*
 * Small inputs that become large: memory stays bounded, and what holds more than it may is refused
 * with the option that raises the limit. Larger ones of the same kinds are for `make torture`.
 */
#include "support/packed_bytes.h"
#include "support/scene.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADER                                                                                     \
    "claim_id,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi\n"
#define ROSTER "fixtures/quickstart/roster"

enum { MEMORY_LIMIT_KIB = 64 << 10, SHORT_LINES = 1000000, MIB = 1 << 20 };

/* The program's exit code; it needed no more than 64 MiB. A sanitizer's memory is not ours; what
 * the test itself holds before the fork would count. */
static int run_in_bounds(const char *const argv[], const char *input) {
    struct rusage usage;
    int status = 0;
    const int in = open(input != NULL ? input : "/dev/null", O_RDONLY | O_CLOEXEC);
    const int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const pid_t pid = scene_start(argv, in, out, "/dev/null");
    cr_assert(wait4(pid, &status, 0, &usage) == pid && WIFEXITED(status));
    cr_expect(getenv("ASAN_OPTIONS") != NULL || usage.ru_maxrss < MEMORY_LIMIT_KIB,
              "%s %s: %ld KiB", argv[1], argv[2], usage.ru_maxrss);
    close(in);
    close(out);
    return WEXITSTATUS(status);
}

static const char *repeated(struct scene *scene, const char *name, const char *line, size_t times) {
    const char *path = scene_path(scene, "%s", name);
    FILE *file = fopen(path, "wb");
    fputs(HEADER, file);
    for (size_t i = 0; i < times; i++) {
        fputs(line, file);
    }
    cr_assert(fclose(file) == 0);
    return path;
}

static const char *packed(struct scene *scene, const char *path) {
    struct run run;
    run_program((const char *[]){"gzip", "-9", path, NULL}, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    run_fini(&run);
    return scene_path(scene, "%s.gz", strrchr(path, '/') + 1);
}

Test(bombs, short_lines_take_no_more_memory_than_claims, .timeout = 120) {
    static const char *const threads[] = {"0", "4"};
    struct scene scene;
    const char *outs[2];
    scene_make(&scene);
    const char *lines = repeated(&scene, "lines.csv", "a\n", SHORT_LINES);
    const char *more = repeated(&scene, "more.csv", "b\r\n", SHORT_LINES / 20);
    for (int i = 0; i < 2; i++) {
        outs[i] = scene_path(&scene, "out-%d", i);
        const char *const argv[] = {
            run_claimgate(), "validate",  lines,      more,      "--roster", ROSTER,       "--out",
            outs[i],         "--threads", threads[i], "--quiet", "--as-of",  "2025-06-30", NULL};
        cr_expect(run_in_bounds(argv, NULL) == 0);
    }
    size_t one_len = 0, two_len = 0;
    char *one = scene_read(outs[0], "rejected.csv.gz", &one_len);
    char *two = scene_read(outs[1], "rejected.csv.gz", &two_len);
    cr_expect(scene_same(one, one_len, two, two_len));
    cr_expect(strstr(one + one_len - 200, "more.csv,50001,") != NULL, "the last line");
    free(one);
    free(two);
    scene_remove(&scene);
}

Test(bombs, short_lines_on_standard_input_are_checked_in_little_memory, .timeout = 120) {
    struct scene scene;
    scene_make(&scene);
    const char *lines = repeated(&scene, "lines.csv", "a\n", SHORT_LINES);
    const char *const argv[] = {run_claimgate(), "check", "-", "--roster", ROSTER, NULL};
    cr_expect(run_in_bounds(argv, lines) == 1);
    scene_remove(&scene);
}

/* --- limits --- */

static void expect_refusal(const char *const argv[], const char *input, const char *word,
                           int exit_code) {
    struct run run;
    run_program(argv, input, &run);
    cr_expect(run.exit_code == exit_code, "%s: exit %d: %s", argv[1], run.exit_code, run.err);
    cr_expect(strstr(run.err, word) != NULL, "%s: %s", argv[1], run.err);
    run_fini(&run);
}

static void expect_refused(const char *const argv[], const char *input, const char *word) {
    expect_refusal(argv, input, word, 65);
}

Test(bombs, what_unpacks_to_more_than_claims_do_is_refused_unless_it_may, .timeout = 120) {
    static char line[1001];
    struct scene scene;
    scene_make(&scene);
    memset(line, ' ', sizeof line - 1);
    memcpy(line, "C,M,2024-03-05,99213,1,", 23);
    line[sizeof line - 2] = '\n';
    const char *claims = packed(&scene, repeated(&scene, "claims.csv", line, 70000));
    const char *out = scene_path(&scene, "out");
    const char *const refused[] = {run_claimgate(), "validate", claims,    "--roster", ROSTER,
                                   "--out",         out,        "--quiet", NULL};
    const char *const allowed[] = {
        run_claimgate(), "validate", claims,    "--roster", ROSTER, "--out", out,
        "--max-ratio",   "0",        "--quiet", NULL};
    expect_refused(refused, NULL, "raise --max-ratio");
    cr_expect(!scene_exists(out));
    cr_expect(run_in_bounds(allowed, NULL) == 0 && scene_exists(out));
    scene_remove(&scene);
}

static const char *as_bgzf(struct scene *scene, const char *path) {
    struct bytes disk = bytes_new();
    size_t len = 0;
    char *text = run_read_file(path, &len);
    bytes_put_blocks(&disk, text, len);
    bytes_put_bgzf_end(&disk);
    const char *packed_path = scene_file(scene, "claims.bgzf", disk.data, disk.len);
    free(disk.data);
    free(text);
    return packed_path;
}

Test(bombs, an_input_of_more_bytes_than_it_may_hold_is_refused_by_every_command, .timeout = 60) {
    static const char most[] = "--max-input-bytes=1000";
    struct scene scene;
    scene_make(&scene);
    const char *claims = repeated(&scene, "claims.csv", "C,M,2024-03-05,H0038,1,1000000004\n", 60);
    const char *bgzf = as_bgzf(&scene, claims);
    const char *roster = scene_path(&scene, "roster");
    const char *out = scene_path(&scene, "out"), *ledger = scene_path(&scene, "ledger");
    const char *name = run_claimgate();
    size_t len = 0;
    char *text = run_read_file(claims, &len);
    expect_refused((const char *[]){name, "validate", claims, "--roster", ROSTER, "--out", out,
                                    most, "--quiet", NULL},
                   NULL, "raise the limit");
    expect_refused((const char *[]){name, "validate", bgzf, "--roster", ROSTER, "--out", out, most,
                                    "--quiet", NULL},
                   NULL, "--max-input-bytes");
    expect_refused((const char *[]){name, "check", "-", "--roster", ROSTER, most, NULL}, claims,
                   "standard input: holds more than the 1000 bytes");
    expect_refused(
        (const char *[]){name, "ledger", "import", claims, "--ledger", ledger, most, NULL}, NULL,
        "claims.csv: holds more than");
    expect_refused((const char *[]){name, "audit", claims, "--decided", "fixtures/quickstart",
                                    "--roster", ROSTER, "--out", out, most, NULL},
                   NULL, "holds more than");
    cr_assert(mkdir(roster, 0700) == 0);
    char *rows = malloc(len);
    memcpy(rows, text, len);
    run_write_file(scene_path(&scene, "roster/credentials.csv"), rows, len);
    expect_refusal((const char *[]){name, "roster", "check", roster, most, NULL}, NULL,
                   "credentials.csv: holds more than", 78);
    cr_expect(!scene_exists(out));
    free(rows);
    free(text);
    scene_remove(&scene);
}

/* --- gzip --- */

Test(bombs, members_of_nothing_and_the_largest_extra_field_are_read_through, .timeout = 240) {
    static const char claims[] = HEADER "C,M,2024-03-05,99213,1,1000000004\n";
    enum { MEMBERS = 100000, FIELD_BYTES = 65535 };
    struct scene scene;
    struct bytes disk = bytes_new();
    scene_make(&scene);
    for (int i = 0; i < MEMBERS; i++) {
        bytes_put_member(&disk, "", 0, sound_member);
    }
    bytes_put(&disk, "\x1f\x8b\x08\x04\0\0\0\0\0\xff\xff\xff", 12);
    for (int i = 0; i < FIELD_BYTES; i++) {
        bytes_put(&disk, "x", 1);
    }
    bytes_put(&disk, "\x03\0\0\0\0\0\0\0\0\0", 10); /* no content */
    bytes_put_member(&disk, claims, sizeof claims - 1, sound_member);
    const char *path = scene_file(&scene, "members.gz", disk.data, disk.len);
    const char *out = scene_path(&scene, "out");
    const char *const argv[] = {run_claimgate(), "validate", path,      "--roster", ROSTER,
                                "--out",         out,        "--quiet", NULL};
    cr_expect(run_in_bounds(argv, NULL) == 0);
    size_t len = 0;
    char *accepted = scene_read(out, "accepted.csv.gz", &len);
    cr_expect(scene_same(accepted, len, claims, sizeof claims - 1));
    free(accepted);
    free(disk.data);
    scene_remove(&scene);
}

Test(bombs, a_header_of_ten_thousand_columns_is_refused, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    const char *path = scene_path(&scene, "wide.csv");
    FILE *file = fopen(path, "wb");
    for (int i = 0; i < 10000; i++) {
        fprintf(file, "c%d,", i);
    }
    fputs(HEADER, file);
    cr_assert(fclose(file) == 0);
    const char *out = scene_path(&scene, "out");
    expect_refused((const char *[]){run_claimgate(), "validate", path, "--roster", ROSTER, "--out",
                                    out, "--quiet", NULL},
                   NULL, "4096 columns");
    scene_remove(&scene);
}
