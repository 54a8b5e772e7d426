/*
 * Every demand is met by rows: a row that holds a day and is good enough meets it there, and any
 * row may do so. A line is asked about all its days, and a span may be long, so nothing here goes
 * day by day: each demand has a function that says, for a row and a day that the row holds, up to
 * which day the row goes on meeting the demand. The days of the line are covered from the first on,
 * row by row, and the day that no row covers is the answer.
 */
#include "credential_demands.h"

#include "claimgate/record/field.h"

#include <limits.h>

/* The last day, from `day` on without a gap, on which `row` meets a demand; at most the row's own
 * last day. CG_DAY_NONE when it does not on `day`, which the row holds. */
typedef int32_t (*meets_until)(const struct cg_credential_question *question,
                               const struct cg_span *row, int32_t day);

struct cg_credential_question cg_credential_ask(const struct cg_roster *roster,
                                                const struct cg_line *line) {
    return (struct cg_credential_question){
        .roster = roster,
        .line = line,
        .roles = cg_roster_roles(roster, line->version->index),
        .credentials = cg_span_table_find(&roster->credentials, line->rendering_npi),
    };
}

static int32_t earlier(int32_t a, int32_t b) {
    return a < b ? a : b;
}

/* The first day from `day` to the line's end that no row covers; CG_DAY_NONE: none. Rows stand by
 * their first days, so one pass follows a chain of them; another is made only when one moved on,
 * for what a row covers may begin later than the row. */
static int32_t uncovered_from(const struct cg_credential_question *question,
                              struct cg_span_group group, meets_until meets, int32_t day) {
    bool moved = true;
    while (moved) {
        moved = false;
        for (size_t i = 0; i < group.count; i++) {
            const struct cg_span *row = cg_span_at(group, i);
            if (row->first_day > day) {
                break;
            }
            int32_t last = row->last_day >= day ? meets(question, row, day) : CG_DAY_NONE;
            if (last == CG_DAY_NONE) {
                continue;
            }
            if (last >= question->line->end_day) {
                return CG_DAY_NONE;
            }
            day = last + 1;
            moved = true;
        }
    }
    return day;
}

static int32_t uncovered(const struct cg_credential_question *question, struct cg_span_group group,
                         meets_until meets) {
    return uncovered_from(question, group, meets, question->line->start_day);
}

static bool is_met_on(const struct cg_credential_question *question, struct cg_span_group group,
                      meets_until meets, int32_t day) {
    for (size_t i = 0; i < group.count; i++) {
        const struct cg_span *row = cg_span_at(group, i);
        if (cg_span_holds(row, day) && meets(question, row, day) != CG_DAY_NONE) {
            return true;
        }
    }
    return false;
}

/* As uncovered(), but only days on which `base` is met count: on others the reason of `base` stands
 * alone. `base` holds for a row on all of its days or on none. */
static int32_t uncovered_where(const struct cg_credential_question *question,
                               struct cg_span_group group, meets_until base, meets_until meets) {
    int32_t day = question->line->start_day;
    for (;;) {
        day = uncovered_from(question, group, meets, day);
        if (day == CG_DAY_NONE || is_met_on(question, group, base, day)) {
            return day;
        }
        /* The base comes back, if at all, with the next row that begins. */
        size_t next = 0;
        while (next < group.count && cg_span_at(group, next)->first_day <= day) {
            next++;
        }
        if (next == group.count || cg_span_at(group, next)->first_day > question->line->end_day) {
            return CG_DAY_NONE;
        }
        day = cg_span_at(group, next)->first_day;
    }
}

/* --- credentials.csv --- */

static struct cg_span_group credentials(const struct cg_credential_question *question) {
    return question->credentials;
}

static int32_t active_until(const struct cg_credential_question *question,
                            const struct cg_span *row, int32_t day) {
    (void)day;
    const struct cg_credential *credential = (const void *)row;
    return cg_credential_is_accepted(question, credential) ? row->last_day : CG_DAY_NONE;
}

static int32_t trained_until(const struct cg_credential_question *question,
                             const struct cg_span *row, int32_t day) {
    const struct cg_credential *credential = (const void *)row;
    bool trained = credential->training_day != CG_DAY_NONE && credential->training_day <= day;
    return trained ? active_until(question, row, day) : CG_DAY_NONE;
}

static int32_t examined_until(const struct cg_credential_question *question,
                              const struct cg_span *row, int32_t day) {
    const struct cg_credential *credential = (const void *)row;
    bool passed = credential->exam_milli != CG_MILLI_NONE &&
                  credential->exam_milli >= question->line->version->exam_min_milli;
    return passed ? active_until(question, row, day) : CG_DAY_NONE;
}

/* The day on which someone completes that many years of life; born on 29 February, the birthday is
 * 1 March in years without one, as in cg_date_age. */
static int32_t birthday(int32_t birth_day, int years) {
    struct cg_civil civil = cg_date_to_civil(birth_day);
    int32_t month_start = cg_date_from_civil((struct cg_civil){civil.year + years, civil.month, 1});
    return month_start + civil.day - 1; /* 29 February runs over into March by itself */
}

static int32_t right_age_until(const struct cg_credential_question *question,
                               const struct cg_span *row, int32_t day) {
    const struct cg_credential *credential = (const void *)row;
    const struct cg_word_role *role = &question->roles[credential->type];
    int32_t last = active_until(question, row, day);
    if (last == CG_DAY_NONE || credential->birth_day == CG_DAY_NONE) {
        return CG_DAY_NONE;
    }
    int age = cg_date_age(credential->birth_day, day);
    if (age < role->min_age || age > role->max_age) {
        return CG_DAY_NONE;
    }
    return role->max_age == INT_MAX
               ? last
               : earlier(last, birthday(credential->birth_day, role->max_age + 1) - 1);
}

static int32_t designated_until(const struct cg_credential_question *question,
                                const struct cg_span *row, int32_t day) {
    const struct cg_credential *credential = (const void *)row;
    int32_t last = active_until(question, row, day);
    if (last == CG_DAY_NONE) {
        return CG_DAY_NONE;
    }
    uint64_t slot = UINT64_C(1) << question->roles[credential->type].type_slot;
    return (question->designation->types & slot) != 0 ? last : CG_DAY_NONE;
}

struct cg_education_sum cg_credential_education(const struct cg_credential_question *question,
                                                int32_t day) {
    struct cg_education_sum sum = {0, 0};
    struct cg_span_group group =
        cg_span_table_find(&question->roster->education, question->line->rendering_npi);
    for (size_t i = 0; i < group.count; i++) {
        const struct cg_education *education = (const void *)cg_span_at(group, i);
        if (cg_span_holds(&education->span, day)) {
            sum.hours_milli += education->hours_milli;
            sum.ethics_milli += education->ethics_milli;
        }
    }
    return sum;
}

/* The hours of one year serve all of the next. Those who were trained in the year before or later
 * have no full year to report yet. */
static int32_t educated_until(const struct cg_credential_question *question,
                              const struct cg_span *row, int32_t day) {
    const struct cg_credential *credential = (const void *)row;
    const struct cg_policy_version *version = question->line->version;
    int32_t last = active_until(question, row, day);
    if (last == CG_DAY_NONE) {
        return CG_DAY_NONE;
    }
    int year = cg_date_to_civil(day).year;
    last = earlier(last, cg_date_from_civil((struct cg_civil){year, 12, 31}));
    if (credential->training_day != CG_DAY_NONE &&
        credential->training_day >= cg_date_from_civil((struct cg_civil){year - 1, 1, 1})) {
        return last;
    }
    struct cg_education_sum sum = cg_credential_education(question, day);
    bool enough =
        sum.hours_milli >= version->ce_hours_milli && sum.ethics_milli >= version->ce_ethics_milli;
    return enough ? last : CG_DAY_NONE;
}

static int32_t unmet_designation(struct cg_credential_question *question) {
    const struct cg_policy_version *version = question->line->version;
    for (uint32_t i = 0; i < version->designation_count; i++) {
        question->designation = &version->designations[i];
        if (!cg_modifiers_contain(question->line->modifiers, question->designation->modifier)) {
            continue;
        }
        int32_t day = uncovered(question, question->credentials, designated_until);
        if (day != CG_DAY_NONE) {
            return day;
        }
    }
    return CG_DAY_NONE;
}

/* --- employment.csv and agencies.csv --- */

static int32_t employed_until(const struct cg_credential_question *question,
                              const struct cg_span *row, int32_t day) {
    (void)day;
    const struct cg_employment *employment = (const void *)row;
    uint64_t billing_npi = question->line->billing_npi;
    bool there = billing_npi == 0 || billing_npi == employment->agency_npi;
    return there ? row->last_day : CG_DAY_NONE;
}

static int32_t certified_until(const struct cg_credential_question *question,
                               const struct cg_span *row, int32_t day) {
    (void)day;
    const struct cg_certification *certification = (const void *)row;
    return question->roles[certification->word].certifies ? row->last_day : CG_DAY_NONE;
}

/* Where a line names no agency: employed by one that is certified. */
static int32_t employer_certified_until(const struct cg_credential_question *question,
                                        const struct cg_span *row, int32_t day) {
    const struct cg_employment *employment = (const void *)row;
    struct cg_span_group agency =
        cg_span_table_find(&question->roster->certifications, employment->agency_npi);
    for (size_t i = 0; i < agency.count; i++) {
        const struct cg_span *certification = cg_span_at(agency, i);
        if (cg_span_holds(certification, day) &&
            certified_until(question, certification, day) != CG_DAY_NONE) {
            return earlier(row->last_day, certification->last_day);
        }
    }
    return CG_DAY_NONE;
}

static struct cg_span_group employers(const struct cg_credential_question *question) {
    return cg_span_table_find(&question->roster->employment, question->line->rendering_npi);
}

static int32_t unmet_certification(struct cg_credential_question *question) {
    uint64_t billing_npi = question->line->billing_npi;
    if (billing_npi == 0) {
        return uncovered_where(question, employers(question), employed_until,
                               employer_certified_until);
    }
    return uncovered(question, cg_span_table_find(&question->roster->certifications, billing_npi),
                     certified_until);
}

/* --- supervision.csv --- */

static int32_t supervised_until(const struct cg_credential_question *question,
                                const struct cg_span *row, int32_t day) {
    (void)day;
    const struct cg_supervision *supervision = (const void *)row;
    return question->roles[supervision->word].supervises ? row->last_day : CG_DAY_NONE;
}

static int32_t supervisor_trained_until(const struct cg_credential_question *question,
                                        const struct cg_span *row, int32_t day) {
    const struct cg_supervision *supervision = (const void *)row;
    bool trained = supervision->supervisor_training_day != CG_DAY_NONE &&
                   supervision->supervisor_training_day <= day;
    return trained ? supervised_until(question, row, day) : CG_DAY_NONE;
}

/* Position of the last load that begins on or before `day`. */
static size_t find_load(struct cg_span_group loads, int32_t day) {
    size_t low = 0;
    size_t high = loads.count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (cg_span_at(loads, middle)->first_day <= day) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct cg_workload *cg_credential_workload(const struct cg_credential_question *question,
                                                 const struct cg_supervision *row, int32_t day) {
    struct cg_span_group loads = cg_span_table_find(&question->roster->workloads, row->supervisor);
    return (const void *)cg_span_at(loads, find_load(loads, day));
}

/* Thousandths times thousandths stay below 10^18: rows and FTE are bounded where they are read. */
static bool is_within_ratio(const struct cg_workload *load, int64_t supervisor_fte_milli,
                            int64_t max_fte_milli) {
    return load->unknown_rows == 0 && supervisor_fte_milli != CG_MILLI_NONE &&
           load->fte_milli * 1000 <= max_fte_milli * supervisor_fte_milli;
}

/* While the row holds, its supervisor has people, so that one load follows the other without a gap.
 */
static int32_t within_ratio_until(const struct cg_credential_question *question,
                                  const struct cg_span *row, int32_t day) {
    const struct cg_supervision *supervision = (const void *)row;
    int32_t last = CG_DAY_NONE;
    if (supervised_until(question, row, day) == CG_DAY_NONE) {
        return CG_DAY_NONE;
    }
    int32_t wanted = earlier(row->last_day, question->line->end_day);
    struct cg_span_group loads =
        cg_span_table_find(&question->roster->workloads, supervision->supervisor);
    for (size_t i = find_load(loads, day); i < loads.count && last < wanted; i++) {
        const struct cg_workload *load = (const void *)cg_span_at(loads, i);
        if (!is_within_ratio(load, supervision->supervisor_fte_milli,
                             question->line->version->max_fte_milli)) {
            break;
        }
        last = load->span.last_day;
    }
    return earlier(last, row->last_day);
}

static struct cg_span_group supervisors(const struct cg_credential_question *question) {
    return cg_span_table_find(&question->roster->supervision, question->line->rendering_npi);
}

/* --- All of them --- */

/* Which rows must cover the line's days. */
struct demand {
    struct cg_span_group (*rows)(const struct cg_credential_question *question);
    meets_until base; /* only where a row meets this too; NULL: on every day */
    meets_until meets;
};

static const struct demand demands[CG_REASON_COUNT] = {
    [CG_REASON_CREDENTIAL_NOT_ACTIVE] = {credentials, NULL, active_until},
    [CG_REASON_TRAINING_NOT_COMPLETED] = {credentials, NULL, trained_until},
    [CG_REASON_EXAM_NOT_PASSED] = {credentials, NULL, examined_until},
    [CG_REASON_PROVIDER_AGE] = {credentials, NULL, right_age_until},
    [CG_REASON_CONTINUING_EDUCATION_SHORT] = {credentials, NULL, educated_until},
    [CG_REASON_NOT_EMPLOYED] = {employers, NULL, employed_until},
    [CG_REASON_SUPERVISION_MISSING] = {supervisors, NULL, supervised_until},
    [CG_REASON_SUPERVISOR_NOT_TRAINED] = {supervisors, supervised_until, supervisor_trained_until},
    [CG_REASON_SUPERVISOR_OVER_RATIO] = {supervisors, supervised_until, within_ratio_until},
};

int32_t cg_credential_unmet_day(struct cg_credential_question *question, enum cg_reason reason) {
    const struct demand *demand = &demands[reason];
    if (reason == CG_REASON_DESIGNATION_MISMATCH) {
        return unmet_designation(question);
    }
    if (reason == CG_REASON_AGENCY_NOT_CERTIFIED) {
        return unmet_certification(question);
    }
    if (demand->rows == NULL) {
        return CG_DAY_NONE;
    }
    const struct cg_span_group rows = demand->rows(question);
    return demand->base == NULL ? uncovered(question, rows, demand->meets)
                                : uncovered_where(question, rows, demand->base, demand->meets);
}
