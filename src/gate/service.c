#include "service.h"

#include "claimgate/base/hash.h"

_Static_assert(sizeof(struct cg_service) == 40, "one of these stays for every accepted line");

void cg_service_of_line(const struct cg_line *restrict line, struct cg_service *restrict out) {
    *out = (struct cg_service){
        .claim = line->claim_id,
        .modifiers = line->modifiers & ((UINT64_C(1) << 55) - 1),
        .procedure_no = line->procedure_no,
        .split =
            line->version != NULL && line->version->split_spans && line->end_day > line->start_day,
        .rendering_npi = (uint32_t)line->rendering_npi,
        .start = (uint32_t)(line->start_day - CG_DAY_FIRST) & 0x1FFFF,
        .span_days = (uint32_t)(line->end_day - line->start_day) & 0x1FFFF,
        .accepted_units = line->units & 0x3FFFU,
        .exempt = line->exempt,
        .line_number = line->line_number,
        .submitted_units = line->units & 0x3FFFU,
    };
}

static bool is_possible(const struct cg_past_line *line) {
    return line->claim_id.len <= CG_ID_MAX_BYTES && line->start_day >= CG_DAY_FIRST &&
           line->end_day >= line->start_day && line->end_day <= CG_DAY_LAST &&
           line->rendering_npi <= UINT32_MAX && line->modifiers < UINT64_C(1) << 55 &&
           line->submitted_units <= CG_UNITS_MAX && line->accepted_units <= CG_UNITS_MAX &&
           line->line_number <= CG_LINE_KEY_MAX;
}

bool cg_service_of_past_line(const struct cg_past_line *line, struct cg_service *out) {
    if (!is_possible(line)) {
        return false;
    }
    *out = (struct cg_service){
        .claim = cg_key_of(line->claim_id),
        .modifiers = line->modifiers & ((UINT64_C(1) << 55) - 1),
        .procedure_no = line->procedure_no,
        .split = line->split && line->end_day > line->start_day,
        .rendering_npi = (uint32_t)line->rendering_npi,
        .start = (uint32_t)(line->start_day - CG_DAY_FIRST) & 0x1FFFF,
        .span_days = (uint32_t)(line->end_day - line->start_day) & 0x1FFFF,
        .accepted_units = line->accepted_units & 0x3FFFU,
        .exempt = line->exempt,
        .line_number = line->line_number,
        .submitted_units = line->submitted_units & 0x3FFFU,
    };
    return true;
}

struct cg_past_line cg_service_past_line(const struct cg_service *service) {
    return (struct cg_past_line){
        .claim_id = cg_key_text(&service->claim),
        .start_day = cg_service_start_day(service),
        .end_day = cg_service_start_day(service) + (int32_t)service->span_days,
        .rendering_npi = service->rendering_npi,
        .modifiers = service->modifiers,
        .submitted_units = service->submitted_units,
        .accepted_units = service->accepted_units,
        .line_number = service->line_number,
        .procedure_no = service->procedure_no,
        .exempt = service->exempt,
        .split = service->split,
    };
}

uint64_t cg_service_hash(const struct cg_service *service, uint64_t seed) {
    uint64_t words[3] = {
        (uint64_t)service->modifiers << 8 | service->procedure_no,
        (uint64_t)service->rendering_npi << 32 | service->start,
        (uint64_t)service->span_days << 32 | service->submitted_units,
    };
    return cg_hash64(words, sizeof words, seed);
}

bool cg_service_same(const struct cg_service *a, const struct cg_service *b) {
    return a->rendering_npi == b->rendering_npi && a->start == b->start &&
           a->span_days == b->span_days && a->submitted_units == b->submitted_units &&
           a->modifiers == b->modifiers && a->procedure_no == b->procedure_no;
}
