/*
 * What a line is about, in the terms of its tables: the service, who rendered and billed it, and
 * what was charged for it.
 */
#ifndef CLAIMGATE_AUDIT_SERVICE_H
#define CLAIMGATE_AUDIT_SERVICE_H

#include "claimgate/record/line.h"
#include "claimgate/report/audit_facts.h"

#include <stdbool.h>
#include <stdint.h>

/* Values that are missing or invalid are 0, days CG_DAY_NONE. */
struct cg_audit_service {
    int32_t start_day;
    int32_t end_day;
    uint64_t procedure; /* field.h: cg_field_procedure */
    uint64_t modifiers;
    uint64_t rendering_npi;
    uint64_t billing_npi;
    int64_t charge; /* ten-thousandths; CG_AUDIT_NO_CHARGE: missing or invalid */
    uint16_t units; /* submitted */
    bool is_void;   /* it counts no units and no charge */
};

#define CG_AUDIT_NO_SERVICE                                                                        \
    ((struct cg_audit_service){                                                                    \
        .start_day = CG_DAY_NONE, .end_day = CG_DAY_NONE, .charge = CG_AUDIT_NO_CHARGE})

/* A decimal of at most four places, a minus before it allowed; else CG_AUDIT_NO_CHARGE. */
int64_t cg_audit_charge_of(struct cg_text text);

struct cg_audit_record;
void cg_audit_service_of(const struct cg_audit_record *record, struct cg_audit_service *out);

#endif
