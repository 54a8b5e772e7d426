/*
 * Own file: whether all that stands in a folder that is to be replaced was written by us, for we
 * never delete what is not ours.
 */
#ifndef CLAIMGATE_IO_OWN_FILE_H
#define CLAIMGATE_IO_OWN_FILE_H

#include "claimgate/base/error.h"

struct cg_own_folder {
    /* Files of these names (NULL at the end) are ours, and, where a name ends in a slash, a folder
     * that holds nothing but files named by a number. */
    const char *const *names;
    int at_fd;
    const char *name;
    const char *path; /* for messages */
};

/* CG_CANNOT_CREATE where something else stands there, or cannot be looked at. */
cg_must_use enum cg_status cg_own_folder_check(const struct cg_own_folder *folder,
                                               struct cg_error *err);

#endif
