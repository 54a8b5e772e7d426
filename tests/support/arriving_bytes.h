/*
 * An input whose bytes arrive in pieces of any size, after interruptions, or fail, and what a
 * source makes of it.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_ARRIVING_BYTES_H
#define CLAIMGATE_TESTS_SUPPORT_ARRIVING_BYTES_H

#include "packed_bytes.h"

#include "claimgate/base/error.h"
#include "claimgate/base/hash.h"
#include "claimgate/io/deflate.h"

struct arrival {
    size_t piece_bytes;       /* 0: no limit */
    size_t first_piece_bytes; /* 0: like the others */
    int interruptions;        /* EINTR so many times before each success */
    uint64_t fails_after_bytes;
};
extern struct arrival arrival;

struct outcome {
    enum cg_status status;
    struct cg_error err;
    struct bytes content;
    size_t fills;
    size_t packed_fills;
    size_t fill_bytes[4096];
    uint64_t disk_bytes;
    uint8_t sha256[CG_SHA256_BYTES];
};

/* Read to the end or the first failure, `capacity` bytes at a time. */
struct outcome *outcome_read(const struct bytes *disk, enum cg_codec codec, size_t capacity);
void outcome_free(struct outcome *outcome);

void outcome_expect_good(const struct bytes *disk, enum cg_codec codec,
                         const struct bytes *content);
/* Bad data, with this word in a message that says how to mend it. */
void outcome_expect_bad(const struct bytes *disk, enum cg_codec codec, const char *word);

static const enum cg_codec codecs[] = {CG_CODEC_BEST, CG_CODEC_ZLIB};
enum { CODECS = 2 };

#endif
