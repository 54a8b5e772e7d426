/*
 * A rendering provider at a glance.
 */
#include "claimgate/report/desk_pages.h"

#include "claimgate/base/date.h"
#include "claimgate/rules/roster_tables.h"

#include <inttypes.h>
#include <stdio.h>

enum { DETAIL_BYTES = 256 };

static int32_t end_of(const struct cg_span *span) {
    return span->last_day == CG_DAY_OPEN ? CG_DAY_NONE : span->last_day;
}

/* --- one provider --- */

static const struct cg_answer_column provider_columns[] = {
    {"row", "", CG_ANSWER_TEXT},          {"from", "from", CG_ANSWER_DAY},
    {"to", "to", CG_ANSWER_DAY},          {"detail", "", CG_ANSWER_TEXT},
    {"lines", "lines", CG_ANSWER_NUMBER}, {"units", "units", CG_ANSWER_NUMBER},
};

static void put_span(struct cg_answer *answer, const char *row, const struct cg_span *span,
                     const char *detail) {
    cg_answer_text(answer, row);
    cg_answer_day(answer, span->first_day);
    cg_answer_day(answer, end_of(span));
    cg_answer_text(answer, detail);
    cg_answer_text(answer, NULL);
    cg_answer_text(answer, NULL);
}

static const char *written(const struct cg_words *words, uint64_t number) {
    return number == 0 ? "" : cg_words_at(words, (uint32_t)number)->written.ptr;
}

static void put_credentials(struct cg_answer *answer, const struct cg_roster *roster,
                            uint64_t npi) {
    char detail[DETAIL_BYTES];
    const struct cg_span_group group = cg_span_table_find(&roster->credentials, npi);
    for (size_t i = 0; i < group.count; i++) {
        const struct cg_span *span = cg_span_at(group, i);
        const struct cg_credential *row = (const struct cg_credential *)span;
        snprintf(detail, sizeof detail, "%s, %s", written(&roster->words, row->type),
                 cg_credential_status_words[row->status]);
        put_span(answer, "credential", span, detail);
    }
}

static void put_other_rows(struct cg_answer *answer, const struct cg_roster *roster, uint64_t npi) {
    char detail[DETAIL_BYTES];
    struct cg_span_group group = cg_span_table_find(&roster->employment, npi);
    for (size_t i = 0; i < group.count; i++) {
        const struct cg_employment *row = (const struct cg_employment *)cg_span_at(group, i);
        snprintf(detail, sizeof detail, "agency %010" PRIu64, row->agency_npi);
        put_span(answer, "employment", &row->span, detail);
    }
    group = cg_span_table_find(&roster->supervision, npi);
    for (size_t i = 0; i < group.count; i++) {
        const struct cg_supervision *row = (const struct cg_supervision *)cg_span_at(group, i);
        snprintf(detail, sizeof detail, "supervisor %s, %s",
                 written(&roster->supervisors, row->supervisor),
                 written(&roster->words, row->word));
        put_span(answer, "supervision", &row->span, detail);
    }
    group = cg_span_table_find(&roster->education, npi);
    for (size_t i = 0; i < group.count; i++) {
        const struct cg_education *row = (const struct cg_education *)cg_span_at(group, i);
        snprintf(detail, sizeof detail, "%" PRId64 ".%03d hours, %" PRId64 ".%03d of them ethics",
                 row->hours_milli / 1000, (int)(row->hours_milli % 1000), row->ethics_milli / 1000,
                 (int)(row->ethics_milli % 1000));
        put_span(answer, "education", &row->span, detail);
    }
}

static enum cg_status put_month(void *context, const struct cg_ledger_rendered *rendered,
                                struct cg_error *err) {
    struct cg_answer *answer = context;
    (void)err;
    cg_answer_text(answer, rendered->reason[0] == '\0' ? "accepted" : "rejected");
    cg_answer_day(answer, rendered->month_day);
    cg_answer_day(answer, cg_date_add_months(rendered->month_day, 1) - 1);
    cg_answer_text(answer, rendered->reason);
    cg_answer_number(answer, (int64_t)rendered->lines);
    cg_answer_number(answer, (int64_t)rendered->units);
    return CG_OK;
}

enum cg_status cg_page_provider(struct cg_page *page, struct cg_desk_question *question,
                                struct cg_error *err) {
    struct cg_answer answer;
    if (page->json != NULL) {
        char npi[16];
        snprintf(npi, sizeof npi, "%010" PRIu64, question->npi);
        cg_json_put_string(page->json, "npi", npi);
    }
    cg_answer_open(&answer, page, question->is_csv, "rows", provider_columns,
                   sizeof provider_columns / sizeof provider_columns[0]);
    put_credentials(&answer, question->roster, question->npi);
    put_other_rows(&answer, question->roster, question->npi);
    enum cg_status status = CG_OK;
    if (question->ledger != NULL) {
        status = cg_ledger_visit_rendered(question->ledger, question->npi, put_month, &answer, err);
    }
    question->is_unknown = answer.rows == 0;
    cg_answer_close(&answer);
    return status;
}
