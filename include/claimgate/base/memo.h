/*
 * Memo: what texts of a few bytes were found to mean, for those that come again and again.
 *
 * Each text has one place, chosen by its bytes, where the next one of that place drives it out. All
 * zero, a memo is empty.
 *
 * Threads    One at a time.
 */
#ifndef CLAIMGATE_BASE_MEMO_H
#define CLAIMGATE_BASE_MEMO_H

#include "claimgate/base/hash.h"
#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { CG_MEMO_TEXTS = 256 };

struct cg_memo {
    struct cg_memo_entry {
        uint64_t first; /* bytes of the text */
        uint64_t last;
        uint64_t kind; /* with its length, which is never 0 */
        int64_t meaning;
    } entries[CG_MEMO_TEXTS];
};

/* Two words tell all of such a text. */
static inline bool cg_memo_can_hold(struct cg_text text) {
    return text.len >= sizeof(uint64_t) && text.len <= 2 * sizeof(uint64_t);
}

/* Where the meaning of a text stands that it can hold. Unless it was known, it is the caller's to
 * set. A text has one meaning for each kind of question. */
static inline int64_t *cg_memo_find(struct cg_memo *memo, struct cg_text text, uint32_t kind,
                                    bool *known) {
    struct cg_memo_entry asked = {.kind = (uint64_t)kind << 32 | text.len};
    memcpy(&asked.first, text.ptr, sizeof asked.first);
    memcpy(&asked.last, text.ptr + text.len - sizeof asked.last, sizeof asked.last);
    const uint64_t place = cg_hash_spread(asked.first ^ asked.last) >> 56;
    _Static_assert(CG_MEMO_TEXTS == 1 << 8, "eight bits are a place");
    struct cg_memo_entry *entry = &memo->entries[place];
    *known = entry->first == asked.first && entry->last == asked.last && entry->kind == asked.kind;
    if (!*known) {
        *entry = asked;
    }
    return &entry->meaning;
}

#endif
