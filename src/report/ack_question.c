#include "ack_question.h"

#include "claimgate/base/date.h"

#define NAME3(a, b, c) CG_X12_NAME(a, b, c)

/* Where the elements of an NM1 belong; NULL: nowhere. */
static struct cg_x12_elements *place_of(struct cg_ack_question *question, uint8_t kind,
                                        struct cg_text entity) {
    switch (kind) {
    case CG_X12_ST:
        return cg_text_is(entity, "41")   ? &question->submitter
               : cg_text_is(entity, "40") ? &question->receiver
                                          : NULL;
    case CG_X12_BILLING:
        return cg_text_is(entity, "85") ? &question->billing : NULL;
    case CG_X12_SUBSCRIBER:
        return cg_text_is(entity, "IL") ? &question->insured : NULL;
    case CG_X12_PATIENT:
        return cg_text_is(entity, "QC") ? &question->patient : NULL;
    default:
        return NULL;
    }
}

static void forget(struct cg_ack_question *question, uint8_t kind) {
    question->is_dependent = kind == CG_X12_PATIENT;
    question->patient.count = 0;
    if (kind <= CG_X12_SUBSCRIBER) {
        question->insured.count = 0;
    }
    if (kind <= CG_X12_BILLING) {
        question->billing.count = 0;
        question->tax_id.count = 0;
    }
    if (kind <= CG_X12_ST) {
        question->submitter.count = 0;
        question->receiver.count = 0;
        question->bht.count = 0;
    }
}

static void take_segment(struct cg_ack_question *question, uint8_t kind, uint32_t name,
                         const struct cg_x12_elements *elements) {
    struct cg_x12_elements *place = NULL;
    if (name == CG_X12_NAME_ISA) {
        place = &question->isa;
    } else if (name == CG_X12_NAME_GS) {
        place = &question->gs;
    } else if (name == CG_X12_NAME_ST) {
        place = &question->st;
    } else if (name == NAME3('B', 'H', 'T')) {
        place = &question->bht;
    } else if (name == NAME3('N', 'M', '1')) {
        place = place_of(question, kind, cg_x12_element(elements, 1));
    } else if (name == NAME3('R', 'E', 'F') && kind == CG_X12_BILLING &&
               cg_text_is(cg_x12_element(elements, 1), "EI")) {
        place = &question->tax_id;
    }
    if (place != NULL && (place->count == 0 || place == &question->isa || place == &question->gs ||
                          place == &question->st)) {
        cg_x12_copy_elements(place, elements);
    }
}

void cg_ack_question_take(struct cg_ack_question *question, const struct cg_x12_node *header) {
    struct cg_text rest = header->bytes;
    struct cg_text segment;
    struct cg_x12_elements elements;
    uint32_t name;
    if (header->kind >= CG_X12_ST) {
        forget(question, header->kind);
    }
    if (header->kind == CG_X12_ISA) {
        const char *isa = memchr(rest.ptr, 'I', rest.len);
        const uint32_t lead = isa == NULL ? 0 : (uint32_t)(isa - rest.ptr);
        rest = (struct cg_text){rest.ptr + lead, rest.len - lead};
    }
    while (cg_x12_next_segment(&header->marks, &rest, &segment, &name)) {
        cg_x12_read_elements(segment, &header->marks, &elements);
        take_segment(question, header->kind, name, &elements);
    }
}

static void add_day(struct cg_ack_claim *claim, struct cg_text day) {
    enum { DAY_BYTES = sizeof claim->first_day };
    if (cg_date_parse(day.ptr, day.len, CG_DATE_COMPACT) == CG_DAY_NONE) {
        return;
    }
    if (claim->day_len == 0 || memcmp(day.ptr, claim->first_day, DAY_BYTES) < 0) {
        memcpy(claim->first_day, day.ptr, DAY_BYTES);
    }
    if (claim->day_len == 0 || memcmp(claim->last_day, day.ptr, DAY_BYTES) < 0) {
        memcpy(claim->last_day, day.ptr, DAY_BYTES);
    }
    claim->day_len = DAY_BYTES;
}

/* One day, or two with a dash between them. */
static void add_days(struct cg_ack_claim *claim, const struct cg_x12_elements *dtp) {
    const struct cg_text days = cg_x12_element(dtp, 3);
    const char *dash = memchr(days.ptr, '-', days.len);
    const uint32_t first = dash == NULL ? days.len : (uint32_t)(dash - days.ptr);
    if (!cg_text_is(cg_x12_element(dtp, 1), "472")) {
        return;
    }
    add_day(claim, (struct cg_text){days.ptr, first});
    if (dash != NULL) {
        add_day(claim, (struct cg_text){dash + 1, days.len - first - 1});
    }
}

void cg_ack_question_claim(const struct cg_x12_node *node, struct cg_ack_claim *claim) {
    struct cg_text rest = node->bytes;
    struct cg_text segment;
    struct cg_x12_elements elements;
    uint32_t name;
    bool is_own = true; /* not of another payer, nor of a line */
    claim->clm.count = 0;
    claim->intermediary.count = 0;
    claim->day_len = 0;
    while (cg_x12_next_segment(&node->marks, &rest, &segment, &name)) {
        is_own = is_own && name != CG_X12_NAME('L', 'X', 0) && name != NAME3('S', 'B', 'R');
        const bool is_reference = is_own && name == NAME3('R', 'E', 'F');
        if (name != CG_X12_NAME_CLM && name != NAME3('D', 'T', 'P') && !is_reference) {
            continue;
        }
        cg_x12_read_elements(segment, &node->marks, &elements);
        if (name == CG_X12_NAME_CLM) {
            cg_x12_copy_elements(&claim->clm, &elements);
        } else if (name == NAME3('D', 'T', 'P')) {
            add_days(claim, &elements);
        } else if (cg_text_is(cg_x12_element(&elements, 1), "D9")) {
            cg_x12_copy_elements(&claim->intermediary, &elements);
        }
    }
}
