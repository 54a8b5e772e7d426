/*
 * Columns: generated lines as rows of a claim file, in the shape that one source of files has.
 *
 * The compact layout is a subset of Tuva's; the others have their source's columns in its order,
 * with its delimiter and date format, blank where this program has nothing to say.
 *
 * Ownership  A writer belongs to one thread; _free frees.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_COLUMNS_H
#define CLAIMGATE_TESTS_GENERATE_COLUMNS_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/date.h"
#include "claimgate/base/error.h"
#include "line_source.h"

#include <stdbool.h>
#include <stddef.h>

/* What stands in a column. */
enum cg_content {
    CG_CONTENT_BLANK,
    CG_CONTENT_CLAIM_ID,
    CG_CONTENT_LINE_NUMBER,
    CG_CONTENT_MEMBER_ID,
    CG_CONTENT_START_DATE,
    CG_CONTENT_END_DATE,      /* blank where the line is no span */
    CG_CONTENT_END_DATE_FULL, /* always there */
    CG_CONTENT_PLACE,
    CG_CONTENT_PROCEDURE,
    CG_CONTENT_MODIFIER_1,
    CG_CONTENT_MODIFIER_2,
    CG_CONTENT_UNITS,
    CG_CONTENT_RENDERING_NPI,
    CG_CONTENT_RENDERING_UUID, /* Synthea names its providers by UUID */
    CG_CONTENT_BILLING_NPI,
    CG_CONTENT_CHARGE,
    CG_CONTENT_DIAGNOSIS,
    CG_CONTENT_FREQUENCY,  /* blank for an original */
    CG_CONTENT_ADJUSTMENT, /* CCLF: 0 original, 1 cancel, 2 adjustment */
    CG_CONTENT_ORIGINAL_ID,
    CG_CONTENT_RECEIVED_DATE,
    CG_CONTENT_AUTHORIZATION,
    CG_CONTENT_BIRTH_DATE,
};

struct cg_column {
    const char *name; /* with `last`, the columns name_<first> to name_<last> */
    enum cg_content content;
    int first, last;
};

struct cg_columns {
    const char *name;
    char delimiter;
    enum cg_date_format date_format;
    const char *date_suffix;      /* behind every date, e.g. a time of day */
    const struct cg_column *list; /* closed by an entry without a name */
};

/* "compact", "tuva", "taf-ot", "cclf5", "rif-carrier", "synthea"; NULL for any other name. */
const struct cg_columns *cg_columns_find(const char *name);
bool cg_columns_have(const struct cg_columns *columns, enum cg_content content);

cg_must_use bool cg_columns_header(const struct cg_columns *columns, struct cg_buffer *out);

/* No row is longer, spoilt or not. */
enum { CG_ROW_MAX_BYTES = 70000 };

struct cg_row_writer;

cg_must_use struct cg_row_writer *
cg_row_writer_new(const struct cg_columns *columns); /* NULL: no memory */
void cg_row_writer_free(struct cg_row_writer *writer);

/* One row with its line end at `out`, which has room for CG_ROW_MAX_BYTES. Returns its end. */
char *cg_row_put(const struct cg_row_writer *writer, const struct cg_mock_line *line, char *out);

#endif
