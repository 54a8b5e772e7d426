/*
 * A row of the ledger as cells: one form for binding, spilling and hashing.
 *
 * Ownership  The bytes of a cell are views into what it was made from.
 * Failure    False: no memory, or bytes that are not such cells.
 */
#ifndef CLAIMGATE_LEDGER_CELLS_H
#define CLAIMGATE_LEDGER_CELLS_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/hash.h"
#include "claimgate/base/text.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cg_cell_kind { CG_CELL_NULL, CG_CELL_INTEGER, CG_CELL_TEXT, CG_CELL_BLOB };

struct cg_cell {
    enum cg_cell_kind kind;
    int64_t integer;
    struct cg_text bytes; /* CG_CELL_TEXT and CG_CELL_BLOB */
};

static inline struct cg_cell cg_cell_null(void) {
    return (struct cg_cell){.kind = CG_CELL_NULL};
}
static inline struct cg_cell cg_cell_integer(int64_t value) {
    return (struct cg_cell){.kind = CG_CELL_INTEGER, .integer = value};
}
static inline struct cg_cell cg_cell_unsigned(uint64_t value) {
    return cg_cell_integer((int64_t)value);
}
/* NULL for `none`. */
static inline struct cg_cell cg_cell_optional(int64_t value, int64_t none) {
    return value == none ? cg_cell_null() : cg_cell_integer(value);
}
static inline struct cg_cell cg_cell_text(struct cg_text text) {
    return (struct cg_cell){.kind = CG_CELL_TEXT, .bytes = text};
}
static inline struct cg_cell cg_cell_buffer(const struct cg_buffer *text) {
    return cg_cell_text((struct cg_text){text->data, (uint32_t)text->len_bytes});
}
struct cg_cell cg_cell_string(const char *text); /* NULL: a null cell */
struct cg_cell cg_cell_hash(const uint8_t sha256[CG_SHA256_BYTES]);
struct cg_cell cg_cell_xxh128(const uint8_t hash[CG_XXH128_BYTES]);
struct cg_cell cg_cell_column(sqlite3_stmt *statement, int column);

enum { CG_VARINT_MAX_BYTES = 10 };
size_t cg_varint_put(uint8_t *out, uint64_t value);
size_t cg_varint_get_long(const uint8_t *bytes, size_t len, uint64_t *out);
/* Bytes used; 0 when `len` bytes do not hold a whole one. Inline, for most have one byte. */
static inline size_t cg_varint_get(const uint8_t *bytes, size_t len, uint64_t *out) {
    if (len > 0 && bytes[0] < 0x80) {
        *out = bytes[0];
        return 1;
    }
    return cg_varint_get_long(bytes, len, out);
}

/* Small negative numbers stay short: 0, -1, 1, -2 become 0, 1, 2, 3. */
static inline uint64_t cg_zigzag(int64_t value) {
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}
static inline int64_t cg_unzigzag(uint64_t value) {
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* Rows as bytes, the same for the same cells everywhere: each cell its kind, then its value. */
cg_must_use bool cg_cells_append(struct cg_buffer *out, const struct cg_cell *cells, size_t count);
/* False when the bytes are not exactly `count` cells. Texts are views into them. */
cg_must_use bool cg_cells_read(struct cg_text bytes, struct cg_cell *cells, size_t count);

/* The cells of `line` and `take_back` in the order of their columns, run_no left out. What these
 * cells are as bytes is hashed, so that they never change. */
enum {
    CG_LINE_MEMBER,
    CG_LINE_INPUT,
    CG_LINE_SOURCE_LINE,
    CG_LINE_CLAIM,
    CG_LINE_NUMBER,
    CG_LINE_FREQUENCY,
    CG_LINE_ORIGINAL,
    CG_LINE_START,
    CG_LINE_END,
    CG_LINE_PROCEDURE,
    CG_LINE_MODIFIERS,
    CG_LINE_RENDERING,
    CG_LINE_BILLING,
    CG_LINE_UNITS,
    CG_LINE_ACCEPTED,
    CG_LINE_DECISION,
    CG_LINE_REASONS,
    CG_LINE_CAP_USED,
    CG_LINE_USED,
    CG_LINE_AVAILABLE,
    CG_LINE_EXEMPT,
    CG_LINE_SPLIT,
    CG_LINE_CAP_DAY, /* what version 1 kept ends here */
    CG_LINE_DETAIL,
    CG_LINE_CELLS,
};
enum {
    CG_TAKE_MEMBER,
    CG_TAKE_INPUT,
    CG_TAKE_SOURCE_LINE,
    CG_TAKE_ORIGINAL,
    CG_TAKE_NUMBER,
    CG_TAKE_CLAIM,
    CG_TAKE_FREQUENCY, /* a row that named its original by its claim id, as all of version 1 did,
                        * ends here */
    CG_TAKE_NAMED,
    CG_TAKE_CELLS,
};
enum { CG_MEMBER_NO, CG_MEMBER_ID, CG_MEMBER_CELLS };

/* How many cells the row of a take-back has. */
static inline size_t cg_take_cells(const struct cg_cell cells[CG_TAKE_CELLS]) {
    return cells[CG_TAKE_NAMED].kind == CG_CELL_NULL ? CG_TAKE_NAMED : CG_TAKE_CELLS;
}

#endif
