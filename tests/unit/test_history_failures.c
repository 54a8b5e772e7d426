/*
 * The history where one step fails: a piece of memory that the pool does not get, a member that the
 * ledger cannot recall, a claim's other number that it cannot look up. The night ends with what has
 * failed, or goes on without it to the same decisions; lines alone and in claims, with what passes
 * out of scope and asks to take back.
 */
#include "claimgate/base/fault.h"
#include "claimgate/gate/history.h"
#include "support/history_lines.h"
#include "support/history_world.h"
#include "support/shortage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { SEEDS = 40, OUTLINES = 32 };

struct night {
    struct world world;
    struct world_ledger ledger; /* of the lines before `first` */
    uint32_t first;
    uint64_t seed;
    uint32_t calls; /* of recall and alias */
    uint32_t failing_call;
    struct cg_line decided[WORLD_LINES];
    bool in_vain;
};

/* Some neighbours are one claim, which is decided whole. */
static void join_lines(struct night *night) {
    struct cg_line *lines = night->world.lines;
    for (uint32_t i = night->first; i + 2 < night->world.count; i++) {
        if (world_chance(30)) {
            const uint32_t more = 1 + world_pick(2);
            lines[i].more_lines = (uint16_t)more;
            for (uint32_t k = 1; k <= more; k++) {
                lines[i + k].more_lines = CG_NOT_FIRST;
                /* Now and then its id has passed to another member between two days. */
                lines[i + k].member_id =
                    world_chance(90) ? lines[i].member_id : lines[i + k].member_id;
                lines[i + k].claim_id = lines[i].claim_id;
                lines[i + k].frequency = lines[i].frequency;
                lines[i + k].original_claim_id = lines[i].original_claim_id;
                lines[i + k].out_of_scope = world_chance(10);
            }
            i += more;
        }
    }
}

/* In some nights lines have ids, and in some claims are known with who billed them. */
static void name_lines(struct night *night) {
    static const char *const ids[] = {"A-1", "A-2", "B"};
    for (uint32_t i = night->first; i < night->world.count; i++) {
        struct cg_line *line = &night->world.lines[i];
        line->billing_npi = night->seed % 3 == 1 ? 1000000004 + world_pick(2) : 0;
        if (night->seed % 6 == 2) {
            line->line_number = CG_LINE_NUMBER_NONE;
            line->line_id = cg_text_of(ids[world_pick(3)]);
        }
    }
}

static void prepare(struct night *night, uint64_t seed) {
    static struct model model;
    world_fill(&night->world, seed);
    model.count = 0;
    night->seed = seed;
    night->first = night->world.count / 2;
    for (uint32_t i = 0; i < night->first; i++) {
        struct cg_line line = night->world.lines[i];
        model_decide(&model, &line);
    }
    night->ledger = (struct world_ledger){.before = model, .tells_outlines = seed % 3 != 0};
    join_lines(night);
    name_lines(night);
}

static bool fails_now(struct night *night) {
    return ++night->calls == night->failing_call;
}

static enum cg_status recall(void *context, struct cg_text member_id, struct cg_member *member,
                             struct cg_error *err) {
    struct night *night = context;
    return fails_now(night) ? cg_error_set(err, CG_IO, "no recall")
                            : world_recall(&night->ledger, member_id, member, err);
}

/* Every other number is one that a payer gave. */
static enum cg_status alias(void *context, struct cg_text number, struct cg_text member_id,
                            struct cg_text *claim, struct cg_error *err) {
    struct night *night = context;
    (void)member_id;
    if (fails_now(night)) {
        return cg_error_set(err, CG_IO, "no numbers");
    }
    if (number.len % 2 == 0) {
        *claim = cg_text_of("a claim id of 16");
    }
    return CG_OK;
}

static enum cg_status ask_in_vain(struct night *night, struct cg_history *history,
                                  struct cg_error *err) {
    enum cg_status status = CG_OK;
    night->in_vain = false;
    for (uint32_t i = 0; i < WORLD_MEMBERS && status == CG_OK; i++) {
        const struct cg_passing_take_back passing = {.member_id = id_key(world_members[i]),
                                                     .frequency = CG_VOID,
                                                     .claim_id = id_key("Z"),
                                                     .original_claim_id = id_key("A")};
        bool in_vain = false;
        status = cg_history_asks_in_vain(history, &passing, &in_vain, err);
        night->in_vain = night->in_vain || in_vain;
    }
    return status;
}

static enum cg_status decide(struct night *night, struct cg_error *err) {
    const uint32_t count = night->world.count - night->first;
    struct cg_history *history = cg_history_new(recall, night);
    if (history == NULL) {
        return CG_INTERNAL;
    }
    cg_history_set_large_member_lines(history, night->seed % 2 == 0 ? (uint32_t)night->seed % 4 * 2
                                                                    : UINT32_MAX);
    cg_history_decide_lines_apart(history, night->seed % 5 == 0);
    if (night->seed % 7 < 3) {
        cg_history_set_outlines(history, OUTLINES);
    }
    if (night->seed % 3 == 1) {
        cg_history_take_same_number(history);
    }
    if (night->seed % 4 != 0) {
        cg_history_use_aliases(history, alias, night);
    }
    night->calls = 0;
    memcpy(night->decided, night->world.lines + night->first, count * sizeof night->decided[0]);
    enum cg_status status = cg_history_decide(history, night->decided, count, err);
    if (status == CG_OK) {
        status = ask_in_vain(night, history, err);
    }
    cg_history_free(history);
    return status;
}

static void expect_same(const struct night *night, const struct night *undisturbed) {
    cr_assert_eq(night->in_vain, undisturbed->in_vain);
    for (uint32_t i = 0; i < night->world.count - night->first; i++) {
        cr_assert_eq(night->decided[i].decision, undisturbed->decided[i].decision,
                     "seed %llu, line %u", (unsigned long long)night->seed, i);
    }
}

Test(history_failures, what_the_ledger_cannot_tell_ends_the_night, .timeout = 120) {
    static struct night night;
    uint32_t tried = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        prepare(&night, seed);
        for (night.failing_call = 1;; night.failing_call++) {
            struct cg_error err = CG_ERROR_INIT;
            const enum cg_status status = decide(&night, &err);
            const bool was_met = night.calls >= night.failing_call;
            cr_assert_eq(status, was_met ? CG_IO : CG_OK, "seed %llu, call %u: %d",
                         (unsigned long long)seed, night.failing_call, (int)status);
            if (!was_met) {
                break;
            }
            tried++;
        }
    }
    cr_assert_gt(tried, SEEDS);
}

Test(history_failures, memory_that_the_system_does_not_give_ends_the_night, .timeout = 240) {
    static struct night night;
    uint32_t tried = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        bool failed = true;
        prepare(&night, seed);
        for (uint32_t at = 0; failed; at++) {
            struct cg_error err = CG_ERROR_INIT;
            shortage_begin(at, false);
            const enum cg_status status = decide(&night, &err);
            failed = shortage_end();
            cr_assert_eq(status, failed ? CG_INTERNAL : CG_OK, "seed %llu, request %u: %d",
                         (unsigned long long)seed, at, (int)status);
        }
        tried++;
    }
    cr_assert_eq(tried, SEEDS);
}

typedef uint32_t scene(struct cg_line *lines, const struct cg_policy_version *versions);
enum { SCENE_LINES = 8, UNCAPPED = 0, CAPPED };

static void make_claim(struct cg_line *lines, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        lines[i].more_lines = i == 0 ? (uint16_t)(count - 1) : CG_NOT_FIRST;
        lines[i].line_number = i + 1;
    }
}

/* What the claim takes back stood before any cap was asked about, so that it is in no sum yet. */
static uint32_t fall_and_put_back(struct cg_line *lines, const struct cg_policy_version *versions) {
    const struct cg_line all[] = {units_on(&versions[UNCAPPED], "A", "2024-07-01", 1),
                                  units_on(&versions[UNCAPPED], "A", "2020-07-01", 1),
                                  units_on(&versions[CAPPED], "B", "2010-07-01", 1),
                                  units_on(&versions[CAPPED], "B", "2010-07-01", 9),
                                  units_on(&versions[CAPPED], "C", "2024-07-01", 6)};
    memcpy(lines, all, sizeof all);
    make_claim(lines, 2);
    make_claim(lines + 2, 2);
    for (uint32_t i = 2; i < 4; i++) {
        lines[i].frequency = CG_REPLACEMENT;
        lines[i].original_claim_id = cg_text_of("A");
    }
    return 5;
}

/* The first that is noted of any claim is a line that is reversed. */
static uint32_t reverse_in_claim(struct cg_line *lines, const struct cg_policy_version *versions) {
    lines[0] = units_on(&versions[UNCAPPED], "A", "2024-07-01", 1);
    lines[1] = void_of(&versions[UNCAPPED], "A", "A");
    lines[2] = units_on(&versions[UNCAPPED], "A", "2024-07-02", 1);
    lines[1].reverses = true;
    lines[1].reversed_units = 1;
    make_claim(lines + 1, 2);
    return 3;
}

static enum cg_status decide_scene(scene *fill, struct cg_line *lines, struct cg_error *err) {
    struct cg_policy_version versions[] = {plain_version(), plain_version()};
    versions[CAPPED].cap_count = 2;
    versions[CAPPED].caps[0] = plain_cap(CG_PERIOD_DAY, 6);
    versions[CAPPED].caps[1] = plain_cap(CG_PERIOD_YEAR, 60);
    versions[CAPPED].caps[1].counts_all = false;
    versions[CAPPED].caps[1].counts[0] = 1;
    const uint32_t count = fill(lines, versions);
    struct cg_history *history = cg_history_new(NULL, NULL);
    if (history == NULL) {
        return CG_INTERNAL;
    }
    cg_history_take_same_number(history);
    cg_history_set_large_member_lines(history, 0);
    const enum cg_status status = cg_history_decide(history, lines, count, err);
    cg_history_free(history);
    return status;
}

static void fail_each_request(scene *fill, struct cg_line *lines) {
    bool failed = true;
    for (uint32_t at = 0; failed; at++) {
        struct cg_error err = CG_ERROR_INIT;
        shortage_begin(at, false);
        const enum cg_status status = decide_scene(fill, lines, &err);
        failed = shortage_end();
        cr_assert_eq(status, failed ? CG_INTERNAL : CG_OK, "request %u: %d", at, (int)status);
    }
}

Test(history_failures, memory_to_put_back_what_a_fallen_claim_took_ends_the_night) {
    struct cg_line lines[SCENE_LINES];
    fail_each_request(fall_and_put_back, lines);
    cr_expect_eq(lines[3].decision, CG_REJECTED);
    cr_expect(lines[4].decision == CG_REJECTED && lines[4].units_used == 1);
}

Test(history_failures, memory_to_note_what_a_claim_reverses_ends_the_night) {
    struct cg_line lines[SCENE_LINES];
    fail_each_request(reverse_in_claim, lines);
    cr_expect_eq(lines[1].taken_back_lines, 1);
}

#ifdef CG_FAULTS

Test(history_failures, memory_that_the_pool_does_not_get_ends_the_night, .timeout = 240) {
    static struct night night;
    static struct night undisturbed;
    uint32_t tried = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        prepare(&night, seed);
        undisturbed = night;
        cr_assert_eq(decide(&undisturbed, &(struct cg_error)CG_ERROR_INIT), CG_OK);
        for (uint32_t at = 1;; at++) {
            struct cg_error err = CG_ERROR_INIT;
            char fault[32];
            snprintf(fault, sizeof fault, "pool.take:%u:12", at);
            cg_fault_want(fault);
            const enum cg_status status = decide(&night, &err);
            const bool was_met = cg_fault_was_met();
            cg_fault_want(NULL);
            cr_assert(status == CG_OK || (was_met && status == CG_INTERNAL),
                      "seed %llu, piece %u: %d", (unsigned long long)seed, at, (int)status);
            if (status == CG_OK) {
                expect_same(&night, &undisturbed);
            }
            if (!was_met) {
                break;
            }
            tried++;
        }
    }
    cr_assert_gt(tried, 1000);
}

#endif
