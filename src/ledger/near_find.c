/*
 * Which members may have used so much of a cap: by what each run kept (near.h), where that tells of
 * all of them, else everybody.
 */
#include "joined.h"
#include "near.h"
#include "past.h"

#include "claimgate/ledger/ledger_query.h"

#include <stdlib.h>
#include <string.h>

enum { NEAR_MAX = 1 << 30 };

struct finding {
    struct cg_ledger *ledger;
    const struct cg_policy *policy; /* that of the question */
    const struct cg_cap *cap;
    int32_t first_day; /* of the period */
    int32_t last_day;
    uint32_t floor; /* from so many units on members were kept */
    enum cg_near_way way;
    int64_t first_run; /* the first that stands */
    uint32_t *units;   /* by member_no: a bound of what is used */
    int64_t last_member;
};

/* Whether two caps of one id, each of its policy, count the same lines in the same periods. */
static bool same_count(const struct cg_policy *a, const struct cg_cap *x, const struct cg_policy *b,
                       const struct cg_cap *y) {
    if (x->period != y->period || x->year_start_month != y->year_start_month ||
        x->year_start_day != y->year_start_day || x->counts_all != y->counts_all) {
        return false;
    }
    for (int i = 0; !x->counts_all && i < CG_PROCEDURES_MAX; i++) {
        const int in_a = cg_policy_procedure(b, cg_policy_procedure_code(a, (uint8_t)i));
        const int in_b = cg_policy_procedure(a, cg_policy_procedure_code(b, (uint8_t)i));
        if ((x->counts[i] != 0 && (in_a < 0 || y->counts[in_a] == 0)) ||
            (y->counts[i] != 0 && (in_b < 0 || x->counts[in_b] == 0))) {
            return false;
        }
    }
    return true;
}

/* What runs under this text kept: nothing that helps, where a version of the period had another
 * cap. */
static void look_at_policy(struct finding *finding, const struct cg_policy *policy) {
    const uint32_t count = cg_policy_version_count(policy);
    for (uint32_t i = 0; i < count; i++) {
        const struct cg_policy_version *version = cg_policy_version(policy, i);
        const struct cg_cap *cap = cg_policy_cap(version, finding->cap->id);
        if (version->effective_day > finding->last_day ||
            (i + 1 < count &&
             cg_policy_version(policy, i + 1)->effective_day <= finding->first_day)) {
            continue;
        }
        if (cap == NULL || !same_count(finding->policy, finding->cap, policy, cap)) {
            finding->way = CG_NEAR_OTHER_CAPS;
            return;
        }
        if (cg_near_floor(cap) > finding->floor) {
            finding->floor = cg_near_floor(cap);
        }
    }
}

/* One run of each policy text whose lines may lie in the period. */
static enum cg_status look_at_run(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct finding *finding = context;
    const int64_t run_no = sqlite3_column_int64(row, 0);
    struct cg_policy *policy = NULL;
    if (sqlite3_column_int(row, 1) == 1) {
        finding->way = CG_NEAR_OTHER_CAPS; /* version 1 kept nothing */
        return CG_OK;
    }
    const enum cg_status status = cg_ledger_load_policy(finding->ledger, run_no, &policy, err);
    if (status == CG_OK) {
        look_at_policy(finding, policy);
    }
    cg_policy_free(policy);
    return status;
}

static enum cg_status choose_way(struct finding *finding, uint32_t at_least, struct cg_error *err) {
    finding->way = CG_NEAR_BY_INDEX;
    if (!cg_near_keeps(finding->cap)) {
        finding->way = CG_NEAR_SHORT_PERIODS;
        return CG_OK;
    }
    const enum cg_status status = cg_ledger_each(
        finding->ledger,
        CG_QUERY("SELECT max(r.run_no), min(r.form) FROM run r WHERE r.kind IN ('validate', "
                 "'import') AND (r.kind = 'import' OR r.as_of_day >= ?1) AND NOT EXISTS (SELECT 1 "
                 "FROM run w WHERE w.withdraws = r.run_no) GROUP BY r.policy_no",
                 cg_cell_integer(finding->first_day)),
        look_at_run, finding, err);
    if (status == CG_OK && finding->way == CG_NEAR_BY_INDEX && at_least < finding->floor) {
        finding->way = CG_NEAR_BELOW_HALF;
    }
    return status;
}

static uint32_t clip(uint64_t units) {
    return units < UINT32_MAX ? (uint32_t)units : UINT32_MAX - 1;
}

static enum cg_status take_block(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct finding *finding = context;
    const bool is_first = sqlite3_column_int64(row, 0) == finding->first_run;
    const bool is_sum = sqlite3_column_int(row, 1) != 0;
    struct cg_text packed = cg_cell_column(row, 2).bytes;
    int64_t member_no = 0;
    uint64_t units;
    bool broken;
    /* Whom the runs before an import have not kept had used less than what they keep. */
    const uint32_t unkept = is_first || finding->floor == 0 ? 0 : finding->floor - 1;
    while (cg_near_next(&packed, &member_no, &units, &broken)) {
        if (member_no < 1 || member_no > finding->last_member) {
            return cg_past_damaged(finding->ledger, err);
        }
        uint32_t *known = &finding->units[member_no];
        *known = is_sum ? clip((*known > unkept ? *known : unkept) + units) : clip(units);
    }
    return broken ? cg_past_damaged(finding->ledger, err) : CG_OK;
}

static enum cg_status read_kept(struct finding *finding, struct cg_error *err) {
    const enum cg_status status =
        cg_ledger_ask(finding->ledger,
                      "SELECT min(r.run_no) FROM run r WHERE r.kind IN ('validate', 'import') AND "
                      "NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = r.run_no)",
                      0, 0, &finding->first_run, err);
    return status != CG_OK
               ? status
               : cg_ledger_each(
                     finding->ledger,
                     CG_QUERY("SELECT n.run_no, n.is_sum, n.packed FROM near n WHERE n.cap_id = ?1 "
                              "AND n.first_day = ?2 AND NOT EXISTS (SELECT 1 FROM run w WHERE "
                              "w.withdraws = n.run_no) ORDER BY n.run_no, n.near_no",
                              cg_cell_string(finding->cap->id),
                              cg_cell_integer(finding->first_day)),
                     take_block, finding, err);
}

int cg_near_by_bounds(const void *a, const void *b) {
    const struct cg_ledger_near *x = a;
    const struct cg_ledger_near *y = b;
    return x->at_most != y->at_most ? (x->at_most < y->at_most) - (x->at_most > y->at_most)
                                    : (x->member_no > y->member_no) - (x->member_no < y->member_no);
}

static enum cg_status list_members(const struct finding *finding, uint32_t at_least,
                                   struct cg_array *out, struct cg_error *err) {
    for (int64_t member_no = 1; member_no <= finding->last_member; member_no++) {
        const uint32_t at_most =
            finding->way == CG_NEAR_BY_INDEX ? finding->units[member_no] : UINT32_MAX;
        if (at_most < at_least) {
            continue;
        }
        struct cg_ledger_near *near = cg_array_add(out);
        if (near == NULL) {
            return cg_error_set(err, CG_INTERNAL, "out of memory while reading the ledger");
        }
        *near = (struct cg_ledger_near){member_no, at_most};
    }
    if (finding->way == CG_NEAR_BY_INDEX) {
        cg_array_sort(out, cg_near_by_bounds);
    }
    return CG_OK;
}

enum cg_status cg_ledger_find_near(struct cg_ledger *ledger,
                                   const struct cg_ledger_near_question *question,
                                   struct cg_array *out, enum cg_near_way *way,
                                   struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_find_near(ledger, question, out, way, err);
    }
    struct finding finding = {.ledger = ledger, .policy = question->policy, .cap = question->cap};
    cg_cap_period(question->cap, question->day_no, &finding.first_day, &finding.last_day);
    cg_array_init(out, sizeof(struct cg_ledger_near), NEAR_MAX);
    enum cg_status status = choose_way(&finding, question->at_least, err);
    if (status == CG_OK) {
        status = cg_past_last_member(ledger, &finding.last_member, err);
    }
    if (status == CG_OK && finding.way == CG_NEAR_BY_INDEX) {
        finding.units = calloc((size_t)finding.last_member + 1, sizeof finding.units[0]);
        status = finding.units == NULL
                     ? cg_error_set(err, CG_INTERNAL, "out of memory while reading the ledger")
                     : read_kept(&finding, err);
    }
    if (status == CG_OK) {
        status = list_members(&finding, question->at_least, out, err);
    }
    free(finding.units);
    *way = finding.way;
    return status;
}

enum cg_status cg_ledger_member_id(struct cg_ledger *ledger, int64_t member_no,
                                   struct cg_text *member_id, struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_member_id(ledger->joined, member_no, member_id, err);
    }
    static const char sql[] = "SELECT member_id FROM member WHERE member_no = ?1";
    bool row = false;
    *member_id = (struct cg_text){"", 0};
    if (ledger->find_member_id == NULL &&
        cg_ledger_prepare(ledger, sql, &ledger->find_member_id, err) != CG_OK) {
        return err->status;
    }
    (void)sqlite3_reset(ledger->find_member_id);
    (void)sqlite3_bind_int64(ledger->find_member_id, 1, member_no);
    const enum cg_status status = cg_ledger_step(ledger, ledger->find_member_id, &row, err);
    if (status == CG_OK && row) {
        *member_id = cg_cell_column(ledger->find_member_id, 0).bytes;
    }
    return status;
}
