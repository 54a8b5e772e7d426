#include "gate/member_history.h"

#include <criterion/criterion.h>

static struct cg_line_store store;

static void set_up(void) {
    cg_line_store_init(&store);
}

static void tear_down(void) {
    cg_line_store_fini(&store);
}

TestSuite(member_history, .init = set_up, .fini = tear_down);

static struct cg_service *next_line(void) {
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

Test(member_history, the_next_line_is_the_same_until_it_stands) {
    struct cg_member_history history = {.count = 0};
    const struct cg_service *first = next_line();
    cr_assert_eq(next_line(), first, "a line that was rejected leaves nothing");
    cr_assert(cg_member_history_add(&store, &history, 1));
    cr_assert_neq(next_line(), first);
    uint32_t count = 0;
    cg_member_history_visit(&store, &history, count_line, &count);
    cr_assert_eq(count, 1);
}

Test(member_history, a_next_line_of_before_a_reset_is_none_any_more) {
    next_line();
    cg_line_store_reset(&store);
    uint32_t other = cg_pool_take_small(&store.pool, sizeof(struct cg_service));
    cr_assert_neq((void *)next_line(), cg_pool_at(&store.pool, other));
}
