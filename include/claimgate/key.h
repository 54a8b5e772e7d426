/*
 * A claim or member id as a key of 16 bytes that compares exactly.
 *
 * Up to 15 bytes stand in the key itself, which is nearly every real id; a longer one is
 * pointed at. No hash ever stands for a key: a collision would deny care.
 *
 * Ownership  A key made from a text points into it when it is long.
 */
#ifndef CLAIMGATE_KEY_H
#define CLAIMGATE_KEY_H

#include "claimgate/hash.h"
#include "claimgate/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { CG_KEY_INLINE_BYTES = 15 };

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "cg_key_of shifts bytes into place");
_Static_assert(sizeof(const char *) == sizeof(uint64_t), "and puts an address into a word");

struct cg_key {
    union {
        char bytes[8];    /* a short text begins here and goes on in `more`, zero-filled */
        const char *text; /* a long one */
    };
    char more[7];
    uint8_t len_bytes;
};

static inline bool cg_key_is_long(const struct cg_key *key) {
    return key->len_bytes > CG_KEY_INLINE_BYTES;
}

/* At most CG_ID_MAX_BYTES. In two words, so that the usual id, of 8 to 15 bytes, needs no call: its
 * first eight bytes, and of its last eight those that are not among them. */
static inline struct cg_key cg_key_of(struct cg_text text) {
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
    const uint64_t words[2] = {first, last | (uint64_t)text.len << 56};
    struct cg_key key;
    memcpy(&key, words, sizeof key);
    return key;
}

static inline struct cg_text cg_key_text(const struct cg_key *key) {
    return (struct cg_text){.ptr = cg_key_is_long(key) ? key->text : (const char *)key,
                            .len = key->len_bytes};
}

/* Chooses a place. A short key is hashed as the two words it is, whatever its length. */
static inline uint64_t cg_key_hash(const struct cg_key *key, uint64_t seed) {
    return cg_key_is_long(key) ? cg_hash64(key->text, key->len_bytes, seed)
                               : cg_hash64(key, sizeof *key, seed);
}

static inline bool cg_key_equal(const struct cg_key *a, const struct cg_key *b) {
    if (!cg_key_is_long(a)) {
        return memcmp(a, b, sizeof *a) == 0;
    }
    return a->len_bytes == b->len_bytes && memcmp(a->text, b->text, a->len_bytes) == 0;
}

#endif
