#include "columns.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_LIMIT_BYTES = 1 << 14 };

/*
 * What the built-in layout of a shape cannot say: all columns in their order, and what stands in
 * those that it maps to no field. "code_{2..25}" are the columns code_2 to code_25.
 */
struct shape {
    const char *name;
    const char *layout;
    const char *date_suffix;
    bool end_of_spans_only;
    struct {
        const char *column;
        int content;
    } further[2];
    struct cg_column_mark marks[CG_MARKS_MAX];
    const char *header; /* with commas, whatever the delimiter */
};

static const struct shape SHAPES[] = {
    /* The smallest useful part of Tuva's. */
    {.name = "compact",
     .layout = "tuva",
     .date_suffix = "",
     .end_of_spans_only = true,
     .header = "claim_id,claim_line_number,member_id,claim_line_start_date,claim_line_end_date,"
               "place_of_service_code,service_unit_quantity,hcpcs_code,hcpcs_modifier_{1..2},"
               "rendering_npi,billing_npi,charge_amount,diagnosis_code_1,claim_frequency_code,"
               "original_claim_id,received_date,authorization_number,birth_date"},
    /* Tuva Project, core data model: all of medical_claim, then the columns that it lacks. */
    {.name = "tuva",
     .layout = "tuva",
     .date_suffix = "",
     .further = {{"person_id", CG_FIELD_MEMBER_ID}},
     .header = "claim_id,claim_line_number,claim_type,person_id,member_id,payer,plan,"
               "claim_start_date,claim_end_date,claim_line_start_date,claim_line_end_date,"
               "admission_date,discharge_date,admit_source_code,admit_type_code,"
               "discharge_disposition_code,place_of_service_code,bill_type_code,drg_code_type,"
               "drg_code,revenue_center_code,service_unit_quantity,hcpcs_code,"
               "hcpcs_modifier_{1..5},rendering_npi,rendering_tin,billing_npi,billing_tin,"
               "facility_npi,paid_date,paid_amount,allowed_amount,charge_amount,"
               "coinsurance_amount,copayment_amount,deductible_amount,total_cost_amount,"
               "diagnosis_code_type,diagnosis_code_{1..25},diagnosis_poa_{1..25},"
               "procedure_code_type,procedure_code_{1..25},procedure_date_{1..25},"
               "in_network_flag,data_source,file_name,file_date,ingest_datetime,"
               "claim_frequency_code,original_claim_id,received_date,authorization_number,"
               "birth_date"},
    /* T-MSIS Analytic Files, other services: header and line columns as an extract joins them. */
    {.name = "taf-ot",
     .layout = "taf-ot",
     .date_suffix = "",
     .header = "BENE_ID,MSIS_ID,STATE_CD,CLM_ID,SRVC_BGN_DT,SRVC_END_DT,BLG_PRVDR_NPI,"
               "DGNS_CD_{1..2},POS_CD,LINE_NUM,LINE_SRVC_BGN_DT,LINE_SRVC_END_DT,LINE_PRCDR_CD,"
               "LINE_PRCDR_MDFR_CD_{1..4},ACTL_SRVC_QTY,SRVC_PRVDR_NPI,LINE_MDCD_PD_AMT"},
    /* Claim and Claim Line Feed, file 5: Part B physicians. */
    {.name = "cclf5",
     .layout = "cclf5",
     .date_suffix = "",
     .further = {{"CLM_FROM_DT", CG_FIELD_CLAIM_LINE_START_DATE},
                 {"CLM_THRU_DT", CG_FIELD_CLAIM_LINE_END_DATE}},
     .header = "CUR_CLM_UNIQ_ID,CLM_LINE_NUM,BENE_MBI_ID,BENE_HIC_NUM,CLM_TYPE_CD,CLM_FROM_DT,"
               "CLM_THRU_DT,RNDRG_PRVDR_TYPE_CD,RNDRG_PRVDR_FIPS_ST_CD,CLM_PRVDR_SPCLTY_CD,"
               "CLM_FED_TYPE_SRVC_CD,CLM_POS_CD,CLM_LINE_FROM_DT,CLM_LINE_THRU_DT,"
               "CLM_LINE_HCPCS_CD,CLM_LINE_CVRD_PD_AMT,CLM_LINE_DGNS_CD,RNDRG_PRVDR_NPI_NUM,"
               "CLM_ADJSMT_TYPE_CD,CLM_LINE_SRVC_UNIT_QTY,HCPCS_1_MDFR_CD,HCPCS_2_MDFR_CD,"
               "HCPCS_3_MDFR_CD,HCPCS_4_MDFR_CD,HCPCS_5_MDFR_CD"},
    /* Research Identifiable Files, carrier: base and line columns as an extract joins them. */
    {.name = "rif-carrier",
     .layout = "rif-carrier",
     .date_suffix = "",
     .further = {{"CLM_FROM_DT", CG_FIELD_CLAIM_LINE_START_DATE},
                 {"CLM_THRU_DT", CG_FIELD_CLAIM_LINE_END_DATE}},
     .header = "BENE_ID,CLM_ID,CLM_FROM_DT,CLM_THRU_DT,LINE_NUM,PRF_PHYSN_NPI,LINE_SRVC_CNT,"
               "LINE_PLACE_OF_SRVC_CD,LINE_1ST_EXPNS_DT,LINE_LAST_EXPNS_DT,HCPCS_CD,"
               "HCPCS_1ST_MDFR_CD,HCPCS_2ND_MDFR_CD,LINE_SBMTD_CHRG_AMT,LINE_ICD_DGNS_CD"},
    /* Synthea's claims_transactions.csv, which names providers by UUID, with the NPI behind it. */
    {.name = "synthea",
     .layout = "synthea",
     .date_suffix = "T00:00:00Z",
     .further = {{"PROVIDERID", CG_CONTENT_RENDERING_UUID}},
     .header = "ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,METHOD,FROMDATE,TODATE,PLACEOFSERVICE,"
               "PROCEDURECODE,MODIFIER1,MODIFIER2,DIAGNOSISREF1,DIAGNOSISREF2,DIAGNOSISREF3,"
               "DIAGNOSISREF4,UNITS,DEPARTMENTID,NOTES,UNITAMOUNT,TRANSFEROUTID,TRANSFERTYPE,"
               "PAYMENTS,ADJUSTMENTS,TRANSFERS,OUTSTANDING,APPOINTMENTID,LINENOTE,"
               "PATIENTINSURANCEID,FEESCHEDULEID,PROVIDERID,SUPERVISINGPROVIDERID,RENDERING_NPI"},
    /* The same as their sources send them: with rows that are no services, and their marks. */
    {.name = "synthea-feed",
     .layout = "synthea",
     .date_suffix = "T00:00:00Z",
     .further = {{"PROVIDERID", CG_CONTENT_RENDERING_UUID}},
     .marks = {{"TYPE", {"CHARGE", "PAYMENT"}}},
     .header = "ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,METHOD,FROMDATE,TODATE,PLACEOFSERVICE,"
               "PROCEDURECODE,MODIFIER1,MODIFIER2,DIAGNOSISREF1,DIAGNOSISREF2,DIAGNOSISREF3,"
               "DIAGNOSISREF4,UNITS,DEPARTMENTID,NOTES,UNITAMOUNT,TRANSFEROUTID,TRANSFERTYPE,"
               "PAYMENTS,ADJUSTMENTS,TRANSFERS,OUTSTANDING,APPOINTMENTID,LINENOTE,"
               "PATIENTINSURANCEID,FEESCHEDULEID,PROVIDERID,SUPERVISINGPROVIDERID,RENDERING_NPI"},
    {.name = "rif-carrier-feed",
     .layout = "rif-carrier",
     .date_suffix = "",
     .further = {{"CLM_FROM_DT", CG_FIELD_CLAIM_LINE_START_DATE},
                 {"CLM_THRU_DT", CG_FIELD_CLAIM_LINE_END_DATE}},
     .marks = {{"LINE_PRCSG_IND_CD", {"A", "N"}}, {"CARR_CLM_PMT_DNL_CD", {"1", "0"}}},
     .header = "BENE_ID,CLM_ID,CLM_FROM_DT,CLM_THRU_DT,LINE_NUM,PRF_PHYSN_NPI,LINE_SRVC_CNT,"
               "LINE_PLACE_OF_SRVC_CD,LINE_1ST_EXPNS_DT,LINE_LAST_EXPNS_DT,HCPCS_CD,"
               "HCPCS_1ST_MDFR_CD,HCPCS_2ND_MDFR_CD,LINE_SBMTD_CHRG_AMT,LINE_ICD_DGNS_CD,LINE_"
               "PRCSG_IND_CD,CARR_CLM_PMT_DNL_CD"},
    {.name = "cclf5-feed",
     .layout = "cclf5",
     .date_suffix = "",
     .further = {{"CLM_FROM_DT", CG_FIELD_CLAIM_LINE_START_DATE},
                 {"CLM_THRU_DT", CG_FIELD_CLAIM_LINE_END_DATE}},
     .marks = {{"CLM_PRCSG_IND_CD", {"A", "N"}}, {"CLM_CARR_PMT_DNL_CD", {"1", "0"}}},
     .header =
         "CUR_CLM_UNIQ_ID,CLM_LINE_NUM,BENE_MBI_ID,BENE_HIC_NUM,CLM_TYPE_CD,CLM_FROM_DT,"
         "CLM_THRU_DT,RNDRG_PRVDR_TYPE_CD,RNDRG_PRVDR_FIPS_ST_CD,CLM_PRVDR_SPCLTY_CD,"
         "CLM_FED_TYPE_SRVC_CD,CLM_POS_CD,CLM_LINE_FROM_DT,CLM_LINE_THRU_DT,"
         "CLM_LINE_HCPCS_CD,CLM_LINE_CVRD_PD_AMT,CLM_LINE_DGNS_CD,RNDRG_PRVDR_NPI_NUM,"
         "CLM_ADJSMT_TYPE_CD,CLM_LINE_SRVC_UNIT_QTY,HCPCS_1_MDFR_CD,HCPCS_2_MDFR_CD,"
         "HCPCS_3_MDFR_CD,HCPCS_4_MDFR_CD,HCPCS_5_MDFR_CD,CLM_PRCSG_IND_CD,CLM_CARR_PMT_DNL_CD"},
    {.name = "taf-ot-feed",
     .layout = "taf-ot",
     .date_suffix = "",
     .marks = {{"CLM_STUS_CD", {"1", "542"}}, {"LINE_CLM_STUS_CD", {"1", "087"}}},
     .header = "BENE_ID,MSIS_ID,STATE_CD,CLM_ID,SRVC_BGN_DT,SRVC_END_DT,BLG_PRVDR_NPI,"
               "DGNS_CD_{1..2},POS_CD,LINE_NUM,LINE_SRVC_BGN_DT,LINE_SRVC_END_DT,LINE_PRCDR_CD,"
               "LINE_PRCDR_MDFR_CD_{1..4},ACTL_SRVC_QTY,SRVC_PRVDR_NPI,LINE_MDCD_PD_AMT,CLM_STUS_"
               "CD,LINE_CLM_STUS_CD"},
};

static const struct shape *find_shape(const char *name) {
    for (size_t i = 0; i < sizeof SHAPES / sizeof SHAPES[0]; i++) {
        if (strcmp(SHAPES[i].name, name) == 0) {
            return &SHAPES[i];
        }
    }
    return NULL;
}

/* One column of a shape's header, or all of a range. */
static bool put_names(struct cg_buffer *out, const char *word, size_t len, char delimiter) {
    const char *range = memchr(word, '{', len);
    const int stem = (int)(range != NULL ? (size_t)(range - word) : len);
    const long first = range != NULL ? strtol(range + 1, NULL, 10) : 0;
    const long last = range != NULL ? strtol(strstr(range, "..") + 2, NULL, 10) : 0;
    bool ok = true;
    for (long i = first; ok && i <= last; i++) {
        ok = (out->len_bytes == 0 || cg_buffer_append(out, &delimiter, 1)) &&
             (range != NULL ? cg_buffer_printf(out, "%.*s%ld", stem, word, i)
                            : cg_buffer_append(out, word, len));
    }
    return ok;
}

static bool put_header(struct cg_buffer *out, const char *header, char delimiter) {
    bool ok = true;
    while (ok && *header != '\0') {
        const size_t len = strcspn(header, ",");
        ok = put_names(out, header, len, delimiter);
        header += len + (header[len] == ',' ? 1 : 0);
    }
    return ok;
}

/* What stands in the column at `position`: a field that the layout looks for there. */
static int content_at(const struct cg_binding *binding, int32_t position) {
    for (int field = 0; field < CG_FIELD_COUNT; field++) {
        const struct cg_field_source *source = &binding->fields[field];
        if (source->column == position || source->fallback_column == position) {
            return source->is_mapped && field == CG_FIELD_CLAIM_FREQUENCY_CODE
                       ? CG_CONTENT_ADJUSTMENT
                       : field;
        }
    }
    return CG_CONTENT_BLANK;
}

static int further_content(const struct shape *shape, const char *name, size_t len) {
    for (size_t i = 0; i < sizeof shape->further / sizeof shape->further[0]; i++) {
        const char *column = shape->further[i].column;
        if (column != NULL && strlen(column) == len && memcmp(column, name, len) == 0) {
            return shape->further[i].content;
        }
    }
    for (int i = 0; i < CG_MARKS_MAX; i++) {
        const char *column = shape->marks[i].column;
        if (column != NULL && strlen(column) == len && memcmp(column, name, len) == 0) {
            return CG_CONTENT_MARK + i;
        }
    }
    return CG_CONTENT_BLANK;
}

static void list_columns(struct cg_columns *columns, const struct shape *shape) {
    const char *name = columns->binding.header;
    const char *end = name + columns->binding.header_len;
    for (int32_t position = 0; name < end; position++) {
        const char *stop = memchr(name, columns->binding.delimiter, (size_t)(end - name));
        const size_t len = (size_t)((stop != NULL ? stop : end) - name);
        int content = content_at(&columns->binding, position);
        if (content == CG_CONTENT_BLANK) {
            content = further_content(shape, name, len);
        }
        if (content == CG_CONTENT_BLANK && position > 0) {
            columns->list[columns->count - 1].blanks_behind++;
        } else {
            columns->list[columns->count++].content = content;
        }
        name += len + 1;
    }
}

static enum cg_status bind_shape(const struct shape *shape, struct cg_columns *columns,
                                 struct cg_buffer *header, struct cg_error *err) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    enum cg_status status = cg_layout_load(shape->layout, &columns->layout, &problems, err);
    cg_problems_fini(&problems);
    if (status != CG_OK) {
        return status;
    }
    if (!put_header(header, shape->header, cg_layout_delimiter(columns->layout))) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    const struct cg_text text = {header->data, (uint32_t)header->len_bytes};
    return cg_layout_bind(columns->layout, text, false, &columns->binding, err);
}

enum cg_status cg_columns_load(const char *name, struct cg_columns **out, struct cg_error *err) {
    const struct shape *shape = find_shape(name);
    struct cg_buffer header;
    *out = NULL;
    if (shape == NULL) {
        return cg_error_set(err, CG_USAGE,
                            "--layout %s: choose compact, tuva, taf-ot, cclf5, rif-carrier or "
                            "synthea; the last four with -feed behind for rows that are no "
                            "services",
                            name);
    }
    struct cg_columns *columns = calloc(1, sizeof *columns);
    if (columns == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    cg_buffer_init(&header, HEADER_LIMIT_BYTES);
    const enum cg_status status = bind_shape(shape, columns, &header, err);
    cg_buffer_fini(&header);
    if (status != CG_OK) {
        cg_columns_free(columns);
        return status;
    }
    columns->date_suffix = shape->date_suffix;
    columns->marks = shape->marks[0].column != NULL ? shape->marks : NULL;
    columns->end_of_spans_only = shape->end_of_spans_only;
    list_columns(columns, shape);
    *out = columns;
    return CG_OK;
}

void cg_columns_free(struct cg_columns *columns) {
    if (columns != NULL) {
        cg_binding_fini(&columns->binding);
        cg_layout_free(columns->layout);
        free(columns);
    }
}

bool cg_columns_have(const struct cg_columns *columns, int content) {
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->list[i].content == content) {
            return true;
        }
    }
    return false;
}

bool cg_columns_header(const struct cg_columns *columns, struct cg_buffer *out) {
    return cg_buffer_append(out, columns->binding.header, columns->binding.header_len) &&
           cg_buffer_append_text(out, "\n");
}
