#include "claimgate/rules/policy_change.h"

#include "support/policy_text.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define YEARLY(start)   CAP("c", "\"period\":\"year\",\"year_start\":\"" start "\"")
#define ROLLING(months) CAP("c", "\"period\":\"rolling_months\",\"months\":" months)
#define DAILY           CAP("c", "\"period\":\"day\"")
#define DAILY_OF_ONE    CAP("c", "\"period\":\"day\",\"procedures\":[\"H0038\"]")
#define OTHER           CAP("d", "\"period\":\"day\"")

static const struct {
    const char *now;
    const char *before;
    const char *changed;
} rows[] = {
    {DAILY, DAILY, ""},
    {YEARLY("07-01"), YEARLY("07-01"), ""},
    {YEARLY("07-01"), DAILY, "c 5 (was 5)"},
    {YEARLY("07-01"), YEARLY("08-01"), "c 5 (was 5)"},
    {YEARLY("07-01"), YEARLY("07-02"), "c 5 (was 5)"},
    {ROLLING("2"), ROLLING("3"), "c 5 (was 5)"},
    {DAILY_OF_ONE, DAILY, "c 5 (was 5)"},
    {DAILY "," OTHER, DAILY, "d 5 (new)"},
    {DAILY, OTHER "," DAILY, "d (gone)"},
    {OTHER, DAILY, "d 5 (new), c (gone)"},
};

Test(policy_change, a_cap_has_changed_where_it_counts_otherwise) {
    static char text[TEXT_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char changed[256];
        struct cg_policy *now = policy_load_good_text(policy_with_caps(rows[i].now, text));
        struct cg_policy *before = policy_load_good_text(policy_with_caps(rows[i].before, text));
        cg_policy_changed_caps(now, before, changed, sizeof changed);
        cr_expect_str_eq(changed, rows[i].changed, "case %zu", i);
        cg_policy_free(before);
        cg_policy_free(now);
    }
}
