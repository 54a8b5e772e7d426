/*
 * Two runs of a set, line by line: the changes of all parts, in the order of the inputs.
 */
#include "joined.h"

#include "claimgate/base/buffer.h"
#include "claimgate/io/sorter.h"

#include <string.h>

enum { SORT_BYTES = 16 << 20, KEY_BYTES = 3 * 8, ROW_BYTES_MAX = 1 << 16 };

/* In the order in which they stand in a row. */
#define TEXTS(change)                                                                              \
    &(change)->source_file, &(change)->claim_id, &(change)->member_id, &(change)->procedure,       \
        &(change)->rendering_npi, &(change)->reasons_then, &(change)->reasons_now

struct gathering {
    struct cg_sorter *rows;
    struct cg_buffer row; /* the struct, whose texts follow, each with its NUL */
};

static enum cg_status add_change(void *context, const struct cg_ledger_change *change,
                                 struct cg_error *err) {
    struct gathering *gathering = context;
    struct cg_buffer *row = &gathering->row;
    const char *const *const texts[] = {TEXTS(change)};
    char key[KEY_BYTES];
    cg_joined_put_number(key, (uint64_t)change->input_no);
    cg_joined_put_number(key + 8, (uint64_t)change->source_line);
    cg_joined_put_number(key + 16, (uint64_t)change->claim_line);
    row->len_bytes = 0;
    bool good = cg_buffer_append(row, change, sizeof *change);
    for (size_t i = 0; good && i < sizeof texts / sizeof texts[0]; i++) {
        good = cg_buffer_append(row, *texts[i], strlen(*texts[i]) + 1);
    }
    return good ? cg_sorter_add(gathering->rows, (struct cg_text){key, sizeof key},
                                (struct cg_text){row->data, (uint32_t)row->len_bytes}, err)
                : cg_error_no_memory(err);
}

static enum cg_status tell_row(struct cg_text row, cg_ledger_change_fn fn, void *context,
                               struct cg_error *err) {
    struct cg_ledger_change change;
    memcpy(&change, row.ptr, sizeof change);
    const char **const texts[] = {TEXTS(&change)};
    const char *at = row.ptr + sizeof change;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = at;
        at += strlen(at) + 1;
    }
    return fn(context, &change, err);
}

static enum cg_status tell_rows(struct cg_sorter *rows, cg_ledger_change_fn fn, void *context,
                                struct cg_error *err) {
    struct cg_text key;
    struct cg_text row;
    bool more = true;
    enum cg_status status = cg_sorter_finish(rows, err);
    while (status == CG_OK) {
        status = cg_sorter_next(rows, &key, &row, &more, err);
        if (status != CG_OK || !more) {
            break;
        }
        status = tell_row(row, fn, context, err);
    }
    return status;
}

static enum cg_status gather(struct cg_ledger *ledger, int64_t run_then, int64_t run_now,
                             struct gathering *gathering, struct cg_error *err) {
    for (struct cg_ledger *part = cg_joined_next(ledger, NULL, err); part != NULL;
         part = cg_joined_next(ledger, part, err)) {
        if (cg_ledger_visit_changes(part, run_then, run_now, add_change, gathering, err) != CG_OK) {
            return err->status;
        }
    }
    return err->status;
}

enum cg_status cg_joined_visit_changes(struct cg_ledger *ledger, int64_t run_then, int64_t run_now,
                                       cg_ledger_change_fn fn, void *context,
                                       struct cg_error *err) {
    struct gathering gathering = {.rows = cg_sorter_new(ledger->dir, SORT_BYTES)};
    if (gathering.rows == NULL) {
        return cg_error_no_memory(err);
    }
    cg_buffer_init(&gathering.row, ROW_BYTES_MAX);
    enum cg_status status = gather(ledger, run_then, run_now, &gathering, err);
    if (status == CG_OK) {
        status = tell_rows(gathering.rows, fn, context, err);
    }
    cg_buffer_fini(&gathering.row);
    cg_sorter_free(gathering.rows);
    return status;
}
