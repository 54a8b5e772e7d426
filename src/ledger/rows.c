/*
 * The rows of a run in the order in which the tables take them, each table in that of its key:
 * members as they were met, lines and take-backs member by member with what the gate will recall of
 * each, then claims. So every page but those of old members is written once, and `line` and, where
 * claims are numbered in the order of time, `claim` grow at their ends.
 */
#include "rows.h"

#include "claimgate/base/log.h"
#include "claimgate/base/progress.h"
#include "claimgate/base/stop.h"

#include <stdlib.h>
#include <string.h>

enum {
    CLAIM_SORT_BYTES = 32 << 20,
    MEMBER_KEY_BYTES = 8,
    CLAIM_KEY_BYTES = CG_ID_MAX_BYTES + 1 + MEMBER_KEY_BYTES, /* id, a zero byte, member number */
};

enum stage { MAKING_MEMBERS, MAKING_LINES, MAKING_CLAIMS, MADE_ALL };

struct cg_row_maker {
    const struct cg_ledger_members *members;
    struct cg_sorter *rows; /* the run's */
    struct cg_sorter *claims;
    struct cg_rows_digest *digest;
    enum stage stage;
    uint32_t member_at; /* index of the next one to make a row of */
    struct cg_buffer *block;
    struct cg_buffer packed; /* of the member at hand */
    int64_t member_no;       /* -1: none yet */
    int64_t part;
    char last_claim[CLAIM_KEY_BYTES];
    uint32_t last_claim_len;
    struct cg_progress progress;
    uint64_t sorted_bytes; /* of lines and take-backs so far */
};

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while writing the ledger");
}

struct cg_row_maker *cg_row_maker_new(struct cg_ledger *ledger) {
    struct cg_row_maker *maker = calloc(1, sizeof *maker);
    if (maker == NULL) {
        return NULL;
    }
    maker->members = &ledger->run.members;
    maker->rows = ledger->run.rows;
    maker->claims = cg_sorter_new(ledger->dir, CLAIM_SORT_BYTES);
    maker->digest = cg_rows_digest_new();
    maker->member_no = -1;
    cg_buffer_init(&maker->packed, CG_PACK_PART_BYTES + 2 * CG_PACK_ENTRY_MAX_BYTES);
    if (maker->claims == NULL || maker->digest == NULL) {
        cg_row_maker_free(maker);
        return NULL;
    }
    return maker;
}

void cg_row_maker_free(struct cg_row_maker *maker) {
    if (maker != NULL) {
        cg_progress_end(&maker->progress);
        cg_buffer_fini(&maker->packed);
        cg_rows_digest_free(maker->digest);
        cg_sorter_free(maker->claims);
        free(maker);
    }
}

bool cg_row_maker_digest(const struct cg_row_maker *maker, uint8_t rows_sha256[CG_SHA256_BYTES]) {
    return cg_rows_digest_finish(maker->digest, rows_sha256);
}

/* A row that stands as bytes already. */
static enum cg_status put_bytes(struct cg_row_maker *maker, enum cg_row_table table,
                                struct cg_text row, struct cg_error *err) {
    struct cg_buffer *rows = maker->block;
    const struct cg_row_head head = {.table = table, .len_bytes = row.len};
    return cg_buffer_append(rows, &head, sizeof head) && cg_buffer_append(rows, row.ptr, row.len)
               ? CG_OK
               : no_memory(err);
}

static enum cg_status put_cells(struct cg_row_maker *maker, enum cg_row_table table,
                                const struct cg_cell *cells, size_t count, struct cg_error *err) {
    struct cg_buffer *rows = maker->block;
    const size_t at = rows->len_bytes;
    struct cg_row_head head = {.table = table};
    if (!cg_buffer_append(rows, &head, sizeof head) || !cg_cells_append(rows, cells, count)) {
        return no_memory(err);
    }
    head.len_bytes = (uint32_t)(rows->len_bytes - at - sizeof head);
    memcpy(rows->data + at, &head, sizeof head);
    return CG_OK;
}

static enum cg_status make_member(struct cg_row_maker *maker, struct cg_error *err) {
    const struct cg_ledger_members *members = maker->members;
    const struct cg_ledger_member *member = &members->list[maker->member_at++];
    if (!member->is_new) {
        return CG_OK;
    }
    const struct cg_text id = {members->ids.data + member->id_offset, member->id_len};
    const struct cg_cell cells[CG_MEMBER_CELLS] = {
        [CG_MEMBER_NO] = cg_cell_integer(member->member_no),
        [CG_MEMBER_ID] = cg_cell_text(id),
    };
    const size_t at = maker->block->len_bytes + sizeof(struct cg_row_head);
    const enum cg_status status = put_cells(maker, CG_ROW_MEMBER, cells, CG_MEMBER_CELLS, err);
    if (status == CG_OK) {
        const struct cg_text row = {maker->block->data + at,
                                    (uint32_t)(maker->block->len_bytes - at)};
        cg_rows_digest_add(maker->digest, CG_DIGEST_MEMBERS, row);
    }
    return status;
}

/* The first len_bytes of what is packed, as the member's next part. */
static enum cg_status put_part(struct cg_row_maker *maker, size_t len_bytes, struct cg_error *err) {
    struct cg_buffer *packed = &maker->packed;
    const struct cg_text bytes = {len_bytes == 0 ? "" : packed->data, (uint32_t)len_bytes};
    const struct cg_cell cells[CG_ACCUMULATOR_CELLS] = {
        cg_cell_integer(maker->member_no),
        cg_cell_integer(maker->part++),
        {.kind = CG_CELL_BLOB, .bytes = bytes},
    };
    const enum cg_status status =
        put_cells(maker, CG_ROW_ACCUMULATOR, cells, CG_ACCUMULATOR_CELLS, err);
    packed->len_bytes -= len_bytes;
    if (packed->len_bytes > 0) {
        memmove(packed->data, packed->data + len_bytes, packed->len_bytes);
    }
    return status;
}

/* An entry has been added at `before`: a part that it would make too large ends in front of it. */
static enum cg_status end_part(struct cg_row_maker *maker, size_t before, struct cg_error *err) {
    return before > 0 && maker->packed.len_bytes > CG_PACK_PART_BYTES ? put_part(maker, before, err)
                                                                      : CG_OK;
}

/* Nothing more comes of the member at hand, if there is one. */
static enum cg_status end_member(struct cg_row_maker *maker, struct cg_error *err) {
    return maker->member_no < 0 ? CG_OK : put_part(maker, maker->packed.len_bytes, err);
}

static enum cg_status turn_to_member(struct cg_row_maker *maker, int64_t member_no,
                                     struct cg_error *err) {
    if (maker->member_no == member_no) {
        return CG_OK;
    }
    const enum cg_status status = end_member(maker, err);
    maker->member_no = member_no;
    maker->part = 0;
    maker->last_claim_len = 0;
    return status;
}

/* False when the key is the last one. */
static bool is_new_claim(struct cg_row_maker *maker, struct cg_text key) {
    if (cg_text_equal(key, (struct cg_text){maker->last_claim, maker->last_claim_len})) {
        return false;
    }
    memcpy(maker->last_claim, key.ptr, key.len);
    maker->last_claim_len = key.len;
    return true;
}

/* Lines of one claim most often stand together: only the first of them is noted. */
static enum cg_status note_claim(struct cg_row_maker *maker, const struct cg_cell *cells,
                                 struct cg_error *err) {
    const struct cg_text claim = cells[CG_LINE_CLAIM].bytes;
    char key[CLAIM_KEY_BYTES];
    memcpy(key, claim.ptr, claim.len);
    key[claim.len] = 0;
    for (int i = 0; i < MEMBER_KEY_BYTES; i++) {
        key[claim.len + 1 + (uint32_t)i] = (char)((uint64_t)maker->member_no >> (56 - 8 * i));
    }
    const struct cg_text noted = {key, claim.len + 1 + MEMBER_KEY_BYTES};
    return is_new_claim(maker, noted)
               ? cg_sorter_add(maker->claims, noted, (struct cg_text){"", 0}, err)
               : CG_OK;
}

static enum cg_status make_line(struct cg_row_maker *maker, struct cg_text row,
                                const struct cg_cell *cells, struct cg_error *err) {
    cg_rows_digest_add(maker->digest, CG_DIGEST_LINES, row);
    enum cg_status status = note_claim(maker, cells, err);
    if (status != CG_OK) {
        return status;
    }
    const size_t before = maker->packed.len_bytes;
    if (!cg_pack_line(&maker->packed, cells)) {
        return no_memory(err);
    }
    status = end_part(maker, before, err);
    return status == CG_OK ? put_bytes(maker, CG_ROW_LINE, row, err) : status;
}

static enum cg_status make_take_back(struct cg_row_maker *maker, struct cg_text row,
                                     const struct cg_cell *cells, struct cg_error *err) {
    cg_rows_digest_add(maker->digest, CG_DIGEST_TAKE_BACKS, row);
    const size_t before = maker->packed.len_bytes;
    if (!cg_pack_take_back(&maker->packed, cells)) {
        return no_memory(err);
    }
    const enum cg_status status = end_part(maker, before, err);
    return status == CG_OK ? put_bytes(maker, CG_ROW_TAKE_BACK, row, err) : status;
}

static enum cg_status make_sorted(struct cg_row_maker *maker, struct cg_text row,
                                  struct cg_error *err) {
    struct cg_cell cells[CG_LINE_CELLS];
    const bool is_line = cg_cells_read(row, cells, CG_LINE_CELLS);
    if (!is_line && !cg_cells_read(row, cells, CG_TAKE_CELLS)) {
        return cg_error_set(err, CG_INTERNAL, "a row for the ledger was damaged while sorting");
    }
    const enum cg_status status = turn_to_member(maker, cells[0].integer, err);
    if (status != CG_OK) {
        return status;
    }
    return is_line ? make_line(maker, row, cells, err) : make_take_back(maker, row, cells, err);
}

static enum cg_status make_claim(struct cg_row_maker *maker, struct cg_text key,
                                 struct cg_error *err) {
    if (!is_new_claim(maker, key)) {
        return CG_OK;
    }
    const uint32_t id_len = key.len - MEMBER_KEY_BYTES - 1;
    uint64_t member_no = 0;
    for (uint32_t i = 0; i < MEMBER_KEY_BYTES; i++) {
        member_no = member_no << 8 | (uint8_t)key.ptr[id_len + 1 + i];
    }
    const struct cg_cell cells[CG_CLAIM_CELLS] = {
        cg_cell_text((struct cg_text){key.ptr, id_len}),
        cg_cell_unsigned(member_no),
    };
    return put_cells(maker, CG_ROW_CLAIM, cells, CG_CLAIM_CELLS, err);
}

static enum cg_status start_lines(struct cg_row_maker *maker, struct cg_error *err) {
    maker->stage = MAKING_LINES;
    cg_progress_start(&maker->progress, "ledger", cg_sorter_bytes(maker->rows), !cg_log_is_quiet());
    return cg_sorter_finish(maker->rows, err);
}

static enum cg_status start_claims(struct cg_row_maker *maker, struct cg_error *err) {
    const enum cg_status status = end_member(maker, err);
    maker->stage = MAKING_CLAIMS;
    maker->last_claim_len = 0;
    cg_progress_end(&maker->progress);
    return status == CG_OK ? cg_sorter_finish(maker->claims, err) : status;
}

/* The next row, or on to the next stage. */
static enum cg_status make_next(struct cg_row_maker *maker, struct cg_error *err) {
    struct cg_text key, row;
    bool more;
    if (maker->stage == MAKING_MEMBERS) {
        return maker->member_at < maker->members->count ? make_member(maker, err)
                                                        : start_lines(maker, err);
    }
    const bool lines = maker->stage == MAKING_LINES;
    const enum cg_status status =
        cg_sorter_next(lines ? maker->rows : maker->claims, &key, &row, &more, err);
    if (status != CG_OK) {
        return status;
    }
    if (lines) {
        maker->sorted_bytes += more ? key.len + row.len : 0;
        return more ? make_sorted(maker, row, err) : start_claims(maker, err);
    }
    maker->stage = more ? MAKING_CLAIMS : MADE_ALL;
    return more ? make_claim(maker, key, err) : CG_OK;
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
        cg_progress_update(&maker->progress, maker->sorted_bytes);
    }
    *is_last = maker->stage == MADE_ALL;
    return status;
}
