/*
 * The form of packed entries, which pack.c writes and unpack.c reads.
 *
 * Each entry: flags, length of what follows, and then
 *
 *     line       start day, tag, service tag, accepted units, service,
 *                line number, claim, number, [far start day], [days more], provider, [units],
 * tested take-back  tag, line number, original claim, number, frequency, claim other      line
 * number, claim, number, [start day, tested, cap's day, reasons]
 */
#ifndef CLAIMGATE_LEDGER_PACK_FORM_H
#define CLAIMGATE_LEDGER_PACK_FORM_H

#include "pack.h"

enum {
    KIND_BITS = 3,
    FLAG_EXEMPT = 4,
    FLAG_SPLIT = 8,
    FLAG_REPLACES = 16,
    FLAG_SPAN = 32,
    FLAG_PARTLY = 64, /* accepted units are not the units submitted */
    FLAG_OVER_CAP = 128,
    SHORT_LEN = 0x80, /* lengths from here on take two bytes */
    LONG_ID = 0xff,   /* two lengths of a byte each follow */
    DIGITS_ID = 15,   /* in place of an own length: a byte of lengths follows, text, and a number */
    SHORT_MAX = 14,
    TAIL_MAX = 15, /* characters before the digits, and digits, of such an id */
};

/* Bytes that hold any number of so many decimal digits. */
static inline uint32_t cg_bytes_of_digits(uint32_t digits) {
    return (5 * digits + 11) / 12;
}

/* What the flags say of an outline that is there but for it. */
static inline void cg_skim_end(struct cg_skimmed_entry *out, uint8_t flags) {
    out->outline.units = (flags & FLAG_EXEMPT) != 0 ? 0 : out->outline.units;
    out->has_outline = out->outline.day != CG_OUTLINE_DAY_NONE &&
                       (flags & (FLAG_SPLIT | FLAG_SPAN)) != (FLAG_SPLIT | FLAG_SPAN);
}

/* Nearly every entry: a line whose numbers have a byte each. False: it is another. */
static inline bool cg_skim_usual(struct cg_text *packed, struct cg_skimmed_entry *out) {
    enum { FLAGS, LEN, DAY, TAG = DAY + 2, SERVICE_TAG = TAG + 2, UNITS, SERVICE, USUAL_BYTES };
    const uint8_t *at = (const uint8_t *)packed->ptr;
    if (packed->len < USUAL_BYTES || (at[FLAGS] & KIND_BITS) != CG_ENTRY_LINE ||
        at[LEN] < USUAL_BYTES - DAY || at[LEN] >= SHORT_LEN ||
        (uint32_t)at[LEN] + DAY > packed->len || (at[UNITS] | at[SERVICE]) >= SHORT_LEN) {
        return false;
    }
    *out = (struct cg_skimmed_entry){
        .kind = CG_ENTRY_LINE,
        .outline = {.day = (uint16_t)(at[DAY] | at[DAY + 1] << 8),
                    .tag = (uint16_t)(at[TAG] | at[TAG + 1] << 8),
                    .units = at[UNITS],
                    .service_tag = at[SERVICE_TAG]},
        .service_no = at[SERVICE],
    };
    cg_skim_end(out, at[FLAGS]);
    packed->ptr += at[LEN] + DAY;
    packed->len -= at[LEN] + DAY;
    return true;
}

/* As cg_unpack_entry, many times as fast. */
static inline bool cg_skim_entry(struct cg_text *packed, struct cg_skimmed_entry *out,
                                 bool *broken) {
    *broken = false;
    return cg_skim_usual(packed, out) || cg_skim_unusual(packed, out, broken);
}

#endif
