/*
 * Columns that nobody reads, and whose values tell what became of their rows: VOID, REVERSAL,
 * DENIED, of a roster suspended or deceased, whatever the column is called.
 *
 * Few different values stand in such a column. Looked for in the first records of a file alone.
 *
 * Threads    Pure.
 * Memory     Some hundred bytes a column, while it looks; nothing where no column is to be looked
 *            at.
 */
#ifndef CLAIMGATE_RECORD_TELLING_VALUES_H
#define CLAIMGATE_RECORD_TELLING_VALUES_H

#include "claimgate/base/error.h"
#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_telling_values {
    const char *words; /* that tell, among at most three of a value */
    const char *alone; /* short ones, which are a value by themselves */
};
extern const struct cg_telling_values cg_values_that_take_back; /* of claims */
extern const struct cg_telling_values cg_values_that_end;       /* of a roster */

/* `head` begins with a record. Of the `columns` that are true those stay so whose values tell. */
cg_must_use enum cg_status cg_telling_values_find(const struct cg_telling_values *telling,
                                                  struct cg_text head, char delimiter,
                                                  bool *columns, uint32_t column_count,
                                                  struct cg_error *err);

#endif
