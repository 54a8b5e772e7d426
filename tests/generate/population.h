/*
 * The population behind generated claims: who serves, who is served, who employs.
 *
 * Providers beyond the first `good_count` carry one flaw each, the same number of every
 * kind; the rest of their roster rows are in order. Members are not stored: the n-th
 * member's traits are computed from the seed, so that a million of them cost no memory.
 * All ids are made up: NPIs pass the Luhn test but are drawn by formula, from no registry.
 *
 * Ownership  _fini frees. Constant after _init.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_POPULATION_H
#define CLAIMGATE_TESTS_GENERATE_POPULATION_H

#include "anomaly.h"
#include "claimgate/base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CG_NPI_BYTES = 10,
    CG_POPULATION_PROVIDERS_MAX = 1000000,
    CG_POPULATION_MEMBERS_MAX = 50000000,
    CG_POPULATION_MONTHS_MAX = 60, /* a young adult's credential holds for about eight years */
    CG_PROGRAM_TYPES = 8,
};

/* What one policy's program asks of its people: the words their files must hold. */
struct cg_program {
    const char *name; /* the policy's id */
    struct {
        const char *credential;
        const char *modifier; /* that lines of this designation carry, or "" */
        uint32_t weight;      /* of 100 providers */
    } types[CG_PROGRAM_TYPES];
    const char *certifications[2]; /* of agencies */
    const char *supervisor_credential;
    const char *procedures[4]; /* in scope, the first most often; NULL closes them */
};

/* "ms", "ms-full", "la" or "mi"; NULL for any other name. */
const struct cg_program *cg_program_find(const char *name);

struct cg_provider {
    char npi[CG_NPI_BYTES];
    uint8_t type;    /* index into the program's types */
    uint8_t anomaly; /* enum cg_anomaly: the flaw, or CG_ANOMALY_NONE */
    uint32_t agency;
};

struct cg_population_plan {
    uint64_t seed;
    uint32_t members;
    uint32_t providers;
    int32_t first_day; /* claims arrive from here */
    int32_t last_day;  /* to here */
    const struct cg_program *program;
};

struct cg_population {
    struct cg_population_plan plan;
    struct cg_provider *providers;
    uint32_t good_count;
    uint32_t flawed_each;
    uint32_t provider_count;
    char (*agencies)[CG_NPI_BYTES]; /* the last one has no certification */
    uint32_t agency_count;
};

cg_must_use enum cg_status cg_population_init(struct cg_population *population,
                                              const struct cg_population_plan *plan,
                                              struct cg_error *err);
void cg_population_fini(struct cg_population *population);

/* One of the providers with this flaw. */
const struct cg_provider *cg_population_flawed(const struct cg_population *population,
                                               enum cg_anomaly anomaly, uint64_t pick);

/* An NPI that passes the Luhn test and is on no roster of this population. */
void cg_population_stranger(const struct cg_population *population, uint64_t pick,
                            char out[CG_NPI_BYTES]);

/* Every CG_CHILD_EVERY-th member, from the first, is under 21 and has an authorization on file. */
enum { CG_CHILD_EVERY = 50 };

struct cg_mock_member {
    uint32_t id; /* 8 digits */
    int32_t birth_day;
    const struct cg_provider *home; /* who mostly serves them */
    const struct cg_provider *other;
    const char *diagnosis; /* ICD-10-CM */
};

/* member_no from 0; those from plan.members on are members too, never children. */
struct cg_mock_member cg_population_member(const struct cg_population *population,
                                           uint32_t member_no);

#endif
