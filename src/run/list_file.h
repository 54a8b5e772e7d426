/*
 * List file: a file whose rows become a run of a ledger: lines to free, numbers of a payer.
 *
 * Failure    Whatever `read` fails with, and the ledger is as it was.
 */
#ifndef CLAIMGATE_RUN_LIST_FILE_H
#define CLAIMGATE_RUN_LIST_FILE_H

#include "claimgate/ledger/ledger.h"
#include "claimgate/record/csv.h"

struct cg_list_file {
    const char *file; /* plain or gzip; a regular file */
    const char *ledger;
    int lock_wait_seconds;
    int32_t as_of_day;
    const char *kind; /* of its run: "release", "alias" */
    enum cg_status (*begin)(struct cg_ledger *ledger, int32_t as_of_day, struct cg_error *err);
    /* Give all rows to the run that was begun, and say what the file is. */
    enum cg_status (*read)(void *context, struct cg_ledger *ledger, struct cg_table_facts *table,
                           struct cg_error *err);
    const struct cg_tally *tally; /* what the rows have come to; NULL: nothing is counted */
    void *context;
};

/* *run_no 0: the ledger has this content already, as a note has said. */
cg_must_use enum cg_status cg_list_file_run(const struct cg_list_file *list, int64_t *run_no,
                                            uint64_t *rows, struct cg_error *err);

/* Read such a list: CSV, or an X12 835, told by its first bytes. Of an 835 the claims that were
 * denied whole, where only these are wanted; a warning says how many lines were denied apart. */
cg_must_use enum cg_status cg_list_file_read(const struct cg_table_plan *plan, bool denied_only,
                                             struct cg_table_facts *table,
                                             struct cg_problems *problems, struct cg_error *err);

/* An id of a claim or a member, as one stands in a file. */
bool cg_list_file_is_id(struct cg_text id);

#endif
