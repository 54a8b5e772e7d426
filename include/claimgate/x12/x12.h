/*
 * X12 837P: what a batch holds of an interchange beside its records and lines.
 *
 * A file is a row of nodes: headers (ISA, GS, ST and the HL loops, each with all that belongs to
 * it), claims, and trailers. Cut finds them, for it sees the file in order and knows what is open;
 * walk takes the fields out of them, and whoever writes X12 puts the same nodes out again.
 *
 * Ownership  Bytes of a node, and texts of a line, are views into the batch that carries them.
 */
#ifndef CLAIMGATE_X12_X12_H
#define CLAIMGATE_X12_X12_H

#include "claimgate/base/array.h"
#include "claimgate/base/buffer.h"
#include "claimgate/base/text.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/layout.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CG_X12_SEGMENT_MAX_BYTES = 65536, /* a longer segment, or header, ends the run */
    CG_X12_CLAIM_MAX_BYTES = 262144,  /* from CLM to the next CLM, HL or SE */
};

/* The characters that part a file, as its ISA names them. */
struct cg_x12_marks {
    char element;
    char repetition; /* NUL: none */
    char component;
    char terminator; /* of a segment */
};

/* Headers come first: the value of one is its level, the outermost 0. */
enum cg_x12_kind {
    CG_X12_ISA,
    CG_X12_GS,
    CG_X12_ST, /* with BHT, submitter and receiver */
    CG_X12_BILLING,
    CG_X12_SUBSCRIBER,
    CG_X12_PATIENT, /* also an HL loop of a kind that has no place here, which is broken */
    CG_X12_CLAIM,
    CG_X12_SE,
    CG_X12_GE,
    CG_X12_IEA,
    CG_X12_PASSED,  /* a piece of a transaction of another kind, which passes untouched */
    CG_X12_DROPPED, /* a trailer without its header, under a lenient envelope */
};
enum { CG_X12_LEVELS = CG_X12_CLAIM };

struct cg_x12_node {
    struct cg_text bytes;   /* to the next node, white space between segments included */
    uint32_t segments;      /* in it */
    uint32_t segment_delta; /* segments of the batch before it; 0 where it was carried */
    uint32_t record_no;     /* of a claim, set by walk */
    uint32_t hl_no;         /* HL01; 0: it is no number */
    uint32_t hl_parent;     /* HL02 */
    struct cg_x12_marks marks;
    uint8_t kind;    /* enum cg_x12_kind */
    bool is_broken;  /* an HL loop that does not hang where it says, or a claim behind a loop that
                      * has been lost: nobody knows whose it is */
    bool has_odd_id; /* a claim with a segment whose name is none */
    bool has_lost_loop; /* a claim with a segment that only what stands above claims has */
    bool is_wrapped;    /* line ends stand within its segments */
    bool begins_pass;   /* the first piece of a transaction that passes */
    bool ends_pass;     /* the last */
};

/* Values of one service line, as the file has them. */
struct cg_x12_line {
    struct cg_text values[CG_FIELD_COUNT];
    struct cg_text transaction;  /* ST02 */
    struct cg_text line_control; /* REF*6R */
    struct cg_text charge;       /* CLM02 of its claim */
    struct cg_text unit_kind;    /* SV103: only UN are units */
    struct cg_text date_kind;    /* DTP02 of DTP*472: only D8 and RD8 are read */
    uint32_t segment_delta;      /* of its LX, from the claim's first segment on */
};

/* How a run reads X12. */
struct cg_x12_options {
    bool lenient_envelope; /* wrong counts and numbers are counted, and order alone says whose a
                            * claim is */
    bool joins_dependents; /* a patient who is not the subscriber is known by the subscriber's id,
                            * birth date and first name; else has no member id */
    bool received_unknown; /* GS04 is no received date */
    bool other_numbers;    /* a void or replacement of a number that nobody knows is not taken to be
                            * one of the claim with its own CLM01 */
    bool decides_lines;    /* each line by itself, as if it were a row of CSV */
};

/* What is known of an input once it has been read. */
struct cg_x12_facts {
    uint64_t interchanges;
    uint64_t groups;
    uint64_t transactions;
    uint64_t segments;
    uint64_t passed_transactions;   /* institutional or dental */
    uint64_t test_interchanges;     /* ISA15 is T */
    uint64_t repeated_interchanges; /* with the sender and control number of one before */
    uint64_t undated_groups;        /* whose GS04 is no date */
    uint64_t envelope_faults;       /* that a lenient envelope let pass */
};

/* One header that is open, as this side has it. */
struct cg_x12_side_header {
    bool is_open;
    bool is_written;
    bool has_claims; /* of either side */
    uint32_t hl_no;  /* its HL01 in this file */
};

struct cg_x12_side {
    bool is_accepted;
    bool has_begun;  /* something has been written */
    char terminator; /* that the last IEA written lacks; NUL: none */
    struct cg_x12_side_header headers[CG_X12_LEVELS];
    uint32_t hl_left_out;  /* of the open transaction */
    uint64_t segments;     /* written of the open transaction */
    uint64_t transactions; /* written of the open group */
    uint64_t groups;       /* written of the open interchange */

    /* for the books */
    uint64_t claims;
    uint64_t claim_segments;
};

enum { CG_X12_ACCEPTED, CG_X12_REJECTED, CG_X12_SIDES };

struct cg_x12_batch {
    struct cg_array nodes;   /* of struct cg_x12_node; first those open where the batch begins */
    uint32_t carried;        /* how many those are: they were met in an earlier batch */
    uint32_t passed_records; /* claims within what passes */
    struct cg_array lines;   /* of struct cg_x12_line, one a line of the batch */

    struct cg_x12_side sides[CG_X12_SIDES]; /* decide: as they are where the batch begins */

    /* encode */
    struct cg_array rejected_text; /* of struct cg_text: what the rejected file gets of the batch */
    struct cg_buffer rejected;     /* the same, packed */
    uint64_t rejected_claims;      /* of it */
};

/* NULL: no memory. */
cg_must_use struct cg_x12_batch *cg_x12_batch_new(void);
void cg_x12_batch_clear(struct cg_x12_batch *x12); /* as new, but keeps its memory */
void cg_x12_batch_free(struct cg_x12_batch *x12);  /* NULL is allowed */

/* What the file says of a line of the batch; NULL: the batch is not of X12. */
const struct cg_x12_line *cg_x12_line_of(const struct cg_batch *batch, const struct cg_line *line);

static inline struct cg_x12_node *cg_x12_node_at(const struct cg_x12_batch *x12, uint32_t node_no) {
    return cg_array_at(&x12->nodes, node_no);
}

#endif
