#include "rejected_line.h"

#include "gate/credential_edits.h"

#include <criterion/criterion.h>
#include <string.h>

struct rejected rejected;

static const enum cg_field columns[] = {
    CG_FIELD_CLAIM_ID,
    CG_FIELD_CLAIM_LINE_NUMBER,
    CG_FIELD_MEMBER_ID,
    CG_FIELD_CLAIM_LINE_START_DATE,
    CG_FIELD_CLAIM_LINE_END_DATE,
    CG_FIELD_HCPCS_CODE,
    CG_FIELD_HCPCS_MODIFIER_1,
    CG_FIELD_HCPCS_MODIFIER_2,
    CG_FIELD_SERVICE_UNIT_QUANTITY,
    CG_FIELD_RENDERING_NPI,
    CG_FIELD_CLAIM_FREQUENCY_CODE,
    CG_FIELD_RECEIVED_DATE,
    CG_FIELD_BIRTH_DATE,
    CG_FIELD_BILLING_NPI,
};
enum { COLUMN_COUNT = sizeof columns / sizeof *columns, FALLBACK_COLUMN = COLUMN_COUNT };

static char header[] =
    "Claim,\"Line, no\",Member,From ,Thru,Code,Mod1,Mod2,Units,NPI,Freq,Received,"
    "Born,Billing,Claim From";

static int32_t day(const char *iso) {
    return cg_date_parse(iso, strlen(iso), CG_DATE_ISO);
}

void rejected_init(void) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    cr_assert_eq(cg_reason_init(&err), CG_OK, "%s", err.text);
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load("ms", &rejected.policy, &problems, &err), CG_OK, "%s", err.text);
    cg_problems_fini(&problems);
    /* The roster is never looked into: stand-ins answer for it. */
    rejected.rules = (struct cg_rules){.policy = rejected.policy,
                                       .roster = (const struct cg_roster *)&rejected,
                                       .as_of_day = day("2024-12-31")};
    rejected.binding = (struct cg_binding){
        .column_count = COLUMN_COUNT + 1,
        .last_column = COLUMN_COUNT,
        .delimiter = ',',
        .header = header,
        .header_len = sizeof header - 1,
    };
    for (int field = 0; field < CG_FIELD_COUNT; field++) {
        rejected.binding.fields[field] =
            (struct cg_field_source){.column = -1, .fallback_column = -1};
    }
    for (int i = 0; i < COLUMN_COUNT; i++) {
        rejected.binding.fields[columns[i]].column = i;
    }
    rejected.binding.fields[CG_FIELD_CLAIM_LINE_START_DATE].fallback_column = FALLBACK_COLUMN;
    rejected.batch = cg_batch_new();
    cr_assert_not_null(rejected.batch);
    rejected.batch->csv = cg_csv_new(',', COLUMN_COUNT + 1);
    cr_assert_not_null(rejected.batch->csv);
}

void rejected_fini(void) {
    cg_csv_free(rejected.batch->csv);
    rejected.batch->csv = NULL;
    cg_batch_free(rejected.batch);
    cg_policy_free(rejected.policy);
}

struct cg_line *rejected_line(const char *record) {
    struct cg_batch *batch = rejected.batch;
    struct cg_parse_plan plan = {.binding = &rejected.binding,
                                 .edit_fields = cg_edit_fields,
                                 .edit_credentials = cg_edit_credentials,
                                 .rules = &rejected.rules};
    size_t len = strlen(record);
    cg_batch_reset(batch);
    memcpy(batch->payload, record, len);
    batch->payload_bytes = len;
    batch->text = (struct cg_text){batch->payload, (uint32_t)len};
    cr_assert_eq(cg_parse_batch(&plan, batch->csv, batch), CG_OK);
    cr_assert_eq(batch->lines.count, 1, "%s", record);
    return cg_batch_line(batch, 0);
}

const char *rejected_sentence(const struct cg_line *line) {
    cg_verdict_fill(&rejected.rules, &rejected.binding, rejected.batch, line, &rejected.verdict);
    return rejected.verdict.detail;
}
