/*
 * Every day of claims against the C library's calendar, in time zones and locales that would show
 * a clock or a word of the machine's own in an answer.
 */
#include "claimgate/base/date.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAYS = 109573, DAY_SECONDS = 86400 };

static const char *const zones[] = {"UTC", "America/Chicago", "Pacific/Apia", "Europe/London",
                                    "Asia/Kathmandu"};
enum { ZONES = sizeof zones / sizeof zones[0] };

/* Those that are not installed are left out; the first two always are there. */
static const char *const locales[] = {"C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "fa_IR.UTF-8"};

static void in_every_place(void (*check)(void)) {
    for (size_t l = 0; l < sizeof locales / sizeof locales[0]; l++) {
        if (setlocale(LC_ALL, locales[l]) == NULL) {
            cr_assert_geq(l, 2, "no locale %s", locales[l]);
            continue;
        }
        for (size_t z = 0; z < ZONES; z++) {
            setenv("TZ", zones[z], 1);
            tzset();
            check();
        }
    }
}

/* The C library's word on a day; months count from 1, and any number of them or of days goes. */
static int32_t day_by_timegm(int year, int month, int day_of_month) {
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day_of_month};
    const time_t seconds = timegm(&tm);
    cr_assert_eq(seconds % DAY_SECONDS, 0);
    return (int32_t)(seconds / DAY_SECONDS);
}

static struct tm civil_by_gmtime(int32_t day_no) {
    struct tm tm;
    const time_t seconds = (time_t)day_no * DAY_SECONDS;
    cr_assert_not_null(gmtime_r(&seconds, &tm));
    tm.tm_year += 1900;
    tm.tm_mon += 1;
    return tm;
}

static void check_both_ways(void) {
    int32_t days = 0;
    for (int32_t day_no = day_by_timegm(1900, 1, 1); day_no <= day_by_timegm(2199, 12, 31);
         day_no++) {
        char want[64];
        char got[CG_DATE_TEXT_BYTES];
        const struct tm tm = civil_by_gmtime(day_no);
        const struct cg_civil civil = cg_date_to_civil(day_no);
        snprintf(want, sizeof want, "%04d-%02d-%02d", tm.tm_year, tm.tm_mon, tm.tm_mday);
        cr_assert(civil.year == tm.tm_year && civil.month == tm.tm_mon && civil.day == tm.tm_mday,
                  "%s", want);
        cr_assert_eq(cg_date_from_civil(civil), day_no, "%s", want);
        cr_assert_eq(cg_date_parse(want, 10, CG_DATE_ISO), day_no, "%s", want);
        cr_assert_str_eq(cg_date_format(day_no, got), want);
        days++;
    }
    cr_assert_eq(days, DAYS);
}

Test(civil_days, are_those_of_the_c_library_both_ways_in_every_zone_and_locale, .timeout = 120) {
    in_every_place(check_both_ways);
}

Test(civil_days, next_to_the_years_of_claims_are_no_dates) {
    static const char *const texts[] = {"1899-12-31", "2200-01-01", "1900-02-29",
                                        "2100-02-29", "2023-02-29", "2024-02-30"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_expect_eq(cg_date_parse(texts[i], 10, CG_DATE_ISO), CG_DAY_NONE, "%s", texts[i]);
    }
    for (int year = 1900; year < 2200; year++) {
        char text[16];
        snprintf(text, sizeof text, "%04d-02-29", year);
        const bool leap = day_by_timegm(year, 3, 1) - day_by_timegm(year, 2, 28) == 2;
        cr_expect_eq(cg_date_parse(text, 10, CG_DATE_ISO) != CG_DAY_NONE, leap, "%s", text);
    }
}

/* Walked day by day: a year begins where the calendar says its first day. */
static void check_years_from(int month, int day_of_month) {
    int32_t start = day_by_timegm(1899, month, day_of_month);
    for (int32_t day_no = day_by_timegm(1900, 1, 1); day_no <= CG_DAY_LAST; day_no++) {
        const struct tm tm = civil_by_gmtime(day_no);
        start = tm.tm_mon == month && tm.tm_mday == day_of_month ? day_no : start;
        if (start >= day_by_timegm(1900, 1, 1) || (month == 1 && day_of_month == 1)) {
            cr_assert_eq(cg_date_year_start(day_no, month, day_of_month), start,
                         "%d: year of %d-%d", day_no, month, day_of_month);
        }
    }
}

static void check_years(void) {
    check_years_from(1, 1);
    check_years_from(7, 1);
    check_years_from(10, 1);
    check_years_from(3, 1);
    check_years_from(12, 31);
}

Test(civil_days, belong_to_the_benefit_year_that_began_last, .timeout = 120) {
    in_every_place(check_years);
}

Test(civil_days, months_away_are_clipped_to_the_months_last_day, .timeout = 120) {
    static const int months[] = {-13, -12, -3, -1, 0, 1, 2, 11, 12, 25};
    for (int32_t day_no = day_by_timegm(1905, 1, 1); day_no < day_by_timegm(2195, 1, 1); day_no++) {
        const struct tm tm = civil_by_gmtime(day_no);
        for (size_t i = 0; i < sizeof months / sizeof months[0]; i++) {
            const int month = tm.tm_mon + months[i];
            const int32_t last = day_by_timegm(tm.tm_year, month + 1, 0);
            const int32_t same = day_by_timegm(tm.tm_year, month, 1) + tm.tm_mday - 1;
            cr_assert_eq(cg_date_add_months(day_no, months[i]), same < last ? same : last,
                         "%d and %d months", day_no, months[i]);
        }
    }
}

Test(civil_days, a_birthday_is_kept_on_its_day_or_on_the_first_of_march, .timeout = 120) {
    for (int32_t birth = day_by_timegm(1999, 12, 25); birth < day_by_timegm(2001, 1, 5); birth++) {
        const struct tm tm = civil_by_gmtime(birth);
        for (int32_t on = birth; on < birth + 8 * 366; on++) {
            int age = 0;
            while (on >= day_by_timegm(tm.tm_year + age + 1, tm.tm_mon, tm.tm_mday)) {
                age++;
            }
            cr_assert_eq(cg_date_age(birth, on), age, "born on %d, on %d", birth, on);
        }
    }
}

Test(civil_days, today_is_the_local_day_of_the_zone) {
    static const char *const apart[] = {"XXX12", "UTC", "XXX-14"};
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++) {
        setenv("TZ", apart[i], 1);
        tzset();
        struct tm before;
        struct tm after;
        time_t now = time(NULL);
        localtime_r(&now, &before);
        const int32_t today = cg_date_today();
        now = time(NULL);
        localtime_r(&now, &after); /* midnight may have passed between the two */
        cr_expect(today ==
                          day_by_timegm(before.tm_year + 1900, before.tm_mon + 1, before.tm_mday) ||
                      today == day_by_timegm(after.tm_year + 1900, after.tm_mon + 1, after.tm_mday),
                  "%s", apart[i]);
    }
}
