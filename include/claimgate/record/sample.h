/*
 * Sample: what a layout makes of the head of a claim file, for people who write layouts.
 *
 * Reads the first MiB or less through the readers that a run uses, so that what is seen here is
 * what a run will see.
 *
 * Ownership  Plain data of the caller's; texts are copies, cut to fit.
 * Failure    A file that cannot be read or a header that cannot be taken apart. A needed column
 *            that is missing is no failure here: `missing` says it.
 */
#ifndef CLAIMGATE_RECORD_SAMPLE_H
#define CLAIMGATE_RECORD_SAMPLE_H

#include "claimgate/base/error.h"
#include "claimgate/record/layout.h"
#include "claimgate/record/shapes.h"

#include <stdbool.h>
#include <stdint.h>

enum { CG_SAMPLE_ROWS = 3, CG_SAMPLE_TEXT_BYTES = 96 };

/* Where a field comes from. */
struct cg_sample_field {
    struct cg_field_source source;
    char column[CG_SAMPLE_TEXT_BYTES]; /* as the header has it; "" where there is none */
    char fallback[CG_SAMPLE_TEXT_BYTES];
};

/* What it comes out as. */
struct cg_sample_value {
    char text[CG_SAMPLE_TEXT_BYTES]; /* dates as YYYY-MM-DD; what is not valid as it stands */
    uint32_t len_bytes;              /* of the whole value; 0: blank or absent */
    bool is_valid;                   /* blank is, where the field may be blank */
    bool fits; /* it is valid, and looks like what such a field holds: it is no stray name or id */
};

struct cg_sample_row {
    uint64_t line; /* of X12 the segment of its LX */
    struct cg_sample_value values[CG_FIELD_COUNT];
};

struct cg_sample {
    struct cg_sample_field fields[CG_FIELD_COUNT];
    struct cg_column_note notes[CG_COLUMN_NOTES_MAX];
    uint32_t note_count;
    struct cg_sample_row rows[CG_SAMPLE_ROWS]; /* the first records that are well-formed */
    uint32_t row_count;
    uint32_t records;                        /* in the head */
    struct cg_only_column only[CG_ONLY_MAX]; /* as in the binding */
    uint32_t left_out[CG_ONLY_MAX];          /* records in the head, by the rule */
    uint32_t only_count;
    bool has_line_ids; /* of the layout */
    bool is_x12;       /* columns are named as the guide names their places */
    uint32_t malformed;
    struct cg_remarks remarks; /* what most of the head has wrong in the same way */
    struct cg_error missing;   /* CG_OK, or what binding says of the columns that are missing */
};

/* `path` is plain or gzip, "-" is standard input. Without a layout it is X12. */
cg_must_use enum cg_status cg_sample_read(const char *path, const struct cg_layout *layout,
                                          struct cg_sample *out, struct cg_error *err);

#endif
