/*
 * A member's lines are rows in one block (member_rows.h). A question runs over the rows and looks
 * at a line's full record only where the row's tag or day fits. A tag only saves a look.
 */
#include "member_history.h"

#include "claimgate/base/assert.h"
#include "large_member.h"

/* Out of line, so that the usual line need not save registers for it. */
#define RARE __attribute__((noinline))

/* 12 bits of the claim's hash and 4 of the line number: the other lines of a claim, which are met
 * more often than any other row with the same claim hash, differ. */
enum { TAG_LINE_BITS = 4 };

static uint16_t tag_of(uint64_t claim_hash, uint32_t line_number) {
    return (uint16_t)(claim_hash << TAG_LINE_BITS | (line_number & ((1U << TAG_LINE_BITS) - 1)));
}

static bool same_claim_tag(uint16_t a, uint16_t b) {
    return a >> TAG_LINE_BITS == b >> TAG_LINE_BITS;
}

static struct cg_service *service_at(const struct cg_line_store *store, uint32_t ref) {
    return cg_pool_at(&store->pool, ref);
}

bool cg_member_history_has_line(const struct cg_line_store *store,
                                const struct cg_member_history *history,
                                const struct cg_service *line, uint64_t claim_hash) {
    if (history->large != NULL) {
        return cg_large_member_has_line(store, history->large, line, claim_hash);
    }
    struct cg_member_rows rows = cg_member_rows_of(store, history);
    uint16_t tag = tag_of(claim_hash, line->line_number);
    if (!cg_row_groups_have_tag(rows.groups, history->count, tag)) {
        return false;
    }
    for (uint32_t row_no = cg_member_rows_find_tag(&rows, 0, history->count, tag);
         row_no < history->count;
         row_no = cg_member_rows_find_tag(&rows, row_no + 1, history->count, tag)) {
        const struct cg_service *other = service_at(store, cg_member_rows_ref(&rows, row_no));
        if (other->line_number == line->line_number && cg_key_equal(&other->claim, &line->claim)) {
            return true;
        }
    }
    return false;
}

bool cg_member_history_is_free_day(const struct cg_line_store *store,
                                   const struct cg_member_history *history, int32_t day_no) {
    if (history->large != NULL || history->has_dayless) {
        return false;
    }
    struct cg_member_rows rows = cg_member_rows_of(store, history);
    return !cg_row_groups_have_day(rows.groups, history->count, day_no) &&
           (history->outline_count == 0 ||
            !cg_outlines_have_day(&store->outlines, cg_outlines_of(history), day_no));
}

bool cg_member_history_has_service(const struct cg_line_store *store,
                                   const struct cg_member_history *history,
                                   const struct cg_service *line, uint64_t claim_hash,
                                   enum cg_which_claim which) {
    if (history->large != NULL) {
        return cg_large_member_has_service(store, history->large, line, claim_hash, which);
    }
    struct cg_member_rows rows = cg_member_rows_of(store, history);
    const uint8_t tag = cg_service_tag(line);
    const int32_t day_no = cg_service_start_day(line);
    for (uint32_t row_no = cg_member_rows_find_service(&rows, 0, history->count, day_no, tag);
         row_no < history->count;
         row_no = cg_member_rows_find_service(&rows, row_no + 1, history->count, day_no, tag)) {
        const struct cg_service *other = service_at(store, cg_member_rows_ref(&rows, row_no));
        bool same_claim = cg_key_equal(&other->claim, &line->claim);
        if (same_claim == (which == CG_SAME_CLAIM) && cg_service_same(other, line)) {
            return true;
        }
    }
    return false;
}

bool cg_member_history_has_claim(const struct cg_line_store *store,
                                 const struct cg_member_history *history,
                                 const struct cg_key *claim) {
    if (history->large != NULL) {
        return cg_large_member_has_claim(store, history->large, claim);
    }
    const struct cg_member_rows rows = cg_member_rows_of(store, history);
    const uint16_t tag = tag_of(cg_key_hash(claim, store->seed), 0);
    for (uint32_t row_no = 0; row_no < history->count; row_no++) {
        const struct cg_member_row row = cg_member_rows_get(&rows, row_no);
        if (same_claim_tag(row.tag, tag) &&
            cg_key_equal(&service_at(store, row.ref)->claim, claim)) {
            return true;
        }
    }
    return false;
}

/* A member that outgrows its rows is handed over to an index. */
static bool become_large(struct cg_line_store *store, struct cg_member_history *history) {
    history->large = cg_large_member_new(store);
    if (history->large == NULL) {
        return false;
    }
    if (history->rows_ref == 0) {
        return true;
    }
    struct cg_member_rows rows = cg_member_rows_of(store, history);
    for (uint32_t i = 0; i < history->count; i++) {
        uint32_t ref = cg_member_rows_ref(&rows, i);
        const struct cg_service *service = service_at(store, ref);
        uint64_t claim_hash = cg_key_hash(&service->claim, store->seed);
        if (!cg_large_member_add(store, history->large, ref, claim_hash)) {
            return false;
        }
    }
    cg_pool_give_block(&store->pool, history->class_no, history->rows_ref);
    history->rows_ref = 0;
    history->count = 0;
    return true;
}

/* Move to a block of the next class. */
static bool grow_rows(struct cg_line_store *store, struct cg_member_history *history) {
    struct cg_member_history grown = *history;
    grown.class_no = history->rows_ref == 0 ? 0 : (uint8_t)(history->class_no + 1);
    grown.rows_ref = cg_pool_take_block(&store->pool, grown.class_no);
    if (grown.rows_ref == 0) {
        return false;
    }
    struct cg_member_rows to = cg_member_rows_of(store, &grown);
    if (history->rows_ref != 0) {
        struct cg_member_rows from = cg_member_rows_of(store, history);
        cg_member_rows_copy(&to, &from, history->count);
        cg_pool_give_block(&store->pool, history->class_no, history->rows_ref);
    }
    cg_member_rows_clear(&to, history->count, cg_member_rows_in_class[grown.class_no]);
    *history = grown;
    return true;
}

static bool has_room(const struct cg_line_store *store, const struct cg_member_history *history) {
    return history->large != NULL ||
           (history->rows_ref != 0 && history->count < store->large_member_lines &&
            history->count < cg_member_rows_in_class[history->class_no]);
}

void cg_member_history_expect(struct cg_line_store *store, struct cg_member_history *history,
                              uint32_t lines) {
    uint8_t class_no = 0;
    if (history->rows_ref != 0 || history->large != NULL || lines == 0 ||
        lines >= store->large_member_lines) {
        return;
    }
    while (cg_member_rows_in_class[class_no] < lines) {
        class_no++;
    }
    const uint32_t block = cg_pool_take_block(&store->pool, class_no);
    if (block != 0) { /* without memory the first line says so */
        history->class_no = class_no;
        history->rows_ref = block;
        struct cg_member_rows rows = cg_member_rows_of(store, history);
        cg_member_rows_clear(&rows, 0, cg_member_rows_in_class[class_no]);
    }
}

/* Make room for one more line, in the rows or in an index. */
RARE static bool make_room(struct cg_line_store *store, struct cg_member_history *history) {
    return history->count >= store->large_member_lines ? become_large(store, history)
                                                       : grow_rows(store, history);
}

bool cg_member_history_reserve(struct cg_line_store *store, struct cg_member_history *history,
                               uint32_t lines) {
    if (history->large != NULL) {
        return true;
    }
    const uint32_t wanted = history->count + lines;
    if (wanted > store->large_member_lines) {
        return become_large(store, history);
    }
    while (history->rows_ref == 0 || cg_member_rows_in_class[history->class_no] < wanted) {
        if (!grow_rows(store, history)) {
            return false;
        }
    }
    return true;
}

/* What stands in the rows of a line that has come to stand. */
static inline struct cg_member_row row_of(const struct cg_service *line, uint32_t ref,
                                          uint64_t claim_hash) {
    const int32_t day_no = cg_service_start_day(line);
    return (struct cg_member_row){
        .day_no = line->split || !cg_row_can_hold_day(day_no) ? CG_DAY_NONE : day_no,
        .tag = tag_of(claim_hash, line->line_number),
        .ref = ref,
        .units = line->exempt ? 0 : (uint16_t)line->accepted_units,
        .procedure_no = line->procedure_no,
        .service_tag = cg_service_tag(line),
    };
}

static void forget_sums(struct cg_member_history *history) {
    history->sums[0] = history->sums[1] = (struct cg_day_sum){.first_day = 0, .last_day = -1};
}

void cg_member_history_forget_outlines(struct cg_member_history *history) {
    history->is_in_outline = false;
    history->outline_count = 0;
    forget_sums(history);
}

/* In a claim that may yet fall, the id stays where it is and the line is noted. */
RARE static bool note_line(struct cg_line_store *store, struct cg_member_history *history) {
    return cg_line_store_note(store,
                              (struct cg_claim_step){.history = history, .ref = store->next_ref});
}

bool cg_member_history_add(struct cg_line_store *store, struct cg_member_history *history,
                           uint64_t claim_hash) {
    const uint32_t ref = store->next_ref;
    struct cg_service *line = service_at(store, ref);
    if ((!has_room(store, history) && !make_room(store, history)) ||
        !(store->claim_is_open ? note_line(store, history)
                               : cg_line_store_keep_key(store, &line->claim))) {
        return false;
    }
    store->next_ref = 0;
    if (history->large != NULL) {
        return cg_large_member_add(store, history->large, ref, claim_hash);
    }
    const struct cg_member_row row = row_of(line, ref, claim_hash);
    CG_ASSERT(history->count < cg_member_rows_in_class[history->class_no]);
    struct cg_member_rows rows = cg_member_rows_of(store, history);
    cg_member_rows_put(&rows, history->count++, &row);
    for (uint32_t i = 0; i < CG_DAY_SUMS; i++) {
        struct cg_day_sum *sum = &history->sums[i];
        sum->units += row.day_no >= sum->first_day && row.day_no <= sum->last_day ? row.units : 0;
    }
    history->has_dayless |= row.day_no == CG_DAY_NONE;
    return true;
}

/* False: no memory to note it in a claim that may yet fall. */
static bool note_taken(struct cg_line_store *store, struct cg_member_history *history, uint32_t ref,
                       uint32_t place) {
    return !store->claim_is_open ||
           cg_line_store_note(store, (struct cg_claim_step){history, ref, place, true});
}

bool cg_member_history_take_out(struct cg_line_store *store, struct cg_member_history *history,
                                const struct cg_claim_lines *lines, cg_service_fn fn,
                                void *context) {
    if (history->large != NULL) {
        return cg_large_member_take_out(store, history, lines, fn, context);
    }
    struct cg_member_rows rows = cg_member_rows_of(store, history);
    uint16_t tag = tag_of(cg_key_hash(&lines->claim, store->seed), 0);
    uint32_t kept = 0;
    for (uint32_t row_no = 0; row_no < history->count; row_no++) {
        struct cg_member_row row = cg_member_rows_get(&rows, row_no);
        const struct cg_service *service = service_at(store, row.ref);
        if (same_claim_tag(row.tag, tag) && cg_claim_lines_hold(lines, service)) {
            if (!note_taken(store, history, row.ref, kept)) {
                return false;
            }
            fn(context, service);
        } else if (kept++ < row_no) {
            cg_member_rows_put(&rows, kept - 1, &row);
        }
    }
    forget_sums(history);
    cg_member_rows_clear(&rows, kept, history->count);
    history->count = (uint16_t)kept;
    return true;
}

void cg_member_history_take_last(struct cg_line_store *store, struct cg_member_history *history) {
    if (history->large != NULL) {
        cg_large_member_take_last(store, history->large);
        return;
    }
    struct cg_member_rows rows = cg_member_rows_of(store, history);
    history->count--;
    cg_member_rows_clear(&rows, history->count, history->count + 1U);
    forget_sums(history);
}

bool cg_member_history_put_back(struct cg_line_store *store, struct cg_member_history *history,
                                uint32_t ref, uint32_t place) {
    if (history->large != NULL) {
        return cg_large_member_put_back(store, history->large, place);
    }
    struct cg_member_rows rows = cg_member_rows_of(store, history);
    for (uint32_t row_no = history->count; row_no > place; row_no--) {
        const struct cg_member_row moved = cg_member_rows_get(&rows, row_no - 1);
        cg_member_rows_put(&rows, row_no, &moved);
    }
    const struct cg_service *service = service_at(store, ref);
    const struct cg_member_row row =
        row_of(service, ref, cg_key_hash(&service->claim, store->seed));
    cg_member_rows_put(&rows, place, &row);
    history->count++;
    forget_sums(history);
    return true;
}

bool cg_member_history_prepare(struct cg_line_store *store, struct cg_member_history *history,
                               const struct cg_cap *caps, uint32_t count) {
    for (uint32_t i = 0; history->large != NULL && i < count; i++) {
        if (!cg_large_member_prepare(store, history->large, &caps[i])) {
            return false;
        }
    }
    return true;
}

void cg_member_history_visit(const struct cg_line_store *store,
                             const struct cg_member_history *history, cg_service_fn fn,
                             void *context) {
    if (history->large != NULL) {
        cg_large_member_visit(store, history->large, fn, context);
    } else {
        struct cg_member_rows rows = cg_member_rows_of(store, history);
        for (uint32_t row_no = 0; row_no < history->count; row_no++) {
            fn(context, service_at(store, cg_member_rows_ref(&rows, row_no)));
        }
    }
}

void cg_member_history_prefetch(const struct cg_line_store *store,
                                const struct cg_member_history *history) {
    if (history->rows_ref != 0) {
        struct cg_member_rows rows = cg_member_rows_of(store, history);
        cg_member_rows_prefetch(&rows, history->count, cg_member_rows_in_class[history->class_no]);
    }
    if (history->outline_count > 0) {
        cg_outlines_fetch(&store->outlines, cg_outlines_of(history));
    }
}
