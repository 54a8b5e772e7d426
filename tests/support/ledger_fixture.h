/*
 * A ledger in a folder of its own, and runs put into it line by line.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_LEDGER_FIXTURE_H
#define CLAIMGATE_TESTS_SUPPORT_LEDGER_FIXTURE_H

#include "claimgate/gate/history.h"
#include "claimgate/gate/tally.h"
#include "claimgate/ledger/ledger.h"
#include "claimgate/ledger/ledger_query.h"
#include "claimgate/record/batch.h"
#include "claimgate/rules/policy.h"

#include <stdbool.h>
#include <stdint.h>

struct fixture {
    char folder[64];
    char path[128];           /* of the ledger */
    struct cg_policy *policy; /* ms */
    bool on_belt;             /* rows are carried by a belt with two threads; false */
};
void fixture_init(struct fixture *fixture);
void fixture_fini(struct fixture *fixture);

/* One claim line; what is 0 or NULL is given a sensible value. */
struct fixture_line {
    const char *member;
    const char *claim;
    uint16_t number;
    const char *date;
    const char *end; /* the last day of a span; NULL: the same day */
    uint16_t units;
    uint8_t frequency;
    const char *original;
    uint64_t reasons; /* of groups 1 and 2 */
    const char *code; /* NULL: H0038 */
    bool exempt;
    const char *line_id; /* in place of a number; NULL: it has one */
};

/* A run over these lines: decided by the gate with what the ledger recalls, kept, and, where `out`
 * is not NULL, published as that folder below fixture->folder. *decided: the decisions, one letter
 * a line: "a" accepted, "r" rejected, "c" cut back. */
enum cg_status fixture_run(struct fixture *fixture, const struct fixture_line *lines,
                           uint32_t count, const char *out, char *decided, struct cg_error *err);

/* The pieces of that. The one file of a folder of this name, staged and synced. */
enum cg_status fixture_stage(const struct fixture *fixture, const char *out,
                             struct cg_staging **staging, struct cg_ledger_output *output,
                             struct cg_error *err);
struct fixture_lines {
    const struct fixture_line *lines;
    uint32_t count;
};
/* Decide them on a ledger that has begun a run, and commit what `commit` says, with their tally. */
enum cg_status fixture_keep(const struct fixture *fixture, struct cg_ledger *ledger,
                            const struct fixture_lines *lines, struct cg_ledger_commit commit,
                            char *decided, bool *kept, struct cg_error *err);

/* What a run is made of: a batch of these lines, not decided yet, and an input that is known by
 * them. NULL: no memory. */
struct cg_batch *fixture_batch(const struct fixture *fixture, const struct fixture_line *lines,
                               uint32_t count);
void fixture_identify(const struct fixture_line *lines, uint32_t count,
                      struct cg_ledger_input *input);

/* A query's rows as text, "a|b\nc|d\n"; lives until the next call. */
const char *fixture_query(const struct fixture *fixture, const char *sql);
void fixture_exec(const struct fixture *fixture, const char *sql);

/* How many faults verify finds. */
uint64_t fixture_faults(const struct fixture *fixture);

/* Whether this path stands below fixture->folder. */
bool fixture_holds(const struct fixture *fixture, const char *name);

#endif
