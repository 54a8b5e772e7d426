/*
 * Asked: a line in scope on its way from the task that has its file to the part that decides it.
 *
 * What travels is the line as it was read and tested, not the record: layouts, rosters and
 * spellings are behind it, and nothing is tested twice. Lines out of scope do not travel. But of a
 * record that passes out of scope and asks to take a claim back, which somebody must be warned of
 * where that claim stands, the ids do.
 */
#ifndef CLAIMGATE_PART_ASKED_H
#define CLAIMGATE_PART_ASKED_H

#include "handed.h"

#include "claimgate/record/batch.h"
#include "claimgate/rules/policy.h"

struct cg_asked {
    uint32_t input; /* number in the plan */
    uint64_t place; /* physical line, or segment */
    bool passes;    /* it is a passing_take_back, and no line */
    struct cg_passing_take_back passing;
    struct cg_line line; /* more_lines: of the first one of a claim, how many others that has, of
                          * which some may not travel; CG_NOT_FIRST: of the rest */
};

extern const char cg_asked_header[];

/* `more_lines` counts as in cg_asked.line, from the first line of the claim that travels. False: no
 * memory. */
cg_must_use bool cg_asked_put(struct cg_buffer *out, uint32_t input, uint64_t place,
                              const struct cg_line *line, uint16_t more_lines);
cg_must_use bool cg_asked_put_passing(struct cg_buffer *out, uint32_t input, uint64_t place,
                                      const struct cg_passing_take_back *passing);

/* Texts are copied into `memory`. False: the row is none of ours, or memory is out. */
cg_must_use bool cg_asked_read(struct cg_text row, const struct cg_policy *policy,
                               struct cg_arena *memory, struct cg_asked *out);

#endif
