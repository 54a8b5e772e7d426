/*
 * Line source: a payer's stream of service lines, one after another.
 *
 * Shaped after the national H0038 figures: about five claims for a member and month, members in
 * no order, most of them well under the caps and a tail that reaches them. Claims come in the
 * order of their arrival; dates of service lie up to three months before it, mostly a few days.
 *
 * The same plan and population give the same lines everywhere, whatever columns they are written
 * in.
 *
 * Ownership  _free frees. Lines point into the population and into constants.
 * Memory     A few thousand past lines, for duplicates, voids and replacements to refer to.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_LINE_SOURCE_H
#define CLAIMGATE_TESTS_GENERATE_LINE_SOURCE_H

#include "anomaly.h"
#include "claimgate/base/error.h"
#include "population.h"

#include <stdbool.h>
#include <stdint.h>

/* Original claims that are no number. */
enum { CG_ORIGINAL_NONE = 0 };

struct cg_mock_line {
    uint64_t claim_no;
    uint64_t original_no; /* CG_ORIGINAL_NONE: blank */
    uint32_t member_id;
    uint32_t authorization_no; /* 0: blank */
    int32_t start_day;
    int32_t end_day;
    int32_t received_day;
    int32_t birth_day;
    uint32_t charge_cents;
    uint16_t units;
    uint16_t original_units; /* of a void or replacement */
    uint8_t line_no;
    uint8_t lines_behind; /* of the same claim, though other claims may come between */
    uint8_t frequency;    /* 1, 7 or 8 */
    uint8_t anomaly;      /* enum cg_anomaly: what the writer of columns has to spoil */
    char rendering_npi[CG_NPI_BYTES];
    const char *billing_npi; /* CG_NPI_BYTES */
    const char *procedure;
    const char *modifiers[2]; /* "" for none */
    const char *place_of_service;
    const char *diagnosis;
    uint32_t variant; /* picks one of several ways to spoil a field */
};

struct cg_line_source_plan {
    uint64_t lines;
    int64_t out_of_scope; /* thousandths of a percent of all lines */
    struct cg_anomaly_shares anomalies;
    bool has_long_claims; /* more of two lines and three, some of four, and several of a member
                           * one after another */
};

struct cg_line_source;

/* NULL: no memory. The population must outlive the source. */
cg_must_use struct cg_line_source *cg_line_source_new(const struct cg_line_source_plan *plan,
                                                      const struct cg_population *population);
void cg_line_source_free(struct cg_line_source *source);

void cg_line_source_next(struct cg_line_source *source, struct cg_mock_line *out);

#endif
