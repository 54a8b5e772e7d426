/*
 * Codes of a 277CA: which STC composites tell a reason.
 *
 * Those of schemas/reasons.csv, or a payer's own from a file of rows reason,stc,stc_blank, where a
 * reason may also be a cap's ("yearly_cap"). What the file does not name stays as it is built in.
 *
 * Ownership  _free frees. Threads: constant after loading.
 */
#ifndef CLAIMGATE_REPORT_ACK_CODES_H
#define CLAIMGATE_REPORT_ACK_CODES_H

#include "claimgate/base/error.h"
#include "claimgate/record/line.h"
#include "claimgate/rules/reason.h"
#include "claimgate/x12/x12.h"

struct cg_ack_codes;

/* `path` NULL: what is built in. CG_BAD_CONFIG with the first problem and its line. */
cg_must_use enum cg_status cg_ack_codes_load(const char *path, struct cg_ack_codes **out,
                                             struct cg_error *err);
void cg_ack_codes_free(struct cg_ack_codes *codes); /* NULL is allowed */

enum { CG_ACK_COMPOSITES_MAX = 3, CG_ACK_COMPOSITE_BYTES = 16 };

/* The first composites of a rejected line's reasons, each once; as many as an STC has room for. */
struct cg_ack_composites {
    char at[CG_ACK_COMPOSITES_MAX][CG_ACK_COMPOSITE_BYTES];
    uint32_t count;
};
void cg_ack_codes_tell(const struct cg_ack_codes *codes, const struct cg_line *line,
                       const struct cg_x12_line *values, bool is_dependent,
                       struct cg_ack_composites *out);

#endif
