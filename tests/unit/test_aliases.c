/*
 * What a void or a replacement names: a number of the payer's, a claim id, or the claim's own.
 */
#include "support/history_lines.h"

#include <criterion/criterion.h>

static enum cg_status find_alias(void *context, struct cg_text payer_claim_id,
                                 struct cg_text member_id, struct cg_text *claim_id,
                                 struct cg_error *err) {
    (void)context;
    (void)err;
    (void)member_id;
    *claim_id = cg_text_of(cg_text_equal(payer_claim_id, cg_text_of("P-1")) ? "CLM-1" : "");
    return CG_OK;
}

Test(aliases, an_original_is_looked_for_among_aliases_then_claim_ids_then_the_own_number) {
    static const struct {
        const char *claim;
        const char *original;
        const char *taken; /* the claim that stands no more */
    } rows[] = {{"V", "P-1", "CLM-1"}, {"V", "CLM-2", "CLM-2"}, {"CLM-3", "P-9", "CLM-3"}};
    struct cg_policy_version version = plain_version();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cg_history *history = cg_history_new(NULL, NULL);
        cg_history_use_aliases(history, find_alias, NULL);
        cg_history_take_same_number(history);
        struct cg_line lines[] = {plain_line(&version, "CLM-1"), plain_line(&version, "CLM-2"),
                                  plain_line(&version, "CLM-3"), plain_line(&version, "P-1")};
        decide_batch(history, lines, 4);
        struct cg_line taker = void_of(&version, rows[i].claim, rows[i].original);
        cr_assert_eq(decide_one(history, &taker), CG_ACCEPTED);
        cr_expect_eq(taker.taken_back_lines, 1, "%s", rows[i].original);
        struct cg_line again = plain_line(&version, rows[i].taken);
        cr_expect_eq(decide_one(history, &again), CG_ACCEPTED, "%s", rows[i].taken);
        cg_history_free(history);
    }
}

Test(history_edits,
     a_replacement_of_an_unknown_number_replaces_its_own_claim_only_where_that_stands) {
    struct cg_policy_version version = plain_version();
    version.reject_unknown_original = true;
    struct cg_history *history = cg_history_new(NULL, NULL);
    cg_history_take_same_number(history);
    struct cg_line first = replacement_of(&version, "CLM-1", "P-9", 1);
    cr_expect_eq(decide_one(history, &first), CG_REJECTED);
    struct cg_line original = plain_line(&version, "CLM-1");
    cr_expect_eq(decide_one(history, &original), CG_ACCEPTED);
    first.reasons = 0;
    cr_expect_eq(decide_one(history, &first), CG_ACCEPTED);
    cr_expect_eq(first.taken_back_lines, 1);
    /* Its second line adds to the claim, and takes nothing more. */
    struct cg_line second = replacement_of(&version, "CLM-1", "P-9", 2);
    cr_expect_eq(decide_one(history, &second), CG_ACCEPTED);
    cr_expect_eq(second.taken_back_lines, 0);
    cg_history_free(history);
}
