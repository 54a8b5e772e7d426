/*
 * Decisions of a folder of ours, by position: nothing is kept.
 *
 * Rejected rows name file and line, in file order. Whatever they do not name was accepted, and must
 * stand in the accepted file byte for byte, in the same order; that is compared, so that inputs
 * that have changed since are found at the first record that differs. A cutback stands in both
 * files, in the accepted one with another quantity.
 *
 * In a folder made of X12 the accepted claims stand between headers, some of them numbered anew.
 * There the caller has found the inputs by their hashes, so that nothing can have changed.
 */
#include "decided_rows.h"

#include "claimgate/record/field.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct folder {
    const struct cg_audit_original *original;
    struct cg_decided_rows accepted;
    struct cg_decided_rows rejected;
    bool is_x12;
    bool begun;
    bool has_next; /* `next` is a rejected row that nobody has asked for yet */
    struct cg_decided_row next;
    uint32_t next_input; /* of `next`: index into the original's inputs */
};

static bool is_from(const struct folder *folder, uint32_t input) {
    const struct cg_array *inputs = &folder->original->inputs;
    return input < inputs->count &&
           strncmp(((const struct cg_audit_input *)cg_array_at(inputs, input))->name,
                   folder->next.line.source_file,
                   CG_AUDIT_NAME_BYTES - 1) == 0; /* as far as the name was kept */
}

/* Behind the row before it in the same input: lines of one claim share a place. */
static bool comes_later(const struct cg_audit_leftover *row, uint64_t line, uint16_t claim_line) {
    return row->source_line > line || (row->source_line == line && row->claim_line > claim_line);
}

/* Inputs stand in their order; one that was given twice begins again at a lower line. */
static enum cg_status read_next(struct folder *folder, struct cg_error *err) {
    const uint64_t previous_line = folder->next.line.source_line;
    const uint16_t previous_claim_line = folder->next.line.claim_line;
    const enum cg_status status =
        cg_decided_rows_next(&folder->rejected, &folder->next, &folder->has_next, err);
    if (status != CG_OK || !folder->has_next) {
        return status;
    }
    if (!is_from(folder, folder->next_input) ||
        !comes_later(&folder->next.line, previous_line, previous_claim_line)) {
        do {
            folder->next_input++;
        } while (folder->next_input < folder->original->inputs.count &&
                 !is_from(folder, folder->next_input));
    }
    return CG_OK;
}

/* The headers, once the layout of the inputs is known. */
static enum cg_status begin(struct folder *folder, const struct cg_binding *binding,
                            struct cg_error *err) {
    folder->begun = true;
    enum cg_status status = cg_decided_rows_begin(&folder->rejected, binding, err);
    if (status != CG_OK) {
        return status;
    }
    if (!folder->is_x12) {
        status = cg_decided_rows_begin(&folder->accepted, binding, err);
    }
    return status == CG_OK ? read_next(folder, err) : status;
}

static enum cg_status refuse(const struct folder *folder, const struct cg_audit_record *record,
                             struct cg_error *err) {
    return cg_error_set(err, CG_BAD_DATA,
                        "%s:%" PRIu64 ": the record is not what %s holds in its place; the inputs "
                        "have changed since: give those of that run, in its order (report.json "
                        "names them)",
                        record->input, record->source_line, folder->accepted.file.path);
}

/* Take the record, line end and all, off the accepted file. */
static enum cg_status take_accepted(struct folder *folder, const struct cg_audit_record *record,
                                    bool *same, struct cg_error *err) {
    struct cg_text bytes = {record->text.ptr, record->text.len + record->record->eol_bytes};
    const enum cg_status status = cg_decided_expect(&folder->accepted.file, bytes, same, err);
    if (status != CG_OK || !*same || record->record->eol_bytes != 0) {
        return status;
    }
    return cg_decided_expect(&folder->accepted.file, cg_text_of("\n"), same, err);
}

/* The same for a cutback: the quantity is the number of units that were accepted. */
static enum cg_status take_cutback(struct folder *folder, const struct cg_audit_record *record,
                                   struct cg_csv_field quantity, bool *same, struct cg_error *err) {
    char units[16];
    snprintf(units, sizeof units, "%" PRIu32, folder->next.units_available);
    const uint32_t behind = quantity.raw_offset + quantity.raw_len;
    const struct cg_text pieces[] = {
        {record->text.ptr, quantity.raw_offset},
        cg_text_of(units),
        {record->text.ptr + behind, record->text.len + record->record->eol_bytes - behind},
        {"\n", record->record->eol_bytes == 0},
    };
    *same = true;
    for (size_t i = 0; *same && i < sizeof pieces / sizeof pieces[0]; i++) {
        if (cg_decided_expect(&folder->accepted.file, pieces[i], same, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

/* A rejected row with part of the record's quantity is the rest of a cutback. */
static bool is_cutback(const struct cg_decided_row *row, const struct cg_audit_record *record,
                       struct cg_csv_field *quantity) {
    struct cg_values values;
    if (record->binding->is_x12 || row->units_available == 0 || row->line.service.units == 0 ||
        !cg_audit_values(record, &values)) {
        return false;
    }
    *quantity = cg_values_raw(&values, CG_FIELD_SERVICE_UNIT_QUANTITY);
    return row->line.service.units + row->units_available == cg_field_units(quantity->value);
}

static enum cg_status take_rejected(struct folder *folder, const struct cg_audit_record *record,
                                    struct cg_audit_then *out, struct cg_error *err) {
    struct cg_csv_field quantity;
    bool same = false;
    *out = folder->next.line.then;
    if (!is_cutback(&folder->next, record, &quantity)) {
        return read_next(folder, err);
    }
    out->decision = CG_AUDIT_CUTBACK;
    out->accepted_units = (uint16_t)folder->next.units_available;
    if (take_cutback(folder, record, quantity, &same, err) != CG_OK) {
        return err->status;
    }
    return same ? read_next(folder, err) : refuse(folder, record, err);
}

static enum cg_status find(void *self, const struct cg_audit_record *record,
                           struct cg_audit_then *out, struct cg_error *err) {
    struct folder *folder = self;
    enum cg_status status = folder->begun ? CG_OK : begin(folder, record->binding, err);
    if (status != CG_OK) {
        return status;
    }
    if (folder->has_next && folder->next_input == record->input_no &&
        folder->next.line.source_line == record->source_line) {
        return take_rejected(folder, record, out, err);
    }
    bool same = false;
    out->decision = CG_AUDIT_ACCEPTED;
    out->accepted_units = 0;
    out->reasons[0] = '\0';
    out->reasons_compare = true;
    out->scope_compares = false;
    if (record->line_no > 0 || folder->is_x12) {
        return CG_OK; /* a claim's record was taken with its first line */
    }
    status = take_accepted(folder, record, &same, err);
    return status == CG_OK && !same ? refuse(folder, record, err) : status;
}

static enum cg_status visit_rejected(struct folder *folder, cg_audit_leftover_fn fn, void *context,
                                     struct cg_error *err) {
    while (folder->has_next) {
        enum cg_status status = fn(context, &folder->next.line, err);
        if (status != CG_OK) {
            return status;
        }
        if (read_next(folder, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static enum cg_status visit_accepted(struct folder *folder, cg_audit_leftover_fn fn, void *context,
                                     struct cg_error *err) {
    struct cg_decided_row row;
    bool found = true;
    enum cg_status status = cg_decided_rows_next(&folder->accepted, &row, &found, err);
    while (status == CG_OK && found) {
        status = fn(context, &row.line, err);
        if (status != CG_OK) {
            return status;
        }
        status = cg_decided_rows_next(&folder->accepted, &row, &found, err);
    }
    return status;
}

static enum cg_status visit_rest(void *self, const struct cg_binding *binding,
                                 cg_audit_leftover_fn fn, void *context, struct cg_error *err) {
    struct folder *folder = self;
    if (!folder->begun && binding == NULL) {
        return CG_OK;
    }
    if (!folder->begun && begin(folder, binding, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = visit_rejected(folder, fn, context, err);
    return status == CG_OK && !folder->is_x12 ? visit_accepted(folder, fn, context, err) : status;
}

static void free_folder(void *self) {
    struct folder *folder = self;
    cg_decided_rows_close(&folder->accepted);
    cg_decided_rows_close(&folder->rejected);
    free(folder);
}

enum cg_status cg_audit_by_position(const char *dir, const struct cg_audit_original *original,
                                    struct cg_audit_source *out, struct cg_error *err) {
    struct folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL) {
        return cg_error_no_memory(err);
    }
    folder->original = original;
    *out = (struct cg_audit_source){find, visit_rest, free_folder, folder};
    folder->is_x12 = cg_decided_is_of_x12(dir);
    const enum cg_status status =
        folder->is_x12 ? CG_OK : cg_decided_rows_open(dir, true, &folder->accepted, err);
    return status == CG_OK ? cg_decided_rows_open(dir, false, &folder->rejected, err) : status;
}
