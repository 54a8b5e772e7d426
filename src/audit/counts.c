#include "counts.h"

#include "claimgate/base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CELLS_MAX = 4096,  /* another system may have any number of reasons */
    OTHERS_MAX = 4096, /* cells by our own reasons alone */
    GROUPS_MAX = 1000000 /* a sheet of a workbook holds them */,
    OTHER_GROUPS_MAX = 2 * CG_AUDIT_DECISIONS * CG_AUDIT_DECISIONS,
};

void cg_audit_counts_init(struct cg_audit_counts *counts, struct cg_audit_facts *facts) {
    *counts = (struct cg_audit_counts){.facts = facts, .seed = cg_hash_run_seed()};
    cg_array_init(&facts->cells, sizeof(struct cg_audit_cell), CELLS_MAX + OTHERS_MAX);
    cg_array_init(&facts->listed, sizeof(struct cg_audit_listed), CG_AUDIT_LISTED_MAX);
    cg_array_init(&facts->reasons, sizeof(struct cg_audit_reason), 2 * (CELLS_MAX + OTHERS_MAX));
    for (size_t i = 0; i < CG_AUDIT_TABLES; i++) {
        cg_array_init(&facts->tables[i], sizeof(struct cg_audit_group),
                      GROUPS_MAX + OTHER_GROUPS_MAX);
    }
}

void cg_audit_counts_fini(struct cg_audit_counts *counts) {
    for (size_t i = 0; i < CG_AUDIT_TABLES; i++) {
        cg_hash_table_fini(&counts->tables[i]);
    }
}

void cg_audit_facts_fini(struct cg_audit_facts *facts) {
    cg_array_fini(&facts->cells);
    cg_array_fini(&facts->reasons);
    cg_array_fini(&facts->listed);
    for (size_t i = 0; i < CG_AUDIT_TABLES; i++) {
        cg_array_fini(&facts->tables[i]);
    }
}

static enum cg_status add_sums(struct cg_audit_sums *to, const struct cg_audit_sums *added,
                               struct cg_error *err) {
    to->lines += added->lines;
    to->units += added->units;
    if (__builtin_add_overflow(to->charges, added->charges, &to->charges)) {
        return cg_error_set(err, CG_BAD_DATA,
                            "the charges of these inputs are more than can be summed up; is the "
                            "layout's column for charge_amount the right one?");
    }
    return CG_OK;
}

/* --- cells --- */

void cg_audit_first_reason(const char *reasons, char out[CG_VERDICT_REASON_BYTES]) {
    snprintf(out, CG_VERDICT_REASON_BYTES, "%.*s", (int)strcspn(reasons, ";"), reasons);
}

static bool is_cell(const struct cg_audit_cell *cell, const struct cg_audit_cell *wanted) {
    return cell->then == wanted->then && cell->now == wanted->now &&
           cell->changed == wanted->changed &&
           strcmp(cell->reason_then, wanted->reason_then) == 0 &&
           strcmp(cell->reason_now, wanted->reason_now) == 0;
}

static struct cg_audit_cell *find_cell(struct cg_audit_counts *counts,
                                       const struct cg_audit_cell *wanted) {
    const struct cg_array *cells = &counts->facts->cells;
    for (uint32_t i = 0; i < cells->count; i++) {
        const uint32_t at = (counts->last_cell + i) % cells->count;
        struct cg_audit_cell *cell = cg_array_at(cells, at);
        if (is_cell(cell, wanted)) {
            counts->last_cell = at;
            return cell;
        }
    }
    return NULL;
}

static struct cg_audit_cell *cell_of(struct cg_audit_counts *counts,
                                     const struct cg_audit_counted *line) {
    struct cg_array *cells = &counts->facts->cells;
    struct cg_audit_cell wanted = {
        .then = line->then->decision, .now = line->now, .changed = line->changed};
    cg_audit_first_reason(line->then->reasons, wanted.reason_then);
    cg_audit_first_reason(line->reasons_now, wanted.reason_now);
    struct cg_audit_cell *cell = find_cell(counts, &wanted);
    if (cell == NULL && cells->count >= CELLS_MAX) {
        snprintf(wanted.reason_then, sizeof wanted.reason_then, "(others)");
        cell = find_cell(counts, &wanted);
    }
    if (cell == NULL) {
        cell = cg_array_add(cells);
        if (cell != NULL) {
            *cell = wanted;
        }
    }
    return cell;
}

/* --- tables --- */

static bool is_group(const void *context, uint32_t number, const void *key) {
    const struct cg_audit_group *group = cg_array_at(context, number - 1);
    const struct cg_audit_group *wanted = key;
    return group->key == wanted->key && group->then == wanted->then && group->now == wanted->now &&
           group->changed == wanted->changed;
}

static struct cg_audit_group *find_group(const struct cg_audit_counts *counts,
                                         enum cg_audit_table table,
                                         const struct cg_audit_group *wanted, uint64_t *hash) {
    const uint64_t words[] = {wanted->key, (uint64_t)wanted->then, (uint64_t)wanted->now,
                              wanted->changed};
    const struct cg_array *groups = &counts->facts->tables[table];
    *hash = cg_hash64(words, sizeof words, counts->seed);
    const uint32_t number =
        cg_hash_table_find(&counts->tables[table], *hash, is_group, groups, wanted);
    return number != 0 ? cg_array_at(groups, number - 1) : NULL;
}

/* NULL: no memory. */
static struct cg_audit_group *group_of(struct cg_audit_counts *counts, enum cg_audit_table table,
                                       uint64_t key, const struct cg_audit_counted *line) {
    struct cg_array *groups = &counts->facts->tables[table];
    struct cg_audit_group wanted = {
        .key = key, .then = line->then->decision, .now = line->now, .changed = line->changed};
    uint64_t hash;
    struct cg_audit_group *group = find_group(counts, table, &wanted, &hash);
    if (group == NULL && groups->count >= GROUPS_MAX) {
        wanted.key = CG_AUDIT_OTHER_KEYS;
        group = find_group(counts, table, &wanted, &hash);
    }
    if (group != NULL) {
        return group;
    }
    group = cg_array_add(groups);
    if (group == NULL || !cg_hash_table_add(&counts->tables[table], hash, groups->count)) {
        return NULL;
    }
    *group = wanted;
    return group;
}

static uint64_t key_in(enum cg_audit_table table, const struct cg_audit_service *service) {
    switch (table) {
    case CG_AUDIT_BY_YEAR:
        return service->start_day == CG_DAY_NONE
                   ? 0
                   : (uint64_t)cg_date_to_civil(service->start_day).year;
    case CG_AUDIT_BY_AGENCY:
        return service->billing_npi;
    case CG_AUDIT_BY_PROVIDER:
        return service->rendering_npi;
    case CG_AUDIT_TABLES:
        break;
    }
    return 0;
}

/* --- a line --- */

static enum cg_status add_to_tables(struct cg_audit_counts *counts,
                                    const struct cg_audit_counted *line,
                                    const struct cg_audit_sums *added, struct cg_error *err) {
    for (enum cg_audit_table i = 0; i < CG_AUDIT_TABLES; i++) {
        struct cg_audit_group *group = group_of(counts, i, key_in(i, line->service), line);
        if (group == NULL) {
            return cg_error_no_memory(err);
        }
        if (add_sums(&group->sums, added, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

/* Whether a rule was for the line, then or now. A line that passes unchanged may be one that no
 * folder of then tells from an accepted one. */
static bool is_tested(const struct cg_audit_counted *line) {
    return line->now != CG_AUDIT_OUT_OF_SCOPE ||
           (line->changed && line->then->decision != CG_AUDIT_ABSENT);
}

static bool is_in_scope(const struct cg_audit_counted *line) {
    return line->changed || line->now != CG_AUDIT_OUT_OF_SCOPE;
}

enum cg_status cg_audit_counts_add(struct cg_audit_counts *counts,
                                   const struct cg_audit_counted *line, struct cg_error *err) {
    struct cg_audit_facts *facts = counts->facts;
    const struct cg_audit_service *service = line->service;
    struct cg_audit_sums added = {.lines = 1};
    if (is_tested(line) && !service->is_void) {
        added.units = service->units;
        added.charges = service->charge == CG_AUDIT_NO_CHARGE ? 0 : service->charge;
        facts->has_charges = facts->has_charges || service->charge != CG_AUDIT_NO_CHARGE;
    }
    struct cg_audit_cell *cell = cell_of(counts, line);
    if (cell == NULL) {
        return cg_error_no_memory(err);
    }
    facts->lines++;
    facts->out_of_scope_now += line->now == CG_AUDIT_OUT_OF_SCOPE;
    facts->changed += line->changed;
    const enum cg_status status = add_sums(&cell->sums, &added, err);
    return status == CG_OK && is_in_scope(line) ? add_to_tables(counts, line, &added, err) : status;
}

/* --- the end --- */

static enum cg_status add_reason(struct cg_array *reasons, const char *reason, bool now,
                                 const struct cg_audit_cell *cell, struct cg_error *err) {
    struct cg_audit_reason *found = NULL;
    if (reason[0] == '\0') {
        return CG_OK;
    }
    for (uint32_t i = 0; found == NULL && i < reasons->count; i++) {
        struct cg_audit_reason *other = cg_array_at(reasons, i);
        found = strcmp(other->reason, reason) == 0 ? other : NULL;
    }
    if (found == NULL) {
        found = cg_array_add(reasons);
        if (found == NULL) {
            return cg_error_no_memory(err);
        }
        *found = (struct cg_audit_reason){0};
        snprintf(found->reason, sizeof found->reason, "%s", reason);
    }
    return add_sums(now ? &found->now : &found->then, &cell->sums, err);
}

static int by_reason(const void *a, const void *b) {
    const struct cg_audit_reason *x = a;
    const struct cg_audit_reason *y = b;
    const uint64_t lines_x = x->then.lines + x->now.lines;
    const uint64_t lines_y = y->then.lines + y->now.lines;
    const int order = (lines_x < lines_y) - (lines_x > lines_y);
    return order != 0 ? order : strcmp(x->reason, y->reason);
}

static int by_key(const void *a, const void *b) {
    const struct cg_audit_group *x = a;
    const struct cg_audit_group *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    if (x->then != y->then || x->now != y->now) {
        return x->then != y->then ? (int)x->then - (int)y->then : (int)x->now - (int)y->now;
    }
    return (int)x->changed - (int)y->changed;
}

static int by_changed(const void *a, const void *b) {
    const struct cg_audit_group *x = a;
    const struct cg_audit_group *y = b;
    const int order = (x->key_changed < y->key_changed) - (x->key_changed > y->key_changed);
    return order != 0 ? order : by_key(a, b);
}

static void sum_keys(struct cg_array *groups) {
    for (uint32_t first = 0, next = 0; first < groups->count; first = next) {
        const uint64_t key = ((struct cg_audit_group *)cg_array_at(groups, first))->key;
        uint64_t changed = 0;
        for (next = first; next < groups->count; next++) {
            const struct cg_audit_group *group = cg_array_at(groups, next);
            if (group->key != key) {
                break;
            }
            changed += group->changed ? group->sums.lines : 0;
        }
        for (uint32_t i = first; i < next; i++) {
            ((struct cg_audit_group *)cg_array_at(groups, i))->key_changed = changed;
        }
    }
}

enum cg_status cg_audit_counts_finish(struct cg_audit_counts *counts, struct cg_error *err) {
    struct cg_audit_facts *facts = counts->facts;
    for (uint32_t i = 0; i < facts->cells.count; i++) {
        const struct cg_audit_cell *cell = cg_array_at(&facts->cells, i);
        if (add_reason(&facts->reasons, cell->reason_then, false, cell, err) != CG_OK ||
            add_reason(&facts->reasons, cell->reason_now, true, cell, err) != CG_OK) {
            return err->status;
        }
    }
    cg_array_sort(&facts->reasons, by_reason);
    for (enum cg_audit_table i = 0; i < CG_AUDIT_TABLES; i++) {
        cg_array_sort(&facts->tables[i], by_key);
        sum_keys(&facts->tables[i]);
        if (i != CG_AUDIT_BY_YEAR) {
            cg_array_sort(&facts->tables[i], by_changed);
        }
    }
    return CG_OK;
}
