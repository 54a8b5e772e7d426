#include "outlines.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/fetch.h"
#include "claimgate/base/hash.h"
#include "history_edits.h"
#include "member_history.h"

#include <string.h>
#include <sys/mman.h>

enum {
    LINE_SLOTS = CG_CACHE_LINE_BYTES / sizeof(struct cg_outline),
    TAG_LINE_BITS = 4, /* the other lines of a claim, which are met most often, differ */
    TAG_OF_NOBODY = UINT16_MAX,
};

_Static_assert(sizeof(struct cg_outline) == 8, "one of these for every recalled line");

uint16_t cg_outline_tag(struct cg_text claim_id, uint32_t line_number) {
    const uint64_t hash = cg_hash64(claim_id.ptr, claim_id.len, 0);
    const uint16_t tag =
        (uint16_t)(hash << TAG_LINE_BITS | (line_number & ((1U << TAG_LINE_BITS) - 1)));
    return tag != TAG_OF_NOBODY ? tag : TAG_OF_NOBODY - 1;
}

bool cg_outline_tag_may_be(uint16_t tag, uint16_t of_claim) {
    return tag >> TAG_LINE_BITS == of_claim >> TAG_LINE_BITS;
}

uint8_t cg_outline_service_tag(uint64_t rendering_npi, uint16_t submitted_units) {
    return (uint8_t)(cg_hash_spread(rendering_npi << 16 | submitted_units) >> 56);
}

uint16_t cg_outline_day(int32_t day_no) {
    return day_no >= CG_OUTLINE_DAY_FIRST && day_no < CG_OUTLINE_DAY_FIRST + CG_OUTLINE_DAY_NONE
               ? (uint16_t)(day_no - CG_OUTLINE_DAY_FIRST)
               : CG_OUTLINE_DAY_NONE;
}

void cg_outline_ring_init(struct cg_outline_ring *ring) {
    *ring = (struct cg_outline_ring){.lines = CG_OUTLINES_BYTES / CG_CACHE_LINE_BYTES};
}

void cg_outline_ring_fini(struct cg_outline_ring *ring) {
    if (ring->slots != NULL) {
        (void)munmap(ring->slots, (size_t)ring->lines * CG_CACHE_LINE_BYTES);
    }
    cg_outline_ring_init(ring);
}

static uint32_t lines_for(uint32_t count) {
    return (count + LINE_SLOTS - 1) / LINE_SLOTS;
}

static struct cg_outline *slots_of(const struct cg_outline_ring *ring, uint32_t at) {
    return ring->slots + (size_t)(at % ring->lines) * LINE_SLOTS;
}

static bool keep(struct cg_outline_ring *ring, const struct cg_outline *outlines, uint32_t count,
                 struct cg_outline_span *span) {
    const uint32_t lines = lines_for(count);
    CG_ASSERT(count <= CG_OUTLINES_OF_ONE_MAX);
    *span = (struct cg_outline_span){0};
    if (count == 0) {
        return true;
    }
    if (ring->slots == NULL) {
        /* Memory that has not been written is not resident. */
        void *slots = mmap(NULL, (size_t)ring->lines * CG_CACHE_LINE_BYTES, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (slots == MAP_FAILED) {
            return false;
        }
        ring->slots = slots;
    }
    if (ring->next % ring->lines + lines > ring->lines) {
        ring->next += ring->lines - ring->next % ring->lines;
    }
    if (ring->next > UINT32_MAX - 2 * ring->lines) {
        return false; /* after 256 GiB of them */
    }
    memcpy(slots_of(ring, ring->next), outlines, count * sizeof *outlines);
    *span = (struct cg_outline_span){.at = ring->next, .count = (uint16_t)count};
    ring->next += lines;
    return true;
}

static bool are_kept(const struct cg_outline_ring *ring, struct cg_outline_span span) {
    return span.count == 0 || ring->next - span.at <= ring->lines;
}

/* A pass over all without a branch on any of them: most questions are answered by none. */
static bool may_be(const struct cg_outline_ring *ring, struct cg_outline_span span,
                   const struct cg_line *line) {
    const struct cg_outline *slots = span.count > 0 ? slots_of(ring, span.at) : NULL;
    const uint16_t day = cg_outline_day(line->start_day);
    const uint8_t service_tag = cg_outline_service_tag(line->rendering_npi, line->units);
    const uint16_t tag = line->line_number == CG_LINE_NUMBER_NONE
                             ? TAG_OF_NOBODY
                             : cg_outline_tag(cg_key_text(&line->claim_id), line->line_number);
    bool any = false;
    for (uint32_t i = 0; i < span.count; i++) {
        any |=
            (slots[i].tag == tag) | ((slots[i].day == day) & (slots[i].service_tag == service_tag));
    }
    return any;
}

bool cg_outlines_have_day(const struct cg_outline_ring *ring, struct cg_outline_span span,
                          int32_t day_no) {
    const struct cg_outline *slots = slots_of(ring, span.at);
    const uint16_t day = cg_outline_day(day_no);
    bool any = false;
    for (uint32_t i = 0; i < span.count; i++) {
        any |= slots[i].day == day;
    }
    return any;
}

uint64_t cg_outlines_units(const struct cg_outline_ring *ring, struct cg_outline_span span,
                           const struct cg_cap *cap, int32_t first_day, int32_t last_day) {
    const struct cg_outline *slots = span.count > 0 ? slots_of(ring, span.at) : NULL;
    const uint64_t days = (uint64_t)(last_day - first_day);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < span.count; i++) {
        const int32_t day_no = CG_OUTLINE_DAY_FIRST + slots[i].day;
        const bool is_in = (uint64_t)(int64_t)(day_no - first_day) <= days;
        const bool counts = cap->counts_all || cap->counts[slots[i].procedure_no] != 0;
        sum += is_in & counts ? slots[i].units : 0U;
    }
    return sum;
}

void cg_outlines_add_daily(const struct cg_outline_ring *ring, struct cg_outline_span span,
                           const struct cg_cap *cap, int32_t first_day, int32_t last_day,
                           uint64_t *out) {
    const struct cg_outline *slots = span.count > 0 ? slots_of(ring, span.at) : NULL;
    for (uint32_t i = 0; i < span.count; i++) {
        const int32_t day_no = CG_OUTLINE_DAY_FIRST + slots[i].day;
        if (day_no >= first_day && day_no <= last_day &&
            cg_cap_counts(cap, slots[i].procedure_no)) {
            out[day_no - first_day] += slots[i].units;
        }
    }
}

void cg_outlines_fetch(const struct cg_outline_ring *ring, struct cg_outline_span span) {
    for (uint32_t i = 0; i < lines_for(span.count); i++) {
        cg_fetch(slots_of(ring, span.at) + (size_t)i * LINE_SLOTS);
    }
}

bool cg_member_history_is_whole(const struct cg_line_store *store,
                                const struct cg_member_history *history) {
    return are_kept(&store->outlines, cg_outlines_of(history));
}

/* A take-back must know all that was taken back before, of which outlines tell nothing. */
bool cg_member_history_wants_lines(const struct cg_line_store *store,
                                   const struct cg_member_history *history,
                                   const struct cg_line *line) {
    return history->is_in_outline && (line->frequency != CG_ORIGINAL ||
                                      may_be(&store->outlines, cg_outlines_of(history), line));
}

bool cg_member_wants_lines(const struct cg_member *member) {
    return member->wants_lines;
}

enum cg_status cg_member_add_outlines(struct cg_member *member, const struct cg_outline *outlines,
                                      uint32_t count) {
    struct cg_member_history *history = member->history;
    struct cg_outline_span span;
    if (!keep(&member->memory->store.outlines, outlines, count, &span)) {
        return CG_INTERNAL;
    }
    history->is_in_outline = true;
    history->outlines_at = span.at;
    history->outline_count = span.count;
    return CG_OK;
}
