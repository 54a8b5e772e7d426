/*
 * Known inputs: which files a ledger has taken in already.
 */
#ifndef CLAIMGATE_RUN_KNOWN_INPUTS_H
#define CLAIMGATE_RUN_KNOWN_INPUTS_H

#include "claimgate/base/error.h"
#include "claimgate/base/hash.h"
#include "claimgate/ledger/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The two hashes that tell an input's content, fed with its decompressed bytes in order. */
struct cg_content_hash {
    struct cg_sha256 *head; /* of the first CG_LEDGER_HEAD_BYTES */
    struct cg_sha256 *all;
    size_t head_bytes;
};

cg_must_use bool cg_content_hash_init(struct cg_content_hash *hash);
void cg_content_hash_fini(struct cg_content_hash *hash);
void cg_content_hash_restart(struct cg_content_hash *hash);
void cg_content_hash_add(struct cg_content_hash *hash, const char *bytes, size_t len_bytes);
/* Start anew with a file's decompressed bytes, to its end or, unless `whole`, until the head is
 * complete. Errors name the file. */
cg_must_use enum cg_status cg_content_hash_file(struct cg_content_hash *hash, const char *path,
                                                bool whole, struct cg_error *err);
cg_must_use bool cg_content_hash_get(const struct cg_content_hash *hash,
                                     uint8_t head_sha256[CG_SHA256_BYTES],
                                     uint8_t content_sha256[CG_SHA256_BYTES]);

/*
 * Drop from `inputs` every file whose content the ledger, or an earlier file of this run, has
 * already; each is named in a note. Only a file whose first MiB is known is read whole for it.
 * Standard input cannot be read twice and is left in. *count may become 0.
 */
cg_must_use enum cg_status cg_known_inputs_drop(struct cg_ledger *ledger, const char **inputs,
                                                uint32_t *count, struct cg_error *err);

/* Say which run has an input, and that it was therefore "skipped" or "dropped". */
void cg_known_inputs_note(const char *input, const char *done, const struct cg_ledger_known *run);

#endif
