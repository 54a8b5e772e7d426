/*
 * The history without memory: each request for memory of a small world fails in turn, which ends in
 * CG_INTERNAL, and with all the memory there is no verdict is another one.
 */
#include "support/history_lines.h"
#include "support/history_world.h"
#include "support/shortage.h"

#include <criterion/criterion.h>
#include <string.h>

struct night {
    struct world world;
    struct world_ledger ledger; /* of the lines before `first` */
    uint32_t first;
    uint32_t large_member_lines;
    struct cg_line decided[WORLD_LINES];
};

/* Half of the world is known to the ledger. */
static void prepare(struct night *night, uint64_t seed) {
    static struct model model;
    world_fill(&night->world, seed);
    model.count = 0;
    night->first = night->world.count / 2;
    for (uint32_t i = 0; i < night->first; i++) {
        struct cg_line line = night->world.lines[i];
        model_decide(&model, &line);
    }
    night->ledger = (struct world_ledger){.before = model, .tells_outlines = seed % 3 != 0};
    night->large_member_lines = seed % 2 == 0 ? seed % 4 * 2 : UINT32_MAX;
}

static enum cg_status decide(struct night *night) {
    struct cg_error err = CG_ERROR_INIT;
    const uint32_t count = night->world.count - night->first;
    struct cg_history *history = cg_history_new(world_recall, &night->ledger);
    if (history == NULL) {
        return CG_INTERNAL;
    }
    cg_history_set_large_member_lines(history, night->large_member_lines);
    memcpy(night->decided, night->world.lines + night->first, count * sizeof night->decided[0]);
    const enum cg_status status = cg_history_decide(history, night->decided, count, &err);
    uint64_t periods = 0;
    if (status == CG_OK && night->world.versions[0].cap_count > 0 &&
        !cg_history_count_over(history, &night->world.versions[0].caps[0], &periods)) {
        cg_history_free(history);
        return CG_INTERNAL;
    }
    cg_history_free(history);
    return status;
}

/* How many requests there are. */
static uint32_t fail_each(struct night *night, bool lasts) {
    for (uint32_t at = 0;; at++) {
        shortage_begin(at, lasts);
        const enum cg_status status = decide(night);
        if (!shortage_end()) {
            cr_assert_eq(status, CG_OK);
            return at;
        }
        cr_assert_eq(status, CG_INTERNAL, "request %u", at);
    }
}

Test(history_memory, a_lack_of_it_is_told_wherever_it_is_met, .timeout = 120) {
    static struct night night;
    static struct cg_line with_all[WORLD_LINES];
    uint32_t requests = 0;
    for (uint64_t seed = 0; seed < 60; seed++) {
        prepare(&night, seed);
        cr_assert_eq(decide(&night), CG_OK);
        memcpy(with_all, night.decided, sizeof with_all);
        requests += fail_each(&night, false);
        requests += fail_each(&night, true);
        for (uint32_t i = 0; i < night.world.count - night.first; i++) {
            cr_assert_eq(night.decided[i].decision, with_all[i].decision, "seed %u, line %u",
                         (unsigned)seed, i);
        }
    }
    cr_assert_gt(requests, 1000);
}
