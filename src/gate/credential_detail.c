#include "credential_sentence.h"

#include <inttypes.h>
#include <limits.h>

static bool is_of_accepted_type(const struct cg_sentence *sentence, const struct cg_span *row) {
    const struct cg_credential *credential = (const void *)row;
    return sentence->question->roles[credential->type].type_slot != CG_TYPE_NOT_ACCEPTED;
}

static bool is_accepted(const struct cg_sentence *sentence, const struct cg_span *row) {
    return cg_credential_is_accepted(sentence->question, (const void *)row);
}

/* --- Steps 1 to 4 --- */

static void say_not_on_roster(struct cg_sentence *sentence) {
    cg_sentence_say(sentence, "NPI %010" PRIu64 " has no row in credentials.csv.", sentence->npi);
}

static void say_suspended(struct cg_sentence *sentence) {
    const struct cg_line *line = sentence->question->line;
    struct cg_span_group rows = sentence->question->credentials;
    for (size_t i = 0; i < rows.count; i++) {
        const struct cg_credential *row = (const void *)cg_span_at(rows, i);
        if (!cg_credential_blocks(row) || row->span.first_day > line->end_day ||
            row->span.last_day < line->start_day) {
            continue;
        }
        char span[CG_SENTENCE_SPAN_BYTES];
        if (row->span.first_day > sentence->day) {
            cg_date_format(row->span.first_day, sentence->day_text);
        }
        cg_sentence_say(sentence, "NPI %010" PRIu64 "'s credential %s is %s %s, which holds %s.",
                        sentence->npi, cg_sentence_word(sentence, row->type),
                        cg_credential_status_words[row->status], cg_sentence_span(&row->span, span),
                        sentence->day_text);
        return;
    }
}

static bool stands_before(struct cg_span_group rows, size_t index) {
    const struct cg_credential *row = (const void *)cg_span_at(rows, index);
    for (size_t i = 0; i < index; i++) {
        const struct cg_credential *before = (const void *)cg_span_at(rows, i);
        if (before->type == row->type) {
            return true;
        }
    }
    return false;
}

static void say_type_not_accepted(struct cg_sentence *sentence) {
    const struct cg_policy_version *version = sentence->question->line->version;
    struct cg_span_group rows = sentence->question->credentials;
    const char *types[CG_SENTENCE_WORDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < rows.count && count < CG_SENTENCE_WORDS_MAX; i++) {
        const struct cg_credential *row = (const void *)cg_span_at(rows, i);
        if (!stands_before(rows, i)) {
            types[count++] = cg_sentence_word(sentence, row->type);
        }
    }
    cg_sentence_say(sentence, "NPI %010" PRIu64 " holds ", sentence->npi);
    cg_sentence_say_words(sentence, types, count);
    cg_sentence_say(sentence, "; the policy accepts ");
    cg_sentence_say_words(sentence, version->type_names, version->type_count);
    cg_sentence_say(sentence, ".");
}

/* A row that withholds on the day says more than a granting one elsewhere. */
static void say_not_active(struct cg_sentence *sentence) {
    char span[CG_SENTENCE_SPAN_BYTES];
    struct cg_span_group rows = sentence->question->credentials;
    cg_sentence_say(sentence, "NPI %010" PRIu64 "'s accepted credentials do not cover %s",
                    sentence->npi, sentence->day_text);
    const struct cg_credential *near =
        (const void *)cg_sentence_nearest_row(sentence, rows, is_of_accepted_type);
    if (near != NULL && !cg_credential_grants(near)) {
        cg_sentence_say(sentence, "; %s is %s %s", cg_sentence_word(sentence, near->type),
                        cg_credential_status_words[near->status],
                        cg_sentence_span(&near->span, span));
    }
    near = (const void *)cg_sentence_nearest_row(sentence, rows, is_accepted);
    if (near != NULL) {
        cg_sentence_say(sentence, "; the nearest is %s %s", cg_sentence_word(sentence, near->type),
                        cg_sentence_span(&near->span, span));
    }
    cg_sentence_say(sentence, ".");
}

/* --- Demands on credentials.csv: the rows that hold the day are accepted, but not good enough. ---
 */

static void say_not_trained(struct cg_sentence *sentence) {
    int32_t earliest = CG_DAY_NONE;
    size_t i = 0;
    for (const struct cg_span *row;
         (row = cg_sentence_row_on_day(sentence, sentence->question->credentials, &i,
                                       is_accepted)) != NULL;) {
        int32_t day = ((const struct cg_credential *)(const void *)row)->training_day;
        if (day != CG_DAY_NONE && (earliest == CG_DAY_NONE || day < earliest)) {
            earliest = day;
        }
    }
    char text[CG_DATE_TEXT_BYTES];
    if (earliest == CG_DAY_NONE) {
        cg_sentence_say(sentence,
                        "NPI %010" PRIu64
                        " has no training_completed_date for %s; one on or before that day is "
                        "needed.",
                        sentence->npi, sentence->day_text);
    } else {
        cg_sentence_say(sentence,
                        "NPI %010" PRIu64 " completed training on %s; %s or earlier is needed.",
                        sentence->npi, cg_date_format(earliest, text), sentence->day_text);
    }
}

static void say_not_examined(struct cg_sentence *sentence) {
    int32_t best = CG_MILLI_NONE;
    size_t i = 0;
    for (const struct cg_span *row;
         (row = cg_sentence_row_on_day(sentence, sentence->question->credentials, &i,
                                       is_accepted)) != NULL;) {
        int32_t exam = ((const struct cg_credential *)(const void *)row)->exam_milli;
        best = exam > best ? exam : best;
    }
    char found[CG_SENTENCE_MILLI_BYTES];
    char needed[CG_SENTENCE_MILLI_BYTES];
    cg_sentence_say(sentence,
                    "NPI %010" PRIu64
                    " has %s%s on the credentials that hold %s; at least %s is needed.",
                    sentence->npi, best == CG_MILLI_NONE ? "no exam score" : "an exam score of ",
                    best == CG_MILLI_NONE ? "" : cg_sentence_milli(best, found), sentence->day_text,
                    cg_sentence_milli(sentence->question->line->version->exam_min_milli, needed));
}

static void say_age(struct cg_sentence *sentence) {
    const struct cg_credential *found = NULL;
    size_t i = 0;
    for (const struct cg_span *row;
         (row = cg_sentence_row_on_day(sentence, sentence->question->credentials, &i,
                                       is_accepted)) != NULL;) {
        const struct cg_credential *credential = (const void *)row;
        if (found == NULL || found->birth_day == CG_DAY_NONE) {
            found = credential;
        }
    }
    if (found == NULL) {
        return;
    }
    if (found->birth_day == CG_DAY_NONE) {
        cg_sentence_say(sentence, "NPI %010" PRIu64 " has no birth_date for %s", sentence->npi,
                        sentence->day_text);
    } else {
        cg_sentence_say(sentence, "NPI %010" PRIu64 " is %d years old on %s", sentence->npi,
                        cg_date_age(found->birth_day, sentence->day), sentence->day_text);
    }
    const struct cg_word_role *role = &sentence->question->roles[found->type];
    if (role->max_age == INT_MAX) {
        cg_sentence_say(sentence, "; %s needs at least %d.",
                        cg_sentence_word(sentence, found->type), role->min_age);
    } else {
        cg_sentence_say(sentence, "; %s needs %d to %d.", cg_sentence_word(sentence, found->type),
                        role->min_age, role->max_age);
    }
}

static void say_designation(struct cg_sentence *sentence) {
    const struct cg_policy_version *version = sentence->question->line->version;
    const struct cg_designation *designation = sentence->question->designation;
    const char *types[CG_TYPES_MAX];
    size_t count = 0;
    for (uint32_t slot = 0; slot < version->type_count; slot++) {
        if ((designation->types >> slot & 1) != 0) {
            types[count++] = version->type_names[slot];
        }
    }
    cg_sentence_say(sentence, "Modifier %s needs ", designation->modifier_text);
    cg_sentence_say_words(sentence, types, count);
    size_t i = 0;
    const struct cg_credential *held = (const void *)cg_sentence_row_on_day(
        sentence, sentence->question->credentials, &i, is_accepted);
    cg_sentence_say(sentence, " on %s; NPI %010" PRIu64 " holds %s.", sentence->day_text,
                    sentence->npi, held == NULL ? "none" : cg_sentence_word(sentence, held->type));
}

static void say_education(struct cg_sentence *sentence) {
    const struct cg_policy_version *version = sentence->question->line->version;
    struct cg_education_sum sum = cg_credential_education(sentence->question, sentence->day);
    int year = cg_date_to_civil(sentence->day).year - 1;
    char hours[CG_SENTENCE_MILLI_BYTES];
    char ethics[CG_SENTENCE_MILLI_BYTES];
    char hours_needed[CG_SENTENCE_MILLI_BYTES];
    char ethics_needed[CG_SENTENCE_MILLI_BYTES];
    cg_sentence_say(sentence,
                    "NPI %010" PRIu64
                    " has %s hours of continuing education for %d reported by %d-12-31, %s of "
                    "them ethics; %s and %s are needed for service on %s.",
                    sentence->npi, cg_sentence_milli(sum.hours_milli, hours), year, year,
                    cg_sentence_milli(sum.ethics_milli, ethics),
                    cg_sentence_milli(version->ce_hours_milli, hours_needed),
                    cg_sentence_milli(version->ce_ethics_milli, ethics_needed), sentence->day_text);
}

void cg_credential_detail(const struct cg_roster *roster, const struct cg_line *line,
                          enum cg_reason reason, char *out, size_t capacity) {
    static void (*const sayings[CG_REASON_COUNT])(struct cg_sentence *) = {
        [CG_REASON_PROVIDER_NOT_ON_ROSTER] = say_not_on_roster,
        [CG_REASON_CREDENTIAL_SUSPENDED] = say_suspended,
        [CG_REASON_CREDENTIAL_TYPE_NOT_ACCEPTED] = say_type_not_accepted,
        [CG_REASON_CREDENTIAL_NOT_ACTIVE] = say_not_active,
        [CG_REASON_TRAINING_NOT_COMPLETED] = say_not_trained,
        [CG_REASON_EXAM_NOT_PASSED] = say_not_examined,
        [CG_REASON_PROVIDER_AGE] = say_age,
        [CG_REASON_DESIGNATION_MISMATCH] = say_designation,
        [CG_REASON_CONTINUING_EDUCATION_SHORT] = say_education,
        [CG_REASON_NOT_EMPLOYED] = cg_sentence_not_employed,
        [CG_REASON_AGENCY_NOT_CERTIFIED] = cg_sentence_not_certified,
        [CG_REASON_SUPERVISION_MISSING] = cg_sentence_not_supervised,
        [CG_REASON_SUPERVISOR_NOT_TRAINED] = cg_sentence_supervisor_not_trained,
        [CG_REASON_SUPERVISOR_OVER_RATIO] = cg_sentence_over_ratio,
    };
    if (capacity == 0) {
        return;
    }
    out[0] = '\0';
    if (sayings[reason] == NULL) {
        return;
    }
    struct cg_credential_question question = cg_credential_ask(roster, line);
    int32_t unmet = cg_credential_unmet_day(&question, reason);
    if (unmet == CG_DAY_NONE && reason >= CG_REASON_CREDENTIAL_NOT_ACTIVE) {
        return;
    }
    struct cg_sentence sentence = {
        .out = out,
        .capacity = capacity,
        .question = &question,
        .npi = line->rendering_npi,
        .day = unmet == CG_DAY_NONE ? line->start_day : unmet,
    };
    cg_date_format(sentence.day, sentence.day_text);
    sayings[reason](&sentence);
    cg_sentence_close(&sentence);
}
