/*
 * X12 texts for tests: interchanges with right counts, and the ways in which files are wrapped.
 */
#ifndef CLAIMGATE_TESTS_X12_TEXT_H
#define CLAIMGATE_TESTS_X12_TEXT_H

#include "claimgate/base/buffer.h"

/* One interchange of one transaction; the segments are those behind its receiver, each without its
 * terminator, NULL at the end. What `out` holds already stays before it. */
void x12_put(struct cg_buffer *out, const char *const segments[]);
#define X12_PUT(out, ...) x12_put((out), (const char *const[]){__VA_ARGS__, NULL})

/* A provider, a subscriber M-1 and an open claim's lines, as x12_put takes them. */
#define X12_BILLING    "HL*1**20*1", "NM1*85*2*AGENCY*****XX*1000000004"
#define X12_SUBSCRIBER "HL*2*1*22*0", "NM1*IL*1*DOE*JANE****MI*M-1", "DMG*D8*19800102*F"
#define X12_LINE(n)    "LX*" n, "SV1*HC:H0038:HE*10*UN*2***1", "DTP*472*D8*20250106"
#define X12_CLAIM(id)  "CLM*" id "*10***11:B:1*Y*A*Y*Y", "HI*ABK:F200", X12_LINE("1")

enum x12_wrapping {
    X12_ONE_LINE,
    X12_CRLF,
    X12_80_COLUMNS,
    X12_INDENTED,
    X12_WITH_BOM,
    X12_OTHER_SEPARATORS,
    X12_WRAPPINGS
};

/* The same segments in another dress. `text` is what x12_put made. */
void x12_wrap(struct cg_buffer *out, const struct cg_buffer *text, enum x12_wrapping wrapping);

/* Everything that reading gives, as text: the outcome, or a line for each service line. `payload`:
 * bytes at a time; 0: all at once. */
struct x12_reading {
    size_t payload;
    bool lenient;
    bool joins_dependents;
    bool received_unknown;
};
void x12_transcribe(struct cg_buffer *out, const struct cg_buffer *text,
                    struct x12_reading reading);

#endif
