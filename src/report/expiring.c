/*
 * Providers who may render today or soon and cannot after: by the steps of the credential edits
 * (a block of any type, then a row that grants as a type of the version in force), day by day of
 * those on which anything changes.
 */
#include "claimgate/report/desk_pages.h"

#include "claimgate/base/array.h"
#include "claimgate/base/date.h"
#include "claimgate/rules/roster_tables.h"

#include <inttypes.h>
#include <stdio.h>

enum { LATELY_DAYS = 90, ENDINGS_MAX = 1 << 24 };

struct ending {
    uint64_t npi;
    int32_t last_day;  /* on which the provider may render */
    int32_t again_day; /* CG_DAY_NONE: never, as far as the roster says */
    const char *type;  /* by which it is so on the last day */
    const char *then;  /* what is so on the day after */
};

/* The rows of one provider. */
struct provider {
    const struct cg_desk_question *question;
    const struct cg_credential *rows;
    uint32_t count;
};

static bool is_accepted(const struct provider *provider, const struct cg_credential *row,
                        const struct cg_policy_version *version) {
    const struct cg_word_role *roles = cg_roster_roles(provider->question->roster, version->index);
    return roles[row->type].type_slot != CG_TYPE_NOT_ACCEPTED;
}

/* The row by which the provider may render on the day, NULL where nothing lets it: then `why_not`
 * is a word for the reason. */
static const struct cg_credential *granting_row(const struct provider *provider, int32_t day_no,
                                                const char **why_not) {
    const struct cg_policy_version *version =
        cg_policy_in_force(provider->question->policy, day_no);
    const struct cg_credential *granting = NULL;
    *why_not = "no row";
    for (uint32_t i = 0; i < provider->count; i++) {
        const struct cg_credential *row = &provider->rows[i];
        if (!cg_span_holds(&row->span, day_no)) {
            continue;
        }
        if (cg_credential_blocks(row)) {
            *why_not = cg_credential_status_words[row->status];
            return NULL;
        }
        if (version == NULL || !is_accepted(provider, row, version)) {
            *why_not = cg_credential_grants(row) ? "type not accepted" : *why_not;
        } else if (cg_credential_grants(row)) {
            granting = granting == NULL ? row : granting;
        } else {
            *why_not = cg_credential_status_words[row->status];
        }
    }
    return granting;
}

static void keep_earlier(int32_t *earliest, int64_t day_no, int32_t after_day) {
    if (day_no > after_day && day_no < *earliest) {
        *earliest = (int32_t)day_no;
    }
}

/* The first day after this one on which a row begins, a row has ended, or another version of the
 * policy is in force. CG_DAY_OPEN: there is none. */
static int32_t next_change(const struct provider *provider, int32_t after_day) {
    int32_t earliest = CG_DAY_OPEN;
    for (uint32_t i = 0; i < provider->count; i++) {
        const struct cg_span *span = &provider->rows[i].span;
        keep_earlier(&earliest, span->first_day, after_day);
        keep_earlier(&earliest, (int64_t)span->last_day + 1, after_day);
    }
    for (uint32_t v = 0; v < cg_policy_version_count(provider->question->policy); v++) {
        const struct cg_policy_version *version = cg_policy_version(provider->question->policy, v);
        keep_earlier(&earliest, version->effective_day, after_day);
    }
    return earliest;
}

static int32_t first_day_again(const struct provider *provider, int32_t after_day) {
    const char *why_not = NULL;
    int32_t day_no = next_change(provider, after_day);
    while (day_no != CG_DAY_OPEN && granting_row(provider, day_no, &why_not) == NULL) {
        day_no = next_change(provider, day_no);
    }
    return day_no == CG_DAY_OPEN ? CG_DAY_NONE : day_no;
}

/* Each last day of the provider in the days that are asked about. False: no memory. */
static bool gather_provider(const struct provider *provider, struct cg_array *out) {
    const char *why_not = NULL;
    const int32_t last_day = provider->question->day_no + provider->question->within_days;
    int32_t day_no = provider->question->day_no;
    const struct cg_credential *row = granting_row(provider, day_no, &why_not);
    for (;;) {
        const struct cg_credential *before = row;
        day_no = next_change(provider, day_no);
        if (day_no - 1 > last_day) {
            return true;
        }
        row = granting_row(provider, day_no, &why_not);
        if (before == NULL || row != NULL) {
            continue;
        }
        struct ending *kept = cg_array_add(out);
        if (kept == NULL) {
            return false;
        }
        *kept = (struct ending){
            .npi = before->span.key,
            .last_day = day_no - 1,
            .again_day = first_day_again(provider, day_no),
            .type = cg_words_at(&provider->question->roster->words, before->type)->written.ptr,
            .then = why_not,
        };
    }
}

static int compare_endings(const void *a, const void *b) {
    const struct ending *x = a;
    const struct ending *y = b;
    return x->last_day != y->last_day ? (x->last_day > y->last_day) - (x->last_day < y->last_day)
                                      : (x->npi > y->npi) - (x->npi < y->npi);
}

static bool gather_endings(const struct cg_desk_question *question, struct cg_array *out) {
    const struct cg_array *rows = &question->roster->credentials.rows;
    const struct cg_credential *all = rows->items;
    for (uint32_t i = 0, next; i < rows->count; i = next) {
        for (next = i + 1; next < rows->count && all[next].span.key == all[i].span.key; next++) {
        }
        const struct provider provider = {question, all + i, next - i};
        if (!gather_provider(&provider, out)) {
            return false;
        }
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
    cg_answer_text(answer, ending->type);
    cg_answer_day(answer, ending->last_day);
    cg_answer_number(answer, ending->last_day - question->day_no);
    cg_answer_text(answer, ending->then);
    cg_answer_day(answer, ending->again_day);
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
        {"credential_type", "credential", CG_ANSWER_TEXT},
        {"ends", "may render until", CG_ANSWER_DAY},
        {"days", "days", CG_ANSWER_NUMBER},
        {"then", "then", CG_ANSWER_TEXT},
        {"again_from", "again from", CG_ANSWER_DAY},
        {"lines", "lines lately", CG_ANSWER_NUMBER},
        {"units", "units lately", CG_ANSWER_NUMBER},
    };
    struct cg_answer answer;
    enum cg_status status = CG_OK;
    cg_answer_open(&answer, page, question->is_csv, "providers", columns,
                   question->ledger != NULL ? 8 : 6);
    for (uint32_t i = 0; status == CG_OK && i < endings->count; i++) {
        status = put_ending(&answer, question, cg_array_at(endings, i), err);
    }
    answer.at = 0; /* a row may be cut off by a failure, after which nothing is printed */
    cg_answer_close(&answer);
    if (page->json == NULL && !question->is_csv && answer.rows == 0) {
        cg_page_say(page, "Every provider who may render in the next %d days may go on after.\n",
                    (int)question->within_days);
    }
    return status;
}

enum cg_status cg_page_expiring(struct cg_page *page, struct cg_desk_question *question,
                                struct cg_error *err) {
    struct cg_array endings;
    cg_array_init(&endings, sizeof(struct ending), ENDINGS_MAX);
    const enum cg_status status =
        gather_endings(question, &endings)
            ? put_endings(page, question, &endings, err)
            : cg_error_set(err, CG_INTERNAL, "out of memory for the list of providers");
    cg_array_fini(&endings);
    return status;
}
