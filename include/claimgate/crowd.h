/*
 * Crowd: the index of a member with very many lines.
 *
 * Placeholder members with a million lines are real, and a policy without caps accepts
 * without bound. Everything here takes the same time however many lines there are.
 *
 * Ownership  Heap; the services stay in the store's pool.
 * Threads    One at a time.
 * Failure    False or NULL when memory is out.
 */
#ifndef CLAIMGATE_CROWD_H
#define CLAIMGATE_CROWD_H

#include "claimgate/past.h"

cg_must_use struct cg_crowd *cg_crowd_new(struct cg_store *store);
void cg_crowd_free_all(struct cg_store *store);

cg_must_use bool cg_crowd_add(const struct cg_store *store, struct cg_crowd *crowd, uint32_t ref,
                              uint64_t claim_hash);
bool cg_crowd_has_line(const struct cg_store *store, const struct cg_crowd *crowd,
                       const struct cg_service *line, uint64_t claim_hash);
bool cg_crowd_has_service(const struct cg_store *store, const struct cg_crowd *crowd,
                          const struct cg_service *line, uint64_t claim_hash,
                          enum cg_which_claim which);
uint32_t cg_crowd_take_out(const struct cg_store *store, struct cg_crowd *crowd,
                           const struct cg_key *claim, cg_service_fn fn, void *context);
cg_must_use bool cg_crowd_prepare(const struct cg_store *store, struct cg_crowd *crowd,
                                  const struct cg_cap *cap);
uint64_t cg_crowd_units(const struct cg_store *store, const struct cg_crowd *crowd,
                        const struct cg_cap *cap, int32_t first_day, int32_t last_day);

/* Only for a cap that has been prepared. */
void cg_crowd_daily_units(const struct cg_crowd *crowd, const struct cg_cap *cap, int32_t first_day,
                          int32_t last_day, uint64_t *out);

void cg_crowd_visit(const struct cg_store *store, const struct cg_crowd *crowd, cg_service_fn fn,
                    void *context);

#endif
