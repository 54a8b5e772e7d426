/*
 * Foreign: what is no CSV file, told from its first bytes and named as what it is.
 *
 * One table of signatures serves all who read claims and rosters, also behind gzip.
 */
#ifndef CLAIMGATE_IO_FOREIGN_H
#define CLAIMGATE_IO_FOREIGN_H

#include "claimgate/base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum cg_wrapping { CG_WRAPPED_PLAIN, CG_WRAPPED_GZIP };

/* `bytes` begin the content of the input `name`: the more of them, the surer. CG_BAD_DATA with
 * what it is and the step that mends it; CG_OK for whatever may be CSV. */
cg_must_use enum cg_status cg_foreign_refuse(const char *name, enum cg_wrapping wrapping,
                                             const void *bytes, size_t len_bytes,
                                             struct cg_error *err);

/* An X12 interchange, which those who read claims take. */
bool cg_foreign_is_x12(const void *bytes, size_t len_bytes);

#endif
