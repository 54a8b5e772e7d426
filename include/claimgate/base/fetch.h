/*
 * Fetch: ask for memory that will be read soon, so that nobody waits for it then.
 *
 * Any address will do; nothing happens at one that is not there. Pure functions.
 */
#ifndef CLAIMGATE_BASE_FETCH_H
#define CLAIMGATE_BASE_FETCH_H

enum { CG_CACHE_LINE_BYTES = 64 };

static inline void cg_fetch(const void *memory) {
    __builtin_prefetch(memory);
    /* To gcc a function that only fetches has no effect, and it leaves out every call of one that
     * it does not inline (seen with 12.2). This instruction of no bytes must stay, and so must
     * they. */
    __asm__ volatile("");
}

#endif
