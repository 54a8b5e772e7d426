#include "support/rejected_line.h"
#include "support/roster_stand_ins.h"

#include "claimgate/rules/reason.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define BIT(reason) (UINT64_C(1) << CG_REASON_##reason)

enum { TEXT_MAX = 512 };

/* Credentials have sentences and tests of their own. */
void cg_credential_sentence(const struct cg_roster *roster, const struct cg_line *line,
                            enum cg_reason reason, struct cg_phrase *say) {
    (void)roster;
    (void)line;
    cg_say(say, "credential %u.", (uint32_t)reason);
}

TestSuite(sentences, .init = rejected_init, .fini = rejected_fini);

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
    {"C1,1,,2024-03-05,,H0038,,,4,1234567893,,,,,\n", "member_id_invalid",
     "Member is blank; it must be 1 to 64 bytes."},
    {"2.02501E+14,1,M1,2024-03-05,,H0038,,,4,1234567893,,,,,\n", "claim_id_invalid",
     "Claim is a number with an exponent, which stands for many ids; write all of its digits."},
    {"C1,1,NULL,2024-03-05,,H0038,,,4,1234567893,,,,,\n", "member_id_invalid",
     "Member holds a mark for no value, which would make one of many people; name it under "
     "\"blank\" in the layout, or write the id."},
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
    {"C1,1,M1,2024-03-05,,H0038,,1-,4,1234567893,,,,,\n", "modifier_invalid",
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
    {"C1,1,M1,2024-03-05,,H0038,,,4,1234567893,7,,,,\n", "frequency_code_invalid",
     "Freq is 7, but the layout has no column for the claim to replace."},
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
    {"C1,1,M1,2024-12-30,2025-01-02,H0038,,,4,1234567893,,,,,\n",
     "service_date_future;service_date_span",
     "The service date 2025-01-02 is after 2024-12-31, the date as of which this run decides."},
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

Test(sentences, each_fault_of_a_field_has_its_sentence) {
    for (size_t i = 0; i < sizeof sentence_rows / sizeof *sentence_rows; i++) {
        const struct sentence_row *row = &sentence_rows[i];
        const char *detail = rejected_sentence(rejected_line(row->record));
        cr_expect_str_eq(detail, row->detail);
        cr_expect_str_eq(rejected.verdict.reasons, row->reasons, "row %zu", i);
        size_t len = strcspn(row->reasons, ";");
        cr_expect_eq(strlen(rejected.verdict.reason), len, "row %zu", i);
        cr_expect_eq(strncmp(rejected.verdict.reason, row->reasons, len), 0, "row %zu", i);
        cr_expect_null(rejected.verdict.cap_id);
    }
}

Test(sentences, a_fallback_without_a_first_column_is_named) {
    struct cg_field_source *start = &rejected.binding.fields[CG_FIELD_CLAIM_LINE_START_DATE];
    struct cg_field_source *end = &rejected.binding.fields[CG_FIELD_CLAIM_LINE_END_DATE];
    end->fallback_column = end->column;
    end->column = -1;
    start->column = -1;
    cr_expect_str_eq(
        rejected_sentence(rejected_line("C1,1,M1,,2024-03-01,H0038,,,4,1234567893,,,,,3/5/2024\n")),
        "Claim From is \"3/5/2024\"; it must be a real date from 1900 to 2199, written "
        "YYYY-MM-DD.");
    cr_expect_str_eq(rejected_sentence(rejected_line(
                         "C1,1,M1,,2024-03-01,H0038,,,4,1234567893,,,,,2024-03-05\n")),
                     "Thru, 2024-03-01, is before the start date, 2024-03-05.");
}

Test(sentences, a_fifth_modifier_is_named) {
    rejected.binding.fields[CG_FIELD_HCPCS_MODIFIER_5] =
        rejected.binding.fields[CG_FIELD_HCPCS_MODIFIER_2];
    rejected.binding.fields[CG_FIELD_HCPCS_MODIFIER_2].column = -1;
    cr_expect_str_eq(
        rejected_sentence(rejected_line("C1,1,M1,2024-03-05,,H0038,HQ,1-,4,1234567893,,,,,\n")),
        "Mod2 is \"1-\"; it must be two letters or digits, or blank.");
}

Test(sentences, a_long_name_of_a_column_is_cut) {
    static char header[] = "0123456789012345678901234567890123456789012345678901234567890123XX";
    rejected.binding.header = header;
    rejected.binding.header_len = sizeof header - 1;
    cr_expect_str_eq(
        rejected_sentence(rejected_line(",1,M1,2024-03-05,,H0038,,,4,1234567893,,,,,\n")),
        "0123456789012345678901234567890123456789012345678901234567890123 is blank; it must be 1 "
        "to 64 bytes.");
}

Test(sentences, codes_are_those_of_the_first_reason) {
    (void)rejected_sentence(rejected_line("C1,1,M1,2024-03-05,,H0038,,,,,,,,,\n"));
    cr_expect_str_eq(rejected.verdict.group_code, "CO");
    cr_expect_str_eq(rejected.verdict.carc, "16");
    cr_expect_str_eq(rejected.verdict.rarc, "M53");
}

Test(sentences, a_nul_byte_is_named) {
    struct cg_line *line = rejected_line("C1,1\n");
    line->malformed = CG_NUL_BYTE;
    cr_expect_str_eq(rejected_sentence(line), "The record holds a NUL byte.");
}

Test(sentences, a_long_record_tells_its_length) {
    char record[70001];
    memset(record, 'x', sizeof record - 1);
    record[sizeof record - 1] = '\0';
    cr_expect_str_eq(rejected_sentence(rejected_line(record)),
                     "The record is 70000 bytes long; at most 65536 are "
                     "allowed, and the first 65536 are kept.");
}

static const char good_record[] = "C1,1,M1,2024-03-05,,H0038,,,2,1234567893,,,,,\n";

static struct cg_line *reject_for_cap(uint8_t cap_no, uint32_t used, uint32_t available) {
    struct cg_line *line = rejected_line(good_record);
    cr_assert_eq(line->reasons, 0);
    line->reasons = BIT(CAP);
    line->decision = CG_REJECTED;
    line->cap_no = cap_no;
    line->cap_day = line->start_day;
    line->units_used = used;
    line->units_available = available;
    return line;
}

Test(sentences, a_cap_tells_what_was_used_asked_and_left) {
    cr_expect_str_eq(rejected_sentence(reject_for_cap(0, 6, 0)),
                     "6 of 6 units were already used on 2024-03-05; this line asks for 2 and 0 are "
                     "left.");
    cr_expect_str_eq(rejected.verdict.reason, "daily_cap");
    cr_expect_str_eq(rejected.verdict.reasons, "daily_cap");
    cr_expect_str_eq(rejected.verdict.group_code, "CO");
    cr_expect_str_eq(rejected.verdict.carc, "119");
    cr_expect_str_eq(rejected.verdict.rarc, "N362");
    cr_expect_str_eq(rejected.verdict.cap_id, "daily");
    cr_expect_eq(rejected.verdict.cap_limit_units, 6);
    cr_expect_eq(rejected.verdict.units_used, 6);
    cr_expect_eq(rejected.verdict.units_available, 0);
    cr_expect_str_eq(rejected_sentence(reject_for_cap(1, 199, 1)),
                     "199 of 200 units were already used from 2023-07-01 to 2024-06-30; this line "
                     "asks for 2 and 1 is left.");
    cr_expect_str_eq(rejected.verdict.rarc, "N640");
}

Test(sentences, a_cap_names_the_day_of_a_span_that_failed) {
    struct cg_line *line = reject_for_cap(0, 5, 1);
    line->end_day = line->start_day + 2;
    line->cap_day = line->start_day + 1;
    cr_expect_str_eq(rejected_sentence(line),
                     "5 of 6 units were already used on 2024-03-06; this line asks for "
                     "2 over its days and 1 is left.");
}

Test(sentences, a_cap_names_the_period_of_each_kind_that_failed) {
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
        const char *detail = rejected_sentence(line);
        cr_expect_not_null(strstr(detail, rows[i].words), "%s", detail);
    }
}

/* The last of the record's lines; those before it are copies of it that it does not meet. */
static struct cg_line *last_of_claim(uint32_t count) {
    struct cg_line line = *rejected_line(good_record);
    struct cg_batch *batch = rejected.batch;
    line.reasons = BIT(CLAIM_REJECTED);
    line.decision = CG_REJECTED;
    *cg_batch_line(batch, 0) = line;
    while (batch->lines.count < count) {
        struct cg_line *more = cg_batch_add_line(batch);
        cr_assert_not_null(more);
        *more = line;
    }
    cg_batch_record(batch, 0)->line_count = (uint16_t)count;
    return cg_batch_line(batch, count - 1);
}

Test(sentences, a_cap_tells_what_lines_before_it_in_its_claim_would_have_used) {
    struct cg_line *line = last_of_claim(6);
    struct cg_policy_version version = *line->version;
    version.caps[0].counts_all = false;
    memset(version.caps[0].counts, 0, sizeof version.caps[0].counts);
    version.caps[0].counts[line->procedure_no] = 1;
    for (uint32_t i = 0; i < 6; i++) {
        cg_batch_line(rejected.batch, i)->version = &version;
    }
    cg_batch_line(rejected.batch, 1)->exempt = true;
    cg_batch_line(rejected.batch, 2)->frequency = CG_VOID; /* it reverses a line */
    cg_batch_line(rejected.batch, 3)->procedure_no++;
    cg_batch_line(rejected.batch, 4)->out_of_scope = true;
    line->reasons = BIT(CAP);
    line->cap_no = 0;
    line->cap_day = line->start_day;
    line->units_used = 6;
    line->units_available = 0;
    cr_expect_str_eq(rejected_sentence(line),
                     "6 of 6 units were already used on 2024-03-05, 2 of them by lines of this "
                     "claim; this line asks for 2 and 0 are left.");
}

Test(sentences, a_line_that_falls_with_its_claim_names_the_line_at_fault_where_it_has_a_number) {
    const struct cg_line *line = last_of_claim(2);
    struct cg_line *cause = cg_batch_line(rejected.batch, 0);
    cause->reasons = BIT(LATE_FILING);
    cause->line_number = 7;
    cr_expect_str_eq(rejected_sentence(line), "Line 7 of the claim was rejected, and a claim is "
                                              "accepted or rejected whole.");
    cause->line_number = CG_LINE_NUMBER_NONE;
    cr_expect_str_eq(rejected_sentence(line), "Another line of the claim was rejected, and a "
                                              "claim is accepted or rejected whole.");
}

Test(sentences, a_cutback_tells_what_fits_and_what_is_left_over) {
    struct cg_line *line = reject_for_cap(1, 196, 4);
    line->decision = CG_CUTBACK;
    line->units = 6;
    line->accepted_units = 4;
    cr_expect_str_eq(rejected_sentence(line),
                     "4 of 6 units fit under the limit of 200 from 2023-07-01 to "
                     "2024-06-30; the remaining 2 are rejected.");
    cr_expect_str_eq(rejected.verdict.reason, "yearly_cap");
    cr_expect_eq(rejected.verdict.units_available, 4);
}

Test(sentences, history_reasons_name_no_claim) {
    struct cg_line *line = rejected_line(good_record);
    line->reasons = BIT(DUPLICATE_LINE);
    cr_expect_str_eq(rejected_sentence(line),
                     "A line with the same claim id and line number has been accepted "
                     "already for this member.");
    cr_expect_str_eq(rejected.verdict.group_code, "OA");
    cr_expect_str_eq(rejected.verdict.carc, "18");
    cr_expect_str_eq(rejected.verdict.rarc, "");
    line->line_number = CG_LINE_NUMBER_NONE;
    cr_expect_str_eq(rejected_sentence(line),
                     "A line with the same claim id, dates, procedure, modifiers, units and "
                     "rendering provider has been accepted already for this member.");
    line->reasons = BIT(DUPLICATE_SERVICE);
    cr_expect_str_eq(rejected_sentence(line),
                     "A line with the same rendering provider, dates, procedure, modifiers and "
                     "units has been accepted already under another claim id for this member.");
    line->reasons = BIT(ORIGINAL_CLAIM_UNKNOWN);
    line->frequency = CG_REPLACEMENT;
    line->original_claim_id = (struct cg_text){"C0", 2};
    cr_expect_str_eq(rejected_sentence(line),
                     "The claim to replace has no accepted line of this member, or "
                     "another claim has taken it back already.");
}

Test(sentences, credential_reasons_are_worded_by_the_roster) {
    edited_credential_reasons = BIT(EXAM_NOT_PASSED) | BIT(NOT_EMPLOYED);
    char expected[TEXT_MAX];
    snprintf(expected, sizeof expected, "credential %d.", (int)CG_REASON_EXAM_NOT_PASSED);
    cr_expect_str_eq(rejected_sentence(rejected_line(good_record)), expected);
    cr_expect_str_eq(rejected.verdict.reasons, "exam_not_passed;not_employed");
    cr_expect_str_eq(rejected.verdict.carc, "B7");
}

/* Whatever a line may be rejected for: there is a sentence, and it shows neither id. */
Test(sentences, every_reason_has_a_sentence_without_ids) {
    static const char record[] =
        "CLAIM77,1,MEMBER88,2024-03-05,2024-03-06,H0038,MEMBER88,CLAIM77,MEMBER88,MEMBER88,"
        "MEMBER88,MEMBER88,MEMBER88,MEMBER88,\n";
    for (enum cg_reason reason = 0; reason < CG_REASON_COUNT; reason++) {
        struct cg_line *line = rejected_line(record);
        line->reasons = cg_reason_bit(reason);
        line->received_day = line->end_day + 400;
        line->malformed = reason == CG_REASON_MALFORMED_RECORD ? CG_NUL_BYTE : CG_WELL_FORMED;
        const char *detail = rejected_sentence(line);
        size_t len = strlen(detail);
        cr_assert_gt(len, 0, "%s", rejected.verdict.reason);
        cr_expect_eq(detail[len - 1], '.', "%s", detail);
        cr_expect_null(strstr(detail, "CLAIM77"), "%s", detail);
        cr_expect_null(strstr(detail, "MEMBER88"), "%s", detail);
    }
}

Test(sentences, all_reasons_together_fit) {
    struct cg_line *line = rejected_line(good_record);
    line->reasons = (UINT64_C(1) << CG_REASON_COUNT) - 1;
    line->malformed = CG_NUL_BYTE;
    (void)rejected_sentence(line);
    cr_expect_str_eq(rejected.verdict.reason, "malformed_record");
    const char *last = strrchr(rejected.verdict.reasons, ';');
    cr_assert_not_null(last);
    cr_expect_str_eq(last, ";daily_cap");
}

Test(sentences, reason_names_carry_the_cap) {
    struct cg_line *line = reject_for_cap(1, 0, 0);
    cr_expect_str_eq(cg_reason_name(line, CG_REASON_CAP), "yearly_cap");
    cr_expect_str_eq(cg_reason_name(line, CG_REASON_UNITS_INVALID), "units_invalid");
}
