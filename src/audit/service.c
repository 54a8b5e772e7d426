#include "service.h"

#include "audit_private.h"

#include "claimgate/record/field.h"

int64_t cg_audit_charge_of(struct cg_text text) {
    int64_t charge = 0;
    const bool is_negative = text.len > 0 && text.ptr[0] == '-';
    const struct cg_text digits = {text.ptr + is_negative, text.len - is_negative};
    if (!cg_field_decimal(digits, CG_AUDIT_CHARGE_PLACES, &charge)) {
        return CG_AUDIT_NO_CHARGE;
    }
    return is_negative ? -charge : charge;
}

/* A record that passes through untouched has no line, and its fields were read by no edit. */
static void take_values(struct cg_values *values, struct cg_audit_service *out) {
    const struct cg_text start = cg_values_get(values, CG_FIELD_CLAIM_LINE_START_DATE);
    const struct cg_text end = cg_values_get(values, CG_FIELD_CLAIM_LINE_END_DATE);
    out->start_day = cg_values_day(values, CG_FIELD_CLAIM_LINE_START_DATE, start);
    out->end_day =
        end.len > 0 ? cg_values_day(values, CG_FIELD_CLAIM_LINE_END_DATE, end) : out->start_day;
    for (int field = CG_FIELD_HCPCS_MODIFIER_1; field <= CG_FIELD_HCPCS_MODIFIER_5; field++) {
        const struct cg_text modifier = cg_values_get(values, (enum cg_field)field);
        out->modifiers = cg_modifiers_append(out->modifiers, cg_field_modifier(modifier));
    }
    out->rendering_npi = cg_field_npi(cg_values_get(values, CG_FIELD_RENDERING_NPI));
    out->billing_npi = cg_field_npi(cg_values_get(values, CG_FIELD_BILLING_NPI));
    out->units = cg_field_units(cg_values_get(values, CG_FIELD_SERVICE_UNIT_QUANTITY));
    out->is_void = cg_text_is(cg_values_get(values, CG_FIELD_CLAIM_FREQUENCY_CODE), "8");
}

static void take_line(const struct cg_line *line, struct cg_audit_service *out) {
    out->start_day = line->start_day;
    out->end_day = line->end_day;
    out->modifiers = line->modifiers;
    out->rendering_npi = line->rendering_npi;
    out->billing_npi = line->billing_npi;
    out->units = line->units;
    out->is_void = line->frequency == CG_VOID;
}

void cg_audit_service_of(const struct cg_audit_record *record, struct cg_audit_service *out) {
    struct cg_values values;
    *out = CG_AUDIT_NO_SERVICE;
    if (record->record->malformed != CG_WELL_FORMED || !cg_audit_values(record, &values)) {
        return;
    }
    out->procedure = cg_field_procedure(cg_values_get(&values, CG_FIELD_HCPCS_CODE));
    out->charge = cg_audit_charge_of(cg_values_get(&values, CG_FIELD_CHARGE_AMOUNT));
    if (record->line != NULL && !record->line->out_of_scope) {
        take_line(record->line, out);
    } else {
        take_values(&values, out);
    }
}
