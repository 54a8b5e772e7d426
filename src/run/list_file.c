#include "list_file.h"

#include "claimgate/run/content_hash.h"
#include "claimgate/run/known_inputs.h"

#include "claimgate/base/hash.h"
#include "claimgate/base/log.h"
#include "claimgate/base/seen.h"
#include "claimgate/record/field.h"
#include "claimgate/record/shapes.h"
#include "claimgate/x12/remittance.h"

#include <string.h>

enum { ROWS_KNOWN_MAX = 1 << 20 }; /* rows of a list that are known when they stand again */

bool cg_list_file_is_id(struct cg_text id) {
    return id.len >= 1 && id.len <= CG_ID_MAX_BYTES && cg_field_is_clean(id) &&
           !cg_field_is_exponent(id) && !cg_shape_is_null_mark(id);
}

bool cg_list_file_check(const struct cg_list_file *list, const struct cg_table_row *row, int column,
                        bool good, const char *text) {
    if (!good) {
        cg_problems_add(list->problems, list->list->file, row->line, row->byte_columns[column],
                        "%s", text);
    }
    return good;
}

/* The identity of the file's content; what the table reader hashes is the file as it stands on
 * disk. */
static enum cg_status identify(struct cg_content_hash *hash, const char *path,
                               struct cg_ledger_input *input, struct cg_error *err) {
    if (cg_content_hash_init(hash, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = cg_content_hash_file(hash, path, true, err);
    if (status == CG_OK) {
        cg_content_hash_get(hash, input->head_sha256, input->content_sha256);
    }
    return status;
}

/* Lines that were denied within a claim that was paid are named in an 835 by REF*6R, which the
 * ledger does not keep. */
static enum cg_status read_remittance(const struct cg_remittance_plan *plan,
                                      struct cg_table_facts *table, struct cg_error *err) {
    struct cg_remittance_facts facts;
    const enum cg_status status = cg_remittance_read(plan, &facts, err);
    *table = facts.table;
    if (status == CG_OK && plan->denied_only && facts.denied_lines > 0) {
        cg_log_warning("%s: %llu lines were denied in claims that were not denied whole; they are "
                       "not freed, for an 835 does not name them as the ledger does: give them as "
                       "CSV, with claim_line_number",
                       plan->table.file, (unsigned long long)facts.denied_lines);
    }
    if (status == CG_OK && plan->denied_only && facts.reversed_claims > 0) {
        cg_log_warning("%s: claims whose payment was reversed (CLP02 is 22): %llu; they are not "
                       "freed, for what was paid may be corrected by a claim behind it: give those "
                       "that are not to stand as CSV, with claim_id",
                       plan->table.file, (unsigned long long)facts.reversed_claims);
    }
    return status;
}

/* What a row is given to. */
struct reading {
    struct cg_list_file *list;
    struct cg_seen rows;
    struct cg_ledger *ledger;
    enum cg_status status;
    struct cg_error *err;
};

/* A row that stands again would be counted again; of an odd id only the claim can say whether it is
 * one. */
static bool look_at(struct reading *reading, const struct cg_table_row *row) {
    struct cg_list_file *list = reading->list;
    uint64_t hash = cg_hash_run_seed();
    bool is_odd = false;
    for (uint32_t i = 0; i < list->column_count; i++) {
        hash = cg_hash64(row->values[i].ptr, row->values[i].len, hash);
        is_odd = is_odd || cg_field_is_odd_id(row->values[i]);
    }
    if (is_odd) {
        cg_notice_add(&list->told.odd_ids, list->list->file, row->line);
    }
    const bool is_new = !cg_seen_note(&reading->rows, hash);
    if (!is_new) {
        cg_notice_add(&list->told.again, list->list->file, row->line);
    }
    return is_new;
}

static bool take_row(void *context, const struct cg_table_row *row) {
    struct reading *reading = context;
    const struct cg_list_file *list = reading->list;
    if (!look_at(reading, row)) {
        return true;
    }
    reading->status = list->row(list->context, reading->ledger, row, reading->err);
    return reading->status == CG_OK;
}

/* CSV, or an X12 835, told by its first bytes. */
static enum cg_status read_rows(struct cg_list_file *list, struct cg_ledger *ledger,
                                struct cg_table_facts *table, struct cg_error *err) {
    struct reading reading = {
        .list = list, .rows.limit = ROWS_KNOWN_MAX, .ledger = ledger, .err = err};
    const struct cg_remittance_plan plan = {.table = {.file = list->list->file,
                                                      .columns = list->columns,
                                                      .column_count = list->column_count,
                                                      .without_lines = list->without_lines,
                                                      .without_members = list->without_members,
                                                      .with_each_row = list->with_each_row,
                                                      .row = take_row,
                                                      .context = &reading},
                                            .denied_only = list->denied_only};
    bool is_x12;
    if (cg_remittance_look(list->list->file, &is_x12, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = is_x12 ? read_remittance(&plan, table, err)
                                         : cg_table_read(&plan.table, table, list->problems, err);
    cg_seen_fini(&reading.rows);
    if (reading.status != CG_OK) {
        return reading.status;
    }
    return status == CG_OK ? cg_problems_in_data(list->problems, err) : status;
}

static void tell(const struct cg_list_file *list, uint64_t rows) {
    if (rows == 0) {
        cg_log_warning("%s has a header and no row: was it cut?", list->list->file);
    }
    cg_notice_warn(&list->told.odd_ids,
                   "rows with an id as a spreadsheet spells it (123456.0, =\"123456\"), which is "
                   "another one than the id alone",
                   "have the program that writes the file write ids alone");
    cg_notice_warn(&list->told.again, "rows that stood in the list before, and count once",
                   "look which rows were to stand in their place");
    cg_notice_warn(&list->told.shared,
                   "rows that give a number which the list has given to another claim, so that who "
                   "names it means the claim whose claim_id comes first",
                   "tell which claim has the number in a list of its own, which then counts");
    cg_notice_warn(&list->told.unfound, "rows that name no line that stands",
                   "look at how the ledger has these claims (`claimgate explain`)");
}

static enum cg_status take_in(struct cg_list_file *list, struct cg_ledger *ledger,
                              struct cg_ledger_input *input, struct cg_error *err) {
    struct cg_table_facts table = {0};
    bool kept;
    const enum cg_status status = list->begin(ledger, list->list->as_of_day, err);
    if (status != CG_OK || read_rows(list, ledger, &table, err) != CG_OK ||
        (list->end != NULL && list->end(list->context, ledger, err) != CG_OK)) {
        return err->status;
    }
    input->file = list->list->file;
    input->bytes = table.bytes;
    input->records = table.rows;
    memcpy(input->sha256, table.sha256, CG_SHA256_BYTES);
    const struct cg_ledger_commit commit = {
        .inputs = input, .input_count = 1, .tally = list->tally};
    if (cg_ledger_commit(ledger, &commit, &kept, err) != CG_OK) {
        return err->status;
    }
    tell(list, table.rows);
    return CG_OK;
}

static enum cg_status take_in_new(struct cg_list_file *list, struct cg_ledger *ledger,
                                  int64_t *run_no, uint64_t *rows, struct cg_error *err) {
    struct cg_ledger_input input = {0};
    struct cg_ledger_known run = {.kind = list->kind};
    bool known = false;
    struct cg_content_hash hash = {0};
    enum cg_status status = identify(&hash, list->list->file, &input, err);
    cg_content_hash_fini(&hash);
    if (status != CG_OK) {
        return status;
    }
    if (cg_ledger_find_content(ledger, input.content_sha256, &known, &run, err) != CG_OK) {
        return err->status;
    }
    if (known) {
        cg_known_inputs_note(list->list->file, "skipped", &run, NULL);
        return CG_OK;
    }
    if (take_in(list, ledger, &input, err) != CG_OK) {
        return err->status;
    }
    *rows = input.records - list->told.again.records;
    *run_no = cg_ledger_run_no(ledger);
    return CG_OK;
}

enum cg_status cg_list_file_run(struct cg_list_file *list, int64_t *run_no, uint64_t *rows,
                                struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = list->list->ledger,
                                        .lock_wait_seconds = list->list->lock_wait_seconds};
    struct cg_ledger *ledger = NULL;
    if (cg_ledger_open_existing(&plan, &ledger, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = take_in_new(list, ledger, run_no, rows, err);
    cg_ledger_close(ledger);
    return status;
}
