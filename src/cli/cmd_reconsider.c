#include "claimgate/gate/history.h"
#include "claimgate/record/field.h"
#include "commands.h"

#include "decision.h"
#include "printed_json.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct options {
    const char *ledger;
    bool json;
};

static const struct options defaults = {0};

static const struct cg_option option_table[] = {
    {"ledger", "FILE", CG_OPTION_PATH, offsetof(struct options, ledger), "the ledger", 0, 0},
    {"json", NULL, CG_OPTION_FLAG, offsetof(struct options, json), "print one JSON document", 0, 0},
    {NULL, NULL, CG_OPTION_FLAG, 0, NULL, 0, 0},
};

enum { OUTPUT_LIMIT_BYTES = 1 << 30 };

struct reconsidering {
    struct cg_ledger *ledger;
    struct cg_policy *policy;
    struct cg_json_writer *writer; /* NULL: for people */
    uint64_t listed;
    uint64_t left_out; /* would fit, but their claim was voided or replaced */
};

/* "HQ:HE" back to the number that the gate compares. */
static uint64_t modifiers_of(const char *text) {
    uint64_t modifiers = 0;
    for (size_t at = 0; strlen(text) >= at + 2; at += 3) {
        modifiers =
            cg_modifiers_append(modifiers, cg_field_modifier((struct cg_text){text + at, 2}));
    }
    return modifiers;
}

/* The line as it would meet the gate if it came again; of a cutback, its rejected rest. What it
 * replaced has been taken back already. False: the policy no longer names its code or date. */
static bool line_again(const struct reconsidering *state, const struct cg_ledger_decision *decision,
                       struct cg_line *out) {
    const int procedure_no =
        cg_policy_procedure(state->policy, cg_field_procedure(cg_text_of(decision->procedure)));
    const struct cg_policy_version *version =
        cg_policy_in_force(state->policy, decision->start_day);
    if (procedure_no < 0 || version == NULL || !version->names[procedure_no]) {
        return false;
    }
    *out = (struct cg_line){
        .claim_id = cg_key_of(cg_text_of(decision->claim_id)),
        .member_id = cg_key_of(cg_text_of(decision->member_id)),
        .start_day = decision->start_day,
        .end_day = decision->end_day,
        .received_day = CG_DAY_NONE,
        .birth_day = CG_DAY_NONE,
        .rendering_npi = decision->rendering_npi,
        .billing_npi = decision->billing_npi,
        .modifiers = modifiers_of(decision->modifiers),
        .units = (uint16_t)(decision->units - decision->accepted_units),
        .line_number = decision->line_number,
        .frequency = CG_ORIGINAL,
        .procedure_no = (uint8_t)procedure_no,
        .version = version,
    };
    return true;
}

static void list(struct reconsidering *state, const struct cg_ledger_decision *decision,
                 uint16_t units) {
    char date[CG_DATE_TEXT_BYTES];
    cg_date_format(decision->start_day, date);
    if (state->writer != NULL) {
        cg_json_open_object(state->writer, NULL);
        cg_decision_put(state->writer, decision, state->policy);
        cg_json_put_integer(state->writer, "units_that_fit", units);
        cg_json_close_object(state->writer);
        return;
    }
    if (state->listed == 0) {
        printf("Lines once over a cap that would fit now, each by itself:\n\n");
    }
    printf("  claim %s", decision->claim_id);
    if (decision->line_number != CG_LINE_NUMBER_NONE) {
        printf(" line %u", (unsigned)decision->line_number);
    }
    printf("\n    member %s, %s on %s, %u %s\n", decision->member_id, decision->procedure, date,
           (unsigned)units, cg_plural(units, "unit", "units"));
    printf("    %s in run %" PRId64 " (%s), %s line %" PRId64 "\n", cg_decision_word(decision),
           decision->run_no, decision->reasons, decision->source_file, decision->source_line);
}

/* Each line meets a history of its own: lines on the list do not use up each other's room. */
static enum cg_status reconsider(void *context, const struct cg_ledger_decision *decision,
                                 struct cg_error *err) {
    struct reconsidering *state = context;
    struct cg_line line;
    if (!line_again(state, decision, &line)) {
        return CG_OK;
    }
    /* The accepted part of a cutback stands under the same claim line; its rest would come under a
     * number of its own. */
    if (decision->decision == CG_CUTBACK) {
        line.line_number = CG_LINE_NUMBER_NONE;
    }
    struct cg_history *history = cg_history_new(cg_ledger_recall, state->ledger);
    if (history == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    const enum cg_status status = cg_history_decide(history, &line, 1, err);
    if (status == CG_OK && line.decision == CG_ACCEPTED && decision->claim_replaced) {
        state->left_out++;
    } else if (status == CG_OK && line.decision == CG_ACCEPTED) {
        list(state, decision, line.units);
        state->listed++;
    }
    cg_history_free(history);
    return status;
}

static enum cg_status print_json(struct reconsidering *state, struct cg_error *err) {
    struct cg_printed_json json;
    cg_printed_json_begin(&json, OUTPUT_LIMIT_BYTES);
    state->writer = &json.writer;
    cg_json_open_array(&json.writer, "lines");
    enum cg_status status = cg_ledger_visit_freed(state->ledger, reconsider, state, err);
    cg_json_close_array(&json.writer);
    cg_json_put_integer(&json.writer, "left_out", (int64_t)state->left_out);
    state->writer = NULL;
    return cg_printed_json_end(&json, status, err);
}

static enum cg_status print_text(struct reconsidering *state, struct cg_error *err) {
    const enum cg_status status = cg_ledger_visit_freed(state->ledger, reconsider, state, err);
    if (status == CG_OK && state->listed == 0) {
        printf("No line that a cap rejected would fit now.\n");
    } else if (status == CG_OK) {
        printf("\n%" PRIu64 " %s. Nothing was decided: send again what should be paid.\n",
               state->listed, cg_plural(state->listed, "line", "lines"));
    }
    if (status == CG_OK && state->left_out > 0) {
        printf("%" PRIu64 " %s of claims that were voided or replaced %s left out.\n",
               state->left_out, cg_plural(state->left_out, "line", "lines"),
               cg_plural(state->left_out, "is", "are"));
    }
    return status;
}

static enum cg_status run(const struct cg_invocation *call, int *exit_code, struct cg_error *err) {
    const struct options *options = call->options;
    struct reconsidering state = {0};
    *exit_code = 0;
    if (options->ledger == NULL) {
        return cg_error_set(err, CG_USAGE, "--ledger FILE is missing");
    }
    enum cg_status status = cg_ledger_open_reader(options->ledger, &state.ledger, err);
    if (status == CG_OK) {
        status = cg_ledger_load_policy(state.ledger, 0, &state.policy, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_recall_for(state.ledger, state.policy, 0, err);
    }
    if (status == CG_OK) {
        status = options->json ? print_json(&state, err) : print_text(&state, err);
    }
    cg_policy_free(state.policy);
    cg_ledger_close(state.ledger);
    return status;
}

const struct cg_command cg_command_reconsider = {
    .name = "reconsider",
    .arguments = "--ledger FILE",
    .summary = "lines over a cap that would fit now",
    .detail = "Looks at members from whom lines were taken back, under the newest policy text of\n"
              "the ledger. A list for a person; nothing is decided or changed.\n",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .run = run,
};
