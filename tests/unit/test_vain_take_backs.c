/*
 * Records that pass out of scope and ask to take back claims that stand: told at the end, in order,
 * where nothing of their claim has taken those back by then.
 */
#include "claimgate/gate/vain_take_backs.h"
#include "support/history_lines.h"
#include "support/shortage.h"

#include <criterion/criterion.h>

#define LONG_MEMBER "a member whose id does not fit into a key"
#define LONG_CLAIM  "a claim whose id does not fit into a key"

static struct cg_policy_version version;
static uint64_t told[4];
static uint32_t told_count;
static uint32_t recalls_left = UINT32_MAX;

static enum cg_status recall(void *context, struct cg_text member_id, struct cg_member *member,
                             struct cg_error *err) {
    (void)context;
    (void)member_id;
    (void)member;
    return recalls_left-- == 0 ? cg_error_set(err, CG_IO, "no recall") : CG_OK;
}

static void tell(void *context, uint32_t source_no, uint64_t line) {
    (void)context;
    (void)source_no;
    told[told_count++] = line;
}

static struct cg_line of_member(struct cg_line line) {
    line.member_id = id_key(LONG_MEMBER);
    return line;
}

/* The claim stands; records 1 and 2 of the batch pass by and ask for it. */
static struct cg_batch *make_batch(struct cg_history *history) {
    struct cg_batch *batch = cg_batch_new();
    cr_assert_not_null(batch);
    version = plain_version();
    struct cg_line line = of_member(plain_line(&version, LONG_CLAIM));
    decide_batch(history, &line, 1);
    batch->first_line = 2;
    for (uint32_t i = 0; i < 3; i++) {
        struct cg_record *record = cg_array_add(&batch->records);
        cr_assert_not_null(record);
        record->line_delta = i;
    }
    for (uint32_t i = 1; i < 3; i++) {
        struct cg_passing_take_back *passing = cg_array_add(&batch->passing_take_backs);
        cr_assert_not_null(passing);
        *passing = (struct cg_passing_take_back){
            .record_no = i,
            .frequency = CG_VOID,
            .member_id = id_key(LONG_MEMBER),
            .claim_id = id_key(i == 1 ? "V" : "another claim whose id does not fit"),
            .original_claim_id = id_key(LONG_CLAIM)};
    }
    return batch;
}

Test(vain_take_backs, those_still_in_vain_are_told_at_the_end_in_order) {
    struct cg_vain_take_backs vain;
    struct cg_error err = CG_ERROR_INIT;
    struct cg_history *history = cg_history_new(recall, NULL);
    struct cg_batch *batch = make_batch(history);
    uint64_t count = 0;
    cg_vain_take_backs_init(&vain);
    cr_assert_eq(cg_vain_take_backs_add(&vain, history, batch, &err), CG_OK);
    cr_assert_eq(cg_vain_take_backs_end(&vain, history, tell, NULL, &count, &err), CG_OK);
    cr_expect(count == 2 && told_count == 2 && told[0] == 3 && told[1] == 4);
    /* What takes the claim back later leaves nothing that is asked in vain. */
    struct cg_line voided = of_member(void_of(&version, "V", LONG_CLAIM));
    decide_batch(history, &voided, 1);
    told_count = 0;
    cr_assert_eq(cg_vain_take_backs_end(&vain, history, tell, NULL, &count, &err), CG_OK);
    cr_expect(count == 0 && told_count == 0);
    /* Under each of its ids a claim takes back once, so that a claim which has done so asks for no
     * more when the original comes again. */
    struct cg_line again = of_member(plain_line(&version, LONG_CLAIM));
    decide_batch(history, &again, 1);
    cr_assert_eq(cg_vain_take_backs_end(&vain, history, tell, NULL, &count, &err), CG_OK);
    cr_expect(count == 1 && told_count == 1 && told[0] == 4);
    cg_vain_take_backs_fini(&vain);
    cg_batch_free(batch);
    cg_history_free(history);
}

Test(vain_take_backs, a_lack_of_memory_is_told) {
    bool failed = true;
    for (uint32_t at = 0; failed; at++) {
        struct cg_vain_take_backs vain;
        struct cg_error err = CG_ERROR_INIT;
        struct cg_history *history = cg_history_new(recall, NULL);
        struct cg_batch *batch = make_batch(history);
        cg_vain_take_backs_init(&vain);
        shortage_begin(at, false);
        const enum cg_status status = cg_vain_take_backs_add(&vain, history, batch, &err);
        failed = shortage_end();
        cr_expect_eq(status, failed ? CG_INTERNAL : CG_OK, "request %u", at);
        cg_vain_take_backs_fini(&vain);
        cg_batch_free(batch);
        cg_history_free(history);
    }
}

Test(vain_take_backs, beyond_a_quarter_of_a_million_they_are_only_counted, .timeout = 60) {
    struct cg_vain_take_backs vain;
    struct cg_error err = CG_ERROR_INIT;
    struct cg_history *history = cg_history_new(recall, NULL);
    struct cg_batch *batch = make_batch(history);
    struct cg_line line = plain_line(&version, "C");
    decide_batch(history, &line, 1);
    for (uint32_t i = 0; i < 2; i++) {
        struct cg_passing_take_back *passing = cg_array_at(&batch->passing_take_backs, i);
        passing->member_id = id_key("M");
        passing->claim_id = id_key("V");
        passing->original_claim_id = id_key("C");
    }
    cg_vain_take_backs_init(&vain);
    for (uint32_t i = 0; i <= CG_VAIN_TAKE_BACKS_MAX / 2; i++) {
        cr_assert_eq(cg_vain_take_backs_add(&vain, history, batch, &err), CG_OK);
    }
    cr_expect_eq(vain.kept.count, CG_VAIN_TAKE_BACKS_MAX);
    cr_expect_eq(vain.beyond, 2);
    cg_vain_take_backs_fini(&vain);
    cg_batch_free(batch);
    cg_history_free(history);
}

Test(vain_take_backs, a_member_who_cannot_be_recalled_ends_the_asking) {
    struct cg_vain_take_backs vain;
    struct cg_error err = CG_ERROR_INIT;
    struct cg_history *history = cg_history_new(recall, NULL);
    struct cg_batch *batch = make_batch(history);
    uint64_t count = 0;
    cg_vain_take_backs_init(&vain);
    cr_assert_eq(cg_vain_take_backs_add(&vain, history, batch, &err), CG_OK);
    cg_history_forget(history);
    recalls_left = 0;
    cr_expect_eq(cg_vain_take_backs_end(&vain, history, tell, NULL, &count, &err), CG_IO);
    cg_vain_take_backs_fini(&vain);
    cg_vain_take_backs_init(&vain);
    err = (struct cg_error)CG_ERROR_INIT;
    cg_history_forget(history);
    recalls_left = 0;
    cr_expect_eq(cg_vain_take_backs_add(&vain, history, batch, &err), CG_IO);
    cg_vain_take_backs_fini(&vain);
    cg_batch_free(batch);
    cg_history_free(history);
}
