/*
 * Standard output, of which a stream tells that it failed and not why: the reason is known only
 * where it failed, and kept from there to the end of the program.
 *
 * Threads    The main one.
 */
#ifndef CLAIMGATE_CLI_STANDARD_OUTPUT_H
#define CLAIMGATE_CLI_STANDARD_OUTPUT_H

#include "claimgate/base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Bytes that may be many, and sending on what was printed. A failure stays until _check. */
void cg_standard_output_put(const char *bytes, size_t len);
void cg_standard_output_flush(void);

/* CG_IO where anything that was printed so far has not left; `what` begins the message. */
cg_must_use enum cg_status cg_standard_output_check(const char *what, struct cg_error *err);

#define CG_OUTPUT_CANNOT "cannot write to standard output"

#endif
