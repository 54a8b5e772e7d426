/*
 * The ledger's own commands that read: runs, show, verify, export.
 */
#include "claimgate/base/log.h"
#include "claimgate/ledger/ledger_query.h"
#include "commands.h"

#include "decision.h"
#include "printed_json.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *ledger;
    const char *table;
    const char *snapshot;
    bool json;
};

static const struct options defaults = {0};

static const struct cg_option option_table[] = {
    {"ledger", "FILE", CG_OPTION_PATH, offsetof(struct options, ledger), "the ledger", 0, 0},
    {"json", NULL, CG_OPTION_FLAG, offsetof(struct options, json), "print one JSON document", 0, 0},
    {NULL, NULL, CG_OPTION_FLAG, 0, NULL, 0, 0},
};

static const struct cg_option export_table[] = {
    {"ledger", "FILE", CG_OPTION_PATH, offsetof(struct options, ledger), "the ledger", 0, 0},
    {"table", "TABLE", CG_OPTION_PATH, offsetof(struct options, table),
     "a table or view as CSV on standard output", 0, 0},
    {"snapshot", "FILE", CG_OPTION_PATH, offsetof(struct options, snapshot),
     "a copy of the whole ledger as one new file", 0, 0},
    {NULL, NULL, CG_OPTION_FLAG, 0, NULL, 0, 0},
};

enum { OUTPUT_LIMIT_BYTES = 1 << 28 };

struct printing {
    struct cg_ledger *ledger;
    struct cg_json_writer *writer; /* NULL: for people */
    bool in_full;                  /* one run, with its rows in the small tables */
    uint64_t count;
    const char *table; /* the heading last printed */
};

static const char *state_text(const struct cg_ledger_run_facts *run, char out[48]) {
    switch (run->state) {
    case CG_RUN_STANDS:
        snprintf(out, 48, "stands");
        break;
    case CG_RUN_UNPUBLISHED:
        snprintf(out, 48, "not published");
        break;
    case CG_RUN_WITHDRAWN:
        snprintf(out, 48, "taken back by run %" PRId64, run->withdrawn_by);
        break;
    }
    return out;
}

static void put_run(struct cg_json_writer *writer, const struct cg_ledger_run_facts *run) {
    char as_of[CG_DATE_TEXT_BYTES];
    char state[48];
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"records", run->tally.records},
        {"accepted", run->tally.accepted},
        {"rejected", run->tally.rejected},
        {"malformed", run->tally.malformed},
        {"out_of_scope", run->tally.out_of_scope},
        {"exempt", run->tally.exempt},
        {"cutback", run->tally.cutback},
        {"taken_back", run->tally.taken_back},
        {"empty_lines", run->tally.empty_lines},
        {"units_submitted", run->tally.units_submitted},
        {"units_accepted", run->tally.units_accepted},
        {"units_rejected", run->tally.units_rejected},
        {"units_exempt", run->tally.units_exempt},
        {"units_taken_back", run->tally.units_taken_back},
    };
    cg_json_put_integer(writer, "run", run->run_no);
    cg_json_put_string(writer, "kind", run->kind);
    cg_json_put_string(writer, "state", state_text(run, state));
    cg_json_put_string(writer, "started_at", run->started_at);
    cg_json_put_string(writer, "claimgate", run->claimgate);
    cg_json_put_string(writer, "as_of", cg_date_format(run->as_of_day, as_of));
    cg_json_put_string(writer, "policy", run->policy_id);
    cg_json_put_string(writer, "policy_sha256", run->policy_sha256);
    cg_json_put_string(writer, "folder", run->folder);
    if (run->withdraws != 0) {
        cg_json_put_integer(writer, "withdraws", run->withdraws);
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        cg_json_put_integer(writer, counts[i].key, (int64_t)counts[i].value);
    }
    cg_json_put_string(writer, "previous_hash", run->previous_hash);
    cg_json_put_string(writer, "hash", run->hash);
}

static void print_run(const struct cg_ledger_run_facts *run) {
    char state[48];
    printf("Run %" PRId64 "  %s  %s  %s\n", run->run_no, run->started_at, run->kind,
           state_text(run, state));
    if (run->withdraws != 0) {
        printf("  takes back run %" PRId64 "\n", run->withdraws);
    } else {
        printf("  %" PRIu64 " %s: %" PRIu64 " accepted, %" PRIu64 " rejected; %" PRIu64
               " units accepted\n",
               run->tally.records, cg_plural(run->tally.records, "record", "records"),
               run->tally.accepted, run->tally.rejected, run->tally.units_accepted);
    }
    if (run->folder[0] != '\0') {
        printf("  outputs in %s\n", run->folder);
    }
    printf("  hash %s\n", run->hash);
}

static void print_more(const struct cg_ledger_run_facts *run) {
    char as_of[CG_DATE_TEXT_BYTES];
    printf("  after %s\n", run->previous_hash);
    printf("  as of %s, claimgate %s", cg_date_format(run->as_of_day, as_of), run->claimgate);
    if (run->policy_id[0] != '\0') {
        printf(", policy %s\n  policy text %s", run->policy_id, run->policy_sha256);
    }
    printf("\n  %" PRIu64 " malformed, %" PRIu64 " out of scope, %" PRIu64 " exempt, %" PRIu64
           " cut back,\n  %" PRIu64 " taken back, %" PRIu64 " blank lines\n",
           run->tally.malformed, run->tally.out_of_scope, run->tally.exempt, run->tally.cutback,
           run->tally.taken_back, run->tally.empty_lines);
    printf("  units: %" PRIu64 " submitted, %" PRIu64 " accepted, %" PRIu64 " rejected,\n  %" PRIu64
           " exempt, %" PRIu64 " taken back\n",
           run->tally.units_submitted, run->tally.units_accepted, run->tally.units_rejected,
           run->tally.units_exempt, run->tally.units_taken_back);
}

static enum cg_status tell_item(void *context, const struct cg_ledger_run_item *item,
                                struct cg_error *err) {
    struct printing *printing = context;
    const bool is_reason = strcmp(item->table, "run_reason") == 0;
    (void)err;
    if (printing->writer != NULL) {
        cg_json_open_object(printing->writer, NULL);
        cg_json_put_string(printing->writer, "table", item->table);
        cg_json_put_string(printing->writer, "name", item->name);
        cg_json_put_integer(printing->writer, is_reason ? "lines" : "rows", (int64_t)item->count);
        cg_json_put_integer(printing->writer, is_reason ? "units" : "bytes", (int64_t)item->bytes);
        cg_json_put_string(printing->writer, "sha256", item->sha256);
        cg_json_put_string(printing->writer, "content_sha256", item->content_sha256);
        cg_json_close_object(printing->writer);
        return CG_OK;
    }
    if (is_reason) {
        printf("  reason %s: %" PRIu64 " %s, %" PRIu64 " %s\n", item->name, item->count,
               cg_plural(item->count, "line", "lines"), item->bytes,
               cg_plural(item->bytes, "unit", "units"));
        return CG_OK;
    }
    printf("  %s %s: %" PRIu64 " %s\n    file    %s\n",
           strcmp(item->table, "roster_file") == 0 ? "roster" : item->table, item->name,
           item->count, cg_plural(item->count, "row", "rows"), item->sha256);
    if (item->content_sha256[0] != '\0') {
        printf("    content %s\n", item->content_sha256);
    }
    return CG_OK;
}

static enum cg_status tell_run(void *context, const struct cg_ledger_run_facts *run,
                               struct cg_error *err) {
    struct printing *printing = context;
    enum cg_status status = CG_OK;
    if (printing->writer != NULL) {
        cg_json_open_object(printing->writer, NULL);
        put_run(printing->writer, run);
    } else {
        printf("%s", printing->count == 0 ? "" : "\n");
        print_run(run);
    }
    printing->count++;
    if (printing->in_full) {
        if (printing->writer != NULL) {
            cg_json_open_array(printing->writer, "items");
        } else {
            print_more(run);
        }
        status = cg_ledger_visit_run_items(printing->ledger, run->run_no, tell_item, printing, err);
        if (printing->writer != NULL) {
            cg_json_close_array(printing->writer);
        }
    }
    if (printing->writer != NULL) {
        cg_json_close_object(printing->writer);
    }
    return status;
}

static enum cg_status open_for(const struct cg_invocation *call, struct cg_ledger **out,
                               struct cg_error *err) {
    const struct options *options = call->options;
    if (options->ledger == NULL) {
        return cg_error_set(err, CG_USAGE, "--ledger FILE is missing");
    }
    return cg_ledger_open_reader(options->ledger, out, err);
}

static enum cg_status print_runs(struct printing *printing, int64_t run_no, bool json,
                                 struct cg_error *err) {
    struct cg_printed_json printed;
    if (!json) {
        return cg_ledger_visit_runs(printing->ledger, run_no, tell_run, printing, err);
    }
    cg_printed_json_begin(&printed, OUTPUT_LIMIT_BYTES);
    printing->writer = &printed.writer;
    cg_json_open_array(&printed.writer, "runs");
    enum cg_status status = cg_ledger_visit_runs(printing->ledger, run_no, tell_run, printing, err);
    cg_json_close_array(&printed.writer);
    printing->writer = NULL;
    return cg_printed_json_end(&printed, status, err);
}

static enum cg_status run_runs(const struct cg_invocation *call, int *exit_code,
                               struct cg_error *err) {
    const struct options *options = call->options;
    struct printing printing = {0};
    *exit_code = 0;
    enum cg_status status = open_for(call, &printing.ledger, err);
    if (status == CG_OK) {
        status = print_runs(&printing, 0, options->json, err);
    }
    if (status == CG_OK && printing.count == 0 && !options->json) {
        printf("The ledger has no runs yet.\n");
    }
    cg_ledger_close(printing.ledger);
    return status;
}

static enum cg_status run_show(const struct cg_invocation *call, int *exit_code,
                               struct cg_error *err) {
    const struct options *options = call->options;
    struct printing printing = {.in_full = true};
    char *end;
    *exit_code = 0;
    const long long run_no = strtoll(call->args[0], &end, 10);
    if (end == call->args[0] || *end != '\0' || run_no <= 0) {
        return cg_error_set(err, CG_USAGE, "\"%s\" is no run; `claimgate ledger runs` lists them",
                            call->args[0]);
    }
    enum cg_status status = open_for(call, &printing.ledger, err);
    if (status == CG_OK) {
        status = print_runs(&printing, run_no, options->json, err);
    }
    cg_ledger_close(printing.ledger);
    return status;
}

static void tell_fault(void *context, const char *text) {
    struct printing *printing = context;
    if (printing->writer != NULL) {
        cg_json_put_string(printing->writer, NULL, text);
    } else {
        printf("%s\n", text);
    }
}

static enum cg_status verify(struct printing *printing, bool json, uint64_t *faults,
                             struct cg_error *err) {
    struct cg_printed_json printed;
    if (!json) {
        return cg_ledger_verify(printing->ledger, tell_fault, printing, faults, err);
    }
    cg_printed_json_begin(&printed, OUTPUT_LIMIT_BYTES);
    printing->writer = &printed.writer;
    cg_json_open_array(&printed.writer, "faults");
    enum cg_status status = cg_ledger_verify(printing->ledger, tell_fault, printing, faults, err);
    cg_json_close_array(&printed.writer);
    cg_json_put_boolean(&printed.writer, "sound", *faults == 0);
    printing->writer = NULL;
    return cg_printed_json_end(&printed, status, err);
}

static enum cg_status run_verify(const struct cg_invocation *call, int *exit_code,
                                 struct cg_error *err) {
    const struct options *options = call->options;
    struct printing printing = {0};
    uint64_t faults = 0;
    enum cg_status status = open_for(call, &printing.ledger, err);
    if (status == CG_OK) {
        status = verify(&printing, options->json, &faults, err);
    }
    if (status == CG_OK && !options->json) {
        printf(faults == 0 ? "The ledger is sound: database, chain of runs, lines, accumulators.\n"
                           : "%" PRIu64 " %s.\n",
               faults, cg_plural(faults, "fault", "faults"));
    }
    *exit_code = faults == 0 ? 0 : 1;
    cg_ledger_close(printing.ledger);
    return status;
}

static enum cg_status run_export(const struct cg_invocation *call, int *exit_code,
                                 struct cg_error *err) {
    const struct options *options = call->options;
    struct cg_ledger *ledger = NULL;
    *exit_code = 0;
    if ((options->table == NULL) == (options->snapshot == NULL)) {
        return cg_error_set(err, CG_USAGE, "give one of --table TABLE and --snapshot FILE");
    }
    enum cg_status status = open_for(call, &ledger, err);
    if (status == CG_OK) {
        status = options->table != NULL ? cg_ledger_export(ledger, options->table, stdout, err)
                                        : cg_ledger_snapshot(ledger, options->snapshot, err);
    }
    cg_ledger_close(ledger);
    return status;
}

const struct cg_command cg_command_ledger_runs = {
    .name = "ledger runs",
    .arguments = "--ledger FILE",
    .summary = "the runs of a ledger, with counts and hashes",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .run = run_runs,
};

const struct cg_command cg_command_ledger_show = {
    .name = "ledger show",
    .arguments = "RUN --ledger FILE",
    .summary = "one run: inputs, outputs, roster, reasons",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .min_args = 1,
    .max_args = 1,
    .run = run_show,
};

const struct cg_command cg_command_ledger_verify = {
    .name = "ledger verify",
    .arguments = "--ledger FILE",
    .summary = "prove a ledger; exit 1 when it is not sound",
    .detail = "Runs SQLite's own check, walks the chain of runs, and makes accumulators and their\n"
              "values in every decision anew from the lines. Says what is wrong in which run. To\n"
              "show that the newest run is still the newest, keep its hash somewhere else.\n",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .run = run_verify,
};

const struct cg_command cg_command_ledger_export = {
    .name = "ledger export",
    .arguments = "--ledger FILE --table TABLE | --snapshot FILE",
    .summary = "a table as CSV, or a copy of the whole ledger",
    .detail = "The copy is one file without side files; give it to accounts that may not write.\n",
    .options = export_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .run = run_export,
};
