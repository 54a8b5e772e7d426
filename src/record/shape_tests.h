/*
 * The tests behind the table of shapes: does a value, or a record, have this shape? Pure functions.
 */
#ifndef CLAIMGATE_RECORD_SHAPE_TESTS_H
#define CLAIMGATE_RECORD_SHAPE_TESTS_H

#include "claimgate/record/batch.h"
#include "claimgate/record/layout.h"

#include <stdbool.h>
#include <stdint.h>

/* Of a value; `word` is the table's: a mark, or how a date is written. */
bool cg_shape_is_mark(struct cg_text value, const char *word);
bool cg_shape_is_hashes(struct cg_text value, const char *word);
bool cg_shape_is_blank(struct cg_text value, const char *word);
bool cg_shape_is_any(struct cg_text value, const char *word);
bool cg_shape_begins(struct cg_text value, const char *word);
bool cg_shape_is_exponent(struct cg_text value, const char *word);
bool cg_shape_is_no_utf8(struct cg_text value, const char *word);
bool cg_shape_has_controls(struct cg_text value, const char *word);
bool cg_shape_is_too_long(struct cg_text value, const char *word);
bool cg_shape_is_decimal_comma(struct cg_text value, const char *word);
bool cg_shape_is_grouped(struct cg_text value, const char *word);
bool cg_shape_is_signed(struct cg_text value, const char *word); /* by this sign */
bool cg_shape_is_fraction(struct cg_text value, const char *word);
bool cg_shape_has_words(struct cg_text value, const char *word);
bool cg_shape_is_ten_digits(struct cg_text value, const char *word); /* of these first digits */
bool cg_shape_is_other_number(struct cg_text value, const char *word);

/* A real date of 1900 to 2199 written as the word shows: YYYY and YY, MM, DD are so many digits, M
 * and D one or two, MON three letters, and a last ~ is a time of day or whatever follows. */
bool cg_shape_is_date(struct cg_text value, const char *word);
/* Days since 1899-12-30, as spreadsheets keep dates; seconds or milliseconds since 1970. */
bool cg_shape_is_day_serial(struct cg_text value, const char *word);
/* YYYYDDD, by the day of the year. */
bool cg_shape_is_ordinal_day(struct cg_text value, const char *word);
bool cg_shape_is_unix_time(struct cg_text value, const char *word);

/* Of a malformed record. */
struct cg_broken {
    const struct cg_binding *binding;
    const struct cg_batch *batch;
    uint32_t record_no;
    struct cg_text text;
    uint32_t fields; /* 0 where they were not counted */
    enum cg_malformed fault;
};
bool cg_shape_ends_in_delimiters(const struct cg_broken *broken);
bool cg_shape_has_other_delimiter(const struct cg_broken *broken);
bool cg_shape_is_all_quoted(const struct cg_broken *broken);
bool cg_shape_is_broken_by_line_end(const struct cg_broken *broken);
bool cg_shape_has_backslash_quotes(const struct cg_broken *broken);
bool cg_shape_has_blank_before_quote(const struct cg_broken *broken);
bool cg_shape_has_broken_quoting(const struct cg_broken *broken);
bool cg_shape_is_short(const struct cg_broken *broken);
bool cg_shape_has_too_many(const struct cg_broken *broken);
bool cg_shape_has_nul(const struct cg_broken *broken);

#endif
