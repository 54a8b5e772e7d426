/*
 * Questions over all rows have no branch on a row: eight of them are compared at once, in vectors
 * that gcc and clang know for any machine. One that nearly always has the same answer (no row has
 * this tag, no line starts on this day) looks at the outcome once, at the end.
 *
 * Time goes with the cache lines touched: that is why a day has two bytes, and the units, which
 * are rarely summed, stand apart. Tried: whole arrays side by side instead of groups (more lines,
 * and a write to each array); days of four bytes and the units in groups of eight rows (twice the
 * lines); the rest of a row in one piece of eight bytes (a sum without vectors costs 860
 * instructions over 30 rows, ten times as many).
 */
#include "member_rows.h"

#include <string.h>

_Static_assert(CG_GROUP_ROWS == 2 * CG_REST_ROWS, "as sums take it");
_Static_assert(sizeof(struct cg_row_group) == CG_CACHE_LINE_BYTES, "one cache line");
_Static_assert(sizeof(struct cg_row_rest) == CG_CACHE_LINE_BYTES, "one more");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "or sums put the zeros first");

/* What stands where a row has no day. */
enum { DAY_TOLD_BY_RECORD = UINT16_MAX, DAY_OF_NO_ROW = UINT16_MAX - 1 };

typedef uint16_t eight_small __attribute__((vector_size(16)));
typedef uint32_t four_numbers __attribute__((vector_size(16)));

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

static inline uint16_t small_day(int32_t day_no) {
    return cg_row_can_hold_day(day_no) ? (uint16_t)(day_no - CG_ROW_DAY_FIRST) : DAY_TOLD_BY_RECORD;
}

/* A comparison gives -1 where it holds, that is all bits. */
static inline eight_small equal_in(const uint16_t *numbers, uint16_t wanted) {
    return (eight_small)(small_at(&numbers[0]) == wanted) +
           (eight_small)(small_at(&numbers[8]) == wanted);
}

static inline bool may_hold_day(const struct cg_row_group *group, uint16_t day) {
    eight_small found = equal_in(group->days, day) + equal_in(group->days, DAY_TOLD_BY_RECORD);
    return any_bit(&found);
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
    for (uint32_t row_no = first; row_no < cg_member_rows_groups(end) * CG_GROUP_ROWS; row_no++) {
        rows->groups[row_no / CG_GROUP_ROWS].days[row_no % CG_GROUP_ROWS] = DAY_OF_NO_ROW;
    }
}

struct cg_rows_glance cg_member_rows_glance(const struct cg_member_rows *rows, uint32_t count,
                                            uint16_t tag, int32_t day_no) {
    const struct cg_row_group *end = rows->groups + cg_member_rows_groups(count);
    const uint16_t day = small_day(day_no);
    eight_small on_day = {0};
    eight_small tagged = {0};
    for (const struct cg_row_group *group = rows->groups; group < end; group++) {
        /* Counting down is quicker than |, and rows are too few to wrap. */
        on_day += equal_in(group->days, day);
        tagged += equal_in(group->tags, tag);
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

uint32_t cg_member_rows_find_service(const struct cg_member_rows *rows, uint32_t first,
                                     uint32_t count, int32_t day_no, uint8_t service_tag) {
    const uint16_t day = small_day(day_no);
    for (uint32_t row_no = first; row_no < count; row_no++) {
        const struct cg_row_group *group = &rows->groups[row_no / CG_GROUP_ROWS];
        uint16_t row_day = group->days[row_no % CG_GROUP_ROWS];
        if (row_no % CG_GROUP_ROWS == 0 && !may_hold_day(group, day)) {
            row_no += CG_GROUP_ROWS - 1;
        } else if ((row_day == day || row_day == DAY_TOLD_BY_RECORD) &&
                   rows->rest[row_no / CG_REST_ROWS].service_tags[row_no % CG_REST_ROWS] ==
                       service_tag) {
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

static inline eight_small in_range(const uint16_t *days, struct small_range range) {
    return (eight_small)(small_at(days) - range.first <= range.more);
}

/* Without a sign, and with a zero after each, four small numbers are four of twice the size. */
static inline four_numbers widened_sum(eight_small numbers) {
    const eight_small zero = {0};
    eight_small low = __builtin_shufflevector(numbers, zero, 0, 8, 1, 9, 2, 10, 3, 11);
    eight_small high = __builtin_shufflevector(numbers, zero, 4, 8, 5, 9, 6, 10, 7, 11);
    return (four_numbers)low + (four_numbers)high;
}

uint32_t cg_member_rows_sum(const struct cg_member_rows *rows, uint32_t count, int32_t first,
                            int32_t last) {
    struct small_range range;
    if (!small_range(first, last, &range)) {
        return 0;
    }
    four_numbers sums = {0};
    for (uint32_t i = 0; i < rests_for(count); i++) {
        const uint16_t *days = &rows->groups[i / 2].days[i % 2 * CG_REST_ROWS];
        eight_small counted = in_range(days, range);
        /* Most often one day's units are asked for: then most of the rest need not be fetched. */
        if (any_bit(&counted)) {
            sums += widened_sum(counted & small_at(rows->rest[i].units));
        }
    }
    return sums[0] + sums[1] + sums[2] + sums[3];
}

uint32_t cg_member_rows_sum_counted(const struct cg_member_rows *rows, uint32_t count,
                                    const struct cg_cap *cap, int32_t first, int32_t last) {
    struct small_range range;
    uint32_t sum = 0;
    bool some = small_range(first, last, &range);
    for (uint32_t row_no = 0; some && row_no < count; row_no++) {
        uint16_t day = rows->groups[row_no / CG_GROUP_ROWS].days[row_no % CG_GROUP_ROWS];
        const struct cg_row_rest *rest = &rows->rest[row_no / CG_REST_ROWS];
        if ((uint16_t)(day - range.first) <= range.more &&
            cap->counts[rest->procedures[row_no % CG_REST_ROWS]] != 0) {
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
