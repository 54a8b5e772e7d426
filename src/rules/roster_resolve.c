/*
 * What is worked out once, when all rows are there: what each word means under each version of the
 * policy, and what the people of each supervisor add up to.
 */

#include "roster_private.h"

#include <limits.h>
#include <stdlib.h>

/* --- Roles of words --- */

static bool is_word(const struct cg_word *word, const char *folded) {
    return cg_text_is(word->key, folded);
}

static bool is_listed(const struct cg_word *word, const char *const *list, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (is_word(word, list[i])) {
            return true;
        }
    }
    return false;
}

static struct cg_word_role role_under(const struct cg_policy_version *version,
                                      const struct cg_word *word) {
    struct cg_word_role role = {
        .type_slot = CG_TYPE_NOT_ACCEPTED,
        .certifies =
            is_listed(word, version->agency_certifications, version->agency_certification_count),
        .supervises =
            is_listed(word, version->supervisor_credentials, version->supervisor_credential_count),
        .min_age = version->age_min,
        .max_age = INT_MAX,
    };
    for (uint32_t slot = 0; slot < version->type_count; slot++) {
        if (is_word(word, version->types[slot])) {
            role.type_slot = (uint8_t)slot;
            break;
        }
    }
    for (uint32_t i = 0; i < version->age_by_type_count; i++) {
        const struct cg_age_range *range = &version->age_by_type[i];
        if (is_word(word, range->type)) {
            role.min_age = range->min_years > role.min_age ? range->min_years : role.min_age;
            role.max_age = range->max_years;
        }
    }
    return role;
}

static bool accepts_type(const struct cg_roster *roster, uint32_t word) {
    for (uint32_t v = 0; v < roster->version_count; v++) {
        if (cg_roster_roles(roster, v)[word].type_slot != CG_TYPE_NOT_ACCEPTED) {
            return true;
        }
    }
    return false;
}

static void put_demand(struct cg_demands *demands, enum cg_reason reason,
                       enum cg_severity severity) {
    switch (severity) {
    case CG_SEVERITY_OFF:
        break;
    case CG_SEVERITY_WARN:
        demands->warns |= cg_reason_bit(reason);
        break;
    case CG_SEVERITY_REJECT:
        demands->rejects |= cg_reason_bit(reason);
        break;
    }
}

struct cg_demands cg_roster_demands(const struct cg_policy_version *version) {
    struct cg_demands demands = {0, 0};
    put_demand(&demands, CG_REASON_TRAINING_NOT_COMPLETED, version->training);
    put_demand(&demands, CG_REASON_EXAM_NOT_PASSED, version->exam);
    put_demand(&demands, CG_REASON_PROVIDER_AGE, version->age);
    put_demand(&demands, CG_REASON_DESIGNATION_MISMATCH, version->designation);
    put_demand(&demands, CG_REASON_CONTINUING_EDUCATION_SHORT, version->continuing_education);
    put_demand(&demands, CG_REASON_NOT_EMPLOYED, version->employment);
    if (version->agency_certification_count > 0) {
        put_demand(&demands, CG_REASON_AGENCY_NOT_CERTIFIED, version->employment);
    }
    if (version->supervision == CG_SEVERITY_OFF) {
        return demands; /* supervision.csv is not asked for: nothing in it is tested */
    }
    put_demand(&demands, CG_REASON_SUPERVISION_MISSING, version->supervision);
    if (version->supervisor_training) {
        put_demand(&demands, CG_REASON_SUPERVISOR_NOT_TRAINED, version->supervision);
    }
    if (version->max_fte_milli >= 0) {
        put_demand(&demands, CG_REASON_SUPERVISOR_OVER_RATIO, version->supervisor_ratio);
    }
    return demands;
}

bool cg_roster_resolve(struct cg_roster *roster, const struct cg_policy *policy) {
    uint32_t words = roster->words.list.count + 1; /* with word 0, which is none */
    roster->version_count = cg_policy_version_count(policy);
    roster->roles = calloc((size_t)roster->version_count * words, sizeof *roster->roles);
    roster->demands = calloc(roster->version_count, sizeof *roster->demands);
    roster->unnamed_types = calloc(words, sizeof *roster->unnamed_types);
    if (roster->roles == NULL || roster->demands == NULL || roster->unnamed_types == NULL) {
        return false;
    }
    struct cg_word_role *role = roster->roles;
    for (uint32_t v = 0; v < roster->version_count; v++) {
        const struct cg_policy_version *version = cg_policy_version(policy, v);
        roster->demands[v] = cg_roster_demands(version);
        role++;
        for (uint32_t word = 1; word < words; word++) {
            *role++ = role_under(version, cg_words_at(&roster->words, word));
        }
    }
    for (uint32_t word = 1; word < words; word++) {
        if (cg_words_at(&roster->words, word)->type_rows > 0 && !accepts_type(roster, word)) {
            roster->unnamed_types[roster->unnamed_type_count++] = word;
        }
    }
    return true;
}

/* --- Workloads --- */

/* A row of supervision.csv begins or ends. */
struct change {
    uint32_t supervisor;
    int32_t day;
    int64_t fte_milli;
    int rows;
    int unknown_rows;
};

static int compare_changes(const void *left, const void *right) {
    const struct change *a = left;
    const struct change *b = right;
    if (a->supervisor != b->supervisor) {
        return a->supervisor < b->supervisor ? -1 : 1;
    }
    return (a->day > b->day) - (a->day < b->day);
}

static size_t list_changes(const struct cg_span_table *supervision, struct change *changes) {
    size_t count = 0;
    const struct cg_supervision *rows = supervision->rows.items;
    for (size_t i = 0; i < supervision->rows.count; i++) {
        const struct cg_supervision *row = &rows[i];
        int unknown = row->fte_milli == CG_MILLI_NONE;
        int64_t fte = unknown ? 0 : row->fte_milli;
        changes[count++] = (struct change){row->supervisor, row->span.first_day, fte, 1, unknown};
        if (row->span.last_day != CG_DAY_OPEN) {
            changes[count++] =
                (struct change){row->supervisor, row->span.last_day + 1, -fte, -1, -unknown};
        }
    }
    return count;
}

/* The changes of one supervisor, in order of their days, become spans of an even load. */
static bool add_spans(struct cg_span_table *workloads, const struct change *changes, size_t count) {
    struct cg_workload load = {.span = {.key = changes[0].supervisor}};
    int64_t rows = 0;
    for (size_t i = 0; i < count; i++) {
        load.fte_milli += changes[i].fte_milli;
        load.unknown_rows += changes[i].unknown_rows;
        rows += changes[i].rows;
        bool day_ends_here = i + 1 == count || changes[i + 1].day != changes[i].day;
        if (!day_ends_here || rows == 0) {
            continue;
        }
        load.span.first_day = changes[i].day;
        load.span.last_day = i + 1 == count ? CG_DAY_OPEN : changes[i + 1].day - 1;
        if (!cg_span_table_add(workloads, &load)) {
            return false;
        }
    }
    return true;
}

bool cg_roster_add_workloads(struct cg_roster *roster) {
    size_t rows = roster->supervision.rows.count;
    if (rows == 0) {
        return true;
    }
    struct change *changes = reallocarray(NULL, rows * 2, sizeof *changes);
    if (changes == NULL) {
        return false;
    }
    size_t count = list_changes(&roster->supervision, changes);
    qsort(changes, count, sizeof *changes, compare_changes);
    bool done = true;
    for (size_t first = 0, next; first < count && done; first = next) {
        for (next = first + 1;
             next < count && changes[next].supervisor == changes[first].supervisor;) {
            next++;
        }
        done = add_spans(&roster->workloads, changes + first, next - first);
    }
    free(changes);
    return done;
}
