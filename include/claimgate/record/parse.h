/*
 * Parse: from a batch's bytes to records and in-scope service lines.
 *
 * Records without a quote are split at delimiters found by scan.h; records with one go
 * through libcsv, one at a time (csv.h). Both give the same fields for the same bytes.
 * The rest of the gate is called through `edit_fields` for each record that is not malformed.
 *
 * Threads    Pure: a cg_csv belongs to one batch's worker at a time, the binding is shared.
 */
#ifndef CLAIMGATE_RECORD_PARSE_H
#define CLAIMGATE_RECORD_PARSE_H

#include "claimgate/base/arena.h"
#include "claimgate/base/date.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/layout.h"

#include <stdbool.h>
#include <stdint.h>

/* What values of earlier records meant. */
struct cg_values_memos {
    struct cg_memo dates;
    struct cg_memo billing_npis; /* used by edit_fields */
};

/* The fields of one record, fetched one at a time, so that an out-of-scope record costs one. */
struct cg_values {
    const struct cg_binding *binding;
    const struct cg_csv *csv;
    struct cg_arena *scratch;
    const struct cg_text *texts; /* all values, where they stand in no record of CSV; else NULL */
    const char *text;            /* what `ends` counts in */
    const uint32_t *ends;        /* where each field ends; ends[-1] is one less than where the first
                                  * begins. NULL: the fields stand in csv */
    int32_t not_plain; /* 0: they stand in text, on a plain line (scan.h), where no field has
                        * blanks to take off, or bytes that no field may hold; -1: they do not */
    bool out_of_memory;
    bool near_code;      /* set by edit_fields: the record passes out of scope, but its code
                          * looks like one that would not; parse puts it back to false */
    bool words_for_code; /* the same: the cell of its code holds words */
    bool left_out;       /* by the layout: edit_fields is asked only for what a void takes back */
    bool takes_back; /* set by edit_fields: the record passes out of scope, and asks to take back
                      * what its line names; parse puts it back to false */
    uint32_t told_lines; /* the edit_fields's: lines with odd_id, names_other or odd_value */
    uint32_t utc_times;  /* the edit_fields's: times in UTC, not at midnight, that were cut off */
    struct cg_values_memos *memos; /* NULL: nothing is kept for the next record */
    /* For each field the column whose bytes are its value in a record that stands in text, or one
     * of these: always blank; see cg_values_derive. */
    int32_t columns[CG_FIELD_COUNT];
    enum cg_field modifiers_end; /* no field of a modifier from here on has a value */
};

enum { CG_VALUE_ABSENT = -1, CG_VALUE_DERIVED = -2 };

/* Ready for records that stand in csv; `text` and `ends` are the caller's to set for others. */
void cg_values_init(struct cg_values *values, const struct cg_binding *binding,
                    const struct cg_csv *csv, struct cg_arena *scratch);

/* For every field that is not absent: quotes taken off, fallbacks, fixed values and value maps
 * applied. */
struct cg_text cg_values_derive(struct cg_values *values, enum cg_field field);

/* A field as it stands in text. */
static inline struct cg_text cg_values_slice(const struct cg_values *values, uint32_t column) {
    const uint32_t *end = values->ends + column;
    uint32_t start = end[-1] + 1;
    return (struct cg_text){values->text + start, *end - start};
}

/* The field's value is the bytes of a plain line, as they stand there. Asked for each field, and so
 * in one test. */
static inline bool cg_values_is_direct(const struct cg_values *values, enum cg_field field) {
    return (values->columns[field] | values->not_plain) >= 0;
}

/* A field without blanks around it; len 0 where there is none. It lives as long as the batch's
 * text. */
static inline struct cg_text cg_values_get(struct cg_values *values, enum cg_field field) {
    int32_t column = values->columns[field];
    if (__builtin_expect(cg_values_is_direct(values, field), true)) {
        return cg_values_slice(values, (uint32_t)column);
    }
    if (column >= 0 && values->ends != NULL) {
        return cg_text_trim(cg_values_slice(values, (uint32_t)column));
    }
    return column == CG_VALUE_ABSENT ? (struct cg_text){"", 0} : cg_values_derive(values, field);
}

/* A moment in UTC lies on the local day, where the layout says which that is; else what is cut off
 * is counted, unless it is a midnight, which is but a date. CG_DAY_NONE for no date. */
int32_t cg_values_moment(struct cg_values *values, struct cg_text text);

/* The day that a date field's text names; CG_DAY_NONE: none. Birth dates differ from line to line,
 * other dates are few. */
static inline int32_t cg_values_day(struct cg_values *values, enum cg_field field,
                                    struct cg_text text) {
    const enum cg_date_format format = values->binding->date_formats[field];
    return format == CG_DATE_ISO_TIME ? cg_values_moment(values, text)
           : field == CG_FIELD_BIRTH_DATE || values->memos == NULL
               ? cg_date_parse(text.ptr, text.len, format)
               : cg_date_parse_again(&values->memos->dates, text, format);
}

/* Both are moments, and the end comes less than 24 hours after the start. */
bool cg_values_is_session(struct cg_text start, struct cg_text end);

/* False when no record of the file can have a value for the field. */
static inline bool cg_values_has(const struct cg_values *values, enum cg_field field) {
    return values->columns[field] != CG_VALUE_ABSENT;
}

/* A column of the record without blanks around it; len 0 where the layout takes it for a blank. */
struct cg_text cg_values_column(struct cg_values *values, int32_t column);

/* A column as it stands in its record, whatever the layout makes of it. */
struct cg_csv_field cg_values_cell(struct cg_values *values, uint32_t column);
/* The same of a field; raw_len 0 when its column is absent. */
struct cg_csv_field cg_values_raw(struct cg_values *values, enum cg_field field);

/* The layout's rules tell which rows are services. The first that the batch's last record does not
 * meet counts it, and the record is left out. */
cg_must_use bool cg_values_leave_out(struct cg_values *values, struct cg_batch *batch);

struct cg_parse_plan {
    const struct cg_binding *binding;
    /* True when the record is in scope: then `line` has been filled, fields and verdict of group 1.
     * False: the record passes through and the line is dropped. */
    bool (*edit_fields)(const void *rules, struct cg_values *values, struct cg_line *line);
    /* Called when a record of two lines or more has them all, before edit_credentials: what becomes
     * of the others where one has a reason by now. NULL: nothing does. */
    bool (*settle_claim)(struct cg_line *lines, uint32_t count);
    /* Called for each hundred lines or so of those kept, in order, never for a part of a record's;
     * NULL: nothing is left to do. For what has to be looked up: with many lines at hand, memory
     * can be fetched ahead. */
    void (*edit_credentials)(const void *rules, struct cg_line *lines, uint32_t count);
    const void *rules;
    bool libcsv_only; /* tests: every record through libcsv */
};

/* Fill batch->records and batch->lines from batch->text. `csv` is the worker's own, and keeps at
 * least binding->last_column + 1 fields. Malformed records get a line with
 * CG_REASON_MALFORMED_RECORD. Only CG_INTERNAL (no memory) can fail. */
cg_must_use enum cg_status cg_parse_batch(const struct cg_parse_plan *plan, struct cg_csv *csv,
                                          struct cg_batch *batch);

#endif
