/*
 * Decisions as they were made, read back for people and for audits.
 */
#include "claimgate/ledger/ledger_query.h"
#include "private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a decision is read from; every query begins with these columns. `replaced` is an expression
 * for cg_ledger_decision.claim_replaced. Which take-back freed a line: the first after it that
 * names its claim. Of a run that stands, any run that stands; of a withdrawn run, itself alone. */
#define DECISION_COLUMNS(replaced)                                                                 \
    "SELECT l.run_no, r.kind, r.started_at, i.file, m.member_id, "                                 \
    "EXISTS (SELECT 1 FROM run w WHERE w.withdraws = l.run_no), "                                  \
    "r.staging_path IS NOT NULL AND NOT EXISTS "                                                   \
    "(SELECT 1 FROM publication p WHERE p.run_no = l.run_no), "                                    \
    "t.run_no, t.claim_id, " replaced ", l.* "
#define DECISION_JOINS                                                                             \
    "JOIN run r ON r.run_no = l.run_no "                                                           \
    "LEFT JOIN input i ON i.run_no = l.run_no AND i.input_no = l.input_no "                        \
    "LEFT JOIN member m ON m.member_no = l.member_no "                                             \
    "LEFT JOIN take_back t ON l.decision <> 2 AND l.frequency <> 8 "                               \
    "AND (t.run_no, t.member_no, t.input_no, t.source_line) = ("                                   \
    "SELECT f.run_no, f.member_no, f.input_no, f.source_line FROM take_back f "                    \
    "WHERE " NAMES_THE_LINE "AND (f.run_no = l.run_no OR NOT EXISTS "                              \
    "(SELECT 1 FROM run w WHERE w.withdraws IN (f.run_no, l.run_no))) "                            \
    "ORDER BY f.run_no, f.input_no, f.source_line LIMIT 1) "
/* A take-back f after line l. */
#define NAMES_THE_LINE                                                                             \
    "f.member_no = l.member_no AND f.original_claim_id = l.claim_id "                              \
    "AND (f.claim_line IS NULL OR f.claim_line = l.claim_line) "                                   \
    "AND (f.run_no, f.input_no, f.source_line) > (l.run_no, l.input_no, l.source_line) "

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

static const char *text_at(sqlite3_stmt *statement, int column) {
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text == NULL ? "" : text;
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
        .started_at = text_at(statement, COLUMN_STARTED),
        .source_file = text_at(statement, COLUMN_FILE),
        .member_id = text_at(statement, COLUMN_MEMBER),
        .claim_id = text_at(statement, COLUMN_CELLS + CG_LINE_CLAIM),
        .original_claim_id = text_at(statement, COLUMN_CELLS + CG_LINE_ORIGINAL),
        .modifiers = text_at(statement, COLUMN_CELLS + CG_LINE_MODIFIERS),
        .reasons = text_at(statement, COLUMN_CELLS + CG_LINE_REASONS),
        .imported = strcmp(text_at(statement, COLUMN_KIND), "import") == 0,
        .run_state = state_of(statement),
        .cap_day = CG_DAY_NONE,
        .detail = "",
        .taken_back = sqlite3_column_type(statement, COLUMN_TAKER_RUN) != SQLITE_NULL,
        .taken_back_run = sqlite3_column_int64(statement, COLUMN_TAKER_RUN),
        .taken_back_by = text_at(statement, COLUMN_TAKER_CLAIM),
        .claim_replaced = sqlite3_column_int(statement, COLUMN_REPLACED) != 0,
    };
    out->input_no = cell_integer(statement, CG_LINE_INPUT, 0);
    out->source_line = cell_integer(statement, CG_LINE_SOURCE_LINE, 0);
    out->start_day = (int32_t)cell_integer(statement, CG_LINE_START, CG_DAY_NONE);
    out->end_day = (int32_t)cell_integer(statement, CG_LINE_END, out->start_day);
    snprintf(out->procedure, sizeof out->procedure, "%s",
             text_at(statement, COLUMN_CELLS + CG_LINE_PROCEDURE));
    out->rendering_npi = (uint64_t)cell_integer(statement, CG_LINE_RENDERING, 0);
    out->billing_npi = (uint64_t)cell_integer(statement, CG_LINE_BILLING, 0);
    out->units = (uint16_t)cell_integer(statement, CG_LINE_UNITS, 0);
    out->accepted_units = (uint16_t)cell_integer(statement, CG_LINE_ACCEPTED, 0);
    out->line_number = (uint16_t)cell_integer(statement, CG_LINE_NUMBER, CG_LINE_NUMBER_NONE);
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

static enum cg_status visit_rows(struct cg_ledger *ledger, const char *sql,
                                 const struct cg_cell *parameters, size_t count,
                                 const struct visit *visit, struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    enum cg_status status = cg_ledger_prepare(ledger, sql, &statement, err);
    if (status == CG_OK) {
        cg_ledger_bind_cells(statement, 1, parameters, count);
    }
    while (status == CG_OK) {
        bool row;
        status = cg_ledger_step(ledger, statement, &row, err);
        if (status != CG_OK || !row) {
            break;
        }
        struct cg_ledger_decision decision;
        read_decision(statement, &decision);
        status = visit->fn(visit->context, &decision, err);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum cg_status cg_ledger_visit_claim(struct cg_ledger *ledger, struct cg_text claim_id,
                                     uint16_t line_number, cg_ledger_decision_fn fn, void *context,
                                     struct cg_error *err) {
    const struct cg_cell parameters[] = {cg_cell_text(claim_id),
                                         cg_cell_optional(line_number, CG_LINE_NUMBER_NONE)};
    const struct visit visit = {fn, context};
    return visit_rows(
        ledger,
        DECISION_COLUMNS(
            "0") "FROM claim c CROSS JOIN line l ON l.run_no = c.run_no "
                 "AND l.member_no = c.member_no AND l.claim_id = c.claim_id " DECISION_JOINS
                 "WHERE c.claim_id = ?1 AND (?2 IS NULL OR l.claim_line = ?2) "
                 "ORDER BY l.run_no, l.input_no, l.source_line",
        parameters, 2, &visit, err);
}

/* As things stood at that place: a take-back there came before its decision, and what a run has
 * done holds until it is withdrawn. */
enum cg_status cg_ledger_visit_standing(struct cg_ledger *ledger, struct cg_text member_id,
                                        const struct cg_ledger_decision *before,
                                        cg_ledger_decision_fn fn, void *context,
                                        struct cg_error *err) {
    const bool ever = before == NULL;
    const struct cg_cell parameters[] = {cg_cell_text(member_id),
                                         cg_cell_integer(ever ? INT64_MAX : before->run_no),
                                         cg_cell_integer(ever ? INT64_MAX : before->input_no),
                                         cg_cell_integer(ever ? INT64_MAX : before->source_line)};
    const struct visit visit = {fn, context};
    return visit_rows(
        ledger,
        DECISION_COLUMNS(
            "0") "FROM accumulator a CROSS JOIN line l ON l.run_no = a.run_no "
                 "AND l.member_no = a.member_no " DECISION_JOINS
                 "WHERE a.part = 0 AND a.member_no = (SELECT member_no FROM member WHERE member_id "
                 "= ?1) "
                 "AND l.decision <> 2 AND l.frequency <> 8 "
                 "AND (l.run_no, l.input_no, l.source_line) < (?2, ?3, ?4) "
                 "AND NOT EXISTS (SELECT 1 FROM take_back f WHERE " NAMES_THE_LINE
                 "AND (f.run_no, f.input_no, f.source_line) <= (?2, ?3, ?4) AND NOT EXISTS "
                 "(SELECT 1 FROM run w WHERE w.withdraws = f.run_no AND w.run_no <= ?2)) "
                 "AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = l.run_no AND w.run_no <= "
                 "?2) "
                 "ORDER BY l.run_no, l.input_no, l.source_line",
        parameters, 4, &visit, err);
}

enum cg_status cg_ledger_visit_freed(struct cg_ledger *ledger, cg_ledger_decision_fn fn,
                                     void *context, struct cg_error *err) {
    const struct visit visit = {fn, context};
    return visit_rows(ledger,
                      DECISION_COLUMNS("EXISTS (SELECT 1 FROM take_back f WHERE " NAMES_THE_LINE
                                       "AND f.claim_id IS NOT NULL "
                                       "AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = "
                                       "f.run_no))") "FROM (SELECT DISTINCT member_no FROM "
                                                     "take_back) d "
                                                     "CROSS JOIN accumulator a ON a.member_no = "
                                                     "d.member_no AND a.part = 0 "
                                                     "CROSS JOIN line l ON l.run_no = a.run_no AND "
                                                     "l.member_no = a.member_no " DECISION_JOINS
                                                     "WHERE l.units_used IS NOT NULL "
                                                     "AND NOT EXISTS (SELECT 1 FROM run w WHERE "
                                                     "w.withdraws = l.run_no) "
                                                     "AND EXISTS (SELECT 1 FROM take_back b WHERE "
                                                     "b.member_no = l.member_no "
                                                     "AND (b.run_no, b.input_no, b.source_line) > "
                                                     "(l.run_no, l.input_no, l.source_line) "
                                                     "AND NOT EXISTS (SELECT 1 FROM run w WHERE "
                                                     "w.withdraws = b.run_no)) "
                                                     "AND NOT EXISTS (SELECT 1 FROM claim x CROSS "
                                                     "JOIN line n ON n.run_no = x.run_no "
                                                     "AND n.member_no = x.member_no AND n.claim_id "
                                                     "= x.claim_id "
                                                     "WHERE x.claim_id = l.claim_id AND "
                                                     "x.member_no = l.member_no "
                                                     "AND n.claim_line IS l.claim_line "
                                                     "AND (n.run_no, n.input_no, n.source_line) > "
                                                     "(l.run_no, l.input_no, l.source_line) "
                                                     "AND NOT EXISTS (SELECT 1 FROM run w WHERE "
                                                     "w.withdraws = n.run_no)) "
                                                     "ORDER BY l.run_no, l.input_no, l.source_line",
                      NULL, 0, &visit, err);
}

enum cg_status cg_ledger_visit_run_lines(struct cg_ledger *ledger, int64_t run_no,
                                         cg_ledger_decision_fn fn, void *context,
                                         struct cg_error *err) {
    const struct cg_cell parameters[] = {cg_cell_integer(run_no)};
    const struct visit visit = {fn, context};
    return visit_rows(
        ledger,
        DECISION_COLUMNS("0") "FROM line l " DECISION_JOINS "WHERE l.run_no = ?1 "
                              "ORDER BY l.run_no, l.member_no, l.input_no, l.source_line",
        parameters, 1, &visit, err);
}
