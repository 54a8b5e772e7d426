/*
 * Lines of earlier runs that no claim can hold are refused, whoever tells them.
 */
#include "support/history_lines.h"

#include <criterion/criterion.h>
#include <string.h>

static char too_long[CG_ID_MAX_BYTES + 2];
static struct cg_past_line told;
static struct cg_past_take_back told_take_back;
static bool tells_take_back;

static enum cg_status tell(void *context, struct cg_text member_id, struct cg_member *member,
                           struct cg_error *err) {
    (void)context;
    (void)member_id;
    const enum cg_status status = tells_take_back ? cg_member_add_take_back(member, &told_take_back)
                                                  : cg_member_add_line(member, &told);
    return status == CG_OK ? CG_OK : cg_error_set(err, status, "refused");
}

static enum cg_status meet(void) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_history *history = cg_history_new(tell, NULL);
    cr_assert_not_null(history);
    const enum cg_status status = cg_history_meet(history, cg_text_of("M"), &err);
    cg_history_free(history);
    return status;
}

static void set_up(void) {
    memset(too_long, 'x', sizeof too_long - 1);
    tells_take_back = false;
    told = (struct cg_past_line){.claim_id = cg_text_of("C1"),
                                 .start_day = date_day("2024-07-01"),
                                 .end_day = date_day("2024-07-01"),
                                 .rendering_npi = 1234567893,
                                 .submitted_units = 1,
                                 .accepted_units = 1,
                                 .line_number = 1};
    told_take_back = (struct cg_past_take_back){
        .claim_id = cg_text_of("V"), .original_claim_id = cg_text_of("C1"), .frequency = CG_VOID};
}

TestSuite(past_lines, .init = set_up);

Test(past_lines, a_sound_one_is_taken) {
    cr_expect_eq(meet(), CG_OK);
    tells_take_back = true;
    cr_expect_eq(meet(), CG_OK);
}

Test(past_lines, an_id_longer_than_a_claim_holds_is_bad_data) {
    told.claim_id = cg_text_of(too_long);
    cr_expect_eq(meet(), CG_BAD_DATA);
    set_up();
    told.taken_back = true;
    told.taken_back_frequency = CG_VOID;
    told.taken_back_by = cg_text_of(too_long);
    cr_expect_eq(meet(), CG_BAD_DATA);
    told.taken_back_by = cg_text_of("V");
    told.taken_back_as = cg_text_of(too_long);
    cr_expect_eq(meet(), CG_BAD_DATA);
    set_up();
    tells_take_back = true;
    told_take_back.claim_id = cg_text_of(too_long);
    cr_expect_eq(meet(), CG_BAD_DATA);
    told_take_back.claim_id = cg_text_of("V");
    told_take_back.original_claim_id = cg_text_of(too_long);
    cr_expect_eq(meet(), CG_BAD_DATA);
    told_take_back.original_claim_id = cg_text_of("C1");
    told_take_back.named = cg_text_of(too_long);
    cr_expect_eq(meet(), CG_BAD_DATA);
}

Test(past_lines, a_day_or_units_that_no_claim_has_are_bad_data) {
    told.start_day = CG_DAY_NONE;
    cr_expect_eq(meet(), CG_BAD_DATA);
    set_up();
    told.end_day = told.start_day - 1;
    cr_expect_eq(meet(), CG_BAD_DATA);
    set_up();
    told.submitted_units = CG_UNITS_MAX + 1;
    cr_expect_eq(meet(), CG_BAD_DATA);
    set_up();
    told.accepted_units = CG_UNITS_MAX + 1;
    cr_expect_eq(meet(), CG_BAD_DATA);
    set_up();
    told.rendering_npi = UINT64_C(1) << 40;
    cr_expect_eq(meet(), CG_BAD_DATA);
    set_up();
    told.modifiers = UINT64_C(1) << 60;
    cr_expect_eq(meet(), CG_BAD_DATA);
}
