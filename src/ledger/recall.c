/*
 * Recall: what the gate must know of a member, from its accumulators.
 *
 * A member's rows stand together under its number, one for each run, in the order of the runs. They
 * are unpacked into a list first, because a line that was taken back is told with who took it, and
 * that stands behind it; then the list is given to the history.
 */
#include "private.h"

#include "claimgate/record/field.h"

#include <stdlib.h>
#include <string.h>

struct recalled {
    struct cg_past_line line;
    uint64_t claim_hash;
    uint32_t earlier; /* the line before it whose claim has the same place, plus 1 */
};

struct cg_recall {
    sqlite3_stmt *accumulators;
    int64_t before_run;
    int64_t *withdrawn; /* runs taken back, ascending */
    uint32_t withdrawn_count;
    uint64_t last_procedure; /* nearly every line has the same */
    uint8_t last_procedure_no;
    struct recalled *lines;
    uint32_t count;
    uint32_t capacity;
    uint32_t *places; /* by claim hash, for take-backs: the last line plus 1 */
    uint32_t place_count;
    struct cg_buffer texts; /* the member's packed rows, one after another */
};

void cg_recall_free(struct cg_recall *recall) {
    if (recall == NULL) {
        return;
    }
    (void)sqlite3_finalize(recall->accumulators);
    cg_buffer_fini(&recall->texts);
    free(recall->withdrawn);
    free(recall->lines);
    free(recall->places);
    free(recall);
}

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while reading a member from the ledger");
}

static enum cg_status read_withdrawn(struct cg_ledger *ledger, struct cg_recall *recall,
                                     struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    int64_t count;
    enum cg_status status = cg_ledger_ask(
        ledger, "SELECT count(*) FROM run WHERE withdraws IS NOT NULL", 0, 0, &count, err);
    if (status != CG_OK || count == 0) {
        return status;
    }
    recall->withdrawn = calloc((size_t)count, sizeof recall->withdrawn[0]);
    if (recall->withdrawn == NULL) {
        return no_memory(err);
    }
    status = cg_ledger_prepare(ledger,
                               "SELECT withdraws FROM run WHERE withdraws IS NOT NULL AND run_no < "
                               "?1 ORDER BY withdraws LIMIT ?2",
                               &statement, err);
    if (status == CG_OK) {
        (void)sqlite3_bind_int64(statement, 1, recall->before_run);
        (void)sqlite3_bind_int64(statement, 2, count);
    }
    while (status == CG_OK) {
        bool row;
        status = cg_ledger_step(ledger, statement, &row, err);
        if (status != CG_OK || !row) {
            break;
        }
        recall->withdrawn[recall->withdrawn_count++] = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum cg_status cg_ledger_recall_for(struct cg_ledger *ledger, const struct cg_policy *policy,
                                    int64_t before_run, struct cg_error *err) {
    ledger->policy = policy;
    cg_recall_free(ledger->recall);
    ledger->recall = calloc(1, sizeof *ledger->recall);
    if (ledger->recall == NULL) {
        return no_memory(err);
    }
    struct cg_recall *recall = ledger->recall;
    recall->before_run = before_run == 0 ? INT64_MAX : before_run;
    cg_buffer_init(&recall->texts, UINT32_MAX);
    const enum cg_status status = read_withdrawn(ledger, recall, err);
    if (status != CG_OK) {
        return status;
    }
    return cg_ledger_prepare(ledger,
                             "SELECT run_no, packed FROM accumulator WHERE member_no = ?1 AND "
                             "run_no < ?2 ORDER BY run_no, part",
                             &recall->accumulators, err);
}

static bool is_withdrawn(const struct cg_recall *recall, int64_t run_no) {
    for (uint32_t i = 0; i < recall->withdrawn_count; i++) {
        if (recall->withdrawn[i] == run_no) {
            return true;
        }
    }
    return false;
}

/* The packed rows of a member that count, into recall->texts: SQLite's own bytes do not outlive a
 * step. */
static enum cg_status gather(struct cg_ledger *ledger, int64_t member_no, struct cg_error *err) {
    struct cg_recall *recall = ledger->recall;
    cg_buffer_clear(&recall->texts);
    (void)sqlite3_bind_int64(recall->accumulators, 1, member_no);
    (void)sqlite3_bind_int64(recall->accumulators, 2, recall->before_run);
    for (;;) {
        bool row;
        const enum cg_status status = cg_ledger_step(ledger, recall->accumulators, &row, err);
        if (status != CG_OK || !row) {
            return status;
        }
        if (is_withdrawn(recall, sqlite3_column_int64(recall->accumulators, 0))) {
            continue;
        }
        const struct cg_cell packed = cg_cell_column(recall->accumulators, 1);
        if (!cg_buffer_append(&recall->texts, packed.bytes.ptr, packed.bytes.len)) {
            (void)sqlite3_reset(recall->accumulators);
            return no_memory(err);
        }
    }
}

static uint8_t procedure_no(struct cg_ledger *ledger, uint64_t procedure) {
    struct cg_recall *recall = ledger->recall;
    if (procedure != recall->last_procedure) {
        const int found = cg_policy_procedure(ledger->policy, procedure);
        recall->last_procedure = procedure;
        recall->last_procedure_no = found < 0 ? CG_PROCEDURE_OTHER : (uint8_t)found;
    }
    return recall->last_procedure_no;
}

static bool add_line(struct cg_recall *recall, const struct cg_past_line *line) {
    if (recall->count == recall->capacity) {
        const uint32_t capacity = recall->capacity == 0 ? 64 : 2 * recall->capacity;
        struct recalled *lines = realloc(recall->lines, capacity * sizeof *lines);
        if (lines == NULL) {
            return false;
        }
        recall->lines = lines;
        recall->capacity = capacity;
    }
    recall->lines[recall->count++] = (struct recalled){.line = *line};
    return true;
}

static uint64_t claim_hash(struct cg_text claim_id) {
    return cg_hash64(claim_id.ptr, claim_id.len, cg_hash_run_seed());
}

/* Chains of lines by claim, made only for a member with take-backs, so that many of both do not
 * multiply. They hold the lines before the take-back that is at hand. */
static bool chain_lines(struct cg_recall *recall, uint32_t *chained) {
    if (recall->place_count < recall->count) {
        uint32_t places = 64;
        while (places < recall->count) {
            places *= 2;
        }
        free(recall->places);
        recall->places = malloc(2 * (size_t)places * sizeof recall->places[0]);
        recall->place_count = recall->places == NULL ? 0 : 2 * places;
        *chained = 0;
    }
    if (recall->places == NULL) {
        return recall->count == 0;
    }
    if (*chained == 0) {
        memset(recall->places, 0, recall->place_count * sizeof recall->places[0]);
    }
    for (; *chained < recall->count; ++*chained) {
        struct recalled *line = &recall->lines[*chained];
        if (line->line.taken_back) {
            continue; /* when a larger table is filled anew */
        }
        line->claim_hash = claim_hash(line->line.claim_id);
        uint32_t *place = &recall->places[line->claim_hash & (recall->place_count - 1)];
        line->earlier = *place;
        *place = *chained + 1;
    }
    return true;
}

/* Lines once taken back leave their chain: a line is walked past once for each claim at its place.
 */
static void take_back(struct cg_recall *recall, const struct cg_packed_entry *entry) {
    if (recall->count == 0) {
        return;
    }
    const uint64_t hash = claim_hash(entry->original_claim_id);
    uint32_t *link = &recall->places[hash & (recall->place_count - 1)];
    while (*link != 0) {
        struct recalled *at = &recall->lines[*link - 1];
        if (at->claim_hash != hash || !cg_text_equal(at->line.claim_id, entry->original_claim_id) ||
            (entry->line_number != 0 && entry->line_number != at->line.line_number)) {
            link = &at->earlier;
            continue;
        }
        at->line.taken_back = true;
        at->line.taken_back_by = entry->claim_id;
        at->line.taken_back_frequency = entry->frequency;
        *link = at->earlier;
    }
}

static enum cg_status damaged(const struct cg_ledger *ledger, struct cg_error *err) {
    return cg_error_set(err, CG_BAD_DATA,
                        "%s: what it keeps of a member is damaged; `claimgate ledger verify` says "
                        "where",
                        ledger->path);
}

/* A replacement of itself takes nothing back any more, whether or not it found something. */
static enum cg_status tell_note(const struct cg_ledger *ledger, struct cg_member *member,
                                struct cg_text claim_id, struct cg_error *err) {
    const struct cg_past_take_back note = {
        .claim_id = claim_id, .original_claim_id = claim_id, .frequency = CG_REPLACEMENT};
    const enum cg_status status = cg_member_add_take_back(member, &note);
    return status == CG_OK ? CG_OK : status == CG_BAD_DATA ? damaged(ledger, err) : no_memory(err);
}

static enum cg_status unpack(struct cg_ledger *ledger, struct cg_member *member,
                             struct cg_error *err) {
    struct cg_recall *recall = ledger->recall;
    struct cg_text packed = {recall->texts.data, (uint32_t)recall->texts.len_bytes};
    struct cg_packed_entry entry;
    uint32_t chained = 0;
    bool broken;
    recall->count = 0;
    while (cg_pack_next(&packed, &entry, &broken)) {
        if (entry.is_take_back) {
            if (!chain_lines(recall, &chained)) {
                return no_memory(err);
            }
            take_back(recall, &entry);
            continue;
        }
        entry.line.procedure_no = procedure_no(ledger, entry.procedure);
        if (!add_line(recall, &entry.line)) {
            return no_memory(err);
        }
        if (entry.claim_id.len > 0) {
            const enum cg_status status = tell_note(ledger, member, entry.claim_id, err);
            if (status != CG_OK) {
                return status;
            }
        }
    }
    return broken ? damaged(ledger, err) : CG_OK;
}

enum cg_status cg_ledger_recall(void *context, struct cg_text member_id, struct cg_member *member,
                                struct cg_error *err) {
    struct cg_ledger *ledger = context;
    int64_t member_no;
    bool is_new = false;
    enum cg_status status = ledger->run.run_no != 0
                                ? cg_ledger_member_no(ledger, member_id, &member_no, &is_new, err)
                                : cg_ledger_find_member(ledger, member_id, &member_no, err);
    if (status != CG_OK || is_new || member_no == 0) {
        return status;
    }
    status = gather(ledger, member_no, err);
    if (status == CG_OK) {
        status = unpack(ledger, member, err);
    }
    const struct cg_recall *recall = ledger->recall;
    for (uint32_t i = 0; status == CG_OK && i < recall->count; i++) {
        const enum cg_status told = cg_member_add_line(member, &recall->lines[i].line);
        if (told != CG_OK) {
            status = told == CG_BAD_DATA ? damaged(ledger, err) : no_memory(err);
        }
    }
    return status;
}
