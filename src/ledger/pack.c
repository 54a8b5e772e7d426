#include "pack_form.h"

#include <string.h>

static struct cg_text text_of(const struct cg_cell *cell, uint32_t most) {
    struct cg_text text = cell->kind == CG_CELL_TEXT ? cell->bytes : (struct cg_text){"", 0};
    text.len = text.len < most ? text.len : most;
    return text;
}

static uint8_t tested_caps(const struct cg_cell *cap_used) {
    uint32_t used[CG_CAPS_MAX];
    uint8_t tested = 0;
    const uint32_t count = cg_ledger_read_cap_used(cap_used, used);
    for (uint32_t i = 0; i < count; i++) {
        tested |= (uint8_t)((used[i] != UINT32_MAX) << i);
    }
    return tested;
}

static int32_t day_of(const struct cg_cell *cell, int32_t none) {
    return cell->kind == CG_CELL_INTEGER ? (int32_t)cell->integer : none;
}

uint32_t cg_entries_of_line(const struct cg_cell *cells, int64_t line_no, uint32_t service_no,
                            uint32_t provider_no, struct cg_packed_entry out[2]) {
    const int64_t decision = cells[CG_LINE_DECISION].integer;
    const int64_t frequency = cells[CG_LINE_FREQUENCY].integer;
    const bool uses = decision != CG_REJECTED && frequency != CG_VOID;
    const struct cg_packed_entry common = {
        .line_no = line_no,
        .claim_id = text_of(&cells[CG_LINE_CLAIM], CG_ID_MAX_BYTES),
        .line_number = (uint32_t)cells[CG_LINE_NUMBER].integer, /* 0 for NULL */
        .start_day = day_of(&cells[CG_LINE_START], CG_DAY_NONE),
        .tested = tested_caps(&cells[CG_LINE_CAP_USED]),
    };
    uint32_t count = 0;
    if (!uses || cells[CG_LINE_USED].kind == CG_CELL_INTEGER) {
        struct cg_packed_entry *other = &out[count++];
        *other = common;
        other->kind = CG_ENTRY_OTHER;
        other->over_cap = cells[CG_LINE_USED].kind == CG_CELL_INTEGER;
        other->tested = uses || !other->over_cap ? 0 : common.tested;
        other->cap_day = day_of(&cells[CG_LINE_CAP_DAY], CG_DAY_NONE);
        other->reasons = text_of(&cells[CG_LINE_REASONS], CG_PACK_REASONS_MAX_BYTES);
    }
    if (uses) {
        struct cg_packed_entry *line = &out[count++];
        *line = common;
        line->kind = CG_ENTRY_LINE;
        line->end_day = day_of(&cells[CG_LINE_END], common.start_day);
        line->exempt = cells[CG_LINE_EXEMPT].integer != 0;
        line->split = cells[CG_LINE_SPLIT].integer != 0;
        line->replaces = frequency == CG_REPLACEMENT;
        line->original_claim_id = text_of(&cells[CG_LINE_ORIGINAL], CG_ID_MAX_BYTES);
        line->service_no = service_no;
        line->provider_no = provider_no;
        line->units = (uint16_t)cells[CG_LINE_UNITS].integer;
        line->tag = cg_outline_tag(line->claim_id, line->line_number);
        line->service_tag =
            cg_outline_service_tag((uint64_t)cells[CG_LINE_RENDERING].integer, line->units);
        line->accepted_units = (uint16_t)cells[CG_LINE_ACCEPTED].integer;
    }
    return count;
}

struct cg_packed_entry cg_entry_of_take_back(const struct cg_cell *cells, int64_t before_line) {
    const struct cg_text original = text_of(&cells[CG_TAKE_ORIGINAL], CG_ID_MAX_BYTES);
    const uint32_t number = (uint32_t)cells[CG_TAKE_NUMBER].integer;
    return (struct cg_packed_entry){
        .kind = CG_ENTRY_TAKE_BACK,
        .line_no = before_line,
        .tag = cg_outline_tag(original, number),
        .original_claim_id = original,
        .named = text_of(&cells[CG_TAKE_NAMED], CG_ID_MAX_BYTES),
        .claim_id = text_of(&cells[CG_TAKE_CLAIM], CG_ID_MAX_BYTES),
        .line_number = number,
        .frequency = (uint8_t)cells[CG_TAKE_FREQUENCY].integer,
    };
}

/* Where most of an id's own characters are digits at its end, these are kept as a number: ids of
 * payers mostly are one behind a letter. 0: it would not be shorter. */
static size_t put_digits(uint8_t *out, uint32_t shared, struct cg_text own) {
    uint64_t value = 0;
    uint32_t digits = 0;
    while (digits < own.len && digits < TAIL_MAX && own.ptr[own.len - 1 - digits] >= '0' &&
           own.ptr[own.len - 1 - digits] <= '9') {
        digits++;
    }
    const uint32_t text = own.len - digits;
    const uint32_t bytes = cg_bytes_of_digits(digits);
    if (shared > SHORT_MAX || text > TAIL_MAX || bytes + 1 >= digits) {
        return 0;
    }
    for (uint32_t i = text; i < own.len; i++) {
        value = value * 10 + (uint64_t)(own.ptr[i] - '0');
    }
    out[0] = (uint8_t)(shared << 4 | DIGITS_ID);
    out[1] = (uint8_t)(text << 4 | digits);
    memcpy(out + 2, own.ptr, text);
    for (uint32_t i = 0; i < bytes; i++) {
        out[2 + text + i] = (uint8_t)(value >> 8 * i);
    }
    return 2 + (size_t)text + bytes;
}

static size_t put_characters(uint8_t *out, uint32_t shared, struct cg_text own) {
    uint8_t *at = out;
    if (shared <= SHORT_MAX && own.len <= SHORT_MAX) {
        *at++ = (uint8_t)(shared << 4 | own.len);
    } else {
        *at++ = LONG_ID;
        *at++ = (uint8_t)shared;
        *at++ = (uint8_t)own.len;
    }
    memcpy(at, own.ptr, own.len);
    return (size_t)(at - out) + own.len;
}

size_t cg_put_shared_id(uint8_t *out, struct cg_packer *last, struct cg_text id) {
    uint32_t shared = 0;
    while (shared < id.len && shared < last->claim_len && last->claim[shared] == id.ptr[shared]) {
        shared++;
    }
    const struct cg_text own = {id.ptr + shared, id.len - shared};
    const size_t used = put_digits(out, shared, own);
    memcpy(last->claim + shared, own.ptr, own.len);
    last->claim_len = id.len;
    return used > 0 ? used : put_characters(out, shared, own);
}

static size_t put_text(uint8_t *out, struct cg_text text) {
    out[0] = (uint8_t)text.len;
    memcpy(out + 1, text.ptr, text.len);
    return 1 + (size_t)text.len;
}

static uint8_t *put_two(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    return at + 2;
}

static uint8_t *put_line_no(uint8_t *at, struct cg_packer *packer, int64_t line_no) {
    at += cg_varint_put(at, (uint64_t)(line_no - packer->line_no));
    packer->line_no = line_no;
    return at;
}

static uint8_t *put_claim(uint8_t *at, struct cg_packer *packer,
                          const struct cg_packed_entry *entry) {
    at = put_line_no(at, packer, entry->line_no);
    at += cg_put_shared_id(at, packer, entry->claim_id);
    return at + cg_varint_put(at, entry->line_number);
}

static uint8_t *put_line(uint8_t *at, struct cg_packer *packer,
                         const struct cg_packed_entry *entry) {
    const uint16_t day = cg_outline_day(entry->start_day);
    at = put_two(at, day);
    at = put_two(at, entry->tag);
    *at++ = entry->service_tag;
    at += cg_varint_put(at, entry->accepted_units);
    at += cg_varint_put(at, entry->service_no);
    at = put_claim(at, packer, entry);
    if (day == CG_OUTLINE_DAY_NONE) {
        at += cg_varint_put(at, cg_zigzag(entry->start_day));
    }
    if (entry->end_day != entry->start_day) {
        at += cg_varint_put(at, cg_zigzag((int64_t)entry->end_day - entry->start_day));
    }
    at += cg_varint_put(at, entry->provider_no);
    if (entry->accepted_units != entry->units) {
        at += cg_varint_put(at, entry->units);
    }
    *at++ = entry->tested;
    return entry->replaces ? at + put_text(at, entry->original_claim_id) : at;
}

static uint8_t *put_take_back(uint8_t *at, struct cg_packer *packer,
                              const struct cg_packed_entry *entry) {
    at = put_two(at, entry->tag);
    at = put_line_no(at, packer, entry->line_no);
    at += put_text(at, entry->original_claim_id);
    at += cg_varint_put(at, entry->line_number);
    *at++ = entry->frequency;
    at += put_text(at, entry->claim_id);
    return at + put_text(at, entry->named);
}

static uint8_t *put_other(uint8_t *at, struct cg_packer *packer,
                          const struct cg_packed_entry *entry) {
    at = put_claim(at, packer, entry);
    if (!entry->over_cap) {
        return at;
    }
    at += cg_varint_put(at, cg_zigzag(entry->start_day));
    *at++ = entry->tested;
    at += cg_varint_put(at, cg_zigzag((int64_t)entry->cap_day - entry->start_day));
    return at + put_text(at, entry->reasons);
}

static uint8_t flags_of(const struct cg_packed_entry *entry) {
    uint8_t flags = (uint8_t)entry->kind;
    flags |= entry->exempt ? FLAG_EXEMPT : 0;
    flags |= entry->split ? FLAG_SPLIT : 0;
    flags |= entry->replaces ? FLAG_REPLACES : 0;
    flags |= entry->over_cap ? FLAG_OVER_CAP : 0;
    if (entry->kind == CG_ENTRY_LINE) {
        flags |= entry->end_day != entry->start_day ? FLAG_SPAN : 0;
        flags |= entry->accepted_units != entry->units ? FLAG_PARTLY : 0;
    }
    return flags;
}

bool cg_pack_entry(struct cg_buffer *out, struct cg_packer *packer,
                   const struct cg_packed_entry *entry) {
    if (!cg_buffer_reserve(out, CG_PACK_ENTRY_MAX_BYTES)) {
        return false;
    }
    uint8_t *start = (uint8_t *)out->data + out->len_bytes;
    uint8_t *rest = start + 2;
    uint8_t *end = entry->kind == CG_ENTRY_LINE        ? put_line(rest, packer, entry)
                   : entry->kind == CG_ENTRY_TAKE_BACK ? put_take_back(rest, packer, entry)
                                                       : put_other(rest, packer, entry);
    const size_t len = (size_t)(end - rest);
    start[0] = flags_of(entry);
    if (len >= SHORT_LEN) {
        memmove(rest + 1, rest, len);
        end++;
    }
    (void)cg_varint_put(start + 1, len);
    out->len_bytes = (size_t)((char *)end - out->data);
    return true;
}

bool cg_put_group(struct cg_buffer *out, int64_t head, struct cg_text entries) {
    if (!cg_buffer_reserve(out, 2 * (size_t)CG_VARINT_MAX_BYTES + entries.len)) {
        return false;
    }
    uint8_t *at = (uint8_t *)out->data + out->len_bytes;
    at += cg_varint_put(at, (uint64_t)head);
    at += cg_varint_put(at, entries.len);
    out->len_bytes = (size_t)((char *)at - out->data);
    return cg_buffer_append(out, entries.ptr, entries.len);
}
