/*
 * Identity of inputs: what some standing run has taken in already. Runs that a 'withdraw' run took
 * back do not count, so that their files can be taken in again.
 */
#include "joined.h"

#include <stdio.h>

enum cg_status cg_ledger_knows_head(struct cg_ledger *ledger,
                                    const uint8_t head_sha256[CG_SHA256_BYTES], bool *known,
                                    struct cg_error *err) {
    if (cg_joined_to_first(&ledger, err) != CG_OK) {
        return err->status;
    }
    int64_t is_there = 0;
    const enum cg_status status =
        cg_ledger_each(ledger,
                       CG_QUERY("SELECT 1 FROM input i WHERE i.head_sha256 = ?1 AND i.records > 0 "
                                "AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = i.run_no) "
                                "LIMIT 1",
                                cg_cell_hash(head_sha256)),
                       cg_ledger_take_integer, &is_there, err);
    *known = is_there != 0;
    return status;
}

struct finding {
    struct cg_ledger *ledger;
    bool *known;
    struct cg_ledger_known *out;
};

static enum cg_status read_known(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct finding *finding = context;
    struct cg_ledger *ledger = finding->ledger;
    (void)err;
    *finding->known = true;
    snprintf(ledger->known_input, sizeof ledger->known_input, "%s", cg_text_at(row, 1));
    snprintf(ledger->known_folder, sizeof ledger->known_folder, "%s", cg_text_at(row, 2));
    *finding->out = (struct cg_ledger_known){.run_no = sqlite3_column_int64(row, 0),
                                             .input = ledger->known_input,
                                             .folder = ledger->known_folder,
                                             .kind = finding->out->kind};
    return CG_OK;
}

enum cg_status cg_ledger_find_content(struct cg_ledger *ledger,
                                      const uint8_t content_sha256[CG_SHA256_BYTES], bool *known,
                                      struct cg_ledger_known *out, struct cg_error *err) {
    if (cg_joined_to_first(&ledger, err) != CG_OK) {
        return err->status;
    }
    struct finding finding = {ledger, known, out};
    *known = false;
    return cg_ledger_each(
        ledger,
        CG_QUERY("SELECT i.run_no, i.file, coalesce(p.folder, r.final_path, '') FROM input i "
                 "JOIN run r ON r.run_no = i.run_no LEFT JOIN publication p ON p.run_no = i.run_no "
                 "WHERE i.content_sha256 = ?1 AND i.records > 0 "
                 "AND CASE WHEN ?2 IS NULL THEN r.kind IN ('validate', 'import') "
                 "ELSE r.kind = ?2 END "
                 "AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = i.run_no) "
                 "ORDER BY i.run_no, i.input_no LIMIT 1",
                 cg_cell_hash(content_sha256), cg_cell_string(out->kind)),
        read_known, &finding, err);
}
