/*
 * Ids of lines, by the number that stands for them on every night. As with members, those that a
 * run has met are held in memory, and a new one is written when the run commits.
 */
#include "joined.h"

#include "claimgate/record/field.h"
#include "claimgate/record/line.h"

#include <stdio.h>

/* CG_LINE_NUMBER_NONE: the ledger does not have it. */
static enum cg_status find_line_id(struct cg_ledger *ledger, struct cg_text line_id,
                                   uint32_t *number, struct cg_error *err) {
    int64_t found;
    const enum cg_status status = cg_ledger_look_up(
        ledger, CG_LINE_NUMBER_BY_ID, cg_cell_text(line_id), CG_LINE_NUMBER_NONE, &found, err);
    *number = (uint32_t)found;
    return status;
}

enum cg_status cg_ledger_lines_written(struct cg_ledger *ledger, struct cg_text line,
                                       struct cg_cell out[2], struct cg_error *err) {
    enum { OF_NO_LINE = -1 };
    uint64_t number = 0;
    uint32_t of_id = CG_LINE_NUMBER_NONE;
    out[0] = out[1] = cg_cell_null();
    if (line.len == 0) {
        return CG_OK;
    }
    const bool is_number = cg_field_whole(line, CG_LINE_NUMBER_MAX, &number) && number > 0;
    const enum cg_status status = find_line_id(ledger, line, &of_id, err);
    out[0] = cg_cell_integer(is_number ? (int64_t)number : OF_NO_LINE);
    out[1] = cg_cell_integer(of_id != CG_LINE_NUMBER_NONE ? (int64_t)of_id : OF_NO_LINE);
    return status;
}

enum cg_status cg_ledger_has_line_ids(struct cg_ledger *ledger, bool *has, struct cg_error *err) {
    *has = false;
    for (struct cg_ledger *part = cg_joined_next(ledger, NULL, err); part != NULL;
         part = cg_joined_next(ledger, part, err)) {
        int64_t found;
        if (cg_ledger_ask(part, "SELECT EXISTS (SELECT 1 FROM line_id)", 0, 0, &found, err) !=
            CG_OK) {
            return err->status;
        }
        *has |= found != 0;
    }
    return err->status;
}

static enum cg_status keep_id(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct cg_ledger *ledger = context;
    (void)err;
    snprintf(ledger->line_id, sizeof ledger->line_id, "%s", cg_text_at(row, 0));
    return CG_OK;
}

enum cg_status cg_ledger_line_id(struct cg_ledger *ledger, uint32_t line_number,
                                 struct cg_text *line_id, struct cg_error *err) {
    if (ledger->joined != NULL &&
        cg_joined_part(ledger->joined, ledger->joined->current, &ledger, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = CG_OK;
    ledger->line_id[0] = '\0';
    if (line_number > CG_LINE_NUMBER_MAX) {
        status = cg_ledger_each(ledger,
                                CG_QUERY("SELECT line_id FROM line_id WHERE claim_line = ?1",
                                         cg_cell_integer(line_number)),
                                keep_id, ledger, err);
    }
    *line_id = cg_text_of(ledger->line_id);
    return status;
}

static enum cg_status begin(struct cg_ledger *ledger, struct cg_error *err) {
    int64_t last = 0;
    const enum cg_status status =
        cg_ledger_ask(ledger, "SELECT max(claim_line) FROM line_id", 0, 0, &last, err);
    cg_line_ids_init(&ledger->run.line_ids,
                     last > CG_LINE_NUMBER_MAX ? (uint32_t)last : CG_LINE_NUMBER_MAX);
    return status;
}

/* A cg_line_id_fn. */
static enum cg_status number_line(void *context, struct cg_text member_id, struct cg_text line_id,
                                  uint32_t *line_number, struct cg_error *err) {
    struct cg_ledger *ledger = context;
    if (cg_joined_to_member(&ledger, member_id, err) != CG_OK) {
        return err->status;
    }
    struct cg_line_ids *ids = &ledger->run.line_ids;
    if (ids->last_number == 0 && begin(ledger, err) != CG_OK) {
        return err->status;
    }
    *line_number = cg_line_ids_find(ids, line_id);
    if (*line_number != CG_LINE_NUMBER_NONE) {
        return CG_OK;
    }
    uint32_t known;
    if (find_line_id(ledger, line_id, &known, err) != CG_OK) {
        return err->status;
    }
    *line_number = cg_line_ids_add(ids, line_id, known);
    return *line_number != CG_LINE_NUMBER_NONE
               ? CG_OK
               : cg_error_set(err, CG_INTERNAL, "out of memory after %u ids of lines",
                              ids->list.count);
}

void cg_ledger_lend_line_ids(struct cg_ledger *ledger, struct cg_history *history) {
    cg_history_use_line_ids(history, number_line, ledger);
}
