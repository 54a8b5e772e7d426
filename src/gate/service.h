/*
 * Service: an accepted service line as the history keeps it, in 40 bytes.
 *
 * Threads    Pure functions.
 */
#ifndef CLAIMGATE_GATE_SERVICE_H
#define CLAIMGATE_GATE_SERVICE_H

#include "claimgate/base/date.h"
#include "claimgate/gate/history.h"
#include "claimgate/gate/spread.h"
#include "claimgate/record/key.h"
#include "claimgate/record/line.h"
#include "claimgate/rules/policy.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_service {
    struct cg_key claim;
    uint64_t modifiers : 55; /* five of 11 bits */
    uint64_t procedure_no : 8;
    uint64_t split : 1;     /* units lie over the days */
    uint32_t rendering_npi; /* ten digits, the first 1 or 2: below 2^32 */
    uint32_t start : 17;    /* the day, from CG_DAY_FIRST on */
    uint32_t accepted_units : 14;
    uint32_t span_days : 17; /* end less start */
    uint32_t submitted_units : 14;
    uint32_t exempt : 1; /* no cap counts it */
    uint32_t line_number;
};

/* The claim id stays a view into the batch (or the past line) when it is long. `restrict` lets the
 * compiler write the record in its place, without a copy on the stack. */
void cg_service_of_line(const struct cg_line *restrict line, struct cg_service *restrict out);

/* False when a field is outside what a claim can hold: the ledger has been tampered with. */
cg_must_use bool cg_service_of_past_line(const struct cg_past_line *line, struct cg_service *out);

/* What the ledger and `usage` are told. The claim id is a view of the service's. */
struct cg_past_line cg_service_past_line(const struct cg_service *service);

/* Of what _same compares. Hashes choose places; what is found there is compared. */
uint64_t cg_service_hash(const struct cg_service *service, uint64_t seed);

/* A small hash of what most often differs of that, for a first comparison. */
static inline uint8_t cg_service_tag(const struct cg_service *service) {
    uint64_t what = (uint64_t)service->rendering_npi << 16 | service->submitted_units;
    return (uint8_t)(cg_hash_spread(what) >> 56);
}

/* Same rendering NPI, dates, procedure, modifiers (in their order) and submitted quantity. */
bool cg_service_same(const struct cg_service *a, const struct cg_service *b);

static inline int32_t cg_service_start_day(const struct cg_service *service) {
    return CG_DAY_FIRST + (int32_t)service->start;
}

static inline struct cg_spread cg_service_spread(const struct cg_service *service) {
    const int32_t start_day = cg_service_start_day(service);
    return cg_spread_of(start_day, start_day + (int32_t)service->span_days, service->accepted_units,
                        service->split);
}

/* Whether any unit of the service counts for the cap. */
static inline bool cg_service_counts(const struct cg_service *service, const struct cg_cap *cap) {
    return !service->exempt && cg_cap_counts(cap, service->procedure_no);
}

/* Which lines of a claim. */
struct cg_claim_lines {
    struct cg_key claim;
    uint32_t line_number; /* CG_LINE_NUMBER_NONE: all of them */
};

static inline bool cg_claim_lines_hold(const struct cg_claim_lines *lines,
                                       const struct cg_service *service) {
    return (lines->line_number == CG_LINE_NUMBER_NONE ||
            lines->line_number == service->line_number) &&
           cg_key_equal(&lines->claim, &service->claim);
}

#endif
