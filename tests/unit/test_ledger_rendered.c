/*
 * What a run has summed up of providers, packed in blocks and read back.
 */
#include "claimgate/base/date.h"
#include "ledger/rendered.h"
#include "support/shortage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROVIDERS = 3000, DAY = 19723 /* 2024-01-01 */, BLOCKS = 32, BLOCK_BYTES = 1 << 15 };

static struct cg_rendered rendered;
static struct cg_buffer blocks[BLOCKS];
static uint64_t firsts[BLOCKS];
static uint32_t block_count;

static void setup(void) {
    cr_assert(cg_rendered_init(&rendered));
    block_count = 0;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        cg_buffer_init(&blocks[i], BLOCK_BYTES);
        cr_assert(cg_buffer_reserve(&blocks[i], BLOCK_BYTES));
    }
}

static void teardown(void) {
    cg_rendered_fini(&rendered);
    for (uint32_t i = 0; i < BLOCKS; i++) {
        cg_buffer_fini(&blocks[i]);
    }
}

TestSuite(ledger_rendered, .init = setup, .fini = teardown);

static void keep_block(void *context, enum cg_row_table table, const struct cg_cell *cells,
                       size_t count) {
    (void)context;
    cr_assert(table == CG_ROW_RENDERED && count == CG_RENDERED_CELLS && block_count < BLOCKS);
    firsts[block_count] = (uint64_t)cells[0].integer;
    cr_assert(cg_buffer_append(&blocks[block_count++], cells[1].bytes.ptr, cells[1].bytes.len));
}

/* A line of so many units, of which `accepted` were. False: no memory. */
static bool try_add(uint64_t npi, int32_t day, uint64_t units, uint64_t accepted,
                    const char *reasons) {
    struct cg_cell cells[CG_LINE_CELLS] = {0};
    cells[CG_LINE_RENDERING] = cg_cell_unsigned(npi);
    cells[CG_LINE_START] = cg_cell_integer(day);
    cells[CG_LINE_UNITS] = cg_cell_unsigned(units);
    cells[CG_LINE_ACCEPTED] = cg_cell_unsigned(accepted);
    cells[CG_LINE_REASONS] = cg_cell_string(reasons);
    cells[CG_LINE_DECISION] = cg_cell_integer(accepted == units ? CG_ACCEPTED
                                              : accepted > 0    ? CG_CUTBACK
                                                                : CG_REJECTED);
    return cg_rendered_add(&rendered, cells);
}

static void add(uint64_t npi, int32_t day, uint64_t units, uint64_t accepted, const char *reasons) {
    cr_assert(try_add(npi, day, units, accepted, reasons));
}

static void pack(void) {
    while (cg_rendered_step(&rendered, keep_block, NULL)) {
    }
}

static struct cg_rendered_reader reader_of(uint32_t block) {
    return (struct cg_rendered_reader){
        .packed = {blocks[block].data, (uint32_t)blocks[block].len_bytes}};
}

Test(ledger_rendered, sums_come_back_by_provider_and_month_from_as_many_blocks_as_it_takes) {
    struct cg_rendered_entry entry;
    char reason[32];
    uint64_t npi = 0;
    int32_t month_day = 0;
    uint64_t lines = 0;
    for (uint64_t i = PROVIDERS; i > 0; i--) {
        snprintf(reason, sizeof reason, "reason_%u;other", (unsigned)(i % 40));
        add(1000000000 + 7 * i, DAY + 3, 4, 4, NULL);
        add(1000000000 + 7 * i, DAY + 30, 2, 2, NULL);
        add(1000000000 + 7 * i, DAY + 40, 5, 0, reason);
    }
    pack();
    cr_assert_gt(block_count, 3);
    for (uint32_t b = 0; b < block_count; b++) {
        struct cg_rendered_reader reader = reader_of(b);
        for (bool first = true; cg_rendered_next(&reader, &entry); first = false) {
            cr_expect(!first || entry.npi == firsts[b]);
            cr_expect(entry.npi > npi || (entry.npi == npi && entry.month_day > month_day));
            const bool accepted = entry.reason.len == 0;
            cr_expect_eq(entry.month_day, accepted ? DAY : DAY + 31);
            cr_expect_eq(entry.last_day, accepted ? DAY + 30 : DAY + 40);
            cr_expect_eq(entry.units, accepted ? 6 : 5);
            npi = entry.npi;
            month_day = entry.month_day;
            snprintf(reason, sizeof reason, "reason_%u", (unsigned)((npi - 1000000000) / 7 % 40));
            cr_expect(accepted || cg_text_is(entry.reason, reason));
            lines += entry.lines;
        }
        cr_expect(!reader.broken);
    }
    cr_expect_eq(npi, 1000000000 + 7 * (uint64_t)PROVIDERS);
    cr_expect_eq(lines, 3 * (uint64_t)PROVIDERS);
}

Test(ledger_rendered, a_run_without_lines_of_providers_has_no_block) {
    pack();
    cr_expect_eq(block_count, 0);
}

Test(ledger_rendered, a_block_cut_anywhere_ends_or_is_broken_and_never_read_beyond) {
    struct cg_rendered_entry entry;
    add(1234567893, DAY, 4, 4, NULL);
    add(1234567893, DAY + 40, 4, 0, "yearly_cap");
    pack();
    cr_assert_eq(block_count, 1);
    for (uint32_t len = 0; len < blocks[0].len_bytes; len++) {
        char *copy = malloc(len + (size_t)1);
        memcpy(copy, blocks[0].data, len);
        struct cg_rendered_reader reader = {.packed = {copy, len}};
        uint32_t entries = 0;
        while (cg_rendered_next(&reader, &entry)) {
            entries++;
        }
        cr_expect_lt(entries, 2);
        free(copy);
    }
}

/* A block of one entry, whose reason is said to be `len` bytes long, of which `there` are there. */
static bool is_read(uint64_t len, uint64_t there) {
    static uint8_t bytes[256];
    const uint64_t head[] = {1234567893, 2 * DAY, 1, len};
    const uint64_t tail[] = {1, 2, 3};
    size_t at = 0;
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        at += cg_varint_put(bytes + at, head[i]);
    }
    memset(bytes + at, 1, there); /* good numbers, where they are read as such */
    at += there;
    for (size_t i = 0; len == there && i < sizeof tail / sizeof tail[0]; i++) {
        at += cg_varint_put(bytes + at, tail[i]);
    }
    struct cg_rendered_reader reader = {.packed = {(const char *)bytes, (uint32_t)at}};
    struct cg_rendered_entry entry;
    const bool read = cg_rendered_next(&reader, &entry);
    cr_expect_eq(reader.broken, !read);
    return read;
}

Test(ledger_rendered, a_reason_that_is_too_long_or_not_all_there_breaks_its_block) {
    cr_expect(is_read(CG_RENDERED_REASON_BYTES - 1, CG_RENDERED_REASON_BYTES - 1));
    cr_expect_not(is_read(CG_RENDERED_REASON_BYTES, CG_RENDERED_REASON_BYTES));
    cr_expect_not(is_read(50, 49));
}

/* Two lines to each of 600 sums. False: no memory. */
static bool sum_up(void) {
    cg_rendered_fini(&rendered);
    bool good = cg_rendered_init(&rendered);
    for (uint32_t line = 0; good && line < 600; line++) {
        const uint32_t i = line % 300;
        char reason[32];
        snprintf(reason, sizeof reason, "reason_%u", (unsigned)(i % 40));
        /* Whichever of the two is the first that needs more memory. */
        good = i % 2 == 0 ? try_add(1000000000 + i, DAY, 4, 3, reason)
                          : try_add(1000000000 + i, DAY, 5, 0, reason) &&
                                try_add(1000000000 + i, DAY, 4, 4, NULL);
    }
    while (good && cg_rendered_step(&rendered, keep_block, NULL)) {
    }
    return good;
}

/* Each once, and of two lines. */
static bool all_are_kept(void) {
    struct cg_rendered_entry entry;
    uint32_t sums = 0;
    bool good = true;
    for (uint32_t b = 0; b < block_count; b++) {
        struct cg_rendered_reader reader = reader_of(b);
        while (cg_rendered_next(&reader, &entry)) {
            good = good && entry.lines == 2;
            sums++;
        }
    }
    return good && sums == 600;
}

Test(ledger_rendered, a_lack_of_memory_is_told_wherever_it_is_met_or_makes_no_difference) {
    uint32_t told = 0;
    bool failed = true;
    for (uint32_t at = 0; failed; at++) {
        shortage_begin(at, false);
        const bool good = sum_up();
        failed = shortage_end();
        told += !good;
        cr_expect(good ? all_are_kept() : failed, "request %u", at);
        teardown();
        setup();
    }
    cr_assert_gt(told, 4);
}

Test(ledger_rendered, days_before_1970_have_a_last_one_too) {
    struct cg_rendered_entry entry;
    add(1234567893, -680, 4, 4, NULL);
    add(1234567893, -690, 4, 4, NULL);
    pack();
    struct cg_rendered_reader reader = reader_of(0);
    cr_assert(cg_rendered_next(&reader, &entry));
    cr_expect(entry.lines == 2 && entry.last_day == -680);
}

Test(ledger_rendered, a_day_beyond_its_month_or_the_calendar_breaks_its_block) {
    static const struct {
        int32_t month_day;
        uint8_t last_day;
        bool is_good;
    } cases[] = {{CG_DAY_FIRST - 1, 0, false}, {CG_DAY_FIRST, 0, true}, {CG_DAY_LAST, 0, true},
                 {CG_DAY_LAST + 1, 0, false},  {DAY, 31, true},         {DAY, 32, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[32];
        struct cg_rendered_entry entry;
        size_t len = cg_varint_put(bytes, 1234567893);
        len += cg_varint_put(bytes + len, cg_zigzag(cases[i].month_day));
        memcpy(bytes + len, (uint8_t[]){0, 1, 1, cases[i].last_day}, 4);
        struct cg_rendered_reader reader = {.packed = {(const char *)bytes, (uint32_t)len + 4}};
        cr_expect_eq(cg_rendered_next(&reader, &entry), cases[i].is_good, "case %zu", i);
    }
}

/* Small numbers mostly, as a block has them. */
Test(ledger_rendered, a_block_of_any_bytes_is_read_to_an_end) {
    uint32_t seed = 1;
    uint32_t broken = 0;
    for (uint32_t i = 0; i < 20000; i++) {
        struct cg_rendered_entry entry;
        char bytes[64];
        for (size_t k = 0; k < sizeof bytes; k++) {
            seed = seed * 1664525 + 1013904223;
            bytes[k] = (char)(seed >> 24 & (seed >> 20 & 7 ? 7 : 0xff));
        }
        struct cg_rendered_reader reader = {.packed = {bytes, 1 + seed % sizeof bytes}};
        uint32_t entries = 0;
        while (cg_rendered_next(&reader, &entry)) {
            cr_assert(entry.month_day >= CG_DAY_FIRST && entry.month_day <= CG_DAY_LAST);
            entries++;
        }
        cr_assert_leq(entries, sizeof bytes);
        broken += reader.broken;
    }
    cr_expect_gt(broken, 10000);
}

Test(ledger_rendered, more_names_of_reasons_than_a_block_may_have_break_it) {
    struct cg_rendered_entry entry;
    uint8_t bytes[16 * (CG_RENDERED_REASONS_MAX + 1)];
    size_t len = 0;
    for (uint32_t i = 0; i <= CG_RENDERED_REASONS_MAX; i++) {
        len += cg_varint_put(bytes + len, 1); /* the next provider */
        len += cg_varint_put(bytes + len, cg_zigzag(i == 0 ? DAY : 0));
        len += cg_varint_put(bytes + len, i + 1); /* a new name, of one letter */
        len += cg_varint_put(bytes + len, 1);
        bytes[len++] = 'x';
        len += cg_varint_put(bytes + len, 1);
        len += cg_varint_put(bytes + len, 1);
        len += cg_varint_put(bytes + len, 0);
    }
    struct cg_rendered_reader reader = {.packed = {(const char *)bytes, (uint32_t)len}};
    for (uint32_t i = 0; i < CG_RENDERED_REASONS_MAX; i++) {
        cr_assert(cg_rendered_next(&reader, &entry), "entry %u", i);
    }
    cr_expect_not(cg_rendered_next(&reader, &entry));
    cr_expect(reader.broken);
}

Test(ledger_rendered, a_month_that_no_calendar_has_breaks_a_block_for_good) {
    static const int64_t days[] = {CG_DAY_LAST + 1, CG_DAY_FIRST - 1};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        struct cg_rendered_entry entry;
        uint8_t bytes[64] = {1};
        const size_t len = 1 + cg_varint_put(bytes + 1, cg_zigzag(days[i]));
        struct cg_rendered_reader reader = {.packed = {(const char *)bytes, (uint32_t)len + 8}};
        cr_expect_not(cg_rendered_next(&reader, &entry));
        cr_expect(reader.broken && reader.packed.len > 0);
        cr_expect_not(cg_rendered_next(&reader, &entry));
    }
}
