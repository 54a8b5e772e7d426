#include "claimgate/record/line_ids.h"

#include "claimgate/base/hash.h"
#include "claimgate/record/line.h"

enum { LINE_IDS_MAX = CG_LINE_KEY_MAX - CG_LINE_NUMBER_MAX };

void cg_line_ids_init(struct cg_line_ids *ids, uint32_t last_number) {
    *ids = (struct cg_line_ids){.seed = cg_hash_run_seed(), .last_number = last_number};
    cg_array_init(&ids->list, sizeof(struct cg_line_id), LINE_IDS_MAX);
    cg_buffer_init(&ids->texts, UINT32_MAX);
}

void cg_line_ids_fini(struct cg_line_ids *ids) {
    cg_array_fini(&ids->list);
    cg_hash_table_fini(&ids->table);
    cg_buffer_fini(&ids->texts);
}

struct cg_text cg_line_ids_text(const struct cg_line_ids *ids, const struct cg_line_id *id) {
    return (struct cg_text){ids->texts.data + id->offset, id->len};
}

static bool same_id(const void *context, uint32_t ref, const void *key) {
    const struct cg_line_ids *ids = context;
    return cg_text_equal(cg_line_ids_text(ids, cg_array_at(&ids->list, ref - 1)),
                         *(const struct cg_text *)key);
}

uint32_t cg_line_ids_find(const struct cg_line_ids *ids, struct cg_text id) {
    const uint64_t hash = cg_hash64(id.ptr, id.len, ids->seed);
    const uint32_t ref = cg_hash_table_find(&ids->table, hash, same_id, ids, &id);
    return ref == 0 ? CG_LINE_NUMBER_NONE
                    : ((const struct cg_line_id *)cg_array_at(&ids->list, ref - 1))->number;
}

uint32_t cg_line_ids_add(struct cg_line_ids *ids, struct cg_text id, uint32_t number) {
    const size_t offset = ids->texts.len_bytes;
    const bool is_new = number == CG_LINE_NUMBER_NONE;
    if ((is_new && ids->last_number >= CG_LINE_KEY_MAX) ||
        !cg_buffer_append(&ids->texts, id.ptr, id.len)) {
        return CG_LINE_NUMBER_NONE;
    }
    struct cg_line_id *added = cg_array_add(&ids->list);
    if (added == NULL) {
        return CG_LINE_NUMBER_NONE;
    }
    *added = (struct cg_line_id){.offset = (uint32_t)offset,
                                 .number = is_new ? ++ids->last_number : number,
                                 .len = (uint8_t)id.len,
                                 .is_new = is_new};
    const uint64_t hash = cg_hash64(id.ptr, id.len, ids->seed);
    return cg_hash_table_add(&ids->table, hash, ids->list.count) ? added->number
                                                                 : CG_LINE_NUMBER_NONE;
}
