#include "ledger/claims.h"
#include "ledger/pack.h"

#include <criterion/criterion.h>

static void fill(struct cg_cell line[CG_LINE_CELLS], struct cg_cell take_back[CG_TAKE_CELLS]) {
    for (int i = 0; i < CG_LINE_CELLS; i++) {
        line[i] = cg_cell_null();
    }
    line[CG_LINE_CLAIM] = cg_cell_string("C1");
    line[CG_LINE_NUMBER] = cg_cell_integer(12);
    line[CG_LINE_FREQUENCY] = cg_cell_integer(1);
    line[CG_LINE_START] = cg_cell_integer(CG_DAY_FIRST);
    line[CG_LINE_END] = cg_cell_integer(CG_DAY_LAST);
    line[CG_LINE_UNITS] = cg_cell_integer(9999);
    line[CG_LINE_ACCEPTED] = cg_cell_integer(7);
    line[CG_LINE_DECISION] = cg_cell_integer(CG_CUTBACK);
    line[CG_LINE_REASONS] = cg_cell_string("daily_cap");
    line[CG_LINE_CAP_USED] = cg_cell_string("[0,null,42]");
    line[CG_LINE_USED] = cg_cell_integer(42);
    line[CG_LINE_CAP_DAY] = cg_cell_integer(CG_DAY_FIRST + 3);
    line[CG_LINE_EXEMPT] = cg_cell_integer(0);
    line[CG_LINE_SPLIT] = cg_cell_integer(1);
    take_back[CG_TAKE_ORIGINAL] = cg_cell_string("C1");
    take_back[CG_TAKE_NUMBER] = cg_cell_null();
    take_back[CG_TAKE_CLAIM] = cg_cell_string("C2");
    take_back[CG_TAKE_FREQUENCY] = cg_cell_integer(CG_VOID);
}

static void expect_text(struct cg_text text, const char *expected) {
    cr_expect(cg_text_equal(text, cg_text_of(expected)), "%.*s", (int)text.len, text.ptr);
}

Test(ledger_pack, gives_back_lines_and_take_backs_in_their_order) {
    struct cg_cell line[CG_LINE_CELLS];
    struct cg_cell take_back[CG_TAKE_CELLS];
    struct cg_packed_entry wanted[3];
    struct cg_packed_entry entry;
    struct cg_buffer packed;
    struct cg_packer packer = {0};
    bool broken;
    fill(line, take_back);
    cr_assert_eq(cg_entries_of_line(line, 1000, 5, 6, wanted), 2, "its rest is an entry too");
    wanted[2] = cg_entry_of_take_back(take_back, 1001);
    cg_buffer_init(&packed, 1 << 12);
    for (int i = 0; i < 3; i++) {
        cr_assert(cg_pack_entry(&packed, &packer, &wanted[i]));
    }

    struct cg_text rest = {packed.data, (uint32_t)packed.len_bytes};
    packer = (struct cg_packer){0};
    cr_assert(cg_unpack_entry(&rest, &packer, &entry, &broken));
    cr_assert_eq(entry.kind, CG_ENTRY_OTHER);
    cr_assert(entry.over_cap);
    cr_assert_eq(entry.cap_day, CG_DAY_FIRST + 3);
    expect_text(entry.reasons, "daily_cap");
    cr_assert(cg_unpack_entry(&rest, &packer, &entry, &broken));
    cr_assert_eq(entry.kind, CG_ENTRY_LINE);
    expect_text(entry.claim_id, "C1");
    cr_assert_eq(entry.line_no, 1000);
    cr_assert_eq(entry.line_number, 12);
    cr_assert_eq(entry.start_day, CG_DAY_FIRST);
    cr_assert_eq(entry.end_day, CG_DAY_LAST);
    cr_assert_eq(entry.service_no, 5);
    cr_assert_eq(entry.provider_no, 6);
    cr_assert_eq(entry.units, 9999);
    cr_assert_eq(entry.accepted_units, 7);
    cr_assert_eq(entry.tested, 5, "caps 0 and 2");
    cr_assert(entry.split && !entry.exempt);
    cr_assert(cg_unpack_entry(&rest, &packer, &entry, &broken));
    cr_assert_eq(entry.kind, CG_ENTRY_TAKE_BACK);
    cr_assert_eq(entry.line_no, 1001);
    cr_assert_eq(entry.frequency, CG_VOID);
    expect_text(entry.original_claim_id, "C1");
    expect_text(entry.claim_id, "C2");
    cr_assert_not(cg_unpack_entry(&rest, &packer, &entry, &broken));
    cr_assert_not(broken);

    /* Cut anywhere it is whole entries or broken, never more. */
    for (uint32_t len = 1; len < packed.len_bytes; len++) {
        rest = (struct cg_text){packed.data, len};
        packer = (struct cg_packer){0};
        while (cg_unpack_entry(&rest, &packer, &entry, &broken)) {
        }
        cr_assert(broken || rest.len == 0);
    }
    cg_buffer_fini(&packed);
}

Test(ledger_pack, a_rejected_line_is_known_but_uses_nothing) {
    struct cg_cell line[CG_LINE_CELLS];
    struct cg_cell take_back[CG_TAKE_CELLS];
    struct cg_packed_entry entries[2];
    fill(line, take_back);
    line[CG_LINE_DECISION] = cg_cell_integer(CG_REJECTED);
    cr_assert_eq(cg_entries_of_line(line, 1, 1, 1, entries), 1);
    cr_assert_eq(entries[0].kind, CG_ENTRY_OTHER);
    cr_assert_eq(entries[0].tested, 5);
    line[CG_LINE_USED] = cg_cell_null();
    cr_assert_eq(cg_entries_of_line(line, 1, 1, 1, entries), 1);
    cr_assert_not(entries[0].over_cap);
}

Test(ledger_pack, ids_of_every_length_come_back) {
    char id[CG_ID_MAX_BYTES];
    uint8_t bytes[CG_ID_MAX_BYTES + 3];
    struct cg_packer put = {0};
    struct cg_packer got = {0};
    for (uint32_t round = 0; round < 3 * CG_ID_MAX_BYTES; round++) {
        const uint32_t len = round * 37 % (CG_ID_MAX_BYTES + 1);
        for (uint32_t i = 0; i < len; i++) {
            id[i] = (char)('A' + (i < len / 2 ? 0 : round % 7));
        }
        const size_t used = cg_put_shared_id(bytes, &put, (struct cg_text){id, len});
        cr_assert_leq(used, sizeof bytes);
        cr_assert_eq(cg_get_shared_id(bytes, used, &got), used);
        cr_assert(got.claim_len == len && memcmp(got.claim, id, len) == 0);
        for (size_t cut = 0; cut < used; cut++) {
            struct cg_packer broken = got;
            cr_assert_eq(cg_get_shared_id(bytes, cut, &broken), 0);
        }
    }
}

Test(ledger_pack, ids_with_any_number_of_digits_come_back) {
    char id[CG_ID_MAX_BYTES];
    uint8_t bytes[CG_ID_MAX_BYTES + 3];
    struct cg_packer put = {0};
    struct cg_packer got = {0};
    for (uint32_t round = 0; round < 20 * 20 * 3; round++) {
        const uint32_t text = round % 20;
        const uint32_t len = text + round / 20 % 20;
        const char digits[] = {'0', '9', (char)('0' + round % 10)};
        memset(id, 'C', text);
        memset(id + text, digits[round / 400], len - text);
        const size_t used = cg_put_shared_id(bytes, &put, (struct cg_text){id, len});
        cr_assert_leq(used, len + 3);
        cr_assert_eq(cg_get_shared_id(bytes, used, &got), used);
        cr_assert(got.claim_len == len && memcmp(got.claim, id, len) == 0);
        for (size_t cut = 0; cut < used; cut++) {
            struct cg_packer broken = got;
            cr_assert_eq(cg_get_shared_id(bytes, cut, &broken), 0);
        }
    }
}

Test(ledger_pack, a_usual_id_takes_seven_bytes_by_itself) {
    static const uint8_t too_large[] = {0x0f, 0x19, 'C', 0xff, 0xff, 0xff, 0xff};
    uint8_t bytes[CG_ID_MAX_BYTES + 3];
    struct cg_packer packer = {0};
    cr_assert_eq(cg_put_shared_id(bytes, &packer, (struct cg_text){"C008253649", 10}), 7);
    packer = (struct cg_packer){0};
    cr_assert_eq(cg_get_shared_id(too_large, sizeof too_large, &packer), 0);
}

Test(ledger_pack, claims_lead_to_their_lines) {
    static const struct {
        const char *claim;
        int64_t line_no;
    } wanted[] = {{"A", 7}, {"A", 9}, {"AB", 3}, {"B", 1000000}, {"C", 2}};
    struct cg_buffer block;
    struct cg_packer last = {0};
    bool broken;
    cg_buffer_init(&block, 1 << 10);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        cr_assert(cg_claim_put(&block, &last, cg_text_of(wanted[i].claim), wanted[i].line_no));
    }
    struct cg_text rest = {block.data, (uint32_t)block.len_bytes};
    last = (struct cg_packer){0};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        cr_assert(cg_claim_next(&rest, &last, &broken));
        expect_text((struct cg_text){last.claim, last.claim_len}, wanted[i].claim);
        cr_assert_eq(last.line_no, wanted[i].line_no);
    }
    cr_assert_not(cg_claim_next(&rest, &last, &broken));
    cr_assert_not(broken);
    cg_buffer_fini(&block);
}

Test(ledger_pack, a_line_whose_units_count_is_one_entry_and_another_where_some_do_not) {
    static const struct {
        int64_t decision, frequency;
        bool over_cap;
        uint32_t count;
        uint8_t last_kind;
    } rows[] = {{CG_ACCEPTED, CG_ORIGINAL, false, 1, CG_ENTRY_LINE},
                {CG_CUTBACK, CG_ORIGINAL, true, 2, CG_ENTRY_LINE},
                {CG_REJECTED, CG_ORIGINAL, true, 1, CG_ENTRY_OTHER},
                {CG_REJECTED, CG_ORIGINAL, false, 1, CG_ENTRY_OTHER},
                {CG_ACCEPTED, CG_VOID, false, 1, CG_ENTRY_OTHER}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cg_cell line[CG_LINE_CELLS], take_back[CG_TAKE_CELLS];
        struct cg_packed_entry entries[2];
        fill(line, take_back);
        line[CG_LINE_DECISION] = cg_cell_integer(rows[i].decision);
        line[CG_LINE_FREQUENCY] = cg_cell_integer(rows[i].frequency);
        line[CG_LINE_USED] = rows[i].over_cap ? cg_cell_integer(42) : cg_cell_null();
        cr_assert_eq(cg_entries_of_line(line, 1, 1, 1, entries), rows[i].count, "row %zu", i);
        cr_expect_eq(entries[rows[i].count - 1].kind, rows[i].last_kind, "row %zu", i);
    }
}
