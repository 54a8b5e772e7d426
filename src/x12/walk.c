#include "walk.h"

#include "elements.h"

#define NAME2(a, b)    CG_X12_NAME(a, b, 0)
#define NAME3(a, b, c) CG_X12_NAME(a, b, c)

static const struct cg_text nothing = {"", 0};

void cg_x12_walk_start(struct cg_x12_walk *walk, const struct cg_x12_options *options,
                       struct cg_batch *batch) {
    *walk = (struct cg_x12_walk){.options = options, .batch = batch};
}

static struct cg_x12_line *last_line(const struct cg_x12_walk *walk) {
    const struct cg_array *lines = &walk->batch->x12->lines;
    return cg_array_at(lines, lines->count - 1);
}

static void set_fault(struct cg_x12_walk *walk, enum cg_malformed fault) {
    if (walk->fault == CG_WELL_FORMED) {
        walk->fault = fault;
    }
}

/* --- claims --- */

/* Two children of one subscriber must never share a cap, so that a dependent has an id only where
 * the caller says how it is made. */
static struct cg_text member_of(struct cg_x12_walk *walk) {
    const struct cg_text parts[] = {walk->member_id, walk->patient_birth_date,
                                    walk->patient_first_name};
    if (!walk->has_patient) {
        return walk->member_id;
    }
    if (!walk->options->joins_dependents || parts[0].len == 0 || parts[1].len == 0 ||
        parts[2].len == 0) {
        return nothing;
    }
    char *joined = cg_arena_alloc(&walk->batch->scratch,
                                  (size_t)parts[0].len + parts[1].len + parts[2].len + 2);
    walk->out_of_memory = walk->out_of_memory || joined == NULL;
    if (joined == NULL) {
        return nothing;
    }
    uint32_t len = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (i > 0) {
            joined[len++] = '/';
        }
        memcpy(joined + len, parts[i].ptr, parts[i].len);
        len += parts[i].len;
    }
    return (struct cg_text){joined, len};
}

static void read_claim(struct cg_x12_walk *walk, struct cg_text segment) {
    struct cg_x12_views clm;
    struct cg_text *values = walk->claim.values;
    cg_x12_read_views(walk, segment, 6, &clm);
    const struct cg_text place = cg_x12_view(&clm, 5);
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        values[i] = nothing;
    }
    values[CG_FIELD_CLAIM_ID] = cg_x12_view(&clm, 1);
    values[CG_FIELD_MEMBER_ID] = member_of(walk);
    values[CG_FIELD_PLACE_OF_SERVICE_CODE] = cg_x12_component(walk, place, 1);
    values[CG_FIELD_CLAIM_FREQUENCY_CODE] = cg_x12_component(walk, place, 3);
    values[CG_FIELD_BILLING_NPI] = walk->billing_npi;
    values[CG_FIELD_RENDERING_NPI] = walk->billing_npi;
    values[CG_FIELD_RECEIVED_DATE] = walk->options->received_unknown ? nothing : walk->received;
    values[CG_FIELD_BIRTH_DATE] = walk->has_patient ? walk->patient_birth_date : walk->birth_date;
    walk->claim.transaction = walk->transaction;
    walk->claim.line_control = nothing;
    walk->claim.charge = cg_x12_view(&clm, 2);
    walk->claim.unit_kind = nothing;
    walk->claim.date_kind = nothing;
    walk->claim.segment_delta = 0;
    walk->loop = CG_X12_LOOP_CLAIM;
}

static void read_diagnosis(struct cg_x12_walk *walk, struct cg_text segment) {
    struct cg_x12_views hi;
    cg_x12_read_views(walk, segment, 2, &hi);
    const struct cg_text first = cg_x12_view(&hi, 1);
    const struct cg_text qualifier = cg_x12_component(walk, first, 1);
    if (cg_text_is(qualifier, "ABK") || cg_text_is(qualifier, "BK")) {
        walk->claim.values[CG_FIELD_DIAGNOSIS_CODE_1] = cg_x12_component(walk, first, 2);
    }
    walk->has_diagnosis = true;
}

/* Nobody knows which of two is meant. */
static void take_once(struct cg_x12_walk *walk, struct cg_text *value, struct cg_text found) {
    if (value->len > 0 && found.len > 0 && !cg_text_equal(*value, found)) {
        set_fault(walk, CG_NAMED_TWICE);
    }
    *value = found.len > 0 ? found : *value;
}

static void read_claim_reference(struct cg_x12_walk *walk, struct cg_text segment) {
    struct cg_x12_views ref;
    struct cg_text *values = walk->claim.values;
    cg_x12_read_views(walk, segment, 3, &ref);
    if (cg_x12_view_is(&ref, 1, "F8")) {
        take_once(walk, &values[CG_FIELD_ORIGINAL_CLAIM_ID], cg_x12_view(&ref, 2));
    } else if (cg_x12_view_is(&ref, 1, "G1")) {
        take_once(walk, &values[CG_FIELD_AUTHORIZATION_NUMBER], cg_x12_view(&ref, 2));
    }
}

static void read_rendering(struct cg_x12_walk *walk, struct cg_text segment,
                           struct cg_x12_line *line, bool *is_known) {
    struct cg_x12_views nm1;
    cg_x12_read_views(walk, segment, 10, &nm1);
    if (!cg_x12_view_is(&nm1, 1, "82")) {
        return;
    }
    if (*is_known) {
        set_fault(walk, CG_NAMED_TWICE);
    }
    *is_known = true;
    line->values[CG_FIELD_RENDERING_NPI] = cg_x12_view(&nm1, 9);
}

/* --- lines --- */

static void end_line(struct cg_x12_walk *walk) {
    if (walk->lines > 0 && !walk->has_service) {
        set_fault(walk, CG_LINE_WITHOUT_SERVICE);
    }
}

static void begin_line(struct cg_x12_walk *walk, struct cg_text segment) {
    struct cg_x12_views lx;
    end_line(walk);
    struct cg_x12_line *line = cg_array_add(&walk->batch->x12->lines);
    if (line == NULL) {
        walk->out_of_memory = true;
        return;
    }
    *line = walk->claim;
    cg_x12_read_views(walk, segment, 2, &lx);
    line->values[CG_FIELD_CLAIM_LINE_NUMBER] = cg_x12_view(&lx, 1);
    line->segment_delta = walk->segments;
    walk->lines++;
    walk->has_service = false;
    walk->has_date = false;
    walk->has_line_rendering = false;
    walk->line_authorization = nothing;
    walk->loop = CG_X12_LOOP_LINE;
}

/* Another qualifier than HC, or none, stays before the code, as it may before one in a column of
 * CSV: whoever knows the codes says what is meant. With none at all it is the separator that stays.
 * Other lists have codes of their own, of which only those as long as ours can be mistaken for
 * them. */
static struct cg_text code_of(const struct cg_x12_walk *walk, struct cg_text procedure) {
    enum { CODE_LETTERS = 5 };
    const struct cg_text qualifier = cg_x12_component(walk, procedure, 1);
    const struct cg_text code = cg_x12_component(walk, procedure, 2);
    if (cg_text_is(qualifier, "HC") || procedure.len == 0) {
        return code;
    }
    if (code.len == 0) {
        return (struct cg_text){procedure.ptr - 1, qualifier.len + 1};
    }
    const uint32_t len = (uint32_t)(code.ptr + code.len - procedure.ptr);
    return code.len < CODE_LETTERS ? nothing : (struct cg_text){procedure.ptr, len};
}

/* What counts something else, such as minutes, is no number of units. */
static struct cg_text quantity_of(const struct cg_x12_walk *walk, const struct cg_x12_views *sv1) {
    return cg_x12_view_is(sv1, 3, "UN") ? cg_x12_first(walk, cg_x12_view(sv1, 4)) : nothing;
}

static void read_service(struct cg_x12_walk *walk, struct cg_text segment) {
    struct cg_x12_views sv1;
    struct cg_text *values = last_line(walk)->values;
    if (walk->has_service) {
        set_fault(walk, CG_SERVICE_TWICE);
        return;
    }
    walk->has_service = true;
    cg_x12_read_views(walk, segment, 6, &sv1);
    const struct cg_text procedure = cg_x12_first(walk, cg_x12_view(&sv1, 1));
    const struct cg_text place = cg_x12_first(walk, cg_x12_view(&sv1, 5));
    values[CG_FIELD_HCPCS_CODE] = code_of(walk, procedure);
    for (uint32_t i = 0; i < 4 && values[CG_FIELD_HCPCS_CODE].len > 0; i++) {
        values[CG_FIELD_HCPCS_MODIFIER_1 + i] = cg_x12_component(walk, procedure, 3 + i);
    }
    last_line(walk)->unit_kind = cg_x12_view(&sv1, 3);
    values[CG_FIELD_CHARGE_AMOUNT] = cg_x12_view(&sv1, 2);
    values[CG_FIELD_SERVICE_UNIT_QUANTITY] = quantity_of(walk, &sv1);
    if (place.len > 0) {
        values[CG_FIELD_PLACE_OF_SERVICE_CODE] = place;
    }
}

static void read_date(struct cg_x12_walk *walk, struct cg_text segment) {
    struct cg_x12_views dtp;
    struct cg_text *values = last_line(walk)->values;
    cg_x12_read_views(walk, segment, 4, &dtp);
    const struct cg_text date = cg_x12_view(&dtp, 3);
    if (!cg_x12_view_is(&dtp, 1, "472")) {
        return;
    }
    if (walk->has_date) {
        set_fault(walk, CG_SERVICE_TWICE);
        return;
    }
    walk->has_date = true;
    last_line(walk)->date_kind = cg_x12_view(&dtp, 2);
    if (cg_x12_view_is(&dtp, 2, "D8")) {
        values[CG_FIELD_CLAIM_LINE_START_DATE] = date;
    } else if (cg_x12_view_is(&dtp, 2, "RD8")) {
        const char *dash = memchr(date.ptr, '-', date.len);
        const uint32_t start = dash == NULL ? date.len : (uint32_t)(dash - date.ptr);
        const uint32_t end = start + (start < date.len);
        values[CG_FIELD_CLAIM_LINE_START_DATE] = cg_text_trim((struct cg_text){date.ptr, start});
        values[CG_FIELD_CLAIM_LINE_END_DATE] =
            cg_text_trim((struct cg_text){date.ptr + end, date.len - end});
    }
}

/* An authorization with REF04 is another payer's. */
static void read_line_reference(struct cg_x12_walk *walk, struct cg_text segment) {
    struct cg_x12_views ref;
    struct cg_x12_line *line = last_line(walk);
    cg_x12_read_views(walk, segment, 5, &ref);
    if (cg_x12_view_is(&ref, 1, "6R")) {
        line->line_control = cg_x12_view(&ref, 2);
    } else if (cg_x12_view_is(&ref, 1, "G1") && cg_x12_view(&ref, 4).len == 0) {
        take_once(walk, &walk->line_authorization, cg_x12_view(&ref, 2));
        line->values[CG_FIELD_AUTHORIZATION_NUMBER] = walk->line_authorization;
    }
}

static void read_in_line(struct cg_x12_walk *walk, uint32_t name, struct cg_text segment) {
    const bool is_own = walk->loop == CG_X12_LOOP_LINE;
    if (walk->loop == CG_X12_LOOP_PAID) {
        return;
    }
    switch (name) {
    case NAME3('D', 'T', 'P'):
        if (is_own) {
            read_date(walk, segment);
        }
        break;
    case NAME3('R', 'E', 'F'):
        if (is_own) {
            read_line_reference(walk, segment);
        }
        break;
    case NAME3('N', 'M', '1'):
        read_rendering(walk, segment, last_line(walk), &walk->has_line_rendering);
        walk->loop = CG_X12_LOOP_DRUG;
        break;
    case NAME3('L', 'I', 'N'):
        walk->loop = CG_X12_LOOP_DRUG;
        break;
    case NAME3('S', 'V', 'D'):
    case NAME2('L', 'Q'):
        walk->loop = CG_X12_LOOP_PAID;
        break;
    default:
        break;
    }
}

/* What was done is never passed over, whichever loop it stands in. */
static bool is_misplaced(const struct cg_x12_walk *walk, uint32_t name) {
    return name == CG_X12_NAME_SV2 || name == CG_X12_NAME_SV3 ||
           (name == CG_X12_NAME_SV1 && walk->loop < CG_X12_LOOP_LINE);
}

static void read_in_claim(struct cg_x12_walk *walk, uint32_t name, struct cg_text segment) {
    if (is_misplaced(walk, name)) {
        set_fault(walk, CG_SEGMENT_MISPLACED);
        return;
    }
    if (name == CG_X12_NAME_LX) {
        begin_line(walk, segment);
        return;
    }
    if (name == CG_X12_NAME_SV1) {
        read_service(walk, segment);
        return;
    }
    if (walk->loop >= CG_X12_LOOP_LINE) {
        read_in_line(walk, name, segment);
        return;
    }
    if (walk->loop != CG_X12_LOOP_CLAIM) {
        return; /* another payer's */
    }
    if (name == NAME3('C', 'L', 'M')) {
        read_claim(walk, segment);
    } else if (name == NAME3('R', 'E', 'F')) {
        read_claim_reference(walk, segment);
    } else if (name == NAME2('H', 'I') && !walk->has_diagnosis) {
        read_diagnosis(walk, segment);
    } else if (name == NAME3('N', 'M', '1')) {
        read_rendering(walk, segment, &walk->claim, &walk->has_rendering);
    } else if (name == NAME3('S', 'B', 'R')) {
        walk->loop = CG_X12_LOOP_OTHER;
    }
}

static void start_claim(struct cg_x12_walk *walk, const struct cg_x12_node *node) {
    walk->loop = CG_X12_LOOP_CLAIM;
    walk->segments = 0;
    walk->lines = 0;
    walk->has_diagnosis = false;
    walk->has_rendering = false;
    const bool is_misnamed = walk->has_misplaced_name || walk->patient_has_misplaced_name;
    const bool is_unsure =
        walk->billing_names > 1 || walk->member_names > 1 || walk->patient_names > 1;
    walk->fault = node->has_odd_id                     ? CG_SEGMENT_NAME
                  : walk->is_broken || node->is_broken ? CG_CLAIM_ORPHANED
                  : !walk->has_subscriber              ? CG_CLAIM_MISPLACED
                  : node->has_lost_loop || is_misnamed ? CG_SEGMENT_MISPLACED
                  : is_unsure                          ? CG_NAMED_TWICE
                                                       : CG_WELL_FORMED;
}

/* What the claim says of itself stays, for those who tell of it; its lines go. */
static bool end_claim(struct cg_x12_walk *walk) {
    struct cg_array *lines = &walk->batch->x12->lines;
    end_line(walk);
    if (walk->lines == 0) {
        set_fault(walk, CG_CLAIM_WITHOUT_LINES);
    }
    if (walk->fault == CG_WELL_FORMED || walk->out_of_memory) {
        return !walk->out_of_memory;
    }
    lines->count -= walk->lines;
    walk->lines = 1;
    struct cg_x12_line *line = cg_array_add(lines);
    if (line != NULL) {
        *line = walk->claim;
    }
    return line != NULL;
}

bool cg_x12_walk_node(struct cg_x12_walk *walk, const struct cg_x12_node *node) {
    const bool is_claim = node->kind == CG_X12_CLAIM;
    struct cg_text rest = node->bytes;
    struct cg_text segment;
    uint32_t name;
    walk->is_wrapped = node->is_wrapped;
    if (is_claim) {
        start_claim(walk, node);
    } else if (node->kind < CG_X12_LEVELS) {
        walk->marks = node->marks;
        cg_x12_walk_open_header(walk, node);
    } else {
        walk->loop = CG_X12_LOOP_NONE;
        return true;
    }
    if (node->kind == CG_X12_ISA) {
        return true;
    }
    while (cg_x12_next_segment(&walk->marks, &rest, &segment, &name)) {
        if (is_claim) {
            read_in_claim(walk, name, segment);
            walk->segments++;
        } else {
            cg_x12_walk_in_header(walk, name, segment);
        }
    }
    return is_claim ? end_claim(walk) : !walk->out_of_memory;
}
