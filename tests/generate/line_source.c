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
    struct cg_line_source *feed = calloc(1, sizeof *feed);
    if (feed == NULL) {
        return NULL;
    }
    feed->population = population;
    feed->plan = *plan;
    feed->random.state = cg_random_mix(population->plan.seed);
    feed->next_claim_no = 1;
    uint64_t heavy =
        plan->lines / HEAVY_LINES * plan->anomalies.of[CG_ANOMALY_OVER_YEARLY_CAP] / CG_SHARE_WHOLE;
    feed->heavy_members = 1 + (uint32_t)(heavy < 1000000 ? heavy : 1000000);
    return feed;
}

void cg_line_source_free(struct cg_line_source *feed) {
    free(feed);
}

static uint32_t below(struct cg_line_source *feed, uint32_t limit) {
    return cg_random_below(&feed->random, limit);
}

/* Lines are spread evenly over the days of the plan. */
static int32_t arrival_day(const struct cg_line_source *feed) {
    const struct cg_population_plan *population = &feed->population->plan;
    uint64_t days = (uint64_t)(population->last_day - population->first_day) + 1;
    return population->first_day + (int32_t)(feed->line_index * days / feed->plan.lines);
}

/* Most claims come within days of the service, nearly all within two weeks. */
static int32_t draw_lag(struct cg_line_source *feed) {
    uint32_t kind = below(feed, 100);
    return (int32_t)below(feed, kind < 70 ? 3 : kind < 97 ? 15 : LAG_MAX_DAYS);
}

static uint16_t draw_units(struct cg_line_source *feed) {
    static const uint8_t UPTO[] = {44, 74, 87, 96, 98, 99}; /* of 100 lines: 1 to 6 units */
    uint32_t drawn = below(feed, 100);
    uint16_t units = 1;
    while (units <= 6 && drawn >= UPTO[units - 1]) {
        units++;
    }
    return units <= 6 ? units : (uint16_t)(6 + below(feed, 6));
}

static void start_claim(struct cg_line_source *feed, uint32_t member_no, struct claim *claim) {
    uint32_t choice = below(feed, 100);
    claim->claim_no = feed->next_claim_no++;
    claim->member = cg_population_member(feed->population, member_no);
    claim->provider = choice < 90 ? claim->member.home : claim->member.other;
    claim->received_day = arrival_day(feed);
    claim->start_day = claim->received_day - draw_lag(feed);
    if (claim->start_day < feed->population->plan.first_day) {
        claim->start_day = claim->received_day;
    }
    claim->lines_left = 1;
    claim->next_line_no = 1;
}

/* The smaller of two draws: the first members are served about twice as often as the mean, the last
 * hardly ever, which leaves a tail that reaches the yearly cap. */
static uint32_t draw_member(struct cg_line_source *feed) {
    uint32_t members = feed->population->plan.members;
    uint32_t one = below(feed, members), two = below(feed, members);
    return one < two ? one : two;
}

static const char *draw_procedure(struct cg_line_source *feed) {
    const char *const *procedures = feed->population->plan.program->procedures;
    uint32_t drawn = below(feed, 32);
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
static void put_line(struct cg_line_source *feed, struct claim *claim, struct cg_mock_line *line) {
    static const char *const PLACES[] = {"11", "53", "12", "53"};
    uint64_t traits = cg_random_next(&feed->random);
    int32_t day = claim->start_day - (claim->next_line_no - 1);
    memset(line, 0, sizeof *line);
    line->claim_no = claim->claim_no;
    line->line_no = claim->next_line_no++;
    line->member_id = claim->member.id;
    line->birth_day = claim->member.birth_day;
    line->diagnosis = claim->member.diagnosis;
    line->start_day = day < feed->population->plan.first_day ? claim->start_day : day;
    line->end_day = line->start_day;
    line->received_day = claim->received_day;
    line->frequency = 1;
    line->procedure = draw_procedure(feed);
    line->place_of_service = PLACES[claim->member.id / 7 % 4];
    line->variant = (uint32_t)(traits >> 32);
    set_provider(feed->population, claim->provider, line);
    line->modifiers[1] = traits % 8 == 0 ? "HQ" : ""; /* a group */
    set_units(line, draw_units(feed));
    claim->lines_left--;
}

static void put_single(struct cg_line_source *feed, uint32_t member_no, struct cg_mock_line *line) {
    struct claim claim;
    start_claim(feed, member_no, &claim);
    put_line(feed, &claim, line);
}

/* Four claims in five have one line. Every eighth of these is kept for later lines to refer to. */
static void put_ordinary(struct cg_line_source *feed, struct cg_mock_line *line) {
    bool single = feed->open.lines_left == 0;
    if (single) {
        uint32_t drawn = below(feed, 40);
        start_claim(feed, draw_member(feed), &feed->open);
        feed->open.lines_left = drawn < 32 ? 1 : drawn < 38 ? 2 : 3;
        single = drawn < 32;
    }
    put_line(feed, &feed->open, line);
    if (single && line->variant % 8 == 0) {
        uint32_t slot =
            feed->ring_count < RING_LINES ? feed->ring_count++ : below(feed, RING_LINES);
        feed->ring[slot] = *line;
    }
}

static void put_out_of_scope(struct cg_line_source *feed, struct cg_mock_line *line) {
    static const char *const CODES[] = {"99213", "99214", "T1017", "90837",
                                        "90834", "99212", "96372", "S5125"};
    static const uint16_t CENTS[] = {9250, 13100, 2210, 15400, 10300, 5600, 1875, 640};
    uint32_t drawn = below(feed, 8);
    put_single(feed, draw_member(feed), line);
    cg_population_stranger(feed->population, line->variant, line->rendering_npi);
    line->procedure = CODES[drawn];
    line->modifiers[0] = drawn == 0 ? "25" : "";
    line->modifiers[1] = "";
    line->charge_cents = CENTS[drawn] * (uint32_t)line->units;
}

/* Take a past line out of the ring, so that nothing refers to it twice. */
static bool take_past(struct cg_line_source *feed, struct cg_mock_line *line) {
    int32_t oldest = arrival_day(feed) - RING_MAX_AGE_DAYS;
    while (feed->ring_count > 0) {
        uint32_t slot = below(feed, feed->ring_count);
        *line = feed->ring[slot];
        feed->ring[slot] = feed->ring[--feed->ring_count];
        if (line->start_day >= oldest) {
            return true;
        }
    }
    return false;
}

/* A line that refers to a past one; an ordinary line while there is none. */
static void put_again(struct cg_line_source *feed, enum cg_anomaly anomaly,
                      struct cg_mock_line *line) {
    if (!take_past(feed, line)) {
        put_ordinary(feed, line);
        return;
    }
    line->received_day = arrival_day(feed);
    if (anomaly == CG_ANOMALY_DUPLICATE_LINE) {
        return;
    }
    if (anomaly == CG_ANOMALY_VOID || anomaly == CG_ANOMALY_REPLACEMENT) {
        line->original_no = line->claim_no;
        line->frequency = anomaly == CG_ANOMALY_VOID ? 8 : 7;
    }
    if (anomaly == CG_ANOMALY_REPLACEMENT && line->units > 1) {
        set_units(line, (uint16_t)(line->units - 1));
    }
    line->claim_no = feed->next_claim_no++;
}

/* Twists that change what a line says, where its text stays well formed. */
static void bend(struct cg_line_source *feed, enum cg_anomaly anomaly, struct cg_mock_line *line) {
    struct cg_civil long_ago = {.year = 2005, .month = 3, .day = 1};
    int32_t before = (int32_t)below(feed, 60) + 1;
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
        cg_population_stranger(feed->population, line->variant, line->rendering_npi);
    } else if (anomaly == CG_ANOMALY_OVER_DAILY_CAP) {
        set_units(line, (uint16_t)(7 + before % 6));
    }
}

/* A member who is served most days, three units and more at a time. */
static void put_heavy(struct cg_line_source *feed, struct cg_mock_line *line) {
    put_single(feed, feed->population->plan.members + below(feed, feed->heavy_members), line);
    line->start_day = line->received_day - (int32_t)below(feed, LAG_MAX_DAYS);
    line->end_day = line->start_day;
    set_units(line, (uint16_t)(3 + below(feed, 3)));
}

static void put_authorized(struct cg_line_source *feed, struct cg_mock_line *line) {
    uint32_t children = (feed->population->plan.members + CG_CHILD_EVERY - 1) / CG_CHILD_EVERY;
    put_single(feed, CG_CHILD_EVERY * below(feed, children), line);
    line->authorization_no = line->member_id;
    line->procedure = feed->population->plan.program->procedures[0];
    set_units(line, (uint16_t)(3 + below(feed, 8)));
}

static void put_twisted(struct cg_line_source *feed, enum cg_anomaly anomaly,
                        struct cg_mock_line *line) {
    bool past = anomaly == CG_ANOMALY_VOID || anomaly == CG_ANOMALY_REPLACEMENT ||
                anomaly == CG_ANOMALY_DUPLICATE_LINE || anomaly == CG_ANOMALY_DUPLICATE_SERVICE;
    if (past) {
        put_again(feed, anomaly, line);
    } else if (anomaly == CG_ANOMALY_OVER_YEARLY_CAP) {
        put_heavy(feed, line);
    } else if (anomaly == CG_ANOMALY_AUTHORIZED) {
        put_authorized(feed, line);
    } else {
        put_single(feed, draw_member(feed), line);
        if (anomaly >= CG_ANOMALY_PROVIDER_FIRST && anomaly <= CG_ANOMALY_PROVIDER_LAST) {
            set_provider(feed->population,
                         cg_population_flawed(feed->population, anomaly, line->variant), line);
        }
        bend(feed, anomaly, line);
    }
}

void cg_line_source_next(struct cg_line_source *feed, struct cg_mock_line *out) {
    enum cg_anomaly anomaly = CG_ANOMALY_NONE;
    if (below(feed, 100000) < (uint32_t)feed->plan.out_of_scope) {
        put_out_of_scope(feed, out);
    } else {
        anomaly = cg_anomaly_draw(&feed->plan.anomalies, &feed->random);
        if (anomaly == CG_ANOMALY_NONE || anomaly == CG_ANOMALY_QUOTED) {
            put_ordinary(feed, out);
        } else {
            put_twisted(feed, anomaly, out);
        }
    }
    out->anomaly = (uint8_t)anomaly;
    feed->line_index++;
}
