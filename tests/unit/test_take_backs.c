#include "gate/take_backs.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct cg_key key(const char *text) {
    return cg_key_of((struct cg_text){.ptr = text, .len = (uint32_t)strlen(text)});
}

Test(take_backs, all_four_keys_tell_them_apart) {
    struct cg_take_backs table;
    int a;
    int b;
    cg_take_backs_init(&table, 1);
    struct cg_take_back note = {key("X"), key("O"), key("O"), &a, 7, true};
    cr_assert_null(cg_take_backs_find(&table, &note));
    cr_assert(cg_take_backs_add(&table, &note));
    cr_assert_not_null(cg_take_backs_find(&table, &note));
    struct cg_take_back others[] = {
        {key("Y"), key("O"), key("O"), &a, 7, true}, {key("X"), key("P"), key("P"), &a, 7, true},
        {key("X"), key("O"), key("O"), &b, 7, true}, {key("X"), key("O"), key("O"), &a, 8, true},
        {key("O"), key("X"), key("X"), &a, 7, true}, {key("X"), key("O"), key("N"), &a, 7, true},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        cr_assert_null(cg_take_backs_find(&table, &others[i]), "case %zu", i);
    }
    cg_take_backs_fini(&table);
}

Test(take_backs, lines_taken_are_remembered_whichever_note_comes_first) {
    struct cg_take_backs table;
    cg_take_backs_init(&table, 1);
    struct cg_take_back none = {key("X"), key("X"), key("X"), NULL, 7, false};
    struct cg_take_back some = {key("X"), key("X"), key("X"), NULL, 7, true};
    cr_assert(cg_take_backs_add(&table, &none));
    cr_assert_not(cg_take_backs_find(&table, &none)->took_lines);
    cr_assert(cg_take_backs_add(&table, &some));
    cr_assert(cg_take_backs_add(&table, &none));
    cr_assert(cg_take_backs_find(&table, &none)->took_lines);
    cr_assert_eq(table.notes.count, 1);
    cg_take_backs_fini(&table);
}

Test(take_backs, thousands_are_all_found_again) {
    enum { NOTES = 5000 };
    static char ids[NOTES][32];
    struct cg_take_backs table;
    cg_take_backs_init(&table, 7);
    for (int i = 0; i < NOTES; i++) {
        snprintf(ids[i], sizeof ids[i], i % 2 ? "%d" : "a claim id that is long %d", i);
        struct cg_take_back note = {key(ids[i]), key("O"), key("O"), NULL, 8, true};
        cr_assert(cg_take_backs_add(&table, &note));
    }
    for (int i = 0; i < NOTES; i++) {
        struct cg_take_back note = {key(ids[i]), key("O"), key("O"), NULL, 8, true};
        cr_assert_not_null(cg_take_backs_find(&table, &note));
    }
    cg_take_backs_fini(&table);
}

Test(take_backs, what_waits_for_its_claim_is_found_by_all_its_keys_and_counts_once) {
    struct cg_take_backs table;
    int a;
    int b;
    cg_take_backs_init(&table, 1);
    const struct cg_take_back none = {key("X"), key("O"), key("O"), &a, 7, false};
    const struct cg_take_back some = {key("X"), key("O"), key("O"), &a, 7, true};
    const struct cg_take_back others[] = {
        {key("Y"), key("O"), key("O"), &a, 7, true},
        {key("X"), key("P"), key("P"), &a, 7, true},
        {key("X"), key("O"), key("O"), &b, 7, true},
        {key("X"), key("O"), key("O"), &a, 8, true},
    };
    cr_assert(cg_take_backs_wait(&table, &none));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        cr_expect_null(cg_take_backs_find(&table, &others[i]), "case %zu", i);
    }
    cr_expect_not(cg_take_backs_find(&table, &none)->took_lines);
    cr_assert(cg_take_backs_wait(&table, &some));
    cr_assert(cg_take_backs_wait(&table, &none));
    cr_expect(cg_take_backs_find(&table, &none)->took_lines);
    cr_expect_eq(table.waiting.count, 1);
    cg_take_backs_fini(&table);
}
