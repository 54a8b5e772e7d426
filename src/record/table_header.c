#include "table_header.h"

#include "header_columns.h"
#include "header_names.h"
#include "unread_columns.h"

#include "claimgate/base/log.h"
#include "claimgate/base/nearest.h"

enum {
    TABLE_COLUMNS_MAX = 4096, /* of the file */
    HEADER_SHOWN_BYTES = 400,
    LINES_LOOKED_AT = 32, /* for a header behind a first line that is none */
};

/* A header while it is bound. */
struct table {
    const struct cg_table_plan *plan;
    struct cg_problems *problems;
    struct cg_csv *csv;
    uint32_t file_columns;
    uint64_t line;
};

/* A file without a header begins with a row, and to a header a row may be stuck, of which nothing
 * may be shown where it can be a claim's or a member's. */
static bool may_show(const struct table *table) {
    const struct cg_header_columns seen = {table->csv, table->file_columns};
    return table->plan->shows_header || cg_header_columns_may_show(&seen);
}

static void report_missing(struct table *table, const char *name) {
    char shown[CG_COLUMN_SHOWN_BYTES];
    const char *const word = shown;
    const char *near = NULL;
    for (uint32_t i = 0; near == NULL && i < table->file_columns && may_show(table); i++) {
        const struct cg_text seen = cg_csv_field(table->csv, i).value;
        cg_column_show(seen, shown);
        const bool is_meant =
            cg_column_is_near(seen, cg_text_of(name)) || cg_column_is_usual_in_table(seen, name);
        near = is_meant ? shown : cg_nearest_word(name, &word, 1);
    }
    cg_problems_add(table->problems, table->plan->file, table->line, 0,
                    "the column %s is missing%s%s%s", name, near == NULL ? "" : "; is it \"",
                    near == NULL ? "" : near, near == NULL ? "" : "\"?");
}

/* As in claim files: the only column with the name but for blanks, '_', '-' and the like. */
static void bind_loosely(struct table *table, struct cg_table_column *column) {
    const struct cg_header_columns seen = {table->csv, table->file_columns};
    char shown[CG_COLUMN_SHOWN_BYTES];
    enum cg_column_match match;
    column->index = cg_header_columns_find(&seen, column->name, &match);
    if (column->index < 0 && column->needed) {
        report_missing(table, column->name);
    } else if (column->index >= 0) {
        cg_column_show(cg_header_columns_name(&seen, (uint32_t)column->index), shown);
        cg_log_note("%s: the column \"%s\" is read as %s", table->plan->file, shown, column->name);
    }
}

static void bind_column(struct table *table, struct cg_table_column *column) {
    struct cg_text wanted = cg_text_trim(cg_text_of(column->name));
    column->index = -1;
    for (uint32_t i = 0; i < table->file_columns; i++) {
        const struct cg_csv_field seen = cg_csv_field(table->csv, i);
        const bool fits = cg_text_equal_nocase(seen.value, wanted);
        if (fits && column->index >= 0) {
            cg_problems_add(table->problems, table->plan->file, table->line, seen.raw_offset + 1,
                            "the column %s stands twice; remove or rename one", column->name);
        }
        column->index = fits ? (int)i : column->index;
    }
    if (column->index < 0) {
        bind_loosely(table, column);
    }
}

/* The names that were seen, beside those that are missing. */
static void report_header(struct table *table) {
    char names[HEADER_SHOWN_BYTES];
    bool known = table->plan->shows_header || cg_log_shows_phi();
    for (uint32_t i = 0; i < table->plan->column_count; i++) {
        known = known || (table->plan->columns[i].index >= 0 && may_show(table));
    }
    if (known) {
        const struct cg_header_columns seen = {table->csv, table->file_columns};
        cg_header_columns_list(&seen, names, sizeof names);
        const char *mend = table->plan->mend == NULL ? "" : table->plan->mend;
        cg_problems_add(table->problems, table->plan->file, table->line, 0, "the header names %s%s",
                        names, mend);
    }
}

const char *cg_table_fault(enum cg_malformed fault) {
    static const char *const faults[] = {
        [CG_TOO_LONG] = "the line is longer than 64 KiB",
        [CG_NUL_BYTE] = "the line holds a NUL byte; is this a CSV file in UTF-8?",
        [CG_UNCLOSED_QUOTE] = "a quote is not closed by the end of the line",
        [CG_BROKEN_QUOTING] = "a quote stands where none may; write a quote within a quoted value "
                              "twice",
        [CG_HEADER_STUCK] = "a header is stuck to the row, for the file before it had no last line "
                            "end: part the line in two",
    };
    return (size_t)fault < sizeof faults / sizeof faults[0] ? faults[fault] : NULL;
}

static uint32_t count_columns(const struct table *table, const struct cg_header_columns *seen) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->plan->column_count; i++) {
        enum cg_column_match match;
        (void)cg_header_columns_find(seen, table->plan->columns[i].name, &match);
        count += match != CG_COLUMN_NONE;
    }
    return count;
}

/* A header without a comma whose columns are there once another byte parts them. */
static bool has_other_delimiter(struct table *table, struct cg_text header) {
    static const char others[] = ";|\t^~";
    for (const char *other = others; table->file_columns == 1 && *other != '\0'; other++) {
        struct cg_header_columns seen = {NULL, 0};
        struct cg_error ignored = CG_ERROR_INIT;
        if (cg_header_columns_read(header, *other, &seen, &ignored) != CG_OK) {
            continue;
        }
        const bool fits = seen.count > 1 && count_columns(table, &seen) > 1;
        cg_header_columns_free(&seen);
        if (fits) {
            const char shown[] = {*other == '\t' ? '\\' : *other, *other == '\t' ? 't' : '\0',
                                  '\0'};
            cg_problems_add(table->problems, table->plan->file, table->line, 0,
                            "the columns are separated by \"%s\"; write the file with commas "
                            "between them, and a value that holds one in quotes",
                            shown);
            return true;
        }
    }
    return false;
}

static bool has_all_columns(struct table *table, struct cg_text line) {
    struct cg_header_columns seen = {NULL, 0};
    struct cg_error ignored = CG_ERROR_INIT;
    if (cg_header_columns_read(line, ',', &seen, &ignored) != CG_OK) {
        return false;
    }
    bool all_there = true;
    for (uint32_t i = 0; i < table->plan->column_count; i++) {
        const struct cg_table_column *column = &table->plan->columns[i];
        enum cg_column_match match;
        all_there = all_there &&
                    (!column->needed || cg_header_columns_find(&seen, column->name, &match) >= 0);
    }
    cg_header_columns_free(&seen);
    return all_there;
}

/* A title stands above the header: the line with all columns comes soon behind it. */
static bool has_header_below(struct table *table, const struct cg_header *header) {
    struct cg_text rest = header->behind;
    if (has_all_columns(table, header->line)) {
        return false;
    }
    for (uint32_t i = 1; i <= LINES_LOOKED_AT && rest.len > 0; i++) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        const uint32_t len = end == NULL ? rest.len : (uint32_t)(end - rest.ptr);
        if (has_all_columns(table, cg_text_trim((struct cg_text){rest.ptr, len}))) {
            cg_problems_add(table->problems, table->plan->file, table->line + i, 0,
                            "this line looks like the header: remove the %u above it, for the "
                            "first line must name the columns",
                            (unsigned)(table->line + i - 1));
            return true;
        }
        rest.ptr += len + (end != NULL);
        rest.len -= len + (end != NULL);
    }
    return false;
}

static enum cg_status bind_columns(struct table *table, const struct cg_header *header,
                                   struct cg_error *err) {
    const enum cg_malformed fault = cg_csv_read(table->csv, header->line);
    if (fault != CG_WELL_FORMED) {
        cg_problems_add(table->problems, table->plan->file, table->line, 0, "%s",
                        cg_table_fault(fault));
        return CG_OK;
    }
    table->file_columns = cg_csv_field_count(table->csv);
    if (table->file_columns > TABLE_COLUMNS_MAX) {
        cg_problems_add(table->problems, table->plan->file, table->line, 0,
                        "the header names more than %d columns", TABLE_COLUMNS_MAX);
        return CG_OK;
    }
    if (has_other_delimiter(table, header->line) || has_header_below(table, header)) {
        return CG_OK;
    }
    bool all_there = true;
    for (uint32_t i = 0; i < table->plan->column_count; i++) {
        const struct cg_table_column *column = &table->plan->columns[i];
        bind_column(table, &table->plan->columns[i]);
        all_there = all_there && (column->index >= 0 || !column->needed);
    }
    if (!all_there) {
        report_header(table);
    }
    const struct cg_header_columns seen = {table->csv, table->file_columns};
    return cg_unread_columns_tell(table->plan, &seen, table->line, header->behind, table->problems,
                                  err);
}

/* For the reader to know a header among the rows. */
static enum cg_status name_columns(const struct table *table, struct cg_binding *out,
                                   struct cg_error *err) {
    out->names = cg_header_names_new(table->csv, table->file_columns);
    if (out->names == NULL) {
        return cg_error_no_memory(err);
    }
    for (uint32_t i = 0; i < table->plan->column_count; i++) {
        if (table->plan->columns[i].index >= 0) {
            cg_header_names_need(out->names, (uint32_t)table->plan->columns[i].index);
        }
    }
    return CG_OK;
}

enum cg_status cg_table_bind(const struct cg_table_plan *plan, const struct cg_header *header,
                             struct cg_problems *problems, struct cg_binding *out,
                             struct cg_error *err) {
    struct table table = {.plan = plan, .problems = problems, .line = header->physical_lines};
    const size_t before = problems->total;
    table.csv = cg_csv_new(',', TABLE_COLUMNS_MAX);
    if (table.csv == NULL) {
        return cg_error_no_memory(err);
    }
    enum cg_status status = bind_columns(&table, header, err);
    out->delimiter = ',';
    out->column_count = table.file_columns;
    if (status == CG_OK) {
        status = problems->total == before
                     ? name_columns(&table, out, err)
                     : cg_error_set(err, CG_BAD_DATA, "the columns cannot be told");
    }
    cg_csv_free(table.csv);
    return status;
}
