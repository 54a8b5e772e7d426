/*
 * The numbers that a payer gave to claims. They are rows of the run that told them, and are gone
 * with it when it is taken back.
 */
#include "claimgate/ledger/ledger_query.h"
#include "joined.h"

#include <string.h>

enum { ALIAS_PAYER = 0, ALIAS_CLAIM, ALIAS_MEMBER, ALIAS_CELLS };

enum cg_status cg_ledger_begin_alias(struct cg_ledger *ledger, int32_t as_of_day,
                                     struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_begin(ledger->joined, "alias", as_of_day, cg_ledger_begin_alias, err);
    }
    if (cg_ledger_check_newest(ledger, err) != CG_OK ||
        cg_ledger_begin_kind(ledger, CG_RUN_ALIAS, as_of_day, err) != CG_OK) {
        return err->status;
    }
    ledger->run.aliases = cg_sorter_new(ledger->dir, ledger->pack_bytes / 4);
    return ledger->run.aliases != NULL ? CG_OK : cg_error_no_memory(err);
}

enum cg_status cg_ledger_add_alias(struct cg_ledger *ledger, const struct cg_ledger_alias *alias,
                                   bool *known, struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_add_alias(ledger, alias, known, err);
    }
    int64_t member_no = 0;
    if (alias->member_id.len > 0) {
        if (cg_ledger_find_member(ledger, alias->member_id, &member_no, err) != CG_OK) {
            return err->status;
        }
    }
    *known = alias->member_id.len == 0 || member_no != 0;
    if (!*known) {
        return CG_OK;
    }
    const struct cg_cell cells[ALIAS_CELLS] = {[ALIAS_PAYER] = cg_cell_text(alias->payer_claim_id),
                                               [ALIAS_CLAIM] = cg_cell_text(alias->claim_id),
                                               [ALIAS_MEMBER] = cg_cell_integer(member_no)};
    struct cg_buffer *row = &ledger->run.row;
    cg_buffer_clear(row);
    if (!cg_cells_append(row, cells, ALIAS_CELLS)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory for a claim's number");
    }
    return cg_sorter_add(ledger->run.aliases, alias->payer_claim_id,
                         (struct cg_text){row->data, (uint32_t)row->len_bytes}, err);
}

/* Writing what was sorted. */
struct inserting {
    struct cg_ledger *ledger;
    sqlite3_stmt *statement;
};

static enum cg_status insert(void *context, struct cg_text key, struct cg_text row,
                             struct cg_error *err) {
    const struct inserting *inserting = context;
    struct cg_cell cells[ALIAS_CELLS];
    (void)key;
    if (!cg_cells_read(row, cells, ALIAS_CELLS)) {
        return cg_error_set(err, CG_INTERNAL, "a row for the ledger was damaged on its way");
    }
    cg_ledger_bind_cells(inserting->statement, 2, cells, ALIAS_CELLS);
    return cg_ledger_insert(inserting->ledger, inserting->statement, err);
}

enum cg_status cg_ledger_write_aliases(struct cg_ledger *ledger, struct cg_error *err) {
    struct inserting inserting = {.ledger = ledger};
    if (ledger->run.aliases == NULL) {
        return CG_OK;
    }
    /* A number that the file names twice is one row. */
    enum cg_status status = cg_ledger_prepare(
        ledger, "INSERT OR IGNORE INTO alias VALUES (?1, ?2, ?3, ?4)", &inserting.statement, err);
    if (status == CG_OK) {
        (void)sqlite3_bind_int64(inserting.statement, 1, ledger->run.run_no);
        status = cg_sorter_each(ledger->run.aliases, insert, &inserting, err);
    }
    (void)sqlite3_finalize(inserting.statement);
    return status;
}

/* The runs that a reader sees: all, or those before one. */
static int64_t end_of_sight(const struct cg_ledger *ledger) {
    return ledger->before_run != 0 ? ledger->before_run : INT64_MAX;
}

static enum cg_status keep_claim(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct cg_ledger *ledger = context;
    const char *claim = cg_text_at(row, 0);
    const size_t len = strlen(claim);
    (void)err;
    if (len <= CG_ID_MAX_BYTES) {
        memcpy(ledger->alias, claim, len + 1);
    }
    return CG_OK;
}

/* A cg_alias_fn of a ledger; the member has been recalled, so that its part is open. */
static enum cg_status find_alias(void *context, struct cg_text payer_claim_id,
                                 struct cg_text member_id, struct cg_text *claim_id,
                                 struct cg_error *err) {
    struct cg_ledger *ledger = context;
    int64_t member_no = 0;
    if (ledger->joined != NULL) {
        ledger = cg_joined_writer(ledger->joined, member_id);
    }
    ledger->alias[0] = '\0';
    enum cg_status status = cg_ledger_find_member(ledger, member_id, &member_no, err);
    if (status == CG_OK) {
        status = cg_ledger_each(
            ledger,
            CG_QUERY("SELECT a.claim_id FROM alias a WHERE a.payer_claim_id = ?1 "
                     "AND a.member_no IN (0, ?2) AND a.run_no < ?3 AND NOT EXISTS "
                     "(SELECT 1 FROM run w WHERE w.withdraws = a.run_no AND w.run_no < ?3) "
                     "ORDER BY a.run_no DESC, a.member_no DESC, a.claim_id LIMIT 1",
                     cg_cell_text(payer_claim_id), cg_cell_integer(member_no),
                     cg_cell_integer(end_of_sight(ledger))),
            keep_claim, ledger, err);
    }
    *claim_id = cg_text_of(ledger->alias);
    return status;
}

enum cg_status cg_ledger_lend_numbers(struct cg_ledger *ledger, struct cg_history *history,
                                      struct cg_error *err) {
    int64_t found = 0;
    cg_ledger_lend_line_ids(ledger, history);
    for (struct cg_ledger *part = cg_joined_next(ledger, NULL, err); part != NULL && found == 0;
         part = cg_joined_next(ledger, part, err)) {
        if (cg_ledger_ask(part, "SELECT EXISTS (SELECT 1 FROM alias WHERE run_no < ?1)",
                          end_of_sight(part), 0, &found, err) != CG_OK) {
            return err->status;
        }
    }
    if (found != 0) {
        cg_history_use_aliases(history, find_alias, ledger);
    }
    return err->status;
}

struct visiting {
    cg_ledger_number_fn fn;
    void *context;
};

static enum cg_status visit_number(void *context, sqlite3_stmt *row, struct cg_error *err) {
    const struct visiting *visiting = context;
    return visiting->fn(visiting->context, cg_text_of(cg_text_at(row, 0)), err);
}

enum cg_status cg_ledger_visit_numbers(struct cg_ledger *ledger, struct cg_text id, bool of_payer,
                                       cg_ledger_number_fn fn, void *context,
                                       struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_visit_numbers(ledger, id, of_payer, fn, context, err);
    }
    struct visiting visiting = {fn, context};
    const char *sql = of_payer ? "SELECT DISTINCT a.payer_claim_id FROM alias a "
                                 "WHERE a.claim_id = ?1 AND NOT EXISTS "
                                 "(SELECT 1 FROM run w WHERE w.withdraws = a.run_no) ORDER BY 1"
                               : "SELECT DISTINCT a.claim_id FROM alias a "
                                 "WHERE a.payer_claim_id = ?1 AND NOT EXISTS "
                                 "(SELECT 1 FROM run w WHERE w.withdraws = a.run_no) ORDER BY 1";
    return cg_ledger_each(ledger, CG_QUERY(sql, cg_cell_text(id)), visit_number, &visiting, err);
}
