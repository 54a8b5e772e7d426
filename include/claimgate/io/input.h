/*
 * Input: its bytes as they stand on disk, through one window.
 *
 * The only place that reads an input's descriptor. Counts and hashes every byte once.
 *
 * Failure    Whatever reads is CG_BUSY at the end of a file that is no longer what was opened
 *            (device, inode, size, time of change): it is still being written.
 *
 * Threads    One thread.
 */
#ifndef CLAIMGATE_IO_INPUT_H
#define CLAIMGATE_IO_INPUT_H

#include "claimgate/base/error.h"
#include "claimgate/base/hash.h"
#include "claimgate/io/stamp.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { CG_INPUT_NEED_MAX_BYTES = 65536 };

struct cg_input;

/* `path` or "-" for standard input. CG_NO_INPUT or CG_NO_PERMISSION; a folder is CG_NO_INPUT. */
cg_must_use enum cg_status cg_input_open(const char *path, struct cg_input **out,
                                         struct cg_error *err);
void cg_input_close(struct cg_input *input); /* NULL is allowed */
/* See cg_source_give_up_on. */
void cg_input_give_up_on(struct cg_input *input, const atomic_bool *given_up);

/* Reading waits for a pipe and ends with CG_INTERRUPTED when a signal asks to stop.
 *
 * Read until `need_bytes` (at most CG_INPUT_NEED_MAX_BYTES) stand in the window or the input
 * ends. CG_IO. */
cg_must_use enum cg_status cg_input_need(struct cg_input *input, size_t need_bytes,
                                         struct cg_error *err);
/* What stands in the window, and how much of it there is. */
const uint8_t *cg_input_window(const struct cg_input *input, size_t *len_bytes);
/* Go on to `next`, a place in the window; CG_INFLATE_GIVE_BACK_BYTES before it is allowed. */
void cg_input_move_to(struct cg_input *input, const uint8_t *next);

/* Take bytes out of the window and then straight from the descriptor, until `out` is full or the
 * input ends. CG_IO. */
cg_must_use enum cg_status cg_input_take(struct cg_input *input, void *out, size_t capacity_bytes,
                                         size_t *len_bytes, struct cg_error *err);

void cg_input_trust(struct cg_input *input);             /* its bytes are not hashed */
const char *cg_input_name(const struct cg_input *input); /* for messages */
uint64_t cg_input_offset(const struct cg_input *input);  /* of the window's first byte */
uint64_t cg_input_bytes(const struct cg_input *input);   /* read so far */
const struct cg_stamp *cg_input_stamp(const struct cg_input *input);
void cg_input_sha256(const struct cg_input *input, uint8_t out[CG_SHA256_BYTES]);

#endif
