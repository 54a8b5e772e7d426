#include "support/run.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"

struct names {
    const char *accepted;
    const char *rejected;
    const char *says;
};

Test(output_names, no_output_takes_the_place_of_an_input_or_of_another_output) {
    static const struct names cases[] = {
        {"claims.csv", "rejected.csv", "is an input and would be lost"},
        {"accepted.csv", "./claims.csv", "is an input and would be lost"},
        {"both.csv", "./both.csv", "two outputs have the same name"},
    };
    char dir[RUN_PATH_BYTES];
    char input[RUN_PATH_BYTES + 32];
    size_t len = 0;
    char *claims = run_read_file(CLAIMS, &len);
    run_make_dir(dir);
    snprintf(input, sizeof input, "%s/claims.csv", dir);
    run_write_file(input, claims, len);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char accepted[RUN_PATH_BYTES + 32];
        char rejected[RUN_PATH_BYTES + 32];
        struct run run;
        size_t left = 0;
        snprintf(accepted, sizeof accepted, "%s/%s", dir, cases[i].accepted);
        snprintf(rejected, sizeof rejected, "%s/%s", dir, cases[i].rejected);
        const char *const argv[] = {run_claimgate(), "validate", input,        "--roster",
                                    ROSTER,          "--quiet",  "--accepted", accepted,
                                    "--rejected",    rejected,   NULL};
        run_program(argv, NULL, &run);
        cr_expect_eq(run.exit_code, 64, "case %zu: %d", i, run.exit_code);
        cr_expect_not_null(strstr(run.err, cases[i].says), "%s", run.err);
        run_fini(&run);
        char *now = run_read_file(input, &left);
        cr_expect(left == len && memcmp(now, claims, len) == 0, "case %zu", i);
        free(now);
    }
    free(claims);
    run_remove_dir(dir);
}
