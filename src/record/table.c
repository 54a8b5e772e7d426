#include "claimgate/base/log.h"
#include "claimgate/base/nearest.h"
#include "claimgate/base/progress.h"
#include "claimgate/base/utf8.h"
#include "claimgate/io/source.h"
#include "claimgate/io/unfinished.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/splitter.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * Tables are read by the same pieces as claim files: payloads of a batch, the splitter that makes
 * lines of them, the CSV reader that makes fields of a line. A table is read to its end whatever is
 * wrong with single rows, so that a person sees all of it in one go.
 */
enum {
    TABLE_COLUMNS_MAX = 4096, /* of the file */
    NAME_SHOWN_BYTES = 64,
    HEADER_SHOWN_BYTES = 400,
};

struct table {
    const struct cg_table_plan *plan;
    struct cg_problems *problems;
    struct cg_csv *csv;
    struct cg_splitter *splitter;
    struct cg_batch *batch;
    struct cg_text *values;
    uint32_t *byte_columns;
    uint32_t file_columns;
    uint64_t line; /* of the next line of text, from 1 */
    uint64_t rows;
};

/* Where the bytes come from: a file or memory. */
struct feed {
    enum cg_status (*fill)(struct feed *feed, struct cg_batch *batch, struct cg_error *err);
    struct cg_source *source;
    struct cg_progress progress;
    struct cg_text rest;
};

static enum cg_status fill_from_source(struct feed *feed, struct cg_batch *batch,
                                       struct cg_error *err) {
    enum cg_status status = cg_batch_read(batch, feed->source, err);
    if (status == CG_OK) {
        cg_progress_update(&feed->progress, cg_source_bytes(feed->source));
    }
    return status;
}

static enum cg_status fill_from_memory(struct feed *feed, struct cg_batch *batch,
                                       struct cg_error *err) {
    (void)err;
    uint32_t len = feed->rest.len < CG_BATCH_BYTES ? feed->rest.len : CG_BATCH_BYTES;
    memcpy(batch->payload, feed->rest.ptr, len);
    feed->rest.ptr += len;
    feed->rest.len -= len;
    batch->payload_bytes = len;
    batch->ends_source = feed->rest.len == 0;
    return CG_OK;
}

static const char *show_column(const struct table *table, uint32_t index,
                               char out[NAME_SHOWN_BYTES]) {
    struct cg_text seen = cg_csv_field(table->csv, index).value;
    char text[NAME_SHOWN_BYTES];
    snprintf(text, sizeof text, "%.*s", (int)seen.len, seen.ptr);
    (void)cg_utf8_show(out, NAME_SHOWN_BYTES, text);
    return out;
}

static void report_missing(struct table *table, const char *name) {
    char shown[NAME_SHOWN_BYTES];
    const char *near = NULL;
    for (uint32_t i = 0; near == NULL && i < table->file_columns; i++) {
        const char *word = show_column(table, i, shown);
        near = cg_nearest_word(name, &word, 1);
    }
    cg_problems_add(table->problems, table->plan->file, table->line, 0,
                    "the column %s is missing%s%s%s", name, near == NULL ? "" : "; is it \"",
                    near == NULL ? "" : near, near == NULL ? "" : "\"?");
}

static void bind_column(struct table *table, struct cg_table_column *column) {
    struct cg_text wanted = cg_text_trim(cg_text_of(column->name));
    column->index = -1;
    for (uint32_t i = 0; i < table->file_columns; i++) {
        struct cg_csv_field seen = cg_csv_field(table->csv, i);
        if (!cg_text_equal_nocase(seen.value, wanted)) {
            continue;
        }
        if (column->index >= 0) {
            cg_problems_add(table->problems, table->plan->file, table->line, seen.raw_offset + 1,
                            "the column %s stands twice; remove or rename one", column->name);
        }
        column->index = (int)i;
    }
    if (column->index < 0 && column->needed) {
        report_missing(table, column->name);
    }
}

/* The names that were seen, beside those that are missing. A file without a header begins with a
 * row, of which nothing may be shown where it can be a claim's or a member's. */
static void report_header(struct table *table) {
    char names[HEADER_SHOWN_BYTES] = "";
    bool known = table->plan->shows_header || cg_log_shows_phi();
    for (uint32_t i = 0; i < table->plan->column_count; i++) {
        known = known || table->plan->columns[i].index >= 0;
    }
    for (uint32_t i = 0; known && i < table->file_columns; i++) {
        char shown[NAME_SHOWN_BYTES];
        const size_t used = strlen(names);
        const bool fits = used + NAME_SHOWN_BYTES + sizeof ", ..." < sizeof names;
        snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? "" : ", ",
                 fits ? show_column(table, i, shown) : "...");
        known = fits;
    }
    if (names[0] != '\0') {
        cg_problems_add(table->problems, table->plan->file, table->line, 0, "the header names %s",
                        names);
    }
}

/* Why a line gives no row, as a sentence; NULL when it does. */
static const char *name_fault(enum cg_malformed fault) {
    switch (fault) {
    case CG_TOO_LONG:
        return "the line is longer than 64 KiB";
    case CG_NUL_BYTE:
        return "the line holds a NUL byte; is this a CSV file in UTF-8?";
    case CG_UNCLOSED_QUOTE:
        return "a quote is not closed by the end of the line";
    case CG_BROKEN_QUOTING:
        return "a quote stands where none may; write a quote within a quoted value twice";
    case CG_WELL_FORMED:
    case CG_TOO_FEW_FIELDS:
    case CG_TOO_MANY_FIELDS:
        break;
    }
    return NULL;
}

static bool read_fields(struct table *table, struct cg_text line) {
    enum cg_malformed fault =
        line.len > CG_RECORD_MAX_BYTES ? CG_TOO_LONG : cg_csv_read(table->csv, line);
    const char *words = name_fault(fault);
    if (words != NULL) {
        cg_problems_add(table->problems, table->plan->file, table->line, 0, "%s", words);
    }
    return words == NULL;
}

/* False when the rows cannot be read for want of columns. */
static bool bind_header(struct table *table, struct cg_text line) {
    size_t before = table->problems->total;
    if (!read_fields(table, line)) {
        return false;
    }
    table->file_columns = cg_csv_field_count(table->csv);
    if (table->file_columns > TABLE_COLUMNS_MAX) {
        cg_problems_add(table->problems, table->plan->file, table->line, 0,
                        "the header names more than %d columns", TABLE_COLUMNS_MAX);
        return false;
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
    return table->problems->total == before;
}

static struct cg_text value_of(const struct table *table, struct cg_text written) {
    for (size_t i = 0; i < table->plan->blank_count; i++) {
        if (cg_text_equal_nocase(written, table->plan->blanks[i])) {
            return (struct cg_text){"", 0};
        }
    }
    return written;
}

/* False: out of memory. */
static bool take_line(struct table *table, struct cg_text line) {
    if (cg_text_trim(line).len == 0 || !read_fields(table, line)) {
        return true;
    }
    uint32_t found = cg_csv_field_count(table->csv);
    if (found != table->file_columns) {
        cg_problems_add(table->problems, table->plan->file, table->line, 0,
                        "the row has %u %s where the header has %u", (unsigned)found,
                        found == 1 ? "field" : "fields", (unsigned)table->file_columns);
        return true;
    }
    for (uint32_t i = 0; i < table->plan->column_count; i++) {
        int index = table->plan->columns[i].index;
        struct cg_csv_field field = {.value = {"", 0}};
        if (index >= 0) {
            field = cg_csv_field(table->csv, (uint32_t)index);
        }
        table->values[i] = value_of(table, field.value);
        table->byte_columns[i] = index >= 0 ? field.raw_offset + 1 : 0;
    }
    const struct cg_table_row row = {table->line, table->values, table->byte_columns};
    table->rows++;
    return table->plan->row(table->plan->context, &row);
}

static bool take_lines(struct table *table) {
    const struct cg_batch *batch = table->batch;
    struct cg_extent extent;
    for (uint32_t at = 0; cg_line_find(batch->text, at, true, &extent);
         at += extent.len_bytes + extent.eol_bytes) {
        struct cg_text line = {batch->text.ptr + at, extent.len_bytes};
        if (at == 0 && batch->long_record_bytes > 0) {
            cg_problems_add(table->problems, table->plan->file, table->line, 0, "%s",
                            name_fault(CG_TOO_LONG));
        } else if (!take_line(table, line)) {
            return false;
        }
        table->line++;
    }
    return true;
}

/* False when there is no use in reading on. */
static bool take_header(struct table *table) {
    struct cg_header header;
    struct cg_error refused = CG_ERROR_INIT;
    bool found = false;
    if (cg_splitter_header(table->splitter, table->batch, &header, &found, &refused) != CG_OK) {
        cg_problems_add(table->problems, table->plan->file, 0, 0, "%s", refused.text);
        return false;
    }
    if (!found) {
        if (table->batch->ends_source) {
            cg_problems_add(table->problems, table->plan->file, 0, 0,
                            "%sthere is no header line; the first line must name the columns",
                            table->batch->payload_bytes == 0 ? "the file is empty: " : "");
        }
        return !table->batch->ends_source;
    }
    table->line = header.physical_lines;
    if (!bind_header(table, header.line)) {
        return false;
    }
    table->line++;
    cg_splitter_start(table->splitter, ',', false);
    return true;
}

static enum cg_status read_batches(struct table *table, struct feed *feed, struct cg_error *err) {
    bool at_end = false;
    while (!at_end) {
        cg_batch_reset(table->batch);
        enum cg_status status = feed->fill(feed, table->batch, err);
        if (status != CG_OK) {
            return status;
        }
        at_end = table->batch->ends_source;
        if (cg_splitter_wants_header(table->splitter) && !take_header(table)) {
            return CG_OK;
        }
        if (cg_splitter_wants_header(table->splitter)) {
            continue;
        }
        cg_splitter_cut(table->splitter, table->batch);
        if (!take_lines(table)) {
            return cg_error_set(err, CG_INTERNAL, "out of memory");
        }
    }
    return CG_OK;
}

static enum cg_status read_table(const struct cg_table_plan *plan, struct feed *feed,
                                 uint64_t *rows, struct cg_problems *problems,
                                 struct cg_error *err) {
    struct table table = {.plan = plan, .problems = problems, .line = 1};
    enum cg_status status = CG_INTERNAL;
    table.csv = cg_csv_new(',', TABLE_COLUMNS_MAX);
    table.splitter = cg_splitter_new();
    table.batch = cg_batch_new();
    table.values = calloc(plan->column_count, sizeof *table.values);
    table.byte_columns = calloc(plan->column_count, sizeof *table.byte_columns);
    if (table.csv == NULL || table.splitter == NULL || table.batch == NULL ||
        table.values == NULL || table.byte_columns == NULL) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory");
    } else {
        status = read_batches(&table, feed, err);
    }
    *rows = table.rows;
    free(table.byte_columns);
    free(table.values);
    cg_batch_free(table.batch);
    cg_splitter_free(table.splitter);
    cg_csv_free(table.csv);
    return status;
}

enum cg_status cg_table_read(const struct cg_table_plan *plan, struct cg_table_facts *facts,
                             struct cg_problems *problems, struct cg_error *err) {
    struct feed feed = {.fill = fill_from_source};
    enum cg_status status = cg_source_open(plan->file, &feed.source, err);
    if (status != CG_OK) {
        return status;
    }
    cg_progress_start(&feed.progress, plan->file, cg_source_size(feed.source), !cg_log_is_quiet());
    status = read_table(plan, &feed, &facts->rows, problems, err);
    cg_progress_end(&feed.progress);
    cg_unfinished_name(plan->file);
    if (status == CG_OK && cg_source_lacks_line_end(feed.source)) {
        cg_unfinished_line(plan->file);
    }
    facts->bytes = cg_source_bytes(feed.source);
    if (status == CG_OK && !cg_source_sha256(feed.source, facts->sha256)) {
        status = cg_error_set(err, CG_INTERNAL, "SHA-256 is not available");
    }
    cg_source_close(feed.source);
    return status;
}

enum cg_status cg_table_read_text(const struct cg_table_plan *plan, struct cg_text text,
                                  struct cg_problems *problems, struct cg_error *err) {
    struct feed feed = {.fill = fill_from_memory, .rest = text};
    uint64_t rows = 0;
    return read_table(plan, &feed, &rows, problems, err);
}
