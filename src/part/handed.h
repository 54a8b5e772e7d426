/*
 * Handed: the cells of a row that one step hands to another: numbers and texts.
 *
 * Of most lines most cells are nought or empty. So a row is two bytes of its length, four of bits
 * that tell which cells are neither, and these cells: a number as seven bits in each byte, the last
 * ones first and the top bit set where more follow, a text behind its length. All this is the same
 * on every machine.
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

enum {
    CG_HANDED_LEN_BYTES = 2,
    CG_HANDED_CELLS_MAX = 32,
    CG_HANDED_NUMBER_BYTES = 10,
};

struct cg_handed_writer {
    struct cg_buffer *out;
    char *next;
    uint32_t cells; /* so far */
    uint32_t filled;
    bool failed; /* no memory */
};

cg_must_use struct cg_handed_writer cg_handed_begin(struct cg_buffer *out);
void cg_handed_put_cell(struct cg_handed_writer *row, uint64_t number); /* of one that is filled */
void cg_handed_put_text(struct cg_handed_writer *row, struct cg_text text);
void cg_handed_put_day(struct cg_handed_writer *row, int32_t day_no); /* CG_DAY_NONE: nothing */
cg_must_use bool cg_handed_end(struct cg_handed_writer *row);

static inline void cg_handed_put_number(struct cg_handed_writer *row, uint64_t number) {
    if (number != 0) {
        cg_handed_put_cell(row, number);
    }
    row->cells++;
}

struct cg_handed_reader {
    const char *next;
    const char *end;
    struct cg_arena *memory; /* for texts; NULL: none are asked for */
    uint32_t filled;         /* from the next cell on */
    bool lacks_memory;
    bool failed; /* the row is none of ours, or memory is out */
};

cg_must_use struct cg_handed_reader cg_handed_open(struct cg_text row, struct cg_arena *memory);
uint64_t cg_handed_cell(struct cg_handed_reader *row); /* of one that is filled */
int32_t cg_handed_day(struct cg_handed_reader *row);
/* At most `most` bytes; a view of the row, which does not outlive it. */
struct cg_text cg_handed_text(struct cg_handed_reader *row, uint32_t most);
/* The same, which lives as long as the memory. */
struct cg_text cg_handed_kept_text(struct cg_handed_reader *row, uint32_t most);
/* True where the row was read to its end, and well. */
cg_must_use bool cg_handed_is_good(const struct cg_handed_reader *row);

/* At most `most`. */
static inline uint64_t cg_handed_number(struct cg_handed_reader *row, uint64_t most) {
    const uint64_t number = (row->filled & 1) != 0 ? cg_handed_cell(row) : 0;
    row->filled >>= 1;
    row->failed = row->failed || number > most;
    return row->failed ? 0 : number;
}

#endif
