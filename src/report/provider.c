/*
 * A rendering provider at a glance, and those whose credentials run out.
 */
#include "claimgate/report/desk_pages.h"

#include "claimgate/base/array.h"
#include "claimgate/base/date.h"
#include "claimgate/rules/roster_tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { DETAIL_BYTES = 256, LATELY_DAYS = 90, PROVIDERS_MAX = 1 << 24 };

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

/* --- credentials that run out --- */

struct ending {
    uint64_t npi;
    int32_t last_day; /* of its last granting span */
    uint16_t type;
};

static int compare_endings(const void *a, const void *b) {
    const struct ending *x = a;
    const struct ending *y = b;
    return x->last_day != y->last_day ? (x->last_day > y->last_day) - (x->last_day < y->last_day)
                                      : (x->npi > y->npi) - (x->npi < y->npi);
}

/* The last day on which any of the rows from `first` to `next` grants; its NPI 0: none does. */
static struct ending ending_of(const struct cg_credential *first,
                               const struct cg_credential *next) {
    struct ending ending = {.npi = 0};
    for (const struct cg_credential *row = first; row < next; row++) {
        if (cg_credential_grants(row) &&
            (ending.npi == 0 || row->span.last_day > ending.last_day)) {
            ending = (struct ending){row->span.key, row->span.last_day, row->type};
        }
    }
    return ending;
}

static bool gather_endings(const struct cg_desk_question *question, struct cg_array *out) {
    const struct cg_array *rows = &question->roster->credentials.rows;
    const struct cg_credential *all = rows->items;
    for (uint32_t i = 0, next; i < rows->count; i = next) {
        for (next = i + 1; next < rows->count && all[next].span.key == all[i].span.key; next++) {
        }
        const struct ending ending = ending_of(all + i, all + next);
        if (ending.npi == 0 || ending.last_day < question->day_no ||
            ending.last_day > question->day_no + question->within_days) {
            continue;
        }
        struct ending *kept = cg_array_add(out);
        if (kept == NULL) {
            return false;
        }
        *kept = ending;
    }
    cg_array_sort(out, compare_endings);
    return true;
}

struct lately {
    int32_t since_day;
    uint64_t lines;
    uint64_t units;
};

/* Months that reach into the last 90 days before today; by months, for the ledger sums by them. */
static enum cg_status add_lately(void *context, const struct cg_ledger_rendered *rendered,
                                 struct cg_error *err) {
    struct lately *lately = context;
    (void)err;
    if (rendered->reason[0] == '\0' && rendered->last_day >= lately->since_day) {
        lately->lines += rendered->lines;
        lately->units += rendered->units;
    }
    return CG_OK;
}

static enum cg_status put_ending(struct cg_answer *answer, const struct cg_desk_question *question,
                                 const struct ending *ending, struct cg_error *err) {
    char npi[16];
    struct lately lately = {.since_day = question->day_no - LATELY_DAYS};
    snprintf(npi, sizeof npi, "%010" PRIu64, ending->npi);
    if (question->ledger != NULL && cg_ledger_visit_rendered(question->ledger, ending->npi,
                                                             add_lately, &lately, err) != CG_OK) {
        return err->status;
    }
    cg_answer_text(answer, npi);
    cg_answer_text(answer, written(&question->roster->words, ending->type));
    cg_answer_day(answer, ending->last_day);
    cg_answer_number(answer, ending->last_day - question->day_no);
    if (question->ledger != NULL) {
        cg_answer_number(answer, (int64_t)lately.lines);
        cg_answer_number(answer, (int64_t)lately.units);
    }
    return CG_OK;
}

static enum cg_status put_endings(struct cg_page *page, const struct cg_desk_question *question,
                                  const struct cg_array *endings, struct cg_error *err) {
    static const struct cg_answer_column columns[] = {
        {"npi", "NPI", CG_ANSWER_TEXT},
        {"credential_type", "last credential", CG_ANSWER_TEXT},
        {"ends", "ends", CG_ANSWER_DAY},
        {"days", "days", CG_ANSWER_NUMBER},
        {"lines", "lines lately", CG_ANSWER_NUMBER},
        {"units", "units lately", CG_ANSWER_NUMBER},
    };
    struct cg_answer answer;
    enum cg_status status = CG_OK;
    cg_answer_open(&answer, page, question->is_csv, "providers", columns,
                   question->ledger != NULL ? 6 : 4);
    for (uint32_t i = 0; status == CG_OK && i < endings->count; i++) {
        status = put_ending(&answer, question, cg_array_at(endings, i), err);
    }
    answer.at = 0; /* a row may be cut off by a failure, after which nothing is printed */
    cg_answer_close(&answer);
    if (page->json == NULL && !question->is_csv && answer.rows == 0) {
        cg_page_say(page, "No provider's last credential ends within %d days.\n",
                    (int)question->within_days);
    }
    return status;
}

enum cg_status cg_page_expiring(struct cg_page *page, struct cg_desk_question *question,
                                struct cg_error *err) {
    struct cg_array endings;
    cg_array_init(&endings, sizeof(struct ending), PROVIDERS_MAX);
    const enum cg_status status =
        gather_endings(question, &endings)
            ? put_endings(page, question, &endings, err)
            : cg_error_set(err, CG_INTERNAL, "out of memory for the list of providers");
    cg_array_fini(&endings);
    return status;
}
