/*
 * Sentences about the agencies that employ a provider and the people who supervise one.
 */
#include "credential_words.h"

static bool any_row(const struct cg_sentence *sentence, const struct cg_span *row) {
    (void)sentence;
    (void)row;
    return true;
}

static bool is_certified(const struct cg_sentence *sentence, const struct cg_span *row) {
    const struct cg_certification *certification = (const void *)row;
    return sentence->question->roles[certification->word].certifies;
}

static bool is_supervised(const struct cg_sentence *sentence, const struct cg_span *row) {
    const struct cg_supervision *supervision = (const void *)row;
    return sentence->question->roles[supervision->word].supervises;
}

/* --- employment.csv and agencies.csv --- */

static struct cg_span_group rows_of_npi(const struct cg_sentence *sentence,
                                        const struct cg_span_table *table) {
    return cg_span_table_find(table, sentence->npi);
}

void cg_sentence_not_employed(const struct cg_sentence *sentence) {
    uint64_t billing_npi = sentence->question->line->billing_npi;
    struct cg_span_group rows = rows_of_npi(sentence, &sentence->question->roster->employment);
    const struct cg_employment *near =
        (const void *)cg_sentence_nearest_row(sentence, rows, any_row);
    struct cg_phrase *say = sentence->say;
    cg_sentence_provider(sentence, " is not employed by ");
    if (billing_npi == 0) {
        cg_phrase_text(say, "any agency");
    } else {
        cg_phrase_text(say, "agency ");
        cg_phrase_number(say, billing_npi);
    }
    cg_phrase_text(say, " on ");
    cg_phrase_date(say, sentence->day);
    if (near == NULL) {
        cg_phrase_text(say, "; employment.csv has no row of this NPI.");
        return;
    }
    cg_phrase_text(say, "; the nearest row is agency ");
    cg_phrase_number(say, near->agency_npi);
    cg_phrase_text(say, " ");
    cg_sentence_span(say, &near->span);
    cg_phrase_text(say, ".");
}

static void say_certifications(const struct cg_sentence *sentence) {
    const struct cg_policy_version *version = sentence->question->line->version;
    struct cg_phrase *say = sentence->say;
    cg_phrase_text(say, " holds no accepted certification (");
    cg_sentence_words(say, version->agency_certifications, version->agency_certification_count);
    cg_phrase_text(say, ") on ");
    cg_phrase_date(say, sentence->day);
}

void cg_sentence_not_certified(const struct cg_sentence *sentence) {
    uint64_t agency_npi = sentence->question->line->billing_npi;
    struct cg_phrase *say = sentence->say;
    if (agency_npi != 0) {
        cg_phrase_text(say, "Agency ");
    } else {
        size_t i = 0;
        const struct cg_employment *employer = (const void *)cg_sentence_row_on_day(
            sentence, rows_of_npi(sentence, &sentence->question->roster->employment), &i, any_row);
        agency_npi = employer == NULL ? 0 : employer->agency_npi;
        cg_phrase_text(say, "No employer of NPI ");
        cg_phrase_number(say, sentence->npi);
        cg_phrase_text(say, " is certified: agency ");
    }
    cg_phrase_number(say, agency_npi);
    say_certifications(sentence);
    struct cg_span_group rows =
        cg_span_table_find(&sentence->question->roster->certifications, agency_npi);
    const struct cg_certification *near =
        (const void *)cg_sentence_nearest_row(sentence, rows, is_certified);
    if (near != NULL) {
        cg_phrase_text(say, "; the nearest is ");
        cg_sentence_held(sentence, near->word, &near->span);
    }
    cg_phrase_text(say, ".");
}

/* --- supervision.csv --- */

static const struct cg_supervision *supervision_on_day(const struct cg_sentence *sentence) {
    size_t i = 0;
    return (const void *)cg_sentence_row_on_day(
        sentence, rows_of_npi(sentence, &sentence->question->roster->supervision), &i,
        is_supervised);
}

void cg_sentence_not_supervised(const struct cg_sentence *sentence) {
    const struct cg_policy_version *version = sentence->question->line->version;
    struct cg_span_group rows = rows_of_npi(sentence, &sentence->question->roster->supervision);
    const struct cg_supervision *near =
        (const void *)cg_sentence_nearest_row(sentence, rows, any_row);
    struct cg_phrase *say = sentence->say;
    cg_sentence_provider(sentence, " has no supervisor with an accepted credential (");
    cg_sentence_words(say, version->supervisor_credentials, version->supervisor_credential_count);
    cg_phrase_text(say, ") on ");
    cg_phrase_date(say, sentence->day);
    if (near == NULL) {
        cg_phrase_text(say, "; supervision.csv has no row of this NPI.");
        return;
    }
    cg_phrase_text(say, "; the nearest row is a supervisor with ");
    cg_sentence_held(sentence, near->word, &near->span);
    cg_phrase_text(say, ".");
}

static void say_supervisor(const struct cg_sentence *sentence) {
    cg_phrase_text(sentence->say, "The supervisor of NPI ");
    cg_phrase_number(sentence->say, sentence->npi);
    cg_phrase_text(sentence->say, " on ");
    cg_phrase_date(sentence->say, sentence->day);
}

void cg_sentence_supervisor_not_trained(const struct cg_sentence *sentence) {
    const struct cg_supervision *row = supervision_on_day(sentence);
    struct cg_phrase *say = sentence->say;
    say_supervisor(sentence);
    if (row == NULL || row->supervisor_training_day == CG_DAY_NONE) {
        cg_phrase_text(say, " has no supervisor_training_date; one on or before that day is "
                            "needed.");
    } else {
        cg_phrase_text(say, " was trained on ");
        cg_phrase_date(say, row->supervisor_training_day);
        cg_phrase_text(say, "; that day or earlier is needed.");
    }
}

void cg_sentence_over_ratio(const struct cg_sentence *sentence) {
    const struct cg_supervision *row = supervision_on_day(sentence);
    if (row == NULL) {
        return;
    }
    const struct cg_workload *load = cg_credential_workload(sentence->question, row, sentence->day);
    struct cg_phrase *say = sentence->say;
    say_supervisor(sentence);
    cg_phrase_text(say, " has people of ");
    cg_sentence_milli(say, load->fte_milli);
    cg_phrase_text(say, " FTE");
    if (load->unknown_rows > 0) {
        cg_phrase_text(say, " and ");
        cg_phrase_number(say, (uint64_t)load->unknown_rows);
        cg_phrase_text(say, " without an fte");
    }
    if (row->supervisor_fte_milli == CG_MILLI_NONE) {
        cg_phrase_text(say, " and no supervisor_fte");
    } else {
        cg_phrase_text(say, " at ");
        cg_sentence_milli(say, row->supervisor_fte_milli);
        cg_phrase_text(say, " FTE of the supervisor");
    }
    cg_phrase_text(say, "; at most ");
    cg_sentence_milli(say, sentence->question->line->version->max_fte_milli);
    cg_phrase_text(say, " for each is allowed.");
}
