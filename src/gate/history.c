/*
 * The belt's only state, and how a batch of lines is taken through it.
 *
 * A line hashes its member and its claim, looks over its member's rows and writes one. All of that
 * lies somewhere in hundreds of megabytes, and the line itself was written by another processor: a
 * line's time goes with what is not in the cache when it is looked at. So four steps are fetched
 * ahead of the line being decided: the line, its slot in the member table, the member, the member's
 * rows. (An id of more than 15 bytes is read from the batch's text without that.) Nothing is
 * allocated per line (pool.h).
 */
#include "claimgate/gate/history.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/fetch.h"
#include "claimgate/gate/claim.h"
#include "history_private.h"

#include <stdlib.h>
#include <string.h>

struct cg_history *cg_history_new(cg_recall_fn recall, void *recall_context) {
    struct cg_history *history = calloc(1, sizeof *history);
    if (history == NULL) {
        return NULL;
    }
    struct cg_history_memory *memory = &history->memory;
    cg_line_store_init(&memory->store);
    cg_take_backs_init(&memory->take_backs, memory->store.seed);
    cg_claim_billers_init(&memory->billers, memory->store.seed);
    memory->voided.limit = 1U << 22;
    cg_line_ids_init(&history->line_ids, CG_LINE_NUMBER_MAX);
    history->recall = recall;
    history->recall_context = recall_context;
    memory->scratch = calloc(1, sizeof *memory->scratch);
    if (memory->scratch == NULL || !cg_member_table_init(&history->members, &memory->store)) {
        cg_history_free(history);
        return NULL;
    }
    return history;
}

void cg_history_free(struct cg_history *history) {
    if (history == NULL) {
        return;
    }
    cg_member_table_fini(&history->members);
    cg_near_members_fini(&history->near);
    cg_line_ids_fini(&history->line_ids);
    cg_take_backs_fini(&history->memory.take_backs);
    cg_claim_billers_fini(&history->memory.billers);
    cg_seen_fini(&history->memory.voided);
    cg_line_store_fini(&history->memory.store);
    free(history->memory.scratch);
    free(history);
}

void cg_history_forget(struct cg_history *history) {
    struct cg_history_memory *memory = &history->memory;
    cg_member_table_reset(&history->members);
    cg_near_members_fini(&history->near);
    cg_take_backs_fini(&memory->take_backs);
    cg_take_backs_init(&memory->take_backs, memory->store.seed);
    cg_claim_billers_fini(&memory->billers);
    cg_seen_fini(&memory->voided);
    memset(memory->voided_claims, 0, sizeof memory->voided_claims);
    cg_line_store_reset(&memory->store);
}

void cg_history_use_aliases(struct cg_history *history, cg_alias_fn fn, void *context) {
    history->alias = fn;
    history->alias_context = context;
}

void cg_history_use_line_ids(struct cg_history *history, cg_line_id_fn fn, void *context) {
    history->line_id = fn;
    history->line_id_context = context;
}

void cg_history_take_same_number(struct cg_history *history) {
    history->memory.takes_same_number = true;
}

void cg_history_decide_lines_apart(struct cg_history *history, bool apart) {
    history->lines_apart = apart;
}

void cg_history_keep_lines(struct cg_history *history) {
    history->keeps_lines = true;
}

/* From the ledger, or again from it: line by line, or as it likes. */
static enum cg_status recall(struct cg_history *history, struct cg_member_history *found,
                             bool wants_lines, struct cg_error *err) {
    struct cg_member member = {.memory = &history->memory,
                               .history = found,
                               .wants_lines = wants_lines || history->keeps_lines};
    if (history->recall == NULL) {
        return CG_OK;
    }
    cg_member_history_forget_outlines(found);
    return history->recall(history->recall_context, cg_key_text(&found->member), &member, err);
}

static enum cg_status add_member(struct cg_history *history, const struct cg_key *member,
                                 uint32_t hash, bool wants_lines, struct cg_member_history **out,
                                 struct cg_error *err) {
    *out = cg_member_table_add(&history->members, member, hash);
    return *out == NULL || !cg_near_members_meet(&history->near, &history->members, member)
               ? cg_member_table_no_memory(&history->members, err)
               : recall(history, *out, wants_lines, err);
}

static enum cg_status add_member_of(struct cg_history *history, struct cg_line *line, uint32_t hash,
                                    struct cg_member_history **out, struct cg_error *err) {
    const enum cg_status status = add_member(history, &line->member_id, hash, false, out, err);
    cg_near_members_mark(&history->near, line, &history->memory.told_lines);
    return status;
}

static enum cg_status meet(struct cg_history *history, const struct cg_key *member,
                           bool wants_lines, struct cg_member_history **out, struct cg_error *err) {
    const uint32_t hash = cg_member_table_hash(&history->members, member);
    *out = cg_member_table_find(&history->members, member, hash);
    if (*out == NULL) {
        return add_member(history, member, hash, wants_lines, out, err);
    }
    return wants_lines && (*out)->is_in_outline ? recall(history, *out, true, err) : CG_OK;
}

enum cg_status cg_history_meet(struct cg_history *history, struct cg_text member_id,
                               struct cg_error *err) {
    const struct cg_key member = cg_key_of(member_id);
    struct cg_member_history *met;
    return meet(history, &member, true, &met, err);
}

/* What is known of a line on its way to its decision. */
struct coming {
    uint32_t hash;
    uint32_t member_ref; /* the member, most likely; 0: it had not been met some lines ago */
};

static inline enum cg_status meet_member(struct cg_history *history, struct cg_line *line,
                                         const struct coming *coming,
                                         struct cg_member_history **out, struct cg_error *err) {
    const struct cg_key *member = &line->member_id;
    *out = cg_member_table_at(&history->members, coming->member_ref, member);
    if (*out == NULL) {
        *out = cg_member_table_find(&history->members, member, coming->hash);
    }
    return *out != NULL ? CG_OK : add_member_of(history, line, coming->hash, out, err);
}

/* What the line may ask for must be there: outlines that have not been lost, or lines. */
static enum cg_status recall_more(struct cg_history *history, struct cg_member_history *found,
                                  const struct cg_line *line, struct cg_error *err) {
    const struct cg_line_store *store = &history->memory.store;
    enum cg_status status = CG_OK;
    if (!cg_member_history_is_whole(store, found)) {
        status = recall(history, found, line->frequency != CG_ORIGINAL, err);
    }
    return status == CG_OK && cg_member_history_wants_lines(store, found, line)
               ? recall(history, found, true, err)
               : status;
}

/* The claim that is meant by a number of the payer. */
static enum cg_status find_alias(struct cg_history *history, const struct cg_line *line,
                                 struct cg_error *err) {
    struct cg_text claim = {"", 0};
    if (line->frequency == CG_ORIGINAL || line->reverses) {
        return CG_OK;
    }
    const enum cg_status status = history->alias(history->alias_context, line->original_claim_id,
                                                 cg_key_text(&line->member_id), &claim, err);
    if (status != CG_OK) {
        return status;
    }
    return cg_line_store_keep_text(&history->memory.store, claim, &history->memory.alias)
               ? CG_OK
               : cg_member_table_no_memory(&history->members, err);
}

/* A member is met only by a line that has passed groups 1 and 2; a malformed one has no member. */
static enum cg_status decide_line(struct cg_history *history, struct cg_line *line,
                                  const struct coming *coming, struct cg_error *err) {
    struct cg_member member = {.memory = &history->memory};
    if (line->reasons == 0) {
        enum cg_status status = meet_member(history, line, coming, &member.history, err);
        if (status == CG_OK && member.history->is_in_outline) {
            status = recall_more(history, member.history, line, err);
        }
        if (status == CG_OK && history->alias != NULL) {
            status = find_alias(history, line, err);
        }
        if (status != CG_OK) {
            return status;
        }
    }
    return cg_member_decide(&member, line) == CG_OK
               ? CG_OK
               : cg_member_table_no_memory(&history->members, err);
}

static bool is_decided_here(const struct cg_line *line) {
    return line->reasons == 0 && !line->out_of_scope;
}

static enum cg_status recall_claim(struct cg_history *history, struct cg_line *lines,
                                   uint32_t count, struct cg_error *err) {
    for (uint32_t i = 0; i < count; i++) {
        struct cg_member_history *member;
        if (!is_decided_here(&lines[i])) {
            continue;
        }
        enum cg_status status = meet(history, &lines[i].member_id, false, &member, err);
        cg_near_members_mark(&history->near, &lines[i], &history->memory.told_lines);
        if (status == CG_OK) {
            status = recall_more(history, member, &lines[i], err);
        }
        if (status != CG_OK) {
            return status;
        }
    }
    return CG_OK;
}

/* One member's outlines may have driven out another's. */
static enum cg_status make_room(struct cg_history *history, const struct cg_line *lines,
                                uint32_t count, struct cg_error *err) {
    const struct cg_key *last = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_decided_here(&lines[i]) ||
            (last != NULL && cg_key_equal(last, &lines[i].member_id))) {
            continue;
        }
        last = &lines[i].member_id;
        struct cg_member_history *member = cg_member_table_find(
            &history->members, last, cg_member_table_hash(&history->members, last));
        CG_ASSERT(member != NULL); /* recall_claim has met it */
        if (!cg_member_history_is_whole(&history->memory.store, member) &&
            recall(history, member, true, err) != CG_OK) {
            return err->status;
        }
        if (!cg_member_history_reserve(&history->memory.store, member, count)) {
            return cg_member_table_no_memory(&history->members, err);
        }
    }
    return CG_OK;
}

/* Whose lines they are is known, and recalled, before the claim is open: what a member had before
 * is no part of it. Lines of a claim have one member, but for a claim whose id has passed from one
 * person to another between two of its days. */
static enum cg_status meet_claim(struct cg_history *history, struct cg_line *lines, uint32_t count,
                                 struct cg_error *err) {
    const enum cg_status status = recall_claim(history, lines, count, err);
    return status == CG_OK ? make_room(history, lines, count, err) : status;
}

static enum cg_status decide_claim_lines(struct cg_history *history, struct cg_line *lines,
                                         uint32_t count, struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; i < count && status == CG_OK; i++) {
        struct cg_line *line = &lines[i];
        if (line->out_of_scope) {
            cg_member_clear_verdict(line);
            line->decision = CG_ACCEPTED;
        } else {
            const struct coming coming = {
                .hash = cg_member_table_hash(&history->members, &line->member_id)};
            status = decide_line(history, line, &coming, err);
        }
    }
    return status;
}

/* The lines of a record that may leave a trace to be undone. Out of line, so that the usual record
 * need not save registers for them. */
__attribute__((noinline)) static enum cg_status
decide_claim(struct cg_history *history, struct cg_line *lines, struct cg_error *err) {
    const uint32_t count = 1U + lines->more_lines;
    const bool whole = !history->lines_apart;
    if (lines->more_lines == CG_NOT_FIRST) {
        return CG_OK; /* was decided with the first */
    }
    if (cg_history_number_lines(history, lines, count, err) != CG_OK) {
        return err->status;
    }
    if (whole && !cg_claim_settle(lines, count)) {
        for (uint32_t i = 0; i < count; i++) {
            cg_member_clear_verdict(&lines[i]);
        }
        return CG_OK;
    }
    enum cg_status status = meet_claim(history, lines, count, err);
    if (status != CG_OK || !whole) {
        return status != CG_OK ? status : decide_claim_lines(history, lines, count, err);
    }
    cg_history_open_claim(&history->memory);
    status = decide_claim_lines(history, lines, count, err);
    if (status != CG_OK) {
        return status;
    }
    const bool stands = cg_claim_settle(lines, count);
    if (!stands) {
        cg_claim_fall(lines, count);
    }
    return cg_history_close_claim(&history->memory, stands) == CG_OK &&
                   (!stands || !history->memory.takes_same_number ||
                    cg_claim_billers_add_lines(&history->memory.billers, lines, count))
               ? CG_OK
               : cg_member_table_no_memory(&history->members, err);
}

static inline enum cg_status decide(struct cg_history *history, struct cg_line *line,
                                    const struct coming *coming, struct cg_error *err) {
    if (line->more_lines > 0 || (line->is_claim && line->frequency == CG_REPLACEMENT)) {
        return decide_claim(history, line, err);
    }
    if (line->line_id.len > 0 && cg_history_number_lines(history, line, 1, err) != CG_OK) {
        return err->status;
    }
    return decide_line(history, line, coming, err);
}

enum {
    /* How many lines before its decision each step of a line runs. */
    LINE_AHEAD = 40,
    SLOT_AHEAD = 24,
    MEMBER_AHEAD = 16,
    ROWS_AHEAD = 8,
    RING_LINES = 32, /* more than SLOT_AHEAD, a power of two */
};

/* Lines were written by another processor a while ago. */
static inline void fetch_line(const struct cg_line *line) {
    const char *bytes = (const char *)line;
    for (size_t i = 0; i < sizeof *line; i += CG_CACHE_LINE_BYTES) {
        cg_fetch(bytes + i);
    }
    cg_fetch(bytes + sizeof *line - 1);
}

struct window {
    const struct cg_member_table *members;
    const struct cg_line *lines;
    uint64_t count;
    struct coming ring[RING_LINES];
};

/* Before line `at` is decided, which may be one before the first: run each step for the line that
 * comes up so much later. (A place before the first line wraps round to a huge number, which is
 * below no count.) */
static inline void fetch_ahead(struct window *window, uint64_t at) {
    if (at + LINE_AHEAD < window->count) {
        fetch_line(&window->lines[at + LINE_AHEAD]);
    }
    if (at + SLOT_AHEAD < window->count) {
        struct coming *coming = &window->ring[(at + SLOT_AHEAD) % RING_LINES];
        coming->hash =
            cg_member_table_hash(window->members, &window->lines[at + SLOT_AHEAD].member_id);
        cg_member_table_fetch_slot(window->members, coming->hash);
    }
    if (at + MEMBER_AHEAD < window->count) {
        struct coming *coming = &window->ring[(at + MEMBER_AHEAD) % RING_LINES];
        coming->member_ref = cg_member_table_fetch_member(window->members, coming->hash);
    }
    if (at + ROWS_AHEAD < window->count) {
        struct coming *coming = &window->ring[(at + ROWS_AHEAD) % RING_LINES];
        cg_member_table_fetch_rows(window->members, coming->member_ref);
    }
}

enum cg_status cg_history_decide(struct cg_history *history, struct cg_line *lines, uint32_t count,
                                 struct cg_error *err) {
    struct window window = {.members = &history->members, .lines = lines, .count = count};
    /* From so far before the first line on, so that this one is fetched too. */
    for (uint64_t at = -(uint64_t)LINE_AHEAD; at != count; at++) {
        fetch_ahead(&window, at);
        if (at < count) {
            const struct coming *coming = &window.ring[at % RING_LINES];
            const enum cg_status status = decide(history, &lines[at], coming, err);
            if (status != CG_OK) {
                return status;
            }
        }
    }
    return CG_OK;
}

enum cg_status cg_history_asks_in_vain(struct cg_history *history,
                                       const struct cg_passing_take_back *passing, bool *in_vain,
                                       struct cg_error *err) {
    struct cg_member member = {.memory = &history->memory};
    const enum cg_status status = meet(history, &passing->member_id, true, &member.history, err);
    *in_vain = status == CG_OK && cg_member_asks_in_vain(&member, passing);
    return status;
}
