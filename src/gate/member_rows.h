/*
 * Member rows: the arrays of one member's lines.
 *
 * First what is asked about every line, in groups of sixteen rows to a cache line; then the rest,
 * which only few questions need, in groups of eight to one. Whoever asks knows how many rows there
 * are; those of a group beyond them have no day.
 *
 * Ownership  Views into a block of the pool.
 * Threads    Pure functions.
 */
#ifndef CLAIMGATE_GATE_MEMBER_ROWS_H
#define CLAIMGATE_GATE_MEMBER_ROWS_H

#include "claimgate/base/fetch.h"
#include "claimgate/rules/policy.h"
#include "pool.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CG_GROUP_ROWS = 16,
    CG_REST_ROWS = 8,
    CG_ROW_DAY_FIRST = 7305, /* 1990-01-01: the days that a row can hold in two bytes, */
    CG_ROW_DAY_LAST = CG_ROW_DAY_FIRST + UINT16_MAX - 2, /* in 2169 */
};

struct cg_row_group {
    uint16_t days[CG_GROUP_ROWS]; /* less CG_ROW_DAY_FIRST, or one of two values above them all */
    uint16_t tags[CG_GROUP_ROWS];
};

struct cg_row_rest {
    uint32_t refs[CG_REST_ROWS];  /* the record of each line */
    uint16_t units[CG_REST_ROWS]; /* that caps count: 0 for an exempt line */
    uint8_t procedures[CG_REST_ROWS];
    uint8_t service_tags[CG_REST_ROWS];
};

struct cg_member_rows {
    struct cg_row_group *groups;
    struct cg_row_rest *rest;
};

struct cg_member_row {
    int32_t day_no; /* CG_DAY_NONE: only the record tells on which days the units lie */
    uint32_t ref;
    uint16_t units;
    uint16_t tag;
    uint8_t procedure_no;
    uint8_t service_tag;
};

/* Rows in a block of each class, growing by half. */
extern const uint16_t cg_member_rows_in_class[CG_POOL_CLASSES];

static inline bool cg_row_can_hold_day(int32_t day_no) {
    return day_no >= CG_ROW_DAY_FIRST && day_no <= CG_ROW_DAY_LAST;
}

static inline uint32_t cg_member_rows_groups(uint32_t count) {
    return (count + CG_GROUP_ROWS - 1) / CG_GROUP_ROWS;
}

/* The size of a block for so many rows, a multiple of CG_REST_ROWS, in whole cache lines; and where
 * its arrays lie. */
static inline uint32_t cg_member_rows_bytes(uint32_t capacity) {
    return cg_member_rows_groups(capacity) * (uint32_t)sizeof(struct cg_row_group) +
           capacity / CG_REST_ROWS * (uint32_t)sizeof(struct cg_row_rest);
}

static inline struct cg_member_rows cg_member_rows_in(void *block, uint32_t capacity) {
    struct cg_row_group *groups = (struct cg_row_group *)block;
    void *rest = groups + cg_member_rows_groups(capacity);
    return (struct cg_member_rows){.groups = groups, .rest = (struct cg_row_rest *)rest};
}

static inline uint32_t cg_member_rows_ref(const struct cg_member_rows *rows, uint32_t row_no) {
    return rows->rest[row_no / CG_REST_ROWS].refs[row_no % CG_REST_ROWS];
}

void cg_member_rows_put(const struct cg_member_rows *rows, uint32_t row_no,
                        const struct cg_member_row *row);
struct cg_member_row cg_member_rows_get(const struct cg_member_rows *rows, uint32_t row_no);
void cg_member_rows_copy(const struct cg_member_rows *to, const struct cg_member_rows *from,
                         uint32_t count);
/* Take the days away from the rows `first` to `end` - 1: no line stands in them any more, or none
 * yet. */
void cg_member_rows_clear(const struct cg_member_rows *rows, uint32_t first, uint32_t end);

/* Whether any row of the groups may have the tag; whether any may be of the day. A row without a
 * day is never of one. */
bool cg_row_groups_have_tag(const struct cg_row_group *groups, uint32_t count, uint16_t tag);
bool cg_row_groups_have_day(const struct cg_row_group *groups, uint32_t count, int32_t day_no);

/* The first row from `first` on that has the tag; or that may be a service of this day and tag,
 * where a row without a day may be of any day. `count` when there is none. */
uint32_t cg_member_rows_find_tag(const struct cg_member_rows *rows, uint32_t first, uint32_t count,
                                 uint16_t tag);
uint32_t cg_member_rows_find_service(const struct cg_member_rows *rows, uint32_t first,
                                     uint32_t count, int32_t day_no, uint8_t service_tag);

/* Units on the days first to last, both in: of all rows, or of the procedures that a cap counts. */
uint32_t cg_member_rows_sum(const struct cg_member_rows *rows, uint32_t count, int32_t first,
                            int32_t last);
uint32_t cg_member_rows_sum_counted(const struct cg_member_rows *rows, uint32_t count,
                                    const struct cg_cap *cap, int32_t first, int32_t last);

/* Fetch what questions read, and the place of the next row. A full block has none: all of it will
 * be copied, and is fetched then. */
void cg_member_rows_prefetch(const struct cg_member_rows *rows, uint32_t count, uint32_t capacity);

#endif
