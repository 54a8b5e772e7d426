/*
 * History world: small random histories for the real gate and the model of history_model.h, and the
 * comparison of both verdicts.
 *
 * Every policy mode, every frequency, spans, exemptions, long ids. The same seed makes the same
 * world.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_HISTORY_WORLD_H
#define CLAIMGATE_TESTS_SUPPORT_HISTORY_WORLD_H

#include "history_model.h"

#include "claimgate/gate/history.h"

#include <stdbool.h>
#include <stdint.h>

enum { WORLD_LINES = 60, WORLD_VERSIONS = 2, WORLD_MEMBERS = 2 };

struct world {
    struct cg_policy_version versions[WORLD_VERSIONS];
    struct cg_line lines[WORLD_LINES];
    uint32_t count;
    bool numbered;
};

extern const char *const world_members[WORLD_MEMBERS];

void world_seed(uint64_t seed);
uint32_t world_pick(uint32_t below);
bool world_chance(uint32_t percent);

void world_fill(struct world *world, uint64_t seed);
void world_line(const struct world *world, struct cg_line *line);

/* Fails the test where the verdict on line `i` of the world is not the model's. */
void world_expect_verdict(const struct cg_line *real, const struct cg_line *model, uint64_t seed,
                          uint32_t i);

/* A ledger: the model as it stood before a night. */
struct world_ledger {
    struct model before;
    bool tells_outlines; /* where that will do */
};
/* A cg_recall_fn, whose context is a struct world_ledger. */
enum cg_status world_recall(void *context, struct cg_text member_id, struct cg_member *member,
                            struct cg_error *err);

#endif
