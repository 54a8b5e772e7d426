/*
 * Decided: the verdict of a line that was reached elsewhere, for who has the line itself.
 *
 * Where a run is cut into parts, the history decides lines that were handed on, and whoever has the
 * file puts the verdicts to them. What does not depend on history both have found out for
 * themselves, and it must be the same.
 *
 * Threads    Pure functions of the lines.
 */
#ifndef CLAIMGATE_GATE_DECIDED_H
#define CLAIMGATE_GATE_DECIDED_H

#include "claimgate/record/batch.h"
#include "claimgate/record/line.h"

#include <stdbool.h>
#include <stdint.h>

/* As in struct cg_line. */
struct cg_decided {
    uint64_t reasons;
    uint64_t warnings;
    uint8_t decision;
    uint8_t cap_no;
    int32_t cap_day;
    uint16_t accepted_units;
    uint32_t taken_back_lines;
    uint32_t taken_back_units;
    uint32_t units_used;
    uint32_t units_available;
    uint8_t odd_take_back;
    bool near_member;
    uint32_t cap_used[CG_CAPS_MAX];
};

/* A line is handed on where the history has to know of it: it is in scope and could be read. */
static inline bool cg_decided_elsewhere(const struct cg_line *line) {
    return line->malformed == CG_WELL_FORMED && !line->out_of_scope;
}

/* Put the verdict to a line that has met groups 1 and 2 here. False: it was reached for a line that
 * had met something else there, or is none; the line is as it was. */
cg_must_use bool cg_decided_take(const struct cg_decided *decided, struct cg_line *line);

/* The lines of a batch that were not handed on, once all others have their verdicts: malformed ones
 * are rejected, and those out of scope go with their claim. */
void cg_decided_rest(struct cg_batch *batch);

#endif
