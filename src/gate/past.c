/*
 * A member's lines are rows of small arrays side by side in one block: two tags, the day, the
 * units. A question runs over one or two of the arrays, eight rows at a time, and looks at a line's
 * full record only where a tag fits; with 60 lines that is about ten cache lines, fetched ahead,
 * and a few dozen instructions. The tags are 16 bits of a hash: they only save a look.
 *
 * A row's day is CG_DAY_NONE when the line's units lie over its days: no range of days holds it, so
 * that the fast sum leaves it out, and a second pass over such rows adds them. Rows between the
 * count and the capacity have no units.
 *
 * Tried: a linked chain of fixed chunks instead of one block that grows. It saves the copying, but
 * fetching ahead then needs one more step for every chunk.
 */
#include "claimgate/past.h"

#include "claimgate/crowd.h"
#include "claimgate/hash.h"

#include <string.h>

enum { ROW_GROUP = 8, ROW_BYTES = 15 };

static const uint32_t class_rows[CG_POOL_CLASSES] = {8,   16,  24,  40,  64,  96,
                                                     144, 216, 328, 496, 744, 1120};

struct rows {
    uint32_t *refs; /* the record of each line */
    int32_t *days;
    uint16_t *claim_tags;
    uint16_t *service_tags;
    uint16_t *units; /* that caps count: 0 for an exempt line */
    uint8_t *procedures;
};

static inline struct rows rows_in(char *block, uint32_t capacity) {
    char *claim_tags = block + (size_t)capacity * 8;
    return (struct rows){
        .refs = (uint32_t *)(void *)block,
        .days = (int32_t *)(void *)(block + (size_t)capacity * 4),
        .claim_tags = (uint16_t *)(void *)claim_tags,
        .service_tags = (uint16_t *)(void *)(claim_tags + (size_t)capacity * 2),
        .units = (uint16_t *)(void *)(claim_tags + (size_t)capacity * 4),
        .procedures = (uint8_t *)(claim_tags + (size_t)capacity * 6),
    };
}

static inline struct rows rows_of(const struct cg_store *store, const struct cg_past *past) {
    return rows_in(cg_pool_at(&store->pool, past->rows_ref), class_rows[past->class_no]);
}

static struct cg_service *service_at(const struct cg_store *store, uint32_t ref) {
    return cg_pool_at(&store->pool, ref);
}

void cg_store_init(struct cg_store *store) {
    uint32_t block_bytes[CG_POOL_CLASSES];
    for (uint32_t i = 0; i < CG_POOL_CLASSES; i++) {
        block_bytes[i] = class_rows[i] * ROW_BYTES;
    }
    *store = (struct cg_store){
        .seed = cg_hash_run_seed(),
        .crowd_lines = class_rows[CG_POOL_CLASSES - 1],
    };
    cg_pool_init(&store->pool, block_bytes);
}

void cg_store_fini(struct cg_store *store) {
    cg_crowd_free_all(store);
    cg_pool_fini(&store->pool);
}

static bool group_holds(const uint16_t *tags, uint16_t tag) {
    uint16_t hits = 0;
    for (uint32_t i = 0; i < ROW_GROUP; i++) {
        hits = (uint16_t)(hits | (tags[i] == tag));
    }
    return hits != 0;
}

/* The first row from `from` on with the tag; `count` or more when there is none. */
static uint32_t find_tag(const uint16_t *tags, uint16_t tag, uint32_t from, uint32_t count) {
    while (from < count) {
        if (from % ROW_GROUP == 0 && !group_holds(tags + from, tag)) {
            from += ROW_GROUP;
        } else if (tags[from] == tag) {
            return from;
        } else {
            from++;
        }
    }
    return count;
}

bool cg_past_has_line(const struct cg_store *store, const struct cg_past *past,
                      const struct cg_service *line, const struct cg_service_hashes *hashes) {
    if (past->crowd != NULL) {
        return cg_crowd_has_line(store, past->crowd, line, hashes);
    }
    if (past->count == 0) {
        return false;
    }
    struct rows rows = rows_of(store, past);
    uint16_t tag = (uint16_t)hashes->claim;
    for (uint32_t i = find_tag(rows.claim_tags, tag, 0, past->count); i < past->count;
         i = find_tag(rows.claim_tags, tag, i + 1, past->count)) {
        const struct cg_service *other = service_at(store, rows.refs[i]);
        if (other->line_number == line->line_number && cg_key_equal(&other->claim, &line->claim)) {
            return true;
        }
    }
    return false;
}

bool cg_past_has_service(const struct cg_store *store, const struct cg_past *past,
                         const struct cg_service *line, const struct cg_service_hashes *hashes,
                         enum cg_which_claim which) {
    if (past->crowd != NULL) {
        return cg_crowd_has_service(store, past->crowd, line, hashes, which);
    }
    if (past->count == 0) {
        return false;
    }
    struct rows rows = rows_of(store, past);
    uint16_t tag = (uint16_t)hashes->service;
    for (uint32_t i = find_tag(rows.service_tags, tag, 0, past->count); i < past->count;
         i = find_tag(rows.service_tags, tag, i + 1, past->count)) {
        const struct cg_service *other = service_at(store, rows.refs[i]);
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
    struct rows rows = rows_of(store, past);
    for (uint32_t i = 0; i < past->count; i++) {
        struct cg_service_hashes hashes =
            cg_service_hashes(service_at(store, rows.refs[i]), store->seed);
        if (!cg_crowd_add(store, past->crowd, rows.refs[i], &hashes)) {
            return false;
        }
    }
    cg_pool_give_block(&store->pool, past->class_no, past->rows_ref);
    past->rows_ref = 0;
    past->count = 0;
    return true;
}

static bool grow_rows(struct cg_store *store, struct cg_past *past) {
    uint8_t class_no = past->rows_ref == 0 ? 0 : (uint8_t)(past->class_no + 1);
    uint32_t ref = cg_pool_take_block(&store->pool, class_no);
    if (ref == 0) {
        return false;
    }
    struct rows to = rows_in(cg_pool_at(&store->pool, ref), class_rows[class_no]);
    memset(to.units, 0, class_rows[class_no] * sizeof *to.units);
    if (past->rows_ref != 0) {
        struct rows from = rows_of(store, past);
        memcpy(to.refs, from.refs, past->count * sizeof *to.refs);
        memcpy(to.days, from.days, past->count * sizeof *to.days);
        memcpy(to.claim_tags, from.claim_tags, past->count * sizeof *to.claim_tags);
        memcpy(to.service_tags, from.service_tags, past->count * sizeof *to.service_tags);
        memcpy(to.units, from.units, past->count * sizeof *to.units);
        memcpy(to.procedures, from.procedures, past->count * sizeof *to.procedures);
        cg_pool_give_block(&store->pool, past->class_no, past->rows_ref);
    }
    past->rows_ref = ref;
    past->class_no = class_no;
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
    if (past->rows_ref != 0 && past->count < class_rows[past->class_no]) {
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
                 const struct cg_service_hashes *hashes) {
    if (!make_room(store, past)) {
        return false;
    }
    uint32_t ref = keep_service(store, line);
    if (ref == 0) {
        return false;
    }
    if (past->crowd != NULL) {
        return cg_crowd_add(store, past->crowd, ref, hashes);
    }
    struct rows rows = rows_of(store, past);
    uint32_t i = past->count++;
    rows.refs[i] = ref;
    rows.days[i] = line->split ? CG_DAY_NONE : line->start_day;
    rows.claim_tags[i] = (uint16_t)hashes->claim;
    rows.service_tags[i] = (uint16_t)hashes->service;
    rows.units[i] = line->exempt ? 0 : (uint16_t)line->accepted_units;
    rows.procedures[i] = line->procedure_no;
    past->has_splits = past->has_splits || line->split;
    return true;
}

static void move_row(const struct rows *rows, uint32_t to, uint32_t from) {
    rows->refs[to] = rows->refs[from];
    rows->days[to] = rows->days[from];
    rows->claim_tags[to] = rows->claim_tags[from];
    rows->service_tags[to] = rows->service_tags[from];
    rows->units[to] = rows->units[from];
    rows->procedures[to] = rows->procedures[from];
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
    for (uint32_t i = 0; i < past->count; i++) {
        const struct cg_service *service = service_at(store, rows.refs[i]);
        if (rows.claim_tags[i] == tag && cg_key_equal(&service->claim, claim)) {
            fn(context, service);
        } else {
            move_row(&rows, kept++, i);
        }
    }
    uint32_t taken = past->count - kept;
    memset(rows.units + kept, 0, taken * sizeof *rows.units);
    past->count = (uint16_t)kept;
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

static uint32_t sum_all(const struct rows *rows, uint32_t count, int32_t first, int32_t last) {
    uint32_t sums[ROW_GROUP] = {0};
    for (uint32_t group = 0; group < count; group += ROW_GROUP) {
        const int32_t *days = rows->days + group;
        const uint16_t *units = rows->units + group;
        for (uint32_t i = 0; i < ROW_GROUP; i++) {
            uint32_t inside = -(uint32_t)((days[i] >= first) & (days[i] <= last));
            sums[i] += inside & units[i];
        }
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i < ROW_GROUP; i++) {
        sum += sums[i];
    }
    return sum;
}

static uint32_t sum_counted(const struct rows *rows, uint32_t count, const struct cg_cap *cap,
                            int32_t first, int32_t last) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (rows->days[i] >= first && rows->days[i] <= last && cap->counts[rows->procedures[i]]) {
            sum += rows->units[i];
        }
    }
    return sum;
}

/* The spread of row i when it is a split line that the cap counts. */
static bool split_row(const struct cg_store *store, const struct rows *rows, uint32_t i,
                      const struct cg_cap *cap, struct cg_spread *spread) {
    if (rows->days[i] != CG_DAY_NONE) {
        return false;
    }
    const struct cg_service *service = service_at(store, rows->refs[i]);
    *spread = cg_service_spread(service);
    return cg_service_counts(service, cap);
}

uint64_t cg_past_units(const struct cg_store *store, const struct cg_past *past,
                       const struct cg_cap *cap, int32_t first_day, int32_t last_day) {
    if (past->crowd != NULL) {
        return cg_crowd_units(store, past->crowd, cap, first_day, last_day);
    }
    if (past->count == 0) {
        return 0;
    }
    struct rows rows = rows_of(store, past);
    uint64_t sum = cap->counts_all ? sum_all(&rows, past->count, first_day, last_day)
                                   : sum_counted(&rows, past->count, cap, first_day, last_day);
    for (uint32_t i = 0; past->has_splits && i < past->count; i++) {
        struct cg_spread spread;
        if (split_row(store, &rows, i, cap, &spread)) {
            sum += cg_spread_within(&spread, first_day, last_day);
        }
    }
    return sum;
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
    for (uint32_t i = 0; i < past->count; i++) {
        int32_t day_no = rows.days[i];
        struct cg_spread spread;
        if (split_row(store, &rows, i, cap, &spread)) {
            cg_spread_add_daily(&spread, first_day, last_day, out);
        } else if (day_no >= first_day && day_no <= last_day &&
                   cg_cap_counts(cap, rows.procedures[i])) {
            out[day_no - first_day] += rows.units[i];
        }
    }
}

void cg_past_visit(const struct cg_store *store, const struct cg_past *past, cg_service_fn fn,
                   void *context) {
    if (past->crowd != NULL) {
        cg_crowd_visit(store, past->crowd, fn, context);
    } else if (past->count > 0) {
        struct rows rows = rows_of(store, past);
        for (uint32_t i = 0; i < past->count; i++) {
            fn(context, service_at(store, rows.refs[i]));
        }
    }
}

/* The bytes that a question reads, and the place where the next line will be written. */
static void fetch(const void *first, size_t len_bytes) {
    enum { CACHE_LINE_BYTES = 64 };
    const char *at = first;
    for (const char *end = at + len_bytes; at < end; at += CACHE_LINE_BYTES) {
        __builtin_prefetch(at);
    }
    __builtin_prefetch((const char *)first + len_bytes);
}

void cg_past_prefetch(const struct cg_store *store, const struct cg_past *past) {
    if (past->rows_ref == 0) {
        return;
    }
    struct rows rows = rows_of(store, past);
    uint32_t count = past->count;
    fetch(rows.days, count * sizeof *rows.days);
    fetch(rows.claim_tags, count * sizeof *rows.claim_tags);
    fetch(rows.service_tags, count * sizeof *rows.service_tags);
    fetch(rows.units, count * sizeof *rows.units);
    __builtin_prefetch(rows.refs + count);
    __builtin_prefetch(rows.procedures + count);
}
