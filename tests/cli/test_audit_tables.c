/*
 * What an audit says of services, providers and charges: in the rows of changes.csv.gz, and in the
 * tables of summary.json.
 */
#include "claimgate/json/json.h"
#include "support/audited.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char claims[] =
    "claim_id,claim_line_number,member_id,claim_line_start_date,claim_line_end_date,hcpcs_code,"
    "hcpcs_modifier_1,hcpcs_modifier_2,service_unit_quantity,rendering_npi,billing_npi,"
    "charge_amount,claim_frequency_code\n"
    "A,1,M1,2025-01-06,,H0038,HQ,HE,4,1000000004,1000000012,80.10,1\n"
    "B,1,M2,2024-12-30,,H0038,,,2,1000000004,1000000012,0.0001,1\n"
    "C,1,M3,2025-01-06,,H0038,,,4,1000000004,,-5,1\n"
    "D,1,M4,2025-01-07,,H0038,,,4,1000000004,1000000012,many,1\n"
    "A,1,M1,2025-01-06,,H0038,HQ,HE,4,1000000004,1000000012,80.10,8\n"
    "E,1,M5,2025-01-07,,99213,,,1,1000000004,1000000012,7000,1\n";
static const char accepted[] = "claim_id,claim_line_number\nE,1\n";
static const char rejected[] = "claim_id,claim_line_number,reject_reason\nB,1,119\nC,1,18\n";

struct trial {
    struct audited_history history;
    struct run run;
    const char *out;
};

static void make(struct trial *trial) {
    struct scene *scene = &trial->history.scene;
    scene_make(scene);
    trial->history.roster = "fixtures/quickstart/roster";
    const char *now = scene_file(scene, "now.csv", claims, sizeof claims - 1);
    scene_file(scene, "accepted.csv", accepted, sizeof accepted - 1);
    scene_file(scene, "rejected.csv", rejected, sizeof rejected - 1);
    trial->out = scene_path(scene, "audit");
    history_audit(&trial->history, trial->out,
                  WITH(now, "--decided", scene->dir, "--as-of", "2025-06-30"), &trial->run);
    cr_assert(trial->run.exit_code == 1, "exit %d: %s", trial->run.exit_code, trial->run.err);
}

static void end(struct trial *trial) {
    run_fini(&trial->run);
    scene_remove(&trial->history.scene);
}

Test(audit_tables, a_change_names_its_service_its_providers_and_its_charge) {
    struct trial trial;
    size_t len = 0;
    make(&trial);
    char *changes = scene_read(trial.out, "changes.csv.gz", &len);
    cr_expect(strstr(changes, ",detail_now,claim_line_start_date,claim_line_end_date,hcpcs_code,"
                              "modifiers,service_unit_quantity,rendering_npi,billing_npi,"
                              "charge_amount\n") != NULL,
              "%s", changes);
    cr_expect(strstr(changes, ",2,A,1,M1,absent,,,accepted,,4,,2025-01-06,2025-01-06,H0038,HQ:HE,4,"
                              "1000000004,1000000012,80.1000\n") != NULL,
              "%s", changes);
    cr_expect(strstr(changes, ",2024-12-30,2024-12-30,H0038,,2,1000000004,1000000012,0.0001\n") !=
                  NULL,
              "%s", changes);
    cr_expect(strstr(changes, "H0038,,4,1000000004,,-5.0000\n") != NULL, "%s", changes);
    cr_expect(strstr(changes, "H0038,,4,1000000004,1000000012,\n") != NULL,
              "a charge that is no number is blank: %s", changes);
    free(changes);
    end(&trial);
}

/* "then now lines units charges" of the rows of a table with this name. */
static void expect_group(const char *summary, const char *table, const char *key,
                         const char *wanted) {
    struct cg_problems problems;
    char found[128] = "";
    cg_problems_init(&problems);
    struct cg_json_doc *doc =
        cg_json_load("summary.json", summary, strlen(summary), NULL, &problems);
    cr_assert(doc != NULL);
    const struct cg_json *rows = cg_json_member(cg_json_root(doc), table);
    for (size_t i = 0; i < cg_json_count(rows); i++) {
        const struct cg_json *row = cg_json_item(rows, i);
        const char *name = strcmp(table, "by_year") == 0 ? "year" : "npi";
        const struct cg_json *named = cg_json_member(row, name);
        char decisions[64];
        snprintf(decisions, sizeof decisions, "%s %s ", cg_json_string(cg_json_member(row, "then")),
                 cg_json_string(cg_json_member(row, "now")));
        if (strcmp(cg_json_string(named), key) == 0 &&
            strncmp(wanted, decisions, strlen(decisions)) == 0) {
            snprintf(found, sizeof found, "%s%lld %lld %s", decisions,
                     (long long)cg_json_integer(cg_json_member(row, "lines")),
                     (long long)cg_json_integer(cg_json_member(row, "units")),
                     cg_json_string(cg_json_member(row, "charges")));
        }
    }
    cr_expect_str_eq(found, wanted, "%s %s: %s", table, key, summary);
    cg_json_free(doc);
    cg_problems_fini(&problems);
}

Test(audit_tables, years_agencies_and_providers_are_summed_up_exactly) {
    struct trial trial;
    size_t len = 0;
    make(&trial);
    char *summary = scene_read(trial.out, "summary.json", &len);
    scene_check_json("audit.schema.json", summary, len);
    /* The void counts as a line, without units or charge; what no rule is for, not at all. */
    expect_group(summary, "by_year", "2025", "absent accepted 2 8 80.1000");
    expect_group(summary, "by_year", "2024", "rejected accepted 1 2 0.0001");
    expect_group(summary, "by_billing_agency", "1000000012", "absent accepted 2 8 80.1000");
    expect_group(summary, "by_billing_agency", "1000000012", "absent rejected 1 0 0.0000");
    expect_group(summary, "by_billing_agency", "none", "rejected accepted 1 4 -5.0000");
    expect_group(summary, "by_provider", "1000000004", "rejected accepted 2 6 -4.9999");
    cr_expect(strstr(summary, "7000") == NULL, "%s", summary);
    free(summary);
    end(&trial);
}

/* A and B stood, C had no such provider, A was voided in the next night; E was never tested. */
Test(audit_tables, lines_that_leave_the_policys_scope_keep_their_units_and_charges) {
    static const char head[] = "claim_id,claim_line_number,member_id,claim_line_start_date,"
                               "hcpcs_code,service_unit_quantity,rendering_npi,charge_amount,"
                               "claim_frequency_code,original_claim_id\n";
    static const char rows[] = "A,1,M1,2025-01-06,H0038,4,1000000004,80.10,1,\n"
                               "B,1,M1,2025-01-07,H0038,2,1000000004,40,1,\n"
                               "C,1,M3,2025-01-06,H0038,3,1234567893,60,1,\n"
                               "V,1,M1,2025-01-06,H0038,4,1000000004,80.10,8,A\n"
                               "E,1,M5,2025-01-07,99213,1,1000000004,7000,1,\n";
    struct audited_history history = {.roster = "fixtures/quickstart/roster"};
    struct run run;
    char text[1024];
    size_t len = 0;
    scene_make(&history.scene);
    snprintf(text, sizeof text, "%s%s", head, rows);
    const char *file = scene_file(&history.scene, "n.csv", text, strlen(text));
    const char *ledger = scene_path(&history.scene, "ledger");
    const char *out = scene_path(&history.scene, "audit");
    scene_expect_success(WITH(file, "--roster", history.roster, "--ledger", ledger, "--out",
                              scene_path(&history.scene, "night")),
                         NULL);
    history_audit(
        &history, out,
        WITH(file, "--ledger", ledger, "--run", "1", "--policy",
             history_other_policy(&history.scene, "\"code\": \"H0038\"", "\"code\": \"H2014\"")),
        &run);
    cr_expect_eq(run.exit_code, 1, "%s", run.err);
    char *summary = scene_read(out, "summary.json", &len);
    expect_group(summary, "by_year", "2025", "accepted out_of_scope 3 6 120.1000");
    expect_group(summary, "by_provider", "1234567893", "rejected out_of_scope 1 3 60.0000");
    cr_expect(strstr(summary, "7000") == NULL, "%s", summary);
    free(summary);
    char *changes = scene_read(out, "changes.csv.gz", &len);
    cr_expect(strstr(changes, ",5,V,1,M1,accepted,,0,out_of_scope,") != NULL,
              "a void uses no unit: %s", changes);
    free(changes);
    run_fini(&run);
    scene_remove(&history.scene);
}

Test(audit_tables, people_see_the_same_tables_with_charges_where_there_are_any) {
    struct trial trial;
    make(&trial);
    cr_expect(strstr(trial.run.out, "changed, by billing agency\n") != NULL, "%s", trial.run.out);
    cr_expect(strstr(trial.run.out, "2024  rejected  accepted      1      2   0.0001") != NULL,
              "%s", trial.run.out);
    end(&trial);
}

/* Of the numbers of all rows of a table; key NULL: of the lines of those that changed. */
static long long sum_of(const struct cg_json *root, const char *table, const char *key) {
    const struct cg_json *rows = cg_json_member(root, table);
    long long sum = 0;
    for (size_t i = 0; i < cg_json_count(rows); i++) {
        const struct cg_json *row = cg_json_item(rows, i);
        const bool counts = key != NULL || cg_json_boolean(cg_json_member(row, "changed"));
        sum += counts ? cg_json_integer(cg_json_member(row, key != NULL ? key : "lines")) : 0;
    }
    return sum;
}

Test(audit_tables, each_table_has_every_line_once, .timeout = 60) {
    struct audited_history history;
    struct run run;
    struct cg_problems problems;
    size_t len = 0;
    history_make(&history, WITH("--errors", "1"));
    history_decide(&history, "ms");
    const char *policy = history_other_policy(&history.scene, "\"limit\": 6", "\"limit\": 4");
    const char *out = scene_path(&history.scene, "audit");
    history_audit(&history, out,
                  WITH(history.claims, "--decided", history.decided, "--policy", policy), &run);
    cr_assert(run.exit_code == 1, "exit %d: %s", run.exit_code, run.err);
    char *summary = scene_read(out, "summary.json", &len);
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load("summary.json", summary, len, NULL, &problems);
    const struct cg_json *root = cg_json_root(doc);
    const char *const tables[] = {"by_year", "by_billing_agency", "by_provider"};
    const char *const numbers[] = {"lines", "units"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        for (size_t j = 0; j < sizeof numbers / sizeof *numbers; j++) {
            cr_expect_eq(sum_of(root, tables[i], numbers[j]), sum_of(root, "cells", numbers[j]),
                         "%s %s", tables[i], numbers[j]);
        }
        cr_expect_eq(sum_of(root, tables[i], NULL),
                     cg_json_integer(cg_json_member(root, "changed")), "%s", tables[i]);
    }
    cg_json_free(doc);
    cg_problems_fini(&problems);
    free(summary);
    run_fini(&run);
    scene_remove(&history.scene);
}

/* --- audit.html --- */

Test(audit_tables, the_page_names_no_member_and_no_claim_without_leave, .timeout = 60) {
    struct trial trial;
    size_t len = 0;
    make(&trial);
    char *changes = scene_read(trial.out, "changes.csv.gz", &len);
    cr_expect(strstr(changes, ",M1,") != NULL);
    free(changes);
    const char *now = scene_path(&trial.history.scene, "now.csv");
    for (int leave = 0; leave < 2; leave++) {
        struct run run;
        const char *out = scene_path(&trial.history.scene, "page-%d", leave);
        history_audit(&trial.history, out,
                      WITH(now, "--decided", trial.history.scene.dir, "--as-of", "2025-06-30",
                           "--html", leave ? "--show-phi" : NULL),
                      &run);
        cr_assert(run.exit_code == 1, "exit %d: %s", run.exit_code, run.err);
        char *page = scene_read(out, "audit.html", &len);
        cr_expect((strstr(page, "<td class=\"n\">M1</td>") != NULL) == leave, "%s", page);
        cr_expect((strstr(page, ">A<") != NULL) == leave);
        cr_expect(strstr(page, "1000000012, rejected to accepted") != NULL, "%s", page);
        cr_expect(strstr(page, "0.0001") != NULL);
        cr_expect(strstr(page, "<script") == NULL && strstr(page, "http") == NULL);
        free(page);
        run_fini(&run);
    }
    end(&trial);
}
