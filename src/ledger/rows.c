/*
 * The rows of a run in the order in which the tables take them: members as they were met, lines and
 * take-backs as they came, then what will be recalled of members, member by member, and claims by
 * their ids (groups.c). So every table but that of old members grows at its end.
 */
#include "rows.h"

#include "near.h"
#include "rendered.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/log.h"
#include "claimgate/base/progress.h"
#include "claimgate/base/stop.h"
#include "claimgate/record/field.h"

#include <stdlib.h>
#include <string.h>

enum stage {
    MAKING_MEMBERS,
    MAKING_LINE_IDS,
    MAKING_LINES,
    MAKING_GROUPS,
    MAKING_RENDERED,
    MAKING_NEAR,
    MADE_ALL
};

struct cg_row_maker {
    struct cg_ledger_run *run;
    struct cg_ledger_numbers *numbers;
    struct cg_groups *groups;
    struct cg_rows_digest *digest;
    struct cg_rendered rendered;
    struct cg_near near;
    enum stage stage;
    uint32_t member_at; /* index of the next one to make a row of */
    uint32_t line_id_at;
    struct cg_buffer *block;
    struct cg_progress progress;
    uint64_t spooled_bytes; /* of lines and take-backs so far */
};

struct cg_row_maker *cg_row_maker_new(struct cg_ledger *ledger, bool direct) {
    struct cg_row_maker *maker = calloc(1, sizeof *maker);
    if (maker == NULL) {
        return NULL;
    }
    maker->run = &ledger->run;
    maker->numbers = &ledger->numbers;
    maker->groups = cg_groups_new(ledger, direct);
    maker->digest = cg_rows_digest_new();
    bool good = maker->groups != NULL && maker->digest != NULL;
    good &= cg_rendered_init(&maker->rendered);
    good &= cg_near_init(&maker->near, ledger->run.policy, ledger->run.kind == CG_RUN_IMPORT);
    if (!good) {
        cg_row_maker_free(maker);
        return NULL;
    }
    return maker;
}

void cg_row_maker_free(struct cg_row_maker *maker) {
    if (maker != NULL) {
        cg_progress_end(&maker->progress);
        cg_rows_digest_free(maker->digest);
        cg_groups_free(maker->groups);
        cg_rendered_fini(&maker->rendered);
        cg_near_fini(&maker->near);
        free(maker);
    }
}

void cg_row_maker_digest(const struct cg_row_maker *maker, uint8_t rows_sha256[CG_SHA256_BYTES]) {
    cg_rows_digest_finish(maker->digest, rows_sha256);
}

/* A cg_put_row_fn. */
static void put_row(void *context, enum cg_row_table table, const struct cg_cell *cells,
                    size_t count) {
    struct cg_row_maker *maker = context;
    struct cg_buffer *rows = maker->block;
    const size_t at = rows->len_bytes;
    struct cg_row_head head = {.table = table};
    bool good = cg_buffer_append(rows, &head, sizeof head);
    good &= cg_cells_append(rows, cells, count);
    CG_ASSERT(good);
    (void)good;
    head.len_bytes = (uint32_t)(rows->len_bytes - at - sizeof head);
    memcpy(rows->data + at, &head, sizeof head);
}

/* A number and its text. */
static void put_name(struct cg_row_maker *maker, enum cg_row_table table, enum cg_digest_part part,
                     const struct cg_cell cells[2]) {
    const size_t at = maker->block->len_bytes + sizeof(struct cg_row_head);
    put_row(maker, table, cells, 2);
    const struct cg_text row = {maker->block->data + at, (uint32_t)(maker->block->len_bytes - at)};
    cg_rows_digest_add(maker->digest, part, row);
}

static void make_member(struct cg_row_maker *maker) {
    const struct cg_ledger_members *members = &maker->run->members;
    const struct cg_ledger_member *member = cg_array_at(&members->list, maker->member_at++);
    const struct cg_text id = {members->ids.data + member->id_offset, member->id_len};
    const struct cg_cell cells[CG_MEMBER_CELLS] = {
        [CG_MEMBER_NO] = cg_cell_integer(member->member_no),
        [CG_MEMBER_ID] = cg_cell_text(id),
    };
    if (member->is_new) {
        put_name(maker, CG_ROW_MEMBER, CG_DIGEST_MEMBERS, cells);
    }
}

static void make_line_id(struct cg_row_maker *maker) {
    const struct cg_line_ids *ids = &maker->run->line_ids;
    const struct cg_line_id *id = cg_array_at(&ids->list, maker->line_id_at++);
    const struct cg_cell cells[CG_LINE_ID_CELLS] = {
        [CG_LINE_ID_NUMBER] = cg_cell_integer(id->number),
        [CG_LINE_ID_TEXT] = cg_cell_text(cg_line_ids_text(ids, id)),
    };
    if (id->is_new) {
        put_name(maker, CG_ROW_LINE_ID, CG_DIGEST_LINES, cells);
    }
}

/* The number of the line's code and modifiers, and its row where it is new. 0: no memory. */
static uint32_t service_of(struct cg_row_maker *maker, const struct cg_cell *cells) {
    const struct cg_pair pair = {cg_field_procedure(cells[CG_LINE_PROCEDURE].bytes),
                                 cg_modifiers_of(cells[CG_LINE_MODIFIERS].bytes)};
    bool is_new;
    const uint32_t number = cg_number_of(&maker->numbers->services, pair, &is_new);
    const struct cg_cell row[CG_NUMBER_CELLS] = {cg_cell_integer(number), cells[CG_LINE_PROCEDURE],
                                                 cells[CG_LINE_MODIFIERS]};
    if (is_new) {
        put_row(maker, CG_ROW_SERVICE, row, CG_NUMBER_CELLS);
    }
    return number;
}

static uint32_t provider_of(struct cg_row_maker *maker, const struct cg_cell *cells) {
    const struct cg_pair pair = {(uint64_t)cells[CG_LINE_RENDERING].integer,
                                 (uint64_t)cells[CG_LINE_BILLING].integer};
    bool is_new;
    const uint32_t number = cg_number_of(&maker->numbers->providers, pair, &is_new);
    const struct cg_cell row[CG_NUMBER_CELLS] = {cg_cell_integer(number), cells[CG_LINE_RENDERING],
                                                 cells[CG_LINE_BILLING]};
    if (is_new) {
        put_row(maker, CG_ROW_PROVIDER, row, CG_NUMBER_CELLS);
    }
    return number;
}

/* The rows of `decided_line` and, where the line has any of it, `rejection`. */
static void put_line(struct cg_row_maker *maker, const struct cg_cell *cells, int64_t line_no,
                     const uint32_t numbers[2]) {
    struct cg_cell slim[CG_SLIM_CELLS];
    size_t count = 0;
    slim[count++] = cg_cell_integer(line_no);
    for (int i = CG_LINE_MEMBER; i <= CG_LINE_END; i++) {
        slim[count++] = cells[i];
    }
    slim[count++] = cg_cell_integer(numbers[0]);
    slim[count++] = cg_cell_integer(numbers[1]);
    for (int i = CG_LINE_UNITS; i <= CG_LINE_DECISION; i++) {
        slim[count++] = cells[i];
    }
    slim[count++] = cells[CG_LINE_CAP_USED];
    slim[count++] = cells[CG_LINE_EXEMPT];
    slim[count++] = cells[CG_LINE_SPLIT];
    put_row(maker, CG_ROW_LINE, slim, count);
    const struct cg_cell rejection[CG_REJECTION_CELLS] = {
        slim[0],
        cells[CG_LINE_REASONS],
        cells[CG_LINE_USED],
        cells[CG_LINE_AVAILABLE],
        cells[CG_LINE_CAP_DAY],
        cells[CG_LINE_DETAIL],
    };
    bool any = false;
    for (int i = 1; i < CG_REJECTION_CELLS; i++) {
        any = any || rejection[i].kind != CG_CELL_NULL;
    }
    if (any) {
        put_row(maker, CG_ROW_REJECTION, rejection, CG_REJECTION_CELLS);
    }
}

static enum cg_status make_line(struct cg_row_maker *maker, struct cg_text row,
                                const struct cg_cell *cells, struct cg_error *err) {
    const int64_t line_no = ++maker->run->last_line;
    cg_rows_digest_add(maker->digest, CG_DIGEST_LINES, row);
    const uint32_t numbers[2] = {service_of(maker, cells), provider_of(maker, cells)};
    if (numbers[0] == 0 || numbers[1] == 0 || !cg_rendered_add(&maker->rendered, cells) ||
        !cg_near_add(&maker->near, cells)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory while writing the ledger");
    }
    put_line(maker, cells, line_no, numbers);
    return cg_groups_add_line(maker->groups, cells, line_no, numbers, err);
}

static enum cg_status make_take_back(struct cg_row_maker *maker, struct cg_text row,
                                     const struct cg_cell *cells, struct cg_error *err) {
    const int64_t before_line = maker->run->last_line + 1;
    struct cg_cell with_place[CG_TAKE_CELLS + 1];
    cg_rows_digest_add(maker->digest, CG_DIGEST_TAKE_BACKS, row);
    memcpy(with_place, cells, CG_TAKE_CELLS * sizeof cells[0]);
    with_place[CG_TAKE_CELLS] = cg_cell_integer(before_line);
    put_row(maker, CG_ROW_TAKE_BACK, with_place, CG_TAKE_CELLS + 1);
    return cg_groups_add_take_back(maker->groups, cells, before_line, err);
}

static enum cg_status make_spooled(struct cg_row_maker *maker, bool *more, struct cg_error *err) {
    struct cg_cell cells[CG_LINE_CELLS];
    struct cg_text key;
    struct cg_text row;
    const enum cg_status status = cg_sorter_next(maker->run->rows, &key, &row, more, err);
    if (status != CG_OK || !*more) {
        return status;
    }
    maker->spooled_bytes += row.len;
    if (cg_cells_read(row, cells, CG_LINE_CELLS)) {
        return make_line(maker, row, cells, err);
    }
    cells[CG_TAKE_NAMED] = cg_cell_null();
    if (cg_cells_read(row, cells, CG_TAKE_NAMED) || cg_cells_read(row, cells, CG_TAKE_CELLS)) {
        return make_take_back(maker, row, cells, err);
    }
    return cg_error_set(err, CG_INTERNAL, "a row for the ledger was damaged while it waited");
}

static enum cg_status start_lines(struct cg_row_maker *maker, struct cg_error *err) {
    maker->stage = MAKING_LINES;
    cg_progress_start(&maker->progress, "ledger", cg_sorter_bytes(maker->run->rows),
                      !cg_log_is_quiet());
    return cg_sorter_finish(maker->run->rows, err);
}

static enum cg_status start_groups(struct cg_row_maker *maker, struct cg_error *err) {
    maker->stage = MAKING_GROUPS;
    cg_progress_end(&maker->progress);
    return cg_groups_finish(maker->groups, err);
}

/* The next row, or on to the next stage. */
static enum cg_status make_next(struct cg_row_maker *maker, struct cg_error *err) {
    bool more = true;
    enum cg_status status = CG_OK;
    switch (maker->stage) {
    case MAKING_MEMBERS:
        if (maker->member_at < maker->run->members.list.count) {
            make_member(maker);
        } else {
            maker->stage = MAKING_LINE_IDS;
        }
        return CG_OK;
    case MAKING_LINE_IDS:
        if (maker->line_id_at == maker->run->line_ids.list.count) {
            return start_lines(maker, err);
        }
        make_line_id(maker);
        return CG_OK;
    case MAKING_LINES:
        status = make_spooled(maker, &more, err);
        return status == CG_OK && !more ? start_groups(maker, err) : status;
    case MAKING_GROUPS:
        status = cg_groups_step(maker->groups, put_row, maker, &more, err);
        maker->stage = more ? MAKING_GROUPS : MAKING_RENDERED;
        return status;
    case MAKING_RENDERED:
        more = cg_rendered_step(&maker->rendered, put_row, maker);
        maker->stage = more ? MAKING_RENDERED : MAKING_NEAR;
        return CG_OK;
    case MAKING_NEAR:
    case MADE_ALL:
        more = cg_near_step(&maker->near, put_row, maker);
        maker->stage = more ? MAKING_NEAR : MADE_ALL;
        break;
    }
    return CG_OK;
}

enum cg_status cg_row_maker_fill(struct cg_row_maker *maker, struct cg_buffer *block, bool *is_last,
                                 struct cg_error *err) {
    enum cg_status status = cg_stop_check(err);
    maker->block = block;
    cg_buffer_clear(block);
    while (status == CG_OK && maker->stage != MADE_ALL && block->len_bytes < CG_ROW_BLOCK_BYTES) {
        status = make_next(maker, err);
    }
    if (maker->stage == MAKING_LINES) {
        cg_progress_update(&maker->progress, maker->spooled_bytes);
    }
    *is_last = maker->stage == MADE_ALL;
    return status;
}
