/*
 * Most questions are answered by no row at all. So a first pass looks at all rows without a branch
 * on any of them, in loops of fixed length that the compiler turns into vectors.
 *
 * Time goes with the cache lines touched: that is why a day has two bytes, and the units, which
 * are rarely summed, stand apart.
 */
#include "member_rows.h"

#include <string.h>

/* Rows that a loop looks at side by side: their flags or sums fill a register or two. */
enum { LANES = CG_REST_ROWS };
_Static_assert(CG_GROUP_ROWS == 2 * LANES, "as the loops take it");
_Static_assert(sizeof(struct cg_row_group) == CG_CACHE_LINE_BYTES, "one cache line");
_Static_assert(sizeof(struct cg_row_rest) == CG_CACHE_LINE_BYTES, "one more");

/* What stands where a row has no day. */
enum { DAY_OF_NO_ROW = UINT16_MAX, DAY_TOLD_BY_RECORD = UINT16_MAX - 1 };

const uint16_t cg_member_rows_in_class[CG_POOL_CLASSES] = {8,   16,  24,  40,  64,  96,
                                                           144, 216, 328, 496, 744, 1120};

static inline uint16_t small_day(int32_t day_no) {
    return cg_row_can_hold_day(day_no) ? (uint16_t)(day_no - CG_ROW_DAY_FIRST) : DAY_TOLD_BY_RECORD;
}

void cg_member_rows_put(const struct cg_member_rows *rows, uint32_t row_no,
                        const struct cg_member_row *row) {
    struct cg_row_group *group = &rows->groups[row_no / CG_GROUP_ROWS];
    group->days[row_no % CG_GROUP_ROWS] = small_day(row->day_no);
    group->tags[row_no % CG_GROUP_ROWS] = row->tag;
    struct cg_row_rest *rest = &rows->rest[row_no / CG_REST_ROWS];
    rest->refs[row_no % CG_REST_ROWS] = row->ref;
    rest->units[row_no % CG_REST_ROWS] = row->units;
    rest->procedures[row_no % CG_REST_ROWS] = row->procedure_no;
    rest->service_tags[row_no % CG_REST_ROWS] = row->service_tag;
}

struct cg_member_row cg_member_rows_get(const struct cg_member_rows *rows, uint32_t row_no) {
    const struct cg_row_group *group = &rows->groups[row_no / CG_GROUP_ROWS];
    const struct cg_row_rest *rest = &rows->rest[row_no / CG_REST_ROWS];
    uint16_t day = group->days[row_no % CG_GROUP_ROWS];
    return (struct cg_member_row){
        .day_no = day == DAY_TOLD_BY_RECORD ? CG_DAY_NONE : CG_ROW_DAY_FIRST + day,
        .ref = rest->refs[row_no % CG_REST_ROWS],
        .units = rest->units[row_no % CG_REST_ROWS],
        .tag = group->tags[row_no % CG_GROUP_ROWS],
        .procedure_no = rest->procedures[row_no % CG_REST_ROWS],
        .service_tag = rest->service_tags[row_no % CG_REST_ROWS],
    };
}

static uint32_t rests_for(uint32_t count) {
    return (count + CG_REST_ROWS - 1) / CG_REST_ROWS;
}

void cg_member_rows_copy(const struct cg_member_rows *to, const struct cg_member_rows *from,
                         uint32_t count) {
    memcpy(to->groups, from->groups, cg_member_rows_groups(count) * sizeof *to->groups);
    memcpy(to->rest, from->rest, rests_for(count) * sizeof *to->rest);
}

void cg_member_rows_clear(const struct cg_member_rows *rows, uint32_t first, uint32_t end) {
    for (uint32_t i = first / CG_GROUP_ROWS; i < cg_member_rows_groups(end); i++) {
        uint16_t *days = rows->groups[i].days;
        const uint32_t kept = i == first / CG_GROUP_ROWS ? first % CG_GROUP_ROWS : 0;
        memset(days + kept, UINT8_MAX, (CG_GROUP_ROWS - kept) * sizeof days[0]);
    }
}

/* Inlined into a longer function the loops over a group are unrolled row by row. */
#define NO_INLINE __attribute__((noinline))

/* Counts, and not flags, are what the compiler makes the fewest instructions of. */
static inline bool any_of(const uint16_t counts[LANES]) {
    uint64_t words[2];
    _Static_assert(sizeof words == LANES * sizeof counts[0], "all counts");
    memcpy(words, counts, sizeof words);
    return (words[0] | words[1]) != 0;
}

NO_INLINE bool cg_row_groups_have_tag(const struct cg_row_group *groups, uint32_t count,
                                      uint16_t tag) {
    uint16_t found[LANES] = {0};
    for (uint32_t i = 0; i < cg_member_rows_groups(count); i++) {
        const uint16_t *tags = groups[i].tags;
        for (uint32_t k = 0; k < LANES; k++) {
            found[k] = (uint16_t)(found[k] + (tags[k] == tag) + (tags[k + LANES] == tag));
        }
    }
    return any_of(found);
}

NO_INLINE bool cg_row_groups_have_day(const struct cg_row_group *groups, uint32_t count,
                                      int32_t day_no) {
    const uint16_t day = small_day(day_no);
    uint16_t found[LANES] = {0};
    for (uint32_t i = 0; i < cg_member_rows_groups(count); i++) {
        const uint16_t *days = groups[i].days;
        for (uint32_t k = 0; k < LANES; k++) {
            found[k] = (uint16_t)(found[k] + (days[k] == day) + (days[k + LANES] == day));
        }
    }
    return any_of(found);
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

/* Whether any row of a group is of the day, or has none. */
NO_INLINE static bool group_may_have_day(const struct cg_row_group *group, uint16_t day) {
    const uint16_t *days = group->days;
    uint16_t found[LANES];
    for (uint32_t k = 0; k < LANES; k++) {
        found[k] =
            (uint16_t)((days[k] == day) + (days[k + LANES] == day) +
                       (days[k] == DAY_TOLD_BY_RECORD) + (days[k + LANES] == DAY_TOLD_BY_RECORD));
    }
    return any_of(found);
}

uint32_t cg_member_rows_find_service(const struct cg_member_rows *rows, uint32_t first,
                                     uint32_t count, int32_t day_no, uint8_t service_tag) {
    const uint16_t day = small_day(day_no);
    for (uint32_t row_no = first; row_no < count; row_no++) {
        const struct cg_row_group *group = &rows->groups[row_no / CG_GROUP_ROWS];
        if (row_no % CG_GROUP_ROWS == 0 && !group_may_have_day(group, day)) {
            row_no += CG_GROUP_ROWS - 1;
            continue;
        }
        const uint16_t row_day = group->days[row_no % CG_GROUP_ROWS];
        if ((row_day == day || row_day == DAY_TOLD_BY_RECORD) &&
            rows->rest[row_no / CG_REST_ROWS].service_tags[row_no % CG_REST_ROWS] == service_tag) {
            return row_no;
        }
    }
    return count;
}

/* A range of days as rows hold them: `first` and so many more. False: no row holds any of them. */
struct small_range {
    uint16_t first;
    uint16_t more;
};

static bool small_range(int32_t first, int32_t last, struct small_range *out) {
    int32_t from = first > CG_ROW_DAY_FIRST ? first : CG_ROW_DAY_FIRST;
    int32_t to = last < CG_ROW_DAY_LAST ? last : CG_ROW_DAY_LAST;
    *out = (struct small_range){small_day(from), (uint16_t)(to - from)};
    return from <= to;
}

static inline bool in_range(uint16_t day, struct small_range range) {
    return (uint16_t)(day - range.first) <= range.more;
}

uint32_t cg_member_rows_sum(const struct cg_member_rows *rows, uint32_t count, int32_t first,
                            int32_t last) {
    struct small_range range;
    uint32_t sums[LANES] = {0};
    if (!small_range(first, last, &range)) {
        return 0;
    }
    for (uint32_t i = 0; i < rests_for(count); i++) {
        const uint16_t *days = &rows->groups[i / 2].days[i % 2 * LANES];
        for (uint32_t k = 0; k < LANES; k++) {
            sums[k] += in_range(days[k], range) ? rows->rest[i].units[k] : 0U;
        }
    }
    uint32_t sum = 0;
    for (uint32_t k = 0; k < LANES; k++) {
        sum += sums[k];
    }
    return sum;
}

uint32_t cg_member_rows_sum_counted(const struct cg_member_rows *rows, uint32_t count,
                                    const struct cg_cap *cap, int32_t first, int32_t last) {
    struct small_range range;
    uint32_t sum = 0;
    bool some = small_range(first, last, &range);
    for (uint32_t row_no = 0; some && row_no < count; row_no++) {
        uint16_t day = rows->groups[row_no / CG_GROUP_ROWS].days[row_no % CG_GROUP_ROWS];
        const struct cg_row_rest *rest = &rows->rest[row_no / CG_REST_ROWS];
        if (in_range(day, range) && cap->counts[rest->procedures[row_no % CG_REST_ROWS]] != 0) {
            sum += rest->units[row_no % CG_REST_ROWS];
        }
    }
    return sum;
}

void cg_member_rows_prefetch(const struct cg_member_rows *rows, uint32_t count, uint32_t capacity) {
    for (uint32_t i = 0; i <= count / CG_GROUP_ROWS; i++) {
        cg_fetch(&rows->groups[i]);
    }
    for (uint32_t i = count == capacity ? 0 : count / CG_REST_ROWS; i <= count / CG_REST_ROWS;
         i++) {
        cg_fetch(&rows->rest[i]);
    }
}
