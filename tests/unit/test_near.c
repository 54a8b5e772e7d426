/*
 * What a run keeps of long caps: per member and period the most that a line was tested with, or the
 * sum of what was paid, packed in blocks; a lack of memory is told wherever it is met.
 */
#include "claimgate/record/field.h"
#include "ledger/near.h"
#include "support/policy_text.h"
#include "support/shortage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { MEMBERS = 40, YEARS = 4, LINES = 300, LIMIT = 200, LIFE_LIMIT = 6 };

static const int32_t FIRST_DAY = 19905; /* 2024-07-01 */
static const int32_t YEAR_DAYS[YEARS + 1] = {19905, 20270, 20635, 21000, 21366};

static struct cg_policy *policy;

/* A limit of each fiscal year, and before it one of a lifetime. */
static void setup(void) {
    char text[TEXT_MAX];
    policy = policy_load_good_text(
        policy_edited("\"period\": \"day\"", "\"period\": \"lifetime\"", text));
}

static void teardown(void) {
    cg_policy_free(policy);
}

TestSuite(near, .init = setup, .fini = teardown);

/* Units by member and fiscal year, and of a lifetime. */
struct kept {
    uint64_t units[MEMBERS][YEARS];
    uint64_t of_life[MEMBERS];
};

struct line {
    uint32_t member;
    int32_t start_day, end_day;
    uint32_t units;
    uint32_t used; /* of the year, before it; UINT32_MAX: the cap did not test it */
    uint32_t used_ever;
    bool has_end;
};

static uint32_t next_random(uint32_t *seed, uint32_t below) {
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

static void fill_lines(struct line lines[LINES], uint32_t seed) {
    for (uint32_t i = 0; i < LINES; i++) {
        const int32_t start_day = FIRST_DAY + (int32_t)next_random(&seed, 700);
        const bool has_end = next_random(&seed, 4) == 0;
        lines[i] = (struct line){
            .member = next_random(&seed, MEMBERS),
            .start_day = start_day,
            .end_day = start_day + (has_end ? (int32_t)next_random(&seed, 500) : 0),
            .units = 1 + next_random(&seed, 6),
            .used = next_random(&seed, 5) == 0 ? UINT32_MAX : next_random(&seed, LIMIT - 6),
            .used_ever = next_random(&seed, 3) == 0 ? UINT32_MAX : next_random(&seed, 3),
            .has_end = has_end,
        };
    }
}

static bool add(struct cg_near *near, const struct line *line) {
    char of_year[16], of_life[16], cap_used[40];
    struct cg_cell cells[CG_LINE_CELLS] = {0};
    snprintf(of_year, sizeof of_year, line->used == UINT32_MAX ? "null" : "%u", line->used);
    snprintf(of_life, sizeof of_life, line->used_ever == UINT32_MAX ? "null" : "%u",
             line->used_ever);
    snprintf(cap_used, sizeof cap_used, "[%s,%s]", of_life, of_year);
    cells[CG_LINE_MEMBER] = cg_cell_integer(line->member + 1);
    cells[CG_LINE_START] = cg_cell_integer(line->start_day);
    cells[CG_LINE_END] = line->has_end ? cg_cell_integer(line->end_day) : cg_cell_null();
    cells[CG_LINE_PROCEDURE] = cg_cell_string("H0038");
    cells[CG_LINE_ACCEPTED] = cg_cell_unsigned(line->units);
    cells[CG_LINE_DECISION] = cg_cell_integer(CG_ACCEPTED);
    cells[CG_LINE_EXEMPT] = cg_cell_integer(0);
    cells[CG_LINE_FREQUENCY] = cg_cell_integer(CG_ORIGINAL);
    cells[CG_LINE_CAP_USED] = cg_cell_string(cap_used);
    return cg_near_add(near, cells);
}

static void expect_of_life(const struct line *line, bool is_sum, uint64_t *units) {
    const uint64_t used = line->units + (is_sum ? 0 : line->used_ever);
    if (is_sum) {
        *units += line->units;
    } else if (line->used_ever != UINT32_MAX && (used >= LIFE_LIMIT / 2 || line->has_end)) {
        *units = used > *units ? used : *units;
    }
}

/* What is to be kept of the lines, worked out year by year. */
static void expect_of(const struct line lines[LINES], bool is_sum, struct kept *kept) {
    memset(kept, 0, sizeof *kept);
    for (uint32_t i = 0; i < LINES; i++) {
        const struct line *line = &lines[i];
        expect_of_life(line, is_sum, &kept->of_life[line->member]);
        const uint64_t first = line->units + (is_sum ? 0 : line->used);
        if (!is_sum && (line->used == UINT32_MAX || (first < LIMIT / 2 && !line->has_end))) {
            continue;
        }
        for (int year = 0; year < YEARS; year++) {
            uint64_t *units = &kept->units[line->member][year];
            if (line->start_day >= YEAR_DAYS[year + 1] || line->end_day < YEAR_DAYS[year]) {
                continue;
            }
            if (is_sum) {
                *units += line->units;
            } else {
                const uint64_t most = line->start_day >= YEAR_DAYS[year] ? first : LIMIT;
                *units = most > *units ? most : *units;
            }
        }
    }
}

static void read_row(void *context, enum cg_row_table table, const struct cg_cell *cells,
                     size_t count) {
    struct kept *kept = context;
    struct cg_text packed = cells[3].bytes;
    int64_t member_no = 0, before = 0;
    uint64_t units;
    bool broken;
    cr_assert(table == CG_ROW_NEAR && count == CG_NEAR_CELLS);
    const bool is_life = cells[1].integer == CG_DAY_FIRST;
    cr_expect(strncmp(cells[0].bytes.ptr, is_life ? "daily" : "yearly", cells[0].bytes.len) == 0);
    int year = 0;
    while (year < YEARS && YEAR_DAYS[year] != cells[1].integer) {
        year++;
    }
    cr_assert(is_life || year < YEARS);
    while (cg_near_next(&packed, &member_no, &units, &broken)) {
        cr_assert(member_no > before && member_no <= MEMBERS, "members rise");
        before = member_no;
        uint64_t *place =
            is_life ? &kept->of_life[member_no - 1] : &kept->units[member_no - 1][year];
        cr_expect_eq(*place, 0, "a member stands twice");
        *place = units;
    }
    cr_expect(!broken);
}

/* False: no memory. */
static bool keep_and_read(const struct line lines[LINES], bool is_sum, struct kept *kept) {
    struct cg_near near;
    memset(kept, 0, sizeof *kept);
    bool good = cg_near_init(&near, policy, is_sum);
    for (uint32_t i = 0; good && i < LINES; i++) {
        good = add(&near, &lines[i]);
    }
    while (good && cg_near_step(&near, read_row, kept)) {
    }
    cg_near_fini(&near);
    return good;
}

static void expect_kept(bool is_sum) {
    static struct line lines[LINES];
    static struct kept kept, wanted;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        fill_lines(lines, seed);
        expect_of(lines, is_sum, &wanted);
        cr_assert(keep_and_read(lines, is_sum, &kept));
        cr_expect(memcmp(&kept, &wanted, sizeof kept) == 0, "seed %u", seed);
    }
}

Test(near, a_member_keeps_the_most_that_a_year_was_tested_with_and_a_span_fills_further_years) {
    expect_kept(false);
}

Test(near, of_paid_lines_a_member_keeps_the_sum_in_each_year_they_reach_into) {
    expect_kept(true);
}

Test(near, a_lack_of_memory_is_told_wherever_it_is_met_or_makes_no_difference) {
    static struct line lines[LINES];
    static struct kept kept, wanted;
    uint32_t told = 0;
    bool failed = true;
    fill_lines(lines, 7);
    expect_of(lines, false, &wanted);
    for (uint32_t at = 0; failed; at++) {
        shortage_begin(at, false);
        const bool good = keep_and_read(lines, false, &kept);
        failed = shortage_end();
        told += !good;
        cr_expect(good ? memcmp(&kept, &wanted, sizeof kept) == 0 : failed, "request %u", at);
    }
    cr_assert_gt(told, 4);
}

/* --- lines by hand --- */

static struct cg_buffer packed;

static void keep_row(void *context, enum cg_row_table table, const struct cg_cell *cells,
                     size_t count) {
    uint32_t *rows = context;
    cr_assert(table == CG_ROW_NEAR && count == CG_NEAR_CELLS);
    ++*rows;
    cr_assert(cg_buffer_append(&packed, cells[3].bytes.ptr, cells[3].bytes.len));
}

static uint32_t rows_of(struct cg_near *near) {
    uint32_t rows = 0;
    while (cg_near_step(near, keep_row, &rows)) {
    }
    return rows;
}

/* What an import takes in may be of no version, or of no code, of today's policy. */
Test(near, of_a_line_that_no_cap_counts_nothing_is_kept) {
    static const struct {
        const char *code;
        int32_t day;
        int64_t frequency, exempt;
        bool is_kept;
    } rows[] = {{"H0038", 19905, CG_ORIGINAL, 0, true},  {"H2017", 19905, CG_ORIGINAL, 0, false},
                {"99213", 19905, CG_ORIGINAL, 0, false}, {"H0038", 3000, CG_ORIGINAL, 0, false},
                {"H0038", 19905, CG_VOID, 0, false},     {"H0038", 19905, CG_ORIGINAL, 1, false}};
    char text[TEXT_MAX];
    struct cg_policy *of_one_code = policy_load_good_text(
        policy_with_caps(CAP("a", "\"period\":\"lifetime\",\"procedures\":[\"H0038\"]"), text));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cg_near near;
        struct cg_cell cells[CG_LINE_CELLS] = {0};
        cr_assert(cg_near_init(&near, of_one_code, true));
        cg_buffer_init(&packed, 1 << 20);
        cells[CG_LINE_MEMBER] = cg_cell_integer(1);
        cells[CG_LINE_START] = cg_cell_integer(rows[i].day);
        cells[CG_LINE_PROCEDURE] = cg_cell_string(rows[i].code);
        cells[CG_LINE_ACCEPTED] = cg_cell_unsigned(2);
        cells[CG_LINE_DECISION] = cg_cell_integer(CG_ACCEPTED);
        cells[CG_LINE_EXEMPT] = cg_cell_integer(rows[i].exempt);
        cells[CG_LINE_FREQUENCY] = cg_cell_integer(rows[i].frequency);
        cr_assert(cg_near_add(&near, cells));
        cr_expect_eq(rows_of(&near) > 0, rows[i].is_kept, "row %zu", i);
        cg_buffer_fini(&packed);
        cg_near_fini(&near);
    }
    cg_policy_free(of_one_code);
}

/* They have as many periods as days. */
Test(near, of_caps_by_the_day_and_of_rolling_months_nothing_is_kept) {
    char text[TEXT_MAX];
    struct cg_near near;
    const struct line line = {.start_day = FIRST_DAY, .units = 5, .used = 5, .used_ever = 5};
    struct cg_policy *of_days = policy_load_good_text(policy_with_caps(
        CAP("a", "\"period\":\"day\"") "," CAP("b", "\"period\":\"rolling_months\",\"months\":12"),
        text));
    cr_assert(cg_near_init(&near, of_days, false));
    cr_assert(add(&near, &line));
    cr_expect_eq(rows_of(&near), 0);
    cg_near_fini(&near);
    cg_policy_free(of_days);
}

Test(near, members_of_a_period_stand_in_as_many_rows_as_it_takes) {
    enum { MANY = 40000 };
    struct cg_near near;
    cr_assert(cg_near_init(&near, policy, false));
    cg_buffer_init(&packed, 1 << 20);
    for (uint32_t i = 0; i < MANY; i++) {
        const struct line line = {.member = i,
                                  .start_day = FIRST_DAY,
                                  .end_day = FIRST_DAY,
                                  .units = 5,
                                  .used = LIMIT - 5,
                                  .used_ever = UINT32_MAX};
        cr_assert(add(&near, &line));
    }
    cr_expect_gt(rows_of(&near), 2);
    cg_buffer_fini(&packed);
    cg_near_fini(&near);
}
