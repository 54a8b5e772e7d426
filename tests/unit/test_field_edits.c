#include "claimgate/base/builtin.h"
#include "claimgate/gate/field_edits.h"
#include "claimgate/record/field.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/*
 * The roster has tests of its own, so that here stand-ins answer for it: one provider is on it,
 * credentials give the reasons that a test sets, and one authorization is on file.
 */
#define NPI_ON_ROSTER  "1234567893"
#define NPI_ELSEWHERE  "1245319599"
#define AUTHORIZATION  "A77"
#define BAD(reason)    (UINT64_C(1) << CG_REASON_##reason)
#define ROW_COUNT(row) (sizeof(row) / sizeof *(row))

static uint64_t credential_reasons;
static int credential_calls;
static int roster_calls;
static bool layout_without_original;
static bool plainness_hidden;           /* edit_fields every record as if it might hold any byte */
static const char *fixed_authorization; /* the layout's, for a file without the column */

bool cg_roster_has_provider(const struct cg_roster *roster, uint64_t npi) {
    (void)roster;
    roster_calls++;
    return npi == UINT64_C(1234567893);
}

void cg_credential_edits(const struct cg_roster *roster, struct cg_line *line) {
    (void)roster;
    credential_calls++;
    line->reasons |= credential_reasons;
}

void cg_roster_fetch_place(const struct cg_roster *roster, uint64_t npi) {
    (void)roster;
    (void)npi;
}

void cg_roster_fetch_rows(const struct cg_roster *roster, uint64_t npi) {
    (void)roster;
    (void)npi;
}

bool cg_roster_authorizes(const struct cg_roster *roster, const struct cg_line *line,
                          uint64_t procedure) {
    (void)roster;
    char code[6];
    return strcmp(cg_procedure_text(procedure, code), "H0038") == 0 &&
           line->authorization_number.len == strlen(AUTHORIZATION) &&
           memcmp(line->authorization_number.ptr, AUTHORIZATION, strlen(AUTHORIZATION)) == 0;
}

enum { RECORD_MAX = 1024, POLICY_MAX = 65536 };

/* A record, cell by cell; a NULL cell is a column that the file does not have. */
struct record {
    const char *cells[CG_FIELD_COUNT];
};

static const struct record good = {{
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

struct judged {
    struct cg_line line;
    char text[RECORD_MAX];
};

static struct cg_policy *load_policy(const char *id) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load(id, &policy, &problems, &err), CG_OK, "%s", err.text);
    cg_problems_fini(&problems);
    return policy;
}

/* A built-in policy with one stretch replaced. */
static struct cg_policy *edit_policy(const char *file_name, const char *from, const char *to) {
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

static int32_t day(const char *iso) {
    return cg_date_parse(iso, strlen(iso), CG_DATE_ISO);
}

static bool is_plain(const char *text, uint32_t len) {
    bool plain = true;
    for (uint32_t i = 0; i < len; i++) {
        plain = plain && (text[i] == ',' || (text[i] >= '#' && text[i] <= '~'));
    }
    return plain;
}

static bool edit_fields(const struct cg_policy *policy, const struct record *record,
                        struct judged *out) {
    struct cg_binding binding = {
        .delimiter = ',', .date_format = CG_DATE_ISO, .can_take_back = !layout_without_original};
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
        binding.fields[CG_FIELD_AUTHORIZATION_NUMBER].fixed = fixed_authorization;
    }
    struct cg_values values;
    cg_values_init(&values, &binding, NULL, NULL);
    values.text = out->text;
    values.ends = ends;
    values.plain = !plainness_hidden && is_plain(out->text, len);
    /* Never looked into: stand-ins answer for it. */
    const struct cg_roster *roster = (const struct cg_roster *)&roster_calls;
    struct cg_rules rules = {.policy = policy, .roster = roster, .as_of_day = day("2024-12-31")};
    out->line = (struct cg_line){0};
    bool in_scope = cg_edit_fields(&rules, &values, &out->line);
    if (in_scope) {
        cg_edit_credentials(&rules, &out->line, 1);
    }
    return in_scope;
}

static uint64_t reasons_of(const struct cg_policy *policy, const struct record *record) {
    struct judged judged;
    cr_assert(edit_fields(policy, record, &judged), "not in scope");
    return judged.line.reasons;
}

static struct record with(const struct record *from, enum cg_field field, const char *cell) {
    struct record record = *from;
    record.cells[field] = cell;
    return record;
}

Test(field_edits, a_good_line_is_read_whole) {
    struct cg_policy *policy = load_policy("ms");
    struct judged judged;
    char modifiers[CG_MODIFIERS_TEXT_BYTES];
    cr_assert(edit_fields(policy, &good, &judged));
    const struct cg_line *line = &judged.line;
    cr_expect_eq(line->reasons, 0);
    cr_expect_eq(line->decision, CG_UNDECIDED);
    cr_expect(cg_text_equal(cg_key_text(&line->claim_id), cg_text_of("C1")));
    cr_expect_eq(cg_key_len(&line->member_id), 2);
    cr_expect_eq(line->start_day, day("2024-03-05"));
    cr_expect_eq(line->end_day, day("2024-03-05"));
    cr_expect_eq(line->received_day, day("2024-03-20"));
    cr_expect_eq(line->birth_day, day("1980-01-01"));
    cr_expect_eq(line->rendering_npi, UINT64_C(1234567893));
    cr_expect_eq(line->billing_npi, UINT64_C(1245319599));
    cr_expect_str_eq(cg_modifiers_text(line->modifiers, modifiers), "HQ:HE");
    cr_expect_eq(line->units, 4);
    cr_expect_eq(line->line_number, 1);
    cr_expect_eq(line->frequency, CG_ORIGINAL);
    cr_expect_eq(line->procedure_no, 0);
    cr_expect_eq(line->version, cg_policy_version(policy, 0));
    cr_expect_eq(line->original_claim_id.len, 0);
    cr_expect_eq(credential_calls, 1);
    cg_policy_free(policy);
}

Test(field_edits, the_raw_quantity_of_a_line_that_may_be_cut_back_keeps_its_blanks) {
    struct cg_policy *policy =
        edit_policy("policies/ms.json", "\"over_cap\": \"reject\"", "\"over_cap\": \"cutback\"");
    struct record record = with(&good, CG_FIELD_SERVICE_UNIT_QUANTITY, "  4.0 ");
    struct judged judged;
    cr_assert(edit_fields(policy, &record, &judged));
    cr_expect_eq(judged.line.units, 4);
    cr_expect_eq(judged.line.quantity_len, 6);
    cr_expect_eq(memcmp(judged.text + judged.line.quantity_offset, "  4.0 ", 6), 0);
    cg_policy_free(policy);
}

#define BYTES_64 "0123456789012345678901234567890123456789012345678901234567890123"

struct field_row {
    enum cg_field field;
    const char *cell;
    uint64_t reasons;
};

static const struct field_row field_rows[] = {
    {CG_FIELD_CLAIM_ID, "x", 0},
    {CG_FIELD_CLAIM_ID, BYTES_64, 0},
    {CG_FIELD_CLAIM_ID, "\xC3\xA9t\xC3\xA9 1", 0},
    {CG_FIELD_CLAIM_ID, "  C1\t", 0},
    {CG_FIELD_CLAIM_ID, "", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, "  ", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, BYTES_64 "4", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, "C\t1", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, "C\x7F", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, "C\xFF", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, "C\xC0\x80", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "9999", 0},
    {CG_FIELD_CLAIM_LINE_NUMBER, "0001", 0},
    {CG_FIELD_CLAIM_LINE_NUMBER, "00000000000000000000000012", 0},
    {CG_FIELD_CLAIM_LINE_NUMBER, "", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "0", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "10000", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "1.0", 0},
    {CG_FIELD_CLAIM_LINE_NUMBER, "1.5", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "-1", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "+1", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "1 2", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_MEMBER_ID, BYTES_64, 0},
    {CG_FIELD_MEMBER_ID, "", BAD(MEMBER_ID_INVALID)},
    {CG_FIELD_MEMBER_ID, BYTES_64 "4", BAD(MEMBER_ID_INVALID)},
    {CG_FIELD_MEMBER_ID, "M\x1F", BAD(MEMBER_ID_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, " 2024-03-05", 0},
    {CG_FIELD_CLAIM_LINE_START_DATE, "", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "2023-02-29", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "2024-13-01", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "2024-3-5", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "03/05/2024", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "20240305", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "1899-12-31", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "2200-01-01", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "2024-03-05T00:00", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_END_DATE, "", 0},
    {CG_FIELD_CLAIM_LINE_END_DATE, "2024-03-04", BAD(SERVICE_END_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_END_DATE, "2024-02-30", BAD(SERVICE_END_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_END_DATE, "soon", BAD(SERVICE_END_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_END_DATE, "2024-03-06", BAD(SERVICE_DATE_SPAN)},
    {CG_FIELD_HCPCS_CODE, "h0038 ", 0},
    {CG_FIELD_HCPCS_MODIFIER_1, "1a", 0},
    {CG_FIELD_HCPCS_MODIFIER_1, " ", 0},
    {CG_FIELD_HCPCS_MODIFIER_1, "H", BAD(MODIFIER_INVALID)},
    {CG_FIELD_HCPCS_MODIFIER_2, "HQX", BAD(MODIFIER_INVALID)},
    {CG_FIELD_HCPCS_MODIFIER_3, "H-", BAD(MODIFIER_INVALID)},
    {CG_FIELD_HCPCS_MODIFIER_4, "\xC3\xA9", BAD(MODIFIER_INVALID)},
    {CG_FIELD_HCPCS_MODIFIER_5, "A", BAD(MODIFIER_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "4.0", 0},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "4.00", 0},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "0004", 0},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "9999", 0},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "4.5", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "0", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "0.0", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "-1", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "+4", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "4.", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, ".0", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "10000", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "1e2", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "99999999999999999999999", BAD(UNITS_INVALID)},
    {CG_FIELD_RENDERING_NPI, "", BAD(RENDERING_NPI_MISSING)},
    {CG_FIELD_RENDERING_NPI, " ", BAD(RENDERING_NPI_MISSING)},
    {CG_FIELD_RENDERING_NPI, "1234567890", BAD(RENDERING_NPI_INVALID)},
    {CG_FIELD_RENDERING_NPI, "3234567893", BAD(RENDERING_NPI_INVALID)},
    {CG_FIELD_RENDERING_NPI, "123456789", BAD(RENDERING_NPI_INVALID)},
    {CG_FIELD_RENDERING_NPI, "12345678933", BAD(RENDERING_NPI_INVALID)},
    {CG_FIELD_RENDERING_NPI, "123456789X", BAD(RENDERING_NPI_INVALID)},
    {CG_FIELD_BILLING_NPI, "", 0},
    {CG_FIELD_BILLING_NPI, "1234567890", BAD(BILLING_NPI_INVALID)},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "", 0},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "2", BAD(FREQUENCY_CODE_INVALID)},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "0", BAD(FREQUENCY_CODE_INVALID)},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "01", BAD(FREQUENCY_CODE_INVALID)},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "A", BAD(FREQUENCY_CODE_INVALID)},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "7", BAD(ORIGINAL_CLAIM_UNKNOWN)}, /* without an original */
    {CG_FIELD_ORIGINAL_CLAIM_ID, "\xFF", 0}, /* not read for an original claim */
    {CG_FIELD_RECEIVED_DATE, "", 0},
    {CG_FIELD_RECEIVED_DATE, "yesterday", BAD(RECEIVED_DATE_INVALID)},
    {CG_FIELD_RECEIVED_DATE, "2024-02-30", BAD(RECEIVED_DATE_INVALID)},
    {CG_FIELD_BIRTH_DATE, "", 0},
    {CG_FIELD_BIRTH_DATE, "1980-00-01", BAD(BIRTH_DATE_INVALID)},
    {CG_FIELD_AUTHORIZATION_NUMBER, "\xFF", 0},
    {CG_FIELD_PLACE_OF_SERVICE_CODE, "\xFF", 0},
    {CG_FIELD_CHARGE_AMOUNT, "much", 0},
    {CG_FIELD_DIAGNOSIS_CODE_1, "\x01", 0},
};

Test(field_edits, each_field_has_its_reason_whether_the_record_is_known_to_be_bare_or_not) {
    struct cg_policy *policy = load_policy("ms");
    for (size_t i = 0; i < 2 * ROW_COUNT(field_rows); i++) {
        const struct field_row *row = &field_rows[i / 2];
        plainness_hidden = i % 2 == 1;
        struct record record = with(&good, row->field, row->cell);
        credential_calls = 0;
        uint64_t reasons = reasons_of(policy, &record);
        cr_expect_eq(reasons, row->reasons, "row %zu \"%s\": %llx, not %llx", i, row->cell,
                     (unsigned long long)reasons, (unsigned long long)row->reasons);
        cr_expect_eq(credential_calls, row->reasons == 0 ? 1 : 0, "row %zu", i);
    }
    cg_policy_free(policy);
}

Test(field_edits, every_failing_edit_is_listed) {
    struct cg_policy *policy = load_policy("ms");
    struct record record = good;
    record.cells[CG_FIELD_CLAIM_ID] = "";
    record.cells[CG_FIELD_CLAIM_LINE_NUMBER] = "x";
    record.cells[CG_FIELD_MEMBER_ID] = "";
    record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = "x";
    record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "x";
    record.cells[CG_FIELD_HCPCS_MODIFIER_5] = "x";
    record.cells[CG_FIELD_SERVICE_UNIT_QUANTITY] = "x";
    record.cells[CG_FIELD_RENDERING_NPI] = "x";
    record.cells[CG_FIELD_BILLING_NPI] = "x";
    record.cells[CG_FIELD_CLAIM_FREQUENCY_CODE] = "x";
    record.cells[CG_FIELD_RECEIVED_DATE] = "x";
    record.cells[CG_FIELD_BIRTH_DATE] = "x";
    cr_expect_eq(reasons_of(policy, &record),
                 BAD(CLAIM_ID_INVALID) | BAD(LINE_NUMBER_INVALID) | BAD(MEMBER_ID_INVALID) |
                     BAD(SERVICE_DATE_INVALID) | BAD(SERVICE_END_DATE_INVALID) |
                     BAD(MODIFIER_INVALID) | BAD(UNITS_INVALID) | BAD(RENDERING_NPI_INVALID) |
                     BAD(BILLING_NPI_INVALID) | BAD(FREQUENCY_CODE_INVALID) |
                     BAD(RECEIVED_DATE_INVALID) | BAD(BIRTH_DATE_INVALID));
    cg_policy_free(policy);
}

Test(field_edits, columns_that_may_be_absent_pass) {
    static const enum cg_field optional[] = {
        CG_FIELD_CLAIM_LINE_NUMBER, CG_FIELD_CLAIM_LINE_END_DATE, CG_FIELD_PLACE_OF_SERVICE_CODE,
        CG_FIELD_HCPCS_MODIFIER_1,  CG_FIELD_HCPCS_MODIFIER_2,    CG_FIELD_HCPCS_MODIFIER_3,
        CG_FIELD_HCPCS_MODIFIER_4,  CG_FIELD_HCPCS_MODIFIER_5,    CG_FIELD_BILLING_NPI,
        CG_FIELD_CHARGE_AMOUNT,     CG_FIELD_DIAGNOSIS_CODE_1,    CG_FIELD_CLAIM_FREQUENCY_CODE,
        CG_FIELD_ORIGINAL_CLAIM_ID, CG_FIELD_RECEIVED_DATE,       CG_FIELD_AUTHORIZATION_NUMBER,
        CG_FIELD_BIRTH_DATE,
    };
    struct cg_policy *policy = load_policy("ms");
    struct record record = good;
    for (size_t i = 0; i < ROW_COUNT(optional); i++) {
        record.cells[optional[i]] = NULL;
    }
    struct judged judged;
    cr_assert(edit_fields(policy, &record, &judged));
    cr_expect_eq(judged.line.reasons, 0);
    cr_expect_eq(judged.line.line_number, CG_LINE_NUMBER_NONE);
    cr_expect_eq(judged.line.end_day, judged.line.start_day);
    cr_expect_eq(judged.line.received_day, CG_DAY_NONE);
    cr_expect_eq(judged.line.birth_day, CG_DAY_NONE);
    cr_expect_eq(judged.line.billing_npi, 0);
    cr_expect_eq(judged.line.modifiers, 0);
    cr_expect_eq(judged.line.frequency, CG_ORIGINAL);
    cg_policy_free(policy);
}

Test(field_edits, an_id_that_cannot_be_used_is_not_carried_on) {
    struct cg_policy *policy = load_policy("ms");
    struct record record = with(&good, CG_FIELD_CLAIM_ID, BYTES_64 "4");
    struct judged judged;
    cr_assert(edit_fields(policy, &record, &judged));
    cr_expect_eq(cg_key_len(&judged.line.claim_id), 0);
    cg_policy_free(policy);
}

Test(field_edits, a_layout_s_own_value_is_looked_at_in_a_bare_record_too) {
    struct cg_policy *policy = load_policy("ms");
    struct record record = with(&good, CG_FIELD_AUTHORIZATION_NUMBER, NULL);
    struct judged judged;
    fixed_authorization = "A\x7F";
    cr_assert(edit_fields(policy, &record, &judged));
    cr_expect_eq(judged.line.authorization_number.len, 0);
    fixed_authorization = "A7";
    cr_assert(edit_fields(policy, &record, &judged));
    cr_expect_eq(judged.line.authorization_number.len, 2);
    cg_policy_free(policy);
}

/* Dates: what is tested against the version in force and the calendar, and what is not. */
struct date_row {
    const char *start;
    const char *end;
    const char *received;
    uint64_t reasons;
};

static const struct date_row date_rows[] = {
    /* ms is effective from 2012-07-01; the run is as of 2024-12-31 */
    {"2012-07-01", "", "", 0},
    {"2012-06-30", "", "", BAD(NO_POLICY_IN_FORCE)},
    {"2012-06-30", "2012-07-02", "2020-01-01", BAD(NO_POLICY_IN_FORCE)}, /* no span, no late */
    {"2024-12-31", "", "", 0},
    {"2025-01-01", "", "", BAD(SERVICE_DATE_FUTURE)},
    {"2024-03-05", "", "2024-03-05", 0},
    {"2024-03-05", "", "2024-03-04", BAD(SERVICE_DATE_FUTURE)},
    {"2024-03-05", "2024-03-07", "2024-03-06", BAD(SERVICE_DATE_FUTURE) | BAD(SERVICE_DATE_SPAN)},
    {"2024-12-31", "2025-01-01", "", BAD(SERVICE_DATE_FUTURE) | BAD(SERVICE_DATE_SPAN)},
    {"2010-01-01", "", "2009-12-31", BAD(NO_POLICY_IN_FORCE) | BAD(SERVICE_DATE_FUTURE)},
    {"2024-03-05", "", "2025-06-01", BAD(LATE_FILING)}, /* received after the as-of date */
    {"2023-03-05", "", "2024-03-04", 0},                /* 365 days */
    {"2023-03-05", "", "2024-03-05", BAD(LATE_FILING)},
    {"2023-03-01", "2023-03-05", "2024-03-04", BAD(SERVICE_DATE_SPAN)}, /* from the end date */
    {"2023-03-01", "2023-03-05", "2024-03-05", BAD(SERVICE_DATE_SPAN) | BAD(LATE_FILING)},
    {"2023-03-05", "x", "2024-12-31", BAD(SERVICE_END_DATE_INVALID)}, /* no end to be late from */
    {"2023-03-05", "2023-03-04", "2024-12-31", BAD(SERVICE_END_DATE_INVALID)},
    {"2023-03-05", "", "x", BAD(RECEIVED_DATE_INVALID)},
    {"2025-03-05", "", "x", BAD(RECEIVED_DATE_INVALID) | BAD(SERVICE_DATE_FUTURE)},
    {"x", "2024-03-05", "2024-03-04", BAD(SERVICE_DATE_INVALID) | BAD(SERVICE_DATE_FUTURE)},
    {"x", "2025-01-01", "", BAD(SERVICE_DATE_INVALID) | BAD(SERVICE_DATE_FUTURE)},
    {"x", "2000-01-01", "2024-01-01",
     BAD(SERVICE_DATE_INVALID)}, /* no version: neither is tested */
    {"2025-01-01", "x", "", BAD(SERVICE_END_DATE_INVALID) | BAD(SERVICE_DATE_FUTURE)},
    {"x", "", "2000-01-01", BAD(SERVICE_DATE_INVALID)},
};

Test(field_edits, dates_are_tested_against_policy_and_calendar) {
    struct cg_policy *policy = load_policy("ms");
    for (size_t i = 0; i < ROW_COUNT(date_rows); i++) {
        struct record record = good;
        record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = date_rows[i].start;
        record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = date_rows[i].end;
        record.cells[CG_FIELD_RECEIVED_DATE] = date_rows[i].received;
        uint64_t reasons = reasons_of(policy, &record);
        cr_expect_eq(reasons, date_rows[i].reasons, "row %zu: %llx, not %llx", i,
                     (unsigned long long)reasons, (unsigned long long)date_rows[i].reasons);
    }
    cg_policy_free(policy);
}

Test(field_edits, a_policy_may_split_spans) {
    struct cg_policy *policy =
        edit_policy("policies/ms.json", "\"span\": \"reject\"", "\"span\": \"split\"");
    struct record record = with(&good, CG_FIELD_CLAIM_LINE_END_DATE, "2024-03-07");
    cr_expect_eq(reasons_of(policy, &record), 0);
    cg_policy_free(policy);
}

Test(field_edits, without_a_filing_limit_nothing_is_late) {
    struct cg_policy *policy = load_policy("la");
    struct record record = with(&good, CG_FIELD_CLAIM_LINE_START_DATE, "2020-01-01");
    record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "";
    cr_expect_eq(reasons_of(policy, &record), 0);
    cg_policy_free(policy);
}

/* H2017 is named from 2020 until the version of 2022, which has H0038 alone. */
static struct cg_policy *two_versions(const char *second_code_in_first) {
    static const char version[] =
        "{\"effective\":\"%s\",\"procedures\":[%s],\"caps\":[],\"over_cap\":\"reject\","
        "\"span\":\"reject\",\"timely_filing_days\":365,\"cap_exempt\":null,"
        "\"unknown_original\":\"warn\",\"duplicate_service\":{\"severity\":\"off\"},"
        "\"credential\":{\"types\":[\"A\"],\"source\":\"s\"}}";
    char first[1024];
    char second[1024];
    char text[4096];
    char codes[256];
    snprintf(codes, sizeof codes, "{\"code\":\"H0038\"},%s", second_code_in_first);
    snprintf(first, sizeof first, version, "2020-01-01", codes);
    snprintf(second, sizeof second, version, "2022-01-01", "{\"code\":\"H0038\"}");
    snprintf(text, sizeof text, "{\"id\":\"x\",\"title\":\"t\",\"versions\":[%s,%s]}", first,
             second);
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load_text("two", text, strlen(text), &policy, &problems, &err), CG_OK,
                 "%s", err.text);
    cg_problems_fini(&problems);
    return policy;
}

Test(field_edits, a_version_that_does_not_name_the_code_lends_span_and_filing) {
    struct cg_policy *policy = two_versions("{\"code\":\"H2017\"}");
    struct record record = with(&good, CG_FIELD_HCPCS_CODE, "H2017");
    record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = "2022-03-01";
    record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "2022-03-02";
    record.cells[CG_FIELD_RECEIVED_DATE] = "2024-01-01";
    cr_expect_eq(reasons_of(policy, &record),
                 BAD(NO_POLICY_IN_FORCE) | BAD(SERVICE_DATE_SPAN) | BAD(LATE_FILING));
    record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = "2021-12-31";
    record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "";
    record.cells[CG_FIELD_RECEIVED_DATE] = "";
    cr_expect_eq(reasons_of(policy, &record), 0);
    cg_policy_free(policy);
}

/* Scope. */
struct scope_row {
    const char *code;
    const char *npi;
    const char *frequency;
    const char *start;
    bool in_scope;
    int roster_calls;
};

static void expect_scope(const struct cg_policy *policy, const struct scope_row *rows,
                         size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct record record = with(&good, CG_FIELD_HCPCS_CODE, rows[i].code);
        struct judged judged;
        record.cells[CG_FIELD_RENDERING_NPI] = rows[i].npi;
        record.cells[CG_FIELD_CLAIM_FREQUENCY_CODE] = rows[i].frequency;
        record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = rows[i].start;
        record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "";
        record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = "C0";
        roster_calls = 0;
        cr_expect_eq(edit_fields(policy, &record, &judged), rows[i].in_scope, "row %zu", i);
        cr_expect_eq(roster_calls, rows[i].roster_calls, "row %zu", i);
    }
}

Test(field_edits, a_record_is_in_scope_when_some_version_names_its_code) {
    static const struct scope_row rows[] = {
        {"H0038", NPI_ELSEWHERE, "1", "2024-03-05", true, 0},
        {"h0038", NPI_ELSEWHERE, "1", "2024-03-05", true, 0},
        {" H0038 ", "", "1", "x", true, 0},
        {"H0038", "", "1", "1990-01-01", true, 0},
        {"H0039", NPI_ON_ROSTER, "1", "2024-03-05", false, 0},
        {"H0039", NPI_ON_ROSTER, "8", "2024-03-05", false, 0},
        {"", NPI_ON_ROSTER, "1", "2024-03-05", false, 0},
        {"H003", NPI_ON_ROSTER, "1", "2024-03-05", false, 0},
        {"H00388", NPI_ON_ROSTER, "1", "2024-03-05", false, 0},
        {"H003\xFF", NPI_ON_ROSTER, "1", "2024-03-05", false, 0},
    };
    struct cg_policy *policy = load_policy("ms");
    expect_scope(policy, rows, ROW_COUNT(rows));
    cg_policy_free(policy);
}

Test(field_edits, codes_marked_so_are_in_scope_only_for_providers_on_the_roster) {
    static const struct scope_row rows[] = {
        {"H0038", NPI_ELSEWHERE, "1", "2024-03-05", true, 0},
        {"H2017", NPI_ON_ROSTER, "1", "2024-03-05", true, 1},
        {"H2017", NPI_ELSEWHERE, "1", "2024-03-05", false, 1},
        {"H2017", "", "1", "2024-03-05", false, 0},
        {"H2017", "1234567890", "1", "2024-03-05", false, 0},
        {"H2017", NPI_ELSEWHERE, "7", "2024-03-05", false, 1},
        {"H2017", NPI_ELSEWHERE, "8", "2024-03-05", true, 0}, /* a void, whoever rendered it */
        {"H2017", "", "8", "x", true, 0},
        {"H2017", NPI_ON_ROSTER, "1", "2019-12-31", true, 1}, /* before the first version */
        {"H2017", NPI_ELSEWHERE, "1", "2019-12-31", false, 1},
        {"H2017", NPI_ELSEWHERE, "1", "x", false, 1},
    };
    struct cg_policy *policy = load_policy("la");
    expect_scope(policy, rows, ROW_COUNT(rows));
    cg_policy_free(policy);
}

Test(field_edits, a_version_that_dropped_a_marked_code_still_asks_the_roster) {
    static const struct scope_row rows[] = {
        {"H2017", NPI_ELSEWHERE, "1", "2021-03-05", false, 1},
        {"H2017", NPI_ELSEWHERE, "1", "2023-03-05", false, 1},
        {"H2017", NPI_ON_ROSTER, "1", "2023-03-05", true, 1},
    };
    struct cg_policy *policy = two_versions("{\"code\":\"H2017\",\"only_if_on_roster\":true}");
    expect_scope(policy, rows, ROW_COUNT(rows));
    cg_policy_free(policy);
}

/* Voids and replacements. */
Test(field_edits, a_void_meets_five_edits_alone) {
    struct cg_policy *policy = load_policy("ms");
    struct record record = good;
    for (int field = 0; field < CG_FIELD_COUNT; field++) {
        record.cells[field] = "x";
    }
    record.cells[CG_FIELD_HCPCS_CODE] = "H0038";
    record.cells[CG_FIELD_CLAIM_FREQUENCY_CODE] = "8";
    record.cells[CG_FIELD_CLAIM_LINE_NUMBER] = "2";
    struct judged judged;
    cr_assert(edit_fields(policy, &record, &judged));
    cr_expect_eq(judged.line.reasons, 0);
    cr_expect_eq(judged.line.frequency, CG_VOID);
    cr_expect_eq(judged.line.original_claim_id.len, 1);
    cr_expect_eq(judged.line.units, 0);
    cr_expect_eq(judged.line.start_day, CG_DAY_NONE);
    cr_expect_eq(judged.line.version, cg_policy_version(policy, 0)); /* the newest */
    cr_expect_eq(credential_calls, 0);
    record.cells[CG_FIELD_CLAIM_ID] = "";
    record.cells[CG_FIELD_CLAIM_LINE_NUMBER] = "0";
    record.cells[CG_FIELD_MEMBER_ID] = "";
    record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = "";
    cr_expect_eq(reasons_of(policy, &record), BAD(CLAIM_ID_INVALID) | BAD(LINE_NUMBER_INVALID) |
                                                  BAD(MEMBER_ID_INVALID) |
                                                  BAD(ORIGINAL_CLAIM_UNKNOWN));
    cg_policy_free(policy);
}

Test(field_edits, a_void_carries_what_it_has) {
    struct cg_policy *policy = two_versions("{\"code\":\"H2017\"}");
    struct record record = with(&good, CG_FIELD_CLAIM_FREQUENCY_CODE, "8");
    struct judged judged;
    record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = "C0";
    record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = "2021-03-05";
    record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "2021-03-06";
    cr_assert(edit_fields(policy, &record, &judged));
    cr_expect_eq(judged.line.reasons, 0);
    cr_expect_eq(judged.line.units, 4);
    cr_expect_eq(judged.line.rendering_npi, UINT64_C(1234567893));
    cr_expect_eq(judged.line.end_day, day("2021-03-06"));
    cr_expect_eq(judged.line.version->index, 0);
    record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = "2019-03-05"; /* before every version */
    cr_assert(edit_fields(policy, &record, &judged));
    cr_expect_eq(judged.line.reasons, 0);
    cr_expect_eq(judged.line.version->index, 1);
    cg_policy_free(policy);
}

struct original_row {
    const char *frequency;
    const char *original; /* NULL: no such column */
    uint64_t reasons;
};

Test(field_edits, taking_back_needs_the_original) {
    static const struct original_row rows[] = {
        {"1", NULL, 0},
        {"7", "C0", 0},
        {"8", "C0", 0},
        {"7", "C1", 0}, /* the same two ids are allowed */
        {"8", BYTES_64, 0},
        {"7", "", BAD(ORIGINAL_CLAIM_UNKNOWN)},
        {"8", " ", BAD(ORIGINAL_CLAIM_UNKNOWN)},
        {"8", BYTES_64 "4", BAD(ORIGINAL_CLAIM_UNKNOWN)},
        {"7", "C\x01", BAD(ORIGINAL_CLAIM_UNKNOWN)},
        {"7", NULL, BAD(ORIGINAL_CLAIM_UNKNOWN)},
        {"8", NULL, BAD(ORIGINAL_CLAIM_UNKNOWN)},
    };
    struct cg_policy *policy = load_policy("ms");
    for (size_t i = 0; i < ROW_COUNT(rows); i++) {
        struct record record = with(&good, CG_FIELD_CLAIM_FREQUENCY_CODE, rows[i].frequency);
        record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = rows[i].original;
        cr_expect_eq(reasons_of(policy, &record), rows[i].reasons, "row %zu", i);
    }
    cg_policy_free(policy);
}

Test(field_edits, a_layout_without_original_claim_id_cannot_take_back) {
    static const char *const codes[] = {"7", "8"};
    struct cg_policy *policy = load_policy("ms");
    layout_without_original = true;
    for (size_t i = 0; i < 2; i++) {
        struct record record = with(&good, CG_FIELD_CLAIM_FREQUENCY_CODE, codes[i]);
        record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = NULL;
        cr_expect_eq(reasons_of(policy, &record), BAD(FREQUENCY_CODE_INVALID));
    }
    layout_without_original = false;
    cg_policy_free(policy);
}

Test(field_edits, a_replacement_meets_every_edit) {
    struct cg_policy *policy = load_policy("ms");
    struct record record = with(&good, CG_FIELD_CLAIM_FREQUENCY_CODE, "7");
    record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = "C0";
    record.cells[CG_FIELD_SERVICE_UNIT_QUANTITY] = "0";
    cr_expect_eq(reasons_of(policy, &record), BAD(UNITS_INVALID));
    cg_policy_free(policy);
}

/* Groups 2 and 3. */
Test(field_edits, credential_edits_run_only_where_the_fields_are_good) {
    struct cg_policy *policy = load_policy("ms");
    credential_reasons = BAD(CREDENTIAL_NOT_ACTIVE);
    cr_expect_eq(reasons_of(policy, &good), BAD(CREDENTIAL_NOT_ACTIVE));
    struct record record = with(&good, CG_FIELD_SERVICE_UNIT_QUANTITY, "0");
    cr_expect_eq(reasons_of(policy, &record), BAD(UNITS_INVALID));
    cr_expect_eq(credential_calls, 1);
    cg_policy_free(policy);
}

struct exempt_row {
    const char *birth;
    const char *authorization;
    bool on_file;
    bool on_claim;
};

Test(field_edits, young_members_with_an_authorization_are_exempt) {
    /* under 21 on 2024-03-05 */
    static const struct exempt_row rows[] = {
        {"2010-01-01", AUTHORIZATION, true, true},
        {"2010-01-01", "other", false, true},
        {"2010-01-01", "", false, false},
        {"2010-01-01", "A\x01", false, false}, /* cannot be read: counts as blank */
        {"", AUTHORIZATION, false, false},
        {"2003-03-06", AUTHORIZATION, true, true}, /* 21 tomorrow */
        {"2003-03-05", AUTHORIZATION, false, false},
        {"1980-01-01", AUTHORIZATION, false, false},
    };
    struct cg_policy *on_file = load_policy("ms-full");
    struct cg_policy *on_claim =
        edit_policy("policies/ms-full.json", "\"on_file\"", "\"on_claim\"");
    struct cg_policy *none = load_policy("ms");
    for (size_t i = 0; i < ROW_COUNT(rows); i++) {
        struct record record = with(&good, CG_FIELD_BIRTH_DATE, rows[i].birth);
        struct judged judged;
        record.cells[CG_FIELD_AUTHORIZATION_NUMBER] = rows[i].authorization;
        cr_assert(edit_fields(on_file, &record, &judged));
        cr_expect_eq(judged.line.exempt, rows[i].on_file, "row %zu", i);
        cr_assert(edit_fields(on_claim, &record, &judged));
        cr_expect_eq(judged.line.exempt, rows[i].on_claim, "row %zu", i);
        cr_assert(edit_fields(none, &record, &judged));
        cr_expect_not(judged.line.exempt);
    }
    cg_policy_free(on_file);
    cg_policy_free(on_claim);
    cg_policy_free(none);
}

Test(field_edits, a_rejected_line_is_not_exempt) {
    struct cg_policy *policy = load_policy("ms-full");
    struct record record = with(&good, CG_FIELD_BIRTH_DATE, "2010-01-01");
    struct judged judged;
    record.cells[CG_FIELD_AUTHORIZATION_NUMBER] = AUTHORIZATION;
    credential_reasons = BAD(EXAM_NOT_PASSED);
    cr_assert(edit_fields(policy, &record, &judged));
    cr_expect_not(judged.line.exempt);
    cg_policy_free(policy);
}
