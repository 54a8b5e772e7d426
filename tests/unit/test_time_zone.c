#include "claimgate/base/time_zone.h"

#include "claimgate/base/date.h"

#include <criterion/criterion.h>

static void expect_day(const char *zone_name, const char *moment_text, const char *day) {
    struct cg_time_zone zone;
    struct cg_moment moment;
    char got[CG_DATE_TEXT_BYTES];
    cr_assert(cg_time_zone_named(zone_name, &zone), "%s", zone_name);
    cr_assert(cg_moment_of(cg_text_of(moment_text), &moment), "%s", moment_text);
    cr_expect_str_eq(cg_date_format(cg_time_zone_day(&zone, moment.minute), got), day, "%s in %s",
                     moment_text, zone_name);
}

Test(time_zone, a_moment_lies_on_the_local_day) {
    expect_day("America/Chicago", "2025-01-07T05:59:59Z", "2025-01-06");
    expect_day("America/Chicago", "2025-01-07T06:00:00Z", "2025-01-07");
    expect_day("America/Chicago", "2025-07-07T04:59Z", "2025-07-06");
    expect_day("america/chicago", "2025-07-07T05:00:00.000+00:00", "2025-07-07");
    expect_day("America/Phoenix", "2025-07-07T06:59:00Z", "2025-07-06");
    expect_day("-06:00", "2025-07-07 05:59:00Z", "2025-07-06");
    expect_day("UTC", "2025-07-07T01:30:00+02:00", "2025-07-06");
    expect_day("Pacific/Guam", "2025-07-06T14:00:00Z", "2025-07-07");
}

Test(time_zone, summer_time_has_the_days_that_the_law_had) {
    /* An hour before midnight of standard time, summer time is past it. */
    static const char *const first_days[] = {"2025-03-09", "2007-03-11", "2006-04-02", "1987-04-05",
                                             "1986-04-27"};
    static const char *const last_days[] = {"2025-11-02", "2007-11-04", "2006-10-29", "1987-10-25",
                                            "1986-10-26"};
    struct cg_time_zone zone;
    cr_assert(cg_time_zone_named("America/Chicago", &zone));
    for (size_t i = 0; i < sizeof first_days / sizeof first_days[0]; i++) {
        const int32_t first = cg_date_parse(first_days[i], 10, CG_DATE_ISO);
        const int32_t last = cg_date_parse(last_days[i], 10, CG_DATE_ISO);
        for (int32_t day = first - 40; day < last + 40; day++) {
            const int64_t late = ((int64_t)day * 24 + 29) * 60 + 30; /* 23:30 of standard time */
            cr_assert_eq(cg_time_zone_day(&zone, late), day + (day >= first && day < last), "%s %d",
                         first_days[i], day - first);
        }
    }
}

Test(time_zone, before_there_was_a_law_there_is_no_summer_time) {
    expect_day("America/Chicago", "1966-07-07T05:59:00Z", "1966-07-06");
    expect_day("America/Chicago", "1967-07-07T05:59:00Z", "1967-07-07");
}

Test(time_zone, an_offset_is_hours_alone_or_hours_and_minutes) {
    expect_day("-06", "2025-07-07T05:59:00Z", "2025-07-06");
    expect_day("-0630", "2025-07-07T06:29:00Z", "2025-07-06");
    expect_day("+05:30", "2025-07-06T18:30:00Z", "2025-07-07");
}

static const char *const no_zones[] = {"Mississippi", "-6",     "06:00",  "-/6",    "-:6",
                                       "-0/",         "-0:",    "-24",    "-06:",   "-06:0",
                                       "-06:60",      "-06:/0", "-06:0:", "-06000", "-06:000"};
static const char *const no_moments[] = {
    "2025-01-07",        "2025-01-07T05:5",     "2025-13-07T05:59Z",      "2025-01-07T25:00Z",
    "2025-01-07T/5:00Z", "2025-01-07T05:60Z",   "2025-01-07T05:5:Z",      "2025-01-07T05:59-6",
    "2025-01-07T:5:00Z", "2025-01-07T05:59+24", "2025-01-07T05:59+06:6x", ""};

Test(time_zone, what_is_no_zone_or_moment_is_none) {
    struct cg_time_zone zone;
    struct cg_moment moment;
    for (size_t i = 0; i < sizeof no_zones / sizeof no_zones[0]; i++) {
        cr_expect_not(cg_time_zone_named(no_zones[i], &zone), "%s", no_zones[i]);
    }
    for (size_t i = 0; i < sizeof no_moments / sizeof no_moments[0]; i++) {
        cr_expect_not(cg_moment_of(cg_text_of(no_moments[i]), &moment), "%s", no_moments[i]);
    }
    cr_expect(cg_moment_of(cg_text_of("2025-01-07T00:00:00Z"), &moment) && moment.is_midnight &&
              moment.has_offset);
    cr_expect(cg_moment_of(cg_text_of("2025-01-07T00:30"), &moment) && !moment.is_midnight &&
              !moment.has_offset);
}
