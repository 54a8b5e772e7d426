#include "commands.h"
#include "printed_page.h"

#include "claimgate/ledger/ledger.h"
#include "claimgate/report/care_pages.h"

#include <stddef.h>
#include <stdint.h>

struct options {
    struct cg_ledger_plan plan;
    struct cg_ledger_recovery recovery;
};

static const struct cg_option option_table[] = {
    CG_NEEDS_LEDGER(plan.path),
    CG_TAKES_LOCK_WAIT(plan.lock_wait_seconds, CG_LOCK_WAIT_HELP),
    CG_TAKES_PATH("to", "DIR", recovery.to,
                  "publish there what was cut off, on the same file system"),
    CG_TAKES_FLAG("discard", recovery.discard, "give up what was cut off: take its run back"),
    CG_TAKES_NO_MORE,
};

static enum cg_status run_recover(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    struct cg_page page;
    uint32_t recovered = 0;
    if (options->recovery.to != NULL && options->recovery.discard) {
        return cg_error_set(err, CG_USAGE, "give --to DIR or --discard, not both");
    }
    if (cg_ledger_recover(&options->plan, &options->recovery, &recovered, err) != CG_OK) {
        return err->status;
    }
    cg_page_open(&page, CG_PAGE_TEXT);
    cg_page_recover(&page, recovered);
    return cg_page_print(&page, CG_OK, err);
}

const struct cg_command cg_command_ledger_recover = {
    .name = "ledger recover",
    .arguments = "--ledger FILE [--to DIR | --discard]",
    .summary = "finish or undo a run that was cut off",
    .detail = "Every run does this by itself first. By hand it is needed only where the outputs\n"
              "cannot come to the folder they were meant for.\n",
    .options = {option_table, NULL, sizeof(struct options)},
    .run = run_recover,
};
