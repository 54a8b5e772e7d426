/*
 * Parse: from a batch's bytes to records and in-scope service lines.
 *
 * Records without a quote are split at delimiters found by scan.h; records with one go
 * through libcsv, one at a time (csv.h). Both give the same fields for the same bytes.
 * The rest of the gate is called through `judge` for each record that is not malformed.
 *
 * Threads    Pure: a cg_csv belongs to one batch's worker at a time, the binding is shared.
 */
#ifndef CLAIMGATE_PARSE_H
#define CLAIMGATE_PARSE_H

#include "claimgate/arena.h"
#include "claimgate/batch.h"
#include "claimgate/csv.h"
#include "claimgate/layout.h"

#include <stdbool.h>
#include <stdint.h>

/* The fields of one record, fetched one at a time, so that an out-of-scope record costs one. */
struct cg_values {
    const struct cg_binding *binding;
    struct cg_text record;
    uint32_t record_offset; /* in the batch's text, which `ends` counts in */
    const uint32_t *ends;   /* where each field ends; NULL: the fields stand in csv */
    const struct cg_csv *csv;
    struct cg_arena *scratch;
    bool out_of_memory;
};

/* What cg_values_get does where the field's own column does not hold it. */
struct cg_text cg_values_derive(struct cg_values *values, enum cg_field field);
/* A column of a record that went through libcsv. */
struct cg_text cg_values_quoted(struct cg_values *values, uint32_t column);

static inline struct cg_text cg_values_column(struct cg_values *values, uint32_t column) {
    if (values->ends == NULL) {
        return cg_values_quoted(values, column);
    }
    uint32_t start = column == 0 ? values->record_offset : values->ends[column - 1] + 1;
    struct cg_text raw = {values->record.ptr + (start - values->record_offset),
                          values->ends[column] - start};
    return cg_text_trim(raw);
}

/* A field without blanks around it; fallbacks, fixed values and value maps applied; len 0 where
 * there is none. It lives as long as the batch's text. Inlined at any rate: a line asks for some
 * fifteen fields, and as a function of its own this costs half as much again. */
static inline __attribute__((always_inline)) struct cg_text cg_values_get(struct cg_values *values,
                                                                          enum cg_field field) {
    const struct cg_field_source *source = &values->binding->fields[field];
    if (source->column >= 0 && !source->is_mapped) {
        struct cg_text value = cg_values_column(values, (uint32_t)source->column);
        if (value.len > 0 || source->fallback_column < 0) {
            return value;
        }
    }
    if (source->column < 0 && source->fallback_column < 0 && source->fixed == NULL) {
        return (struct cg_text){"", 0};
    }
    return cg_values_derive(values, field);
}

/* The bytes of a field as they stand in its record; raw_len 0 when its column is absent. */
struct cg_csv_field cg_values_raw(struct cg_values *values, enum cg_field field);

static inline const struct cg_binding *cg_values_binding(const struct cg_values *values) {
    return values->binding;
}

struct cg_parse_plan {
    const struct cg_binding *binding;
    /* True when the record is in scope: then `line` has been filled, fields and verdict of groups 1
     * and 2. False: the record passes through and the line is dropped. */
    bool (*judge)(const void *rules, struct cg_values *values, struct cg_line *line);
    const void *rules;
    bool libcsv_only; /* tests: every record through libcsv */
};

/* Fill batch->records and batch->lines from batch->text. `csv` is the worker's own, and keeps at
 * least binding->last_column + 1 fields. Malformed records get a line with
 * CG_REASON_MALFORMED_RECORD. Only CG_INTERNAL (no memory) can fail. */
cg_must_use enum cg_status cg_parse_batch(const struct cg_parse_plan *plan, struct cg_csv *csv,
                                          struct cg_batch *batch);

#endif
