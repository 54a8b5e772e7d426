/*
 * The fields of a record of now: the run has edited them and kept a few; the rest is read again
 * from the record's own bytes.
 */
#include "audit_private.h"

#include "claimgate/x12/values.h"

#include <stdio.h>
#include <string.h>

/* Nearly every record is one plain line, whose fields are known from where its delimiters stand.
 * Those that are fed back stand elsewhere than in the batch's text, which alone may be scanned. */
static bool is_plain(const struct cg_audit_record *record) {
    const struct cg_binding *binding = record->binding;
    return binding->span_count == 0 && !record->batch->is_fed_back &&
           cg_scan(record->index, record->text, 0, binding->delimiter) &&
           record->index->line_count == 1 && record->index->lines[0].plain;
}

bool cg_audit_values(const struct cg_audit_record *record, struct cg_values *out) {
    struct cg_csv *csv = record->batch->csv;
    if (record->binding->is_x12) {
        return cg_x12_values(record->binding, record->batch, record->line, out);
    }
    const bool plain = is_plain(record);
    if (record->record->malformed != CG_WELL_FORMED ||
        (!plain && cg_csv_read(csv, record->text) != CG_WELL_FORMED)) {
        return false;
    }
    cg_arena_reset(record->scratch);
    cg_values_init(out, record->binding, csv, record->scratch);
    out->text = record->text.ptr;
    out->ends = plain ? record->index->marks : NULL;
    out->not_plain = plain ? 0 : -1;
    return true;
}

/* A field as text, cut to fit; "" for none. */
static void copy(struct cg_text text, char *out, size_t capacity) {
    const size_t len = text.len < capacity ? text.len : capacity - 1;
    if (len > 0) {
        memcpy(out, text.ptr, len);
    }
    out[len] = '\0';
}

void cg_audit_ids_of(const struct cg_audit_record *record, struct cg_audit_ids *out) {
    struct cg_values values;
    memset(out, 0, sizeof *out);
    if (cg_audit_values(record, &values)) {
        copy(cg_values_get(&values, CG_FIELD_CLAIM_ID), out->claim_id, CG_AUDIT_ID_BYTES);
        copy(cg_values_get(&values, CG_FIELD_CLAIM_LINE_NUMBER), out->line_number,
             CG_AUDIT_ID_BYTES);
        copy(cg_values_get(&values, CG_FIELD_MEMBER_ID), out->member_id, CG_AUDIT_ID_BYTES);
    }
    if (record->binding->holds_claims && record->line != NULL &&
        record->line->line_number != CG_LINE_NUMBER_NONE) {
        snprintf(out->line_number, CG_AUDIT_ID_BYTES, "%u", record->line->line_number);
    }
}
