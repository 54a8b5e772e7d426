#include "ledger/private.h"

#include <criterion/criterion.h>

Test(ledger_pack, gives_back_lines_and_take_backs_in_their_order) {
    struct cg_cell line[CG_LINE_CELLS];
    struct cg_cell take_back[CG_TAKE_CELLS];
    struct cg_buffer packed;
    struct cg_packed_entry entry;
    bool broken;
    for (int i = 0; i < CG_LINE_CELLS; i++) {
        line[i] = cg_cell_null();
    }
    line[CG_LINE_CLAIM] = cg_cell_string("C1");
    line[CG_LINE_NUMBER] = cg_cell_integer(12);
    line[CG_LINE_FREQUENCY] = cg_cell_integer(1);
    line[CG_LINE_START] = cg_cell_integer(CG_DAY_FIRST);
    line[CG_LINE_END] = cg_cell_integer(CG_DAY_LAST);
    line[CG_LINE_PROCEDURE] = cg_cell_string("H0038");
    line[CG_LINE_MODIFIERS] = cg_cell_string("HQ:HE");
    line[CG_LINE_RENDERING] = cg_cell_integer(1234567893);
    line[CG_LINE_UNITS] = cg_cell_integer(9999);
    line[CG_LINE_ACCEPTED] = cg_cell_integer(7);
    line[CG_LINE_DECISION] = cg_cell_integer(CG_CUTBACK);
    line[CG_LINE_EXEMPT] = cg_cell_integer(0);
    line[CG_LINE_SPLIT] = cg_cell_integer(1);
    take_back[CG_TAKE_ORIGINAL] = cg_cell_string("C1");
    take_back[CG_TAKE_NUMBER] = cg_cell_null();
    take_back[CG_TAKE_CLAIM] = cg_cell_string("C2");
    take_back[CG_TAKE_FREQUENCY] = cg_cell_integer(CG_VOID);
    cg_buffer_init(&packed, 1 << 12);
    cr_assert(cg_pack_line(&packed, line) && cg_pack_take_back(&packed, take_back));

    struct cg_text rest = {packed.data, (uint32_t)packed.len_bytes};
    cr_assert(cg_pack_next(&rest, &entry, &broken));
    cr_assert_not(entry.is_take_back);
    cr_assert(cg_text_equal(entry.line.claim_id, (struct cg_text){"C1", 2}));
    cr_assert_eq(entry.line.line_number, 12);
    cr_assert_eq(entry.line.start_day, CG_DAY_FIRST);
    cr_assert_eq(entry.line.end_day, CG_DAY_LAST);
    cr_assert_eq(entry.line.rendering_npi, 1234567893);
    cr_assert_eq(entry.line.submitted_units, 9999);
    cr_assert_eq(entry.line.accepted_units, 7);
    cr_assert(entry.line.split && !entry.line.exempt);
    cr_assert(cg_pack_next(&rest, &entry, &broken));
    cr_assert(entry.is_take_back);
    cr_assert_eq(entry.frequency, CG_VOID);
    cr_assert(cg_text_equal(entry.claim_id, (struct cg_text){"C2", 2}));
    cr_assert_not(cg_pack_next(&rest, &entry, &broken));
    cr_assert_not(broken);

    /* Cut anywhere it is either the first entry alone or broken, never more. */
    for (uint32_t len = 1; len < packed.len_bytes; len++) {
        rest = (struct cg_text){packed.data, len};
        while (cg_pack_next(&rest, &entry, &broken)) {
        }
        cr_assert(broken || rest.len == 0);
    }
    line[CG_LINE_DECISION] = cg_cell_integer(CG_REJECTED);
    cg_buffer_clear(&packed);
    cr_assert(cg_pack_line(&packed, line));
    cr_assert_eq(packed.len_bytes, 0, "rejected lines leave no trace");
    cg_buffer_fini(&packed);
}
