#include "claimgate/rules/nppes.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[64];
static char file[96];
static struct cg_problems problems;
static struct cg_error err;
static struct cg_nppes_counts counts;

static void set_up(void) {
    snprintf(dir, sizeof dir, "/tmp/claimgate-nppes-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    snprintf(file, sizeof file, "%s/npidata.csv", dir);
    cg_problems_init(&problems);
    err = (struct cg_error)CG_ERROR_INIT;
}

static void tear_down(void) {
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
    cg_problems_fini(&problems);
}

TestSuite(nppes, .init = set_up, .fini = tear_down, .timeout = 60);

#define COLUMNS                                                                                    \
    "\"NPI\",\"Entity Type Code\",\"Provider Last Name (Legal Name)\",\"Provider Business "        \
    "Practice Location Address State Name\",\"Provider Enumeration Date\",\"NPI Deactivation "     \
    "Date\",\"NPI Reactivation Date\",\"Healthcare Provider Taxonomy "                             \
    "Code_1\",\"Healthcare Provider Taxonomy Code_2\",\"Healthcare Provider Taxonomy Code_15\"\n"
#define OUT                                                                                        \
    "npi,credential_type,status,effective_date,end_date,training_completed_date,exam_score,"       \
    "birth_date,issued_by\n"

static enum cg_status import(const char *rows, const struct cg_nppes_plan *wanted, char *out,
                             size_t capacity) {
    char path[128];
    FILE *stream = fopen(file, "w");
    cr_assert_not_null(stream);
    fprintf(stream, "%s", rows);
    cr_assert_eq(fclose(stream), 0);
    snprintf(path, sizeof path, "%s/out.csv", dir);
    unlink(path);
    struct cg_sink *sink = NULL;
    cr_assert_eq(cg_sink_create(AT_FDCWD, path, (gid_t)-1, &sink, &err), CG_OK, "%s", err.text);
    struct cg_nppes_plan plan = *wanted;
    plan.file = file;
    enum cg_status status = cg_nppes_import(&plan, sink, &counts, &problems, &err);
    if (status != CG_OK) {
        cr_expect_eq(cg_sink_bytes(sink), 0, "what went to standard output cannot be called back");
        cg_sink_abandon(sink);
        return status;
    }
    cr_assert_eq(cg_sink_close(sink, &err), CG_OK);
    stream = fopen(path, "r");
    cr_assert_not_null(stream);
    out[fread(out, 1, capacity - 1, stream)] = '\0';
    fclose(stream);
    return status;
}

static const struct cg_nppes_plan mississippi = {
    .type = "CPSSP-MH", .status = "pending", .state = "MS"};

Test(nppes, deactivation_and_reactivation_become_spans) {
    const struct {
        const char *row; /* enumerated, deactivated, reactivated */
        const char *spans;
    } cases[] = {
        {"05/23/2010,,", "1234567893,CPSSP-MH,pending,2010-05-23,,,,,NPPES\n"},
        {"05/23/2010,03/01/2020,", "1234567893,CPSSP-MH,pending,2010-05-23,2020-02-29,,,,NPPES\n"},
        {"05/23/2010,03/01/2020,07/04/2021",
         "1234567893,CPSSP-MH,pending,2010-05-23,2020-02-29,,,,NPPES\n"
         "1234567893,CPSSP-MH,pending,2021-07-04,,,,,NPPES\n"},
        {"05/23/2010,03/01/2020,03/01/2020", "1234567893,CPSSP-MH,pending,2010-05-23,,,,,NPPES\n"},
        {"05/23/2010,03/01/2020,07/04/2011",
         "1234567893,CPSSP-MH,pending,2010-05-23,2020-02-29,,,,NPPES\n"},
        {"05/23/2010,05/23/2010,", ""},
        {"05/23/2010,05/23/2010,07/04/2011", "1234567893,CPSSP-MH,pending,2011-07-04,,,,,NPPES\n"},
        {"05/23/2010,,07/04/2011", "1234567893,CPSSP-MH,pending,2010-05-23,,,,,NPPES\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char rows[2048];
        char expected[1024];
        char out[1024];
        snprintf(rows, sizeof rows, COLUMNS "1234567893,1,DOE,MS,%s,175T00000X,,\n", cases[i].row);
        snprintf(expected, sizeof expected, OUT "%s", cases[i].spans);
        cr_expect_eq(import(rows, &mississippi, out, sizeof out), CG_OK, "%s", err.text);
        cr_expect_str_eq(out, expected, "case %zu: %s", i, out);
        cr_expect_eq(counts.never_active, cases[i].spans[0] == '\0' ? 1 : 0, "case %zu", i);
    }
}

Test(nppes, only_people_with_the_taxonomy_in_the_state_are_taken) {
    const char *rows = COLUMNS "1234567893,1,DOE,MS,05/23/2010,,,175T00000X,,\n"
                               "1000000004,1,DOE,ms,05/23/2010,,,101Y00000X,,175T00000X\n"
                               "1000000012,1,\"DOE, \"\"J\"\"\",MS,05/23/2010,,,101Y00000X,,\n"
                               "1000000020,2,PEERS INC,MS,05/23/2010,,,175T00000X,,\n"
                               "1000000038,1,DOE,LA,05/23/2010,,,,175T00000X,\n"
                               "1000000046,,,,,03/01/2020,,,,\n";
    char out[1024];
    cr_assert_eq(import(rows, &mississippi, out, sizeof out), CG_OK, "%s", err.text);
    cr_expect_str_eq(out, OUT "1234567893,CPSSP-MH,pending,2010-05-23,,,,,NPPES\n"
                              "1000000004,CPSSP-MH,pending,2010-05-23,,,,,NPPES\n");
    cr_expect_eq(counts.rows, 6);
    cr_expect_eq(counts.peers, 3);
    cr_expect_eq(counts.organizations, 1);
    cr_expect_eq(counts.elsewhere, 1);
    cr_expect_eq(counts.spans, 2);
    const struct cg_nppes_plan everywhere = {.type = "A, B", .status = "current"};
    cr_assert_eq(import(rows, &everywhere, out, sizeof out), CG_OK, "%s", err.text);
    cr_expect_eq(counts.spans, 3);
    cr_expect_not_null(strstr(out, "1000000038,\"A, B\",current,2010-05-23,"), "%s", out);
}

Test(nppes, a_bad_row_among_the_wanted_is_named_and_ends_the_import) {
    const struct {
        const char *rows;
        const char *problem;
    } cases[] = {
        {COLUMNS "1234567890,1,DOE,MS,05/23/2010,,,175T00000X,,\n", "NPI"},
        {COLUMNS "1234567893,1,DOE,MS,2010-05-23,,,175T00000X,,\n", "Provider Enumeration Date"},
        {COLUMNS "1234567893,1,DOE,MS,,,,175T00000X,,\n", "Provider Enumeration Date"},
        {COLUMNS "1234567893,1,DOE,MS,05/23/2010,13/01/2020,,175T00000X,,\n",
         "NPI Deactivation Date"},
        {"NPI,credential_type\n1234567893,X\n", "Entity Type Code"},
        {COLUMNS "1234567893,1,DOE,MS,05/23/2010,,,175T00000X,,\n"
                 "1000000005,1,DOE,MS,05/23/2010,,,175T00000X,,\n",
         "NPI"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[1024];
        cg_problems_fini(&problems);
        cg_problems_init(&problems);
        err = (struct cg_error)CG_ERROR_INIT;
        cr_expect_eq(import(cases[i].rows, &mississippi, out, sizeof out), CG_BAD_DATA, "case %zu",
                     i);
        cr_assert_geq(problems.count, 1, "case %zu", i);
        cr_expect_not_null(strstr(problems.list[0].text, cases[i].problem), "%s",
                           problems.list[0].text);
    }
    char out[1024];
    cr_expect_eq(import("", &mississippi, out, sizeof out), CG_BAD_DATA);
}

Test(nppes, a_plan_is_checked_before_the_file_is_read) {
    const struct {
        struct cg_nppes_plan plan;
        const char *mend; /* NULL: good */
    } cases[] = {
        {{.type = "CPSSP-MH", .status = "pending", .state = "MS"}, NULL},
        {{.type = "CPSSP-MH", .status = "CURRENT", .state = NULL}, NULL},
        {{.type = NULL, .status = "pending"}, "--type"},
        {{.type = " - ", .status = "pending"}, "--type"},
        {{.type = "A\nB", .status = "pending"}, "--type"},
        {{.type = "CPSSP-MH", .status = "pendng"}, "did you mean \"pending\""},
        {{.type = "CPSSP-MH", .status = "pending", .state = "Mississippi"}, "two letters"},
        {{.type = "CPSSP-MH", .status = "pending", .state = "?!"}, "two letters"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        err = (struct cg_error)CG_ERROR_INIT;
        enum cg_status status = cg_nppes_check(&cases[i].plan, &err);
        cr_expect_eq(status, cases[i].mend == NULL ? CG_OK : CG_USAGE, "case %zu", i);
        cr_expect(cases[i].mend == NULL || strstr(err.text, cases[i].mend) != NULL, "%s", err.text);
    }
}

/* --- merge --- */

static const char *merge(const char *nppes, const char *roster,
                         struct cg_nppes_merge_counts *merged) {
    static char text[4096];
    char credentials[128], path[128];
    FILE *stream = fopen(file, "w");
    cr_assert_not_null(stream);
    fputs(nppes, stream);
    cr_assert_eq(fclose(stream), 0);
    snprintf(credentials, sizeof credentials, "%s/credentials.csv", dir);
    stream = fopen(credentials, "w");
    cr_assert_not_null(stream);
    fputs(roster, stream);
    cr_assert_eq(fclose(stream), 0);
    snprintf(path, sizeof path, "%s/merged.csv", dir);
    unlink(path);
    struct cg_sink *sink = NULL;
    cr_assert_eq(cg_sink_create(AT_FDCWD, path, (gid_t)-1, &sink, &err), CG_OK, "%s", err.text);
    const struct cg_nppes_merge_plan plan = {file, credentials};
    if (cg_nppes_merge(&plan, sink, merged, &problems, &err) != CG_OK) {
        cr_expect_eq(cg_sink_bytes(sink), 0);
        cg_sink_abandon(sink);
        return NULL;
    }
    cr_assert_eq(cg_sink_close(sink, &err), CG_OK);
    stream = fopen(path, "r");
    cr_assert_not_null(stream);
    const size_t len = fread(text, 1, sizeof text - 1, stream);
    text[len] = '\0';
    fclose(stream);
    return text;
}

#define SPANS    "npi,effective_date,end_date,status\n"
#define ACTIVITY "NPI,NPI Deactivation Date,NPI Reactivation Date,Replacement NPI\n"

Test(nppes, a_merge_ends_the_spans_of_deactivated_npis_and_changes_no_other_byte) {
    struct cg_nppes_merge_counts merged;
    const char *text =
        merge(ACTIVITY "1234567893,03/05/2023,,1000000004\n" /* deactivated, replaced */
                       "1245319599,03/05/2023,03/05/2023,\n" /* back on the same day */
                       "1000000012,,,\n",
              "\xEF\xBB\xBFnote,npi,status,effective_date,end_date\r\n"
              "\"a, \"\"b\"\"\",1234567893,current,2020-01-01,\r\n" /* open */
              ",1234567893,current,2019-01-01,2019-12-31\n"         /* over already */
              ",1234567893,current,2022-01-01,\"9999-12-31\" \n"
              ",1234567893,current,2023-03-05,\n" /* began too late */
              "\n"
              ",1245319599,current,2020-01-01,\n"
              ",1000000012,current,2020-01-01,",
              &merged);
    cr_assert_not_null(text, "%s", err.text);
    cr_expect_str_eq(text, "\xEF\xBB\xBFnote,npi,status,effective_date,end_date\r\n"
                           "\"a, \"\"b\"\"\",1234567893,current,2020-01-01,2023-03-04\r\n"
                           ",1234567893,current,2019-01-01,2019-12-31\n"
                           ",1234567893,current,2022-01-01,2023-03-04\n"
                           "\n"
                           ",1245319599,current,2020-01-01,\n"
                           ",1000000012,current,2020-01-01,");
    cr_expect_eq(merged.providers, 3);
    cr_expect_eq(merged.deactivated, 1);
    cr_expect_eq(merged.ended, 2);
    cr_expect_eq(merged.dropped, 1);
    cr_expect_eq(merged.replaced, 1);
    cr_expect_eq(merged.first_replaced[0].npi, UINT64_C(1234567893));
    cr_expect_eq(merged.first_replaced[0].replacement, UINT64_C(1000000004));
}

Test(nppes, a_merge_parts_spans_where_an_npi_was_not_active_for_some_time) {
    struct cg_nppes_merge_counts merged;
    const char *text = merge(ACTIVITY "1245319599,01/02/2024,06/01/2024,\n"
                                      "1234567893,06/01/2024,01/02/2024,\n" /* gone since June */,
                             "end_date,npi,status,effective_date\n"
                             "2024-12-31,1245319599,Current,2023-01-01\n" /* parted */
                             "2024-03-31,1245319599,active,2023-01-01\n"  /* ends in the gap */
                             "2024-12-31,1245319599,limited,2024-02-01\n" /* begins in it */
                             "2024-05-31,1245319599,limited,2024-01-02\n" /* is it */
                             "2024-01-01,1245319599,current,2023-01-01\n"
                             ",1245319599,current,2024-06-01\n"
                             ",1234567893,current,2024-03-01\n"
                             ",1245319599,current,2023-01-01",
                             &merged);
    cr_assert_not_null(text, "%s", err.text);
    cr_expect_str_eq(text, "end_date,npi,status,effective_date\n"
                           "2024-01-01,1245319599,Current,2023-01-01\n"
                           "2024-12-31,1245319599,Current,2024-06-01\n"
                           "2024-01-01,1245319599,active,2023-01-01\n"
                           "2024-12-31,1245319599,limited,2024-06-01\n"
                           "2024-01-01,1245319599,current,2023-01-01\n"
                           ",1245319599,current,2024-06-01\n"
                           "2024-05-31,1234567893,current,2024-03-01\n"
                           "2024-01-01,1245319599,current,2023-01-01\n"
                           ",1245319599,current,2024-06-01");
    cr_expect_eq(merged.deactivated, 1);
    cr_expect_eq(merged.reactivated, 1);
    cr_expect_eq(merged.ended, 4);
    cr_expect_eq(merged.begun, 3);
    cr_expect_eq(merged.dropped, 1);
}

Test(nppes, a_merge_never_shortens_a_span_that_withholds) {
    static const char spans[] = "npi,effective_date,end_date,status\n"
                                "1234567893,2023-01-01,2025-03-31,suspended\n"
                                "1234567893,2024-01-01,,Lapsed\n"
                                "1234567893,2023-01-01,,current\n";
    struct cg_nppes_merge_counts merged;
    const char *text = merge(ACTIVITY "1234567893,03/05/2023,,\n", spans, &merged);
    cr_assert_not_null(text, "%s", err.text);
    cr_expect_str_eq(text, "npi,effective_date,end_date,status\n"
                           "1234567893,2023-01-01,2025-03-31,suspended\n"
                           "1234567893,2024-01-01,,Lapsed\n"
                           "1234567893,2023-01-01,2023-03-04,current\n");
    cr_expect_eq(merged.withholding, 2);
}

Test(nppes, a_merge_takes_the_words_of_the_folders_layout) {
    static const char layout[] = "{\"status_words\": {\"In good standing\": \"current\"}}";
    struct cg_nppes_merge_counts merged;
    char path[128];
    snprintf(path, sizeof path, "%s/layout.json", dir);
    FILE *stream = fopen(path, "w");
    cr_assert_not_null(stream);
    fputs(layout, stream);
    cr_assert_eq(fclose(stream), 0);
    const char *text = merge(ACTIVITY "1234567893,03/05/2023,,\n",
                             SPANS "1234567893,2023-01-01,,In Good Standing\n", &merged);
    cr_assert_eq(unlink(path), 0);
    cr_assert_not_null(text, "%s", err.text);
    cr_expect_str_eq(text, SPANS "1234567893,2023-01-01,2023-03-04,In Good Standing\n");
}

Test(nppes, a_merge_with_a_bad_row_writes_nothing) {
    static const struct {
        const char *activity;
        const char *spans;
        const char *problem;
    } cases[] = {
        {"", "1234567890,2020-01-01,,current\n", "credentials.csv:2:1: npi is no NPI"},
        {"1234567893,03/05/2023,,\n", "1234567893,2020-01-01,,resting\n",
         "credentials.csv:2:24: nobody can tell whether this status grants"},
        {"", "1234567893,,,\n", "credentials.csv:2:12: effective_date"},
        {"", "1234567893,2020-13-01,,current\n", "credentials.csv:2:12: effective_date"},
        {"", "1234567893,2020-01-01,soon,current\n", "credentials.csv:2:23: end_date"},
        {"1234567893,2023-03-05,,\n", "1234567893,2020-01-01,,current\n",
         "npidata.csv:2:12: no date"},
        {"1234567893,03/05/2023,later,\n", "1234567893,2020-01-01,,current\n",
         "npidata.csv:2:23: no date"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cg_nppes_merge_counts merged;
        char activity[256], spans[256];
        snprintf(activity, sizeof activity, ACTIVITY "%s", cases[i].activity);
        snprintf(spans, sizeof spans, SPANS "%s", cases[i].spans);
        cg_problems_fini(&problems);
        cg_problems_init(&problems);
        err = (struct cg_error)CG_ERROR_INIT;
        cr_expect_null(merge(activity, spans, &merged), "case %zu", i);
        cr_expect_eq(err.status, CG_BAD_DATA, "case %zu", i);
        cr_expect_not_null(strstr(err.text, cases[i].problem), "case %zu: %s", i, err.text);
    }
}

Test(nppes, deactivated_npis_without_taxonomy_and_replacements_are_counted) {
    char out[2048];
    const struct cg_nppes_plan plan = {.type = "CPSSP-MH", .status = "pending"};
    const enum cg_status status = import(
        "NPI,Entity Type Code,Provider Business Practice Location Address State Name,Provider "
        "Enumeration Date,NPI Deactivation Date,NPI Reactivation Date,Healthcare Provider Taxonomy "
        "Code_1,Replacement NPI\n"
        "1234567893,1,MS,05/23/2010,,,175T00000X,1000000004\n"
        "1245319599,,,,03/05/2023,,,\n"
        "1000000012,1,MS,05/23/2010,,,101YM0800X,\n",
        &plan, out, sizeof out);
    cr_assert_eq(status, CG_OK, "%s", err.text);
    cr_expect_eq(counts.bare, 1);
    cr_expect_eq(counts.replaced, 1);
    cr_expect_eq(counts.first_replaced[0].replacement, UINT64_C(1000000004));
    cr_expect_eq(counts.spans, 1);
}
