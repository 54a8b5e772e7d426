/*
 * What the program says: help, versions, exit codes, the mend in each message, and reports that are
 * what their schema says. That no value of a claim is said: test_canaries.c.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"

enum { COMMANDS_MAX = 40, NAME_BYTES = 24, NAME_COLUMN = 2, SUMMARY_COLUMN = 20, WIDTH = 80 };

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id,"                  \
    "authorization_number,patient_name\n"

/* --- help --- */

static void expect_width(const char *name, const char *text) {
    for (const char *at = text; *at != '\0';) {
        const size_t len = strcspn(at, "\n");
        cr_expect(len <= WIDTH, "help %s: %.*s", name, (int)len, at);
        at += len + (at[len] == '\n');
    }
}

/* The names that `claimgate help` lists. */
static size_t list_commands(const char *help, char names[COMMANDS_MAX][NAME_BYTES]) {
    const char *at = strstr(help, "commands:\n");
    size_t count = 0;
    cr_assert(at != NULL, "help lists no commands");
    for (at += strlen("commands:\n"); *at == ' '; at += strcspn(at, "\n") + 1) {
        if (at[NAME_COLUMN] != ' ') {
            cr_assert(count < COMMANDS_MAX);
            snprintf(names[count], NAME_BYTES, "%.*s", SUMMARY_COLUMN - NAME_COLUMN,
                     at + NAME_COLUMN);
            for (size_t end = strlen(names[count]); end > 0 && names[count][end - 1] == ' ';) {
                names[count][--end] = '\0';
            }
            count++;
        }
    }
    return count;
}

Test(messages, help_of_every_command_fits_the_screen, .timeout = 60) {
    char names[COMMANDS_MAX][NAME_BYTES];
    struct run all;
    run_program((const char *[]){run_claimgate(), "help", NULL}, NULL, &all);
    cr_expect(all.exit_code == 0);
    expect_width("", all.out);
    const size_t count = list_commands(all.out, names);
    cr_expect(count >= 10);
    for (size_t i = 0; i < count; i++) {
        char *second = strchr(names[i], ' ');
        struct run help, option;
        if (second != NULL) {
            *second++ = '\0';
        }
        run_program((const char *[]){run_claimgate(), "help", names[i], second, NULL}, NULL, &help);
        run_program((const char *[]){run_claimgate(), names[i], second != NULL ? second : "--help",
                                     second != NULL ? "--help" : NULL, NULL},
                    NULL, &option);
        cr_expect(help.exit_code == 0 && help.err_len == 0, "help %s: %s", names[i], help.err);
        cr_expect(option.exit_code == 0 && strcmp(help.out, option.out) == 0, "%s", names[i]);
        cr_expect(strstr(help.out, "usage: claimgate ") != NULL, "%s", names[i]);
        expect_width(names[i], help.out);
        run_fini(&help);
        run_fini(&option);
    }
    run_fini(&all);
}

/* --- usage --- */

Test(messages, a_slip_of_the_hand_is_answered_with_what_was_meant, .timeout = 60) {
    static const struct {
        const char *args[8];
        int exit_code;
        const char *word; /* on standard output where the exit code is 0 */
    } CASES[] = {
        {{"--version"}, 0, "claimgate "},
        {{"version"}, 0, "claimgate "},
        {{"--help"}, 0, "usage: claimgate COMMAND"},
        {{"-h"}, 0, "usage: claimgate COMMAND"},
        {{NULL}, 64, "claimgate help"},
        {{"vaildate", CLAIMS}, 64, "did you mean \"validate\"?"},
        {{"layout", "chek"}, 64, "did you mean \"layout check\"?"},
        {{"policy"}, 64, "\"policy list\""},
        {{"frobnicate"}, 64, "claimgate help"},
        {{"help", "frobnicate"}, 64, "claimgate help"},
        {{"validate"}, 64, "usage: claimgate validate FILE"},
        {{"validate", CLAIMS}, 64, "--roster DIR is missing"},
        {{"validate", CLAIMS, "--rooster", "x"}, 64, "did you mean --roster?"},
        {{"validate", CLAIMS, "-q"}, 64, "two dashes"},
        {{"validate", CLAIMS, "--roster"}, 64, "--roster needs a value"},
        {{"validate", CLAIMS, "--quiet=yes"}, 64, "--quiet takes no value"},
        {{"validate", CLAIMS, "--threads", "1000"}, 64, "--threads takes a whole number from 0"},
        {{"validate", CLAIMS, "--level", "0"}, 64, "--level takes a whole number from 1 to 9"},
        {{"validate", CLAIMS, "--as-of", "2025-02-30"}, 64, "YYYY-MM-DD"},
        {{"validate", CLAIMS, "--max-reject-rate", "101"}, 64, "from 0 to 100"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const char *argv[RUN_ARGS_MAX] = {run_claimgate()};
        struct run run;
        for (size_t a = 0; a < 8 && CASES[i].args[a] != NULL; a++) {
            argv[1 + a] = CASES[i].args[a];
        }
        run_program(argv, NULL, &run);
        const char *said = CASES[i].exit_code == 0 ? run.out : run.err;
        cr_expect(run.exit_code == CASES[i].exit_code, "case %zu: exit %d", i, run.exit_code);
        cr_expect(strstr(said, CASES[i].word) != NULL, "case %zu: %s", i, said);
        cr_expect(CASES[i].exit_code == 0 || run.out_len == 0, "case %zu: %s", i, run.out);
        run_fini(&run);
    }
}

/* Option lines of help are "  --NAME ARGUMENT  text". */
static size_t expect_no_empty_names(char *command, const char *help) {
    static const char *const NAMES[] = {"FILE",      "DIR",   "NAME",  "ID|FILE",
                                        "NAME|FILE", "TABLE", "CLAIMS"};
    size_t tried = 0;
    char *second = strchr(command, ' ');
    if (second != NULL) {
        *second++ = '\0';
    }
    for (const char *at = help; (at = strstr(at, "\n  --")) != NULL; at++) {
        char option[32] = "", argument[32] = "";
        if (sscanf(at, " %31s %31s", option, argument) != 2) {
            continue;
        }
        for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
            struct run run;
            if (strcmp(argument, NAMES[i]) != 0) {
                continue;
            }
            run_program((const char *[]){run_claimgate(), command, second != NULL ? second : option,
                                         second != NULL ? option : "", second != NULL ? "" : NULL,
                                         NULL},
                        NULL, &run);
            cr_expect(run.exit_code == 64 && strstr(run.err, "is given an empty name") != NULL,
                      "%s %s: exit %d: %s", command, option, run.exit_code, run.err);
            run_fini(&run);
            tried++;
        }
    }
    return tried;
}

Test(messages, an_option_that_names_a_file_is_never_empty, .timeout = 60) {
    char names[COMMANDS_MAX][NAME_BYTES];
    struct run all;
    size_t tried = 0;
    run_program((const char *[]){run_claimgate(), "help", NULL}, NULL, &all);
    const size_t count = list_commands(all.out, names);
    for (size_t i = 0; i < count; i++) {
        struct run help;
        char *command = NULL;
        cr_assert(asprintf(&command, "%s help %s", run_claimgate(), names[i]) > 0);
        run_program((const char *[]){"sh", "-c", command, NULL}, NULL, &help);
        tried += expect_no_empty_names(names[i], help.out);
        run_fini(&help);
        free(command);
    }
    cr_expect(tried > 35, "%zu", tried);
    run_fini(&all);
}

/* --- results --- */

/* Of a large page too, and of answers that left before the last one. */
Test(messages, a_full_standard_output_is_told_as_a_full_disk, .timeout = 60) {
    static const char script[] =
        "on='--roster fixtures/quickstart/roster --as-of 2025-06-30'; claims=fixtures/quickstart/"
        "claims.csv; $0 validate $claims $on --quiet --out $1/o; for words in help "
        "'policy show ms-full' \"report $1/o/report.json\" \"check - $on\"; do "
        "$0 $words < $claims > /dev/full; echo $?; done";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    run_program((const char *[]){"sh", "-c", script, run_claimgate(), scene.dir, NULL}, NULL, &run);
    cr_expect_str_eq(run.out, "74\n74\n74\n74\n", "%s", run.out);
    uint32_t told = 0;
    const char *at = run.err;
    while ((at = strstr(at, "cannot write to standard output: No space left")) != NULL) {
        told++;
        at++;
    }
    cr_expect(told == 4, "%s", run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* `head` has had enough: exit 74 as ever, but nothing is said. */
Test(messages, an_answer_whose_reader_is_gone_ends_silently, .timeout = 60) {
    static const char script[] =
        "$0 validate fixtures/quickstart/claims.csv --roster fixtures/quickstart/roster --quiet "
        "--as-of 2025-06-30 --ledger $1/l --out $1/o; for words in 'ledger export --table line' "
        "'usage M-01' 'explain CLM-1001' 'ledger runs' 'members --date 2025-01-09'; do "
        "{ sleep 0.2; $0 $words --ledger $1/l; echo $? >> $1/codes; } | true; done; cat $1/codes";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    run_program((const char *[]){"bash", "-c", script, run_claimgate(), scene.dir, NULL}, NULL,
                &run);
    cr_expect_str_eq(run.out, "74\n74\n74\n74\n74\n", "%s", run.out);
    cr_expect_str_eq(run.err, "");
    run_fini(&run);
    scene_remove(&scene);
}

Test(messages, a_summary_that_cannot_be_written_does_not_hide_what_is_published, .timeout = 60) {
    struct scene scene;
    struct run run;
    char command[2 * RUN_PATH_BYTES];
    scene_make(&scene);
    const char *out = scene_path(&scene, "out");
    snprintf(command, sizeof command,
             "exec %s validate fixtures/quickstart/claims.csv --roster fixtures/quickstart/roster "
             "--as-of 2025-06-30 --out %s >/dev/full",
             run_claimgate(), out);
    run_program((const char *[]){"sh", "-c", command, NULL}, NULL, &run);
    cr_expect(run.exit_code == 74, "exit %d", run.exit_code);
    cr_expect(strstr(run.err, "published; only the summary could not be written") != NULL, "%s",
              run.err);
    run_fini(&run);
    size_t len = 0;
    free(scene_read(out, "report.json", &len));
    cr_expect(len > 0);
    scene_remove(&scene);
}

Test(messages, every_problem_of_a_roster_is_listed_once, .timeout = 60) {
    struct run run;
    scene_validate(
        (const char *[]){CLAIMS, "--roster", "fixtures/bad/roster_status", "--dry-run", NULL}, NULL,
        &run);
    const char *first = strstr(run.err, "credentials.csv:5:");
    cr_expect(run.exit_code == 78 && first != NULL, "%s", run.err);
    cr_expect(strstr(first + 1, "credentials.csv:5:") == NULL, "%s", run.err);
    cr_expect(strstr(run.err, "problems to mend") != NULL, "%s", run.err);
    run_fini(&run);
}

Test(messages, a_run_without_a_line_in_scope_says_so, .timeout = 60) {
    static const char TEXT[] = HEADER "C-1,1,M-1,2025-01-06,99213,1,1000000004,,,,\n";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *path = scene_file(&scene, "claims.csv", TEXT, sizeof TEXT - 1);
    scene_validate((const char *[]){path, "--dry-run", NULL}, NULL, &run);
    cr_expect(run.exit_code == 0 && strstr(run.err, "no record is in scope") != NULL, "%s",
              run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* The report, printed or in its file, of every kind of run. */
Test(messages, every_report_is_what_its_schema_says, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    const char *ledger = scene_path(&scene, "ledger.db");
    const char *const KINDS[][10] = {
        {CLAIMS, "--dry-run"},
        {"-", "--dry-run", "--threads", "0"},
        {CLAIMS, CLAIMS, "--dry-run", "--threads", "7"},
        {"fixtures/good/header_only/claims.csv", "--dry-run"},
        {"fixtures/bad/malformed/claims.csv", "--dry-run"},
        {"fixtures/bad/nul/claims.csv", "--dry-run"},
        {CLAIMS, "--dry-run", "--max-reject-rate", "0"},
        {CLAIMS, "--accepted", "/dev/null", "--rejected", scene_path(&scene, "r.csv")},
        {CLAIMS, "--out", scene_path(&scene, "out"), "--level", "9", "--fail-on-reject"},
        {CLAIMS, "--out", scene_path(&scene, "with-ledger"), "--ledger", ledger},
    };
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        const char *args[RUN_ARGS_MAX] = {"--json"};
        struct run run;
        for (size_t a = 0; a < 10 && KINDS[i][a] != NULL; a++) {
            args[1 + a] = KINDS[i][a];
        }
        scene_validate(args, CLAIMS, &run);
        cr_expect(run.exit_code <= 1, "kind %zu: exit %d: %s", i, run.exit_code, run.err);
        scene_check_report(run.out, run.out_len);
        run_fini(&run);
    }
    size_t len = 0;
    char *report = scene_read(scene_path(&scene, "with-ledger"), "report.json", &len);
    scene_check_report(report, len);
    cr_expect(scene_count(report, "run", "id") == 1);
    free(report);
    scene_remove(&scene);
}

/* The totals stand at the end again where the reasons have pushed them off the screen. */
Test(messages, a_long_summary_shows_its_totals_on_a_screen_of_24_rows, .timeout = 60) {
    static const char script[] =
        "$2 --out $1/g --lines 3000 --seed 4 --quiet; $0 validate $1/g/claims.csv.gz --roster "
        "$1/g/roster --as-of 2025-12-31 --dry-run | tail -n 24 | grep -c '^in all 3,000 lines: '";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    run_program(
        (const char *[]){"bash", "-c", script, run_claimgate(), scene.dir, run_generator(), NULL},
        NULL, &run);
    cr_expect_str_eq(run.out, "1\n", "%s%s", run.out, run.err);
    run_fini(&run);
    scene_remove(&scene);
}
