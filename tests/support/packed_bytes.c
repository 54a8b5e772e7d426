#include "packed_bytes.h"

#include "claimgate/io/deflate.h"
#include "io/gzip.h"
#include "io/inflate.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes bytes_new(void) {
    return (struct bytes){.data = malloc(8 << 20)};
}

void bytes_free_both(struct bytes *disk, struct bytes *content) {
    free(disk->data);
    free(content->data);
}

void bytes_put(struct bytes *to, const void *data, size_t len) {
    cr_assert_leq(to->len + len, (size_t)8 << 20);
    memcpy(to->data + to->len, data, len);
    to->len += len;
}

void bytes_put_number(struct bytes *to, uint64_t value, int byte_count) {
    for (int i = 0; i < byte_count; i++) {
        uint8_t byte = (uint8_t)(value >> (8 * i));

        bytes_put(to, &byte, 1);
    }
}

struct bytes content_new(size_t len) {
    struct bytes content = bytes_new();
    uint64_t seed = 12345;

    while (content.len < len) {
        char line[80];
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        int n = snprintf(line, sizeof line, "C%llu,1,M%u,2026-03-%02u,H0038,%u,11,\n",
                         (unsigned long long)(seed >> 40), (unsigned)(seed >> 50),
                         (unsigned)(seed >> 33) % 28 + 1, (unsigned)(seed >> 20) % 6);
        bytes_put(&content, line, (size_t)n);
    }
    content.len = len;
    return content;
}

void bytes_put_blocks(struct bytes *to, const void *data, size_t len) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_buffer packed;
    struct cg_deflater *deflater = cg_deflater_new(1, CG_CODEC_BEST);

    cg_buffer_init(&packed, 16 << 20);
    cr_assert_eq(cg_deflater_add(deflater, data, len, &packed, &err), CG_OK);
    cr_assert_eq(cg_deflater_flush(deflater, &packed, &err), CG_OK);
    bytes_put(to, packed.data, packed.len_bytes);
    cg_buffer_fini(&packed);
    cg_deflater_free(deflater);
}

void bytes_put_bgzf_end(struct bytes *to) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_buffer packed;

    cg_buffer_init(&packed, 1 << 20);
    cr_assert_eq(cg_deflater_end(&packed, &err), CG_OK);
    bytes_put(to, packed.data, packed.len_bytes);
    cg_buffer_fini(&packed);
}

void bytes_put_member(struct bytes *to, const void *data, size_t len, struct gzip_member how) {
    struct bytes block = bytes_new();
    struct cg_bgzf_block about;
    size_t start = to->len;
    char long_name[3000];

    if (len > 0) {
        bytes_put_blocks(&block, data, len);
    } else {
        bytes_put_bgzf_end(&block);
    }
    cr_assert(cg_bgzf_find(block.data, block.len, &about));
    cr_assert_eq(about.size_bytes, block.len, "test content must fit one block");
    memset(long_name, 'n', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    bytes_put(to, "\x1f\x8b", 2);
    bytes_put_number(to, how.method, 1);
    bytes_put_number(to, how.flags, 1);
    bytes_put(to, "\1\2\3\4\0\3", 6);
    if (how.flags & 4) {
        bytes_put_number(to, 7, 2);
        bytes_put(to, "XY\3\0abc", 7);
    }
    if (how.flags & 8) {
        bytes_put(to, long_name, sizeof long_name);
    }
    if (how.flags & 16) {
        bytes_put(to, "a comment", 10);
    }
    if (how.flags & 2) {
        uint32_t crc = cg_crc32(0, to->data + start, to->len - start);
        bytes_put_number(to, (crc & 0xffff) ^ how.header_crc_change, 2);
    }
    bytes_put(to, block.data + about.header_bytes, about.size_bytes - about.header_bytes - 8);
    bytes_put_number(to, about.crc ^ how.crc_change, 4);
    bytes_put_number(to, (uint32_t)len + how.length_change, 4);
    free(block.data);
}

const struct gzip_member sound_member = {.method = 8};

/* How a stretch of the content is packed. */
enum packing { NOTHING, AS_IT_IS, IN_MEMBER, IN_MEMBER_OF_ALL_PARTS, IN_BLOCKS };

static void put_packed(struct bytes *disk, enum packing packing, const uint8_t *data, size_t len) {
    static const struct gzip_member all_parts = {.method = 8, .flags = 2 | 4 | 8 | 16 | 1};

    if (packing == AS_IT_IS) {
        bytes_put(disk, data, len);
    } else if (packing == IN_MEMBER) {
        bytes_put_member(disk, data, len, sound_member);
    } else if (packing == IN_MEMBER_OF_ALL_PARTS) {
        bytes_put_member(disk, data, len, all_parts);
    } else if (packing == IN_BLOCKS) {
        bytes_put_blocks(disk, data, len);
    }
}

void shape_make(enum shape shape, size_t len, struct bytes *disk, struct bytes *content) {
    static const uint8_t zeros[700];
    static const struct {
        enum packing first;
        enum packing second; /* NOTHING: the first has all */
        bool bgzf_end;
        bool padded;
    } made[SHAPES] = {
        [PLAIN] = {AS_IT_IS},
        [PLAIN_LONE_1F] = {AS_IT_IS},
        [ONE_MEMBER] = {IN_MEMBER},
        [EMPTY_MEMBER] = {IN_MEMBER},
        [TWO_MEMBERS] = {IN_MEMBER, IN_MEMBER},
        [ALL_HEADER_PARTS] = {IN_MEMBER_OF_ALL_PARTS},
        [ZERO_PADDING] = {IN_MEMBER, .padded = true},
        [BGZF] = {IN_BLOCKS, .bgzf_end = true},
        [BGZF_TWO_STRETCHES] = {IN_BLOCKS, IN_BLOCKS, .bgzf_end = true},
        [BGZF_THEN_MEMBER] = {IN_BLOCKS, IN_MEMBER},
        [MEMBER_THEN_BGZF] = {IN_MEMBER, IN_BLOCKS, .bgzf_end = true},
        [BGZF_PADDED] = {IN_BLOCKS, .bgzf_end = true, .padded = true},
    };

    *disk = bytes_new();
    *content = content_new(len);
    if (shape == PLAIN_LONE_1F) {
        content->data[0] = 0x1f;
        content->len = 1;
    } else if (shape == EMPTY || shape == EMPTY_MEMBER) {
        content->len = 0;
    }
    size_t first_len = made[shape].second == NOTHING ? content->len : content->len / 2;
    put_packed(disk, made[shape].first, content->data, first_len);
    put_packed(disk, made[shape].second, content->data + first_len, content->len - first_len);
    if (made[shape].bgzf_end) {
        bytes_put_bgzf_end(disk);
    }
    if (made[shape].padded) {
        bytes_put(disk, zeros, sizeof zeros);
    }
}
