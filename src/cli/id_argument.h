/*
 * An id given as an argument, or as "-" read from standard input: arguments can be seen by every
 * user of the machine.
 */
#ifndef CLAIMGATE_CLI_ID_ARGUMENT_H
#define CLAIMGATE_CLI_ID_ARGUMENT_H

#include "claimgate/base/error.h"
#include "claimgate/base/text.h"

#include <stdint.h>

struct cg_id_argument {
    char bytes[256];
    struct cg_text id;
};

/* CG_USAGE when it is blank or too long for an id, or when standard input holds a second one;
 * `what` names it, e.g. "MEMBER". */
cg_must_use enum cg_status cg_id_argument_read(const char *argument, const char *what,
                                               struct cg_id_argument *out, struct cg_error *err);

/* The number of a run of a ledger. CG_USAGE for anything else. */
cg_must_use enum cg_status cg_run_argument_read(const char *argument, int64_t *out,
                                                struct cg_error *err);

#endif
