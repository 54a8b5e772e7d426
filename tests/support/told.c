#include "told.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A ledger keeps of a line what it was read as. Only what says nothing is left away: the original
 * of a claim that takes nothing back, an end on the day of the start or beside a start that is no
 * date, the units of a void, and a sentence that names a column. */
static const char DECISIONS[] =
    "SELECT member_id, claim_id, claim_line_number, claim_frequency_code,"
    " iif(claim_frequency_code = 1, NULL, original_claim_id), start_date,"
    " iif(end_date = start_date OR reasons LIKE '%date_invalid%', NULL, end_date),"
    " hcpcs_code, modifiers, rendering_npi, iif(claim_frequency_code = 8, NULL, units),"
    " accepted_units, decision, reasons, cap_used, units_used, units_available, exempt,"
    " taken_back_by, iif(cap_used IS NULL, NULL, detail)"
    " FROM decision ORDER BY source_line, claim_line_number";
static const char ACCUMULATORS[] = "SELECT * FROM usage_by_year ORDER BY member_id, benefit_year";

struct told told_decide(struct scene *scene, const char *made, const char *claims,
                        const char *const more[]) {
    struct told told;
    size_t len, count = 6;
    char input[RUN_PATH_BYTES + 32], roster[RUN_PATH_BYTES + 32];
    const char *out = scene_path(scene, "%s.out", claims);
    told.ledger = scene_path(scene, "%s.ledger", claims);
    snprintf(input, sizeof input, "%s/%s", made, claims);
    snprintf(roster, sizeof roster, "%s/roster", made);
    const char *args[RUN_ARGS_MAX] = {input, "--roster", roster, "--out", out, "--ledger"};
    args[count++] = told.ledger;
    for (size_t i = 0; more[i] != NULL; i++) {
        args[count++] = more[i];
    }
    scene_expect_success(args, NULL);
    told.report = scene_read(out, "report.json", &len);
    scene_check_report(told.report, len);
    return told;
}

/* The caller frees. */
static char *ask(const char *ledger, const char *sql) {
    struct run run;
    run_program((const char *const[]){"sqlite3", "-readonly", ledger, sql, NULL}, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    free(run.err);
    return run.out;
}

static void expect_same_rows(const char *name, const struct told *ours, const struct told *theirs,
                             const char *sql) {
    char *one = ask(ours->ledger, sql), *other = ask(theirs->ledger, sql);
    size_t at = 0, line = 0;
    for (; one[at] != '\0' && one[at] == other[at]; at++) {
        line = one[at] == '\n' ? at + 1 : line;
    }
    cr_expect(one[at] == other[at], "%s, first difference:\n%.*s\n%.*s", name,
              (int)strcspn(one + line, "\n"), one + line, (int)strcspn(other + line, "\n"),
              other + line);
    cr_expect(at > 0, "%s: no rows", name);
    free(one);
    free(other);
}

void told_expect_same_lines(const char *name, const struct told *ours, const struct told *theirs) {
    expect_same_rows(name, ours, theirs, DECISIONS);
    expect_same_rows(name, ours, theirs, ACCUMULATORS);
}

void told_expect_same_counts(const char *name, const struct told *ours, const struct told *theirs,
                             long long left_out) {
    static const char *const COUNTS[] = {"rejected", "malformed", "out_of_scope", "taken_back"};
    static const char *const UNITS[] = {"submitted", "accepted", "rejected", "taken_back"};
    for (size_t i = 0; i < 4; i++) {
        cr_expect_eq(scene_count(ours->report, "counts", COUNTS[i]),
                     scene_count(theirs->report, "counts", COUNTS[i]), "%s %s", name, COUNTS[i]);
        cr_expect_eq(scene_count(ours->report, "units", UNITS[i]),
                     scene_count(theirs->report, "units", UNITS[i]), "%s %s", name, UNITS[i]);
    }
    cr_expect_eq(scene_count(ours->report, "counts", "records"),
                 scene_count(theirs->report, "counts", "records") + left_out, "%s", name);
}
