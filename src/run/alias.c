#include "list_file.h"

enum { COLUMN_CLAIM, COLUMN_PAYER, COLUMN_MEMBER, COLUMNS };

struct alias {
    struct cg_list_file list;
    struct cg_alias_facts *facts;
};

static bool check_id(const struct alias *alias, const struct cg_table_row *row, int column,
                     const char *text) {
    return cg_list_file_check(&alias->list, row, column, cg_list_file_is_id(row->values[column]),
                              text);
}

static enum cg_status take_row(void *context, struct cg_ledger *ledger,
                               const struct cg_table_row *row, struct cg_error *err) {
    struct alias *alias = context;
    const struct cg_text member = row->values[COLUMN_MEMBER];
    bool known = true;
    if (!check_id(alias, row, COLUMN_CLAIM, "claim_id " CG_LIST_ID_RULE) ||
        !check_id(alias, row, COLUMN_PAYER, "payer_claim_id " CG_LIST_ID_RULE) ||
        (member.len > 0 && !check_id(alias, row, COLUMN_MEMBER,
                                     "member_id, where it is not blank, " CG_LIST_ID_RULE))) {
        return CG_OK;
    }
    const struct cg_ledger_alias wanted = {.claim_id = row->values[COLUMN_CLAIM],
                                           .payer_claim_id = row->values[COLUMN_PAYER],
                                           .member_id = member};
    const enum cg_status status = cg_ledger_add_alias(ledger, &wanted, &known, err);
    alias->facts->unknown_members += !known;
    return status;
}

enum cg_status cg_alias_run(const struct cg_claim_list *list, struct cg_alias_facts *facts,
                            struct cg_problems *problems, struct cg_error *err) {
    struct cg_table_column columns[COLUMNS] = {
        [COLUMN_CLAIM] = {.name = "claim_id", .needed = true},
        [COLUMN_PAYER] = {.name = "payer_claim_id", .needed = true},
        [COLUMN_MEMBER] = {.name = "member_id"},
    };
    struct alias alias = {.facts = facts};
    alias.list =
        (struct cg_list_file){.list = list,
                              .kind = "alias",
                              .begin = cg_ledger_begin_alias,
                              .columns = columns,
                              .column_count = COLUMNS,
                              .without_members = "a number is taken for that of any member's claim",
                              .with_each_row = "is taken in",
                              .row = take_row,
                              .context = &alias,
                              .problems = problems};
    *facts = (struct cg_alias_facts){0};
    return cg_list_file_run(&alias.list, &facts->run_no, &facts->rows, err);
}
