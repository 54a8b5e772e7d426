#include "gate/member_history.h"

#include <criterion/criterion.h>

static struct cg_line_store store;

static void set_up(void) {
    cg_line_store_init(&store);
}

static void tear_down(void) {
    cg_line_store_fini(&store);
}

TestSuite(past, .init = set_up, .fini = tear_down);

static struct cg_service *draft(void) {
    struct cg_service *service = cg_line_store_next(&store);
    cr_assert_not_null(service);
    *service = (struct cg_service){.claim = cg_key_of(cg_text_of("C")), .accepted_units = 1};
    return service;
}

static void count_line(void *context, const struct cg_service *service) {
    uint32_t *count = context;
    cr_assert(service->accepted_units == 1);
    ++*count;
}

Test(past, the_draft_is_the_same_until_it_stands) {
    struct cg_member_history past = {.count = 0};
    const struct cg_service *first = draft();
    cr_assert_eq(draft(), first, "a line that was rejected leaves nothing");
    cr_assert(cg_member_history_add(&store, &past, 1));
    cr_assert_neq(draft(), first);
    uint32_t count = 0;
    cg_member_history_visit(&store, &past, count_line, &count);
    cr_assert_eq(count, 1);
}

Test(past, a_draft_of_before_a_reset_is_no_draft_any_more) {
    draft();
    cg_line_store_reset(&store);
    uint32_t other = cg_pool_take_small(&store.pool, sizeof(struct cg_service));
    cr_assert_neq((void *)draft(), cg_pool_at(&store.pool, other));
}
