/*
 * Each built-in layout on a feed as its source writes one: with rows that are no services, denied
 * ones, take-backs and new versions. Every feed is decided as the same history in the default
 * layout.
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

TestSuite(layout_feeds, .init = set_up, .fini = tear_down);

#define HISTORY_HEADER                                                                             \
    "claim_id,claim_line_number,member_id,claim_line_start_date,claim_line_end_date,hcpcs_code,"   \
    "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id\n"

static char *decide(const char *layout, const char *name, const char *claims) {
    char out[RUN_PATH_BYTES];
    size_t len;
    snprintf(out, sizeof out, "%s", scene_path(&scene, "%s.out", name));
    const char *const args[] = {scene_file(&scene, name, claims, strlen(claims)),
                                "--out",
                                out,
                                layout != NULL ? "--layout" : NULL,
                                layout,
                                NULL};
    scene_expect_success(args, NULL);
    char *report = scene_read(out, "report.json", &len);
    scene_check_report(report, len);
    return report;
}

/* `layout` is NULL where the header tells it. */
static void expect_same(const char *layout, const char *feed, const char *history,
                        long long left_out) {
    static const char *const parts[] = {"counts", "counts", "units", "units", "units"};
    static const char *const keys[] = {"rejected", "taken_back", "submitted", "accepted",
                                       "taken_back"};
    char *ours = decide(layout, "feed.csv", feed);
    char *theirs = decide("tuva", "history.csv", history);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        cr_expect_eq(scene_count(ours, parts[i], keys[i]), scene_count(theirs, parts[i], keys[i]),
                     "%s %s:\n%s\n%s", parts[i], keys[i], ours, theirs);
    }
    cr_expect_eq(scene_count(ours, "counts", "left_out"), left_out, "%s", ours);
    cr_expect_eq(scene_count(ours, "counts", "accepted") - left_out,
                 scene_count(theirs, "counts", "accepted"), "%s", ours);
    const char *reasons = strstr(theirs, "\"reasons\": {");
    const size_t len = (size_t)(strstr(reasons, "\"warnings\"") - reasons);
    const char *own = strstr(ours, "\"reasons\": {");
    cr_expect(strncmp(own, reasons, len) == 0, "%s\n%s", ours, theirs);
    free(ours);
    free(theirs);
}

Test(layout_feeds, synthea_charges_are_services_and_payments_are_none) {
    static const char header[] =
        "ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,METHOD,FROMDATE,TODATE,PLACEOFSERVICE,"
        "PROCEDURECODE,MODIFIER1,MODIFIER2,UNITS,RENDERING_NPI\n";
    char feed[4096];
    snprintf(feed, sizeof feed,
             "%s"
             "t1,A1,0,M1,CHARGE,9.0,,2025-01-06T14:00:00Z,2025-01-06T15:00:00Z,53,H0038,,,4,"
             "1000000004\n"
             "t2,A1,0,M1,PAYMENT,9.0,CASH,2025-01-06T14:00:00Z,2025-01-06T15:00:00Z,53,H0038,,,4,"
             "1000000004\n"
             "t3,A1,0,M1,TRANSFEROUT,9.0,,2025-01-06T14:00:00Z,1970-01-01T00:00:00Z,53,H0038,,,4,"
             "1000000004\n"
             "t4,A1,1,M1,CHARGE,9.0,,2025-01-06T23:30:00Z,2025-01-07T00:30:00Z,53,H0038,,,2,"
             "1000000004\n"
             "t5,A2,0,M1,CHARGE,9.0,,2025-01-06T20:00:00Z,1970-01-01T00:00:00Z,53,H0038,,,1,"
             "1000000004\n",
             header);
    expect_same(NULL, feed,
                HISTORY_HEADER "A1,1,M1,2025-01-06,,H0038,4,1000000004,,\n"
                               "A1,2,M1,2025-01-06,,H0038,2,1000000004,,\n"
                               "A2,1,M1,2025-01-06,,H0038,1,1000000004,,\n",
                2);
}

Test(layout_feeds, cclf5_cancellations_and_adjustments_meet_their_claim) {
    static const char feed[] =
        "CUR_CLM_UNIQ_ID,CLM_LINE_NUM,BENE_MBI_ID,CLM_LINE_FROM_DT,CLM_LINE_THRU_DT,"
        "CLM_LINE_HCPCS_CD,RNDRG_PRVDR_NPI_NUM,CLM_CARR_PMT_DNL_CD,CLM_PRCSG_IND_CD,"
        "CLM_ADJSMT_TYPE_CD,CLM_CNTL_NUM,CLM_LINE_SRVC_UNIT_QTY,HCPCS_1_MDFR_CD\n"
        "1,1,M1,2025-01-06,2025-01-06,H0038,1000000004,1,A,0,C1,6,~\n"
        "2,1,M1,2025-01-06,2025-01-06,H0038,1000000004,1,A,1,C1,6,~\n"
        "3,1,M1,2025-01-06,2025-01-06,H0038,1000000004,1,A,2,C1,4,~\n"
        "4,1,M1,2025-01-06,2025-01-06,H0038,1000000004,1,A,0,C2,2,HE\n"
        "5,1,M1,2025-01-06,2025-01-06,H0038,1000000004,0,A,0,C3,6,~\n"
        "6,1,M1,2025-01-06,2025-01-06,H0038,1000000004,1,N,0,C4,6,~\n"
        "7,1,M1,2025-01-06,2025-01-06,H0038,1000000004,1,A,0,C5,1,~\n"
        "8,1,M1,2025-01-06,2025-01-06,H0038,1000000004,1,A,2,C2,1,~\n";
    expect_same(NULL, feed,
                HISTORY_HEADER "C1,1,M1,2025-01-06,,H0038,6,1000000004,,\n"
                               "C1,1,M1,2025-01-06,,H0038,6,1000000004,8,C1\n"
                               "C1,1,M1,2025-01-06,,H0038,4,1000000004,7,C1\n"
                               "C2,1,M1,2025-01-06,,H0038,2,1000000004,,\n"
                               "C5,1,M1,2025-01-06,,H0038,1,1000000004,,\n"
                               "C2,1,M1,2025-01-06,,H0038,1,1000000004,7,C2\n",
                2);
}

Test(layout_feeds, taf_ot_denied_lines_use_nothing_and_adjustments_find_their_original) {
    static const char feed[] =
        "BENE_ID,MSIS_ID,CLM_ID,ORGNL_CLM_NUM,ADJSTMT_CLM_NUM,ADJSTMT_IND,CLM_STUS_CD,SRVC_BGN_DT,"
        "SRVC_END_DT,LINE_NUM,LINE_CLM_STUS_CD,LINE_SRVC_BGN_DT,LINE_SRVC_END_DT,LINE_PRCDR_CD,"
        "ACTL_SRVC_QTY,SRVC_PRVDR_NPI\n"
        "B1,S1,1,C1,,0,1,20250106,20250106,1,1,20250106,20250106,H0038,6,1000000004\n"
        "B1,S1,2,C1,C2,4,1,20250106,20250106,1,1,20250106,20250106,H0038,4,1000000004\n"
        "B1,S1,3,C3,,0,542,20250106,20250106,1,1,20250106,20250106,H0038,6,1000000004\n"
        "B1,S1,4,C4,,0,1,20250106,20250106,1,087,20250106,20250106,H0038,6,1000000004\n"
        "B1,S1,5,C5,,0,1,20250106,20250106,1,1,20250106,20250106,H0038,2,1000000004\n"
        "B1,S1,6,C5,C6,1,1,20250106,20250106,1,1,20250106,20250106,H0038,2,1000000004\n"
        ",B1,7,C7,,0,1,20250106,20250106,1,1,,,H0038,2,1000000004\n"
        "B1,S1,8,C7,C8,5,1,20250106,20250106,1,1,20250106,20250106,H0038,9,1000000004\n"
        "B1,S1,9,C7,,0,1,20250106,20250106,1,1,20250106,20250106,H0038,-2,1000000004\n"
        "B1,S1,9,C7,,0,1,20250106,20250106,1,1,20250106,20250106,H0038,3,1000000004\n";
    expect_same(NULL, feed,
                HISTORY_HEADER "C1,1,B1,2025-01-06,,H0038,6,1000000004,,\n"
                               "C2,1,B1,2025-01-06,,H0038,4,1000000004,7,C1\n"
                               "C5,1,B1,2025-01-06,,H0038,2,1000000004,,\n"
                               "C6,1,B1,2025-01-06,,H0038,2,1000000004,8,C5\n"
                               "C7,1,B1,2025-01-06,,H0038,2,1000000004,,\n"
                               "C7,1,B1,2025-01-06,,H0038,2,1000000004,8,C7\n"
                               "C7,1,B1,2025-01-06,,H0038,3,1000000004,,\n",
                3);
}

Test(layout_feeds, taf_ot_reads_the_names_of_the_programs_that_make_it) {
    static const char feed[] =
        "MSIS_IDENT_NUM,ORGNL_CLM_NUM,ADJSTMT_CLM_NUM,ADJSTMT_IND,CLM_STUS_CD,CLL_STUS_CD,"
        "ORGNL_LINE_NUM,SRVC_BGNNG_DT,SRVC_ENDG_DT,PRCDR_CD,PRCDR_1_MDFR_CD,SRVC_QTY_ACTL,"
        "SRVCNG_PRVDR_NPI_NUM,BLG_PRVDR_NPI_NUM\n"
        "B1,C1,,0,1,1,1,20250106,20250106,H0038,HE,6,1000000004,\n"
        "B1,C1,C2,1,1,1,1,20250106,20250106,H0038,HE,6,1000000004,\n"
        "B1,C3,,0,1,654,1,20250106,20250106,H0038,HE,6,1000000004,\n"
        "B1,C4,,0,26,1,1,20250106,20250106,H0038,HE,6,1000000004,\n"
        "B1,C5,,0,1,1,1,20250106,20250106,H0038,HE,7,1000000004,\n";
    expect_same(NULL, feed,
                HISTORY_HEADER "C1,1,B1,2025-01-06,,H0038,6,1000000004,,\n"
                               "C2,1,B1,2025-01-06,,H0038,6,1000000004,8,C1\n"
                               "C5,1,B1,2025-01-06,,H0038,7,1000000004,,\n",
                2);
}

Test(layout_feeds, rif_carrier_denied_lines_use_nothing) {
    static const char feed[] =
        "BENE_ID|CLM_ID|CARR_CLM_PMT_DNL_CD|LINE_NUM|PRF_PHYSN_NPI|LINE_SRVC_CNT|"
        "LINE_1ST_EXPNS_DT|LINE_LAST_EXPNS_DT|HCPCS_CD|LINE_PRCSG_IND_CD\n"
        "M1|C1|1|1|1000000004|6|06-Jan-2025|06-Jan-2025|H0038|A\n"
        "M1|C2|0|1|1000000004|6|07-Jan-2025|07-Jan-2025|H0038|A\n"
        "M1|C3|1|1|1000000004|6|07-Jan-2025|07-Jan-2025|H0038|N\n"
        "M1|C6|1|1|1000000004|6|07-Jan-2025|07-Jan-2025|H0038|D\n"
        "M1|C7|1|1|1000000004|6|07-Jan-2025|07-Jan-2025|H0038|M\n"
        "M1|C8|1|1|1000000004|6|07-Jan-2025|07-Jan-2025|H0038|C\n"
        "M1|C4|1|1|1000000004|6|07-Jan-2025|07-Jan-2025|H0038|A\n"
        "M1|C5|1|1|1000000004|1|07-Jan-2025|07-Jan-2025|H0038|A\n";
    expect_same(NULL, feed,
                HISTORY_HEADER "C1,1,M1,2025-01-06,,H0038,6,1000000004,,\n"
                               "C4,1,M1,2025-01-07,,H0038,6,1000000004,,\n"
                               "C5,1,M1,2025-01-07,,H0038,1,1000000004,,\n",
                5);
}

Test(layout_feeds, rif_outpatient_lines_are_read_from_their_revenue_centers) {
    static const char feed[] =
        "BENE_ID|CLM_ID|CLM_FROM_DT|CLM_THRU_DT|CLM_FREQ_CD|CLM_MDCR_NON_PMT_RSN_CD|ORG_NPI_NUM|"
        "AT_PHYSN_NPI|CLM_LINE_NUM|REV_CNTR|REV_CNTR_DT|HCPCS_CD|HCPCS_1ST_MDFR_CD|"
        "REV_CNTR_UNIT_CNT|REV_CNTR_TOT_CHRG_AMT|RNDRNG_PHYSN_NPI\n"
        "M1|C1|06-Jan-2025|09-Jan-2025|1|||1000000004|1|0900|06-Jan-2025|H0038|HE|6|9.00|\n"
        "M1|C1|06-Jan-2025|09-Jan-2025|1|||1000000004|2|0900|07-Jan-2025|H0038|HE|4|9.00|"
        "1000000004\n"
        "M1|C2|06-Jan-2025|06-Jan-2025|1|N||1000000004|1|0900|06-Jan-2025|H0038|HE|4|9.00|\n"
        "M1|C3|07-Jan-2025|07-Jan-2025|7|||1000000004|1|0900||H0038|HE|3|9.00|\n";
    expect_same(NULL, feed,
                HISTORY_HEADER "C1,1,M1,2025-01-06,,H0038,6,1000000004,,\n"
                               "C1,2,M1,2025-01-07,,H0038,4,1000000004,,\n"
                               "C3,1,M1,2025-01-07,,H0038,3,1000000004,7,C3\n",
                1);
}

Test(layout_feeds, a_state_extract_tells_a_replacement_by_its_link_alone) {
    static const char feed[] =
        "ICN|LN_NO|RECIP_ID|FDOS|TDOS|PROC_CD|MOD1|UNITS_BILLED|SRV_NPI|FORMER_ICN|LN_STATUS\n"
        "C1|1|M1|1/6/2025|1/6/2025|H0038||6|1000000004|0|P\n"
        "C2|1|M1|1/6/2025|1/6/2025|H0038||4|1000000004|C1|P\n"
        "C3|1|M1|1/6/2025|1/6/2025|H0038|NULL|6|1000000004|NULL|D\n"
        "C4|1|M1|1/6/2025|1/6/2025|H0038||2|1000000004||paid\n"
        "C4|1|M1|1/6/2025|1/6/2025|H0038||-2|1000000004||P\n"
        "C5|1|M1|01/06/2025||H0038||3|1000000004||P\n";
    expect_same("fixtures/layouts/state-extract.json", feed,
                HISTORY_HEADER "C1,1,M1,2025-01-06,,H0038,6,1000000004,,\n"
                               "C2,1,M1,2025-01-06,,H0038,4,1000000004,7,C1\n"
                               "C4,1,M1,2025-01-06,,H0038,2,1000000004,,\n"
                               "C4,1,M1,2025-01-06,,H0038,2,1000000004,8,C4\n"
                               "C5,1,M1,2025-01-06,,H0038,3,1000000004,,\n",
                1);
}
