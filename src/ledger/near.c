#include "near.h"

#include "claimgate/base/assert.h"
#include "claimgate/record/field.h"

#include <stdlib.h>
#include <string.h>

enum {
    PERIODS_MAX = 1 << 16,
    USES_MAX = 1 << 27,
    BLOCK_BYTES = CG_PACKED_BYTES(4),
    ENTRY_BYTES = 2 * CG_VARINT_MAX_BYTES,
};

struct cg_near_period {
    const struct cg_cap *cap;
    int32_t first_day;
    int32_t last_day;
};

struct cg_near_use {
    struct use_key {
        int64_t member_no;
        uint64_t period_no;
    } key;
    uint64_t units;
};

bool cg_near_init(struct cg_near *near, const struct cg_policy *policy, bool is_sum) {
    *near = (struct cg_near){.policy = policy, .is_sum = is_sum, .seed = cg_hash_run_seed()};
    cg_array_init(&near->periods, sizeof(struct cg_near_period), PERIODS_MAX);
    cg_array_init(&near->uses, sizeof(struct cg_near_use), USES_MAX);
    cg_buffer_init(&near->packed, BLOCK_BYTES + ENTRY_BYTES);
    return cg_buffer_reserve(&near->packed, near->packed.limit_bytes);
}

void cg_near_fini(struct cg_near *near) {
    cg_array_fini(&near->periods);
    cg_array_fini(&near->uses);
    cg_hash_table_fini(&near->table);
    cg_buffer_fini(&near->packed);
}

/* Few, and mostly the one found last. UINT32_MAX: no memory. */
static uint32_t period_of(struct cg_near *near, const struct cg_cap *cap, int32_t day_no) {
    for (uint32_t i = near->periods.count; i-- > 0;) {
        const struct cg_near_period *period = cg_array_at(&near->periods, i);
        if (period->first_day <= day_no && day_no <= period->last_day &&
            strcmp(period->cap->id, cap->id) == 0) {
            return i;
        }
    }
    struct cg_near_period *added = cg_array_add(&near->periods);
    if (added == NULL) {
        return UINT32_MAX;
    }
    added->cap = cap;
    cg_cap_period(cap, day_no, &added->first_day, &added->last_day);
    return near->periods.count - 1;
}

static bool same_use(const void *context, uint32_t ref, const void *key) {
    const struct cg_near *near = context;
    const struct cg_near_use *use = cg_array_at(&near->uses, ref - 1);
    return memcmp(&use->key, key, sizeof use->key) == 0;
}

static struct cg_near_use *use_of(struct cg_near *near, struct use_key key) {
    const uint64_t hash = cg_hash64(&key, sizeof key, near->seed);
    const uint32_t ref = cg_hash_table_find(&near->table, hash, same_use, near, &key);
    if (ref != 0) {
        return cg_array_at(&near->uses, ref - 1);
    }
    struct cg_near_use *use = cg_array_add(&near->uses);
    if (use == NULL || !cg_hash_table_add(&near->table, hash, near->uses.count)) {
        return NULL;
    }
    *use = (struct cg_near_use){.key = key};
    return use;
}

/* `units` stand in the cap's period that holds the day; of paid lines, come to it. */
static bool keep(struct cg_near *near, const struct cg_cell *cells, uint32_t period_no,
                 uint64_t units) {
    const struct use_key key = {cells[CG_LINE_MEMBER].integer, period_no};
    struct cg_near_use *use = use_of(near, key);
    if (use == NULL) {
        return false;
    }
    if (near->is_sum) {
        use->units += units;
    } else if (units > use->units) {
        use->units = units;
    }
    return true;
}

/* The further periods that a span reaches into: a line that a cap has let pass leaves no more than
 * its limit in each of them. */
static bool keep_span(struct cg_near *near, const struct cg_cell *cells, const struct cg_cap *cap,
                      uint64_t units) {
    const int64_t end_day = cells[CG_LINE_END].kind == CG_CELL_NULL ? cells[CG_LINE_START].integer
                                                                    : cells[CG_LINE_END].integer;
    int64_t day_no = cells[CG_LINE_START].integer;
    do {
        const uint32_t period_no = period_of(near, cap, (int32_t)day_no);
        if (period_no == UINT32_MAX || !keep(near, cells, period_no, units)) {
            return false;
        }
        const struct cg_near_period *period = cg_array_at(&near->periods, period_no);
        day_no = (int64_t)period->last_day + 1;
        units = near->is_sum ? units : cap->limit_units;
    } while (day_no <= end_day);
    return true;
}

static bool counts(const struct cg_near *near, const struct cg_cell *cells,
                   const struct cg_cap *cap) {
    const uint64_t procedure = cg_field_procedure(cells[CG_LINE_PROCEDURE].bytes);
    const int procedure_no = cg_policy_procedure(near->policy, procedure);
    return procedure_no >= 0 && cg_cap_counts(cap, (uint8_t)procedure_no);
}

bool cg_near_add(struct cg_near *near, const struct cg_cell *cells) {
    uint32_t used[CG_CAPS_MAX];
    if (near->policy == NULL || cells[CG_LINE_DECISION].integer == CG_REJECTED ||
        cells[CG_LINE_EXEMPT].integer != 0 || cells[CG_LINE_FREQUENCY].integer == CG_VOID) {
        return true;
    }
    const struct cg_policy_version *version =
        cg_policy_in_force(near->policy, (int32_t)cells[CG_LINE_START].integer);
    const uint64_t accepted = (uint64_t)cells[CG_LINE_ACCEPTED].integer;
    const uint32_t tested = cg_ledger_read_cap_used(&cells[CG_LINE_CAP_USED], used);
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        const struct cg_cap *cap = &version->caps[i];
        const bool is_tested = i < tested && used[i] != UINT32_MAX;
        const uint64_t units = near->is_sum || !is_tested ? accepted : accepted + used[i];
        const bool matters = near->is_sum ? counts(near, cells, cap)
                                          : is_tested && (units >= cg_near_floor(cap) ||
                                                          cells[CG_LINE_END].kind != CG_CELL_NULL);
        if (cg_near_keeps(cap) && matters && !keep_span(near, cells, cap, units)) {
            return false;
        }
    }
    return true;
}

static int compare_uses(const void *a, const void *b) {
    const struct cg_near_use *x = a;
    const struct cg_near_use *y = b;
    return x->key.period_no != y->key.period_no
               ? (x->key.period_no > y->key.period_no) - (x->key.period_no < y->key.period_no)
               : (x->key.member_no > y->key.member_no) - (x->key.member_no < y->key.member_no);
}

static void pack(struct cg_buffer *packed, int64_t member_step, uint64_t units) {
    uint8_t *at = (uint8_t *)packed->data + packed->len_bytes;
    CG_ASSERT(packed->capacity_bytes - packed->len_bytes >= ENTRY_BYTES);
    at += cg_varint_put(at, (uint64_t)member_step);
    at += cg_varint_put(at, units);
    packed->len_bytes = (size_t)((char *)at - packed->data);
}

bool cg_near_next(struct cg_text *packed, int64_t *member_no, uint64_t *units, bool *broken) {
    const uint8_t *bytes = (const uint8_t *)packed->ptr;
    uint64_t step = 0;
    const size_t first = cg_varint_get(bytes, packed->len, &step);
    const size_t second = first == 0 ? 0 : cg_varint_get(bytes + first, packed->len - first, units);
    *broken = packed->len != 0 && second == 0;
    if (packed->len == 0 || *broken) {
        return false;
    }
    *member_no = (int64_t)((uint64_t)*member_no + step);
    packed->ptr += first + second;
    packed->len -= (uint32_t)(first + second);
    return true;
}

/* Members of one period, as many as a block holds. */
static void pack_block(struct cg_near *near, uint64_t period_no) {
    int64_t last_member = 0;
    cg_buffer_clear(&near->packed);
    while (near->given < near->uses.count && near->packed.len_bytes < BLOCK_BYTES) {
        const struct cg_near_use *use = cg_array_at(&near->uses, near->given);
        if (use->key.period_no != period_no) {
            return;
        }
        pack(&near->packed, use->key.member_no - last_member, use->units);
        last_member = use->key.member_no;
        near->given++;
    }
}

bool cg_near_step(struct cg_near *near, cg_put_row_fn put, void *context) {
    if (near->given == near->uses.count) {
        return false;
    }
    if (!near->is_sorted) {
        qsort(near->uses.items, near->uses.count, sizeof(struct cg_near_use), compare_uses);
        near->is_sorted = true;
    }
    const struct cg_near_use *use = cg_array_at(&near->uses, near->given);
    const struct cg_near_period *period = cg_array_at(&near->periods, (uint32_t)use->key.period_no);
    pack_block(near, use->key.period_no);
    const struct cg_cell cells[CG_NEAR_CELLS] = {
        cg_cell_string(period->cap->id),
        cg_cell_integer(period->first_day),
        cg_cell_integer(near->is_sum),
        {.kind = CG_CELL_BLOB, .bytes = {near->packed.data, (uint32_t)near->packed.len_bytes}},
    };
    put(context, CG_ROW_NEAR, cells, CG_NEAR_CELLS);
    return true;
}
