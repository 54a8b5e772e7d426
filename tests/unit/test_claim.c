/* Claims of several lines against a model that copies the whole history before each of them, on
 * thousands of small random worlds; and what such a claim leaves behind by hand. */
#include "support/history_lines.h"
#include "support/history_world.h"

#include "claimgate/gate/claim.h"
#include "claimgate/gate/history.h"
#include "claimgate/rules/reason.h"

#include <criterion/criterion.h>
#include <string.h>

enum { CLAIM_LINES_MAX = 6 };

/* Lines one after another become the lines of claims: ids and frequency of the first. */
static void gather_claims(struct world *world) {
    for (uint32_t first = 0; first < world->count;) {
        const uint32_t left = world->count - first;
        const uint32_t wanted = 1 + world_pick(CLAIM_LINES_MAX);
        const uint32_t count = wanted < left ? wanted : left;
        struct cg_line *lines = &world->lines[first];
        lines[0].more_lines = (uint16_t)(count - 1);
        for (uint32_t i = 1; i < count; i++) {
            lines[i].more_lines = CG_NOT_FIRST;
            lines[i].claim_id = lines[0].claim_id;
            lines[i].frequency = lines[0].frequency;
            lines[i].original_claim_id = lines[0].original_claim_id;
            if (!world_chance(3)) { /* an id that has passed to another person */
                lines[i].member_id = lines[0].member_id;
            }
            lines[i].line_number =
                world->numbered && !world_chance(5) ? (uint16_t)(i + 1) : lines[i].line_number;
        }
        for (uint32_t i = 0; count > 1 && i < count; i++) {
            if (world_chance(8)) {
                lines[i] = (struct cg_line){.more_lines = lines[i].more_lines,
                                            .out_of_scope = true,
                                            .start_day = CG_DAY_NONE,
                                            .end_day = CG_DAY_NONE};
            }
        }
        first += count;
    }
}

static void reject_all(struct cg_line *lines, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        lines[i].decision = CG_REJECTED;
        lines[i].accepted_units = 0;
        lines[i].taken_back_lines = 0;
        lines[i].taken_back_units = 0;
        memset(lines[i].cap_used, 0xFF, sizeof lines[i].cap_used);
        if (lines[i].reasons == 0) {
            lines[i].reasons = cg_reason_bit(CG_REASON_CLAIM_REJECTED);
        }
    }
}

static bool has_reason(const struct cg_line *lines, uint32_t count) {
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        found = found || lines[i].reasons != 0;
    }
    return found;
}

static void model_decide_claim(struct model *model, struct cg_line *lines, uint32_t count) {
    static struct model before;
    const bool was_rejected = count > 1 && has_reason(lines, count);
    before = *model;
    for (uint32_t i = 0; i < count; i++) {
        if (lines[i].out_of_scope || was_rejected) {
            memset(lines[i].cap_used, 0xFF, sizeof lines[i].cap_used);
            lines[i].decision = CG_ACCEPTED;
        } else {
            model_decide(model, &lines[i]);
        }
    }
    if (count > 1 && has_reason(lines, count)) {
        reject_all(lines, count);
        *model = before;
    }
}

/* Lines of one member that stand, as a model entry each, in the order of acceptance. */
struct standing {
    const struct model *model;
    struct cg_text member;
    uint32_t next;
    uint64_t seed;
};

static const struct model_entry *next_standing(struct standing *standing) {
    while (standing->next < standing->model->count) {
        const struct model_entry *entry = &standing->model->entries[standing->next++];
        if (entry->stands && cg_text_equal(cg_key_text(&entry->line.member_id), standing->member)) {
            return entry;
        }
    }
    return NULL;
}

static void expect_standing(void *context, const struct cg_past_line *line) {
    struct standing *standing = context;
    const struct model_entry *entry = next_standing(standing);
    cr_assert_not_null(entry, "world %llu", (unsigned long long)standing->seed);
    cr_assert(cg_text_equal(line->claim_id, cg_key_text(&entry->line.claim_id)));
    cr_assert_eq(line->line_number, entry->line.line_number);
    cr_assert_eq(line->start_day, entry->line.start_day);
    cr_assert_eq(line->accepted_units, entry->line.accepted_units);
}

static void expect_same_history(const struct cg_history *history, const struct model *model,
                                uint64_t seed) {
    for (uint32_t m = 0; m < WORLD_MEMBERS; m++) {
        struct standing standing = {model, cg_text_of(world_members[m]), 0, seed};
        cg_history_visit(history, standing.member, expect_standing, &standing);
        cr_assert_null(next_standing(&standing), "world %llu", (unsigned long long)seed);
    }
}

/* Night by night; `nights` is how many claims a night has, 0 for all in one batch. */
static void run_world(uint64_t seed, uint32_t large_member_lines, uint32_t night_claims) {
    static struct world world;
    static struct model model;
    static struct world_ledger ledger;
    struct cg_history *history = NULL;
    uint32_t claims = 0;
    world_fill(&world, seed);
    gather_claims(&world);
    model.count = 0;
    for (uint32_t first = 0; first < world.count;) {
        const uint32_t count = 1 + world.lines[first].more_lines;
        struct cg_line decided[CLAIM_LINES_MAX];
        struct cg_line expected[CLAIM_LINES_MAX];
        if (history == NULL || (night_claims > 0 && claims % night_claims == 0)) {
            cg_history_free(history);
            ledger = (struct world_ledger){.before = model, .tells_outlines = seed % 3 != 0};
            history = cg_history_new(claims > 0 ? world_recall : NULL, &ledger);
            cr_assert_not_null(history);
            if (seed % 2 == 0) {
                /* Hardly more than one member has, so that the other one of a claim drives it out.
                 */
                cg_history_set_outlines(history, model.count + 8);
            }
            cg_history_set_large_member_lines(history, large_member_lines);
        }
        memcpy(decided, &world.lines[first], count * sizeof *decided);
        memcpy(expected, &world.lines[first], count * sizeof *decided);
        decide_batch(history, decided, count);
        model_decide_claim(&model, expected, count);
        for (uint32_t i = 0; i < count; i++) {
            world_expect_verdict(&decided[i], &expected[i], seed, first + i);
        }
        if (night_claims == 0) {
            expect_same_history(history, &model, seed);
        }
        first += count;
        claims++;
    }
    cg_history_free(history);
}

Test(claim, a_rejected_claim_leaves_no_trace_on_rows, .timeout = 120) {
    for (uint64_t seed = 0; seed < 2000; seed++) {
        run_world(seed, UINT32_MAX, 0);
    }
}

Test(claim, a_rejected_claim_leaves_no_trace_in_an_index, .timeout = 120) {
    for (uint64_t seed = 2000; seed < 4000; seed++) {
        run_world(seed, 0, 0);
    }
}

Test(claim, a_rejected_claim_leaves_no_trace_where_members_become_large, .timeout = 120) {
    for (uint64_t seed = 4000; seed < 6000; seed++) {
        run_world(seed, 8, 0);
    }
}

Test(claim, nights_of_claims_are_decided_like_one_file, .timeout = 120) {
    for (uint64_t seed = 6000; seed < 8000; seed++) {
        run_world(seed, seed % 2 == 0 ? 8 : UINT32_MAX, 1 + (uint32_t)(seed % 7));
    }
}

/* A whole world in one call decides as claim by claim does. */
Test(claim, claims_of_one_batch_are_decided_like_claims_alone, .timeout = 120) {
    static struct world world;
    static struct cg_line alone[WORLD_LINES];
    for (uint64_t seed = 8000; seed < 9000; seed++) {
        world_fill(&world, seed);
        gather_claims(&world);
        memcpy(alone, world.lines, sizeof alone);
        struct cg_history *one = cg_history_new(NULL, NULL);
        struct cg_history *other = cg_history_new(NULL, NULL);
        decide_batch(one, world.lines, world.count);
        for (uint32_t i = 0; i < world.count; i += 1 + alone[i].more_lines) {
            decide_batch(other, &alone[i], 1 + alone[i].more_lines);
        }
        for (uint32_t i = 0; i < world.count; i++) {
            world_expect_verdict(&world.lines[i], &alone[i], seed, i);
        }
        cg_history_free(one);
        cg_history_free(other);
    }
}

/* --- by hand --- */

static struct cg_policy_version six_a_day(void) {
    struct cg_policy_version version = plain_version();
    version.cap_count = 1;
    version.caps[0] = plain_cap(CG_PERIOD_DAY, 6);
    return version;
}

/* Lines 1, 2 ... of one claim. */
static void make_claim(struct cg_line *lines, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        lines[i].more_lines = i == 0 ? (uint16_t)(count - 1) : CG_NOT_FIRST;
        lines[i].line_number = (uint16_t)(i + 1);
    }
}

Test(claim, a_line_meets_those_before_it_and_all_fall_with_one) {
    struct cg_policy_version version = six_a_day();
    struct cg_line lines[] = {units_on(&version, "A", "2024-03-05", 4),
                              units_on(&version, "A", "2024-03-05", 4),
                              units_on(&version, "A", "2024-03-06", 1)};
    struct cg_history *history = cg_history_new(NULL, NULL);
    make_claim(lines, 3);
    decide_batch(history, lines, 3);
    cr_assert_eq(lines[0].reasons, cg_reason_bit(CG_REASON_CLAIM_REJECTED));
    cr_assert_eq(lines[1].reasons, cg_reason_bit(CG_REASON_CAP));
    cr_assert_eq(lines[1].units_used, 4);
    cr_assert_eq(lines[2].reasons, cg_reason_bit(CG_REASON_CLAIM_REJECTED));
    struct cg_line next = units_on(&version, "B", "2024-03-05", 6);
    cr_assert_eq(decide_one(history, &next), CG_ACCEPTED);
    cg_history_free(history);
}

Test(claim, what_a_rejected_replacement_took_back_stands_again) {
    struct cg_policy_version version = six_a_day();
    struct cg_line original = units_on(&version, "A", "2024-03-05", 6);
    struct cg_line replacement[] = {replacement_of(&version, "B", "A", 1),
                                    replacement_of(&version, "B", "A", 2)};
    struct cg_history *history = cg_history_new(NULL, NULL);
    cr_assert_eq(decide_one(history, &original), CG_ACCEPTED);
    make_claim(replacement, 2);
    replacement[1].units = 7;
    decide_batch(history, replacement, 2);
    cr_assert_eq(replacement[0].taken_back_lines, 0);
    cr_assert_eq(replacement[0].reasons, cg_reason_bit(CG_REASON_CLAIM_REJECTED));
    struct cg_line more = units_on(&version, "C", "2024-03-05", 1);
    cr_assert_eq(decide_one(history, &more), CG_REJECTED);
    /* Its one take-back is not used up. */
    replacement[0].reasons = replacement[1].reasons = 0;
    replacement[1].units = 1;
    decide_batch(history, replacement, 2);
    cr_assert_eq(replacement[0].decision, CG_ACCEPTED);
    cr_assert_eq(replacement[0].taken_back_lines, 1);
    cg_history_free(history);
}

Test(claim, a_claim_of_one_line_that_is_rejected_gives_back_what_it_took) {
    struct cg_policy_version version = six_a_day();
    struct cg_history *history = cg_history_new(NULL, NULL);
    struct cg_line original = units_on(&version, "A", "2024-03-05", 6);
    struct cg_line replacement = units_on(&version, "R", "2024-03-05", 7);
    struct cg_line other = units_on(&version, "C", "2024-03-05", 6);
    replacement.frequency = CG_REPLACEMENT;
    replacement.original_claim_id = cg_text_of("A");
    replacement.is_claim = true;
    cr_assert_eq(decide_one(history, &original), CG_ACCEPTED);
    cr_assert_eq(decide_one(history, &replacement), CG_REJECTED);
    cr_assert_eq(replacement.taken_back_lines, 0);
    cr_assert_eq(replacement.units_available, 6);
    cr_assert_eq(decide_one(history, &other), CG_REJECTED);
    replacement.reasons = 0;
    replacement.units = 5;
    cr_assert_eq(decide_one(history, &replacement), CG_ACCEPTED);
    cr_assert_eq(replacement.taken_back_lines, 1);
    cg_history_free(history);
}

Test(claim, lines_out_of_scope_share_the_fate_of_the_others) {
    struct cg_policy_version version = six_a_day();
    struct cg_history *history = cg_history_new(NULL, NULL);
    for (uint16_t units = 6; units <= 7; units++) {
        struct cg_line lines[] = {{.out_of_scope = true},
                                  units_on(&version, "A", "2024-03-05", units)};
        make_claim(lines, 2);
        decide_batch(history, lines, 2);
        cr_assert_eq(lines[0].decision, units == 6 ? CG_ACCEPTED : CG_REJECTED);
        cr_assert_eq(lines[0].reasons, units == 6 ? 0 : cg_reason_bit(CG_REASON_CLAIM_REJECTED));
    }
    cg_history_free(history);
}

Test(claim, a_line_that_failed_before_the_history_keeps_its_claim_from_it) {
    struct cg_policy_version version = six_a_day();
    struct cg_line lines[] = {units_on(&version, "A", "2024-03-05", 9),
                              units_on(&version, "A", "2024-03-05", 1)};
    struct cg_history *history = cg_history_new(NULL, NULL);
    make_claim(lines, 2);
    lines[1].reasons = cg_reason_bit(CG_REASON_LATE_FILING);
    decide_batch(history, lines, 2);
    cr_assert_eq(lines[0].reasons, cg_reason_bit(CG_REASON_CLAIM_REJECTED));
    cr_assert_eq(lines[0].cap_used[0], UINT32_MAX);
    cg_history_free(history);
}

Test(claim, lines_decided_apart_stand_each_by_itself) {
    struct cg_policy_version version = six_a_day();
    struct cg_line lines[] = {units_on(&version, "A", "2024-03-05", 4),
                              units_on(&version, "A", "2024-03-05", 4)};
    struct cg_history *history = cg_history_new(NULL, NULL);
    cg_history_decide_lines_apart(history, true);
    make_claim(lines, 2);
    decide_batch(history, lines, 2);
    cr_assert_eq(lines[0].decision, CG_ACCEPTED);
    cr_assert_eq(lines[1].decision, CG_REJECTED);
    cg_history_free(history);
}
