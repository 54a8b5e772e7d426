#include "table_header.h"
#include "total_row.h"

#include "claimgate/base/log.h"
#include "claimgate/base/progress.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/reader.h"
#include "claimgate/record/shapes.h"

#include <stdlib.h>

/*
 * Tables are read by the reader of claim files, with columns by name in place of a layout. A table
 * is read to its end whatever is wrong with single rows, so that a person sees all of it in one go.
 */
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
    uint32_t file_columns;
    uint32_t looked_at; /* records of the batch whose faults have been told */
    uint64_t line;      /* of the record that is looked at */
    uint64_t rows;
    bool refused; /* the header gives no columns */
    bool stopped; /* the caller wants no more rows */
};

static void add_problem(struct table *table, const char *text) {
    cg_problems_add(table->problems, table->plan->file, table->line, 0, "%s", text);
}

static struct cg_text value_of(const struct table *table, struct cg_text written) {
    for (size_t i = 0; i < table->plan->blank_count; i++) {
        if (cg_text_equal_nocase(written, table->plan->blanks[i])) {
            return (struct cg_text){"", 0};
        }
    }
    return written;
}

/* A cg_reader_plan.bind. What is wrong is a problem; the error only ends the reading. */
static enum cg_status bind_header(void *context, const struct cg_header *header,
                                  struct cg_binding *out, struct cg_error *err) {
    struct table *table = context;
    const enum cg_status status = cg_table_bind(table->plan, header, table->problems, out, err);
    table->file_columns = out->column_count;
    return status;
}

/* Behind what is wrong with a row that is none. */
static const char no_row[] = "; it looks like a total or the end of a report: remove it";

static bool is_total(const struct table *table, uint32_t record_no) {
    const bool is_short = cg_batch_record(table->batch, record_no)->malformed == CG_TOO_FEW_FIELDS;
    return cg_total_row_is(cg_batch_record_text(table->batch, record_no), ',', is_short);
}

/* Tell the faults of the records before this one. */
static void tell_faults(struct table *table, uint32_t record_no) {
    for (; table->looked_at < record_no; table->looked_at++) {
        const struct cg_record *record = cg_batch_record(table->batch, table->looked_at);
        const enum cg_malformed fault = (enum cg_malformed)record->malformed;
        const char *words = cg_table_fault(fault);
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
                "the row has %u %s where the header has %u%s", (unsigned)record->field_count,
                record->field_count == 1 ? "field" : "fields", (unsigned)table->file_columns,
                is_total(table, table->looked_at) ? no_row : "");
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
    const size_t before = table->problems->total;
    table->stopped = !table->plan->row(table->plan->context, &row);
    if (table->problems->total > before && is_total(table, line->record_no)) {
        add_problem(table, no_row + strlen("; "));
    }
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
