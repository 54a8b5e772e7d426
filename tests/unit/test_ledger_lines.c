/*
 * What the ledger keeps of a decided line, cell by cell, as anybody's SQL reads it.
 */
#include "claimgate/rules/reason.h"
#include "support/ledger_fixture.h"

#include <criterion/criterion.h>

static struct fixture fixture;

static void set_up(void) {
    struct cg_error err = CG_ERROR_INIT;
    const struct fixture_line lines[] = {
        {.member = "M1", .claim = "C1", .number = 3, .date = "2025-01-06", .units = 4},
        {.member = "M1", .claim = "C2", .date = "2025-01-07", .end = "2025-01-09", .units = 2},
        {.member = "M1", .claim = "C3", .date = "2025-01-06", .units = 5},
        {.member = "M2",
         .claim = "C4",
         .date = "2025-01-06",
         .end = "2025-01-08",
         .reasons = cg_reason_bit(CG_REASON_SERVICE_DATE_SPAN)},
        {.member = "M1", .claim = "C5", .frequency = CG_VOID, .original = "C1"}};
    fixture_init(&fixture);
    cr_assert_eq(fixture_run(&fixture, lines, sizeof lines / sizeof lines[0], NULL, NULL, &err),
                 CG_OK, "%s", err.text);
}

static void tear_down(void) {
    fixture_fini(&fixture);
}

TestSuite(ledger_lines, .init = set_up, .fini = tear_down, .timeout = 60);

Test(ledger_lines, only_a_span_has_an_end_of_its_own) {
    cr_expect_str_eq(fixture_query(&fixture,
                                   "SELECT claim_id, date(start_day * 86400, 'unixepoch'), "
                                   "date(end_day * 86400, 'unixepoch') FROM line ORDER BY line_no"),
                     "C1|2025-01-06|\nC2|2025-01-07|2025-01-09\nC3|2025-01-06|\n"
                     "C4|2025-01-06|2025-01-08\nC5|2025-01-06|\n");
}

Test(ledger_lines, units_and_verdicts_stand_as_they_were_decided) {
    cr_expect_str_eq(fixture_query(&fixture,
                                   "SELECT claim_id, claim_line, frequency, original_claim_id, "
                                   "units, accepted_units, decision, reasons, units_used, "
                                   "units_available FROM line ORDER BY line_no"),
                     "C1|3|1||4|4|1|||\nC2|1|1||2|2|1|||\nC3|1|1||5|0|2|daily_cap|4|2\n"
                     "C4|1|1||2|0|2|service_date_span||\nC5|1|8|C1|2|0|1|||\n");
}

Test(ledger_lines, a_void_names_the_claim_that_it_frees) {
    cr_expect_str_eq(fixture_query(&fixture, "SELECT original_claim_id, claim_line, claim_id, "
                                             "frequency, before_line, named_claim_id IS NULL FROM "
                                             "take_back"),
                     "C1||C5|8|5|1\n");
}

Test(ledger_lines, what_a_line_does_not_have_is_null) {
    cr_expect_str_eq(
        fixture_query(&fixture, "SELECT claim_id, cap_used, exempt, split, date(cap_day * 86400, "
                                "'unixepoch'), detail FROM line ORDER BY line_no"),
        "C1|[0,0]|0|0||\nC2|[0,4]|0|0||\nC3|[4,6]|0|0|2025-01-06|\nC4||0|0||\nC5||0|0||\n");
    cr_expect_str_eq(fixture_query(&fixture,
                                   "SELECT member_no, source_line, rendering_npi FROM line "
                                   "WHERE modifiers IS NULL AND billing_npi IS NULL "
                                   "ORDER BY line_no"),
                     "1|2|1234567893\n1|3|1234567893\n1|4|1234567893\n2|5|1234567893\n"
                     "1|6|1234567893\n");
}

/* 65 bytes: one more than an id has. */
#define TOO_LONG "0123456789012345678901234567890123456789012345678901234567890123X"

Test(ledger_lines, an_id_that_is_none_is_not_kept) {
    struct cg_error err = CG_ERROR_INIT;
    const struct fixture_line lines[] = {
        {.claim = TOO_LONG, .reasons = cg_reason_bit(CG_REASON_CLAIM_ID_INVALID)},
        {.claim = "C7\x01", .reasons = cg_reason_bit(CG_REASON_CLAIM_ID_INVALID)},
        {.member = TOO_LONG, .claim = "C8", .reasons = cg_reason_bit(CG_REASON_MEMBER_ID_INVALID)},
        {.member = "M\x01", .claim = "C9", .reasons = cg_reason_bit(CG_REASON_MEMBER_ID_INVALID)}};
    cr_assert_eq(fixture_run(&fixture, lines, sizeof lines / sizeof lines[0], NULL, NULL, &err),
                 CG_OK, "%s", err.text);
    cr_expect_str_eq(
        fixture_query(&fixture,
                      "SELECT claim_id, member_id FROM line LEFT "
                      "JOIN member USING (member_no) WHERE line.run_no = 2 ORDER BY line_no"),
        "|M1\n|M1\nC8|\nC9|\n");
}
