/*
 * Nights on a ledger set, part by part as tasks on many machines would decide them.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_SET_FIXTURE_H
#define CLAIMGATE_TESTS_SUPPORT_SET_FIXTURE_H

#include "support/ledger_fixture.h"

#include "claimgate/ledger/ledger_set.h"

/* A set of `parts` for policy ms in place of fixture->path. */
void set_fixture_make(struct fixture *fixture, uint32_t parts);

struct set_night {
    const struct fixture_line *lines;
    uint32_t count;
    const char *out;      /* its folder below fixture->folder; NULL: it is not ended */
    uint32_t parts_to_do; /* 0: all of them; else only the first so many are decided */
};
/* Begin, decide each part's lines on its ledger, end. *decided: one letter a line, as fixture_run
 * tells them. */
enum cg_status set_fixture_run(struct fixture *fixture, const struct set_night *night,
                               char *decided, struct cg_error *err);
/* The last night, of->run_no, as if it had been cut off before its folder `out` was put in place:
 * it is staged, and no part is marked. Fills of->id. */
void set_fixture_unpublish(const struct fixture *fixture, const char *out,
                           struct cg_ledger_night *of);
/* Recover the set. */
enum cg_status set_fixture_recover(struct fixture *fixture, bool discard, uint32_t *recovered,
                                   struct cg_error *err);

/* A fixture whose path is that of one part. */
struct fixture set_fixture_part(const struct fixture *fixture, uint32_t part_no);

#endif
