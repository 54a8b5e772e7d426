/*
 * Sentences about the agencies that employ a provider and the people who supervise one.
 */
#include "credential_sentence.h"

#include <inttypes.h>

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

void cg_sentence_not_employed(struct cg_sentence *sentence) {
    uint64_t billing_npi = sentence->question->line->billing_npi;
    struct cg_span_group rows = rows_of_npi(sentence, &sentence->question->roster->employment);
    const struct cg_employment *near =
        (const void *)cg_sentence_nearest_row(sentence, rows, any_row);
    cg_sentence_say(sentence, "NPI %010" PRIu64 " is not employed by ", sentence->npi);
    if (billing_npi == 0) {
        cg_sentence_say(sentence, "any agency on %s", sentence->day_text);
    } else {
        cg_sentence_say(sentence, "agency %010" PRIu64 " on %s", billing_npi, sentence->day_text);
    }
    if (near == NULL) {
        cg_sentence_say(sentence, "; employment.csv has no row of this NPI.");
    } else {
        char span[CG_SENTENCE_SPAN_BYTES];
        cg_sentence_say(sentence, "; the nearest row is agency %010" PRIu64 " %s.",
                        near->agency_npi, cg_sentence_span(&near->span, span));
    }
}

static void say_certifications(struct cg_sentence *sentence) {
    const struct cg_policy_version *version = sentence->question->line->version;
    cg_sentence_say(sentence, "holds no accepted certification (");
    cg_sentence_say_words(sentence, version->agency_certifications,
                          version->agency_certification_count);
    cg_sentence_say(sentence, ") on %s", sentence->day_text);
}

void cg_sentence_not_certified(struct cg_sentence *sentence) {
    uint64_t agency_npi = sentence->question->line->billing_npi;
    bool names_agency = agency_npi != 0;
    if (!names_agency) {
        size_t i = 0;
        const struct cg_employment *employer = (const void *)cg_sentence_row_on_day(
            sentence, rows_of_npi(sentence, &sentence->question->roster->employment), &i, any_row);
        agency_npi = employer == NULL ? 0 : employer->agency_npi;
        cg_sentence_say(sentence,
                        "No employer of NPI %010" PRIu64 " is certified: ", sentence->npi);
    }
    cg_sentence_say(sentence, "%s %010" PRIu64 " ", names_agency ? "Agency" : "agency", agency_npi);
    say_certifications(sentence);
    struct cg_span_group rows =
        cg_span_table_find(&sentence->question->roster->certifications, agency_npi);
    const struct cg_certification *near =
        (const void *)cg_sentence_nearest_row(sentence, rows, is_certified);
    if (near != NULL) {
        char span[CG_SENTENCE_SPAN_BYTES];
        cg_sentence_say(sentence, "; the nearest is %s %s", cg_sentence_word(sentence, near->word),
                        cg_sentence_span(&near->span, span));
    }
    cg_sentence_say(sentence, ".");
}

/* --- supervision.csv --- */

static const struct cg_supervision *supervision_on_day(const struct cg_sentence *sentence) {
    size_t i = 0;
    return (const void *)cg_sentence_row_on_day(
        sentence, rows_of_npi(sentence, &sentence->question->roster->supervision), &i,
        is_supervised);
}

void cg_sentence_not_supervised(struct cg_sentence *sentence) {
    const struct cg_policy_version *version = sentence->question->line->version;
    struct cg_span_group rows = rows_of_npi(sentence, &sentence->question->roster->supervision);
    const struct cg_supervision *near =
        (const void *)cg_sentence_nearest_row(sentence, rows, any_row);
    cg_sentence_say(sentence, "NPI %010" PRIu64 " has no supervisor with an accepted credential (",
                    sentence->npi);
    cg_sentence_say_words(sentence, version->supervisor_credentials,
                          version->supervisor_credential_count);
    cg_sentence_say(sentence, ") on %s", sentence->day_text);
    if (near == NULL) {
        cg_sentence_say(sentence, "; supervision.csv has no row of this NPI.");
    } else {
        char span[CG_SENTENCE_SPAN_BYTES];
        cg_sentence_say(sentence, "; the nearest row is a supervisor with %s %s.",
                        cg_sentence_word(sentence, near->word),
                        cg_sentence_span(&near->span, span));
    }
}

void cg_sentence_supervisor_not_trained(struct cg_sentence *sentence) {
    const struct cg_supervision *row = supervision_on_day(sentence);
    char trained[CG_DATE_TEXT_BYTES];
    cg_sentence_say(sentence, "The supervisor of NPI %010" PRIu64 " on %s ", sentence->npi,
                    sentence->day_text);
    if (row == NULL || row->supervisor_training_day == CG_DAY_NONE) {
        cg_sentence_say(sentence,
                        "has no supervisor_training_date; one on or before that day is needed.");
    } else {
        cg_sentence_say(sentence, "was trained on %s; that day or earlier is needed.",
                        cg_date_format(row->supervisor_training_day, trained));
    }
}

void cg_sentence_over_ratio(struct cg_sentence *sentence) {
    const struct cg_supervision *row = supervision_on_day(sentence);
    if (row == NULL) {
        return;
    }
    const struct cg_workload *load = cg_credential_workload(sentence->question, row, sentence->day);
    char people[CG_SENTENCE_MILLI_BYTES];
    char supervisor[CG_SENTENCE_MILLI_BYTES];
    char most[CG_SENTENCE_MILLI_BYTES];
    cg_sentence_say(sentence, "The supervisor of NPI %010" PRIu64 " on %s has people of %s FTE",
                    sentence->npi, sentence->day_text, cg_sentence_milli(load->fte_milli, people));
    if (load->unknown_rows > 0) {
        cg_sentence_say(sentence, " and %" PRId64 " without an fte", load->unknown_rows);
    }
    if (row->supervisor_fte_milli == CG_MILLI_NONE) {
        cg_sentence_say(sentence, " and no supervisor_fte");
    } else {
        cg_sentence_say(sentence, " at %s FTE of the supervisor",
                        cg_sentence_milli(row->supervisor_fte_milli, supervisor));
    }
    cg_sentence_say(sentence, "; at most %s for each is allowed.",
                    cg_sentence_milli(sentence->question->line->version->max_fte_milli, most));
}
