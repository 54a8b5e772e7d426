#include "credential_words.h"

#include <limits.h>
#include <stdlib.h>

static bool is_of_accepted_type(const struct cg_sentence *sentence, const struct cg_span *row) {
    const struct cg_credential *credential = (const void *)row;
    return sentence->question->roles[credential->type].type_slot != CG_TYPE_NOT_ACCEPTED;
}

static bool is_accepted(const struct cg_sentence *sentence, const struct cg_span *row) {
    return cg_credential_is_accepted(sentence->question, (const void *)row);
}

/* --- Steps 1 to 4 --- */

/* "RN is revoked from 2024-03-06 on". */
static void say_status(const struct cg_sentence *sentence, const struct cg_credential *row) {
    struct cg_phrase *say = sentence->say;
    cg_phrase_text(say, cg_sentence_word(sentence, row->type));
    cg_phrase_text(say, " is ");
    cg_phrase_text(say, cg_credential_status_words[row->status]);
    cg_phrase_text(say, " ");
    cg_sentence_span(say, &row->span);
}

static void say_not_on_roster(const struct cg_sentence *sentence) {
    cg_sentence_provider(sentence, " has no row in credentials.csv.");
}

static void say_suspended(const struct cg_sentence *sentence) {
    const struct cg_line *line = sentence->question->line;
    struct cg_span_group rows = sentence->question->credentials;
    struct cg_phrase *say = sentence->say;
    for (size_t i = 0; i < rows.count; i++) {
        const struct cg_credential *row = (const void *)cg_span_at(rows, i);
        if (!cg_credential_blocks(row) || row->span.first_day > line->end_day ||
            row->span.last_day < line->start_day) {
            continue;
        }
        cg_sentence_provider(sentence, "'s credential ");
        say_status(sentence, row);
        cg_phrase_text(say, ", which holds ");
        cg_phrase_date(say,
                       row->span.first_day > sentence->day ? row->span.first_day : sentence->day);
        cg_phrase_text(say, ".");
        return;
    }
}

/* Each type once, in the order of the rows; a hostile roster may have any number of them. */
static void say_type_not_accepted(const struct cg_sentence *sentence) {
    const struct cg_policy_version *version = sentence->question->line->version;
    struct cg_span_group rows = sentence->question->credentials;
    struct cg_phrase *say = sentence->say;
    uint64_t seen[CG_ROSTER_WORDS_MAX / 64 + 1] = {0}; /* a bit for each word */
    const char *types[CG_SENTENCE_WORDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        const struct cg_credential *row = (const void *)cg_span_at(rows, i);
        const uint64_t bit = UINT64_C(1) << row->type % 64;
        const bool is_new = (seen[row->type / 64] & bit) == 0;
        if (is_new && count < CG_SENTENCE_WORDS_MAX) {
            types[count] = cg_sentence_word(sentence, row->type);
        }
        count += is_new;
        seen[row->type / 64] |= bit;
    }
    cg_sentence_provider(sentence, " holds ");
    cg_sentence_words(say, types, count);
    cg_phrase_text(say, "; the policy accepts ");
    cg_sentence_words(say, version->type_names, version->type_count);
    cg_phrase_text(say, ".");
}

/* A row that withholds on the day says more than a granting one elsewhere. */
static void say_not_active(const struct cg_sentence *sentence) {
    struct cg_span_group rows = sentence->question->credentials;
    struct cg_phrase *say = sentence->say;
    cg_sentence_provider(sentence, "'s accepted credentials do not cover ");
    cg_phrase_date(say, sentence->day);
    const struct cg_credential *near =
        (const void *)cg_sentence_nearest_row(sentence, rows, is_of_accepted_type);
    if (near != NULL && !cg_credential_grants(near)) {
        cg_phrase_text(say, "; ");
        say_status(sentence, near);
    }
    near = (const void *)cg_sentence_nearest_row(sentence, rows, is_accepted);
    if (near != NULL) {
        cg_phrase_text(say, "; the nearest is ");
        cg_sentence_held(sentence, near->type, &near->span);
    }
    cg_phrase_text(say, ".");
}

/* --- Demands on credentials.csv: the rows that hold the day are accepted, but not good enough. ---
 */

static void say_not_trained(const struct cg_sentence *sentence) {
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
    struct cg_phrase *say = sentence->say;
    if (earliest == CG_DAY_NONE) {
        cg_sentence_provider(sentence, " has no training_completed_date for ");
        cg_phrase_date(say, sentence->day);
        cg_phrase_text(say, "; one on or before that day is needed.");
    } else {
        cg_sentence_provider(sentence, " completed training on ");
        cg_phrase_date(say, earliest);
        cg_phrase_text(say, "; ");
        cg_phrase_date(say, sentence->day);
        cg_phrase_text(say, " or earlier is needed.");
    }
}

static void say_not_examined(const struct cg_sentence *sentence) {
    int32_t best = CG_MILLI_NONE;
    size_t i = 0;
    for (const struct cg_span *row;
         (row = cg_sentence_row_on_day(sentence, sentence->question->credentials, &i,
                                       is_accepted)) != NULL;) {
        int32_t exam = ((const struct cg_credential *)(const void *)row)->exam_milli;
        best = exam > best ? exam : best;
    }
    struct cg_phrase *say = sentence->say;
    if (best == CG_MILLI_NONE) {
        cg_sentence_provider(sentence, " has no exam score");
    } else {
        cg_sentence_provider(sentence, " has an exam score of ");
        cg_sentence_milli(say, best);
    }
    cg_phrase_text(say, " on the credentials that hold ");
    cg_phrase_date(say, sentence->day);
    cg_phrase_text(say, "; at least ");
    cg_sentence_milli(say, sentence->question->line->version->exam_min_milli);
    cg_phrase_text(say, " is needed.");
}

/* Below zero where the birth date is a day yet to come. */
static void say_years(struct cg_phrase *say, int years) {
    if (years < 0) {
        cg_phrase_text(say, "-");
    }
    cg_phrase_number(say, (uint64_t)abs(years));
}

static void say_age(const struct cg_sentence *sentence) {
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
    struct cg_phrase *say = sentence->say;
    if (found->birth_day == CG_DAY_NONE) {
        cg_sentence_provider(sentence, " has no birth_date for ");
    } else {
        cg_sentence_provider(sentence, " is ");
        say_years(say, cg_date_age(found->birth_day, sentence->day));
        cg_phrase_text(say, " years old on ");
    }
    const struct cg_word_role *role = &sentence->question->roles[found->type];
    cg_phrase_date(say, sentence->day);
    cg_phrase_text(say, "; ");
    cg_phrase_text(say, cg_sentence_word(sentence, found->type));
    cg_phrase_text(say, role->max_age == INT_MAX ? " needs at least " : " needs ");
    cg_phrase_number(say, (uint64_t)role->min_age);
    if (role->max_age != INT_MAX) {
        cg_phrase_text(say, " to ");
        cg_phrase_number(say, (uint64_t)role->max_age);
    }
    cg_phrase_text(say, ".");
}

static void say_designation(const struct cg_sentence *sentence) {
    const struct cg_policy_version *version = sentence->question->line->version;
    const struct cg_designation *designation = sentence->question->designation;
    const char *types[CG_TYPES_MAX];
    size_t count = 0;
    for (uint32_t slot = 0; slot < version->type_count; slot++) {
        if ((designation->types >> slot & 1) != 0) {
            types[count++] = version->type_names[slot];
        }
    }
    struct cg_phrase *say = sentence->say;
    cg_phrase_text(say, "Modifier ");
    cg_phrase_text(say, designation->modifier_text);
    cg_phrase_text(say, " needs ");
    cg_sentence_words(say, types, count);
    cg_phrase_text(say, " on ");
    cg_phrase_date(say, sentence->day);
    cg_phrase_text(say, "; ");
    size_t i = 0;
    const struct cg_credential *held = (const void *)cg_sentence_row_on_day(
        sentence, sentence->question->credentials, &i, is_accepted);
    cg_sentence_provider(sentence, " holds ");
    cg_phrase_text(say, held == NULL ? "none" : cg_sentence_word(sentence, held->type));
    cg_phrase_text(say, ".");
}

static void say_education(const struct cg_sentence *sentence) {
    const struct cg_policy_version *version = sentence->question->line->version;
    struct cg_education_sum sum = cg_credential_education(sentence->question, sentence->day);
    uint64_t year = (uint64_t)cg_date_to_civil(sentence->day).year - 1;
    struct cg_phrase *say = sentence->say;
    cg_sentence_provider(sentence, " has ");
    cg_sentence_milli(say, sum.hours_milli);
    cg_phrase_text(say, " hours of continuing education for ");
    cg_phrase_number(say, year);
    cg_phrase_text(say, " reported by ");
    cg_phrase_number(say, year);
    cg_phrase_text(say, "-12-31, ");
    cg_sentence_milli(say, sum.ethics_milli);
    cg_phrase_text(say, " of them ethics; ");
    cg_sentence_milli(say, version->ce_hours_milli);
    cg_phrase_text(say, " and ");
    cg_sentence_milli(say, version->ce_ethics_milli);
    cg_phrase_text(say, " are needed for service on ");
    cg_phrase_date(say, sentence->day);
    cg_phrase_text(say, ".");
}

void cg_credential_detail(const struct cg_roster *roster, const struct cg_line *line,
                          enum cg_reason reason, struct cg_phrase *say) {
    static void (*const sayings[CG_REASON_COUNT])(const struct cg_sentence *) = {
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
    if (sayings[reason] == NULL) {
        return;
    }
    struct cg_credential_question question = cg_credential_ask(roster, line);
    int32_t unmet = cg_credential_unmet_day(&question, reason);
    if (unmet == CG_DAY_NONE && reason >= CG_REASON_CREDENTIAL_NOT_ACTIVE) {
        return;
    }
    const struct cg_sentence sentence = {
        .say = say,
        .question = &question,
        .npi = line->rendering_npi,
        .day = unmet == CG_DAY_NONE ? line->start_day : unmet,
    };
    sayings[reason](&sentence);
}
