/*
 * A row of the ledger as cells. The bytes that cg_cells_append makes are what a row is spilled as,
 * hashed as and bound from; kinds and lengths stand in front of the values, so that no two
 * different rows have the same bytes.
 */
#include "private.h"

#include <string.h>

struct cg_cell cg_cell_string(const char *text) {
    if (text == NULL) {
        return cg_cell_null();
    }
    return cg_cell_text((struct cg_text){text, (uint32_t)strlen(text)});
}

struct cg_cell cg_cell_hash(const uint8_t sha256[CG_SHA256_BYTES]) {
    return (struct cg_cell){.kind = CG_CELL_BLOB, .bytes = {(const char *)sha256, CG_SHA256_BYTES}};
}

struct cg_cell cg_cell_xxh128(const uint8_t hash[CG_XXH128_BYTES]) {
    return (struct cg_cell){.kind = CG_CELL_BLOB, .bytes = {(const char *)hash, CG_XXH128_BYTES}};
}

struct cg_cell cg_cell_column(sqlite3_stmt *statement, int column) {
    /* One look at the column instead of one for its type and each part of its value: half the time
     * of reading a row. */
    sqlite3_value *value = sqlite3_column_value(statement, column);
    struct cg_cell cell = cg_cell_null();
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        return cg_cell_integer(sqlite3_value_int64(value));
    case SQLITE_TEXT:
        cell.kind = CG_CELL_TEXT;
        cell.bytes.ptr = (const char *)sqlite3_value_text(value);
        break;
    case SQLITE_NULL:
        return cell;
    default: /* SQLITE_BLOB; the tables are STRICT and hold no floats */
        cell.kind = CG_CELL_BLOB;
        cell.bytes.ptr = sqlite3_value_blob(value);
        break;
    }
    cell.bytes.len = (uint32_t)sqlite3_value_bytes(value);
    if (cell.bytes.ptr == NULL) {
        cell.bytes = (struct cg_text){"", 0};
    }
    return cell;
}

size_t cg_varint_put(uint8_t *out, uint64_t value) {
    size_t len = 0;
    while (value >= 0x80) {
        out[len++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    out[len++] = (uint8_t)value;
    return len;
}

size_t cg_varint_get_long(const uint8_t *bytes, size_t len, uint64_t *out) {
    uint64_t value = 0;
    for (size_t i = 0; i < len && i < CG_VARINT_MAX_BYTES; i++) {
        value |= (uint64_t)(bytes[i] & 0x7f) << (7 * i);
        if (bytes[i] < 0x80) {
            *out = value;
            return i + 1;
        }
    }
    return 0;
}

bool cg_cells_append(struct cg_buffer *out, const struct cg_cell *cells, size_t count) {
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        most += 1 + CG_VARINT_MAX_BYTES + cells[i].bytes.len;
    }
    if (!cg_buffer_reserve(out, most)) {
        return false;
    }
    uint8_t *at = (uint8_t *)out->data + out->len_bytes;
    for (size_t i = 0; i < count; i++) {
        const struct cg_cell *cell = &cells[i];
        *at++ = (uint8_t)cell->kind;
        if (cell->kind == CG_CELL_INTEGER) {
            at += cg_varint_put(at, cg_zigzag(cell->integer));
        } else if (cell->kind != CG_CELL_NULL) {
            at += cg_varint_put(at, cell->bytes.len);
            if (cell->bytes.len > 0) { /* an empty text may be NULL */
                memcpy(at, cell->bytes.ptr, cell->bytes.len);
            }
            at += cell->bytes.len;
        }
    }
    out->len_bytes = (size_t)((char *)at - out->data);
    return true;
}

/* Read one cell; NULL when the bytes end too early or make no sense. */
static const uint8_t *read_cell(const uint8_t *at, const uint8_t *end, struct cg_cell *cell) {
    if (at == end || *at > CG_CELL_BLOB) {
        return NULL;
    }
    *cell = (struct cg_cell){.kind = (enum cg_cell_kind) * at++};
    if (cell->kind == CG_CELL_NULL) {
        return at;
    }
    uint64_t value;
    const size_t used = cg_varint_get(at, (size_t)(end - at), &value);
    if (used == 0) {
        return NULL;
    }
    at += used;
    if (cell->kind == CG_CELL_INTEGER) {
        cell->integer = cg_unzigzag(value);
        return at;
    }
    if (value > (uint64_t)(end - at)) {
        return NULL;
    }
    cell->bytes = (struct cg_text){(const char *)at, (uint32_t)value};
    return at + value;
}

bool cg_cells_read(struct cg_text bytes, struct cg_cell *cells, size_t count) {
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    const uint8_t *end = at + bytes.len;
    for (size_t i = 0; i < count; i++) {
        at = read_cell(at, end, &cells[i]);
        if (at == NULL) {
            return false;
        }
    }
    return at == end;
}
