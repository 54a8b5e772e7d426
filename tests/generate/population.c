#include "population.h"

#include "claimgate/base/date.h"

#include <stdlib.h>
#include <string.h>

/*
 * NPIs come from one formula over an index: a multiplier without a factor of 10 visits every number
 * of eight digits once, so that different indices never share an NPI. Each kind has its own range
 * of indices.
 */
enum {
    EIGHT_DIGITS = 100000000,
    SCATTER = 61803399,
    FIRST_AGENCY = 80000000,
    FIRST_STRANGER = 90000000,
    STRANGERS = 50000,
    FIRST_MEMBER_ID = 10000000,
};

static const struct cg_program PROGRAMS[] = {
    {"ms-full", /* which asks for more than ms does, and contradicts nothing of it */
     {{"CPSSP-MH", "HE", 50},
      {"CPSSP-SU", "HF", 20},
      {"CPSSP-P", "HA", 10},
      {"CPSSP-Y", "HA", 5},
      {"CPSS", "HE", 7},
      {"CPSSP-PEER-BRIDGER", "", 4},
      {"CPSSP-FORENSIC", "", 4}},
     {"DMH", "DMH"},
     "MHP",
     {"H0038"}},
    {"la", {{"LA-PSS", "HE", 100}}, {"LDH", "LDH"}, "LMHP", {"H0038", "H0036", "H2017", "H2011"}},
    {"mi", {{"MI-CPSS", "HE", 100}}, {"CMHSP", "CONTRACT"}, "QMHP", {"H0038"}},
};

const struct cg_program *cg_program_find(const char *name) {
    const char *const wanted = strcmp(name, "ms") == 0 ? "ms-full" : name;
    for (size_t i = 0; i < sizeof PROGRAMS / sizeof PROGRAMS[0]; i++) {
        if (strcmp(PROGRAMS[i].name, wanted) == 0) {
            return &PROGRAMS[i];
        }
    }
    return NULL;
}

static uint32_t scatter(uint64_t seed, uint32_t index) {
    uint64_t offset = cg_random_mix(seed) % EIGHT_DIGITS;
    return (uint32_t)(((uint64_t)index * SCATTER + offset) % EIGHT_DIGITS);
}

/* The NPI's check digit is Luhn's over "80840" and the nine digits before it; the prefix always
 * adds 24. */
static void put_npi(uint32_t eight_digits, char out[CG_NPI_BYTES]) {
    out[0] = '1';
    for (int i = 8; i >= 1; i--) {
        out[i] = (char)('0' + eight_digits % 10);
        eight_digits /= 10;
    }
    int sum = 24;
    for (int i = 0; i < 9; i++) {
        int digit = out[i] - '0';
        int doubled = 2 * digit;
        sum += i % 2 == 1 ? digit : doubled / 10 + doubled % 10;
    }
    out[9] = (char)('0' + (10 - sum % 10) % 10);
}

/* Designation is a mismatch where the type has no modifier of its own and the line carries one. */
static uint8_t pick_type(const struct cg_program *program, enum cg_anomaly anomaly,
                         uint64_t traits) {
    uint32_t drawn = (uint32_t)(traits % 100);
    uint8_t type = 0;
    if (anomaly == CG_ANOMALY_PROVIDER_AGE) {
        return 0;
    }
    for (uint8_t i = 0; i < CG_PROGRAM_TYPES && program->types[i].credential != NULL; i++) {
        type = i;
        if (anomaly != CG_ANOMALY_DESIGNATION_MISMATCH && drawn < program->types[i].weight) {
            break;
        }
        drawn -= program->types[i].weight;
    }
    return type;
}

static enum cg_anomaly flaw_of(const struct cg_population *population, uint32_t index) {
    if (index < population->good_count) {
        return CG_ANOMALY_NONE;
    }
    return (enum cg_anomaly)(CG_ANOMALY_PROVIDER_FIRST +
                             (index - population->good_count) / population->flawed_each);
}

static void fill_providers(struct cg_population *population) {
    for (uint32_t i = 0; i < population->provider_count; i++) {
        struct cg_provider *provider = &population->providers[i];
        enum cg_anomaly anomaly = flaw_of(population, i);
        uint64_t traits = cg_random_mix(population->plan.seed ^ ((uint64_t)i << 20));
        put_npi(scatter(population->plan.seed, i), provider->npi);
        provider->anomaly = (uint8_t)anomaly;
        provider->type = pick_type(population->plan.program, anomaly, traits);
        provider->agency = anomaly == CG_ANOMALY_AGENCY_NOT_CERTIFIED
                               ? population->agency_count - 1
                               : (uint32_t)((traits >> 32) % (population->agency_count - 1));
    }
}

enum cg_status cg_population_init(struct cg_population *population,
                                  const struct cg_population_plan *plan, struct cg_error *err) {
    memset(population, 0, sizeof *population);
    population->plan = *plan;
    population->good_count = plan->providers;
    population->flawed_each = 1 + plan->providers / 200;
    population->provider_count =
        plan->providers + population->flawed_each * CG_ANOMALY_PROVIDER_KINDS;
    population->agency_count = 2 + plan->providers / 50;
    population->providers = calloc(population->provider_count, sizeof *population->providers);
    population->agencies = calloc(population->agency_count, sizeof *population->agencies);
    if (population->providers == NULL || population->agencies == NULL) {
        cg_population_fini(population);
        return cg_error_set(err, CG_INTERNAL, "out of memory for %u providers", plan->providers);
    }
    for (uint32_t i = 0; i < population->agency_count; i++) {
        put_npi(scatter(plan->seed, FIRST_AGENCY + i), population->agencies[i]);
    }
    fill_providers(population);
    return CG_OK;
}

void cg_population_fini(struct cg_population *population) {
    free(population->providers);
    free(population->agencies);
    population->providers = NULL;
    population->agencies = NULL;
}

const struct cg_provider *cg_population_flawed(const struct cg_population *population,
                                               enum cg_anomaly anomaly, uint64_t pick) {
    uint32_t kind = (uint32_t)anomaly - CG_ANOMALY_PROVIDER_FIRST;
    return &population->providers[population->good_count + kind * population->flawed_each +
                                  (uint32_t)(pick % population->flawed_each)];
}

void cg_population_stranger(const struct cg_population *population, uint64_t pick,
                            char out[CG_NPI_BYTES]) {
    put_npi(scatter(population->plan.seed, FIRST_STRANGER + (uint32_t)(pick % STRANGERS)), out);
}

struct cg_mock_member cg_population_member(const struct cg_population *population,
                                           uint32_t member_no) {
    static const char *const DIAGNOSES[16] = {"F200",  "F209",  "F250",  "F251", "F259", "F3130",
                                              "F3181", "F319",  "F322",  "F329", "F331", "F332",
                                              "F339",  "F4310", "F1020", "F1120"};
    const struct cg_population_plan *plan = &population->plan;
    uint64_t traits = cg_random_mix(~plan->seed ^ ((uint64_t)member_no << 16));
    bool is_child = member_no < plan->members && member_no % CG_CHILD_EVERY == 0;
    int32_t age_days = (is_child ? 12 : 23) * 366 + (int32_t)((traits & 0xffff) % (3 * 365));
    if (!is_child) {
        age_days += (int32_t)((traits >> 16 & 0xffff) % (45 * 365));
    }
    return (struct cg_mock_member){
        .id = FIRST_MEMBER_ID + member_no,
        .birth_day = plan->first_day - age_days,
        .home = &population->providers[(traits >> 32 & 0xffffff) % population->good_count],
        .other = &population->providers[(traits >> 40) % population->good_count],
        .diagnosis = DIAGNOSES[traits >> 60],
    };
}
