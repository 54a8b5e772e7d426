#include "piece.h"

#include "claimgate/base/fault.h"

#include <stdlib.h>
#include <string.h>

enum {
    FILL_BYTES = 1 << 17,
    /* A text is packed once it is long enough, which it may exceed by a row. */
    TEXT_LIMIT_BYTES = 1 << 18,
    PACKED_LIMIT_BYTES = 4 << 20,
};

enum cg_status cg_piece_create(int dir_fd, const char *name, const char *header,
                               struct cg_deflater *deflater, struct cg_piece_writer *out,
                               struct cg_error *err) {
    *out = (struct cg_piece_writer){.deflater = deflater};
    cg_buffer_init(&out->text, TEXT_LIMIT_BYTES);
    cg_buffer_init(&out->packed, PACKED_LIMIT_BYTES);
    out->content = cg_xxh128_new();
    const uint16_t len = (uint16_t)strlen(header);
    if (out->content == NULL || !cg_buffer_append(&out->text, &len, sizeof len) ||
        !cg_buffer_append_text(&out->text, header)) {
        return cg_error_no_memory(err);
    }
    return cg_sink_create(dir_fd, name, (gid_t)-1, &out->sink, err);
}

static enum cg_status pour(struct cg_piece_writer *piece, struct cg_error *err) {
    const struct cg_buffer *text = &piece->text;
    cg_buffer_clear(&piece->packed);
    cg_xxh128_update(piece->content, text->data, text->len_bytes);
    enum cg_status status =
        cg_deflater_add(piece->deflater, text->data, text->len_bytes, &piece->packed, err);
    if (status == CG_OK) {
        status = cg_deflater_flush(piece->deflater, &piece->packed, err);
    }
    if (status == CG_OK) {
        status = cg_sink_write(piece->sink, piece->packed.data, piece->packed.len_bytes, err);
    }
    cg_buffer_clear(&piece->text);
    return status;
}

enum cg_status cg_piece_put(struct cg_piece_writer *piece, struct cg_error *err) {
    piece->rows++;
    return piece->text.len_bytes < CG_PIECE_TEXT_BYTES ? CG_OK : pour(piece, err);
}

static enum cg_status write_end(struct cg_piece_writer *piece, struct cg_error *err) {
    enum cg_status status = piece->text.len_bytes > 0 ? pour(piece, err) : CG_OK;
    cg_buffer_clear(&piece->packed);
    if (status == CG_OK) {
        status = cg_deflater_end(&piece->packed, err);
    }
    return status == CG_OK
               ? cg_sink_write(piece->sink, piece->packed.data, piece->packed.len_bytes, err)
               : status;
}

enum cg_status cg_piece_finish(struct cg_piece_writer *piece, struct cg_piece_facts *facts,
                               struct cg_error *err) {
    if (write_end(piece, err) != CG_OK) {
        return err->status;
    }
    *facts = (struct cg_piece_facts){.rows = piece->rows, .bytes = cg_sink_bytes(piece->sink)};
    cg_sink_sha256(piece->sink, facts->sha256);
    cg_xxh128_peek(piece->content, facts->content_xxh128);
    struct cg_sink *sink = piece->sink;
    piece->sink = NULL;
    return cg_sink_close(sink, err);
}

void cg_piece_abandon(struct cg_piece_writer *piece) {
    cg_sink_abandon(piece->sink);
    cg_xxh128_free(piece->content);
    cg_buffer_fini(&piece->text);
    cg_buffer_fini(&piece->packed);
    *piece = (struct cg_piece_writer){.sink = NULL};
}

/* --- reading --- */

static enum cg_status is_not_whole(const struct cg_piece_reader *piece, const char *how,
                                   struct cg_error *err) {
    return cg_error_set(err, CG_BAD_DATA, "%s: %s", piece->path, how);
}

/* What is left of a row goes before its rest, for which there is room: no row has FILL_BYTES. */
static enum cg_status fill(struct cg_piece_reader *piece, struct cg_error *err) {
    const size_t left = piece->end - piece->begin;
    memmove(piece->bytes, piece->bytes + piece->begin, left);
    struct cg_fill fill = {.out = piece->bytes + left, .capacity_bytes = FILL_BYTES};
    if (cg_source_read(piece->source, &fill, err) != CG_OK) {
        return err->status;
    }
    cg_xxh128_update(piece->content, piece->bytes + left, fill.len_bytes);
    piece->begin = 0;
    piece->end = left + fill.len_bytes;
    piece->at_end = fill.at_end;
    return CG_OK;
}

static enum cg_status check_whole(const struct cg_piece_reader *piece, struct cg_error *err) {
    uint8_t content[CG_XXH128_BYTES];
    cg_xxh128_peek(piece->content, content);
    return piece->begin == piece->end && piece->rows == piece->facts.rows &&
                   memcmp(content, piece->facts.content_xxh128, sizeof content) == 0
               ? CG_OK
               : is_not_whole(piece, "is not what was written", err);
}

/* A row stands behind its length. */
static enum cg_status next_row(struct cg_piece_reader *piece, struct cg_text *row, bool *more,
                               struct cg_error *err) {
    for (;;) {
        const char *at = piece->bytes + piece->begin;
        const size_t left = piece->end - piece->begin;
        uint16_t len = 0;
        if (left >= sizeof len) {
            memcpy(&len, at, sizeof len);
        }
        *more = left >= sizeof len + len;
        if (*more) {
            *row = (struct cg_text){at + sizeof len, len};
            piece->begin += sizeof len + len;
            return CG_OK;
        }
        if (piece->at_end) {
            return check_whole(piece, err);
        }
        if (fill(piece, err) != CG_OK) {
            return err->status;
        }
    }
}

static enum cg_status take_header(struct cg_piece_reader *piece, const char *header,
                                  struct cg_error *err) {
    struct cg_text row = {"", 0};
    bool more;
    if (next_row(piece, &row, &more, err) != CG_OK) {
        return err->status;
    }
    return more && cg_text_is(row, header)
               ? CG_OK
               : is_not_whole(piece, "does not begin as it was written", err);
}

enum cg_status cg_piece_open(const char *path, const char *header,
                             const struct cg_piece_facts *facts, struct cg_piece_reader *out,
                             struct cg_error *err) {
    *out = (struct cg_piece_reader){.path = strdup(path), .facts = *facts};
    out->bytes = malloc((size_t)2 * FILL_BYTES);
    out->content = cg_xxh128_new();
    if (out->path == NULL || out->bytes == NULL || out->content == NULL) {
        return cg_error_no_memory(err);
    }
    const int fault = cg_fault("part.read_piece");
    if (fault != 0) {
        return cg_error_set_errno(err, CG_IO, fault, "%s", path);
    }
    if (cg_source_open(path, &out->source, err) != CG_OK) {
        return err->status;
    }
    cg_source_trust(out->source);
    return take_header(out, header, err);
}

enum cg_status cg_piece_next(struct cg_piece_reader *piece, struct cg_text *row, bool *more,
                             struct cg_error *err) {
    const enum cg_status status = next_row(piece, row, more, err);
    piece->rows += status == CG_OK && *more;
    return status;
}

void cg_piece_close(struct cg_piece_reader *piece) {
    cg_source_close(piece->source);
    cg_xxh128_free(piece->content);
    free(piece->bytes);
    free(piece->path);
    *piece = (struct cg_piece_reader){.path = NULL};
}

/* --- manifests --- */

void cg_piece_facts_put(struct cg_json_writer *json, const char *file,
                        const struct cg_piece_facts *facts) {
    cg_json_open_object(json, NULL);
    cg_json_put_string(json, "file", file);
    cg_json_put_integer(json, "rows", (int64_t)facts->rows);
    cg_json_put_integer(json, "bytes", (int64_t)facts->bytes);
    cg_json_put_hex(json, "sha256", facts->sha256, sizeof facts->sha256);
    cg_json_put_hex(json, "content_xxh128", facts->content_xxh128, sizeof facts->content_xxh128);
    cg_json_close_object(json);
}

void cg_identity_put(struct cg_json_writer *json, const struct cg_piece_facts *facts,
                     uint32_t count, struct cg_text more) {
    uint8_t identity[CG_SHA256_BYTES];
    struct cg_sha256 *sha = cg_sha256_new();
    if (sha == NULL) {
        json->failed = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        cg_sha256_update(sha, &facts[i].rows, sizeof facts[i].rows);
        cg_sha256_update(sha, facts[i].content_xxh128, sizeof facts[i].content_xxh128);
    }
    cg_sha256_update(sha, more.ptr, more.len);
    cg_sha256_peek(sha, identity);
    cg_sha256_free(sha);
    cg_json_put_hex(json, "identity", identity, sizeof identity);
}

void cg_piece_facts_get(const struct cg_json *object, struct cg_piece_facts *facts) {
    facts->rows = (uint64_t)cg_json_integer(cg_json_member(object, "rows"));
    facts->bytes = (uint64_t)cg_json_integer(cg_json_member(object, "bytes"));
    cg_json_hex(cg_json_member(object, "sha256"), facts->sha256, sizeof facts->sha256);
    cg_json_hex(cg_json_member(object, "content_xxh128"), facts->content_xxh128,
                sizeof facts->content_xxh128);
}
