/*
 * The packed blocks of `claim_block`.
 */
#ifndef CLAIMGATE_LEDGER_CLAIMS_H
#define CLAIMGATE_LEDGER_CLAIMS_H

#include "pack.h"

/* Add a line of a claim; claims rising. `last` is zeroed where a block begins. False: no memory. */
cg_must_use bool cg_claim_put(struct cg_buffer *block, struct cg_packer *last,
                              struct cg_text claim_id, int64_t line_no);
/* The next entry of a block, into last->claim and last->line_no; false at the end or when the bytes
 * are broken (*broken). */
bool cg_claim_next(struct cg_text *block, struct cg_packer *last, bool *broken);

#endif
