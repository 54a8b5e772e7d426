#include "claimgate/io/deflate.h"

#include "inflate.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#ifdef CG_ISAL
#include <isa-l.h>
#endif

enum {
    BLOCK_MAX_BYTES = 65536,
    HEADER_BYTES = 18,
    TRAILER_BYTES = 8,
    STORED_HEADER_BYTES = 5,
    DEFLATED_MAX_BYTES = BLOCK_MAX_BYTES - HEADER_BYTES - TRAILER_BYTES,
    ISAL_TOP_LEVEL = 3,
};

#ifdef CG_ISAL
/*
 * ISA-L 2.30 has a fault that would make the bytes of some blocks depend on where its stream lies
 * in memory: at levels 1 and 2 it files the third position of a block not under the hash of the
 * four bytes there, but under that of bits 16 to 47 of the stream's address (write_first_byte in
 * isal_deflate_icf_body_hash_hist reads a register that holds it). The content is right all the
 * same, and so are the bytes, unless the first three positions belong into that very bucket. So
 * there are four streams, whose hashes all differ in their last two bits, and each block takes
 * one that none of its first three positions meets. The hash is CRC-32C of four bytes, cut to as
 * many bits as the table has; where a version of ISA-L does otherwise, the choice does no harm.
 *
 * That the four differ: the checksum is linear, and of the address bits 16 to 47 the second and
 * the third change its last two bits by 1 and by 3.
 */
enum {
    STREAMS = 4,
    STREAM_STEP_BYTES = 1 << 17, /* the second of those bits */
};

struct isal_place {
    _Alignas(STREAM_STEP_BYTES) struct isal_zstream stream;
};
_Static_assert(sizeof(struct isal_place) == STREAM_STEP_BYTES, "one step each");
#endif

/* Whatever cannot be compressed is stored, and must fit the block all the same. */
_Static_assert(CG_BLOCK_CONTENT_BYTES + STORED_HEADER_BYTES <= DEFLATED_MAX_BYTES,
               "a stored block must fit");

/* gzip, deflate, an extra field; no time, system unknown; subfield "BC" of two bytes: the block's
 * size less one. */
static const uint8_t block_header[HEADER_BYTES] = {0x1f, 0x8b, 8, 4,   0,   0, 0, 0, 0,
                                                   0xff, 6,    0, 'B', 'C', 2, 0, 0, 0};

struct cg_deflater {
    size_t collected_bytes;
    uint8_t content[CG_BLOCK_CONTENT_BYTES];
    z_stream *zlib; /* NULL where ISA-L does the work */
#ifdef CG_ISAL
    uint32_t isal_level;
    _Alignas(64) uint8_t isal_memory[ISAL_DEF_LVL3_DEFAULT];
    _Alignas(STREAMS *STREAM_STEP_BYTES) struct isal_place isal[STREAMS];
#endif
};

static bool is_for_isal(int level, enum cg_codec codec) {
#ifdef CG_ISAL
    return codec == CG_CODEC_BEST && level <= ISAL_TOP_LEVEL;
#else
    (void)level;
    (void)codec;
    return false;
#endif
}

static z_stream *zlib_new(int level) {
    z_stream *stream = calloc(1, sizeof *stream);

    if (stream == NULL ||
        deflateInit2(stream, level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(stream);
        return NULL;
    }
    return stream;
}

struct cg_deflater *cg_deflater_new(int level, enum cg_codec codec) {
    struct cg_deflater *deflater = aligned_alloc(_Alignof(struct cg_deflater), sizeof *deflater);

    if (deflater == NULL) {
        return NULL;
    }
    deflater->collected_bytes = 0;
    deflater->zlib = NULL;
#ifdef CG_ISAL
    deflater->isal_level = (uint32_t)level;
    /* isal_deflate_stateless_init leaves hist_bits as it is: what stood there would be how far back
     * matches are looked for. */
    for (int i = 0; i < STREAMS; i++) {
        memset(&deflater->isal[i].stream, 0, sizeof deflater->isal[i].stream);
    }
    memset(deflater->isal_memory, 0, sizeof deflater->isal_memory);
#endif
    if (!is_for_isal(level, codec) && (deflater->zlib = zlib_new(level)) == NULL) {
        free(deflater);
        return NULL;
    }
    return deflater;
}

void cg_deflater_free(struct cg_deflater *deflater) {
    if (deflater == NULL) {
        return;
    }
    if (deflater->zlib != NULL) {
        (void)deflateEnd(deflater->zlib);
        free(deflater->zlib);
    }
    free(deflater);
}

static void put_u16(uint8_t *at, size_t value) {
    at[0] = (uint8_t)(value & 0xff);
    at[1] = (uint8_t)(value >> 8 & 0xff);
}

static void put_u32(uint8_t *at, uint32_t value) {
    put_u16(at, value & 0xffff);
    put_u16(at + 2, value >> 16);
}

/* Each codec below returns how many bytes it made, or 0 when they do not fit in
 * DEFLATED_MAX_BYTES. */

static size_t zlib_deflate(z_stream *stream, const uint8_t *content, size_t len_bytes,
                           uint8_t *out) {
    if (deflateReset(stream) != Z_OK) {
        return 0;
    }
    stream->next_in = (uint8_t *)(uintptr_t)content;
    stream->avail_in = (unsigned)len_bytes;
    stream->next_out = out;
    stream->avail_out = DEFLATED_MAX_BYTES;
    return deflate(stream, Z_FINISH) == Z_STREAM_END ? DEFLATED_MAX_BYTES - stream->avail_out : 0;
}

#ifdef CG_ISAL
/* CRC-32C (RFC 3720) of four bytes, without its first and last complement. */
static uint32_t isal_hash(uint32_t bytes) {
    uint32_t crc = bytes;
    for (int bit = 0; bit < 32; bit++) {
        crc = crc >> 1 ^ (0x82F63B78U & -(crc & 1));
    }
    return crc;
}

static bool is_met(const struct isal_zstream *stream, const uint8_t *content, size_t len_bytes) {
    uint32_t own = isal_hash((uint32_t)((uintptr_t)stream >> 16));
    for (size_t at = 0; at < 3 && at + sizeof(uint32_t) <= len_bytes; at++) {
        uint32_t bytes;
        memcpy(&bytes, content + at, sizeof bytes);
        if (((isal_hash(bytes) ^ own) & (STREAMS - 1)) == 0) {
            return true;
        }
    }
    return false;
}

/* Starting anew costs next to nothing: nearly all the time goes into looking for matches, making
 * the codes and writing them. */
static size_t isal_deflate_block(struct cg_deflater *deflater, const uint8_t *content,
                                 size_t len_bytes, uint8_t *out) {
    int chosen = 0;

    while (chosen < STREAMS - 1 && is_met(&deflater->isal[chosen].stream, content, len_bytes)) {
        chosen++;
    }
    struct isal_zstream *stream = &deflater->isal[chosen].stream;
    isal_deflate_stateless_init(stream);
    stream->level = deflater->isal_level;
    stream->level_buf = deflater->isal_memory;
    stream->level_buf_size = sizeof deflater->isal_memory;
    stream->end_of_stream = 1;
    stream->next_in = (uint8_t *)(uintptr_t)content;
    stream->avail_in = (uint32_t)len_bytes;
    stream->next_out = out;
    stream->avail_out = DEFLATED_MAX_BYTES;
    return isal_deflate_stateless(stream) == COMP_OK && stream->avail_in == 0 ? stream->total_out
                                                                              : 0;
}
#endif

static size_t store(const uint8_t *content, size_t len_bytes, uint8_t *out) {
    out[0] = 1; /* the last block, stored */
    put_u16(out + 1, len_bytes);
    put_u16(out + 3, ~len_bytes);
    memcpy(out + STORED_HEADER_BYTES, content, len_bytes);
    return STORED_HEADER_BYTES + len_bytes;
}

static size_t deflate_content(struct cg_deflater *deflater, const uint8_t *content,
                              size_t len_bytes, uint8_t *out) {
    size_t deflated_bytes = 0;

    if (deflater->zlib != NULL) {
        deflated_bytes = zlib_deflate(deflater->zlib, content, len_bytes, out);
    }
#ifdef CG_ISAL
    else {
        deflated_bytes = isal_deflate_block(deflater, content, len_bytes, out);
    }
#endif
    return deflated_bytes > 0 ? deflated_bytes : store(content, len_bytes, out);
}

static enum cg_status write_block(struct cg_deflater *deflater, const uint8_t *content,
                                  size_t len_bytes, struct cg_buffer *out, struct cg_error *err) {
    if (!cg_buffer_reserve(out, BLOCK_MAX_BYTES)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory for compressed output");
    }
    uint8_t *block = (uint8_t *)out->data + out->len_bytes;
    size_t deflated_bytes = deflate_content(deflater, content, len_bytes, block + HEADER_BYTES);
    size_t block_bytes = HEADER_BYTES + deflated_bytes + TRAILER_BYTES;
    uint8_t *trailer = block + HEADER_BYTES + deflated_bytes;

    memcpy(block, block_header, HEADER_BYTES);
    put_u16(block + HEADER_BYTES - 2, block_bytes - 1);
    put_u32(trailer, cg_crc32(0, content, len_bytes));
    put_u32(trailer + 4, (uint32_t)len_bytes);
    out->len_bytes += block_bytes;
    return CG_OK;
}

/* Blocks are cut every CG_BLOCK_CONTENT_BYTES since the last flush, however the bytes come; whole
 * ones are compressed where the caller has them. */
enum cg_status cg_deflater_add(struct cg_deflater *deflater, const void *bytes, size_t len_bytes,
                               struct cg_buffer *out, struct cg_error *err) {
    const uint8_t *next = bytes;

    while (len_bytes > 0) {
        size_t room_bytes = CG_BLOCK_CONTENT_BYTES - deflater->collected_bytes;
        size_t taken_bytes = len_bytes < room_bytes ? len_bytes : room_bytes;
        enum cg_status status = CG_OK;

        if (taken_bytes == CG_BLOCK_CONTENT_BYTES) {
            status = write_block(deflater, next, taken_bytes, out, err);
        } else {
            memcpy(deflater->content + deflater->collected_bytes, next, taken_bytes);
            deflater->collected_bytes += taken_bytes;
        }
        if (deflater->collected_bytes == CG_BLOCK_CONTENT_BYTES) {
            status = cg_deflater_flush(deflater, out, err);
        }
        if (status != CG_OK) {
            return status;
        }
        next += taken_bytes;
        len_bytes -= taken_bytes;
    }
    return CG_OK;
}

enum cg_status cg_deflater_flush(struct cg_deflater *deflater, struct cg_buffer *out,
                                 struct cg_error *err) {
    size_t len_bytes = deflater->collected_bytes;

    if (len_bytes == 0) {
        return CG_OK;
    }
    deflater->collected_bytes = 0;
    return write_block(deflater, deflater->content, len_bytes, out, err);
}

enum cg_status cg_deflater_end(struct cg_buffer *out, struct cg_error *err) {
    static const uint8_t end_block[28] = {0x1f, 0x8b, 8,  4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C',
                                          2,    0,    27, 0, 3, 0, 0, 0, 0, 0,    0, 0, 0,   0};

    if (!cg_buffer_append(out, end_block, sizeof end_block)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory for compressed output");
    }
    return CG_OK;
}

const char *cg_deflate_codec_name(int level, enum cg_codec codec) {
#ifdef CG_ISAL
#define TEXT(x)   #x
#define NUMBER(x) TEXT(x)
    if (is_for_isal(level, codec)) {
        return "isa-l " NUMBER(ISAL_MAJOR_VERSION) "." NUMBER(ISAL_MINOR_VERSION);
    }
#undef NUMBER
#undef TEXT
#else
    (void)level;
    (void)codec;
#endif
    return "zlib " ZLIB_VERSION;
}
