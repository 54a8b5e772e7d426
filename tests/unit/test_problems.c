#include "claimgate/base/problems.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(problems, none_is_success) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_problems_status(&problems, &err), CG_OK);
    cr_assert_eq(err.status, CG_OK);
    cg_problems_fini(&problems);
}

Test(problems, place_is_shown_as_far_as_it_is_known) {
    const struct {
        uint64_t line;
        uint32_t column;
        const char *text;
    } cases[] = {
        {3, 14, "ms.json:3:14: bad \"x\""},
        {3, 0, "ms.json:3: bad \"x\""},
        {0, 0, "ms.json: bad \"x\""},
        {UINT64_MAX, UINT32_MAX, "ms.json:18446744073709551615:4294967295: bad \"x\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cg_problems problems;
        cg_problems_init(&problems);
        cg_problems_add(&problems, "ms.json", cases[i].line, cases[i].column, "bad \"%s\"", "x");
        struct cg_error err = CG_ERROR_INIT;
        cr_assert_eq(cg_problems_status(&problems, &err), CG_BAD_CONFIG);
        cr_assert_str_eq(err.text, cases[i].text);
        cg_problems_fini(&problems);
    }
}

Test(problems, sorting_is_by_place_and_leaves_what_stands_before) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    cg_problems_sort(&problems, 0);
    const struct {
        uint64_t line;
        uint32_t column;
        const char *text;
    } found[] = {{9, 1, "a"}, {5, 2, "e"}, {5, 1, "d"}, {7, 1, "g"}, {5, 2, "f"}, {0, 0, "b"}};
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        cg_problems_add(&problems, "f", found[i].line, found[i].column, "%s", found[i].text);
    }
    cg_problems_sort(&problems, 1);
    const char *const order = "abdefg";
    for (size_t i = 0; i < problems.count; i++) {
        cr_assert_eq(problems.list[i].text[0], order[i]);
    }
    cg_problems_fini(&problems);
}

Test(problems, first_is_named_and_the_rest_counted) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    cg_problems_add(&problems, "a.csv", 2, 0, "one");
    cg_problems_add(&problems, "b.csv", 3, 0, "two");
    cg_problems_add(&problems, "b.csv", 4, 0, "three");
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_problems_status(&problems, &err), CG_BAD_CONFIG);
    cr_assert_str_eq(err.text, "a.csv:2: one (and 2 more)");
    cg_problems_fini(&problems);
}

Test(problems, all_are_counted_and_the_first_thousand_kept) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    for (uint64_t i = 1; i <= 2500; i++) {
        cg_problems_add(&problems, "a.csv", i, 0, "problem %d", (int)i);
    }
    cr_assert_eq(problems.total, 2500);
    cr_assert_eq(problems.count, CG_PROBLEMS_KEPT);
    cr_assert_str_eq(problems.list[999].text, "problem 1000");
    cr_assert_eq(problems.list[999].line, 1000);
    cg_problems_fini(&problems);
    cr_assert_eq(problems.total, 0);
}

Test(problems, no_memory_is_no_fault_of_the_file) {
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT, in_data = CG_ERROR_INIT;
    cg_problems_init(&problems);
    cg_problems_add(&problems, "a.csv", 2, 0, "one");
    cg_problems_add_no_memory(&problems);
    cr_assert_eq(cg_problems_status(&problems, &err), CG_INTERNAL);
    cr_assert_str_eq(err.text, "out of memory");
    cr_assert_eq(cg_problems_in_data(&problems, &in_data), CG_INTERNAL);
    cg_problems_fini(&problems);
}
