/*
 * Members near a cap, of all parts. A member's number there is made of the part's own number and
 * the part.
 */
#include "joined.h"
#include "near.h"

#include "claimgate/base/array.h"

enum { NEAR_MAX = 1 << 30 };

static enum cg_status add_found(const struct cg_joined *joined, const struct cg_array *found,
                                uint32_t part_no, struct cg_array *out, struct cg_error *err) {
    for (uint32_t i = 0; i < found->count; i++) {
        const struct cg_ledger_near *of_part = cg_array_at(found, i);
        struct cg_ledger_near *near = cg_array_add(out);
        if (near == NULL) {
            return cg_error_set(err, CG_INTERNAL, "out of memory while reading a ledger set");
        }
        *near = (struct cg_ledger_near){.member_no =
                                            of_part->member_no * (int64_t)joined->count + part_no,
                                        .at_most = of_part->at_most};
    }
    return CG_OK;
}

enum cg_status cg_joined_find_near(struct cg_ledger *ledger,
                                   const struct cg_ledger_near_question *question,
                                   struct cg_array *out, enum cg_near_way *way,
                                   struct cg_error *err) {
    cg_array_init(out, sizeof(struct cg_ledger_near), NEAR_MAX);
    *way = CG_NEAR_BY_INDEX;
    for (struct cg_ledger *part = cg_joined_next(ledger, NULL, err); part != NULL;
         part = cg_joined_next(ledger, part, err)) {
        struct cg_array found;
        enum cg_near_way way_here = CG_NEAR_BY_INDEX;
        enum cg_status status = cg_ledger_find_near(part, question, &found, &way_here, err);
        if (status == CG_OK) {
            status = add_found(ledger->joined, &found, part->mark.part_no, out, err);
        }
        /* Where one part cannot tell, the list is not by bounds. */
        *way = way_here != CG_NEAR_BY_INDEX ? way_here : *way;
        cg_array_fini(&found);
        if (status != CG_OK) {
            return status;
        }
    }
    cg_array_sort(out, cg_near_by_bounds);
    return err->status;
}

enum cg_status cg_joined_member_id(struct cg_joined *joined, int64_t member_no,
                                   struct cg_text *member_id, struct cg_error *err) {
    struct cg_ledger *part;
    return cg_joined_part(joined, (uint32_t)(member_no % joined->count), &part, err) == CG_OK
               ? cg_ledger_member_id(part, member_no / joined->count, member_id, err)
               : err->status;
}
