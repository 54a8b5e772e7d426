#include "claimgate/io/source.h"

#include "claimgate/io/foreign.h"
#include "claimgate/io/input.h"
#include "claimgate/io/limits.h"
#include "gzip.h"

#include <stdlib.h>
#include <string.h>

/* The shape of an input only ever goes down this list. BGZF blocks at its start travel packed; the
 * first member that is not a whole block makes the rest an ordinary gzip stream. So where a fill
 * ends is a matter of the content alone, whatever the codec has looked ahead at. */
enum shape { SHAPE_UNKNOWN, SHAPE_BLOCKS, SHAPE_GZIP, SHAPE_PLAIN };

enum { PACKED_MAX_BYTES = 4 << 20 };

struct cg_source {
    struct cg_input *input;
    struct cg_buffer packed; /* on the way of cg_source_read */
    struct cg_gzip *gzip;
    enum cg_codec codec;
    enum shape shape;
    bool has_blocks;       /* it begins with BGZF blocks */
    bool last_block_empty; /* of those read so far, as the one that ends a BGZF file is */
    bool has_content;      /* its first bytes have been looked at */
    bool takes_x12;
    bool is_ours;           /* no limit holds */
    char last_byte;         /* of plain bytes */
    uint64_t content_bytes; /* filled so far, unpacked */
};

enum cg_status cg_source_open_with(const char *path, enum cg_codec codec, struct cg_source **out,
                                   struct cg_error *err) {
    struct cg_source *source = calloc(1, sizeof *source);

    *out = NULL;
    if (source == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", path);
    }
    source->codec = codec;
    cg_buffer_init(&source->packed, PACKED_MAX_BYTES);
    enum cg_status status = cg_input_open(path, &source->input, err);
    if (status != CG_OK) {
        free(source);
        return status;
    }
    *out = source;
    return CG_OK;
}

enum cg_status cg_source_open(const char *path, struct cg_source **out, struct cg_error *err) {
    return cg_source_open_with(path, CG_CODEC_BEST, out, err);
}

void cg_source_close(struct cg_source *source) {
    if (source != NULL) {
        cg_gzip_free(source->gzip);
        cg_input_close(source->input);
        cg_buffer_fini(&source->packed);
        free(source);
    }
}

void cg_source_trust(struct cg_source *source) {
    source->is_ours = true;
    cg_input_trust(source->input);
}

void cg_source_take_x12(struct cg_source *source) {
    source->takes_x12 = true;
}

void cg_source_give_up_on(struct cg_source *source, const atomic_bool *given_up) {
    cg_input_give_up_on(source->input, given_up);
}

/* The first bytes decide, never the name. */
static enum cg_status find_shape(struct cg_source *source, struct cg_error *err) {
    size_t have_bytes;
    enum cg_status status = cg_input_need(source->input, 2, err);

    if (status != CG_OK) {
        return status;
    }
    const uint8_t *window = cg_input_window(source->input, &have_bytes);
    if (have_bytes < 2 || window[0] != 0x1f || window[1] != 0x8b) {
        source->shape = SHAPE_PLAIN;
        return CG_OK;
    }
    source->gzip = cg_gzip_new(source->input, source->codec);
    if (source->gzip == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", cg_input_name(source->input));
    }
    source->shape = SHAPE_BLOCKS;
    return CG_OK;
}

/* The first bytes of the content, whatever they come wrapped in. */
static enum cg_status look_at_content(struct cg_source *source, const char *bytes, size_t len_bytes,
                                      struct cg_error *err) {
    if (source->has_content || len_bytes == 0) {
        return CG_OK;
    }
    source->has_content = true;
    if (source->takes_x12 && cg_foreign_is_x12(bytes, len_bytes)) {
        return CG_OK;
    }
    return cg_foreign_refuse(cg_input_name(source->input),
                             source->shape == SHAPE_PLAIN ? CG_WRAPPED_PLAIN : CG_WRAPPED_GZIP,
                             bytes, len_bytes, err);
}

/* Blocks are inflated elsewhere, but the first one with content is looked at here. What is wrong
 * with it, unpacking tells. */
static enum cg_status look_at_block(struct cg_source *source, const uint8_t *bytes,
                                    const struct cg_bgzf_block *block, char *room,
                                    struct cg_error *err) {
    if (source->has_content || !cg_bgzf_unpack(bytes, block, room)) {
        return CG_OK;
    }
    return look_at_content(source, room, block->content_bytes, err);
}

/* `packed` is the place of its first block in the file, for messages, and then the blocks. */
static bool start_packed(struct cg_source *source, struct cg_buffer *packed) {
    uint64_t offset = cg_input_offset(source->input);

    return cg_buffer_append(packed, &offset, sizeof offset);
}

/* As many whole blocks as fit, packed and unpacked, into the capacity. */
static enum cg_status fill_blocks(struct cg_source *source, struct cg_fill *fill,
                                  struct cg_error *err) {
    struct cg_bgzf_block block;
    size_t content_bytes = 0;
    size_t have_bytes;

    for (;;) {
        enum cg_status status = cg_input_need(source->input, CG_BGZF_BLOCK_MAX_BYTES, err);

        if (status != CG_OK) {
            return status;
        }
        const uint8_t *window = cg_input_window(source->input, &have_bytes);
        if (!cg_bgzf_find(window, have_bytes, &block)) {
            source->shape = SHAPE_GZIP;
            return CG_OK;
        }
        bool is_first = fill->packed->len_bytes == 0;
        if (!is_first && (block.content_bytes > fill->capacity_bytes - content_bytes ||
                          block.size_bytes > fill->capacity_bytes - fill->packed->len_bytes)) {
            return CG_OK;
        }
        if (look_at_block(source, window, &block, fill->out, err) != CG_OK) {
            return err->status;
        }
        if ((is_first && !start_packed(source, fill->packed)) ||
            !cg_buffer_append(fill->packed, window, block.size_bytes)) {
            return cg_error_set(err, CG_INTERNAL, "%s: out of memory",
                                cg_input_name(source->input));
        }
        content_bytes += block.content_bytes;
        source->content_bytes += block.content_bytes;
        source->has_blocks = true;
        source->last_block_empty = block.content_bytes == 0;
        cg_input_move_to(source->input, window + block.size_bytes);
    }
}

/* Every block of a cut file is sound, and gzip sees nothing: only the empty block is missing that
 * ends each BGZF file. A file that goes on with other members is plain gzip and needs none. */
static enum cg_status check_block_end(const struct cg_source *source, struct cg_error *err) {
    if (!source->has_blocks || source->last_block_empty || cg_gzip_has_member(source->gzip)) {
        return CG_OK;
    }
    return cg_error_set(err, CG_BAD_DATA,
                        "%s: is cut: the empty block that ends every BGZF file is missing behind "
                        "byte %llu; fetch the file again (`gzip -t` cannot see this)%s",
                        cg_input_name(source->input),
                        (unsigned long long)cg_input_bytes(source->input),
                        cg_stamp_fresh_mend(cg_input_stamp(source->input)));
}

static enum cg_status fill_bytes(struct cg_source *source, struct cg_fill *fill,
                                 struct cg_error *err) {
    const bool is_plain = source->shape == SHAPE_PLAIN;
    enum cg_status status =
        is_plain
            ? cg_input_take(source->input, fill->out, fill->capacity_bytes, &fill->len_bytes, err)
            : cg_gzip_read(source->gzip, fill->out, fill->capacity_bytes, &fill->len_bytes, err);
    if (status != CG_OK) {
        return status;
    }
    source->content_bytes += fill->len_bytes;
    fill->at_end = fill->len_bytes < fill->capacity_bytes;
    if (is_plain && fill->len_bytes > 0) {
        source->last_byte = fill->out[fill->len_bytes - 1];
    }
    if (!is_plain && fill->at_end && check_block_end(source, err) != CG_OK) {
        return err->status;
    }
    return look_at_content(source, fill->out, fill->len_bytes, err);
}

static enum cg_status fill_any(struct cg_source *source, struct cg_fill *fill,
                               struct cg_error *err) {
    enum cg_status status = CG_OK;

    fill->len_bytes = 0;
    fill->at_end = false;
    cg_buffer_clear(fill->packed);
    if (source->shape == SHAPE_UNKNOWN) {
        status = find_shape(source, err);
    }
    if (status == CG_OK && source->shape == SHAPE_BLOCKS) {
        status = fill_blocks(source, fill, err);
    }
    if (status != CG_OK || fill->packed->len_bytes > 0) {
        return status;
    }
    return fill_bytes(source, fill, err);
}

enum cg_status cg_source_fill(struct cg_source *source, struct cg_fill *fill,
                              struct cg_error *err) {
    const enum cg_status status = fill_any(source, fill, err);
    if (status != CG_OK || source->is_ours) {
        return status;
    }
    const bool is_packed = source->shape != SHAPE_PLAIN;
    return cg_limits_check(cg_input_name(source->input), source->content_bytes,
                           is_packed ? cg_input_offset(source->input) : 0, err);
}

enum cg_status cg_source_unpack(const struct cg_buffer *packed, char *out, size_t capacity_bytes,
                                size_t *len_bytes, struct cg_error *err) {
    uint64_t offset;
    size_t taken_bytes = sizeof offset;

    *len_bytes = 0;
    if (packed->len_bytes < sizeof offset) {
        return CG_OK;
    }
    memcpy(&offset, packed->data, sizeof offset);
    while (taken_bytes < packed->len_bytes) {
        struct cg_bgzf_block block;
        const uint8_t *at = (const uint8_t *)packed->data + taken_bytes;

        if (!cg_bgzf_find(at, packed->len_bytes - taken_bytes, &block) ||
            block.content_bytes > capacity_bytes - *len_bytes ||
            !cg_bgzf_unpack(at, &block, out + *len_bytes)) {
            return cg_error_set(err, CG_BAD_DATA,
                                "the BGZF block at compressed byte %llu is corrupt, or its check "
                                "sum or length is wrong; fetch the file again; `gzip -t FILE` "
                                "shows the same",
                                (unsigned long long)offset);
        }
        *len_bytes += block.content_bytes;
        taken_bytes += block.size_bytes;
        offset += block.size_bytes;
    }
    return CG_OK;
}

enum cg_status cg_source_read(struct cg_source *source, struct cg_fill *fill,
                              struct cg_error *err) {
    fill->packed = &source->packed;
    enum cg_status status = cg_source_fill(source, fill, err);

    if (status != CG_OK || fill->packed->len_bytes == 0) {
        return status;
    }
    status = cg_source_unpack(fill->packed, fill->out, fill->capacity_bytes, &fill->len_bytes, err);
    return status == CG_OK ? CG_OK : cg_error_wrap(err, "%s", cg_input_name(source->input));
}

uint64_t cg_source_bytes(const struct cg_source *source) {
    return cg_input_bytes(source->input);
}

bool cg_source_is_plain(const struct cg_source *source) {
    return source->shape == SHAPE_PLAIN;
}

bool cg_source_is_empty(const struct cg_source *source) {
    return !source->has_content;
}

enum cg_status cg_source_refuse_empty(const struct cg_source *source, const char *mend,
                                      struct cg_error *err) {
    return cg_error_set(err, CG_BAD_DATA, "%s: is empty (%s0 bytes), there is no header line; %s",
                        cg_input_name(source->input),
                        source->shape == SHAPE_PLAIN ? "" : "gzip of ", mend);
}

bool cg_source_lacks_line_end(const struct cg_source *source) {
    return source->shape == SHAPE_PLAIN && source->has_content && source->last_byte != '\n' &&
           source->last_byte != '\r';
}

const struct cg_stamp *cg_source_stamp(const struct cg_source *source) {
    return cg_input_stamp(source->input);
}

void cg_source_sha256(const struct cg_source *source, uint8_t out[CG_SHA256_BYTES]) {
    cg_input_sha256(source->input, out);
}
