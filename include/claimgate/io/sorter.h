/*
 * Records into the order of their keys (memcmp, shorter first), in bounded memory; equal keys in
 * the order in which they came.
 *
 * Ownership  _new/_free. What is added is copied.
 * Threads    One at a time, not always the same.
 * Memory     As _new says; beyond that records go to a nameless file, which a crash does not leave.
 * Failure    CG_IO and CG_CANNOT_CREATE name the folder; CG_INTERNAL: no memory.
 */
#ifndef CLAIMGATE_IO_SORTER_H
#define CLAIMGATE_IO_SORTER_H

#include "claimgate/base/error.h"
#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cg_sorter;
/* Beyond memory_bytes records go to a nameless file in the folder dir. NULL: no memory. */
cg_must_use struct cg_sorter *cg_sorter_new(const char *dir, size_t memory_bytes);
void cg_sorter_free(struct cg_sorter *sorter);
cg_must_use enum cg_status cg_sorter_add(struct cg_sorter *sorter, struct cg_text key,
                                         struct cg_text payload, struct cg_error *err);
/* Nothing is added after this. */
cg_must_use enum cg_status cg_sorter_finish(struct cg_sorter *sorter, struct cg_error *err);
/* *more false: that was the last. Views live until the next call. */
cg_must_use enum cg_status cg_sorter_next(struct cg_sorter *sorter, struct cg_text *key,
                                          struct cg_text *payload, bool *more,
                                          struct cg_error *err);
/* Both: each record in order, until `fn` fails. */
typedef enum cg_status (*cg_sorted_fn)(void *context, struct cg_text key, struct cg_text payload,
                                       struct cg_error *err);
cg_must_use enum cg_status cg_sorter_each(struct cg_sorter *sorter, cg_sorted_fn fn, void *context,
                                          struct cg_error *err);
/* A number in a key: eight bytes, big-endian, so that keys compare like their numbers. */
void cg_sorter_put_number(char *out, uint64_t number);
uint64_t cg_sorter_number(const char *bytes);
uint64_t cg_sorter_bytes(const struct cg_sorter *sorter); /* of keys and payloads */

#endif
