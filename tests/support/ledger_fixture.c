#include "ledger_fixture.h"

#include "claimgate/base/log.h"
#include "claimgate/io/sink.h"
#include "claimgate/record/field.h"
#include "claimgate/rules/reason.h"
#include "run/row_belt.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void fixture_init(struct fixture *fixture) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    cr_assert_eq(cg_reason_init(&err), CG_OK, "%s", err.text);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/cg-ledger-XXXXXX");
    cr_assert_not_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof fixture->path, "%s/ledger.db", fixture->folder);
    fixture->on_belt = false;
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load("ms", &fixture->policy, &problems, &err), CG_OK, "%s", err.text);
    cg_problems_fini(&problems);
}

void fixture_fini(struct fixture *fixture) {
    char command[128];
    cg_policy_free(fixture->policy);
    snprintf(command, sizeof command, "rm -rf %s", fixture->folder);
    if (system(command) != 0) {
        fprintf(stderr, "%s is left\n", fixture->folder);
    }
}

static struct cg_text text_or(const char *text, const char *otherwise) {
    return cg_text_of(text == NULL ? otherwise : text);
}

static void fill_line(const struct fixture *fixture, const struct fixture_line *wanted,
                      struct cg_line *line) {
    const struct cg_text date = text_or(wanted->date, "2025-01-06");
    line->member_id = cg_key_of(text_or(wanted->member, "M1"));
    line->claim_id = cg_key_of(text_or(wanted->claim, "C1"));
    line->original_claim_id = text_or(wanted->original, "");
    line->start_day = cg_date_parse(date.ptr, date.len, CG_DATE_ISO);
    line->end_day = wanted->end == NULL
                        ? line->start_day
                        : cg_date_parse(wanted->end, strlen(wanted->end), CG_DATE_ISO);
    line->received_day = CG_DAY_NONE;
    line->birth_day = CG_DAY_NONE;
    line->rendering_npi = 1234567893;
    line->units = wanted->units == 0 ? 2 : wanted->units;
    line->line_number = wanted->number == 0 ? 1 : wanted->number;
    line->frequency = wanted->frequency == 0 ? CG_ORIGINAL : wanted->frequency;
    line->procedure_no = (uint8_t)cg_policy_procedure(
        fixture->policy, cg_field_procedure(text_or(wanted->code, "H0038")));
    line->exempt = wanted->exempt;
    line->version = cg_policy_in_force(fixture->policy, line->start_day);
    line->reasons = wanted->reasons;
    if (wanted->line_id != NULL) {
        line->line_number = CG_LINE_NUMBER_NONE;
        line->line_id = cg_text_of(wanted->line_id);
    }
}

struct cg_batch *fixture_batch(const struct fixture *fixture, const struct fixture_line *lines,
                               uint32_t count) {
    struct cg_batch *batch = cg_batch_new();
    for (uint32_t i = 0; batch != NULL && i < count; i++) {
        struct cg_record *record = cg_array_add(&batch->records);
        struct cg_line *line = cg_batch_add_line(batch);
        if (record == NULL || line == NULL) {
            cg_batch_free(batch);
            return NULL;
        }
        batch->first_line = 2;
        record->line_delta = i;
        record->line_index = i;
        line->record_no = i;
        fill_line(fixture, &lines[i], line);
    }
    return batch;
}

void fixture_identify(const struct fixture_line *lines, uint32_t count,
                      struct cg_ledger_input *input) {
    char text[4096] = "";
    size_t len = 0;
    for (uint32_t i = 0; i < count && len < sizeof text - 200; i++) {
        len +=
            (size_t)snprintf(text + len, sizeof text - len, "%s,%s,%u,%s,%u,%u\n",
                             lines[i].member != NULL ? lines[i].member : "",
                             lines[i].claim != NULL ? lines[i].claim : "",
                             (unsigned)lines[i].number, lines[i].date != NULL ? lines[i].date : "",
                             (unsigned)lines[i].units, (unsigned)lines[i].frequency);
    }
    *input = (struct cg_ledger_input){.file = "claims.csv", .bytes = len, .records = count};
    cg_sha256_of(text, len, input->sha256);
    memcpy(input->content_sha256, input->sha256, CG_SHA256_BYTES);
    memcpy(input->head_sha256, input->sha256, CG_SHA256_BYTES);
}

enum cg_status fixture_stage(const struct fixture *fixture, const char *out,
                             struct cg_staging **staging, struct cg_ledger_output *output,
                             struct cg_error *err) {
    char path[192];
    struct cg_sink *sink = NULL;
    snprintf(path, sizeof path, "%s/%s", fixture->folder, out);
    const struct cg_staging_plan plan = {.final_path = path, .group = (gid_t)-1};
    enum cg_status status = cg_staging_open(&plan, staging, err);
    if (status == CG_OK) {
        status =
            cg_sink_create(cg_staging_dir_fd(*staging), "accepted.csv.gz", (gid_t)-1, &sink, err);
    }
    if (status != CG_OK) {
        return status;
    }
    status = cg_sink_write(sink, "accepted", 8, err);
    cg_sink_sha256(sink, output->sha256);
    output->file = "accepted.csv.gz";
    output->bytes = 8;
    if (cg_sink_close(sink, err) != CG_OK || status != CG_OK) {
        return err->status;
    }
    return cg_staging_sync(*staging, err);
}

static enum cg_status decide(struct cg_ledger *ledger, struct cg_batch *batch,
                             struct cg_tally *tally, struct cg_error *err) {
    struct cg_history *history = cg_history_new(cg_ledger_recall, ledger);
    if (history == NULL) {
        return cg_error_no_memory(err);
    }
    enum cg_status status = cg_ledger_lend_numbers(ledger, history, err);
    if (status == CG_OK) {
        status = cg_history_decide(history, batch->lines.items, batch->lines.count, err);
    }
    if (status == CG_OK && !cg_tally_add(tally, batch)) {
        status = cg_error_no_memory(err);
    }
    if (status == CG_OK) {
        status = cg_ledger_number_members(ledger, batch, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_record(ledger, batch, err);
    }
    cg_history_free(history);
    return status;
}

static enum cg_status keep(struct cg_ledger *ledger, struct cg_ledger_commit commit, bool on_belt,
                           bool *kept, struct cg_error *err) {
    struct cg_batch *batches[CG_LEDGER_ROW_BLOCKS];
    struct cg_row_belt belt = {.batches = batches, .depth = CG_LEDGER_ROW_BLOCKS, .threads = 2};
    bool has_all = true;
    for (int i = 0; i < CG_LEDGER_ROW_BLOCKS; i++) {
        batches[i] = cg_batch_new();
        has_all = has_all && batches[i] != NULL;
    }
    commit.carry = on_belt ? cg_row_belt_carry : NULL;
    commit.carry_context = &belt;
    const enum cg_status status =
        has_all ? cg_ledger_commit(ledger, &commit, kept, err) : cg_error_no_memory(err);
    for (int i = 0; i < CG_LEDGER_ROW_BLOCKS; i++) {
        cg_batch_free(batches[i]);
    }
    return status;
}

enum cg_status fixture_keep(const struct fixture *fixture, struct cg_ledger *ledger,
                            const struct fixture_lines *lines, struct cg_ledger_commit commit,
                            char *decided, bool *kept, struct cg_error *err) {
    struct cg_tally tally;
    struct cg_batch *batch = fixture_batch(fixture, lines->lines, lines->count);
    const bool has_tally = cg_tally_init(&tally, fixture->policy);
    enum cg_status status =
        has_tally && batch != NULL ? decide(ledger, batch, &tally, err) : cg_error_no_memory(err);
    if (status == CG_OK) {
        commit.tally = &tally;
        status = keep(ledger, commit, fixture->on_belt, kept, err);
    }
    for (uint32_t i = 0; decided != NULL && batch != NULL && i < lines->count; i++) {
        decided[i] = "?arc"[cg_batch_line(batch, i)->decision];
        decided[i + 1] = '\0';
    }
    cg_tally_fini(&tally);
    cg_batch_free(batch);
    return status;
}

enum cg_status fixture_run(struct fixture *fixture, const struct fixture_line *lines,
                           uint32_t count, const char *out, char *decided, struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture->path, .policy = fixture->policy};
    struct cg_ledger *ledger = NULL;
    struct cg_staging *staging = NULL;
    struct cg_ledger_input input;
    struct cg_ledger_output output = {0};
    bool kept = false;
    fixture_identify(lines, count, &input);
    enum cg_status status = cg_ledger_open(&plan, &ledger, err);
    if (status == CG_OK) {
        status = cg_ledger_begin(ledger, NULL, 20000, err);
    }
    if (status == CG_OK && out != NULL) {
        status = fixture_stage(fixture, out, &staging, &output, err);
    }
    if (status == CG_OK) {
        const struct cg_ledger_commit commit = {.inputs = &input,
                                                .input_count = 1,
                                                .outputs = &output,
                                                .output_count = staging != NULL,
                                                .staging = staging};
        status = fixture_keep(fixture, ledger, &(struct fixture_lines){lines, count}, commit,
                              decided, &kept, err);
    }
    cg_staging_close(staging, kept);
    cg_ledger_close(ledger);
    return status;
}

static int append_row(void *context, int count, char **values, char **names) {
    char *out = context;
    (void)names;
    for (int i = 0; i < count; i++) {
        strcat(out, values[i] == NULL ? "" : values[i]);
        strcat(out, i + 1 < count ? "|" : "\n");
    }
    return strlen(out) > 15000;
}

const char *fixture_query(const struct fixture *fixture, const char *sql) {
    static char out[1 << 15];
    sqlite3 *db;
    char *problem = NULL;
    out[0] = '\0';
    cr_assert_eq(sqlite3_open_v2(fixture->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, append_row, out, &problem), SQLITE_OK, "%s: %s", sql,
                 problem);
    sqlite3_close(db);
    return out;
}

void fixture_exec(const struct fixture *fixture, const char *sql) {
    (void)fixture_query(fixture, sql);
}

static void count_fault(void *context, const char *text) {
    (void)context;
    cr_log_info("%s", text);
}

uint64_t fixture_faults(const struct fixture *fixture) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    uint64_t found = 0;
    cr_assert_eq(cg_ledger_open_reader(fixture->path, &ledger, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_verify(ledger, count_fault, NULL, &found, &err), CG_OK, "%s", err.text);
    cg_ledger_close(ledger);
    return found;
}

bool fixture_holds(const struct fixture *fixture, const char *name) {
    char path[192];
    struct stat facts;
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    return lstat(path, &facts) == 0;
}
