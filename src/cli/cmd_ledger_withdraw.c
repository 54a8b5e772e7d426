#include "commands.h"
#include "id_argument.h"
#include "printed_page.h"

#include "claimgate/ledger/ledger.h"
#include "claimgate/report/care_pages.h"

#include <stddef.h>
#include <stdint.h>

struct options {
    struct cg_ledger_plan plan;
};

static const struct cg_option option_table[] = {
    CG_NEEDS_LEDGER(plan.path),
    CG_TAKES_LOCK_WAIT(plan.lock_wait_seconds, CG_LOCK_WAIT_HELP),
    CG_TAKES_NO_MORE,
};

static enum cg_status run_withdraw(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    struct cg_ledger *ledger = NULL;
    struct cg_page page;
    int64_t run_no = 0;
    if (cg_run_argument_read(call->args[0], &run_no, err) != CG_OK ||
        cg_ledger_open_existing(&options->plan, &ledger, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = cg_ledger_withdraw(ledger, run_no, err);
    cg_ledger_close(ledger);
    if (status != CG_OK) {
        return status;
    }
    cg_page_open(&page, CG_PAGE_TEXT);
    cg_page_withdraw(&page, run_no);
    return cg_page_print(&page, CG_OK, err);
}

const struct cg_command cg_command_ledger_withdraw = {
    .name = "ledger withdraw",
    .arguments = "RUN --ledger FILE",
    .summary = "take the newest run back, to take its files in again",
    .detail = "After a wrong roster or policy. The run and its lines stay in the ledger, marked;\n"
              "decisions are made as if it had never been.\n",
    .options = {option_table, NULL, sizeof(struct options)},
    .args = {1, 1},
    .run = run_withdraw,
};
