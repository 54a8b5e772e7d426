/*
 * Large member: the index of a member with very many lines.
 *
 * Placeholder members with a million lines are real, and a policy without caps accepts
 * without bound. Everything here takes the same time however many lines there are.
 *
 * Ownership  Heap; the services stay in the store's pool.
 * Threads    One at a time.
 * Failure    False or NULL when memory is out.
 */
#ifndef CLAIMGATE_GATE_LARGE_MEMBER_H
#define CLAIMGATE_GATE_LARGE_MEMBER_H

#include "member_history.h"

cg_must_use struct cg_large_member *cg_large_member_new(struct cg_line_store *store);
void cg_large_member_free_all(struct cg_line_store *store);

cg_must_use bool cg_large_member_add(const struct cg_line_store *store,
                                     struct cg_large_member *large, uint32_t ref,
                                     uint64_t claim_hash);
bool cg_large_member_has_line(const struct cg_line_store *store,
                              const struct cg_large_member *large, const struct cg_service *line,
                              uint64_t claim_hash);
bool cg_large_member_has_service(const struct cg_line_store *store,
                                 const struct cg_large_member *large, const struct cg_service *line,
                                 uint64_t claim_hash, enum cg_which_claim which);
/* As those of member_history.h; a place is the line's position in the order of acceptance. */
cg_must_use bool cg_large_member_take_out(struct cg_line_store *store,
                                          struct cg_member_history *history,
                                          const struct cg_claim_lines *lines, cg_service_fn fn,
                                          void *context);
bool cg_large_member_has_claim(const struct cg_line_store *store,
                               const struct cg_large_member *large, const struct cg_key *claim);
void cg_large_member_take_last(const struct cg_line_store *store, struct cg_large_member *large);
cg_must_use bool cg_large_member_put_back(const struct cg_line_store *store,
                                          struct cg_large_member *large, uint32_t position);

cg_must_use bool cg_large_member_prepare(const struct cg_line_store *store,
                                         struct cg_large_member *large, const struct cg_cap *cap);
uint64_t cg_large_member_units(const struct cg_line_store *store,
                               const struct cg_large_member *large, const struct cg_cap *cap,
                               int32_t first_day, int32_t last_day);

/* Only for a cap that has been prepared. */
void cg_large_member_daily_units(const struct cg_large_member *large, const struct cg_cap *cap,
                                 int32_t first_day, int32_t last_day, uint64_t *out);

void cg_large_member_visit(const struct cg_line_store *store, const struct cg_large_member *large,
                           cg_service_fn fn, void *context);

#endif
