/*
 * The counts of shapes.h, apart, because every batch has some.
 */
#ifndef CLAIMGATE_RECORD_SHAPE_COUNTS_H
#define CLAIMGATE_RECORD_SHAPE_COUNTS_H

#include <stdint.h>

enum {
    CG_SHAPES_MAX = 96,
    CG_SHAPE_COLUMNS = 24, /* as many as fields of a claim line, and one for whole records */
};

struct cg_shape_counts {
    uint64_t noted;       /* values and records that were looked at; 0: all else is zero */
    uint64_t last_record; /* the one whose shapes stand in last_shapes, less one; 0: none */
    uint8_t last_shapes[CG_SHAPES_MAX];
    uint64_t records[CG_SHAPES_MAX];
    uint32_t values[CG_SHAPES_MAX][CG_SHAPE_COLUMNS];
};

#endif
