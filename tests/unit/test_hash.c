#include "claimgate/base/hash.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *hex_of(const char *text, size_t len, char out[CG_SHA256_HEX_BYTES]) {
    uint8_t sha[CG_SHA256_BYTES];
    cg_sha256_of(text, len, sha);
    return cg_sha256_hex(sha, out);
}

Test(hash, sha256_gives_the_published_values) {
    /* NIST, examples of FIPS 180-4. */
    char hex[CG_SHA256_HEX_BYTES];
    cr_assert_str_eq(hex_of("", 0, hex),
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    cr_assert_str_eq(hex_of("abc", 3, hex),
                     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const char *two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    cr_assert_str_eq(hex_of(two_blocks, strlen(two_blocks), hex),
                     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

Test(hash, running_hash_equals_the_whole_at_every_cut) {
    char text[300];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)(i * 31);
    }
    struct cg_sha256 *sha = cg_sha256_new();
    cr_assert_not_null(sha);
    for (size_t cut = 0; cut <= sizeof text; cut++) {
        uint8_t part[CG_SHA256_BYTES];
        uint8_t running[CG_SHA256_BYTES];
        uint8_t whole[CG_SHA256_BYTES];
        cg_sha256_restart(sha);
        cg_sha256_update(sha, text, cut);
        cg_sha256_peek(sha, running);
        cg_sha256_of(text, cut, part);
        cr_assert_eq(memcmp(running, part, sizeof part), 0, "cut at %zu", cut);
        cg_sha256_update(sha, text + cut, sizeof text - cut);
        cg_sha256_peek(sha, running);
        cg_sha256_of(text, sizeof text, whole);
        cr_assert_eq(memcmp(running, whole, sizeof whole), 0, "cut at %zu", cut);
    }
    cg_sha256_free(sha);
    cg_sha256_free(NULL);
}

Test(hash, table_hash_depends_on_bytes_and_seed) {
    cr_assert_eq(cg_hash64("member", 6, 1), cg_hash64("member", 6, 1));
    cr_assert_neq(cg_hash64("member", 6, 1), cg_hash64("member", 6, 2));
    cr_assert_neq(cg_hash64("member", 6, 1), cg_hash64("membes", 6, 1));
    cr_assert_neq(cg_hash64("a\0", 2, 1), cg_hash64("a", 1, 1));
}

Test(hash, run_seed_stays_the_same_in_a_run) {
    uint64_t seed = cg_hash_run_seed();
    cr_assert_neq(seed, 0);
    cr_assert_eq(cg_hash_run_seed(), seed);
}

/* The values that `xxhsum -H2` prints. */
Test(hash, xxh128_is_what_xxhsum_prints_however_the_bytes_arrive) {
    static const struct {
        const char *text;
        const char *hex;
    } cases[] = {
        {"", "99aa06d3014798d86001c324468d497f"},
        {"claimgate", "40cf64b9c1df49bfe82f36fbc8913380"},
    };
    char whole[CG_XXH128_HEX_BYTES];
    char pieces[CG_XXH128_HEX_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t len = strlen(cases[i].text);
        uint8_t out[CG_XXH128_BYTES];
        struct cg_xxh128 *hash = cg_xxh128_new();
        cr_assert_not_null(hash);
        cg_xxh128_update(hash, cases[i].text, len);
        cg_xxh128_peek(hash, out);
        cg_xxh128_hex(out, whole);
        cg_xxh128_free(hash);
        hash = cg_xxh128_new();
        cr_assert_not_null(hash);
        for (size_t at = 0; at < len; at++) {
            cg_xxh128_update(hash, cases[i].text + at, 1);
        }
        cg_xxh128_peek(hash, out);
        cr_expect_str_eq(cg_xxh128_hex(out, pieces), whole);
        cr_expect_str_eq(whole, cases[i].hex);
        cg_xxh128_free(hash);
    }
}

Test(hash, hexadecimal_digits_are_read_back_and_nothing_else) {
    uint8_t bytes[CG_XXH128_BYTES], read[CG_XXH128_BYTES];
    char hex[CG_XXH128_HEX_BYTES];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 17 + 9);
    }
    cr_expect(cg_hex_read(cg_xxh128_hex(bytes, hex), read, sizeof read));
    cr_expect_arr_eq(read, bytes, sizeof bytes);
    static const char *const others[] = {"", "0", "000", "0g", "g0", "A0", "0-", " 0", "/0", ":0"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        cr_expect_not(cg_hex_read(others[i], read, 1), "%s", others[i]);
    }
}
