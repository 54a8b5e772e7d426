/*
 * The only user of libxlsxwriter. A sheet in constant memory takes its rows in order, but sheets
 * may take turns: the changes come first, the tables at the end, though they stand before them.
 */
#include "claimgate/report/audit_workbook.h"

#include "audit_tables.h"
#include "claimgate/base/log.h"
#include "claimgate/base/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum { TEXT_BYTES = 4 * CG_VERDICT_REASONS_BYTES + 1, COLUMN_WIDTH = 28, SHEETS = 6 };

static const uint64_t sheet_rows_max = LXW_ROW_MAX; /* the row of names among them */

enum sheet_no { SUMMARY, BY_YEAR, BY_AGENCY, BY_PROVIDER, BY_REASON, CHANGES };

struct sheet {
    lxw_worksheet *sheet;
    uint64_t rows;
};

struct cg_audit_workbook {
    lxw_workbook *book;
    lxw_format *right; /* of amounts, which are text and stand as numbers do */
    struct sheet sheets[SHEETS];
    lxw_error failure; /* the first */
};

static void keep(struct cg_audit_workbook *workbook, lxw_error failure) {
    if (workbook->failure == LXW_NO_ERROR) {
        workbook->failure = failure;
    }
}

static enum cg_status outcome(const struct cg_audit_workbook *workbook, struct cg_error *err) {
    switch (workbook->failure) {
    case LXW_NO_ERROR:
        return CG_OK;
    case LXW_ERROR_MEMORY_MALLOC_FAILED:
        return cg_error_no_memory(err);
    default: /* of a library's many, all but this are of files */
        return cg_error_set(err, CG_IO, "audit.xlsx cannot be written: %s",
                            lxw_strerror(workbook->failure));
    }
}

/* What is no UTF-8, or no character, would make the whole workbook unreadable. */
static void put_aligned(struct cg_audit_workbook *workbook, struct sheet *sheet, lxw_col_t column,
                        const char *text, lxw_format *format) {
    char shown[TEXT_BYTES];
    if (text[0] != '\0' && sheet->rows < sheet_rows_max) {
        (void)cg_utf8_show(shown, sizeof shown, text);
        keep(workbook,
             worksheet_write_string(sheet->sheet, (lxw_row_t)sheet->rows, column, shown, format));
    }
}

static void put_text(struct cg_audit_workbook *workbook, struct sheet *sheet, lxw_col_t column,
                     const char *text) {
    put_aligned(workbook, sheet, column, text, NULL);
}

static void put_count(struct cg_audit_workbook *workbook, struct sheet *sheet, lxw_col_t column,
                      uint64_t count) {
    if (sheet->rows < sheet_rows_max) {
        keep(workbook, worksheet_write_number(sheet->sheet, (lxw_row_t)sheet->rows, column,
                                              (double)count, NULL));
    }
}

static lxw_col_t put_sums(struct cg_audit_workbook *workbook, struct sheet *sheet, lxw_col_t column,
                          const struct cg_audit_sums *sums) {
    char charges[CG_AUDIT_CHARGE_TEXT_BYTES];
    put_count(workbook, sheet, column, sums->lines);
    put_count(workbook, sheet, (lxw_col_t)(column + 1), sums->units);
    put_aligned(workbook, sheet, (lxw_col_t)(column + 2),
                cg_audit_charge_text(sums->charges, charges), workbook->right);
    return (lxw_col_t)(column + 3);
}

static void put_texts(struct cg_audit_workbook *workbook, struct sheet *sheet,
                      const char *const *cells, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        put_text(workbook, sheet, (lxw_col_t)i, cells[i]);
    }
}

/* --- open and add --- */

static bool add_sheet(lxw_workbook *book, const char *name, lxw_format *bold,
                      lxw_worksheet **sheet) {
    *sheet = workbook_add_worksheet(book, name);
    if (*sheet == NULL) {
        return false;
    }
    worksheet_set_column(*sheet, 0, 20, COLUMN_WIDTH, NULL);
    worksheet_set_row(*sheet, 0, LXW_DEF_ROW_HEIGHT, bold);
    worksheet_freeze_panes(*sheet, 1, 0);
    /* On paper: as wide as the page, the names of the columns on each. */
    worksheet_set_landscape(*sheet);
    worksheet_fit_to_pages(*sheet, 1, 0);
    worksheet_repeat_rows(*sheet, 0, 0);
    return true;
}

static bool add_sheets(struct cg_audit_workbook *workbook) {
    static const char *const names[SHEETS] = {"Summary",     "By year",   "By agency",
                                              "By provider", "By reason", "Changes"};
    lxw_format *bold = workbook_add_format(workbook->book);
    workbook->right = workbook_add_format(workbook->book);
    if (bold == NULL || workbook->right == NULL) {
        return false;
    }
    format_set_bold(bold);
    format_set_align(workbook->right, LXW_ALIGN_RIGHT);
    for (size_t i = 0; i < SHEETS; i++) {
        if (!add_sheet(workbook->book, names[i], bold, &workbook->sheets[i].sheet)) {
            return false;
        }
    }
    return true;
}

static enum cg_status open_book(struct cg_audit_workbook *workbook, const char *path,
                                const char *folder, struct cg_error *err) {
    char *room = strdup(folder); /* the library asks for bytes that it might change */
    if (room == NULL) {
        return cg_error_no_memory(err);
    }
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = room};
    workbook->book = workbook_new_opt(path, &options);
    const bool is_begun = workbook->book != NULL && add_sheets(workbook);
    const int reason = errno; /* the library tells none */
    free(room);
    if (!is_begun && reason == ENOMEM) {
        return cg_error_no_memory(err);
    }
    return is_begun
               ? CG_OK
               : cg_error_set_errno(err, CG_CANNOT_CREATE, reason,
                                    "%s cannot be begun: no temporary file in %s", path, folder);
}

enum cg_status cg_audit_workbook_open(const char *path, const char *folder,
                                      struct cg_audit_workbook **out, struct cg_error *err) {
    struct cg_audit_workbook *workbook = calloc(1, sizeof *workbook);
    if (workbook == NULL) {
        return cg_error_no_memory(err);
    }
    if (open_book(workbook, path, folder, err) != CG_OK) {
        cg_audit_workbook_abandon(workbook);
        return err->status;
    }
    *out = workbook;
    return CG_OK;
}

enum cg_status cg_audit_workbook_add(struct cg_audit_workbook *workbook, const char *const *cells,
                                     uint32_t count, struct cg_error *err) {
    struct sheet *sheet = &workbook->sheets[CHANGES];
    put_texts(workbook, sheet, cells, count);
    sheet->rows++;
    return outcome(workbook, err);
}

void cg_audit_workbook_abandon(struct cg_audit_workbook *workbook) {
    if (workbook != NULL) {
        lxw_workbook_free(workbook->book);
        free(workbook);
    }
}

/* --- the tables --- */

static void put_summary(struct cg_audit_workbook *workbook, const struct cg_audit_facts *facts) {
    static const char *const names[] = {"then",    "reason then", "now",   "reason now",
                                        "changed", "lines",       "units", "charges"};
    struct sheet *sheet = &workbook->sheets[SUMMARY];
    put_texts(workbook, sheet, names, sizeof names / sizeof names[0]);
    sheet->rows++;
    for (uint32_t i = 0; i < facts->cells.count; i++) {
        const struct cg_audit_cell *cell = cg_array_at(&facts->cells, i);
        const char *const cells[] = {cg_audit_decision_name(cell->then), cell->reason_then,
                                     cg_audit_decision_name(cell->now), cell->reason_now,
                                     cell->changed ? "yes" : "no"};
        put_texts(workbook, sheet, cells, 5);
        put_sums(workbook, sheet, 5, &cell->sums);
        sheet->rows++;
    }
    if (workbook->sheets[CHANGES].rows > sheet_rows_max) {
        char note[160];
        snprintf(note, sizeof note,
                 "The sheet of changes is full: it has the first %" PRIu64 " of %" PRIu64
                 " lines; changes.csv.gz has all.",
                 sheet_rows_max - 1, facts->changed);
        put_text(workbook, sheet, 0, note);
        cg_log_note("audit.xlsx: %s", note);
        sheet->rows++;
    }
}

static void put_table(struct cg_audit_workbook *workbook, const struct cg_audit_facts *facts,
                      enum cg_audit_table table) {
    const char *const names[] = {
        cg_audit_table_name(table), "then", "now", "changed", "lines", "units", "charges"};
    struct sheet *sheet = &workbook->sheets[BY_YEAR + (int)table];
    put_texts(workbook, sheet, names, sizeof names / sizeof names[0]);
    sheet->rows++;
    for (uint32_t i = 0; i < facts->tables[table].count; i++) {
        const struct cg_audit_group *group = cg_array_at(&facts->tables[table], i);
        char key[CG_AUDIT_KEY_TEXT_BYTES];
        const char *const cells[] = {
            cg_audit_key_text(group->key, key), cg_audit_decision_name(group->then),
            cg_audit_decision_name(group->now), group->changed ? "yes" : "no"};
        put_texts(workbook, sheet, cells, 4);
        put_sums(workbook, sheet, 4, &group->sums);
        sheet->rows++;
    }
}

static void put_reasons(struct cg_audit_workbook *workbook, const struct cg_audit_facts *facts) {
    static const char *const names[] = {"reason",    "lines then", "units then", "charges then",
                                        "lines now", "units now",  "charges now"};
    struct sheet *sheet = &workbook->sheets[BY_REASON];
    put_texts(workbook, sheet, names, sizeof names / sizeof names[0]);
    sheet->rows++;
    for (uint32_t i = 0; i < facts->reasons.count; i++) {
        const struct cg_audit_reason *reason = cg_array_at(&facts->reasons, i);
        put_text(workbook, sheet, 0, reason->reason);
        put_sums(workbook, sheet, put_sums(workbook, sheet, 1, &reason->then), &reason->now);
        sheet->rows++;
    }
}

enum cg_status cg_audit_workbook_close(struct cg_audit_workbook *workbook,
                                       const struct cg_audit_facts *facts, struct cg_error *err) {
    put_summary(workbook, facts);
    for (enum cg_audit_table i = 0; i < CG_AUDIT_TABLES; i++) {
        put_table(workbook, facts, i);
    }
    put_reasons(workbook, facts);
    keep(workbook, workbook_close(workbook->book)); /* frees it */
    const enum cg_status status = outcome(workbook, err);
    free(workbook);
    return status;
}
