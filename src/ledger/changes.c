/*
 * Two runs of the same inputs, line by line.
 */
#include "claimgate/ledger/ledger_query.h"
#include "joined.h"

#include "claimgate/base/date.h"

struct visit {
    cg_ledger_change_fn fn;
    void *context;
};

static enum cg_status visit_change(void *context, sqlite3_stmt *row, struct cg_error *err) {
    const struct visit *visit = context;
    const bool has_day = sqlite3_column_type(row, 5) != SQLITE_NULL;
    const struct cg_ledger_change change = {
        .source_file = cg_text_at(row, 0),
        .source_line = sqlite3_column_int64(row, 1),
        .claim_id = cg_text_at(row, 2),
        .claim_line = sqlite3_column_int64(row, 3),
        .member_id = cg_text_at(row, 4),
        .start_day = has_day ? sqlite3_column_int(row, 5) : CG_DAY_NONE,
        .procedure = cg_text_at(row, 6),
        .rendering_npi = cg_text_at(row, 7),
        .units_then = (uint64_t)sqlite3_column_int64(row, 8),
        .units_now = (uint64_t)sqlite3_column_int64(row, 9),
        .reasons_then = cg_text_at(row, 10),
        .reasons_now = cg_text_at(row, 11),
        .input_no = sqlite3_column_int64(row, 12),
        .frequency = sqlite3_column_int(row, 13),
        .original_claim_id = cg_text_at(row, 14),
        .took_then = sqlite3_column_int(row, 15) != 0,
        .took_now = sqlite3_column_int(row, 16) != 0,
    };
    return visit->fn(visit->context, &change, err);
}

/* Lines of a run lie together, so that both are read by their numbers and not by a search. */
#define LINES_OF(run)                                                                              \
    "SELECT l.*, x.reasons FROM decided_line l LEFT JOIN rejection x ON x.line_no = l.line_no "    \
    "WHERE l.line_no <= (SELECT last_line FROM run WHERE run_no = " run                            \
    ") AND l.line_no > coalesce((SELECT last_line FROM run WHERE run_no = " run " - 1), 0)"

/* A void or a replacement took something back in its run. */
#define TOOK(line, run)                                                                            \
    "(coalesce(" line ".frequency, 1) IN (7, 8) AND EXISTS (SELECT 1 FROM take_back t WHERE "      \
    "t.member_no = " line ".member_no AND t.original_claim_id = " line ".original_claim_id "       \
    "AND t.run_no = " run " AND t.input_no = " line ".input_no "                                   \
    "AND t.source_line = " line ".source_line))"

/* Names, for a call in the midst of a text is broken up when it is formatted. */
#define LINES_THEN LINES_OF("?1")
#define LINES_NOW  LINES_OF("?2")
#define TOOK_THEN  TOOK("a", "?1")
#define TOOK_NOW   TOOK("b", "?2")

enum cg_status cg_ledger_visit_changes(struct cg_ledger *ledger, int64_t run_then, int64_t run_now,
                                       cg_ledger_change_fn fn, void *context,
                                       struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_visit_changes(ledger, run_then, run_now, fn, context, err);
    }
    struct visit visit = {fn, context};
    static const char sql[] =
        "WITH a AS MATERIALIZED (" LINES_THEN "), b AS MATERIALIZED (" LINES_NOW ") "
        "SELECT i.file, a.source_line, a.claim_id, a.claim_line, m.member_id, a.start_day, "
        "s.procedure, p.rendering_npi, a.accepted_units, b.accepted_units, a.reasons, b.reasons, "
        "a.input_no, a.frequency, b.original_claim_id, " TOOK_THEN " AS took_then, " TOOK_NOW
        " AS took_now "
        "FROM a JOIN b ON b.input_no = a.input_no AND b.source_line = a.source_line "
        "AND b.claim_line IS a.claim_line "
        "JOIN input i ON i.run_no = ?1 AND i.input_no = a.input_no "
        "LEFT JOIN member m ON m.member_no = a.member_no "
        "LEFT JOIN service s ON s.service_no = a.service_no "
        "LEFT JOIN provider p ON p.provider_no = a.provider_no "
        "WHERE a.accepted_units <> b.accepted_units OR took_then <> took_now "
        "ORDER BY a.input_no, a.source_line, a.claim_line";
    return cg_ledger_each(ledger,
                          CG_QUERY(sql, cg_cell_integer(run_then), cg_cell_integer(run_now)),
                          visit_change, &visit, err);
}
