/*
 * Feeds as their sources send them, with the history that they tell: what the layout leaves out,
 * maps, turns round and reads from another column, it does so that every line is decided as the
 * same line of the default layout, with the same units and the same accumulators before it.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(generated_feeds, .init = set_up, .fini = tear_down, .timeout = 120);

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
    " FROM decision ORDER BY source_line";
static const char ACCUMULATORS[] = "SELECT * FROM usage_by_year ORDER BY member_id, benefit_year";

struct run_of {
    const char *ledger;
    char *report;
};

static struct run_of decide(const char *made, const char *claims, const char *layout) {
    struct run_of run;
    size_t len;
    char input[RUN_PATH_BYTES + 32], roster[RUN_PATH_BYTES + 32];
    const char *out = scene_path(&scene, "%s.out", claims);
    run.ledger = scene_path(&scene, "%s.ledger", claims);
    snprintf(input, sizeof input, "%s/%s", made, claims);
    snprintf(roster, sizeof roster, "%s/roster", made);
    scene_expect_success((const char *const[]){input, "--layout", layout, "--roster", roster,
                                               "--out", out, "--ledger", run.ledger, NULL},
                         NULL);
    run.report = scene_read(out, "report.json", &len);
    scene_check_report(run.report, len);
    return run;
}

/* The caller frees. */
static char *ask(const char *ledger, const char *sql) {
    struct run run;
    run_program((const char *const[]){"sqlite3", "-readonly", ledger, sql, NULL}, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    free(run.err);
    return run.out;
}

static void expect_same_rows(const char *name, const struct run_of *feed,
                             const struct run_of *history, const char *sql) {
    char *ours = ask(feed->ledger, sql), *theirs = ask(history->ledger, sql);
    size_t at = 0, line = 0;
    for (; ours[at] != '\0' && ours[at] == theirs[at]; at++) {
        line = ours[at] == '\n' ? at + 1 : line;
    }
    cr_expect(ours[at] == theirs[at], "%s, first difference:\n%.*s\n%.*s", name,
              (int)strcspn(ours + line, "\n"), ours + line, (int)strcspn(theirs + line, "\n"),
              theirs + line);
    cr_expect(at > 0, "%s: no rows", name);
    free(ours);
    free(theirs);
}

static void expect_same_counts(const char *name, const struct run_of *feed,
                               const struct run_of *history, long long left_out) {
    static const char *const COUNTS[] = {"rejected", "malformed", "out_of_scope", "taken_back"};
    static const char *const UNITS[] = {"submitted", "accepted", "rejected", "taken_back"};
    for (size_t i = 0; i < 4; i++) {
        cr_expect_eq(scene_count(feed->report, "counts", COUNTS[i]),
                     scene_count(history->report, "counts", COUNTS[i]), "%s %s", name, COUNTS[i]);
        cr_expect_eq(scene_count(feed->report, "units", UNITS[i]),
                     scene_count(history->report, "units", UNITS[i]), "%s %s", name, UNITS[i]);
    }
    cr_expect_eq(scene_count(feed->report, "counts", "records"),
                 scene_count(history->report, "counts", "records") + left_out, "%s", name);
}

struct source {
    const char *name;
    const char *layout;
    bool leaves_out;
    bool takes_back;
};

static void expect_feed(const struct source *source, const char *seed) {
    char name[64], label[96];
    snprintf(name, sizeof name, "%s-feed", source->name);
    snprintf(label, sizeof label, "%s, seed %s", name, seed);
    const char *made = scene_generate(
        &scene, name,
        (const char *const[]){"--layout", name, "--history", "--plain", "--lines", "3000", "--seed",
                              seed, "--errors", "0.4", "--voids", "3", "--replacements", "4",
                              "--out-of-scope", "3", "--quoted", "2", NULL});
    struct run_of feed = decide(made, "claims.csv", source->layout);
    struct run_of history = decide(made, "history.csv", "tuva");
    expect_same_rows(label, &feed, &history, DECISIONS);
    expect_same_rows(label, &feed, &history, ACCUMULATORS);
    const long long left_out =
        source->leaves_out ? scene_count(feed.report, "counts", "left_out") : 0;
    expect_same_counts(label, &feed, &history, left_out);
    cr_expect_eq(scene_count(feed.report, "counts", "repeated_headers"), 2, "%s", label);
    cr_expect((left_out > 200) == source->leaves_out, "%s", label);
    cr_expect((scene_count(feed.report, "counts", "taken_back") > 100) == source->takes_back, "%s",
              label);
    free(feed.report);
    free(history.report);
    tear_down();
    set_up();
}

static void expect_each_seed(struct source source) {
    static const char *const SEEDS[] = {"1", "2", "3"};
    for (size_t i = 0; i < sizeof SEEDS / sizeof SEEDS[0]; i++) {
        expect_feed(&source, SEEDS[i]);
    }
}

Test(generated_feeds, tuva_reads_a_claims_dates_where_a_line_has_none) {
    expect_each_seed((struct source){"tuva", "tuva", false, true});
}

Test(generated_feeds, synthea_is_decided_by_its_charges) {
    expect_each_seed((struct source){"synthea", "synthea", true, false});
}

Test(generated_feeds, cclf5_is_decided_as_its_history) {
    expect_each_seed((struct source){"cclf5", "cclf5", true, true});
}

Test(generated_feeds, taf_ot_is_decided_as_its_history) {
    expect_each_seed((struct source){"taf-ot", "taf-ot", true, true});
}

Test(generated_feeds, taf_ot_is_decided_the_same_by_the_names_of_its_programs) {
    expect_each_seed((struct source){"taf-ot-programs", "taf-ot", true, true});
}

Test(generated_feeds, rif_carrier_is_decided_by_what_was_paid) {
    expect_each_seed((struct source){"rif-carrier", "rif-carrier", true, false});
}

Test(generated_feeds, rif_outpatient_is_decided_as_its_history) {
    expect_each_seed((struct source){"rif-outpatient", "rif-outpatient", true, true});
}

Test(generated_feeds, a_state_extract_is_decided_as_its_history) {
    expect_each_seed(
        (struct source){"state-extract", "fixtures/layouts/state-extract.json", true, true});
}
