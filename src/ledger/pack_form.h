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
    FLAG_REPLACES_ITSELF = 16,
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

#endif
