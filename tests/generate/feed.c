#include "feed.h"

#include <string.h>

enum { ROWS_TO_ONE_THAT_IS_NO_SERVICE = 8 };

static void add(struct cg_feed_rows *out, const struct cg_mock_line *line, bool is_negative) {
    out->lines[out->count] = *line;
    out->list[out->count] = (struct cg_row){
        .line = &out->lines[out->count],
        .mark = CG_ROW_OF_A_SERVICE,
        .is_negative = is_negative,
    };
    out->count++;
}

/* --- take-backs --- */

static enum cg_taking taking_of(const struct cg_shape *shape, const struct cg_mock_line *line) {
    const enum cg_taking taking = line->frequency == 8 ? shape->voids : shape->replacements;
    if (taking != CG_TAKING_MIXED) {
        return taking;
    }
    return line->variant >> 4 & 1 ? CG_TAKING_LINKED : CG_TAKING_NEGATIVE;
}

/* The old version once more, to be taken back. */
static void add_cancellation(struct cg_feed_rows *out, const struct cg_mock_line *line,
                             bool is_negative) {
    struct cg_mock_line old = *line;
    old.frequency = 8;
    old.units = line->original_units;
    add(out, &old, is_negative);
}

static void add_take_back(const struct cg_shape *shape, const struct cg_mock_line *line,
                          struct cg_feed_rows *out) {
    const enum cg_taking taking = taking_of(shape, line);
    struct cg_mock_line told = *line;
    if (taking == CG_TAKING_LINKED) {
        add(out, line, false);
        return;
    }
    told.claim_no = line->original_no;
    if (line->frequency == 8) {
        add(out, &told, taking == CG_TAKING_NEGATIVE);
        return;
    }
    if (taking != CG_TAKING_REPEATED) {
        add_cancellation(out, &told, taking == CG_TAKING_NEGATIVE);
    }
    if (taking == CG_TAKING_NEGATIVE) {
        told.frequency = 1;
        told.original_no = CG_ORIGINAL_NONE;
    }
    add(out, &told, false);
}

/* --- mistakes --- */

static bool writes_blank_as(const struct cg_shape *shape, const char *word) {
    for (int i = 0; i < CG_BLANKS_MAX && shape->blanks[i] != NULL; i++) {
        if (strcmp(shape->blanks[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_negative_units(const struct cg_shape *shape) {
    return shape->voids == CG_TAKING_NEGATIVE || shape->voids == CG_TAKING_MIXED;
}

/* A claim that names an original which nobody sent. */
static void fit_unknown_original(const struct cg_columns *columns, struct cg_mock_line *line) {
    const enum cg_taking taking = columns->shape->replacements;
    if (taking == CG_TAKING_REPEATED || taking == CG_TAKING_CANCELLED) {
        line->frequency = 7;
        line->original_no = line->claim_no;
        line->original_units = line->units;
    }
    if (taking == CG_TAKING_LINKED || taking == CG_TAKING_MIXED) {
        line->variant |= 1; /* one that is named: a file may tell a replacement by its link alone */
    } else {
        line->anomaly = CG_ANOMALY_NONE;
    }
}

/* What is a mistake in the default layout may be none here, or one with another meaning: a quarter
 * of the ways to spoil a field is then left out, or the mistake. The last two bits of `variant`
 * pick the way. */
static void fit_mistake(const struct cg_columns *columns, struct cg_mock_line *line) {
    const bool zero_is_blank = writes_blank_as(columns->shape, "0");
    switch ((enum cg_anomaly)line->anomaly) {
    case CG_ANOMALY_ORIGINAL_CLAIM_UNKNOWN:
        fit_unknown_original(columns, line);
        break;
    case CG_ANOMALY_FREQUENCY_CODE_INVALID: /* a map knows what to make of any code */
        if (!cg_columns_have(columns, CG_FIELD_CLAIM_FREQUENCY_CODE)) {
            line->anomaly = CG_ANOMALY_NONE;
        }
        break;
    case CG_ANOMALY_SERVICE_DATE_INVALID:
    case CG_ANOMALY_SERVICE_END_DATE_INVALID: /* one column for both dates has both mistakes */
        if (!cg_columns_have(columns, CG_FIELD_CLAIM_LINE_END_DATE)) {
            line->anomaly = CG_ANOMALY_NONE;
        }
        line->variant &= zero_is_blank ? ~UINT32_C(2) : ~UINT32_C(0);
        break;
    case CG_ANOMALY_LINE_NUMBER_INVALID:
        if (zero_is_blank || columns->shape->lines_from_zero) {
            line->variant = (line->variant & ~UINT32_C(3)) + 1;
        }
        break;
    case CG_ANOMALY_UNITS_INVALID:
        line->variant &= has_negative_units(columns->shape) ? ~UINT32_C(1) : ~UINT32_C(0);
        break;
    default:
        break;
    }
}

/* --- rows that are no services --- */

static bool has_companion(const struct cg_columns *columns, const struct cg_mock_line *line) {
    return columns->shape->marks[0].column != NULL && line->anomaly == CG_ANOMALY_NONE &&
           (line->claim_no + line->line_no) % ROWS_TO_ONE_THAT_IS_NO_SERVICE == 0;
}

static int count_marks(const struct cg_shape *shape) {
    int count = 0;
    while (count < CG_MARKS_MAX && shape->marks[count].column != NULL) {
        count++;
    }
    return count;
}

static int count_texts(const struct cg_shape_mark *mark) {
    int count = 0;
    while (count < CG_MARK_TEXTS && mark->others[count] != NULL) {
        count++;
    }
    return count;
}

/* The service denied, in an older version, or as it was paid: it may say other units. */
static void add_companion(const struct cg_shape *shape, const struct cg_mock_line *line,
                          struct cg_feed_rows *out) {
    const uint64_t pick = line->claim_no / ROWS_TO_ONE_THAT_IS_NO_SERVICE;
    const int marks = count_marks(shape);
    struct cg_mock_line other = *line;
    other.units = (uint16_t)(line->units + pick % 3);
    add(out, &other, false);
    struct cg_row *row = &out->list[out->count - 1];
    row->mark = (int)(pick % (uint64_t)marks);
    row->mark_text =
        (int)(pick / (uint64_t)marks % (uint64_t)count_texts(&shape->marks[row->mark]));
}

void cg_feed_rows_of(const struct cg_columns *columns, const struct cg_mock_line *line,
                     struct cg_feed_rows *out) {
    out->count = 0;
    if (!columns->is_feed) {
        out->list[out->count++] = (struct cg_row){.line = line, .mark = CG_ROW_OF_A_SERVICE};
        return;
    }
    struct cg_mock_line told = *line;
    fit_mistake(columns, &told);
    const bool is_accompanied = has_companion(columns, &told);
    const bool comes_behind = told.variant >> 5 & 1;
    if (is_accompanied && !comes_behind) {
        add_companion(columns->shape, &told, out);
    }
    if (told.frequency == 1) {
        add(out, &told, false);
    } else {
        add_take_back(columns->shape, &told, out);
    }
    if (is_accompanied && comes_behind) {
        add_companion(columns->shape, &told, out);
    }
}

bool cg_feed_tells(const struct cg_columns *columns, enum cg_anomaly anomaly) {
    if (!columns->is_feed) {
        return cg_columns_have(columns, CG_FIELD_ORIGINAL_CLAIM_ID);
    }
    return (anomaly == CG_ANOMALY_VOID ? columns->shape->voids : columns->shape->replacements) !=
           CG_TAKING_UNTOLD;
}
