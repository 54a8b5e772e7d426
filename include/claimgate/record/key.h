/*
 * A claim or member id as a key of 16 bytes that compares exactly.
 *
 * Up to 15 bytes stand in the key itself, which is what most payers' ids have; a longer one, as a
 * UUID, is pointed at. No hash ever stands for a key: a collision would deny care.
 *
 * Ownership  A key made from a text points into it when it is long.
 */
#ifndef CLAIMGATE_RECORD_KEY_H
#define CLAIMGATE_RECORD_KEY_H

#include "claimgate/base/assert.h"
#include "claimgate/base/hash.h"
#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { CG_KEY_INLINE_BYTES = 15 };

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "cg_key_of shifts bytes into place");
_Static_assert(sizeof(const char *) == sizeof(uint64_t), "and puts an address into a word");

/* Two whole words, for a key is made, hashed and compared in registers. */
struct cg_key {
    uint64_t first; /* a short text begins here, zero-filled; the address of a long one */
    uint64_t last;  /* up to seven more bytes, and in the top byte the length */
};

static inline uint32_t cg_key_len(const struct cg_key *key) {
    return (uint32_t)(key->last >> 56);
}

static inline bool cg_key_is_long(const struct cg_key *key) {
    return cg_key_len(key) > CG_KEY_INLINE_BYTES;
}

/* The bytes of a long key, which are not the key's own. */
static inline const char *cg_key_far(const struct cg_key *key) {
    return (const char *)(uintptr_t)key->first;
}

static inline struct cg_text cg_key_text(const struct cg_key *key) {
    return (struct cg_text){.ptr = cg_key_is_long(key) ? cg_key_far(key) : (const char *)key,
                            .len = cg_key_len(key)};
}

/* At most CG_ID_MAX_BYTES. In two words, so that the usual id, of 8 to 15 bytes, needs no call: its
 * first eight bytes, and of its last eight those that are not among them. */
static inline struct cg_key cg_key_of(struct cg_text text) {
    CG_ASSERT(text.len <= UINT8_MAX); /* the length has one byte */
    uint64_t first = 0;
    uint64_t last = 0;
    if (text.len > CG_KEY_INLINE_BYTES) {
        first = (uintptr_t)text.ptr;
    } else if (text.len >= sizeof first) {
        memcpy(&first, text.ptr, sizeof first);
        memcpy(&last, text.ptr + text.len - sizeof last, sizeof last);
        last = last >> 8 * (CG_KEY_INLINE_BYTES - text.len) >> 8;
    } else if (text.len > 0) {
        uint64_t short_text = 0;
        memcpy(&short_text, text.ptr, text.len);
        first = short_text;
    }
    return (struct cg_key){.first = first, .last = last | (uint64_t)text.len << 56};
}

/* Chooses a place. A short key is hashed as the two words it is, whatever its length. */
static inline uint64_t cg_key_hash(const struct cg_key *key, uint64_t seed) {
    return cg_key_is_long(key) ? cg_hash64(cg_key_far(key), cg_key_len(key), seed)
                               : cg_hash64(key, sizeof *key, seed);
}

static inline bool cg_key_equal(const struct cg_key *a, const struct cg_key *b) {
    if (a->last != b->last || !cg_key_is_long(a)) {
        return a->last == b->last && a->first == b->first;
    }
    return memcmp(cg_key_far(a), cg_key_far(b), cg_key_len(a)) == 0;
}

/* The part, from 0, to which a member's lines belong where claims are split into `parts` by member:
 * `member_id` as the gate counts by it, trimmed, and under a crosswalk the person's. len 0: a line
 * without a usable id. Ledgers are kept by it, so that it never changes. */
static inline uint32_t cg_member_part(struct cg_text member_id, uint32_t parts) {
    return member_id.len == 0 ? 0 : (uint32_t)(cg_hash64(member_id.ptr, member_id.len, 0) % parts);
}

#endif
