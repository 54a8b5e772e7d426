/*
 * The history edits, in the order of the specification (section 4).
 *
 * Void and replacement. A claim takes an original back once under each of the two frequencies, at
 * the first of its lines that gets here; what it has taken back is noted under claim, original and
 * frequency, and further lines with these find the note and take nothing more. What is not noted
 * looks for standing lines of the original. Where there are none, the original is still known if
 * this claim took it back under the other frequency; else it is unknown. Nothing is noted for an
 * unknown original, for nothing was taken: should it turn up later, a further line takes it back.
 * With one exception: the accepted line of a replacement of itself is noted, for from then on the
 * lines that stand under its id are its own, and its second line must not take back the first.
 *
 * Decided as new: the twins are lines that stand, so those taken back a moment ago are none.
 *
 * Cost. A line whose member has 60 others costs about a tenth of a microsecond: it hashes its
 * member, its claim and its service, runs over four short arrays and writes one row. All of that
 * lies somewhere in hundreds of megabytes, so three steps are fetched ahead of the line being
 * decided: its slot in the member table, the member, the member's rows. A member costs 32 bytes and
 * 8 for each slot of a table at most three quarters full. Nothing is allocated per line (pool.h).
 */
#include "claimgate/history.h"

#include "claimgate/caps.h"
#include "claimgate/hash.h"
#include "claimgate/past.h"
#include "claimgate/reason.h"
#include "claimgate/take_backs.h"

#include <stdlib.h>

struct slot {
    uint32_t hash;       /* the place, and a first comparison */
    uint32_t member_ref; /* struct cg_past in the pool; 0: empty */
};

enum {
    FIRST_SLOTS = 1024,
    /* How many lines ahead each step runs. The ring remembers a line's hash from step to step. */
    SLOT_AHEAD = 24,
    MEMBER_AHEAD = 16,
    ROWS_AHEAD = 8,
    RING_LINES = 32,
};

struct cg_history {
    struct cg_store store;
    struct slot *slots;
    uint32_t slot_count; /* a power of two */
    uint32_t member_count;
    struct cg_take_backs take_backs;
    uint64_t *days; /* lent to the caps */
    cg_recall_fn recall;
    void *recall_context;
    cg_take_back_fn on_take_back;
    void *take_back_context;
};

/* What recall is given: a member and where it lives. */
struct cg_member {
    struct cg_history *history;
    struct cg_past *past;
};

struct cg_history *cg_history_new(cg_recall_fn recall, void *recall_context) {
    struct cg_history *history = calloc(1, sizeof *history);
    if (history == NULL) {
        return NULL;
    }
    cg_store_init(&history->store);
    cg_take_backs_init(&history->take_backs, history->store.seed);
    history->slots = calloc(FIRST_SLOTS, sizeof *history->slots);
    history->slot_count = FIRST_SLOTS;
    history->days = malloc(CG_CALENDAR_DAYS * sizeof *history->days);
    history->recall = recall;
    history->recall_context = recall_context;
    if (history->slots == NULL || history->days == NULL) {
        cg_history_free(history);
        return NULL;
    }
    return history;
}

void cg_history_free(struct cg_history *history) {
    if (history == NULL) {
        return;
    }
    cg_take_backs_fini(&history->take_backs);
    cg_store_fini(&history->store);
    free(history->slots);
    free(history->days);
    free(history);
}

void cg_history_set_crowd_lines(struct cg_history *history, uint32_t lines) {
    if (lines < history->store.crowd_lines) {
        history->store.crowd_lines = lines;
    }
}

void cg_history_on_take_back(struct cg_history *history, cg_take_back_fn fn, void *context) {
    history->on_take_back = fn;
    history->take_back_context = context;
}

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL,
                        "out of memory for the history of members; run with more memory, or split "
                        "the files by member");
}

/* --- members --- */

static uint32_t member_hash(const struct cg_history *history, struct cg_text member_id) {
    return (uint32_t)(cg_hash64(member_id.ptr, member_id.len, history->store.seed) >> 32);
}

static struct cg_past *past_at(const struct cg_history *history, uint32_t ref) {
    return cg_pool_at(&history->store.pool, ref);
}

/* The member's slot, or the empty one where it would go. */
static struct slot *find_slot(const struct cg_history *history, const struct cg_key *member,
                              uint32_t hash) {
    uint32_t mask = history->slot_count - 1;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        struct slot *slot = &history->slots[i];
        if (slot->member_ref == 0 ||
            (slot->hash == hash &&
             cg_key_equal(&past_at(history, slot->member_ref)->member, member))) {
            return slot;
        }
    }
}

static bool grow_slots(struct cg_history *history) {
    if (history->slot_count > UINT32_MAX / 4) {
        return false;
    }
    uint32_t slot_count = history->slot_count * 2;
    struct slot *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < history->slot_count; i++) {
        if (history->slots[i].member_ref != 0) {
            uint32_t place = history->slots[i].hash & (slot_count - 1);
            while (slots[place].member_ref != 0) {
                place = (place + 1) & (slot_count - 1);
            }
            slots[place] = history->slots[i];
        }
    }
    free(history->slots);
    history->slots = slots;
    history->slot_count = slot_count;
    return true;
}

/* A member met for the first time, with nothing known of it. NULL: no memory. */
static struct cg_past *add_member(struct cg_history *history, const struct cg_key *member,
                                  uint32_t hash) {
    if (history->member_count >= history->slot_count - history->slot_count / 4 &&
        !grow_slots(history)) {
        return NULL;
    }
    uint32_t ref = cg_pool_take_small(&history->store.pool, sizeof(struct cg_past));
    if (ref == 0) {
        return NULL;
    }
    struct cg_past *past = past_at(history, ref);
    *past = (struct cg_past){.member = *member};
    if (!cg_store_keep_key(&history->store, &past->member)) {
        return NULL;
    }
    *find_slot(history, member, hash) = (struct slot){.hash = hash, .member_ref = ref};
    history->member_count++;
    return past;
}

static enum cg_status meet_member(struct cg_history *history, struct cg_text member_id,
                                  uint32_t hash, struct cg_past **out, struct cg_error *err) {
    struct cg_key member = cg_key_of(member_id);
    const struct slot *slot = find_slot(history, &member, hash);
    if (slot->member_ref != 0) {
        *out = past_at(history, slot->member_ref);
        return CG_OK;
    }
    *out = add_member(history, &member, hash);
    if (*out == NULL) {
        return no_memory(err);
    }
    if (history->recall == NULL) {
        return CG_OK;
    }
    struct cg_member recalled = {.history = history, .past = *out};
    return history->recall(history->recall_context, member_id, &recalled, err);
}

enum cg_status cg_history_meet(struct cg_history *history, struct cg_text member_id,
                               struct cg_error *err) {
    struct cg_past *past;
    return meet_member(history, member_id, member_hash(history, member_id), &past, err);
}

static const struct cg_past *find_past(const struct cg_history *history, struct cg_text member_id) {
    struct cg_key member = cg_key_of(member_id);
    const struct slot *slot = find_slot(history, &member, member_hash(history, member_id));
    return slot->member_ref != 0 ? past_at(history, slot->member_ref) : NULL;
}

/* --- take-backs --- */

static enum cg_status note_take_back(struct cg_member *member, struct cg_take_back note) {
    struct cg_history *history = member->history;
    note.member = member->past;
    if (cg_take_backs_find(&history->take_backs, &note) == NULL &&
        !(cg_store_keep_key(&history->store, &note.claim) &&
          cg_store_keep_key(&history->store, &note.original))) {
        return CG_INTERNAL;
    }
    return cg_take_backs_add(&history->take_backs, &note) ? CG_OK : CG_INTERNAL;
}

enum cg_status cg_member_add_take_back(struct cg_member *member,
                                       const struct cg_past_take_back *take_back) {
    if (take_back->claim_id.len > CG_ID_MAX_BYTES ||
        take_back->original_claim_id.len > CG_ID_MAX_BYTES) {
        return CG_BAD_DATA;
    }
    return note_take_back(member, (struct cg_take_back){
                                      .claim = cg_key_of(take_back->claim_id),
                                      .original = cg_key_of(take_back->original_claim_id),
                                      .frequency = take_back->frequency,
                                      .took_lines = false,
                                  });
}

enum cg_status cg_member_add_line(struct cg_member *member, const struct cg_past_line *line) {
    struct cg_service service;
    if (!cg_service_of_past_line(line, &service)) {
        return CG_BAD_DATA;
    }
    if (!line->taken_back) {
        struct cg_store *store = &member->history->store;
        struct cg_service_hashes hashes = cg_service_hashes(&service, store->seed);
        return cg_past_add(store, member->past, &service, &hashes) ? CG_OK : CG_INTERNAL;
    }
    if (line->taken_back_by.len == 0) {
        return CG_OK; /* released by hand: nobody's take-back */
    }
    if (line->taken_back_by.len > CG_ID_MAX_BYTES) {
        return CG_BAD_DATA;
    }
    return note_take_back(member, (struct cg_take_back){
                                      .claim = cg_key_of(line->taken_back_by),
                                      .original = service.claim,
                                      .frequency = line->taken_back_frequency,
                                      .took_lines = true,
                                  });
}

struct taking {
    const struct cg_history *history;
    struct cg_line *by;
};

static void tell_taken(void *context, const struct cg_service *service) {
    struct taking *taking = context;
    taking->by->taken_back_lines++;
    taking->by->taken_back_units += service->accepted_units;
    if (taking->history->on_take_back != NULL) {
        struct cg_past_line line = cg_service_past_line(service);
        line.taken_back = true;
        line.taken_back_by = taking->by->claim_id;
        line.taken_back_frequency = taking->by->frequency;
        taking->history->on_take_back(taking->history->take_back_context, taking->by, &line);
    }
}

/* Take the line's original back where that is due. *known is false for an unknown original. */
static enum cg_status take_back(struct cg_member *member, struct cg_line *line, bool *known) {
    struct cg_history *history = member->history;
    struct cg_take_back note = {
        .claim = cg_key_of(line->claim_id),
        .original = cg_key_of(line->original_claim_id),
        .member = member->past,
        .frequency = line->frequency,
        .took_lines = true,
    };
    *known = cg_take_backs_find(&history->take_backs, &note) != NULL;
    if (*known) {
        return CG_OK;
    }
    struct taking taking = {.history = history, .by = line};
    if (cg_past_take_out(&history->store, member->past, &note.original, tell_taken, &taking) > 0) {
        *known = true;
        return note_take_back(member, note);
    }
    struct cg_take_back other = note;
    other.frequency = line->frequency == CG_VOID ? CG_REPLACEMENT : CG_VOID;
    const struct cg_take_back *earlier = cg_take_backs_find(&history->take_backs, &other);
    *known = earlier != NULL && earlier->took_lines;
    return CG_OK;
}

static bool replaces_itself(const struct cg_line *line) {
    return line->frequency == CG_REPLACEMENT &&
           cg_text_equal(line->claim_id, line->original_claim_id);
}

/* --- one line --- */

static void reject(struct cg_line *line, enum cg_reason reason) {
    line->reasons |= cg_reason_bit(reason);
    line->decision = CG_REJECTED;
}

static bool is_duplicate_line(const struct cg_member *member, const struct cg_service *service,
                              const struct cg_service_hashes *hashes) {
    const struct cg_store *store = &member->history->store;
    if (service->line_number != CG_LINE_NUMBER_NONE) {
        return cg_past_has_line(store, member->past, service, hashes);
    }
    return cg_past_has_service(store, member->past, service, hashes, CG_SAME_CLAIM);
}

/* True when the line goes on to the caps. */
static bool passes_duplicates(const struct cg_member *member, struct cg_line *line,
                              const struct cg_service *service,
                              const struct cg_service_hashes *hashes) {
    if (is_duplicate_line(member, service, hashes)) {
        reject(line, CG_REASON_DUPLICATE_LINE);
        return false;
    }
    enum cg_severity severity = line->version->duplicate_service;
    if (severity == CG_SEVERITY_OFF || !cg_past_has_service(&member->history->store, member->past,
                                                            service, hashes, CG_OTHER_CLAIM)) {
        return true;
    }
    if (severity == CG_SEVERITY_REJECT) {
        reject(line, CG_REASON_DUPLICATE_SERVICE);
        return false;
    }
    line->warnings |= cg_reason_bit(CG_REASON_DUPLICATE_SERVICE);
    return true;
}

/* Units in a line's verdict; UINT32_MAX is taken. */
static uint32_t clip_units(uint64_t units) {
    return units < UINT32_MAX ? (uint32_t)units : UINT32_MAX - 1;
}

/* The cap whose failure counts: the first, or where lines are cut back the one with the least
 * room, the first of equals. */
static bool decides_before(const struct cg_line *line, bool cutback,
                           const struct cg_cap_test *test) {
    if ((line->reasons & cg_reason_bit(CG_REASON_CAP)) == 0) {
        return true;
    }
    return cutback && test->available < line->units_available;
}

/* All caps are tested even when one has failed, so that a person sees every accumulator. */
static void test_caps(const struct cg_member *member, struct cg_line *line,
                      const struct cg_service *service) {
    const struct cg_policy_version *version = line->version;
    const struct cg_cap_view view = {
        .store = &member->history->store, .past = member->past, .days = member->history->days};
    const struct cg_spread spread = cg_service_spread(service);
    bool cutback = version->cutback && line->end_day == line->start_day;
    for (uint32_t i = 0; i < version->cap_count; i++) {
        const struct cg_cap *cap = &version->caps[i];
        if (!cg_cap_counts(cap, line->procedure_no)) {
            continue;
        }
        struct cg_cap_test test = cg_cap_test(&view, cap, &spread);
        line->cap_used[i] = clip_units(test.used_at_start);
        if (!test.fits && decides_before(line, cutback, &test)) {
            line->reasons |= cg_reason_bit(CG_REASON_CAP);
            line->cap_no = (uint8_t)i;
            line->units_used = clip_units(test.used);
            line->units_available = (uint32_t)test.available;
        }
    }
    if ((line->reasons & cg_reason_bit(CG_REASON_CAP)) != 0) {
        line->decision = cutback && line->units_available > 0 ? CG_CUTBACK : CG_REJECTED;
    }
}

static enum cg_status accept(struct cg_member *member, struct cg_line *line,
                             struct cg_service *service, const struct cg_service_hashes *hashes) {
    line->accepted_units =
        line->decision == CG_CUTBACK ? (uint16_t)line->units_available : line->units;
    if (line->decision == CG_UNDECIDED) {
        line->decision = CG_ACCEPTED;
    }
    service->accepted_units = line->accepted_units & 0x3FFFU;
    if (!cg_past_add(&member->history->store, member->past, service, hashes)) {
        return CG_INTERNAL;
    }
    if (!replaces_itself(line)) {
        return CG_OK;
    }
    return note_take_back(member, (struct cg_take_back){
                                      .claim = service->claim,
                                      .original = service->claim,
                                      .frequency = CG_REPLACEMENT,
                                      .took_lines = false,
                                  });
}

/* A service line that has met everything but duplicates and caps. */
static enum cg_status decide_service(struct cg_member *member, struct cg_line *line) {
    struct cg_service service = cg_service_of_line(line);
    struct cg_service_hashes hashes = cg_service_hashes(&service, member->history->store.seed);
    if (!passes_duplicates(member, line, &service, &hashes)) {
        return CG_OK;
    }
    if (!line->exempt) {
        if (!cg_past_prepare(&member->history->store, member->past, line->version->caps,
                             line->version->cap_count)) {
            return CG_INTERNAL;
        }
        test_caps(member, line, &service);
    }
    return line->decision == CG_REJECTED ? CG_OK : accept(member, line, &service, &hashes);
}

/* Only the statuses CG_OK and CG_INTERNAL (no memory). */
static enum cg_status decide_line(struct cg_member *member, struct cg_line *line) {
    if (line->frequency != CG_ORIGINAL) {
        bool known = false;
        enum cg_status status = take_back(member, line, &known);
        if (status != CG_OK) {
            return status;
        }
        if (!known && line->version != NULL && line->version->reject_unknown_original) {
            reject(line, CG_REASON_ORIGINAL_CLAIM_UNKNOWN);
            return CG_OK;
        }
        if (!known) {
            line->warnings |= cg_reason_bit(CG_REASON_ORIGINAL_CLAIM_UNKNOWN);
        }
    }
    if (line->frequency == CG_VOID) {
        line->decision = CG_ACCEPTED; /* and leaves nothing: a void is no original and no twin */
        return CG_OK;
    }
    return decide_service(member, line);
}

static void clear_verdict(struct cg_line *line) {
    line->decision = line->reasons != 0 ? CG_REJECTED : CG_UNDECIDED;
    line->cap_no = 0;
    line->accepted_units = 0;
    line->taken_back_lines = 0;
    line->taken_back_units = 0;
    line->units_used = 0;
    line->units_available = 0;
    memset(line->cap_used, 0xFF, sizeof line->cap_used);
}

/* --- many lines --- */

struct ahead {
    uint32_t hash;
    uint32_t member_ref; /* a member with this hash, most likely the one; 0: none */
};

static void fetch_slot(const struct cg_history *history, const struct cg_line *line,
                       struct ahead *ahead) {
    ahead->hash = member_hash(history, line->member_id);
    __builtin_prefetch(&history->slots[ahead->hash & (history->slot_count - 1)]);
}

static void fetch_member(const struct cg_history *history, struct ahead *ahead) {
    uint32_t mask = history->slot_count - 1;
    uint32_t place = ahead->hash & mask;
    while (history->slots[place].member_ref != 0 && history->slots[place].hash != ahead->hash) {
        place = (place + 1) & mask;
    }
    ahead->member_ref = history->slots[place].member_ref;
    if (ahead->member_ref != 0) {
        __builtin_prefetch(past_at(history, ahead->member_ref));
    }
}

static void fetch_rows(const struct cg_history *history, const struct ahead *ahead) {
    if (ahead->member_ref != 0) {
        cg_past_prefetch(&history->store, past_at(history, ahead->member_ref));
    }
}

enum cg_status cg_history_decide(struct cg_history *history, struct cg_line *lines, uint32_t count,
                                 struct cg_error *err) {
    struct ahead ring[RING_LINES];
    for (uint64_t i = 0; i < (uint64_t)count + SLOT_AHEAD; i++) {
        /* Line i enters the first step; the others follow at their distances. */
        if (i < count) {
            fetch_slot(history, &lines[i], &ring[i % RING_LINES]);
        }
        uint64_t member_at = i - (SLOT_AHEAD - MEMBER_AHEAD);
        if (i >= SLOT_AHEAD - MEMBER_AHEAD && member_at < count) {
            fetch_member(history, &ring[member_at % RING_LINES]);
        }
        uint64_t rows_at = i - (SLOT_AHEAD - ROWS_AHEAD);
        if (i >= SLOT_AHEAD - ROWS_AHEAD && rows_at < count) {
            fetch_rows(history, &ring[rows_at % RING_LINES]);
        }
        if (i < SLOT_AHEAD) {
            continue;
        }
        struct cg_line *line = &lines[i - SLOT_AHEAD];
        clear_verdict(line);
        if (line->decision == CG_REJECTED) {
            continue;
        }
        struct cg_member member = {.history = history};
        enum cg_status status = meet_member(
            history, line->member_id, ring[(i - SLOT_AHEAD) % RING_LINES].hash, &member.past, err);
        if (status != CG_OK) {
            return status;
        }
        if (decide_line(&member, line) != CG_OK) {
            return no_memory(err);
        }
    }
    return CG_OK;
}

/* --- for `check` and `usage` --- */

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
        cg_past_visit(&history->store, past, visit_service, &visit);
    }
}

uint32_t cg_history_units_used(const struct cg_history *history, struct cg_text member_id,
                               const struct cg_cap *cap, int32_t day_no) {
    const struct cg_past *past = find_past(history, member_id);
    if (past == NULL) {
        return 0;
    }
    int32_t first_day;
    int32_t last_day;
    cg_cap_period(cap, day_no, &first_day, &last_day);
    return clip_units(cg_past_units(&history->store, past, cap, first_day, last_day));
}
