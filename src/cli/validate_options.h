/*
 * The options of `validate`, and what must hold between them.
 */
#ifndef CLAIMGATE_CLI_VALIDATE_OPTIONS_H
#define CLAIMGATE_CLI_VALIDATE_OPTIONS_H

#include "options.h"
#include "publish_options.h"
#include "x12_options.h"

#include "claimgate/run/run.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_validate_options {
    struct cg_run_plan plan; /* as far as options are taken over as they are */
    struct cg_publish_options publish;
    const char *roster;
    const char *policy;
    const char *accepted;
    const char *rejected;
    const char *report;
    const char *decisions;
    const char *trace;
    struct cg_x12_arguments x12;
    struct cg_limits limits;
    int64_t threads;
    int64_t level;
    bool if_any;
    bool no_sandbox;
    bool show_phi;
};

/* Option tables where this is included are of that struct (options.h). */
#undef CG_OPTIONS_STRUCT
#define CG_OPTIONS_STRUCT struct cg_validate_options

/* CG_USAGE with the mend: outputs without a place or of one name, outputs that would take the place
 * of what the run reads, options that exclude each other. */
cg_must_use enum cg_status cg_validate_check(const struct cg_invocation *call,
                                             struct cg_error *err);

/* False where no FILE was given, or only a pattern that the shell found no file for. */
bool cg_validate_has_input(const struct cg_invocation *call);
bool cg_validate_takes_stdout(const struct cg_validate_options *options); /* any output does */

#endif
