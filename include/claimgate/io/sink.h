/*
 * Sink: one output file or standard output, written in order, hashed on the way.
 *
 * Failure    A full disk is CG_IO, a closed pipe is CG_IO, a file that cannot be made is
 *            CG_CANNOT_CREATE. Every write, fsync and close is checked.
 */
#ifndef CLAIMGATE_IO_SINK_H
#define CLAIMGATE_IO_SINK_H

#include "claimgate/base/error.h"
#include "claimgate/base/hash.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cg_sink;

/* A new file under dir_fd (AT_FDCWD for a plain path), created O_EXCL with mode 0600, or 0640 and
 * the group where group is not (gid_t)-1. */
cg_must_use enum cg_status cg_sink_create(int dir_fd, const char *name, gid_t group,
                                          struct cg_sink **out, struct cg_error *err);
/* What is there already and is no regular file to be replaced: a pipe, a device, /dev/stdout. */
cg_must_use enum cg_status cg_sink_open_special(const char *path, struct cg_sink **out,
                                                struct cg_error *err);
cg_must_use enum cg_status cg_sink_stdout(struct cg_sink **out, struct cg_error *err);
cg_must_use enum cg_status cg_sink_write(struct cg_sink *sink, const void *bytes, size_t len_bytes,
                                         struct cg_error *err);
/* A file of ours is read again when it is closed, from the disk where the kernel can be brought to,
 * and its hash compared with that of what was written. CG_IO from _close where they differ. */
void cg_sink_read_back(struct cg_sink *sink);
/* fsync (files only) and close; frees the sink either way. */
cg_must_use enum cg_status cg_sink_close(struct cg_sink *sink, struct cg_error *err);
/* Close without fsync, after a failure. NULL is allowed. */
void cg_sink_abandon(struct cg_sink *sink);
/* One of the two, by what came of writing, which is returned unless closing fails. */
cg_must_use enum cg_status cg_sink_end(struct cg_sink *sink, enum cg_status written,
                                       struct cg_error *err);
/* Of one that was made by cg_sink_create: another name in the same folder. CG_CANNOT_CREATE. */
cg_must_use enum cg_status cg_sink_rename(struct cg_sink *sink, int dir_fd, const char *name,
                                          struct cg_error *err);

uint64_t cg_sink_bytes(const struct cg_sink *sink);
void cg_sink_sha256(const struct cg_sink *sink, uint8_t out[CG_SHA256_BYTES]);

#endif
