/*
 * Bytes as they may stand in an input: plain, gzip and BGZF in every shape.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_PACKED_BYTES_H
#define CLAIMGATE_TESTS_SUPPORT_PACKED_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *data; /* room for 8 MiB */
    size_t len;
};
struct bytes bytes_new(void);
void bytes_free_both(struct bytes *disk, struct bytes *content);

void bytes_put(struct bytes *to, const void *data, size_t len);
/* Little end first. */
void bytes_put_number(struct bytes *to, uint64_t value, int byte_count);

/* Something like a claim file, without anything in it. */
struct bytes content_new(size_t len);

/* BGZF blocks without the closing one. */
void bytes_put_blocks(struct bytes *to, const void *data, size_t len);
void bytes_put_bgzf_end(struct bytes *to);

/* An ordinary gzip member: the deflate data of a BGZF block under a header of our choice. */
struct gzip_member {
    uint8_t flags;
    uint8_t method;
    uint32_t crc_change;
    uint32_t length_change;
    uint16_t header_crc_change;
};
extern const struct gzip_member sound_member;
void bytes_put_member(struct bytes *to, const void *data, size_t len, struct gzip_member how);

/* Each shape of input. */
enum shape {
    EMPTY,
    PLAIN,
    PLAIN_LONE_1F,
    ONE_MEMBER,
    EMPTY_MEMBER,
    TWO_MEMBERS,
    ALL_HEADER_PARTS,
    ZERO_PADDING,
    BGZF,
    BGZF_TWO_STRETCHES,
    BGZF_THEN_MEMBER,
    MEMBER_THEN_BGZF,
    BGZF_PADDED,
    SHAPES
};

/* An input of a shape and its content of `len` bytes, fewer where the shape says so. */
void shape_make(enum shape shape, size_t len, struct bytes *disk, struct bytes *content);

#endif
