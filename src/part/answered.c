#include "answered.h"

#include "claimgate/rules/reason.h"

const char cg_answered_header[] =
    "input,place,decision,accepted_units,reasons,warnings,cap,cap_day,units_used,units_available,"
    "taken_back_lines,taken_back_units,odd_take_back,near_member,cap_used";

bool cg_answered_put(struct cg_buffer *out, uint32_t input, uint64_t place,
                     const struct cg_line *line) {
    struct cg_handed_writer row = cg_handed_begin(out);
    cg_handed_put_number(&row, input);
    cg_handed_put_number(&row, place);
    cg_handed_put_number(&row, line->decision);
    cg_handed_put_number(&row, line->accepted_units);
    cg_handed_put_number(&row, line->reasons);
    cg_handed_put_number(&row, line->warnings);
    cg_handed_put_number(&row, line->cap_no);
    cg_handed_put_day(&row, (line->reasons & cg_reason_bit(CG_REASON_CAP)) != 0 ? line->cap_day
                                                                                : CG_DAY_NONE);
    cg_handed_put_number(&row, line->units_used);
    cg_handed_put_number(&row, line->units_available);
    cg_handed_put_number(&row, line->taken_back_lines);
    cg_handed_put_number(&row, line->taken_back_units);
    cg_handed_put_number(&row, line->odd_take_back);
    cg_handed_put_number(&row, line->near_member);
    /* One more than the units, so that a cap which was not tested, UINT32_MAX, is nought. */
    for (uint32_t i = 0; i < CG_CAPS_MAX; i++) {
        cg_handed_put_number(&row, line->cap_used[i] + 1U);
    }
    return cg_handed_end(&row);
}

bool cg_answered_read(struct cg_text row_text, struct cg_answered *out) {
    struct cg_handed_reader row = cg_handed_open(row_text, NULL);
    struct cg_decided *decided = &out->decided;
    *out = (struct cg_answered){.input = (uint32_t)cg_handed_number(&row, UINT32_MAX)};
    out->place = cg_handed_number(&row, UINT64_MAX);
    decided->decision = (uint8_t)cg_handed_number(&row, CG_CUTBACK);
    decided->accepted_units = (uint16_t)cg_handed_number(&row, CG_UNITS_MAX);
    decided->reasons = cg_handed_number(&row, (UINT64_C(1) << CG_REASON_COUNT) - 1);
    decided->warnings = cg_handed_number(&row, (UINT64_C(1) << CG_REASON_COUNT) - 1);
    decided->cap_no = (uint8_t)cg_handed_number(&row, CG_CAPS_MAX - 1);
    decided->cap_day = cg_handed_day(&row);
    decided->units_used = (uint32_t)cg_handed_number(&row, UINT32_MAX);
    decided->units_available = (uint32_t)cg_handed_number(&row, UINT32_MAX);
    decided->taken_back_lines = (uint32_t)cg_handed_number(&row, UINT32_MAX);
    decided->taken_back_units = (uint32_t)cg_handed_number(&row, UINT32_MAX);
    decided->odd_take_back = (uint8_t)cg_handed_number(&row, CG_ODD_TAKE_BACK_LAST);
    decided->near_member = cg_handed_number(&row, 1) != 0;
    for (uint32_t i = 0; i < CG_CAPS_MAX; i++) {
        decided->cap_used[i] = (uint32_t)cg_handed_number(&row, UINT32_MAX) - 1U;
    }
    return cg_handed_is_good(&row);
}
