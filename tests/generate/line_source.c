#include "line_source.h"

#include "claimgate/base/date.h"

#include <stdlib.h>
#include <string.h>

enum {
    RING_LINES = 4096,
    RING_MAX_AGE_DAYS = 300, /* older lines would come back too late to be filed */
    HEAVY_LINES = 120,       /* for each member made to go over the yearly cap */
    LAG_MAX_DAYS = 90,
};

/* What the lines of one claim share. */
struct claim {
    uint64_t claim_no;
    uint32_t member_no;
    struct cg_mock_member member;
    const struct cg_provider *provider;
    int32_t start_day;
    int32_t received_day;
    uint32_t lines_left;
    uint8_t next_line_no;
};

struct cg_line_source {
    const struct cg_population *population;
    struct cg_line_source_plan plan;
    struct cg_random random;
    uint64_t line_index;
    uint64_t next_claim_no;
    uint32_t heavy_members;
    struct claim open;                    /* the claim whose lines are coming */
    struct cg_mock_line ring[RING_LINES]; /* claims of one ordinary line each */
    uint32_t ring_count;
};

struct cg_line_source *cg_line_source_new(const struct cg_line_source_plan *plan,
                                          const struct cg_population *population) {
    struct cg_line_source *source = calloc(1, sizeof *source);
    if (source == NULL) {
        return NULL;
    }
    source->population = population;
    source->plan = *plan;
    source->random.state = cg_random_mix(population->plan.seed);
    source->next_claim_no = 1;
    uint64_t heavy =
        plan->lines / HEAVY_LINES * plan->anomalies.of[CG_ANOMALY_OVER_YEARLY_CAP] / CG_SHARE_WHOLE;
    source->heavy_members = 1 + (uint32_t)(heavy < 1000000 ? heavy : 1000000);
    return source;
}

void cg_line_source_free(struct cg_line_source *source) {
    free(source);
}

static uint32_t below(struct cg_line_source *source, uint32_t limit) {
    return cg_random_below(&source->random, limit);
}

/* Lines are spread evenly over the days of the plan. */
static int32_t arrival_day(const struct cg_line_source *source) {
    const struct cg_population_plan *population = &source->population->plan;
    uint64_t days = (uint64_t)(population->last_day - population->first_day) + 1;
    return population->first_day + (int32_t)(source->line_index * days / source->plan.lines);
}

/* Most claims come within days of the service, nearly all within two weeks. */
static int32_t draw_lag(struct cg_line_source *source) {
    uint32_t kind = below(source, 100);
    return (int32_t)below(source, kind < 70 ? 3 : kind < 97 ? 15 : LAG_MAX_DAYS);
}

static uint16_t draw_units(struct cg_line_source *source) {
    static const uint8_t UPTO[] = {44, 74, 87, 96, 98, 99}; /* of 100 lines: 1 to 6 units */
    uint32_t drawn = below(source, 100);
    uint16_t units = 1;
    while (units <= 6 && drawn >= UPTO[units - 1]) {
        units++;
    }
    return units <= 6 ? units : (uint16_t)(6 + below(source, 6));
}

static void start_claim(struct cg_line_source *source, uint32_t member_no, struct claim *claim) {
    uint32_t choice = below(source, 100);
    claim->claim_no = source->next_claim_no++;
    claim->member_no = member_no;
    claim->member = cg_population_member(source->population, member_no);
    claim->provider = choice < 90 ? claim->member.home : claim->member.other;
    claim->received_day = arrival_day(source);
    claim->start_day = claim->received_day - draw_lag(source);
    if (claim->start_day < source->population->plan.first_day) {
        claim->start_day = claim->received_day;
    }
    claim->lines_left = 1;
    claim->next_line_no = 1;
}

/* The smaller of two draws: the first members are served about twice as often as the mean, the last
 * hardly ever, which leaves a tail that reaches the yearly cap. */
static uint32_t draw_member(struct cg_line_source *source) {
    uint32_t members = source->population->plan.members;
    uint32_t one = below(source, members), two = below(source, members);
    return one < two ? one : two;
}

/* Claims of one member come together where claims are long. */
static uint32_t draw_next_member(struct cg_line_source *source) {
    const bool stays =
        source->plan.has_long_claims && source->open.claim_no > 0 && below(source, 5) < 2;
    return stays ? source->open.member_no : draw_member(source);
}

static const char *draw_procedure(struct cg_line_source *source) {
    const char *const *procedures = source->population->plan.program->procedures;
    uint32_t drawn = below(source, 32);
    return drawn < 3 && procedures[drawn + 1] != NULL && procedures[1] != NULL
               ? procedures[drawn + 1]
               : procedures[0];
}

static void set_units(struct cg_mock_line *line, uint16_t units) {
    static const uint16_t RATES_CENTS[] = {1161, 1250, 1375, 1520};
    line->units = units;
    line->charge_cents = (uint32_t)units * RATES_CENTS[line->billing_npi[CG_NPI_BYTES - 1] % 4];
}

static void set_provider(const struct cg_population *population, const struct cg_provider *provider,
                         struct cg_mock_line *line) {
    memcpy(line->rendering_npi, provider->npi, CG_NPI_BYTES);
    line->billing_npi = population->agencies[provider->agency];
    line->modifiers[0] = provider->anomaly == CG_ANOMALY_DESIGNATION_MISMATCH
                             ? "HE"
                             : population->plan.program->types[provider->type].modifier;
}

/* The next line of a claim, with nothing wrong. Its further lines are of the days before. */
static void put_line(struct cg_line_source *source, struct claim *claim,
                     struct cg_mock_line *line) {
    static const char *const PLACES[] = {"11", "53", "12", "53"};
    uint64_t traits = cg_random_next(&source->random);
    int32_t day = claim->start_day - (claim->next_line_no - 1);
    memset(line, 0, sizeof *line);
    line->claim_no = claim->claim_no;
    line->line_no = claim->next_line_no++;
    line->member_id = claim->member.id;
    line->birth_day = claim->member.birth_day;
    line->diagnosis = claim->member.diagnosis;
    line->start_day = day < source->population->plan.first_day ? claim->start_day : day;
    line->end_day = line->start_day;
    line->received_day = claim->received_day;
    line->frequency = 1;
    line->procedure = draw_procedure(source);
    line->place_of_service = PLACES[claim->member.id / 7 % 4];
    line->variant = (uint32_t)(traits >> 32);
    set_provider(source->population, claim->provider, line);
    line->modifiers[1] = traits % 8 == 0 ? "HQ" : ""; /* a group */
    set_units(line, draw_units(source));
    line->lines_behind = (uint8_t)--claim->lines_left;
}

static void put_single(struct cg_line_source *source, uint32_t member_no,
                       struct cg_mock_line *line) {
    struct claim claim;
    start_claim(source, member_no, &claim);
    put_line(source, &claim, line);
}

/* Of 40 claims, those below the number at [n] have n + 1 lines at most. */
static uint32_t lines_of_claim(bool is_long, uint32_t drawn) {
    static const uint8_t SHORT[] = {32, 38, 40}, LONG[] = {20, 30, 36, 40};
    const uint8_t *below_which = is_long ? LONG : SHORT;
    uint32_t lines = 1;
    while (drawn >= below_which[lines - 1]) {
        lines++;
    }
    return lines;
}

/* Four claims in five have one line. Every eighth of these is kept for later lines to refer to. */
static void put_ordinary(struct cg_line_source *source, struct cg_mock_line *line) {
    bool single = source->open.lines_left == 0;
    if (single) {
        uint32_t drawn = below(source, 40);
        start_claim(source, draw_next_member(source), &source->open);
        source->open.lines_left = lines_of_claim(source->plan.has_long_claims, drawn);
        single = source->open.lines_left == 1;
    }
    put_line(source, &source->open, line);
    if (single && line->variant % 8 == 0) {
        uint32_t slot =
            source->ring_count < RING_LINES ? source->ring_count++ : below(source, RING_LINES);
        source->ring[slot] = *line;
    }
}

static void put_out_of_scope(struct cg_line_source *source, struct cg_mock_line *line) {
    static const char *const CODES[] = {"99213", "99214", "T1017", "90837",
                                        "90834", "99212", "96372", "S5125"};
    static const uint16_t CENTS[] = {9250, 13100, 2210, 15400, 10300, 5600, 1875, 640};
    uint32_t drawn = below(source, 8);
    put_single(source, draw_member(source), line);
    cg_population_stranger(source->population, line->variant, line->rendering_npi);
    line->procedure = CODES[drawn];
    line->modifiers[0] = drawn == 0 ? "25" : "";
    line->modifiers[1] = "";
    line->charge_cents = CENTS[drawn] * (uint32_t)line->units;
}

/* Take a past line out of the ring, so that nothing refers to it twice. */
static bool take_past(struct cg_line_source *source, struct cg_mock_line *line) {
    int32_t oldest = arrival_day(source) - RING_MAX_AGE_DAYS;
    while (source->ring_count > 0) {
        uint32_t slot = below(source, source->ring_count);
        *line = source->ring[slot];
        source->ring[slot] = source->ring[--source->ring_count];
        if (line->start_day >= oldest) {
            return true;
        }
    }
    return false;
}

/* A line that refers to a past one; an ordinary line while there is none. */
static void put_again(struct cg_line_source *source, enum cg_anomaly anomaly,
                      struct cg_mock_line *line) {
    if (!take_past(source, line)) {
        put_ordinary(source, line);
        return;
    }
    line->received_day = arrival_day(source);
    if (anomaly == CG_ANOMALY_DUPLICATE_LINE) {
        return;
    }
    if (anomaly == CG_ANOMALY_VOID || anomaly == CG_ANOMALY_REPLACEMENT) {
        line->original_no = line->claim_no;
        line->original_units = line->units;
        line->frequency = anomaly == CG_ANOMALY_VOID ? 8 : 7;
    }
    if (anomaly == CG_ANOMALY_REPLACEMENT && line->units > 1) {
        set_units(line, (uint16_t)(line->units - 1));
    }
    line->claim_no = source->next_claim_no++;
}

/* Anomalies that change what a line says, where its text stays well formed. */
static void bend(struct cg_line_source *source, enum cg_anomaly anomaly,
                 struct cg_mock_line *line) {
    struct cg_civil long_ago = {.year = 2005, .month = 3, .day = 1};
    int32_t before = (int32_t)below(source, 60) + 1;
    if (anomaly == CG_ANOMALY_NO_POLICY_IN_FORCE) {
        line->start_day = cg_date_from_civil(long_ago) + before;
    } else if (anomaly == CG_ANOMALY_SERVICE_DATE_FUTURE) {
        line->start_day = line->received_day + before;
    } else if (anomaly == CG_ANOMALY_LATE_FILING) {
        line->start_day = line->received_day - 366 - before;
    } else if (anomaly == CG_ANOMALY_SERVICE_DATE_SPAN) {
        line->start_day = line->received_day - before;
    }
    line->end_day =
        line->start_day + (anomaly == CG_ANOMALY_SERVICE_DATE_SPAN ? (before + 3) / 4 : 0);
    if (anomaly == CG_ANOMALY_PROVIDER_NOT_ON_ROSTER) {
        cg_population_stranger(source->population, line->variant, line->rendering_npi);
    } else if (anomaly == CG_ANOMALY_OVER_DAILY_CAP) {
        set_units(line, (uint16_t)(7 + before % 6));
    }
}

/* A member who is served most days, three units and more at a time. */
static void put_heavy(struct cg_line_source *source, struct cg_mock_line *line) {
    put_single(source, source->population->plan.members + below(source, source->heavy_members),
               line);
    line->start_day = line->received_day - (int32_t)below(source, LAG_MAX_DAYS);
    line->end_day = line->start_day;
    set_units(line, (uint16_t)(3 + below(source, 3)));
}

static void put_authorized(struct cg_line_source *source, struct cg_mock_line *line) {
    uint32_t children = (source->population->plan.members + CG_CHILD_EVERY - 1) / CG_CHILD_EVERY;
    put_single(source, CG_CHILD_EVERY * below(source, children), line);
    line->authorization_no = line->member_id;
    line->procedure = source->population->plan.program->procedures[0];
    set_units(line, (uint16_t)(3 + below(source, 8)));
}

static void put_anomalous(struct cg_line_source *source, enum cg_anomaly anomaly,
                          struct cg_mock_line *line) {
    bool past = anomaly == CG_ANOMALY_VOID || anomaly == CG_ANOMALY_REPLACEMENT ||
                anomaly == CG_ANOMALY_DUPLICATE_LINE || anomaly == CG_ANOMALY_DUPLICATE_SERVICE;
    if (past) {
        put_again(source, anomaly, line);
    } else if (anomaly == CG_ANOMALY_OVER_YEARLY_CAP) {
        put_heavy(source, line);
    } else if (anomaly == CG_ANOMALY_AUTHORIZED) {
        put_authorized(source, line);
    } else {
        put_single(source, draw_member(source), line);
        if (anomaly >= CG_ANOMALY_PROVIDER_FIRST && anomaly <= CG_ANOMALY_PROVIDER_LAST) {
            set_provider(source->population,
                         cg_population_flawed(source->population, anomaly, line->variant), line);
        }
        bend(source, anomaly, line);
    }
}

void cg_line_source_next(struct cg_line_source *source, struct cg_mock_line *out) {
    enum cg_anomaly anomaly = CG_ANOMALY_NONE;
    if (below(source, 100000) < (uint32_t)source->plan.out_of_scope) {
        put_out_of_scope(source, out);
    } else {
        anomaly = cg_anomaly_draw(&source->plan.anomalies, &source->random);
        if (anomaly == CG_ANOMALY_NONE || anomaly == CG_ANOMALY_QUOTED) {
            put_ordinary(source, out);
        } else {
            put_anomalous(source, anomaly, out);
        }
    }
    out->anomaly = (uint8_t)anomaly;
    source->line_index++;
}
