#include "claimgate/gate/vain_take_backs.h"

struct kept {
    struct cg_passing_take_back passing;
    uint32_t source_no;
    uint64_t line;
};

/* Each has three keys of its own, a byte behind each, and blocks are rounded up. */
enum { KEYS_BYTES = CG_VAIN_TAKE_BACKS_MAX * 4 * CG_ID_MAX_BYTES };

void cg_vain_take_backs_init(struct cg_vain_take_backs *vain) {
    *vain = (struct cg_vain_take_backs){.beyond = 0};
    cg_array_init(&vain->kept, sizeof(struct kept), CG_VAIN_TAKE_BACKS_MAX);
    cg_arena_init(&vain->keys, KEYS_BYTES);
}

void cg_vain_take_backs_fini(struct cg_vain_take_backs *vain) {
    cg_array_fini(&vain->kept);
    cg_arena_fini(&vain->keys);
}

static bool copy_key(struct cg_arena *keys, struct cg_key *key) {
    if (!cg_key_is_long(key)) {
        return true;
    }
    const uint32_t len = cg_key_len(key);
    const char *copy = cg_arena_copy(keys, cg_key_far(key), len);
    if (copy != NULL) {
        *key = cg_key_of((struct cg_text){copy, len});
    }
    return copy != NULL;
}

static bool keep(struct cg_vain_take_backs *vain, const struct cg_passing_take_back *passing,
                 const struct cg_batch *batch) {
    struct kept kept = {
        .passing = *passing,
        .source_no = batch->source_no,
        .line = batch->first_line + cg_batch_record(batch, passing->record_no)->line_delta,
    };
    if (vain->kept.count == CG_VAIN_TAKE_BACKS_MAX) {
        vain->beyond++;
        return true;
    }
    struct cg_key *const keys[] = {&kept.passing.member_id, &kept.passing.claim_id,
                                   &kept.passing.original_claim_id};
    struct kept *place = cg_array_add(&vain->kept);
    bool good = place != NULL;
    for (size_t i = 0; good && i < sizeof keys / sizeof keys[0]; i++) {
        good = copy_key(&vain->keys, keys[i]);
    }
    if (good) {
        *place = kept;
    }
    return good;
}

enum cg_status cg_vain_take_backs_add(struct cg_vain_take_backs *vain, struct cg_history *history,
                                      const struct cg_batch *batch, struct cg_error *err) {
    for (uint32_t i = 0; i < batch->passing_take_backs.count; i++) {
        const struct cg_passing_take_back *passing = cg_array_at(&batch->passing_take_backs, i);
        bool in_vain;
        const enum cg_status status = cg_history_asks_in_vain(history, passing, &in_vain, err);
        if (status != CG_OK) {
            return status;
        }
        if (in_vain && !keep(vain, passing, batch)) {
            return cg_error_no_memory(err);
        }
    }
    return CG_OK;
}

enum cg_status cg_vain_take_backs_end(const struct cg_vain_take_backs *vain,
                                      struct cg_history *history, cg_vain_take_back_fn fn,
                                      void *context, uint64_t *count, struct cg_error *err) {
    *count = vain->beyond;
    for (uint32_t i = 0; i < vain->kept.count; i++) {
        const struct kept *kept = cg_array_at(&vain->kept, i);
        bool in_vain;
        const enum cg_status status =
            cg_history_asks_in_vain(history, &kept->passing, &in_vain, err);
        if (status != CG_OK) {
            return status;
        }
        if (in_vain) {
            fn(context, kept->source_no, kept->line);
            ++*count;
        }
    }
    return CG_OK;
}
