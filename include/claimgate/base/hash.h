/*
 * Hashes: XXH3 for tables in memory and for content, SHA-256 (FIPS 180-4) for identity and proof.
 *
 * This is the only user of xxHash and of OpenSSL's libcrypto. A 64-bit hash only ever
 * chooses a place in a table; the key itself is compared.
 */
#ifndef CLAIMGATE_BASE_HASH_H
#define CLAIMGATE_BASE_HASH_H

#include "claimgate/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t cg_hash64(const void *bytes, size_t len_bytes, uint64_t seed);

/* A multiplicative hash (Knuth, TAOCP 6.4) by 2^64 over the golden ratio, of which the high bits
 * are the good ones: for small keys of one word that no file can choose, or with a seed. */
static inline uint64_t cg_hash_spread(uint64_t key) {
    return key * UINT64_C(0x9E3779B97F4A7C15);
}

/* A random value for this run, so that nobody can prepare keys that collide in our tables.
 * No output depends on it. */
uint64_t cg_hash_run_seed(void);

enum { CG_SHA256_BYTES = 32, CG_SHA256_HEX_BYTES = 65 }; /* hex with the closing NUL */

struct cg_sha256; /* a running hash */

cg_must_use struct cg_sha256 *cg_sha256_new(void); /* NULL: no memory */
void cg_sha256_free(struct cg_sha256 *sha);
void cg_sha256_update(struct cg_sha256 *sha, const void *bytes, size_t len_bytes);

/* The hash of all bytes so far; the running hash can go on afterwards. */
void cg_sha256_peek(const struct cg_sha256 *sha, uint8_t out[CG_SHA256_BYTES]);
void cg_sha256_restart(struct cg_sha256 *sha);

void cg_sha256_of(const void *bytes, size_t len_bytes, uint8_t out[CG_SHA256_BYTES]);
/* XXH3-128 of a stream, for content whose proof another hash is: what `xxhsum -H2` prints. */
enum { CG_XXH128_BYTES = 16, CG_XXH128_HEX_BYTES = 33 };

struct cg_xxh128;

cg_must_use struct cg_xxh128 *cg_xxh128_new(void); /* NULL: no memory */
void cg_xxh128_free(struct cg_xxh128 *hash);
void cg_xxh128_update(struct cg_xxh128 *hash, const void *bytes, size_t len_bytes);
void cg_xxh128_restart(struct cg_xxh128 *hash);
void cg_xxh128_peek(const struct cg_xxh128 *hash, uint8_t out[CG_XXH128_BYTES]);

const char *cg_xxh128_hex(const uint8_t hash[CG_XXH128_BYTES], char out[CG_XXH128_HEX_BYTES]);
const char *cg_sha256_hex(const uint8_t sha[CG_SHA256_BYTES], char out[CG_SHA256_HEX_BYTES]);

/* The other way: false where `text` is not two small hexadecimal digits for each of the bytes. */
cg_must_use bool cg_hex_read(const char *text, uint8_t *out, size_t len_bytes);

#endif
