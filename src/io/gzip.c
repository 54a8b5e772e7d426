#include "gzip.h"

#include "inflate.h"

#include <stdlib.h>

/* The wrapper is read here and the codec sees raw deflate data only. ISA-L and zlib disagree about
 * reserved flags, header check sums, and what a cut-off file is; this way nobody has to ask them.
 */

enum {
    FLAG_HEADER_CRC = 1 << 1,
    FLAG_EXTRA = 1 << 2,
    FLAG_NAME = 1 << 3,
    FLAG_COMMENT = 1 << 4,
    FLAGS_RESERVED = 0xe0,
    METHOD_DEFLATE = 8,
};

struct cg_gzip {
    struct cg_input *input;
    struct cg_inflater *inflater;
    bool in_member;
    bool at_end;
    bool has_member;
    uint64_t member_offset;
    uint32_t crc;           /* of the member's content so far */
    uint32_t content_bytes; /* modulo 2^32, as the trailer counts */
};

struct cg_gzip *cg_gzip_new(struct cg_input *input, enum cg_codec codec) {
    struct cg_gzip *gzip = calloc(1, sizeof *gzip);

    if (gzip == NULL) {
        return NULL;
    }
    gzip->input = input;
    gzip->inflater = cg_inflater_new(codec);
    if (gzip->inflater == NULL) {
        free(gzip);
        return NULL;
    }
    return gzip;
}

void cg_gzip_free(struct cg_gzip *gzip) {
    if (gzip != NULL) {
        cg_inflater_free(gzip->inflater);
        free(gzip);
    }
}

static enum cg_status refuse(const struct cg_gzip *gzip, const char *what, const char *mend,
                             struct cg_error *err) {
    return cg_error_set(
        err, CG_BAD_DATA,
        "%s: %s (compressed byte %llu, in the gzip member that starts at byte %llu); "
        "fetch the file again; `gzip -t FILE` shows the same%s",
        cg_input_name(gzip->input), what, (unsigned long long)cg_input_offset(gzip->input),
        (unsigned long long)gzip->member_offset, mend);
}

static enum cg_status damaged(const struct cg_gzip *gzip, const char *what, struct cg_error *err) {
    return refuse(gzip, what, "", err);
}

static enum cg_status truncated(const struct cg_gzip *gzip, struct cg_error *err) {
    return refuse(gzip, "the compressed data is truncated: the file ends too early",
                  cg_stamp_fresh_mend(cg_input_stamp(gzip->input)), err);
}

static enum cg_status take_byte(struct cg_gzip *gzip, uint8_t *out, struct cg_error *err) {
    size_t have_bytes;
    enum cg_status status = cg_input_need(gzip->input, 1, err);

    if (status != CG_OK) {
        return status;
    }
    const uint8_t *window = cg_input_window(gzip->input, &have_bytes);
    if (have_bytes == 0) {
        return truncated(gzip, err);
    }
    *out = window[0];
    cg_input_move_to(gzip->input, window + 1);
    return CG_OK;
}

/* Take bytes of a header, least significant first, into its running check sum. */
static enum cg_status take_number(struct cg_gzip *gzip, int byte_count, uint32_t *out,
                                  struct cg_error *err) {
    *out = 0;
    for (int i = 0; i < byte_count; i++) {
        uint8_t byte = 0;
        enum cg_status status = take_byte(gzip, &byte, err);

        if (status != CG_OK) {
            return status;
        }
        gzip->crc = cg_crc32(gzip->crc, &byte, 1);
        *out |= (uint32_t)byte << (8 * i);
    }
    return CG_OK;
}

static enum cg_status skip_extra(struct cg_gzip *gzip, struct cg_error *err) {
    uint32_t len_bytes;
    uint32_t ignored;
    enum cg_status status = take_number(gzip, 2, &len_bytes, err);

    for (uint32_t i = 0; status == CG_OK && i < len_bytes; i++) {
        status = take_number(gzip, 1, &ignored, err);
    }
    return status;
}

static enum cg_status skip_text(struct cg_gzip *gzip, struct cg_error *err) {
    uint32_t byte;
    enum cg_status status;

    do {
        status = take_number(gzip, 1, &byte, err);
    } while (status == CG_OK && byte != 0);
    return status;
}

static enum cg_status check_header_crc(struct cg_gzip *gzip, struct cg_error *err) {
    uint32_t expected = gzip->crc & 0xffff;
    uint32_t stored;
    enum cg_status status = take_number(gzip, 2, &stored, err);

    if (status == CG_OK && stored != expected) {
        return damaged(gzip, "the check sum of a gzip header is wrong", err);
    }
    return status;
}

/* The optional parts stand in this order (RFC 1952, 2.3). */
static enum cg_status take_optional_parts(struct cg_gzip *gzip, uint32_t flags,
                                          struct cg_error *err) {
    static const struct {
        uint32_t flag;
        enum cg_status (*take)(struct cg_gzip *gzip, struct cg_error *err);
    } parts[] = {{FLAG_EXTRA, skip_extra},
                 {FLAG_NAME, skip_text},
                 {FLAG_COMMENT, skip_text},
                 {FLAG_HEADER_CRC, check_header_crc}};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        enum cg_status status = flags & parts[i].flag ? parts[i].take(gzip, err) : CG_OK;

        if (status != CG_OK) {
            return status;
        }
    }
    return CG_OK;
}

static enum cg_status start_member(struct cg_gzip *gzip, struct cg_error *err) {
    uint32_t magic;
    uint32_t method;
    uint32_t flags;
    uint32_t ignored;
    enum cg_status status;

    gzip->crc = 0;
    if ((status = take_number(gzip, 2, &magic, err)) != CG_OK ||
        (status = take_number(gzip, 1, &method, err)) != CG_OK ||
        (status = take_number(gzip, 1, &flags, err)) != CG_OK ||
        (status = take_number(gzip, 4, &ignored, err)) != CG_OK || /* time */
        (status = take_number(gzip, 2, &ignored, err)) != CG_OK) { /* hints, system */
        return status;
    }
    if (method != METHOD_DEFLATE) {
        return damaged(gzip, "the compression method of a gzip header is unknown", err);
    }
    if (flags & FLAGS_RESERVED) {
        return damaged(gzip, "a gzip header has reserved flags set", err);
    }
    if ((status = take_optional_parts(gzip, flags, err)) != CG_OK) {
        return status;
    }
    cg_inflater_reset(gzip->inflater);
    gzip->crc = 0;
    gzip->content_bytes = 0;
    gzip->in_member = true;
    return CG_OK;
}

/* After a member only zeros may follow, up to the end (tapes and some transfers pad so). */
static enum cg_status skip_padding(struct cg_gzip *gzip, struct cg_error *err) {
    for (;;) {
        size_t have_bytes;
        size_t zeros = 0;
        enum cg_status status = cg_input_need(gzip->input, 1, err);

        if (status != CG_OK) {
            return status;
        }
        const uint8_t *window = cg_input_window(gzip->input, &have_bytes);
        while (zeros < have_bytes && window[zeros] == 0) {
            zeros++;
        }
        cg_input_move_to(gzip->input, window + zeros);
        if (zeros < have_bytes) {
            return damaged(
                gzip, "trailing garbage: something other than zeros follows the gzip data", err);
        }
        if (have_bytes == 0) {
            gzip->at_end = true;
            return CG_OK;
        }
    }
}

/* Between members: another one, padding, or the end. */
static enum cg_status next_member(struct cg_gzip *gzip, struct cg_error *err) {
    size_t have_bytes;
    enum cg_status status = cg_input_need(gzip->input, 2, err);

    if (status != CG_OK) {
        return status;
    }
    const uint8_t *window = cg_input_window(gzip->input, &have_bytes);
    /* A lone 0x1f at the end is the next member's first byte. */
    if (have_bytes > 0 && window[0] == 0x1f && (have_bytes == 1 || window[1] == 0x8b)) {
        gzip->member_offset = cg_input_offset(gzip->input);
        gzip->has_member = true;
        return start_member(gzip, err);
    }
    return skip_padding(gzip, err);
}

static enum cg_status end_member(struct cg_gzip *gzip, struct cg_error *err) {
    uint32_t crc = gzip->crc;
    uint32_t stored_crc;
    uint32_t stored_bytes;
    enum cg_status status;

    if ((status = take_number(gzip, 4, &stored_crc, err)) != CG_OK ||
        (status = take_number(gzip, 4, &stored_bytes, err)) != CG_OK) {
        return status;
    }
    if (stored_crc != crc) {
        return damaged(gzip, "the check sum is wrong: the data is corrupt", err);
    }
    if (stored_bytes != gzip->content_bytes) {
        return damaged(gzip, "the length at the end is wrong: the data is corrupt", err);
    }
    gzip->in_member = false;
    return CG_OK;
}

/* Inflate what the window holds, as far as there is room. */
static enum cg_status inflate_window(struct cg_gzip *gzip, uint8_t *out, size_t room_bytes,
                                     size_t *len_bytes, struct cg_error *err) {
    size_t have_bytes;
    struct cg_inflate_io io = {.out = out, .out_bytes = room_bytes};

    io.in = cg_input_window(gzip->input, &io.in_bytes);
    enum cg_inflate_step step = cg_inflater_run(gzip->inflater, &io);
    cg_input_move_to(gzip->input, io.in);
    *len_bytes = room_bytes - io.out_bytes;
    gzip->crc = cg_crc32(gzip->crc, out, *len_bytes);
    gzip->content_bytes += (uint32_t)*len_bytes;
    if (step == CG_INFLATE_CORRUPT) {
        return damaged(gzip, "the compressed data is corrupt", err);
    }
    if (step == CG_INFLATE_END) {
        return end_member(gzip, err);
    }
    if (io.out_bytes == 0) {
        return CG_OK;
    }
    if (cg_input_need(gzip->input, 1, err) != CG_OK) {
        return err->status;
    }
    (void)cg_input_window(gzip->input, &have_bytes);
    return have_bytes == 0 ? truncated(gzip, err) : CG_OK;
}

enum cg_status cg_gzip_read(struct cg_gzip *gzip, void *out, size_t capacity_bytes,
                            size_t *len_bytes, struct cg_error *err) {
    enum cg_status status = CG_OK;

    *len_bytes = 0;
    while (status == CG_OK && *len_bytes < capacity_bytes && !gzip->at_end) {
        size_t got_bytes = 0;

        if (gzip->in_member) {
            status = inflate_window(gzip, (uint8_t *)out + *len_bytes, capacity_bytes - *len_bytes,
                                    &got_bytes, err);
        } else {
            status = next_member(gzip, err);
        }
        *len_bytes += got_bytes;
    }
    return status;
}

bool cg_gzip_has_member(const struct cg_gzip *gzip) {
    return gzip->has_member;
}
