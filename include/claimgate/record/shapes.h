/*
 * Shapes: what is wrong with most of a file, told once.
 *
 * A program that writes a file wrongly writes every line wrongly in the same way. Records that fail
 * are counted by the shape of what fails in them, "a date written M/D/YYYY", and where nine of ten
 * records have one shape, one remark says so with the step that mends all of them. The shapes are
 * one table in shapes.c.
 *
 * Ownership  Plain data of the caller's, zeroed at first. Only records that fail are looked at.
 * Threads    None of its own: a station counts in the batch, and the counts are merged in order.
 */
#ifndef CLAIMGATE_RECORD_SHAPES_H
#define CLAIMGATE_RECORD_SHAPES_H

#include "claimgate/base/text.h"
#include "claimgate/record/shape_counts.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_batch;
struct cg_binding;

/* What a column should hold, and so which shapes are looked for in its values. */
enum cg_shape_kind {
    CG_HOLDS_DATE = 1 << 0,
    CG_HOLDS_NPI = 1 << 1,
    CG_HOLDS_UNITS = 1 << 2,
    CG_HOLDS_NUMBER = 1 << 3, /* other numbers: hours, scores */
    CG_HOLDS_LINE_NUMBER = 1 << 4,
    CG_HOLDS_ID = 1 << 5,
    CG_HOLDS_MODIFIER = 1 << 6,
    CG_HOLDS_FREQUENCY = 1 << 7,
    CG_HOLDS_PROCEDURE = 1 << 8,
    CG_HOLDS_WORD = 1 << 9, /* a status, a type */
};

/* What a field of a claim line should hold; 0: nothing that is tested. `field` is an enum cg_field.
 */
uint32_t cg_shape_kind_of(int field);

/* What programs write where there is no value, any letter case. */
bool cg_shape_is_null_mark(struct cg_text value);

/* A value that fails its test, or a record that is malformed. Values of one record, told apart by
 * `record`, count it once for each shape. `column` is below CG_SHAPE_COLUMNS. */
void cg_shapes_note_value(struct cg_shape_counts *counts, uint64_t record, enum cg_shape_kind kind,
                          uint32_t column, struct cg_text value);
void cg_shapes_note_malformed(struct cg_shape_counts *counts, const struct cg_binding *binding,
                              const struct cg_batch *batch, uint32_t record_no);

void cg_shapes_merge(struct cg_shape_counts *into, const struct cg_shape_counts *from);

enum { CG_REMARKS_MAX = 4, CG_REMARK_BYTES = 400 };

/* What most of a file has wrong, and the step that mends it. */
struct cg_remark {
    char text[CG_REMARK_BYTES];
    char mend[CG_REMARK_BYTES];
    uint64_t records;
    uint64_t of;
};

struct cg_remarks {
    struct cg_remark list[CG_REMARKS_MAX];
    uint32_t count;
};

/* Whose mends are told: layouts of rosters know some of the keys of those of claims, and X12 has no
 * layout. */
enum cg_shapes_for { CG_SHAPES_FOR_CLAIMS, CG_SHAPES_FOR_X12, CG_SHAPES_FOR_ROSTER };

/* The shapes that at least nine of ten of `of` records have. `columns` are names for the positions
 * that were noted. */
void cg_shapes_remarks(const struct cg_shape_counts *counts, uint64_t of,
                       const char *const *columns, enum cg_shapes_for whom, struct cg_remarks *out);

/* The same for claim lines, whose columns are fields. */
void cg_shapes_remarks_of_claims(const struct cg_shape_counts *counts, uint64_t of, bool is_x12,
                                 struct cg_remarks *out);

/* One warning a remark, whatever else is printed. `file` goes before it; NULL: nothing does. */
void cg_remarks_warn(const struct cg_remarks *remarks, const char *file);

#endif
