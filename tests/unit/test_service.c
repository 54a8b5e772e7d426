#include "gate/service.h"
#include "support/history_lines.h"

#include <criterion/criterion.h>

static bool is_split(bool policy_splits, const char *last_day) {
    struct cg_policy_version version = plain_version();
    version.split_spans = policy_splits;
    struct cg_line line = plain_line(&version, "C");
    struct cg_service service;
    line.end_day = date_day(last_day);
    cg_service_of_line(&line, &service);
    return service.split;
}

Test(service, units_lie_over_days_only_of_a_span_under_a_policy_that_splits_spans) {
    cr_expect(is_split(true, "2024-07-02"));
    cr_expect_not(is_split(true, "2024-07-01"));
    cr_expect_not(is_split(false, "2024-07-02"));
    cr_expect_not(is_split(false, "2024-07-01"));
}

/* Before the policy begins there is nothing that could split one. */
Test(service, a_line_under_no_version_is_not_split) {
    const struct cg_policy_version version = plain_version();
    struct cg_line line = plain_line(&version, "C");
    struct cg_service service;
    line.version = NULL;
    line.end_day++;
    cg_service_of_line(&line, &service);
    cr_expect_not(service.split);
}
