/*
 * The edits against an oracle that reads section 3 of the contract day by day and row by row, with
 * no table, no sorting and no spans.
 */
#include "claimgate/record/field.h"
#include "claimgate/rules/reason.h"
#include "gate/credential_edits.h"
#include "support/roster_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 6, ROUNDS = 400, LINES = 60, OPEN = CG_DAY_OPEN };

static const uint64_t npis[] = {1234567893, 1000000004};
static const uint64_t agencies[] = {1679576722, 1000000012};
static const char *const types[] = {"CPSSP-MH", "CPSSP-SU", "CPSSP-Y", "RN"};
static const char *const statuses[] = {"current", "limited", "current", "pending", "revoked"};

struct span {
    int32_t first;
    int32_t last;
};
struct credential {
    uint64_t npi;
    struct span span;
    int type;
    int status;
    int32_t training;
    int score;
    int32_t birth;
};
struct education {
    uint64_t npi;
    int year;
    int hours;
    int ethics;
    int32_t reported;
};
struct employment {
    uint64_t npi;
    uint64_t agency;
    struct span span;
};
struct agency {
    uint64_t npi;
    bool dmh;
    struct span span;
};
struct supervision {
    uint64_t npi;
    int supervisor;
    struct span span;
    bool mhp;
    int32_t trained;
    int fte; /* tenths; -1: blank */
    int supervisor_fte;
};
struct world {
    struct credential credentials[ROWS];
    struct education educations[ROWS];
    struct employment employments[ROWS];
    struct agency agencies[ROWS];
    struct supervision supervisions[ROWS];
};

static uint64_t random_state;

static int pick(int count) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)(random_state >> 33) % count;
}

/* Days around New Year 2024, where years of education change. */
static int32_t random_day(void) {
    return roster_fixture_day("2023-12-20") + pick(30);
}

static int32_t random_or_none(void) {
    return pick(4) == 0 ? CG_DAY_NONE : random_day() - (pick(2) == 0 ? 500 : 0);
}

static struct span random_span(void) {
    int32_t first = random_day() - (pick(2) == 0 ? 60 : 0);
    struct span span = {first, pick(3) == 0 ? OPEN : first + pick(25)};
    return span;
}

static void make_world(struct world *world) {
    for (int i = 0; i < ROWS; i++) {
        int32_t births[] = {CG_DAY_NONE, random_day() - 9862, random_day() - 5844, 0};
        world->credentials[i] = (struct credential){npis[pick(2)],
                                                    random_span(),
                                                    pick(10) == 0 ? 3 : pick(3),
                                                    pick(12) == 0 ? 3 + pick(2) : pick(3),
                                                    random_or_none(),
                                                    pick(5) == 0 ? -1 : 70 + pick(10),
                                                    births[pick(4)]};
        world->educations[i] =
            (struct education){npis[pick(2)], 2022 + pick(2), pick(12), pick(5), random_or_none()};
        world->employments[i] =
            (struct employment){npis[pick(2)], agencies[pick(2)], random_span()};
        world->agencies[i] = (struct agency){agencies[pick(2)], pick(4) != 0, random_span()};
        world->supervisions[i] =
            (struct supervision){npis[pick(2)], pick(2),          random_span(),
                                 pick(4) != 0,  random_or_none(), pick(10) == 0 ? -1 : pick(60),
                                 pick(10) - 1};
    }
}

/* --- Writing the files --- */

static const char *day_text(int32_t day) {
    static char text[8][CG_DATE_TEXT_BYTES];
    static int next;
    char *out = text[next++ % 8];
    out[0] = '\0';
    return day == CG_DAY_NONE || day == OPEN ? out : cg_date_format(day, out);
}

static const char *tenths(int value) {
    static char text[4][16];
    static int next;
    char *out = text[next++ % 4];
    out[0] = '\0';
    if (value >= 0) {
        snprintf(out, 16, "%d.%d", value / 10, value % 10);
    }
    return out;
}

struct files {
    char credentials[4096];
    char education[4096];
    char employment[4096];
    char agencies[4096];
    char supervision[4096];
};

#define ADD(file, ...) snprintf((file) + strlen(file), sizeof(file) - strlen(file), __VA_ARGS__)

static void write_world(struct roster_fixture *fixture, const struct world *world) {
    struct files files = {
        "npi,credential_type,status,effective_date,end_date,training_completed_date,exam_score,"
        "birth_date\n",
        "npi,year,hours,ethics_hours,reported_date\n", "npi,agency_npi,effective_date,end_date\n",
        "agency_npi,certification,effective_date,end_date\n",
        "npi,supervisor_id,effective_date,end_date,supervisor_credential,supervisor_training_date,"
        "fte,supervisor_fte\n"};
    for (int i = 0; i < ROWS; i++) {
        const struct credential *c = &world->credentials[i];
        char score[16] = "";
        if (c->score >= 0) {
            snprintf(score, sizeof score, "%d", c->score);
        }
        ADD(files.credentials, "%llu,%s,%s,%s,%s,%s,%s,%s\n", (unsigned long long)c->npi,
            types[c->type], statuses[c->status], day_text(c->span.first), day_text(c->span.last),
            day_text(c->training), score, day_text(c->birth));
        const struct education *e = &world->educations[i];
        ADD(files.education, "%llu,%d,%d,%d,%s\n", (unsigned long long)e->npi, e->year, e->hours,
            e->ethics, day_text(e->reported));
        const struct employment *m = &world->employments[i];
        ADD(files.employment, "%llu,%llu,%s,%s\n", (unsigned long long)m->npi,
            (unsigned long long)m->agency, day_text(m->span.first), day_text(m->span.last));
        const struct agency *a = &world->agencies[i];
        ADD(files.agencies, "%llu,%s,%s,%s\n", (unsigned long long)a->npi, a->dmh ? "DMH" : "X",
            day_text(a->span.first), day_text(a->span.last));
        const struct supervision *s = &world->supervisions[i];
        ADD(files.supervision, "%llu,S%d,%s,%s,%s,%s,%s,%s\n", (unsigned long long)s->npi,
            s->supervisor, day_text(s->span.first), day_text(s->span.last), s->mhp ? "MHP" : "LPC",
            day_text(s->trained), tenths(s->fte), tenths(s->supervisor_fte));
    }
    roster_fixture_write(fixture, "credentials.csv", files.credentials);
    roster_fixture_write(fixture, "continuing_education.csv", files.education);
    roster_fixture_write(fixture, "employment.csv", files.employment);
    roster_fixture_write(fixture, "agencies.csv", files.agencies);
    roster_fixture_write(fixture, "supervision.csv", files.supervision);
    roster_fixture_write(fixture, "authorizations.csv",
                         "authorization_number,member_id,hcpcs_code,effective_date,end_date\n");
}

/* --- The oracle --- */

static bool holds(struct span span, int32_t day) {
    return span.first <= day && day <= span.last;
}

static bool accepted_on(const struct credential *c, uint64_t npi, int32_t day) {
    return c->npi == npi && c->type < 3 && c->status < 3 && holds(c->span, day);
}

static bool education_suffices(const struct world *w, const struct cg_line *line, int32_t day) {
    int year = cg_date_to_civil(day).year;
    int hours = 0;
    int ethics = 0;
    for (int i = 0; i < ROWS; i++) {
        const struct education *e = &w->educations[i];
        const struct credential *c = &w->credentials[i];
        if (e->npi == line->rendering_npi && e->year == year - 1 && e->reported != CG_DAY_NONE &&
            cg_date_to_civil(e->reported).year < year) {
            hours += e->hours;
            ethics += e->ethics;
        }
        if (accepted_on(c, line->rendering_npi, day) && c->training != CG_DAY_NONE &&
            cg_date_to_civil(c->training).year >= year - 1) {
            return true;
        }
    }
    return hours >= 10 && ethics >= 3;
}

static bool certified(const struct world *w, uint64_t agency, int32_t day) {
    for (int i = 0; i < ROWS; i++) {
        if (w->agencies[i].npi == agency && w->agencies[i].dmh && holds(w->agencies[i].span, day)) {
            return true;
        }
    }
    return false;
}

static uint64_t agency_reasons(const struct world *w, const struct cg_line *line, int32_t day) {
    bool employed = false;
    bool any_employer = false;
    bool by_certified = line->billing_npi != 0 && certified(w, line->billing_npi, day);
    for (int i = 0; i < ROWS; i++) {
        const struct employment *m = &w->employments[i];
        if (m->npi != line->rendering_npi || !holds(m->span, day)) {
            continue;
        }
        any_employer = true;
        employed |= line->billing_npi == 0 || line->billing_npi == m->agency;
        by_certified |= line->billing_npi == 0 && certified(w, m->agency, day);
    }
    uint64_t reasons = employed ? 0 : cg_reason_bit(CG_REASON_NOT_EMPLOYED);
    if (!by_certified && (line->billing_npi != 0 || any_employer)) {
        reasons |= cg_reason_bit(CG_REASON_AGENCY_NOT_CERTIFIED);
    }
    return reasons;
}

static bool within_ratio(const struct world *w, const struct supervision *row, int32_t day) {
    int sum = 0;
    bool known = row->supervisor_fte >= 0;
    for (int i = 0; i < ROWS; i++) {
        const struct supervision *s = &w->supervisions[i];
        if (s->supervisor == row->supervisor && holds(s->span, day)) {
            known = known && s->fte >= 0;
            sum += s->fte;
        }
    }
    return known && sum <= 9 * row->supervisor_fte;
}

static uint64_t supervision_reasons(const struct world *w, const struct cg_line *line,
                                    int32_t day) {
    bool any = false;
    bool trained = false;
    bool ratio = false;
    for (int i = 0; i < ROWS; i++) {
        const struct supervision *s = &w->supervisions[i];
        if (s->npi == line->rendering_npi && s->mhp && holds(s->span, day)) {
            any = true;
            trained |= s->trained != CG_DAY_NONE && s->trained <= day;
            ratio |= within_ratio(w, s, day);
        }
    }
    if (!any) {
        return cg_reason_bit(CG_REASON_SUPERVISION_MISSING);
    }
    return (trained ? 0 : cg_reason_bit(CG_REASON_SUPERVISOR_NOT_TRAINED)) |
           (ratio ? 0 : cg_reason_bit(CG_REASON_SUPERVISOR_OVER_RATIO));
}

static bool right_age(const struct credential *c, int32_t day) {
    int age = c->birth == CG_DAY_NONE ? -1 : cg_date_age(c->birth, day);
    return c->type == 2 ? age >= 18 && age <= 26 : age >= 16;
}

static uint64_t credential_reasons(const struct world *w, const struct cg_line *line, int32_t day) {
    uint64_t failed = cg_reason_bit(CG_REASON_TRAINING_NOT_COMPLETED) |
                      cg_reason_bit(CG_REASON_EXAM_NOT_PASSED) |
                      cg_reason_bit(CG_REASON_PROVIDER_AGE);
    bool mh = !cg_modifiers_contain(line->modifiers, cg_field_modifier((struct cg_text){"HE", 2}));
    bool su = !cg_modifiers_contain(line->modifiers, cg_field_modifier((struct cg_text){"HF", 2}));
    for (int i = 0; i < ROWS; i++) {
        const struct credential *c = &w->credentials[i];
        if (!accepted_on(c, line->rendering_npi, day)) {
            continue;
        }
        if (c->training != CG_DAY_NONE && c->training <= day) {
            failed &= ~cg_reason_bit(CG_REASON_TRAINING_NOT_COMPLETED);
        }
        if (c->score >= 75) {
            failed &= ~cg_reason_bit(CG_REASON_EXAM_NOT_PASSED);
        }
        if (right_age(c, day)) {
            failed &= ~cg_reason_bit(CG_REASON_PROVIDER_AGE);
        }
        mh |= c->type == 0;
        su |= c->type == 1;
    }
    return failed | (mh && su ? 0 : cg_reason_bit(CG_REASON_DESIGNATION_MISMATCH)) |
           (education_suffices(w, line, day) ? 0
                                             : cg_reason_bit(CG_REASON_CONTINUING_EDUCATION_SHORT));
}

static uint64_t step_reasons(const struct world *w, const struct cg_line *line) {
    bool any = false;
    bool accepted_type = false;
    bool blocked = false;
    bool covered = true;
    for (int32_t day = line->start_day; day <= line->end_day; day++) {
        bool granted = false;
        for (int i = 0; i < ROWS; i++) {
            const struct credential *c = &w->credentials[i];
            if (c->npi == line->rendering_npi) {
                any = true;
                accepted_type |= c->type < 3;
                blocked |= c->status == 4 && holds(c->span, day);
                granted |= accepted_on(c, line->rendering_npi, day);
            }
        }
        covered &= granted;
    }
    if (!any) {
        return cg_reason_bit(CG_REASON_PROVIDER_NOT_ON_ROSTER);
    }
    if (blocked) {
        return cg_reason_bit(CG_REASON_CREDENTIAL_SUSPENDED);
    }
    if (!accepted_type) {
        return cg_reason_bit(CG_REASON_CREDENTIAL_TYPE_NOT_ACCEPTED);
    }
    return covered ? 0 : cg_reason_bit(CG_REASON_CREDENTIAL_NOT_ACTIVE);
}

static uint64_t oracle(const struct world *w, const struct cg_line *line) {
    uint64_t reasons = step_reasons(w, line);
    if (reasons != 0) {
        return reasons;
    }
    for (int32_t day = line->start_day; day <= line->end_day; day++) {
        reasons |= credential_reasons(w, line, day) | agency_reasons(w, line, day) |
                   supervision_reasons(w, line, day);
    }
    return reasons;
}

static struct cg_line random_line(const struct roster_fixture *fixture) {
    static const char *const modifiers[] = {"HQ", "HE", "HF"};
    struct cg_line line = roster_fixture_line(fixture, npis[0], "2024-01-01", NULL);
    line.rendering_npi = npis[pick(2)];
    line.billing_npi = pick(2) == 0 ? 0 : agencies[pick(2)];
    line.start_day = random_day();
    line.end_day = line.start_day + (pick(2) == 0 ? 0 : pick(15));
    for (int i = 0; i < 2; i++) {
        if (pick(2) == 0) {
            const char *modifier = modifiers[pick(3)];
            line.modifiers = cg_modifiers_append(line.modifiers,
                                                 cg_field_modifier((struct cg_text){modifier, 2}));
        }
    }
    return line;
}

TestSuite(credential_model, .timeout = 120);

Test(credential_model, edits_and_a_day_by_day_oracle_agree) {
    struct roster_fixture fixture;
    roster_fixture_init(&fixture, roster_fixture_all_demands);
    uint64_t seen = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct world world;
        random_state = (uint64_t)round * 7919 + 1;
        make_world(&world);
        write_world(&fixture, &world);
        cr_assert_eq(roster_fixture_load(&fixture), CG_OK, "%s", fixture.err.text);
        for (int i = 0; i < LINES; i++) {
            struct cg_line line = random_line(&fixture);
            uint64_t expected = oracle(&world, &line);
            cg_credential_edits(fixture.roster, &line);
            char found[1024];
            snprintf(found, sizeof found, "%s", roster_fixture_reasons(line.reasons));
            cr_assert_eq(line.reasons, expected, "round %d, line %d: %s instead of %s", round, i,
                         found, roster_fixture_reasons(expected));
            seen |= expected;
        }
    }
    /* The worlds are rich enough to show every credential reason. */
    for (int reason = CG_REASON_CREDENTIAL_SUSPENDED; reason <= CG_REASON_SUPERVISOR_OVER_RATIO;
         reason++) {
        cr_expect((seen & cg_reason_bit((enum cg_reason)reason)) != 0, "%s never occurred",
                  cg_reason_info((enum cg_reason)reason)->name);
    }
    roster_fixture_fini(&fixture);
}
