/*
 * Calendar dates as day numbers.
 *
 * A day number counts days from 1970-01-01 (day 0) in the proleptic Gregorian calendar
 * (ISO 8601). Claim dates are 1900-01-01 to 2199-12-31. Pure functions, no memory.
 */
#ifndef CLAIMGATE_BASE_DATE_H
#define CLAIMGATE_BASE_DATE_H

#include "claimgate/base/memo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define CG_DAY_NONE INT32_MIN /* no date: blank, unknown or invalid */
#define CG_DAY_OPEN INT32_MAX /* the open end of a span */

enum { CG_DAY_FIRST = -25567, CG_DAY_LAST = 84005 }; /* 1900-01-01, 2199-12-31 */

struct cg_civil {
    int year;  /* 1900 to 2199 for claim dates */
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

/* Date formats a layout may name. */
enum cg_date_format {
    CG_DATE_ISO,       /* YYYY-MM-DD */
    CG_DATE_COMPACT,   /* YYYYMMDD */
    CG_DATE_US,        /* MM/DD/YYYY */
    CG_DATE_MDY,       /* M/D/YYYY: one digit or two */
    CG_DATE_US_DASH,   /* MM-DD-YYYY */
    CG_DATE_DMONY,     /* DD-MON-YYYY, month names in English, any letter case */
    CG_DATE_DMONY_SAS, /* DDMONYYYY, as SAS writes its DATE9. */
    CG_DATE_ISO_TIME,  /* YYYY-MM-DD, alone or followed by T or a blank and a time of day (ISO 8601)
                        */
};

enum { CG_DATE_TEXT_BYTES = 11 }; /* "YYYY-MM-DD" and the closing NUL */

int32_t cg_date_from_civil(struct cg_civil civil);
struct cg_civil cg_date_to_civil(int32_t day_no);

/* Parse exactly `len` bytes. CG_DAY_NONE when they are no real date from 1900 to 2199. */
int32_t cg_date_parse(const char *text, size_t len, enum cg_date_format format);

/* True for a real date after 2199, such as 9999-12-31: nobody's birthday, but a way to write that a
 * span has no end. */
bool cg_date_is_beyond(const char *text, size_t len, enum cg_date_format format);

/* As a layout writes it. */
const char *cg_date_format_name(enum cg_date_format format);
/* The format written so in a layout, e.g. "MM/DD/YYYY". False: there is none. */
bool cg_date_format_named(const char *name, enum cg_date_format *out);

/* The same answer, cheaper where the same few dates come again and again. */
int32_t cg_date_parse_again(struct cg_memo *memo, struct cg_text text, enum cg_date_format format);

/* Write "YYYY-MM-DD"; "-" for CG_DAY_NONE and "open" for CG_DAY_OPEN. Returns `out`. */
const char *cg_date_format(int32_t day_no, char out[CG_DATE_TEXT_BYTES]);

/* The same as a value: cg_date_text(day_no).text stands until the end of the statement. */
struct cg_date_text {
    char text[CG_DATE_TEXT_BYTES];
};
struct cg_date_text cg_date_text(int32_t day_no);

/* The first day of the year (July 1st for 7, 1) that holds day_no. */
int32_t cg_date_year_start(int32_t day_no, int start_month, int start_day);

/* day_no plus N months (N may be negative), clipped to the last day of the month reached. */
int32_t cg_date_add_months(int32_t day_no, int months);

/* Completed years of life on day_no. Someone born on 29 February has the birthday on 1 March in
 * years without one. Negative when day_no is before the birth. */
int cg_date_age(int32_t birth_day, int32_t day_no);

/* Today's local date. */
int32_t cg_date_today(void);

/* Milliseconds: CLOCK_MONOTONIC for what has passed, CLOCK_REALTIME for what a report tells. */
uint64_t cg_clock_ms(clockid_t clock);

#endif
