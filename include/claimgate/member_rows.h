/*
 * Member rows: the arrays of one member's lines, asked about eight rows at a time.
 *
 * First what every question reads, in groups of eight rows to a cache line, then what only few
 * need. Whoever asks knows how many rows there are; the rows of the last group beyond them hold
 * anything, but no units.
 *
 * Ownership  Views into a block of the pool.
 * Threads    Pure functions.
 */
#ifndef CLAIMGATE_MEMBER_ROWS_H
#define CLAIMGATE_MEMBER_ROWS_H

#include "claimgate/fetch.h"
#include "claimgate/policy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CG_GROUP_ROWS = 8 };

struct cg_row_group {
    int32_t days[CG_GROUP_ROWS];
    uint16_t units[CG_GROUP_ROWS]; /* that caps count: 0 for an exempt line */
    uint16_t tags[CG_GROUP_ROWS];
};

struct cg_member_rows {
    struct cg_row_group *groups;
    uint32_t *refs; /* the record of each line */
    uint8_t *procedures;
};

struct cg_member_row {
    int32_t day_no; /* CG_DAY_NONE when the line's units lie over its days */
    uint16_t units;
    uint16_t tag;
    uint32_t ref;
    uint8_t procedure_no;
};

/* The size of a block for so many groups, in whole cache lines; and where its arrays lie. */
uint32_t cg_member_rows_bytes(uint32_t group_count);

static inline struct cg_member_rows cg_member_rows_in(void *block, uint32_t group_count) {
    struct cg_row_group *groups = (struct cg_row_group *)block;
    uint32_t *refs = (uint32_t *)(void *)(groups + group_count);
    uint8_t *procedures = (uint8_t *)(refs + (size_t)group_count * CG_GROUP_ROWS);
    return (struct cg_member_rows){.groups = groups, .refs = refs, .procedures = procedures};
}

void cg_member_rows_put(const struct cg_member_rows *rows, uint32_t row_no,
                        const struct cg_member_row *row);
struct cg_member_row cg_member_rows_get(const struct cg_member_rows *rows, uint32_t row_no);
void cg_member_rows_copy(const struct cg_member_rows *to, const struct cg_member_rows *from,
                         uint32_t count);
/* Take the units from the rows `first` to `end` - 1, which are rows no more, or not yet. */
void cg_member_rows_clear(const struct cg_member_rows *rows, uint32_t first, uint32_t end);

/* What one look over all rows tells. False: no row has it. True: one may have it. */
struct cg_rows_glance {
    bool tag;
    bool day;
};
struct cg_rows_glance cg_member_rows_glance(const struct cg_member_rows *rows, uint32_t count,
                                            uint16_t tag, int32_t day_no);

/* The first row from `first` on with the tag; or that starts on the day, CG_DAY_NONE being any day.
 * `count` when there is none. */
uint32_t cg_member_rows_find_tag(const struct cg_member_rows *rows, uint32_t first, uint32_t count,
                                 uint16_t tag);
uint32_t cg_member_rows_find_day(const struct cg_member_rows *rows, uint32_t first, uint32_t count,
                                 int32_t day_no);

/* Units on the days first to last, both in: of all rows, or of the procedures that a cap counts. */
uint32_t cg_member_rows_sum(const struct cg_member_rows *rows, uint32_t count, int32_t first,
                            int32_t last);
uint32_t cg_member_rows_sum_counted(const struct cg_member_rows *rows, uint32_t count,
                                    const struct cg_cap *cap, int32_t first, int32_t last);

/* Fetch what questions read, and where the next row will be put. */
void cg_member_rows_prefetch(const struct cg_member_rows *rows, uint32_t count);

#endif
