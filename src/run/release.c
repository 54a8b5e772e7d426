#include "list_file.h"

#include "claimgate/record/field.h"

enum { COLUMN_CLAIM, COLUMN_NUMBER, COLUMN_MEMBER, COLUMNS };

struct release {
    struct cg_list_file list;
    struct cg_release_facts *facts;
    bool has_asked; /* for has_line_ids */
    bool has_line_ids;
    struct cg_tally tally; /* of what is freed */
};

/* Where the ledger has ids of lines, what is no number may be one. */
static bool is_line(const struct release *release, struct cg_text line) {
    uint64_t number = 0;
    return release->has_line_ids ? cg_list_file_is_id(line)
                                 : cg_field_whole(line, CG_LINE_NUMBER_MAX, &number) && number > 0;
}

static bool is_good(const struct release *release, const struct cg_table_row *row) {
    const struct cg_list_file *list = &release->list;
    const struct cg_text line = row->values[COLUMN_NUMBER];
    const struct cg_text member = row->values[COLUMN_MEMBER];
    return cg_list_file_check(list, row, COLUMN_CLAIM,
                              cg_list_file_is_id(row->values[COLUMN_CLAIM]),
                              "claim_id " CG_LIST_ID_RULE) &&
           cg_list_file_check(list, row, COLUMN_NUMBER, line.len == 0 || is_line(release, line),
                              release->has_line_ids
                                  ? "claim_line_number, where it is not blank, " CG_LIST_ID_RULE
                                  : "claim_line_number must be 1 to 9999, or blank") &&
           cg_list_file_check(list, row, COLUMN_MEMBER,
                              member.len == 0 || cg_list_file_is_id(member),
                              "member_id, where it is not blank, " CG_LIST_ID_RULE);
}

static enum cg_status take_row(void *context, struct cg_ledger *ledger,
                               const struct cg_table_row *row, struct cg_error *err) {
    struct release *release = context;
    struct cg_ledger_freed freed = {0};
    if (!release->has_asked &&
        cg_ledger_has_line_ids(ledger, &release->has_line_ids, err) != CG_OK) {
        return err->status;
    }
    release->has_asked = true;
    if (!is_good(release, row)) {
        return CG_OK;
    }
    const struct cg_ledger_release wanted = {.source_line = row->line,
                                             .claim_id = row->values[COLUMN_CLAIM],
                                             .line = row->values[COLUMN_NUMBER],
                                             .member_id = row->values[COLUMN_MEMBER]};
    const enum cg_status status = cg_ledger_release(ledger, &wanted, &freed, err);
    release->facts->lines += freed.lines;
    release->facts->not_found += freed.lines == 0;
    if (freed.lines == 0) {
        cg_notice_add(&release->list.told.unfound, release->list.list->file, row->line);
    }
    release->tally.taken_back += freed.lines;
    release->tally.units_taken_back += freed.units;
    return status;
}

enum cg_status cg_release_run(const struct cg_claim_list *list, struct cg_release_facts *facts,
                              struct cg_problems *problems, struct cg_error *err) {
    struct cg_table_column columns[COLUMNS] = {
        [COLUMN_CLAIM] = {.name = "claim_id", .needed = true},
        [COLUMN_NUMBER] = {.name = "claim_line_number"},
        [COLUMN_MEMBER] = {.name = "member_id"},
    };
    struct release release = {.facts = facts};
    release.list =
        (struct cg_list_file){.list = list,
                              .kind = "release",
                              .begin = cg_ledger_begin_release,
                              .columns = columns,
                              .column_count = COLUMNS,
                              .without_lines = "every line of its claims is freed",
                              .without_members = "claims of that id are freed whosesoever they are",
                              .with_each_row = "frees what it names",
                              .denied_only = true,
                              .row = take_row,
                              .context = &release,
                              .problems = problems,
                              .tally = &release.tally};
    *facts = (struct cg_release_facts){0};
    return cg_list_file_run(&release.list, &facts->run_no, &facts->rows, err);
}
