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

#include "claimgate/gate/sentences.h"
#include "claimgate/record/batch.h"
#include "claimgate/rules/policy.h"

struct cg_asked {
    uint32_t input; /* number in the plan */
    uint64_t place; /* physical line, or segment */
    bool passes;    /* it is a passing_take_back, and no line */
    struct cg_passing_take_back passing;
    bool follows;        /* it is a further line of the claim that the line before is of */
    uint16_t companions; /* lines out of scope of its claim, told with the first line of it */
    struct cg_line line;
};

extern const char cg_asked_header[];

/* Where a line stands, and what is told of its claim; the rest is in the line. */
struct cg_asked_place {
    uint32_t input;
    uint64_t place;
    bool follows;
    uint16_t companions;
};
/* False: no memory. */
cg_must_use bool cg_asked_put(struct cg_buffer *out, const struct cg_asked_place *at,
                              const struct cg_line *line);
cg_must_use bool cg_asked_put_passing(struct cg_buffer *out, uint32_t input, uint64_t place,
                                      const struct cg_passing_take_back *passing);

/* The sentence of a line that is rejected, unless it has one already; it lives as long as the
 * batch. False: no memory. */
cg_must_use bool cg_asked_word_reason(const struct cg_rules *rules,
                                      const struct cg_binding *binding, struct cg_batch *batch,
                                      struct cg_line *line);

/* Texts are copied into `memory`. CG_BAD_DATA: the row is none of ours. */
cg_must_use enum cg_status cg_asked_read(struct cg_text row, const struct cg_policy *policy,
                                         struct cg_arena *memory, struct cg_asked *out,
                                         struct cg_error *err);

#endif
