/*
 * Piece: a packed table of rows that one step hands to another, with what tells that it is whole.
 *
 * A row is bytes behind their number, which has two bytes. The first one names the cells.
 *
 * Ownership  _open/_close; the deflater is the caller's, and may serve many pieces.
 * Threads    One.
 * Failure    Writing: those of cg_sink. Reading: CG_NO_INPUT; CG_BAD_DATA where the piece is not
 *            that which was written.
 */
#ifndef CLAIMGATE_PART_PIECE_H
#define CLAIMGATE_PART_PIECE_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/hash.h"
#include "claimgate/base/text.h"
#include "claimgate/io/deflate.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/source.h"
#include "claimgate/json/json.h"

enum { CG_PIECE_TEXT_BYTES = 60 << 10 }; /* that are packed at once, mostly into one block */

struct cg_piece_facts {
    uint64_t rows; /* the first one left out */
    uint64_t bytes;
    uint8_t sha256[CG_SHA256_BYTES];
    uint8_t content_xxh128[CG_XXH128_BYTES];
};

struct cg_piece_writer {
    struct cg_sink *sink;
    struct cg_deflater *deflater;
    struct cg_buffer text;   /* rows that wait to be packed */
    struct cg_buffer packed; /* on its way to the sink */
    struct cg_xxh128 *content;
    uint64_t rows;
};

cg_must_use enum cg_status cg_piece_create(int dir_fd, const char *name, const char *header,
                                           struct cg_deflater *deflater,
                                           struct cg_piece_writer *out, struct cg_error *err);
/* A row was added to piece->text. */
cg_must_use enum cg_status cg_piece_put(struct cg_piece_writer *piece, struct cg_error *err);
/* Whole, synced and closed. */
cg_must_use enum cg_status cg_piece_finish(struct cg_piece_writer *piece,
                                           struct cg_piece_facts *facts, struct cg_error *err);
void cg_piece_abandon(struct cg_piece_writer *piece); /* after _finish there is nothing to do */

struct cg_piece_reader {
    char *path;
    struct cg_source *source;
    char *bytes; /* room for two fills */
    size_t begin;
    size_t end;
    struct cg_xxh128 *content;
    struct cg_piece_facts facts; /* that it must have */
    uint64_t rows;
    bool at_end;
};

cg_must_use enum cg_status cg_piece_open(const char *path, const char *header,
                                         const struct cg_piece_facts *facts,
                                         struct cg_piece_reader *out, struct cg_error *err);
/* The next row, which lives until the next call. *more false: there was none, and the piece has
 * been whole. */
cg_must_use enum cg_status cg_piece_next(struct cg_piece_reader *piece, struct cg_text *row,
                                         bool *more, struct cg_error *err);
void cg_piece_close(struct cg_piece_reader *piece);

/* In a manifest: "file", "rows", "bytes", "sha256", "content_xxh128". */
void cg_piece_facts_put(struct cg_json_writer *json, const char *file,
                        const struct cg_piece_facts *facts);
/* "identity": what tells two makings of one step apart, whatever packed their pieces; `more` is
 * what else belongs to it. */
void cg_identity_put(struct cg_json_writer *json, const struct cg_piece_facts *facts,
                     uint32_t count, struct cg_text more);
void cg_piece_facts_get(const struct cg_json *object, struct cg_piece_facts *facts);

#endif
