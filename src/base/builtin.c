#include "claimgate/base/builtin.h"

#include <string.h>

/* Written by the Makefile: one entry a file, closed by an entry without a name. */
extern const struct cg_builtin cg_builtin_table[];

const struct cg_builtin *cg_builtin_at(size_t index) {
    size_t count = 0;
    while (cg_builtin_table[count].name != NULL) {
        count++;
    }
    return index < count ? &cg_builtin_table[index] : NULL;
}

const struct cg_builtin *cg_builtin_find(const char *name) {
    for (const struct cg_builtin *file = cg_builtin_table; file->name != NULL; file++) {
        if (strcmp(file->name, name) == 0) {
            return file;
        }
    }
    return NULL;
}
