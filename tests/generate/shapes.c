#include "shapes.h"

#include <stddef.h>
#include <string.h>

static const struct cg_shape SHAPES[] = {
    /* The smallest useful part of Tuva's. */
    {.name = "compact",
     .header = "claim_id,claim_line_number,member_id,claim_line_start_date,"
               "claim_line_end_date,place_of_service_code,service_unit_quantity,hcpcs_code,"
               "hcpcs_modifier_{1..2},rendering_npi,billing_npi,charge_amount,"
               "diagnosis_code_1,claim_frequency_code,original_claim_id,received_date,"
               "authorization_number,birth_date",
     .end_of_spans_only = true,
     .voids = CG_TAKING_LINKED,
     .replacements = CG_TAKING_LINKED},
    /* Tuva Project, core data model: all of medical_claim, then the columns that it lacks. */
    {.name = "tuva",
     .header = "claim_id,claim_line_number,claim_type,person_id=member_id,member_id,payer,"
               "plan,claim_start_date=claim_line_start_date/or claim_line_start_date,"
               "claim_end_date=claim_line_end_date/or claim_line_end_date,claim_line_start_date,"
               "claim_line_end_date,admission_date,discharge_date,admit_source_code,"
               "admit_type_code,discharge_disposition_code,place_of_service_code,"
               "bill_type_code,drg_code_type,drg_code,revenue_center_code,"
               "service_unit_quantity,hcpcs_code,hcpcs_modifier_{1..5},rendering_npi,"
               "rendering_tin,billing_npi,billing_tin,facility_npi,paid_date,paid_amount,"
               "allowed_amount,charge_amount,coinsurance_amount,copayment_amount,"
               "deductible_amount,total_cost_amount,diagnosis_code_type,"
               "diagnosis_code_{1..25},diagnosis_poa_{1..25},procedure_code_type,"
               "procedure_code_{1..25},procedure_date_{1..25},in_network_flag,data_source,"
               "file_name,file_date,ingest_datetime,claim_frequency_code,original_claim_id,"
               "received_date,authorization_number,birth_date",
     .voids = CG_TAKING_LINKED,
     .replacements = CG_TAKING_LINKED,
     .units_suffix = ".0"},
    /* T-MSIS Analytic Files, other services: header and line columns as an extract joins them. */
    {.name = "taf-ot",
     .date_format = CG_DATE_COMPACT,
     .header =
         "BENE_ID=member_id,MSIS_ID=member_id/or member_id,STATE_CD,"
         "CLM_ID=claim_id/version,"
         "SRVC_BGN_DT=claim_line_start_date/or claim_line_start_date,"
         "SRVC_END_DT=claim_line_end_date/or claim_line_end_date,"
         "BLG_PRVDR_NPI=billing_npi,DGNS_CD_1=diagnosis_code_1,DGNS_CD_2,"
         "POS_CD=place_of_service_code,"
         "LINE_NUM=claim_line_number,LINE_SRVC_BGN_DT=claim_line_start_date,"
         "LINE_SRVC_END_DT=claim_line_end_date,LINE_PRCDR_CD=hcpcs_code,"
         "LINE_PRCDR_MDFR_CD_{1..4}=hcpcs_modifier_{1..4},ACTL_SRVC_QTY=service_unit_quantity,"
         "SRVC_PRVDR_NPI=rendering_npi,LINE_MDCD_PD_AMT=charge_amount",
     .feed_columns = "ORGNL_CLM_NUM=/first_claim,ADJSTMT_CLM_NUM=/adjusting_claim,"
                     "ADJSTMT_IND=/adjustment,LINE_ADJSTMT_IND=/or adjustment,CLM_STUS_CD,"
                     "LINE_CLM_STUS_CD",
     .marks = {{"CLM_STUS_CD", "1", {"26", "087", "542", "585", "654"}},
               {"LINE_CLM_STUS_CD", "1", {"026", "87", "542", "585", "654"}},
               {"ADJSTMT_IND", NULL, {"5", "6"}}},
     .voids = CG_TAKING_MIXED,
     .replacements = CG_TAKING_MIXED,
     .adjustments = {"0", "1", "4"},
     .blanks = {"", "~", "NULL", "\\N"},
     .units_suffix = ".000"},
    /* The same by the names of the programs that make it. */
    {.name = "taf-ot-programs",
     .date_format = CG_DATE_COMPACT,
     .header = "SUBMTG_STATE_CD,MSIS_IDENT_NUM=member_id,ORGNL_CLM_NUM=claim_id/first_claim,"
               "ADJSTMT_CLM_NUM=claim_id/adjusting_claim,ADJSTMT_IND=adjustment,"
               "LINE_ADJSTMT_IND=adjustment/or adjustment,ORGNL_LINE_NUM=claim_line_number,"
               "SRVC_BGNNG_DT=claim_line_start_date,SRVC_ENDG_DT=claim_line_end_date,"
               "PRCDR_CD=hcpcs_code,PRCDR_{1..4}_MDFR_CD=hcpcs_modifier_{1..4},"
               "SRVC_PLC_CD=place_of_service_code,"
               "SRVC_QTY_ACTL=service_unit_quantity,SRVCNG_PRVDR_NPI_NUM=rendering_npi,"
               "BLG_PRVDR_NPI_NUM=billing_npi,MDCD_PD_AMT=charge_amount,"
               "DGNS_1_CD=diagnosis_code_1",
     .feed_columns = "CLM_STUS_CD,CLL_STUS_CD,CLM_DND_IND",
     .marks = {{"CLM_STUS_CD", "1", {"26", "087", "542", "585", "654"}},
               {"CLL_STUS_CD", "", {"026", "87", "542", "585", "654"}},
               {"CLM_DND_IND", "1", {"0"}},
               {"ADJSTMT_IND", NULL, {"5", "6"}}},
     .voids = CG_TAKING_MIXED,
     .replacements = CG_TAKING_MIXED,
     .adjustments = {"0", "1", "4"},
     .blanks = {"", "~", "\\N"},
     .units_suffix = ".0"},
    /* Claim and Claim Line Feed, file 5: Part B physicians. */
    {.name = "cclf5",
     .header = "CUR_CLM_UNIQ_ID=claim_id/version,CLM_LINE_NUM=claim_line_number,"
               "BENE_MBI_ID=member_id,BENE_HIC_NUM,CLM_TYPE_CD,"
               "CLM_FROM_DT=claim_line_start_date,CLM_THRU_DT=claim_line_end_date,"
               "RNDRG_PRVDR_TYPE_CD,RNDRG_PRVDR_FIPS_ST_CD,CLM_PRVDR_SPCLTY_CD,"
               "CLM_FED_TYPE_SRVC_CD,CLM_POS_CD=place_of_service_code,"
               "CLM_LINE_FROM_DT=claim_line_start_date,CLM_LINE_THRU_DT=claim_line_end_date,"
               "CLM_LINE_HCPCS_CD=hcpcs_code,CLM_LINE_CVRD_PD_AMT=charge_amount,"
               "CLM_LINE_DGNS_CD=diagnosis_code_1,RNDRG_PRVDR_NPI_NUM=rendering_npi,"
               "CLM_ADJSMT_TYPE_CD=adjustment,CLM_LINE_SRVC_UNIT_QTY=service_unit_quantity,"
               "HCPCS_1_MDFR_CD=hcpcs_modifier_1,HCPCS_2_MDFR_CD=hcpcs_modifier_2,"
               "HCPCS_3_MDFR_CD=hcpcs_modifier_3,HCPCS_4_MDFR_CD=hcpcs_modifier_4,"
               "HCPCS_5_MDFR_CD=hcpcs_modifier_5",
     .feed_columns = "CLM_CNTL_NUM=claim_id,CLM_PRCSG_IND_CD,CLM_CARR_PMT_DNL_CD",
     .marks = {{"CLM_PRCSG_IND_CD", "A", {"B", "C", "D", "I", "N"}},
               {"CLM_PRCSG_IND_CD", "A", {"L", "M", "P", "Z"}},
               {"CLM_CARR_PMT_DNL_CD", "1", {"0"}}},
     .voids = CG_TAKING_REPEATED,
     .replacements = CG_TAKING_CANCELLED,
     .blanks = {"~", ""},
     .units_suffix = ".0000"},
    /* Research Identifiable Files, carrier: base and line columns as an extract joins them. */
    {.name = "rif-carrier",
     .delimiter = '|',
     .date_format = CG_DATE_DMONY,
     .header = "BENE_ID=member_id,CLM_ID=claim_id,CLM_FROM_DT=claim_line_start_date,"
               "CLM_THRU_DT=claim_line_end_date,LINE_NUM=claim_line_number,"
               "PRF_PHYSN_NPI=rendering_npi,LINE_SRVC_CNT=service_unit_quantity,"
               "LINE_PLACE_OF_SRVC_CD=place_of_service_code,"
               "LINE_1ST_EXPNS_DT=claim_line_start_date,"
               "LINE_LAST_EXPNS_DT=claim_line_end_date,HCPCS_CD=hcpcs_code,"
               "HCPCS_1ST_MDFR_CD=hcpcs_modifier_1,HCPCS_2ND_MDFR_CD=hcpcs_modifier_2,"
               "LINE_SBMTD_CHRG_AMT=charge_amount,LINE_ICD_DGNS_CD=diagnosis_code_1",
     .feed_columns = "LINE_PRCSG_IND_CD,CARR_CLM_PMT_DNL_CD",
     .marks = {{"LINE_PRCSG_IND_CD", "A", {"B", "C", "D", "I", "N"}},
               {"LINE_PRCSG_IND_CD", "A", {"L", "M", "P", "Z"}},
               {"CARR_CLM_PMT_DNL_CD", "1", {"0"}}},
     .units_suffix = ".000"},
    /* The same, outpatient: base and revenue center columns. */
    {.name = "rif-outpatient",
     .delimiter = '|',
     .date_format = CG_DATE_DMONY,
     .header = "BENE_ID=member_id,CLM_ID=claim_id,"
               "CLM_FROM_DT=claim_line_start_date/or claim_line_start_date,"
               "CLM_THRU_DT=claim_line_end_date/or claim_line_end_date,CLM_FREQ_CD=adjustment,"
               "ORG_NPI_NUM=billing_npi,AT_PHYSN_NPI=rendering_npi/or rendering_npi,"
               "PRNCPAL_DGNS_CD=diagnosis_code_1,CLM_LINE_NUM=claim_line_number,REV_CNTR,"
               "REV_CNTR_DT=claim_line_start_date,HCPCS_CD=hcpcs_code,"
               "HCPCS_1ST_MDFR_CD=hcpcs_modifier_1,HCPCS_2ND_MDFR_CD=hcpcs_modifier_2,"
               "HCPCS_3RD_MDFR_CD=hcpcs_modifier_3,HCPCS_4TH_MDFR_CD=hcpcs_modifier_4,"
               "REV_CNTR_UNIT_CNT=service_unit_quantity,REV_CNTR_TOT_CHRG_AMT=charge_amount,"
               "RNDRNG_PHYSN_NPI=rendering_npi",
     .feed_columns = "CLM_MDCR_NON_PMT_RSN_CD",
     .marks = {{"CLM_MDCR_NON_PMT_RSN_CD", "", {"N"}}},
     .voids = CG_TAKING_REPEATED,
     .replacements = CG_TAKING_REPEATED,
     .adjustments = {"1", "8", "7"}},
    /* Synthea's claims_transactions.csv, which names providers by UUID, with the NPI behind it. */
    {.name = "synthea",
     .date_format = CG_DATE_ISO,
     .header = "ID,CLAIMID=claim_id,CHARGEID=claim_line_number,PATIENTID=member_id,TYPE,"
               "AMOUNT=charge_amount,METHOD,FROMDATE=claim_line_start_date,"
               "TODATE=claim_line_end_date,PLACEOFSERVICE=place_of_service_code,"
               "PROCEDURECODE=hcpcs_code,MODIFIER1=hcpcs_modifier_1,"
               "MODIFIER2=hcpcs_modifier_2,DIAGNOSISREF1,DIAGNOSISREF2,DIAGNOSISREF3,"
               "DIAGNOSISREF4,UNITS=service_unit_quantity,DEPARTMENTID,NOTES,UNITAMOUNT,"
               "TRANSFEROUTID,TRANSFERTYPE,PAYMENTS,ADJUSTMENTS,TRANSFERS,OUTSTANDING,"
               "APPOINTMENTID,LINENOTE,PATIENTINSURANCEID,FEESCHEDULEID,PROVIDERID=uuid,"
               "SUPERVISINGPROVIDERID,RENDERING_NPI=rendering_npi",
     .date_suffix = "T00:00:00Z",
     .marks = {{"TYPE", "CHARGE", {"PAYMENT", "TRANSFEROUT", "TRANSFERIN", "ADJUSTMENT"}}},
     .has_sessions = true,
     .lines_from_zero = true},
    /* A state's own extract: the number of the claim before it alone tells a replacement. */
    {.name = "state-extract",
     .delimiter = '|',
     .date_format = CG_DATE_MDY,
     .header = "ICN=claim_id,LN_NO=claim_line_number,RECIP_ID=member_id,"
               "FDOS=claim_line_start_date,TDOS=claim_line_end_date,PROC_CD=hcpcs_code,"
               "MOD1=hcpcs_modifier_1,UNITS_BILLED=service_unit_quantity,"
               "SRV_NPI=rendering_npi,FORMER_ICN=original_claim_id,LN_STATUS",
     .end_of_spans_only = true,
     .marks = {{"LN_STATUS", "P", {"D", "S", "X", "denied"}}},
     .voids = CG_TAKING_NEGATIVE,
     .replacements = CG_TAKING_MIXED,
     .blanks = {"", "NULL", "0"},
     .units_suffix = ".00"},
    /* A row a claim, as paper forms are keyed in: written beside X12 alone. */
    {.name = "claim-rows",
     .header = "claim_id,member_id,birth_date,billing_npi,diagnosis_code_1,claim_frequency_code,"
               "original_claim_id,received_date,authorization_number",
     .line_columns = "from_{n}=claim_line_start_date,to_{n}=claim_line_end_date,"
                     "pos_{n}=place_of_service_code,hcpcs_{n}=hcpcs_code,"
                     "mod_a_{n}=hcpcs_modifier_1,mod_b_{n}=hcpcs_modifier_2,"
                     "units_{n}=service_unit_quantity,charge_{n}=charge_amount,"
                     "npi_{n}=rendering_npi",
     .end_of_spans_only = true},
};

const struct cg_shape *cg_shape_find(const char *name) {
    for (size_t i = 0; i < sizeof SHAPES / sizeof SHAPES[0]; i++) {
        if (strcmp(SHAPES[i].name, name) == 0) {
            return &SHAPES[i];
        }
    }
    return NULL;
}
