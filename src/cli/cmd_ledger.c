/*
 * The ledger's own commands that read: runs, show, verify, export.
 */
#include "commands.h"
#include "id_argument.h"
#include "printed_page.h"

#include "claimgate/base/hash.h"
#include "claimgate/io/files.h"
#include "claimgate/ledger/ledger_query.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct options {
    const char *ledger;
    const char *table;
    const char *snapshot;
    const char *group;
    const char *expect;
    int64_t last;
    bool overwrite;
    bool oneline;
    bool csv;
    bool json;
};

static const struct cg_option option_table[] = {
    CG_NEEDS_LEDGER(ledger),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_NO_MORE,
};

static const struct cg_option runs_table[] = {
    CG_NEEDS_LEDGER(ledger),
    CG_TAKES_INTEGER("last", "N", last, 1, INT64_MAX, "the newest N runs (all)"),
    CG_TAKES_FLAG("oneline", oneline, "one line a run, without folder and hash"),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_CSV(csv),
    CG_TAKES_NO_MORE,
};

static const struct cg_option verify_table[] = {
    CG_NEEDS_LEDGER(ledger),
    CG_TAKES_TEXT("expect", "HASH", expect, "exit 1 where the newest run has another hash"),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_NO_MORE,
};

static const struct cg_option export_table[] = {
    CG_NEEDS_LEDGER(ledger),
    CG_TAKES_PATH("table", "TABLE", table, "a table or view as CSV on standard output"),
    CG_TAKES_PATH("snapshot", "FILE", snapshot, "a copy of the whole ledger as one new file"),
    CG_TAKES_PATH("group", "NAME", group, "let this group read the copy"),
    CG_TAKES_FLAG("overwrite", overwrite, "put the copy in place of an earlier one"),
    CG_TAKES_NO_MORE,
};

static enum cg_status run_runs(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    struct cg_ledger_question question = {
        .last = (uint64_t)options->last, .is_oneline = options->oneline, .is_csv = options->csv};
    return cg_ledger_page_print(options->ledger, options->json, cg_page_runs, &question, err);
}

static enum cg_status run_show(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    struct cg_ledger_question question = {0};
    return cg_run_argument_read(call->args[0], &question.run_no, err) == CG_OK
               ? cg_ledger_page_print(options->ledger, options->json, cg_page_run, &question, err)
               : err->status;
}

static enum cg_status run_verify(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    struct cg_ledger_question question = {.expect = options->expect};
    if (options->expect != NULL &&
        (strlen(options->expect) != CG_SHA256_HEX_BYTES - 1 ||
         strspn(options->expect, "0123456789abcdefABCDEF") != CG_SHA256_HEX_BYTES - 1)) {
        return cg_error_set(err, CG_USAGE,
                            "--expect takes the 64 hex digits that `ledger verify` or `ledger "
                            "runs` has printed");
    }
    enum cg_status status =
        cg_ledger_page_print(options->ledger, options->json, cg_page_verify, &question, err);
    if (status == CG_BAD_DATA && cg_ledger_was_made(options->ledger)) {
        struct cg_page page;
        cg_page_open(&page, options->json ? CG_PAGE_JSON : CG_PAGE_TEXT);
        cg_page_verify_not(&page, &question, err);
        status = cg_page_print(&page, CG_OK, err);
    }
    *call->exit_code = question.faults == 0 && !question.is_unexpected ? 0 : 1;
    return status;
}

static enum cg_status run_export(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    struct cg_ledger *ledger = NULL;
    if ((options->table == NULL) == (options->snapshot == NULL)) {
        return cg_error_set(err, CG_USAGE, "give one of --table TABLE and --snapshot FILE");
    }
    struct cg_ledger_copy copy = {
        .path = options->snapshot, .group = (gid_t)-1, .overwrite = options->overwrite};
    if (options->snapshot == NULL && (options->group != NULL || options->overwrite)) {
        return cg_error_set(err, CG_USAGE, "--group and --overwrite go with --snapshot");
    }
    if (options->group != NULL && cg_group_find(options->group, &copy.group, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_ledger_open_reader(options->ledger, &ledger, err);
    if (status != CG_OK) {
        return status;
    }
    status = options->table != NULL ? cg_ledger_export(ledger, options->table, stdout, err)
                                    : cg_ledger_snapshot(ledger, &copy, err);
    cg_ledger_close(ledger);
    return status;
}

const struct cg_command cg_command_ledger_runs = {
    .name = "ledger runs",
    .arguments = "--ledger FILE [--last N] [--oneline]",
    .summary = "the runs of a ledger, with counts and hashes",
    .options = {runs_table, NULL, sizeof(struct options)},
    .run = run_runs,
};

const struct cg_command cg_command_ledger_show = {
    .name = "ledger show",
    .arguments = "RUN --ledger FILE",
    .summary = "one run: inputs, outputs, roster, reasons",
    .options = {option_table, NULL, sizeof(struct options)},
    .args = {1, 1},
    .run = run_show,
};

const struct cg_command cg_command_ledger_verify = {
    .name = "ledger verify",
    .arguments = "--ledger FILE [--expect HASH]",
    .summary = "prove a ledger; exit 1 when it is not sound",
    .detail =
        "Runs SQLite's own check, compares the schema, walks the chain of runs, and makes what\n"
        "is kept of members, and the units used in every decision, anew from the lines. Says\n"
        "what is wrong in which run; exit 1 means altered or damaged, and nothing else. To\n"
        "show that nothing was taken away, keep number and hash of the newest run, which are\n"
        "printed, somewhere else and give the hash to --expect the next time.\n",
    .options = {verify_table, NULL, sizeof(struct options)},
    .run = run_verify,
};

const struct cg_command cg_command_ledger_export = {
    .name = "ledger export",
    .arguments = "--ledger FILE --table TABLE | --snapshot FILE",
    .summary = "a table as CSV, or a copy of the whole ledger",
    .detail = "The copy is one file without side files; give it to accounts that may not write.\n",
    .options = {export_table, NULL, sizeof(struct options)},
    .run = run_export,
};
