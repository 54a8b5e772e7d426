#include "claimgate/base/hash.h"

/* Most keys are shorter than a call to a shared library is long. */
#define XXH_INLINE_ALL
/* OpenSSL 3.0 calls the plain functions of SHA-256 old. Its new ones look for the algorithm in a
 * context that they allocate bit by bit, and crash where an allocation fails (3.0.19); these keep
 * all that they need in the caller's memory, and run the same code on the bytes. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

uint64_t cg_hash64(const void *bytes, size_t len_bytes, uint64_t seed) {
    return XXH3_64bits_withSeed(bytes, len_bytes, seed);
}

static uint64_t run_seed;
static pthread_once_t run_seed_once = PTHREAD_ONCE_INIT;

static void draw_run_seed(void) {
    if (getrandom(&run_seed, sizeof run_seed, 0) == (ssize_t)sizeof run_seed) {
        return;
    }
    /* Only a sandbox without getrandom comes here. Time and process id are weaker, yet no result
     * depends on the seed and a run must not fail for it. */
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t mixed[] = {(uint64_t)now.tv_sec, (uint64_t)now.tv_nsec, (uint64_t)getpid()};
    run_seed = cg_hash64(mixed, sizeof mixed, 0);
}

uint64_t cg_hash_run_seed(void) {
    (void)pthread_once(&run_seed_once, draw_run_seed);
    return run_seed;
}

struct cg_sha256 {
    SHA256_CTX running;
};

struct cg_sha256 *cg_sha256_new(void) {
    struct cg_sha256 *sha = calloc(1, sizeof *sha);
    if (sha != NULL) {
        cg_sha256_restart(sha);
    }
    return sha;
}

void cg_sha256_free(struct cg_sha256 *sha) {
    free(sha);
}

void cg_sha256_update(struct cg_sha256 *sha, const void *bytes, size_t len_bytes) {
    (void)SHA256_Update(&sha->running, bytes, len_bytes); /* none of the three can fail */
}

void cg_sha256_peek(const struct cg_sha256 *sha, uint8_t out[CG_SHA256_BYTES]) {
    SHA256_CTX closing = sha->running;
    (void)SHA256_Final(out, &closing);
}

void cg_sha256_restart(struct cg_sha256 *sha) {
    (void)SHA256_Init(&sha->running);
}

void cg_sha256_of(const void *bytes, size_t len_bytes, uint8_t out[CG_SHA256_BYTES]) {
    struct cg_sha256 sha;
    cg_sha256_restart(&sha);
    cg_sha256_update(&sha, bytes, len_bytes);
    cg_sha256_peek(&sha, out);
}

struct cg_xxh128 {
    XXH3_state_t *state;
};

struct cg_xxh128 *cg_xxh128_new(void) {
    struct cg_xxh128 *hash = calloc(1, sizeof *hash);
    if (hash == NULL) {
        return NULL;
    }
    hash->state = XXH3_createState();
    if (hash->state == NULL) {
        cg_xxh128_free(hash);
        return NULL;
    }
    (void)XXH3_128bits_reset(hash->state); /* fails for a NULL state alone */
    return hash;
}

void cg_xxh128_free(struct cg_xxh128 *hash) {
    if (hash != NULL) {
        (void)XXH3_freeState(hash->state);
        free(hash);
    }
}

void cg_xxh128_update(struct cg_xxh128 *hash, const void *bytes, size_t len_bytes) {
    (void)XXH3_128bits_update(hash->state, bytes, len_bytes); /* as does this */
}

void cg_xxh128_restart(struct cg_xxh128 *hash) {
    (void)XXH3_128bits_reset(hash->state); /* the same */
}

void cg_xxh128_peek(const struct cg_xxh128 *hash, uint8_t out[CG_XXH128_BYTES]) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(hash->state));
    memcpy(out, canonical.digest, CG_XXH128_BYTES);
}

static const char *hex(const uint8_t *bytes, size_t len_bytes, char *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len_bytes; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 0xF];
    }
    out[2 * len_bytes] = '\0';
    return out;
}

const char *cg_xxh128_hex(const uint8_t hash[CG_XXH128_BYTES], char out[CG_XXH128_HEX_BYTES]) {
    return hex(hash, CG_XXH128_BYTES, out);
}

const char *cg_sha256_hex(const uint8_t sha[CG_SHA256_BYTES], char out[CG_SHA256_HEX_BYTES]) {
    return hex(sha, CG_SHA256_BYTES, out);
}

static int hex_digit(char digit) {
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                                          : -1;
}

bool cg_hex_read(const char *text, uint8_t *out, size_t len_bytes) {
    if (strlen(text) != 2 * len_bytes) {
        return false;
    }
    for (size_t i = 0; i < len_bytes; i++) {
        const int high = hex_digit(text[2 * i]);
        const int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}
