/*
 * Numbers of a payer: what a take-back names is looked for among them first, and nothing else is.
 * And take-backs that come again.
 */
#include "claimgate/gate/history.h"
#include "support/history_lines.h"

#include <criterion/criterion.h>

static struct cg_policy_version version;
static uint32_t asked;

static enum cg_status recall_nothing(void *context, struct cg_text member_id,
                                     struct cg_member *member, struct cg_error *err) {
    (void)context;
    (void)member_id;
    (void)member;
    (void)err;
    return CG_OK;
}

/* Whatever number it is, the payer means claim B. */
static enum cg_status always_b(void *context, struct cg_text number, struct cg_text member_id,
                               struct cg_text *claim, struct cg_error *err) {
    (void)context;
    (void)number;
    (void)member_id;
    (void)err;
    asked++;
    *claim = cg_text_of("B");
    return CG_OK;
}

/* Claims A and B stand, of 3 and 2 units. */
static struct cg_history *new_history(void) {
    struct cg_history *history = cg_history_new(recall_nothing, NULL);
    cr_assert_not_null(history);
    version = plain_version();
    struct cg_line lines[] = {units_on(&version, "A", "2024-07-01", 3),
                              units_on(&version, "B", "2024-07-02", 2)};
    cg_history_use_aliases(history, always_b, NULL);
    decide_batch(history, lines, 2);
    return history;
}

static struct cg_line decided(struct cg_history *history, struct cg_line line) {
    decide_batch(history, &line, 1);
    return line;
}

Test(history_names, a_void_by_a_number_of_the_payer_takes_back_the_claim_that_it_means) {
    struct cg_history *history = new_history();
    cr_expect_eq(decided(history, void_of(&version, "V", "NUMBER")).taken_back_units, 2);
    cr_expect_eq(asked, 1);
    cg_history_free(history);
}

Test(history_names, no_number_is_asked_for_where_nothing_is_taken_back) {
    struct cg_history *history = new_history();
    cr_expect_eq(asked, 0);
    cg_history_free(history);
}

Test(history_names, units_below_zero_reverse_their_own_claim_whatever_its_id_is_a_number_of) {
    struct cg_history *history = new_history();
    struct cg_line line = void_of(&version, "A", "A");
    line.reverses = true;
    line.reversed_units = 3;
    cr_expect_eq(decided(history, line).taken_back_units, 3);
    cr_expect_eq(asked, 0);
    cg_history_free(history);
}

Test(history_names, a_void_that_comes_again_says_so_where_its_claim_stands_again) {
    for (uint32_t large_member_lines = 0; large_member_lines < 2; large_member_lines++) {
        struct cg_history *history = cg_history_new(NULL, NULL);
        version = plain_version();
        cg_history_set_large_member_lines(history, large_member_lines == 0 ? 0 : UINT32_MAX);
        for (int round = 0; round < 2; round++) {
            struct cg_line original = plain_line(&version, "A");
            struct cg_line other = plain_line(&version, "B");
            struct cg_line voided = void_of(&version, "V", "A");
            cr_assert_eq(decide_one(history, &original), CG_ACCEPTED);
            decide_one(history, &other);
            decide_one(history, &voided);
            cr_expect_eq(voided.taken_back_lines, round == 0 ? 1 : 0);
            cr_expect_eq(voided.odd_take_back, round == 0 ? 0 : CG_TOOK_BACK_BEFORE);
            struct cg_line further = void_of(&version, "V", "A");
            decide_one(history, &further);
            cr_expect_eq(further.odd_take_back, round == 0 ? 0 : CG_TOOK_BACK_BEFORE);
        }
        cg_history_free(history);
    }
}
