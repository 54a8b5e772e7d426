/*
 * Options of `part plan` and `part run`: those of `validate` that every step of a run must share.
 */
#ifndef CLAIMGATE_CLI_PART_OPTIONS_H
#define CLAIMGATE_CLI_PART_OPTIONS_H

#include "metrics_file.h"
#include "options.h"
#include "publish_options.h"
#include "x12_options.h"

#include "claimgate/base/date.h"
#include "claimgate/base/log.h"
#include "claimgate/io/deflate.h"
#include "claimgate/part/part.h"
#include "claimgate/run/belt.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* A part of the command's own struct. */
struct cg_part_arguments {
    struct cg_part_options of_run; /* as far as they are taken over as they are */
    struct cg_x12_arguments x12;
};

/* How the parts' work is published. */
struct cg_part_merge_arguments {
    struct cg_publish_options publish;
    bool one_file;
};

#define CG_PART_MERGE_DEFAULT                                                                      \
    { .publish = CG_PUBLISH_DEFAULT }

#define CG_TAKES_LEDGER_SET(member)                                                                \
    CG_TAKES_PATH_OR("CLAIMGATE_LEDGER", "ledgers", "DIR", member,                                 \
                     "a ledger set: a night of it, in as many parts")

#define CG_TAKES_PART_MERGE(member)                                                                \
    CG_TAKES_FLAG("one-file", member.one_file, "one file of each kind, as validate writes"),       \
        CG_TAKES_PUBLISH(member.publish)

#define CG_PART_ARGUMENTS_DEFAULT                                                                  \
    {                                                                                              \
        .of_run = {                                                                                \
            .policy = "ms",                                                                        \
            .as_of_day = CG_DAY_NONE,                                                              \
            .limits = CG_LIMITS_DEFAULT,                                                           \
            .threads = CG_THREADS_BY_CORES,                                                        \
            .level = CG_LEVEL_DEFAULT                                                              \
        }                                                                                          \
    }

#define CG_TAKES_PART_ARGUMENTS(member)                                                            \
    CG_TAKES_ROSTER(member.of_run.roster),                                                         \
        CG_TAKES_POLICY(member.of_run.policy, "rules to test by (ms)"),                            \
        CG_TAKES_LAYOUT(member.of_run.layout, "columns of the claim files (by header)"),           \
        CG_TAKES_MULTILINE(member.of_run.multiline, "line ends may stand in quoted fields"),       \
        CG_TAKES_X12(member.x12), CG_TAKES_ACK(member.x12),                                        \
        CG_TAKES_FLAG("lines", member.x12.lines, "X12: each line by itself; no X12 is written"),   \
        CG_TAKES_FLAG("allow-empty", member.of_run.allow_empty,                                    \
                      "an input of 0 bytes has no records"),                                       \
        CG_TAKES_LIMITS(member.of_run.limits),                                                     \
        CG_TAKES_AS_OF(member.of_run.as_of_day, "no later date of service (today)"),               \
        CG_TAKES_FLAG("with-decisions", member.of_run.with_decisions,                              \
                      "a table of all decisions as well"),                                         \
        CG_TAKES_THREADS(member.of_run.threads), CG_TAKES_LEVEL(member.of_run.level),              \
        CG_TAKES_NO_SANDBOX(member.of_run.no_sandbox)

/* CG_USAGE with the mend. */
cg_must_use enum cg_status cg_part_options_fill(const struct cg_part_arguments *arguments,
                                                struct cg_part_options *out, struct cg_error *err);

/* CG_USAGE where what is named as a ledger set is a ledger by itself. */
cg_must_use enum cg_status cg_part_check_ledgers(const struct cg_invocation *call,
                                                 const char *ledgers, struct cg_error *err);

/* Plan a run, with the policy and roster that it names; warnings of the roster are told here. */
cg_must_use enum cg_status cg_part_plan_with(const struct cg_part_request *request,
                                             struct cg_error *err);

/* Open a run for a step, and load its rules, whose warnings its plan has told; then messages are
 * told as in any command, or, with `errors_alone`, errors alone are. */
struct cg_opened_part {
    struct cg_part *part;
    struct cg_policy *policy;
    struct cg_roster *roster;
};
cg_must_use enum cg_status cg_part_open_with(const char *run_dir, struct cg_log_options log,
                                             struct cg_opened_part *out, struct cg_error *err);
void cg_part_close_with(struct cg_opened_part *opened);

/* The end of a run, from before its first step on: what has to be known then, and the metrics. The
 * caller fills the first two. */
struct cg_part_merging {
    const struct cg_invocation *call;
    const struct cg_part_merge_arguments *arguments;
    struct cg_run_checks checks;
    struct cg_metrics_file metrics;
    char out[PATH_MAX];
    char metrics_path[PATH_MAX];
    char ledgers[PATH_MAX];
};
/* CG_USAGE with the mend. The metrics are begun, and must be ended, also after a failure. */
cg_must_use enum cg_status cg_part_merging_begin(struct cg_part_merging *merging,
                                                 const char *ledgers, struct cg_error *err);
cg_must_use enum cg_status cg_part_merging_run(struct cg_part_merging *merging,
                                               struct cg_part *part, int *exit_code,
                                               struct cg_error *err);
void cg_part_merging_end(struct cg_part_merging *merging, enum cg_status status, int exit_code);

#endif
