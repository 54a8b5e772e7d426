/*
 * Whether a ledger is sound, and which run is its newest: whoever has noted its hash elsewhere sees
 * by it that nothing was taken away.
 */
#include "claimgate/report/ledger_pages.h"

#include "claimgate/base/hash.h"
#include "claimgate/ledger/ledger_query.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

static void put_fault(void *context, const char *text) {
    struct cg_page *page = context;
    if (page->json != NULL) {
        cg_json_put_string(page->json, NULL, text);
    } else {
        cg_page_say(page, "%s\n", text);
    }
}

struct newest {
    int64_t run_no; /* 0: there is none */
    char hash[CG_SHA256_HEX_BYTES];
    const char *expected;    /* "" for none */
    int64_t expected_run_no; /* the run that has it; 0: none */
};

static enum cg_status find_newest(void *context, const struct cg_ledger_run_facts *run,
                                  struct cg_error *err) {
    struct newest *newest = context;
    (void)err;
    newest->run_no = run->run_no;
    snprintf(newest->hash, sizeof newest->hash, "%s", run->hash);
    if (strcasecmp(run->hash, newest->expected) == 0) {
        newest->expected_run_no = run->run_no;
    }
    return CG_OK;
}

/* A hash that is an older run's is no fault of the ledger; one of no run is that of another. */
static void say_unexpected(struct cg_page *page, const struct newest *newest) {
    if (newest->expected_run_no != 0) {
        cg_page_say(page,
                    "The hash that was expected is of run %" PRId64 "; %" PRId64
                    " %s come after it.\n",
                    newest->expected_run_no, newest->run_no - newest->expected_run_no,
                    cg_plural((uint64_t)(newest->run_no - newest->expected_run_no), "run has",
                              "runs have"));
    } else {
        cg_page_say(page, "No run has the hash that was expected: this is another ledger, an older "
                          "state of it (a copy without its -wal?), or a changed one.\n");
    }
}

static void put_newest(struct cg_page *page, struct cg_ledger_question *question,
                       const struct newest *newest) {
    question->is_unexpected =
        question->expect != NULL &&
        (newest->expected_run_no == 0 || newest->expected_run_no != newest->run_no);
    if (page->json != NULL) {
        cg_json_put_integer(page->json, "newest_run", newest->run_no);
        cg_json_put_string(page->json, "newest_hash", newest->hash);
        if (question->expect != NULL) {
            cg_json_put_boolean(page->json, "as_expected", !question->is_unexpected);
        }
        return;
    }
    if (newest->run_no != 0) {
        cg_page_say(page, "Newest run %" PRId64 "\n  hash %s\n", newest->run_no, newest->hash);
    } else if (question->faults == 0) {
        cg_page_say(page, "It has no runs yet.\n");
    }
    if (question->is_unexpected) {
        say_unexpected(page, newest);
    }
}

static void put_verdict(struct cg_page *page, struct cg_ledger_question *question,
                        const struct newest *newest) {
    const uint64_t faults = question->faults;
    cg_page_close_list(page);
    if (page->json != NULL) {
        cg_json_put_boolean(page->json, "sound", faults == 0);
    } else if (faults == 0) {
        cg_page_say(page, "The ledger is sound: database, chain of runs, lines, accumulators.\n");
    } else {
        cg_page_say(page, "%" PRIu64 " %s.\n", faults, cg_plural(faults, "fault", "faults"));
    }
    put_newest(page, question, newest);
}

/* Whatever cannot be read is a fault, and is told as one by then where any is. */
static enum cg_status tell_damage(struct cg_page *page, struct cg_ledger_question *question,
                                  enum cg_status status, struct cg_error *err) {
    if (status != CG_BAD_DATA) {
        return status;
    }
    if (question->faults == 0) {
        put_fault(page, err->text);
        question->faults++;
    }
    *err = (struct cg_error)CG_ERROR_INIT;
    return CG_OK;
}

enum cg_status cg_page_verify(struct cg_page *page, struct cg_ledger *ledger,
                              struct cg_ledger_question *question, struct cg_error *err) {
    struct newest newest = {.expected = question->expect != NULL ? question->expect : ""};
    cg_page_open_list(page, "faults");
    enum cg_status status = cg_ledger_verify(ledger, put_fault, page, &question->faults, err);
    if (status == CG_OK) {
        status = tell_damage(page, question,
                             cg_ledger_visit_runs(ledger, 0, find_newest, &newest, err), err);
    }
    if (status == CG_OK) {
        put_verdict(page, question, &newest);
    }
    return status;
}

void cg_page_verify_not(struct cg_page *page, struct cg_ledger_question *question,
                        struct cg_error *err) {
    const struct newest none = {.expected = ""};
    cg_page_open_list(page, "faults");
    (void)tell_damage(page, question, CG_BAD_DATA, err);
    put_verdict(page, question, &none);
}
