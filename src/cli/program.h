/*
 * Program: what every program of the project does around its commands, once.
 *
 * Failure    cg_program_end turns a status into the exit code; only main calls it.
 */
#ifndef CLAIMGATE_CLI_PROGRAM_H
#define CLAIMGATE_CLI_PROGRAM_H

#include "claimgate/base/error.h"
#include "options.h"

/* No core files, signals as a flag, messages on standard error, reasons read. CG_INTERNAL. */
cg_must_use enum cg_status cg_program_start(struct cg_error *err);

/* Parse argv (without the command's own words) and run the command, or print its help.
 * *exit_code is 0 or 1 when it returns CG_OK. */
cg_must_use enum cg_status cg_program_run(const struct cg_command *command, int argc, char **argv,
                                          int *exit_code, struct cg_error *err);

/* Send what was printed, say the error, raise a signal that asked to stop again. Returns the exit
 * code of the process. */
cg_must_use int cg_program_end(enum cg_status status, int exit_code, struct cg_error *err);

#endif
