/*
 * Policies, rosters, layouts, claim files and NPPES read without memory: in each way that leads to
 * a request, that request fails. The lack is told as that, never as a fault of the file, or what
 * was asked for was not needed, and all comes out as ever.
 */
#include "claimgate/base/log.h"
#include "claimgate/gate/field_edits.h"
#include "claimgate/gate/sentences.h"
#include "claimgate/io/sink.h"
#include "claimgate/record/layout.h"
#include "claimgate/record/reader.h"
#include "claimgate/record/rows.h"
#include "claimgate/record/sample.h"
#include "claimgate/rules/nppes.h"
#include "claimgate/rules/reason.h"
#include "support/roster_fixture.h"
#include "support/shortage.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POINTS_DEPTH 24
#include "support/points.h"

typedef enum cg_status job_fn(const char *name, struct cg_error *err);

static struct roster_fixture roster;
static struct cg_rules rules;

static void setup(void) {
    cg_log_init((struct cg_log_options){.quiet = true});
    static const char *const files[][2] = {
        {"credentials.csv", "npi,credential_type,status,effective_date,end_date,"
                            "training_completed_date,exam_score,birth_date\n"
                            "1234567893,CPSSP-MH,current,2020-01-01,,2019-01-01,80,1980-01-01\n"
                            "1000000004,ODD,current,2020-01-01,,2019-01-01,80,1980-01-01\n"},
        {"continuing_education.csv", "npi,year,hours,ethics_hours,reported_date\n"
                                     "1234567893,2024,12,4,2024-12-01\n"},
        {"employment.csv", "npi,agency_npi,effective_date,end_date\n"
                           "1234567893,1000000004,2020-01-01,\n"},
        {"agencies.csv", "agency_npi,certification,effective_date,end_date\n"
                         "1000000004,DMH,2020-01-01,\n"},
        {"supervision.csv", "npi,supervisor_id,effective_date,end_date,supervisor_credential,"
                            "supervisor_training_date,fte,supervisor_fte\n"
                            "1234567893,S1,2020-01-01,,MHP,2019-01-01,0.5,1.0\n"},
        {"authorizations.csv", "authorization_number,member_id,hcpcs_code,effective_date,end_date\n"
                               "A1,M-01,H0038,2020-01-01,\n"},
        {"members.csv", "member_id,person_id,effective_date,end_date\nM-01,P-01,2020-01-01,\n"}};
    roster_fixture_init(&roster, roster_fixture_all_demands);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        roster_fixture_write(&roster, files[i][0], files[i][1]);
    }
    cr_assert_eq(roster_fixture_load(&roster), CG_OK, "%s", roster.err.text);
    rules = (struct cg_rules){.policy = roster.policy, .roster = roster.roster, .as_of_day = 20269};
}

static void teardown(void) {
    roster_fixture_fini(&roster);
}

TestSuite(reading_memory, .init = setup, .fini = teardown, .timeout = 240);

/* --- jobs --- */

static enum cg_status load_policy(const char *name, struct cg_error *err) {
    struct cg_policy *policy = NULL;
    struct cg_problems problems;
    cg_problems_init(&problems);
    const enum cg_status status =
        name[0] == '{' ? cg_policy_load_text("policy", name, strlen(name), &policy, &problems, err)
                       : cg_policy_load(name, &policy, &problems, err);
    cg_policy_free(policy);
    cg_problems_fini(&problems);
    return status;
}

static enum cg_status load_roster(const char *folder, struct cg_error *err) {
    struct cg_roster *loaded = NULL;
    struct cg_problems problems;
    cg_problems_init(&problems);
    const enum cg_status status = cg_roster_load(folder, roster.policy, &loaded, &problems, err);
    cg_roster_free(loaded);
    cg_problems_fini(&problems);
    return status;
}

static enum cg_status load_layout(const char *name, struct cg_error *err) {
    struct cg_layout *layout = NULL;
    struct cg_problems problems;
    cg_problems_init(&problems);
    const enum cg_status status = cg_layout_load(name, &layout, &problems, err);
    cg_layout_free(layout);
    cg_problems_fini(&problems);
    return status;
}

static bool put_rows(const struct cg_reader *reader, struct cg_batch *batch,
                     struct cg_buffer *rejected) {
    const struct cg_binding *binding = cg_reader_binding(reader);
    bool good = cg_rows_accepted(batch);
    if (batch->header_raw.len != 0) {
        good = cg_rows_rejected_header(rejected, binding) && good;
    }
    for (uint32_t i = 0; good && i < batch->lines.count; i++) {
        struct cg_verdict verdict;
        struct cg_line *line = cg_batch_line(batch, i);
        line->decision = line->reasons != 0 ? CG_REJECTED : CG_ACCEPTED;
        if (line->decision == CG_REJECTED) {
            cg_verdict_fill(&rules, binding, batch, line, &verdict);
            const struct cg_rejected_row row = {binding, "claims.csv", batch, line, &verdict};
            good = cg_rows_rejected(rejected, &row);
        }
    }
    return good;
}

static enum cg_status read_all(struct cg_reader *reader, struct cg_batch *batch,
                               struct cg_error *err) {
    struct cg_buffer rejected;
    cg_buffer_init(&rejected, 1 << 20);
    enum cg_status status = CG_OK;
    do {
        status = cg_reader_read(reader, batch, err);
        if (status == CG_OK) {
            status = cg_reader_take(reader, batch, err);
        }
        if (status == CG_OK && !put_rows(reader, batch, &rejected)) {
            status = cg_error_no_memory(err);
        }
    } while (status == CG_OK && !batch->is_last);
    cg_buffer_fini(&rejected);
    return status;
}

static enum cg_status read_claims(const char *file, struct cg_error *err) {
    static const struct cg_x12_options x12;
    struct cg_reader_input input = {.file = file};
    const struct cg_reader_plan plan = {.inputs = &input,
                                        .input_count = 1,
                                        .takes_rejected = true,
                                        .x12 = &x12,
                                        .parse = {.edit_fields = cg_edit_fields,
                                                  .edit_credentials = cg_edit_credentials,
                                                  .rules = &rules}};
    struct cg_reader *reader = cg_reader_new(&plan);
    struct cg_batch *batch = cg_batch_new();
    const enum cg_status status =
        reader != NULL && batch != NULL ? read_all(reader, batch, err) : cg_error_no_memory(err);
    cg_batch_free(batch);
    cg_reader_free(reader);
    return status;
}

static enum cg_status sample(const char *file, struct cg_error *err) {
    static struct cg_sample out;
    struct cg_layout *layout = NULL;
    struct cg_problems problems;
    cg_problems_init(&problems);
    enum cg_status status = cg_layout_load("tuva", &layout, &problems, err);
    if (status == CG_OK) {
        status = cg_sample_read(file, layout, &out, err);
    }
    cg_layout_free(layout);
    cg_problems_fini(&problems);
    return status;
}

static enum cg_status write_credentials(const char *file, bool merge, struct cg_error *err) {
    char path[128], credentials[96];
    struct cg_nppes_counts counts;
    struct cg_nppes_merge_counts merged;
    struct cg_problems problems;
    struct cg_sink *sink = NULL;
    const struct cg_nppes_plan plan = {
        .file = file, .type = "CPSSP-MH", .status = "pending", .state = "MS"};
    const struct cg_nppes_merge_plan merge_plan = {.file = file, .credentials = credentials};
    snprintf(credentials, sizeof credentials, "%s/credentials.csv", roster.dir);
    snprintf(path, sizeof path, "%s/out.csv", roster.dir);
    cg_problems_init(&problems);
    enum cg_status status = cg_sink_create(AT_FDCWD, path, (gid_t)-1, &sink, err);
    if (status == CG_OK) {
        status = merge ? cg_nppes_merge(&merge_plan, sink, &merged, &problems, err)
                       : cg_nppes_import(&plan, sink, &counts, &problems, err);
        cg_sink_abandon(sink);
    }
    (void)unlink(path);
    cg_problems_fini(&problems);
    return status;
}

static enum cg_status import_nppes(const char *file, struct cg_error *err) {
    return write_credentials(file, false, err);
}

static enum cg_status merge_nppes(const char *file, struct cg_error *err) {
    return write_credentials(file, true, err);
}

/* --- each way --- */

static uint32_t tried;

static void fail_in_each_way(job_fn *job, const char *name) {
    struct cg_error err = CG_ERROR_INIT;
    points_list();
    const enum cg_status as_ever = job(name, &err);
    (void)points_end();
    for (uint32_t i = 0; i < 2 * points.new_count; i++) {
        const uint32_t point = points.new_points[i / 2];
        err = (struct cg_error)CG_ERROR_INIT;
        points_fail_at(point, i % 2 != 0);
        const enum cg_status status = job(name, &err);
        (void)points_end();
        cr_expect(status == as_ever ||
                      (status == CG_INTERNAL && strstr(err.text, "memory") != NULL),
                  "%s, request %u: %d %s", name, point, (int)status, err.text);
    }
    tried += points.new_count;
}

static void fail_each(job_fn *job, const char *const *names, size_t count) {
    shortage_also = points_meet;
    for (size_t i = 0; i < count; i++) {
        fail_in_each_way(job, names[i]);
    }
    shortage_also = NULL;
    cr_log_info("%u requests", tried);
    cr_assert_gt(tried, 10);
}

Test(reading_memory, of_a_policy) {
    const char *const names[] = {"ms", "la", "mi", roster_fixture_all_demands};
    fail_each(load_policy, names, sizeof names / sizeof names[0]);
}

Test(reading_memory, of_a_roster) {
    const char *const names[] = {roster.dir, "fixtures/quickstart/roster", "fixtures/intake/roster",
                                 "fixtures/bad/roster_rows"};
    fail_each(load_roster, names, sizeof names / sizeof names[0]);
}

Test(reading_memory, of_a_layout) {
    size_t count = 0;
    while (cg_layout_files.names[count] != NULL) {
        count++;
    }
    fail_each(load_layout, cg_layout_files.names, count);
}

Test(reading_memory, of_claim_files) {
    glob_t files;
    cr_assert_eq(glob("{fixtures/intake/*.csv,fixtures/*/*/claims.*,tests/fuzz/corpus/fuzz_run/*}",
                      GLOB_BRACE, NULL, &files),
                 0);
    fail_each(read_claims, (const char *const *)files.gl_pathv, files.gl_pathc);
    globfree(&files);
}

Test(reading_memory, of_the_head_of_a_file) {
    const char *const names[] = {"fixtures/quickstart/claims.csv",
                                 "fixtures/intake/35-notes-of-two-lines.csv"};
    fail_each(sample, names, sizeof names / sizeof names[0]);
}

#define NPPES_ROWS                                                                                 \
    "\"NPI\",\"Entity Type Code\",\"Provider Last Name (Legal Name)\",\"Provider Business "        \
    "Practice Location Address State Name\",\"Provider Enumeration Date\",\"NPI Deactivation "     \
    "Date\",\"NPI Reactivation Date\",\"Healthcare Provider Taxonomy Code_1\"\n"                   \
    "1234567893,1,DOE,MS,05/23/2010,03/01/2020,,175T00000X\n"                                      \
    "1000000004,1,\"DOE, \"\"J\"\"\",MS,05/23/2010,,,175T00000X\n"

Test(reading_memory, of_nppes) {
    char file[96];
    roster_fixture_write(&roster, "npidata", NPPES_ROWS);
    snprintf(file, sizeof file, "%s/npidata", roster.dir);
    const char *const names[] = {file};
    fail_each(import_nppes, names, 1);
    fail_each(merge_nppes, names, 1);
}
