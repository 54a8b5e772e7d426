/*
 * Decisions of all parts, in the order in which one ledger would have them: by run, then by input
 * and line. Their places are sorted, then each is read from its part.
 */
#include "joined.h"
#include "recall.h"

#include <string.h>

enum { SORT_BYTES = 16 << 20, NUMBERS = 5, KEY_BYTES = NUMBERS * 8 };

struct gathering {
    struct cg_joined *joined;
    struct cg_sorter *places;
    uint32_t part_no;
    /* What is asked of each part. */
    struct cg_text claim_id;
    struct cg_text line;
    enum cg_status (*visit)(struct cg_ledger *part, cg_ledger_decision_fn fn, void *context,
                            struct cg_error *err);
    /* Who is told. */
    cg_ledger_decision_fn fn;
    void *context;
};

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while reading a ledger set");
}

static enum cg_status add_place(void *context, const struct cg_ledger_decision *decision,
                                struct cg_error *err) {
    const struct gathering *gathering = context;
    char key[KEY_BYTES];
    cg_sorter_put_number(key, (uint64_t)decision->run_no);
    cg_sorter_put_number(key + 8, (uint64_t)decision->input_no);
    cg_sorter_put_number(key + 16, (uint64_t)decision->source_line);
    cg_sorter_put_number(key + 24, gathering->part_no);
    cg_sorter_put_number(key + 32, (uint64_t)decision->line_no);
    return cg_sorter_add(gathering->places, (struct cg_text){key, sizeof key},
                         (struct cg_text){"", 0}, err);
}

static enum cg_status tell_place(void *context, struct cg_text key, struct cg_text payload,
                                 struct cg_error *err) {
    const struct gathering *gathering = context;
    char list[32];
    struct cg_ledger *part;
    const int len =
        snprintf(list, sizeof list, "[%llu]", (unsigned long long)cg_sorter_number(key.ptr + 32));
    (void)payload;
    return cg_joined_part(gathering->joined, (uint32_t)cg_sorter_number(key.ptr + 24), &part,
                          err) == CG_OK
               ? cg_ledger_visit_list(part, (struct cg_text){list, (uint32_t)len}, gathering->fn,
                                      gathering->context, err)
               : err->status;
}

static enum cg_status gather(struct cg_ledger *part, void *context, struct cg_error *err) {
    struct gathering *gathering = context;
    gathering->part_no = part->mark.part_no;
    return gathering->visit != NULL
               ? gathering->visit(part, add_place, gathering, err)
               : cg_ledger_visit_claim(part, gathering->claim_id, gathering->line, add_place,
                                       gathering, err);
}

static enum cg_status gather_and_tell(struct cg_ledger *ledger, struct gathering *gathering,
                                      struct cg_error *err) {
    gathering->joined = ledger->joined;
    gathering->places = cg_sorter_new(ledger->dir, SORT_BYTES);
    enum cg_status status =
        gathering->places == NULL ? no_memory(err) : cg_joined_each(ledger, gather, gathering, err);
    if (status == CG_OK) {
        status = cg_sorter_each(gathering->places, tell_place, gathering, err);
    }
    cg_sorter_free(gathering->places);
    return status;
}

enum cg_status cg_joined_visit_claim(struct cg_ledger *ledger, struct cg_text claim_id,
                                     struct cg_text line, cg_ledger_decision_fn fn, void *context,
                                     struct cg_error *err) {
    struct gathering gathering = {.claim_id = claim_id, .line = line, .fn = fn, .context = context};
    return gather_and_tell(ledger, &gathering, err);
}

enum cg_status cg_joined_visit_freed(struct cg_ledger *ledger, cg_ledger_decision_fn fn,
                                     void *context, struct cg_error *err) {
    struct gathering gathering = {.visit = cg_ledger_visit_freed, .fn = fn, .context = context};
    return gather_and_tell(ledger, &gathering, err);
}

enum cg_status cg_joined_visit_early(struct cg_ledger *ledger, cg_ledger_decision_fn fn,
                                     void *context, struct cg_error *err) {
    struct gathering gathering = {.visit = cg_ledger_visit_early, .fn = fn, .context = context};
    return gather_and_tell(ledger, &gathering, err);
}

/* A claim's numbers, or a number's claims: in their order, each once. */

struct numbers {
    struct cg_text id; /* asked about */
    bool of_payer;
    struct cg_sorter *found;
    char last[CG_ID_MAX_BYTES + 1];
    cg_ledger_number_fn fn;
    void *context;
};

static enum cg_status add_number(void *context, struct cg_text id, struct cg_error *err) {
    return cg_sorter_add(context, id, (struct cg_text){"", 0}, err);
}

static enum cg_status add_numbers(struct cg_ledger *part, void *context, struct cg_error *err) {
    const struct numbers *numbers = context;
    return cg_ledger_visit_numbers(part, numbers->id, numbers->of_payer, add_number, numbers->found,
                                   err);
}

static enum cg_status tell_number(void *context, struct cg_text id, struct cg_text payload,
                                  struct cg_error *err) {
    struct numbers *numbers = context;
    (void)payload;
    if (id.len > CG_ID_MAX_BYTES || cg_text_is(id, numbers->last)) {
        return CG_OK;
    }
    memcpy(numbers->last, id.ptr, id.len);
    numbers->last[id.len] = '\0';
    return numbers->fn(numbers->context, cg_text_of(numbers->last), err);
}

enum cg_status cg_joined_visit_numbers(struct cg_ledger *ledger, struct cg_text id, bool of_payer,
                                       cg_ledger_number_fn fn, void *context,
                                       struct cg_error *err) {
    struct numbers numbers = {.id = id,
                              .of_payer = of_payer,
                              .found = cg_sorter_new(ledger->dir, SORT_BYTES),
                              .fn = fn,
                              .context = context};
    enum cg_status status =
        numbers.found == NULL ? no_memory(err) : cg_joined_each(ledger, add_numbers, &numbers, err);
    if (status == CG_OK) {
        status = cg_sorter_each(numbers.found, tell_number, &numbers, err);
    }
    cg_sorter_free(numbers.found);
    return status;
}
