/*
 * Odd records: a closer look at one that is not like a claim at the first glance.
 *
 * It may be no record at all (a header, a trailer), or have more or fewer fields than the header
 * because its layout says that such files do.
 */
#ifndef CLAIMGATE_RECORD_ODD_RECORD_H
#define CLAIMGATE_RECORD_ODD_RECORD_H

#include "claimgate/record/batch.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/layout.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_odd_record {
    const struct cg_binding *binding;
    struct cg_csv *csv;
    struct cg_batch *batch;
    struct cg_text text;
    const uint32_t *ends; /* see cg_values; NULL afterwards: the fields stand in csv */
    uint32_t line_delta;
    uint32_t field_count;
    enum cg_malformed fault;
    bool is_claim; /* where its date should be, one begins */
};

enum { CG_NO_RECORD = -1, CG_NO_MEMORY_LEFT = -2 };

/* What is wrong with the record after all, an enum cg_malformed; or that it is none, and is counted
 * in the batch. */
int cg_odd_record_look(struct cg_odd_record *record);

/* A record that may be a header in words that the first header does not have. Whether they are a
 * layout's is asked when the batches are in order again: hardly any file has one. */
struct cg_header_like {
    struct cg_text text; /* lives as long as the batch's text */
    uint32_t line_delta;
    bool has_words; /* where a claim has its date, units, NPI and code */
};

/* A trailer among the records of a batch. */
struct cg_trailer {
    struct cg_text text; /* behind the layout's prefix; lives as long as the batch's text */
    uint32_t line_delta;
    uint32_t records_before; /* in its batch */
};

/* True when one of the trailer's numbers is this count, or it has none. `last` is its last one. */
bool cg_trailer_counts(struct cg_text text, uint64_t count, uint64_t *last);

#endif
