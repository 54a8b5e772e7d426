/*
 * Input files that are not whole, or no claim files at all, by every reader of claim files.
 */
#include "support/scene.h"
#include "support/script.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"

static const char GROWING[] = "is still being written";
static const char NO_LINE_END[] = "its last line has no line end";

/* A claim file too long to be read in one piece. */
static const char *long_file(struct scene *scene) {
    enum { COPIES = 4000 };
    size_t len = 0;
    char *claims = run_read_file(CLAIMS, &len);
    const size_t header = (size_t)(strchr(claims, '\n') + 1 - claims);
    const char *path = scene_path(scene, "long.csv");
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(claims, 1, header, file), header);
    for (int i = 0; i < COPIES; i++) {
        cr_assert_eq(fwrite(claims + header, 1, len - header, file), len - header);
    }
    cr_assert_eq(fclose(file), 0);
    free(claims);
    return path;
}

static void append(const char *path) {
    int fd = open(path, O_WRONLY | O_APPEND);
    cr_assert(fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0);
}

/* Begins to print, and waits until it is read; meanwhile the file grows. It is the standard input
 * as well. */
static int run_while_it_grows(const char *const argv[], const char *grows, const char *errors) {
    char room[65536];
    int ends[2], status = 0;
    int in = open(grows, O_RDONLY | O_CLOEXEC);
    cr_assert(in >= 0 && pipe2(ends, O_CLOEXEC) == 0);
    pid_t pid = scene_start(argv, in, ends[1], errors);
    close(ends[1]);
    cr_assert_gt(read(ends[0], room, 1), 0, "nothing was printed");
    append(grows);
    while (read(ends[0], room, sizeof room) > 0) {
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    close(ends[0]);
    close(in);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect_said(const char *errors, const char *words) {
    size_t len = 0;
    char *said = run_read_file(errors, &len);
    cr_expect_not_null(strstr(said, words), "no \"%s\" in: %s", words, said);
    free(said);
}

Test(input_files, a_file_that_grows_while_it_is_read_publishes_nothing, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    const char *path = long_file(&scene), *errors = scene_path(&scene, "errors");
    const char *rejected = scene_path(&scene, "rejected.csv");
    const char *const inputs[] = {path, "-"};
    for (size_t i = 0; i < 2; i++) {
        const char *const argv[] = {
            run_claimgate(), "validate",  inputs[i], "--roster",   ROSTER, "--as-of",
            "2025-06-30",    "--threads", "0",       "--accepted", "-",    "--rejected",
            rejected,        NULL};
        cr_expect_eq(run_while_it_grows(argv, path, errors), 75, "%s", inputs[i]);
        expect_said(errors, GROWING);
        cr_expect_not(scene_exists(rejected));
    }
    scene_remove(&scene);
}

/* Standard input is read to its end first; the file that grows was read before it. */
Test(input_files, an_input_that_grows_after_its_end_was_read_publishes_nothing, .timeout = 60) {
    struct scene scene;
    size_t len = 0;
    scene_make(&scene);
    char *claims = run_read_file(CLAIMS, &len);
    const char *first = scene_file(&scene, "first.csv", claims, len);
    const char *out = scene_path(&scene, "out"), *errors = scene_path(&scene, "errors");
    const char *const argv[] = {run_claimgate(), "validate", first,     "-",
                                "--roster",      ROSTER,     "--quiet", "--as-of",
                                "2025-06-30",    "--out",    out,       NULL};
    int ends[2], status = 0;
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = scene_start(argv, ends[0], 1, errors);
    close(ends[0]);
    /* More than a pipe holds: once it is written, the program reads its second input. */
    char *blanks = calloc(1, 300000);
    memset(blanks, '\n', 300000);
    cr_assert_eq(write(ends[1], blanks, 300000), 300000);
    append(first);
    cr_assert_eq(write(ends[1], claims, len), (ssize_t)len);
    close(ends[1]);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 75, "status %x", status);
    expect_said(errors, GROWING);
    cr_expect_not(scene_exists(out));
    free(blanks);
    free(claims);
    scene_remove(&scene);
}

/* No change is seen of a writer who pauses. What came through a pipe is nobody's file. */
Test(input_files, a_gzip_file_that_is_cut_may_not_be_whole_yet_where_it_is_fresh, .timeout = 60) {
    script_expect_told("p=$0; d=$1; try() { $p validate $d/c.gz --roster " ROSTER
                       " --dry-run 2> $d/e; "
                       "echo $? $(grep -c 'truncated\\|is cut' $d/e) $(grep -c 'less than a "
                       "minute ago: where it is still being written, run again' $d/e); }; "
                       "gzip -c " CLAIMS " | head -c 300 > $1/c.gz; try; "
                       "cat $1/c.gz | $0 validate - --roster " ROSTER " --dry-run 2>&1 | "
                       "grep -c minute; touch -d '2 minutes ago' $1/c.gz; try; "
                       "$0 validate " CLAIMS " --roster " ROSTER " --as-of 2025-06-30 --out $1/o "
                       "--quiet; head -c -28 $1/o/accepted.csv.gz > $1/c.gz; try",
                       "65 1 1\n0\n65 1 0\n65 1 1\n");
}

Test(input_files, check_says_at_the_end_that_its_questions_are_still_being_written, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    const char *path = long_file(&scene), *errors = scene_path(&scene, "errors");
    const char *const argv[] = {run_claimgate(), "check",   "-",          "--roster",
                                ROSTER,          "--as-of", "2025-06-30", NULL};
    cr_expect_eq(run_while_it_grows(argv, path, errors), 75);
    expect_said(errors, GROWING);
    scene_remove(&scene);
}

static size_t count(const char *text, const char *words) {
    size_t found = 0;
    for (; (text = strstr(text, words)) != NULL; text++) {
        found++;
    }
    return found;
}

/* The run succeeds and says these words so many times. */
static void expect_warnings(const char *const args[], const char *input, const char *words,
                            size_t times) {
    struct run run;
    scene_validate(args, input, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_eq(count(run.err, words), times, "\"%s\" in: %s", words, run.err);
    run_fini(&run);
}

Test(input_files, the_name_of_an_unfinished_transfer_is_warned_of_once, .timeout = 60) {
    static const struct {
        const char *name;
        size_t warnings;
    } names[] = {{"c.csv.part", 1},   {"c.csv.FILEPART", 1},  {"c.csv.gz.tmp", 1}, {"c.part.gz", 1},
                 {"c.crdownload", 1}, {"c.crdownload.gz", 1}, {"c.part.csv", 0},   {"tmp", 0},
                 {"cpart", 0}};
    struct scene scene;
    size_t len = 0;
    char *claims = run_read_file(CLAIMS, &len);
    scene_make(&scene);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        /* The ledger's look at a file is no second reading. */
        const char *in = scene_file(&scene, names[i].name, claims, len);
        const char *ledger = scene_path(&scene, "ledger-%zu", i);
        const char *args[] = {in,         "--out", scene_path(&scene, "out-%zu", i),
                              "--ledger", ledger,  NULL};
        expect_warnings(args, NULL, "still being transferred", names[i].warnings);
    }
    free(claims);
    scene_remove(&scene);
}

Test(input_files, a_last_line_without_its_end_is_warned_of_and_taken_as_it_stands) {
    struct scene scene;
    size_t len = 0;
    char *claims = run_read_file(CLAIMS, &len);
    scene_make(&scene);
    const char *whole = scene_file(&scene, "whole.csv", claims, len);
    const char *cut = scene_file(&scene, "cut.csv", claims, len - 1);
    const char *gzip = scene_gzip(&scene, "cut.csv.gz", claims, len - 1);
    const char *out = scene_path(&scene, "out");
    const char *ledger = scene_path(&scene, "ledger");
    expect_warnings((const char *[]){whole, "--dry-run", NULL}, NULL, NO_LINE_END, 0);
    expect_warnings((const char *[]){gzip, "--dry-run", NULL}, NULL, NO_LINE_END, 0);
    expect_warnings((const char *[]){"-", "--dry-run", NULL}, cut, "standard input: its last", 1);
    expect_warnings((const char *[]){cut, "--out", out, "--ledger", ledger, NULL}, NULL,
                    NO_LINE_END, 1);
    scene_expect_quickstart(out);
    free(claims);
    scene_remove(&scene);
}

static void expect_refused(const char *const argv[], const char *input, int exit_code,
                           const char *words) {
    struct run run;
    run_program(argv, input, &run);
    cr_expect_eq(run.exit_code, exit_code, "%s: exit %d: %s", argv[1], run.exit_code, run.err);
    cr_expect_not_null(strstr(run.err, words), "%s: no \"%s\" in: %s", argv[1], words, run.err);
    run_fini(&run);
}

/* Every command that reads claims gets this file. */
static void expect_all_refuse(struct scene *scene, const char *path, const char *words) {
    const char *const program = run_claimgate();
    const char *ledger = scene_path(scene, "ledger"), *out = scene_path(scene, "refused");
    const char *const validate[] = {program, "validate", path, "--roster",
                                    ROSTER,  "--out",    out,  NULL};
    const char *const check[] = {program, "check", "-", "--roster", ROSTER, NULL};
    const char *const import[] = {program, "ledger", "import", path, "--ledger", ledger, NULL};
    const char *const layout[] = {program, "layout", "check", "tuva", "--sample", path, NULL};
    expect_refused(validate, NULL, 65, words);
    expect_refused(check, path, 65, words);
    expect_refused(import, NULL, 65, words);
    expect_refused(layout, NULL, 65, words);
    cr_expect_not(scene_exists(out));
}

Test(input_files, every_reader_names_what_is_no_claim_file, .timeout = 60) {
    static const char zip[] = "PK\x03\x04\x14\0\0\0\0\0\0\0\0\0claims.csv";
    static const char utf16[] = "c\0l\0a\0i\0m\0_\0i\0d\0,\0x\0\n";
    struct scene scene;
    scene_make(&scene);
    expect_all_refuse(&scene, scene_file(&scene, "claims.csv", zip, sizeof zip - 1),
                      "is a Zip archive, not CSV; unpack it: unzip -p");
    expect_all_refuse(&scene, scene_file(&scene, "utf16.csv", utf16, sizeof utf16 - 1),
                      "is UTF-16 text without a byte order mark");
    expect_all_refuse(&scene, scene_file(&scene, "empty.csv", "", 0), "is empty (0 bytes)");
    scene_remove(&scene);
}

Test(input_files, a_roster_that_is_no_csv_file_is_named_too) {
    static const char json[] = "[{\"npi\": \"1000000004\"}]\n";
    struct scene scene;
    scene_make(&scene);
    (void)scene_gzip(&scene, "credentials.csv.gz", json, sizeof json - 1);
    const char *const argv[] = {run_claimgate(), "roster", "check", scene.dir, NULL};
    expect_refused(argv, NULL, 78, "is gzip of a JSON document, not CSV");
    scene_remove(&scene);
}

Test(input_files, empty_files_are_refused_unless_they_are_allowed, .timeout = 60) {
    struct scene scene;
    struct run run;
    size_t len = 0;
    scene_make(&scene);
    const char *empty = scene_file(&scene, "empty.csv", "", 0);
    const char *gzip = scene_gzip(&scene, "empty.csv.gz", "", 0);
    const char *line = scene_file(&scene, "line.csv", "\n", 1);
    const char *out = scene_path(&scene, "out"), *mixed = scene_path(&scene, "mixed");
    scene_validate((const char *[]){gzip, "--out", out, NULL}, NULL, &run);
    cr_expect(run.exit_code == 65 && strstr(run.err, "--allow-empty") != NULL, "%s", run.err);
    run_fini(&run);
    scene_validate((const char *[]){line, "--allow-empty", "--out", out, NULL}, NULL, &run);
    cr_expect_eq(run.exit_code, 65, "a line end is no empty file: %s", run.err);
    run_fini(&run);
    scene_expect_success((const char *[]){empty, gzip, "--allow-empty", "--out", out, NULL}, NULL);
    free(scene_read(out, "accepted.csv.gz", &len));
    cr_expect_eq(len, 0);
    char *report = scene_read(out, "report.json", &len);
    scene_check_report(report, len);
    cr_expect_eq(scene_count(report, "counts", "records"), 0);
    free(report);
    /* The header is that of the first file that has one. */
    scene_expect_success(
        (const char *[]){empty, CLAIMS, gzip, "--allow-empty", "--out", mixed, NULL}, NULL);
    scene_expect_quickstart(mixed);
    scene_remove(&scene);
}

Test(input_files, an_audit_takes_the_empty_files_that_the_run_took, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    const char *empty = scene_file(&scene, "empty.csv", "", 0);
    const char *out = scene_path(&scene, "out"), *changes = scene_path(&scene, "changes");
    scene_expect_success((const char *[]){empty, CLAIMS, "--allow-empty", "--out", out, NULL},
                         NULL);
    const char *argv[] = {run_claimgate(), "audit",   empty,      CLAIMS, "--allow-empty",
                          "--decided",     out,       "--roster", ROSTER, "--out",
                          changes,         "--quiet", NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    argv[4] = "--quiet";
    argv[10] = scene_path(&scene, "none");
    argv[11] = NULL;
    expect_refused(argv, NULL, 65, "is empty");
    scene_remove(&scene);
}

Test(input_files, a_bom_alone_is_an_empty_file_and_a_blank_line_is_none, .timeout = 60) {
    static const char bom[] = "\xEF\xBB\xBF", blank[] = "\xEF\xBB\xBF\r\n";
    struct scene scene;
    struct run run;
    size_t len = 0;
    scene_make(&scene);
    const char *file = scene_file(&scene, "bom.csv", bom, sizeof bom - 1);
    const char *out = scene_path(&scene, "out");
    scene_validate((const char *[]){file, "--out", out, NULL}, NULL, &run);
    cr_expect_eq(run.exit_code, 65);
    run_fini(&run);
    scene_expect_success((const char *[]){file, "--allow-empty", "--out", out, NULL}, NULL);
    char *report = scene_read(out, "report.json", &len);
    scene_check_report(report, len);
    cr_expect_eq(scene_count(report, "counts", "records"), 0);
    free(report);
    file = scene_file(&scene, "blank.csv", blank, sizeof blank - 1);
    scene_validate((const char *[]){file, "--allow-empty", "--out", scene_path(&scene, "no"), NULL},
                   NULL, &run);
    cr_expect_eq(run.exit_code, 65);
    run_fini(&run);
    scene_remove(&scene);
}

Test(input_files, a_header_without_records_is_taken_and_told) {
    static const char header[] = "claim_id,member_id,claim_line_start_date,hcpcs_code,"
                                 "service_unit_quantity,rendering_npi\n";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *file = scene_file(&scene, "header.csv", header, sizeof header - 1);
    scene_validate((const char *[]){file, "--out", scene_path(&scene, "out"), NULL}, NULL, &run);
    cr_expect_eq(run.exit_code, 0);
    cr_expect(strstr(run.err, "a header without records") != NULL, "%s", run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* On a ledger it is skipped; without one its lines come again, which one line says. */
Test(input_files, the_same_content_twice_in_one_run_is_told_whatever_its_name, .timeout = 60) {
    struct scene scene;
    struct run run;
    size_t len = 0;
    scene_make(&scene);
    char *claims = run_read_file("fixtures/quickstart/claims.csv", &len);
    const char *plain = scene_file(&scene, "monday.csv", claims, len);
    const char *packed = scene_gzip(&scene, "tuesday.csv.gz", claims, len);
    const char *shorter = scene_file(&scene, "shorter.csv", claims, len - 1);
    scene_validate(
        (const char *[]){plain, shorter, packed, "--out", scene_path(&scene, "out"), NULL}, NULL,
        &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_not_null(strstr(run.err, "tuesday.csv.gz has the same content as "), "%s", run.err);
    cr_expect_not_null(strstr(run.err, "monday.csv before it, so that"), "%s", run.err);
    char *report = scene_read(scene_path(&scene, "out"), "report.json", &len);
    scene_check_report(report, len);
    const char *told = strstr(report, "\"same_content_as\": \"");
    cr_assert_not_null(told, "%s", report);
    cr_expect_null(strstr(told + 2, "same_content_as"), "%s", report);
    free(report);
    free(claims);
    run_fini(&run);
    scene_remove(&scene);
}
