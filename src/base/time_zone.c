#include "claimgate/base/time_zone.h"

#include "claimgate/base/date.h"

#include <stddef.h>

enum { HOUR = 60, DAY = 24 * HOUR };

static const struct {
    const char *name;
    struct cg_time_zone zone;
} zones[] = {
    {"UTC", {0, false}},
    {"America/New_York", {-5 * HOUR, true}},
    {"America/Detroit", {-5 * HOUR, true}},
    {"America/Indiana/Indianapolis", {-5 * HOUR, true}},
    {"America/Kentucky/Louisville", {-5 * HOUR, true}},
    {"America/Chicago", {-6 * HOUR, true}},
    {"America/Denver", {-7 * HOUR, true}},
    {"America/Boise", {-7 * HOUR, true}},
    {"America/Phoenix", {-7 * HOUR, false}},
    {"America/Los_Angeles", {-8 * HOUR, true}},
    {"America/Anchorage", {-9 * HOUR, true}},
    {"Pacific/Honolulu", {-10 * HOUR, false}},
    {"America/Puerto_Rico", {-4 * HOUR, false}},
    {"America/St_Thomas", {-4 * HOUR, false}},
    {"Pacific/Guam", {10 * HOUR, false}},
    {"Pacific/Pago_Pago", {-11 * HOUR, false}},
};

static bool two_digits(const char *text, int max, int *out) {
    const bool digits = text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9';
    *out = digits ? (text[0] - '0') * 10 + text[1] - '0' : 0;
    return digits && *out <= max;
}

/* +HH, +HHMM or +HH:MM */
static bool read_offset(struct cg_text text, int *minutes) {
    int hour = 0;
    int minute = 0;
    if (text.len < 3 || (text.ptr[0] != '+' && text.ptr[0] != '-') ||
        !two_digits(text.ptr + 1, 23, &hour)) {
        return false;
    }
    const uint32_t at = text.len > 3 && text.ptr[3] == ':' ? 4 : 3;
    if (text.len != 3 && (text.len != at + 2 || !two_digits(text.ptr + at, 59, &minute))) {
        return false;
    }
    *minutes = (hour * HOUR + minute) * (text.ptr[0] == '-' ? -1 : 1);
    return true;
}

bool cg_time_zone_named(const char *name, struct cg_time_zone *out) {
    int minutes;
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        if (cg_text_equal_nocase(cg_text_of(name), cg_text_of(zones[i].name))) {
            *out = zones[i].zone;
            return true;
        }
    }
    if (!read_offset(cg_text_of(name), &minutes)) {
        return false;
    }
    *out = (struct cg_time_zone){(int16_t)minutes, false};
    return true;
}

/* Nothing but zeros and what parts them. */
static bool is_zero_time(const char *text, uint32_t len) {
    for (uint32_t i = 0; i < len; i++) {
        if (text[i] >= '1' && text[i] <= '9') {
            return false;
        }
    }
    return true;
}

bool cg_moment_of(struct cg_text text, struct cg_moment *out) {
    enum { TIME_AT = 11, MINUTE_AT = 14, ZONE_AFTER = 16 };
    int hour;
    int minute;
    const int32_t day = cg_date_parse(text.ptr, text.len, CG_DATE_ISO_TIME);
    if (day == CG_DAY_NONE || text.len < ZONE_AFTER || !two_digits(text.ptr + TIME_AT, 23, &hour) ||
        !two_digits(text.ptr + MINUTE_AT, 59, &minute)) {
        return false;
    }
    uint32_t zone_at = ZONE_AFTER;
    while (zone_at < text.len && memchr("Z+-", text.ptr[zone_at], 3) == NULL) {
        zone_at++;
    }
    int offset = 0;
    out->has_offset = zone_at < text.len;
    if (out->has_offset && text.ptr[zone_at] != 'Z' &&
        !read_offset((struct cg_text){text.ptr + zone_at, text.len - zone_at}, &offset)) {
        return false;
    }
    out->is_midnight = is_zero_time(text.ptr + TIME_AT, zone_at - TIME_AT);
    out->minute = (int64_t)day * DAY + hour * HOUR + minute - offset;
    return true;
}

/* The n-th Sunday of a month, from 1; the last for 5. */
static int32_t sunday(int year, int month, int nth) {
    const int32_t first = cg_date_from_civil((struct cg_civil){year, month, 1});
    const int32_t next_month = cg_date_add_months(first, 1);
    const int32_t to_sunday = ((3 - first) % 7 + 7) % 7; /* 1970-01-04, day 3, was one */
    int32_t found = first + to_sunday + 7 * (nth - 1);
    while (found >= next_month) {
        found -= 7;
    }
    return found;
}

/* Summer time begins at two by the clock of standard time and ends at two by its own. */
static bool is_summer(int64_t standard_minute) {
    const int32_t day = (int32_t)((standard_minute - (standard_minute % DAY + DAY) % DAY) / DAY);
    const int year = cg_date_to_civil(day).year;
    if (year < 1967) {
        return false;
    }
    const int32_t first = year >= 2007   ? sunday(year, 3, 2)
                          : year >= 1987 ? sunday(year, 4, 1)
                                         : sunday(year, 4, 5);
    const int32_t last = year >= 2007 ? sunday(year, 11, 1) : sunday(year, 10, 5);
    return standard_minute >= (int64_t)first * DAY + 2 * HOUR &&
           standard_minute < (int64_t)last * DAY + HOUR;
}

int32_t cg_time_zone_day(const struct cg_time_zone *zone, int64_t utc_minute) {
    int64_t local = utc_minute + zone->standard_minutes;
    local += zone->has_summer_time && is_summer(local) ? HOUR : 0;
    return (int32_t)((local - (local % DAY + DAY) % DAY) / DAY);
}
