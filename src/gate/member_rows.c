/*
 * The loops over eight rows have no branch and a fixed length, so that the compiler makes vector
 * instructions of them on any machine. A question that nearly always has the same answer (no row
 * has this tag, no line starts on this day) goes over all groups before it looks at the outcome
 * once.
 *
 * Time goes with the cache lines touched. Tried: whole arrays side by side instead of groups (more
 * lines, and a write to each array); a second tag, of the service, where the day serves as well
 * (twice the lines).
 */
#include "claimgate/member_rows.h"

#include <string.h>

_Static_assert(sizeof(struct cg_row_group) == CG_CACHE_LINE_BYTES, "one cache line");

uint32_t cg_member_rows_bytes(uint32_t group_count) {
    uint32_t cold_bytes = CG_GROUP_ROWS * (uint32_t)(sizeof(uint32_t) + sizeof(uint8_t));
    uint32_t len_bytes = group_count * ((uint32_t)sizeof(struct cg_row_group) + cold_bytes);
    return (len_bytes + CG_CACHE_LINE_BYTES - 1) / CG_CACHE_LINE_BYTES * CG_CACHE_LINE_BYTES;
}

static uint32_t groups_for(uint32_t count) {
    return (count + CG_GROUP_ROWS - 1) / CG_GROUP_ROWS;
}

void cg_member_rows_put(const struct cg_member_rows *rows, uint32_t row_no,
                        const struct cg_member_row *row) {
    struct cg_row_group *group = &rows->groups[row_no / CG_GROUP_ROWS];
    uint32_t place = row_no % CG_GROUP_ROWS;
    group->days[place] = row->day_no;
    group->units[place] = row->units;
    group->claim_tags[place] = row->claim_tag;
    rows->refs[row_no] = row->ref;
    rows->procedures[row_no] = row->procedure_no;
}

struct cg_member_row cg_member_rows_get(const struct cg_member_rows *rows, uint32_t row_no) {
    const struct cg_row_group *group = &rows->groups[row_no / CG_GROUP_ROWS];
    uint32_t place = row_no % CG_GROUP_ROWS;
    return (struct cg_member_row){
        .day_no = group->days[place],
        .units = group->units[place],
        .claim_tag = group->claim_tags[place],
        .ref = rows->refs[row_no],
        .procedure_no = rows->procedures[row_no],
    };
}

void cg_member_rows_copy(const struct cg_member_rows *to, const struct cg_member_rows *from,
                         uint32_t count) {
    memcpy(to->groups, from->groups, groups_for(count) * sizeof *to->groups);
    memcpy(to->refs, from->refs, count * sizeof *to->refs);
    memcpy(to->procedures, from->procedures, count * sizeof *to->procedures);
}

void cg_member_rows_clear(const struct cg_member_rows *rows, uint32_t first, uint32_t end) {
    for (uint32_t row_no = first; row_no < end; row_no++) {
        rows->groups[row_no / CG_GROUP_ROWS].units[row_no % CG_GROUP_ROWS] = 0;
    }
}

bool cg_member_rows_may_have_tag(const struct cg_member_rows *rows, uint32_t count, uint16_t tag) {
    const struct cg_row_group *end = rows->groups + groups_for(count);
    uint16_t any[CG_GROUP_ROWS] = {0};
    for (const struct cg_row_group *group = rows->groups; group < end; group++) {
        for (uint32_t i = 0; i < CG_GROUP_ROWS; i++) {
            any[i] = (uint16_t)(any[i] | -(group->claim_tags[i] == tag));
        }
    }
    uint64_t halves[2];
    memcpy(halves, any, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

bool cg_member_rows_may_have_day(const struct cg_member_rows *rows, uint32_t count,
                                 int32_t day_no) {
    const struct cg_row_group *end = rows->groups + groups_for(count);
    uint32_t any[CG_GROUP_ROWS] = {0};
    for (const struct cg_row_group *group = rows->groups; group < end; group++) {
        for (uint32_t i = 0; i < CG_GROUP_ROWS; i++) {
            any[i] |= -(uint32_t)(group->days[i] == day_no);
        }
    }
    uint64_t quarters[4];
    memcpy(quarters, any, sizeof quarters);
    return (quarters[0] | quarters[1] | quarters[2] | quarters[3]) != 0;
}

uint32_t cg_member_rows_find_tag(const struct cg_member_rows *rows, uint32_t first, uint32_t count,
                                 uint16_t tag) {
    uint32_t row_no = first;
    while (row_no < count &&
           rows->groups[row_no / CG_GROUP_ROWS].claim_tags[row_no % CG_GROUP_ROWS] != tag) {
        row_no++;
    }
    return row_no;
}

uint32_t cg_member_rows_find_day(const struct cg_member_rows *rows, uint32_t first, uint32_t count,
                                 int32_t day_no) {
    for (uint32_t row_no = first; row_no < count; row_no++) {
        int32_t found = rows->groups[row_no / CG_GROUP_ROWS].days[row_no % CG_GROUP_ROWS];
        if (found == day_no || found == CG_DAY_NONE) {
            return row_no;
        }
    }
    return count;
}

uint32_t cg_member_rows_sum(const struct cg_member_rows *rows, uint32_t count, int32_t first,
                            int32_t last) {
    const struct cg_row_group *end = rows->groups + groups_for(count);
    uint32_t sums[CG_GROUP_ROWS] = {0};
    for (const struct cg_row_group *group = rows->groups; group < end; group++) {
        for (uint32_t i = 0; i < CG_GROUP_ROWS; i++) {
            uint32_t outside = (group->days[i] < first) | (group->days[i] > last);
            sums[i] += ~-outside & group->units[i];
        }
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i < CG_GROUP_ROWS; i++) {
        sum += sums[i];
    }
    return sum;
}

uint32_t cg_member_rows_sum_counted(const struct cg_member_rows *rows, uint32_t count,
                                    const struct cg_cap *cap, int32_t first, int32_t last) {
    uint32_t sum = 0;
    for (uint32_t row_no = 0; row_no < count; row_no++) {
        const struct cg_row_group *group = &rows->groups[row_no / CG_GROUP_ROWS];
        int32_t day_no = group->days[row_no % CG_GROUP_ROWS];
        if (day_no >= first && day_no <= last && cap->counts[rows->procedures[row_no]] != 0) {
            sum += group->units[row_no % CG_GROUP_ROWS];
        }
    }
    return sum;
}

void cg_member_rows_prefetch(const struct cg_member_rows *rows, uint32_t count) {
    for (uint32_t g = 0; g <= count / CG_GROUP_ROWS; g++) {
        __builtin_prefetch(&rows->groups[g]);
    }
    __builtin_prefetch(&rows->refs[count]);
    __builtin_prefetch(&rows->procedures[count]);
}
