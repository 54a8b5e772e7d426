/*
 * Pages about a ledger: what it remembers of claims, members and runs, for people or as JSON
 * (schemas/decision.schema.json for those about decisions).
 *
 * Threads    As ledger.h.
 * Failure    Of the ledger; out of memory may be the page's, which tells of it when it is closed.
 */
#ifndef CLAIMGATE_REPORT_LEDGER_PAGES_H
#define CLAIMGATE_REPORT_LEDGER_PAGES_H

#include "claimgate/base/error.h"
#include "claimgate/base/text.h"
#include "claimgate/ledger/ledger.h"
#include "claimgate/report/page.h"

#include <stdint.h>

/* What is asked; each page says what it looks at. */
/* Units that a provider means to render from a day on. */
struct cg_plan {
    uint32_t units; /* 0: there is no plan */
    bool is_weekly; /* else daily */
    int32_t from_day;
};

struct cg_ledger_question {
    struct cg_text id;
    struct cg_text line;            /* its number or id; len 0: all */
    const struct cg_roster *roster; /* of _explain; NULL: none */
    int32_t day_no;
    struct cg_plan plan; /* of _usage */
    int64_t run_no;
    uint64_t faults;    /* found by cg_page_verify */
    const char *expect; /* of _verify: the hash that the newest run should have; NULL: any */
    bool is_unexpected; /* set by _verify: it has another */
    uint64_t last;      /* of _runs: so many of them; 0: all */
    bool is_oneline;    /* of _runs: a line each */
    bool is_csv;        /* of _runs and _usage */
    bool is_unknown;    /* set by _explain and _usage: the ledger has never seen this id */
};

typedef enum cg_status (*cg_ledger_page_fn)(struct cg_page *page, struct cg_ledger *ledger,
                                            struct cg_ledger_question *question,
                                            struct cg_error *err);

/* Every decision ever made on claim `id`, with the accepted lines that had used up a cap; of its
 * line `line` (len 0: of all). */
cg_must_use enum cg_status cg_page_explain(struct cg_page *page, struct cg_ledger *ledger,
                                           struct cg_ledger_question *question,
                                           struct cg_error *err);
/* For each cap the period that holds `day_no`, units that member `id` has used and has left, and
 * the lines that used them. */
cg_must_use enum cg_status cg_page_usage(struct cg_page *page, struct cg_ledger *ledger,
                                         struct cg_ledger_question *question, struct cg_error *err);
/* Lines once over a cap that would fit now. */
cg_must_use enum cg_status cg_page_reconsider(struct cg_page *page, struct cg_ledger *ledger,
                                              struct cg_ledger_question *question,
                                              struct cg_error *err);
/* All runs, with counts and hashes. */
cg_must_use enum cg_status cg_page_runs(struct cg_page *page, struct cg_ledger *ledger,
                                        struct cg_ledger_question *question, struct cg_error *err);
/* Run `run_no`, with its inputs, outputs, roster and reasons. CG_USAGE when there is none. */
cg_must_use enum cg_status cg_page_run(struct cg_page *page, struct cg_ledger *ledger,
                                       struct cg_ledger_question *question, struct cg_error *err);
/* Each fault of the ledger, or that there is none. */
cg_must_use enum cg_status cg_page_verify(struct cg_page *page, struct cg_ledger *ledger,
                                          struct cg_ledger_question *question,
                                          struct cg_error *err);
/* The same where the ledger is so damaged that it could not be opened, as `err` says, which is
 * taken. */
void cg_page_verify_not(struct cg_page *page, struct cg_ledger_question *question,
                        struct cg_error *err);

#endif
