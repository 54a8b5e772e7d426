#include "claimgate/io/deflate.h"

#include "inflate.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
 * same, and so are the bytes, unless a match is looked for in that very bucket. So each stream lies
 * where the hash of these bits is the same, whose bytes are then those of every other one. The hash
 * is CRC-32C of four bytes, of which no table takes more than the last 16 bits: these are nought at
 * 32,768 places of an address space of 2^47 bytes, of which a stream takes one that is free.
 */
enum { PLACES = 1 << 16 };
/* ThreadSanitizer maps at address 0 what it may not place where it is asked to. */
#ifdef __SANITIZE_THREAD__
enum { TRIES_MAX = 0 };
#else
enum { TRIES_MAX = 64 };
#endif
#endif

/* Whatever cannot be compressed is stored, and must fit the block all the same. */
_Static_assert(CG_BLOCK_CONTENT_BYTES + STORED_HEADER_BYTES <= DEFLATED_MAX_BYTES,
               "a stored block must fit");

/* gzip, deflate, an extra field; no time, system unknown; subfield "BC" of two bytes: the block's
 * size less one. */
static const uint8_t block_header[HEADER_BYTES] = {0x1f, 0x8b, 8, 4,   0,   0, 0, 0, 0,
                                                   0xff, 6,    0, 'B', 'C', 2, 0, 0, 0};

struct cg_deflater {
#ifdef CG_ISAL
    _Alignas(64) uint8_t isal_memory[ISAL_DEF_LVL3_DEFAULT];
    struct isal_zstream *isal;
    uint32_t isal_level;
#endif
    z_stream *zlib; /* NULL where ISA-L does the work */
    size_t collected_bytes;
    uint8_t content[CG_BLOCK_CONTENT_BYTES];
};

static z_stream *zlib_new(int level) {
    z_stream *stream = calloc(1, sizeof *stream);

    if (stream == NULL ||
        deflateInit2(stream, level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(stream);
        return NULL;
    }
    return stream;
}

#ifdef CG_ISAL
static bool is_for_isal(int level, enum cg_codec codec) {
    return codec == CG_CODEC_BEST && level <= ISAL_TOP_LEVEL;
}

/* The four bytes whose CRC-32C (RFC 3720), without its first and last complement, is this one. */
static uint32_t isal_unhash(uint32_t crc) {
    for (int bit = 0; bit < 32; bit++) {
        crc = crc >> 31 != 0 ? (crc ^ 0x82F63B78U) << 1 | 1U : crc << 1;
    }
    return crc;
}

static struct isal_zstream *map_stream(uintptr_t address, int flags) {
    const size_t bytes = sizeof(struct isal_zstream);
    const int kind = MAP_PRIVATE | MAP_ANONYMOUS | flags;
    /* cppcheck knows neither anonymous memory, which has no file, nor that the caller unmaps it. */
    /* cppcheck-suppress invalidFunctionArg */
    void *at = mmap((void *)address, bytes, PROT_READ | PROT_WRITE, kind, -1, 0);
    /* cppcheck-suppress memleak */
    return at == MAP_FAILED ? NULL : at;
}

/* Zeroed, for isal_deflate_stateless_init leaves hist_bits as it is: what stood there would be how
 * far back matches are looked for. Where no such place is to be had, as under some sanitizers, any
 * other will do. */
static struct isal_zstream *isal_new(void) {
    static atomic_uint next = 1;
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        const uint32_t place = atomic_fetch_add(&next, 1) % PLACES;
        const uintptr_t address = (uintptr_t)isal_unhash(place << 16) << 16;
        if (address == 0 || address >> 47 != 0) {
            continue;
        }
        struct isal_zstream *stream = map_stream(address, MAP_FIXED_NOREPLACE);
        if ((uintptr_t)stream == address) {
            return stream;
        }
        if (stream != NULL) {
            (void)munmap(stream, sizeof *stream);
        }
    }
    return map_stream(0, 0);
}
#endif

static bool open_codec(struct cg_deflater *deflater, int level, enum cg_codec codec) {
#ifdef CG_ISAL
    deflater->isal_level = (uint32_t)level;
    if (is_for_isal(level, codec)) {
        deflater->isal = isal_new();
        return deflater->isal != NULL;
    }
#else
    (void)codec;
#endif
    deflater->zlib = zlib_new(level);
    return deflater->zlib != NULL;
}

struct cg_deflater *cg_deflater_new(int level, enum cg_codec codec) {
    struct cg_deflater *deflater = aligned_alloc(_Alignof(struct cg_deflater), sizeof *deflater);

    if (deflater == NULL) {
        return NULL;
    }
    memset(deflater, 0, sizeof *deflater);
    if (!open_codec(deflater, level, codec)) {
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
#ifdef CG_ISAL
    if (deflater->isal != NULL) {
        (void)munmap(deflater->isal, sizeof *deflater->isal);
    }
#endif
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
/* Starting anew costs next to nothing: nearly all the time goes into looking for matches, making
 * the codes and writing them. */
static size_t isal_deflate_block(struct cg_deflater *deflater, const uint8_t *content,
                                 size_t len_bytes, uint8_t *out) {
    struct isal_zstream *stream = deflater->isal;
    isal_deflate_stateless_init(stream);
    stream->level = deflater->isal_level;
    stream->level_buf = deflater->isal_memory;
    stream->level_buf_size = sizeof deflater->isal_memory;
    stream->end_of_stream = 1;
    stream->next_in = (uint8_t *)(uintptr_t)content;
    stream->avail_in = (uint32_t)len_bytes;
    stream->next_out = out;
    stream->avail_out = DEFLATED_MAX_BYTES;
    const int result = isal_deflate_stateless(stream);
    cg_isal_leave();
    return result == COMP_OK && stream->avail_in == 0 ? stream->total_out : 0;
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
