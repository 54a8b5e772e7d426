/*
 * Owner: whose a file or folder is, where another account could read or replace what we write.
 */
#ifndef CLAIMGATE_IO_OWNER_H
#define CLAIMGATE_IO_OWNER_H

#include <stdbool.h>
#include <sys/stat.h>

enum { CG_OWNER_BYTES = 64, CG_HOLDER_BYTES = 192 };

/* "account alice", "account 1001" where it has no name, of the file of this name below dir_fd;
 * "another account" where it cannot be looked at. Returns `out`. */
const char *cg_owner_of(int dir_fd, const char *name, char out[CG_OWNER_BYTES]);

/* Who holds the lock on the file of this name: "process 812, since 2025-01-20 02:15:01; its lock
 * file is of account root", without what is not known; "which has ended by now" where the file is
 * gone. Returns `out`. */
const char *cg_owner_of_lock(int dir_fd, const char *name, char out[CG_HOLDER_BYTES]);

/* Our own account's, or root's, who can read everything anyway. */
bool cg_owner_is_ours(const struct stat *file);

/* Warn where others can replace what stands in the folder: its group or everybody may write to it
 * and it has no sticky bit. `path` is what is made there. */
void cg_owner_warn_of_folder(int dir_fd, const char *path);

#endif
