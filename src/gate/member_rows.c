/*
 * Questions over all rows have no branch on a row: four or eight of them are compared at once, in
 * vectors that gcc and clang know for any machine. One that nearly always has the same answer (no
 * row has this tag, no line starts on this day) looks at the outcome once, at the end.
 *
 * Time goes with the cache lines touched. Tried: whole arrays side by side instead of groups (more
 * lines, and a write to each array); a second tag, of the service, where the day serves as well
 * (twice the lines).
 */
#include "claimgate/member_rows.h"

#include <string.h>

_Static_assert(sizeof(struct cg_row_group) == CG_CACHE_LINE_BYTES, "one cache line");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "or sums put the zeros first");

uint32_t cg_member_rows_bytes(uint32_t group_count) {
    uint32_t cold_bytes = CG_GROUP_ROWS * (uint32_t)(sizeof(uint32_t) + sizeof(uint8_t));
    uint32_t len_bytes = group_count * ((uint32_t)sizeof(struct cg_row_group) + cold_bytes);
    return (len_bytes + CG_CACHE_LINE_BYTES - 1) / CG_CACHE_LINE_BYTES * CG_CACHE_LINE_BYTES;
}

typedef int32_t four_days __attribute__((vector_size(16)));
typedef uint32_t four_numbers __attribute__((vector_size(16)));
typedef uint16_t eight_small __attribute__((vector_size(16)));

static inline four_days days_at(const int32_t *days) {
    four_days out;
    memcpy(&out, days, sizeof out);
    return out;
}

static inline eight_small small_at(const uint16_t *numbers) {
    eight_small out;
    memcpy(&out, numbers, sizeof out);
    return out;
}

static inline bool any_bit(const void *vector) {
    uint64_t halves[2];
    memcpy(halves, vector, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/* In one comparison: with `first` moved down to the least number, all that wraps is above `last`.
 */
static inline four_days outside(four_days days, int32_t first, int32_t last) {
    const uint32_t down = (uint32_t)first - (uint32_t)INT32_MIN;
    return (four_days)((four_numbers)days - down) > (int32_t)((uint32_t)last - down);
}

static inline four_days rows_on_day(const struct cg_row_group *group, int32_t day_no) {
    return (days_at(&group->days[0]) == day_no) | (days_at(&group->days[4]) == day_no);
}

static inline bool may_hold_day(const struct cg_row_group *group, int32_t day_no) {
    four_days found = rows_on_day(group, day_no) | rows_on_day(group, CG_DAY_NONE);
    return any_bit(&found);
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
    group->tags[place] = row->tag;
    rows->refs[row_no] = row->ref;
    rows->procedures[row_no] = row->procedure_no;
}

struct cg_member_row cg_member_rows_get(const struct cg_member_rows *rows, uint32_t row_no) {
    const struct cg_row_group *group = &rows->groups[row_no / CG_GROUP_ROWS];
    uint32_t place = row_no % CG_GROUP_ROWS;
    return (struct cg_member_row){
        .day_no = group->days[place],
        .units = group->units[place],
        .tag = group->tags[place],
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

struct cg_rows_glance cg_member_rows_glance(const struct cg_member_rows *rows, uint32_t count,
                                            uint16_t tag, int32_t day_no) {
    const struct cg_row_group *end = rows->groups + groups_for(count);
    four_days on_day = {0};
    eight_small tagged = {0};
    for (const struct cg_row_group *group = rows->groups; group < end; group++) {
        /* A comparison gives -1. Counting down is quicker than |, and rows are too few to wrap. */
        on_day += rows_on_day(group, day_no);
        tagged += (eight_small)(small_at(group->tags) == tag);
    }
    return (struct cg_rows_glance){.tag = any_bit(&tagged), .day = any_bit(&on_day)};
}

uint32_t cg_member_rows_find_tag(const struct cg_member_rows *rows, uint32_t first, uint32_t count,
                                 uint16_t tag) {
    uint32_t row_no = first;
    while (row_no < count &&
           rows->groups[row_no / CG_GROUP_ROWS].tags[row_no % CG_GROUP_ROWS] != tag) {
        row_no++;
    }
    return row_no;
}

uint32_t cg_member_rows_find_day(const struct cg_member_rows *rows, uint32_t first, uint32_t count,
                                 int32_t day_no) {
    for (uint32_t row_no = first; row_no < count; row_no++) {
        const struct cg_row_group *group = &rows->groups[row_no / CG_GROUP_ROWS];
        if (row_no % CG_GROUP_ROWS == 0 && !may_hold_day(group, day_no)) {
            row_no += CG_GROUP_ROWS - 1;
        } else if (group->days[row_no % CG_GROUP_ROWS] == day_no ||
                   group->days[row_no % CG_GROUP_ROWS] == CG_DAY_NONE) {
            return row_no;
        }
    }
    return count;
}

uint32_t cg_member_rows_sum(const struct cg_member_rows *rows, uint32_t count, int32_t first,
                            int32_t last) {
    const struct cg_row_group *end = rows->groups + groups_for(count);
    const eight_small zero = {0};
    four_days sums = {0};
    for (const struct cg_row_group *group = rows->groups; group < end; group++) {
        eight_small units = small_at(group->units);
        /* With a zero after each, four small numbers are four of twice the size. */
        eight_small low = __builtin_shufflevector(units, zero, 0, 8, 1, 9, 2, 10, 3, 11);
        eight_small high = __builtin_shufflevector(units, zero, 4, 8, 5, 9, 6, 10, 7, 11);
        sums += (four_days)low & ~outside(days_at(&group->days[0]), first, last);
        sums += (four_days)high & ~outside(days_at(&group->days[4]), first, last);
    }
    return (uint32_t)(sums[0] + sums[1] + sums[2] + sums[3]);
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
        cg_fetch(&rows->groups[g]);
    }
    cg_fetch(&rows->refs[count]);
    cg_fetch(&rows->procedures[count]);
}
