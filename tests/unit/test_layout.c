#include "claimgate/record/layout.h"

#include "claimgate/base/builtin.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct cg_layout *load(const char *name) {
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    struct cg_layout *layout = NULL;
    cg_problems_init(&problems);
    cr_assert_eq(cg_layout_load(name, &layout, &problems, &err), CG_OK, "%s", err.text);
    cg_problems_fini(&problems);
    return layout;
}

static void write_layout(const char *text, char path[]) {
    const int fd = mkstemp(path);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static struct cg_layout *load_text(const char *text) {
    char path[] = "/tmp/claimgate-layout-XXXXXX";
    write_layout(text, path);
    struct cg_layout *layout = load(path);
    unlink(path);
    return layout;
}

static enum cg_status bind(const char *name, const char *header, struct cg_error *err) {
    struct cg_layout *layout = load(name);
    struct cg_binding binding;
    *err = (struct cg_error)CG_ERROR_INIT;
    enum cg_status status = cg_layout_bind(layout, cg_text_of(header), false, &binding, err);
    if (status == CG_OK) {
        cg_binding_fini(&binding);
    }
    cg_layout_free(layout);
    return status;
}

static void expect_refused(const char *name, const char *header, const char *const parts[]) {
    struct cg_error err;
    cr_assert_eq(bind(name, header, &err), CG_BAD_DATA, "%s", header);
    for (size_t i = 0; parts[i] != NULL; i++) {
        cr_assert_not_null(strstr(err.text, parts[i]), "\"%s\" is not in \"%s\"", parts[i],
                           err.text);
    }
}

#define REFUSED(name, header, ...)                                                                 \
    expect_refused((name), (header), (const char *const[]){__VA_ARGS__, NULL})

#define MINIMAL                                                                                    \
    "claim_id,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi"

Test(layout, the_built_in_names_are_the_files_of_schemas) {
    static const char folder[] = "layouts/";
    size_t found = 0;
    for (size_t i = 0; cg_builtin_at(i) != NULL; i++) {
        const char *name = cg_builtin_at(i)->name;
        if (strncmp(name, folder, sizeof folder - 1) == 0) {
            char file[100];
            cr_assert_not_null(cg_layout_files.names[found]);
            snprintf(file, sizeof file, "%s%s.json", folder, cg_layout_files.names[found]);
            cr_assert_str_eq(name, file);
            struct cg_layout *layout = load(cg_layout_files.names[found]);
            cr_assert_str_eq(cg_layout_name(layout), cg_layout_files.names[found]);
            cg_layout_free(layout);
            found++;
        }
    }
    cr_assert_eq(found, 7);
    cr_assert_null(cg_layout_files.names[found]);
}

Test(layout, columns_are_found_in_any_order_case_and_quoting) {
    struct cg_layout *layout = load("tuva");
    struct cg_binding binding;
    struct cg_error err = CG_ERROR_INIT;
    const char *header = " Rendering_NPI ,extra,\"CLAIM_ID\",member_id,\" hcpcs_code \",x,"
                         "service_unit_quantity,claim_line_start_date";
    cr_assert_eq(cg_layout_bind(layout, cg_text_of(header), true, &binding, &err), CG_OK);
    cr_assert_eq(binding.fields[CG_FIELD_RENDERING_NPI].column, 0);
    cr_assert_eq(binding.fields[CG_FIELD_CLAIM_ID].column, 2);
    cr_assert_eq(binding.fields[CG_FIELD_HCPCS_CODE].column, 4);
    cr_assert_eq(binding.fields[CG_FIELD_CLAIM_LINE_START_DATE].column, 7);
    cr_assert_eq(binding.fields[CG_FIELD_BILLING_NPI].column, -1);
    cr_assert_eq(binding.column_count, 8);
    cr_assert_eq(binding.last_column, 7);
    cr_assert(binding.multiline);
    cg_binding_fini(&binding);
    cg_layout_free(layout);
}

Test(layout, a_missing_needed_column_is_named_with_the_header_and_the_nearest_name) {
    REFUSED("tuva", "claim_id,member_id,claim_line_start_date,hcpc_code,service_unit_quantity",
            "hcpcs_code (is it hcpc_code?)", "rendering_npi", "claim_id, member_id");
    REFUSED("cclf5", "a,cur_clm_uniq_id", "BENE_MBI_ID", "RNDRG_PRVDR_NPI_NUM",
            "header names a, cur_clm_uniq_id");
    REFUSED("rif-carrier", MINIMAL, "PRF_PHYSN_NPI");
}

Test(layout, usual_names_are_asked_about_and_two_that_could_be_meant_are_both_named) {
    struct cg_error err;
    cr_assert_eq(
        bind("tuva", "ICN,line,Recipient ID,From Date,CPT,Billed Units,Rendering NPI", &err),
        CG_BAD_DATA);
    cr_expect_not_null(strstr(err.text, "claim_id (is it ICN?), member_id (is it Recipient ID?), "
                                        "claim_line_start_date (is it From Date?), hcpcs_code (is "
                                        "it CPT?), service_unit_quantity (is it Billed Units?);"),
                       "%s", err.text);
    cr_assert_eq(bind("tuva", "ICN,recipient,dos,procedure,qty,npi", &err), CG_BAD_DATA);
    cr_expect_not_null(strstr(err.text, "rendering_npi (is it npi?); the header names ICN"),
                       "no column of the layout, and no claim: %s", err.text);
    cr_assert_eq(bind("tuva",
                      "claim_id,MemberID,MEMBER-ID,claim_line_start_date,hcpcs_code,"
                      "service_unit_quantity,rendering_npi",
                      &err),
                 CG_BAD_DATA);
    cr_expect_not_null(strstr(err.text, "member_id (is it MemberID or MEMBER-ID?);"), "%s",
                       err.text);
    cr_assert_eq(bind("synthea", "CLAIMID,FROMDATE,UNITS", &err), CG_BAD_DATA);
    cr_expect_null(strstr(err.text, "PROVIDERID"), "much more than that is missing: %s", err.text);
}

/* Where the header is missing, the first line is a claim. */
Test(layout, a_line_that_names_no_column_is_not_shown) {
    struct cg_error err;
    cr_assert_eq(bind("tuva", "C-77,M-77,2025-01-06,H0038,4,1000000004", &err), CG_BAD_DATA);
    cr_assert_not_null(strstr(err.text, "first line names none of its columns"), "%s", err.text);
    cr_assert_null(strstr(err.text, "77"), "%s", err.text);
    cr_assert_eq(bind("tuva", "C-77;M-77", &err), CG_BAD_DATA);
    cr_assert_not_null(strstr(err.text, "nor is it separated as the layout says"), "%s", err.text);
}

Test(layout, a_line_with_values_beside_names_is_not_shown) {
    struct cg_error err;
    cr_assert_eq(bind("tuva", MINIMAL "C-77,M-77,2025-01-06,H0038,4,1000000004", &err),
                 CG_BAD_DATA);
    cr_assert_not_null(strstr(err.text, "seems to be stuck to the header"), "%s", err.text);
    cr_assert_null(strstr(err.text, "77"), "%s", err.text);
    cr_assert_eq(bind("tuva", "C-77,1,M-77,claim_id,H0038,5,1000000004", &err), CG_BAD_DATA);
    cr_assert_not_null(strstr(err.text, "mend the header"), "%s", err.text);
    cr_assert_null(strstr(err.text, "77"), "%s", err.text);
}

Test(layout, a_header_seen_is_shortened_and_its_bytes_are_made_harmless) {
    char header[5000] = "claim_id,\x1b[31mred";
    for (int i = 0; i < 200; i++) {
        size_t used = strlen(header);
        snprintf(header + used, sizeof header - used, ",column_number_%d", i);
    }
    struct cg_error err;
    cr_assert_eq(bind("tuva", header, &err), CG_BAD_DATA);
    cr_assert_not_null(strstr(err.text, " more; mend the header"), "%s", err.text);
    cr_assert_null(strchr(err.text, '\x1b'));
}

Test(layout, a_field_s_name_that_stands_twice_is_refused) {
    REFUSED("tuva", MINIMAL ",Member_Id", "member_id stands twice");
    REFUSED("tuva", MINIMAL ",birth_date,x,\"birth_date\"", "birth_date stands twice");
    struct cg_error err;
    cr_assert_eq(bind("tuva", MINIMAL ",x,x,,", &err), CG_OK, "carried columns may repeat");
}

Test(layout, a_header_with_broken_quoting_is_refused) {
    REFUSED("tuva", MINIMAL ",\"open", "a quote that is not closed");
    REFUSED("tuva", MINIMAL ",\"a\"b", "a quote where none may stand");
}

Test(layout, a_header_of_too_many_columns_is_refused) {
    char *header = malloc(20000);
    memset(header, ',', 20000);
    memcpy(header, MINIMAL, sizeof MINIMAL - 1);
    header[CG_COLUMNS_MAX + sizeof MINIMAL] = '\0';
    REFUSED("tuva", header, "more than 4096 columns");
    free(header);
}

#define SYNTHEA_HEADER                                                                             \
    "ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,METHOD,FROMDATE,TODATE,PLACEOFSERVICE,"             \
    "PROCEDURECODE,MODIFIER1,MODIFIER2,UNITS,PROVIDERID"

Test(layout, synthea_says_that_it_has_no_npi) {
    REFUSED("synthea", SYNTHEA_HEADER, "RENDERING_NPI", "holds no NPI", "PROVIDERID");
    struct cg_error err;
    cr_assert_eq(bind("synthea", SYNTHEA_HEADER ",rendering_npi", &err), CG_OK, "%s", err.text);
}

Test(layout, the_header_tells_the_layout) {
    static const struct {
        const char *header;
        const char *layout;
    } cases[] = {
        {MINIMAL, "tuva"},
        {"x,y", "tuva"},
        {"", "tuva"},
        {"\"open", "tuva"},
        {SYNTHEA_HEADER, "synthea"},
        {"CUR_CLM_UNIQ_ID,BENE_MBI_ID,CLM_LINE_FROM_DT,CLM_LINE_HCPCS_CD,CLM_LINE_SRVC_UNIT_QTY,"
         "RNDRG_PRVDR_NPI_NUM",
         "cclf5"},
        {"CLM_ID|BENE_ID|LINE_1ST_EXPNS_DT|HCPCS_CD|LINE_SRVC_CNT|PRF_PHYSN_NPI", "rif-carrier"},
        {"CLM_ID,BENE_ID,LINE_1ST_EXPNS_DT,HCPCS_CD,LINE_SRVC_CNT,PRF_PHYSN_NPI", "rif-carrier"},
        {"BENE_ID|CLM_ID|REV_CNTR_DT|HCPCS_CD|REV_CNTR_UNIT_CNT|RNDRNG_PHYSN_NPI",
         "rif-outpatient"},
        {"MSIS_IDENT_NUM,ORGNL_CLM_NUM,SRVC_BGNNG_DT,PRCDR_CD,SRVC_QTY_ACTL,SRVCNG_PRVDR_NPI_NUM",
         "taf-ot"},
        {"MSIS_ID,CLM_ID,SRVC_BGN_DT,LINE_PRCDR_CD,ACTL_SRVC_QTY,SRVC_PRVDR_NPI", "taf-ot"},
        {MINIMAL "," SYNTHEA_HEADER, "tuva"}, /* two fit */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *name = NULL;
        struct cg_error err = CG_ERROR_INIT;
        cr_assert_eq(cg_layout_detect(cg_text_of(cases[i].header), &name, &err), CG_OK);
        cr_assert_str_eq(name, cases[i].layout, "%s", cases[i].header);
    }
}

Test(layout, a_second_header_must_name_the_same_columns_in_the_same_order) {
    static const struct {
        const char *header;
        bool same;
    } cases[] = {
        {MINIMAL, true},
        {"CLAIM_ID, member_id ,\"claim_line_start_date\",hcpcs_code,service_unit_quantity,"
         "rendering_npi",
         true},
        {MINIMAL ",x", false},
        {"member_id,claim_id,claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi",
         false},
        {"\"open", false},
        {"", false},
    };
    struct cg_layout *layout = load("tuva");
    struct cg_binding binding;
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_layout_bind(layout, cg_text_of(MINIMAL), false, &binding, &err), CG_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const enum cg_status status =
            cg_binding_check_header(&binding, cg_text_of(cases[i].header), &err);
        cr_assert_eq(status == CG_OK, cases[i].same, "%s", cases[i].header);
        err = (struct cg_error)CG_ERROR_INIT;
    }
    cg_binding_fini(&binding);
    cg_layout_free(layout);
}

static void expect_bad_file(const char *text, const char *part) {
    char path[] = "/tmp/claimgate-layout-XXXXXX";
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    struct cg_layout *layout = NULL;
    write_layout(text, path);
    cg_problems_init(&problems);
    cr_assert_eq(cg_layout_load(path, &layout, &problems, &err), CG_BAD_CONFIG, "%s", part);
    cr_assert_null(layout);
    bool found = false;
    for (size_t i = 0; i < problems.count; i++) {
        found = found || strstr(problems.list[i].text, part) != NULL;
        cr_assert_gt(problems.list[i].line, 0);
    }
    cr_assert(found, "\"%s\" is not in \"%s\"", part, err.text);
    cg_problems_fini(&problems);
    unlink(path);
}

#define LAYOUT(fields)                                                                             \
    "{\"name\": \"x\", \"title\": \"x\", \"delimiter\": \",\", \"date_format\": \"YYYY-MM-DD\",\n" \
    "\"fields\": {\"claim_id\": {\"column\": \"a\"}, \"member_id\": {\"column\": \"b\"},\n"        \
    "\"claim_line_start_date\": {\"column\": \"c\"}, \"hcpcs_code\": {\"column\": "                \
    "\"d\"},\n" fields "}}"
#define REST                                                                                       \
    "\"service_unit_quantity\": {\"column\": \"e\"}, \"rendering_npi\": {\"column\": \"f\"}"

Test(layout, what_is_wrong_with_a_file_is_said_at_its_place) {
    expect_bad_file("{", "");
    expect_bad_file("{}", "fields");
    expect_bad_file(LAYOUT("\"rendering_npi\": {\"column\": \"f\"}"), "service_unit_quantity");
    expect_bad_file(LAYOUT(REST ", \"birth_dat\": {\"column\": \"g\"}"), "birth_date");
    expect_bad_file(LAYOUT(REST ", \"birth_date\": {\"fallback\": \"g\"}"), "needs a column");
    expect_bad_file(LAYOUT(REST ", \"birth_date\": {\"missing\": \"g\"}"), "needs a column");
    expect_bad_file(LAYOUT("\"rendering_npi\": {\"column\": \"f\"},\n\"service_unit_quantity\": "
                           "{\"column\": \"e\", \"map\": {\"A\": \"1\"}}"),
                    "a cutback rewrites it");
    expect_bad_file(LAYOUT("\"rendering_npi\": {\"column\": \"f\"},\n\"service_unit_quantity\": "
                           "{\"fixed\": \"1\"}"),
                    "a cutback rewrites it");
    expect_bad_file(LAYOUT(REST ", \"claim_frequency_code\": {\"column\": \"g\", \"map\": "
                                "{\"r\": \"7\", \"V\": \"8\", \"R\": \"1\"}}"),
                    "the value \"R\" stands twice");
}

/* A payer's ids, dates and NPIs may be one column, and a map takes two things out of one. */
Test(layout, one_column_for_two_fields_that_cannot_be_the_same_is_noted) {
    static const struct {
        const char *fields;
        const char *other; /* NULL: nothing is noted */
    } cases[] = {
        {REST, NULL},
        {REST ", \"original_claim_id\": {\"column\": \"a\"}, \"received_date\": {\"column\": "
              "\"c\"}, \"billing_npi\": {\"column\": \"f\"}",
         NULL},
        {REST ", \"claim_frequency_code\": {\"column\": \"g\", \"map\": {\"137\": \"7\"}}, "
              "\"place_of_service_code\": {\"column\": \"g\"}",
         NULL},
        {REST ", \"charge_amount\": {\"column\": \"e\"}", "charge_amount"},
        {REST ", \"hcpcs_modifier_1\": {\"column\": \"g\"}, \"hcpcs_modifier_2\": {\"column\": "
              "\"G\"}",
         "hcpcs_modifier_2"},
        {"\"service_unit_quantity\": {\"column\": \"b\"}, \"rendering_npi\": {\"column\": \"f\"}",
         "service_unit_quantity"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        struct cg_binding binding;
        struct cg_error err = CG_ERROR_INIT;
        snprintf(text, sizeof text, LAYOUT("%s"), cases[i].fields);
        struct cg_layout *layout = load_text(text);
        cr_assert_eq(cg_layout_bind(layout, cg_text_of("a,b,c,d,e,f,g"), false, &binding, &err),
                     CG_OK, "%s", err.text);
        cr_expect_eq(binding.note_count, cases[i].other != NULL, "case %zu", i);
        if (cases[i].other != NULL) {
            cr_expect_eq(binding.notes[0].kind, CG_COLUMN_IS_SHARED);
            cr_expect_str_eq(binding.notes[0].wanted, cases[i].other);
        }
        cg_binding_fini(&binding);
        cg_layout_free(layout);
    }
}

Test(layout, a_value_that_its_field_does_not_know_is_refused) {
    static const struct {
        const char *field;
        const char *problem;
    } cases[] = {
        {"\"claim_frequency_code\": {\"column\": \"g\", \"map\": {\"A\": \"9\"}}",
         "\"9\" is no claim_frequency_code: write 1, 7 or 8"},
        {"\"billing_npi\": {\"fixed\": \"1000000005\"}", "an NPI with its check digit"},
        {"\"hcpcs_modifier_2\": {\"column\": \"g\", \"map\": {\"peer\": \"HEQ\"}}",
         "\"HEQ\" is no hcpcs_modifier_2: write two letters"},
        {"\"claim_line_number\": {\"fixed\": \"first\"}", "a number from 1 to 9999"},
        {"\"received_date\": {\"fixed\": \"01/31/2025\"}", "a real date in the date_format"},
        {"\"claim_line_end_date\": {\"column\": \"g\", \"map\": {\"0\": \"9999-12-31\"}}",
         "a real date in the date_format"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, LAYOUT(REST ", %s"), cases[i].field);
        expect_bad_file(text, cases[i].problem);
    }
    cg_layout_free(load_text(LAYOUT(
        REST
        ", \"received_date\": {\"fixed\": \"01/31/2025\", \"date_format\": \"MM/DD/YYYY\"}, "
        "\"claim_line_number\": {\"column\": \"g\", \"as\": \"id\", \"map\": {\"x\": \"one\"}}")));
}

Test(layout, what_the_schema_finds_hides_nothing_elsewhere) {
    static const char bad_schema[] =
        LAYOUT("\"rendering_npi\": {\"columm\": \"f\"}, \"birth_date\": {\"fallback\": \"g\"},\n"
               "\"service_unit_quantity\": {\"column\": \"q\", \"map\": {\"a\": \"1\"}}");
    expect_bad_file(bad_schema, "did you mean \"column\"");
    expect_bad_file(bad_schema, "birth_date needs a column");
    expect_bad_file(bad_schema, "a cutback rewrites it");
    expect_bad_file("{\"date_format\": \"YY\", \"delimiter\": 5, \"fields\": {\"hcpcs_code\": {}}}",
                    "date_format");
}

Test(layout, an_unknown_name_is_answered_with_those_there_are) {
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    struct cg_layout *layout = NULL;
    cg_problems_init(&problems);
    cr_assert_eq(cg_layout_load("tuvva", &layout, &problems, &err), CG_BAD_CONFIG);
    cr_assert_not_null(strstr(err.text, "did you mean \"tuva\"?"), "%s", err.text);
    cr_assert_not_null(strstr(err.text, "rif-carrier"));
    cg_problems_fini(&problems);
}

Test(layout, a_fixed_value_serves_only_where_no_column_is) {
    const char *text = LAYOUT(REST ",\n\"place_of_service_code\": {\"column\": \"p\", \"fixed\": "
                                   "\"11\"}, \"claim_frequency_code\": {\"fixed\": \"1\"}");
    struct cg_layout *layout = load_text(text);
    struct cg_binding binding;
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_layout_bind(layout, cg_text_of("a,b,c,d,e,f"), false, &binding, &err), CG_OK);
    cr_assert_str_eq(binding.fields[CG_FIELD_PLACE_OF_SERVICE_CODE].fixed, "11");
    cr_assert_str_eq(binding.fields[CG_FIELD_CLAIM_FREQUENCY_CODE].fixed, "1");
    cg_binding_fini(&binding);
    cr_assert_eq(cg_layout_bind(layout, cg_text_of("a,b,c,d,e,f,P"), false, &binding, &err), CG_OK);
    cr_assert_eq(binding.fields[CG_FIELD_PLACE_OF_SERVICE_CODE].column, 6);
    cr_assert_null(binding.fields[CG_FIELD_PLACE_OF_SERVICE_CODE].fixed);
    cg_binding_fini(&binding);
    cg_layout_free(layout);
}
