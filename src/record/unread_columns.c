#include "unread_columns.h"

#include "telling_values.h"

#include "claimgate/base/log.h"

#include <stdlib.h>
#include <string.h>

static bool is_read(const struct cg_table_plan *plan, uint32_t column) {
    bool found = false;
    for (uint32_t i = 0; i < plan->column_count; i++) {
        found = found || plan->columns[i].index == (int)column;
    }
    return found;
}

static bool has_column(const struct cg_table_plan *plan, const char *name) {
    bool found = false;
    for (uint32_t i = 0; i < plan->column_count; i++) {
        found = found || (plan->columns[i].index >= 0 && strcmp(plan->columns[i].name, name) == 0);
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

/* What a list that lacks a column is taken to mean, and the names that the column may have. */
struct narrowing {
    const char *without; /* NULL: it is there, or nobody asks */
    const char *column;
    enum cg_field field;
};

static void refuse_other_name(const struct cg_table_plan *plan, const struct narrowing *narrowing,
                              const struct cg_header_columns *seen, uint32_t column, uint64_t line,
                              struct cg_problems *problems) {
    char shown[CG_COLUMN_SHOWN_BYTES];
    const struct cg_text name = cg_header_columns_name(seen, column);
    if (narrowing->without != NULL && cg_column_is_usual_for(name, narrowing->field)) {
        show(plan, seen, column, shown);
        cg_problems_add(problems, plan->file, line, cg_csv_field(seen->csv, column).raw_offset + 1,
                        "the column \"%s\" is not read, and without %s %s: name it %s, or remove "
                        "it where that is meant",
                        shown, narrowing->column, narrowing->without, narrowing->column);
    }
}

/* Whoever lists the lines of one day, or of one code, may mean these alone. */
static bool names_some_lines(struct cg_text name) {
    static const char *const names[] = {"claim_line_start_date", "hcpcs_code",
                                        "service_unit_quantity"};
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        found = found || cg_column_is_near(name, cg_text_of(names[i])) ||
                cg_column_is_usual_in_table(name, names[i]);
    }
    return found;
}

static void warn_of_rows(const struct cg_table_plan *plan, const char *shown) {
    cg_log_warning("%s: the column \"%s\" is not read: each row %s, whatever stands in it; "
                   "leave out the rows that are not meant",
                   plan->file, shown, plan->with_each_row);
}

static void warn_of_end(const struct cg_table_plan *plan, const char *shown, const char *by) {
    cg_log_warning("%s: the column \"%s\" is not read, though by %s it may end or "
                   "limit what a row grants: write what it says into %s, or remove it",
                   plan->file, shown, by, plan->ends_by);
}

static bool is_told(const struct cg_table_plan *plan, struct cg_text name) {
    return (plan->with_each_row != NULL && cg_column_tells_rows(name)) ||
           (plan->ends_by != NULL && cg_column_ends_rows(name));
}

static void tell_column(const struct cg_table_plan *plan, const struct cg_header_columns *seen,
                        uint32_t column, uint64_t line, struct cg_problems *problems) {
    const struct narrowing narrowings[] = {
        {has_column(plan, "claim_line_number") ? NULL : plan->without_lines, "claim_line_number",
         CG_FIELD_CLAIM_LINE_NUMBER},
        {has_column(plan, "member_id") ? NULL : plan->without_members, "member_id",
         CG_FIELD_MEMBER_ID}};
    const struct cg_text name = cg_header_columns_name(seen, column);
    char shown[CG_COLUMN_SHOWN_BYTES];
    for (size_t n = 0; n < sizeof narrowings / sizeof narrowings[0]; n++) {
        refuse_other_name(plan, &narrowings[n], seen, column, line, problems);
    }
    show(plan, seen, column, shown);
    if (narrowings[0].without != NULL && names_some_lines(name)) {
        cg_log_warning("%s: the column \"%s\" is not read: %s, whatever stands in it; give "
                       "claim_line_number where some lines are meant",
                       plan->file, shown, plan->without_lines);
    }
    if (plan->with_each_row != NULL && cg_column_tells_rows(name)) {
        warn_of_rows(plan, shown);
    }
    if (plan->ends_by != NULL && cg_column_ends_rows(name)) {
        warn_of_end(plan, shown, "its name");
    }
}

static enum cg_status tell_values(const struct cg_table_plan *plan,
                                  const struct cg_header_columns *seen, struct cg_text head,
                                  bool *columns, struct cg_error *err) {
    const bool is_roster = plan->ends_by != NULL;
    char shown[CG_COLUMN_SHOWN_BYTES];
    if (cg_telling_values_find(is_roster ? &cg_values_that_end : &cg_values_that_take_back, head,
                               ',', columns, seen->count, err) != CG_OK) {
        return err->status;
    }
    for (uint32_t i = 0; i < seen->count; i++) {
        if (columns[i]) {
            show(plan, seen, i, shown);
            if (is_roster) {
                warn_of_end(plan, shown, "what stands in it");
            } else {
                warn_of_rows(plan, shown);
            }
        }
    }
    return CG_OK;
}

enum cg_status cg_unread_columns_tell(const struct cg_table_plan *plan,
                                      const struct cg_header_columns *seen, uint64_t line,
                                      struct cg_text head, struct cg_problems *problems,
                                      struct cg_error *err) {
    bool *by_values = calloc(seen->count, sizeof *by_values);
    bool any = false;
    if (by_values == NULL) {
        return cg_error_no_memory(err);
    }
    for (uint32_t i = 0; i < seen->count; i++) {
        if (!is_read(plan, i)) {
            tell_column(plan, seen, i, line, problems);
            by_values[i] = (plan->ends_by != NULL || plan->with_each_row != NULL) &&
                           !is_told(plan, cg_header_columns_name(seen, i));
            any = any || by_values[i];
        }
    }
    const enum cg_status status = any ? tell_values(plan, seen, head, by_values, err) : CG_OK;
    free(by_values);
    return status;
}
