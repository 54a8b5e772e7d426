#include "header_columns.h"
#include "header_names.h"
#include "splitter.h"
#include "unread_columns.h"

#include "claimgate/base/log.h"
#include "claimgate/base/nearest.h"
#include "claimgate/base/progress.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/reader.h"
#include "claimgate/record/shapes.h"

#include <stdlib.h>

/*
 * Tables are read by the reader of claim files, with columns by name in place of a layout. A table
 * is read to its end whatever is wrong with single rows, so that a person sees all of it in one go.
 */
enum {
    TABLE_COLUMNS_MAX = 4096, /* of the file */
    HEADER_SHOWN_BYTES = 400,
};

struct table {
    const struct cg_table_plan *plan;
    struct cg_problems *problems;
    struct cg_text text; /* still to be read, where the table stands in memory */
    bool in_memory;
    struct cg_progress progress;
    struct cg_reader *reader;
    struct cg_batch *batch;
    struct cg_text *values;
    uint32_t *byte_columns;
    struct cg_csv *csv; /* of the header, while it is bound */
    uint32_t file_columns;
    uint32_t looked_at; /* records of the batch whose faults have been told */
    uint64_t line;      /* of the header or the record that is looked at */
    uint64_t rows;
    bool refused; /* the header gives no columns */
    bool stopped; /* the caller wants no more rows */
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

/* Why a line gives no row, as a sentence; NULL when it does. */
static const char *name_fault(enum cg_malformed fault) {
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

static void add_problem(struct table *table, const char *text) {
    cg_problems_add(table->problems, table->plan->file, table->line, 0, "%s", text);
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

static void bind_columns(struct table *table, struct cg_text header) {
    const enum cg_malformed fault = cg_csv_read(table->csv, header);
    if (fault != CG_WELL_FORMED) {
        add_problem(table, name_fault(fault));
        return;
    }
    table->file_columns = cg_csv_field_count(table->csv);
    if (table->file_columns > TABLE_COLUMNS_MAX) {
        cg_problems_add(table->problems, table->plan->file, table->line, 0,
                        "the header names more than %d columns", TABLE_COLUMNS_MAX);
        return;
    }
    if (has_other_delimiter(table, header)) {
        return;
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
    cg_unread_columns_tell(table->plan,
                           &(struct cg_header_columns){table->csv, table->file_columns},
                           table->line, table->problems);
}

static struct cg_text value_of(const struct table *table, struct cg_text written) {
    for (size_t i = 0; i < table->plan->blank_count; i++) {
        if (cg_text_equal_nocase(written, table->plan->blanks[i])) {
            return (struct cg_text){"", 0};
        }
    }
    return written;
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

/* A cg_reader_plan.bind. What is wrong is a problem; the error only ends the reading. */
static enum cg_status bind_header(void *context, const struct cg_header *header,
                                  struct cg_binding *out, struct cg_error *err) {
    struct table *table = context;
    const size_t before = table->problems->total;
    table->csv = cg_csv_new(',', TABLE_COLUMNS_MAX);
    if (table->csv == NULL) {
        return cg_error_no_memory(err);
    }
    table->line = header->physical_lines;
    bind_columns(table, header->line);
    out->delimiter = ',';
    out->column_count = table->file_columns;
    const enum cg_status status =
        table->problems->total == before
            ? name_columns(table, out, err)
            : cg_error_set(err, CG_BAD_DATA, "the columns cannot be told");
    cg_csv_free(table->csv);
    return status;
}

/* Tell the faults of the records before this one. */
static void tell_faults(struct table *table, uint32_t record_no) {
    for (; table->looked_at < record_no; table->looked_at++) {
        const struct cg_record *record = cg_batch_record(table->batch, table->looked_at);
        const enum cg_malformed fault = (enum cg_malformed)record->malformed;
        const char *words = name_fault(fault);
        table->line = table->batch->first_line + record->line_delta;
        if (fault != CG_WELL_FORMED && table->plan->shapes != NULL) {
            cg_shapes_note_malformed(table->plan->shapes, cg_reader_binding(table->reader),
                                     table->batch, table->looked_at);
        }
        if (words != NULL) {
            add_problem(table, words);
        } else if (fault != CG_WELL_FORMED) {
            cg_problems_add(
                table->problems, table->plan->file, table->line, 0,
                "the row has %u %s where the header has %u", (unsigned)record->field_count,
                record->field_count == 1 ? "field" : "fields", (unsigned)table->file_columns);
        }
    }
}

/* Stands where the gate's field edits stand in a run, and lets all records go. */
static bool take_row(const void *context, struct cg_values *values, struct cg_line *line) {
    struct table *table = *(struct table *const *)context;
    const struct cg_record *record = cg_batch_record(table->batch, line->record_no);
    if (table->stopped || table->batch->other_header != NULL) {
        return false; /* what stands behind another header is not what the columns say */
    }
    tell_faults(table, line->record_no);
    for (uint32_t i = 0; i < table->plan->column_count; i++) {
        const int index = table->plan->columns[i].index;
        struct cg_csv_field field = {.value = {"", 0}};
        if (index >= 0) {
            field = cg_values_cell(values, (uint32_t)index);
        }
        table->values[i] = value_of(table, field.value);
        table->byte_columns[i] = index >= 0 ? field.raw_offset + 1 : 0;
    }
    table->line = table->batch->first_line + record->line_delta;
    table->rows++;
    const struct cg_table_row row = {table->line, table->values, table->byte_columns};
    table->stopped = !table->plan->row(table->plan->context, &row);
    return false;
}

/* A header that gives no columns is one more problem, and ends the reading. */
static enum cg_status take_batch(struct table *table, struct cg_error *err) {
    struct cg_error wrong = CG_ERROR_INIT;
    const size_t before = table->problems->total;
    table->looked_at = 0;
    const enum cg_status status = cg_reader_take(table->reader, table->batch, &wrong);
    if (status == CG_BAD_DATA) {
        table->refused = true;
        if (table->batch->other_header != NULL) {
            cg_problems_add(table->problems, table->plan->file,
                            table->batch->first_line + table->batch->other_header_delta, 0,
                            "is another header: %s; all rows of the file must have the same "
                            "columns in the same order: bring those behind it in line",
                            table->batch->other_header);
        } else if (table->problems->total == before) {
            cg_problems_add(table->problems, table->plan->file, 0, 0, "%s", wrong.text);
        }
        return CG_OK;
    }
    if (status != CG_OK) {
        return cg_error_set(err, status, "%s", wrong.text);
    }
    if (table->stopped) {
        return cg_error_no_memory(err);
    }
    if (table->batch->is_empty_source) {
        cg_problems_add(table->problems, table->plan->file, 0, 0,
                        "the file is empty: there is no header line; the first line must name the "
                        "columns");
    }
    tell_faults(table, table->batch->records.count);
    return CG_OK;
}

/* The next bytes, of the file or from memory. */
static enum cg_status fill(struct table *table, struct cg_error *err) {
    struct cg_text *rest = &table->text;
    if (!table->in_memory) {
        const enum cg_status status = cg_reader_read(table->reader, table->batch, err);
        cg_progress_update(&table->progress, cg_reader_bytes_read(table->reader));
        return status;
    }
    if (cg_reader_is_behind(table->reader)) {
        cg_reader_feed(table->batch, (struct cg_text){"", 0}, false);
        return CG_OK;
    }
    const uint32_t len = rest->len < CG_BATCH_BYTES ? rest->len : CG_BATCH_BYTES;
    cg_reader_feed(table->batch, (struct cg_text){rest->ptr, len}, len == rest->len);
    *rest = (struct cg_text){rest->ptr + len, rest->len - len};
    return CG_OK;
}

static enum cg_status read_batches(struct table *table, struct cg_error *err) {
    enum cg_status status = CG_OK;
    do {
        status = fill(table, err);
        if (status == CG_OK) {
            status = take_batch(table, err);
        }
    } while (status == CG_OK && !table->refused && !table->batch->ends_source);
    return status;
}

static enum cg_status read_table(struct table *table, struct cg_reader_input *input,
                                 struct cg_error *err) {
    const uint32_t columns = table->plan->column_count;
    const struct cg_reader_plan plan = {
        .inputs = input,
        .input_count = 1,
        .bind = bind_header,
        .bind_context = table,
        .unnamed = true,
        .parse = {.edit_fields = take_row, .rules = &table},
    };
    enum cg_status status = CG_INTERNAL;
    table->reader = cg_reader_new(&plan);
    table->batch = cg_batch_new();
    table->values = calloc(columns, sizeof *table->values);
    table->byte_columns = calloc(columns, sizeof *table->byte_columns);
    if (table->reader == NULL || table->batch == NULL || table->values == NULL ||
        table->byte_columns == NULL) {
        status = cg_error_no_memory(err);
    } else {
        const bool shown = !table->in_memory && !cg_log_is_quiet();
        cg_progress_start(&table->progress, input->file, cg_reader_bytes_total(table->reader),
                          shown);
        status = read_batches(table, err);
        cg_progress_end(&table->progress);
        cg_reader_warn_of_names(table->reader);
        cg_reader_warn_of_cut_lines(table->reader);
    }
    free(table->byte_columns);
    free(table->values);
    cg_batch_free(table->batch);
    cg_reader_free(table->reader);
    return status;
}

enum cg_status cg_table_read(const struct cg_table_plan *plan, struct cg_table_facts *facts,
                             struct cg_problems *problems, struct cg_error *err) {
    struct table table = {.plan = plan, .problems = problems};
    struct cg_reader_input input = {.file = plan->file};
    const enum cg_status status = read_table(&table, &input, err);
    facts->rows = table.rows;
    facts->records = input.records;
    facts->bytes = input.bytes;
    memcpy(facts->sha256, input.sha256, CG_SHA256_BYTES);
    return status;
}

enum cg_status cg_table_read_text(const struct cg_table_plan *plan, struct cg_text text,
                                  struct cg_problems *problems, struct cg_error *err) {
    struct table table = {.plan = plan, .problems = problems, .text = text, .in_memory = true};
    struct cg_reader_input input = {.file = plan->file};
    return read_table(&table, &input, err);
}
