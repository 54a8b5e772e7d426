/*
 * Deflate: bytes to independent BGZF blocks (SAM/BAM specification 4.1), which any gunzip reads as
 * one ordinary gzip file. ISA-L for levels 1 to 3 where it is built in, else zlib.
 *
 * The bytes of a block depend on its content, the level, the codec and the kind of
 * processor alone.
 *
 * Ownership  A deflater belongs to one thread at a time and is reused.
 */
#ifndef CLAIMGATE_IO_DEFLATE_H
#define CLAIMGATE_IO_DEFLATE_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"

#include <stddef.h>

enum { CG_BLOCK_CONTENT_BYTES = 65280, CG_LEVEL_DEFAULT = 1 };

enum cg_codec { CG_CODEC_BEST, CG_CODEC_ZLIB };

struct cg_deflater;

/* level 1 to 9. CG_CODEC_ZLIB is for tests. NULL: no memory. */
cg_must_use struct cg_deflater *cg_deflater_new(int level, enum cg_codec codec);
void cg_deflater_free(struct cg_deflater *deflater);

/* Collect content; whole blocks are appended to `out` as they fill. Blocks are cut every
 * CG_BLOCK_CONTENT_BYTES since the last flush, however the content comes in. `out` needs room for
 * 65,536 bytes beyond what it holds whenever a block is made. CG_INTERNAL: no memory. */
cg_must_use enum cg_status cg_deflater_add(struct cg_deflater *deflater, const void *bytes,
                                           size_t len_bytes, struct cg_buffer *out,
                                           struct cg_error *err);
/* Close the block that is being filled, if any. */
cg_must_use enum cg_status cg_deflater_flush(struct cg_deflater *deflater, struct cg_buffer *out,
                                             struct cg_error *err);
/* The empty block that ends a BGZF file. */
cg_must_use enum cg_status cg_deflater_end(struct cg_buffer *out, struct cg_error *err);

const char *cg_deflate_codec_name(int level, enum cg_codec codec); /* "isa-l 2.30", "zlib 1.2.13" */

#endif
