/*
 * Decisions by key: the nth line of now with a claim id and line number is the nth of then with
 * these. Of those of then, rows of the accepted file come before rows of the rejected one: where a
 * line was sent twice, the second was rejected.
 *
 * A table with a queue for each key, kept by the first entry that has it. The bytes of a key stand
 * in an arena and are compared; the hash only finds the place.
 */
#include "decided_rows.h"

#include "claimgate/base/array.h"
#include "claimgate/base/hash.h"
#include "claimgate/base/hash_table.h"
#include "claimgate/record/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Entries are named by their position plus 1. */
enum { NONE = 0 };

static const size_t keys_max_bytes = (size_t)16 << 30;

/* A line decided then; those of one key are linked in the order of the files. */
struct entry {
    const char *ids;     /* claim id, line number and member id, each with its NUL */
    const char *reasons; /* "" for none */
    const char *source_file;
    uint64_t source_line;
    uint32_t next;    /* of this key; NONE: the last */
    uint32_t waiting; /* of the first entry of a key: the first not yet taken; NONE: none */
    uint32_t last;    /* and the last of all */
    struct cg_audit_service service;
    uint16_t accepted_units; /* quantity, for an accepted row */
    uint8_t decision;
    bool taken;
};

struct keys {
    const char *const *dirs;
    uint32_t dir_count;
    bool is_ours;
    bool begun;
    bool numbers; /* the inputs number their lines, so that the number is part of the key */
    bool ids;     /* by an id, which is compared exactly */
    uint64_t seed;
    struct cg_arena arena;
    struct cg_array entries;    /* of struct entry */
    struct cg_hash_table table; /* to the first entry of each key */
};

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL,
                        "out of memory for the decisions made then; audit fewer files at once");
}

/* Leading zeros of a line number mean nothing. */
static uint64_t hash_key(const struct keys *keys, const struct cg_audit_ids *ids) {
    uint64_t number = 0;
    uint64_t hash = cg_hash64(ids->claim_id, strlen(ids->claim_id), keys->seed);
    if (!keys->numbers) {
        return hash;
    }
    if (!keys->ids && cg_field_whole(cg_text_of(ids->line_number), UINT32_MAX, &number)) {
        return cg_hash64(&number, sizeof number, hash);
    }
    return cg_hash64(ids->line_number, strlen(ids->line_number), hash);
}

static bool same_number(const struct keys *keys, const char *a, const char *b) {
    uint64_t x = 0;
    uint64_t y = 0;
    if (!keys->ids && cg_field_whole(cg_text_of(a), UINT32_MAX, &x) &&
        cg_field_whole(cg_text_of(b), UINT32_MAX, &y)) {
        return x == y;
    }
    return strcmp(a, b) == 0;
}

static struct entry *entry_at(const struct keys *keys, uint32_t number) {
    return cg_array_at(&keys->entries, number - 1);
}

static bool same_key(const void *context, uint32_t number, const void *key) {
    const struct keys *keys = context;
    const struct cg_audit_ids *ids = key;
    const struct entry *entry = entry_at(keys, number);
    const char *line_number = entry->ids + strlen(entry->ids) + 1;
    return strcmp(entry->ids, ids->claim_id) == 0 &&
           (!keys->numbers || same_number(keys, line_number, ids->line_number));
}

/* The first entry of the key, taken or not; NULL: there is none. */
static struct entry *find_first(const struct keys *keys, const struct cg_audit_ids *ids,
                                uint64_t hash) {
    const uint32_t number = cg_hash_table_find(&keys->table, hash, same_key, keys, ids);
    return number != NONE ? entry_at(keys, number) : NULL;
}

static const char *keep_ids(struct keys *keys, const struct cg_audit_ids *ids) {
    char text[3 * CG_AUDIT_ID_BYTES];
    const int len = snprintf(text, sizeof text, "%s%c%s%c%s", ids->claim_id, '\0', ids->line_number,
                             '\0', ids->member_id);
    return cg_arena_copy(&keys->arena, text, (size_t)len);
}

/* A row may be the rest of one of our cutbacks: its accepted part has the quantity that was
 * available. NULL: it is none. */
static struct entry *find_cutback(const struct keys *keys, const struct cg_decided_row *row,
                                  uint64_t hash) {
    const struct entry *first = find_first(keys, &row->line.ids, hash);
    if (row->units_available == 0 || row->line.then.decision != CG_AUDIT_REJECTED ||
        first == NULL) {
        return NULL;
    }
    struct entry *entry = entry_at(keys, first->last);
    return entry->decision == CG_AUDIT_ACCEPTED && entry->accepted_units == row->units_available
               ? entry
               : NULL;
}

static enum cg_status join_cutback(struct keys *keys, struct entry *entry,
                                   const struct cg_decided_row *row, struct cg_error *err) {
    entry->decision = CG_AUDIT_CUTBACK;
    entry->reasons =
        cg_arena_copy(&keys->arena, row->line.then.reasons, strlen(row->line.then.reasons));
    entry->source_line = row->line.source_line;
    entry->service.units = (uint16_t)(entry->service.units + row->line.service.units);
    return entry->reasons != NULL ? CG_OK : no_memory(err);
}

/* The newest entry goes to the end of its key's queue. */
static bool join_queue(struct keys *keys, const struct cg_audit_ids *ids, uint64_t hash) {
    const uint32_t number = keys->entries.count;
    struct entry *first = find_first(keys, ids, hash);
    if (first == NULL) {
        first = entry_at(keys, number);
        first->waiting = number;
        first->last = number;
        return cg_hash_table_add(&keys->table, hash, number);
    }
    entry_at(keys, first->last)->next = number;
    first->last = number;
    return true;
}

static enum cg_status add(struct keys *keys, const struct cg_decided_row *row,
                          struct cg_error *err) {
    const struct cg_audit_leftover *line = &row->line;
    const uint64_t hash = hash_key(keys, &line->ids);
    struct entry *whole = find_cutback(keys, row, hash);
    if (whole != NULL) {
        return join_cutback(keys, whole, row, err);
    }
    struct entry *entry = cg_array_add(&keys->entries);
    if (entry == NULL) {
        return no_memory(err);
    }
    *entry = (struct entry){
        .ids = keep_ids(keys, &line->ids),
        .reasons = cg_arena_copy(&keys->arena, line->then.reasons, strlen(line->then.reasons)),
        .source_file = cg_arena_copy(&keys->arena, line->source_file, strlen(line->source_file)),
        .source_line = line->source_line,
        .service = line->service,
        .accepted_units = line->then.decision == CG_AUDIT_ACCEPTED ? line->service.units : 0,
        .decision = (uint8_t)line->then.decision};
    if (entry->ids == NULL || entry->reasons == NULL || entry->source_file == NULL) {
        return no_memory(err);
    }
    return join_queue(keys, &line->ids, hash) ? CG_OK : no_memory(err);
}

static enum cg_status add_rows(struct keys *keys, struct cg_decided_rows *rows,
                               const struct cg_binding *binding, struct cg_error *err) {
    struct cg_decided_row row;
    bool found = true;
    enum cg_status status = cg_decided_rows_begin(rows, binding, err);
    while (status == CG_OK) {
        status = cg_decided_rows_next(rows, &row, &found, err);
        if (status != CG_OK || !found) {
            return status;
        }
        status = add(keys, &row, err);
    }
    return status;
}

static enum cg_status read_file(struct keys *keys, const char *dir, bool accepted,
                                const struct cg_binding *binding, struct cg_error *err) {
    struct cg_decided_rows rows;
    enum cg_status status = cg_decided_rows_open(dir, accepted, &rows, err);
    if (status == CG_OK) {
        status = add_rows(keys, &rows, binding, err);
    }
    cg_decided_rows_close(&rows);
    return status;
}

static enum cg_status begin(struct keys *keys, const struct cg_binding *binding,
                            struct cg_error *err) {
    keys->begun = true;
    if (binding->holds_claims) {
        return cg_error_set(err, CG_BAD_DATA,
                            "the inputs hold whole claims, whose decisions are matched by their "
                            "place alone: give the folder of a run of claimgate, with its "
                            "report.json, and the inputs of that run");
    }
    keys->numbers = binding->fields[CG_FIELD_CLAIM_LINE_NUMBER].column >= 0;
    keys->ids = binding->has_line_ids;
    for (uint32_t i = 0; i < keys->dir_count; i++) {
        if (read_file(keys, keys->dirs[i], true, binding, err) != CG_OK ||
            read_file(keys, keys->dirs[i], false, binding, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static void fill_then(const struct keys *keys, const struct entry *entry,
                      struct cg_audit_then *out) {
    out->decision = (enum cg_audit_decision)entry->decision;
    out->accepted_units = entry->decision == CG_AUDIT_REJECTED ? 0 : entry->accepted_units;
    out->reasons_compare = keys->is_ours;
    out->scope_compares = false;
    snprintf(out->reasons, sizeof out->reasons, "%s", entry->reasons);
}

static enum cg_status find(void *self, const struct cg_audit_record *record,
                           struct cg_audit_then *out, struct cg_error *err) {
    struct keys *keys = self;
    struct cg_audit_ids ids;
    const enum cg_status status = keys->begun ? CG_OK : begin(keys, record->binding, err);
    if (status != CG_OK) {
        return status;
    }
    cg_audit_ids_of(record, &ids);
    struct entry *first = find_first(keys, &ids, hash_key(keys, &ids));
    if (first == NULL || first->waiting == NONE) {
        *out = (struct cg_audit_then){.decision = CG_AUDIT_ABSENT};
        return CG_OK;
    }
    struct entry *entry = entry_at(keys, first->waiting);
    entry->taken = true;
    first->waiting = entry->next;
    fill_then(keys, entry, out);
    return CG_OK;
}

static enum cg_status visit_rest(void *self, const struct cg_binding *binding,
                                 cg_audit_leftover_fn fn, void *context, struct cg_error *err) {
    struct keys *keys = self;
    enum cg_status status = keys->begun || binding == NULL ? CG_OK : begin(keys, binding, err);
    for (uint32_t i = 0; status == CG_OK && i < keys->entries.count; i++) {
        const struct entry *entry = cg_array_at(&keys->entries, i);
        if (entry->taken) {
            continue;
        }
        struct cg_audit_leftover leftover = {.service = entry->service,
                                             .source_line = entry->source_line};
        const char *line_number = entry->ids + strlen(entry->ids) + 1;
        fill_then(keys, entry, &leftover.then);
        snprintf(leftover.ids.claim_id, CG_AUDIT_ID_BYTES, "%s", entry->ids);
        snprintf(leftover.ids.line_number, CG_AUDIT_ID_BYTES, "%s", line_number);
        snprintf(leftover.ids.member_id, CG_AUDIT_ID_BYTES, "%s",
                 line_number + strlen(line_number) + 1);
        snprintf(leftover.source_file, CG_AUDIT_NAME_BYTES, "%s", entry->source_file);
        status = fn(context, &leftover, err);
    }
    return status;
}

static void free_keys(void *self) {
    struct keys *keys = self;
    cg_arena_fini(&keys->arena);
    cg_array_fini(&keys->entries);
    cg_hash_table_fini(&keys->table);
    free(keys);
}

enum cg_status cg_audit_by_key(const char *const *dirs, uint32_t dir_count, bool is_ours,
                               struct cg_audit_source *out, struct cg_error *err) {
    struct keys *keys = calloc(1, sizeof *keys);
    if (keys == NULL) {
        return no_memory(err);
    }
    keys->dirs = dirs;
    keys->dir_count = dir_count;
    keys->is_ours = is_ours;
    keys->seed = cg_hash_run_seed();
    cg_array_init(&keys->entries, sizeof(struct entry), UINT32_MAX - 1);
    cg_arena_init(&keys->arena, keys_max_bytes);
    *out = (struct cg_audit_source){find, visit_rest, free_keys, keys};
    return CG_OK;
}
