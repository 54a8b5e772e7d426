/*
 * The rows of a run into the tables, each table in the order of its key: members as they were met,
 * lines and take-backs member by member with what the gate will recall of each, then claims. So
 * every page but those of old members is written once, and `line` and, where claims are numbered in
 * the order of time, `claim` grow at their ends.
 */
#include "ledger_private.h"

#include "claimgate/log.h"
#include "claimgate/progress.h"
#include "claimgate/stop.h"

#include <string.h>

enum {
    STOP_EVERY_ROWS = 4096,
    CLAIM_SORT_BYTES = 32 << 20,
    CLAIM_KEY_BYTES = CG_ID_MAX_BYTES + 1 + 8, /* id, a zero byte, member number */
};

struct writer {
    struct cg_ledger *ledger;
    struct cg_rows_digest *digest;
    struct cg_sorter *claims;
    sqlite3_stmt *member;
    sqlite3_stmt *line;
    sqlite3_stmt *take_back;
    sqlite3_stmt *accumulator;
    sqlite3_stmt *claim;
    struct cg_buffer packed; /* of the member at hand */
    int64_t member_no;
    int64_t part;
    char last_claim[CLAIM_KEY_BYTES];
    uint32_t last_claim_len;
};

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while writing the ledger");
}

static enum cg_status prepare_all(struct writer *writer, struct cg_error *err) {
    const struct {
        sqlite3_stmt **statement;
        const char *sql;
    } wanted[] = {
        {&writer->member, "INSERT INTO member VALUES (?2, ?1, ?3)"},
        {&writer->line, "INSERT INTO line VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                        "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)"},
        {&writer->take_back, "INSERT INTO take_back VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},
        {&writer->accumulator, "INSERT INTO accumulator VALUES (?2, ?1, ?3, ?4)"},
        {&writer->claim, "INSERT INTO claim VALUES (?2, ?1, ?3)"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const enum cg_status status =
            cg_ledger_prepare(writer->ledger, wanted[i].sql, wanted[i].statement, err);
        if (status != CG_OK) {
            return status;
        }
        (void)sqlite3_bind_int64(*wanted[i].statement, 1, writer->ledger->run.run_no);
    }
    return CG_OK;
}

static enum cg_status write_members(struct writer *writer, struct cg_error *err) {
    const struct cg_ledger_members *members = &writer->ledger->run.members;
    struct cg_buffer *row = &writer->ledger->run.row;
    for (uint32_t i = 0; i < members->count; i++) {
        const struct cg_ledger_member *member = &members->list[i];
        if (!member->is_new) {
            continue;
        }
        const struct cg_cell cells[CG_MEMBER_CELLS] = {
            [CG_MEMBER_NO] = cg_cell_integer(member->member_no),
            [CG_MEMBER_ID] = cg_cell_text(
                (struct cg_text){members->ids.data + member->id_offset, member->id_len}),
        };
        cg_buffer_clear(row);
        if (!cg_cells_append(row, cells, CG_MEMBER_CELLS)) {
            return no_memory(err);
        }
        cg_rows_digest_add(writer->digest, CG_DIGEST_MEMBERS,
                           (struct cg_text){row->data, (uint32_t)row->len_bytes});
        cg_ledger_bind_cells(writer->member, 2, cells, CG_MEMBER_CELLS);
        const enum cg_status status = cg_ledger_insert(writer->ledger, writer->member, err);
        if (status != CG_OK) {
            return status;
        }
    }
    return CG_OK;
}

/* The first len_bytes of what is packed, as the member's next part. */
static enum cg_status write_part(struct writer *writer, size_t len_bytes, struct cg_error *err) {
    const struct cg_text packed = {len_bytes == 0 ? "" : writer->packed.data, (uint32_t)len_bytes};
    const struct cg_cell cells[] = {
        cg_cell_integer(writer->member_no),
        cg_cell_integer(writer->part++),
        {.kind = CG_CELL_BLOB, .bytes = packed},
    };
    cg_ledger_bind_cells(writer->accumulator, 2, cells, sizeof cells / sizeof cells[0]);
    const enum cg_status status = cg_ledger_insert(writer->ledger, writer->accumulator, err);
    writer->packed.len_bytes -= len_bytes;
    if (writer->packed.len_bytes > 0) {
        memmove(writer->packed.data, writer->packed.data + len_bytes, writer->packed.len_bytes);
    }
    return status;
}

/* An entry has been added at `before`: a part that it would make too large ends in front of it. */
static enum cg_status end_part(struct writer *writer, size_t before, struct cg_error *err) {
    return before > 0 && writer->packed.len_bytes > CG_PACK_PART_BYTES
               ? write_part(writer, before, err)
               : CG_OK;
}

/* The next row belongs to `member_no`: finish the member before it. */
static enum cg_status turn_to_member(struct writer *writer, int64_t member_no,
                                     struct cg_error *err) {
    if (writer->member_no == member_no) {
        return CG_OK;
    }
    const enum cg_status status =
        writer->member_no < 0 ? CG_OK : write_part(writer, writer->packed.len_bytes, err);
    writer->member_no = member_no;
    writer->part = 0;
    writer->last_claim_len = 0;
    return status;
}

/* Lines of one claim most often stand together: only the first of them is noted. */
static enum cg_status note_claim(struct writer *writer, const struct cg_cell *cells,
                                 struct cg_error *err) {
    const struct cg_text claim = cells[CG_LINE_CLAIM].bytes;
    char key[CLAIM_KEY_BYTES];
    memcpy(key, claim.ptr, claim.len);
    key[claim.len] = 0;
    for (int i = 0; i < 8; i++) {
        key[claim.len + 1 + (uint32_t)i] = (char)((uint64_t)writer->member_no >> (56 - 8 * i));
    }
    const uint32_t len = claim.len + 1 + 8;
    if (len == writer->last_claim_len && memcmp(key, writer->last_claim, len) == 0) {
        return CG_OK;
    }
    memcpy(writer->last_claim, key, len);
    writer->last_claim_len = len;
    return cg_sorter_add(writer->claims, (struct cg_text){key, len}, (struct cg_text){"", 0}, err);
}

static enum cg_status write_line(struct writer *writer, struct cg_text row,
                                 const struct cg_cell *cells, struct cg_error *err) {
    cg_rows_digest_add(writer->digest, CG_DIGEST_LINES, row);
    enum cg_status status = note_claim(writer, cells, err);
    if (status != CG_OK) {
        return status;
    }
    const size_t before = writer->packed.len_bytes;
    if (!cg_pack_line(&writer->packed, cells)) {
        return no_memory(err);
    }
    status = end_part(writer, before, err);
    if (status != CG_OK) {
        return status;
    }
    cg_ledger_bind_cells(writer->line, 2, cells, CG_LINE_CELLS);
    return cg_ledger_insert(writer->ledger, writer->line, err);
}

static enum cg_status write_take_back(struct writer *writer, struct cg_text row,
                                      const struct cg_cell *cells, struct cg_error *err) {
    cg_rows_digest_add(writer->digest, CG_DIGEST_TAKE_BACKS, row);
    const size_t before = writer->packed.len_bytes;
    if (!cg_pack_take_back(&writer->packed, cells)) {
        return no_memory(err);
    }
    const enum cg_status status = end_part(writer, before, err);
    if (status != CG_OK) {
        return status;
    }
    cg_ledger_bind_cells(writer->take_back, 2, cells, CG_TAKE_CELLS);
    return cg_ledger_insert(writer->ledger, writer->take_back, err);
}

static enum cg_status write_row(struct writer *writer, struct cg_text row, struct cg_error *err) {
    struct cg_cell cells[CG_LINE_CELLS];
    const bool is_line = cg_cells_read(row, cells, CG_LINE_CELLS);
    if (!is_line && !cg_cells_read(row, cells, CG_TAKE_CELLS)) {
        return cg_error_set(err, CG_INTERNAL, "a row for the ledger was damaged while sorting");
    }
    const enum cg_status status = turn_to_member(writer, cells[0].integer, err);
    if (status != CG_OK) {
        return status;
    }
    return is_line ? write_line(writer, row, cells, err) : write_take_back(writer, row, cells, err);
}

static enum cg_status write_sorted(struct writer *writer, struct cg_error *err) {
    struct cg_sorter *rows = writer->ledger->run.rows;
    struct cg_progress progress;
    uint64_t written_bytes = 0;
    enum cg_status status = cg_sorter_finish(rows, err);
    cg_progress_start(&progress, "ledger", cg_sorter_bytes(rows), !cg_log_is_quiet());
    for (uint64_t done = 0; status == CG_OK; done++) {
        struct cg_text key, row;
        bool more;
        status = cg_sorter_next(rows, &key, &row, &more, err);
        if (status == CG_OK && !more) {
            break;
        }
        if (status == CG_OK && done % STOP_EVERY_ROWS == 0) {
            cg_progress_update(&progress, written_bytes);
            status = cg_stop_requested()
                         ? cg_error_set(err, CG_INTERRUPTED, "interrupted; nothing was published")
                         : CG_OK;
        }
        if (status == CG_OK) {
            status = write_row(writer, row, err);
            written_bytes += key.len + row.len;
        }
    }
    cg_progress_end(&progress);
    if (status == CG_OK && writer->member_no >= 0) {
        status = write_part(writer, writer->packed.len_bytes, err);
    }
    return status;
}

static enum cg_status write_claim(struct writer *writer, struct cg_text key, struct cg_error *err) {
    const uint32_t id_len = key.len - 9;
    uint64_t member_no = 0;
    for (uint32_t i = 0; i < 8; i++) {
        member_no = member_no << 8 | (uint8_t)key.ptr[id_len + 1 + i];
    }
    const struct cg_cell cells[] = {
        cg_cell_text((struct cg_text){key.ptr, id_len}),
        cg_cell_unsigned(member_no),
    };
    cg_ledger_bind_cells(writer->claim, 2, cells, sizeof cells / sizeof cells[0]);
    return cg_ledger_insert(writer->ledger, writer->claim, err);
}

static enum cg_status write_claims(struct writer *writer, struct cg_error *err) {
    enum cg_status status = cg_sorter_finish(writer->claims, err);
    writer->last_claim_len = 0;
    while (status == CG_OK) {
        struct cg_text key, payload;
        bool more;
        status = cg_sorter_next(writer->claims, &key, &payload, &more, err);
        if (status != CG_OK || !more) {
            return status;
        }
        if (key.len == writer->last_claim_len &&
            memcmp(key.ptr, writer->last_claim, key.len) == 0) {
            continue;
        }
        memcpy(writer->last_claim, key.ptr, key.len);
        writer->last_claim_len = key.len;
        status = write_claim(writer, key, err);
    }
    return status;
}

enum cg_status cg_ledger_write_rows(struct cg_ledger *ledger, uint8_t rows_sha256[CG_SHA256_BYTES],
                                    struct cg_error *err) {
    struct writer writer = {.ledger = ledger,
                            .digest = cg_rows_digest_new(),
                            .claims = cg_sorter_new(ledger->dir, CLAIM_SORT_BYTES),
                            .member_no = -1};
    cg_buffer_init(&writer.packed, CG_PACK_PART_BYTES + 2 * CG_PACK_ENTRY_MAX_BYTES);
    enum cg_status status = writer.digest == NULL || writer.claims == NULL ? no_memory(err) : CG_OK;
    if (status == CG_OK) {
        status = prepare_all(&writer, err);
    }
    if (status == CG_OK) {
        status = write_members(&writer, err);
    }
    if (status == CG_OK) {
        status = write_sorted(&writer, err);
    }
    if (status == CG_OK) {
        status = write_claims(&writer, err);
    }
    if (status == CG_OK && !cg_rows_digest_finish(writer.digest, rows_sha256)) {
        status = cg_error_set(err, CG_INTERNAL, "SHA-256 is not available");
    }
    (void)sqlite3_finalize(writer.member);
    (void)sqlite3_finalize(writer.line);
    (void)sqlite3_finalize(writer.take_back);
    (void)sqlite3_finalize(writer.accumulator);
    (void)sqlite3_finalize(writer.claim);
    cg_buffer_fini(&writer.packed);
    cg_sorter_free(writer.claims);
    cg_rows_digest_free(writer.digest);
    return status;
}
