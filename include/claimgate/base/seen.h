/*
 * What was seen before: a set of 64-bit hashes, for remarks on what comes again. No decision may
 * hang on it, for two keys may have one hash, once in 2^64.
 *
 * Ownership  A zeroed struct with a `limit` is an empty set; _fini frees it, and keeps the limit.
 * Memory     At most 20 bytes a hash, up to the limit; beyond it no further one is known again.
 * Failure    Without memory a hash is not known again, and `no_memory` says so.
 */
#ifndef CLAIMGATE_BASE_SEEN_H
#define CLAIMGATE_BASE_SEEN_H

#include "claimgate/base/array.h"
#include "claimgate/base/hash_table.h"

struct cg_seen {
    uint32_t limit; /* hashes */
    bool no_memory; /* for whoever tells of it */
    struct cg_array hashes;
    struct cg_hash_table table;
};

void cg_seen_fini(struct cg_seen *seen);
bool cg_seen_has(const struct cg_seen *seen, uint64_t hash);
/* Take note of it. True: it was there. */
bool cg_seen_note(struct cg_seen *seen, uint64_t hash);

#endif
