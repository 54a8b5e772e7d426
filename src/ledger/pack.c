/*
 * What the gate recalls of a member and a run, as bytes: a night reads one short row for each run
 * in which the member had a line, and no index.
 *
 *     line:       flags, claim id, then as varints line number, start day, days more, NPI,
 *                 procedure, modifiers, units submitted, units accepted
 *     take-back:  flags, original claim id, line number, frequency, claim id
 *
 * Entries stand in the order of the input; ids have their length in front; days count from 1900.
 * The bytes follow from the rows of `line` and `take_back` alone, so that `ledger verify` can make
 * them again.
 */
#include "private.h"

#include "claimgate/record/field.h"

#include <string.h>

enum {
    FLAG_TAKE_BACK = 1,
    FLAG_EXEMPT = 2,
    FLAG_SPLIT = 4,
    FLAG_REPLACES_ITSELF = 8,
    FLAGS_KNOWN = 15,
};

static size_t put_text(uint8_t *out, struct cg_text text) {
    out[0] = (uint8_t)text.len;
    memcpy(out + 1, text.ptr, text.len);
    return 1 + (size_t)text.len;
}

static struct cg_text text_of(const struct cg_cell *cell) {
    return cell->kind == CG_CELL_TEXT ? cell->bytes : (struct cg_text){"", 0};
}

static uint64_t modifiers_of(const struct cg_cell *cell) {
    const struct cg_text text = text_of(cell);
    uint64_t modifiers = 0;
    for (uint32_t at = 0; at + 2 <= text.len; at += 3) {
        modifiers =
            cg_modifiers_append(modifiers, cg_field_modifier((struct cg_text){text.ptr + at, 2}));
    }
    return modifiers;
}

static bool same_text(const struct cg_cell *a, const struct cg_cell *b) {
    return cg_text_equal(text_of(a), text_of(b));
}

static bool fits_an_id(const struct cg_cell *cell) {
    return text_of(cell).len <= CG_ID_MAX_BYTES;
}

bool cg_pack_line(struct cg_buffer *out, const struct cg_cell *cells) {
    if (cells[CG_LINE_DECISION].integer == CG_REJECTED ||
        cells[CG_LINE_FREQUENCY].integer == CG_VOID) {
        return true;
    }
    if (!fits_an_id(&cells[CG_LINE_CLAIM]) || !cg_buffer_reserve(out, CG_PACK_ENTRY_MAX_BYTES)) {
        return false;
    }
    uint8_t *at = (uint8_t *)out->data + out->len_bytes;
    const bool replaces_itself = cells[CG_LINE_FREQUENCY].integer == CG_REPLACEMENT &&
                                 same_text(&cells[CG_LINE_CLAIM], &cells[CG_LINE_ORIGINAL]);
    *at++ = (uint8_t)((cells[CG_LINE_EXEMPT].integer != 0 ? FLAG_EXEMPT : 0) |
                      (cells[CG_LINE_SPLIT].integer != 0 ? FLAG_SPLIT : 0) |
                      (replaces_itself ? FLAG_REPLACES_ITSELF : 0));
    const int64_t start = cells[CG_LINE_START].integer;
    const int64_t end =
        cells[CG_LINE_END].kind == CG_CELL_NULL ? start : cells[CG_LINE_END].integer;
    at += put_text(at, text_of(&cells[CG_LINE_CLAIM]));
    const uint64_t numbers[] = {
        (uint64_t)cells[CG_LINE_NUMBER].integer, /* 0 for NULL */
        (uint64_t)(start - CG_DAY_FIRST),
        (uint64_t)(end - start),
        (uint64_t)cells[CG_LINE_RENDERING].integer,
        cg_field_procedure(text_of(&cells[CG_LINE_PROCEDURE])),
        modifiers_of(&cells[CG_LINE_MODIFIERS]),
        (uint64_t)cells[CG_LINE_UNITS].integer,
        (uint64_t)cells[CG_LINE_ACCEPTED].integer,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        at += cg_varint_put(at, numbers[i]);
    }
    out->len_bytes = (size_t)((char *)at - out->data);
    return true;
}

bool cg_pack_take_back(struct cg_buffer *out, const struct cg_cell *cells) {
    if (!fits_an_id(&cells[CG_TAKE_ORIGINAL]) || !fits_an_id(&cells[CG_TAKE_CLAIM]) ||
        !cg_buffer_reserve(out, CG_PACK_ENTRY_MAX_BYTES)) {
        return false;
    }
    uint8_t *at = (uint8_t *)out->data + out->len_bytes;
    *at++ = FLAG_TAKE_BACK;
    at += put_text(at, text_of(&cells[CG_TAKE_ORIGINAL]));
    at += cg_varint_put(at, (uint64_t)cells[CG_TAKE_NUMBER].integer);
    at += cg_varint_put(at, (uint64_t)cells[CG_TAKE_FREQUENCY].integer);
    at += put_text(at, text_of(&cells[CG_TAKE_CLAIM]));
    out->len_bytes = (size_t)((char *)at - out->data);
    return true;
}

/* Reading: broken bytes set `broken` and give zeros from there on. */
struct reader {
    const uint8_t *at;
    const uint8_t *end;
    bool broken;
};

static uint64_t get_number(struct reader *reader, uint64_t most) {
    uint64_t value = 0;
    const size_t used =
        reader->broken ? 0 : cg_varint_get(reader->at, (size_t)(reader->end - reader->at), &value);
    if (used == 0 || value > most) {
        reader->broken = true;
        return 0;
    }
    reader->at += used;
    return value;
}

static struct cg_text get_text(struct reader *reader) {
    if (reader->broken || reader->at == reader->end || *reader->at > reader->end - reader->at - 1) {
        reader->broken = true;
        return (struct cg_text){"", 0};
    }
    const struct cg_text text = {(const char *)reader->at + 1, *reader->at};
    reader->at += 1 + text.len;
    return text;
}

static void get_line(struct reader *reader, uint8_t flags, struct cg_packed_entry *out) {
    const uint64_t days = (uint64_t)(CG_DAY_LAST - CG_DAY_FIRST);
    struct cg_past_line *line = &out->line;
    line->claim_id = get_text(reader);
    line->line_number = (uint16_t)get_number(reader, CG_LINE_NUMBER_MAX);
    line->start_day = CG_DAY_FIRST + (int32_t)get_number(reader, days);
    line->end_day = line->start_day + (int32_t)get_number(reader, days);
    line->rendering_npi = get_number(reader, UINT64_MAX);
    out->procedure = get_number(reader, UINT64_MAX);
    line->modifiers = get_number(reader, UINT64_MAX);
    line->submitted_units = (uint16_t)get_number(reader, CG_UNITS_MAX);
    line->accepted_units = (uint16_t)get_number(reader, CG_UNITS_MAX);
    line->exempt = (flags & FLAG_EXEMPT) != 0;
    line->split = (flags & FLAG_SPLIT) != 0;
    if ((flags & FLAG_REPLACES_ITSELF) != 0) {
        out->claim_id = line->claim_id;
    }
}

bool cg_pack_next(struct cg_text *packed, struct cg_packed_entry *out, bool *broken) {
    *broken = false;
    if (packed->len == 0) {
        return false;
    }
    struct reader reader = {.at = (const uint8_t *)packed->ptr};
    reader.end = reader.at + packed->len;
    const uint8_t flags = *reader.at++;
    *out = (struct cg_packed_entry){.is_take_back = (flags & FLAG_TAKE_BACK) != 0};
    if (out->is_take_back) {
        out->original_claim_id = get_text(&reader);
        out->line_number = (uint16_t)get_number(&reader, CG_LINE_NUMBER_MAX);
        out->frequency = (uint8_t)get_number(&reader, CG_VOID);
        out->claim_id = get_text(&reader);
    } else {
        get_line(&reader, flags, out);
    }
    *broken = reader.broken || (flags & ~FLAGS_KNOWN) != 0;
    const char *at = (const char *)reader.at;
    packed->len -= (uint32_t)(at - packed->ptr);
    packed->ptr = at;
    return !*broken;
}
