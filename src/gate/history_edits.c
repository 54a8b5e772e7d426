/*
 * The history edits, in the order of the specification (section 4).
 *
 * Void and replacement. A claim takes an original back once under each of the two frequencies, at
 * the first of its lines that gets here; what it has taken back is noted under claim, original,
 * frequency and what it named the original by (a correction of a correction has the claim's id and
 * another number of the payer's), and further lines with these find the note and take nothing more.
 * Where there is no note, standing lines of the original are looked for. Where there are none, the
 * original is still known if this claim has taken lines of it back, by whatever name and frequency;
 * hence a second note, under the original's own id. Else it is unknown, and nothing is noted:
 * should it turn up later, a further line takes it back. But the accepted line of a replacement
 * that may mean itself is noted, for from then on the lines that stand under its id are its own.
 *
 * A replacement is then decided like a new line: what it has just taken back stands no more, and
 * makes no duplicate of it.
 */
#include "history_edits.h"

#include "claimgate/base/assert.h"
#include "claimgate/rules/reason.h"

static void mark(struct cg_history_memory *memory, struct cg_line *line,
                 enum cg_odd_take_back odd) {
    line->odd_take_back = (uint8_t)odd;
    line->told = true;
    memory->told_lines++;
}

/* `context` is the line that takes back. */
static void count_taken(void *context, const struct cg_service *service) {
    struct cg_line *line = context;
    line->taken_back_lines++;
    line->taken_back_units += service->accepted_units;
}

/* A line that would leave something if it came to stand. */
struct candidate {
    struct cg_service *service; /* the store's next line */
    uint64_t claim_hash;
    bool start_day_is_free;
};

static uint64_t hash_of_voided(const struct cg_member *member, const struct cg_service *service) {
    const struct cg_text claim = cg_key_text(&service->claim);
    const uint64_t seed = member->memory->store.seed + (uintptr_t)member->history;
    return cg_hash64(claim.ptr, claim.len, cg_service_hash(service, seed) + service->line_number);
}

static uint64_t *word_of(struct cg_history_memory *memory, uint64_t claim_hash) {
    return &memory->voided_claims[claim_hash / 64 % CG_VOIDED_CLAIM_WORDS];
}

bool cg_member_note_voided(struct cg_member *member, const struct cg_service *service) {
    struct cg_history_memory *memory = member->memory;
    const uint64_t claim_hash = cg_key_hash(&service->claim, memory->store.seed);
    (void)cg_seen_note(&memory->voided, hash_of_voided(member, service));
    *word_of(memory, claim_hash) |= UINT64_C(1) << claim_hash % 64;
    return !memory->voided.no_memory;
}

static bool comes_again_voided(const struct cg_member *member, const struct candidate *candidate) {
    const uint64_t claims = *word_of(member->memory, candidate->claim_hash);
    return (claims >> candidate->claim_hash % 64 & 1) != 0 &&
           cg_seen_has(&member->memory->voided, hash_of_voided(member, candidate->service));
}

struct voiding {
    struct cg_member *member;
    struct cg_line *line;
    bool good;
};

static void count_voided(void *context, const struct cg_service *service) {
    struct voiding *voiding = context;
    voiding->good = cg_member_note_voided(voiding->member, service) && voiding->good;
    count_taken(voiding->line, service);
}

struct reversal {
    struct cg_line *line;
    uint32_t submitted_units; /* of the lines taken back, some of which may have been cut back */
};

static void count_reversed(void *context, const struct cg_service *service) {
    struct reversal *reversal = context;
    reversal->submitted_units += service->submitted_units;
    count_taken(reversal->line, service);
}

/* It takes back what stands under its own id and number, as often as it comes: no note is made. */
static enum cg_status reverse(struct cg_member *member, struct cg_line *line, bool *known) {
    struct cg_history_memory *memory = member->memory;
    const struct cg_claim_lines own = {line->claim_id, line->line_number};
    struct reversal reversal = {.line = line};
    const bool good = cg_member_history_take_out(&memory->store, member->history, &own,
                                                 count_reversed, &reversal);
    *known = line->taken_back_lines > 0;
    if (*known && line->reversed_units != line->taken_back_units &&
        line->reversed_units != reversal.submitted_units) {
        mark(memory, line, CG_TOOK_OTHER_UNITS);
    }
    return good ? CG_OK : CG_INTERNAL;
}

/* The claim has taken lines of the original back, by whatever number it named it. */
static bool has_taken(const struct cg_history_memory *memory, struct cg_take_back note,
                      uint8_t frequency) {
    note.named = note.original;
    note.frequency = frequency;
    const struct cg_take_back *earlier = cg_take_backs_find(&memory->take_backs, &note);
    return earlier != NULL && earlier->took_lines;
}

/* Take an original back where that is due. *known is false for an unknown one. */
static enum cg_status take_claim_back(struct cg_member *member, struct cg_line *line,
                                      const struct cg_key *original, bool *known) {
    struct cg_history_memory *memory = member->memory;
    struct cg_take_back note = {.claim = line->claim_id,
                                .original = *original,
                                .named = memory->named,
                                .member = member->history,
                                .frequency = line->frequency,
                                .took_lines = true};
    *known = cg_take_backs_find(&memory->take_backs, &note) != NULL;
    if (*known && line->frequency == CG_VOID &&
        cg_member_history_has_claim(&memory->store, member->history, original)) {
        mark(memory, line, CG_TOOK_BACK_BEFORE);
    }
    if (*known) {
        return CG_OK;
    }
    const struct cg_claim_lines all = {note.original, CG_LINE_NUMBER_NONE};
    struct voiding voiding = {member, line, true};
    const bool voids = line->frequency == CG_VOID;
    if (!cg_member_history_take_out(&memory->store, member->history, &all,
                                    voids ? count_voided : count_taken,
                                    voids ? (void *)&voiding : (void *)line) ||
        !voiding.good) {
        return CG_INTERNAL;
    }
    if (line->taken_back_lines > 0) {
        *known = true;
        return cg_member_note_take_back(member, note);
    }
    *known = has_taken(memory, note, CG_REPLACEMENT) || has_taken(memory, note, CG_VOID);
    return CG_OK;
}

/* A claim with the line's own id, of the line's own provider: another's may have the same. */
static bool may_mean_itself(const struct cg_member *member, const struct cg_line *line) {
    const struct cg_history_memory *memory = member->memory;
    return memory->takes_same_number &&
           cg_claim_billers_know(&memory->billers,
                                 (struct cg_billed_claim){&member->history->member, &line->claim_id,
                                                          line->billing_npi});
}

/* What is named may be a number of the payer's, a claim id, or a number of the payer's that nobody
 * has told of: then it is the claim that has the line's own id. */
static enum cg_status take_back(struct cg_member *member, struct cg_line *line, bool *known) {
    const struct cg_text meant[] = {member->memory->alias, line->original_claim_id,
                                    cg_key_text(&line->claim_id)};
    const size_t count = may_mean_itself(member, line) ? 3 : 2;
    enum cg_status status = CG_OK;
    member->memory->alias.len = 0;
    member->memory->named = cg_key_of(line->original_claim_id);
    if (line->reverses) {
        return reverse(member, line, known);
    }
    for (size_t i = 0; i < count && status == CG_OK && !*known; i++) {
        const struct cg_key original = cg_key_of(meant[i]);
        if (meant[i].len > 0) {
            status = take_claim_back(member, line, &original, known);
        }
        if (*known && !cg_text_equal(meant[i], line->original_claim_id)) {
            line->named_claim_id = line->original_claim_id;
            line->original_claim_id = meant[i];
        }
    }
    return status;
}

/* Its further lines could mean the claim itself, whose first line stands from now on. */
static bool may_come_to_mean_itself(const struct cg_member *member, const struct cg_line *line) {
    return line->frequency == CG_REPLACEMENT &&
           (member->memory->takes_same_number ||
            cg_text_equal(cg_key_text(&line->claim_id), line->original_claim_id));
}

static void reject(struct cg_line *line, enum cg_reason reason) {
    line->reasons |= cg_reason_bit(reason);
    line->decision = CG_REJECTED;
}

static bool has_service(const struct cg_member *member, const struct candidate *candidate,
                        enum cg_which_claim which) {
    return !candidate->start_day_is_free &&
           cg_member_history_has_service(&member->memory->store, member->history,
                                         candidate->service, candidate->claim_hash, which);
}

/* What stands under a line's claim id and line number. */
struct twins {
    const struct cg_service *line;
    uint32_t count;
    uint32_t rest_units; /* of the last one: submitted and not accepted */
};

static void count_twin(void *context, const struct cg_service *service) {
    struct twins *twins = context;
    if (service->line_number == twins->line->line_number &&
        cg_key_equal(&service->claim, &twins->line->claim)) {
        twins->count++;
        twins->rest_units = service->submitted_units - service->accepted_units;
    }
}

/* The rest of a line that was cut back comes again out of the rejected file, once: the part that
 * was accepted is no twin of it, the two parts together would be. */
static bool is_rest_of_cutback(const struct cg_member *member, const struct candidate *candidate) {
    struct twins twins = {.line = candidate->service};
    cg_member_history_visit(&member->memory->store, member->history, count_twin, &twins);
    return twins.count == 1 && twins.rest_units == candidate->service->submitted_units;
}

static bool is_duplicate_line(const struct cg_member *member, const struct cg_line *line,
                              const struct candidate *candidate) {
    if (candidate->service->line_number == CG_LINE_NUMBER_NONE) {
        return has_service(member, candidate, CG_SAME_CLAIM);
    }
    return cg_member_history_has_line(&member->memory->store, member->history, candidate->service,
                                      candidate->claim_hash) &&
           !(line->fed_back && is_rest_of_cutback(member, candidate));
}

/* True when the line goes on to the caps. */
static bool passes_duplicates(const struct cg_member *member, struct cg_line *line,
                              const struct candidate *candidate) {
    if (is_duplicate_line(member, line, candidate)) {
        reject(line, CG_REASON_DUPLICATE_LINE);
        return false;
    }
    enum cg_severity severity = line->version->duplicate_service;
    if (severity == CG_SEVERITY_OFF || !has_service(member, candidate, CG_OTHER_CLAIM)) {
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
                      const struct candidate *candidate) {
    const struct cg_policy_version *version = line->version;
    const struct cg_cap_view view = {.store = &member->memory->store,
                                     .history = member->history,
                                     .scratch = member->memory->scratch,
                                     .start_day_is_free = candidate->start_day_is_free};
    const struct cg_spread spread = cg_service_spread(candidate->service);
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
            line->cap_day = test.day_no;
            line->units_used = clip_units(test.used);
            line->units_available = (uint32_t)test.available;
        }
    }
    if ((line->reasons & cg_reason_bit(CG_REASON_CAP)) != 0) {
        line->decision = cutback && line->units_available > 0 ? CG_CUTBACK : CG_REJECTED;
    }
}

static enum cg_status accept(struct cg_member *member, struct cg_line *line,
                             struct candidate *candidate) {
    struct cg_service *service = candidate->service;
    line->accepted_units =
        line->decision == CG_CUTBACK ? (uint16_t)line->units_available : line->units;
    if (line->decision == CG_UNDECIDED) {
        line->decision = CG_ACCEPTED;
    }
    service->accepted_units = line->accepted_units & 0x3FFFU;
    if (line->frequency == CG_ORIGINAL && comes_again_voided(member, candidate)) {
        mark(member->memory, line, CG_COMES_AGAIN_VOIDED);
    }
    if (!cg_member_history_add(&member->memory->store, member->history, candidate->claim_hash)) {
        return CG_INTERNAL;
    }
    /* Of a claim that is open nobody knows yet whether it stands. */
    if (!member->memory->store.claim_is_open &&
        !cg_member_note_biller(member, &line->claim_id, line->billing_npi)) {
        return CG_INTERNAL;
    }
    if (!may_come_to_mean_itself(member, line)) {
        return CG_OK;
    }
    return cg_member_note_take_back(member, (struct cg_take_back){
                                                .claim = service->claim,
                                                .original = service->claim,
                                                .named = cg_key_of(line->original_claim_id),
                                                .frequency = CG_REPLACEMENT,
                                                .took_lines = false,
                                            });
}

/* A service line that has met everything but duplicates and caps. */
static enum cg_status decide_service(struct cg_member *member, struct cg_line *line) {
    struct cg_line_store *store = &member->memory->store;
    struct candidate candidate = {.service = cg_line_store_next(store)};
    if (candidate.service == NULL) {
        return CG_INTERNAL;
    }
    cg_service_of_line(line, candidate.service);
    candidate.claim_hash = cg_key_hash(&candidate.service->claim, store->seed);
    candidate.start_day_is_free =
        cg_member_history_is_free_day(store, member->history, line->start_day);
    if (!passes_duplicates(member, line, &candidate)) {
        return CG_OK;
    }
    if (!line->exempt) {
        if (!cg_member_history_prepare(store, member->history, line->version->caps,
                                       line->version->cap_count)) {
            return CG_INTERNAL;
        }
        test_caps(member, line, &candidate);
    }
    return line->decision == CG_REJECTED ? CG_OK : accept(member, line, &candidate);
}

static enum cg_status decide_line(struct cg_member *member, struct cg_line *line) {
    CG_ASSERT(line->version != NULL); /* else it has a reason, and does not come here */
    if (line->frequency != CG_ORIGINAL) {
        bool known = false;
        enum cg_status status = take_back(member, line, &known);
        if (status != CG_OK) {
            return status;
        }
        if (!known && line->version->reject_unknown_original) {
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

void cg_member_clear_verdict(struct cg_line *line) {
    line->decision = line->reasons != 0 ? CG_REJECTED : CG_UNDECIDED;
    line->cap_no = 0;
    line->accepted_units = 0;
    line->taken_back_lines = 0;
    line->taken_back_units = 0;
    line->units_used = 0;
    line->units_available = 0;
    memset(line->cap_used, 0xFF, sizeof line->cap_used);
}

enum cg_status cg_member_decide(struct cg_member *member, struct cg_line *line) {
    cg_member_clear_verdict(line);
    if (line->decision == CG_REJECTED) {
        return CG_OK;
    }
    const enum cg_status status = decide_line(member, line);
    if (line->decision == CG_REJECTED && line->taken_back_lines > 0) {
        mark(member->memory, line, CG_TOOK_THOUGH_REJECTED);
    }
    return status;
}
