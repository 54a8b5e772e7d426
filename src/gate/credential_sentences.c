/*
 * Sentences about the roster: what its rows say of the provider, the provider's agency or
 * supervisor on the first day on which the reason holds, and what was needed.
 */
#include "credential_demands.h"
#include "credential_edits.h"
#include "sentence_parts.h"

#include "claimgate/base/assert.h"

#include <limits.h>
#include <stdlib.h>

struct npi_text {
    char text[CG_DIGITS_BYTES + 1];
};

struct sentence {
    struct cg_phrase *say;
    struct cg_credential_question *question;
    int32_t day_no;      /* the first day of the line on which the reason holds */
    struct npi_text npi; /* the rendering provider, as text */
    struct cg_date_text day;
};

static struct npi_text npi_text(uint64_t npi) {
    struct npi_text out = {""};
    struct cg_phrase say = cg_phrase_start(out.text, sizeof out.text);
    cg_say(&say, "%ju", npi);
    return out;
}

static const struct cg_policy_version *version_of(const struct sentence *sentence) {
    return sentence->question->line->version;
}

/* A word of the roster as it is written there. */
static const char *word(const struct sentence *sentence, uint64_t number) {
    return cg_words_at(&sentence->question->roster->words, (uint32_t)number)->written.ptr;
}

static struct cg_span_group rows_of_provider(const struct sentence *sentence,
                                             const struct cg_span_table *table) {
    return cg_span_table_find(table, sentence->question->line->rendering_npi);
}

/* --- Which rows a sentence is about --- */

static bool any_row(const struct cg_credential_question *question, const struct cg_span *row) {
    (void)question;
    (void)row;
    return true;
}

static bool is_of_accepted_type(const struct cg_credential_question *question,
                                const struct cg_span *row) {
    const struct cg_credential *credential = (const void *)row;
    return question->roles[credential->type].type_slot != CG_TYPE_NOT_ACCEPTED;
}

static bool is_accepted(const struct cg_credential_question *question, const struct cg_span *row) {
    return cg_credential_is_accepted(question, (const void *)row);
}

static bool is_certified(const struct cg_credential_question *question, const struct cg_span *row) {
    const struct cg_certification *certification = (const void *)row;
    return question->roles[certification->word].certifies;
}

static bool is_supervised(const struct cg_credential_question *question,
                          const struct cg_span *row) {
    const struct cg_supervision *supervision = (const void *)row;
    return question->roles[supervision->word].supervises;
}

/* The row nearest to the day, and the first that holds it; NULL where none fits. */
static const void *nearest_row(const struct sentence *sentence, struct cg_span_group rows,
                               cg_row_fits fits) {
    return cg_nearest_row(rows, sentence->day_no, fits, sentence->question);
}

static const void *row_on_day(const struct sentence *sentence, struct cg_span_group rows,
                              cg_row_fits fits) {
    const struct cg_span *row = nearest_row(sentence, rows, fits);
    return row != NULL && cg_span_holds(row, sentence->day_no) ? row : NULL;
}

/* --- Steps 1 to 4 --- */

static void say_not_on_roster(const struct sentence *sentence) {
    cg_say(sentence->say, "NPI %s has no row in credentials.csv.", sentence->npi.text);
}

static void say_suspended(const struct sentence *sentence) {
    const struct cg_line *line = sentence->question->line;
    struct cg_span_group rows = sentence->question->credentials;
    for (size_t i = 0; i < rows.count; i++) {
        const struct cg_credential *row = (const void *)cg_span_at(rows, i);
        if (!cg_credential_blocks(row) || row->span.last_day < line->start_day) {
            continue; /* they stand by their first days */
        }
        const int32_t held =
            row->span.first_day > sentence->day_no ? row->span.first_day : sentence->day_no;
        cg_say(sentence->say, "NPI %s's credential %s is %s %s, which holds %s.",
               sentence->npi.text, word(sentence, row->type),
               cg_credential_status_words[row->status], cg_span_text(&row->span).text,
               cg_date_text(held).text);
        return;
    }
}

/* Each type once, in the order of the rows; a hostile roster may have any number of them. */
static void say_type_not_accepted(const struct sentence *sentence) {
    const struct cg_policy_version *version = version_of(sentence);
    struct cg_span_group rows = sentence->question->credentials;
    uint64_t seen[CG_ROSTER_WORDS_MAX / 64 + 1] = {0}; /* a bit for each word */
    const char *types[CG_WORDS_SAID_MAX];
    const char *list = NULL; /* a cell that holds several types */
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        const struct cg_credential *row = (const void *)cg_span_at(rows, i);
        const uint64_t bit = UINT64_C(1) << row->type % 64;
        const bool is_new = (seen[row->type / 64] & bit) == 0;
        if (is_new && count < CG_WORDS_SAID_MAX) {
            types[count] = word(sentence, row->type);
            list = cg_roster_is_type_list(version, cg_text_of(types[count])) ? types[count] : list;
        }
        count += is_new;
        seen[row->type / 64] |= bit;
    }
    cg_say(sentence->say, "NPI %s holds ", sentence->npi.text);
    cg_say_words(sentence->say, types, count, "and");
    cg_say(sentence->say, "; the policy accepts ");
    cg_say_words(sentence->say, version->type_names, version->type_count, "and");
    cg_say(sentence->say, "%s%s%s.", list == NULL ? "" : "; a row holds one type, and \"",
           list == NULL ? "" : list, list == NULL ? "" : "\" is none");
}

/* A row that withholds on the day says more than a granting one elsewhere. */
static void say_not_active(const struct sentence *sentence) {
    struct cg_span_group rows = sentence->question->credentials;
    cg_say(sentence->say, "NPI %s's accepted credentials do not cover %s", sentence->npi.text,
           sentence->day.text);
    const struct cg_credential *near = nearest_row(sentence, rows, is_of_accepted_type);
    if (near != NULL && !cg_credential_grants(near)) {
        cg_say(sentence->say, "; %s is %s %s", word(sentence, near->type),
               cg_credential_status_words[near->status], cg_span_text(&near->span).text);
    }
    near = nearest_row(sentence, rows, is_accepted);
    if (near != NULL) {
        cg_say(sentence->say, "; the nearest is %s %s", word(sentence, near->type),
               cg_span_text(&near->span).text);
    }
    cg_say(sentence->say, ".");
}

/* --- Demands on credentials.csv: the accepted rows that hold the day are not good enough. --- */

/* What those rows have at best; days and scores that are missing are below all others. */
struct best {
    int32_t training_day;                  /* the earliest; CG_DAY_NONE */
    int32_t exam_milli;                    /* the highest; CG_MILLI_NONE */
    const struct cg_credential *birth_row; /* the first with a birth date, else the last; NULL */
};

static struct best best_on_day(const struct sentence *sentence) {
    struct cg_span_group rows = sentence->question->credentials;
    struct best best = {.training_day = CG_DAY_NONE, .exam_milli = CG_MILLI_NONE};
    for (size_t i = 0; i < rows.count; i++) {
        const struct cg_span *span = cg_span_at(rows, i);
        const struct cg_credential *row = (const void *)span;
        if (!cg_span_holds(span, sentence->day_no) || !is_accepted(sentence->question, span)) {
            continue;
        }
        if (row->training_day != CG_DAY_NONE &&
            (best.training_day == CG_DAY_NONE || row->training_day < best.training_day)) {
            best.training_day = row->training_day;
        }
        best.exam_milli = row->exam_milli > best.exam_milli ? row->exam_milli : best.exam_milli;
        if (best.birth_row == NULL || best.birth_row->birth_day == CG_DAY_NONE) {
            best.birth_row = row;
        }
    }
    return best;
}

static void say_not_trained(const struct sentence *sentence) {
    const int32_t earliest = best_on_day(sentence).training_day;
    if (earliest == CG_DAY_NONE) {
        cg_say(sentence->say,
               "NPI %s has no training_completed_date for %s; one on or before that day is needed.",
               sentence->npi.text, sentence->day.text);
    } else {
        cg_say(sentence->say, "NPI %s completed training on %s; %s or earlier is needed.",
               sentence->npi.text, cg_date_text(earliest).text, sentence->day.text);
    }
}

static void say_not_examined(const struct sentence *sentence) {
    const int32_t best = best_on_day(sentence).exam_milli;
    cg_say(sentence->say, "NPI %s has %s%s on the credentials that hold %s; at least %s is needed.",
           sentence->npi.text, best == CG_MILLI_NONE ? "no exam score" : "an exam score of ",
           best == CG_MILLI_NONE ? "" : cg_milli_text(best).text, sentence->day.text,
           cg_milli_text(version_of(sentence)->exam_min_milli).text);
}

/* An age is below zero where the birth date is a day yet to come. */
static void say_age(const struct sentence *sentence) {
    const struct cg_credential *row = best_on_day(sentence).birth_row;
    if (row == NULL) {
        return;
    }
    struct cg_phrase *say = sentence->say;
    if (row->birth_day == CG_DAY_NONE) {
        cg_say(say, "NPI %s has no birth_date for ", sentence->npi.text);
    } else {
        const int years = cg_date_age(row->birth_day, sentence->day_no);
        cg_say(say, "NPI %s is %s%u years old on ", sentence->npi.text, years < 0 ? "-" : "",
               (uint32_t)abs(years));
    }
    const struct cg_word_role *role = &sentence->question->roles[row->type];
    cg_say(say, "%s; %s needs ", sentence->day.text, word(sentence, row->type));
    if (role->max_age == INT_MAX) {
        cg_say(say, "at least %u.", (uint32_t)role->min_age);
    } else {
        cg_say(say, "%u to %u.", (uint32_t)role->min_age, (uint32_t)role->max_age);
    }
}

/* Any of the types named will do. */
static void say_designation(const struct sentence *sentence) {
    const struct cg_policy_version *version = version_of(sentence);
    const struct cg_designation *designation = sentence->question->designation;
    const char *types[CG_TYPES_MAX];
    size_t count = 0;
    for (uint32_t slot = 0; slot < version->type_count; slot++) {
        if ((designation->types >> slot & 1) != 0) {
            types[count++] = version->type_names[slot];
        }
    }
    const struct cg_credential *held =
        row_on_day(sentence, sentence->question->credentials, is_accepted);
    cg_say(sentence->say, "Modifier %s needs ", designation->modifier_text);
    cg_say_words(sentence->say, types, count, "or");
    cg_say(sentence->say, " on %s; NPI %s holds %s.", sentence->day.text, sentence->npi.text,
           held == NULL ? "none" : word(sentence, held->type));
}

static void say_education(const struct sentence *sentence) {
    const struct cg_policy_version *version = version_of(sentence);
    struct cg_education_sum sum = cg_credential_education(sentence->question, sentence->day_no);
    const uint32_t year = (uint32_t)cg_date_to_civil(sentence->day_no).year - 1;
    cg_say(sentence->say,
           "NPI %s has %s hours of continuing education for %u reported by %u-12-31, %s of them "
           "ethics; %s and %s are needed for service on %s.",
           sentence->npi.text, cg_milli_text(sum.hours_milli).text, year, year,
           cg_milli_text(sum.ethics_milli).text, cg_milli_text(version->ce_hours_milli).text,
           cg_milli_text(version->ce_ethics_milli).text, sentence->day.text);
}

/* --- employment.csv and agencies.csv --- */

static void say_not_employed(const struct sentence *sentence) {
    const uint64_t billing_npi = sentence->question->line->billing_npi;
    const struct cg_employment *near = nearest_row(
        sentence, rows_of_provider(sentence, &sentence->question->roster->employment), any_row);
    cg_say(sentence->say, "NPI %s is not employed by %s%s on %s; ", sentence->npi.text,
           billing_npi == 0 ? "any agency" : "agency ",
           billing_npi == 0 ? "" : npi_text(billing_npi).text, sentence->day.text);
    if (near == NULL) {
        cg_say(sentence->say, "employment.csv has no row of this NPI.");
    } else {
        cg_say(sentence->say, "the nearest row is agency %ju %s.", near->agency_npi,
               cg_span_text(&near->span).text);
    }
}

static void say_not_certified(const struct sentence *sentence) {
    const struct cg_roster *roster = sentence->question->roster;
    const struct cg_policy_version *version = version_of(sentence);
    uint64_t agency_npi = sentence->question->line->billing_npi;
    struct cg_phrase *say = sentence->say;
    if (agency_npi != 0) {
        cg_say(say, "Agency %ju", agency_npi);
    } else {
        const struct cg_employment *employer =
            row_on_day(sentence, rows_of_provider(sentence, &roster->employment), any_row);
        CG_ASSERT(employer != NULL); /* only days with an employer ask for a certified one */
        agency_npi = employer->agency_npi;
        cg_say(say, "No employer of NPI %s is certified: agency %ju", sentence->npi.text,
               agency_npi);
    }
    cg_say(say, " holds no accepted certification (");
    cg_say_words(say, version->agency_certifications, version->agency_certification_count, "or");
    cg_say(say, ") on %s", sentence->day.text);
    const struct cg_certification *near = nearest_row(
        sentence, cg_span_table_find(&roster->certifications, agency_npi), is_certified);
    if (near != NULL) {
        cg_say(say, "; the nearest is %s %s", word(sentence, near->word),
               cg_span_text(&near->span).text);
    }
    cg_say(say, ".");
}

/* --- supervision.csv --- */

static void say_not_supervised(const struct sentence *sentence) {
    const struct cg_policy_version *version = version_of(sentence);
    const struct cg_supervision *near = nearest_row(
        sentence, rows_of_provider(sentence, &sentence->question->roster->supervision), any_row);
    struct cg_phrase *say = sentence->say;
    cg_say(say, "NPI %s has no supervisor with an accepted credential (", sentence->npi.text);
    cg_say_words(say, version->supervisor_credentials, version->supervisor_credential_count, "or");
    cg_say(say, ") on %s; ", sentence->day.text);
    if (near == NULL) {
        cg_say(say, "supervision.csv has no row of this NPI.");
    } else {
        cg_say(say, "the nearest row is a supervisor with %s %s.", word(sentence, near->word),
               cg_span_text(&near->span).text);
    }
}

/* Of who is supervised on that day. */
static const struct cg_supervision *supervision_on_day(const struct sentence *sentence) {
    const struct cg_supervision *row =
        row_on_day(sentence, rows_of_provider(sentence, &sentence->question->roster->supervision),
                   is_supervised);
    CG_ASSERT(row != NULL);
    return row;
}

static void say_supervisor_not_trained(const struct sentence *sentence) {
    const int32_t training_day = supervision_on_day(sentence)->supervisor_training_day;
    cg_say(sentence->say, "The supervisor of NPI %s on %s ", sentence->npi.text,
           sentence->day.text);
    if (training_day == CG_DAY_NONE) {
        cg_say(sentence->say,
               "has no supervisor_training_date; one on or before that day is needed.");
    } else {
        cg_say(sentence->say, "was trained on %s; that day or earlier is needed.",
               cg_date_text(training_day).text);
    }
}

static void say_over_ratio(const struct sentence *sentence) {
    const struct cg_supervision *row = supervision_on_day(sentence);
    const struct cg_workload *load =
        cg_credential_workload(sentence->question, row, sentence->day_no);
    struct cg_phrase *say = sentence->say;
    cg_say(say, "The supervisor of NPI %s on %s has people of %s FTE", sentence->npi.text,
           sentence->day.text, cg_milli_text(load->fte_milli).text);
    if (load->unknown_rows > 0) {
        cg_say(say, " and %ju without an fte", (uint64_t)load->unknown_rows);
    }
    if (row->supervisor_fte_milli == CG_MILLI_NONE) {
        cg_say(say, " and no supervisor_fte");
    } else {
        cg_say(say, " at %s FTE of the supervisor", cg_milli_text(row->supervisor_fte_milli).text);
    }
    cg_say(say, "; at most %s for each is allowed.",
           cg_milli_text(version_of(sentence)->max_fte_milli).text);
}

void cg_credential_sentence(const struct cg_roster *roster, const struct cg_line *line,
                            enum cg_reason reason, struct cg_phrase *say) {
    static void (*const sentences[CG_REASON_COUNT])(const struct sentence *) = {
        [CG_REASON_PROVIDER_NOT_ON_ROSTER] = say_not_on_roster,
        [CG_REASON_CREDENTIAL_SUSPENDED] = say_suspended,
        [CG_REASON_CREDENTIAL_TYPE_NOT_ACCEPTED] = say_type_not_accepted,
        [CG_REASON_CREDENTIAL_NOT_ACTIVE] = say_not_active,
        [CG_REASON_TRAINING_NOT_COMPLETED] = say_not_trained,
        [CG_REASON_EXAM_NOT_PASSED] = say_not_examined,
        [CG_REASON_PROVIDER_AGE] = say_age,
        [CG_REASON_DESIGNATION_MISMATCH] = say_designation,
        [CG_REASON_CONTINUING_EDUCATION_SHORT] = say_education,
        [CG_REASON_NOT_EMPLOYED] = say_not_employed,
        [CG_REASON_AGENCY_NOT_CERTIFIED] = say_not_certified,
        [CG_REASON_SUPERVISION_MISSING] = say_not_supervised,
        [CG_REASON_SUPERVISOR_NOT_TRAINED] = say_supervisor_not_trained,
        [CG_REASON_SUPERVISOR_OVER_RATIO] = say_over_ratio,
    };
    if (sentences[reason] == NULL) {
        return;
    }
    struct cg_credential_question question = cg_credential_ask(roster, line);
    const int32_t unmet = cg_credential_unmet_day(&question, reason);
    if (unmet == CG_DAY_NONE && reason >= CG_REASON_CREDENTIAL_NOT_ACTIVE) {
        return;
    }
    const int32_t day_no = unmet == CG_DAY_NONE ? line->start_day : unmet;
    const struct sentence sentence = {
        .say = say,
        .question = &question,
        .day_no = day_no,
        .npi = npi_text(line->rendering_npi),
        .day = cg_date_text(day_no),
    };
    sentences[reason](&sentence);
}
