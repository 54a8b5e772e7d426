/*
 * How `past` and `recent` are kept.
 *
 * A night meets a fifth of the members, each on another page of `past`: to write there would cost
 * a page a member. So it writes what it adds to `recent`, which grows at its end, and moves a share
 * of all that has gathered there before it into `past`, members rising, where neighbours share
 * pages. The share is a budget of bytes in proportion to the lines that the night adds, so that
 * `recent` stays a fixed part of the whole; a round over all members takes as many nights as that
 * gives. It is moved bit by bit while the night's rows are made on another thread. A member that
 * has been moved names the run up to which, so that groups left in `recent` do not count twice.
 * While little has gathered, as after a first load, nothing is moved: it would be a member here and
 * there.
 */
#include "fold.h"

#include "past.h"

#include <stdlib.h>

enum { LINE_BYTES = 20, NIGHTS_LINE_BYTES = 25 }; /* in `past`, and alone in a group of `recent` */
enum { BUDGET_TIMES = 8, BUDGET_MIN_BYTES = BUDGET_TIMES * (16 << 10) };
/* Moved from the part of all bytes on that has gathered; a round that goes on leaves about twice as
 * much. */
enum { GATHERED_PART = 24 };
/* Whose recent groups are in memory together: a night moves some thousands. */
enum { STRETCH_MEMBERS = 8192 };

static int64_t bytes_for_tests;

void cg_ledger_set_fold_bytes(int64_t bytes) {
    bytes_for_tests = bytes;
}

struct cg_fold {
    struct cg_ledger *ledger;
    struct cg_past past;
    struct cg_buffer packed;
    sqlite3_stmt *last_part;
    sqlite3_stmt *write;
    int64_t up_to_run; /* what later ones have is not moved */
    int64_t last_member;
    int64_t stretch;
    int64_t next_member;
    int64_t from;      /* members from here on have been moved, and their blocks are still there */
    int64_t round_run; /* older recents go when the round ends */
    int64_t members;   /* gone over; all of them once at most */
    int64_t budget_bytes;
    int64_t left_bytes; /* of it */
};

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while writing the ledger");
}

/* The member's last part into `packed`, as long as there is room in it. */
static enum cg_status read_last_part(struct cg_fold *fold, int64_t member_no, int64_t *past_no,
                                     int64_t *up_to_run, struct cg_error *err) {
    bool row;
    *past_no = member_no * CG_PAST_PARTS;
    *up_to_run = 0;
    cg_buffer_clear(&fold->packed);
    (void)sqlite3_bind_int64(fold->last_part, 1, *past_no);
    (void)sqlite3_bind_int64(fold->last_part, 2, *past_no + CG_PAST_PARTS);
    const enum cg_status status = cg_ledger_step(fold->ledger, fold->last_part, &row, err);
    if (status != CG_OK || !row) {
        return status;
    }
    const int64_t last_no = sqlite3_column_int64(fold->last_part, 0);
    const struct cg_cell packed = cg_cell_column(fold->last_part, 2);
    const bool is_full =
        packed.bytes.len >= CG_PAST_PART_BYTES && last_no + 1 < *past_no + CG_PAST_PARTS;
    *past_no = is_full ? last_no + 1 : last_no;
    *up_to_run = sqlite3_column_int64(fold->last_part, 1);
    const bool kept =
        is_full || cg_buffer_append(&fold->packed, packed.bytes.ptr, packed.bytes.len);
    (void)sqlite3_reset(fold->last_part);
    return kept ? CG_OK : no_memory(err);
}

static enum cg_status write_part(struct cg_fold *fold, int64_t past_no, struct cg_error *err) {
    const struct cg_cell cells[] = {
        cg_cell_integer(past_no),
        cg_cell_integer(fold->up_to_run),
        {.kind = CG_CELL_BLOB, .bytes = cg_cell_buffer(&fold->packed).bytes},
    };
    fold->left_bytes -= (int64_t)fold->packed.len_bytes;
    cg_ledger_bind_cells(fold->write, 1, cells, sizeof cells / sizeof cells[0]);
    return cg_ledger_insert(fold->ledger, fold->write, err);
}

static enum cg_status move_member(struct cg_fold *fold, int64_t member_no, struct cg_error *err) {
    const int64_t last_no = (member_no + 1) * CG_PAST_PARTS - 1;
    int64_t past_no;
    int64_t up_to_run;
    enum cg_status status = read_last_part(fold, member_no, &past_no, &up_to_run, err);
    struct cg_text entries;
    int64_t run_no;
    bool moved = false;
    for (uint32_t at = 0;
         status == CG_OK && cg_past_recent(&fold->past, member_no, &at, &run_no, &entries);) {
        if (run_no <= up_to_run) {
            continue;
        }
        if (moved && fold->packed.len_bytes >= CG_PAST_PART_BYTES && past_no < last_no) {
            status = write_part(fold, past_no++, err);
            cg_buffer_clear(&fold->packed);
        }
        moved = true;
        if (status == CG_OK && !cg_put_group(&fold->packed, run_no, entries)) {
            status = no_memory(err);
        }
    }
    return status == CG_OK && moved ? write_part(fold, past_no, err) : status;
}

/* The members of one stretch, as far as the budget goes. */
static enum cg_status move_stretch(struct cg_fold *fold, struct cg_error *err) {
    struct cg_past *past = &fold->past;
    enum cg_status status = CG_OK;
    if (fold->next_member < past->first || fold->next_member > past->last) {
        const int64_t last = fold->next_member + fold->stretch - 1;
        status = cg_past_load(past, fold->next_member,
                              last < fold->last_member ? last : fold->last_member, err);
    }
    while (status == CG_OK && fold->next_member <= past->last && fold->left_bytes > 0) {
        fold->members++;
        const int64_t member_no = fold->next_member++;
        status =
            past->heads[member_no - past->first] == 0 ? CG_OK : move_member(fold, member_no, err);
    }
    return status;
}

/* Blocks all of whose members have been moved. */
static enum cg_status forget_moved(struct cg_fold *fold, struct cg_error *err) {
    const int64_t to = fold->next_member - 1;
    if (cg_ledger_do(fold->ledger,
                     CG_QUERY("DELETE FROM recent WHERE first_member >= ?1 AND last_member <= ?2 "
                              "AND run_no <= ?3",
                              cg_cell_integer(fold->from), cg_cell_integer(to),
                              cg_cell_integer(fold->up_to_run)),
                     err) != CG_OK) {
        return err->status;
    }
    fold->from = fold->next_member;
    if (fold->next_member <= fold->last_member) {
        return CG_OK;
    }
    const int64_t round_run = fold->round_run;
    fold->round_run = fold->up_to_run;
    fold->next_member = 1;
    fold->from = 1;
    return cg_ledger_do(
        fold->ledger, CG_QUERY("DELETE FROM recent WHERE run_no <= ?1", cg_cell_integer(round_run)),
        err);
}

static enum cg_status move(struct cg_fold *fold, int64_t bytes, struct cg_error *err) {
    enum cg_status status = CG_OK;
    fold->left_bytes += bytes;
    while (status == CG_OK && fold->left_bytes > 0 && fold->members < fold->last_member) {
        status = move_stretch(fold, err);
        if (status == CG_OK && fold->next_member > fold->last_member) {
            status = forget_moved(fold, err);
        }
    }
    return status;
}

enum cg_status cg_fold_move(struct cg_fold *fold, uint32_t lines, struct cg_error *err) {
    const int64_t bytes = (int64_t)lines * NIGHTS_LINE_BYTES * BUDGET_TIMES;
    if (fold == NULL || bytes_for_tests != 0) {
        return CG_OK;
    }
    fold->budget_bytes += bytes;
    return move(fold, bytes, err);
}

static enum cg_status prepare(struct cg_fold *fold, struct cg_error *err) {
    struct cg_ledger *ledger = fold->ledger;
    int64_t stretch = 0;
    enum cg_status status = cg_past_last_member(ledger, &fold->last_member, err);
    if (status == CG_OK) {
        status = cg_past_stretch(ledger, &stretch, err);
    }
    if (status == CG_OK) {
        status = cg_past_open(&fold->past, ledger, INT64_MAX, err);
    }
    if (status == CG_OK) {
        status =
            cg_ledger_ask(ledger, "SELECT next_member FROM fold", 0, 1, &fold->next_member, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_ask(ledger, "SELECT round_run FROM fold", 0, 0, &fold->round_run, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_prepare(ledger,
                                   "SELECT past_no, up_to_run, packed FROM past WHERE past_no >= "
                                   "?1 AND past_no < ?2 ORDER BY past_no DESC LIMIT 1",
                                   &fold->last_part, err);
    }
    fold->stretch = stretch < STRETCH_MEMBERS ? stretch : STRETCH_MEMBERS;
    if (fold->next_member < 1 || fold->next_member > fold->last_member) {
        fold->next_member = 1;
    }
    fold->from = fold->next_member;
    fold->past.before_run = fold->up_to_run + 1;
    return status != CG_OK
               ? status
               : cg_ledger_prepare(ledger, "INSERT OR REPLACE INTO past VALUES (?1, ?2, ?3)",
                                   &fold->write, err);
}

enum cg_status cg_fold_begin(struct cg_ledger *ledger, struct cg_fold **out, struct cg_error *err) {
    int64_t gathered;
    *out = NULL;
    if (cg_ledger_ask(ledger, "SELECT sum(length(packed)) FROM recent", 0, 0, &gathered, err) !=
        CG_OK) {
        return err->status;
    }
    if (gathered == 0 ||
        (bytes_for_tests == 0 && gathered < ledger->run.last_line * LINE_BYTES / GATHERED_PART)) {
        return CG_OK;
    }
    struct cg_fold *fold = calloc(1, sizeof *fold);
    if (fold == NULL) {
        return no_memory(err);
    }
    *out = fold;
    fold->ledger = ledger;
    fold->up_to_run = ledger->run.run_no - 1;
    cg_buffer_init(&fold->packed, UINT32_MAX);
    return prepare(fold, err);
}

void cg_fold_free(struct cg_fold *fold) {
    if (fold != NULL) {
        cg_past_close(&fold->past);
        (void)sqlite3_finalize(fold->last_part);
        (void)sqlite3_finalize(fold->write);
        cg_buffer_fini(&fold->packed);
        free(fold);
    }
}

enum cg_status cg_fold_end(struct cg_fold *fold, struct cg_error *err) {
    if (fold == NULL || fold->last_member == 0) {
        return CG_OK;
    }
    if (bytes_for_tests == 0 && fold->budget_bytes < BUDGET_MIN_BYTES &&
        move(fold, BUDGET_MIN_BYTES - fold->budget_bytes, err) != CG_OK) {
        return err->status;
    }
    if (bytes_for_tests != 0 && move(fold, bytes_for_tests, err) != CG_OK) {
        return err->status;
    }
    return forget_moved(fold, err) != CG_OK
               ? err->status
               : cg_ledger_do(fold->ledger,
                              CG_QUERY("INSERT OR REPLACE INTO fold VALUES (1, ?1, ?2)",
                                       cg_cell_integer(fold->next_member),
                                       cg_cell_integer(fold->round_run)),
                              err);
}
