/*
 * The rules of Mississippi in every case that they tell apart: 0 to 6 units used on the day, 0 to
 * 200 on other days of its benefit year, 0 to 255 asked for, and a provider of every standing. Each
 * case is a line of a claim file of a member of its own, read, edited and decided by the code of a
 * run. What is expected is four comparisons.
 */
#include "claimgate/gate/field_edits.h"
#include "claimgate/gate/history.h"
#include "claimgate/record/reader.h"
#include "claimgate/rules/reason.h"
#include "support/history_lines.h"
#include "support/roster_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAY_CAP = 6, YEAR_CAP = 200, UNITS = 256, STANDINGS = 11 };

#define HEADER                                                                                     \
    "claim_id,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi\n"

#define ONLY(reason) (UINT64_C(1) << CG_REASON_##reason)

static const struct {
    const char *npi;
    const char *rows; /* after the NPI */
    uint64_t reason;
} standings[STANDINGS] = {
    {"1100000003", ",CPSSP-MH,current,2012-07-01,\n", 0},
    {"1100000011", ",cpssp su,Limited,2012-07-01,2030-01-01\n", 0},
    {"1100000029", ",CPSS,inactive,2012-07-01,\n", ONLY(CREDENTIAL_NOT_ACTIVE)},
    {"1100000037", ",CPSS,lapsed,2012-07-01,\n", ONLY(CREDENTIAL_NOT_ACTIVE)},
    {"1100000045", ",CPSS,pending,2012-07-01,\n", ONLY(CREDENTIAL_NOT_ACTIVE)},
    {"1100000052", ",RN,suspended,2012-07-01,\n", ONLY(CREDENTIAL_SUSPENDED)},
    {"1100000060", ",CPSS,surrendered,2012-07-01,\n", ONLY(CREDENTIAL_SUSPENDED)},
    {"1100000078", ",CPSS,revoked,2012-07-01,\n", ONLY(CREDENTIAL_SUSPENDED)},
    {"1100000086", ",RN,current,2012-07-01,\n", ONLY(CREDENTIAL_TYPE_NOT_ACCEPTED)},
    {"1100000094", ",CPSS,current,2012-07-01,2012-12-31\n", ONLY(CREDENTIAL_NOT_ACTIVE)},
    {"1100000102", NULL, ONLY(PROVIDER_NOT_ON_ROSTER)},
};

/* Days of service with other days of their benefit years, and the days next to these years. */
static const struct {
    const char *day;
    const char *earlier;
    const char *later;
    const char *year_before;
    const char *year_after;
} calendar[] = {
    {"2024-02-29", "2023-07-01", "2024-06-30", "2023-06-30", "2024-07-01"},
    {"2023-07-01", "2023-07-02", "2024-02-29", "2023-06-30", "2024-07-01"},
    {"2023-06-30", "2022-07-01", "2023-06-29", "2022-06-30", "2023-07-01"},
    {"2022-12-31", "2022-12-30", "2023-01-01", "2022-06-30", "2023-07-01"},
};
enum { CALENDAR = sizeof calendar / sizeof calendar[0] };

struct every_case {
    struct roster_fixture fixture;
    struct cg_rules rules;
    struct cg_history *history;
    struct cg_reader_input input;
    struct cg_reader_plan plan;
    struct cg_reader *reader;
    struct cg_batch *batch;
    struct cg_buffer text;
    uint64_t decided;
};

static void write_roster(struct roster_fixture *fixture) {
    char text[2048] = "npi,credential_type,status,effective_date,end_date\n";
    size_t len = strlen(text);
    for (size_t i = 0; i < STANDINGS; i++) {
        if (standings[i].rows != NULL) {
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", standings[i].npi,
                                    standings[i].rows);
        }
    }
    roster_fixture_write(fixture, "credentials.csv", text);
    cr_assert_eq(roster_fixture_load(fixture), CG_OK, "%s", fixture->err.text);
}

static enum cg_status add(struct cg_member *member, const char *day, unsigned units, bool gone) {
    const struct cg_past_line line = {.claim_id = cg_text_of(day),
                                      .start_day = date_day(day),
                                      .end_day = date_day(day),
                                      .rendering_npi = 1100000003,
                                      .submitted_units = (uint16_t)units,
                                      .accepted_units = (uint16_t)units,
                                      .line_number = 1,
                                      .taken_back = gone};
    return units == 0 ? CG_OK : cg_member_add_line(member, &line);
}

/* A member's id says what has been used: "PLACE-DAY-YEAR-UNITS-STANDING". */
static enum cg_status recall(void *context, struct cg_text member_id, struct cg_member *member,
                             struct cg_error *err) {
    unsigned place = 0;
    unsigned day = 0;
    unsigned year = 0;
    char id[CG_ID_MAX_BYTES + 1];
    (void)context;
    (void)err;
    snprintf(id, sizeof id, "%.*s", (int)member_id.len, member_id.ptr);
    cr_assert_eq(sscanf(id, "%u-%u-%u-", &place, &day, &year), 3, "%s", id);
    enum cg_status status = add(member, calendar[place].year_before, 77, false);
    status = status == CG_OK ? add(member, calendar[place].year_after, 78, false) : status;
    status = status == CG_OK ? add(member, calendar[place].earlier, year / 3, false) : status;
    status = status == CG_OK ? add(member, calendar[place].later, year - year / 3, false) : status;
    status = status == CG_OK ? add(member, calendar[place].later, 5, true) : status;
    return status == CG_OK ? add(member, calendar[place].day, day, false) : status;
}

static void set_up(struct every_case *every) {
    memset(every, 0, sizeof *every);
    roster_fixture_init(&every->fixture, "ms");
    write_roster(&every->fixture);
    every->rules = (struct cg_rules){.policy = every->fixture.policy,
                                     .roster = every->fixture.roster,
                                     .as_of_day = date_day("2025-12-31")};
    every->input.file = "cases.csv";
    every->plan = (struct cg_reader_plan){.inputs = &every->input,
                                          .input_count = 1,
                                          .parse = {.edit_fields = cg_edit_fields,
                                                    .edit_credentials = cg_edit_credentials,
                                                    .rules = &every->rules}};
    every->reader = cg_reader_new(&every->plan);
    every->history = cg_history_new(recall, NULL);
    every->batch = cg_batch_new();
    cg_buffer_init(&every->text, CG_BATCH_BYTES);
    cr_assert(every->reader != NULL && every->history != NULL && every->batch != NULL);
}

static void tear_down(struct every_case *every) {
    cg_buffer_fini(&every->text);
    cg_batch_free(every->batch);
    cg_history_free(every->history);
    cg_reader_free(every->reader);
    roster_fixture_fini(&every->fixture);
}

struct one_case {
    unsigned day;
    unsigned year;
    unsigned units;
    unsigned standing;
};

static unsigned most(unsigned limit, unsigned used) {
    return used < limit ? limit - used : 0;
}

static void expect(const struct cg_line *line, struct one_case c) {
    unsigned limit = 0; /* of the cap that fails */
    unsigned used = 0;
    uint64_t reasons = c.units == 0 ? ONLY(UNITS_INVALID) : 0;
    reasons = reasons == 0 ? standings[c.standing].reason : reasons;
    if (reasons == 0 && c.day + c.units > DAY_CAP) {
        limit = DAY_CAP;
        used = c.day;
    } else if (reasons == 0 && c.day + c.year + c.units > YEAR_CAP) {
        limit = YEAR_CAP;
        used = c.day + c.year;
    }
    reasons = limit > 0 ? ONLY(CAP) : reasons;
    const bool same =
        line->reasons == reasons && line->decision == (reasons == 0 ? CG_ACCEPTED : CG_REJECTED) &&
        line->accepted_units == (reasons == 0 ? c.units : 0) && line->units == c.units &&
        (limit == 0 || (line->cap_no == (limit == DAY_CAP ? 0 : 1) && line->units_used == used &&
                        line->units_available == most(limit, used)));
    cr_assert(same, "%u units of %u on the day, %u in the year, provider %s: %s", c.units, c.day,
              c.year, standings[c.standing].npi, roster_fixture_reasons(line->reasons));
}

/* All that is asked for, of every provider, by members who have used the same. */
static void decide_members(struct every_case *every, unsigned day, unsigned year, unsigned place,
                           bool at_end) {
    struct cg_batch *batch = every->batch;
    struct cg_buffer *text = &every->text;
    cg_buffer_clear(text);
    cr_assert(cg_buffer_printf(text, "%s", every->decided == 0 ? HEADER : ""));
    for (unsigned i = 0; i < UNITS * STANDINGS; i++) {
        cr_assert(cg_buffer_printf(text, "C,%u-%u-%u-%u,%s,H0038,%u,%s\n", place, day, year, i,
                                   calendar[place].day, i / STANDINGS,
                                   standings[i % STANDINGS].npi));
    }
    cg_reader_feed(batch, (struct cg_text){text->data, (uint32_t)text->len_bytes}, at_end);
    cr_assert_eq(cg_reader_take(every->reader, batch, &every->fixture.err), CG_OK, "%s",
                 every->fixture.err.text);
    cr_assert_eq(batch->lines.count, UNITS * STANDINGS);
    cg_history_forget(every->history);
    cr_assert_eq(cg_history_decide(every->history, batch->lines.items, batch->lines.count,
                                   &every->fixture.err),
                 CG_OK, "%s", every->fixture.err.text);
    for (unsigned i = 0; i < UNITS * STANDINGS; i++) {
        expect(cg_batch_line(batch, i), (struct one_case){day, year, i / STANDINGS, i % STANDINGS});
    }
    every->decided += UNITS * STANDINGS;
}

Test(every_case, of_units_used_and_asked_and_standing_is_decided_as_the_policy_says,
     .timeout = 120) {
    struct every_case every;
    set_up(&every);
    for (unsigned day = 0; day <= DAY_CAP; day++) {
        for (unsigned year = 0; year <= YEAR_CAP; year++) {
            decide_members(&every, day, year, (day + year) % CALENDAR,
                           day == DAY_CAP && year == YEAR_CAP);
        }
    }
    cr_assert_eq(every.decided, 7 * 201 * 256 * STANDINGS);
    tear_down(&every);
}
