/*
 * A member's past in outline: what the gate needs where no line of it is asked for.
 *
 * Entries are skimmed. Only where a take-back may be of a line, the line's group is read in full.
 */
#ifndef CLAIMGATE_LEDGER_OUTLINE_H
#define CLAIMGATE_LEDGER_OUTLINE_H

#include "pack.h"

struct cg_outliner {
    struct cg_array lines;  /* of struct cg_outline, of the member at hand */
    struct cg_array groups; /* of struct cg_outlined_group, those that have lines */
    uint8_t *procedures;    /* by service number: the policy's number */
    uint32_t services;
};

cg_must_use bool cg_outliner_init(struct cg_outliner *outliner, const struct cg_ledger *ledger);
void cg_outliner_fini(struct cg_outliner *outliner);

/* Outline all lines of a member that stand, given its groups behind their run. *fits false: the
 * member has to be told line by line. False: the bytes are broken. */
cg_must_use bool cg_outline_groups(struct cg_outliner *outliner, struct cg_text groups, bool *fits);

#endif
