#include "commands.h"
#include "load.h"
#include "printed_page.h"

#include "claimgate/base/date.h"
#include "claimgate/run/alias.h"

#include <stddef.h>

struct options {
    const char *ledger;
    int64_t lock_wait;
    int32_t as_of_day;
};

static const struct options defaults = {.as_of_day = CG_DAY_NONE};

static const struct cg_option option_table[] = {
    CG_TAKES_LEDGER(ledger, CG_LEDGER_HELP),
    CG_TAKES_AS_OF(as_of_day, "recorded (today)"),
    CG_TAKES_LOCK_WAIT(lock_wait, CG_LOCK_WAIT_HELP),
    CG_TAKES_NO_MORE,
};

static enum cg_status run_alias(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    const struct cg_alias_plan plan = {
        .file = call->args[0],
        .ledger = options->ledger,
        .lock_wait_seconds = (int)options->lock_wait,
        .as_of_day = options->as_of_day == CG_DAY_NONE ? cg_date_today() : options->as_of_day,
    };
    struct cg_alias_facts facts = {0};
    struct cg_problems problems;
    struct cg_page page;
    if (options->ledger == NULL) {
        return cg_error_set(err, CG_USAGE, "--ledger FILE is missing");
    }
    cg_problems_init(&problems);
    enum cg_status status = cg_alias_run(&plan, &facts, &problems, err);
    cg_load_print_problems(&problems, err);
    if (status == CG_OK) {
        cg_page_open(&page, CG_PAGE_TEXT);
        cg_page_alias(&page, &facts);
        status = cg_page_print(&page, CG_OK, err);
    }
    cg_problems_fini(&problems);
    return status;
}

const struct cg_command cg_command_ledger_alias = {
    .name = "ledger alias",
    .arguments = "FILE --ledger FILE",
    .summary = "take in the numbers that a payer gave to claims",
    .detail =
        "FILE has the columns claim_id and payer_claim_id and may have member_id. A void or a\n"
        "replacement that names such a number takes back the claim that has it.\n"
        "An X12 835 is taken too: of each claim in it CLP01 and CLP07.\n",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .min_args = 1,
    .max_args = 1,
    .run = run_alias,
};
