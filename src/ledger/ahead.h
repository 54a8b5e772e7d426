/*
 * What recall finds in the batch at hand, because it was read ahead (cg_ledger_ahead_read).
 */
#ifndef CLAIMGATE_LEDGER_AHEAD_H
#define CLAIMGATE_LEDGER_AHEAD_H

#include "private.h"

/* The member's number, 0 for none; false: it was not looked up. */
bool cg_ahead_number(const struct cg_ledger_ahead *ahead, struct cg_text member_id,
                     int64_t *member_no);
/* The member's lines that stand. False: they were not read, or do not do in outline. */
bool cg_ahead_outlines(const struct cg_ledger_ahead *ahead, struct cg_text member_id,
                       const struct cg_outline **outlines, uint32_t *count);

#endif
