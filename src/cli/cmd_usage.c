#include "claimgate/gate/history.h"
#include "claimgate/record/field.h"
#include "claimgate/report/period.h"
#include "commands.h"

#include "decision.h"
#include "id_argument.h"
#include "printed_json.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

struct options {
    const char *ledger;
    int32_t date;
    bool json;
};

static const struct options defaults = {.date = CG_DAY_NONE};

static const struct cg_option option_table[] = {
    {"ledger", "FILE", CG_OPTION_PATH, offsetof(struct options, ledger), "the ledger", 0, 0},
    {"date", "DATE", CG_OPTION_DATE, offsetof(struct options, date),
     "the periods that hold this date (today)", 0, 0},
    {"json", NULL, CG_OPTION_FLAG, offsetof(struct options, json), "print one JSON document", 0, 0},
    {NULL, NULL, CG_OPTION_FLAG, 0, NULL, 0, 0},
};

enum { OUTPUT_LIMIT_BYTES = 1 << 28 };

struct usage {
    struct cg_ledger *ledger;
    struct cg_policy *policy;
    struct cg_history *history;
    struct cg_text member_id;
    int32_t day_no;
    struct cg_json_writer *writer; /* NULL: for people */
    /* the cap being told */
    const struct cg_cap *cap;
    int32_t first_day;
    int32_t last_day;
};

static void tell_line(void *context, const struct cg_past_line *line) {
    const struct usage *usage = context;
    const struct cg_cap *cap = usage->cap;
    if (line->exempt || line->start_day > usage->last_day || line->end_day < usage->first_day ||
        !(cap->counts_all || cap->counts[line->procedure_no] != 0)) {
        return;
    }
    char claim_id[CG_ID_MAX_BYTES + 1];
    char date[CG_DATE_TEXT_BYTES];
    char end[CG_DATE_TEXT_BYTES];
    snprintf(claim_id, sizeof claim_id, "%.*s", (int)line->claim_id.len, line->claim_id.ptr);
    cg_date_format(line->start_day, date);
    cg_date_format(line->end_day, end);
    if (usage->writer == NULL) {
        const bool spans = line->end_day != line->start_day;
        printf("    %s%s%s  %4u %-5s  claim %s", date, spans ? " to " : "", spans ? end : "",
               (unsigned)line->accepted_units, cg_plural(line->accepted_units, "unit", "units"),
               claim_id);
        printf(line->line_number == CG_LINE_NUMBER_NONE ? "\n" : " line %u\n",
               (unsigned)line->line_number);
        return;
    }
    cg_json_open_object(usage->writer, NULL);
    cg_json_put_string(usage->writer, "claim_id", claim_id);
    cg_json_put_integer(usage->writer, "claim_line_number", line->line_number);
    cg_json_put_string(usage->writer, "start_date", date);
    cg_json_put_string(usage->writer, "end_date", end);
    cg_json_put_integer(usage->writer, "accepted_units", line->accepted_units);
    cg_json_close_object(usage->writer);
}

static void tell_cap(struct usage *usage) {
    const struct cg_cap *cap = usage->cap;
    const uint32_t used =
        cg_history_units_used(usage->history, usage->member_id, cap, usage->day_no);
    const uint32_t left = used < cap->limit_units ? cap->limit_units - used : 0;
    char period[CG_PERIOD_TEXT_BYTES];
    char date[CG_DATE_TEXT_BYTES];
    cg_cap_period(cap, usage->day_no, &usage->first_day, &usage->last_day);
    if (usage->writer == NULL) {
        printf("\nCap \"%s\": %s%" PRIu32 " of %" PRIu32 " units used, %" PRIu32 " left%s\n"
               "  in the %s\n",
               cap->id, left == 0 ? cg_style_bad() : cg_style_good(), used, cap->limit_units, left,
               cg_style_end(), cg_period_text(cap, usage->day_no, period));
        cg_history_visit(usage->history, usage->member_id, tell_line, usage);
        return;
    }
    cg_json_open_object(usage->writer, NULL);
    cg_json_put_string(usage->writer, "cap", cap->id);
    cg_json_put_string(usage->writer, "from", cg_date_format(usage->first_day, date));
    cg_json_put_string(usage->writer, "to", cg_date_format(usage->last_day, date));
    cg_json_put_integer(usage->writer, "limit", cap->limit_units);
    cg_json_put_integer(usage->writer, "used", used);
    cg_json_put_integer(usage->writer, "left", left);
    cg_json_open_array(usage->writer, "lines");
    cg_history_visit(usage->history, usage->member_id, tell_line, usage);
    cg_json_close_array(usage->writer);
    cg_json_close_object(usage->writer);
}

static void tell_caps(struct usage *usage) {
    const struct cg_policy_version *version = cg_policy_in_force(usage->policy, usage->day_no);
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        usage->cap = &version->caps[i];
        tell_cap(usage);
    }
    if (usage->writer == NULL && (version == NULL || version->cap_count == 0)) {
        printf("\nNo cap is in force on that day.\n");
    }
}

static enum cg_status tell_json(struct usage *usage, struct cg_error *err) {
    struct cg_printed_json json;
    char date[CG_DATE_TEXT_BYTES];
    cg_printed_json_begin(&json, OUTPUT_LIMIT_BYTES);
    usage->writer = &json.writer;
    cg_json_put_text(&json.writer, "member_id", usage->member_id.ptr, usage->member_id.len);
    cg_json_put_string(&json.writer, "date", cg_date_format(usage->day_no, date));
    cg_json_put_string(&json.writer, "policy", cg_policy_id(usage->policy));
    cg_json_open_array(&json.writer, "caps");
    tell_caps(usage);
    cg_json_close_array(&json.writer);
    usage->writer = NULL;
    return cg_printed_json_end(&json, CG_OK, err);
}

/* The gate's own history, so that usage and decisions can never disagree. */
static enum cg_status recall(struct usage *usage, const char *path, struct cg_error *err) {
    enum cg_status status = cg_ledger_open_reader(path, &usage->ledger, err);
    if (status == CG_OK) {
        status = cg_ledger_load_policy(usage->ledger, 0, &usage->policy, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_recall_for(usage->ledger, usage->policy, 0, err);
    }
    if (status != CG_OK) {
        return status;
    }
    usage->history = cg_history_new(cg_ledger_recall, usage->ledger);
    return usage->history == NULL ? cg_error_set(err, CG_INTERNAL, "out of memory")
                                  : cg_history_meet(usage->history, usage->member_id, err);
}

static enum cg_status run(const struct cg_invocation *call, int *exit_code, struct cg_error *err) {
    const struct options *options = call->options;
    struct usage usage = {.day_no = options->date == CG_DAY_NONE ? cg_date_today() : options->date};
    struct cg_id_argument member;
    char date[CG_DATE_TEXT_BYTES];
    *exit_code = 0;
    if (options->ledger == NULL) {
        return cg_error_set(err, CG_USAGE, "--ledger FILE is missing");
    }
    enum cg_status status = cg_id_argument_read(call->args[0], "MEMBER", &member, err);
    if (status == CG_OK) {
        usage.member_id = member.id;
        status = recall(&usage, options->ledger, err);
    }
    if (status == CG_OK && options->json) {
        status = tell_json(&usage, err);
    } else if (status == CG_OK) {
        printf("Member %.*s on %s, policy %s\n", (int)usage.member_id.len, usage.member_id.ptr,
               cg_date_format(usage.day_no, date), cg_policy_id(usage.policy));
        tell_caps(&usage);
    }
    cg_history_free(usage.history);
    cg_policy_free(usage.policy);
    cg_ledger_close(usage.ledger);
    return status;
}

const struct cg_command cg_command_usage = {
    .name = "usage",
    .arguments = "MEMBER --ledger FILE [--date DATE]",
    .summary = "units a member has used and has left",
    .detail =
        "For each cap the period that holds the date, units used and left, and the accepted\n"
        "lines that used them. Under the newest policy text of the ledger. MEMBER - reads it\n"
        "from standard input.\n",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
