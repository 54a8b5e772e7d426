#include "columns.h"

#include <string.h>

/* Names and order: Tuva Project, core data model, medical_claim; the smallest useful part of it,
 * with the columns it lacks at the end. */
static const struct cg_column COMPACT[] = {
    {.name = "claim_id", .content = CG_CONTENT_CLAIM_ID},
    {.name = "claim_line_number", .content = CG_CONTENT_LINE_NUMBER},
    {.name = "member_id", .content = CG_CONTENT_MEMBER_ID},
    {.name = "claim_line_start_date", .content = CG_CONTENT_START_DATE},
    {.name = "claim_line_end_date", .content = CG_CONTENT_END_DATE},
    {.name = "place_of_service_code", .content = CG_CONTENT_PLACE},
    {.name = "service_unit_quantity", .content = CG_CONTENT_UNITS},
    {.name = "hcpcs_code", .content = CG_CONTENT_PROCEDURE},
    {.name = "hcpcs_modifier_1", .content = CG_CONTENT_MODIFIER_1},
    {.name = "hcpcs_modifier_2", .content = CG_CONTENT_MODIFIER_2},
    {.name = "rendering_npi", .content = CG_CONTENT_RENDERING_NPI},
    {.name = "billing_npi", .content = CG_CONTENT_BILLING_NPI},
    {.name = "charge_amount", .content = CG_CONTENT_CHARGE},
    {.name = "diagnosis_code_1", .content = CG_CONTENT_DIAGNOSIS},
    {.name = "claim_frequency_code", .content = CG_CONTENT_FREQUENCY},
    {.name = "original_claim_id", .content = CG_CONTENT_ORIGINAL_ID},
    {.name = "received_date", .content = CG_CONTENT_RECEIVED_DATE},
    {.name = "authorization_number", .content = CG_CONTENT_AUTHORIZATION},
    {.name = "birth_date", .content = CG_CONTENT_BIRTH_DATE},
    {.name = NULL},
};

/* All columns of Tuva's medical_claim, then those it lacks. */
static const struct cg_column TUVA[] = {
    {.name = "claim_id", .content = CG_CONTENT_CLAIM_ID},
    {.name = "claim_line_number", .content = CG_CONTENT_LINE_NUMBER},
    {.name = "claim_type"},
    {.name = "person_id", .content = CG_CONTENT_MEMBER_ID},
    {.name = "member_id", .content = CG_CONTENT_MEMBER_ID},
    {.name = "payer"},
    {.name = "plan"},
    {.name = "claim_start_date", .content = CG_CONTENT_START_DATE},
    {.name = "claim_end_date", .content = CG_CONTENT_END_DATE_FULL},
    {.name = "claim_line_start_date", .content = CG_CONTENT_START_DATE},
    {.name = "claim_line_end_date", .content = CG_CONTENT_END_DATE_FULL},
    {.name = "admission_date"},
    {.name = "discharge_date"},
    {.name = "admit_source_code"},
    {.name = "admit_type_code"},
    {.name = "discharge_disposition_code"},
    {.name = "place_of_service_code", .content = CG_CONTENT_PLACE},
    {.name = "bill_type_code"},
    {.name = "drg_code_type"},
    {.name = "drg_code"},
    {.name = "revenue_center_code"},
    {.name = "service_unit_quantity", .content = CG_CONTENT_UNITS},
    {.name = "hcpcs_code", .content = CG_CONTENT_PROCEDURE},
    {.name = "hcpcs_modifier_1", .content = CG_CONTENT_MODIFIER_1},
    {.name = "hcpcs_modifier_2", .content = CG_CONTENT_MODIFIER_2},
    {.name = "hcpcs_modifier", .first = 3, .last = 5},
    {.name = "rendering_npi", .content = CG_CONTENT_RENDERING_NPI},
    {.name = "rendering_tin"},
    {.name = "billing_npi", .content = CG_CONTENT_BILLING_NPI},
    {.name = "billing_tin"},
    {.name = "facility_npi"},
    {.name = "paid_date"},
    {.name = "paid_amount"},
    {.name = "allowed_amount"},
    {.name = "charge_amount", .content = CG_CONTENT_CHARGE},
    {.name = "coinsurance_amount"},
    {.name = "copayment_amount"},
    {.name = "deductible_amount"},
    {.name = "total_cost_amount"},
    {.name = "diagnosis_code_type"},
    {.name = "diagnosis_code_1", .content = CG_CONTENT_DIAGNOSIS},
    {.name = "diagnosis_code", .first = 2, .last = 25},
    {.name = "diagnosis_poa", .first = 1, .last = 25},
    {.name = "procedure_code_type"},
    {.name = "procedure_code", .first = 1, .last = 25},
    {.name = "procedure_date", .first = 1, .last = 25},
    {.name = "in_network_flag"},
    {.name = "data_source"},
    {.name = "file_name"},
    {.name = "file_date"},
    {.name = "ingest_datetime"},
    {.name = "claim_frequency_code", .content = CG_CONTENT_FREQUENCY},
    {.name = "original_claim_id", .content = CG_CONTENT_ORIGINAL_ID},
    {.name = "received_date", .content = CG_CONTENT_RECEIVED_DATE},
    {.name = "authorization_number", .content = CG_CONTENT_AUTHORIZATION},
    {.name = "birth_date", .content = CG_CONTENT_BIRTH_DATE},
    {.name = NULL},
};

/* T-MSIS Analytic Files, other services: header and line columns as an extract joins them. */
static const struct cg_column TAF_OT[] = {
    {.name = "BENE_ID", .content = CG_CONTENT_MEMBER_ID},
    {.name = "MSIS_ID", .content = CG_CONTENT_MEMBER_ID},
    {.name = "STATE_CD"},
    {.name = "CLM_ID", .content = CG_CONTENT_CLAIM_ID},
    {.name = "SRVC_BGN_DT", .content = CG_CONTENT_START_DATE},
    {.name = "SRVC_END_DT", .content = CG_CONTENT_END_DATE_FULL},
    {.name = "BLG_PRVDR_NPI", .content = CG_CONTENT_BILLING_NPI},
    {.name = "DGNS_CD_1", .content = CG_CONTENT_DIAGNOSIS},
    {.name = "DGNS_CD_2"},
    {.name = "POS_CD", .content = CG_CONTENT_PLACE},
    {.name = "LINE_NUM", .content = CG_CONTENT_LINE_NUMBER},
    {.name = "LINE_SRVC_BGN_DT", .content = CG_CONTENT_START_DATE},
    {.name = "LINE_SRVC_END_DT", .content = CG_CONTENT_END_DATE_FULL},
    {.name = "LINE_PRCDR_CD", .content = CG_CONTENT_PROCEDURE},
    {.name = "LINE_PRCDR_MDFR_CD_1", .content = CG_CONTENT_MODIFIER_1},
    {.name = "LINE_PRCDR_MDFR_CD_2", .content = CG_CONTENT_MODIFIER_2},
    {.name = "LINE_PRCDR_MDFR_CD", .first = 3, .last = 4},
    {.name = "ACTL_SRVC_QTY", .content = CG_CONTENT_UNITS},
    {.name = "SRVC_PRVDR_NPI", .content = CG_CONTENT_RENDERING_NPI},
    {.name = "LINE_MDCD_PD_AMT", .content = CG_CONTENT_CHARGE},
    {.name = NULL},
};

/* Claim and Claim Line Feed, file 5: Part B physicians. */
static const struct cg_column CCLF5[] = {
    {.name = "CUR_CLM_UNIQ_ID", .content = CG_CONTENT_CLAIM_ID},
    {.name = "CLM_LINE_NUM", .content = CG_CONTENT_LINE_NUMBER},
    {.name = "BENE_MBI_ID", .content = CG_CONTENT_MEMBER_ID},
    {.name = "BENE_HIC_NUM"},
    {.name = "CLM_TYPE_CD"},
    {.name = "CLM_FROM_DT", .content = CG_CONTENT_START_DATE},
    {.name = "CLM_THRU_DT", .content = CG_CONTENT_END_DATE_FULL},
    {.name = "RNDRG_PRVDR_TYPE_CD"},
    {.name = "RNDRG_PRVDR_FIPS_ST_CD"},
    {.name = "CLM_PRVDR_SPCLTY_CD"},
    {.name = "CLM_FED_TYPE_SRVC_CD"},
    {.name = "CLM_POS_CD", .content = CG_CONTENT_PLACE},
    {.name = "CLM_LINE_FROM_DT", .content = CG_CONTENT_START_DATE},
    {.name = "CLM_LINE_THRU_DT", .content = CG_CONTENT_END_DATE_FULL},
    {.name = "CLM_LINE_HCPCS_CD", .content = CG_CONTENT_PROCEDURE},
    {.name = "CLM_LINE_CVRD_PD_AMT", .content = CG_CONTENT_CHARGE},
    {.name = "CLM_LINE_DGNS_CD", .content = CG_CONTENT_DIAGNOSIS},
    {.name = "RNDRG_PRVDR_NPI_NUM", .content = CG_CONTENT_RENDERING_NPI},
    {.name = "CLM_ADJSMT_TYPE_CD", .content = CG_CONTENT_ADJUSTMENT},
    {.name = "CLM_LINE_SRVC_UNIT_QTY", .content = CG_CONTENT_UNITS},
    {.name = "HCPCS_1_MDFR_CD", .content = CG_CONTENT_MODIFIER_1},
    {.name = "HCPCS_2_MDFR_CD", .content = CG_CONTENT_MODIFIER_2},
    {.name = "HCPCS_3_MDFR_CD"},
    {.name = "HCPCS_4_MDFR_CD"},
    {.name = "HCPCS_5_MDFR_CD"},
    {.name = NULL},
};

/* Research Identifiable Files, carrier claims: base and line columns as an extract joins them. */
static const struct cg_column RIF_CARRIER[] = {
    {.name = "BENE_ID", .content = CG_CONTENT_MEMBER_ID},
    {.name = "CLM_ID", .content = CG_CONTENT_CLAIM_ID},
    {.name = "CLM_FROM_DT", .content = CG_CONTENT_START_DATE},
    {.name = "CLM_THRU_DT", .content = CG_CONTENT_END_DATE_FULL},
    {.name = "LINE_NUM", .content = CG_CONTENT_LINE_NUMBER},
    {.name = "PRF_PHYSN_NPI", .content = CG_CONTENT_RENDERING_NPI},
    {.name = "LINE_SRVC_CNT", .content = CG_CONTENT_UNITS},
    {.name = "LINE_PLACE_OF_SRVC_CD", .content = CG_CONTENT_PLACE},
    {.name = "LINE_1ST_EXPNS_DT", .content = CG_CONTENT_START_DATE},
    {.name = "LINE_LAST_EXPNS_DT", .content = CG_CONTENT_END_DATE_FULL},
    {.name = "HCPCS_CD", .content = CG_CONTENT_PROCEDURE},
    {.name = "HCPCS_1ST_MDFR_CD", .content = CG_CONTENT_MODIFIER_1},
    {.name = "HCPCS_2ND_MDFR_CD", .content = CG_CONTENT_MODIFIER_2},
    {.name = "LINE_SBMTD_CHRG_AMT", .content = CG_CONTENT_CHARGE},
    {.name = "LINE_ICD_DGNS_CD", .content = CG_CONTENT_DIAGNOSIS},
    {.name = NULL},
};

/* Synthea's claims_transactions.csv, which names providers by UUID, with the NPI put behind it. */
static const struct cg_column SYNTHEA[] = {
    {.name = "ID"},
    {.name = "CLAIMID", .content = CG_CONTENT_CLAIM_ID},
    {.name = "CHARGEID", .content = CG_CONTENT_LINE_NUMBER},
    {.name = "PATIENTID", .content = CG_CONTENT_MEMBER_ID},
    {.name = "TYPE"},
    {.name = "AMOUNT", .content = CG_CONTENT_CHARGE},
    {.name = "METHOD"},
    {.name = "FROMDATE", .content = CG_CONTENT_START_DATE},
    {.name = "TODATE", .content = CG_CONTENT_END_DATE_FULL},
    {.name = "PLACEOFSERVICE", .content = CG_CONTENT_PLACE},
    {.name = "PROCEDURECODE", .content = CG_CONTENT_PROCEDURE},
    {.name = "MODIFIER1", .content = CG_CONTENT_MODIFIER_1},
    {.name = "MODIFIER2", .content = CG_CONTENT_MODIFIER_2},
    {.name = "DIAGNOSISREF1"},
    {.name = "DIAGNOSISREF2"},
    {.name = "DIAGNOSISREF3"},
    {.name = "DIAGNOSISREF4"},
    {.name = "UNITS", .content = CG_CONTENT_UNITS},
    {.name = "DEPARTMENTID"},
    {.name = "NOTES"},
    {.name = "UNITAMOUNT"},
    {.name = "TRANSFEROUTID"},
    {.name = "TRANSFERTYPE"},
    {.name = "PAYMENTS"},
    {.name = "ADJUSTMENTS"},
    {.name = "TRANSFERS"},
    {.name = "OUTSTANDING"},
    {.name = "APPOINTMENTID"},
    {.name = "LINENOTE"},
    {.name = "PATIENTINSURANCEID"},
    {.name = "FEESCHEDULEID"},
    {.name = "PROVIDERID", .content = CG_CONTENT_RENDERING_UUID},
    {.name = "SUPERVISINGPROVIDERID"},
    {.name = "RENDERING_NPI", .content = CG_CONTENT_RENDERING_NPI},
    {.name = NULL},
};

static const struct cg_columns TABLES[] = {
    {"compact", ',', CG_DATE_ISO, "", COMPACT},
    {"tuva", ',', CG_DATE_ISO, "", TUVA},
    {"taf-ot", ',', CG_DATE_COMPACT, "", TAF_OT},
    {"cclf5", ',', CG_DATE_ISO, "", CCLF5},
    {"rif-carrier", '|', CG_DATE_DMONY, "", RIF_CARRIER},
    {"synthea", ',', CG_DATE_ISO_TIME, "T00:00:00Z", SYNTHEA},
};

const struct cg_columns *cg_columns_find(const char *name) {
    for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0]; i++) {
        if (strcmp(TABLES[i].name, name) == 0) {
            return &TABLES[i];
        }
    }
    return NULL;
}

bool cg_columns_have(const struct cg_columns *columns, enum cg_content content) {
    for (const struct cg_column *column = columns->list; column->name != NULL; column++) {
        if (column->content == content) {
            return true;
        }
    }
    return false;
}

bool cg_columns_header(const struct cg_columns *columns, struct cg_buffer *out) {
    bool ok = true;
    const char *between = "";
    const char delimiter[2] = {columns->delimiter, '\0'};
    for (const struct cg_column *column = columns->list; ok && column->name != NULL; column++) {
        for (int i = column->first; ok && i <= column->last; i++) {
            ok = i == 0 ? cg_buffer_printf(out, "%s%s", between, column->name)
                        : cg_buffer_printf(out, "%s%s_%d", between, column->name, i);
            between = delimiter;
        }
    }
    return ok && cg_buffer_append_text(out, "\n");
}
