/*
 * Day numbers follow the usual trick of starting the year in March, so that the leap day is its
 * last day: months then have the lengths 31,30,31,30,31 twice and a bit, which (153 * m + 2) / 5
 * sums up without a table, and 400 years are always 146,097 days.
 *
 * Parsing is on the path of every claim line. Digits are therefore checked all together at the end
 * (one flag that any wrong byte sets) and not one branch each.
 */
#include "claimgate/date.h"

#include <string.h>
#include <time.h>

enum {
    DAYS_PER_ERA = 146097,          /* 400 years */
    ERA_START_TO_UNIX_DAYS = 719468 /* 0000-03-01 to 1970-01-01 */
};

int32_t cg_date_from_civil(struct cg_civil civil) {
    int year = civil.month <= 2 ? civil.year - 1 : civil.year;
    int era = (year >= 0 ? year : year - 399) / 400;
    unsigned year_of_era = (unsigned)(year - era * 400);
    unsigned month_from_march = (unsigned)(civil.month + 9) % 12;
    unsigned day_of_year = (153 * month_from_march + 2) / 5 + (unsigned)civil.day - 1;
    unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + (int32_t)day_of_era - ERA_START_TO_UNIX_DAYS;
}

struct cg_civil cg_date_to_civil(int32_t day_no) {
    int64_t days = (int64_t)day_no + ERA_START_TO_UNIX_DAYS;
    int64_t era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    unsigned day_of_era = (unsigned)(days - era * DAYS_PER_ERA);
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month_from_march = (5 * day_of_year + 2) / 153;
    int month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    return (struct cg_civil){
        .year = (int)(era * 400) + (int)year_of_era + (month <= 2),
        .month = month,
        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5) + 1,
    };
}

static bool is_leap_year(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* `month` is 1 to 12. */
static int days_in_month(int year, int month) {
    static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap_year(year));
}

bool cg_date_is_valid(struct cg_civil civil) {
    return civil.year >= 1900 && civil.year <= 2199 && civil.month >= 1 && civil.month <= 12 &&
           civil.day >= 1 && civil.day <= days_in_month(civil.year, civil.month);
}

/* Two digits as a number; anything else sets a bit of *wrong. */
static inline unsigned two_digits(const char *text, unsigned *wrong) {
    unsigned tens = (unsigned)(unsigned char)text[0] - '0';
    unsigned ones = (unsigned)(unsigned char)text[1] - '0';
    *wrong |= (unsigned)(tens > 9) | (unsigned)(ones > 9);
    return tens * 10 + ones;
}

static inline unsigned four_digits(const char *text, unsigned *wrong) {
    unsigned high = two_digits(text, wrong);
    return high * 100 + two_digits(text + 2, wrong);
}

static inline void expect(char have, char want, unsigned *wrong) {
    *wrong |= (unsigned)(have != want);
}

static inline int32_t checked_day(unsigned year, unsigned month, unsigned day, unsigned wrong) {
    /* Digits that were wrong give numbers without meaning, so they are looked at first. */
    if (wrong != 0) {
        return CG_DAY_NONE;
    }
    struct cg_civil civil = {.year = (int)year, .month = (int)month, .day = (int)day};
    return cg_date_is_valid(civil) ? cg_date_from_civil(civil) : CG_DAY_NONE;
}

static int32_t parse_iso(const char *text) {
    unsigned wrong = 0;
    unsigned year = four_digits(text, &wrong);
    unsigned month = two_digits(text + 5, &wrong);
    unsigned day = two_digits(text + 8, &wrong);
    expect(text[4], '-', &wrong);
    expect(text[7], '-', &wrong);
    return checked_day(year, month, day, wrong);
}

static int32_t parse_compact(const char *text) {
    unsigned wrong = 0;
    unsigned year = four_digits(text, &wrong);
    unsigned month = two_digits(text + 4, &wrong);
    unsigned day = two_digits(text + 6, &wrong);
    return checked_day(year, month, day, wrong);
}

static int32_t parse_us(const char *text) {
    unsigned wrong = 0;
    unsigned month = two_digits(text, &wrong);
    unsigned day = two_digits(text + 3, &wrong);
    unsigned year = four_digits(text + 6, &wrong);
    expect(text[2], '/', &wrong);
    expect(text[5], '/', &wrong);
    return checked_day(year, month, day, wrong);
}

/* 1 to 12; 0 where the three letters name no month, which is no valid date. Not strncasecmp, whose
 * letters depend on the locale. */
static unsigned month_of_name(const char *text) {
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (unsigned month = 0; month < 12; month++) {
        const char *name = names + 3 * (size_t)month;
        if ((text[0] | 0x20) == name[0] && (text[1] | 0x20) == name[1] &&
            (text[2] | 0x20) == name[2]) {
            return month + 1;
        }
    }
    return 0;
}

static int32_t parse_dmony(const char *text) {
    unsigned wrong = 0;
    unsigned day = two_digits(text, &wrong);
    unsigned month = month_of_name(text + 3);
    unsigned year = four_digits(text + 7, &wrong);
    expect(text[2], '-', &wrong);
    expect(text[6], '-', &wrong);
    return checked_day(year, month, day, wrong);
}

/* A reader that eats a text from its front. */
struct cursor {
    const char *at;
    const char *end;
};

static bool eat_number(struct cursor *cursor, unsigned max) {
    unsigned wrong = 0;
    if (cursor->end - cursor->at < 2 || two_digits(cursor->at, &wrong) > max || wrong != 0) {
        return false;
    }
    cursor->at += 2;
    return true;
}

static bool eat_one_of(struct cursor *cursor, const char *wanted) {
    if (cursor->at == cursor->end || *cursor->at == '\0' || strchr(wanted, *cursor->at) == NULL) {
        return false;
    }
    cursor->at++;
    return true;
}

/* Z, or a sign and HH, HHMM or HH:MM; nothing is right as well. */
static bool eat_zone(struct cursor *cursor) {
    if (cursor->at == cursor->end || eat_one_of(cursor, "Z")) {
        return true;
    }
    if (!eat_one_of(cursor, "+-") || !eat_number(cursor, 23)) {
        return false;
    }
    bool colon = eat_one_of(cursor, ":");
    return (!colon && cursor->at == cursor->end) || eat_number(cursor, 59);
}

/* HH:MM, HH:MM:SS or HH:MM:SS.fraction, then the zone. A leap second has the number 60. */
static bool is_time_of_day(const char *text, size_t len) {
    struct cursor cursor = {.at = text, .end = text + len};
    if (!eat_number(&cursor, 23) || !eat_one_of(&cursor, ":") || !eat_number(&cursor, 59)) {
        return false;
    }
    if (eat_one_of(&cursor, ":")) {
        if (!eat_number(&cursor, 60)) {
            return false;
        }
        if (eat_one_of(&cursor, ".,")) {
            const char *fraction = cursor.at;
            while (eat_one_of(&cursor, "0123456789")) {
            }
            if (cursor.at == fraction) {
                return false;
            }
        }
    }
    return eat_zone(&cursor) && cursor.at == cursor.end;
}

static int32_t parse_iso_time(const char *text, size_t len) {
    if (len > 10) {
        bool parted = text[10] == 'T' || text[10] == ' ';
        if (!parted || !is_time_of_day(text + 11, len - 11)) {
            return CG_DAY_NONE;
        }
    }
    return parse_iso(text);
}

int32_t cg_date_parse(const char *text, size_t len, enum cg_date_format format) {
    switch (format) {
    case CG_DATE_ISO:
        return len == 10 ? parse_iso(text) : CG_DAY_NONE;
    case CG_DATE_COMPACT:
        return len == 8 ? parse_compact(text) : CG_DAY_NONE;
    case CG_DATE_US:
        return len == 10 ? parse_us(text) : CG_DAY_NONE;
    case CG_DATE_DMONY:
        return len == 11 ? parse_dmony(text) : CG_DAY_NONE;
    case CG_DATE_ISO_TIME:
        return len >= 10 ? parse_iso_time(text, len) : CG_DAY_NONE;
    }
    return CG_DAY_NONE;
}

static void put_digits(char *out, unsigned value, size_t count) {
    for (size_t i = count; i > 0; i--) {
        out[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
}

const char *cg_date_format(int32_t day_no, char out[CG_DATE_TEXT_BYTES]) {
    struct cg_civil civil = cg_date_to_civil(day_no);
    if (day_no == CG_DAY_OPEN) {
        memcpy(out, "open", sizeof "open");
    } else if (day_no == CG_DAY_NONE || civil.year < 0 || civil.year > 9999) {
        memcpy(out, "-", sizeof "-"); /* four digits are all that ISO 8601 has without agreement */
    } else {
        memcpy(out, "YYYY-MM-DD", sizeof "YYYY-MM-DD");
        put_digits(out, (unsigned)civil.year, 4);
        put_digits(out + 5, (unsigned)civil.month, 2);
        put_digits(out + 8, (unsigned)civil.day, 2);
    }
    return out;
}

int32_t cg_date_year_start(int32_t day_no, int start_month, int start_day) {
    struct cg_civil start = cg_date_to_civil(day_no);
    start.month = start_month;
    start.day = start_day;
    int32_t first = cg_date_from_civil(start);
    if (first > day_no) {
        start.year--;
        first = cg_date_from_civil(start);
    }
    return first;
}

int32_t cg_date_add_months(int32_t day_no, int months) {
    struct cg_civil civil = cg_date_to_civil(day_no);
    int month_no = civil.year * 12 + civil.month - 1 + months;
    int year = (month_no >= 0 ? month_no : month_no - 11) / 12;
    civil.year = year;
    civil.month = month_no - year * 12 + 1;
    int last_day = days_in_month(civil.year, civil.month);
    civil.day = civil.day < last_day ? civil.day : last_day;
    return cg_date_from_civil(civil);
}

int cg_date_age(int32_t birth_day, int32_t day_no) {
    struct cg_civil birth = cg_date_to_civil(birth_day);
    struct cg_civil now = cg_date_to_civil(day_no);
    bool birthday_passed =
        now.month > birth.month || (now.month == birth.month && now.day >= birth.day);
    return now.year - birth.year - (birthday_passed ? 0 : 1);
}

int32_t cg_date_today(void) {
    time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local) == NULL) {
        return (int32_t)(now / 86400);
    }
    return cg_date_from_civil((struct cg_civil){
        .year = local.tm_year + 1900, .month = local.tm_mon + 1, .day = local.tm_mday});
}
