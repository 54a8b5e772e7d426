#include "commands.h"
#include "load.h"
#include "printed_page.h"

#include "claimgate/base/date.h"
#include "claimgate/run/release.h"

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

static enum cg_status run_release(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    const struct cg_release_plan plan = {
        .file = call->args[0],
        .ledger = options->ledger,
        .lock_wait_seconds = (int)options->lock_wait,
        .as_of_day = options->as_of_day == CG_DAY_NONE ? cg_date_today() : options->as_of_day,
    };
    struct cg_release_facts facts = {0};
    struct cg_problems problems;
    struct cg_page page;
    if (options->ledger == NULL) {
        return cg_error_set(err, CG_USAGE, "--ledger FILE is missing");
    }
    cg_problems_init(&problems);
    enum cg_status status = cg_release_run(&plan, &facts, &problems, err);
    cg_load_print_problems(&problems, err);
    if (status == CG_OK) {
        cg_page_open(&page, CG_PAGE_TEXT);
        cg_page_release(&page, &facts);
        status = cg_page_print(&page, CG_OK, err);
    }
    cg_problems_fini(&problems);
    return status;
}

const struct cg_command cg_command_ledger_release = {
    .name = "ledger release",
    .arguments = "FILE --ledger FILE",
    .summary = "free accepted lines that were denied later",
    .detail = "FILE has the column claim_id and may have claim_line_number (blank: every line of\n"
              "the claim) and member_id. The units are free from then on.\n"
              "An X12 835 is taken too: of it the claims that were denied (CLP02 is 4).\n",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .min_args = 1,
    .max_args = 1,
    .run = run_release,
};
