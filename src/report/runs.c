#include "claimgate/report/ledger_pages.h"

#include "claimgate/report/answer.h"
#include "claimgate/report/table.h"
#include "run_json.h"

#include "claimgate/ledger/ledger_query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STATE_BYTES = 48 };

static const char *state_text(const struct cg_ledger_run_facts *run, char out[STATE_BYTES]) {
    switch (run->state) {
    case CG_RUN_STANDS:
        snprintf(out, STATE_BYTES, "stands");
        break;
    case CG_RUN_UNPUBLISHED:
        snprintf(out, STATE_BYTES, "not published");
        break;
    case CG_RUN_WITHDRAWN:
        snprintf(out, STATE_BYTES, "taken back by run %" PRId64, run->withdrawn_by);
        break;
    }
    return out;
}

/* --- JSON --- */

static void put_run_json(struct cg_json_writer *json, const struct cg_ledger_run_facts *run) {
    char as_of[CG_DATE_TEXT_BYTES];
    char state[STATE_BYTES];
    struct cg_told_count count;
    cg_json_put_integer(json, "run", run->run_no);
    cg_json_put_string(json, "kind", run->kind);
    cg_json_put_string(json, "state", state_text(run, state));
    cg_json_put_string(json, "started_at", run->started_at);
    cg_json_put_string(json, "claimgate", run->claimgate);
    cg_json_put_string(json, "as_of", cg_date_format(run->as_of_day, as_of));
    cg_json_put_string(json, "policy", run->policy_id);
    cg_json_put_string(json, "policy_sha256", run->policy_sha256);
    cg_json_put_string(json, "folder", run->folder);
    cg_json_put_any_integer(json, "withdraws", run->withdraws);
    for (uint32_t i = 0; cg_told_count_at(&run->tally, i, &count); i++) {
        char key[32];
        snprintf(key, sizeof key, "%s%s", count.of_units ? "units_" : "", count.name);
        cg_json_put_integer(json, key, (int64_t)count.value);
    }
    cg_json_put_string(json, "previous_hash", run->previous_hash);
    cg_json_put_string(json, "hash", run->hash);
}

static bool is_reason(const struct cg_ledger_run_item *item) {
    return strcmp(item->table, "run_reason") == 0;
}

static bool is_count(const struct cg_ledger_run_item *item) {
    return strcmp(item->table, "run_count") == 0;
}

static void put_item_json(struct cg_json_writer *json, const struct cg_ledger_run_item *item) {
    cg_json_open_object(json, NULL);
    cg_json_put_string(json, "table", item->table);
    cg_json_put_string(json, "name", item->name);
    if (is_count(item)) {
        cg_json_put_integer(json, "records", (int64_t)item->count);
        cg_json_close_object(json);
        return;
    }
    cg_json_put_integer(json, is_reason(item) ? "lines" : "rows", (int64_t)item->count);
    cg_json_put_integer(json, is_reason(item) ? "units" : "bytes", (int64_t)item->bytes);
    cg_json_put_string(json, "sha256", item->sha256);
    const bool short_hash = strlen(item->content_hash) == 2 * CG_XXH128_BYTES;
    cg_json_put_string(json, short_hash ? "content_xxh128" : "content_sha256", item->content_hash);
    cg_json_close_object(json);
}

/* --- one run --- */

enum { FREED_BYTES = 96 };

/* Version 1 made its releases without counting what they freed. */
static const char *say_freed(const struct cg_ledger_run_facts *run, char out[FREED_BYTES]) {
    if (strncmp(run->claimgate, "1.", 2) == 0 && run->tally.taken_back == 0) {
        snprintf(out, FREED_BYTES, "frees lines, of which claimgate %.16s kept no count",
                 run->claimgate);
    } else {
        snprintf(out, FREED_BYTES, "frees %" PRIu64 " %s, %" PRIu64 " %s", run->tally.taken_back,
                 cg_plural(run->tally.taken_back, "line", "lines"), run->tally.units_taken_back,
                 cg_plural(run->tally.units_taken_back, "unit", "units"));
    }
    return out;
}

static void put_head(struct cg_page *page, const struct cg_ledger_run_facts *run) {
    char state[STATE_BYTES];
    cg_page_say(page, "Run %" PRId64 "  %s  %s  %s\n", run->run_no, run->started_at, run->kind,
                state_text(run, state));
    if (run->withdraws != 0) {
        cg_page_say(page, "  takes back run %" PRId64 "\n", run->withdraws);
    } else if (strcmp(run->kind, "release") == 0) {
        char freed[FREED_BYTES];
        cg_page_say(page, "  %s\n", say_freed(run, freed));
    } else {
        cg_page_say(page,
                    "  %" PRIu64 " %s: %" PRIu64 " accepted, %" PRIu64 " rejected; %" PRIu64
                    " units accepted\n",
                    run->tally.records, cg_plural(run->tally.records, "record", "records"),
                    run->tally.accepted, run->tally.rejected, run->tally.units_accepted);
    }
    if (run->folder[0] != '\0') {
        cg_page_say(page, "  outputs in ");
        cg_page_show(page, cg_text_of(run->folder));
        cg_page_say(page, "\n");
    }
    cg_page_say(page, "  hash %s\n  after %s\n  as of %s, claimgate %s", run->hash,
                run->previous_hash, cg_date_text(run->as_of_day).text, run->claimgate);
    if (run->policy_id[0] != '\0') {
        cg_page_say(page, ", policy %s\n  policy text %s", run->policy_id, run->policy_sha256);
    }
    cg_page_say(page, "\n");
}

static void put_counts(struct cg_page *page, const struct cg_tally *tally) {
    cg_page_say(page,
                "  %" PRIu64 " malformed, %" PRIu64 " out of scope, %" PRIu64 " exempt, %" PRIu64
                " cut back,\n  %" PRIu64 " taken back, %" PRIu64 " blank lines\n",
                tally->malformed, tally->out_of_scope, tally->exempt, tally->cutback,
                tally->taken_back, tally->empty_lines);
    cg_page_say(page,
                "  units: %" PRIu64 " submitted, %" PRIu64 " accepted, %" PRIu64
                " rejected,\n  %" PRIu64 " exempt, %" PRIu64 " taken back\n",
                tally->units_submitted, tally->units_accepted, tally->units_rejected,
                tally->units_exempt, tally->units_taken_back);
}

static enum cg_status put_item(void *context, const struct cg_ledger_run_item *item,
                               struct cg_error *err) {
    struct cg_page *page = context;
    (void)err;
    if (page->json != NULL) {
        put_item_json(page->json, item);
    } else if (is_count(item)) {
        cg_page_say(page, "  %s: %" PRIu64 "\n", item->name, item->count);
    } else if (is_reason(item)) {
        cg_page_say(page, "  reason %s: %" PRIu64 " %s, %" PRIu64 " %s\n", item->name, item->count,
                    cg_plural(item->count, "line", "lines"), item->bytes,
                    cg_plural(item->bytes, "unit", "units"));
    } else {
        cg_page_say(page, "  %s ",
                    strcmp(item->table, "roster_file") == 0 ? "roster" : item->table);
        cg_page_show(page, cg_text_of(item->name));
        cg_page_say(page, ": %" PRIu64 " %s\n    file    %s\n", item->count,
                    cg_plural(item->count, "row", "rows"), item->sha256);
        if (item->content_hash[0] != '\0') {
            cg_page_say(page, "    content %s\n", item->content_hash);
        }
    }
    return CG_OK;
}

struct showing {
    struct cg_page *page;
    struct cg_ledger *ledger;
};

static enum cg_status show_run(void *context, const struct cg_ledger_run_facts *run,
                               struct cg_error *err) {
    const struct showing *showing = context;
    struct cg_page *page = showing->page;
    if (page->json == NULL) {
        put_head(page, run);
        put_counts(page, &run->tally);
        return cg_ledger_visit_run_items(showing->ledger, run->run_no, put_item, page, err);
    }
    cg_json_open_object(page->json, NULL);
    put_run_json(page->json, run);
    cg_json_open_array(page->json, "items");
    const enum cg_status status =
        cg_ledger_visit_run_items(showing->ledger, run->run_no, put_item, page, err);
    cg_json_close_array(page->json);
    cg_json_close_object(page->json);
    return status;
}

enum cg_status cg_page_run(struct cg_page *page, struct cg_ledger *ledger,
                           struct cg_ledger_question *question, struct cg_error *err) {
    struct showing showing = {page, ledger};
    cg_page_open_list(page, "runs");
    const enum cg_status status =
        cg_ledger_visit_runs(ledger, question->run_no, show_run, &showing, err);
    cg_page_close_list(page);
    return status;
}

/* --- all runs --- */

struct listing {
    struct cg_page *page;
    const struct cg_ledger_question *question;
    struct cg_answer answer; /* for people, or CSV */
    uint64_t count;
    uint64_t skipped; /* the oldest */
};

enum { SAID_BYTES = 160 };

/* What is to be said of a run beside its counts; "" for most. */
static const char *remark_on(const struct cg_ledger_run_facts *run, char out[SAID_BYTES]) {
    char state[STATE_BYTES];
    out[0] = '\0';
    if (run->withdraws != 0) {
        snprintf(out, SAID_BYTES, "takes back run %" PRId64, run->withdraws);
    } else if (strcmp(run->kind, "release") == 0) {
        say_freed(run, out);
    }
    if (run->state != CG_RUN_STANDS) {
        const size_t len = strlen(out);
        snprintf(out + len, SAID_BYTES - len, "%s%s", len > 0 ? "; " : "", state_text(run, state));
    }
    return out;
}

static void list_json(struct cg_page *page, const struct cg_ledger_run_facts *run) {
    cg_json_open_object(page->json, NULL);
    put_run_json(page->json, run);
    cg_json_close_object(page->json);
}

/* What people are told below the row of a run, where it has more than one line. */
static void list_notes(struct cg_page_table *table, const struct cg_ledger_run_facts *run) {
    char said[SAID_BYTES];
    if (remark_on(run, said)[0] != '\0') {
        cg_page_table_note(table, "%s", said);
    }
    if (run->folder[0] != '\0') {
        cg_page_table_note(table, "outputs in %s", run->folder);
    }
    cg_page_table_note(table, "hash %s", run->hash);
}

static void list_row(struct listing *listing, const struct cg_ledger_run_facts *run) {
    struct cg_answer *answer = &listing->answer;
    char said[SAID_BYTES];
    cg_answer_number(answer, run->run_no);
    cg_answer_text(answer, run->started_at);
    cg_answer_text(answer, run->kind);
    cg_answer_number(answer, (int64_t)run->tally.records);
    cg_answer_number(answer, (int64_t)run->tally.accepted);
    cg_answer_number(answer, (int64_t)run->tally.rejected);
    cg_answer_number(answer, (int64_t)run->tally.units_accepted);
    if (answer->is_csv) {
        cg_answer_number(answer, (int64_t)run->tally.taken_back);
        cg_answer_number(answer, (int64_t)run->tally.units_taken_back);
        cg_answer_text(answer, run->folder);
        cg_answer_text(answer, run->hash);
    }
    if (answer->is_csv || listing->question->is_oneline) {
        cg_answer_text(answer, remark_on(run, said));
    } else {
        list_notes(&answer->table, run);
    }
}

static enum cg_status list_run(void *context, const struct cg_ledger_run_facts *run,
                               struct cg_error *err) {
    struct listing *listing = context;
    (void)err;
    if (listing->count++ < listing->skipped) {
        return CG_OK;
    }
    if (listing->page->json != NULL) {
        list_json(listing->page, run);
    } else {
        list_row(listing, run);
    }
    return CG_OK;
}

static enum cg_status count_run(void *context, const struct cg_ledger_run_facts *run,
                                struct cg_error *err) {
    uint64_t *count = context;
    (void)run;
    (void)err;
    ++*count;
    return CG_OK;
}

enum { ROW_CELLS = 7, LINE_CELLS, CSV_CELLS = 12 };

/* CSV has all columns; a line of people has their remark as its last. */
static enum cg_status list_runs(struct listing *listing, struct cg_ledger *ledger,
                                struct cg_error *err) {
    const struct cg_ledger_question *question = listing->question;
    const struct cg_answer_column columns[CSV_CELLS] = {
        {"run", "run", CG_ANSWER_NUMBER},
        {"started_at", "started", CG_ANSWER_TEXT},
        {"kind", "kind", CG_ANSWER_TEXT},
        {"records", "records", CG_ANSWER_NUMBER},
        {"accepted", "accepted", CG_ANSWER_NUMBER},
        {"rejected", "rejected", CG_ANSWER_NUMBER},
        {"units_accepted", question->is_oneline ? "units" : "units accepted", CG_ANSWER_NUMBER},
        {"taken_back", "", CG_ANSWER_TEXT},
        {"units_taken_back", "", CG_ANSWER_TEXT},
        {"folder", "", CG_ANSWER_TEXT},
        {"hash", "", CG_ANSWER_TEXT},
        {"remark", "", CG_ANSWER_TEXT},
    };
    cg_answer_open(&listing->answer, listing->page, question->is_csv, "runs", columns,
                   question->is_csv       ? CSV_CELLS
                   : question->is_oneline ? LINE_CELLS
                                          : ROW_CELLS);
    const enum cg_status status = cg_ledger_visit_runs(ledger, 0, list_run, listing, err);
    cg_answer_close(&listing->answer);
    return status;
}

enum cg_status cg_page_runs(struct cg_page *page, struct cg_ledger *ledger,
                            struct cg_ledger_question *question, struct cg_error *err) {
    struct listing listing = {.page = page, .question = question};
    uint64_t count = 0;
    enum cg_status status = cg_ledger_visit_runs(ledger, 0, count_run, &count, err);
    listing.skipped = question->last != 0 && count > question->last ? count - question->last : 0;
    if (status == CG_OK) {
        status = list_runs(&listing, ledger, err);
    }
    if (page->json == NULL && listing.count == 0 && !question->is_csv) {
        cg_page_say(page, "The ledger has no runs yet.\n");
    }
    return status;
}
