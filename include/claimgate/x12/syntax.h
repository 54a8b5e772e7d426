/*
 * X12 syntax: separators, segments, elements.
 *
 * X12 has no escapes, so that a separator is one wherever it stands. A CR or LF is never data
 * unless it is the terminator: some senders wrap their files at 80 columns.
 *
 * Threads    Pure functions.
 */
#ifndef CLAIMGATE_X12_SYNTAX_H
#define CLAIMGATE_X12_SYNTAX_H

#include "claimgate/base/error.h"
#include "claimgate/x12/segments.h"
#include "claimgate/x12/x12.h"

enum {
    CG_X12_ISA_ELEMENTS = 17, /* its name counted */
};

/* True where the text begins an interchange, behind a byte order mark and white space. *decided
 * stays false while more bytes may tell. */
bool cg_x12_begins(struct cg_text text, bool at_end, bool *decided);

/* Where an interchange, its ISA and the GS behind it in capitals or small letters, stands in the
 * text's first 64 KiB; text.len: nowhere. */
uint32_t cg_x12_find(struct cg_text text);

/* White space and empty segments at the text's start; between interchanges also what pads a file:
 * a byte order mark, NUL and SUB. *newlines counts the line ends among them. */
uint32_t cg_x12_skip(struct cg_text text, const struct cg_x12_marks *marks, bool between,
                     uint32_t *newlines);

/* The separators of the ISA that the text begins with, and its length without the terminator.
 * *len_bytes stays 0 while its end is still to come. CG_BAD_DATA: it is none. */
cg_must_use enum cg_status cg_x12_read_isa(struct cg_text text, bool at_end,
                                           struct cg_x12_marks *marks, uint32_t *len_bytes,
                                           struct cg_error *err);

uint32_t cg_x12_name_of(struct cg_text segment, char element);
static inline bool cg_x12_may_name(char byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}
/* It is not two or three capital letters or digits. */
bool cg_x12_name_is_odd(uint32_t name);

/* It begins a service line, or says what was done. */
static inline bool cg_x12_is_of_line(uint32_t name) {
    return name == CG_X12_NAME_LX || name == CG_X12_NAME_SV1 || name == CG_X12_NAME_SV2 ||
           name == CG_X12_NAME_SV3;
}

/* Digits alone and below 10^9; 0: it is no such number. */
uint32_t cg_x12_number(struct cg_text text);

#endif
