/*
 * Decided lines to rows, in two halves: members get their numbers, which are final from the first
 * sight on, for nobody else can write meanwhile; then rows wait, in the order of arrival, until the
 * run commits.
 */
#include "joined.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/phrase.h"
#include "claimgate/gate/sentences.h"
#include "claimgate/record/field.h"
#include "claimgate/record/key.h"
#include "claimgate/rules/reason.h"

enum { CAP_USED_BYTES = CG_CAPS_MAX * 11 + 3 };

/* Texts made for one row; the row's cells point into it. */
struct row_texts {
    char procedure[6];
    char modifiers[CG_MODIFIERS_TEXT_BYTES];
    char reasons[CG_VERDICT_REASONS_BYTES];
    char cap_used[CAP_USED_BYTES];
};

/* "[0,42]", "null" where a cap was not tested; a null cell when none was. */
static struct cg_cell cap_used_cell(const struct cg_line *line, char out[CAP_USED_BYTES]) {
    bool tested = false;
    struct cg_phrase list = cg_phrase_start(out, CAP_USED_BYTES);
    const uint32_t count = line->version == NULL ? 0 : line->version->cap_count;
    for (uint32_t i = 0; i < count; i++) {
        cg_say(&list, i == 0 ? "[" : ",");
        if (line->cap_used[i] == UINT32_MAX) {
            cg_say(&list, "null");
        } else {
            cg_say(&list, "%u", line->cap_used[i]);
            tested = true;
        }
    }
    cg_say(&list, "]");
    return tested ? cg_cell_string(out) : cg_cell_null();
}

/* All reasons by name, joined by ';'. */
static struct cg_cell reasons_cell(const struct cg_line *line, char out[CG_VERDICT_REASONS_BYTES]) {
    cg_reason_list(line, line->reasons, out);
    return out[0] == '\0' ? cg_cell_null() : cg_cell_string(out);
}

static struct cg_cell id_cell(struct cg_text id, enum cg_reason invalid,
                              const struct cg_line *line) {
    const bool valid = id.len > 0 && (line->reasons & cg_reason_bit(invalid)) == 0;
    return valid ? cg_cell_text(id) : cg_cell_null();
}

static void fill_line(const struct cg_policy *policy, const struct cg_line *line,
                      struct row_texts *texts, struct cg_cell *cells) {
    const bool cap_failed = (line->reasons & cg_reason_bit(CG_REASON_CAP)) != 0;
    const struct cg_cell claim =
        id_cell(cg_key_text(&line->claim_id), CG_REASON_CLAIM_ID_INVALID, line);
    const bool spans = line->end_day != line->start_day && line->end_day != CG_DAY_NONE;
    cells[CG_LINE_CLAIM] = claim.kind == CG_CELL_NULL ? cg_cell_string("") : claim;
    cells[CG_LINE_NUMBER] = cg_cell_optional(line->line_number, CG_LINE_NUMBER_NONE);
    cells[CG_LINE_FREQUENCY] = cg_cell_optional(line->frequency, 0);
    /* Its reason also stands for a valid id that nobody knows. */
    cells[CG_LINE_ORIGINAL] = id_cell(line->original_claim_id, CG_REASON_COUNT, line);
    cells[CG_LINE_START] = cg_cell_optional(line->start_day, CG_DAY_NONE);
    cells[CG_LINE_END] = spans ? cg_cell_integer(line->end_day) : cg_cell_null();
    cells[CG_LINE_PROCEDURE] = cg_cell_string(
        cg_procedure_text(cg_policy_procedure_code(policy, line->procedure_no), texts->procedure));
    cells[CG_LINE_MODIFIERS] =
        line->modifiers == 0 ? cg_cell_null()
                             : cg_cell_string(cg_modifiers_text(line->modifiers, texts->modifiers));
    cells[CG_LINE_RENDERING] = cg_cell_optional((int64_t)line->rendering_npi, 0);
    cells[CG_LINE_BILLING] = cg_cell_optional((int64_t)line->billing_npi, 0);
    cells[CG_LINE_UNITS] = cg_cell_optional(line->units, 0);
    cells[CG_LINE_ACCEPTED] = cg_cell_integer(line->accepted_units);
    cells[CG_LINE_DECISION] = cg_cell_integer(line->decision);
    cells[CG_LINE_REASONS] = reasons_cell(line, texts->reasons);
    cells[CG_LINE_CAP_USED] = cap_used_cell(line, texts->cap_used);
    cells[CG_LINE_USED] = cap_failed ? cg_cell_integer(line->units_used) : cg_cell_null();
    cells[CG_LINE_AVAILABLE] = cap_failed ? cg_cell_integer(line->units_available) : cg_cell_null();
    cells[CG_LINE_EXEMPT] = cg_cell_integer(line->exempt);
    cells[CG_LINE_SPLIT] =
        cg_cell_integer(spans && line->version != NULL && line->version->split_spans);
    cells[CG_LINE_CAP_DAY] =
        cap_failed ? cg_cell_optional(line->cap_day, CG_DAY_NONE) : cg_cell_null();
    cells[CG_LINE_DETAIL] = line->detail.len > 0 ? cg_cell_text(line->detail) : cg_cell_null();
}

static void fill_take_back(const struct cg_line *line, const struct cg_cell *line_cells,
                           struct cg_cell *cells) {
    cells[CG_TAKE_MEMBER] = line_cells[CG_LINE_MEMBER];
    cells[CG_TAKE_INPUT] = line_cells[CG_LINE_INPUT];
    cells[CG_TAKE_SOURCE_LINE] = line_cells[CG_LINE_SOURCE_LINE];
    cells[CG_TAKE_ORIGINAL] = cg_cell_text(line->original_claim_id);
    cells[CG_TAKE_NUMBER] =
        line->reverses ? cg_cell_optional(line->line_number, CG_LINE_NUMBER_NONE) : cg_cell_null();
    cells[CG_TAKE_CLAIM] = cg_cell_text(cg_key_text(&line->claim_id));
    cells[CG_TAKE_FREQUENCY] = line->reverses ? cg_cell_null() : cg_cell_integer(line->frequency);
    cells[CG_TAKE_NAMED] =
        line->named_claim_id.len == 0 ? cg_cell_null() : cg_cell_text(line->named_claim_id);
}

enum cg_status cg_ledger_add_row(struct cg_ledger *ledger, const struct cg_cell *cells,
                                 size_t count, struct cg_error *err) {
    const struct cg_text no_key = {"", 0}; /* they come out as they went in */
    struct cg_buffer *row = &ledger->run.row;
    cg_buffer_clear(row);
    if (!cg_cells_append(row, cells, count)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory for a line of the ledger");
    }
    return cg_sorter_add(ledger->run.rows, no_key,
                         (struct cg_text){row->data, (uint32_t)row->len_bytes}, err);
}

static enum cg_status record_line(struct cg_ledger *ledger, const struct cg_batch *batch,
                                  const struct cg_line *line, struct cg_error *err) {
    struct row_texts texts;
    struct cg_cell cells[CG_LINE_CELLS];
    cells[CG_LINE_MEMBER] = cg_cell_integer(line->member_no);
    cells[CG_LINE_INPUT] = cg_cell_integer((int64_t)batch->source_no + 1);
    cells[CG_LINE_SOURCE_LINE] = cg_cell_unsigned(cg_batch_line_place(batch, line));
    fill_line(ledger->policy, line, &texts, cells);
    if (line->taken_back_lines > 0) {
        /* Before its line: what it takes back stands before it. */
        struct cg_cell take_back[CG_TAKE_CELLS];
        fill_take_back(line, cells, take_back);
        if (cg_ledger_add_row(ledger, take_back, cg_take_cells(take_back), err) != CG_OK) {
            return err->status;
        }
    }
    return cg_ledger_add_row(ledger, cells, CG_LINE_CELLS, err);
}

/* Only lines in scope that could be read are remembered. */
static bool is_kept(const struct cg_line *line) {
    return line->malformed == CG_WELL_FORMED && !line->out_of_scope;
}

/* The ledger that keeps the line: a set's lines stand in the parts of their members. */
static struct cg_ledger *keeper(struct cg_ledger *ledger, const struct cg_line *line) {
    if (ledger->joined == NULL) {
        return ledger;
    }
    const struct cg_cell id =
        id_cell(cg_key_text(&line->member_id), CG_REASON_MEMBER_ID_INVALID, line);
    return cg_joined_writer(ledger->joined, id.bytes);
}

enum cg_status cg_ledger_number_members(struct cg_ledger *ledger, struct cg_batch *batch,
                                        struct cg_error *err) {
    bool is_new;
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        struct cg_line *line = cg_batch_line(batch, i);
        const struct cg_text id = cg_key_text(&line->member_id);
        line->member_no = 0;
        if (!is_kept(line) || id_cell(id, CG_REASON_MEMBER_ID_INVALID, line).kind == CG_CELL_NULL) {
            continue;
        }
        if (cg_ledger_member_no(keeper(ledger, line), id, &line->member_no, &is_new, err) !=
            CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

enum cg_status cg_ledger_record(struct cg_ledger *ledger, const struct cg_batch *batch,
                                struct cg_error *err) {
    const int fault = cg_fault("ledger.record");
    if (fault != 0) {
        return cg_error_set_errno(err, CG_IO, fault, "%s: recording lines", ledger->path);
    }
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        const struct cg_line *line = cg_batch_line(batch, i);
        if (!is_kept(line)) {
            continue;
        }
        struct cg_ledger *of_line = keeper(ledger, line);
        if (ledger->joined != NULL && !cg_joined_count_line(ledger->joined, of_line, line)) {
            return cg_error_set(err, CG_INTERNAL, "out of memory while counting lines");
        }
        if (record_line(of_line, batch, line, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}
