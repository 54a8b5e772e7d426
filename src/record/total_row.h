/*
 * Rows that people and programs put behind claims, and that are none: totals, counts, the end of a
 * report. They are records all the same, for only a layout can say that they are not.
 */
#ifndef CLAIMGATE_RECORD_TOTAL_ROW_H
#define CLAIMGATE_RECORD_TOTAL_ROW_H

#include "claimgate/base/text.h"

#include <stdbool.h>

/* `record` is a whole record. True where its first words are those of such a row ("Grand total",
 * "TRL|12", "(5 rows affected)"), or where it has nothing but one or two numbers. Of one that is
 * short of fields also where numbers alone stand behind a kind of at most three bytes ("T|12"). */
bool cg_total_row_is(struct cg_text record, char delimiter, bool is_short);

#endif
