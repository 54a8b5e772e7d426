/*
 * The belt's only state, and how a batch of lines is taken through it.
 *
 * Cost. A line hashes its member and its claim, looks once over its member's rows and writes one:
 * with 30 rows about 900 instructions, and 48 bytes for a member. All of that lies somewhere in
 * hundreds of megabytes, so three steps are fetched ahead of the line being decided: its slot in
 * the member table, the member, the member's rows. Nothing is allocated per line (pool.h).
 */
#include "claimgate/history.h"

#include "claimgate/history_edits.h"
#include "claimgate/members.h"

#include <stdlib.h>

struct cg_history {
    struct cg_history_memory memory;
    struct cg_members members;
    cg_recall_fn recall;
    void *recall_context;
};

struct cg_history *cg_history_new(cg_recall_fn recall, void *recall_context) {
    struct cg_history *history = calloc(1, sizeof *history);
    if (history == NULL) {
        return NULL;
    }
    struct cg_history_memory *memory = &history->memory;
    cg_store_init(&memory->store);
    cg_take_backs_init(&memory->take_backs, memory->store.seed);
    history->recall = recall;
    history->recall_context = recall_context;
    memory->scratch = calloc(1, sizeof *memory->scratch);
    if (memory->scratch == NULL || !cg_members_init(&history->members, &memory->store)) {
        cg_history_free(history);
        return NULL;
    }
    return history;
}

void cg_history_free(struct cg_history *history) {
    if (history == NULL) {
        return;
    }
    cg_members_fini(&history->members);
    cg_take_backs_fini(&history->memory.take_backs);
    cg_store_fini(&history->memory.store);
    free(history->memory.scratch);
    free(history);
}

void cg_history_forget(struct cg_history *history) {
    struct cg_history_memory *memory = &history->memory;
    cg_members_reset(&history->members);
    cg_take_backs_fini(&memory->take_backs);
    cg_take_backs_init(&memory->take_backs, memory->store.seed);
    cg_store_reset(&memory->store);
}

void cg_history_set_crowd_lines(struct cg_history *history, uint32_t lines) {
    struct cg_store *store = &history->memory.store;
    store->crowd_lines = lines < store->crowd_lines ? lines : store->crowd_lines;
}

void cg_history_on_take_back(struct cg_history *history, cg_take_back_fn fn, void *context) {
    history->memory.on_take_back = fn;
    history->memory.take_back_context = context;
}

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(
        err, CG_INTERNAL,
        "out of memory for the history of members; give the program more memory, or "
        "split the files by member and run the parts one by one");
}

static enum cg_status add_member(struct cg_history *history, struct cg_text member_id,
                                 uint32_t hash, struct cg_past **out, struct cg_error *err) {
    *out = cg_members_add(&history->members, member_id, hash);
    if (*out == NULL) {
        return no_memory(err);
    }
    if (history->recall == NULL) {
        return CG_OK;
    }
    struct cg_member recalled = {.memory = &history->memory, .past = *out};
    return history->recall(history->recall_context, member_id, &recalled, err);
}

static inline enum cg_status meet_member(struct cg_history *history, struct cg_text member_id,
                                         uint32_t hash, struct cg_past **out,
                                         struct cg_error *err) {
    *out = cg_members_find(&history->members, member_id, hash);
    return *out != NULL ? CG_OK : add_member(history, member_id, hash, out, err);
}

enum cg_status cg_history_meet(struct cg_history *history, struct cg_text member_id,
                               struct cg_error *err) {
    struct cg_past *past;
    uint32_t hash = cg_members_hash(&history->members, member_id);
    return meet_member(history, member_id, hash, &past, err);
}

/* A member is met only by a line that has passed groups 1 and 2; a malformed one has no member. */
static enum cg_status decide_line(struct cg_history *history, struct cg_line *line, uint32_t hash,
                                  struct cg_error *err) {
    struct cg_member member = {.memory = &history->memory};
    if (line->reasons == 0) {
        enum cg_status status = meet_member(history, line->member_id, hash, &member.past, err);
        if (status != CG_OK) {
            return status;
        }
    }
    return cg_member_decide(&member, line) == CG_OK ? CG_OK : no_memory(err);
}

enum {
    /* How many lines before its decision each step of a line runs. Four lines more or fewer measure
     * the same. */
    SLOT_AHEAD = 24,
    MEMBER_AHEAD = 16,
    PAST_AHEAD = 8,
    RING_LINES = 32, /* more than SLOT_AHEAD, a power of two */
};

/* What is known of a line on its way to its decision. */
struct coming {
    uint32_t hash;
    uint32_t member_ref;
};

enum cg_status cg_history_decide(struct cg_history *history, struct cg_line *lines, uint32_t count,
                                 struct cg_error *err) {
    const struct cg_members *members = &history->members;
    struct coming ring[RING_LINES];
    /* `at` is the line to decide; it starts below zero, so that the first lines are fetched too. */
    for (int64_t at = -SLOT_AHEAD; at < (int64_t)count; at++) {
        int64_t slot_at = at + SLOT_AHEAD;
        if (slot_at < count) {
            uint32_t hash = cg_members_hash(members, lines[slot_at].member_id);
            ring[slot_at % RING_LINES] = (struct coming){.hash = hash};
            cg_members_fetch_slot(members, hash);
        }
        int64_t member_at = at + MEMBER_AHEAD;
        if (member_at >= 0 && member_at < count) {
            struct coming *coming = &ring[member_at % RING_LINES];
            coming->member_ref = cg_members_fetch_member(members, coming->hash);
        }
        int64_t past_at = at + PAST_AHEAD;
        if (past_at >= 0 && past_at < count) {
            cg_members_fetch_past(members, ring[past_at % RING_LINES].member_ref);
        }
        if (at >= 0) {
            enum cg_status status =
                decide_line(history, &lines[at], ring[at % RING_LINES].hash, err);
            if (status != CG_OK) {
                return status;
            }
        }
    }
    return CG_OK;
}

static struct cg_past *find_past(const struct cg_history *history, struct cg_text member_id) {
    uint32_t hash = cg_members_hash(&history->members, member_id);
    return cg_members_find(&history->members, member_id, hash);
}

struct visit {
    cg_past_line_fn fn;
    void *context;
};

static void visit_service(void *context, const struct cg_service *service) {
    struct visit *visit = context;
    struct cg_past_line line = cg_service_past_line(service);
    visit->fn(visit->context, &line);
}

void cg_history_visit(const struct cg_history *history, struct cg_text member_id,
                      cg_past_line_fn fn, void *context) {
    struct visit visit = {.fn = fn, .context = context};
    const struct cg_past *past = find_past(history, member_id);
    if (past != NULL) {
        cg_past_visit(&history->memory.store, past, visit_service, &visit);
    }
}

uint32_t cg_history_units_used(const struct cg_history *history, struct cg_text member_id,
                               const struct cg_cap *cap, int32_t day_no) {
    struct cg_past *past = find_past(history, member_id);
    if (past == NULL) {
        return 0;
    }
    int32_t first_day;
    int32_t last_day;
    cg_cap_period(cap, day_no, &first_day, &last_day);
    uint64_t units = cg_past_units(&history->memory.store, past, cap, first_day, last_day);
    return units < UINT32_MAX ? (uint32_t)units : UINT32_MAX - 1;
}
