#include "rendered.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SUMS_MAX = 1 << 26,
    ACCEPTED = 0, /* the reason of lines that were accepted: none */
    BLOCK_BYTES = CG_PACKED_BYTES(1),
    ENTRY_BYTES = 6 * CG_VARINT_MAX_BYTES + 1 + CG_RENDERED_REASON_BYTES,
};

struct cg_rendered_sum {
    struct rendered_key {
        uint64_t npi;
        int32_t month_day; /* first of the month */
        uint32_t reason_no;
    } key;
    uint64_t lines;
    uint64_t units;
    int64_t last_day; /* of service */
};

bool cg_rendered_init(struct cg_rendered *rendered) {
    *rendered = (struct cg_rendered){.seed = cg_hash_run_seed()};
    cg_array_init(&rendered->sums, sizeof(struct cg_rendered_sum), SUMS_MAX);
    cg_array_init(&rendered->reasons, CG_RENDERED_REASON_BYTES, CG_RENDERED_REASONS_MAX);
    cg_buffer_init(&rendered->packed, BLOCK_BYTES + ENTRY_BYTES);
    return cg_buffer_reserve(&rendered->packed, rendered->packed.limit_bytes);
}

void cg_rendered_fini(struct cg_rendered *rendered) {
    cg_array_fini(&rendered->sums);
    cg_array_fini(&rendered->reasons);
    cg_hash_table_fini(&rendered->table);
    cg_buffer_fini(&rendered->packed);
}

/* A few dozen names at most. UINT32_MAX: no memory. */
static uint32_t reason_no(struct cg_rendered *rendered, struct cg_text reasons) {
    char name[CG_RENDERED_REASON_BYTES];
    const char *end = memchr(reasons.ptr, ';', reasons.len);
    snprintf(name, sizeof name, "%.*s", end != NULL ? (int)(end - reasons.ptr) : (int)reasons.len,
             reasons.ptr);
    for (uint32_t i = 0; i < rendered->reasons.count; i++) {
        if (strcmp(cg_array_at(&rendered->reasons, i), name) == 0) {
            return i + 1;
        }
    }
    char *added = cg_array_add(&rendered->reasons);
    if (added == NULL) {
        return UINT32_MAX;
    }
    memcpy(added, name, sizeof name);
    return rendered->reasons.count;
}

static bool same_sum(const void *context, uint32_t ref, const void *key) {
    const struct cg_rendered *rendered = context;
    const struct cg_rendered_sum *sum = cg_array_at(&rendered->sums, ref - 1);
    return memcmp(&sum->key, key, sizeof sum->key) == 0;
}

static struct cg_rendered_sum *sum_of(struct cg_rendered *rendered, struct rendered_key key) {
    const uint64_t hash = cg_hash64(&key, sizeof key, rendered->seed);
    const uint32_t ref = cg_hash_table_find(&rendered->table, hash, same_sum, rendered, &key);
    if (ref != 0) {
        return cg_array_at(&rendered->sums, ref - 1);
    }
    struct cg_rendered_sum *sum = cg_array_add(&rendered->sums);
    if (sum == NULL || !cg_hash_table_add(&rendered->table, hash, rendered->sums.count)) {
        return NULL;
    }
    *sum = (struct cg_rendered_sum){.key = key, .last_day = INT64_MIN};
    return sum;
}

static bool add(struct cg_rendered *rendered, struct rendered_key key, int64_t day,
                uint64_t units) {
    struct cg_rendered_sum *sum = sum_of(rendered, key);
    if (sum == NULL) {
        return false;
    }
    sum->lines++;
    sum->units += units;
    sum->last_day = day > sum->last_day ? day : sum->last_day;
    return true;
}

bool cg_rendered_add(struct cg_rendered *rendered, const struct cg_cell *cells) {
    const int64_t day = cells[CG_LINE_START].integer;
    const uint64_t units = (uint64_t)cells[CG_LINE_UNITS].integer;
    const uint64_t accepted = (uint64_t)cells[CG_LINE_ACCEPTED].integer;
    if (cells[CG_LINE_RENDERING].kind == CG_CELL_NULL ||
        cells[CG_LINE_START].kind == CG_CELL_NULL || cells[CG_LINE_FREQUENCY].integer == CG_VOID) {
        return true;
    }
    const struct cg_civil civil = cg_date_to_civil((int32_t)day);
    struct rendered_key key = {
        .npi = (uint64_t)cells[CG_LINE_RENDERING].integer,
        .month_day = cg_date_from_civil((struct cg_civil){civil.year, civil.month, 1}),
        .reason_no = ACCEPTED};
    if (cells[CG_LINE_DECISION].integer != CG_REJECTED && !add(rendered, key, day, accepted)) {
        return false;
    }
    if (cells[CG_LINE_DECISION].integer == CG_ACCEPTED) {
        return true;
    }
    key.reason_no = reason_no(rendered, cells[CG_LINE_REASONS].bytes);
    return key.reason_no != UINT32_MAX && add(rendered, key, day, units - accepted);
}

static int compare_sums(const void *a, const void *b) {
    const struct rendered_key *x = &((const struct cg_rendered_sum *)a)->key;
    const struct rendered_key *y = &((const struct cg_rendered_sum *)b)->key;
    if (x->npi != y->npi) {
        return x->npi < y->npi ? -1 : 1;
    }
    if (x->month_day != y->month_day) {
        return x->month_day < y->month_day ? -1 : 1;
    }
    return (x->reason_no > y->reason_no) - (x->reason_no < y->reason_no);
}

/* Where a block stands. */
struct block {
    uint64_t npi;
    int32_t month_day;
    uint32_t reasons;                          /* named so far */
    uint32_t numbers[CG_RENDERED_REASONS_MAX]; /* of reasons, in this block; 0: not named yet */
};

static uint8_t *put_reason(const struct cg_rendered *rendered, struct block *block, uint8_t *at,
                           uint32_t reason) {
    uint32_t *number = reason == ACCEPTED ? NULL : &block->numbers[reason - 1];
    if (number == NULL || *number != 0) {
        return at + cg_varint_put(at, number == NULL ? 0 : *number);
    }
    const struct cg_text name = cg_text_of(cg_array_at(&rendered->reasons, reason - 1));
    *number = ++block->reasons;
    at += cg_varint_put(at, *number);
    at += cg_varint_put(at, name.len);
    memcpy(at, name.ptr, name.len);
    return at + name.len;
}

static void put_sum(struct cg_rendered *rendered, struct block *block,
                    const struct cg_rendered_sum *sum) {
    struct cg_buffer *packed = &rendered->packed;
    uint8_t *at = (uint8_t *)packed->data + packed->len_bytes;
    CG_ASSERT(packed->capacity_bytes - packed->len_bytes >= ENTRY_BYTES);
    at += cg_varint_put(at, sum->key.npi - block->npi);
    at += cg_varint_put(at, cg_zigzag((int64_t)sum->key.month_day - block->month_day));
    at = put_reason(rendered, block, at, sum->key.reason_no);
    at += cg_varint_put(at, sum->lines);
    at += cg_varint_put(at, sum->units);
    at += cg_varint_put(at, (uint64_t)(sum->last_day - sum->key.month_day));
    block->npi = sum->key.npi;
    block->month_day = sum->key.month_day;
    packed->len_bytes = (size_t)((char *)at - packed->data);
}

bool cg_rendered_step(struct cg_rendered *rendered, cg_put_row_fn put, void *context) {
    struct block block = {0};
    struct cg_array *sums = &rendered->sums;
    if (rendered->given == 0 && sums->count > 1) {
        qsort(sums->items, sums->count, sizeof(struct cg_rendered_sum), compare_sums);
    }
    if (rendered->given == sums->count) {
        return false;
    }
    const struct cg_rendered_sum *first = cg_array_at(sums, rendered->given);
    cg_buffer_clear(&rendered->packed);
    while (rendered->given < sums->count && rendered->packed.len_bytes < BLOCK_BYTES) {
        put_sum(rendered, &block, cg_array_at(sums, rendered->given++));
    }
    const struct cg_cell cells[CG_RENDERED_CELLS] = {
        cg_cell_unsigned(first->key.npi),
        {.kind = CG_CELL_BLOB, .bytes = cg_cell_buffer(&rendered->packed).bytes},
    };
    put(context, CG_ROW_RENDERED, cells, CG_RENDERED_CELLS);
    return true;
}

/* A number off `packed`; 0 when it is broken, which then has no more. */
static inline uint64_t get_number(struct cg_text *packed, bool *broken) {
    uint64_t value = 0;
    const size_t used = cg_varint_get((const uint8_t *)packed->ptr, packed->len, &value);
    *broken |= used == 0;
    packed->ptr += used;
    packed->len = used == 0 ? 0 : packed->len - (uint32_t)used;
    return value;
}

/* A reason that the block names here. */
static struct cg_text get_name(struct cg_rendered_reader *reader) {
    const uint64_t len = get_number(&reader->packed, &reader->broken);
    if (reader->reason_count == CG_RENDERED_REASONS_MAX || len >= CG_RENDERED_REASON_BYTES ||
        len > reader->packed.len) {
        reader->broken = true;
        return (struct cg_text){"", 0};
    }
    const struct cg_text reason = {reader->packed.ptr, (uint32_t)len};
    reader->packed.ptr += len;
    reader->packed.len -= (uint32_t)len;
    reader->reasons[reader->reason_count++] = reason;
    return reason;
}

bool cg_rendered_next(struct cg_rendered_reader *reader, struct cg_rendered_entry *out) {
    struct cg_text packed = reader->packed; /* in registers */
    bool broken = false;
    if (packed.len == 0) {
        return false;
    }
    reader->npi += get_number(&packed, &broken);
    reader->month_day += cg_unzigzag(get_number(&packed, &broken) & UINT32_MAX);
    *out = (struct cg_rendered_entry){.npi = reader->npi, .reason = {"", 0}};
    const uint64_t reason = get_number(&packed, &broken);
    if (reason > reader->reason_count) {
        reader->packed = packed;
        out->reason = get_name(reader);
        packed = reader->packed;
        broken = reader->broken;
    } else if (reason > 0) {
        out->reason = reader->reasons[reason - 1];
    }
    out->lines = get_number(&packed, &broken);
    out->units = get_number(&packed, &broken);
    const uint64_t day = get_number(&packed, &broken);
    reader->packed = packed;
    reader->broken =
        broken || day > 31 || reader->month_day < CG_DAY_FIRST || reader->month_day > CG_DAY_LAST;
    out->month_day = (int32_t)reader->month_day;
    out->last_day = out->month_day + (int32_t)day;
    return !reader->broken;
}
