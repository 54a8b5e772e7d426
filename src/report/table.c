#include "claimgate/report/table.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    CELLS_LIMIT_BYTES = 1 << 30,
    CELL_BYTES = 8192, /* two paths */
    GAP = 2,
    LEAST_TO_BREAK = 16, /* columns; in fewer a text is no longer readable */
    USUAL_COLUMNS = 80,
    MOST_COLUMNS = 1000,
    CELL = 'c',
    NOTE = 'n',
};

/* Columns of the terminal that standard output is: by COLUMNS or the terminal itself; 80 where it
 * is none. */
static uint32_t terminal_columns(void) {
    struct winsize size = {0};
    const char *columns = getenv("COLUMNS");
    if (!isatty(STDOUT_FILENO)) {
        return USUAL_COLUMNS;
    }
    const unsigned long said = columns == NULL ? 0 : strtoul(columns, NULL, 10);
    if (said > 0 && said <= MOST_COLUMNS) {
        return (uint32_t)said;
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return USUAL_COLUMNS;
}

void cg_page_table_open(struct cg_page_table *table, const struct cg_page_table_column *columns,
                        uint32_t count) {
    *table = (struct cg_page_table){
        .columns = columns, .column_count = count, .terminal_columns = terminal_columns()};
    cg_buffer_init(&table->cells, CELLS_LIMIT_BYTES);
}

static void keep(struct cg_page_table *table, char kind, const char *format, va_list args) {
    char text[CELL_BYTES];
    char shown[CELL_BYTES];
    (void)vsnprintf(text, sizeof text, format, args);
    const size_t len = cg_utf8_show(shown, sizeof shown, text);
    table->failed = table->failed || !cg_buffer_append(&table->cells, &kind, 1) ||
                    !cg_buffer_append(&table->cells, shown, len + 1);
}

void cg_page_table_cell(struct cg_page_table *table, const char *format, ...) {
    va_list args;
    va_start(args, format);
    keep(table, CELL, format, args);
    va_end(args);
}

void cg_page_table_note(struct cg_page_table *table, const char *format, ...) {
    va_list args;
    va_start(args, format);
    keep(table, NOTE, format, args);
    va_end(args);
}

/* --- printing --- */

struct printing {
    const struct cg_page_table *table;
    struct cg_page *page;
    uint32_t widths[CG_PAGE_TABLE_COLUMNS_MAX];
    uint32_t indent;
};

/* Characters: bytes that do not go on with one. */
static uint32_t width_of(const char *text) {
    uint32_t width = 0;
    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return width;
}

static uint32_t start_of(const struct printing *printing, uint32_t column) {
    uint32_t at = printing->indent;
    for (uint32_t i = 0; i < column; i++) {
        at += printing->widths[i] + GAP;
    }
    return at;
}

static void put_blanks(struct cg_page *page, uint32_t count) {
    cg_page_say(page, "%*s", (int)count, "");
}

/* The last cell of a row, from column `start` on. */
static void put_last(const struct printing *printing, uint32_t start, const char *text) {
    const uint32_t end = printing->table->terminal_columns;
    const bool breaks = start + width_of(text) > end && start + LEAST_TO_BREAK <= end;
    if (breaks) {
        cg_page_wrap(printing->page, start, start, end, text);
    } else {
        cg_page_say(printing->page, "%s\n", text);
    }
}

/* Blanks go out before a cell and never behind the last one. */
static void put_cell(const struct printing *printing, uint32_t column, const char *text,
                     uint32_t *at) {
    const struct cg_page_table *table = printing->table;
    const uint32_t room = printing->widths[column] - width_of(text);
    const uint32_t start = start_of(printing, column) + (table->columns[column].right ? room : 0);
    if (column + 1 == table->column_count && text[0] == '\0') {
        cg_page_say(printing->page, "\n");
        return;
    }
    put_blanks(printing->page, text[0] == '\0' ? 0 : start - *at);
    if (column + 1 == table->column_count) {
        put_last(printing, start, text);
    } else {
        cg_page_say(printing->page, "%s", text);
        *at = text[0] == '\0' ? *at : start + width_of(text);
    }
}

static void put_headings(const struct printing *printing) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < printing->table->column_count; i++) {
        put_cell(printing, i, printing->table->columns[i].heading, &at);
    }
}

static void put_rows(const struct printing *printing) {
    const struct cg_buffer *cells = &printing->table->cells;
    const char *end = cells->data + cells->len_bytes;
    uint32_t column = 0;
    uint32_t at = 0;
    for (const char *cell = cells->data; cell < end; cell += strlen(cell) + 1) {
        if (*cell == NOTE) {
            put_blanks(printing->page, start_of(printing, 1));
            cg_page_say(printing->page, "%s\n", cell + 1);
            continue;
        }
        put_cell(printing, column, cell + 1, &at);
        column = (column + 1) % printing->table->column_count;
        at = column == 0 ? 0 : at;
    }
}

static void measure(struct printing *printing) {
    const struct cg_page_table *table = printing->table;
    const char *end = table->cells.data + table->cells.len_bytes;
    uint32_t column = 0;
    CG_ASSERT(table->column_count > 0);
    for (uint32_t i = 0; i < table->column_count; i++) {
        const char *heading = table->columns[i].heading;
        printing->widths[i] = heading == NULL ? 0 : width_of(heading);
    }
    for (const char *cell = table->cells.data; cell < end; cell += strlen(cell) + 1) {
        if (*cell == CELL) {
            const uint32_t width = width_of(cell + 1);
            uint32_t *widest = &printing->widths[column];
            *widest = width > *widest ? width : *widest;
            column = (column + 1) % table->column_count;
        }
    }
}

/* --- on a narrow terminal: each row is a list of headings and values --- */

/* What would be wider than the terminal is no table there. Pipes count as usual terminals. */
static bool is_too_wide(const struct printing *printing) {
    const struct cg_page_table *table = printing->table;
    const uint32_t last = table->column_count - 1;
    const uint32_t width = printing->widths[last];
    return table->terminal_columns < USUAL_COLUMNS && table->columns[0].heading != NULL &&
           start_of(printing, last) + (width < LEAST_TO_BREAK ? width : LEAST_TO_BREAK) >
               table->terminal_columns;
}

/* "heading value" behind what stands in the line, or in the next one. */
static void put_named(const struct printing *printing, uint32_t column, const char *text,
                      uint32_t *at) {
    const char *heading = printing->table->columns[column].heading;
    const uint32_t gap = heading[0] == '\0' ? 0 : 1;
    const uint32_t width = width_of(heading) + gap + width_of(text);
    const uint32_t end = printing->table->terminal_columns;
    if (*at > printing->indent && *at + GAP + width > end) {
        cg_page_say(printing->page, "\n");
        *at = 0;
    }
    const uint32_t start = *at == 0 ? printing->indent + (column == 0 ? 0 : GAP) : *at + GAP;
    put_blanks(printing->page, start - *at);
    cg_page_say(printing->page, "%s%*s%s", heading, (int)gap, "", text);
    *at = start + width;
}

static void put_list(const struct printing *printing) {
    const struct cg_buffer *cells = &printing->table->cells;
    const char *end = cells->data + cells->len_bytes;
    uint32_t column = 0;
    uint32_t at = 0;
    for (const char *cell = cells->data; cell < end; cell += strlen(cell) + 1) {
        if (*cell == NOTE) {
            put_blanks(printing->page, printing->indent + GAP);
            cg_page_wrap(printing->page, printing->indent + GAP, printing->indent + GAP,
                         printing->table->terminal_columns, cell + 1);
            continue;
        }
        if (cell[1] != '\0') {
            put_named(printing, column, cell + 1, &at);
        }
        column = (column + 1) % printing->table->column_count;
        if (column == 0) {
            cg_page_say(printing->page, "\n");
            at = 0;
        }
    }
}

void cg_page_table_end(struct cg_page_table *table, uint32_t indent, struct cg_page *page) {
    struct printing printing = {.table = table, .page = page, .indent = indent};
    page->failed |= table->failed;
    if (!page->failed && table->cells.len_bytes > 0) {
        measure(&printing);
        if (is_too_wide(&printing)) {
            put_list(&printing);
        } else {
            if (table->columns[0].heading != NULL) {
                put_headings(&printing);
            }
            put_rows(&printing);
        }
    }
    cg_buffer_fini(&table->cells);
}
