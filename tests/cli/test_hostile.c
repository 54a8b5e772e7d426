/*
 * Hostile inputs and places: what a person sees, the exit code, and that nothing is published.
 * What needs no more than a small file stands in fixtures/bad (test_validate_fixtures.c).
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"

enum { PARTS = 3, MIB = 1 << 20, LONG_LINE_MIB = 200, MEMORY_LIMIT_KIB = 64 << 10 };

/* The run fails with this code, says these words, and leaves nothing at `out`. */
static void expect_refusal(struct scene *scene, const char *const args[], int exit_code,
                           const char *const words[PARTS]) {
    const char *out = scene_path(scene, "out"), *more[RUN_ARGS_MAX] = {"--out", out};
    struct run run;
    for (size_t i = 0; args[i] != NULL; i++) {
        more[2 + i] = args[i];
    }
    const size_t names = scene_names(scene);
    scene_validate(more, NULL, &run);
    cr_expect(run.exit_code == exit_code, "%s: exit %d: %s", args[0], run.exit_code, run.err);
    for (size_t i = 0; i < PARTS && words[i] != NULL; i++) {
        cr_expect(strstr(run.err, words[i]) != NULL, "no \"%s\" in: %s", words[i], run.err);
    }
    cr_expect(strstr(run.err, "CLM-") == NULL && strstr(run.err, "M-0") == NULL, "%s", run.err);
    cr_expect(run.out_len == 0, "nothing is printed: %s", run.out);
    cr_expect(scene_names(scene) == names, "something is left: %s", run.err);
    run_fini(&run);
}

/* --- compressed files --- */

enum damage { CUT, LAST_BYTES, CRC, LENGTH, SECOND_BODY, GARBAGE, MAGIC_ALONE };

static const struct {
    enum damage damage;
    const char *words[PARTS];
} DAMAGES[] = {
    {CUT, {"damaged.gz", "truncated", "fetch the file again"}},
    {LAST_BYTES, {"truncated", "gzip member that starts at byte"}},
    {CRC, {"check sum", "fetch the file again"}},
    {LENGTH, {"length"}},
    {SECOND_BODY, {"gzip member that starts at byte"}},
    {GARBAGE, {"trailing garbage"}},
    {MAGIC_ALONE, {"truncated", "compressed byte 2"}},
};

static void damage(char *bytes, size_t *len, size_t second, enum damage how) {
    switch (how) {
    case CUT:
        *len = second / 2;
        return;
    case LAST_BYTES:
        *len -= 4;
        return;
    case CRC:
        bytes[*len - 8] ^= 1;
        return;
    case LENGTH:
        bytes[*len - 4] ^= 1;
        return;
    case SECOND_BODY:
        memset(bytes + second + 30, 0xff, 8);
        return;
    case GARBAGE:
        memcpy(bytes + *len, "garbage", 7);
        *len += 7;
        return;
    case MAGIC_ALONE:
        *len = 2;
        return;
    }
}

Test(hostile, damaged_gzip_is_told_with_its_kind_and_place, .timeout = 60) {
    struct scene scene;
    size_t text_len = 0, one_len = 0, two_len = 0;
    scene_make(&scene);
    char *text = run_read_file(CLAIMS, &text_len);
    char *one = run_read_file(scene_gzip(&scene, "1.gz", text, text_len / 2), &one_len);
    char *two = run_read_file(
        scene_gzip(&scene, "2.gz", text + text_len / 2, text_len - text_len / 2), &two_len);
    for (size_t i = 0; i < sizeof DAMAGES / sizeof DAMAGES[0]; i++) {
        size_t len = one_len + two_len;
        char *bytes = malloc(len + 16);
        cr_assert(bytes != NULL, "out of memory");
        memcpy(bytes, one, one_len);
        memcpy(bytes + one_len, two, two_len);
        damage(bytes, &len, one_len, DAMAGES[i].damage);
        const char *path = scene_file(&scene, "damaged.gz", bytes, len);
        expect_refusal(&scene, (const char *[]){path, NULL}, 65, DAMAGES[i].words);
        free(bytes);
    }
    free(two);
    free(one);
    free(text);
    scene_remove(&scene);
}

Test(hostile, what_is_no_claim_file_is_told_as_such, .timeout = 60) {
    static const struct {
        const char *name, *bytes;
        size_t len;
        bool is_packed;
        const char *words[PARTS];
    } CASES[] = {
        {"empty.csv.gz", "", 0, false, {"empty.csv.gz", "no header line"}},
        {"nothing.csv.gz", "", 0, true, {"nothing.csv.gz", "no header line"}},
        {"not.csv.gz",
         "\x7f\x45\x4c\x46 binary",
         11,
         false,
         {"not.csv.gz: is named .gz but is not gzip", "columns missing"}},
        {"utf16.csv",
         "\xff\xfe"
         "c\0l\0a\0i\0m\0\n\0",
         14,
         false,
         {"utf16.csv", "is UTF-16", "iconv"}},
        {"no_header.csv",
         "CLM-1,1,M-01,2025-01-06,H0038,4,1000000004\n",
         43,
         false,
         {"columns missing", "claim_id", "first line names none"}},
        {"semicolons.csv",
         "claim_id;member_id\nCLM-1;M-01\n",
         30,
         false,
         {"separated by \";\"", "write \"delimiter\": \";\""}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct scene scene;
        scene_make(&scene);
        const char *path = (CASES[i].is_packed ? scene_gzip : scene_file)(
            &scene, CASES[i].name, CASES[i].bytes, CASES[i].len);
        expect_refusal(&scene, (const char *[]){path, NULL}, 65, CASES[i].words);
        /* A good file before it saves nothing. */
        expect_refusal(&scene, (const char *[]){CLAIMS, path, NULL}, 65,
                       (const char *[PARTS]){path});
        scene_remove(&scene);
    }
}

/* --- places --- */

Test(hostile, inputs_that_cannot_be_read_are_told_with_the_mend, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    expect_refusal(&scene, (const char *[]){"fixtures", NULL}, 66,
                   (const char *[PARTS]){"fixtures: is a folder", "name the files"});
    expect_refusal(&scene, (const char *[]){CLAIMS, "no/such/file.csv", NULL}, 66,
                   (const char *[PARTS]){"no/such/file.csv", "No such file"});
    expect_refusal(&scene, (const char *[]){CLAIMS, "--roster", CLAIMS, NULL}, 78,
                   (const char *[PARTS]){CLAIMS, "folder"});
    expect_refusal(&scene, (const char *[]){CLAIMS, "--policy", "mss", NULL}, 78,
                   (const char *[PARTS]){"mss"});
    expect_refusal(&scene, (const char *[]){CLAIMS, "--layout", "tuvaa", NULL}, 78,
                   (const char *[PARTS]){"tuvaa"});
    scene_remove(&scene);
}

Test(hostile, outputs_without_a_place_are_told_before_a_claim_is_read, .timeout = 60) {
    static const struct {
        const char *args[8];
        int exit_code;
        const char *words[PARTS];
    } CASES[] = {
        {{"no/such/file.csv", "--out", "/no/such/folder/out"}, 73, {"mkdir -p /no/such/folder"}},
        {{CLAIMS, "--out", CLAIMS}, 73, {"exists already"}},
        {{CLAIMS, "--out", CLAIMS, "--overwrite"}, 73, {"not a folder"}},
        {{CLAIMS, "--out", "fixtures/good", "--overwrite"}, 73, {"did not write"}},
        {{CLAIMS, "--out", "/proc", "--overwrite"}, 73, {"mount point"}},
        {{CLAIMS, "--out", "."}, 73, {"cannot be an output"}},
        {{CLAIMS, "--accepted", "fixtures", "--rejected", "-"}, 73, {"is a folder"}},
        {{CLAIMS, "--accepted", "-"}, 64, {"--rejected"}},
        {{CLAIMS}, 64, {"--out"}},
        {{"-", "-", "--out", "x"}, 64, {"standard input"}},
        {{CLAIMS, "--accepted", "x", "--rejected", "x"}, 64, {"same name"}},
        {{CLAIMS, "--out", "x", "--group", "no-such-group"}, 64, {"no-such-group"}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct run run;
        scene_validate(CASES[i].args, NULL, &run);
        cr_expect(run.exit_code == CASES[i].exit_code, "case %zu: exit %d: %s", i, run.exit_code,
                  run.err);
        for (size_t w = 0; w < PARTS && CASES[i].words[w] != NULL; w++) {
            cr_expect(strstr(run.err, CASES[i].words[w]) != NULL, "case %zu: %s", i, run.err);
        }
        run_fini(&run);
    }
}

/* Root may do all, so that another account is asked; false when there is none to ask. */
static bool as_nobody(const char *const args[], struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {"setpriv", "--reuid=65534", "--regid=65534",
                                      "--clear-groups"};
    size_t count = geteuid() == 0 ? 4 : 0;
    for (size_t i = 0; args[i] != NULL; i++) {
        argv[count++] = args[i];
    }
    argv[count] = NULL;
    run_program(argv, NULL, run);
    return run->exit_code != 127 && run->exit_code != 126 && run->exit_code != 1;
}

Test(hostile, what_the_account_may_not_touch_is_told_as_such, .timeout = 60) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *out = scene_path(&scene, "closed/out");
    const char *secret = scene_file(&scene, "secret.csv", "x\n", 2);
    cr_assert(chmod(scene.dir, 0755) == 0 && chmod(secret, 0) == 0);
    cr_assert(mkdir(scene_path(&scene, "closed"), 0555) == 0);
    const char *unwritable[] = {run_claimgate(), "validate", CLAIMS, "--roster",
                                ROSTER,          "--out",    out,    NULL};
    const char *unreadable[] = {run_claimgate(), "validate",  secret, "--roster",
                                ROSTER,          "--dry-run", NULL};
    if (!as_nobody(unwritable, &run)) {
        cr_log_warn("no other account can run the program here, so that this shows nothing: %s",
                    run.err);
    } else {
        cr_expect(run.exit_code == 77 && strstr(run.err, out) != NULL, "%s", run.err);
        cr_expect(strstr(run.err, "Permission denied") != NULL, "%s", run.err);
        run_fini(&run);
        cr_expect(as_nobody(unreadable, &run));
        cr_expect(run.exit_code == 77 && strstr(run.err, "secret.csv") != NULL, "%s", run.err);
    }
    run_fini(&run);
    scene_remove(&scene);
}

Test(hostile, a_full_disk_leaves_nothing_behind, .timeout = 60) {
    struct scene scene, disk;
    scene_make(&scene);
    scene_make(&disk);
    scene_generate(&scene, "in", (const char *[]){"--lines", "60000", NULL});
    const char *claims = scene_path(&scene, "in/claims.csv.gz");
    const char *roster = scene_path(&scene, "in/roster");
    if (mount("tmpfs", disk.dir, "tmpfs", 0, "size=256k") != 0) {
        cr_log_warn("no file system can be mounted here, so that this test shows nothing: %s",
                    strerror(errno));
    } else {
        expect_refusal(&disk, (const char *[]){claims, "--roster", roster, NULL}, 74,
                       (const char *[PARTS]){"disk full", "make room", "No space left"});
        cr_expect(umount(disk.dir) == 0);
    }
    scene_remove(&disk);
    scene_remove(&scene);
}

/* `claimgate ... | head -1` */
Test(hostile, a_closed_pipe_is_an_error_of_its_own, .timeout = 60) {
    struct scene scene;
    int ends[2], status = 0;
    char first[64];
    size_t len = 0;
    scene_make(&scene);
    scene_generate(&scene, "in", (const char *[]){"--lines", "20000", NULL});
    const char *claims = scene_path(&scene, "in/claims.csv.gz");
    const char *roster = scene_path(&scene, "in/roster");
    const char *rejected = scene_path(&scene, "rejected.csv");
    const char *errors = scene_path(&scene, "errors");
    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    const char *argv[] = {run_claimgate(), "validate", claims,       "--roster", roster,
                          "--accepted",    "-",        "--rejected", rejected,   NULL};
    pid_t pid = scene_start(argv, 0, ends[1], errors);
    close(ends[1]);
    cr_assert(read(ends[0], first, sizeof first) > 0);
    close(ends[0]);
    cr_assert(waitpid(pid, &status, 0) == pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 74, "status %x", status);
    char *message = run_read_file(errors, &len);
    cr_expect(strstr(message, "closed pipe") != NULL, "%s", message);
    cr_expect(!scene_exists(rejected) && scene_names(&scene) == 2);
    free(message);
    scene_remove(&scene);
}

/* --- lines --- */

static void feed_long_line(int fd) {
    static char piece[MIB];
    size_t len = 0;
    char *claims = run_read_file(CLAIMS, &len);
    signal(SIGPIPE, SIG_IGN);
    memset(piece, 'x', sizeof piece);
    bool fed = write(fd, claims, len) == (ssize_t)len;
    for (int i = 0; fd >= 0 && fed && i < LONG_LINE_MIB; i++) {
        for (size_t at = 0; fed && at < sizeof piece;) {
            ssize_t written = write(fd, piece + at, sizeof piece - at);
            fed = written > 0;
            at += fed ? (size_t)written : 0;
        }
    }
    _exit(fed ? 0 : 1);
}

/* 200 MB without a line end come through a pipe: one malformed record, in little memory. */
Test(hostile, a_line_without_an_end_needs_no_memory, .timeout = 120) {
    struct scene scene;
    struct rusage usage;
    int ends[2], status = 0;
    size_t len = 0;
    scene_make(&scene);
    const char *out = scene_path(&scene, "out"), *errors = scene_path(&scene, "errors");
    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    const char *argv[] = {run_claimgate(), "validate", "-", "--roster", ROSTER, "--as-of",
                          "2025-06-30",    "--out",    out, "--quiet",  NULL};
    pid_t feeder = fork();
    if (feeder == 0) {
        feed_long_line(ends[1]);
    }
    close(ends[1]);
    pid_t pid = scene_start(argv, ends[0], 1, errors);
    close(ends[0]);
    cr_assert(wait4(pid, &status, 0, &usage) == pid && waitpid(feeder, NULL, 0) == feeder);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
    const char *sanitized = getenv("ASAN_OPTIONS"); /* its memory is not ours */
    cr_expect(sanitized != NULL || usage.ru_maxrss < MEMORY_LIMIT_KIB, "%ld KiB", usage.ru_maxrss);
    char *report = scene_read(out, "report.json", &len);
    cr_expect(scene_count(report, "counts", "records") == 21);
    cr_expect(scene_count(report, "counts", "malformed") == 2);
    free(report);
    scene_remove(&scene);
}

/* The middle line of a file becomes `line`; the other lines stay. */
static const char *with_middle_line(struct scene *scene, const char *name, const char *text,
                                    size_t len, const char *line) {
    const char *middle = memchr(text + len / 2, '\n', len / 2);
    const char *after = memchr(middle + 1, '\n', (size_t)(text + len - middle - 1));
    const char *path = scene_path(scene, "%s", name);
    FILE *file = fopen(path, "we");
    cr_assert(file != NULL && middle != NULL && after != NULL);
    fwrite(text, 1, (size_t)(middle + 1 - text), file);
    fputs(line, file);
    fwrite(after, 1, (size_t)(text + len - after), file);
    cr_assert(fclose(file) == 0);
    return path;
}

/* The rejected rows without the names of their inputs and the one row that quotes its record. */
static char *rows_apart_from(const char *out, const char *record, size_t *len) {
    char *rows = scene_read(out, "rejected.csv.gz", len);
    char *found = memmem(rows, *len, record, strlen(record));
    cr_assert(found != NULL, "%s is not in the rejected rows", record);
    char *from = found, *to = found;
    while (from > rows && from[-1] != '\n') {
        from--;
    }
    to = memchr(found, '\n', *len - (size_t)(found - rows));
    memmove(from, to, *len - (size_t)(to - rows));
    *len -= (size_t)(to - from);
    return rows;
}

Test(hostile, a_quote_that_never_closes_harms_no_other_line, .timeout = 60) {
    struct scene scene;
    size_t len = 0, accepted_len[2], rejected_len[2];
    char *accepted[2], *rejected[2];
    static const char *const LINES[] = {"broken-alone", "broken-alone,1,\"M-01,2025-01-06"};
    scene_make(&scene);
    scene_generate(&scene, "in", (const char *[]){"--lines", "60000", "--plain", NULL});
    const char *roster = scene_path(&scene, "in/roster");
    char *text = run_read_file(scene_path(&scene, "in/claims.csv"), &len);
    const char *out = scene_path(&scene, "out");
    for (size_t i = 0; i < 2; i++) {
        const char *path = with_middle_line(&scene, "claims.csv", text, len, LINES[i]);
        scene_expect_success(
            (const char *[]){path, "--roster", roster, "--out", out, "--overwrite", NULL}, NULL);
        accepted[i] = scene_read(out, "accepted.csv.gz", &accepted_len[i]);
        rejected[i] = rows_apart_from(out, "broken-alone", &rejected_len[i]);
    }
    cr_expect(scene_same(accepted[0], accepted_len[0], accepted[1], accepted_len[1]));
    cr_expect(scene_same(rejected[0], rejected_len[0], rejected[1], rejected_len[1]));
    for (size_t i = 0; i < 2; i++) {
        free(accepted[i]);
        free(rejected[i]);
    }
    free(text);
    scene_remove(&scene);
}
