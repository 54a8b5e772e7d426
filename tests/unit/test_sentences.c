#include "claimgate/gate/sentences.h"
#include "claimgate/rules/reason.h"
#include "gate/credential_edits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/*
 * Records go through the parser and the edit_fields, so that a sentence is tested on the line that
 * the program would have. Credentials have sentences and tests of their own: stand-ins here.
 */
static uint64_t credential_reasons;

bool cg_roster_has_provider(const struct cg_roster *roster, uint64_t npi) {
    (void)roster;
    (void)npi;
    return true;
}

void cg_credential_edits(const struct cg_roster *roster, struct cg_line *line) {
    (void)roster;
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
    (void)line;
    (void)procedure;
    return false;
}

void cg_credential_sentence(const struct cg_roster *roster, const struct cg_line *line,
                            enum cg_reason reason, struct cg_phrase *say) {
    (void)roster;
    (void)line;
    cg_say(say, "credential %u.", (uint32_t)reason);
}

#define BIT(reason) (UINT64_C(1) << CG_REASON_##reason)

enum { TEXT_MAX = 512 };

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

struct scene {
    struct cg_policy *policy;
    struct cg_binding binding;
    struct cg_rules rules;
    struct cg_batch *batch;
    struct cg_verdict verdict;
};

static struct scene scene;

static int32_t day(const char *iso) {
    return cg_date_parse(iso, strlen(iso), CG_DATE_ISO);
}

static void set_up(void) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    cr_assert_eq(cg_reason_init(&err), CG_OK, "%s", err.text);
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load("ms", &scene.policy, &problems, &err), CG_OK, "%s", err.text);
    cg_problems_fini(&problems);
    /* The roster is never looked into: stand-ins answer for it. */
    scene.rules = (struct cg_rules){.policy = scene.policy,
                                    .roster = (const struct cg_roster *)&credential_reasons,
                                    .as_of_day = day("2024-12-31")};
    scene.binding = (struct cg_binding){
        .column_count = COLUMN_COUNT + 1,
        .last_column = COLUMN_COUNT,
        .delimiter = ',',
        .header = header,
        .header_len = sizeof header - 1,
    };
    for (int field = 0; field < CG_FIELD_COUNT; field++) {
        scene.binding.fields[field] = (struct cg_field_source){.column = -1, .fallback_column = -1};
    }
    for (int i = 0; i < COLUMN_COUNT; i++) {
        scene.binding.fields[columns[i]].column = i;
    }
    scene.binding.fields[CG_FIELD_CLAIM_LINE_START_DATE].fallback_column = FALLBACK_COLUMN;
    scene.batch = cg_batch_new();
    cr_assert_not_null(scene.batch);
    scene.batch->csv = cg_csv_new(',', COLUMN_COUNT + 1);
    cr_assert_not_null(scene.batch->csv);
}

static void tear_down(void) {
    cg_csv_free(scene.batch->csv);
    scene.batch->csv = NULL;
    cg_batch_free(scene.batch);
    cg_policy_free(scene.policy);
}

TestSuite(detail, .init = set_up, .fini = tear_down);

/* The only line of a batch that holds this one record. */
static struct cg_line *read_line(const char *record) {
    struct cg_batch *batch = scene.batch;
    struct cg_parse_plan plan = {.binding = &scene.binding,
                                 .edit_fields = cg_edit_fields,
                                 .edit_credentials = cg_edit_credentials,
                                 .rules = &scene.rules};
    size_t len = strlen(record);
    cg_batch_reset(batch);
    memcpy(batch->payload, record, len);
    batch->payload_bytes = len;
    batch->text = (struct cg_text){batch->payload, (uint32_t)len};
    cr_assert_eq(cg_parse_batch(&plan, batch->csv, batch), CG_OK);
    cr_assert_eq(batch->lines.count, 1, "%s", record);
    return cg_batch_line(batch, 0);
}

static const char *fill(const struct cg_line *line) {
    cg_verdict_fill(&scene.rules, &scene.binding, scene.batch, line, &scene.verdict);
    return scene.verdict.detail;
}

struct sentence_row {
    const char *record;
    const char *reasons;
    const char *detail;
};

static const struct sentence_row sentence_rows[] = {
    {",1,M1,2024-03-05,,H0038,,,4,1234567893,,,,,\n", "claim_id_invalid",
     "Claim is blank; it must be 1 to 64 bytes."},
    {"C1,1,0123456789012345678901234567890123456789012345678901234567890123X,2024-03-05,,H0038,,,4,"
     "1234567893,,,,,\n",
     "member_id_invalid", "Member is 65 bytes long; it must be 1 to 64 bytes."},
    {"C1,1,M\x01,2024-03-05,,H0038,,,4,1234567893,,,,,\n", "member_id_invalid",
     "Member must be UTF-8 without control characters."},
    {"C1, 1.5,M1,2024-03-05,,H0038,,,4,1234567893,,,,,\n", "line_number_invalid",
     "Line, no is \"1.5\"; it must be a whole number from 1 to 9999."},
    {"C1,1,M1,2024-02-30,,H0038,,,4,1234567893,,,,,\n", "service_date_invalid",
     "From is \"2024-02-30\"; it must be a real date from 1900 to 2199, written YYYY-MM-DD."},
    {"C1,1,M1,,,H0038,,,4,1234567893,,,,,3/5/2024\n", "service_date_invalid",
     "Claim From is \"3/5/2024\"; it must be a real date from 1900 to 2199, written YYYY-MM-DD."},
    {"C1,1,M1,2024-03-05,Friday,H0038,,,4,1234567893,,,,,\n", "service_end_date_invalid",
     "Thru holds something else than a real date from 1900 to 2199, written YYYY-MM-DD."},
    {"C1,1,M1,2024-03-05,2024-03-01,H0038,,,4,1234567893,,,,,\n", "service_end_date_invalid",
     "Thru, 2024-03-01, is before the start date, 2024-03-05."},
    {"C1,1,M1,2024-03-05,,H0038,HQ,1-,4,1234567893,,,,,\n", "modifier_invalid",
     "Mod2 is \"1-\"; it must be two letters or digits, or blank."},
    {"C1,1,M1,2024-03-05,,H0038,HQX,,4,1234567893,,,,,\n", "modifier_invalid",
     "Mod1 holds something else than two letters or digits, or blank."},
    {"C1,1,M1,2024-03-05,,H0038,,,\" 4.5 \",1234567893,,,,,\n", "units_invalid",
     "Units is \"4.5\"; it must be a whole number from 1 to 9999."},
    {"C1,1,M1,2024-03-05,,H0038,,,\"a \"\"b\"\"\",1234567893,,,,,\n", "units_invalid",
     "Units holds something else than a whole number from 1 to 9999."},
    {"C1,1,M1,2024-03-05,,H0038,,,,,,,,,\n", "units_invalid;rendering_npi_missing",
     "Units is blank; it must be a whole number from 1 to 9999."},
    {"C1,1,M1,2024-03-05,,H0038,,,4,,,,,,\n", "rendering_npi_missing",
     "NPI is blank; it must be an NPI: 10 digits, the first 1 or 2, with a right check digit."},
    {"C1,1,M1,2024-03-05,,H0038,,,4,1234567890,,,,,\n", "rendering_npi_invalid",
     "NPI is \"1234567890\"; it must be an NPI: 10 digits, the first 1 or 2, with a right check "
     "digit."},
    {"C1,1,M1,2024-03-05,,H0038,,,4,1234567893,,,,123,\n", "billing_npi_invalid",
     "Billing is \"123\"; it must be an NPI: 10 digits, the first 1 or 2, with a right check "
     "digit."},
    {"C1,1,M1,2024-03-05,,H0038,,,4,1234567893,3,,,,\n", "frequency_code_invalid",
     "Freq is \"3\"; it must be 1, 7, 8 or blank."},
    {"C1,1,M1,2024-03-05,,H0038,,,4,1234567893,8,,,,\n", "frequency_code_invalid",
     "Freq is 8, but the layout has no column for the claim to void."},
    {"C1,1,M1,2024-03-05,,H0038,,,4,1234567893,,13.1.2024,,,\n", "received_date_invalid",
     "Received is \"13.1.2024\"; it must be a real date from 1900 to 2199, written YYYY-MM-DD."},
    {"C1,1,M1,2024-03-05,,H0038,,,4,1234567893,,,Smith,,\n", "birth_date_invalid",
     "Born holds something else than a real date from 1900 to 2199, written YYYY-MM-DD."},
    {"C1,1,M1,2010-03-05,,H0038,,,4,1234567893,,,,,\n", "no_policy_in_force",
     "No version of the policy was in force on 2010-03-05; the first is effective from "
     "2012-07-01."},
    {"C1,1,M1,2024-03-05,,H0038,,,4,1234567893,,2024-03-04,,,\n", "service_date_future",
     "The service date 2024-03-05 is after 2024-03-04, when the claim was received."},
    {"C1,1,M1,2025-03-05,,H0038,,,4,1234567893,,,,,\n", "service_date_future",
     "The service date 2025-03-05 is after 2024-12-31, the date as of which this run decides."},
    {"C1,1,M1,2024-03-05,2024-03-07,H0038,,,4,1234567893,,,,,\n", "service_date_span",
     "The line spans 2024-03-05 to 2024-03-07; the policy takes lines of one day."},
    {"C1,1,M1,2023-03-05,,H0038,,,4,1234567893,,2024-03-05,,,\n", "late_filing",
     "The claim was received on 2024-03-05, 366 days after the service of 2023-03-05; the limit "
     "is 365 days."},
    {"C1,1,M1\n", "malformed_record", "The record has 3 fields where the header has 15."},
    {"C1\n", "malformed_record", "The record has 1 field where the header has 15."},
    {"C1,1,M1,2024-03-05,,H0038,,,4,1234567893,,,,,,,\n", "malformed_record",
     "The record has 17 fields where the header has 15."},
    {"C1,\"1,M1\n", "malformed_record",
     "A quote that opens a field is not closed by the end of the line."},
    {"C1,\"1\"x,M1\n", "malformed_record",
     "A quote stands where none may: it opens a field only as its first byte, and after a closing "
     "quote only blanks, the delimiter or the line end may follow."},
};

Test(detail, each_fault_of_a_field_has_its_sentence) {
    for (size_t i = 0; i < sizeof sentence_rows / sizeof *sentence_rows; i++) {
        const struct sentence_row *row = &sentence_rows[i];
        const char *detail = fill(read_line(row->record));
        cr_expect_str_eq(detail, row->detail);
        cr_expect_str_eq(scene.verdict.reasons, row->reasons, "row %zu", i);
        size_t len = strcspn(row->reasons, ";");
        cr_expect_eq(strlen(scene.verdict.reason), len, "row %zu", i);
        cr_expect_eq(strncmp(scene.verdict.reason, row->reasons, len), 0, "row %zu", i);
        cr_expect_null(scene.verdict.cap_id);
    }
}

Test(detail, a_fallback_without_a_first_column_is_named) {
    struct cg_field_source *start = &scene.binding.fields[CG_FIELD_CLAIM_LINE_START_DATE];
    struct cg_field_source *end = &scene.binding.fields[CG_FIELD_CLAIM_LINE_END_DATE];
    end->fallback_column = end->column;
    end->column = -1;
    start->column = -1;
    cr_expect_str_eq(
        fill(read_line("C1,1,M1,,2024-03-01,H0038,,,4,1234567893,,,,,3/5/2024\n")),
        "Claim From is \"3/5/2024\"; it must be a real date from 1900 to 2199, written "
        "YYYY-MM-DD.");
    cr_expect_str_eq(fill(read_line("C1,1,M1,,2024-03-01,H0038,,,4,1234567893,,,,,2024-03-05\n")),
                     "Thru, 2024-03-01, is before the start date, 2024-03-05.");
}

Test(detail, codes_are_those_of_the_first_reason) {
    (void)fill(read_line("C1,1,M1,2024-03-05,,H0038,,,,,,,,,\n"));
    cr_expect_str_eq(scene.verdict.group_code, "CO");
    cr_expect_str_eq(scene.verdict.carc, "16");
    cr_expect_str_eq(scene.verdict.rarc, "M53");
}

Test(detail, a_nul_byte_is_named) {
    struct cg_line *line = read_line("C1,1\n");
    line->malformed = CG_NUL_BYTE;
    cr_expect_str_eq(fill(line), "The record holds a NUL byte.");
}

Test(detail, a_long_record_tells_its_length) {
    char record[70001];
    memset(record, 'x', sizeof record - 1);
    record[sizeof record - 1] = '\0';
    cr_expect_str_eq(fill(read_line(record)), "The record is 70000 bytes long; at most 65536 are "
                                              "allowed, and the first 65536 are kept.");
}

static const char good_record[] = "C1,1,M1,2024-03-05,,H0038,,,2,1234567893,,,,,\n";

static struct cg_line *reject_for_cap(uint8_t cap_no, uint32_t used, uint32_t available) {
    struct cg_line *line = read_line(good_record);
    cr_assert_eq(line->reasons, 0);
    line->reasons = BIT(CAP);
    line->decision = CG_REJECTED;
    line->cap_no = cap_no;
    line->cap_day = line->start_day;
    line->units_used = used;
    line->units_available = available;
    return line;
}

Test(detail, a_cap_tells_what_was_used_asked_and_left) {
    cr_expect_str_eq(fill(reject_for_cap(0, 6, 0)),
                     "6 of 6 units were already used on 2024-03-05; this line asks for 2 and 0 are "
                     "left.");
    cr_expect_str_eq(scene.verdict.reason, "daily_cap");
    cr_expect_str_eq(scene.verdict.reasons, "daily_cap");
    cr_expect_str_eq(scene.verdict.group_code, "CO");
    cr_expect_str_eq(scene.verdict.carc, "119");
    cr_expect_str_eq(scene.verdict.rarc, "N362");
    cr_expect_str_eq(scene.verdict.cap_id, "daily");
    cr_expect_eq(scene.verdict.cap_limit_units, 6);
    cr_expect_eq(scene.verdict.units_used, 6);
    cr_expect_eq(scene.verdict.units_available, 0);
    cr_expect_str_eq(fill(reject_for_cap(1, 199, 1)),
                     "199 of 200 units were already used from 2023-07-01 to 2024-06-30; this line "
                     "asks for 2 and 1 is left.");
    cr_expect_str_eq(scene.verdict.rarc, "N640");
}

Test(detail, a_cap_names_the_day_of_a_span_that_failed) {
    struct cg_line *line = reject_for_cap(0, 5, 1);
    line->end_day = line->start_day + 2;
    line->cap_day = line->start_day + 1;
    cr_expect_str_eq(fill(line), "5 of 6 units were already used on 2024-03-06; this line asks for "
                                 "2 over its days and 1 is left.");
}

Test(detail, a_cap_names_the_period_of_each_kind_that_failed) {
    const struct {
        enum cg_period period;
        int32_t months;
        const char *words;
    } rows[] = {
        {CG_PERIOD_DAY, 0, " on 2024-02-20;"},
        {CG_PERIOD_MONTH, 0, " from 2024-02-01 to 2024-02-29;"},
        {CG_PERIOD_YEAR, 0, " from 2023-07-01 to 2024-06-30;"},
        {CG_PERIOD_ROLLING_MONTHS, 1, " in the month up to 2024-02-20;"},
        {CG_PERIOD_ROLLING_MONTHS, 6, " in the 6 months up to 2024-02-20;"},
        {CG_PERIOD_LIFETIME, 0, " in the member's lifetime;"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cg_line *line = reject_for_cap(1, 5, 1);
        struct cg_policy_version version = *line->version;
        version.caps[1].period = rows[i].period; /* its year starts on 1 July */
        version.caps[1].months = rows[i].months;
        line->version = &version;
        line->cap_day = line->start_day - 14;
        const char *detail = fill(line);
        cr_expect_not_null(strstr(detail, rows[i].words), "%s", detail);
    }
}

Test(detail, a_cutback_tells_what_fits_and_what_is_left_over) {
    struct cg_line *line = reject_for_cap(1, 196, 4);
    line->decision = CG_CUTBACK;
    line->units = 6;
    line->accepted_units = 4;
    cr_expect_str_eq(fill(line), "4 of 6 units fit under the limit of 200 from 2023-07-01 to "
                                 "2024-06-30; the remaining 2 are rejected.");
    cr_expect_str_eq(scene.verdict.reason, "yearly_cap");
    cr_expect_eq(scene.verdict.units_available, 4);
}

Test(detail, history_reasons_name_no_claim) {
    struct cg_line *line = read_line(good_record);
    line->reasons = BIT(DUPLICATE_LINE);
    cr_expect_str_eq(fill(line), "A line with the same claim id and line number has been accepted "
                                 "already for this member.");
    cr_expect_str_eq(scene.verdict.group_code, "OA");
    cr_expect_str_eq(scene.verdict.carc, "18");
    cr_expect_str_eq(scene.verdict.rarc, "");
    line->line_number = CG_LINE_NUMBER_NONE;
    cr_expect_str_eq(fill(line),
                     "A line with the same claim id, dates, procedure, modifiers, units and "
                     "rendering provider has been accepted already for this member.");
    line->reasons = BIT(DUPLICATE_SERVICE);
    cr_expect_str_eq(fill(line),
                     "A line with the same rendering provider, dates, procedure, modifiers and "
                     "units has been accepted already under another claim id for this member.");
    line->reasons = BIT(ORIGINAL_CLAIM_UNKNOWN);
    line->frequency = CG_REPLACEMENT;
    line->original_claim_id = (struct cg_text){"C0", 2};
    cr_expect_str_eq(fill(line), "The claim to replace has no accepted line of this member, or "
                                 "another claim has taken it back already.");
}

Test(detail, credential_reasons_are_worded_by_the_roster) {
    credential_reasons = BIT(EXAM_NOT_PASSED) | BIT(NOT_EMPLOYED);
    char expected[TEXT_MAX];
    snprintf(expected, sizeof expected, "credential %d.", (int)CG_REASON_EXAM_NOT_PASSED);
    cr_expect_str_eq(fill(read_line(good_record)), expected);
    cr_expect_str_eq(scene.verdict.reasons, "exam_not_passed;not_employed");
    cr_expect_str_eq(scene.verdict.carc, "B7");
}

/* Whatever a line may be rejected for: there is a sentence, and it shows neither id. */
Test(detail, every_reason_has_a_sentence_without_ids) {
    static const char record[] =
        "CLAIM77,1,MEMBER88,2024-03-05,2024-03-06,H0038,MEMBER88,CLAIM77,MEMBER88,MEMBER88,"
        "MEMBER88,MEMBER88,MEMBER88,MEMBER88,\n";
    for (enum cg_reason reason = 0; reason < CG_REASON_COUNT; reason++) {
        struct cg_line *line = read_line(record);
        line->reasons = cg_reason_bit(reason);
        line->received_day = line->end_day + 400;
        line->malformed = reason == CG_REASON_MALFORMED_RECORD ? CG_NUL_BYTE : CG_WELL_FORMED;
        const char *detail = fill(line);
        size_t len = strlen(detail);
        cr_assert_gt(len, 0, "%s", scene.verdict.reason);
        cr_expect_eq(detail[len - 1], '.', "%s", detail);
        cr_expect_null(strstr(detail, "CLAIM77"), "%s", detail);
        cr_expect_null(strstr(detail, "MEMBER88"), "%s", detail);
    }
}

Test(detail, all_reasons_together_fit) {
    struct cg_line *line = read_line(good_record);
    line->reasons = (UINT64_C(1) << CG_REASON_COUNT) - 1;
    line->malformed = CG_NUL_BYTE;
    (void)fill(line);
    cr_expect_str_eq(scene.verdict.reason, "malformed_record");
    const char *last = strrchr(scene.verdict.reasons, ';');
    cr_assert_not_null(last);
    cr_expect_str_eq(last, ";daily_cap");
}

Test(detail, reason_names_carry_the_cap) {
    struct cg_line *line = reject_for_cap(1, 0, 0);
    cr_expect_str_eq(cg_reason_name(line, CG_REASON_CAP), "yearly_cap");
    cr_expect_str_eq(cg_reason_name(line, CG_REASON_UNITS_INVALID), "units_invalid");
}
