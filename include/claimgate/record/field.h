/*
 * Single fields: digits, units, NPI, modifiers, procedure codes. Pure functions.
 */
#ifndef CLAIMGATE_RECORD_FIELD_H
#define CLAIMGATE_RECORD_FIELD_H

#include "claimgate/base/text.h"
#include "claimgate/record/line.h"

#include <stdbool.h>
#include <stdint.h>

/* Digits alone, leading zeros allowed, value at most `max` (below 10^18). False otherwise. */
bool cg_field_integer(struct cg_text text, uint64_t max, uint64_t *out);

/* The same with an optional ".0...". */
bool cg_field_whole(struct cg_text text, uint64_t max, uint64_t *out);

/* A number with an exponent, as a spreadsheet or a data frame writes a long one: 2.02501E+14. As an
 * id it names whoever else's number begins with the same digits. */
bool cg_field_is_exponent(struct cg_text text);

/* service_unit_quantity: as above with an optional ".0...". 1 to 9999, 0 when it is not valid. */
uint16_t cg_field_units(struct cg_text text);

/* Such a number with a minus before or behind it or in brackets, without them: -6, 6-, (6). 0 for
 * anything else. */
uint16_t cg_field_negative_units(struct cg_text text);

/* An id with what spreadsheets and data frames put around or into one, so that it is not the same
 * bytes as the id alone: 123456.0, ="123456", '123456, a character inside that cannot be seen. Or
 * noughts alone, which stand for nobody. */
bool cg_field_is_odd_id(struct cg_text text);

/* National Provider Identifier: 10 digits, the first 1 or 2, Luhn check digit over the number with
 * the prefix 80840 (45 CFR 162.406; ISO/IEC 7812-1 annex B). An optional ".0..." as above.
 * 0 when it is not valid. */
uint64_t cg_field_npi(struct cg_text text);
/* The same whatever the first digit: NPIs of made-up providers, in test data. */
uint64_t cg_field_test_npi(struct cg_text text);

/* A decimal of at most `decimals` places as an integer of that scale: "1.5" with 3 is 1500. */
bool cg_field_decimal(struct cg_text text, int decimals, int64_t *out);

/* Two letters or digits in upper case as 1 to 1369; 0 for anything else. */
uint16_t cg_field_modifier(struct cg_text text);

/* Add a modifier behind those packed already (11 bits each, at most 5; blanks take no place). */
uint64_t cg_modifiers_append(uint64_t modifiers, uint16_t modifier);
bool cg_modifiers_contain(uint64_t modifiers, uint16_t modifier);
/* "HQ" or "HQ:HE"; "" for none. */
enum { CG_MODIFIERS_TEXT_BYTES = 16 };
const char *cg_modifiers_text(uint64_t modifiers, char out[CG_MODIFIERS_TEXT_BYTES]);
/* Back from such a text. */
uint64_t cg_modifiers_of(struct cg_text text);

/* 5 bytes in upper case as a number that compares exactly; 0 for any other length. */
uint64_t cg_field_procedure(struct cg_text text);
const char *cg_procedure_text(uint64_t procedure, char out[6]);

/* UTF-8 (RFC 3629) without U+0000 to U+001F and U+007F. */
bool cg_field_is_clean(struct cg_text text);

/* Words match without regard to letter case, blanks and hyphens: folds into `out` (upper case,
 * those bytes dropped), returns the length, 0 when it is empty or longer than `capacity`. */
uint32_t cg_field_fold(struct cg_text text, char *out, uint32_t capacity);

#endif
