/* The real history against the model of tests/support, on thousands of small random worlds: every
 * policy mode, every frequency, spans, exemptions, long ids; with and without the index for crowded
 * members; in one run and cut into nights that recall what earlier ones accepted. */
#include "support/history_lines.h"
#include "support/history_world.h"

#include "claimgate/gate/history.h"
#include "gate/member_rows.h"

#include <criterion/criterion.h>
#include <string.h>

/* In nights of `night_lines` lines, each with a history of its own. */
static void run_world(uint64_t seed, uint32_t large_member_lines, uint32_t night_lines) {
    static struct world world;
    static struct model model;
    static struct world_ledger ledger;
    world_fill(&world, seed);
    model.count = 0;
    for (uint32_t start = 0; start < world.count; start += night_lines) {
        uint32_t left = world.count - start;
        uint32_t count = left < night_lines ? left : night_lines;
        struct cg_line decided[WORLD_LINES];
        struct cg_history *history = cg_history_new(start > 0 ? world_recall : NULL, &ledger);
        cr_assert_not_null(history);
        ledger = (struct world_ledger){.before = model, .tells_outlines = seed % 3 != 0};
        if (seed % 2 == 0) {
            cg_history_set_outlines(history, WORLD_LINES + 4); /* one member drives the other out */
        }
        cg_history_set_large_member_lines(history, large_member_lines);
        memcpy(decided, world.lines + start, count * sizeof *decided);
        decide_batch(history, decided, count);
        for (uint32_t i = 0; i < count; i++) {
            struct cg_line expected = world.lines[start + i];
            model_decide(&model, &expected);
            world_expect_verdict(&decided[i], &expected, seed, start + i);
        }
        for (uint32_t m = 0; start == 0 && m < WORLD_MEMBERS; m++) {
            for (uint32_t c = 0; c < world.versions[0].cap_count; c++) {
                const struct cg_cap *cap = &world.versions[0].caps[c];
                int32_t day = world.lines[0].start_day;
                cr_assert_eq(cg_history_units_used(history, cg_text_of(world_members[m]), cap, day),
                             model_units_used(&model, cg_text_of(world_members[m]), cap, day));
            }
        }
        cg_history_free(history);
    }
}

Test(history_model, decides_like_the_model_on_rows, .timeout = 120) {
    for (uint64_t seed = 0; seed < 2000; seed++) {
        run_world(seed, UINT32_MAX, WORLD_LINES);
    }
}

Test(history_model, decides_like_the_model_with_an_index_from_the_first_line, .timeout = 120) {
    for (uint64_t seed = 0; seed < 2000; seed++) {
        run_world(seed, 0, WORLD_LINES);
    }
}

Test(history_model, decides_like_the_model_when_members_become_crowded, .timeout = 120) {
    for (uint64_t seed = 2000; seed < 4000; seed++) {
        run_world(seed, 8, WORLD_LINES);
    }
}

Test(history_model, a_file_cut_into_nights_is_decided_like_one, .timeout = 120) {
    for (uint64_t seed = 4000; seed < 6000; seed++) {
        run_world(seed, seed % 2 == 0 ? 8 : UINT32_MAX, 1 + (uint32_t)(seed % 20));
    }
}

/* Where a row cannot hold the day any more, the record tells it. */
Test(history_model, decides_like_the_model_at_the_ends_of_the_days_that_a_row_can_hold,
     .timeout = 120) {
    static const int32_t ends[] = {CG_ROW_DAY_FIRST, CG_ROW_DAY_LAST};
    for (uint64_t seed = 6000; seed < 8000; seed++) {
        model_first_day = ends[seed % 2] - 440; /* some turns of months on each side */
        run_world(seed, seed % 10 == 0 ? 8 : UINT32_MAX, seed % 3 == 0 ? 7 : WORLD_LINES);
    }
}
