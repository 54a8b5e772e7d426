#include "gzip.h"
#include "inflate.h"

enum {
    FIXED_HEADER_BYTES = 12, /* up to and with the length of the extra field */
    TRAILER_BYTES = 8,
    SUBFIELD_HEADER_BYTES = 4,
};

static uint32_t get_u16(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t get_u32(const uint8_t *at) {
    return get_u16(at) | get_u16(at + 2) << 16;
}

/* The size of the whole block out of the subfield "BC", or 0 without one. */
static size_t size_in_extra(const uint8_t *extra, size_t len_bytes) {
    while (len_bytes >= SUBFIELD_HEADER_BYTES) {
        size_t subfield_bytes = SUBFIELD_HEADER_BYTES + get_u16(extra + 2);

        if (subfield_bytes > len_bytes) {
            return 0;
        }
        if (extra[0] == 'B' && extra[1] == 'C' && subfield_bytes == SUBFIELD_HEADER_BYTES + 2) {
            return get_u16(extra + SUBFIELD_HEADER_BYTES) + 1;
        }
        extra += subfield_bytes;
        len_bytes -= subfield_bytes;
    }
    return 0;
}

bool cg_bgzf_find(const uint8_t *bytes, size_t len_bytes, struct cg_bgzf_block *out) {
    static const uint8_t start[] = {0x1f, 0x8b, 8, 4}; /* gzip, deflate, an extra field alone */

    if (len_bytes < FIXED_HEADER_BYTES) {
        return false;
    }
    for (size_t i = 0; i < sizeof start; i++) {
        if (bytes[i] != start[i]) {
            return false;
        }
    }
    size_t extra_bytes = get_u16(bytes + FIXED_HEADER_BYTES - 2);
    size_t header_bytes = FIXED_HEADER_BYTES + extra_bytes;
    if (header_bytes > len_bytes) {
        return false;
    }
    size_t size_bytes = size_in_extra(bytes + FIXED_HEADER_BYTES, extra_bytes);
    if (size_bytes > len_bytes || size_bytes < header_bytes + TRAILER_BYTES) {
        return false;
    }
    *out = (struct cg_bgzf_block){
        .size_bytes = size_bytes,
        .header_bytes = header_bytes,
        .content_bytes = get_u32(bytes + size_bytes - 4),
        .crc = get_u32(bytes + size_bytes - TRAILER_BYTES),
    };
    return out->content_bytes <= CG_BGZF_CONTENT_MAX_BYTES;
}

bool cg_bgzf_unpack(const uint8_t *bytes, const struct cg_bgzf_block *block, char *out) {
    struct cg_inflate_io io = {
        .in = bytes + block->header_bytes,
        .in_bytes = block->size_bytes - block->header_bytes - TRAILER_BYTES,
        .out = (uint8_t *)out,
        .out_bytes = block->content_bytes,
    };

    return cg_inflate_whole(CG_CODEC_BEST, io) &&
           cg_crc32(0, out, block->content_bytes) == block->crc;
}
