/*
 * The members in their order: what is kept of each, added up (verify.h), and the units in the
 * decisions, counted again.
 *
 * Each one's entries come in the order of their decisions: before a line is taken in, the units
 * that stand in each cap's period are counted; they must be those of `cap_used`. The count shares
 * nothing with the gate: units lie on days in one binary indexed tree for each procedure, so that
 * the sum over any period is a few additions, and are taken off again when a take-back frees their
 * line and when the member ends. Runs that were taken back are left out: while they stood no other
 * run came after them. Where the sums of a run differ, a second walk names its lines.
 */
#include "claimgate/base/stop.h"
#include "past.h"
#include "standing.h"
#include "verify.h"

#include <stdlib.h>

enum {
    POLICIES_MAX = 4096,
    FAULTS_TOLD = 20, /* one changed line can make many that follow wrong */
};

struct recount {
    struct cg_verify *verify;
    struct cg_past past;
    struct cg_standing standing;
    struct cg_policy **policies; /* by policy_no */
    int64_t policy_count;
    struct cg_buffer packed;
    sqlite3_stmt *line; /* for the second walk, in which lines are named; NULL in the first */
    uint64_t most_faults;
};

/* NULL: the run's policy cannot be read. Where its text is what it was, that is no change but a
 * failure of ours: cg_verify_compare tells. */
static const struct cg_policy *policy_of(struct recount *recount, int64_t run_no) {
    struct cg_verify *verify = recount->verify;
    struct cg_verify_sums *run = cg_verify_run(verify, run_no);
    struct cg_error loading = CG_ERROR_INIT;
    if (run->no_policy || run->policy_no < 1 || run->policy_no >= recount->policy_count) {
        run->no_policy = true;
        return NULL;
    }
    struct cg_policy **policy = &recount->policies[run->policy_no];
    if (*policy == NULL &&
        cg_ledger_load_policy(verify->ledger, run_no, policy, &loading) != CG_OK) {
        run->no_policy = true;
        verify->policy_failure = loading;
    }
    return *policy;
}

/* Name what differs in one decision: `counted` against "[0,null,42]". */
static enum cg_status name_line(struct recount *recount, int64_t run_no, int64_t line_no,
                                const struct cg_policy_version *version, const int64_t *counted,
                                struct cg_error *err) {
    struct cg_verify *verify = recount->verify;
    uint32_t used[CG_CAPS_MAX] = {0};
    bool row;
    (void)sqlite3_bind_int64(recount->line, 1, line_no);
    const enum cg_status status = cg_ledger_step(verify->ledger, recount->line, &row, err);
    if (status != CG_OK || !row) {
        return status;
    }
    const struct cg_cell text = cg_cell_column(recount->line, 2);
    const uint32_t count = cg_ledger_read_cap_used(&text, used);
    if (count != version->cap_count) {
        cg_verify_fault(verify, "run %lld: a line names other caps than its policy",
                        (long long)run_no);
    }
    for (uint32_t i = 0; i < count && i < version->cap_count; i++) {
        if (used[i] != UINT32_MAX && counted[i] >= 0 && counted[i] != used[i]) {
            cg_verify_fault(verify,
                            "run %lld, input %lld, line %lld: units used before in cap %s are %lu "
                            "in the decision, but the lines before it give %lld",
                            (long long)run_no, sqlite3_column_int64(recount->line, 0),
                            sqlite3_column_int64(recount->line, 1), version->caps[i].id,
                            (unsigned long)used[i], (long long)counted[i]);
        }
    }
    (void)sqlite3_reset(recount->line);
    return CG_OK;
}

/* What stands before the line in the caps that it was tested for. */
static enum cg_status count_used(struct recount *recount, int64_t run_no,
                                 const struct cg_packed_entry *entry, struct cg_error *err) {
    struct cg_verify *verify = recount->verify;
    struct cg_verify_sums *run = cg_verify_run(verify, run_no);
    int64_t counted[CG_CAPS_MAX] = {0};
    const struct cg_policy *policy = policy_of(recount, run_no);
    if (policy == NULL) {
        return CG_OK;
    }
    const struct cg_policy_version *version = cg_policy_in_force(policy, entry->start_day);
    if (version == NULL) {
        return CG_OK; /* the sums differ */
    }
    for (uint32_t i = 0; i < version->cap_count; i++) {
        const bool tested = (entry->tested >> i & 1) != 0;
        counted[i] = tested ? cg_standing_units(&recount->standing, policy, &version->caps[i], i,
                                                entry->start_day)
                            : -1;
        run->counted +=
            tested ? cg_verify_used_hash(verify, entry->line_no, i, (uint64_t)counted[i]) : 0;
    }
    run->counted += cg_verify_used_hash(verify, entry->line_no, CG_CAPS_MAX, version->cap_count);
    return recount->line == NULL
               ? CG_OK
               : name_line(recount, run_no, entry->line_no, version, counted, err);
}

static enum cg_status count_entry(struct recount *recount, int64_t run_no, int64_t member_no,
                                  const struct cg_packed_entry *entry, struct cg_error *err) {
    struct cg_verify *verify = recount->verify;
    struct cg_verify_sums *run = cg_verify_run(verify, run_no);
    uint64_t hash;
    if (!cg_verify_entry_hash(verify, member_no, entry, &hash)) {
        return cg_verify_no_memory(err);
    }
    run->past += hash;
    if (run->withdrawn) {
        return CG_OK;
    }
    if (entry->tested != 0) {
        if (count_used(recount, run_no, entry, err) != CG_OK) {
            return err->status;
        }
    }
    if (entry->kind == CG_ENTRY_TAKE_BACK) {
        cg_standing_free(&recount->standing, entry);
    }
    return entry->kind != CG_ENTRY_LINE || cg_standing_take_in(&recount->standing, entry)
               ? CG_OK
               : cg_verify_no_memory(err);
}

/* Runs rise, and lines within them. */
static enum cg_status count_member(struct recount *recount, int64_t member_no, bool *in_order,
                                   struct cg_error *err) {
    int64_t run_no = 0;
    int64_t up_to_run = 0;
    int64_t last_line = 0;
    struct cg_text group;
    bool broken;
    enum cg_status status =
        cg_past_gather(&recount->past, member_no, &recount->packed, &up_to_run, err);
    *in_order = up_to_run <= recount->verify->last_run;
    struct cg_text groups = {recount->packed.data, (uint32_t)recount->packed.len_bytes};
    for (int64_t before = 0; status == CG_OK && cg_next_group(&groups, &run_no, &group, &broken);
         before = run_no) {
        struct cg_packer packer = {0};
        struct cg_packed_entry entry;
        bool group_broken;
        *in_order = *in_order && run_no >= before;
        while (status == CG_OK && cg_unpack_entry(&group, &packer, &entry, &group_broken)) {
            *in_order = *in_order && entry.line_no >= last_line;
            last_line = entry.line_no;
            status = count_entry(recount, run_no, member_no, &entry, err);
        }
        *in_order = *in_order && (status != CG_OK || !group_broken);
    }
    if (status == CG_OK) {
        *in_order = *in_order && !broken;
        cg_standing_end_member(&recount->standing);
    }
    return status;
}

/* A member whose bytes make no sense is told; the others are looked at all the same. */
static enum cg_status count_stretch(struct recount *recount, int64_t first, int64_t last,
                                    struct cg_error *err) {
    struct cg_error broken = CG_ERROR_INIT;
    enum cg_status status = cg_past_load(&recount->past, first, last, &broken);
    if (status == CG_BAD_DATA) {
        cg_verify_fault(recount->verify, "table recent: a block is broken");
        return CG_OK;
    }
    if (status != CG_OK) {
        return cg_error_set(err, status, "%s", broken.text);
    }
    for (int64_t member_no = first; member_no <= last; member_no++) {
        bool in_order = false;
        if (recount->verify->faults >= recount->most_faults) {
            return CG_OK;
        }
        if (member_no % 1024 == 0 && cg_stop_requested()) {
            return cg_error_set(err, CG_INTERRUPTED, "interrupted; nothing was changed");
        }
        if (count_member(recount, member_no, &in_order, err) != CG_OK) {
            return err->status;
        }
        if (!in_order) {
            cg_verify_fault(recount->verify, "what is kept of a member (number %lld) is broken",
                            (long long)member_no);
        }
    }
    return CG_OK;
}

static enum cg_status count_all(struct recount *recount, struct cg_error *err) {
    struct cg_ledger *ledger = recount->verify->ledger;
    int64_t stretch = 0;
    int64_t last_member;
    enum cg_status status = cg_past_last_member(ledger, &last_member, err);
    if (status == CG_OK) {
        status = cg_past_stretch(ledger, &stretch, err);
    }
    recount->most_faults = recount->verify->faults + FAULTS_TOLD;
    for (int64_t first = 1; status == CG_OK && first <= last_member; first += stretch) {
        const int64_t last = first + stretch - 1;
        status = count_stretch(recount, first, last < last_member ? last : last_member, err);
    }
    return status;
}

/* Runs number members one after the other. */
static enum cg_status check_numbers(struct recount *recount, struct cg_error *err) {
    int64_t far;
    const enum cg_status status =
        cg_ledger_ask(recount->verify->ledger,
                      "SELECT coalesce(min(member_no) < 1 OR max(member_no) > 2 * count(*) + 1024, "
                      "0) FROM member",
                      0, 0, &far, err);
    recount->verify->unnumbered = status == CG_OK && far != 0;
    if (recount->verify->unnumbered) {
        cg_verify_fault(recount->verify, "table member: a number that no run has given");
    }
    return status;
}

/* Rows of members that the ledger does not have, and parts that no full one leads to. */
static enum cg_status check_strays(struct recount *recount, struct cg_error *err) {
    int64_t strays;
    const enum cg_status status = cg_ledger_ask(
        recount->verify->ledger,
        "SELECT (SELECT count(*) FROM past WHERE past_no < 4096 OR past_no / 4096 > "
        "(SELECT coalesce(max(member_no), 0) FROM member)) + (SELECT count(*) FROM recent WHERE "
        "first_member < 1 OR last_member > (SELECT coalesce(max(member_no), 0) FROM member)) + "
        "(SELECT count(*) FROM past p WHERE past_no % 4096 <> 0 AND NOT EXISTS (SELECT 1 FROM past "
        "b WHERE b.past_no = p.past_no - 1 AND length(b.packed) >= 65536))",
        0, 0, &strays, err);
    if (status == CG_OK && strays != 0) {
        cg_verify_fault(recount->verify,
                        "tables past or recent have rows without lines: of members that are not "
                        "there, or behind a member's last");
    }
    return status;
}

static enum cg_status start(struct recount *recount, struct cg_error *err) {
    struct cg_ledger *ledger = recount->verify->ledger;
    int64_t last_policy;
    if (cg_ledger_ask(ledger, "SELECT max(policy_no) FROM policy", 0, 0, &last_policy, err) !=
        CG_OK) {
        return err->status;
    }
    const int64_t count = last_policy < POLICIES_MAX ? last_policy + 1 : 0;
    recount->policies = calloc((size_t)count + 1, sizeof(struct cg_policy *));
    if (recount->policies == NULL) {
        return cg_verify_no_memory(err);
    }
    recount->policy_count = count;
    return cg_past_open(&recount->past, ledger, INT64_MAX, err);
}

typedef enum cg_status (*step_fn)(struct recount *recount, struct cg_error *err);

static enum cg_status take_steps(struct cg_verify *verify, const step_fn *steps, size_t count,
                                 struct cg_error *err) {
    struct recount recount = {.verify = verify};
    enum cg_status status = CG_OK;
    cg_standing_init(&recount.standing, &verify->ledger->numbers.services);
    cg_buffer_init(&recount.packed, UINT32_MAX);
    for (size_t i = 0; status == CG_OK && i < count && !verify->unnumbered; i++) {
        status = steps[i](&recount, err);
    }
    cg_past_close(&recount.past);
    cg_standing_fini(&recount.standing);
    for (int64_t i = 0; i < recount.policy_count; i++) {
        cg_policy_free(recount.policies[i]);
    }
    free(recount.policies);
    (void)sqlite3_finalize(recount.line);
    cg_buffer_fini(&recount.packed);
    return status;
}

enum cg_status cg_verify_members(struct cg_verify *verify, struct cg_error *err) {
    static const step_fn steps[] = {check_numbers, start, check_strays, count_all};
    return take_steps(verify, steps, sizeof steps / sizeof steps[0], err);
}

/* In a second walk. */
static enum cg_status name_lines(struct recount *recount, struct cg_error *err) {
    struct cg_verify *verify = recount->verify;
    const uint64_t before = verify->faults;
    enum cg_status status = cg_ledger_prepare(
        verify->ledger,
        "SELECT input_no, source_line, cap_used FROM decided_line WHERE line_no = ?1",
        &recount->line, err);
    if (status == CG_OK) {
        status = count_all(recount, err);
    }
    if (status == CG_OK && verify->faults == before) {
        cg_verify_fault(verify, "units used before in decisions are not what the lines give");
    }
    return status;
}

enum cg_status cg_verify_compare(struct cg_verify *verify, struct cg_error *err) {
    static const step_fn steps[] = {start, name_lines};
    const struct cg_error *failure = &verify->policy_failure;
    bool any = false;
    if (failure->status != CG_OK && verify->faults == 0) {
        return cg_error_set(err, failure->status == CG_BAD_CONFIG ? CG_INTERNAL : failure->status,
                            "%s", failure->text);
    }
    for (int64_t run_no = 0; !verify->unnumbered && run_no <= verify->last_run; run_no++) {
        const struct cg_verify_sums *run = &verify->runs[run_no];
        if (run->no_policy) {
            cg_verify_fault(verify, "run %lld: its policy cannot be read", (long long)run_no);
        }
        if (run->lines != run->past) {
            cg_verify_fault(verify, "run %lld: what is kept of members is not what the lines give",
                            (long long)run_no);
        }
        any = any || (!run->withdrawn && !run->no_policy && run->used != run->counted);
    }
    return any ? take_steps(verify, steps, sizeof steps / sizeof steps[0], err) : CG_OK;
}
