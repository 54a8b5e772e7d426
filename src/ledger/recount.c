/*
 * The accumulators in the decisions, counted again.
 *
 * Members in their order, each one's lines in the order of their decisions: before a line is taken
 * in, the units that stand in each cap's period are counted and compared with `cap_used`. The count
 * shares nothing with the gate: units lie on days in one binary indexed tree for each procedure, so
 * that the sum over any period is a few additions, and are taken off again when a take-back frees
 * their line and when the member ends. Runs that were taken back are left out: while they stood no
 * other run came after them.
 */
#include "claimgate/base/stop.h"
#include "claimgate/record/field.h"
#include "verify.h"

#include <stdlib.h>
#include <string.h>

enum {
    DAYS = CG_DAY_LAST - CG_DAY_FIRST + 1,
    TREES_MAX = 256,
    POLICIES_MAX = 4096,
    FAULTS_TOLD = 20, /* one changed line can make many that follow wrong */
};

struct tree {
    uint64_t procedure;
    int64_t *sums; /* [1..DAYS] */
};

struct standing {
    struct cg_packed_entry entry;
    char claim_id[CG_ID_MAX_BYTES];
    bool taken_back;
};

struct recount {
    struct cg_verify *verify;
    struct tree trees[TREES_MAX];
    uint32_t tree_count;
    struct cg_policy **policies; /* by policy_no */
    int64_t policy_count;
    struct standing *lines; /* of the member at hand */
    uint32_t count;
    uint32_t capacity;
    sqlite3_stmt *take_backs;
    bool take_back_waits; /* a row is in front */
    struct cg_buffer packed;
};

static void add_at(struct tree *tree, int32_t day_no, int64_t units) {
    for (uint32_t i = (uint32_t)(day_no - CG_DAY_FIRST) + 1; i <= DAYS; i += i & -i) {
        tree->sums[i] += units;
    }
}

static int64_t sum_up_to(const struct tree *tree, int32_t day_no) {
    int64_t sum = 0;
    for (uint32_t i = (uint32_t)(day_no - CG_DAY_FIRST) + 1; i > 0; i -= i & -i) {
        sum += tree->sums[i];
    }
    return sum;
}

static int64_t units_within(const struct tree *tree, int32_t first_day, int32_t last_day) {
    const int32_t first = first_day < CG_DAY_FIRST ? CG_DAY_FIRST : first_day;
    const int32_t last = last_day > CG_DAY_LAST ? CG_DAY_LAST : last_day;
    if (first > last) {
        return 0;
    }
    return sum_up_to(tree, last) - (first == CG_DAY_FIRST ? 0 : sum_up_to(tree, first - 1));
}

static struct tree *tree_of(struct recount *recount, uint64_t procedure) {
    for (uint32_t i = 0; i < recount->tree_count; i++) {
        if (recount->trees[i].procedure == procedure) {
            return &recount->trees[i];
        }
    }
    if (recount->tree_count == TREES_MAX) {
        return NULL;
    }
    struct tree *tree = &recount->trees[recount->tree_count];
    tree->sums = calloc(DAYS + 1, sizeof tree->sums[0]);
    tree->procedure = procedure;
    recount->tree_count += tree->sums != NULL;
    return tree->sums != NULL ? tree : NULL;
}

/* Lay a line's units on its days (sign 1), or take them off (-1). A span's units lie evenly, the
 * remainder one each on the first days. */
static bool lay(struct recount *recount, const struct cg_packed_entry *entry, int64_t sign) {
    const struct cg_past_line *line = &entry->line;
    struct tree *tree = tree_of(recount, entry->procedure);
    if (tree == NULL) {
        return false;
    }
    if (line->exempt) {
        return true;
    }
    if (!line->split) {
        add_at(tree, line->start_day, sign * line->accepted_units);
        return true;
    }
    const uint32_t days = (uint32_t)(line->end_day - line->start_day) + 1;
    for (uint32_t i = 0; i < days && i < line->accepted_units; i++) {
        const uint32_t units =
            line->accepted_units / days + (i < line->accepted_units % days ? 1 : 0);
        add_at(tree, line->start_day + (int32_t)i, sign * (int64_t)units);
    }
    return true;
}

static bool end_member(struct recount *recount) {
    bool done = true;
    for (uint32_t i = 0; i < recount->count; i++) {
        if (!recount->lines[i].taken_back) {
            done = lay(recount, &recount->lines[i].entry, -1) && done;
        }
    }
    recount->count = 0;
    return done;
}

static bool take_in(struct recount *recount, const struct cg_packed_entry *entry) {
    if (recount->count == recount->capacity) {
        const uint32_t capacity = recount->capacity == 0 ? 64 : 2 * recount->capacity;
        struct standing *lines = realloc(recount->lines, capacity * sizeof *lines);
        if (lines == NULL) {
            return false;
        }
        recount->lines = lines;
        recount->capacity = capacity;
    }
    struct standing *line = &recount->lines[recount->count++];
    *line = (struct standing){.entry = *entry};
    memcpy(line->claim_id, entry->line.claim_id.ptr, entry->line.claim_id.len);
    return lay(recount, entry, 1);
}

/* The take-back in front frees what stands of its original. */
static bool free_lines(struct recount *recount) {
    const struct cg_cell original = cg_cell_column(recount->take_backs, 3);
    const struct cg_cell number = cg_cell_column(recount->take_backs, 4);
    bool done = true;
    for (uint32_t i = 0; i < recount->count; i++) {
        struct standing *line = &recount->lines[i];
        const struct cg_text claim = {line->claim_id, line->entry.line.claim_id.len};
        if (!line->taken_back && cg_text_equal(claim, original.bytes) &&
            (number.kind == CG_CELL_NULL || number.integer == line->entry.line.line_number)) {
            line->taken_back = true;
            done = lay(recount, &line->entry, -1) && done;
        }
    }
    return done;
}

/* Free what take-backs up to and including this place in the ledger free. */
static enum cg_status free_up_to(struct recount *recount, const int64_t place[3],
                                 struct cg_error *err) {
    enum cg_status status = CG_OK;
    while (status == CG_OK && recount->take_back_waits) {
        for (int i = 0; i < 3; i++) {
            const int64_t at = sqlite3_column_int64(recount->take_backs, i);
            if (at > place[i]) {
                return CG_OK;
            }
            if (at < place[i]) {
                break;
            }
        }
        if (!free_lines(recount)) {
            return cg_verify_no_memory(err);
        }
        status = cg_ledger_step(recount->verify->ledger, recount->take_backs,
                                &recount->take_back_waits, err);
    }
    return status;
}

static enum cg_status begin_member(struct recount *recount, int64_t member_no,
                                   struct cg_error *err) {
    if (!end_member(recount)) {
        return cg_verify_no_memory(err);
    }
    (void)sqlite3_reset(recount->take_backs);
    (void)sqlite3_bind_int64(recount->take_backs, 1, member_no);
    return cg_ledger_step(recount->verify->ledger, recount->take_backs, &recount->take_back_waits,
                          err);
}

static int64_t units_for_cap(struct recount *recount, const struct cg_policy *policy,
                             const struct cg_cap *cap, int32_t day_no) {
    int32_t first;
    int32_t last;
    int64_t sum = 0;
    cg_cap_period(cap, day_no, &first, &last);
    for (uint32_t i = 0; i < recount->tree_count; i++) {
        const int no = cg_policy_procedure(policy, recount->trees[i].procedure);
        if (cap->counts_all || (no >= 0 && cap->counts[no] != 0)) {
            sum += units_within(&recount->trees[i], first, last);
        }
    }
    return sum;
}

/* Compare `cap_used`, "[0,null,42]", with what stands before the line. */
static void compare(struct recount *recount, const struct cg_policy *policy, int64_t run_no,
                    const struct cg_cell *cells) {
    const struct cg_cell *text = &cells[CG_LINE_CAP_USED];
    const int32_t day_no = (int32_t)cells[CG_LINE_START].integer;
    const struct cg_policy_version *version = cg_policy_in_force(policy, day_no);
    uint32_t used[CG_CAPS_MAX];
    const uint32_t count = cg_ledger_read_cap_used(text, used);
    if (version == NULL || count != version->cap_count) {
        cg_verify_fault(recount->verify, "run %lld: a line names other caps than its policy",
                        (long long)run_no);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (used[i] == UINT32_MAX) {
            continue;
        }
        const int64_t counted = units_for_cap(recount, policy, &version->caps[i], day_no);
        if (counted != used[i]) {
            cg_verify_fault(recount->verify,
                            "run %lld, input %lld, line %lld: units used before in cap %s are %lu "
                            "in the decision, but the lines before it give %lld",
                            (long long)run_no, (long long)cells[CG_LINE_INPUT].integer,
                            (long long)cells[CG_LINE_SOURCE_LINE].integer, version->caps[i].id,
                            (unsigned long)used[i], (long long)counted);
        }
    }
}

/* *out NULL: the run's policy cannot be read, which is a fault like any other. */
static enum cg_status policy_of(struct recount *recount, int64_t run_no, int64_t policy_no,
                                const struct cg_policy **out, struct cg_error *err) {
    struct cg_error loading = CG_ERROR_INIT;
    enum cg_status status = CG_OK;
    *out = NULL;
    if (policy_no <= 0 || policy_no >= recount->policy_count) {
        status = CG_BAD_CONFIG;
    } else if (recount->policies[policy_no] == NULL) {
        status = cg_ledger_load_policy(recount->verify->ledger, run_no,
                                       &recount->policies[policy_no], &loading);
    }
    if (status == CG_BAD_CONFIG || status == CG_BAD_DATA) {
        cg_verify_fault(recount->verify, "run %lld: its policy cannot be read", (long long)run_no);
        return CG_OK;
    }
    if (status == CG_OK) {
        *out = recount->policies[policy_no];
        return CG_OK;
    }
    return cg_error_set(err, status, "%s", loading.text);
}

/* Columns: member_no, run_no, policy_no, then the line's cells. */
static enum cg_status count_line(struct recount *recount, sqlite3_stmt *lines,
                                 struct cg_error *err) {
    struct cg_cell cells[CG_LINE_CELLS];
    for (int i = 0; i < CG_LINE_CELLS; i++) {
        cells[i] = cg_cell_column(lines, 4 + i);
    }
    const int64_t run_no = sqlite3_column_int64(lines, 1);
    const int64_t place[3] = {run_no, cells[CG_LINE_INPUT].integer,
                              cells[CG_LINE_SOURCE_LINE].integer};
    enum cg_status status = free_up_to(recount, place, err);
    if (status == CG_OK && cells[CG_LINE_CAP_USED].kind == CG_CELL_TEXT) {
        const struct cg_policy *policy = NULL;
        status = policy_of(recount, run_no, sqlite3_column_int64(lines, 2), &policy, err);
        if (status == CG_OK && policy != NULL) {
            compare(recount, policy, run_no, cells);
        }
    }
    if (status != CG_OK) {
        return status;
    }
    struct cg_packed_entry entry;
    bool broken;
    cg_buffer_clear(&recount->packed);
    if (!cg_pack_line(&recount->packed, cells)) {
        return cg_verify_no_memory(err);
    }
    struct cg_text packed = {recount->packed.data, (uint32_t)recount->packed.len_bytes};
    if (cg_pack_next(&packed, &entry, &broken) && !take_in(recount, &entry)) {
        return cg_verify_no_memory(err);
    }
    return CG_OK;
}

static enum cg_status count_all(struct recount *recount, struct cg_error *err) {
    struct cg_ledger *ledger = recount->verify->ledger;
    sqlite3_stmt *lines = NULL;
    const uint64_t most = recount->verify->faults + FAULTS_TOLD;
    int64_t member_no = -1;
    enum cg_status status =
        cg_ledger_prepare(ledger,
                          "SELECT a.member_no, a.run_no, r.policy_no, l.* FROM accumulator a "
                          "CROSS JOIN run r ON r.run_no = a.run_no "
                          "CROSS JOIN line l ON l.run_no = a.run_no AND l.member_no = a.member_no "
                          "WHERE a.part = 0 AND a.member_no <> 0 "
                          "AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = a.run_no) "
                          "ORDER BY a.member_no, a.run_no, l.input_no, l.source_line",
                          &lines, err);
    while (status == CG_OK && recount->verify->faults < most) {
        bool row;
        status = cg_ledger_step(ledger, lines, &row, err);
        if (status != CG_OK || !row) {
            break;
        }
        if (sqlite3_column_int64(lines, 0) != member_no) {
            member_no = sqlite3_column_int64(lines, 0);
            status = cg_stop_requested()
                         ? cg_error_set(err, CG_INTERRUPTED, "interrupted; nothing was changed")
                         : begin_member(recount, member_no, err);
        }
        if (status == CG_OK) {
            cg_verify_step(recount->verify);
            status = count_line(recount, lines, err);
        }
    }
    (void)sqlite3_finalize(lines);
    return status;
}

enum cg_status cg_verify_recount(struct cg_verify *verify, struct cg_error *err) {
    struct recount recount = {.verify = verify};
    int64_t last_policy;
    enum cg_status status =
        cg_ledger_ask(verify->ledger, "SELECT max(policy_no) FROM policy", 0, 0, &last_policy, err);
    cg_buffer_init(&recount.packed, 1 << 12);
    if (status == CG_OK && last_policy < POLICIES_MAX) {
        recount.policy_count = last_policy + 1;
        recount.policies = calloc((size_t)recount.policy_count, sizeof recount.policies[0]);
        status = recount.policies == NULL ? cg_verify_no_memory(err) : CG_OK;
    }
    if (status == CG_OK) {
        status = cg_ledger_prepare(
            verify->ledger,
            "SELECT run_no, input_no, source_line, original_claim_id, claim_line FROM take_back t "
            "WHERE member_no = ?1 "
            "AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = t.run_no) "
            "ORDER BY run_no, input_no, source_line",
            &recount.take_backs, err);
    }
    if (status == CG_OK) {
        status = count_all(&recount, err);
    }
    (void)sqlite3_finalize(recount.take_backs);
    for (uint32_t i = 0; i < recount.tree_count; i++) {
        free(recount.trees[i].sums);
    }
    for (int64_t i = 0; i < recount.policy_count; i++) {
        cg_policy_free(recount.policies[i]);
    }
    free(recount.policies);
    free(recount.lines);
    cg_buffer_fini(&recount.packed);
    return status;
}
