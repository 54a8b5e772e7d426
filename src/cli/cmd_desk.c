/*
 * Questions of the desk: provider, members, roster expiring, policy diff.
 */
#include "commands.h"
#include "load.h"
#include "printed_page.h"

#include "claimgate/base/date.h"
#include "claimgate/base/log.h"
#include "claimgate/record/field.h"
#include "claimgate/report/desk_pages.h"

#include <stddef.h>

struct options {
    const char *ledger;
    const char *roster;
    const char *policy;
    int64_t within_days;
    int32_t day_no;
    const char *cap;
    int64_t near;
    int64_t limit;
    bool json;
    bool csv;
};

static const struct options defaults = {
    .policy = "ms", .within_days = 60, .day_no = CG_DAY_NONE, .limit = 100};

static const struct cg_option provider_table[] = {
    CG_TAKES_ROSTER(roster),
    CG_TAKES_LEDGER(ledger, "also what was decided of the provider's lines"),
    CG_TAKES_POLICY(policy, "read the files that this policy demands (ms)"),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_CSV(csv),
    CG_TAKES_NO_MORE,
};

static const struct cg_option expiring_table[] = {
    CG_TAKES_INTEGER("within", "DAYS", within_days, 0, 3660, "the last day counts too (60)"),
    CG_TAKES_DATE("date", "DATE", day_no, "days from this one (today)"),
    CG_TAKES_LEDGER(ledger, "also what they rendered lately"),
    CG_TAKES_POLICY(policy, "read the files that this policy demands (ms)"),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_CSV(csv),
    CG_TAKES_NO_MORE,
};

static const struct cg_option members_table[] = {
    CG_TAKES_INTEGER("near", "N", near, 1, UINT32_MAX - 1,
                     "with N units or more (90 % of the cap)"),
    CG_TAKES_TEXT("cap", "ID", cap, "of this cap (the policy's last)"),
    CG_TAKES_DATE("date", "DATE", day_no, "in the period that holds this date (today)"),
    CG_TAKES_INTEGER("limit", "N", limit, 0, INT32_MAX, "so many members; 0: all (100)"),
    CG_NEEDS_LEDGER(ledger),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_CSV(csv),
    CG_TAKES_NO_MORE,
};

static const struct cg_option diff_table[] = {
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_CSV(csv),
    CG_TAKES_NO_MORE,
};

typedef enum cg_status (*desk_page_fn)(struct cg_page *page, struct cg_desk_question *question,
                                       struct cg_error *err);

static enum cg_status print(const struct options *o, desk_page_fn fn,
                            struct cg_desk_question *question, struct cg_error *err) {
    struct cg_page page;
    cg_page_open(&page, o->json ? CG_PAGE_JSON : CG_PAGE_TEXT);
    return cg_page_print(&page, fn(&page, question, err), err);
}

/* With the roster, and the ledger where there is one. */
static enum cg_status ask(const struct options *o, const char *roster_dir, desk_page_fn fn,
                          struct cg_desk_question *question, struct cg_error *err) {
    struct cg_policy *policy = NULL;
    struct cg_roster *roster = NULL;
    enum cg_status status = cg_load_policy_and_roster(o->policy, roster_dir, &policy, &roster, err);
    if (status == CG_OK && o->ledger != NULL) {
        status = cg_ledger_open_reader(o->ledger, &question->ledger, err);
    }
    if (status == CG_OK) {
        question->policy = policy;
        question->roster = roster;
        question->is_csv = o->csv;
        question->day_no = o->day_no != CG_DAY_NONE ? o->day_no : cg_date_today();
        status = print(o, fn, question, err);
    }
    cg_ledger_close(question->ledger);
    cg_roster_free(roster);
    cg_policy_free(policy);
    return status;
}

static enum cg_status provider(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_desk_question question = {.npi = cg_field_npi(cg_text_of(call->args[0]))};
    if (question.npi == 0) {
        return cg_error_set(err, CG_USAGE,
                            "\"%s\" is no NPI: ten digits, the last one a check "
                            "digit",
                            call->args[0]);
    }
    const enum cg_status status = ask(o, o->roster, cg_page_provider, &question, err);
    if (status == CG_OK && question.is_unknown) {
        cg_log_warning("%s seen this provider", o->ledger != NULL
                                                    ? "neither the roster nor the ledger has ever"
                                                    : "the roster has never");
        *call->exit_code = 1;
    }
    return status;
}

static enum cg_status expiring(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_desk_question question = {.within_days = (int32_t)o->within_days};
    return ask(o, call->args[0], cg_page_expiring, &question, err);
}

static enum cg_status members(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_desk_question question = {
        .is_csv = o->csv,
        .day_no = o->day_no != CG_DAY_NONE ? o->day_no : cg_date_today(),
        .cap_id = o->cap,
        .at_least = (uint32_t)o->near,
        .limit = (uint32_t)o->limit,
    };
    enum cg_status status = cg_ledger_open_reader(o->ledger, &question.ledger, err);
    if (status == CG_OK) {
        status = print(o, cg_page_members, &question, err);
    }
    cg_ledger_close(question.ledger);
    return status;
}

static enum cg_status diff_pages(const struct cg_invocation *call, struct cg_policy *policies[2],
                                 struct cg_error *err) {
    const struct options *o = call->options;
    const char *const names[2] = {call->args[0], call->args[1]};
    struct cg_page page;
    for (int i = 0; i < 2; i++) {
        if (cg_load_policy(names[i], &policies[i], err) != CG_OK) {
            return err->status;
        }
    }
    cg_page_open(&page, o->json ? CG_PAGE_JSON : CG_PAGE_TEXT);
    cg_page_policy_diff(&page, o->csv, policies[0], policies[1], names);
    return cg_page_print(&page, CG_OK, err);
}

static enum cg_status diff(const struct cg_invocation *call, struct cg_error *err) {
    struct cg_policy *policies[2] = {NULL, NULL};
    const enum cg_status status = diff_pages(call, policies, err);
    cg_policy_free(policies[0]);
    cg_policy_free(policies[1]);
    return status;
}

const struct cg_command cg_command_provider = {
    .name = "provider",
    .arguments = "NPI --roster DIR [--ledger FILE]",
    .summary = "a rendering provider: credentials, other rows, what was decided",
    .detail =
        "Every row of the roster with the days it holds, and with a ledger the lines and "
        "units\naccepted and rejected, by month of service and reason; voids, which use none, "
        "are left\nout. Exit 1: nobody knows the NPI.\n",
    .options = {provider_table, &defaults, sizeof defaults},
    .args = {1, 1},
    .run = provider,
};

const struct cg_command cg_command_members = {
    .name = "members",
    .arguments = "[--near N] [--cap ID] [--date DATE] --ledger FILE",
    .summary = "members who have used most of a cap, most first",
    .detail =
        "Under the newest policy text of the ledger. Found by what each run keeps: half of the\n"
        "cap or more, of months, years and lifetimes. For fewer units, and for caps of days and\n"
        "rolling months, every member is looked at, which takes longer and is said.\n",
    .options = {members_table, &defaults, sizeof defaults},
    .run = members,
};

const struct cg_command cg_command_roster_expiring = {
    .name = "roster expiring",
    .arguments = "DIR [--within DAYS] [--ledger FILE]",
    .summary = "providers who may render now and soon cannot",
    .detail =
        "Those whose credentials let them render on one of DAYS and not on the day after, be it\n"
        "that a span ends, a block begins or the policy names the type no longer; the first to\n"
        "end first, with what is so then, and the day from which they may again (a gap). With a\n"
        "ledger also the lines and units that they rendered in months of the last 90 days.\n",
    .options = {expiring_table, &defaults, sizeof defaults},
    .args = {1, 1},
    .run = expiring,
};

const struct cg_command cg_command_policy_diff = {
    .name = "policy diff",
    .arguments = "ID|FILE ID|FILE",
    .summary = "the figures in which two policies differ, by effective date",
    .options = {diff_table, &defaults, sizeof defaults},
    .args = {2, 2},
    .run = diff,
};
