#include "pack.h"

#include "claimgate/record/field.h"

#include <string.h>

/*
 *     line       flags, line number, claim, number, start day, [days more], service, provider,
 *                units, [accepted], tested
 *     take-back  flags, line number, original claim, number, frequency, claim
 *     other      flags, line number, claim, number, [start day, tested, cap's day, reasons]
 */
enum {
    KIND_BITS = 3,
    FLAG_EXEMPT = 4,
    FLAG_SPLIT = 8,
    FLAG_REPLACES_ITSELF = 16,
    FLAG_SPAN = 32,
    FLAG_PARTLY = 64, /* accepted units are not the units submitted */
    FLAG_OVER_CAP = 128,
    LONG_ID = 0xff, /* two lengths of a byte each follow */
    SHORT_MAX = 14,
};

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
        tested |= used[i] == UINT32_MAX ? 0 : (uint8_t)(1U << i);
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
        .line_number = (uint16_t)cells[CG_LINE_NUMBER].integer, /* 0 for NULL */
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
        line->replaces_itself =
            frequency == CG_REPLACEMENT &&
            cg_text_equal(common.claim_id, text_of(&cells[CG_LINE_ORIGINAL], CG_ID_MAX_BYTES));
        line->service_no = service_no;
        line->provider_no = provider_no;
        line->units = (uint16_t)cells[CG_LINE_UNITS].integer;
        line->accepted_units = (uint16_t)cells[CG_LINE_ACCEPTED].integer;
    }
    return count;
}

struct cg_packed_entry cg_entry_of_take_back(const struct cg_cell *cells, int64_t before_line) {
    return (struct cg_packed_entry){
        .kind = CG_ENTRY_TAKE_BACK,
        .line_no = before_line,
        .original_claim_id = text_of(&cells[CG_TAKE_ORIGINAL], CG_ID_MAX_BYTES),
        .claim_id = text_of(&cells[CG_TAKE_CLAIM], CG_ID_MAX_BYTES),
        .line_number = (uint16_t)cells[CG_TAKE_NUMBER].integer,
        .frequency = (uint8_t)cells[CG_TAKE_FREQUENCY].integer,
    };
}

size_t cg_put_shared_id(uint8_t *out, struct cg_packer *last, struct cg_text id) {
    uint32_t shared = 0;
    while (shared < id.len && shared < last->claim_len && last->claim[shared] == id.ptr[shared]) {
        shared++;
    }
    const uint32_t own = id.len - shared;
    uint8_t *at = out;
    if (shared <= SHORT_MAX && own <= SHORT_MAX) {
        *at++ = (uint8_t)(shared << 4 | own);
    } else {
        *at++ = LONG_ID;
        *at++ = (uint8_t)shared;
        *at++ = (uint8_t)own;
    }
    memcpy(at, id.ptr + shared, own);
    memcpy(last->claim + shared, id.ptr + shared, own);
    last->claim_len = id.len;
    return (size_t)(at - out) + own;
}

size_t cg_get_shared_id(const uint8_t *bytes, size_t len, struct cg_packer *last) {
    const size_t head = len > 0 && bytes[0] == LONG_ID ? 3 : 1;
    if (len < head) {
        return 0;
    }
    const uint32_t shared = head == 3 ? bytes[1] : bytes[0] >> 4;
    const uint32_t own = head == 3 ? bytes[2] : bytes[0] & 15;
    if (shared > last->claim_len || shared + own > CG_ID_MAX_BYTES || own > len - head) {
        return 0;
    }
    memcpy(last->claim + shared, bytes + head, own);
    last->claim_len = shared + own;
    return head + own;
}

static size_t put_text(uint8_t *out, struct cg_text text) {
    out[0] = (uint8_t)text.len;
    memcpy(out + 1, text.ptr, text.len);
    return 1 + (size_t)text.len;
}

static uint8_t *put_day(uint8_t *at, struct cg_packer *packer, int32_t day_no) {
    at += cg_varint_put(at, cg_zigzag((int64_t)day_no - packer->day));
    packer->day = day_no;
    return at;
}

static uint8_t *put_line(uint8_t *at, struct cg_packer *packer,
                         const struct cg_packed_entry *entry) {
    at = put_day(at, packer, entry->start_day);
    if (entry->end_day != entry->start_day) {
        at += cg_varint_put(at, cg_zigzag((int64_t)entry->end_day - entry->start_day));
    }
    at += cg_varint_put(at, entry->service_no);
    at += cg_varint_put(at, entry->provider_no);
    at += cg_varint_put(at, entry->units);
    if (entry->accepted_units != entry->units) {
        at += cg_varint_put(at, entry->accepted_units);
    }
    *at++ = entry->tested;
    return at;
}

static uint8_t *put_take_back(uint8_t *at, const struct cg_packed_entry *entry) {
    at += put_text(at, entry->original_claim_id);
    at += cg_varint_put(at, entry->line_number);
    *at++ = entry->frequency;
    return at + put_text(at, entry->claim_id);
}

static uint8_t *put_over_cap(uint8_t *at, struct cg_packer *packer,
                             const struct cg_packed_entry *entry) {
    at = put_day(at, packer, entry->start_day);
    *at++ = entry->tested;
    at += cg_varint_put(at, cg_zigzag((int64_t)entry->cap_day - entry->start_day));
    return at + put_text(at, entry->reasons);
}

static uint8_t flags_of(const struct cg_packed_entry *entry) {
    uint8_t flags = (uint8_t)entry->kind;
    flags |= entry->exempt ? FLAG_EXEMPT : 0;
    flags |= entry->split ? FLAG_SPLIT : 0;
    flags |= entry->replaces_itself ? FLAG_REPLACES_ITSELF : 0;
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
    uint8_t *at = (uint8_t *)out->data + out->len_bytes;
    *at++ = flags_of(entry);
    at += cg_varint_put(at, (uint64_t)(entry->line_no - packer->line_no));
    packer->line_no = entry->line_no;
    if (entry->kind == CG_ENTRY_TAKE_BACK) {
        at = put_take_back(at, entry);
    } else {
        at += cg_put_shared_id(at, packer, entry->claim_id);
        at += cg_varint_put(at, entry->line_number);
        if (entry->kind == CG_ENTRY_LINE) {
            at = put_line(at, packer, entry);
        } else if (entry->over_cap) {
            at = put_over_cap(at, packer, entry);
        }
    }
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

static uint8_t get_byte(struct reader *reader) {
    reader->broken = reader->broken || reader->at == reader->end;
    return reader->broken ? 0 : *reader->at++;
}

static struct cg_text get_text(struct reader *reader, uint32_t most) {
    const uint32_t len = get_byte(reader);
    if (reader->broken || len > most || len > (size_t)(reader->end - reader->at)) {
        reader->broken = true;
        return (struct cg_text){"", 0};
    }
    const struct cg_text text = {(const char *)reader->at, len};
    reader->at += len;
    return text;
}

static int32_t get_day(struct reader *reader, int32_t from) {
    const int64_t day = from + cg_unzigzag(get_number(reader, UINT64_C(1) << 33));
    reader->broken = reader->broken || day < INT32_MIN || day > INT32_MAX;
    return reader->broken ? 0 : (int32_t)day;
}

static void get_line(struct reader *reader, struct cg_packer *packer, uint8_t flags,
                     struct cg_packed_entry *out) {
    packer->day = get_day(reader, packer->day);
    out->start_day = packer->day;
    out->end_day = (flags & FLAG_SPAN) != 0 ? get_day(reader, out->start_day) : out->start_day;
    out->service_no = (uint32_t)get_number(reader, UINT32_MAX);
    out->provider_no = (uint32_t)get_number(reader, UINT32_MAX);
    out->units = (uint16_t)get_number(reader, UINT16_MAX);
    out->accepted_units =
        (flags & FLAG_PARTLY) != 0 ? (uint16_t)get_number(reader, UINT16_MAX) : out->units;
    out->tested = get_byte(reader);
}

static void get_take_back(struct reader *reader, struct cg_packed_entry *out) {
    out->original_claim_id = get_text(reader, CG_ID_MAX_BYTES);
    out->line_number = (uint16_t)get_number(reader, CG_LINE_NUMBER_MAX);
    out->frequency = get_byte(reader);
    out->claim_id = get_text(reader, CG_ID_MAX_BYTES);
}

static void get_claim(struct reader *reader, struct cg_packer *packer,
                      struct cg_packed_entry *out) {
    const size_t used =
        reader->broken ? 0
                       : cg_get_shared_id(reader->at, (size_t)(reader->end - reader->at), packer);
    reader->broken = used == 0;
    reader->at += used;
    out->claim_id = (struct cg_text){packer->claim, packer->claim_len};
    out->line_number = (uint16_t)get_number(reader, CG_LINE_NUMBER_MAX);
}

static void get_over_cap(struct reader *reader, struct cg_packer *packer,
                         struct cg_packed_entry *out) {
    packer->day = get_day(reader, packer->day);
    out->start_day = packer->day;
    out->tested = get_byte(reader);
    out->cap_day = get_day(reader, out->start_day);
    out->reasons = get_text(reader, CG_PACK_REASONS_MAX_BYTES);
}

bool cg_unpack_entry(struct cg_text *packed, struct cg_packer *packer, struct cg_packed_entry *out,
                     bool *broken) {
    *broken = false;
    if (packed->len == 0) {
        return false;
    }
    struct reader reader = {.at = (const uint8_t *)packed->ptr};
    reader.end = reader.at + packed->len;
    const uint8_t flags = *reader.at++;
    *out = (struct cg_packed_entry){
        .kind = (enum cg_entry_kind)(flags & KIND_BITS),
        .exempt = (flags & FLAG_EXEMPT) != 0,
        .split = (flags & FLAG_SPLIT) != 0,
        .replaces_itself = (flags & FLAG_REPLACES_ITSELF) != 0,
        .over_cap = (flags & FLAG_OVER_CAP) != 0,
    };
    packer->line_no += (int64_t)get_number(&reader, INT64_MAX / 2);
    out->line_no = packer->line_no;
    if (out->kind == CG_ENTRY_TAKE_BACK) {
        get_take_back(&reader, out);
    } else {
        get_claim(&reader, packer, out);
        if (out->kind == CG_ENTRY_LINE) {
            get_line(&reader, packer, flags, out);
        } else if (out->over_cap) {
            get_over_cap(&reader, packer, out);
        }
    }
    *broken = reader.broken || out->kind > CG_ENTRY_OTHER;
    const char *at = (const char *)reader.at;
    packed->len -= (uint32_t)(at - packed->ptr);
    packed->ptr = at;
    return !*broken;
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

bool cg_next_group(struct cg_text *groups, int64_t *head, struct cg_text *entries, bool *broken) {
    *broken = false;
    if (groups->len == 0) {
        return false;
    }
    struct reader reader = {.at = (const uint8_t *)groups->ptr};
    reader.end = reader.at + groups->len;
    *head = (int64_t)get_number(&reader, INT64_MAX);
    const uint64_t len = get_number(&reader, UINT32_MAX);
    if (reader.broken || len > (size_t)(reader.end - reader.at)) {
        *broken = true;
        return false;
    }
    *entries = (struct cg_text){(const char *)reader.at, (uint32_t)len};
    groups->ptr = (const char *)reader.at + len;
    groups->len = (uint32_t)((const char *)reader.end - groups->ptr);
    return true;
}
