#include "pack_form.h"

#include <string.h>

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

static uint16_t get_two(struct reader *reader) {
    const uint16_t low = get_byte(reader);
    return (uint16_t)(low | get_byte(reader) << 8);
}

static int32_t get_day(struct reader *reader, int32_t from) {
    const int64_t day = from + cg_unzigzag(get_number(reader, UINT64_C(1) << 33));
    reader->broken = reader->broken || day < INT32_MIN || day > INT32_MAX;
    return reader->broken ? 0 : (int32_t)day;
}

/* As put_digits makes it. */
static size_t get_digits(const uint8_t *bytes, size_t len, struct cg_packer *last) {
    const uint32_t shared = bytes[0] >> 4;
    const uint32_t text = len < 2 ? 0 : bytes[1] >> 4;
    const uint32_t digits = len < 2 ? 0 : bytes[1] & 15;
    const uint32_t number = cg_bytes_of_digits(digits);
    const uint32_t id_len = shared + text + digits;
    uint64_t value = 0;
    if (digits == 0 || shared > last->claim_len || id_len > CG_ID_MAX_BYTES ||
        len < 2 + (size_t)text + number) {
        return 0;
    }
    memcpy(last->claim + shared, bytes + 2, text);
    for (uint32_t i = number; i > 0; i--) {
        value = value << 8 | bytes[1 + text + i];
    }
    for (uint32_t i = 1; i <= digits; i++) {
        last->claim[id_len - i] = (char)('0' + value % 10);
        value /= 10;
    }
    last->claim_len = id_len;
    return value == 0 ? 2 + (size_t)text + number : 0;
}

size_t cg_get_shared_id(const uint8_t *bytes, size_t len, struct cg_packer *last) {
    if (len > 0 && bytes[0] != LONG_ID && (bytes[0] & 15) == DIGITS_ID) {
        return get_digits(bytes, len, last);
    }
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

static void get_line_no(struct reader *reader, struct cg_packer *packer,
                        struct cg_packed_entry *out) {
    packer->line_no += (int64_t)get_number(reader, INT64_MAX / 2);
    out->line_no = packer->line_no;
}

static void get_claim(struct reader *reader, struct cg_packer *packer,
                      struct cg_packed_entry *out) {
    get_line_no(reader, packer, out);
    const size_t used =
        reader->broken ? 0
                       : cg_get_shared_id(reader->at, (size_t)(reader->end - reader->at), packer);
    reader->broken = used == 0;
    reader->at += used;
    out->claim_id = (struct cg_text){packer->claim, packer->claim_len};
    out->line_number = (uint32_t)get_number(reader, CG_LINE_KEY_MAX);
}

static void get_line(struct reader *reader, struct cg_packer *packer, uint8_t flags,
                     struct cg_packed_entry *out) {
    const uint16_t day = get_two(reader);
    out->tag = get_two(reader);
    out->service_tag = get_byte(reader);
    out->accepted_units = (uint16_t)get_number(reader, UINT16_MAX);
    out->service_no = (uint32_t)get_number(reader, UINT32_MAX);
    get_claim(reader, packer, out);
    out->start_day =
        day == CG_OUTLINE_DAY_NONE ? get_day(reader, 0) : CG_OUTLINE_DAY_FIRST + (int32_t)day;
    out->end_day = (flags & FLAG_SPAN) != 0 ? get_day(reader, out->start_day) : out->start_day;
    out->provider_no = (uint32_t)get_number(reader, UINT32_MAX);
    out->units =
        (flags & FLAG_PARTLY) != 0 ? (uint16_t)get_number(reader, UINT16_MAX) : out->accepted_units;
    out->tested = get_byte(reader);
    if ((flags & FLAG_REPLACES) != 0) {
        out->original_claim_id = get_text(reader, CG_ID_MAX_BYTES);
    }
}

static void get_take_back(struct reader *reader, struct cg_packer *packer,
                          struct cg_packed_entry *out) {
    out->tag = get_two(reader);
    get_line_no(reader, packer, out);
    out->original_claim_id = get_text(reader, CG_ID_MAX_BYTES);
    out->line_number = (uint32_t)get_number(reader, CG_LINE_KEY_MAX);
    out->frequency = get_byte(reader);
    out->claim_id = get_text(reader, CG_ID_MAX_BYTES);
    out->named = get_text(reader, CG_ID_MAX_BYTES);
}

static void get_other(struct reader *reader, struct cg_packer *packer,
                      struct cg_packed_entry *out) {
    get_claim(reader, packer, out);
    if (out->over_cap) {
        out->start_day = get_day(reader, 0);
        out->tested = get_byte(reader);
        out->cap_day = get_day(reader, out->start_day);
        out->reasons = get_text(reader, CG_PACK_REASONS_MAX_BYTES);
    }
}

/* An entry's flags, and a reader of the rest of it, which is taken off `packed`. */
static struct reader take_entry(struct cg_text *packed, uint8_t *flags) {
    struct reader reader = {.at = (const uint8_t *)packed->ptr};
    reader.end = reader.at + packed->len;
    *flags = get_byte(&reader);
    const uint64_t len = get_number(&reader, UINT32_MAX);
    if (len > (size_t)(reader.end - reader.at)) {
        reader.broken = true;
        return reader;
    }
    packed->len = (uint32_t)((size_t)(reader.end - reader.at) - len);
    packed->ptr = (const char *)reader.at + len;
    reader.end = reader.at + len;
    return reader;
}

bool cg_unpack_entry(struct cg_text *packed, struct cg_packer *packer, struct cg_packed_entry *out,
                     bool *broken) {
    uint8_t flags;
    *broken = false;
    if (packed->len == 0) {
        return false;
    }
    struct reader reader = take_entry(packed, &flags);
    *out = (struct cg_packed_entry){
        .kind = (enum cg_entry_kind)(flags & KIND_BITS),
        .exempt = (flags & FLAG_EXEMPT) != 0,
        .split = (flags & FLAG_SPLIT) != 0,
        .replaces = (flags & FLAG_REPLACES) != 0,
        .over_cap = (flags & FLAG_OVER_CAP) != 0,
    };
    if (out->kind == CG_ENTRY_TAKE_BACK) {
        get_take_back(&reader, packer, out);
    } else if (out->kind == CG_ENTRY_LINE) {
        get_line(&reader, packer, flags, out);
    } else {
        get_other(&reader, packer, out);
    }
    *broken = reader.broken || reader.at != reader.end || out->kind > CG_ENTRY_OTHER;
    return !*broken;
}

bool cg_skim_unusual(struct cg_text *packed, struct cg_skimmed_entry *out, bool *broken) {
    uint8_t flags;
    *broken = false;
    if (packed->len == 0) {
        return false;
    }
    struct reader reader = take_entry(packed, &flags);
    *out = (struct cg_skimmed_entry){.kind = (enum cg_entry_kind)(flags & KIND_BITS)};
    if (out->kind == CG_ENTRY_LINE) {
        out->outline.day = get_two(&reader);
        out->outline.tag = get_two(&reader);
        out->outline.service_tag = get_byte(&reader);
        out->outline.units = (uint16_t)get_number(&reader, UINT16_MAX);
        out->service_no = (uint32_t)get_number(&reader, UINT32_MAX);
        cg_skim_end(out, flags);
    } else if (out->kind == CG_ENTRY_TAKE_BACK) {
        out->outline.tag = get_two(&reader);
    }
    *broken = reader.broken || out->kind > CG_ENTRY_OTHER;
    return !*broken;
}

bool cg_next_unusual_group(struct cg_text *groups, int64_t *head, struct cg_text *entries,
                           bool *broken) {
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
