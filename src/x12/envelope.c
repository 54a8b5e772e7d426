#include "envelope.h"

#include "lost_loop.h"

#include "claimgate/base/date.h"

enum { OPEN_ISA, OPEN_GS, OPEN_ST };

#define FETCH_AGAIN                                                                                \
    "the file was cut or edited: fetch it again, or take it as it is with --lenient-envelope"

void cg_x12_envelope_start(struct cg_x12_envelope *envelope, bool lenient) {
    *envelope = (struct cg_x12_envelope){.lenient = lenient};
}

/* What one segment does to the envelope. */
struct step {
    struct cg_x12_envelope *envelope;
    struct cg_x12_elements *elements; /* read only where the segment is one of the envelope's */
    struct cg_x12_node *node;
    bool *begins;
    struct cg_error *err;
};

static enum cg_status begin(struct step *step, enum cg_x12_kind kind) {
    step->envelope->within = kind;
    step->node->kind = (uint8_t)kind;
    step->node->marks = step->envelope->marks;
    *step->begins = true;
    return CG_OK;
}

/* --- what opens --- */

static void open_control(struct cg_x12_open *open, struct cg_text control) {
    open->control_len =
        control.len < CG_X12_CONTROL_MAX_BYTES ? control.len : CG_X12_CONTROL_MAX_BYTES;
    if (open->control_len > 0) {
        memcpy(open->control, control.ptr, open->control_len);
    }
    open->children = 0;
}

static enum cg_status open_interchange(struct step *step) {
    struct cg_x12_envelope *envelope = step->envelope;
    open_control(&envelope->open[OPEN_ISA], cg_x12_element(step->elements, 13));
    envelope->facts.interchanges++;
    envelope->facts.test_interchanges += cg_text_is(cg_x12_element(step->elements, 15), "T");
    envelope->place = CG_X12_IN_INTERCHANGE;
    return begin(step, CG_X12_ISA);
}

static enum cg_status open_group(struct step *step) {
    struct cg_x12_envelope *envelope = step->envelope;
    const struct cg_text version = cg_x12_element(step->elements, 8);
    const uint32_t len =
        version.len < CG_X12_CONTROL_MAX_BYTES ? version.len : CG_X12_CONTROL_MAX_BYTES;
    open_control(&envelope->open[OPEN_GS], cg_x12_element(step->elements, 6));
    if (len > 0) {
        memcpy(envelope->version_bytes, version.ptr, len);
    }
    envelope->version = (struct cg_text){envelope->version_bytes, len};
    envelope->open[OPEN_ISA].children++;
    const struct cg_text sent = cg_x12_element(step->elements, 4);
    envelope->facts.undated_groups +=
        sent.len > 0 && cg_date_parse(sent.ptr, sent.len, CG_DATE_COMPACT) == CG_DAY_NONE;
    envelope->facts.groups++;
    envelope->place = CG_X12_IN_GROUP;
    return begin(step, CG_X12_GS);
}

static bool starts_with(struct cg_text text, const char *start) {
    const uint32_t len = (uint32_t)strlen(start);
    return text.len >= len && memcmp(text.ptr, start, len) == 0;
}

static bool is_read(struct cg_text version) {
    return cg_text_is(version, "005010X222") || cg_text_is(version, "005010X222A1") ||
           cg_text_is(version, "005010X222A2");
}

/* 9 is any digit, A any capital. */
static bool has_form(struct cg_text text, const char *form) {
    uint32_t at = 0;
    for (; *form != '\0' && at < text.len; form++, at++) {
        const char byte = text.ptr[at];
        const bool fits = *form == '9'   ? byte >= '0' && byte <= '9'
                          : *form == 'A' ? byte >= 'A' && byte <= 'Z'
                                         : byte == *form;
        if (!fits) {
            return false;
        }
    }
    return *form == '\0' && at == text.len;
}

/* Only what names a kind of transaction is told, never what slipped into its place. */
static struct cg_text shown(struct cg_text text) {
    static const char *const forms[] = {"999", "999999", "999999A999", "999999A999A9",
                                        "999999A999A99"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (has_form(text, forms[i])) {
            return text;
        }
    }
    return cg_text_of("(unreadable)");
}

static enum cg_status open_transaction(struct step *step) {
    struct cg_x12_envelope *envelope = step->envelope;
    const struct cg_text set = cg_x12_element(step->elements, 1);
    const struct cg_text own = cg_x12_element(step->elements, 3);
    const struct cg_text version = own.len > 0 ? own : envelope->version;
    const bool passes = starts_with(version, "005010X223") || starts_with(version, "005010X224");
    if (!cg_text_is(set, "837") || (!passes && !is_read(version))) {
        const struct cg_text told_set = shown(set);
        const struct cg_text told_version = shown(version);
        return cg_error_set(step->err, CG_BAD_DATA,
                            "this transaction is %.*s of version %.*s; what is read is 837 of "
                            "version 005010X222, X222A1 or X222A2 (professional claims)",
                            (int)told_set.len, told_set.ptr, (int)told_version.len,
                            told_version.ptr);
    }
    open_control(&envelope->open[OPEN_ST], cg_x12_element(step->elements, 2));
    envelope->open[OPEN_ST].children = 1;
    envelope->open[OPEN_GS].children++;
    envelope->facts.transactions++;
    envelope->facts.passed_transactions += passes;
    memset(envelope->loops, 0, sizeof envelope->loops);
    envelope->has_lost_loop = false;
    envelope->place = passes ? CG_X12_IN_PASSED : CG_X12_IN_TRANSACTION;
    step->node->begins_pass = passes;
    return begin(step, passes ? CG_X12_PASSED : CG_X12_ST);
}

/* An HL loop hangs where it stands; HL02 must say the same, or nobody knows whose its claims are.
 */
static enum cg_status open_loop(struct step *step) {
    struct cg_x12_envelope *envelope = step->envelope;
    const struct cg_text code = cg_x12_element(step->elements, 3);
    const uint32_t parent_no = cg_x12_number(cg_x12_element(step->elements, 2));
    const bool is_billing = cg_text_is(code, "20");
    const bool is_subscriber = cg_text_is(code, "22");
    const uint32_t depth = is_billing ? 0 : is_subscriber ? 1 : 2;
    struct cg_x12_loop *loop = &envelope->loops[depth];
    loop->is_open = true;
    loop->no = cg_x12_number(cg_x12_element(step->elements, 1));
    const enum cg_x12_kind kind = (enum cg_x12_kind)(CG_X12_BILLING + depth);
    envelope->has_lost_loop = envelope->has_lost_loop && kind > envelope->lost_loop;
    loop->is_broken = envelope->has_lost_loop || (depth == 2 && !cg_text_is(code, "23"));
    if (depth > 0) {
        const struct cg_x12_loop *above = &envelope->loops[depth - 1];
        const bool is_named_wrongly = parent_no == 0 || parent_no != above->no;
        envelope->facts.envelope_faults += envelope->lenient && is_named_wrongly;
        loop->is_broken = loop->is_broken || !above->is_open || above->is_broken ||
                          (is_named_wrongly && !envelope->lenient);
    }
    for (uint32_t below = depth + 1; below < 3; below++) {
        envelope->loops[below].is_open = false;
    }
    step->node->hl_no = loop->no;
    step->node->hl_parent = parent_no;
    step->node->is_broken = loop->is_broken;
    return begin(step, kind);
}

static enum cg_status open_claim(struct step *step) {
    step->envelope->in_line = false;
    step->envelope->in_other_payer = false;
    step->node->is_broken = step->envelope->has_lost_loop;
    return begin(step, CG_X12_CLAIM);
}

/* --- what closes --- */

/* The count of a trailer and its control number against what was read. */
struct closing {
    struct cg_x12_open *open;
    const char *trailer;  /* "SE" */
    const char *header;   /* "ST" */
    const char *children; /* "segments" */
    uint32_t control_no;  /* which element of the header has the number */
};

static enum cg_status close_one(struct step *step, const struct closing *closing) {
    const struct cg_x12_open *open = closing->open;
    const struct cg_text told = cg_x12_element(step->elements, 1);
    const struct cg_text control = cg_x12_element(step->elements, 2);
    const bool is_counted = told.len > 0 && cg_x12_number(told) == open->children &&
                            (open->children > 0 || strspn(told.ptr, "0") >= told.len);
    const bool is_paired =
        cg_text_equal(control, (struct cg_text){open->control, open->control_len});
    if (step->envelope->lenient) {
        step->envelope->facts.envelope_faults += (uint64_t)!is_counted + !is_paired;
    } else if (!is_counted) {
        return cg_error_set(step->err, CG_BAD_DATA,
                            "%s01 counts %u %s, but %llu were read; " FETCH_AGAIN, closing->trailer,
                            cg_x12_number(told), closing->children,
                            (unsigned long long)open->children);
    } else if (!is_paired) {
        return cg_error_set(step->err, CG_BAD_DATA,
                            "%s02 is not the number that %s%02u began with; " FETCH_AGAIN,
                            closing->trailer, closing->header, closing->control_no);
    }
    return CG_OK;
}

static enum cg_status close_outer(struct step *step, const struct closing *closing,
                                  enum cg_x12_place place, enum cg_x12_kind kind) {
    step->envelope->place = place;
    return close_one(step, closing) == CG_OK ? begin(step, kind) : step->err->status;
}

static enum cg_status close_interchange(struct step *step) {
    const struct closing closing = {&step->envelope->open[OPEN_ISA], "IEA", "ISA", "groups", 13};
    return close_outer(step, &closing, CG_X12_BETWEEN, CG_X12_IEA);
}

static enum cg_status close_group(struct step *step) {
    const struct closing closing = {&step->envelope->open[OPEN_GS], "GE", "GS", "transactions", 6};
    return close_outer(step, &closing, CG_X12_IN_INTERCHANGE, CG_X12_GE);
}

static enum cg_status close_transaction(struct step *step) {
    struct cg_x12_envelope *envelope = step->envelope;
    const struct closing closing = {&envelope->open[OPEN_ST], "SE", "ST", "segments", 2};
    const bool passes = envelope->place == CG_X12_IN_PASSED;
    envelope->open[OPEN_ST].children++;
    step->node->ends_pass = passes;
    return close_outer(step, &closing, CG_X12_IN_GROUP, passes ? CG_X12_PASSED : CG_X12_SE);
}

/* --- where a segment may stand --- */

static bool is_of_envelope(uint32_t name) {
    return name == CG_X12_NAME_ISA || name == CG_X12_NAME_GS || name == CG_X12_NAME_ST ||
           name == CG_X12_NAME_GE || name == CG_X12_NAME_IEA;
}

/* Another name may be a person's. */
static bool may_be_told(uint32_t name) {
    return is_of_envelope(name) || name == CG_X12_NAME_SE || name == CG_X12_NAME_HL ||
           name == CG_X12_NAME_CLM || cg_x12_is_of_line(name);
}

static enum cg_status refuse(struct step *step, uint32_t name, const char *expected) {
    const char letters[] = {(char)(name >> 24), (char)(name >> 16), (char)(name >> 8), '\0'};
    if (!may_be_told(name)) {
        return cg_error_set(step->err, CG_BAD_DATA,
                            "something else stands where the segment %s must stand; was the file "
                            "cut or put together by hand?",
                            expected);
    }
    return cg_error_set(
        step->err, CG_BAD_DATA, "the segment %s stands where %s must stand; %s", letters, expected,
        name == CG_X12_NAME_ISA ? "IEA is missing: the file before it was cut; fetch it again"
                                : "was the file cut or put together by hand?");
}

static enum cg_status drop_trailer(struct step *step) {
    if (!step->envelope->lenient) {
        return cg_error_set(step->err, CG_BAD_DATA, "this SE has no ST before it; " FETCH_AGAIN);
    }
    step->envelope->facts.envelope_faults++;
    return begin(step, CG_X12_DROPPED);
}

/* A claim may be rejected for what is odd in it. Outside claims nobody knows which of them it would
 * have been, and a header passes with whatever stands in it. */
static enum cg_status take_in_loop(struct step *step, uint32_t name, struct cg_text segment) {
    const bool is_odd = cg_x12_name_is_odd(name);
    if (step->envelope->within == CG_X12_CLAIM) {
        step->node->has_odd_id = is_odd;
        cg_x12_look_for_lost_loop(step->envelope, name, segment, step->node);
        return CG_OK;
    }
    if (is_odd) {
        return cg_error_set(step->err, CG_BAD_DATA,
                            "the name of this segment holds a control character, a small letter, "
                            "a blank, or too few or too many letters; was the file sent as text, "
                            "or edited by hand?");
    }
    if (cg_x12_is_of_line(name)) {
        return cg_error_set(step->err, CG_BAD_DATA,
                            "this segment is of a service line, but stands in no claim; is the CLM "
                            "before it missing? Fetch the file again, or ask the sender");
    }
    return CG_OK;
}

static enum cg_status take_in_transaction(struct step *step, uint32_t name,
                                          struct cg_text segment) {
    struct cg_x12_envelope *envelope = step->envelope;
    if (name == CG_X12_NAME_SE) {
        return close_transaction(step);
    }
    if (is_of_envelope(name)) {
        return refuse(step, name, "SE");
    }
    envelope->open[OPEN_ST].children++;
    if (envelope->place == CG_X12_IN_PASSED) {
        return CG_OK;
    }
    if (name == CG_X12_NAME_HL) {
        return open_loop(step);
    }
    if (name == CG_X12_NAME_CLM) {
        return open_claim(step);
    }
    return take_in_loop(step, name, segment);
}

static enum cg_status take_outside(struct step *step, uint32_t name) {
    switch (step->envelope->place) {
    case CG_X12_BETWEEN:
        return name == CG_X12_NAME_ISA ? open_interchange(step) : refuse(step, name, "ISA");
    case CG_X12_IN_INTERCHANGE:
        return name == CG_X12_NAME_GS    ? open_group(step)
               : name == CG_X12_NAME_IEA ? close_interchange(step)
               : name == CG_X12_NAME_SE  ? drop_trailer(step)
               : name == CG_X12_NAME_TA1 ? CG_OK
                                         : refuse(step, name, "GS or IEA");
    case CG_X12_IN_GROUP:
        return name == CG_X12_NAME_ST   ? open_transaction(step)
               : name == CG_X12_NAME_GE ? close_group(step)
               : name == CG_X12_NAME_SE ? drop_trailer(step)
                                        : refuse(step, name, "ST or GE");
    case CG_X12_IN_TRANSACTION:
    case CG_X12_IN_PASSED:
        break;
    }
    return CG_OK;
}

enum cg_status cg_x12_envelope_take(struct cg_x12_envelope *envelope, struct cg_text segment,
                                    struct cg_x12_node *node, bool *begins, struct cg_error *err) {
    const uint32_t name = cg_x12_name_of(segment, envelope->marks.element);
    struct cg_x12_elements elements;
    struct step step = {
        .envelope = envelope, .elements = &elements, .node = node, .begins = begins, .err = err};
    const bool inside = envelope->place >= CG_X12_IN_TRANSACTION;
    *begins = false;
    envelope->facts.segments++;
    if (!inside || name == CG_X12_NAME_HL || name == CG_X12_NAME_SE) {
        cg_x12_read_elements(segment, &envelope->marks, &elements);
    }
    return inside ? take_in_transaction(&step, name, segment) : take_outside(&step, name);
}
