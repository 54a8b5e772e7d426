#include "unread_columns.h"

#include "claimgate/base/log.h"

#include <string.h>

static bool is_read(const struct cg_table_plan *plan, uint32_t column) {
    bool found = false;
    for (uint32_t i = 0; i < plan->column_count; i++) {
        found = found || plan->columns[i].index == (int)column;
    }
    return found;
}

static bool has_line_numbers(const struct cg_table_plan *plan) {
    bool found = false;
    for (uint32_t i = 0; i < plan->column_count; i++) {
        found = found || (plan->columns[i].index >= 0 &&
                          strcmp(plan->columns[i].name, "claim_line_number") == 0);
    }
    return found;
}

/* The first line can be a claim where the header is missing. */
static void show(const struct cg_table_plan *plan, const struct cg_header_columns *seen,
                 uint32_t column, char out[CG_COLUMN_SHOWN_BYTES]) {
    const bool may_show = plan->shows_header || cg_header_columns_may_show(seen);
    cg_column_show(
        may_show ? cg_header_columns_name(seen, column) : cg_text_of("(--show-phi shows it)"), out);
}

void cg_unread_columns_tell(const struct cg_table_plan *plan, const struct cg_header_columns *seen,
                            uint64_t line, struct cg_problems *problems) {
    const bool lacks_lines = plan->without_lines != NULL && !has_line_numbers(plan);
    char shown[CG_COLUMN_SHOWN_BYTES];
    for (uint32_t i = 0; i < seen->count; i++) {
        const struct cg_text name = cg_header_columns_name(seen, i);
        if (is_read(plan, i)) {
            continue;
        }
        show(plan, seen, i, shown);
        if (lacks_lines && cg_column_is_usual_for(name, CG_FIELD_CLAIM_LINE_NUMBER)) {
            cg_problems_add(problems, plan->file, line, cg_csv_field(seen->csv, i).raw_offset + 1,
                            "the column \"%s\" is not read, and without claim_line_number %s: name "
                            "it claim_line_number, or remove it where whole claims are meant",
                            shown, plan->without_lines);
        }
        if (plan->with_each_row != NULL && cg_column_tells_rows(name)) {
            cg_log_warning("%s: the column \"%s\" is not read: each row %s, whatever stands in it; "
                           "leave out the rows that are not meant",
                           plan->file, shown, plan->with_each_row);
        }
        if (plan->ends_by != NULL && cg_column_ends_rows(name)) {
            cg_log_warning("%s: the column \"%s\" is not read, though by its name it may end or "
                           "limit what a row grants: write what it says into %s, or remove it",
                           plan->file, shown, plan->ends_by);
        }
    }
}
