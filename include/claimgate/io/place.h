/*
 * Place: where an output is to appear, and the right to make it there.
 *
 * A place is a name in an open folder. Beside it stand, while a run lasts, its lock
 * ".NAME.claimgate-lock" and its temporary ".NAME.claimgate-<16 hex digits>"; a name too long
 * for that is stood for by its hash.
 *
 * Ownership  The struct is the caller's memory; _fini gives back the lock and frees the rest.
 * Failure    CG_CANNOT_CREATE, CG_NO_PERMISSION; CG_BUSY: another run holds the lock.
 */
#ifndef CLAIMGATE_IO_PLACE_H
#define CLAIMGATE_IO_PLACE_H

#include "claimgate/base/error.h"

#include <limits.h>

enum { CG_PLACE_NAME_BYTES = NAME_MAX + 1 };

struct cg_place {
    int dir_fd;                       /* the folder that holds it */
    int lock_fd;                      /* -1 while not locked */
    char *path;                       /* absolute, links in its folder resolved */
    char name[CG_PLACE_NAME_BYTES];   /* its last part */
    char prefix[CG_PLACE_NAME_BYTES]; /* of the lock and of temporaries */
};

/* The place of `path`, which need not exist; its folder must. */
cg_must_use enum cg_status cg_place_find(const char *path, struct cg_place *out,
                                         struct cg_error *err);
/* The place of a temporary that a run has left, so that its lock is that run's.
 * CG_INTERNAL when the path is none. */
cg_must_use enum cg_status cg_place_find_temporary(const char *path, struct cg_place *out,
                                                   struct cg_error *err);
void cg_place_fini(struct cg_place *place);

/* Held until _fini, which also removes the lock file. */
cg_must_use enum cg_status cg_place_lock(struct cg_place *place, struct cg_error *err);
/* Remove the temporaries that killed runs of this account have left in the folder, whatever their
 * output is called, and what SQLite has put beside them. Those of other outputs only where nobody
 * has their lock, and no ledger may still publish them. Only under the lock. */
void cg_place_remove_stale(const struct cg_place *place);
/* The same in a folder in which nothing is made now; nothing where it is not there. */
void cg_place_remove_stale_in(const char *folder);
/* A new name for a temporary; CG_INTERNAL without randomness. */
cg_must_use enum cg_status cg_place_new_name(const struct cg_place *place,
                                             char out[CG_PLACE_NAME_BYTES], struct cg_error *err);
/* Make renames in the place's folder last. CG_IO. */
cg_must_use enum cg_status cg_place_sync(const struct cg_place *place, struct cg_error *err);

#endif
