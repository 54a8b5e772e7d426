#include "line_store.h"

#include "claimgate/base/hash.h"
#include "large_member.h"
#include "member_history.h"
#include "member_rows.h"

#include <string.h>

/* A claim has few lines, but what one takes back may be all that a large member has. */
static const uint32_t steps_max = UINT32_MAX / 2;

void cg_line_store_init(struct cg_line_store *store) {
    uint32_t sizes[CG_POOL_CLASSES];
    for (uint32_t i = 0; i < CG_POOL_CLASSES; i++) {
        sizes[i] = cg_member_rows_bytes(cg_member_rows_in_class[i]);
    }
    *store = (struct cg_line_store){
        .seed = cg_hash_run_seed(),
        .large_member_lines = cg_member_rows_in_class[CG_POOL_CLASSES - 1],
    };
    cg_pool_init(&store->pool, sizes);
    cg_outline_ring_init(&store->outlines);
    cg_array_init(&store->steps, sizeof(struct cg_claim_step), steps_max);
}

void cg_line_store_fini(struct cg_line_store *store) {
    cg_large_member_free_all(store);
    cg_outline_ring_fini(&store->outlines);
    cg_pool_fini(&store->pool);
    cg_array_fini(&store->steps);
}

void cg_line_store_reset(struct cg_line_store *store) {
    cg_large_member_free_all(store);
    cg_pool_reset(&store->pool);
    store->next_ref = 0;
    store->spare_ref = 0;
}

static struct cg_service *service_at(const struct cg_line_store *store, uint32_t ref) {
    return cg_pool_at(&store->pool, ref);
}

static uint32_t take_spare(struct cg_line_store *store) {
    const uint32_t ref = store->spare_ref;
    if (ref != 0) {
        memcpy(&store->spare_ref, service_at(store, ref), sizeof ref);
    }
    return ref;
}

static void give_spare(struct cg_line_store *store, uint32_t ref) {
    memcpy(service_at(store, ref), &store->spare_ref, sizeof ref);
    store->spare_ref = ref;
}

struct cg_service *cg_line_store_next(struct cg_line_store *store) {
    if (store->next_ref == 0) {
        store->next_ref = take_spare(store);
    }
    if (store->next_ref == 0) {
        store->next_ref = cg_pool_take_small(&store->pool, sizeof(struct cg_service));
    }
    return store->next_ref == 0 ? NULL : service_at(store, store->next_ref);
}

bool cg_line_store_keep_text(struct cg_line_store *store, struct cg_text text,
                             struct cg_text *out) {
    const uint32_t ref = text.len > 0 ? cg_pool_take_small(&store->pool, text.len) : 0;
    *out = (struct cg_text){"", 0};
    if (ref != 0) {
        char *copy = cg_pool_at(&store->pool, ref);
        memcpy(copy, text.ptr, text.len);
        *out = (struct cg_text){copy, text.len};
    }
    return ref != 0 || text.len == 0;
}

bool cg_line_store_keep_long(struct cg_line_store *store, struct cg_key *key) {
    struct cg_text kept;
    const bool good = cg_line_store_keep_text(store, cg_key_text(key), &kept);
    key->first = good ? (uintptr_t)kept.ptr : key->first;
    return good;
}

void cg_line_store_open_claim(struct cg_line_store *store) {
    store->claim_is_open = true;
    store->steps.count = 0;
}

bool cg_line_store_note(struct cg_line_store *store, struct cg_claim_step step) {
    struct cg_claim_step *noted = cg_array_add(&store->steps);
    if (noted != NULL) {
        *noted = step;
    }
    return noted != NULL;
}

/* Lines of one claim share a copy of its id. */
static bool keep_claim(struct cg_line_store *store) {
    struct cg_key view = {0};
    struct cg_key kept = {0};
    for (uint32_t i = 0; i < store->steps.count; i++) {
        const struct cg_claim_step *step = cg_array_at(&store->steps, i);
        struct cg_service *service = service_at(store, step->ref);
        if (step->taken_back) {
            continue;
        }
        if (!cg_key_equal(&service->claim, &view)) {
            view = kept = service->claim;
            if (!cg_line_store_keep_key(store, &kept)) {
                return false;
            }
        }
        service->claim = kept;
    }
    return true;
}

static bool undo(struct cg_line_store *store, const struct cg_claim_step *step) {
    if (step->taken_back) {
        return cg_member_history_put_back(store, step->history, step->ref, step->place);
    }
    cg_member_history_take_last(store, step->history);
    give_spare(store, step->ref);
    return true;
}

bool cg_line_store_close_claim(struct cg_line_store *store, bool stands) {
    store->claim_is_open = false;
    if (stands) {
        return keep_claim(store);
    }
    bool good = true;
    for (uint32_t i = store->steps.count; i > 0 && good; i--) {
        good = undo(store, cg_array_at(&store->steps, i - 1));
    }
    return good;
}
