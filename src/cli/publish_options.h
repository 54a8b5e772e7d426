/*
 * Options of commands that publish what a run has decided: where to, what must hold before, and
 * what is told.
 */
#ifndef CLAIMGATE_CLI_PUBLISH_OPTIONS_H
#define CLAIMGATE_CLI_PUBLISH_OPTIONS_H

#include "options.h"

#include "claimgate/report/page.h"
#include "claimgate/report/run_facts.h"
#include "claimgate/run/checks.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A part of the command's own struct. */
struct cg_publish_options {
    const char *out;
    const char *group;
    const char *guard;
    const char *metrics;
    int64_t max_reject_rate_milli;
    int64_t expect_records;
    int64_t expect_units;
    bool overwrite;
    bool read_back;
    bool html;
    bool fail_on_reject;
    bool quiet;
    bool json;
};

#define CG_PUBLISH_DEFAULT                                                                         \
    { .guard = "warn", .max_reject_rate_milli = -1, .expect_records = -1, .expect_units = -1 }

#define CG_TAKES_PUBLISH(member)                                                                   \
    CG_TAKES_OUT_DIR(member.out), CG_TAKES_OVERWRITE(member.overwrite),                            \
        CG_TAKES_FLAG("read-back", member.read_back, "read the outputs again before publishing"),  \
        CG_TAKES_FLAG("html", member.html, "report.html in the folder as well"),                   \
        CG_TAKES_GROUP(member.group),                                                              \
        CG_TAKES_FLAG("fail-on-reject", member.fail_on_reject, "exit 1 if a line is rejected"),    \
        CG_TAKES_PERCENT("max-reject-rate", "PCT", member.max_reject_rate_milli,                   \
                         "over it: exit 1, nothing published"),                                    \
        CG_TAKES_INTEGER("expect-records", "N", member.expect_records, 0, INT64_MAX,               \
                         "another number of records: exit 65, nothing published"),                 \
        CG_TAKES_INTEGER("expect-units", "N", member.expect_units, 0, INT64_MAX,                   \
                         "the same of submitted units in scope"),                                  \
        CG_TAKES_TEXT("guard", "warn|off|stop", member.guard,                                      \
                      "what to do where a run differs much from those the ledger has (warn)"),     \
        CG_TAKES_PATH("metrics", "FILE", member.metrics,                                           \
                      "counts and exit code for Prometheus, on every exit"),                       \
        CG_TAKES_QUIET(member.quiet),                                                              \
        CG_TAKES_JSON(member.json, "print the report instead of a summary")

/* What must hold. CG_USAGE with the mend; a limit that was hardly meant so is warned of. */
cg_must_use enum cg_status cg_publish_checks(const struct cg_publish_options *options,
                                             struct cg_run_checks *out, struct cg_error *err);

/* What a run reads and writes. */
enum { CG_SPARED_RULES = 3, CG_SPARED_OUTPUTS = 6 };
struct cg_spared {
    const char *folder; /* that --overwrite deletes; NULL: none */
    const char *const *inputs;
    size_t input_count;
    const char *rules[CG_SPARED_RULES];     /* by name or path, or NULL */
    const char *outputs[CG_SPARED_OUTPUTS]; /* NULL: none */
};
/* No output takes the place of what is read, and nothing that is read or written goes with the
 * folder: CG_USAGE with the mend. */
cg_must_use enum cg_status cg_publish_spare(const struct cg_spared *spared, struct cg_error *err);

/* The result: which options a variable of the environment has given, and what the run did. Nothing
 * where it is not wanted, or notes have named the runs that have these inputs. */
cg_must_use enum cg_status cg_publish_print(const struct cg_publish_options *options,
                                            const struct cg_invocation *call,
                                            const struct cg_run_facts *facts, FILE *to,
                                            struct cg_error *err);

/* Tells what there is to tell of the run beside its result. Returns the exit code: 0 or 1. */
int cg_publish_note(const struct cg_publish_options *options, const char *policy,
                    const struct cg_run_facts *facts);

#endif
