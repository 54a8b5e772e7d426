#include "edited_record.h"

#include "claimgate/base/builtin.h"
#include "claimgate/record/field.h"
#include "claimgate/rules/roster_tables.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

uint64_t edited_credential_reasons;
int edited_credential_calls;
int edited_roster_calls;
bool edited_layout_without_original;
bool edited_negative_units_void;
bool edited_plainness_hidden;           /* edit_fields every record as if it might hold any byte */
const char *edited_fixed_authorization; /* the layout's, for a file without the column */

const struct record edited_good = {{
    [CG_FIELD_CLAIM_ID] = "C1",
    [CG_FIELD_CLAIM_LINE_NUMBER] = "1",
    [CG_FIELD_MEMBER_ID] = "M1",
    [CG_FIELD_CLAIM_LINE_START_DATE] = "2024-03-05",
    [CG_FIELD_CLAIM_LINE_END_DATE] = "2024-03-05",
    [CG_FIELD_PLACE_OF_SERVICE_CODE] = "11",
    [CG_FIELD_HCPCS_CODE] = "H0038",
    [CG_FIELD_HCPCS_MODIFIER_1] = "HQ",
    [CG_FIELD_HCPCS_MODIFIER_2] = "",
    [CG_FIELD_HCPCS_MODIFIER_3] = "he",
    [CG_FIELD_HCPCS_MODIFIER_4] = "",
    [CG_FIELD_HCPCS_MODIFIER_5] = "",
    [CG_FIELD_SERVICE_UNIT_QUANTITY] = "4",
    [CG_FIELD_RENDERING_NPI] = NPI_ON_ROSTER,
    [CG_FIELD_BILLING_NPI] = NPI_ELSEWHERE,
    [CG_FIELD_CHARGE_AMOUNT] = "92.40",
    [CG_FIELD_DIAGNOSIS_CODE_1] = "F332",
    [CG_FIELD_CLAIM_FREQUENCY_CODE] = "1",
    [CG_FIELD_ORIGINAL_CLAIM_ID] = "",
    [CG_FIELD_RECEIVED_DATE] = "2024-03-20",
    [CG_FIELD_AUTHORIZATION_NUMBER] = "",
    [CG_FIELD_BIRTH_DATE] = "1980-01-01",
}};

struct cg_policy *edited_load_policy(const char *id) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load(id, &policy, &problems, &err), CG_OK, "%s", err.text);
    cg_problems_fini(&problems);
    return policy;
}

struct cg_policy *edited_policy(const char *file_name, const char *from, const char *to) {
    const struct cg_builtin *file = cg_builtin_find(file_name);
    char whole[POLICY_MAX];
    char text[POLICY_MAX];
    snprintf(whole, sizeof whole, "%.*s", (int)file->len_bytes, file->bytes);
    const char *at = strstr(whole, from);
    cr_assert_not_null(at, "%s", from);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load_text("edited", text, strlen(text), &policy, &problems, &err), CG_OK,
                 "%s", err.text);
    cg_problems_fini(&problems);
    return policy;
}

int32_t edited_day(const char *iso) {
    return cg_date_parse(iso, strlen(iso), CG_DATE_ISO);
}

bool edited_is_plain(const char *text, uint32_t len) {
    bool plain = true;
    for (uint32_t i = 0; i < len; i++) {
        plain = plain && (text[i] == ',' || (text[i] >= '#' && text[i] <= '~'));
    }
    return plain;
}

bool edited_fields(const struct cg_policy *policy, const struct record *record,
                   struct edited *out) {
    struct cg_binding binding = {.delimiter = ',',
                                 .can_take_back = !edited_layout_without_original,
                                 .negative_units_void = edited_negative_units_void};
    uint32_t marks[CG_FIELD_COUNT + 1] = {UINT32_MAX};
    uint32_t *ends = marks + 1;
    uint32_t len = 0;
    for (int field = 0; field < CG_FIELD_COUNT; field++) {
        const char *cell = record->cells[field];
        binding.fields[field] = (struct cg_field_source){.column = -1, .fallback_column = -1};
        if (cell != NULL) {
            size_t cell_len = strlen(cell);
            cr_assert_lt(len + cell_len + 1, RECORD_MAX);
            memcpy(out->text + len, cell, cell_len);
            len += (uint32_t)cell_len;
            binding.fields[field].column = (int32_t)binding.column_count;
            ends[binding.column_count++] = len;
            out->text[len++] = ',';
        }
    }
    if (record->cells[CG_FIELD_AUTHORIZATION_NUMBER] == NULL) {
        binding.fields[CG_FIELD_AUTHORIZATION_NUMBER].fixed = edited_fixed_authorization;
    }
    struct cg_values values;
    cg_values_init(&values, &binding, NULL, NULL);
    values.text = out->text;
    values.ends = ends;
    values.not_plain = edited_plainness_hidden || !edited_is_plain(out->text, len) ? -1 : 0;
    static const struct cg_roster nobodys; /* stand-ins answer for it */
    struct cg_rules rules = {
        .policy = policy, .roster = &nobodys, .as_of_day = edited_day("2024-12-31")};
    out->line = (struct cg_line){0};
    bool in_scope = cg_edit_fields(&rules, &values, &out->line);
    out->takes_back = values.takes_back;
    if (in_scope) {
        cg_edit_credentials(&rules, &out->line, 1);
    }
    return in_scope;
}

uint64_t edited_reasons_of(const struct cg_policy *policy, const struct record *record) {
    struct edited edited;
    cr_assert(edited_fields(policy, record, &edited), "not in scope");
    return edited.line.reasons;
}

struct record edited_with(const struct record *from, enum cg_field field, const char *cell) {
    struct record record = *from;
    record.cells[field] = cell;
    return record;
}
