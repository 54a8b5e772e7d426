#include "claimgate/run/alias.h"

#include "list_file.h"

enum { COLUMN_CLAIM, COLUMN_PAYER, COLUMN_MEMBER, COLUMNS };

struct alias {
    const struct cg_alias_plan *plan;
    struct cg_alias_facts *facts;
    struct cg_problems *problems;
    struct cg_ledger *ledger;
    enum cg_status status;
    struct cg_error *err;
};

static bool check_id(const struct alias *alias, const struct cg_table_row *row, int column,
                     const char *text) {
    const bool good = cg_list_file_is_id(row->values[column]);
    if (!good) {
        cg_problems_add(alias->problems, alias->plan->file, row->line, row->byte_columns[column],
                        "%s", text);
    }
    return good;
}

static bool alias_row(void *context, const struct cg_table_row *row) {
    struct alias *alias = context;
    const struct cg_text member = row->values[COLUMN_MEMBER];
    bool known = true;
    if (!check_id(alias, row, COLUMN_CLAIM, "claim_id must have 1 to 64 bytes") ||
        !check_id(alias, row, COLUMN_PAYER, "payer_claim_id must have 1 to 64 bytes") ||
        (member.len > 0 &&
         !check_id(alias, row, COLUMN_MEMBER, "member_id must have 1 to 64 bytes, or be blank"))) {
        return true;
    }
    const struct cg_ledger_alias wanted = {.claim_id = row->values[COLUMN_CLAIM],
                                           .payer_claim_id = row->values[COLUMN_PAYER],
                                           .member_id = member};
    alias->status = cg_ledger_add_alias(alias->ledger, &wanted, &known, alias->err);
    alias->facts->unknown_members += !known;
    return alias->status == CG_OK;
}

static enum cg_status alias_rows(void *context, struct cg_ledger *ledger,
                                 struct cg_table_facts *table, struct cg_error *err) {
    struct alias *alias = context;
    struct cg_table_column columns[COLUMNS] = {
        [COLUMN_CLAIM] = {.name = "claim_id", .needed = true},
        [COLUMN_PAYER] = {.name = "payer_claim_id", .needed = true},
        [COLUMN_MEMBER] = {.name = "member_id"},
    };
    const struct cg_table_plan plan = {.file = alias->plan->file,
                                       .columns = columns,
                                       .column_count = COLUMNS,
                                       .row = alias_row,
                                       .context = alias};
    alias->ledger = ledger;
    const enum cg_status status = cg_list_file_read(&plan, false, table, alias->problems, err);
    if (alias->status != CG_OK) {
        return alias->status;
    }
    return status == CG_OK ? cg_problems_in_data(alias->problems, err) : status;
}

enum cg_status cg_alias_run(const struct cg_alias_plan *plan, struct cg_alias_facts *facts,
                            struct cg_problems *problems, struct cg_error *err) {
    struct alias alias = {.plan = plan, .facts = facts, .problems = problems, .err = err};
    const struct cg_list_file list = {.file = plan->file,
                                      .ledger = plan->ledger,
                                      .lock_wait_seconds = plan->lock_wait_seconds,
                                      .as_of_day = plan->as_of_day,
                                      .kind = "alias",
                                      .begin = cg_ledger_begin_alias,
                                      .read = alias_rows,
                                      .context = &alias};
    *facts = (struct cg_alias_facts){0};
    return cg_list_file_run(&list, &facts->run_no, &facts->rows, err);
}
