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
        &(change)->rendering_npi, &(change)->original_claim_id, &(change)->reasons_then,           \
        &(change)->reasons_now

struct gathering {
    int64_t run_then;
    int64_t run_now;
    cg_ledger_change_fn fn;
    void *context;
    struct cg_sorter *rows;
    struct cg_buffer row; /* the struct, whose texts follow, each with its NUL */
};

static enum cg_status add_change(void *context, const struct cg_ledger_change *change,
                                 struct cg_error *err) {
    struct gathering *gathering = context;
    struct cg_buffer *row = &gathering->row;
    const char *const *const texts[] = {TEXTS(change)};
    char key[KEY_BYTES];
    cg_sorter_put_number(key, (uint64_t)change->input_no);
    cg_sorter_put_number(key + 8, (uint64_t)change->source_line);
    cg_sorter_put_number(key + 16, (uint64_t)change->claim_line);
    row->len_bytes = 0;
    bool good = cg_buffer_append(row, change, sizeof *change);
    for (size_t i = 0; good && i < sizeof texts / sizeof texts[0]; i++) {
        good = cg_buffer_append(row, *texts[i], strlen(*texts[i]) + 1);
    }
    return good ? cg_sorter_add(gathering->rows, (struct cg_text){key, sizeof key},
                                (struct cg_text){row->data, (uint32_t)row->len_bytes}, err)
                : cg_error_no_memory(err);
}

static enum cg_status tell_row(void *context, struct cg_text key, struct cg_text row,
                               struct cg_error *err) {
    const struct gathering *gathering = context;
    struct cg_ledger_change change;
    (void)key;
    memcpy(&change, row.ptr, sizeof change);
    const char **const texts[] = {TEXTS(&change)};
    const char *at = row.ptr + sizeof change;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = at;
        at += strlen(at) + 1;
    }
    return gathering->fn(gathering->context, &change, err);
}

static enum cg_status gather(struct cg_ledger *part, void *context, struct cg_error *err) {
    struct gathering *gathering = context;
    return cg_ledger_visit_changes(part, gathering->run_then, gathering->run_now, add_change,
                                   gathering, err);
}

enum cg_status cg_joined_visit_changes(struct cg_ledger *ledger, int64_t run_then, int64_t run_now,
                                       cg_ledger_change_fn fn, void *context,
                                       struct cg_error *err) {
    struct gathering gathering = {.run_then = run_then,
                                  .run_now = run_now,
                                  .fn = fn,
                                  .context = context,
                                  .rows = cg_sorter_new(ledger->dir, SORT_BYTES)};
    if (gathering.rows == NULL) {
        return cg_error_no_memory(err);
    }
    cg_buffer_init(&gathering.row, ROW_BYTES_MAX);
    enum cg_status status = cg_joined_each(ledger, gather, &gathering, err);
    if (status == CG_OK) {
        status = cg_sorter_each(gathering.rows, tell_row, &gathering, err);
    }
    cg_buffer_fini(&gathering.row);
    cg_sorter_free(gathering.rows);
    return status;
}
