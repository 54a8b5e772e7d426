/*
 * X12 envelope: which interchange, group, transaction and HL loops are open, segment by segment.
 *
 * A wrong count or control number means that a file was cut or edited by hand, as a bad CRC does;
 * under a lenient envelope it is counted instead.
 *
 * Threads    One: segments come in the order of the file.
 * Failure    CG_BAD_DATA, without the segment's place, which the caller knows.
 */
#ifndef CLAIMGATE_X12_ENVELOPE_H
#define CLAIMGATE_X12_ENVELOPE_H

#include "claimgate/x12/syntax.h"

enum cg_x12_place {
    CG_X12_BETWEEN, /* interchanges */
    CG_X12_IN_INTERCHANGE,
    CG_X12_IN_GROUP,
    CG_X12_IN_TRANSACTION,
    CG_X12_IN_PASSED, /* a transaction of another kind */
};

enum { CG_X12_CONTROL_MAX_BYTES = 40 };

struct cg_x12_open {
    char control[CG_X12_CONTROL_MAX_BYTES]; /* its control number */
    uint32_t control_len;
    uint64_t children; /* segments, transactions or groups so far */
};

struct cg_x12_loop {
    bool is_open;
    bool is_broken;
    uint32_t no; /* HL01 */
};

struct cg_x12_envelope {
    bool lenient;
    enum cg_x12_place place;
    struct cg_x12_marks marks;
    struct cg_x12_open open[3]; /* ISA, GS, ST */
    struct cg_text version;     /* GS08 */
    char version_bytes[CG_X12_CONTROL_MAX_BYTES];
    struct cg_x12_loop loops[3]; /* billing, subscriber, patient */
    bool has_lost_loop;          /* nobody knows whose claims these are, */
    enum cg_x12_kind lost_loop;  /* until a loop of this kind begins, or one above it */
    enum cg_x12_kind within;     /* the node that the last segment belongs to */
    bool in_line;                /* behind the first LX of a claim */
    bool in_other_payer;         /* behind the first SBR of a claim */
    struct cg_x12_facts facts;
};

/* Between interchanges, at the start of an input. */
void cg_x12_envelope_start(struct cg_x12_envelope *envelope, bool lenient);

/* Take the next segment, its terminator left out. *begins: a node begins with it, for which kind,
 * marks and what is known of an HL loop are filled in. Else it belongs to the node before, of which
 * it may tell that it has an odd name. The marks of an ISA are taken first, by the caller. */
cg_must_use enum cg_status cg_x12_envelope_take(struct cg_x12_envelope *envelope,
                                                struct cg_text segment, struct cg_x12_node *node,
                                                bool *begins, struct cg_error *err);

/* By its first letters, the segment of a claim may be one that only a header has. */
static inline bool cg_x12_envelope_looks_at(char first, char second) {
    return second == 'M' || second == 'B' || (first == 'H' && second == 'I') ||
           (first == 'P' && second == 'A');
}

/* Most segments open and close nothing, which their first letters tell. They are counted and belong
 * to the node before. */
static inline bool cg_x12_envelope_passes(struct cg_x12_envelope *envelope,
                                          struct cg_text segment) {
    if (envelope->place != CG_X12_IN_TRANSACTION || segment.len < 3) {
        return false;
    }
    const char element = envelope->marks.element;
    const char first = segment.ptr[0];
    const char second = segment.ptr[1];
    const char third = segment.ptr[2];
    const bool is_plain = cg_x12_may_name(first) && cg_x12_may_name(second) &&
                          (third == element || (cg_x12_may_name(third) && segment.len > 3 &&
                                                segment.ptr[3] == element));
    const bool is_of_line = second == 'X' || second == 'V';
    const bool may_count =
        (second == 'L' && (first == 'C' || first == 'H')) || second == 'S' || second == 'E' ||
        second == 'T' ||
        (envelope->within == CG_X12_CLAIM ? cg_x12_envelope_looks_at(first, second) : is_of_line);
    if (!is_plain || may_count) {
        return false;
    }
    envelope->in_line |= first == 'L' && second == 'X';
    envelope->open[2].children++;
    envelope->facts.segments++;
    return true;
}

#endif
