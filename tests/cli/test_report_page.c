/*
 * report.html says what report.json says, to whoever opens it, and nothing of a claim.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"

static struct scene scene;

static char *make_page(char **report) {
    size_t len;
    scene_make(&scene);
    scene_expect_success((const char *[]){CLAIMS, "--ledger", scene_path(&scene, "ledger"), "--out",
                                          scene_path(&scene, "out"), "--html", NULL},
                         NULL);
    *report = scene_read(scene_path(&scene, "out"), "report.json", &len);
    scene_check_report(*report, len);
    return scene_read(scene_path(&scene, "out"), "report.html", &len);
}

static void expect_figure(const char *page, const char *label, long long number) {
    char text[160];
    snprintf(text, sizeof text, "<dt>%s</dt><dd class=\"", label);
    const char *at = strstr(page, text);
    cr_assert(at != NULL, "%s", text);
    at = strchr(at + strlen(text), '>') + 1;
    cr_expect_eq(strtoll(at, NULL, 10), number, "%s: %.12s", label, at);
}

static long long sum_of(const char *report, const char *list, const char *key) {
    char name[32];
    long long sum = 0;
    const char *at = strstr(report, list);
    const char *end = at != NULL ? strchr(at, ']') : NULL;
    snprintf(name, sizeof name, "\"%s\": ", key);
    while (at != NULL && (at = strstr(at, name)) != NULL && at < end) {
        at += strlen(name);
        sum += strtoll(at, NULL, 10);
    }
    return sum;
}

Test(report_page, numbers_are_those_of_the_report) {
    char *report;
    char *page = make_page(&report);
    expect_figure(page, "records", scene_count(report, "counts", "records"));
    expect_figure(page, "accepted", scene_count(report, "counts", "accepted"));
    expect_figure(page, "rejected", scene_count(report, "counts", "rejected"));
    expect_figure(page, "units accepted", scene_count(report, "units", "accepted"));
    expect_figure(page, "units rejected", scene_count(report, "units", "rejected"));
    cr_expect(strstr(page, "<td>daily_cap</td><td class=\"n\">2</td><td class=\"n\">8</td>") !=
              NULL);
    free(page);
    free(report);
    scene_remove(&scene);
}

/* The one line of the fixture whose date is invalid has no units either. */
Test(report_page, days_add_up_to_the_units) {
    char *report;
    char *page = make_page(&report);
    cr_expect_eq(sum_of(report, "\"days\"", "accepted"), scene_count(report, "units", "accepted"));
    cr_expect_eq(sum_of(report, "\"days\"", "rejected"), scene_count(report, "units", "rejected"));
    free(page);
    free(report);
    scene_remove(&scene);
}

Test(report_page, it_asks_nobody_and_names_no_member_and_no_claim) {
    static const char *const never[] = {
        "<script", "http:", "https:", "src=", "url(", "M-01", "CLM-"};
    char *report;
    char *page = make_page(&report);
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        cr_expect(strstr(page, never[i]) == NULL, "%s", never[i]);
    }
    cr_expect_lt(strlen(page), 300000);
    free(page);
    free(report);
    scene_remove(&scene);
}

Test(report_page, it_is_made_again_from_the_report_and_the_ledger) {
    struct run run;
    char *report;
    char *page = make_page(&report);
    const char *const argv[] = {run_claimgate(), "report", scene_path(&scene, "out/report.json"),
                                NULL};
    run_program(argv, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_str_eq(run.out, page, "the first run of a ledger has none before it");
    run_fini(&run);
    const char *const with[] = {run_claimgate(),
                                "report",
                                scene_path(&scene, "out/report.json"),
                                "--ledger",
                                scene_path(&scene, "ledger"),
                                NULL};
    run_program(with, NULL, &run);
    cr_expect(strstr(run.out, "The last runs") != NULL);
    run_fini(&run);
    const char *const verify[] = {
        run_claimgate(), "ledger", "verify", "--ledger", scene_path(&scene, "ledger"), NULL};
    run_program(verify, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.out);
    run_fini(&run);
    free(page);
    free(report);
    scene_remove(&scene);
}

Test(report_page, what_is_no_report_is_refused_with_its_place) {
    static const char text[] = "{\"claimgate\": 1}";
    struct run run;
    scene_make(&scene);
    const char *const argv[] = {run_claimgate(), "report",
                                scene_file(&scene, "r.json", text, sizeof text - 1), NULL};
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 65, "%d", run.exit_code);
    cr_expect(strstr(run.err, "r.json:1:") != NULL, "%s", run.err);
    cr_expect_str_eq(run.out, "");
    run_fini(&run);
    scene_remove(&scene);
}
