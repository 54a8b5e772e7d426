#include "ledger/private.h"
#include "support/ledger_fixture.h"
#include "support/policy_text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct fixture fixture;
static char said[4096];

/* What the second run adds stays in `recent`. */
static void setup(void) {
    fixture_init(&fixture);
    cg_ledger_set_fold_bytes(1);
}

static void teardown(void) {
    fixture_fini(&fixture);
}

TestSuite(ledger_verify, .init = setup, .fini = teardown, .timeout = 60);

static void note(void *context, const char *text) {
    (void)context;
    strncat(said, text, sizeof said - strlen(said) - 2);
    strcat(said, "\n");
}

static uint64_t verify(void) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    uint64_t faults = 0;
    said[0] = '\0';
    cr_assert_eq(cg_ledger_open_reader(fixture.path, &ledger, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_verify(ledger, note, NULL, &faults, &err), CG_OK, "%s", err.text);
    cg_ledger_close(ledger);
    return faults;
}

/* Two runs of two members, a void among them. */
static void fill(void) {
    struct cg_error err = CG_ERROR_INIT;
    const struct fixture_line first[] = {{.member = "M1", .claim = "C1", .units = 3},
                                         {.member = "M2", .claim = "C2", .units = 4}};
    const struct fixture_line second[] = {
        {.member = "M1", .claim = "C3", .units = 4},
        {.member = "M2", .claim = "C4", .frequency = CG_VOID, .original = "C2"},
        {.member = "M2", .claim = "C5", .units = 6}};
    char decided[8];
    cr_assert_eq(fixture_run(&fixture, first, 2, "one", decided, &err), CG_OK, "%s", err.text);
    cr_assert_eq(fixture_run(&fixture, second, 3, "two", decided, &err), CG_OK, "%s", err.text);
    cr_assert_str_eq(decided, "raa");
}

Test(ledger_verify, finds_nothing_in_a_sound_ledger) {
    fill();
    cr_assert_eq(verify(), 0, "%s", said);
}

Test(ledger_verify, names_the_run_of_whatever_was_changed) {
    static const struct {
        const char *change;
        const char *said;
    } cases[] = {
        {"UPDATE decided_line SET units = 5 WHERE run_no = 1 AND claim_id = 'C1'", "run 1: lines"},
        {"UPDATE provider SET rendering_npi = 1", "run 2: lines"},
        {"UPDATE decided_line SET provider_no = 9 WHERE claim_id = 'C5'", "run 2: lines"},
        {"UPDATE service SET modifiers = 'HQ'", "run 1: lines"},
        {"UPDATE rejection SET detail = 'All is well.'", "run 2: lines"},
        {"UPDATE rejection SET cap_day = 1", "run 2: lines"},
        {"DELETE FROM rejection", "run 2: lines"},
        {"DELETE FROM decided_line WHERE claim_id = 'C3'", "run 2: lines"},
        {"UPDATE decided_line SET run_no = 7 WHERE claim_id = 'C3'", "rows of run 7"},
        {"UPDATE member SET member_id = 'M9' WHERE member_id = 'M2'", "run 1: lines"},
        {"DELETE FROM take_back", "run 2: lines"},
        {"UPDATE take_back SET original_claim_id = 'C1'", "run 2: lines"},
        {"UPDATE run SET accepted = accepted + 1 WHERE run_no = 2", "run 2: its row"},
        {"UPDATE run SET previous_hash = zeroblob(32) WHERE run_no = 2", "does not follow"},
        {"DELETE FROM run WHERE run_no = 1", "run 1 is missing"},
        {"UPDATE input SET content_sha256 = zeroblob(32) WHERE run_no = 1", "run 1: its row"},
        {"UPDATE output SET sha256 = zeroblob(32) WHERE run_no = 2", "run 2: its row"},
        {"UPDATE run_reason SET lines = 9 WHERE run_no = 2", "run 2: its row"},
        {"UPDATE policy SET text = text || ' '", "run 1: its row"},
        {"UPDATE past SET packed = substr(packed, 1, 5) WHERE past_no = 4096", "is broken"},
        {"DELETE FROM past WHERE past_no = 4096", "run 1: what is kept of members"},
        {"UPDATE past SET past_no = 4097 WHERE past_no = 8192", "run 1: what is kept of members"},
        {"UPDATE past SET up_to_run = 9", "is broken"},
        {"UPDATE past SET up_to_run = 2", "run 2: what is kept of members"},
        {"INSERT INTO past VALUES (9 * 4096, 1, x'')", "without lines"},
        {"UPDATE recent SET packed = x'00'", "run 2: what is kept of members"},
        {"INSERT INTO recent VALUES (9, 2, 9, 9, x'')", "without lines"},
        {"UPDATE take_back SET before_line = before_line + 1", "out of its place"},
        {"DELETE FROM claim_block WHERE run_no = 1", "index of claims"},
        {"UPDATE claim_block SET run_no = 1", "index of claims"},
        {"UPDATE claim_block SET first_claim = 'C0'", "index of claims"},
        {"UPDATE publication SET folder = folder || '2' WHERE run_no = 2", "run 2: the mark"},
        {"UPDATE publication SET published_at = '2025-01-01' WHERE run_no = 1", "run 1: the mark"},
        {"UPDATE publication SET run_no = 3 WHERE run_no = 1", "run 1: the mark"},
        {"DELETE FROM publication WHERE run_no = 1", "run 1: the mark"},
        {"CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM publication; END", "trigger t"},
        {"DROP INDEX input_head", "input_head is missing"},
        {"CREATE INDEX more ON run (kind)", "more does not belong"},
        {"DROP VIEW decision; CREATE VIEW decision AS SELECT 1", "decision was changed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fill();
        fixture_exec(&fixture, cases[i].change);
        cr_assert_gt(verify(), 0, "%s", cases[i].change);
        cr_assert_not_null(strstr(said, cases[i].said), "%s: %s", cases[i].change, said);
        fixture_fini(&fixture);
        fixture_init(&fixture);
    }
}

/* Who can make all hashes anew must also make the decisions follow from the lines. */
Test(ledger_verify, counts_the_accumulators_of_each_decision_again) {
    fill();
    fixture_exec(&fixture, "UPDATE decided_line SET cap_used = '[2,3]' WHERE claim_id = 'C3'");
    cr_assert_gt(verify(), 0);
    cr_assert_not_null(strstr(said, "units used before in cap daily are 2"), "%s", said);
}

Test(ledger_verify, tells_no_member_or_claim) {
    fill();
    fixture_exec(&fixture, "UPDATE decided_line SET accepted_units = 1 WHERE claim_id = 'C1'; "
                           "DELETE FROM past");
    cr_assert_gt(verify(), 0);
    cr_assert_null(strstr(said, "M1"));
    cr_assert_null(strstr(said, "C1"));
}

/* As the gate has counted them, and freed them again. */
Test(ledger_verify, counts_spans_exempt_lines_and_codes_of_some_caps_again) {
    static const char caps[] = CAP("day", "\"period\":\"day\",\"procedures\":[\"H0038\"]") "," CAP(
        "year",
        "\"period\":"
        "\"year\","
        "\"year_"
        "start\":\"07-"
        "01\"") "," CAP("rolling",
                        "\"period\":\"rolling_months\",\"months\":2") "," CAP("life",
                                                                              "\"period\":"
                                                                              "\"lifetime\","
                                                                              "\"procedures\":["
                                                                              "\"H2017\"]");
    static const struct fixture_line first[] = {
        {.member = "M1", .claim = "C1", .end = "2025-01-08", .units = 2},
        {.member = "M1", .claim = "C2", .code = "H2017", .units = 2},
        {.member = "M1", .claim = "C3", .units = 9, .exempt = true},
        {.member = "M1", .claim = "C4", .date = "2020-01-01", .units = 1},
        {.member = "M2", .claim = "C5", .end = "2025-01-07", .units = 5}};
    static const struct fixture_line second[] = {
        {.member = "M1", .claim = "C6", .frequency = CG_VOID, .original = "C1"},
        {.member = "M1", .claim = "C7", .code = "H2017", .units = 9}, /* cut back */
        {.member = "M1", .claim = "C8", .date = "2025-02-01", .units = 2},
        {.member = "M2", .claim = "C9", .frequency = CG_REPLACEMENT, .original = "C5", .units = 4}};
    char text[TEXT_MAX];
    char decided[8];
    struct cg_error err = CG_ERROR_INIT;
    cg_policy_free(fixture.policy);
    fixture.policy = policy_load_good_text(policy_with_caps(caps, text));
    cr_assert_eq(fixture_run(&fixture, first, 5, "one", decided, &err), CG_OK, "%s", err.text);
    cr_assert_eq(fixture_run(&fixture, second, 4, "two", decided, &err), CG_OK, "%s", err.text);
    cr_expect_eq(verify(), 0, "%s", said);
    fixture_exec(&fixture, "UPDATE decided_line SET cap_used = replace(cap_used, '2', '3') WHERE "
                           "line_no = 7");
    cr_expect_gt(verify(), 0);
}
