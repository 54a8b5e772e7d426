#include "shape_tests.h"

#include "claimgate/base/date.h"

#include <string.h>

/* A value while it is read by a pattern. */
struct reading {
    const char *at;
    const char *end;
    int year;
    int month;
    int day;
};

static bool read_number(struct reading *reading, int fewest, int most, int *out) {
    int digits = 0;
    *out = 0;
    while (digits < most && reading->at < reading->end && cg_is_digit(*reading->at)) {
        *out = *out * 10 + (*reading->at++ - '0');
        digits++;
    }
    return digits >= fewest;
}

static bool read_month_name(struct reading *reading) {
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (reading->end - reading->at < 3) {
        return false;
    }
    for (int month = 0; month < 12; month++) {
        const char *name = names + 3 * month;
        if ((reading->at[0] | 0x20) == name[0] && (reading->at[1] | 0x20) == name[1] &&
            (reading->at[2] | 0x20) == name[2]) {
            reading->month = month + 1;
            reading->at += 3;
            return true;
        }
    }
    return false;
}

static size_t run_length(const char *word) {
    size_t len = 1;
    while (word[len] == word[0]) {
        len++;
    }
    return len;
}

/* One piece of the pattern; *used is its length. */
static bool read_piece(struct reading *reading, const char *word, size_t *used) {
    *used = strncmp(word, "MON", 3) == 0 ? 3 : run_length(word);
    const int most = *used == 1 ? 2 : (int)*used;
    const int fewest = (int)*used;
    switch (word[0]) {
    case 'Y':
        return read_number(reading, fewest, most, &reading->year);
    case 'M':
        return *used == 3 ? read_month_name(reading)
                          : read_number(reading, fewest, most, &reading->month);
    case 'D':
        return read_number(reading, fewest, most, &reading->day);
    case '~': {
        const bool more = reading->at < reading->end && !cg_is_digit(*reading->at);
        reading->at = reading->end;
        return more;
    }
    default:
        *used = 1;
        return reading->at < reading->end && *reading->at++ == word[0];
    }
}

static bool is_real(struct cg_civil civil) {
    if (civil.year < 1900 || civil.year > 2199 || civil.month < 1 || civil.month > 12) {
        return false;
    }
    const struct cg_civil back = cg_date_to_civil(cg_date_from_civil(civil));
    return back.month == civil.month && back.day == civil.day;
}

bool cg_shape_is_date(struct cg_text value, const char *word) {
    struct reading reading = {.at = value.ptr, .end = value.ptr + value.len};
    const bool short_year = strstr(word, "YYYY") == NULL;
    size_t used = 0;
    for (; *word != '\0'; word += used) {
        if (!read_piece(&reading, word, &used)) {
            return false;
        }
    }
    const struct cg_civil civil = {reading.year + (short_year ? 2000 : 0), reading.month,
                                   reading.day};
    return reading.at == reading.end && is_real(civil);
}

/* Digits alone, with at most a fraction behind them. */
static bool read_count(struct cg_text value, uint64_t *out) {
    uint32_t at = 0;
    *out = 0;
    for (; at < value.len && at < 15 && cg_is_digit(value.ptr[at]); at++) {
        *out = *out * 10 + (uint64_t)(value.ptr[at] - '0');
    }
    return at > 0 && (at == value.len || value.ptr[at] == '.');
}

bool cg_shape_is_day_serial(struct cg_text value, const char *word) {
    uint64_t days = 0;
    (void)word;
    return read_count(value, &days) && days >= 10000 && days < 80000;
}

bool cg_shape_is_unix_time(struct cg_text value, const char *word) {
    uint64_t count = 0;
    (void)word;
    return value.len >= 9 && read_count(value, &count) && count > UINT64_C(100000000);
}

bool cg_shape_is_ordinal_day(struct cg_text value, const char *word) {
    enum { ORDINAL_DIGITS = 7, DAYS = 1000, DAYS_OF_A_YEAR = 366 };
    uint64_t number = 0;
    (void)word;
    return value.len == ORDINAL_DIGITS && read_count(value, &number) && number / DAYS >= 1900 &&
           number / DAYS < 2200 && number % DAYS >= 1 && number % DAYS <= DAYS_OF_A_YEAR;
}
