/*
 * The columns of a header line, and which of them a name means.
 *
 * Ownership  Names are views into the line, or into the reader's buffer, and live as long as the
 *            columns.
 */
#ifndef CLAIMGATE_RECORD_HEADER_COLUMNS_H
#define CLAIMGATE_RECORD_HEADER_COLUMNS_H

#include "claimgate/base/error.h"
#include "claimgate/base/text.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/layout.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_header_columns {
    struct cg_csv *csv;
    uint32_t count;
};

/* Take a header line apart. CG_BAD_DATA: broken quoting, a NUL byte, more columns than
 * CG_COLUMNS_MAX. */
cg_must_use enum cg_status cg_header_columns_read(struct cg_text header, char delimiter,
                                                  struct cg_header_columns *out,
                                                  struct cg_error *err);
void cg_header_columns_free(struct cg_header_columns *columns); /* zeroed ones are allowed */

struct cg_text cg_header_columns_name(const struct cg_header_columns *columns, uint32_t index);

/* How a name was found. */
enum cg_column_match {
    CG_COLUMN_NONE,
    CG_COLUMN_EXACT, /* letter case and blanks around it ignored */
    CG_COLUMN_LOOSE, /* the only one that is the same but for blanks, '_', '-' and what cannot be
                        seen */
    CG_COLUMN_TWICE, /* two have the name exactly */
};

/* The column that has the name; -1: none. A NULL name is none. */
int32_t cg_header_columns_find(const struct cg_header_columns *columns, const char *name,
                               enum cg_column_match *match);

/* True where the two are the same but for blanks, '_', '-' and what cannot be seen. */
bool cg_column_is_loosely(struct cg_text name, struct cg_text wanted);

/* True where a person would take one name for the other: the same words, shortened (cd, freq, mod),
 * misspelt by one letter, in another order, or with one word more or less. */
bool cg_column_is_near(struct cg_text name, struct cg_text wanted);

/* True of other words that are usual for the field: thru_dt for the end date, line for the number.
 */
bool cg_column_is_usual_for(struct cg_text name, enum cg_field field);

/* The same for a column of a roster, such as expiration_date for end_date. */
bool cg_column_is_usual_in_table(struct cg_text name, const char *wanted);

/* True of a name that says whether a row was denied, reversed or deleted since, and no more. */
bool cg_column_tells_rows(struct cg_text name);

/* True of a name of a roster's column that may end or limit what a row grants: revoked_date,
 * license_status, suspended_on, authorized_units. */
bool cg_column_ends_rows(struct cg_text name);

/* False where it begins with a digit or has four digits in a row, as numbers of lines, units,
 * dates and ids have, and names of columns have not. */
bool cg_column_looks_like_a_name(struct cg_text name);
/* Whether a message may have the names: all look like names, or --show-phi was given. One that does
 * not makes the whole line suspect, for a claim may stand on it, with or without a header. */
bool cg_header_columns_may_show(const struct cg_header_columns *columns);

/* True where a longer name begins or ends with `wanted`, as the last name of a header does to which
 * a claim is stuck. NULL: false. */
bool cg_header_columns_hold(const struct cg_header_columns *columns, const char *wanted);

/* True where a claim stands behind the names, as it does where a header has no line end of its own:
 * values among them, one of which is a date. */
bool cg_header_columns_have_a_claim(const struct cg_header_columns *columns);

/* A name, or all of them as far as they fit, as a message may have it. */
void cg_column_show(struct cg_text name, char out[CG_COLUMN_SHOWN_BYTES]);
void cg_header_columns_list(const struct cg_header_columns *columns, char *out, size_t out_bytes);

#endif
