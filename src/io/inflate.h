/*
 * Inflate: deflate data (RFC 1951) to bytes, by ISA-L where it is built in, else zlib.
 *
 * Only the compressed bits. The gzip wrapper around them is gzip.h's, so that both
 * codecs accept the same files and refuse them in the same words.
 *
 * Ownership  An inflater belongs to one thread at a time and is reused.
 * Memory     Everything is allocated by cg_inflater_new.
 */
#ifndef CLAIMGATE_IO_INFLATE_H
#define CLAIMGATE_IO_INFLATE_H

#include "claimgate/base/error.h"
#include "claimgate/io/deflate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The codec looks ahead by whole words. What it did not need it gives back by moving `in` to
 * before the place where the call began, by at most this much. */
enum { CG_INFLATE_GIVE_BACK_BYTES = 8 };

enum cg_inflate_step {
    CG_INFLATE_MORE, /* wants more input, or more room */
    CG_INFLATE_END,  /* the end of the deflate data; `in` stands on the byte after it */
    CG_INFLATE_CORRUPT,
};

struct cg_inflate_io {
    const uint8_t *in;
    size_t in_bytes;
    uint8_t *out;
    size_t out_bytes;
};

struct cg_inflater;

cg_must_use struct cg_inflater *cg_inflater_new(enum cg_codec codec); /* NULL: no memory */
void cg_inflater_free(struct cg_inflater *inflater);
void cg_inflater_reset(struct cg_inflater *inflater); /* before each new stretch of deflate data */

/* Go on as far as input and room allow; moves `io` along. */
cg_must_use enum cg_inflate_step cg_inflater_run(struct cg_inflater *inflater,
                                                 struct cg_inflate_io *io);

/* Deflate data that is all there, at once. True when it is sound and uses up the input and the
 * room exactly. Keeps no state and allocates nothing. */
cg_must_use bool cg_inflate_whole(enum cg_codec codec, struct cg_inflate_io io);

/* CRC-32 of gzip (ISO 3309), going on from `crc`; 0 at the start. */
uint32_t cg_crc32(uint32_t crc, const void *bytes, size_t len_bytes);

#ifdef CG_ISAL
/* To be called behind each call of ISA-L. It leaves bytes in the upper halves of wide registers,
 * and while they stand there each SSE instruction waits for the one that last wrote its register,
 * for it must keep them: hashes and searches then take twice the time. */
void cg_isal_leave(void);
#endif

#endif
