/*
 * Intake: the bytes of an input as they stand on disk, through one window.
 *
 * The only place that reads an input's descriptor. Counts and hashes every byte once.
 *
 * Threads    One thread.
 */
#ifndef CLAIMGATE_INTAKE_H
#define CLAIMGATE_INTAKE_H

#include "claimgate/error.h"
#include "claimgate/hash.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CG_INTAKE_NEED_MAX_BYTES = 65536 };

struct cg_intake;

/* `path` or "-" for standard input. CG_NO_INPUT or CG_NO_PERMISSION; a folder is CG_NO_INPUT. */
cg_must_use enum cg_status cg_intake_open(const char *path, struct cg_intake **out,
                                          struct cg_error *err);
void cg_intake_close(struct cg_intake *intake); /* NULL is allowed */
/* See cg_source_give_up_on. */
void cg_intake_give_up_on(struct cg_intake *intake, const atomic_bool *given_up);

/* Reading waits for a pipe and ends with CG_INTERRUPTED when a signal asks to stop.
 *
 * Read until `need_bytes` (at most CG_INTAKE_NEED_MAX_BYTES) stand in the window or the input
 * ends. CG_IO. */
cg_must_use enum cg_status cg_intake_need(struct cg_intake *intake, size_t need_bytes,
                                          struct cg_error *err);
/* What stands in the window, and how much of it there is. */
const uint8_t *cg_intake_window(const struct cg_intake *intake, size_t *len_bytes);
/* Go on to `next`, a place in the window; CG_INFLATE_GIVE_BACK_BYTES before it is allowed. */
void cg_intake_move_to(struct cg_intake *intake, const uint8_t *next);

/* Take bytes out of the window and then straight from the descriptor, until `out` is full or the
 * input ends. CG_IO. */
cg_must_use enum cg_status cg_intake_take(struct cg_intake *intake, void *out,
                                          size_t capacity_bytes, size_t *len_bytes,
                                          struct cg_error *err);

const char *cg_intake_name(const struct cg_intake *intake); /* for messages */
uint64_t cg_intake_offset(const struct cg_intake *intake);  /* of the window's first byte */
uint64_t cg_intake_bytes(const struct cg_intake *intake);   /* read so far */
uint64_t cg_intake_size(const struct cg_intake *intake);    /* of a regular file, else 0 */
cg_must_use bool cg_intake_sha256(const struct cg_intake *intake, uint8_t out[CG_SHA256_BYTES]);

#endif
