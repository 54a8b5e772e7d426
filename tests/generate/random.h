/*
 * Random numbers for generated files: SplitMix64 (Steele, Lea, Flood 2014).
 *
 * Small, fast and the same on every machine and C library, so that a seed names a file. Not for
 * secrets.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_RANDOM_H
#define CLAIMGATE_TESTS_GENERATE_RANDOM_H

#include <stdint.h>

struct cg_random {
    uint64_t state;
};

/* A number that looks random but depends on `value` alone: the traits of the n-th member or
 * provider need no table. */
static inline uint64_t cg_random_mix(uint64_t value) {
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static inline uint64_t cg_random_next(struct cg_random *random) {
    uint64_t value = cg_random_mix(random->state);
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    return value;
}

/* 0 to limit - 1; the limit is above 0. */
static inline uint32_t cg_random_below(struct cg_random *random, uint32_t limit) {
    return (uint32_t)(((cg_random_next(random) >> 32) * limit) >> 32);
}

#endif
