/*
 * What a run has to tell, once every line was decided.
 */
#include "run_private.h"

/* CG_DAY_NONE: nothing was accepted. */
int32_t cg_run_last_accepted_day(const struct cg_tally *tally) {
    int32_t day_no = tally->last_day;
    while (day_no != CG_DAY_NONE && day_no >= tally->first_day &&
           tally->days[day_no - CG_DAY_FIRST].accepted == 0) {
        day_no--;
    }
    return day_no != CG_DAY_NONE && day_no >= tally->first_day ? day_no : CG_DAY_NONE;
}

/* Who has used up one day tells nothing. */
uint32_t cg_run_cap_use(const struct cg_policy *policy, const struct cg_history *history,
                        int32_t day_no, struct cg_cap_use out[CG_CAPS_MAX]) {
    const struct cg_policy_version *version =
        day_no != CG_DAY_NONE ? cg_policy_in_force(policy, day_no) : NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        if (version->caps[i].period == CG_PERIOD_DAY) {
            continue;
        }
        struct cg_cap_use *use = &out[count++];
        *use = (struct cg_cap_use){.cap = &version->caps[i]};
        cg_cap_period(use->cap, day_no, &use->first_day, &use->last_day);
        if (history != NULL) {
            cg_history_count_use(history, use->cap, day_no, use->members);
        }
    }
    return count;
}

void cg_run_tell_layout(struct cg_run_facts *facts, const struct cg_binding *binding,
                        bool is_named) {
    const struct cg_layout *layout = binding->layout;
    facts->layout = layout != NULL ? cg_layout_name(layout) : binding->is_x12 ? "x12-837p" : "none";
    facts->layout_detected = binding->is_x12 || (layout != NULL && !is_named);
    facts->is_x12 = binding->is_x12;
    facts->holds_claims = binding->holds_claims;
    facts->column_notes = binding->notes;
    facts->column_note_count = binding->note_count;
    facts->only = binding->only;
    facts->only_count = binding->only_count;
}

void cg_run_fill_facts(struct cg_run *run, uint64_t wall_ms) {
    const struct cg_run_plan *plan = run->plan;
    struct cg_run_facts *facts = &run->facts;
    facts->as_of_day = plan->rules.as_of_day;
    facts->policy = plan->rules.policy;
    facts->roster = plan->rules.roster;
    cg_run_tell_layout(facts, cg_reader_binding(run->reader), plan->layout != NULL);
    facts->out = plan->output.dir;
    facts->inputs = run->inputs;
    facts->input_count = run->path_count;
    facts->known_inputs = run->known.list;
    facts->known_input_count = run->known.count;
    facts->tally = &run->tally;
    cg_notices_know_past(&facts->notices, run->ledger != NULL || run->tally.past.records > 0);
    cg_shapes_remarks_of_claims(&run->shapes, run->tally.records - run->tally.out_of_scope,
                                facts->is_x12, &facts->remarks);
    facts->run_id = run->ledger != NULL && !plan->dry_run ? cg_ledger_run_no(run->ledger) : 0;
    facts->wall_ms = wall_ms;
    facts->threads = plan->threads;
    facts->codec = cg_deflate_codec_name(plan->output.level, plan->output.codec);
    facts->times = run->times;
    facts->shapes = &run->shapes;
    if (run->history != NULL) {
        facts->cap_use_count =
            cg_run_cap_use(plan->rules.policy, run->history, cg_run_last_accepted_day(&run->tally),
                           facts->cap_use);
    }
    facts->station_count = run->path_count != 0 ? CG_RUN_STATIONS : 0; /* the belt has run */
}

struct cg_ledger_output cg_run_kept_output(const struct cg_output_facts *facts) {
    struct cg_ledger_output kept = {
        .file = facts->file, .bytes = facts->bytes, .records = facts->records};
    memcpy(kept.sha256, facts->sha256, sizeof kept.sha256);
    memcpy(kept.content_xxh128, facts->content_xxh128, sizeof kept.content_xxh128);
    return kept;
}
