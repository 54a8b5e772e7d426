#include "claimgate/base/fault.h"
#include "gate/member_history.h"

#include <criterion/criterion.h>
#include <stdio.h>

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

/* The one line that stands, asked for by its claim and number. */
static bool stands(const struct cg_member_history *history, const char *claim, uint32_t number) {
    const struct cg_service asked = {.claim = cg_key_of(cg_text_of(claim)), .line_number = number};
    return cg_member_history_has_line(&store, history, &asked,
                                      cg_key_hash(&asked.claim, store.seed));
}

static void add_line_of(struct cg_member_history *history, const char *claim, uint32_t number) {
    struct cg_service *service = next_line();
    service->claim = cg_key_of(cg_text_of(claim));
    service->line_number = number;
    cr_assert(cg_member_history_add(&store, history, cg_key_hash(&service->claim, store.seed)));
}

/* The rows keep 12 bits of a claim's hash and four of a line's number. */
Test(member_history, lines_and_claims_that_look_alike_in_the_rows_are_told_apart) {
    struct cg_member_history history = {.count = 0};
    char alike[16];
    uint32_t asked = 0;
    add_line_of(&history, "C", 1);
    cr_expect(stands(&history, "C", 1));
    cr_expect_not(stands(&history, "C", 17));
    const struct cg_key claim = cg_key_of(cg_text_of("C"));
    struct cg_key other;
    do {
        snprintf(alike, sizeof alike, "D%u", asked++);
        other = cg_key_of(cg_text_of(alike));
    } while (((cg_key_hash(&claim, store.seed) ^ cg_key_hash(&other, store.seed)) & 0xfff) != 0);
    cr_expect_not(stands(&history, alike, 1));
    cr_expect_not(cg_member_history_has_claim(&store, &history, &other));
    cr_expect(cg_member_history_has_claim(&store, &history, &claim));
}

Test(member_history, room_that_is_made_ahead_leaves_the_lines_where_they_are) {
    static const uint32_t expected[] = {0, 3, 30};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct cg_member_history history = {.count = 0};
        cg_member_history_expect(&store, &history, expected[i]);
        cr_expect_eq(history.rows_ref != 0, expected[i] > 0);
        for (uint32_t number = 1; number <= 20; number++) {
            add_line_of(&history, "C", number);
            cg_member_history_expect(&store, &history, expected[i]);
        }
        for (uint32_t number = 1; number <= 20; number++) {
            cr_expect(stands(&history, "C", number), "%u of %u expected", number, expected[i]);
        }
    }
}

Test(member_history, of_a_member_that_will_be_large_no_rows_are_made_ahead) {
    struct cg_member_history history = {.count = 0};
    cg_member_history_expect(&store, &history, store.large_member_lines);
    cr_expect_eq(history.rows_ref, 0);
    store.large_member_lines = 2;
    add_line_of(&history, "C", 1);
    add_line_of(&history, "C", 2);
    add_line_of(&history, "C", 3);
    cr_assert_not_null(history.large);
    cg_member_history_expect(&store, &history, 1);
    cr_expect_eq(history.rows_ref, 0);
    cr_expect(stands(&history, "C", 1) && stands(&history, "C", 3));
}

/* In small members and in large ones alike. */
Test(member_history, a_claim_that_falls_after_taking_back_a_line_of_its_own_leaves_all_as_it_was) {
    static const uint32_t large_from[] = {UINT32_MAX, 0};
    for (size_t i = 0; i < sizeof large_from / sizeof large_from[0]; i++) {
        const struct cg_claim_lines second = {cg_key_of(cg_text_of("C")), 2};
        struct cg_member_history history = {.count = 0};
        uint32_t taken = 0;
        store.large_member_lines = large_from[i];
        for (uint32_t number = 1; number <= 3; number++) {
            add_line_of(&history, "C", number);
        }
        cg_line_store_open_claim(&store);
        add_line_of(&history, "C", 4);
        cr_assert(cg_member_history_take_out(&store, &history, &second, count_line, &taken));
        cr_expect(taken == 1 && !stands(&history, "C", 2) && stands(&history, "C", 4));
        cr_assert(cg_line_store_close_claim(&store, false));
        for (uint32_t number = 1; number <= 4; number++) {
            cr_expect_eq(stands(&history, "C", number), number < 4, "%u", number);
        }
        taken = 0;
        cr_assert(cg_member_history_take_out(
            &store, &history, &(struct cg_claim_lines){second.claim, CG_LINE_NUMBER_NONE},
            count_line, &taken));
        cr_expect_eq(taken, 3);
    }
}

Test(member_history, whose_first_room_it_is_has_no_rows_to_give_back) {
    struct cg_member_history members[4] = {0};
    add_line_of(&members[0], "C", 1);
    add_line_of(&members[1], "C", 1);
    const uint32_t rows = members[0].rows_ref;
    store.large_member_lines = 0;
    cr_assert(cg_member_history_reserve(&store, &members[0], 1));
    cr_assert(cg_member_history_reserve(&store, &members[1], 1));
    cr_assert(cg_member_history_reserve(&store, &members[2], 1));
    cr_assert(members[0].large != NULL && members[1].large != NULL && members[2].large != NULL);
    store.large_member_lines = UINT32_MAX;
    add_line_of(&members[3], "C", 1); /* has the rows that were given back last */
    cr_expect_eq(cg_pool_take_block(&store.pool, 0), rows, "the others are there as well");
}

#ifdef CG_FAULTS

Test(member_history, room_for_a_claim_is_there_or_a_lack_of_memory_is_told) {
    struct cg_member_history history = {.count = 0};
    cg_fault_want("pool.take:1:12");
    cr_expect_not(cg_member_history_reserve(&store, &history, 20));
    cg_fault_want("pool.take:2:12");
    cr_expect_not(cg_member_history_reserve(&store, &history, 20));
    cg_fault_want(NULL);
    cr_expect(cg_member_history_reserve(&store, &history, 20));
}

Test(member_history, a_lack_of_memory_for_a_line_or_its_id_is_told) {
    struct cg_member_history history = {.count = 0};
    cr_assert_neq(cg_pool_take_line(&store.pool), 0);
    cg_fault_want("pool.take:1:12");
    cr_expect_null(cg_line_store_next(&store));
    cg_fault_want(NULL);
    cg_line_store_open_claim(&store);
    add_line_of(&history, "an-id-that-is-kept-elsewhere", 1);
    cg_fault_want("pool.take:1:12");
    cr_expect_not(cg_line_store_close_claim(&store, true));
    cg_fault_want(NULL);
}

#endif

/* A line of one code, and one of another that the first cap does not count. */
Test(member_history, a_large_member_answers_for_each_cap_by_the_codes_that_it_counts) {
    const struct cg_cap caps[] = {{.counts = {1}}, {.counts_all = true}, {.counts = {0, 1}}};
    const int32_t day = CG_DAY_FIRST;
    struct cg_member_history history = {.count = 0};
    store.large_member_lines = 0;
    add_line_of(&history, "C", 1);
    cr_assert(cg_member_history_prepare(&store, &history, caps, 3));
    next_line()->procedure_no = 1;
    cr_assert(cg_member_history_add(&store, &history, 1));
    for (size_t i = 0; i < sizeof caps / sizeof caps[0]; i++) {
        uint64_t daily;
        cg_member_history_daily_units(&store, &history, &caps[i], day, day, &daily);
        cr_expect_eq(cg_member_history_units(&store, &history, &caps[i], day, day), 1 + i % 2);
        cr_expect_eq(daily, 1 + i % 2);
    }
}

/* A line on each of five days, of which three are asked about. */
Test(member_history, daily_units_are_those_of_the_days_asked_about) {
    static const struct cg_cap all = {.counts_all = true};
    static const uint64_t wanted[5] = {0, 1, 1, 1, 0};
    const int32_t first = 20000 - CG_DAY_FIRST;
    struct cg_member_history history = {.count = 0};
    uint64_t days[5] = {0};
    for (uint32_t i = 0; i < 5; i++) {
        next_line()->start = ((uint32_t)first + i) & 0x1FFFFU;
        cr_assert(cg_member_history_add(&store, &history, i));
    }
    cg_member_history_daily_units(&store, &history, &all, 20001, 20003, days + 1);
    cr_expect_arr_eq(days, wanted, sizeof days);
    cr_expect_eq(cg_member_history_units(&store, &history, &all, 20001, 20003), 3);
}
