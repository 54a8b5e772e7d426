/*
 * Handed: the cells of a row that one step hands to another: numbers, and texts quoted where RFC
 * 4180 needs it. Nought and an empty text are written as nothing.
 *
 * Failure    Sticky: whoever has written or read a row asks once.
 */
#ifndef CLAIMGATE_PART_HANDED_H
#define CLAIMGATE_PART_HANDED_H

#include "claimgate/base/arena.h"
#include "claimgate/base/buffer.h"
#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_handed_writer {
    struct cg_buffer *out;
    bool failed; /* no memory */
    bool has_any;
};

void cg_handed_put_number(struct cg_handed_writer *row, uint64_t number);
void cg_handed_put_day(struct cg_handed_writer *row, int32_t day_no); /* CG_DAY_NONE: nothing */
void cg_handed_put_text(struct cg_handed_writer *row, struct cg_text text);
void cg_handed_end(struct cg_handed_writer *row);

struct cg_handed_reader {
    struct cg_text rest;
    struct cg_arena *memory; /* for texts with quotes in them */
    bool is_past;            /* no cell is left */
    bool failed;             /* the row is none of ours, or memory is out */
};

/* At most `most`. */
uint64_t cg_handed_number(struct cg_handed_reader *row, uint64_t most);
int32_t cg_handed_day(struct cg_handed_reader *row);
/* At most `most` bytes; a view of the row, or of the memory. */
struct cg_text cg_handed_text(struct cg_handed_reader *row, uint32_t most);
/* True where the row was read to its end, and well. */
cg_must_use bool cg_handed_is_good(const struct cg_handed_reader *row);

#endif
