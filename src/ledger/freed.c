/*
 * Lines worth a second look, for `reconsider`: those once over a cap that may fit now, and voids
 * and replacements that came before their original.
 *
 * For the first only members with take-backs are looked at, each in its packed past. A line is
 * worth a second look where a later take-back freed units in the period that failed; which period
 * that is, is known while the policy is the one that decided. For the second an index has the few
 * lines, and outlines of their members tell nearly always that no such original stands. What is
 * found comes in the order of the ledger.
 */
#include "claimgate/ledger/ledger_query.h"
#include "joined.h"
#include "recall.h"

#include <stdlib.h>
#include <string.h>

enum { SORT_BYTES = 16 << 20, LIST_LINES = 1000, LATEST_MAX = 1 << 30 };

/* A decision on a claim line. Two claim lines of one member with the same hash are one here, which
 * happens once in about 2^50 pairs. */
struct latest {
    uint64_t claim_hash;
    int64_t line_no;
};

struct search {
    struct cg_ledger *ledger;
    struct cg_sorter *found;     /* line numbers */
    struct cg_array latest;      /* of struct latest, of the member at hand, sorted */
    struct cg_array same_policy; /* of int64_t: runs that the policy now in force has decided */
};

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while looking for lines");
}

static int compare_numbers(const void *a, const void *b) {
    const int64_t one = *(const int64_t *)a;
    const int64_t other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

static int compare_latest(const void *a, const void *b) {
    const struct latest *one = a;
    const struct latest *other = b;
    const int order = (one->claim_hash > other->claim_hash) - (one->claim_hash < other->claim_hash);
    return order != 0 ? order : compare_numbers(&one->line_no, &other->line_no);
}

static enum cg_status add_run(void *context, sqlite3_stmt *row, struct cg_error *err) {
    int64_t *run_no = cg_array_add(context);
    if (run_no == NULL) {
        return no_memory(err);
    }
    *run_no = sqlite3_column_int64(row, 0);
    return CG_OK;
}

static enum cg_status read_same_policy(struct search *search, struct cg_error *err) {
    struct cg_ledger *ledger = search->ledger;
    return cg_ledger_each(
        ledger,
        CG_QUERY("SELECT r.run_no FROM run r JOIN policy y ON y.policy_no = r.policy_no "
                 "WHERE y.sha256 = ?1 ORDER BY r.run_no",
                 cg_cell_hash(cg_policy_sha256(ledger->policy))),
        add_run, &search->same_policy, err);
}

/* The cap that rejected it, where policy and day are known; else NULL. */
static const struct cg_cap *cap_of(const struct search *search,
                                   const struct cg_recalled_other *other) {
    const struct cg_policy_version *version =
        cg_policy_in_force(search->ledger->policy, other->start_day);
    const bool same_policy =
        search->same_policy.count > 0 &&
        bsearch(&other->run_no, search->same_policy.items, search->same_policy.count,
                sizeof other->run_no, compare_numbers) != NULL;
    if (version == NULL || !same_policy || other->cap_day == CG_DAY_NONE) {
        return NULL;
    }
    for (uint32_t i = 0; i < version->cap_count; i++) {
        if (strcmp(version->caps[i].reason, other->reasons) == 0) {
            return &version->caps[i];
        }
    }
    return NULL;
}

static bool was_freed(const struct search *search, const struct cg_recalled_other *other) {
    const struct cg_recall *recall = search->ledger->recall;
    int32_t first_day;
    int32_t last_day;
    if (!other->over_cap || recall->last_take_back <= other->line_no) {
        return false;
    }
    const struct cg_cap *cap = cap_of(search, other);
    if (cap == NULL) {
        return true;
    }
    cg_cap_period(cap, other->cap_day, &first_day, &last_day);
    for (uint32_t i = 0; i < recall->lines.count; i++) {
        const struct cg_recalled *line = cg_array_at(&recall->lines, i);
        if (line->taken_back_at > other->line_no && line->line.start_day <= last_day &&
            line->line.end_day >= first_day) {
            return true;
        }
    }
    return false;
}

static bool note_latest(struct search *search, uint64_t claim_hash, int64_t line_no) {
    struct latest *latest = cg_array_add(&search->latest);
    if (latest != NULL) {
        *latest = (struct latest){claim_hash, line_no};
    }
    return latest != NULL;
}

static bool sort_latest(struct search *search) {
    const struct cg_recall *recall = search->ledger->recall;
    bool good = true;
    for (uint32_t i = 0; good && i < recall->lines.count; i++) {
        const struct cg_recalled *line = cg_array_at(&recall->lines, i);
        good =
            note_latest(search, cg_recall_claim_hash(line->line.claim_id, line->line.line_number),
                        line->line_no);
    }
    for (uint32_t i = 0; good && i < recall->others.count; i++) {
        const struct cg_recalled_other *other = cg_array_at(&recall->others, i);
        good = note_latest(search, other->claim_hash, other->line_no);
    }
    cg_array_sort(&search->latest, compare_latest);
    return good;
}

/* No later decision on its claim line. */
static bool is_latest(const struct search *search, const struct cg_recalled_other *other) {
    uint32_t low = 0;
    uint32_t high = search->latest.count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct latest *at = cg_array_at(&search->latest, middle);
        if (at->claim_hash < other->claim_hash ||
            (at->claim_hash == other->claim_hash && at->line_no <= other->line_no)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == search->latest.count ||
           ((const struct latest *)cg_array_at(&search->latest, low))->claim_hash !=
               other->claim_hash;
}

static enum cg_status add_found(struct search *search, int64_t line_no, struct cg_error *err) {
    char key[8];
    cg_sorter_put_number(key, (uint64_t)line_no);
    return cg_sorter_add(search->found, (struct cg_text){key, sizeof key}, (struct cg_text){"", 0},
                         err);
}

static enum cg_status search_member(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct search *search = context;
    enum cg_status status =
        cg_recall_unpack(search->ledger, sqlite3_column_int64(row, 0), NULL, err);
    const struct cg_array *others = &search->ledger->recall->others;
    search->latest.count = 0;
    for (uint32_t i = 0; status == CG_OK && i < others->count; i++) {
        const struct cg_recalled_other *other = cg_array_at(others, i);
        if (!was_freed(search, other)) {
            continue;
        }
        if (search->latest.count == 0 && !sort_latest(search)) {
            return no_memory(err);
        }
        if (is_latest(search, other)) {
            status = add_found(search, other->line_no, err);
        }
    }
    return status;
}

static enum cg_status search_members(struct search *search, struct cg_error *err) {
    static const struct cg_query members = {
        .sql = "SELECT DISTINCT member_no FROM take_back INDEXED BY take_back_original "
               "ORDER BY member_no"};
    enum cg_status status = read_same_policy(search, err);
    if (status == CG_OK) {
        search->ledger->recall->wants_others = true;
        status = cg_ledger_each(search->ledger, &members, search_member, search, err);
        search->ledger->recall->wants_others = false;
    }
    return status;
}

/* A line of the claim came after the line and stands; what may be one is read in full. */
static enum cg_status original_stands(struct cg_ledger *ledger, int64_t member_no,
                                      struct cg_text claim_id, int64_t line_no, bool *stands,
                                      struct cg_error *err) {
    struct cg_recall *recall = ledger->recall;
    bool may_stand;
    *stands = false;
    enum cg_status status = cg_recall_outlines(ledger, member_no, &may_stand, err);
    for (uint32_t i = 0; !may_stand && i < recall->outliner.lines.count; i++) {
        const struct cg_outline *line = cg_array_at(&recall->outliner.lines, i);
        may_stand = cg_outline_tag_may_be(line->tag, cg_outline_tag(claim_id, 0));
    }
    if (status != CG_OK || !may_stand) {
        return status;
    }
    status = cg_recall_unpack(ledger, member_no, NULL, err);
    for (uint32_t i = 0; status == CG_OK && i < recall->lines.count; i++) {
        const struct cg_recalled *line = cg_array_at(&recall->lines, i);
        *stands = *stands || (line->line_no > line_no && !line->line.taken_back &&
                              cg_text_equal(line->line.claim_id, claim_id));
    }
    return status;
}

static enum cg_status search_early(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct search *search = context;
    const int64_t line_no = sqlite3_column_int64(row, 0);
    const struct cg_text original = cg_cell_column(row, 2).bytes;
    bool stands;
    const enum cg_status status = original_stands(search->ledger, sqlite3_column_int64(row, 1),
                                                  original, line_no, &stands, err);
    return status == CG_OK && stands ? add_found(search, line_no, err) : status;
}

static enum cg_status search_takers(struct search *search, struct cg_error *err) {
    static const struct cg_query takers = {
        .sql = "SELECT l.line_no, l.member_no, l.original_claim_id FROM decided_line l "
               "WHERE l.member_no <> 0 AND l.original_claim_id IS NOT NULL AND " CG_TOOK_NOTHING
               " ORDER BY l.member_no"};
    return cg_ledger_each(search->ledger, &takers, search_early, search, err);
}

/* The next lines that were found, as a list. */
static enum cg_status next_list(struct search *search, struct cg_buffer *out, bool *more,
                                struct cg_error *err) {
    struct cg_text key;
    struct cg_text payload;
    cg_buffer_clear(out);
    bool good = cg_buffer_append(out, "[", 1);
    for (uint32_t i = 0; good && i < LIST_LINES; i++) {
        const enum cg_status status = cg_sorter_next(search->found, &key, &payload, more, err);
        if (status != CG_OK || !*more) {
            good = good && cg_buffer_append(out, "]", 1);
            return status != CG_OK || good ? status : no_memory(err);
        }
        good = cg_buffer_printf(out, "%s%lld", i == 0 ? "" : ",",
                                (long long)cg_sorter_number(key.ptr));
    }
    return good && cg_buffer_append(out, "]", 1) ? CG_OK : no_memory(err);
}

static enum cg_status visit_found(struct search *search, cg_ledger_decision_fn fn, void *context,
                                  struct cg_error *err) {
    struct cg_buffer list;
    bool more = true;
    cg_buffer_init(&list, CG_LINE_LIST_MAX_BYTES);
    enum cg_status status = cg_sorter_finish(search->found, err);
    while (status == CG_OK && more) {
        status = next_list(search, &list, &more, err);
        if (status == CG_OK) {
            const struct cg_text lines = {list.data, (uint32_t)list.len_bytes};
            status = cg_ledger_visit_list(search->ledger, lines, fn, context, err);
        }
    }
    cg_buffer_fini(&list);
    return status;
}

typedef enum cg_status (*search_fn)(struct search *search, struct cg_error *err);

static enum cg_status search_and_visit(struct cg_ledger *ledger, search_fn look,
                                       cg_ledger_decision_fn fn, void *context,
                                       struct cg_error *err) {
    struct search search = {.ledger = ledger, .found = cg_sorter_new(ledger->dir, SORT_BYTES)};
    cg_array_init(&search.latest, sizeof(struct latest), LATEST_MAX);
    cg_array_init(&search.same_policy, sizeof(int64_t), LATEST_MAX);
    ledger->recall->past.members_rise = true;
    enum cg_status status =
        search.found == NULL ? no_memory(err) : cg_ledger_exec(ledger, "BEGIN", "beginning", err);
    if (status == CG_OK) {
        status = look(&search, err);
    }
    ledger->recall->past.members_rise = false;
    ledger->recall->past.one_by_one =
        true; /* what was found is little, whatever the ledger holds */
    if (status == CG_OK) {
        status = visit_found(&search, fn, context, err);
    }
    ledger->recall->past.one_by_one = false;
    cg_ledger_rollback(ledger);
    cg_sorter_free(search.found);
    cg_array_fini(&search.latest);
    cg_array_fini(&search.same_policy);
    return status;
}

enum cg_status cg_ledger_visit_freed(struct cg_ledger *ledger, cg_ledger_decision_fn fn,
                                     void *context, struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_visit_freed(ledger, fn, context, err);
    }
    return search_and_visit(ledger, search_members, fn, context, err);
}

enum cg_status cg_ledger_visit_early(struct cg_ledger *ledger, cg_ledger_decision_fn fn,
                                     void *context, struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_visit_early(ledger, fn, context, err);
    }
    return search_and_visit(ledger, search_takers, fn, context, err);
}
