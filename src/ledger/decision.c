/*
 * Decisions as they were made, read back for people and for audits.
 */
#include "claimgate/ledger/ledger_query.h"
#include "joined.h"
#include "recall.h"

#include <stdio.h>
#include <string.h>

/* What a decision is read from; every query begins with these columns. `replaced` is an expression
 * for cg_ledger_decision.claim_replaced. Which take-back freed a line: the first after it that
 * names its claim. Of a run that stands, any run that stands; of a withdrawn run, itself alone. */
#define DECISION_COLUMNS(replaced)                                                                 \
    "SELECT l.run_no, r.kind, r.started_at, i.file, m.member_id, "                                 \
    "EXISTS (SELECT 1 FROM run w WHERE w.withdraws = l.run_no), "                                  \
    "r.staging_path IS NOT NULL AND NOT EXISTS "                                                   \
    "(SELECT 1 FROM publication p WHERE p.run_no = l.run_no), "                                    \
    "t.run_no, t.claim_id, " replaced ", " CG_TOOK_NOTHING ", r.layout IS 'x12-837p', "            \
    "d.line_id, l.line_no, l.* "
#define LISTED_LINES "FROM json_each(?1) j CROSS JOIN line l ON l.line_no = j.value "
#define DECISION_JOINS                                                                             \
    "JOIN run r ON r.run_no = l.run_no "                                                           \
    "LEFT JOIN input i ON i.run_no = l.run_no AND i.input_no = l.input_no "                        \
    "LEFT JOIN member m ON m.member_no = l.member_no "                                             \
    "LEFT JOIN line_id d ON d.claim_line = l.claim_line "                                          \
    "LEFT JOIN take_back t ON l.decision <> 2 AND l.frequency <> 8 AND t.take_back_no = ("         \
    "SELECT f.take_back_no FROM take_back f "                                                      \
    "WHERE " NAMES_THE_LINE "AND (f.run_no = l.run_no OR NOT EXISTS "                              \
    "(SELECT 1 FROM run w WHERE w.withdraws IN (f.run_no, l.run_no))) "                            \
    "ORDER BY f.take_back_no LIMIT 1) "
/* A take-back f after line l. */
#define NAMES_THE_LINE                                                                             \
    "f.member_no = l.member_no AND f.original_claim_id = l.claim_id "                              \
    "AND (f.claim_line IS NULL OR f.claim_line = l.claim_line) AND f.before_line > l.line_no "

static const char lines_of_claim[] = "" DECISION_COLUMNS("0") LISTED_LINES DECISION_JOINS
    "WHERE l.claim_id = ?3 AND (?2 IS NULL OR l.claim_line IN (?2, ?4)) "
    "ORDER BY l.run_no, l.input_no, l.source_line";
static const char lines_that_stood[] = "" DECISION_COLUMNS("0") LISTED_LINES DECISION_JOINS
    "WHERE l.line_no < ?3 AND NOT EXISTS (SELECT 1 FROM take_back f WHERE " NAMES_THE_LINE
    "AND f.before_line <= ?3 AND NOT EXISTS "
    "(SELECT 1 FROM run w WHERE w.withdraws = f.run_no AND w.run_no <= ?2)) "
    "AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = l.run_no AND w.run_no <= ?2) "
    "ORDER BY l.run_no, l.input_no, l.source_line";
static const char lines_listed[] =
    "" DECISION_COLUMNS("EXISTS (SELECT 1 FROM take_back f WHERE " NAMES_THE_LINE
                        "AND f.claim_id IS NOT NULL AND NOT EXISTS "
                        "(SELECT 1 FROM run w WHERE w.withdraws = f.run_no))")
        LISTED_LINES DECISION_JOINS "ORDER BY l.run_no, l.input_no, l.source_line";
static const char lines_of_run[] =
    "SELECT l.input_no, l.source_line, coalesce(l.claim_line, 0), l.accepted_units, l.decision, "
    "x.reasons FROM decided_line l LEFT JOIN rejection x ON x.line_no = l.line_no "
    "WHERE l.line_no <= (SELECT last_line FROM run WHERE run_no = ?1) "
    "AND l.line_no > coalesce((SELECT last_line FROM run WHERE run_no = ?1 - 1), 0) "
    "AND l.run_no = ?1 ORDER BY l.line_no";
enum {
    COLUMN_RUN,
    COLUMN_KIND,
    COLUMN_STARTED,
    COLUMN_FILE,
    COLUMN_MEMBER,
    COLUMN_WITHDRAWN,
    COLUMN_UNPUBLISHED,
    COLUMN_TAKER_RUN,
    COLUMN_TAKER_CLAIM,
    COLUMN_REPLACED,
    COLUMN_TOOK_NOTHING,
    COLUMN_X12,
    COLUMN_LINE_ID,
    COLUMN_LINE_NO,
    COLUMN_LINE_RUN,
    COLUMN_CELLS, /* the line's cells, as in private.h */
};

uint32_t cg_ledger_read_cap_used(const struct cg_cell *cell, uint32_t used[CG_CAPS_MAX]) {
    uint32_t count = 0;
    if (cell->kind != CG_CELL_TEXT) {
        return 0;
    }
    const char *end = cell->bytes.ptr + cell->bytes.len;
    const char *at = cell->bytes.ptr + 1; /* behind '[' */
    while (at < end && count < CG_CAPS_MAX) {
        uint64_t value = *at == 'n' ? UINT32_MAX : 0;
        for (; at < end && *at != ',' && *at != ']'; at++) {
            if (*at >= '0' && *at <= '9' && value < UINT32_MAX / 16) {
                value = value * 10 + (uint64_t)(*at - '0');
            }
        }
        used[count++] = (uint32_t)value;
        at++;
    }
    return count;
}

static int64_t cell_integer(sqlite3_stmt *statement, int cell, int64_t none) {
    const int column = COLUMN_CELLS + cell;
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? none
               : sqlite3_column_int64(statement, column);
}

static enum cg_run_state state_of(sqlite3_stmt *statement) {
    if (sqlite3_column_int(statement, COLUMN_WITHDRAWN) != 0) {
        return CG_RUN_WITHDRAWN;
    }
    return sqlite3_column_int(statement, COLUMN_UNPUBLISHED) != 0 ? CG_RUN_UNPUBLISHED
                                                                  : CG_RUN_STANDS;
}

static void read_decision(sqlite3_stmt *statement, struct cg_ledger_decision *out) {
    const struct cg_cell cap_used = cg_cell_column(statement, COLUMN_CELLS + CG_LINE_CAP_USED);
    *out = (struct cg_ledger_decision){
        .run_no = sqlite3_column_int64(statement, COLUMN_RUN),
        .started_at = cg_text_at(statement, COLUMN_STARTED),
        .source_file = cg_text_at(statement, COLUMN_FILE),
        .member_id = cg_text_at(statement, COLUMN_MEMBER),
        .claim_id = cg_text_at(statement, COLUMN_CELLS + CG_LINE_CLAIM),
        .original_claim_id = cg_text_at(statement, COLUMN_CELLS + CG_LINE_ORIGINAL),
        .modifiers = cg_text_at(statement, COLUMN_CELLS + CG_LINE_MODIFIERS),
        .reasons = cg_text_at(statement, COLUMN_CELLS + CG_LINE_REASONS),
        .imported = strcmp(cg_text_at(statement, COLUMN_KIND), "import") == 0,
        .run_state = state_of(statement),
        .line_no = sqlite3_column_int64(statement, COLUMN_LINE_NO),
        .detail = cg_text_at(statement, COLUMN_CELLS + CG_LINE_DETAIL),
        .taken_back = sqlite3_column_type(statement, COLUMN_TAKER_RUN) != SQLITE_NULL,
        .taken_back_run = sqlite3_column_int64(statement, COLUMN_TAKER_RUN),
        .taken_back_by = cg_text_at(statement, COLUMN_TAKER_CLAIM),
        .took_nothing = sqlite3_column_int(statement, COLUMN_TOOK_NOTHING) != 0,
        .is_x12 = sqlite3_column_int(statement, COLUMN_X12) != 0,
        .claim_replaced = sqlite3_column_int(statement, COLUMN_REPLACED) != 0,
    };
    out->input_no = cell_integer(statement, CG_LINE_INPUT, 0);
    out->source_line = cell_integer(statement, CG_LINE_SOURCE_LINE, 0);
    out->start_day = (int32_t)cell_integer(statement, CG_LINE_START, CG_DAY_NONE);
    out->end_day = (int32_t)cell_integer(statement, CG_LINE_END, out->start_day);
    snprintf(out->procedure, sizeof out->procedure, "%s",
             cg_text_at(statement, COLUMN_CELLS + CG_LINE_PROCEDURE));
    out->cap_day = (int32_t)cell_integer(statement, CG_LINE_CAP_DAY, CG_DAY_NONE);
    out->rendering_npi = (uint64_t)cell_integer(statement, CG_LINE_RENDERING, 0);
    out->billing_npi = (uint64_t)cell_integer(statement, CG_LINE_BILLING, 0);
    out->units = (uint16_t)cell_integer(statement, CG_LINE_UNITS, 0);
    out->accepted_units = (uint16_t)cell_integer(statement, CG_LINE_ACCEPTED, 0);
    out->line_number = (uint32_t)cell_integer(statement, CG_LINE_NUMBER, CG_LINE_NUMBER_NONE);
    out->line_id = cg_text_of(cg_text_at(statement, COLUMN_LINE_ID));
    out->frequency = (uint8_t)cell_integer(statement, CG_LINE_FREQUENCY, 0);
    out->decision = (uint8_t)cell_integer(statement, CG_LINE_DECISION, CG_REJECTED);
    out->exempt = cell_integer(statement, CG_LINE_EXEMPT, 0) != 0;
    out->split = cell_integer(statement, CG_LINE_SPLIT, 0) != 0;
    out->units_used = (uint32_t)cell_integer(statement, CG_LINE_USED, UINT32_MAX);
    out->units_available = (uint32_t)cell_integer(statement, CG_LINE_AVAILABLE, 0);
    memset(out->cap_used, 0xff, sizeof out->cap_used);
    (void)cg_ledger_read_cap_used(&cap_used, out->cap_used);
}

struct visit {
    cg_ledger_decision_fn fn;
    void *context;
};

static enum cg_status visit_row(void *context, sqlite3_stmt *row, struct cg_error *err) {
    const struct visit *visit = context;
    struct cg_ledger_decision decision;
    read_decision(row, &decision);
    return visit->fn(visit->context, &decision, err);
}

enum cg_status cg_ledger_visit_claim(struct cg_ledger *ledger, struct cg_text claim_id,
                                     struct cg_text line, cg_ledger_decision_fn fn, void *context,
                                     struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_visit_claim(ledger, claim_id, line, fn, context, err);
    }
    struct visit visit = {fn, context};
    struct cg_buffer lines;
    struct cg_cell written[2];
    if (cg_ledger_lines_written(ledger, line, written, err) != CG_OK) {
        return err->status;
    }
    cg_buffer_init(&lines, CG_LINE_LIST_MAX_BYTES);
    enum cg_status status = cg_ledger_claim_lines(ledger, claim_id, &lines, err);
    if (status == CG_OK) {
        status = cg_ledger_each(ledger,
                                CG_QUERY(lines_of_claim, cg_cell_buffer(&lines), written[0],
                                         cg_cell_text(claim_id), written[1]),
                                visit_row, &visit, err);
    }
    cg_buffer_fini(&lines);
    return status;
}

/* The numbers of a member's lines that used units, "[12,14]". */
static enum cg_status lines_of(struct cg_ledger *ledger, struct cg_text member_id,
                               struct cg_buffer *out, struct cg_error *err) {
    struct cg_text groups;
    struct cg_text group;
    struct cg_packed_entry entry;
    struct cg_buffer packed;
    struct cg_past past;
    int64_t number;
    bool broken = false;
    cg_buffer_init(&packed, UINT32_MAX);
    enum cg_status status = cg_ledger_find_member(ledger, member_id, &number, err);
    if (status == CG_OK) {
        status = cg_past_open(&past, ledger, INT64_MAX, err);
        status = status == CG_OK ? cg_past_gather(&past, number, &packed, &number, err) : status;
        cg_past_close(&past);
    }
    bool good = status != CG_OK || cg_buffer_append(out, "[", 1);
    groups = (struct cg_text){packed.data, (uint32_t)packed.len_bytes};
    while (status == CG_OK && good && cg_next_group(&groups, &number, &group, &broken)) {
        struct cg_packer packer = {0};
        while (good && cg_unpack_entry(&group, &packer, &entry, &broken)) {
            good = entry.kind != CG_ENTRY_LINE ||
                   cg_buffer_printf(out, "%s%lld", out->len_bytes > 1 ? "," : "",
                                    (long long)entry.line_no);
        }
        good = good && !broken;
    }
    cg_buffer_fini(&packed);
    if (status == CG_OK && broken) {
        return cg_past_damaged(ledger, err);
    }
    good = good && cg_buffer_append(out, "]", 1);
    return good || status != CG_OK
               ? status
               : cg_error_set(err, CG_INTERNAL, "out of memory while reading a member");
}

/* As things stood at that place: a take-back there came before its decision, and what a run has
 * done holds until it is withdrawn. */
enum cg_status cg_ledger_visit_standing(struct cg_ledger *ledger, struct cg_text member_id,
                                        const struct cg_ledger_decision *before,
                                        cg_ledger_decision_fn fn, void *context,
                                        struct cg_error *err) {
    if (cg_joined_to_member(&ledger, member_id, err) != CG_OK) {
        return err->status;
    }
    struct visit visit = {fn, context};
    struct cg_buffer lines;
    cg_buffer_init(&lines, CG_LINE_LIST_MAX_BYTES);
    enum cg_status status = lines_of(ledger, member_id, &lines, err);
    if (status == CG_OK) {
        status =
            cg_ledger_each(ledger,
                           CG_QUERY(lines_that_stood, cg_cell_buffer(&lines),
                                    cg_cell_integer(before == NULL ? INT64_MAX : before->run_no),
                                    cg_cell_integer(before == NULL ? INT64_MAX : before->line_no)),
                           visit_row, &visit, err);
    }
    cg_buffer_fini(&lines);
    return status;
}

enum cg_status cg_ledger_visit_list(struct cg_ledger *ledger, struct cg_text lines,
                                    cg_ledger_decision_fn fn, void *context, struct cg_error *err) {
    struct visit visit = {fn, context};
    return cg_ledger_each(ledger, CG_QUERY(lines_listed, cg_cell_text(lines)), visit_row, &visit,
                          err);
}

struct outcome_visit {
    cg_ledger_outcome_fn fn;
    void *context;
};

static enum cg_status visit_outcome(void *context, sqlite3_stmt *row, struct cg_error *err) {
    const struct outcome_visit *visit = context;
    const struct cg_ledger_outcome outcome = {
        .input_no = sqlite3_column_int64(row, 0),
        .source_line = sqlite3_column_int64(row, 1),
        .line_number = (uint32_t)sqlite3_column_int64(row, 2),
        .accepted_units = (uint16_t)sqlite3_column_int64(row, 3),
        .decision = (uint8_t)sqlite3_column_int64(row, 4),
        .reasons = cg_text_at(row, 5),
    };
    return visit->fn(visit->context, &outcome, err);
}

enum cg_status cg_ledger_visit_run_lines(struct cg_ledger *ledger, int64_t run_no,
                                         cg_ledger_outcome_fn fn, void *context,
                                         struct cg_error *err) {
    struct outcome_visit visit = {fn, context};
    return cg_joined_each_row(ledger, CG_QUERY(lines_of_run, cg_cell_integer(run_no)),
                              visit_outcome, &visit, err);
}
