/*
 * Content hash: what tells an input's content from another's, whatever its name and however it is
 * compressed.
 *
 * Ownership  _init/_fini; a zeroed one may be given to _fini.
 * Threads    One.
 */
#ifndef CLAIMGATE_RUN_CONTENT_HASH_H
#define CLAIMGATE_RUN_CONTENT_HASH_H

#include "claimgate/base/error.h"
#include "claimgate/base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Two hashes, fed with an input's decompressed bytes in order. */
struct cg_content_hash {
    struct cg_sha256 *head; /* of the first CG_LEDGER_HEAD_BYTES */
    struct cg_sha256 *all;
    size_t head_bytes;
};

cg_must_use enum cg_status cg_content_hash_init(struct cg_content_hash *hash, struct cg_error *err);
void cg_content_hash_fini(struct cg_content_hash *hash);
void cg_content_hash_restart(struct cg_content_hash *hash);
void cg_content_hash_add(struct cg_content_hash *hash, const char *bytes, size_t len_bytes);
/* Start anew with a file's decompressed bytes, to its end or, unless `whole`, until the head is
 * complete. Errors name the file. */
cg_must_use enum cg_status cg_content_hash_file(struct cg_content_hash *hash, const char *path,
                                                bool whole, struct cg_error *err);
void cg_content_hash_get(const struct cg_content_hash *hash, uint8_t head_sha256[CG_SHA256_BYTES],
                         uint8_t content_sha256[CG_SHA256_BYTES]);

#endif
