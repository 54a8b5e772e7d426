#include "elements.h"

static const struct cg_text nothing = {"", 0};

static struct cg_text npi_of(const struct cg_x12_views *nm1) {
    return cg_x12_view_is(nm1, 8, "XX") ? cg_x12_view(nm1, 9) : nothing;
}

/* A provider below its own loop, a patient in the subscriber's, a subscriber in the patient's: the
 * HL before it has been lost. */
static bool is_of_another_loop(const struct cg_x12_walk *walk, const struct cg_x12_views *nm1) {
    const bool in_patient = walk->loop == CG_X12_LOOP_PATIENT;
    return cg_x12_view_is(nm1, 1, "85") || cg_x12_view_is(nm1, 1, "87") ||
           cg_x12_view_is(nm1, 1, in_patient ? "IL" : "QC");
}

static void name_entity(struct cg_x12_walk *walk, const struct cg_x12_views *nm1) {
    const bool in_billing = walk->loop == CG_X12_LOOP_BILLING || walk->loop == CG_X12_LOOP_PAY_TO;
    const bool in_subscriber =
        walk->loop == CG_X12_LOOP_SUBSCRIBER || walk->loop == CG_X12_LOOP_PAYER;
    if (in_billing && cg_x12_view_is(nm1, 1, "85")) {
        walk->loop = CG_X12_LOOP_BILLING;
        walk->billing_npi = npi_of(nm1);
        walk->billing_names++;
    } else if (in_billing) {
        walk->loop = CG_X12_LOOP_PAY_TO;
    } else if (is_of_another_loop(walk, nm1)) {
        *(walk->loop == CG_X12_LOOP_PATIENT ? &walk->patient_has_misplaced_name
                                            : &walk->has_misplaced_name) = true;
    } else if (in_subscriber && cg_x12_view_is(nm1, 1, "IL")) {
        walk->loop = CG_X12_LOOP_SUBSCRIBER;
        walk->member_id = cg_x12_view(nm1, 9);
        walk->member_names++;
    } else if (in_subscriber) {
        walk->loop = CG_X12_LOOP_PAYER;
    } else if (walk->loop == CG_X12_LOOP_PATIENT && cg_x12_view_is(nm1, 1, "QC")) {
        walk->patient_first_name = cg_x12_view(nm1, 4);
        walk->patient_names++;
    }
}

static void note_birth(struct cg_x12_walk *walk, const struct cg_x12_views *dmg) {
    if (walk->loop == CG_X12_LOOP_SUBSCRIBER) {
        walk->birth_date = cg_x12_view(dmg, 2);
    } else if (walk->loop == CG_X12_LOOP_PATIENT) {
        walk->patient_birth_date = cg_x12_view(dmg, 2);
    }
}

void cg_x12_walk_in_header(struct cg_x12_walk *walk, uint32_t name, struct cg_text segment) {
    struct cg_x12_views views;
    switch (name) {
    case CG_X12_NAME_GS:
        cg_x12_read_views(walk, segment, 5, &views);
        walk->received = cg_x12_view(&views, 4);
        break;
    case CG_X12_NAME_ST:
        cg_x12_read_views(walk, segment, 3, &views);
        walk->transaction = cg_x12_view(&views, 2);
        break;
    case CG_X12_NAME('N', 'M', '1'):
        cg_x12_read_views(walk, segment, 10, &views);
        name_entity(walk, &views);
        break;
    case CG_X12_NAME('D', 'M', 'G'):
        cg_x12_read_views(walk, segment, 3, &views);
        note_birth(walk, &views);
        break;
    default:
        break;
    }
}

static void open_subscriber(struct cg_x12_walk *walk, bool is_open) {
    walk->has_subscriber = is_open;
    walk->has_patient = false;
    walk->member_id = nothing;
    walk->member_names = 0;
    walk->has_misplaced_name = false;
    walk->birth_date = nothing;
}

/* What stands below forgets what stood below before. */
void cg_x12_walk_open_header(struct cg_x12_walk *walk, const struct cg_x12_node *node) {
    static const enum cg_x12_loop_kind loops[CG_X12_LEVELS] = {
        [CG_X12_BILLING] = CG_X12_LOOP_BILLING,
        [CG_X12_SUBSCRIBER] = CG_X12_LOOP_SUBSCRIBER,
        [CG_X12_PATIENT] = CG_X12_LOOP_PATIENT,
    };
    walk->loop = loops[node->kind];
    walk->is_broken = node->is_broken;
    walk->patient_birth_date = nothing;
    walk->patient_first_name = nothing;
    walk->patient_names = 0;
    walk->patient_has_misplaced_name = false;
    if (node->kind == CG_X12_PATIENT) {
        walk->has_patient = true;
        return;
    }
    open_subscriber(walk, node->kind == CG_X12_SUBSCRIBER);
    if (node->kind != CG_X12_SUBSCRIBER) {
        walk->billing_npi = nothing;
        walk->billing_names = 0;
    }
}
