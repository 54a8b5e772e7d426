/*
 * Feeds as their sources send them, with the history that they tell: what the layout leaves out,
 * maps, turns round and reads from another column, it does so that every line is decided as the
 * same line of the default layout, with the same units and the same accumulators before it.
 */
#include "support/told.h"

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
    struct told feed = told_decide(&scene, made, "claims.csv",
                                   (const char *const[]){"--layout", source->layout, NULL});
    struct told history =
        told_decide(&scene, made, "history.csv", (const char *const[]){"--layout", "tuva", NULL});
    told_expect_same_lines(label, &feed, &history);
    const long long left_out =
        source->leaves_out ? scene_count(feed.report, "counts", "left_out") : 0;
    told_expect_same_counts(label, &feed, &history, left_out);
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
