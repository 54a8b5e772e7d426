/*
 * A file of rules that a person names: one that is built into the program, or else one of their
 * own, by its path.
 *
 * Ownership  _close frees what _open read; it may be called after a failure too.
 * Failure    CG_BAD_CONFIG with the built-in names, and the one most likely meant, where a name is
 *            neither; the errors of cg_file_read.
 */
#ifndef CLAIMGATE_IO_NAMED_FILE_H
#define CLAIMGATE_IO_NAMED_FILE_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/text.h"

#include <stdbool.h>

struct cg_named_files {
    const char *noun;         /* "policy" */
    const char *folder;       /* of schemas/: "policies" */
    const char *const *names; /* of its files, closed by NULL */
};

struct cg_named_file {
    char builtin[128]; /* path below schemas/ */
    const char *name;  /* for messages: that path, or the one given */
    bool is_builtin;
    struct cg_text text;
    struct cg_buffer bytes; /* of a person's own file */
};

cg_must_use enum cg_status cg_named_file_open(const struct cg_named_files *builtin,
                                              const char *name_or_path, struct cg_named_file *out,
                                              struct cg_error *err);
void cg_named_file_close(struct cg_named_file *file);

#endif
