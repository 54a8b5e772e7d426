#include "claimgate/gate/decided.h"

#include "claimgate/rules/reason.h"
#include "support/history_lines.h"

#include <criterion/criterion.h>
#include <string.h>

#define BIT(reason) (UINT64_C(1) << CG_REASON_##reason)
#define FIELD       BIT(UNITS_INVALID)
#define OTHER_FIELD BIT(MEMBER_ID_INVALID)

enum { IN_FORCE, NO_VERSION, CUTS_BACK };

/* A line of 4 units, what it has met here, and what came from elsewhere. */
static const struct {
    const char *what;
    bool takes;
    int version;
    struct {
        uint64_t reasons, warnings;
    } here;
    struct {
        uint8_t decision;
        uint64_t reasons, warnings;
        uint16_t units;
        uint8_t cap_no;
    } elsewhere;
} cases[] = {
    {"accepted", true, IN_FORCE, {0, 0}, {CG_ACCEPTED, 0, 0, 4, 0}},
    {"accepted with a reason", false, IN_FORCE, {0, 0}, {CG_ACCEPTED, BIT(CAP), 0, 4, 0}},
    {"accepted with more units", false, IN_FORCE, {0, 0}, {CG_ACCEPTED, 0, 0, 5, 0}},
    {"not decided", false, IN_FORCE, {0, 0}, {CG_UNDECIDED, 0, 0, 0, 0}},
    {"no decision", false, IN_FORCE, {0, 0}, {CG_CUTBACK + 1, BIT(CAP), 0, 0, 0}},
    {"rejected by a cap", true, IN_FORCE, {0, 0}, {CG_REJECTED, BIT(CAP), 0, 0, 0}},
    {"rejected without a reason", false, IN_FORCE, {0, 0}, {CG_REJECTED, 0, 0, 0, 0}},
    {"rejected with units", false, IN_FORCE, {0, 0}, {CG_REJECTED, BIT(CAP), 0, 1, 0}},
    {"by no cap of it", false, IN_FORCE, {0, 0}, {CG_REJECTED, BIT(CAP), 0, 0, 1}},
    {"by a cap of nothing", false, NO_VERSION, {0, 0}, {CG_REJECTED, BIT(CAP), 0, 0, 0}},
    {"cut back", true, CUTS_BACK, {0, 0}, {CG_CUTBACK, BIT(CAP), 0, 1, 0}},
    {"cut back by who does not", false, IN_FORCE, {0, 0}, {CG_CUTBACK, BIT(CAP), 0, 1, 0}},
    {"cut back by no cap", false, CUTS_BACK, {0, 0}, {CG_CUTBACK, BIT(DUPLICATE_LINE), 0, 1, 0}},
    {"the same", true, IN_FORCE, {FIELD, 0}, {CG_REJECTED, FIELD, 0, 0, 0}},
    {"another field", false, IN_FORCE, {FIELD, 0}, {CG_REJECTED, OTHER_FIELD, 0, 0, 0}},
    {"a field that is good", false, IN_FORCE, {0, 0}, {CG_REJECTED, FIELD, 0, 0, 0}},
    {"a warning of history",
     true,
     IN_FORCE,
     {0, 0},
     {CG_ACCEPTED, 0, BIT(DUPLICATE_SERVICE), 4, 0}},
    {"a warning of a good field", false, IN_FORCE, {0, 0}, {CG_ACCEPTED, 0, FIELD, 4, 0}},
    {"a warning that is lost", false, IN_FORCE, {0, FIELD}, {CG_ACCEPTED, 0, 0, 4, 0}},
};

Test(decided, a_verdict_from_elsewhere_is_taken_where_it_can_be_this_lines) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cg_policy_version version = plain_version();
        version.caps[0] = plain_cap(CG_PERIOD_DAY, 6);
        version.cap_count = 1;
        version.cutback = cases[i].version == CUTS_BACK;
        struct cg_line line = units_on(&version, "C1", "2024-07-01", 4);
        line.version = cases[i].version == NO_VERSION ? NULL : &version;
        line.reasons = cases[i].here.reasons;
        line.warnings = cases[i].here.warnings;
        line.decision = CG_UNDECIDED;
        const struct cg_decided decided = {.decision = cases[i].elsewhere.decision,
                                           .reasons = cases[i].elsewhere.reasons,
                                           .warnings = cases[i].elsewhere.warnings,
                                           .accepted_units = cases[i].elsewhere.units,
                                           .cap_no = cases[i].elsewhere.cap_no};
        const bool takes = cases[i].takes;
        cr_expect_eq(cg_decided_take(&decided, &line), takes, "%s", cases[i].what);
        cr_expect_eq(line.decision, takes ? decided.decision : CG_UNDECIDED, "%s", cases[i].what);
        cr_expect_eq(line.reasons, takes ? decided.reasons : cases[i].here.reasons, "%s",
                     cases[i].what);
    }
}

Test(decided, a_line_with_an_id_is_known_to_have_one) {
    const struct cg_decided accepted = {.decision = CG_ACCEPTED, .accepted_units = 1};
    struct cg_policy_version version = plain_version();
    struct cg_line line = plain_line(&version, "C1");
    line.line_id = cg_text_of("A-7");
    cr_assert(cg_decided_take(&accepted, &line));
    cr_expect_gt(line.line_number, CG_LINE_NUMBER_MAX);
}

Test(decided, a_line_is_told_where_something_is_to_be_told_of_it_here_or_elsewhere) {
    const struct cg_decided elsewhere[] = {
        {.decision = CG_ACCEPTED, .accepted_units = 1},
        {.decision = CG_ACCEPTED, .accepted_units = 1, .near_member = true},
        {.decision = CG_ACCEPTED, .accepted_units = 1, .odd_take_back = CG_TOOK_THOUGH_REJECTED}};
    struct cg_policy_version version = plain_version();
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
        struct cg_line line = plain_line(&version, "C1"), told = line;
        told.told = true;
        cr_assert(cg_decided_take(&elsewhere[i], &line) && cg_decided_take(&elsewhere[i], &told));
        cr_expect_eq(line.told, i > 0, "case %zu", i);
        cr_expect(told.told);
    }
}

/* A claim of a good line, a malformed one and one out of scope, and a single line out of scope. */
Test(decided, what_was_not_handed_on_is_decided_with_its_claim) {
    struct cg_policy_version version = plain_version();
    struct cg_batch *batch = cg_batch_new();
    cr_assert_not_null(batch);
    struct cg_line *lines[4];
    for (int i = 0; i < 4; i++) {
        lines[i] = cg_batch_add_line(batch);
        cr_assert_not_null(lines[i]);
        *lines[i] = plain_line(&version, "C1");
    }
    lines[0]->more_lines = 2;
    lines[1]->more_lines = lines[2]->more_lines = CG_NOT_FIRST;
    lines[0]->decision = CG_ACCEPTED;
    lines[0]->accepted_units = 1;
    lines[1]->malformed = CG_TOO_FEW_FIELDS;
    lines[1]->reasons = BIT(MALFORMED_RECORD);
    lines[2]->out_of_scope = lines[3]->out_of_scope = true;
    cg_decided_rest(batch);
    cr_expect_eq(lines[0]->reasons, BIT(CLAIM_REJECTED));
    cr_expect_eq(lines[1]->decision, CG_REJECTED);
    cr_expect_eq(lines[2]->decision, CG_REJECTED);
    cr_expect_eq(lines[3]->decision, CG_ACCEPTED);
    cg_batch_free(batch);
}
