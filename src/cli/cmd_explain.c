#include "claimgate/commands.h"
#include "claimgate/field.h"

#include "decision.h"
#include "id_argument.h"
#include "printed_json.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

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
    struct cg_json_writer *writer; /* NULL: for people */
    /* while telling what used up a cap */
    const struct cg_cap *cap;
    int32_t first_day;
    int32_t last_day;
    uint64_t users;
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

static bool counts_for(const struct telling *telling, const struct cg_ledger_decision *line) {
    const struct cg_text code = {line->procedure, 5};
    const int no = cg_policy_procedure(telling->policy, cg_field_procedure(code));
    return !line->exempt && line->start_day <= telling->last_day &&
           line->end_day >= telling->first_day &&
           (telling->cap->counts_all || (no >= 0 && telling->cap->counts[no] != 0));
}

static enum cg_status tell_user(void *context, const struct cg_ledger_decision *line,
                                struct cg_error *err) {
    struct telling *telling = context;
    (void)err;
    if (!counts_for(telling, line)) {
        return CG_OK;
    }
    if (telling->writer == NULL) {
        if (telling->users == 0) {
            printf("  used by\n");
        }
        cg_decision_print_short(line);
    } else {
        cg_json_open_object(telling->writer, NULL);
        cg_json_put_string(telling->writer, "claim_id", line->claim_id);
        cg_json_put_integer(telling->writer, "claim_line_number", line->line_number);
        cg_json_put_integer(telling->writer, "run", line->run_no);
        cg_json_put_integer(telling->writer, "accepted_units", line->accepted_units);
        cg_json_close_object(telling->writer);
    }
    telling->users++;
    return CG_OK;
}

/* The accepted lines that had used up the cap when the line was decided. */
static enum cg_status tell_users(struct telling *telling, const struct cg_ledger_decision *decision,
                                 struct cg_error *err) {
    int32_t unused;
    telling->cap = cg_decision_cap(decision, telling->policy);
    telling->users = 0;
    if (telling->cap == NULL || decision->units_used == UINT32_MAX) {
        return CG_OK;
    }
    cg_cap_period(telling->cap, decision->start_day, &telling->first_day, &telling->last_day);
    cg_cap_period(telling->cap, decision->end_day, &unused, &telling->last_day);
    if (telling->writer != NULL) {
        cg_json_open_array(telling->writer, "used_by");
    }
    const struct cg_text member = {decision->member_id, (uint32_t)strlen(decision->member_id)};
    const enum cg_status status =
        cg_ledger_visit_standing(telling->ledger, member, decision, tell_user, telling, err);
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
    struct printed_json json;
    printed_json_begin(&json, OUTPUT_LIMIT_BYTES);
    telling->writer = &json.writer;
    cg_json_put_text(&json.writer, "claim_id", claim.ptr, claim.len);
    cg_json_open_array(&json.writer, "decisions");
    enum cg_status status = cg_ledger_visit_claim(telling->ledger, claim, line, tell, telling, err);
    cg_json_close_array(&json.writer);
    telling->writer = NULL;
    return printed_json_end(&json, status, err);
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
