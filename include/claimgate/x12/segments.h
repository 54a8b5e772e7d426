/*
 * X12 segments: one after the other, and their elements.
 *
 * Threads    Pure functions.
 */
#ifndef CLAIMGATE_X12_SEGMENTS_H
#define CLAIMGATE_X12_SEGMENTS_H

#include "claimgate/x12/x12.h"

enum {
    CG_X12_ELEMENTS_MAX = 24, /* more than any segment has that is read; the rest is left out */
    CG_X12_HEAD_BYTES = 512,  /* so much of a segment is read */
};

/* The name of a segment, which has two or three letters, as a number; of a longer one the first
 * four bytes. */
#define CG_X12_NAME(a, b, c) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8)
enum {
    CG_X12_NAME_ISA = CG_X12_NAME('I', 'S', 'A'),
    CG_X12_NAME_TA1 = CG_X12_NAME('T', 'A', '1'),
    CG_X12_NAME_GS = CG_X12_NAME('G', 'S', 0),
    CG_X12_NAME_ST = CG_X12_NAME('S', 'T', 0),
    CG_X12_NAME_HL = CG_X12_NAME('H', 'L', 0),
    CG_X12_NAME_CLM = CG_X12_NAME('C', 'L', 'M'),
    CG_X12_NAME_LX = CG_X12_NAME('L', 'X', 0),
    CG_X12_NAME_SV1 = CG_X12_NAME('S', 'V', '1'),
    CG_X12_NAME_SV2 = CG_X12_NAME('S', 'V', '2'), /* institutional */
    CG_X12_NAME_SV3 = CG_X12_NAME('S', 'V', '3'), /* dental */
    CG_X12_NAME_SE = CG_X12_NAME('S', 'E', 0),
    CG_X12_NAME_GE = CG_X12_NAME('G', 'E', 0),
    CG_X12_NAME_IEA = CG_X12_NAME('I', 'E', 'A'),
};
/* Take the next segment, its terminator left out, off the front. False: none is left. */
bool cg_x12_next_segment(const struct cg_x12_marks *marks, struct cg_text *rest,
                         struct cg_text *segment, uint32_t *name);

/* A segment's elements, the name first, as copies without line ends and blanks around them. */
struct cg_x12_elements {
    char bytes[CG_X12_HEAD_BYTES];
    struct cg_text at[CG_X12_ELEMENTS_MAX];
    uint32_t count;
};
void cg_x12_read_elements(struct cg_text segment, const struct cg_x12_marks *marks,
                          struct cg_x12_elements *out);
/* Empty where the segment is shorter. */
struct cg_text cg_x12_element(const struct cg_x12_elements *elements, uint32_t element_no);

void cg_x12_copy_elements(struct cg_x12_elements *to, const struct cg_x12_elements *from);

#endif
