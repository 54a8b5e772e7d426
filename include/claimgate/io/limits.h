/*
 * Limits: how much an input may hold, so that a small file that unpacks to a very large one ends
 * with an error and not with a full night.
 *
 * Memory is bounded without them; they bound time and the size of what is written.
 *
 * Threads    Set once, before the first input is opened, and constant from there on.
 */
#ifndef CLAIMGATE_IO_LIMITS_H
#define CLAIMGATE_IO_LIMITS_H

#include "claimgate/base/error.h"

#include <stdint.h>

enum {
    CG_RATIO_DEFAULT = 200,         /* claims are packed 5 to 30 to 1; deflate ends at 1,032 */
    CG_RATIO_FROM_BYTES = 64 << 20, /* of content: smaller ones do no harm, whatever they are */
};

struct cg_limits {
    uint64_t max_bytes; /* of one input, unpacked; 0: any number */
    uint64_t max_ratio; /* unpacked bytes a packed one, of one input; 0: any */
};

#define CG_LIMITS_DEFAULT                                                                          \
    { 0, CG_RATIO_DEFAULT }

/* Without a call: CG_LIMITS_DEFAULT. */
void cg_limits_set(struct cg_limits limits);

/* What of an input has been read so far; `packed_bytes` 0: it is not compressed. CG_BAD_DATA with
 * the option that raises the limit. */
cg_must_use enum cg_status cg_limits_check(const char *name, uint64_t content_bytes,
                                           uint64_t packed_bytes, struct cg_error *err);

#endif
