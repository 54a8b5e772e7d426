/*
 * Binding a file's header to the layout that was asked for, or to the one that it fits.
 */
#ifndef CLAIMGATE_RUN_BIND_H
#define CLAIMGATE_RUN_BIND_H

#include "claimgate/base/error.h"
#include "claimgate/record/layout.h"

#include <stdbool.h>

/* `name` NULL: by the header. The layout is the caller's, also after a failure. */
cg_must_use enum cg_status cg_bind_header(const char *name, bool multiline, struct cg_text header,
                                          struct cg_layout **layout, struct cg_binding *binding,
                                          struct cg_error *err);

#endif
