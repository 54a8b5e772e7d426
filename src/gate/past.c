/*
 * A member's lines are rows in one block: first what every question reads, in groups of eight rows
 * to a cache line (days, units, a tag of the claim), then what only few need. A question runs over
 * the groups, eight rows at once, and looks at a line's full record only where the tag or the day
 * fits. With 60 lines that is eight cache lines in a row, fetched ahead, and a few dozen
 * instructions. The tag is 16 bits of a hash: it only saves a look.
 *
 * A row's day is CG_DAY_NONE when the line's units lie over its days: no range of days holds it, so
 * that the fast sum leaves it out, and a second pass over such rows adds them. Rows of the last
 * group beyond the count have no units.
 *
 * Time goes with the cache lines touched. Tried: whole arrays side by side instead of groups (more
 * lines, and a write to each array); a second tag, of the service, where the day serves as well
 * (twice the lines); a chain of small chunks instead of one block that grows (no copying, but one
 * more step to fetch ahead for every chunk).
 */
#include "claimgate/past.h"

#include "claimgate/crowd.h"
#include "claimgate/hash.h"

#include <string.h>

enum { GROUP_ROWS = 8, CACHE_LINE_BYTES = 64 };

static const uint32_t class_groups[CG_POOL_CLASSES] = {1, 2, 3, 5, 8, 12, 18, 27, 41, 62, 93, 140};

struct row_group {
    int32_t days[GROUP_ROWS];
    uint16_t units[GROUP_ROWS]; /* that caps count: 0 for an exempt line */
    uint16_t claim_tags[GROUP_ROWS];
};

_Static_assert(sizeof(struct row_group) == CACHE_LINE_BYTES, "one cache line");

struct rows {
    struct row_group *groups;
    uint32_t *refs; /* the record of each line */
    uint8_t *procedures;
};

static inline struct rows rows_of(const struct cg_store *store, const struct cg_past *past) {
    struct row_group *groups = cg_pool_at(&store->pool, past->rows_ref);
    uint32_t capacity = class_groups[past->class_no] * GROUP_ROWS;
    uint32_t *refs = (uint32_t *)(void *)(groups + class_groups[past->class_no]);
    return (struct rows){
        .groups = groups, .refs = refs, .procedures = (uint8_t *)(refs + capacity)};
}

/* Whole cache lines, to which blocks are aligned. */
static uint32_t block_bytes(uint32_t groups) {
    uint32_t row_bytes = sizeof(struct row_group) / GROUP_ROWS + sizeof(uint32_t) + 1;
    uint32_t len_bytes = groups * GROUP_ROWS * row_bytes;
    return (len_bytes + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES * CACHE_LINE_BYTES;
}

static uint32_t group_count(const struct cg_past *past) {
    return (past->count + GROUP_ROWS - 1U) / GROUP_ROWS;
}

static struct cg_service *service_at(const struct cg_store *store, uint32_t ref) {
    return cg_pool_at(&store->pool, ref);
}

void cg_store_init(struct cg_store *store) {
    uint32_t sizes[CG_POOL_CLASSES];
    for (uint32_t i = 0; i < CG_POOL_CLASSES; i++) {
        sizes[i] = block_bytes(class_groups[i]);
    }
    *store = (struct cg_store){
        .seed = cg_hash_run_seed(),
        .crowd_lines = class_groups[CG_POOL_CLASSES - 1] * GROUP_ROWS,
    };
    cg_pool_init(&store->pool, sizes);
}

void cg_store_fini(struct cg_store *store) {
    cg_crowd_free_all(store);
    cg_pool_fini(&store->pool);
}

void cg_store_reset(struct cg_store *store) {
    cg_crowd_free_all(store);
    cg_pool_reset(&store->pool);
}

/* Whether any row of the groups has the tag. Few lines belong to a claim or a day that the member
 * has been seen with, so this is nearly always the whole answer; it compares eight rows at once,
 * without a branch for any of them. */
static bool any_has_tag(const struct row_group *groups, uint32_t count, uint16_t tag) {
    uint16_t any[GROUP_ROWS] = {0};
    for (const struct row_group *group = groups; group < groups + count; group++) {
        for (uint32_t i = 0; i < GROUP_ROWS; i++) {
            any[i] = (uint16_t)(any[i] | -(group->claim_tags[i] == tag));
        }
    }
    uint64_t halves[2];
    memcpy(halves, any, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

static bool any_is_on_day(const struct row_group *groups, uint32_t count, int32_t day_no) {
    uint32_t any[GROUP_ROWS] = {0};
    for (const struct row_group *group = groups; group < groups + count; group++) {
        for (uint32_t i = 0; i < GROUP_ROWS; i++) {
            any[i] |= -(uint32_t)(group->days[i] == day_no);
        }
    }
    uint64_t quarters[4];
    memcpy(quarters, any, sizeof quarters);
    return (quarters[0] | quarters[1] | quarters[2] | quarters[3]) != 0;
}

bool cg_past_has_line(const struct cg_store *store, const struct cg_past *past,
                      const struct cg_service *line, uint64_t claim_hash) {
    if (past->crowd != NULL) {
        return cg_crowd_has_line(store, past->crowd, line, claim_hash);
    }
    if (past->count == 0) {
        return false;
    }
    struct rows rows = rows_of(store, past);
    uint16_t tag = (uint16_t)claim_hash;
    if (!any_has_tag(rows.groups, group_count(past), tag)) {
        return false;
    }
    for (uint32_t row = 0; row < past->count; row++) {
        if (rows.groups[row / GROUP_ROWS].claim_tags[row % GROUP_ROWS] != tag) {
            continue;
        }
        const struct cg_service *other = service_at(store, rows.refs[row]);
        if (other->line_number == line->line_number && cg_key_equal(&other->claim, &line->claim)) {
            return true;
        }
    }
    return false;
}

bool cg_past_has_service(const struct cg_store *store, const struct cg_past *past,
                         const struct cg_service *line, uint64_t claim_hash,
                         enum cg_which_claim which) {
    if (past->crowd != NULL) {
        return cg_crowd_has_service(store, past->crowd, line, claim_hash, which);
    }
    if (past->count == 0) {
        return false;
    }
    struct rows rows = rows_of(store, past);
    if (!past->has_splits && !any_is_on_day(rows.groups, group_count(past), line->start_day)) {
        return false;
    }
    for (uint32_t row = 0; row < past->count; row++) {
        int32_t day_no = rows.groups[row / GROUP_ROWS].days[row % GROUP_ROWS];
        if (day_no != line->start_day && day_no != CG_DAY_NONE) {
            continue;
        }
        const struct cg_service *other = service_at(store, rows.refs[row]);
        bool same_claim = cg_key_equal(&other->claim, &line->claim);
        if (same_claim == (which == CG_SAME_CLAIM) && cg_service_same(other, line)) {
            return true;
        }
    }
    return false;
}

/* A member that outgrows its rows is handed over to an index. */
static bool become_crowded(struct cg_store *store, struct cg_past *past) {
    past->crowd = cg_crowd_new(store);
    if (past->crowd == NULL) {
        return false;
    }
    if (past->rows_ref == 0) {
        return true;
    }
    const uint32_t *refs = rows_of(store, past).refs;
    for (uint32_t i = 0; i < past->count; i++) {
        const struct cg_service *service = service_at(store, refs[i]);
        uint64_t claim_hash = cg_claim_hash(&service->claim, store->seed);
        if (!cg_crowd_add(store, past->crowd, refs[i], claim_hash)) {
            return false;
        }
    }
    cg_pool_give_block(&store->pool, past->class_no, past->rows_ref);
    past->rows_ref = 0;
    past->count = 0;
    return true;
}

/* Move to a block of the next class. */
static bool grow_rows(struct cg_store *store, struct cg_past *past) {
    struct cg_past grown = *past;
    grown.class_no = past->rows_ref == 0 ? 0 : (uint8_t)(past->class_no + 1);
    grown.rows_ref = cg_pool_take_block(&store->pool, grown.class_no);
    if (grown.rows_ref == 0) {
        return false;
    }
    if (past->rows_ref != 0) {
        struct rows from = rows_of(store, past);
        struct rows to = rows_of(store, &grown);
        memcpy(to.groups, from.groups, group_count(past) * sizeof *to.groups);
        memcpy(to.refs, from.refs, past->count * sizeof *to.refs);
        memcpy(to.procedures, from.procedures, past->count * sizeof *to.procedures);
        cg_pool_give_block(&store->pool, past->class_no, past->rows_ref);
    }
    *past = grown;
    return true;
}

/* Make room for one more line, in the rows or in an index. */
static bool make_room(struct cg_store *store, struct cg_past *past) {
    if (past->crowd != NULL) {
        return true;
    }
    if (past->count >= store->crowd_lines) {
        return become_crowded(store, past);
    }
    if (past->rows_ref != 0 && past->count < class_groups[past->class_no] * GROUP_ROWS) {
        return true;
    }
    return grow_rows(store, past);
}

/* The record that stays: a copy whose claim id no longer points into a batch. */
static uint32_t keep_service(struct cg_store *store, const struct cg_service *line) {
    uint32_t ref = cg_pool_take_small(&store->pool, sizeof *line);
    if (ref == 0) {
        return 0;
    }
    struct cg_service *kept = service_at(store, ref);
    *kept = *line;
    return cg_store_keep_key(store, &kept->claim) ? ref : 0;
}

bool cg_store_keep_key(struct cg_store *store, struct cg_key *key) {
    if (!cg_key_is_long(key)) {
        return true;
    }
    uint32_t ref = cg_pool_take_small(&store->pool, key->len_bytes);
    if (ref == 0) {
        return false;
    }
    char *copy = cg_pool_at(&store->pool, ref);
    memcpy(copy, key->text, key->len_bytes);
    key->text = copy;
    return true;
}

bool cg_past_add(struct cg_store *store, struct cg_past *past, const struct cg_service *line,
                 uint64_t claim_hash) {
    if (!make_room(store, past)) {
        return false;
    }
    uint32_t ref = keep_service(store, line);
    if (ref == 0) {
        return false;
    }
    if (past->crowd != NULL) {
        return cg_crowd_add(store, past->crowd, ref, claim_hash);
    }
    struct rows rows = rows_of(store, past);
    struct row_group *group = &rows.groups[past->count / GROUP_ROWS];
    uint32_t place = past->count % GROUP_ROWS;
    if (place == 0) {
        memset(group->units, 0, sizeof group->units);
    }
    group->days[place] = line->split ? CG_DAY_NONE : line->start_day;
    group->units[place] = line->exempt ? 0 : (uint16_t)line->accepted_units;
    group->claim_tags[place] = (uint16_t)claim_hash;
    rows.refs[past->count] = ref;
    rows.procedures[past->count] = line->procedure_no;
    past->count++;
    past->has_splits = past->has_splits || line->split;
    return true;
}

static void move_row(const struct rows *rows, uint32_t to_row, uint32_t from_row) {
    const struct row_group *from = &rows->groups[from_row / GROUP_ROWS];
    struct row_group *to = &rows->groups[to_row / GROUP_ROWS];
    to->days[to_row % GROUP_ROWS] = from->days[from_row % GROUP_ROWS];
    to->units[to_row % GROUP_ROWS] = from->units[from_row % GROUP_ROWS];
    to->claim_tags[to_row % GROUP_ROWS] = from->claim_tags[from_row % GROUP_ROWS];
    rows->refs[to_row] = rows->refs[from_row];
    rows->procedures[to_row] = rows->procedures[from_row];
}

uint32_t cg_past_take_out(struct cg_store *store, struct cg_past *past, const struct cg_key *claim,
                          cg_service_fn fn, void *context) {
    if (past->crowd != NULL) {
        return cg_crowd_take_out(store, past->crowd, claim, fn, context);
    }
    if (past->count == 0) {
        return 0;
    }
    struct rows rows = rows_of(store, past);
    uint16_t tag = (uint16_t)cg_claim_hash(claim, store->seed);
    uint32_t kept = 0;
    for (uint32_t row = 0; row < past->count; row++) {
        const struct cg_service *service = service_at(store, rows.refs[row]);
        if (rows.groups[row / GROUP_ROWS].claim_tags[row % GROUP_ROWS] == tag &&
            cg_key_equal(&service->claim, claim)) {
            fn(context, service);
        } else {
            move_row(&rows, kept++, row);
        }
    }
    uint32_t taken = past->count - kept;
    past->count = (uint16_t)kept;
    for (uint32_t row = kept; row % GROUP_ROWS != 0; row++) {
        rows.groups[row / GROUP_ROWS].units[row % GROUP_ROWS] = 0;
    }
    return taken;
}

bool cg_past_prepare(struct cg_store *store, struct cg_past *past, const struct cg_cap *caps,
                     uint32_t count) {
    for (uint32_t i = 0; past->crowd != NULL && i < count; i++) {
        if (!cg_crowd_prepare(store, past->crowd, &caps[i])) {
            return false;
        }
    }
    return true;
}

static uint32_t sum_all(const struct row_group *groups, uint32_t count, int32_t first,
                        int32_t last) {
    uint32_t sums[GROUP_ROWS] = {0};
    for (const struct row_group *group = groups; group < groups + count; group++) {
        for (uint32_t i = 0; i < GROUP_ROWS; i++) { /* four at once, without a branch */
            bool outside = (group->days[i] < first) | (group->days[i] > last);
            sums[i] += ~-(uint32_t)outside & group->units[i];
        }
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i < GROUP_ROWS; i++) {
        sum += sums[i];
    }
    return sum;
}

static uint32_t sum_counted(const struct rows *rows, uint32_t count, const struct cg_cap *cap,
                            int32_t first, int32_t last) {
    uint32_t sum = 0;
    for (uint32_t row = 0; row < count; row++) {
        const struct row_group *group = &rows->groups[row / GROUP_ROWS];
        int32_t day_no = group->days[row % GROUP_ROWS];
        if (day_no >= first && day_no <= last && cap->counts[rows->procedures[row]]) {
            sum += group->units[row % GROUP_ROWS];
        }
    }
    return sum;
}

/* The spread of a row when it is a split line that the cap counts. */
static bool split_row(const struct cg_store *store, const struct rows *rows, uint32_t row,
                      const struct cg_cap *cap, struct cg_spread *spread) {
    if (rows->groups[row / GROUP_ROWS].days[row % GROUP_ROWS] != CG_DAY_NONE) {
        return false;
    }
    const struct cg_service *service = service_at(store, rows->refs[row]);
    *spread = cg_service_spread(service);
    return cg_service_counts(service, cap);
}

/* Everything but the usual case of cg_past_units. */
static uint64_t units_of_rows(const struct cg_store *store, const struct cg_past *past,
                              const struct cg_cap *cap, int32_t first_day, int32_t last_day) {
    struct rows rows = rows_of(store, past);
    uint64_t sum = cap->counts_all ? sum_all(rows.groups, group_count(past), first_day, last_day)
                                   : sum_counted(&rows, past->count, cap, first_day, last_day);
    for (uint32_t row = 0; past->has_splits && row < past->count; row++) {
        struct cg_spread spread;
        if (split_row(store, &rows, row, cap, &spread)) {
            sum += cg_spread_within(&spread, first_day, last_day);
        }
    }
    return sum;
}

uint64_t cg_past_units(const struct cg_store *store, const struct cg_past *past,
                       const struct cg_cap *cap, int32_t first_day, int32_t last_day) {
    if (past->crowd != NULL) {
        return cg_crowd_units(store, past->crowd, cap, first_day, last_day);
    }
    if (past->count == 0) {
        return 0;
    }
    if (!cap->counts_all || past->has_splits) {
        return units_of_rows(store, past, cap, first_day, last_day);
    }
    return sum_all(cg_pool_at(&store->pool, past->rows_ref), group_count(past), first_day,
                   last_day);
}

void cg_past_daily_units(const struct cg_store *store, const struct cg_past *past,
                         const struct cg_cap *cap, int32_t first_day, int32_t last_day,
                         uint64_t *out) {
    if (past->crowd != NULL) {
        cg_crowd_daily_units(past->crowd, cap, first_day, last_day, out);
        return;
    }
    memset(out, 0, (size_t)(last_day - first_day + 1) * sizeof *out);
    if (past->count == 0) {
        return;
    }
    struct rows rows = rows_of(store, past);
    for (uint32_t row = 0; row < past->count; row++) {
        const struct row_group *group = &rows.groups[row / GROUP_ROWS];
        int32_t day_no = group->days[row % GROUP_ROWS];
        struct cg_spread spread;
        if (split_row(store, &rows, row, cap, &spread)) {
            cg_spread_add_daily(&spread, first_day, last_day, out);
        } else if (day_no >= first_day && day_no <= last_day &&
                   cg_cap_counts(cap, rows.procedures[row])) {
            out[day_no - first_day] += group->units[row % GROUP_ROWS];
        }
    }
}

void cg_past_visit(const struct cg_store *store, const struct cg_past *past, cg_service_fn fn,
                   void *context) {
    if (past->crowd != NULL) {
        cg_crowd_visit(store, past->crowd, fn, context);
    } else if (past->count > 0) {
        const uint32_t *refs = rows_of(store, past).refs;
        for (uint32_t row = 0; row < past->count; row++) {
            fn(context, service_at(store, refs[row]));
        }
    }
}

/* What questions read, and where the next line will be written. */
void cg_past_prefetch(const struct cg_store *store, const struct cg_past *past) {
    if (past->rows_ref == 0) {
        return;
    }
    struct rows rows = rows_of(store, past);
    for (uint32_t g = 0; g <= past->count / GROUP_ROWS; g++) {
        __builtin_prefetch(&rows.groups[g]);
    }
    __builtin_prefetch(&rows.refs[past->count]);
    __builtin_prefetch(&rows.procedures[past->count]);
}
