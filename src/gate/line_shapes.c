#include "sentences_private.h"

#include "claimgate/base/assert.h"
#include "claimgate/record/field.h"
#include "claimgate/record/shapes.h"

/* The fields that reasons are about; one reason may be about several. */
static const struct {
    enum cg_reason reason;
    enum cg_field field;
} fields_of_reasons[] = {
    {CG_REASON_CLAIM_ID_INVALID, CG_FIELD_CLAIM_ID},
    {CG_REASON_LINE_NUMBER_INVALID, CG_FIELD_CLAIM_LINE_NUMBER},
    {CG_REASON_MEMBER_ID_INVALID, CG_FIELD_MEMBER_ID},
    {CG_REASON_SERVICE_DATE_INVALID, CG_FIELD_CLAIM_LINE_START_DATE},
    {CG_REASON_SERVICE_END_DATE_INVALID, CG_FIELD_CLAIM_LINE_END_DATE},
    {CG_REASON_MODIFIER_INVALID, CG_FIELD_HCPCS_MODIFIER_1},
    {CG_REASON_MODIFIER_INVALID, CG_FIELD_HCPCS_MODIFIER_2},
    {CG_REASON_MODIFIER_INVALID, CG_FIELD_HCPCS_MODIFIER_3},
    {CG_REASON_MODIFIER_INVALID, CG_FIELD_HCPCS_MODIFIER_4},
    {CG_REASON_MODIFIER_INVALID, CG_FIELD_HCPCS_MODIFIER_5},
    {CG_REASON_PROCEDURE_CODE_INVALID, CG_FIELD_HCPCS_CODE},
    {CG_REASON_UNITS_INVALID, CG_FIELD_SERVICE_UNIT_QUANTITY},
    {CG_REASON_RENDERING_NPI_MISSING, CG_FIELD_RENDERING_NPI},
    {CG_REASON_RENDERING_NPI_INVALID, CG_FIELD_RENDERING_NPI},
    {CG_REASON_BILLING_NPI_INVALID, CG_FIELD_BILLING_NPI},
    {CG_REASON_FREQUENCY_CODE_INVALID, CG_FIELD_CLAIM_FREQUENCY_CODE},
    {CG_REASON_ORIGINAL_CLAIM_UNKNOWN, CG_FIELD_ORIGINAL_CLAIM_ID},
    {CG_REASON_RECEIVED_DATE_INVALID, CG_FIELD_RECEIVED_DATE},
    {CG_REASON_BIRTH_DATE_INVALID, CG_FIELD_BIRTH_DATE},
};

/* Of five modifiers those that are good are no fault, nor is the way in which a date is written
 * that only comes before another one. A field without a column has none to mend. */
static bool is_at_fault(const struct cg_binding *binding, enum cg_field field, struct cg_text value,
                        int32_t column) {
    switch (cg_shape_kind_of((int)field)) {
    case CG_HOLDS_MODIFIER:
        return column >= 0 && value.len > 0 && cg_field_modifier(value) == 0;
    case CG_HOLDS_DATE:
        return column >= 0 &&
               cg_date_parse(value.ptr, value.len, binding->date_formats[field]) == CG_DAY_NONE;
    default:
        return column >= 0;
    }
}

uint32_t cg_fault_column(const struct cg_binding *binding, const struct cg_batch *batch,
                         const struct cg_line *line, uint64_t reasons) {
    const struct cg_detail detail = {
        .binding = cg_binding_of_line(binding, line), .batch = batch, .line = line};
    const struct cg_text record = cg_batch_record_text(batch, line->record_no);
    int32_t column;
    size_t i = 0;
    if (line->malformed != CG_WELL_FORMED) {
        return 0;
    }
    while ((reasons & cg_reason_bit(fields_of_reasons[i].reason)) == 0) {
        i++;
        CG_ASSERT(i < sizeof fields_of_reasons / sizeof fields_of_reasons[0]);
    }
    const struct cg_text value = cg_detail_find(&detail, fields_of_reasons[i].field, &column);
    const uintptr_t offset = (uintptr_t)value.ptr - (uintptr_t)record.ptr;
    return offset <= record.len ? (uint32_t)offset + 1 : 0;
}

void cg_note_shapes(const struct cg_binding *binding, const struct cg_batch *batch,
                    const struct cg_line *line, uint64_t reasons, struct cg_shape_counts *counts) {
    const struct cg_detail detail = {
        .binding = cg_binding_of_line(binding, line), .batch = batch, .line = line};
    if (line->malformed != CG_WELL_FORMED && !binding->is_x12) {
        cg_shapes_note_malformed(counts, binding, batch, line->record_no);
        return;
    }
    for (size_t i = 0; i < sizeof fields_of_reasons / sizeof fields_of_reasons[0]; i++) {
        const enum cg_reason reason = fields_of_reasons[i].reason;
        const enum cg_field field = fields_of_reasons[i].field;
        int32_t column;
        if ((reasons & cg_reason_bit(reason)) == 0) {
            continue;
        }
        const struct cg_text value = cg_detail_find(&detail, field, &column);
        if (is_at_fault(binding, field, value, column)) {
            cg_shapes_note_value(counts, line->record_no,
                                 (enum cg_shape_kind)cg_shape_kind_of((int)field), (uint32_t)field,
                                 value);
        }
    }
}
