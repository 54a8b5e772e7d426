/*
 * X12 claims: the loops of an 837P transaction, from the billing provider down to the line.
 *
 * A claim comes with the billing provider's and the subscriber's loops where those that are open
 * are others.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_X12_CLAIMS_H
#define CLAIMGATE_TESTS_GENERATE_X12_CLAIMS_H

#include "line_source.h"
#include "population.h"
#include "x12_pen.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CG_MOCK_X12_CLAIM_LINES_MAX = 4,
    CG_MOCK_X12_CLAIM_MAX_BYTES = 1 << 14, /* with its loops */
    CG_MOCK_X12_PERSON_BYTES = 24,
};

struct cg_mock_x12_claim {
    struct cg_mock_line lines[CG_MOCK_X12_CLAIM_LINES_MAX];
    uint32_t count;
    bool names_no_rendering; /* the billing provider is the rendering one */
    bool is_of_dependent;    /* the patient is no subscriber */
};

struct cg_mock_x12_transaction {
    struct cg_mock_x12_pen *pen;
    const struct cg_population *population;
    bool keeps_guide; /* nothing that the guide does not allow, be it lawful for a reader */
    uint32_t levels;  /* HL segments so far */
    uint32_t billing_level;
    uint32_t subscriber_level;
    const char *billing_npi; /* of the open loop; NULL: none */
    uint32_t member_id;      /* of the open loop; 0: none */
};

void cg_mock_x12_put_claim(struct cg_mock_x12_transaction *transaction,
                           const struct cg_mock_x12_claim *claim);

/* "/20120131/ALEX": what joins a dependent to the subscriber's id. Returns `out`. */
const char *cg_mock_x12_dependent(const struct cg_mock_line *line,
                                  char out[CG_MOCK_X12_PERSON_BYTES]);

#endif
