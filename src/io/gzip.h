/*
 * Gzip: the members of a gzip file (RFC 1952), one after another, as one stream.
 *
 * Every way such a file can be damaged is told apart and is CG_BAD_DATA, with the place in
 * the compressed bytes: truncated, corrupt, wrong check sum or length, anything but zero padding
 * after the end. A file may end only where a member ends.
 *
 * BGZF (SAM/BAM specification 4.1) is gzip whose members, at most 64 KiB each, tell their size
 * in advance, so that they can be inflated on many threads.
 */
#ifndef CLAIMGATE_IO_GZIP_H
#define CLAIMGATE_IO_GZIP_H

#include "claimgate/base/error.h"
#include "claimgate/io/deflate.h"
#include "claimgate/io/input.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cg_gzip;

/* The input stays the caller's and must stand at the start of a member. NULL: no memory. */
cg_must_use struct cg_gzip *cg_gzip_new(struct cg_input *input, enum cg_codec codec);
void cg_gzip_free(struct cg_gzip *gzip);

/* Fill `out` completely, unless the stream ends before. CG_BAD_DATA or CG_IO. */
cg_must_use enum cg_status cg_gzip_read(struct cg_gzip *gzip, void *out, size_t capacity_bytes,
                                        size_t *len_bytes, struct cg_error *err);

/* A member has begun since cg_gzip_new; padding is none. */
bool cg_gzip_has_member(const struct cg_gzip *gzip);

enum { CG_BGZF_BLOCK_MAX_BYTES = 65536, CG_BGZF_CONTENT_MAX_BYTES = 65536 };

struct cg_bgzf_block {
    size_t size_bytes; /* of the whole block */
    size_t header_bytes;
    size_t content_bytes; /* as the block says; at most CG_BGZF_CONTENT_MAX_BYTES */
    uint32_t crc;
};

/* True when `bytes` begin with a whole BGZF block. Only its wrapper is looked at. */
bool cg_bgzf_find(const uint8_t *bytes, size_t len_bytes, struct cg_bgzf_block *out);

/* Inflate the block into `out`, which has room for its content_bytes. False when it is corrupt
 * or not as it says. */
cg_must_use bool cg_bgzf_unpack(const uint8_t *bytes, const struct cg_bgzf_block *block, char *out);

#endif
