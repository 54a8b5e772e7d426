/*
 * Day numbers follow the usual trick of starting the year in March, so that the leap day is its
 * last day: months then have the lengths 31,30,31,30,31 twice and a bit, which (153 * m + 2) / 5
 * sums up without a table, and 400 years are always 146,097 days.
 *
 * Parsing is on the path of every claim line. Every format therefore gathers its eight digits into
 * one 64-bit number, where they are checked and read all at once.
 */
#include "claimgate/base/date.h"

#include <endian.h>
#include <string.h>

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

/* By leap year and month; the months are 1 to 12, and the zeros make any four bits a safe index. */
static const uint8_t month_days[2][16] = {
    {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31},
    {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31},
};
static const uint16_t days_before_month[2][16] = {
    {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334},
    {0, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335},
};

static int days_in_month(int year, int month) {
    return month_days[is_leap_year(year)][month];
}

/* The bytes YYYYMMDD as one number, the first byte lowest. */
static inline uint64_t gather(const char *year, const char *month, const char *day) {
    uint32_t year_bytes;
    uint16_t month_bytes;
    uint16_t day_bytes;
    memcpy(&year_bytes, year, sizeof year_bytes);
    memcpy(&month_bytes, month, sizeof month_bytes);
    memcpy(&day_bytes, day, sizeof day_bytes);
    return (uint64_t)le32toh(year_bytes) | (uint64_t)le16toh(month_bytes) << 32 |
           (uint64_t)le16toh(day_bytes) << 48;
}

/*
 * For each year from 1900 to 2199, twice the days that lie before it, counted from 1900, and one
 * more in a leap year; 1900 and 2100 are the only ones divisible by four that are none. Made by the
 * preprocessor: one look here instead of the calendar's arithmetic for every date of a file.
 */
#define LEAP(y)    ((y) % 4 == 0 && (y) != 0 && (y) != 200)
#define YEAR(y)    (((y)*365 + ((y) + 3) / 4 - ((y) > 0) - ((y) > 200)) * 2 + LEAP(y))
#define FIVE(y)    YEAR(y), YEAR((y) + 1), YEAR((y) + 2), YEAR((y) + 3), YEAR((y) + 4)
#define TWENTY(y)  FIVE(y), FIVE((y) + 5), FIVE((y) + 10), FIVE((y) + 15)
#define CENTURY(y) TWENTY(y), TWENTY((y) + 20), TWENTY((y) + 40), TWENTY((y) + 60), TWENTY((y) + 80)
enum { PARSED_YEARS = 300 };
static const uint32_t year_days[PARSED_YEARS] = {CENTURY(0), CENTURY(100), CENTURY(200)};
#undef LEAP
#undef YEAR
#undef FIVE
#undef TWENTY
#undef CENTURY

/* The day number, or CG_DAY_NONE. The same as cg_date_from_civil, narrowed to the three centuries
 * of claim dates. */
static inline int32_t checked_day(uint64_t ascii, bool parted) {
    /* A digit has the bits 0x30 and less than ten in the rest; adding 0x76 carries ten and more,
     * and whatever was no 0x3_ byte, into the top bit. */
    uint64_t digits = ascii ^ 0x3030303030303030;
    bool all_digits = ((digits | (digits + 0x7676767676767676)) & 0x8080808080808080) == 0;
    uint64_t pairs = digits * 10 + (digits >> 8);
    unsigned year = (unsigned)(pairs & 0xFF) * 100 + (unsigned)(pairs >> 16 & 0xFF) - 1900;
    unsigned month = (unsigned)(pairs >> 32 & 0xFF);
    unsigned day = (unsigned)(pairs >> 48 & 0xFF);
    if (!all_digits || !parted || year >= PARSED_YEARS || month > 12) {
        return CG_DAY_NONE;
    }
    unsigned leap = year_days[year] & 1;
    if (day - 1 >= month_days[leap][month]) { /* month 0 has no days */
        return CG_DAY_NONE;
    }
    unsigned days = year_days[year] / 2 + days_before_month[leap][month] + day;
    return CG_DAY_FIRST - 1 + (int32_t)days;
}

static int32_t parse_iso(const char *text) {
    return checked_day(gather(text, text + 5, text + 8), (text[4] == '-') & (text[7] == '-'));
}

static int32_t parse_compact(const char *text) {
    return checked_day(gather(text, text + 4, text + 6), true);
}

static int32_t parse_us(const char *text) {
    return checked_day(gather(text + 6, text, text + 3), (text[2] == '/') & (text[5] == '/'));
}

static int32_t parse_us_dash(const char *text) {
    return checked_day(gather(text + 6, text, text + 3), (text[2] == '-') & (text[5] == '-'));
}

/* Months and days with one digit or two; the year has its four. */
static __attribute__((noinline)) int32_t parse_mdy(const char *text, size_t len) {
    char us[] = "00/00/YYYY";
    const char *end = text + len;
    for (size_t part = 0; part < 2; part++) {
        const size_t left = (size_t)(end - text);
        const char *slash = left == 0 ? NULL : memchr(text, '/', left);
        const size_t digits = slash == NULL ? 0 : (size_t)(slash - text);
        if (digits != 1 && digits != 2) {
            return CG_DAY_NONE;
        }
        memcpy(us + part * 3 + 2 - digits, text, digits);
        text = slash + 1;
    }
    if (end - text != 4) {
        return CG_DAY_NONE;
    }
    memcpy(us + 6, text, 4);
    return parse_us(us);
}

/* "01" to "12" for an English name; NULL for other letters. Not strncasecmp, whose letters depend
 * on the locale. */
static const char *month_digits(const char *text) {
    static const char names[] = "jan01feb02mar03apr04may05jun06jul07aug08sep09oct10nov11dec12";
    for (const char *name = names; *name != '\0'; name += 5) {
        if ((text[0] | 0x20) == name[0] && (text[1] | 0x20) == name[1] &&
            (text[2] | 0x20) == name[2]) {
            return name + 3;
        }
    }
    return NULL;
}

/* This and parse_iso_time stay out of line: the other formats need not save registers for them. */
static __attribute__((noinline)) int32_t parse_dmony(const char *text) {
    const char *month = month_digits(text + 3);
    if (month == NULL) {
        return CG_DAY_NONE;
    }
    return checked_day(gather(text + 7, month, text), (text[2] == '-') & (text[6] == '-'));
}

static __attribute__((noinline)) int32_t parse_dmony_sas(const char *text) {
    const char *month = month_digits(text + 2);
    return month == NULL ? CG_DAY_NONE : checked_day(gather(text + 5, month, text), true);
}

/* A reader that eats a text from its front. */
struct cursor {
    const char *at;
    const char *end;
};

static bool eat_one_of(struct cursor *cursor, const char *wanted) {
    if (cursor->at == cursor->end || *cursor->at == '\0' || strchr(wanted, *cursor->at) == NULL) {
        return false;
    }
    cursor->at++;
    return true;
}

static bool eat_digit(struct cursor *cursor) {
    return eat_one_of(cursor, "0123456789");
}

/* Two digits that make a number of at most `max`. */
static bool eat_number(struct cursor *cursor, int max) {
    const char *digits = cursor->at;
    return eat_digit(cursor) && eat_digit(cursor) &&
           (digits[0] - '0') * 10 + digits[1] - '0' <= max;
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
            if (!eat_digit(&cursor)) {
                return false;
            }
            while (eat_digit(&cursor)) {
            }
        }
    }
    return eat_zone(&cursor) && cursor.at == cursor.end;
}

static __attribute__((noinline)) int32_t parse_iso_time(const char *text, size_t len) {
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
    case CG_DATE_MDY:
        return parse_mdy(text, len);
    case CG_DATE_US_DASH:
        return len == 10 ? parse_us_dash(text) : CG_DAY_NONE;
    case CG_DATE_DMONY_SAS:
        return len == 9 ? parse_dmony_sas(text) : CG_DAY_NONE;
    case CG_DATE_DMONY:
        return len == 11 ? parse_dmony(text) : CG_DAY_NONE;
    case CG_DATE_ISO_TIME:
        return len >= 10 ? parse_iso_time(text, len) : CG_DAY_NONE;
    }
    return CG_DAY_NONE;
}

/* Years far ahead are read as ones near by that have as many days. */
bool cg_date_is_beyond(const char *text, size_t len, enum cg_date_format format) {
    char near[64];
    int year = 0;
    if (len < 8 || len >= sizeof near) {
        return false;
    }
    size_t digits = 0;
    while (digits < len && text[digits] >= '0' && text[digits] <= '9') {
        digits++;
    }
    const size_t at = digits >= 4 ? 0 : len - 4;
    for (size_t i = at; i < at + 4; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        year = year * 10 + (text[i] - '0');
    }
    memcpy(near, text, len);
    memcpy(near + at, is_leap_year(year) ? "2096" : "2097", 4);
    return year > 2199 && cg_date_parse(near, len, format) != CG_DAY_NONE;
}

static const char *const format_names[] = {
    [CG_DATE_ISO] = "YYYY-MM-DD",      [CG_DATE_COMPACT] = "YYYYMMDD",
    [CG_DATE_US] = "MM/DD/YYYY",       [CG_DATE_MDY] = "M/D/YYYY",
    [CG_DATE_US_DASH] = "MM-DD-YYYY",  [CG_DATE_DMONY] = "DD-MON-YYYY",
    [CG_DATE_DMONY_SAS] = "DDMONYYYY", [CG_DATE_ISO_TIME] = "YYYY-MM-DDTHH:MM:SS",
};

const char *cg_date_format_name(enum cg_date_format format) {
    return format_names[format];
}

bool cg_date_format_named(const char *name, enum cg_date_format *out) {
    for (size_t format = 0; format < sizeof format_names / sizeof format_names[0]; format++) {
        if (strcmp(format_names[format], name) == 0) {
            *out = (enum cg_date_format)format;
            return true;
        }
    }
    return false;
}

int32_t cg_date_parse_again(struct cg_memo *memo, struct cg_text text, enum cg_date_format format) {
    bool known;
    if (!cg_memo_can_hold(text)) {
        return cg_date_parse(text.ptr, text.len, format);
    }
    int64_t *day_no = cg_memo_find(memo, text, format, &known);
    if (!known) {
        *day_no = cg_date_parse(text.ptr, text.len, format);
    }
    return (int32_t)*day_no;
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

struct cg_date_text cg_date_text(int32_t day_no) {
    struct cg_date_text date = {""};
    (void)cg_date_format(day_no, date.text);
    return date;
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

uint64_t cg_clock_ms(clockid_t clock) {
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
