#include "claimgate/run/release.h"

#include "list_file.h"

#include "claimgate/record/field.h"

enum { COLUMN_CLAIM, COLUMN_NUMBER, COLUMN_MEMBER, COLUMNS };

struct release {
    const struct cg_release_plan *plan;
    struct cg_release_facts *facts;
    struct cg_problems *problems;
    struct cg_ledger *ledger;
    bool has_line_ids;
    enum cg_status status;
    struct cg_error *err;
    struct cg_tally tally; /* of what is freed */
};

static void bad_value(const struct release *release, const struct cg_table_row *row, int column,
                      const char *text) {
    cg_problems_add(release->problems, release->plan->file, row->line, row->byte_columns[column],
                    "%s", text);
}

/* Where the ledger has ids of lines, what is no number may be one. */
static bool is_line(const struct release *release, struct cg_text line) {
    uint64_t number = 0;
    return release->has_line_ids ? cg_list_file_is_id(line)
                                 : cg_field_whole(line, CG_LINE_NUMBER_MAX, &number) && number > 0;
}

static bool release_row(void *context, const struct cg_table_row *row) {
    struct release *release = context;
    struct cg_ledger_freed freed = {0};
    const struct cg_text line = row->values[COLUMN_NUMBER];
    const struct cg_text member = row->values[COLUMN_MEMBER];
    if (!cg_list_file_is_id(row->values[COLUMN_CLAIM])) {
        bad_value(release, row, COLUMN_CLAIM, "claim_id must have 1 to 64 bytes");
        return true;
    }
    if (line.len > 0 && !is_line(release, line)) {
        bad_value(release, row, COLUMN_NUMBER,
                  release->has_line_ids ? "claim_line_number must have 1 to 64 bytes, or be blank"
                                        : "claim_line_number must be 1 to 9999, or blank");
        return true;
    }
    if (member.len > 0 && !cg_list_file_is_id(member)) {
        bad_value(release, row, COLUMN_MEMBER, "member_id must have 1 to 64 bytes, or be blank");
        return true;
    }
    const struct cg_ledger_release wanted = {.source_line = row->line,
                                             .claim_id = row->values[COLUMN_CLAIM],
                                             .line = line,
                                             .member_id = member};
    release->status = cg_ledger_release(release->ledger, &wanted, &freed, release->err);
    release->facts->lines += freed.lines;
    release->facts->not_found += freed.lines == 0;
    release->tally.taken_back += freed.lines;
    release->tally.units_taken_back += freed.units;
    return release->status == CG_OK;
}

static enum cg_status release_rows(void *context, struct cg_ledger *ledger,
                                   struct cg_table_facts *table, struct cg_error *err) {
    struct release *release = context;
    struct cg_table_column columns[COLUMNS] = {
        [COLUMN_CLAIM] = {.name = "claim_id", .needed = true},
        [COLUMN_NUMBER] = {.name = "claim_line_number"},
        [COLUMN_MEMBER] = {.name = "member_id"},
    };
    const struct cg_table_plan plan = {.file = release->plan->file,
                                       .columns = columns,
                                       .column_count = COLUMNS,
                                       .row = release_row,
                                       .context = release};
    release->ledger = ledger;
    if (cg_ledger_has_line_ids(ledger, &release->has_line_ids, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = cg_list_file_read(&plan, true, table, release->problems, err);
    if (release->status != CG_OK) {
        return release->status;
    }
    return status == CG_OK ? cg_problems_in_data(release->problems, err) : status;
}

enum cg_status cg_release_run(const struct cg_release_plan *plan, struct cg_release_facts *facts,
                              struct cg_problems *problems, struct cg_error *err) {
    struct release release = {.plan = plan, .facts = facts, .problems = problems, .err = err};
    const struct cg_list_file list = {.file = plan->file,
                                      .ledger = plan->ledger,
                                      .lock_wait_seconds = plan->lock_wait_seconds,
                                      .as_of_day = plan->as_of_day,
                                      .kind = "release",
                                      .begin = cg_ledger_begin_release,
                                      .read = release_rows,
                                      .tally = &release.tally,
                                      .context = &release};
    *facts = (struct cg_release_facts){0};
    return cg_list_file_run(&list, &facts->run_no, &facts->rows, err);
}
