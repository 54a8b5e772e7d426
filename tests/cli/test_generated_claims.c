/*
 * Generated files through the program itself: what `generate` promises is what `validate` finds.
 */
#include "support/run.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claimgate/rules/reason.h"

static const char *const SHAPES[] = {"ms", "ms-full", "la", "mi"};
enum { SHAPE_COUNT = sizeof SHAPES / sizeof SHAPES[0] };

static const char *const REASONS[CG_REASON_COUNT] = {
#define REASON_NAME(name, text) #text,
    CG_REASON_TABLE(REASON_NAME)
#undef REASON_NAME
};

static void expect_success(const char *const argv[]) {
    struct run run;
    run_program(argv, NULL, &run);
    cr_assert(run.exit_code == 0, "%s %s: exit %d: %s", argv[1], argv[2], run.exit_code, run.err);
    run_fini(&run);
}

/* Generate below `dir`; `more` is closed by NULL. */
static void generate(const char *dir, const char *name, const char *const more[]) {
    char out[RUN_PATH_BYTES];
    run_join(out, dir, name);
    const char *argv[RUN_ARGS_MAX] = {run_generator(), "--quiet", "--out", out};
    for (size_t i = 0; more[i] != NULL; i++) {
        argv[4 + i] = more[i];
    }
    expect_success(argv);
}

/* Validate the claims of folder `made` into folder `result`; returns the report. */
static char *validate(const char *dir, const char *made, const char *policy, const char *result) {
    char claims[RUN_PATH_BYTES], roster[RUN_PATH_BYTES], out[RUN_PATH_BYTES];
    char folder[RUN_PATH_BYTES], report[RUN_PATH_BYTES];
    size_t len = 0;
    run_join(folder, dir, made);
    run_join(claims, folder, "claims.csv.gz");
    run_join(roster, folder, "roster");
    run_join(out, dir, result);
    run_join(report, out, "report.json");
    expect_success((const char *[]){run_claimgate(), "validate", "--quiet", claims, "--roster",
                                    roster, "--policy", policy, "--as-of", "2025-06-30", "--out",
                                    out, NULL});
    return run_read_file(report, &len);
}

/* True when the report's object `part` ("reasons" or "warnings") has this name. */
static bool tells(const char *report, const char *part, const char *name) {
    char wanted[128];
    snprintf(wanted, sizeof wanted, "\"%s\": {", part);
    const char *begin = strstr(report, wanted);
    cr_assert(begin != NULL, "the report has no %s", part);
    begin += strlen(wanted);
    if (*begin == '}') {
        return false;
    }
    const char *end = strstr(begin, "\n  }");
    snprintf(wanted, sizeof wanted, "\"%s\":", name);
    const char *found = strstr(begin, wanted);
    return found != NULL && (end == NULL || found < end);
}

Test(generated_claims, every_reason_occurs, .timeout = 120) {
    bool seen[CG_REASON_COUNT] = {false};
    char dir[RUN_PATH_BYTES];
    run_make_dir(dir);
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        char result[32];
        snprintf(result, sizeof result, "%s-out", SHAPES[i]);
        generate(dir, SHAPES[i],
                 (const char *[]){"--lines", "60000", "--policy-shape", SHAPES[i], "--error",
                                  "procedure_code_near=0.1", NULL});
        char *report = validate(dir, SHAPES[i], SHAPES[i], result);
        for (size_t r = 0; r < CG_REASON_CAP; r++) {
            seen[r] = seen[r] || tells(report, "reasons", REASONS[r]) ||
                      tells(report, "warnings", REASONS[r]);
        }
        seen[CG_REASON_CAP] = seen[CG_REASON_CAP] || (tells(report, "reasons", "daily_cap") &&
                                                      tells(report, "reasons", "yearly_cap"));
        free(report);
    }
    seen[CG_REASON_CLAIM_REJECTED] =
        true; /* of records that hold several lines: none is made here */
    for (size_t r = 0; r < CG_REASON_COUNT; r++) {
        cr_expect(seen[r], "%s never occurs", REASONS[r]);
    }
    run_remove_dir(dir);
}

Test(generated_claims, without_errors_only_caps_reject, .timeout = 120) {
    char dir[RUN_PATH_BYTES];
    run_make_dir(dir);
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        char result[32];
        snprintf(result, sizeof result, "%s-out", SHAPES[i]);
        generate(dir, SHAPES[i],
                 (const char *[]){"--lines", "30000", "--errors", "0", "--quoted", "1",
                                  "--out-of-scope", "10", "--policy-shape", SHAPES[i], NULL});
        char *report = validate(dir, SHAPES[i], SHAPES[i], result);
        for (size_t r = 0; r < CG_REASON_CAP; r++) {
            cr_expect(!tells(report, "reasons", REASONS[r]), "%s: %s", SHAPES[i], REASONS[r]);
        }
        free(report);
    }
    run_remove_dir(dir);
}

/* The layouts other than tuva are found by their header alone. */
Test(generated_claims, each_layout_is_read_as_it_was_written, .timeout = 120) {
    static const char *const LAYOUTS[] = {"tuva",        "taf-ot",         "cclf5",
                                          "rif-carrier", "rif-outpatient", "synthea"};
    char dir[RUN_PATH_BYTES];
    run_make_dir(dir);
    for (size_t i = 0; i < sizeof LAYOUTS / sizeof LAYOUTS[0]; i++) {
        char result[32], wanted[64];
        snprintf(result, sizeof result, "%s-out", LAYOUTS[i]);
        snprintf(wanted, sizeof wanted, "\"name\": \"%s\"", LAYOUTS[i]);
        generate(
            dir, LAYOUTS[i],
            (const char *[]){"--lines", "5000", "--errors", "0", "--layout", LAYOUTS[i], NULL});
        char *report = validate(dir, LAYOUTS[i], "ms", result);
        cr_expect(strstr(report, wanted) != NULL, "%s: another layout was used", LAYOUTS[i]);
        cr_expect(strstr(report, "\"out_of_scope\": 0") != NULL, "%s", LAYOUTS[i]);
        for (size_t r = 0; r < CG_REASON_CAP; r++) {
            cr_expect(!tells(report, "reasons", REASONS[r]), "%s: %s", LAYOUTS[i], REASONS[r]);
        }
        free(report);
    }
    run_remove_dir(dir);
}

/* The content of one of validate's outputs; rejected rows of several inputs differ in their first
 * two columns, so only the accepted file is compared whole. */
static char *accepted_of(const char *dir, const char *result, size_t *len) {
    char path[RUN_PATH_BYTES], out[RUN_PATH_BYTES];
    run_join(out, dir, result);
    run_join(path, out, "accepted.csv.gz");
    return run_gunzip(path, len);
}

Test(generated_claims, seven_files_are_decided_as_one, .timeout = 120) {
    char dir[RUN_PATH_BYTES], roster[RUN_PATH_BYTES], out[RUN_PATH_BYTES];
    char claims[7][RUN_PATH_BYTES];
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(), "validate",  "--quiet", "--as-of",
                                      "2025-06-30",    "--threads", "2"};
    size_t count = 7, one_len = 0, seven_len = 0;
    run_make_dir(dir);
    generate(dir, "one", (const char *[]){"--lines", "30000", "--seed", "5", NULL});
    generate(dir, "seven",
             (const char *[]){"--lines", "30000", "--seed", "5", "--files", "7", NULL});
    free(validate(dir, "one", "ms", "one-out"));
    for (int i = 0; i < 7; i++) {
        char name[48];
        snprintf(name, sizeof name, "seven/claims-%02d.csv.gz", i + 1);
        run_join(claims[i], dir, name);
        argv[count++] = claims[i];
    }
    run_join(roster, dir, "seven/roster");
    run_join(out, dir, "seven-out");
    argv[count++] = "--roster";
    argv[count++] = roster;
    argv[count++] = "--out";
    argv[count++] = out;
    expect_success(argv);
    char *one = accepted_of(dir, "one-out", &one_len);
    char *seven = accepted_of(dir, "seven-out", &seven_len);
    cr_assert(one_len == seven_len && memcmp(one, seven, one_len) == 0);
    free(one);
    free(seven);
    run_remove_dir(dir);
}
