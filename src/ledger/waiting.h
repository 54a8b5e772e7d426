/*
 * The members of a batch that waits to be decided, and what has been read of them.
 *
 * Threads  One at a time, not always the same.
 * Memory   _clear keeps it for the next batch: new pages cost as much as what is copied into them.
 */
#ifndef CLAIMGATE_LEDGER_WAITING_H
#define CLAIMGATE_LEDGER_WAITING_H

#include "private.h"

#include "claimgate/record/key.h"

struct cg_waiting_member {
    struct cg_key id;
    int64_t member_no; /* 0: none */
    uint32_t first;    /* of its lines, the first byte in `outlines` */
    uint32_t lines;
    bool is_decided; /* one of its lines is, so that its past is asked for */
    bool is_known;   /* member_no is true */
    bool has_lines;  /* so are `first` and `lines` */
};

struct cg_waiting {
    struct cg_array members; /* of struct cg_waiting_member */
    struct cg_hash_table table;
    struct cg_buffer outlines; /* struct cg_outline, one after another */
    struct cg_waiting *next;   /* for whoever keeps a list */
};

struct cg_waiting *cg_waiting_new(size_t outlines_max_bytes); /* NULL: no memory */
void cg_waiting_free(struct cg_waiting *waiting);             /* NULL is allowed */
void cg_waiting_clear(struct cg_waiting *waiting);

/* The members of the lines of a batch that a ledger can be asked about. False: no memory. */
cg_must_use bool cg_waiting_collect(struct cg_waiting *waiting, const struct cg_batch *batch);
struct cg_waiting_member *cg_waiting_find(const struct cg_waiting *waiting,
                                          const struct cg_key *id); /* NULL: it is not there */

#endif
