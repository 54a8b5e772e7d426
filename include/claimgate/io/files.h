/*
 * Small file helpers that check every call.
 */
#ifndef CLAIMGATE_IO_FILES_H
#define CLAIMGATE_IO_FILES_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"
#include "claimgate/base/hash.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* The whole of a small file (policy, layout). The buffer's limit holds. CG_NO_INPUT. */
cg_must_use enum cg_status cg_file_read(const char *path, struct cg_buffer *out,
                                        struct cg_error *err);
/* Wait until a pipe or terminal has something to read (POLLIN) or room to write (POLLOUT); a file
 * always has. A signal that asks to stop ends the wait, and so does *given_up once another thread
 * sets it (NULL: none will): CG_INTERRUPTED. */
cg_must_use enum cg_status cg_file_wait(int fd, short events, const atomic_bool *given_up,
                                        struct cg_error *err);
/* A file of mode 0600 in the folder that nobody sees and a crash does not leave. CG_CANNOT_CREATE.
 */
cg_must_use enum cg_status cg_file_open_nameless(const char *dir, int *fd, struct cg_error *err);
/* write(2) until all is out. CG_IO; CG_INTERRUPTED where a pipe's reader takes nothing. */
cg_must_use enum cg_status cg_file_write_all(int fd, const char *name, const void *bytes,
                                             size_t len_bytes, struct cg_error *err);
/* The words for a write, sync or close that failed: a full disk and a closed pipe have their own.
 */
enum cg_status cg_file_write_failed(const char *name, int errno_value, struct cg_error *err);
cg_must_use enum cg_status cg_file_sync(int fd, const char *name, struct cg_error *err);
/* SHA-256 of what an open file holds from where it stands. False, with errno: it could not be read.
 */
cg_must_use bool cg_file_hash(int fd, uint8_t sha256[CG_SHA256_BYTES]);
/* Whether anything has this name. Where that cannot be told (a fault of the disk, say) it is an
 * error and no "no". */
cg_must_use enum cg_status cg_file_look(const char *path, bool *is_there, struct cg_error *err);
/* CG_CANNOT_CREATE where an output's last part is a symbolic link: in a shared folder another
 * account may have put it there, and the file it leads to would be lost. The kernel's links to
 * descriptors (/dev/stdout, /dev/fd/3) are allowed. */
cg_must_use enum cg_status cg_file_refuse_link(const char *path, struct cg_error *err);
/* A file for its owner alone, in place of what has its name; no link is followed. NULL with the
 * error. */
cg_must_use FILE *cg_file_create_private(const char *path, struct cg_error *err);
/* Remove a folder below dir_fd, its files and those of its sub-folders, no deeper. Best effort;
 * returns false when something is left. */
bool cg_dir_remove(int dir_fd, const char *name);
/* The same of all that is in an open folder, which stays. */
bool cg_dir_empty(int dir_fd);
/* True when both names lead to one file, which need not be there yet; a device or pipe may stand
 * twice. What cannot be looked at is taken for another file. */
bool cg_file_is_same(const char *a, const char *b);
/* True when the file that this name leads to, through all its links, stands in that folder itself,
 * by whatever names both are called. */
bool cg_file_is_in(const char *path, const char *folder);
/* gid of a group name or number. CG_USAGE when there is none. */
cg_must_use enum cg_status cg_group_find(const char *name, gid_t *out, struct cg_error *err);

#endif
