#include "answered.h"

#include "claimgate/base/phrase.h"

#include "claimgate/rules/reason.h"

const char cg_answered_header[] =
    "cg_input,cg_line,decision,accepted_units,caps,cap_used,reasons,warnings,cap,cap_day,"
    "units_used,units_available,taken_back_lines,taken_back_units,other_units\n";

/* One more than the units, so that a cap which was not tested is nought; joined by blanks. */
static void put_cap_used(struct cg_handed_writer *row, const struct cg_line *line, uint32_t caps) {
    char text[CG_CAPS_MAX * 11 + 1];
    struct cg_phrase say = cg_phrase_start(text, sizeof text);
    for (uint32_t i = 0; i < caps; i++) {
        const uint32_t used = line->cap_used[i];
        cg_say(&say, i == 0 ? "%u" : " %u", used + 1U); /* UINT32_MAX: not tested */
    }
    cg_handed_put_text(row, (struct cg_text){text, (uint32_t)(say.next - text)});
}

/* Of most lines no cap has failed and nothing was taken back. */
static uint32_t tested_caps(const struct cg_line *line) {
    uint32_t caps = CG_CAPS_MAX;
    while (caps > 0 && line->cap_used[caps - 1] == UINT32_MAX) {
        caps--;
    }
    return caps;
}

bool cg_answered_put(struct cg_buffer *out, uint32_t input, uint64_t place,
                     const struct cg_line *line) {
    struct cg_handed_writer row = {.out = out};
    const uint32_t caps = tested_caps(line);
    cg_handed_put_number(&row, input);
    cg_handed_put_number(&row, place);
    cg_handed_put_number(&row, line->decision);
    cg_handed_put_number(&row, line->accepted_units);
    cg_handed_put_number(&row, caps);
    put_cap_used(&row, line, caps);
    cg_handed_put_number(&row, line->reasons);
    cg_handed_put_number(&row, line->warnings);
    cg_handed_put_number(&row, line->cap_no);
    cg_handed_put_day(&row, (line->reasons & cg_reason_bit(CG_REASON_CAP)) != 0 ? line->cap_day
                                                                                : CG_DAY_NONE);
    cg_handed_put_number(&row, line->units_used);
    cg_handed_put_number(&row, line->units_available);
    cg_handed_put_number(&row, line->taken_back_lines);
    cg_handed_put_number(&row, line->taken_back_units);
    cg_handed_put_number(&row, line->reverses_other_units);
    cg_handed_end(&row);
    return !row.failed;
}

static bool read_cap_used(struct cg_text text, uint64_t caps, uint32_t cap_used[CG_CAPS_MAX]) {
    uint32_t at = 0;
    memset(cap_used, 0xFF, CG_CAPS_MAX * sizeof cap_used[0]);
    for (uint64_t i = 0; i < caps; i++) {
        uint64_t number = 0;
        const uint32_t begin = at;
        for (; at < text.len && text.ptr[at] != ' '; at++) {
            const unsigned digit = (unsigned)(unsigned char)text.ptr[at] - '0';
            if (digit > 9 || number > UINT32_MAX) {
                return false;
            }
            number = number * 10 + digit;
        }
        if (at == begin || number > UINT32_MAX) {
            return false;
        }
        cap_used[i] = (uint32_t)number - 1U;
        at += at < text.len;
    }
    return at == text.len;
}

bool cg_answered_read(struct cg_text row_text, struct cg_arena *memory, struct cg_answered *out) {
    struct cg_handed_reader row = {.rest = row_text, .memory = memory};
    struct cg_decided *decided = &out->decided;
    *out = (struct cg_answered){.input = (uint32_t)cg_handed_number(&row, UINT32_MAX)};
    out->place = cg_handed_number(&row, UINT64_MAX);
    decided->decision = (uint8_t)cg_handed_number(&row, CG_CUTBACK);
    decided->accepted_units = (uint16_t)cg_handed_number(&row, CG_UNITS_MAX);
    const uint64_t caps = cg_handed_number(&row, CG_CAPS_MAX);
    const struct cg_text used = cg_handed_text(&row, CG_CAPS_MAX * 11);
    decided->reasons = cg_handed_number(&row, (UINT64_C(1) << CG_REASON_COUNT) - 1);
    decided->warnings = cg_handed_number(&row, (UINT64_C(1) << CG_REASON_COUNT) - 1);
    decided->cap_no = (uint8_t)cg_handed_number(&row, CG_CAPS_MAX - 1);
    decided->cap_day = cg_handed_day(&row);
    decided->units_used = (uint32_t)cg_handed_number(&row, UINT32_MAX);
    decided->units_available = (uint32_t)cg_handed_number(&row, UINT32_MAX);
    decided->taken_back_lines = (uint32_t)cg_handed_number(&row, UINT32_MAX);
    decided->taken_back_units = (uint32_t)cg_handed_number(&row, UINT32_MAX);
    decided->reverses_other_units = cg_handed_number(&row, 1) != 0;
    return cg_handed_is_good(&row) && read_cap_used(used, caps, decided->cap_used);
}
