#include "claimgate/record/stretches.h"

/* Every line is one record, and nothing is counted or told of the batch beside its records. */
static bool is_simple(const struct cg_batch *batch, const struct cg_binding *binding) {
    return !binding->multiline && !binding->holds_claims && binding->span_count == 0 &&
           !batch->is_fed_back && batch->long_record_bytes == 0 && batch->positions.count == 0 &&
           batch->header_like.count == 0 && batch->total_rows.count == 0 && batch->utc_times == 0 &&
           batch->told_lines == 0 && batch->other_records == 0 &&
           batch->records.count == batch->physical_lines;
}

static bool passes(const struct cg_record *record) {
    return record->line_index == CG_NO_LINE && !record->words_for_code && !record->near_code &&
           record->left_out_by == 0;
}

static bool ends_in_lf(const struct cg_batch *batch, const struct cg_record *record) {
    const uint32_t end = record->offset + record->len_bytes + record->eol_bytes;
    return record->eol_bytes > 0 && batch->text.ptr[end - 1] == '\n';
}

bool cg_stretches_note(struct cg_batch *batch, const struct cg_binding *binding) {
    struct cg_stretch *stretch = NULL;
    uint32_t passing = 0;
    batch->stretches.count = 0;
    for (uint32_t i = 0; i < batch->records.count && is_simple(batch, binding); i++) {
        const struct cg_record *record = cg_batch_record(batch, i);
        if (!ends_in_lf(batch, record)) {
            passing = 0;
            break;
        }
        if (stretch == NULL || (passes(record) && stretch->others > 0)) {
            stretch = cg_array_add(&batch->stretches);
            if (stretch == NULL) {
                return false;
            }
            *stretch = (struct cg_stretch){.passing = 0};
        }
        *(passes(record) ? &stretch->passing : &stretch->others) += 1;
        passing += passes(record);
    }
    if (passing < batch->records.count / 2) { /* it would gain little */
        batch->stretches.count = 0;
    }
    return true;
}

uint32_t cg_stretches_end(struct cg_text text, uint32_t at, uint32_t lines) {
    for (; lines > 0 && at < text.len; lines--) {
        const char *lf = memchr(text.ptr + at, '\n', text.len - at);
        at = lf == NULL ? text.len : (uint32_t)(lf - text.ptr) + 1;
    }
    return at;
}

bool cg_stretches_pass(struct cg_batch *batch, uint32_t records, uint32_t *at) {
    const struct cg_text text = batch->text;
    for (; records > 0 && *at < text.len; records--) {
        struct cg_record *record = cg_array_add(&batch->records);
        if (record == NULL) {
            return false;
        }
        const uint32_t end = cg_stretches_end(text, *at, 1);
        const bool has_lf = text.ptr[end - 1] == '\n';
        const bool has_cr = has_lf && end - *at > 1 && text.ptr[end - 2] == '\r';
        *record = (struct cg_record){.offset = *at,
                                     .line_delta = batch->physical_lines++,
                                     .line_index = CG_NO_LINE,
                                     .line_count = 1,
                                     .eol_bytes = (uint8_t)(has_lf + has_cr)};
        record->len_bytes = end - *at - record->eol_bytes;
        batch->passed_lines++;
        *at = end;
    }
    return true;
}
