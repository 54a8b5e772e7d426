#include "claimgate/io/sorter.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_BYTES = 4096 };

/* Adds `count` keys made by `key_of`, then checks the order and that nothing is lost. */
static void check_order(size_t memory_bytes, uint32_t count,
                        uint32_t (*key_of)(uint32_t i, char out[64])) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_sorter *sorter = cg_sorter_new("/tmp", memory_bytes);
    for (uint32_t i = 0; i < count; i++) {
        char key[64];
        const struct cg_text key_text = {key, key_of(i, key)};
        const struct cg_text payload = {(const char *)&i, sizeof i};
        cr_assert_eq(cg_sorter_add(sorter, key_text, payload, &err), CG_OK, "%s", err.text);
    }
    cr_assert_eq(cg_sorter_finish(sorter, &err), CG_OK, "%s", err.text);
    char last[64];
    uint32_t last_len = 0;
    uint32_t last_i = 0;
    uint32_t seen = 0;
    for (;; seen++) {
        struct cg_text key, payload;
        bool more;
        cr_assert_eq(cg_sorter_next(sorter, &key, &payload, &more, &err), CG_OK, "%s", err.text);
        if (!more) {
            break;
        }
        uint32_t i;
        char expected[64];
        memcpy(&i, payload.ptr, sizeof i);
        cr_assert_eq(key.len, key_of(i, expected));
        cr_assert_arr_eq(key.ptr, expected, key.len);
        if (seen > 0) {
            const uint32_t len = last_len < key.len ? last_len : key.len;
            int order = memcmp(last, key.ptr, len);
            order = order != 0 ? order : (int)last_len - (int)key.len;
            cr_assert(order < 0 || (order == 0 && last_i < i), "record %u after %u", i, last_i);
        }
        memcpy(last, key.ptr, key.len);
        last_len = key.len;
        last_i = i;
    }
    cr_assert_eq(seen, count);
    cg_sorter_free(sorter);
}

static uint32_t number_key(uint32_t i, char out[64]) {
    const uint32_t number = i * 2654435761U % 1000;
    for (int b = 0; b < 8; b++) {
        out[b] = (char)((uint64_t)number >> (56 - 8 * b));
    }
    return 8;
}

static uint32_t claim_key(uint32_t i, char out[64]) {
    return (uint32_t)snprintf(out, 64, "CLAIM-2024-%010u", i * 2654435761U % 5000);
}

/* Same first eight bytes behind what all share, different behind those. */
static uint32_t late_key(uint32_t i, char out[64]) {
    return (uint32_t)snprintf(out, 64, "%cabcdefghijklmnop%u", 'A' + (char)(i % 2), i * 7919 % 300);
}

/* Lengths differ, and zero bytes stand where shorter keys end. */
static uint32_t zero_key(uint32_t i, char out[64]) {
    memset(out, 0, 64);
    out[0] = (char)(i % 3);
    return 1 + i % 13;
}

static uint32_t empty_key(uint32_t i, char out[64]) {
    out[0] = 'x';
    return i % 2;
}

Test(sorter, keeps_order_in_memory_and_in_many_stretches) {
    uint32_t (*const makers[])(uint32_t, char[64]) = {number_key, claim_key, late_key, zero_key,
                                                      empty_key};
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        check_order(1 << 24, 3000, makers[i]);
        check_order(SMALL_BYTES, 3000, makers[i]);
    }
}

Test(sorter, hands_out_nothing_when_nothing_came) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_sorter *sorter = cg_sorter_new("/tmp", SMALL_BYTES);
    struct cg_text key, payload;
    bool more = true;
    cr_assert_eq(cg_sorter_finish(sorter, &err), CG_OK);
    cr_assert_eq(cg_sorter_next(sorter, &key, &payload, &more, &err), CG_OK);
    cr_assert_not(more);
    cg_sorter_free(sorter);
}

Test(sorter, names_the_folder_when_a_file_cannot_be_made) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_sorter *sorter = cg_sorter_new("/nonexistent-folder", SMALL_BYTES);
    enum cg_status status = CG_OK;
    for (int i = 0; i < 1000 && status == CG_OK; i++) {
        status =
            cg_sorter_add(sorter, cg_text_of("a key of a line"), cg_text_of("a payload"), &err);
    }
    cr_assert_eq(status, CG_CANNOT_CREATE);
    cr_assert_not_null(strstr(err.text, "/nonexistent-folder"));
    cg_sorter_free(sorter);
}
