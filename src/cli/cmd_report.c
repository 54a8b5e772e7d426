#include "commands.h"
#include "printed_page.h"

#include "claimgate/io/files.h"
#include "claimgate/report/report_html.h"

#include <stddef.h>

enum { REPORT_MAX_BYTES = 1 << 20 }; /* as much as a document may have */

struct options {
    const char *ledger;
};

static const struct cg_option option_table[] = {
    CG_TAKES_LEDGER(ledger, "also the last 90 runs"),
    CG_TAKES_NO_MORE,
};

static enum cg_status print(const struct cg_json_doc *report, const char *ledger_path,
                            struct cg_error *err) {
    struct cg_ledger *ledger = NULL;
    struct cg_page page;
    if (ledger_path != NULL && cg_ledger_open_reader(ledger_path, &ledger, err) != CG_OK) {
        return err->status;
    }
    cg_page_open(&page, CG_PAGE_TEXT);
    const enum cg_status status =
        cg_page_print(&page, cg_report_put_html(&page, report, ledger, err), err);
    cg_ledger_close(ledger);
    return status;
}

static enum cg_status read_report(const char *path, const struct cg_buffer *text,
                                  const char *ledger_path, struct cg_error *err) {
    struct cg_json_doc *report;
    enum cg_status status = cg_json_load_own(path, text, "report.schema.json", &report, err);
    if (status == CG_OK) {
        status = print(report, ledger_path, err);
    }
    cg_json_free(report);
    return status;
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_buffer text;
    cg_buffer_init(&text, REPORT_MAX_BYTES);
    enum cg_status status = cg_file_read(call->args[0], &text, err);
    if (status == CG_OK) {
        status = read_report(call->args[0], &text, o->ledger, err);
    }
    cg_buffer_fini(&text);
    return status;
}

const struct cg_command cg_command_report = {
    .name = "report",
    .arguments = "report.json [--ledger FILE] > report.html",
    .summary = "a run's report as a page for a browser",
    .detail = "One file on standard output, without scripts and requests: accepted and rejected,\n"
              "reasons, units by day of service, use of caps, remarks, station times, and with a\n"
              "ledger its last runs. No member, claim or provider is named.\n",
    .options = {option_table, NULL, sizeof(struct options)},
    .args = {1, 1},
    .run = run,
};
