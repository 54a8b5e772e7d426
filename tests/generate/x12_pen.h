/*
 * A pen for X12: segments written by templates, and counted.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_X12_PEN_H
#define CLAIMGATE_TESTS_GENERATE_X12_PEN_H

#include "claimgate/base/date.h"

#include <stdint.h>

enum { CG_MOCK_X12_NUMBER_BYTES = 24, CG_MOCK_X12_DAY_BYTES = 9 };

struct cg_mock_x12_separators {
    char element;
    char component;
    char terminator;
    const char *line_end; /* behind the terminator */
};

struct cg_mock_x12_pen {
    char *at; /* whoever sets it sees to the room there */
    uint32_t segments;
    struct cg_mock_x12_separators separators;
};

/* "NM1*IL*1*%****MI*%~": '*', ':' and '~' are the pen's separators, each '%' is the next text. A
 * text stands as it is. */
void cg_mock_x12_put(struct cg_mock_x12_pen *pen, const char *template, ...);

/* As texts for a template; they return `out`. */
const char *cg_mock_x12_number(char out[CG_MOCK_X12_NUMBER_BYTES], uint64_t number, int width);
const char *cg_mock_x12_cents(char out[CG_MOCK_X12_NUMBER_BYTES], uint64_t cents);
const char *cg_mock_x12_day(char out[CG_MOCK_X12_DAY_BYTES], int32_t day); /* ccyymmdd */

#endif
