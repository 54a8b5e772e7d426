#include "report/period.h"

#include <criterion/criterion.h>
#include <string.h>

Test(period_text, names_the_period_that_holds_the_day) {
    static const struct {
        struct cg_cap cap;
        const char *text;
    } cases[] = {
        {{.period = CG_PERIOD_DAY}, "day 2025-03-05"},
        {{.period = CG_PERIOD_MONTH}, "month 2025-03-01 to 2025-03-31"},
        {{.period = CG_PERIOD_YEAR, .year_start_month = 7, .year_start_day = 1},
         "benefit year 2024-07-01 to 2025-06-30"},
        {{.period = CG_PERIOD_YEAR, .year_start_month = 1, .year_start_day = 1},
         "calendar year 2025-01-01 to 2025-12-31"},
        {{.period = CG_PERIOD_ROLLING_MONTHS, .months = 12}, "12 months 2024-03-06 to 2025-03-05"},
        {{.period = CG_PERIOD_ROLLING_MONTHS, .months = 1}, "1 month 2025-02-06 to 2025-03-05"},
        {{.period = CG_PERIOD_LIFETIME}, "lifetime"},
    };
    const int32_t day_no = cg_date_parse("2025-03-05", 10, CG_DATE_ISO);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[CG_PERIOD_TEXT_BYTES];
        cr_expect_str_eq(cg_period_text(&cases[i].cap, day_no, text), cases[i].text);
    }
}

Test(period_text, fits_for_the_longest_window) {
    const struct cg_cap cap = {.period = CG_PERIOD_ROLLING_MONTHS, .months = 1200};
    char text[CG_PERIOD_TEXT_BYTES];
    cg_period_text(&cap, CG_DAY_LAST, text);
    cr_expect_str_eq(text, "1200 months 2100-01-01 to 2199-12-31");
}
