#include "claimgate/base/array.h"
#include "history_private.h"

#include <stdlib.h>

static struct cg_member_history *find_member(const struct cg_history *history,
                                             struct cg_text member_id) {
    const struct cg_key member = cg_key_of(member_id);
    uint32_t hash = cg_member_table_hash(&history->members, &member);
    return cg_member_table_find(&history->members, &member, hash);
}

uint32_t cg_history_take_told(struct cg_history *history) {
    const uint32_t lines = history->memory.told_lines;
    history->memory.told_lines = 0;
    return lines;
}

struct visit {
    cg_past_line_fn fn;
    void *context;
};

static void visit_service(void *context, const struct cg_service *service) {
    struct visit *visit = context;
    struct cg_past_line line = cg_service_past_line(service);
    visit->fn(visit->context, &line);
}

void cg_history_visit(const struct cg_history *history, struct cg_text member_id,
                      cg_past_line_fn fn, void *context) {
    struct visit visit = {.fn = fn, .context = context};
    const struct cg_member_history *found = find_member(history, member_id);
    if (found != NULL) {
        cg_member_history_visit(&history->memory.store, found, visit_service, &visit);
    }
}

uint32_t cg_history_units_used(const struct cg_history *history, struct cg_text member_id,
                               const struct cg_cap *cap, int32_t day_no) {
    struct cg_member_history *found = find_member(history, member_id);
    if (found == NULL) {
        return 0;
    }
    int32_t first_day;
    int32_t last_day;
    cg_cap_period(cap, day_no, &first_day, &last_day);
    uint64_t units =
        cg_member_history_units(&history->memory.store, found, cap, first_day, last_day);
    return units < UINT32_MAX ? (uint32_t)units : UINT32_MAX - 1;
}

/* The first days of the periods that the lines of one member touch. */
struct touched {
    const struct cg_cap *cap;
    struct cg_array last_days; /* of int32_t: a day of each period by which it is found again */
    bool failed;
};

static void touch_periods(void *context, const struct cg_service *service) {
    struct touched *touched = context;
    const struct cg_spread spread = cg_service_spread(service);
    if (!cg_service_counts(service, touched->cap)) {
        return;
    }
    int32_t last_day = spread.first_day - 1;
    while (last_day < spread.last_day) {
        int32_t first_day;
        cg_cap_period(touched->cap, last_day + 1, &first_day, &last_day);
        int32_t *place = cg_array_add(&touched->last_days);
        if (place == NULL) {
            touched->failed = true;
            return;
        }
        *place = last_day;
    }
}

static int compare_days(const void *a, const void *b) {
    const int32_t x = *(const int32_t *)a;
    const int32_t y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static uint64_t count_member_over(const struct cg_line_store *store,
                                  struct cg_member_history *member, struct touched *touched) {
    uint64_t over = 0;
    touched->last_days.count = 0;
    cg_member_history_visit(store, member, touch_periods, touched);
    if (touched->last_days.count == 0) {
        return 0;
    }
    const int32_t *days = touched->last_days.items;
    qsort(touched->last_days.items, touched->last_days.count, sizeof *days, compare_days);
    for (uint32_t i = 0; i < touched->last_days.count; i++) {
        int32_t first_day = days[i];
        int32_t last_day = days[i];
        if (i == 0 || days[i] != days[i - 1]) {
            cg_cap_period(touched->cap, days[i], &first_day, &last_day);
            over += cg_member_history_units(store, member, touched->cap, first_day, last_day) >
                    touched->cap->limit_units;
        }
    }
    return over;
}

bool cg_history_count_over(const struct cg_history *history, const struct cg_cap *cap,
                           uint64_t *periods) {
    const struct cg_member_table *members = &history->members;
    struct touched touched = {.cap = cap};
    cg_array_init(&touched.last_days, sizeof(int32_t), UINT32_MAX);
    *periods = 0;
    for (uint32_t i = 0; i < members->slot_count && !touched.failed; i++) {
        if (members->slots[i].member_ref != 0) {
            struct cg_member_history *member =
                cg_pool_at(&history->memory.store.pool, members->slots[i].member_ref);
            *periods += count_member_over(&history->memory.store, member, &touched);
        }
    }
    cg_array_fini(&touched.last_days);
    return !touched.failed;
}

bool cg_member_asks_in_vain(const struct cg_member *member,
                            const struct cg_passing_take_back *passing) {
    const struct cg_history_memory *memory = member->memory;
    const struct cg_take_back note = {
        .claim = passing->claim_id,
        .original = passing->original_claim_id,
        .named = passing->original_claim_id,
        .member = member->history,
        .frequency = passing->frequency,
    };
    return cg_member_history_has_claim(&memory->store, member->history,
                                       &passing->original_claim_id) &&
           cg_take_backs_find(&memory->take_backs, &note) == NULL;
}

void cg_history_count_use(const struct cg_history *history, const struct cg_cap *cap,
                          int32_t day_no, uint64_t members_at[CG_USE_SHARES]) {
    const struct cg_member_table *members = &history->members;
    int32_t first_day;
    int32_t last_day;
    cg_cap_period(cap, day_no, &first_day, &last_day);
    for (int i = 0; i < CG_USE_SHARES; i++) {
        members_at[i] = 0;
    }
    for (uint32_t i = 0; i < members->slot_count; i++) {
        if (members->slots[i].member_ref == 0) {
            continue;
        }
        struct cg_member_history *member =
            cg_pool_at(&history->memory.store.pool, members->slots[i].member_ref);
        const uint64_t units =
            cg_member_history_units(&history->memory.store, member, cap, first_day, last_day);
        const uint64_t tenths =
            cap->limit_units > 0 ? units * (CG_USE_SHARES - 1) / cap->limit_units : 0;
        const uint64_t share = tenths < CG_USE_SHARES ? tenths : CG_USE_SHARES - 1;
        members_at[share] += units > 0;
    }
}

/* --- for tests --- */

void cg_history_set_outlines(struct cg_history *history, uint32_t outlines) {
    struct cg_outline_ring *ring = &history->memory.store.outlines;
    ring->lines = outlines / (CG_CACHE_LINE_BYTES / (uint32_t)sizeof(struct cg_outline));
}

void cg_history_set_large_member_lines(struct cg_history *history, uint32_t lines) {
    struct cg_line_store *store = &history->memory.store;
    store->large_member_lines =
        lines < store->large_member_lines ? lines : store->large_member_lines;
}
