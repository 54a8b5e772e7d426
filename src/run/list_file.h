/*
 * List file: a file whose rows become a run of a ledger: lines to free, numbers of a payer.
 *
 * Failure    Whatever a row fails with, and the ledger is as it was.
 */
#ifndef CLAIMGATE_RUN_LIST_FILE_H
#define CLAIMGATE_RUN_LIST_FILE_H

#include "claimgate/ledger/ledger.h"
#include "claimgate/record/csv.h"
#include "claimgate/report/notices.h"
#include "claimgate/run/claim_list.h"

/* Rows that a person should look at. */
struct cg_list_told {
    struct cg_notice odd_ids; /* an id as spreadsheets spell it */
    struct cg_notice again;   /* the same row stood before, and was taken */
    struct cg_notice shared;  /* an alias: the number of another claim of the list */
    struct cg_notice unfound; /* what it names does not stand; the list's own row counts these */
};

struct cg_list_file {
    const struct cg_claim_list *list;
    const char *kind; /* of its run: "release", "alias" */
    enum cg_status (*begin)(struct cg_ledger *ledger, int32_t as_of_day, struct cg_error *err);
    struct cg_table_column *columns;
    uint32_t column_count;
    const char *without_lines; /* as of a cg_table_plan, */
    const char *without_members;
    const char *with_each_row;
    bool denied_only; /* of an 835, the claims that were denied whole */
    /* Give a row to the run that was begun. A bad one is a problem, and CG_OK. */
    enum cg_status (*row)(void *context, struct cg_ledger *ledger, const struct cg_table_row *row,
                          struct cg_error *err);
    /* When it has had all rows, before they are kept; NULL: nothing is left to do. */
    enum cg_status (*end)(void *context, struct cg_ledger *ledger, struct cg_error *err);
    void *context;
    struct cg_problems *problems;
    struct cg_list_told told;
    const struct cg_tally *tally; /* what the rows have come to; NULL: nothing is counted */
};

/* *run_no 0: the ledger has this content already, as a note has said. */
cg_must_use enum cg_status cg_list_file_run(struct cg_list_file *list, int64_t *run_no,
                                            uint64_t *rows, struct cg_error *err);

/* An id of a claim, a line or a member, as one stands in a file; what is none lacks this. */
bool cg_list_file_is_id(struct cg_text id);
#define CG_LIST_ID_RULE                                                                            \
    "must have 1 to 64 bytes of text, and be no number with an exponent and no mark for no value"
/* Where a value is not good, `text` is a problem at its place. Returns `good`. */
bool cg_list_file_check(const struct cg_list_file *list, const struct cg_table_row *row, int column,
                        bool good, const char *text);

#endif
