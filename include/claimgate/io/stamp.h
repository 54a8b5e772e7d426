/*
 * Stamp: what a file that nobody writes to keeps (device, inode, size, time of change).
 *
 * Taken when an input is opened and compared when it has been read, and once more before anything
 * made of it is published. A pipe or device has none.
 */
#ifndef CLAIMGATE_IO_STAMP_H
#define CLAIMGATE_IO_STAMP_H

#include "claimgate/base/error.h"

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

struct cg_stamp {
    bool is_file; /* false: nothing else is set, and every check is CG_OK */
    dev_t device;
    ino_t inode;
    off_t size_bytes;
    struct timespec changed;
};

/* False with errno when the descriptor cannot be looked at. */
cg_must_use bool cg_stamp_take(int fd, struct cg_stamp *out);
/* CG_BUSY, "is still being written", when the open file is no longer what was stamped. */
cg_must_use enum cg_status cg_stamp_check(const struct cg_stamp *stamp, const char *name, int fd,
                                          struct cg_error *err);
/* The same of whatever the path leads to now: another file may have taken its place. */
cg_must_use enum cg_status cg_stamp_check_path(const struct cg_stamp *stamp, const char *path,
                                               struct cg_error *err);

/* For the end of a message about a file that is cut: "" or, of one that was written to a moment
 * ago, that it may not be whole yet. A writer who pauses is not seen by a change. */
const char *cg_stamp_fresh_mend(const struct cg_stamp *stamp);

#endif
