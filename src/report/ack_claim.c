#include "ack_private.h"

#include "claimgate/base/date.h"
#include "claimgate/record/field.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { CHARGE_DECIMALS = 4 };

static struct cg_text of(const struct cg_x12_elements *elements, uint32_t element_no) {
    return cg_x12_element(elements, element_no);
}

/* The kind of an id never stands without one. */
static void put_id(struct cg_ack_text *text, const char *kind, struct cg_text id) {
    if (id.len > 0) {
        cg_ack_put_word(text, kind);
        cg_ack_put(text, id);
    }
}

static void put_provider(struct cg_ack277 *ack) {
    const struct cg_x12_elements *billing = &ack->question.billing;
    struct cg_ack_text *text = &ack->claims;
    const struct cg_text npi = of(billing, 9);
    ack->billing_hl_no = ++ack->hl_no;
    cg_ack_begin(text, "HL");
    cg_ack_put_number(text, ack->billing_hl_no);
    cg_ack_put_word(text, "2");
    cg_ack_put_word(text, "19");
    cg_ack_put_word(text, "1");
    cg_ack_end(text);
    cg_ack_begin(text, "NM1");
    cg_ack_put_word(text, "85");
    for (uint32_t i = 2; i < 8; i++) {
        cg_ack_put(text, of(billing, i));
    }
    put_id(text, npi.len > 0 ? "XX" : "FI", npi.len > 0 ? npi : of(&ack->question.tax_id, 2));
    cg_ack_end(text);
}

static void put_patient(struct cg_ack277 *ack, const struct cg_x12_elements *clm) {
    const struct cg_ack_question *question = &ack->question;
    const struct cg_x12_elements *names =
        question->is_dependent ? &question->patient : &question->insured;
    struct cg_ack_text *text = &ack->claims;
    cg_ack_begin(text, "HL");
    cg_ack_put_number(text, ++ack->hl_no);
    cg_ack_put_number(text, ack->billing_hl_no);
    cg_ack_put_word(text, "PT");
    cg_ack_end(text);
    cg_ack_begin(text, "NM1");
    cg_ack_put_word(text, "QC");
    cg_ack_put_word(text, "1");
    for (uint32_t i = 3; i < 8; i++) {
        cg_ack_put(text, of(names, i));
    }
    put_id(text, "MI", of(&question->insured, 9));
    cg_ack_end(text);
    cg_ack_begin(text, "TRN");
    cg_ack_put_word(text, "2");
    cg_ack_put(text, of(clm, 1));
    cg_ack_end(text);
}

/* The first composite, and the others where an STC has room for them. */
static void put_status(struct cg_ack277 *ack, const struct cg_ack_composites *told,
                       const char *action, struct cg_text charge) {
    struct cg_ack_text *text = &ack->claims;
    cg_ack_begin(text, "STC");
    cg_ack_put_word(text, told->count > 0 ? told->at[0] : "A3:21");
    cg_ack_put_day(text, ack->plan.as_of_day);
    cg_ack_put_word(text, action);
    cg_ack_put(text, charge);
    cg_ack_skip(text, told->count > 1 ? 5 : 0);
    for (uint32_t i = 1; i < told->count; i++) {
        cg_ack_put_word(text, told->at[i]);
    }
    cg_ack_end(text);
}

struct days {
    struct cg_text first;
    struct cg_text last;
};

/* Dates of eight digits are in order as texts too. */
static void add_day(struct days *days, struct cg_text day) {
    if (cg_date_parse(day.ptr, day.len, CG_DATE_COMPACT) == CG_DAY_NONE) {
        return;
    }
    if (days->first.len == 0 || memcmp(day.ptr, days->first.ptr, day.len) < 0) {
        days->first = day;
    }
    if (days->last.len == 0 || memcmp(days->last.ptr, day.ptr, day.len) < 0) {
        days->last = day;
    }
}

static void put_days(struct cg_ack277 *ack, const struct days *days) {
    struct cg_ack_text *text = &ack->claims;
    char span[20];
    if (days->first.len == 0) {
        return;
    }
    const bool is_span = !cg_text_equal(days->first, days->last);
    snprintf(span, sizeof span, "%.*s-%.*s", (int)days->first.len, days->first.ptr,
             (int)days->last.len, days->last.ptr);
    cg_ack_begin(text, "DTP");
    cg_ack_put_word(text, "472");
    cg_ack_put_word(text, is_span ? "RD8" : "D8");
    cg_ack_put(text, is_span ? cg_text_of(span) : days->first);
    cg_ack_end(text);
}

/* Without a qualifier of the question's before it, which no component of ours may hold. */
static struct cg_text code_alone(struct cg_text code) {
    for (uint32_t i = code.len; i > 0; i--) {
        const unsigned char byte = (unsigned char)code.ptr[i - 1];
        if (byte < 0x80 && ispunct(byte) && strchr("-./", byte) == NULL) {
            return (struct cg_text){code.ptr + i, code.len - i};
        }
    }
    return code;
}

static bool is_letters_and_digits(struct cg_text text) {
    uint32_t at = 0;
    while (at < text.len && (isalnum((unsigned char)text.ptr[at]) != 0 || text.ptr[at] == '-')) {
        at++;
    }
    return at == text.len;
}

static void put_procedure(struct cg_ack_text *text, const struct cg_x12_line *values) {
    char procedure[128];
    int len = snprintf(procedure, sizeof procedure, "HC");
    for (int field = CG_FIELD_HCPCS_CODE; field <= CG_FIELD_HCPCS_MODIFIER_4; field++) {
        const struct cg_text part = field == CG_FIELD_HCPCS_CODE ? code_alone(values->values[field])
                                                                 : values->values[field];
        if (part.len > 0 && part.len < 16 && is_letters_and_digits(part)) {
            len += snprintf(procedure + len, sizeof procedure - (size_t)len, ":%.*s", (int)part.len,
                            part.ptr);
        }
    }
    cg_ack_put_word(text, procedure);
}

/* Only a line that has a reason of its own: the others caused nothing. */
static void put_line(struct cg_ack277 *ack, const struct cg_line *line,
                     const struct cg_x12_line *values) {
    struct cg_ack_text *text = &ack->claims;
    struct cg_ack_composites told;
    struct days days = {.first = {"", 0}, .last = {"", 0}};
    cg_ack_codes_tell(ack->plan.codes, line, values, ack->question.is_dependent, &told);
    if (told.count == 0 || line->malformed != CG_WELL_FORMED) {
        return;
    }
    cg_ack_begin(text, "SVC");
    put_procedure(text, values);
    cg_ack_put(text, values->values[CG_FIELD_CHARGE_AMOUNT]);
    cg_ack_skip(text, 4);
    cg_ack_put(text, values->values[CG_FIELD_SERVICE_UNIT_QUANTITY]);
    cg_ack_end(text);
    put_status(ack, &told, "U", (struct cg_text){"", 0});
    if (values->line_control.len > 0) {
        cg_ack_begin(text, "REF");
        cg_ack_put_word(text, "FJ");
        cg_ack_put(text, values->line_control);
        cg_ack_end(text);
    }
    add_day(&days, values->values[CG_FIELD_CLAIM_LINE_START_DATE]);
    add_day(&days, values->values[CG_FIELD_CLAIM_LINE_END_DATE]);
    put_days(ack, &days);
}

/* The first line's composites; none where the claim is accepted. */
static void tell_claim(struct cg_ack277 *ack, const struct cg_batch *batch,
                       const struct cg_record *record, struct cg_ack_composites *told) {
    told->count = 0;
    for (uint32_t i = 0; i < record->line_count && told->count == 0; i++) {
        const struct cg_line *line = cg_batch_line(batch, record->line_index + i);
        cg_ack_codes_tell(ack->plan.codes, line, cg_x12_line_of(batch, line),
                          ack->question.is_dependent, told);
    }
}

static void put_claim_status(struct cg_ack277 *ack, const struct cg_x12_elements *clm,
                             bool is_rejected, struct cg_ack_composites *told) {
    struct cg_ack_totals *totals = is_rejected ? &ack->rejected : &ack->accepted;
    int64_t charge = 0;
    if (!cg_field_decimal(of(clm, 2), CHARGE_DECIMALS, &charge)) {
        charge = 0;
    }
    totals->claims++;
    totals->charges += charge;
    if (!is_rejected) {
        *told = (struct cg_ack_composites){.at = {"A2:20"}, .count = 1};
    }
    put_status(ack, told, is_rejected ? "U" : "WQ", of(clm, 2));
}

static void put_reference(struct cg_ack277 *ack, struct cg_text intermediary) {
    if (intermediary.len > 0) {
        cg_ack_begin(&ack->claims, "REF");
        cg_ack_put_word(&ack->claims, "D9");
        cg_ack_put(&ack->claims, intermediary);
        cg_ack_end(&ack->claims);
    }
}

void cg_ack_put_claim(struct cg_ack277 *ack, const struct cg_batch *batch,
                      const struct cg_x12_node *node) {
    const struct cg_record *record = cg_batch_record(batch, node->record_no);
    const bool is_rejected = record->line_index != CG_NO_LINE &&
                             cg_batch_line(batch, record->line_index)->decision == CG_REJECTED;
    struct cg_ack_claim claim;
    struct cg_ack_composites told = {.count = 0};
    cg_ack_question_claim(node, &claim);
    const struct days days = {{claim.first_day, claim.day_len}, {claim.last_day, claim.day_len}};
    if (ack->billing_hl_no == 0) {
        put_provider(ack);
    }
    put_patient(ack, &claim.clm);
    if (is_rejected) {
        tell_claim(ack, batch, record, &told);
    }
    put_claim_status(ack, &claim.clm, is_rejected, &told);
    put_reference(ack, of(&claim.intermediary, 2));
    put_days(ack, &days);
    for (uint32_t i = 0; is_rejected && i < record->line_count; i++) {
        const struct cg_line *line = cg_batch_line(batch, record->line_index + i);
        put_line(ack, line, cg_x12_line_of(batch, line));
    }
}
