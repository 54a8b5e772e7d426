/*
 * Files of schemas/ that are built into the program.
 */
#ifndef CLAIMGATE_BASE_BUILTIN_H
#define CLAIMGATE_BASE_BUILTIN_H

#include <stddef.h>

struct cg_builtin {
    const char *name; /* path under schemas/, e.g. "policies/ms.json" */
    const char *bytes;
    size_t len_bytes;
};

const struct cg_builtin *cg_builtin_find(const char *name); /* NULL: there is none */
const struct cg_builtin *cg_builtin_at(size_t index);       /* NULL past the end; sorted by name */

#endif
