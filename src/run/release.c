#include "claimgate/run/release.h"

#include "claimgate/run/content_hash.h"
#include "known_inputs.h"

#include "claimgate/record/csv.h"
#include "claimgate/record/field.h"

#include <string.h>

enum { COLUMN_CLAIM, COLUMN_NUMBER, COLUMN_MEMBER, COLUMNS };

struct release {
    const struct cg_release_plan *plan;
    struct cg_release_facts *facts;
    struct cg_problems *problems;
    struct cg_ledger *ledger;
    enum cg_status status;
    struct cg_error *err;
};

static void bad_value(const struct release *release, const struct cg_table_row *row, int column,
                      const char *text) {
    cg_problems_add(release->problems, release->plan->file, row->line, row->byte_columns[column],
                    "%s", text);
}

static bool is_id(struct cg_text id) {
    return id.len >= 1 && id.len <= CG_ID_MAX_BYTES && cg_field_is_clean(id) &&
           !cg_field_is_exponent(id);
}

static bool release_row(void *context, const struct cg_table_row *row) {
    struct release *release = context;
    uint64_t number = CG_LINE_NUMBER_NONE;
    uint32_t released = 0;
    const struct cg_text number_text = row->values[COLUMN_NUMBER];
    const struct cg_text member = row->values[COLUMN_MEMBER];
    if (!is_id(row->values[COLUMN_CLAIM])) {
        bad_value(release, row, COLUMN_CLAIM, "claim_id must have 1 to 64 bytes");
        return true;
    }
    if (number_text.len > 0 &&
        (!cg_field_whole(number_text, CG_LINE_NUMBER_MAX, &number) || number == 0)) {
        bad_value(release, row, COLUMN_NUMBER, "claim_line_number must be 1 to 9999, or blank");
        return true;
    }
    if (member.len > 0 && !is_id(member)) {
        bad_value(release, row, COLUMN_MEMBER, "member_id must have 1 to 64 bytes, or be blank");
        return true;
    }
    const struct cg_ledger_release wanted = {.source_line = row->line,
                                             .claim_id = row->values[COLUMN_CLAIM],
                                             .line_number = (uint16_t)number,
                                             .member_id = member};
    release->status = cg_ledger_release(release->ledger, &wanted, &released, release->err);
    release->facts->lines += released;
    release->facts->not_found += released == 0;
    return release->status == CG_OK;
}

/* The identity of the file's content; what the table reader hashes is the file as it stands on
 * disk. */
static enum cg_status identify(struct cg_content_hash *hash, const char *path,
                               struct cg_ledger_input *input, struct cg_error *err) {
    enum cg_status status = cg_content_hash_init(hash, err);
    if (status != CG_OK) {
        return status;
    }
    status = cg_content_hash_file(hash, path, true, err);
    if (status == CG_OK) {
        cg_content_hash_get(hash, input->head_sha256, input->content_sha256);
    }
    return status;
}

static enum cg_status release_rows(struct release *release, struct cg_table_facts *table,
                                   struct cg_error *err) {
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
    const enum cg_status status = cg_table_read(&plan, table, release->problems, err);
    if (release->status != CG_OK) {
        return release->status;
    }
    return status == CG_OK ? cg_problems_in_data(release->problems, err) : status;
}

static enum cg_status release_all(struct release *release, struct cg_ledger_input *input,
                                  struct cg_error *err) {
    struct cg_table_facts table;
    bool kept;
    enum cg_status status = cg_ledger_begin_release(release->ledger, release->plan->as_of_day, err);
    if (status != CG_OK) {
        return status;
    }
    status = release_rows(release, &table, err);
    if (status != CG_OK) {
        return status;
    }
    input->file = release->plan->file;
    input->bytes = table.bytes;
    input->records = table.rows;
    memcpy(input->sha256, table.sha256, CG_SHA256_BYTES);
    const struct cg_ledger_commit commit = {.inputs = input, .input_count = 1};
    status = cg_ledger_commit(release->ledger, &commit, &kept, err);
    if (status != CG_OK) {
        return status;
    }
    release->facts->rows = table.rows;
    release->facts->run_no = cg_ledger_run_no(release->ledger);
    return CG_OK;
}

static enum cg_status release_new(struct release *release, struct cg_error *err) {
    struct cg_ledger_input input = {0};
    struct cg_ledger_known run;
    bool known = false;
    struct cg_content_hash hash = {0};
    enum cg_status status = identify(&hash, release->plan->file, &input, err);
    cg_content_hash_fini(&hash);
    if (status != CG_OK) {
        return status;
    }
    status = cg_ledger_find_content(release->ledger, input.content_sha256, &known, &run, err);
    if (status != CG_OK) {
        return status;
    }
    if (known) {
        cg_known_inputs_note(release->plan->file, "skipped", &run, NULL);
        return CG_OK;
    }
    return release_all(release, &input, err);
}

enum cg_status cg_release_run(const struct cg_release_plan *plan, struct cg_release_facts *facts,
                              struct cg_problems *problems, struct cg_error *err) {
    const struct cg_ledger_plan ledger = {.path = plan->ledger,
                                          .lock_wait_seconds = plan->lock_wait_seconds};
    struct release release = {.plan = plan, .facts = facts, .problems = problems, .err = err};
    *facts = (struct cg_release_facts){0};
    enum cg_status status = cg_ledger_open_existing(&ledger, &release.ledger, err);
    if (status != CG_OK) {
        return status;
    }
    status = release_new(&release, err);
    cg_ledger_close(release.ledger);
    return status;
}
