#include "gate/member_table.h"
#include "support/shortage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct cg_line_store store;
static struct cg_member_table table;

static void set_up(void) {
    cg_line_store_init(&store);
    cr_assert(cg_member_table_init(&table, &store));
}

static void tear_down(void) {
    cg_member_table_fini(&table);
    cg_line_store_fini(&store);
}

TestSuite(member_table, .init = set_up, .fini = tear_down);

static struct cg_key key_of(const char *id) {
    return cg_key_of(cg_text_of(id));
}

Test(member_table, tells_members_of_one_hash_apart) {
    const struct cg_key ids[] = {key_of("M1"), key_of("M2"), key_of("M3")};
    const struct cg_member_history *first = cg_member_table_add(&table, &ids[0], 7);
    const struct cg_member_history *second = cg_member_table_add(&table, &ids[1], 7);
    cr_assert(first != NULL && second != NULL);
    cr_expect_eq(cg_member_table_find(&table, &ids[0], 7), first);
    cr_expect_eq(cg_member_table_find(&table, &ids[1], 7), second);
    cr_expect_null(cg_member_table_find(&table, &ids[2], 7));
    /* What is fetched ahead for the second is the first. */
    const uint32_t ref = cg_member_table_fetch_member(&table, 7);
    cr_expect_eq(cg_member_table_at(&table, ref, &ids[0]), first);
    cr_expect_null(cg_member_table_at(&table, ref, &ids[1]));
}

Test(member_table, knows_nobody_after_a_reset) {
    const struct cg_key id = key_of("M1");
    cr_assert_not_null(cg_member_table_add(&table, &id, 7));
    cg_member_table_reset(&table);
    cr_expect_null(cg_member_table_find(&table, &id, 7));
    cr_expect_eq(table.used, 0);
}

Test(member_table, keeps_those_it_has_where_it_cannot_grow) {
    char id[16];
    struct cg_member_history *added = NULL;
    uint32_t members = 0;
    do {
        snprintf(id, sizeof id, "M%u", members);
        const struct cg_key key = key_of(id);
        shortage_begin(table.slot_count == 1024 && table.used > 0 ? 0 : UINT32_MAX, false);
        added = cg_member_table_add(&table, &key, cg_member_table_hash(&table, &key));
        (void)shortage_end();
        members += added != NULL;
    } while (added != NULL);
    cr_assert_eq(members, 768);
    cr_assert_eq(table.used, members);
    for (uint32_t i = 0; i < members; i++) {
        snprintf(id, sizeof id, "M%u", i);
        const struct cg_key key = key_of(id);
        cr_assert_not_null(cg_member_table_find(&table, &key, cg_member_table_hash(&table, &key)));
    }
}

Test(member_table, advises_to_split_the_files_only_where_the_history_is_large) {
    struct cg_error err = CG_ERROR_INIT;
    cr_expect_eq(cg_member_table_no_memory(&table, &err), CG_INTERNAL);
    cr_expect_str_eq(err.text, "out of memory");
    while (store.pool.chunk_count < 8) {
        cr_assert_neq(cg_pool_take_block(&store.pool, CG_POOL_CLASSES - 1), 0);
    }
    err = (struct cg_error)CG_ERROR_INIT;
    cr_expect_eq(cg_member_table_no_memory(&table, &err), CG_INTERNAL);
    cr_expect_not_null(strstr(err.text, "split the files by member"));
}
