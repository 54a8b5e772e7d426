/*
 * Questions to a ledger about one member, one claim, and lines that would fit now.
 */
#include "commands.h"
#include "id_argument.h"
#include "load.h"
#include "printed_page.h"

#include "claimgate/base/date.h"
#include "claimgate/base/log.h"
#include "claimgate/record/line.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *ledger;
    const char *line;
    const char *roster;
    const char *policy;
    int32_t date;
    const char *plan;
    int32_t from;
    bool csv;
    bool json;
};

static const struct options defaults = {.policy = "ms", .date = CG_DAY_NONE, .from = CG_DAY_NONE};

static const struct cg_option explain_options[] = {
    CG_NEEDS_LEDGER(ledger),
    CG_TAKES_TEXT("line", "LINE", line, "one line of the claim, by its number or id"),
    CG_TAKES_ROSTER(roster),
    CG_TAKES_POLICY(policy, "read the roster as this policy does (ms)"),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_NO_MORE,
};

static const struct cg_option usage_options[] = {
    CG_NEEDS_LEDGER(ledger),
    CG_TAKES_DATE("date", "DATE", date, "the periods that hold this date (--from, else today)"),
    CG_TAKES_TEXT("plan", "N/week|N/day", plan, "the day on which each cap would be reached"),
    CG_TAKES_DATE("from", "DATE", from, "the plan's first day (that of --date)"),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_CSV(csv),
    CG_TAKES_NO_MORE,
};

static const struct cg_option reconsider_options[] = {
    CG_NEEDS_LEDGER(ledger),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_NO_MORE,
};

/* "5/week", "2/day". */
static enum cg_status read_plan(const struct options *o, int32_t today, struct cg_plan *out,
                                struct cg_error *err) {
    char *end = NULL;
    *out = (struct cg_plan){.from_day = o->from != CG_DAY_NONE ? o->from : today};
    if (o->plan == NULL) {
        return o->from == CG_DAY_NONE ? CG_OK
                                      : cg_error_set(err, CG_USAGE, "--from goes with --plan");
    }
    const unsigned long units = strtoul(o->plan, &end, 10);
    out->is_weekly = strcmp(end, "/week") == 0;
    if (o->plan[0] < '0' || o->plan[0] > '9' || units < 1 || units > CG_UNITS_MAX ||
        (!out->is_weekly && strcmp(end, "/day") != 0)) {
        return cg_error_set(err, CG_USAGE, "--plan takes N/week or N/day, N from 1 to %d",
                            CG_UNITS_MAX);
    }
    out->units = (uint32_t)units;
    return CG_OK;
}

/* `what` names the one argument. */
static enum cg_status ask(const struct cg_invocation *call, const char *what,
                          const struct cg_roster *roster, cg_ledger_page_fn page,
                          struct cg_error *err) {
    const struct options *options = call->options;
    struct cg_id_argument argument = {0};
    const enum cg_status status = cg_id_argument_read(call->args[0], what, &argument, err);
    struct cg_ledger_question question = {
        .id = argument.id,
        .roster = roster,
        .is_csv = options->csv,
        .line = cg_text_of(options->line != NULL ? options->line : ""),
        .day_no = options->date != CG_DAY_NONE   ? options->date
                  : options->from != CG_DAY_NONE ? options->from
                                                 : cg_date_today(),
    };
    if (status != CG_OK || read_plan(options, question.day_no, &question.plan, err) != CG_OK ||
        cg_ledger_page_print(options->ledger, options->json, page, &question, err) != CG_OK) {
        return err->status;
    }
    if (question.is_unknown) {
        cg_log_warning("the ledger has never seen this %s; is the id written as in the claims?",
                       strcmp(what, "MEMBER") == 0 ? "member" : "claim");
        *call->exit_code = 1;
    }
    return CG_OK;
}

/* With the credential rows that decided, where a roster is given. */
static enum cg_status explain(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_policy *policy = NULL;
    struct cg_roster *roster = NULL;
    const bool asks_roster = o->roster != NULL;
    enum cg_status status =
        asks_roster ? cg_load_policy_and_roster(o->policy, o->roster, &policy, &roster, err)
                    : CG_OK;
    if (status == CG_OK) {
        status = ask(call, "CLAIM_ID", roster, cg_page_explain, err);
    }
    cg_roster_free(roster);
    cg_policy_free(policy);
    return status;
}

static enum cg_status usage(const struct cg_invocation *call, struct cg_error *err) {
    return ask(call, "MEMBER", NULL, cg_page_usage, err);
}

static enum cg_status reconsider(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    return cg_ledger_page_print(options->ledger, options->json, cg_page_reconsider, NULL, err);
}

const struct cg_command cg_command_explain = {
    .name = "explain",
    .arguments = "CLAIM_ID --ledger FILE [--line LINE]",
    .summary = "every decision ever made on a claim",
    .detail =
        "In order: run, file and line, decision, reasons with their codes, the units used in\n"
        "each cap at that moment, the accepted lines that had used up the cap, and what took\n"
        "the line back; with --roster also the credential that decided, and when it ends, as\n"
        "the roster is now. CLAIM_ID - reads one from standard input. Exit 1: the ledger\n"
        "has never seen the claim.\n",
    .options = {explain_options, &defaults, sizeof defaults},
    .args = {1, 1},
    .run = explain,
};

const struct cg_command cg_command_usage = {
    .name = "usage",
    .arguments = "MEMBER --ledger FILE [--date DATE]",
    .summary = "units a member has used and has left",
    .detail =
        "For each cap the period that holds the date, units used and left, and the accepted\n"
        "lines that used them. Under the newest policy text of the ledger. MEMBER - reads one\n"
        "from standard input. Exit 1: the ledger has never seen the member.\n",
    .options = {usage_options, &defaults, sizeof defaults},
    .args = {1, 1},
    .run = usage,
};

const struct cg_command cg_command_reconsider = {
    .name = "reconsider",
    .arguments = "--ledger FILE",
    .summary = "lines over a cap that would fit now",
    .detail = "Looks at members from whom lines were taken back, under the newest policy text of\n"
              "the ledger. A list for a person; nothing is decided or changed.\n",
    .options = {reconsider_options, &defaults, sizeof defaults},
    .run = reconsider,
};
