/*
 * What a run has to tell, once every line was decided.
 */
#include "run_private.h"

/* CG_DAY_NONE: nothing was accepted. */
static int32_t last_accepted_day(const struct cg_tally *tally) {
    int32_t day_no = tally->last_day;
    while (day_no != CG_DAY_NONE && day_no >= tally->first_day &&
           tally->days[day_no - CG_DAY_FIRST].accepted == 0) {
        day_no--;
    }
    return day_no != CG_DAY_NONE && day_no >= tally->first_day ? day_no : CG_DAY_NONE;
}

/* By the version in force on the last day of service that the run has accepted. Who has used up one
 * day tells nothing. */
static void fill_cap_use(struct cg_run *run) {
    struct cg_run_facts *facts = &run->facts;
    const int32_t day_no = last_accepted_day(&run->tally);
    const struct cg_policy_version *version =
        day_no != CG_DAY_NONE ? cg_policy_in_force(run->plan->rules.policy, day_no) : NULL;
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        if (version->caps[i].period == CG_PERIOD_DAY) {
            continue;
        }
        struct cg_cap_use *use = &facts->cap_use[facts->cap_use_count++];
        use->cap = &version->caps[i];
        cg_cap_period(use->cap, day_no, &use->first_day, &use->last_day);
        cg_history_count_use(run->history, use->cap, day_no, use->members);
    }
}

void cg_run_fill_facts(struct cg_run *run, uint64_t wall_ms) {
    const struct cg_run_plan *plan = run->plan;
    const struct cg_layout *layout = cg_reader_binding(run->reader)->layout;
    struct cg_run_facts *facts = &run->facts;
    facts->as_of_day = plan->rules.as_of_day;
    facts->policy = plan->rules.policy;
    facts->roster = plan->rules.roster;
    const bool is_x12 = cg_reader_binding(run->reader)->is_x12;
    facts->layout = layout != NULL ? cg_layout_name(layout) : is_x12 ? "x12-837p" : "none";
    facts->layout_detected = is_x12 || (layout != NULL && plan->layout == NULL);
    facts->is_x12 = is_x12;
    facts->column_notes = cg_reader_binding(run->reader)->notes;
    facts->only = cg_reader_binding(run->reader)->only;
    facts->only_count = cg_reader_binding(run->reader)->only_count;
    facts->column_note_count = cg_reader_binding(run->reader)->note_count;
    facts->out = plan->output.dir;
    facts->inputs = run->inputs;
    facts->input_count = run->path_count;
    facts->known_inputs = run->known.list;
    facts->known_input_count = run->known.count;
    facts->tally = &run->tally;
    facts->holds_claims = cg_reader_binding(run->reader)->holds_claims;
    cg_shapes_remarks_of_claims(&run->shapes, run->tally.records - run->tally.out_of_scope, is_x12,
                                &facts->remarks);
    facts->run_id = run->ledger != NULL && !plan->dry_run ? cg_ledger_run_no(run->ledger) : 0;
    facts->wall_ms = wall_ms;
    facts->threads = plan->threads;
    facts->codec = cg_deflate_codec_name(plan->output.level, plan->output.codec);
    facts->times = run->times;
    fill_cap_use(run);
    facts->station_count = run->path_count != 0 ? CG_RUN_STATIONS : 0; /* the belt has run */
}
