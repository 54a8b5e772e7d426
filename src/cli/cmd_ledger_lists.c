/*
 * Lists of claims that a payer tells a ledger afterwards: its own numbers for them (alias), and
 * those it denied (release).
 */
#include "commands.h"
#include "load.h"
#include "printed_page.h"

#include "claimgate/base/date.h"
#include "claimgate/run/claim_list.h"

struct options {
    struct cg_claim_list list;
};

static const struct options defaults = {.list = {.as_of_day = CG_DAY_NONE}};

static const struct cg_option option_table[] = {
    CG_NEEDS_LEDGER(list.ledger),
    CG_TAKES_AS_OF(list.as_of_day, "recorded (today)"),
    CG_TAKES_LOCK_WAIT(list.lock_wait_seconds, CG_LOCK_WAIT_HELP),
    CG_TAKES_NO_MORE,
};

static enum cg_status alias(const struct cg_claim_list *list, struct cg_page *page,
                            struct cg_problems *problems, struct cg_error *err) {
    struct cg_alias_facts facts;
    const enum cg_status status = cg_alias_run(list, &facts, problems, err);
    cg_page_alias(page, &facts);
    return status;
}

static enum cg_status release(const struct cg_claim_list *list, struct cg_page *page,
                              struct cg_problems *problems, struct cg_error *err) {
    struct cg_release_facts facts;
    const enum cg_status status = cg_release_run(list, &facts, problems, err);
    cg_page_release(page, &facts);
    return status;
}

static enum cg_status take_list(const struct cg_invocation *call,
                                enum cg_status (*take)(const struct cg_claim_list *,
                                                       struct cg_page *, struct cg_problems *,
                                                       struct cg_error *),
                                struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_claim_list list = o->list;
    struct cg_problems problems;
    struct cg_page page;
    list.file = call->args[0];
    list.as_of_day = list.as_of_day == CG_DAY_NONE ? cg_date_today() : list.as_of_day;
    cg_problems_init(&problems);
    cg_page_open(&page, CG_PAGE_TEXT);
    const enum cg_status status = take(&list, &page, &problems, err);
    cg_load_print_problems(&problems, err);
    cg_problems_fini(&problems);
    return cg_page_print(&page, status, err);
}

static enum cg_status run_alias(const struct cg_invocation *call, struct cg_error *err) {
    return take_list(call, alias, err);
}

static enum cg_status run_release(const struct cg_invocation *call, struct cg_error *err) {
    return take_list(call, release, err);
}

const struct cg_command cg_command_ledger_alias = {
    .name = "ledger alias",
    .arguments = "FILE --ledger FILE",
    .summary = "take in the numbers that a payer gave to claims",
    .detail =
        "FILE has the columns claim_id and payer_claim_id and may have member_id. A void or a\n"
        "replacement that names such a number takes back the claim that has it.\n"
        "An X12 835 is taken too: of each claim in it CLP01 and CLP07.\n",
    .options = {option_table, &defaults, sizeof defaults},
    .args = {1, 1},
    .run = run_alias,
};

const struct cg_command cg_command_ledger_release = {
    .name = "ledger release",
    .arguments = "FILE --ledger FILE",
    .summary = "free accepted lines that were denied later",
    .detail = "FILE has the column claim_id and may have claim_line_number (blank: every line of\n"
              "the claim) and member_id. The units are free from then on. A column of lines under\n"
              "another name is refused, for without it every line of the claim would be freed.\n"
              "An X12 835 is taken too: of it the claims that were denied (CLP02 is 4).\n",
    .options = {option_table, &defaults, sizeof defaults},
    .args = {1, 1},
    .run = run_release,
};
