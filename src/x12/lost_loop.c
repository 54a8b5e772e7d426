#include "lost_loop.h"

static uint32_t entity_of(struct cg_text nm1, char element) {
    const char *name_end = memchr(nm1.ptr, element, nm1.len);
    const uint32_t behind = name_end == NULL ? nm1.len : (uint32_t)(name_end - nm1.ptr) + 1;
    return cg_x12_name_of((struct cg_text){nm1.ptr + behind, nm1.len - behind}, element);
}

/* The loop that begins with such a segment, which no claim has; CG_X12_CLAIM: a claim begins so, or
 * has it. */
static enum cg_x12_kind loop_begun_by(uint32_t name, struct cg_text segment, char element) {
    switch (name) {
    case CG_X12_NAME('S', 'B', 'R'):
    case CG_X12_NAME('D', 'M', 'G'):
    case CG_X12_NAME('P', 'A', 'T'):
        return CG_X12_SUBSCRIBER;
    case CG_X12_NAME('N', 'M', '1'):
        break;
    default:
        return CG_X12_CLAIM;
    }
    switch (entity_of(segment, element)) {
    case CG_X12_NAME('I', 'L', 0):
    case CG_X12_NAME('Q', 'C', 0):
    case CG_X12_NAME('P', 'R', 0):
        return CG_X12_SUBSCRIBER;
    case CG_X12_NAME('8', '5', 0):
    case CG_X12_NAME('8', '7', 0):
    case CG_X12_NAME('4', '0', 0):
    case CG_X12_NAME('4', '1', 0):
        return CG_X12_BILLING;
    default:
        return CG_X12_CLAIM;
    }
}

void cg_x12_look_for_lost_loop(struct cg_x12_envelope *envelope, uint32_t name,
                               struct cg_text segment, struct cg_x12_node *claim) {
    const enum cg_x12_kind begun = loop_begun_by(name, segment, envelope->marks.element);
    if (name == CG_X12_NAME_LX) {
        envelope->in_line = true;
    }
    if (name == CG_X12_NAME('S', 'B', 'R') && !envelope->in_line) {
        envelope->in_other_payer = true;
    }
    if (envelope->in_other_payer && !envelope->in_line) {
        return;
    }
    if (begun != CG_X12_CLAIM) {
        const bool is_known = envelope->has_lost_loop && envelope->lost_loop <= begun;
        envelope->lost_loop = is_known ? envelope->lost_loop : begun;
        envelope->has_lost_loop = true;
    }
    claim->has_lost_loop =
        begun != CG_X12_CLAIM || (name == CG_X12_NAME('H', 'I', 0) && envelope->in_line);
}
