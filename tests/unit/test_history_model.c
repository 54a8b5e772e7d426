/* The real history against the model of tests/support, on thousands of small random worlds: every
 * policy mode, every frequency, spans, exemptions, long ids; with and without the index for crowded
 * members; in one run and cut into nights that recall what earlier ones accepted. */
#include "support/history_lines.h"
#include "support/history_model.h"

#include "claimgate/gate/history.h"
#include "claimgate/rules/reason.h"
#include "gate/member_rows.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { WORLD_LINES = 60, VERSIONS = 2 };

static uint64_t random_state;

static uint32_t pick(uint32_t below) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 33) % below;
}

static bool chance(uint32_t percent) {
    return pick(100) < percent;
}

struct world {
    struct cg_policy_version versions[VERSIONS];
    struct cg_line lines[WORLD_LINES];
    uint32_t count;
    bool numbered;
};

static void random_cap(struct cg_cap *cap) {
    static const uint8_t starts[][2] = {{1, 1}, {7, 1}, {3, 31}, {10, 15}};
    uint32_t start = pick(4);
    *cap = (struct cg_cap){
        .period = (enum cg_period)pick(5),
        .months = 1 + (int)pick(3),
        .year_start_month = starts[start][0],
        .year_start_day = starts[start][1],
        .limit_units = 1 + pick(25),
        .counts_all = chance(60),
    };
    cap->counts[pick(2)] = 1;
}

static void random_version(struct cg_policy_version *version, uint32_t index) {
    *version = (struct cg_policy_version){
        .index = index,
        .cap_count = pick(4),
        .cutback = chance(50),
        .split_spans = chance(50),
        .reject_unknown_original = chance(40),
        .duplicate_service = (enum cg_severity)pick(3),
    };
    for (uint32_t i = 0; i < version->cap_count; i++) {
        random_cap(&version->caps[i]);
    }
}

static const char *const claims[] = {
    "A",
    "B",
    "C-fifteen-bytes",
    "a claim id of 16",
    "a claim id of 64 bytes, the longest that the gate lets through!!",
    "a claim id of 64 bytes, the longest that the gate lets through!?"};
static const char *const members[] = {"M1", "a member id that is longer than 15 bytes"};

static void random_line(const struct world *world, struct cg_line *line) {
    static const uint8_t frequencies[] = {1, 1, 1, 1, 1, 1, 1, 7, 7, 8};
    static const uint16_t numbers[] = {1, 2, 3, 4, 17, 18}; /* some with equal last bits */
    const struct cg_policy_version *version = &world->versions[pick(VERSIONS)];
    /* Around the turns of months from December 2023, where the calendar is hardest. */
    static const int32_t turns[] = {364, 395, 424, 455, 485, 516, 546};
    int32_t day = model_first_day + turns[pick(7)] - 2 + (int32_t)pick(5);
    struct cg_text claim = cg_text_of(claims[pick(6)]);
    *line = (struct cg_line){
        .claim_id = cg_key_of(claim),
        .member_id = cg_key_of(cg_text_of(members[pick(2)])),
        .start_day = day,
        .end_day = day,
        .received_day = CG_DAY_NONE,
        .birth_day = CG_DAY_NONE,
        .rendering_npi = 1234567893 + pick(2),
        .modifiers = pick(2) * (UINT64_C(1) << 54),
        .units = (uint16_t)(1 + pick(4)),
        .line_number = world->numbered ? numbers[pick(6)] : CG_LINE_NUMBER_NONE,
        .frequency = frequencies[pick(10)],
        .procedure_no = (uint8_t)pick(2),
        .version = version,
        .exempt = chance(10),
        .reasons = chance(5) ? cg_reason_bit(CG_REASON_LATE_FILING) : 0,
    };
    if (line->frequency != CG_ORIGINAL) {
        line->original_claim_id = chance(25) ? claim : cg_text_of(claims[pick(6)]);
    }
    if (version->split_spans && chance(40)) {
        static const uint8_t more_days[] = {0, 1, 1, 2, 40};
        line->end_day += more_days[pick(5)];
        line->units = (uint16_t)(1 + pick(3) * 4);
    }
}

static void random_world(struct world *world, uint64_t seed) {
    random_state = seed * 2654435761 + 12345;
    pick(2);
    world->numbered = chance(60);
    world->count = 10 + pick(WORLD_LINES - 10);
    for (uint32_t i = 0; i < VERSIONS; i++) {
        random_version(&world->versions[i], i);
    }
    for (uint32_t i = 0; i < world->count; i++) {
        random_line(world, &world->lines[i]);
    }
}

/* One day in it is as good as another, but for windows of rolling months. */
static void expect_same_period(const struct cg_line *real, const struct cg_line *model) {
    int32_t first[2];
    int32_t last[2];
    if ((real->reasons & cg_reason_bit(CG_REASON_CAP)) != 0) {
        const struct cg_cap *cap = &real->version->caps[real->cap_no];
        cg_cap_period(cap, real->cap_day, &first[0], &last[0]);
        cg_cap_period(cap, model->cap_day, &first[1], &last[1]);
        cr_assert_eq(first[0], first[1]);
        cr_assert_eq(last[0], last[1]);
    }
}

static void expect_same_verdict(const struct cg_line *real, const struct cg_line *model,
                                uint64_t seed, uint32_t i) {
#define SAME(field)                                                                                \
    cr_assert(real->field == model->field, "world %llu line %u: " #field " %lld, model %lld",      \
              (unsigned long long)seed, i, (long long)real->field, (long long)model->field)
    SAME(reasons);
    SAME(warnings);
    SAME(decision);
    SAME(accepted_units);
    SAME(taken_back_lines);
    SAME(taken_back_units);
    SAME(cap_no);
    SAME(units_used);
    SAME(units_available);
#undef SAME
    expect_same_period(real, model);
    for (uint32_t c = 0; c < CG_CAPS_MAX; c++) {
        cr_assert_eq(real->cap_used[c], model->cap_used[c],
                     "world %llu line %u cap %u: %u, model %u", (unsigned long long)seed, i, c,
                     real->cap_used[c], model->cap_used[c]);
    }
}

static struct cg_past_line past_line_of(const struct model_entry *entry) {
    const struct cg_line *line = &entry->line;
    return (struct cg_past_line){
        .claim_id = cg_key_text(&line->claim_id),
        .start_day = line->start_day,
        .end_day = line->end_day,
        .rendering_npi = line->rendering_npi,
        .modifiers = line->modifiers,
        .submitted_units = line->units,
        .accepted_units = line->accepted_units,
        .line_number = line->line_number,
        .procedure_no = line->procedure_no,
        .exempt = line->exempt,
        .split = line->version->split_spans,
        .taken_back = !entry->stands,
        .taken_back_by = cg_key_text(&entry->taken_back_by),
        .taken_back_frequency = entry->taken_back_frequency,
    };
}

/* The model's list of lines is the ledger. */
static enum cg_status recall_from_model(void *context, struct cg_text member_id,
                                        struct cg_member *member, struct cg_error *err) {
    const struct model *model = context;
    (void)err;
    for (uint32_t i = 0; i < model->count; i++) {
        const struct cg_line *line = &model->entries[i].line;
        if (!cg_text_equal(cg_key_text(&line->member_id), member_id) ||
            line->decision == CG_REJECTED) {
            continue;
        }
        struct cg_past_line past = past_line_of(&model->entries[i]);
        if (line->frequency != CG_VOID && add_past_line(member, &past) != CG_OK) {
            return CG_INTERNAL;
        }
        struct cg_past_take_back own = {cg_key_text(&line->claim_id), line->original_claim_id,
                                        line->frequency};
        if (line->frequency == CG_REPLACEMENT &&
            cg_text_equal(cg_key_text(&line->claim_id), line->original_claim_id) &&
            add_past_take_back(member, &own) != CG_OK) {
            return CG_INTERNAL;
        }
    }
    return CG_OK;
}

/* In nights of `night_lines` lines, each with a history of its own. */
static void run_world(uint64_t seed, uint32_t large_member_lines, uint32_t night_lines) {
    static struct world world;
    static struct model model;
    random_world(&world, seed);
    model.count = 0;
    for (uint32_t start = 0; start < world.count; start += night_lines) {
        uint32_t left = world.count - start;
        uint32_t count = left < night_lines ? left : night_lines;
        struct cg_line decided[WORLD_LINES];
        struct cg_history *history = cg_history_new(start > 0 ? recall_from_model : NULL, &model);
        cr_assert_not_null(history);
        cg_history_set_large_member_lines(history, large_member_lines);
        memcpy(decided, world.lines + start, count * sizeof *decided);
        if (start == 0) {
            decide_batch(history, decided, count);
        }
        for (uint32_t i = 0; i < count; i++) {
            struct cg_line expected = world.lines[start + i];
            /* A night recalls from the model as it stands when the member is first met, so that
             * later nights go line by line. */
            if (start > 0) {
                decide_one(history, &decided[i]);
            }
            model_decide(&model, &expected);
            expect_same_verdict(&decided[i], &expected, seed, start + i);
        }
        for (uint32_t m = 0; start == 0 && m < 2; m++) {
            for (uint32_t c = 0; c < world.versions[0].cap_count; c++) {
                const struct cg_cap *cap = &world.versions[0].caps[c];
                int32_t day = world.lines[0].start_day;
                cr_assert_eq(cg_history_units_used(history, cg_text_of(members[m]), cap, day),
                             model_units_used(&model, cg_text_of(members[m]), cap, day));
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
