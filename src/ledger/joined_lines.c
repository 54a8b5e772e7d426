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
};

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while reading a ledger set");
}

void cg_joined_put_number(char *out, uint64_t number) {
    for (int i = 0; i < 8; i++) {
        out[i] = (char)(number >> (56 - 8 * i));
    }
}

static uint64_t number_at(const char *bytes) {
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) {
        number = number << 8 | (uint8_t)bytes[i];
    }
    return number;
}

static enum cg_status add_place(void *context, const struct cg_ledger_decision *decision,
                                struct cg_error *err) {
    const struct gathering *gathering = context;
    char key[KEY_BYTES];
    cg_joined_put_number(key, (uint64_t)decision->run_no);
    cg_joined_put_number(key + 8, (uint64_t)decision->input_no);
    cg_joined_put_number(key + 16, (uint64_t)decision->source_line);
    cg_joined_put_number(key + 24, gathering->part_no);
    cg_joined_put_number(key + 32, (uint64_t)decision->line_no);
    return cg_sorter_add(gathering->places, (struct cg_text){key, sizeof key},
                         (struct cg_text){"", 0}, err);
}

static enum cg_status tell_place(struct cg_joined *joined, const char *key,
                                 cg_ledger_decision_fn fn, void *context, struct cg_error *err) {
    char list[32];
    struct cg_ledger *part;
    const int len = snprintf(list, sizeof list, "[%llu]", (unsigned long long)number_at(key + 32));
    return cg_joined_part(joined, (uint32_t)number_at(key + 24), &part, err) == CG_OK
               ? cg_ledger_visit_list(part, (struct cg_text){list, (uint32_t)len}, fn, context, err)
               : err->status;
}

static enum cg_status tell_places(struct gathering *gathering, cg_ledger_decision_fn fn,
                                  void *context, struct cg_error *err) {
    struct cg_text key;
    struct cg_text payload;
    bool more = true;
    enum cg_status status = cg_sorter_finish(gathering->places, err);
    while (status == CG_OK) {
        status = cg_sorter_next(gathering->places, &key, &payload, &more, err);
        if (status != CG_OK || !more) {
            break;
        }
        status = tell_place(gathering->joined, key.ptr, fn, context, err);
    }
    return status;
}

static enum cg_status gather(struct cg_ledger *ledger, struct gathering *gathering,
                             struct cg_error *err) {
    for (struct cg_ledger *part = cg_joined_next(ledger, NULL, err); part != NULL;
         part = cg_joined_next(ledger, part, err)) {
        gathering->part_no = part->mark.part_no;
        if ((gathering->visit != NULL
                 ? gathering->visit(part, add_place, gathering, err)
                 : cg_ledger_visit_claim(part, gathering->claim_id, gathering->line, add_place,
                                         gathering, err)) != CG_OK) {
            return err->status;
        }
    }
    return err->status;
}

static enum cg_status gather_and_tell(struct cg_ledger *ledger, struct gathering *gathering,
                                      cg_ledger_decision_fn fn, void *context,
                                      struct cg_error *err) {
    gathering->joined = ledger->joined;
    gathering->places = cg_sorter_new(ledger->dir, SORT_BYTES);
    enum cg_status status =
        gathering->places == NULL ? no_memory(err) : gather(ledger, gathering, err);
    if (status == CG_OK) {
        status = tell_places(gathering, fn, context, err);
    }
    cg_sorter_free(gathering->places);
    return status;
}

enum cg_status cg_joined_visit_claim(struct cg_ledger *ledger, struct cg_text claim_id,
                                     struct cg_text line, cg_ledger_decision_fn fn, void *context,
                                     struct cg_error *err) {
    struct gathering gathering = {.claim_id = claim_id, .line = line};
    return gather_and_tell(ledger, &gathering, fn, context, err);
}

enum cg_status cg_joined_visit_freed(struct cg_ledger *ledger, cg_ledger_decision_fn fn,
                                     void *context, struct cg_error *err) {
    struct gathering gathering = {.visit = cg_ledger_visit_freed};
    return gather_and_tell(ledger, &gathering, fn, context, err);
}

enum cg_status cg_joined_visit_early(struct cg_ledger *ledger, cg_ledger_decision_fn fn,
                                     void *context, struct cg_error *err) {
    struct gathering gathering = {.visit = cg_ledger_visit_early};
    return gather_and_tell(ledger, &gathering, fn, context, err);
}

/* A claim's numbers, or a number's claims: in their order, each once. */

static enum cg_status add_number(void *context, struct cg_text id, struct cg_error *err) {
    return cg_sorter_add(context, id, (struct cg_text){"", 0}, err);
}

static enum cg_status tell_numbers(struct cg_sorter *ids, cg_ledger_number_fn fn, void *context,
                                   struct cg_error *err) {
    char last[CG_ID_MAX_BYTES + 1] = "";
    struct cg_text id;
    struct cg_text payload;
    bool more = true;
    enum cg_status status = cg_sorter_finish(ids, err);
    while (status == CG_OK) {
        status = cg_sorter_next(ids, &id, &payload, &more, err);
        if (status != CG_OK || !more) {
            break;
        }
        if (id.len <= CG_ID_MAX_BYTES && !cg_text_equal(id, cg_text_of(last))) {
            memcpy(last, id.ptr, id.len);
            last[id.len] = '\0';
            status = fn(context, cg_text_of(last), err);
        }
    }
    return status;
}

static enum cg_status add_numbers(struct cg_ledger *ledger, struct cg_text id, bool of_payer,
                                  struct cg_sorter *ids, struct cg_error *err) {
    for (struct cg_ledger *part = cg_joined_next(ledger, NULL, err); part != NULL;
         part = cg_joined_next(ledger, part, err)) {
        if (cg_ledger_visit_numbers(part, id, of_payer, add_number, ids, err) != CG_OK) {
            return err->status;
        }
    }
    return err->status;
}

enum cg_status cg_joined_visit_numbers(struct cg_ledger *ledger, struct cg_text id, bool of_payer,
                                       cg_ledger_number_fn fn, void *context,
                                       struct cg_error *err) {
    struct cg_sorter *ids = cg_sorter_new(ledger->dir, SORT_BYTES);
    enum cg_status status =
        ids == NULL ? no_memory(err) : add_numbers(ledger, id, of_payer, ids, err);
    if (status == CG_OK) {
        status = tell_numbers(ids, fn, context, err);
    }
    cg_sorter_free(ids);
    return status;
}
