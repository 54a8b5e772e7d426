#include "claimgate/base/date.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int32_t day(const char *iso) {
    return cg_date_parse(iso, strlen(iso), CG_DATE_ISO);
}

/* A day of the years of claims that comes back the same from its number. */
static bool exists(struct cg_civil civil) {
    if (civil.year < 1900 || civil.year > 2199 || civil.month < 1 || civil.month > 12) {
        return false;
    }
    struct cg_civil back = cg_date_to_civil(cg_date_from_civil(civil));
    return back.year == civil.year && back.month == civil.month && back.day == civil.day;
}

Test(date, every_day_number_has_one_civil_date_and_back) {
    struct cg_civil before = cg_date_to_civil(CG_DAY_FIRST - 1);
    for (int32_t day_no = CG_DAY_FIRST; day_no <= CG_DAY_LAST; day_no++) {
        struct cg_civil civil = cg_date_to_civil(day_no);
        cr_assert(exists(civil));
        cr_assert_eq(cg_date_from_civil(civil), day_no);
        bool next_day =
            civil.year == before.year && civil.month == before.month && civil.day == before.day + 1;
        bool next_month = civil.day == 1 && (civil.month == before.month + 1 ||
                                             (civil.month == 1 && before.month == 12));
        cr_assert(next_day || next_month, "day %d", day_no);
        before = civil;
    }
}

Test(date, known_days_have_their_numbers) {
    cr_assert_eq(day("1970-01-01"), 0);
    cr_assert_eq(day("1969-12-31"), -1);
    cr_assert_eq(day("2000-03-01"), 11017);
    cr_assert_eq(day("1900-01-01"), CG_DAY_FIRST);
    cr_assert_eq(day("2199-12-31"), CG_DAY_LAST);
}

Test(date, parsing_agrees_with_the_calendar_for_every_day) {
    for (int year = 1899; year <= 2200; year++) {
        for (int month = 0; month <= 13; month++) {
            for (int day_of_month = 0; day_of_month <= 32; day_of_month++) {
                struct cg_civil civil = {year, month, day_of_month};
                char text[40];
                (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day_of_month);
                int32_t want = exists(civil) ? cg_date_from_civil(civil) : CG_DAY_NONE;
                cr_assert_eq(day(text), want, "%s", text);
            }
        }
    }
}

Test(date, only_digits_and_separators_in_their_places_are_a_date) {
    const struct {
        enum cg_date_format format;
        const char *text;
    } good[] = {
        {CG_DATE_ISO, "2024-02-29"},      {CG_DATE_COMPACT, "20240229"},
        {CG_DATE_US, "02/29/2024"},       {CG_DATE_MDY, "2/29/2024"},
        {CG_DATE_US_DASH, "02-29-2024"},  {CG_DATE_DMONY_SAS, "29feB2024"},
        {CG_DATE_DMONY, "29-fEb-2024"},   {CG_DATE_DMONY, "29-FEB-2024"},
        {CG_DATE_ISO_TIME, "2024-02-29"}, {CG_DATE_ISO_TIME, "2024-02-29T00:00"},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        size_t len = strlen(good[i].text);
        cr_assert_eq(cg_date_parse(good[i].text, len, good[i].format), 19782, "case %zu", i);
        for (size_t at = 0; at < len; at++) {
            for (int byte = 0; byte < 256; byte++) {
                char text[32];
                memcpy(text, good[i].text, len);
                text[at] = (char)byte;
                int32_t got = cg_date_parse(text, len, good[i].format);
                bool digit = byte >= '0' && byte <= '9';
                bool was_digit = good[i].text[at] >= '0' && good[i].text[at] <= '9';
                /* Another byte in the place of a digit is never a date. */
                cr_assert(got == CG_DAY_NONE || digit == was_digit, "case %zu, byte %zu: %d", i, at,
                          byte);
            }
        }
        for (size_t shorter = 0; shorter < len; shorter++) {
            bool date_alone = good[i].format == CG_DATE_ISO_TIME && shorter == 10;
            cr_assert_eq(cg_date_parse(good[i].text, shorter, good[i].format) != CG_DAY_NONE,
                         date_alone, "case %zu cut at %zu", i, shorter);
        }
    }
}

Test(date, all_formats_read_the_same_day) {
    const char *months[] = {"JAN", "feb", "Mar", "apr", "MAY", "jun",
                            "Jul", "aug", "sep", "OCT", "nov", "Dec"};
    for (int32_t day_no = day("2019-12-25"); day_no < day("2021-01-05"); day_no++) {
        struct cg_civil civil = cg_date_to_civil(day_no);
        char text[40];
        (void)snprintf(text, sizeof text, "%04d%02d%02d", civil.year, civil.month, civil.day);
        cr_assert_eq(cg_date_parse(text, 8, CG_DATE_COMPACT), day_no);
        (void)snprintf(text, sizeof text, "%02d/%02d/%04d", civil.month, civil.day, civil.year);
        cr_assert_eq(cg_date_parse(text, 10, CG_DATE_US), day_no);
        cr_assert_eq(cg_date_parse(text, 10, CG_DATE_MDY), day_no);
        const int len =
            snprintf(text, sizeof text, "%d/%d/%04d", civil.month, civil.day, civil.year);
        cr_assert_eq(cg_date_parse(text, (size_t)len, CG_DATE_MDY), day_no);
        (void)snprintf(text, sizeof text, "%02d-%02d-%04d", civil.month, civil.day, civil.year);
        cr_assert_eq(cg_date_parse(text, 10, CG_DATE_US_DASH), day_no);
        (void)snprintf(text, sizeof text, "%02d%s%04d", civil.day, months[civil.month - 1],
                       civil.year);
        cr_assert_eq(cg_date_parse(text, 9, CG_DATE_DMONY_SAS), day_no);
        (void)snprintf(text, sizeof text, "%02d-%s-%04d", civil.day, months[civil.month - 1],
                       civil.year);
        cr_assert_eq(cg_date_parse(text, 11, CG_DATE_DMONY), day_no);
    }
}

Test(date, parsing_again_gives_what_parsing_gives) {
    static const char *const texts[] = {
        "2024-02-29",
        "2024-02-29",
        "2024-02-28",
        "2024-12-28",
        "2023-02-29",
        "2023-02-29",
        "",
        "2024-02-28",
        "2024-02-2",
        "2024-02-28T10:00",
        "2024-02-28T10:01",
        "2024-02-28T",
        "2024-02-28",
        "2024-2-28",
        "2024-02-28T10:00:00",
        "2024-02-27T10:00:00",
        "2024-02-28T10:99:00",
        "2024-02-30",
    };
    for (int format = CG_DATE_ISO; format <= CG_DATE_ISO_TIME; format++) {
        struct cg_memo memo = {0};
        for (size_t i = 0; i < 2 * COUNT(texts) * COUNT(texts); i++) { /* each behind each */
            size_t pair = i / 2;
            const char *text = texts[i % 2 == 0 ? pair / COUNT(texts) : pair % COUNT(texts)];
            int32_t want = cg_date_parse(text, strlen(text), (enum cg_date_format)format);
            int32_t got = cg_date_parse_again(&memo, cg_text_of(text), (enum cg_date_format)format);
            cr_assert_eq(got, want, "%s", text);
        }
    }
}

Test(date, time_of_day_must_be_iso_8601_too) {
    const struct {
        const char *text;
        bool valid;
    } cases[] = {
        {"2024-02-29", true},
        {"2024-02-29 23:59", true},
        {"2024-02-29T23:59:60", true},
        {"2024-02-29T00:00:00.000", true},
        {"2024-02-29T00:00:00,5Z", true},
        {"2024-02-29T00:00:00+05:30", true},
        {"2024-02-29 00:00:00+00", true},
        {"2024-02-29T00:00:00-0800", true},
        {"2024-02-29T00:00Z", true},
        {"2024-02-29T", false},
        {"2024-02-29 ", false},
        {"2024-02-29t00:00", false},
        {"2024-02-29T24:00", false},
        {"2024-02-29T00:60", false},
        {"2024-02-29T00:00:61", false},
        {"2024-02-29T00:00:00.", false},
        {"2024-02-29T00:00:00+", false},
        {"2024-02-29T00:00:00+5", false},
        {"2024-02-29T00:00:00+05:", false},
        {"2024-02-29T00:00:00+24", false},
        {"2024-02-29T00:00:00Z ", false},
        {"2024-02-29T0:00", false},
        {"2024-02-29T12", false},
        {"2024-02-29 12:00 PM", false},
        {"2024-02-30T00:00", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int32_t got = cg_date_parse(cases[i].text, strlen(cases[i].text), CG_DATE_ISO_TIME);
        cr_assert_eq(got, cases[i].valid ? 19782 : CG_DAY_NONE, "%s", cases[i].text);
    }
}

Test(date, formatting_is_the_reverse_of_parsing) {
    for (int32_t day_no = CG_DAY_FIRST; day_no <= CG_DAY_LAST; day_no += 13) {
        char text[CG_DATE_TEXT_BYTES];
        cr_assert_eq(day(cg_date_format(day_no, text)), day_no);
    }
    char text[CG_DATE_TEXT_BYTES];
    cr_assert_str_eq(cg_date_format(CG_DAY_NONE, text), "-");
    cr_assert_str_eq(cg_date_format(CG_DAY_OPEN, text), "open");
    cr_assert_str_eq(cg_date_format(CG_DAY_OPEN - 1, text), "-");
    cr_assert_str_eq(cg_date_format(CG_DAY_NONE + 1, text), "-");
}

Test(date, year_starts_on_or_before_the_day) {
    cr_assert_eq(cg_date_year_start(day("2024-06-30"), 7, 1), day("2023-07-01"));
    cr_assert_eq(cg_date_year_start(day("2024-07-01"), 7, 1), day("2024-07-01"));
    cr_assert_eq(cg_date_year_start(day("2024-12-31"), 1, 1), day("2024-01-01"));
    cr_assert_eq(cg_date_year_start(day("2024-01-01"), 1, 1), day("2024-01-01"));
    for (int32_t day_no = day("2022-01-01"); day_no < day("2026-01-01"); day_no++) {
        int32_t start = cg_date_year_start(day_no, 10, 1);
        cr_assert(start <= day_no && day_no - start < 366);
        cr_assert_eq(cg_date_to_civil(start).month, 10);
    }
}

Test(date, months_are_clipped_to_the_last_day) {
    const struct {
        const char *from;
        int months;
        const char *to;
    } cases[] = {
        {"2024-01-31", 1, "2024-02-29"},   {"2023-01-31", 1, "2023-02-28"},
        {"2024-03-31", -1, "2024-02-29"},  {"2024-02-29", -12, "2023-02-28"},
        {"2024-01-15", -1, "2023-12-15"},  {"2024-12-31", 1, "2025-01-31"},
        {"2024-05-31", 0, "2024-05-31"},   {"2024-05-31", -1200, "1924-05-31"},
        {"2024-10-31", -13, "2023-09-30"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_assert_eq(cg_date_add_months(day(cases[i].from), cases[i].months), day(cases[i].to),
                     "case %zu", i);
    }
}

Test(date, age_counts_completed_years) {
    const struct {
        const char *birth;
        const char *on;
        int age;
    } cases[] = {
        {"2000-05-05", "2018-05-04", 17}, {"2000-05-05", "2018-05-05", 18},
        {"2004-02-29", "2022-02-28", 17}, {"2004-02-29", "2022-03-01", 18},
        {"2004-02-29", "2024-02-28", 19}, {"2004-02-29", "2024-02-29", 20},
        {"2000-05-05", "2000-05-05", 0},  {"2000-05-05", "2000-05-04", -1},
        {"2000-05-05", "1999-06-01", -1}, {"1900-01-01", "2199-12-31", 299},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_assert_eq(cg_date_age(day(cases[i].birth), day(cases[i].on)), cases[i].age, "case %zu",
                     i);
    }
}

Test(date, today_is_a_claim_date) {
    cr_assert(cg_date_today() > day("2024-01-01") && cg_date_today() <= CG_DAY_LAST);
}

Test(date, a_day_after_2199_is_told_from_no_day) {
    static const struct {
        const char *text;
        enum cg_date_format format;
        bool beyond;
    } cases[] = {
        {"9999-12-31", CG_DATE_ISO, true},
        {"2200-01-01", CG_DATE_ISO, true},
        {"2400-02-29", CG_DATE_ISO, true},
        {"2300-02-29", CG_DATE_ISO, false},
        {"2199-12-31", CG_DATE_ISO, false},
        {"9999-12-32", CG_DATE_ISO, false},
        {"99991231", CG_DATE_COMPACT, true},
        {"12/31/9999", CG_DATE_US, true},
        {"31-DEC-9999", CG_DATE_DMONY, true},
        {"9999-12-31T00:00:00", CG_DATE_ISO_TIME, true},
        {"12/31/9999", CG_DATE_ISO, false},
        {"", CG_DATE_ISO, false},
        {"1899-12-31", CG_DATE_ISO, false},
        {"NULL", CG_DATE_ISO, false},
        {"2525-0/-01", CG_DATE_ISO, false},
        {"/525-01-01", CG_DATE_ISO, false},
        {":525-01-01", CG_DATE_ISO, false},
        {"01/01/25:5", CG_DATE_US, false},
        {"01/01/25/5", CG_DATE_US, false},
        {"25250101", CG_DATE_COMPACT, true},
        {"2525-01-01T00:00:00 and much more than a moment ever has, of whatever kind it may be",
         CG_DATE_ISO_TIME, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(cg_date_is_beyond(cases[i].text, strlen(cases[i].text), cases[i].format),
                     cases[i].beyond, "%s", cases[i].text);
    }
}
