/*
 * What the passes of `ledger verify` share.
 */
#ifndef CLAIMGATE_LEDGER_LEDGER_VERIFY_H
#define CLAIMGATE_LEDGER_LEDGER_VERIFY_H

#include "claimgate/base/progress.h"
#include "claimgate/ledger/ledger_query.h"
#include "private.h"

struct cg_verify {
    struct cg_ledger *ledger;
    cg_ledger_fault_fn fn;
    void *context;
    uint64_t faults;
    struct cg_progress progress;
    uint64_t lines; /* looked at so far */
};

void cg_verify_fault(struct cg_verify *verify, const char *format, ...) cg_printf_like(2, 3);
/* One more line has been looked at; each is twice. */
void cg_verify_step(struct cg_verify *verify);
enum cg_status cg_verify_no_memory(struct cg_error *err);

/* A set of 64-bit hashes, none of them 0. Zeroed it is empty. */
struct cg_hash_set {
    uint64_t *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t used;
};
void cg_hash_set_fini(struct cg_hash_set *set);
/* *is_new: the value was not there. False: no memory. */
cg_must_use bool cg_hash_set_put(struct cg_hash_set *set, uint64_t value, bool *is_new);

/* The second pass: runs, their chain and their rows. */
cg_must_use enum cg_status cg_verify_runs(struct cg_verify *verify, struct cg_error *err);

/* Count again, member by member, what the lines before each decision give for its caps. */
cg_must_use enum cg_status cg_verify_recount(struct cg_verify *verify, struct cg_error *err);

#endif
