#include "rendered.h"

#include "claimgate/base/date.h"

#include <stdio.h>
#include <string.h>

enum {
    SUMS_MAX = 1 << 26,
    REASONS_MAX = 256,
    REASON_BYTES = 96, /* the name of a cap and what stands around it */
    ACCEPTED = 0,      /* the reason of lines that were accepted: none */
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

void cg_rendered_init(struct cg_rendered *rendered) {
    *rendered = (struct cg_rendered){.seed = cg_hash_run_seed()};
    cg_array_init(&rendered->sums, sizeof(struct cg_rendered_sum), SUMS_MAX);
    cg_array_init(&rendered->reasons, REASON_BYTES, REASONS_MAX);
}

void cg_rendered_fini(struct cg_rendered *rendered) {
    cg_array_fini(&rendered->sums);
    cg_array_fini(&rendered->reasons);
    cg_hash_table_fini(&rendered->table);
}

/* A few dozen names at most. UINT32_MAX: no memory. */
static uint32_t reason_no(struct cg_rendered *rendered, struct cg_text reasons) {
    char name[REASON_BYTES];
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
    *sum = (struct cg_rendered_sum){.key = key};
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
    sum->last_day = day > sum->last_day || sum->lines == 1 ? day : sum->last_day;
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

bool cg_rendered_step(struct cg_rendered *rendered, cg_put_row_fn put, void *context, bool *more) {
    *more = rendered->given < rendered->sums.count;
    if (!*more) {
        return true;
    }
    const struct cg_rendered_sum *sum = cg_array_at(&rendered->sums, rendered->given++);
    const struct cg_cell cells[CG_RENDERED_CELLS] = {
        cg_cell_unsigned(sum->key.npi),
        cg_cell_integer(sum->key.month_day),
        cg_cell_string(sum->key.reason_no == ACCEPTED
                           ? ""
                           : cg_array_at(&rendered->reasons, sum->key.reason_no - 1)),
        cg_cell_unsigned(sum->lines),
        cg_cell_unsigned(sum->units),
        cg_cell_integer(sum->last_day),
    };
    return put(context, CG_ROW_RENDERED, cells, CG_RENDERED_CELLS);
}
