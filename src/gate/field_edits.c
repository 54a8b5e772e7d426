/*
 * A claim file holds mostly records that no policy names and mostly lines without fault. So scope
 * is decided from one field where that is possible, and a line in scope is read from the first
 * field to the last without asking in between whether it is still good: each edit gives the bit of
 * its reason or 0, and the bits are joined. That lists every failing edit, and costs the good line
 * nothing.
 */
#include "claimgate/gate/field_edits.h"

#include "code_meant.h"
#include "credential_edits.h"

#include "claimgate/record/field.h"
#include "claimgate/record/shapes.h"

/* The reasons of group 1 that a void can have: nothing else may keep a payer from undoing. */
static const uint64_t void_reasons =
    UINT64_C(1) << CG_REASON_CLAIM_ID_INVALID | UINT64_C(1) << CG_REASON_LINE_NUMBER_INVALID |
    UINT64_C(1) << CG_REASON_MEMBER_ID_INVALID | UINT64_C(1) << CG_REASON_FREQUENCY_CODE_INVALID |
    UINT64_C(1) << CG_REASON_ORIGINAL_CLAIM_UNKNOWN;

static uint64_t reason_if(bool failed, enum cg_reason reason) {
    return __builtin_expect(failed, false) ? cg_reason_bit(reason) : 0;
}

/* A value with bytes that no value may hold is left blank, so that they get no further. What a
 * layout itself supplies may hold anything; a value from a column of a plain record cannot, and is
 * not looked at.
 */
static struct cg_text clean_value(struct cg_values *values, enum cg_field field) {
    struct cg_text text = cg_values_get(values, field);
    bool is_clean = cg_values_is_direct(values, field) || cg_field_is_clean(text);
    return is_clean ? text : (struct cg_text){.ptr = "", .len = 0};
}

/* An id that cannot be used stays blank in the line. A mark for no value would make one person of
 * all who have it. */
static uint64_t read_id(struct cg_values *values, enum cg_field field, enum cg_reason reason,
                        struct cg_text *out) {
    struct cg_text text = clean_value(values, field);
    bool usable = text.len >= 1 && text.len <= CG_ID_MAX_BYTES && !cg_field_is_exponent(text) &&
                  !cg_shape_is_null_mark(text);
    *out = usable ? text : (struct cg_text){.ptr = "", .len = 0};
    return reason_if(!usable, reason);
}

/* An odd id stands on a line that is not plain, or begins with a mark, or with a digit and ends in
 * a nought. */
static bool may_be_odd(const struct cg_values *values, struct cg_text id) {
    return id.len > 0 && (values->not_plain != 0 ||
                          (id.ptr[0] <= '9' && (id.ptr[id.len - 1] == '0' || id.ptr[0] < '0')));
}

static void mark_told(struct cg_values *values, struct cg_line *line) {
    line->told = true;
    values->told_lines++;
}

/* Another spelling of an id is another member, and another claim. */
static uint64_t read_key(struct cg_values *values, enum cg_field field, enum cg_reason reason,
                         struct cg_line *line, struct cg_key *out) {
    struct cg_text text;
    uint64_t failed = read_id(values, field, reason, &text);
    *out = cg_key_of(text);
    if (may_be_odd(values, text) && cg_field_is_odd_id(text)) {
        line->odd_id = true;
        mark_told(values, line);
    }
    return failed;
}

/* The history gives it the number that stands for it. */
static uint64_t read_line_id(struct cg_values *values, struct cg_line *line) {
    line->line_number = CG_LINE_NUMBER_NONE;
    return cg_values_has(values, CG_FIELD_CLAIM_LINE_NUMBER)
               ? read_id(values, CG_FIELD_CLAIM_LINE_NUMBER, CG_REASON_LINE_NUMBER_INVALID,
                         &line->line_id)
               : 0;
}

static uint64_t read_line_number(struct cg_values *values, struct cg_line *line) {
    uint64_t number = 0;
    line->line_id = (struct cg_text){.ptr = "", .len = 0};
    if (values->binding->has_line_ids) {
        return read_line_id(values, line);
    }
    struct cg_text text = cg_values_get(values, CG_FIELD_CLAIM_LINE_NUMBER);
    const uint64_t first = values->binding->lines_from_zero;
    bool valid = cg_field_whole(text, CG_LINE_NUMBER_MAX - first, &number) && number + first > 0;
    number += first;
    line->line_number = valid ? (uint32_t)number : CG_LINE_NUMBER_NONE;
    return reason_if(!valid && cg_values_has(values, CG_FIELD_CLAIM_LINE_NUMBER),
                     CG_REASON_LINE_NUMBER_INVALID);
}

/* Nearly every line ends on the day it starts, and most files say so in the same bytes. */
static uint64_t read_end_date(struct cg_values *values, struct cg_text start,
                              struct cg_line *line) {
    struct cg_text end = cg_values_get(values, CG_FIELD_CLAIM_LINE_END_DATE);
    line->end_day = line->start_day;
    if (end.len == 0) {
        return 0;
    }
    if (!cg_text_equal(end, start)) {
        line->end_day = cg_values_day(values, CG_FIELD_CLAIM_LINE_END_DATE, end);
    }
    if (values->binding->sessions && line->end_day != line->start_day &&
        cg_values_is_session(start, end)) {
        line->end_day = line->start_day;
    }
    /* No day lies before CG_DAY_NONE, so that no end is before an unknown start. */
    return reason_if(line->end_day == CG_DAY_NONE || line->end_day < line->start_day,
                     CG_REASON_SERVICE_END_DATE_INVALID);
}

/* A date that may be left out. */
static uint64_t read_known_date(struct cg_values *values, enum cg_field field,
                                enum cg_reason reason, int32_t *day_no) {
    struct cg_text text = cg_values_get(values, field);
    *day_no = cg_values_day(values, field, text);
    return reason_if(*day_no == CG_DAY_NONE && text.len > 0, reason);
}

static uint64_t read_modifiers(struct cg_values *values, struct cg_line *line) {
    bool failed = false;
    line->modifiers = 0;
    for (enum cg_field field = CG_FIELD_HCPCS_MODIFIER_1; field < values->modifiers_end; field++) {
        struct cg_text text = cg_values_get(values, field);
        if (text.len > 0) {
            uint16_t modifier = cg_field_modifier(text);
            failed |= modifier == 0;
            line->modifiers = cg_modifiers_append(line->modifiers, modifier);
        }
    }
    return reason_if(failed, CG_REASON_MODIFIER_INVALID);
}

static __attribute__((noinline)) uint64_t read_other_npi(const struct cg_rules *rules,
                                                         struct cg_text text) {
    return cg_policy_npi(rules->policy, text);
}

static uint64_t read_npi(const struct cg_rules *rules, struct cg_text text) {
    const uint64_t npi = cg_field_npi(text);
    return npi == 0 && text.len > 0 ? read_other_npi(rules, text) : npi;
}

/* Many render, but few bill. */
static uint64_t read_billing_npi(const struct cg_rules *rules, struct cg_values *values,
                                 struct cg_text text) {
    bool known;
    if (values->memos == NULL || !cg_memo_can_hold(text)) {
        return read_npi(rules, text);
    }
    int64_t *npi = cg_memo_find(&values->memos->billing_npis, text, 0, &known);
    if (!known) {
        *npi = (int64_t)read_npi(rules, text);
    }
    return (uint64_t)*npi;
}

static uint64_t read_npis(const struct cg_rules *rules, struct cg_values *values,
                          struct cg_line *line) {
    struct cg_text rendering = cg_values_get(values, CG_FIELD_RENDERING_NPI);
    struct cg_text billing = cg_values_get(values, CG_FIELD_BILLING_NPI);
    line->rendering_npi = read_npi(rules, rendering);
    line->billing_npi = read_billing_npi(rules, values, billing);
    bool missing = rendering.len == 0;
    return reason_if(missing, CG_REASON_RENDERING_NPI_MISSING) |
           reason_if(line->rendering_npi == 0 && !missing, CG_REASON_RENDERING_NPI_INVALID) |
           reason_if(line->billing_npi == 0 && billing.len > 0, CG_REASON_BILLING_NPI_INVALID);
}

/* The code as written: blank stands for an original, 0 for anything but 1, 7 and 8. */
static uint8_t written_frequency(struct cg_values *values) {
    struct cg_text text = cg_values_get(values, CG_FIELD_CLAIM_FREQUENCY_CODE);
    if (text.len == 0) {
        return CG_ORIGINAL;
    }
    char code = text.len == 1 ? text.ptr[0] : '0';
    return code == '1' || code == '7' || code == '8' ? (uint8_t)(code - '0') : 0;
}

/* Under a layout that says so, units below zero reverse what the same claim stands with. A row that
 * says by its frequency code what it voids is a void like any other. */
static __attribute__((noinline)) bool is_reversal(struct cg_values *values, uint8_t frequency) {
    const bool voids = frequency == CG_VOID && values->binding->can_take_back;
    return !voids &&
           cg_field_negative_units(cg_values_get(values, CG_FIELD_SERVICE_UNIT_QUANTITY)) != 0;
}

static __attribute__((noinline)) void look_at_no_units(struct cg_values *values, uint8_t frequency,
                                                       struct cg_line *line) {
    if (!line->reverses && line->odd_value == CG_NO_ODD_VALUE && is_reversal(values, frequency)) {
        line->odd_value = CG_NEGATIVE_UNITS;
        mark_told(values, line);
    }
}

static uint64_t read_reversal(struct cg_values *values, struct cg_line *line) {
    line->frequency = CG_VOID;
    line->reverses = true;
    line->reversed_units =
        cg_field_negative_units(cg_values_get(values, CG_FIELD_SERVICE_UNIT_QUANTITY));
    return read_id(values, CG_FIELD_CLAIM_ID, CG_REASON_CLAIM_ID_INVALID, &line->original_claim_id);
}

/* One that names another claim may replace it; as an original it counts beside it. */
static __attribute__((noinline)) void
look_at_original(struct cg_values *values, struct cg_text original, struct cg_line *line) {
    const struct cg_text claim_id = cg_key_text(&line->claim_id);
    if (!cg_field_is_odd_id(original) && !cg_shape_is_null_mark(original) && claim_id.len > 0 &&
        !cg_text_equal(original, claim_id)) {
        line->names_other = true;
        mark_told(values, line);
    }
}

/* A layout that has no place for the original's id cannot take anything back, so there the
 * frequency code itself is what is wrong; a file that merely lacks the column names no original. */
static uint64_t read_take_back(struct cg_values *values, uint8_t frequency, struct cg_line *line) {
    line->frequency = frequency;
    line->original_claim_id = (struct cg_text){.ptr = "", .len = 0};
    if (frequency == CG_ORIGINAL) {
        const struct cg_text original = cg_values_get(values, CG_FIELD_ORIGINAL_CLAIM_ID);
        if (__builtin_expect(original.len > 0, false)) {
            look_at_original(values, original, line);
        }
        return 0;
    }
    if (frequency == 0 || !values->binding->can_take_back) {
        line->odd_value = frequency == 0 ? CG_OTHER_FREQUENCY : CG_NO_ODD_VALUE;
        line->frequency = 0;
        mark_told(values, line);
        return cg_reason_bit(CG_REASON_FREQUENCY_CODE_INVALID);
    }
    return read_id(values, CG_FIELD_ORIGINAL_CLAIM_ID, CG_REASON_ORIGINAL_CLAIM_UNKNOWN,
                   &line->original_claim_id);
}

/* Where the raw quantity stands is asked only of a line that may be cut back. */
static void place_quantity(struct cg_values *values, struct cg_line *line) {
    if (line->version != NULL && line->version->cutback) {
        struct cg_csv_field quantity = cg_values_raw(values, CG_FIELD_SERVICE_UNIT_QUANTITY);
        line->quantity_offset = quantity.raw_offset;
        line->quantity_len = quantity.raw_len;
    }
}

/* Every field of the line and the edits on single fields. */
static uint64_t read_fields(const struct cg_rules *rules, struct cg_values *values,
                            struct cg_text start, struct cg_line *line) {
    /* No reason belongs to an authorization number: one that cannot be read grants nothing. */
    line->authorization_number = clean_value(values, CG_FIELD_AUTHORIZATION_NUMBER);
    line->units = cg_field_units(cg_values_get(values, CG_FIELD_SERVICE_UNIT_QUANTITY));
    place_quantity(values, line);
    return read_key(values, CG_FIELD_CLAIM_ID, CG_REASON_CLAIM_ID_INVALID, line, &line->claim_id) |
           read_line_number(values, line) |
           read_key(values, CG_FIELD_MEMBER_ID, CG_REASON_MEMBER_ID_INVALID, line,
                    &line->member_id) |
           reason_if(line->start_day == CG_DAY_NONE, CG_REASON_SERVICE_DATE_INVALID) |
           read_end_date(values, start, line) | read_modifiers(values, line) |
           reason_if(line->units == 0, CG_REASON_UNITS_INVALID) | read_npis(rules, values, line) |
           read_known_date(values, CG_FIELD_RECEIVED_DATE, CG_REASON_RECEIVED_DATE_INVALID,
                           &line->received_day) |
           read_known_date(values, CG_FIELD_BIRTH_DATE, CG_REASON_BIRTH_DATE_INVALID,
                           &line->birth_day);
}

/* The edits that ask the version in force and the calendar. CG_DAY_NONE lies before every day, so
 * that an unknown start or end is after nothing. */
static uint64_t test_dates(const struct cg_rules *rules, const struct cg_line *line) {
    const struct cg_policy_version *version = line->version;
    int32_t latest_day = line->end_day > line->start_day ? line->end_day : line->start_day;
    bool received = line->received_day != CG_DAY_NONE;
    bool future = latest_day > rules->as_of_day || (received && latest_day > line->received_day);
    bool covered = version != NULL && version->names[line->procedure_no];
    bool span = false;
    bool late = false;
    if (version != NULL) { /* then the start is a real day */
        bool ends = line->end_day >= line->start_day;
        span = line->end_day > line->start_day && !version->split_spans;
        late = ends && received && version->timely_filing_days >= 0 &&
               line->received_day > line->end_day + version->timely_filing_days;
    }
    return reason_if(line->start_day != CG_DAY_NONE && !covered, CG_REASON_NO_POLICY_IN_FORCE) |
           reason_if(future, CG_REASON_SERVICE_DATE_FUTURE) |
           reason_if(span, CG_REASON_SERVICE_DATE_SPAN) | reason_if(late, CG_REASON_LATE_FILING);
}

static void edit_void(const struct cg_rules *rules, struct cg_line *line, uint64_t reasons) {
    if (line->version == NULL) {
        uint32_t newest = cg_policy_version_count(rules->policy) - 1;
        line->version = cg_policy_version(rules->policy, newest);
    }
    line->reasons = reasons & void_reasons;
}

/* True for a code as code sets have them: five digits, a letter and four digits. One that the
 * policy does not name is another code then, however near. No set begins one with an I or O. */
static bool is_well_formed(uint64_t code) {
    const uint32_t last_four = (uint32_t)code ^ UINT32_C(0x30303030);
    const uint32_t above_nine = last_four | (last_four + UINT32_C(0x76767676));
    const uint32_t first = (uint32_t)(code >> 32);
    const bool letter = first - 'A' < 26 && first != 'I' && first != 'O';
    return (above_nine & UINT32_C(0x80808080)) == 0 && (letter || first - '0' < 10);
}

/* Most records end here; a well-formed code is told by a few operations. */
static struct cg_code_meant read_code(const struct cg_rules *rules, struct cg_values *values) {
    const struct cg_text text = cg_values_get(values, CG_FIELD_HCPCS_CODE);
    const uint64_t code = cg_field_procedure(text);
    struct cg_code_meant meant = {cg_policy_procedure(rules->policy, code), 0, false};
    if (meant.procedure_no < 0 && !is_well_formed(code)) {
        meant = cg_code_meant_by(rules->policy, values, text);
    }
    return meant;
}

/* A line with a near code is in scope where the policy rejects it. */
static bool takes_near_code(const struct cg_rules *rules, const struct cg_policy_version *version,
                            struct cg_values *values) {
    const uint32_t newest = cg_policy_version_count(rules->policy) - 1;
    const struct cg_policy_version *asked =
        version != NULL ? version : cg_policy_version(rules->policy, newest);
    values->near_code = asked->near_code == CG_SEVERITY_WARN;
    return asked->near_code == CG_SEVERITY_REJECT;
}

/* A record that passes out of scope may yet ask to take back a claim that stands. Whether it does
 * is for the history to say. */
static __attribute__((noinline)) void read_passing_take_back(const struct cg_rules *rules,
                                                             struct cg_values *values,
                                                             uint8_t frequency,
                                                             struct cg_line *line) {
    line->frequency = frequency;
    line->start_day = cg_values_day(values, CG_FIELD_CLAIM_LINE_START_DATE,
                                    cg_values_get(values, CG_FIELD_CLAIM_LINE_START_DATE));
    values->takes_back =
        (read_key(values, CG_FIELD_CLAIM_ID, CG_REASON_CLAIM_ID_INVALID, line, &line->claim_id) |
         read_key(values, CG_FIELD_MEMBER_ID, CG_REASON_MEMBER_ID_INVALID, line, &line->member_id) |
         read_id(values, CG_FIELD_ORIGINAL_CLAIM_ID, CG_REASON_ORIGINAL_CLAIM_UNKNOWN,
                 &line->original_claim_id)) == 0;
    if (rules->roster != NULL && cg_policy_has_crosswalk(rules->policy) && values->takes_back) {
        cg_line_name_person(rules->roster, line);
    }
}

/* False, for the record is out of scope. */
static bool pass_by(const struct cg_rules *rules, struct cg_values *values, struct cg_line *line) {
    const uint8_t frequency = written_frequency(values);
    if ((frequency == CG_REPLACEMENT || frequency == CG_VOID) && values->binding->can_take_back) {
        read_passing_take_back(rules, values, frequency, line);
    }
    return false;
}

/* With everything it calls inlined. Left alone, gcc inlines some of it and not the rest, and a call
 * costs much beside the little that reading one field does. */
__attribute__((flatten)) bool cg_edit_fields(const void *rules_of_run, struct cg_values *values,
                                             struct cg_line *line) {
    const struct cg_rules *rules = rules_of_run;
    const struct cg_code_meant code = read_code(rules, values);
    if (code.procedure_no < 0) {
        values->words_for_code = code.is_words;
        return pass_by(rules, values, line);
    }
    struct cg_text start = cg_values_get(values, CG_FIELD_CLAIM_LINE_START_DATE);
    int32_t start_day = cg_values_day(values, CG_FIELD_CLAIM_LINE_START_DATE, start);
    const struct cg_policy_version *version = cg_policy_in_force(rules->policy, start_day);
    uint8_t frequency = written_frequency(values);
    const bool reverses = values->binding->negative_units_void && is_reversal(values, frequency);
    bool voids = reverses || (frequency == CG_VOID && values->binding->can_take_back);
    if (!voids && rules->roster != NULL &&
        cg_policy_asks_roster(rules->policy, code.procedure_no, version)) {
        uint64_t npi = read_npi(rules, cg_values_get(values, CG_FIELD_RENDERING_NPI));
        if (npi == 0 || !cg_roster_has_provider(rules->roster, npi)) {
            return pass_by(rules, values, line);
        }
    }
    if (code.reason == cg_reason_bit(CG_REASON_PROCEDURE_CODE_NEAR) &&
        !takes_near_code(rules, version, values)) {
        return false;
    }
    line->procedure_no = (uint8_t)code.procedure_no;
    line->start_day = start_day;
    line->version = version;
    uint64_t reasons =
        code.reason | read_fields(rules, values, start, line) |
        (reverses ? read_reversal(values, line) : read_take_back(values, frequency, line));
    if (__builtin_expect(line->units == 0, false)) {
        look_at_no_units(values, frequency, line);
    }
    if (line->frequency == CG_VOID) {
        edit_void(rules, line, reasons);
        return true;
    }
    line->reasons = reasons | test_dates(rules, line);
    return true;
}
