#include "claimgate/base/date.h"
#include "claimgate/report/period.h"
#include "commands.h"

#include "decision.h"
#include "failing_period.h"
#include "id_argument.h"
#include "printed_json.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

struct options {
    const char *ledger;
    int64_t line;
    bool json;
};

static const struct options defaults = {0};

static const struct cg_option option_table[] = {
    {"ledger", "FILE", CG_OPTION_PATH, offsetof(struct options, ledger), "the ledger", 0, 0},
    {"line", "N", CG_OPTION_INTEGER, offsetof(struct options, line), "one line of the claim", 1,
     CG_LINE_NUMBER_MAX},
    {"json", NULL, CG_OPTION_FLAG, offsetof(struct options, json), "print one JSON document", 0, 0},
    {NULL, NULL, CG_OPTION_FLAG, 0, NULL, 0, 0},
};

enum { OUTPUT_LIMIT_BYTES = 1 << 30 };

struct telling {
    struct cg_ledger *ledger;
    struct cg_policy *policy; /* of the run `policy_run` */
    int64_t policy_run;
    uint64_t decisions;
    struct cg_json_writer *writer;   /* NULL: for people */
    struct cg_failing_period period; /* while telling what used up a cap */
};

static enum cg_status find_policy(struct telling *telling,
                                  const struct cg_ledger_decision *decision, struct cg_error *err) {
    if (telling->policy_run == decision->run_no) {
        return CG_OK;
    }
    cg_policy_free(telling->policy);
    telling->policy = NULL;
    telling->policy_run = decision->run_no;
    return cg_ledger_load_policy(telling->ledger, decision->run_no, &telling->policy, err);
}

static enum cg_status tell_user(void *context, const struct cg_ledger_decision *line,
                                struct cg_error *err) {
    struct telling *telling = context;
    (void)err;
    if (!cg_failing_period_counts(&telling->period, line)) {
        return CG_OK;
    }
    if (telling->writer == NULL) {
        cg_decision_print_short(line);
    } else {
        cg_json_open_object(telling->writer, NULL);
        cg_json_put_string(telling->writer, "claim_id", line->claim_id);
        cg_json_put_integer(telling->writer, "claim_line_number", line->line_number);
        cg_json_put_integer(telling->writer, "run", line->run_no);
        cg_json_put_integer(telling->writer, "accepted_units", line->accepted_units);
        cg_json_close_object(telling->writer);
    }
    return CG_OK;
}

static void open_users(const struct telling *telling, uint32_t units_used) {
    const struct cg_failing_period *period = &telling->period;
    char text[CG_PERIOD_TEXT_BYTES];
    char day[CG_DATE_TEXT_BYTES];
    if (telling->writer != NULL) {
        cg_json_put_string(telling->writer, "used_from", cg_date_format(period->first_day, day));
        cg_json_put_string(telling->writer, "used_to", cg_date_format(period->last_day, day));
        cg_json_open_array(telling->writer, "used_by");
    } else if (units_used > 0) {
        printf("  used by     these, %" PRIu32 " %s in the\n              %s\n", units_used,
               cg_plural(units_used, "unit", "units"),
               cg_period_text(period->cap, period->last_day, text));
    }
}

/* The accepted lines that had used up the cap when the line was decided. */
static enum cg_status tell_users(struct telling *telling, const struct cg_ledger_decision *decision,
                                 struct cg_error *err) {
    enum cg_status status =
        cg_failing_period_find(telling->ledger, decision, telling->policy, &telling->period, err);
    if (status != CG_OK || telling->period.cap == NULL) {
        return status;
    }
    open_users(telling, decision->units_used);
    status = cg_ledger_visit_standing(telling->ledger, cg_text_of(decision->member_id), decision,
                                      tell_user, telling, err);
    if (telling->writer != NULL) {
        cg_json_close_array(telling->writer);
    }
    return status;
}

static enum cg_status tell(void *context, const struct cg_ledger_decision *decision,
                           struct cg_error *err) {
    struct telling *telling = context;
    enum cg_status status = find_policy(telling, decision, err);
    if (status != CG_OK) {
        return status;
    }
    if (telling->writer == NULL) {
        printf("%s", telling->decisions == 0 ? "" : "\n");
        cg_decision_print(decision, telling->policy);
    } else {
        cg_json_open_object(telling->writer, NULL);
        cg_decision_put(telling->writer, decision, telling->policy);
    }
    telling->decisions++;
    status = tell_users(telling, decision, err);
    if (telling->writer != NULL) {
        cg_json_close_object(telling->writer);
    }
    return status;
}

static enum cg_status tell_json(struct telling *telling, struct cg_text claim, uint16_t line,
                                struct cg_error *err) {
    struct cg_printed_json json;
    cg_printed_json_begin(&json, OUTPUT_LIMIT_BYTES);
    telling->writer = &json.writer;
    cg_json_put_text(&json.writer, "claim_id", claim.ptr, claim.len);
    cg_json_open_array(&json.writer, "decisions");
    enum cg_status status = cg_ledger_visit_claim(telling->ledger, claim, line, tell, telling, err);
    cg_json_close_array(&json.writer);
    telling->writer = NULL;
    return cg_printed_json_end(&json, status, err);
}

static enum cg_status run(const struct cg_invocation *call, int *exit_code, struct cg_error *err) {
    const struct options *options = call->options;
    struct telling telling = {0};
    struct cg_id_argument claim;
    *exit_code = 0;
    if (options->ledger == NULL) {
        return cg_error_set(err, CG_USAGE, "--ledger FILE is missing");
    }
    enum cg_status status = cg_id_argument_read(call->args[0], "CLAIM_ID", &claim, err);
    if (status == CG_OK) {
        status = cg_ledger_open_reader(options->ledger, &telling.ledger, err);
    }
    if (status == CG_OK && options->json) {
        status = tell_json(&telling, claim.id, (uint16_t)options->line, err);
    } else if (status == CG_OK) {
        status = cg_ledger_visit_claim(telling.ledger, claim.id, (uint16_t)options->line, tell,
                                       &telling, err);
    }
    if (status == CG_OK && telling.decisions == 0 && !options->json) {
        printf("The ledger has no decision on this claim.\n");
    }
    cg_policy_free(telling.policy);
    cg_ledger_close(telling.ledger);
    return status;
}

const struct cg_command cg_command_explain = {
    .name = "explain",
    .arguments = "CLAIM_ID --ledger FILE [--line N]",
    .summary = "every decision ever made on a claim",
    .detail =
        "In order: run, file and line, decision, reasons with their codes, the units used in\n"
        "each cap at that moment, the accepted lines that had used up the cap, and what took\n"
        "the line back. CLAIM_ID - reads it from standard input.\n",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
