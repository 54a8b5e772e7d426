/*
 * Staging: a folder that appears whole, by one rename, or not at all.
 *
 * Outputs are written to ".NAME.claimgate-<random>" beside the final folder, under a lock on
 * ".NAME.claimgate-lock"; the next start for the same folder removes a stale one. Files and
 * folder are synced before the rename, the parent folder after it. Publishing uses
 * RENAME_NOREPLACE; --overwrite uses RENAME_EXCHANGE, syncs and removes the old folder.
 *
 * Failure    CG_CANNOT_CREATE: the folder exists (without overwrite), its parent is missing or the
 *            file system lacks these renames, or it is a mount point; CG_BUSY: another run holds
 *            the lock. All of them are found at _open, before a claim is read.
 */
#ifndef CLAIMGATE_IO_STAGING_H
#define CLAIMGATE_IO_STAGING_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"

#include <stdbool.h>
#include <sys/types.h>

struct cg_staging;

struct cg_staging_plan {
    const char *final_path;
    bool overwrite;
    /* All that the run writes into it, NULL at the end: --overwrite refuses a folder that holds
     * anything else, for it will be deleted. A name that ends in a slash is a folder of files that
     * are named by numbers. Must live as long as the staging. NULL: the command
     * does not offer --overwrite. */
    const char *const *file_names;
    gid_t group; /* (gid_t)-1: none; folders 0700, else 0750 */
};

cg_must_use enum cg_status cg_staging_open(const struct cg_staging_plan *plan,
                                           struct cg_staging **out, struct cg_error *err);

/* Take a staged folder that an earlier run has left (cg_staging_path of that run) up again, under
 * that run's lock, to publish it as final_path, or to remove it by _close. Nothing is overwritten.
 * CG_NO_INPUT: it is not there; CG_INTERNAL: staged_path is no such path. */
cg_must_use enum cg_status cg_staging_adopt(const char *staged_path, const char *final_path,
                                            struct cg_staging **out, struct cg_error *err);

/* Remove it, where that can be done: one that is left is stale, and goes with the next start for
 * its final path. */
void cg_staging_discard(const char *staged_path, const char *final_path);

/* The folder to create files in, and its absolute paths. */
int cg_staging_dir_fd(const struct cg_staging *staging);
const char *cg_staging_path(const struct cg_staging *staging);
const char *cg_staging_final_path(const struct cg_staging *staging); /* absolute */

/* Sync the staged folder (its files have been synced by their sinks) and its parent. */
cg_must_use enum cg_status cg_staging_sync(struct cg_staging *staging, struct cg_error *err);
/* Make it real: rename and sync the parent. After CG_OK only _close is left. After a failure the
 * folder is staged again, or as near to it as the disk allows, and may be kept or removed. */
cg_must_use enum cg_status cg_staging_publish(struct cg_staging *staging, struct cg_error *err);
/* Free, give the lock back; remove the staged folder unless it was published or `keep`. NULL is
 * allowed. */
void cg_staging_close(struct cg_staging *staging, bool keep);

/* A single output file that appears whole, under the same rules: temporary name beside it, fsync,
 * rename (an existing file is replaced, as with any shell redirection), fsync of its folder. What
 * is no regular file, such as /dev/null, a pipe or /dev/stdout, is written directly. */
struct cg_staged_file;
cg_must_use enum cg_status cg_staged_file_open(const char *path, gid_t group,
                                               struct cg_staged_file **out, struct cg_error *err);
struct cg_sink *cg_staged_file_sink(struct cg_staged_file *file);
/* Everything is written: sync and close its sink. For several files that shall be safe on disk
 * before the first of them is renamed; _publish does it where this was not called. */
cg_must_use enum cg_status cg_staged_file_sync(struct cg_staged_file *file, struct cg_error *err);
cg_must_use enum cg_status cg_staged_file_publish(struct cg_staged_file *file,
                                                  struct cg_error *err);
/* Undo _publish, and have what stood there before back; true where it was not published yet. False
 * when that fails or the file system has no way to do it: the new file stays. */
bool cg_staged_file_take_back(struct cg_staged_file *file);
const char *cg_staged_file_path(const struct cg_staged_file *file); /* absolute; NULL: special */
void cg_staged_file_close(struct cg_staged_file *file); /* removes it unless published */
/* All of these for a file of one text. */
cg_must_use enum cg_status cg_staged_file_write(const char *path, const struct cg_buffer *text,
                                                struct cg_error *err);

#endif
