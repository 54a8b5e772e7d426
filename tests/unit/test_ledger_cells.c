#include "ledger/private.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const int64_t numbers[] = {0,   1,     -1,    63,         64,     -64,       -65,      127,
                                  128, 16383, 16384, 1234567893, -25567, INT64_MAX, INT64_MIN};
enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

Test(ledger_cells, give_back_what_was_put_in) {
    struct cg_buffer bytes;
    cg_buffer_init(&bytes, 1 << 16);
    for (size_t i = 0; i < NUMBERS; i++) {
        const uint8_t hash[CG_SHA256_BYTES] = {0, 1, 2, 3};
        const struct cg_cell row[] = {
            cg_cell_integer(numbers[i]), cg_cell_null(),
            cg_cell_string("a;b\"c"),    cg_cell_string(""),
            cg_cell_hash(hash),          cg_cell_text((struct cg_text){NULL, 0})};
        struct cg_cell back[6];
        cg_buffer_clear(&bytes);
        cr_assert(cg_cells_append(&bytes, row, 6));
        cr_assert(cg_cells_read((struct cg_text){bytes.data, (uint32_t)bytes.len_bytes}, back, 6));
        cr_assert_eq(back[0].integer, numbers[i]);
        cr_assert_eq(back[1].kind, CG_CELL_NULL);
        cr_assert(cg_text_equal(back[2].bytes, row[2].bytes));
        cr_assert_eq(back[3].bytes.len, 0);
        cr_assert_eq(back[3].kind, CG_CELL_TEXT);
        cr_assert_arr_eq(back[4].bytes.ptr, hash, CG_SHA256_BYTES);
        cr_assert_eq(back[5].bytes.len, 0);
    }
    cg_buffer_fini(&bytes);
}

Test(ledger_cells, refuse_bytes_that_are_cut_or_too_many) {
    struct cg_buffer bytes;
    struct cg_cell back[3];
    const struct cg_cell row[] = {cg_cell_integer(1234567893), cg_cell_string("claim"),
                                  cg_cell_null()};
    cg_buffer_init(&bytes, 1 << 16);
    cr_assert(cg_cells_append(&bytes, row, 3));
    for (uint32_t len = 0; len < bytes.len_bytes; len++) {
        char *cut = malloc(len + 1); /* a buffer of its own, for the sanitizer */
        memcpy(cut, bytes.data, len);
        cr_assert_not(cg_cells_read((struct cg_text){cut, len}, back, 3), "%u bytes", len);
        free(cut);
    }
    cr_assert_not(cg_cells_read((struct cg_text){bytes.data, (uint32_t)bytes.len_bytes}, back, 2));
    cr_assert_not(cg_cells_read((struct cg_text){"\x7f", 1}, back, 1));
    cg_buffer_fini(&bytes);
}

Test(ledger_cells, differ_in_bytes_where_they_differ_in_value) {
    struct cg_buffer a;
    struct cg_buffer b;
    const struct cg_cell one[] = {cg_cell_string("ab"), cg_cell_string("c")};
    const struct cg_cell other[] = {cg_cell_string("a"), cg_cell_string("bc")};
    cg_buffer_init(&a, 64);
    cg_buffer_init(&b, 64);
    cr_assert(cg_cells_append(&a, one, 2) && cg_cells_append(&b, other, 2));
    cr_assert(a.len_bytes != b.len_bytes || memcmp(a.data, b.data, a.len_bytes) != 0);
    cg_buffer_fini(&a);
    cg_buffer_fini(&b);
}
