/*
 * X12: generated lines as 837 professional claims (005010X222A1), and the history that they tell.
 *
 * Lines are sorted under their billing providers and subscribers, some hundred to a transaction,
 * a week of them at most to a group: the lines of a file stand in another order than in a CSV file
 * of the same plan.
 *
 * Ownership  A writer belongs to one thread; _free frees. Its sinks and population outlive it.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_X12_H
#define CLAIMGATE_TESTS_GENERATE_X12_H

#include "claim_file.h"
#include "claimgate/base/error.h"
#include "line_source.h"
#include "population.h"
#include "rows.h"

#include <stdbool.h>
#include <stdint.h>

/* The same claims in another form. */
struct cg_mock_x12_copy {
    struct cg_claim_file *file;
    const struct cg_row_writer *writer;
};

struct cg_mock_x12_plan {
    const struct cg_population *population;
    uint32_t dependents; /* thousandths of a percent of the members */
    bool is_tidy;        /* one set of separators, and nothing that the guide does not allow */
    struct cg_claim_file *claims;
    struct cg_mock_x12_copy history;    /* a row a line; no file: neither is written */
    struct cg_mock_x12_copy claim_rows; /* a row a claim */
};

struct cg_mock_x12_writer;

cg_must_use struct cg_mock_x12_writer *
cg_mock_x12_writer_new(const struct cg_mock_x12_plan *plan); /* NULL: no
                                                              * memory */
void cg_mock_x12_writer_free(struct cg_mock_x12_writer *writer);

/* So many lines of the source as whole interchanges into the claim file that is open. */
cg_must_use enum cg_status cg_mock_x12_put_lines(struct cg_mock_x12_writer *writer,
                                                 struct cg_line_source *source, uint64_t lines,
                                                 struct cg_error *err);

#endif
