/*
 * `part decide`: the decisions of a part, and what is told of it beside them.
 */
#include "deciding.h"

#include "claimgate/base/date.h"
#include "claimgate/run/run.h"

#include <stdio.h>
#include <stdlib.h>

static void keep_in_vain(void *context, uint32_t source_no, uint64_t line) {
    struct cg_deciding *deciding = context;
    if (deciding->vain_named < CG_RECORDS_NAMED) {
        deciding->vain_first[deciding->vain_named++] = (struct cg_input_place){source_no, line};
    }
}

static void put_use(struct cg_json_writer *json, const struct cg_deciding *deciding, int32_t day) {
    struct cg_cap_use uses[CG_CAPS_MAX];
    const uint32_t count =
        cg_run_cap_use(deciding->part->rules.policy, deciding->history, day, uses);
    cg_json_open_object(json, NULL);
    cg_json_put_integer(json, "day", day);
    cg_json_open_array(json, "caps");
    for (uint32_t i = 0; i < count; i++) {
        cg_json_put_integers(json, NULL, uses[i].members, CG_USE_SHARES);
    }
    cg_json_close_array(json);
    cg_json_close_object(json);
}

/* How much of the caps members have used is told for the last day of which anything is accepted,
 * over all parts. That is a day of some task's, and not before this part's own. */
static void put_uses(struct cg_json_writer *json, const struct cg_deciding *deciding) {
    const int32_t first = deciding->last_day == CG_DAY_NONE ? CG_DAY_FIRST : deciding->last_day;
    cg_json_open_array(json, "cap_use");
    for (int32_t day = first; day <= CG_DAY_LAST; day++) {
        if (deciding->days[day - CG_DAY_FIRST] != 0) {
            put_use(json, deciding, day);
        }
    }
    cg_json_close_array(json);
}

static void put_in_vain(struct cg_json_writer *json, const struct cg_deciding *deciding) {
    cg_json_open_object(json, "take_backs_in_vain");
    cg_json_put_integer(json, "records", (int64_t)deciding->vain_count);
    cg_json_open_array(json, "first");
    for (uint32_t i = 0; i < deciding->vain_named; i++) {
        const struct cg_input_place *first = &deciding->vain_first[i];
        cg_json_put_integers(json, NULL, (const uint64_t[]){first->input, first->line}, 2);
    }
    cg_json_close_array(json);
    cg_json_close_object(json);
}

static void put_manifest(struct cg_json_writer *json, const struct cg_deciding *deciding) {
    const uint32_t tasks = deciding->part->plan.tasks;
    cg_json_put_integer(json, "part", deciding->part_no);
    cg_identity_put(json, deciding->facts, tasks, (struct cg_text){"", 0});
    put_uses(json, deciding);
    put_in_vain(json, deciding);
    cg_json_open_array(json, "pieces");
    for (uint32_t i = 0; i < tasks; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "ask-%u.rows.gz", i);
        cg_piece_facts_put(json, name, &deciding->facts[i]);
    }
    cg_json_close_array(json);
}

/* --- the step --- */

static enum cg_status decide_tasks(struct cg_deciding *deciding, struct cg_attempt *attempt,
                                   struct cg_error *err) {
    if (cg_take_in(deciding, attempt, err) != CG_OK ||
        cg_vain_take_backs_end(&deciding->vain, deciding->history, keep_in_vain, deciding,
                               &deciding->vain_count, err) != CG_OK ||
        cg_deciding_commit(deciding, err) != CG_OK) {
        return err->status;
    }
    struct cg_page page;
    cg_page_open(&page, CG_PAGE_JSON);
    put_manifest(page.json, deciding);
    return cg_attempt_keep(attempt, &page, err);
}

static bool start(struct cg_deciding *deciding) {
    const struct cg_part_plan *plan = &deciding->part->plan;
    deciding->last_day = CG_DAY_NONE;
    cg_vain_take_backs_init(&deciding->vain);
    deciding->history =
        cg_history_new(deciding->ledger != NULL ? cg_ledger_recall : NULL, deciding->ledger);
    deciding->batch = cg_batch_new();
    deciding->deflater = cg_deflater_new(1, CG_CODEC_BEST);
    deciding->facts = calloc((size_t)plan->tasks + 1, sizeof deciding->facts[0]);
    deciding->days = calloc(CG_DAY_LAST - CG_DAY_FIRST + 1, 1);
    if (deciding->history == NULL) {
        return false;
    }
    if (plan->kind == CG_PART_X12 && !plan->options.x12.other_numbers) {
        cg_history_take_same_number(deciding->history);
    }
    return deciding->batch != NULL && deciding->deflater != NULL && deciding->facts != NULL &&
           deciding->days != NULL;
}

static void end(struct cg_deciding *deciding) {
    cg_batch_free(deciding->batch);
    cg_history_free(deciding->history);
    cg_deciding_close_ledger(deciding);
    cg_vain_take_backs_fini(&deciding->vain);
    cg_deflater_free(deciding->deflater);
    free(deciding->facts);
    free(deciding->days);
}

static enum cg_status decide(struct cg_deciding *deciding, struct cg_error *err) {
    struct cg_attempt attempt;
    enum cg_status status =
        cg_attempt_open(deciding->part, &cg_step_decide, deciding->part_no, &attempt, err);
    if (status == CG_OK) {
        status = cg_deciding_open_ledger(deciding, err);
    }
    if (status == CG_OK && !start(deciding)) {
        status = cg_error_no_memory(err);
    }
    if (status == CG_OK && deciding->ledger != NULL) {
        status = cg_ledger_lend_numbers(deciding->ledger, deciding->history, err);
    }
    if (status == CG_OK) {
        cg_part_confine(deciding->part, 0, 0);
        status = decide_tasks(deciding, &attempt, err);
    }
    end(deciding);
    cg_attempt_close(&attempt);
    return status;
}

enum cg_status cg_part_decide(struct cg_part *part, uint32_t part_no, struct cg_error *err) {
    struct cg_deciding deciding = {.part = part, .part_no = part_no};
    bool is_done;
    if (cg_step_look(part, &cg_step_decide, part_no, &is_done, err) != CG_OK) {
        return err->status;
    }
    return is_done ? CG_OK : decide(&deciding, err);
}
