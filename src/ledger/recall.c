/*
 * Recall: what the gate must know of a member.
 *
 * Most members are told in outline (outline.h). For the others the groups are unpacked into a list,
 * because a line that was taken back is told with who took it, and that stands behind it; then the
 * list is given to the history.
 */
#include "recall.h"

#include "ahead.h"
#include "joined.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 1 << 30 };

void cg_recall_free(struct cg_recall *recall) {
    if (recall == NULL) {
        return;
    }
    cg_past_close(&recall->past);
    cg_outliner_fini(&recall->outliner);
    cg_array_fini(&recall->lines);
    cg_array_fini(&recall->others);
    cg_buffer_fini(&recall->ids);
    cg_buffer_fini(&recall->groups);
    free(recall->places);
    free(recall);
}

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while reading a member from the ledger");
}

enum cg_status cg_ledger_recall_for(struct cg_ledger *ledger, const struct cg_policy *policy,
                                    int64_t before_run, struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_recall_for(ledger->joined, policy, before_run, err);
    }
    ledger->policy = policy;
    ledger->before_run = before_run;
    cg_recall_free(ledger->recall);
    ledger->recall = calloc(1, sizeof *ledger->recall);
    if (ledger->recall == NULL) {
        return no_memory(err);
    }
    struct cg_recall *recall = ledger->recall;
    cg_array_init(&recall->lines, sizeof(struct cg_recalled), LINES_MAX);
    cg_array_init(&recall->others, sizeof(struct cg_recalled_other), LINES_MAX);
    cg_buffer_init(&recall->ids, UINT32_MAX);
    cg_buffer_init(&recall->groups, UINT32_MAX);
    enum cg_status status = cg_past_open(&recall->past, ledger, before_run, err);
    if (status == CG_OK && ledger->run.run_no == 0) { /* a run has them since it began */
        status = cg_ledger_services_load(ledger, err);
    }
    return status != CG_OK || cg_outliner_init(&recall->outliner, ledger) ? status : no_memory(err);
}

static void read_service(const struct cg_ledger *ledger, uint64_t service_no) {
    struct cg_recall *recall = ledger->recall;
    if (service_no == recall->last_service) {
        return;
    }
    const struct cg_pair service = cg_pair_at(&ledger->numbers.services, service_no);
    const int found = cg_policy_procedure(ledger->policy, service.first);
    recall->last_service = service_no;
    recall->last_procedure_no = found < 0 ? CG_PROCEDURE_OTHER : (uint8_t)found;
    recall->last_modifiers = service.second;
}

static bool add_line(struct cg_ledger *ledger, const struct cg_packed_entry *entry) {
    struct cg_recall *recall = ledger->recall;
    const size_t offset = recall->ids.len_bytes;
    struct cg_recalled *line = cg_array_add(&recall->lines);
    if (line == NULL || !cg_buffer_append(&recall->ids, entry->claim_id.ptr, entry->claim_id.len)) {
        return false;
    }
    read_service(ledger, entry->service_no);
    *line = (struct cg_recalled){.line_no = entry->line_no,
                                 .claim_offset = (uint32_t)offset,
                                 .provider_no = entry->provider_no,
                                 .line = {.claim_id = {NULL, entry->claim_id.len},
                                          .start_day = entry->start_day,
                                          .end_day = entry->end_day,
                                          .modifiers = recall->last_modifiers,
                                          .submitted_units = entry->units,
                                          .accepted_units = entry->accepted_units,
                                          .line_number = entry->line_number,
                                          .procedure_no = recall->last_procedure_no,
                                          .exempt = entry->exempt,
                                          .split = entry->split}};
    return true;
}

static struct cg_text claim_of(const struct cg_recall *recall, const struct cg_recalled *line) {
    return (struct cg_text){recall->ids.data + line->claim_offset, line->line.claim_id.len};
}

static uint64_t claim_hash(struct cg_text claim_id) {
    return cg_hash64(claim_id.ptr, claim_id.len, cg_hash_run_seed());
}

static bool add_other(struct cg_recall *recall, const struct cg_packed_entry *entry,
                      int64_t run_no) {
    struct cg_recalled_other *other = cg_array_add(&recall->others);
    if (other == NULL) {
        return false;
    }
    *other = (struct cg_recalled_other){
        .line_no = entry->line_no,
        .run_no = run_no,
        .claim_hash = cg_recall_claim_hash(entry->claim_id, entry->line_number),
        .over_cap = entry->over_cap,
        .start_day = entry->start_day,
        .cap_day = entry->cap_day,
    };
    if (entry->reasons.len > 0) {
        memcpy(other->reasons, entry->reasons.ptr, entry->reasons.len);
    }
    return true;
}

/* Chains of lines by claim, made only for a member with take-backs, so that many of both do not
 * multiply. They hold the lines before the take-back that is at hand. */
static bool chain_lines(struct cg_recall *recall, uint32_t *chained) {
    if (recall->place_count < recall->lines.count) {
        uint32_t places = 64;
        while (places < recall->lines.count) {
            places *= 2;
        }
        free(recall->places);
        recall->places = malloc(2 * (size_t)places * sizeof recall->places[0]);
        recall->place_count = recall->places == NULL ? 0 : 2 * places;
        *chained = 0;
    }
    if (recall->places == NULL) {
        return recall->lines.count == 0;
    }
    if (*chained == 0) {
        memset(recall->places, 0, recall->place_count * sizeof recall->places[0]);
    }
    for (; *chained < recall->lines.count; ++*chained) {
        struct cg_recalled *line = cg_array_at(&recall->lines, *chained);
        if (line->line.taken_back) {
            continue; /* when a larger table is filled anew */
        }
        line->claim_hash = claim_hash(claim_of(recall, line));
        uint32_t *place = &recall->places[line->claim_hash & (recall->place_count - 1)];
        line->earlier = *place;
        *place = *chained + 1;
    }
    return true;
}

/* Who took it back, after the list is complete: ids move while it grows. */
struct taker {
    uint32_t offset;
    uint32_t len;
    uint32_t named_len; /* behind it: what it named; 0: the claim id */
};

/* Lines once taken back leave their chain: a line is walked past once for each claim at its place.
 */
static void take_back(struct cg_recall *recall, const struct cg_packed_entry *entry,
                      struct taker taker) {
    if (recall->lines.count == 0) {
        return;
    }
    const uint64_t hash = claim_hash(entry->original_claim_id);
    uint32_t *link = &recall->places[hash & (recall->place_count - 1)];
    while (*link != 0) {
        struct cg_recalled *at = cg_array_at(&recall->lines, *link - 1);
        if (at->claim_hash != hash ||
            !cg_text_equal(claim_of(recall, at), entry->original_claim_id) ||
            (entry->line_number != 0 && entry->line_number != at->line.line_number)) {
            link = &at->earlier;
            continue;
        }
        *link = at->earlier;
        at->taken_back_at = entry->line_no;
        at->line.taken_back = true;
        at->line.taken_back_by.len = taker.len;
        at->line.taken_back_as.len = taker.named_len;
        at->line.taken_back_frequency = entry->frequency;
        at->earlier = taker.offset; /* it has left its chain */
    }
}

static enum cg_status add_take_back(struct cg_recall *recall, const struct cg_packed_entry *entry,
                                    uint32_t *chained, struct cg_error *err) {
    const struct taker taker = {(uint32_t)recall->ids.len_bytes, entry->claim_id.len,
                                entry->named.len};
    if (!chain_lines(recall, chained) ||
        !cg_buffer_append(&recall->ids, entry->claim_id.ptr, entry->claim_id.len) ||
        !cg_buffer_append(&recall->ids, entry->named.ptr, entry->named.len)) {
        return no_memory(err);
    }
    take_back(recall, entry, taker);
    recall->last_take_back = entry->line_no;
    return CG_OK;
}

/* A replacement that stands is not taken back by its own further lines, whatever it found. */
static enum cg_status tell_note(const struct cg_ledger *ledger, struct cg_member *member,
                                const struct cg_packed_entry *entry, struct cg_error *err) {
    const struct cg_past_take_back note = {.claim_id = entry->claim_id,
                                           .original_claim_id = entry->claim_id,
                                           .named = entry->original_claim_id,
                                           .frequency = CG_REPLACEMENT};
    const enum cg_status status = cg_member_add_take_back(member, &note);
    return status == CG_OK         ? CG_OK
           : status == CG_BAD_DATA ? cg_past_damaged(ledger, err)
                                   : no_memory(err);
}

static enum cg_status unpack_group(struct cg_ledger *ledger, int64_t run_no, struct cg_text group,
                                   struct cg_member *member, uint32_t *chained,
                                   struct cg_error *err) {
    struct cg_recall *recall = ledger->recall;
    struct cg_packer packer = {0};
    struct cg_packed_entry entry;
    bool broken;
    while (cg_unpack_entry(&group, &packer, &entry, &broken)) {
        enum cg_status status = CG_OK;
        if (entry.kind == CG_ENTRY_TAKE_BACK) {
            status = add_take_back(recall, &entry, chained, err);
        } else if ((entry.kind == CG_ENTRY_LINE && !add_line(ledger, &entry)) ||
                   (entry.kind == CG_ENTRY_OTHER && recall->wants_others &&
                    !add_other(recall, &entry, run_no))) {
            status = no_memory(err);
        }
        if (status == CG_OK && entry.replaces && member != NULL) {
            status = tell_note(ledger, member, &entry, err);
        }
        if (status != CG_OK) {
            return status;
        }
    }
    return broken ? cg_past_damaged(ledger, err) : CG_OK;
}

/* The texts of lines stay where they are from now on. */
static void point_at_ids(struct cg_recall *recall) {
    for (uint32_t i = 0; i < recall->lines.count; i++) {
        struct cg_recalled *line = cg_array_at(&recall->lines, i);
        line->line.claim_id.ptr = recall->ids.data + line->claim_offset;
        if (line->line.taken_back) {
            line->line.taken_back_by.ptr = recall->ids.data + line->earlier;
            line->line.taken_back_as.ptr =
                line->line.taken_back_by.ptr + line->line.taken_back_by.len;
        }
    }
}

enum cg_status cg_recall_unpack(struct cg_ledger *ledger, int64_t member_no,
                                struct cg_member *member, struct cg_error *err) {
    struct cg_recall *recall = ledger->recall;
    int64_t run_no;
    uint32_t chained = 0;
    struct cg_text group;
    bool broken;
    recall->lines.count = 0;
    recall->others.count = 0;
    recall->last_take_back = 0;
    cg_buffer_clear(&recall->ids);
    enum cg_status status = cg_past_gather(&recall->past, member_no, &recall->groups, &run_no, err);
    if (status != CG_OK || !cg_buffer_reserve(&recall->ids, 1)) {
        return status != CG_OK ? status : no_memory(err);
    }
    struct cg_text groups = {recall->groups.data, (uint32_t)recall->groups.len_bytes};
    while (cg_next_group(&groups, &run_no, &group, &broken)) {
        status = unpack_group(ledger, run_no, group, member, &chained, err);
        if (status != CG_OK) {
            return status;
        }
    }
    point_at_ids(recall);
    return broken ? cg_past_damaged(ledger, err) : CG_OK;
}

enum cg_status cg_recall_outlines(struct cg_ledger *ledger, int64_t member_no, bool *cannot,
                                  struct cg_error *err) {
    struct cg_recall *recall = ledger->recall;
    int64_t up_to_run;
    bool fits;
    *cannot = true;
    const enum cg_status status =
        cg_past_gather(&recall->past, member_no, &recall->groups, &up_to_run, err);
    if (status != CG_OK) {
        return status;
    }
    const struct cg_text groups = {recall->groups.data, (uint32_t)recall->groups.len_bytes};
    if (!cg_outline_groups(&recall->outliner, groups, &fits)) {
        return cg_past_damaged(ledger, err);
    }
    *cannot = !fits;
    return CG_OK;
}

static enum cg_status tell_lines(struct cg_ledger *ledger, int64_t member_no,
                                 struct cg_member *member, struct cg_error *err) {
    enum cg_status status = cg_recall_unpack(ledger, member_no, member, err);
    const struct cg_array *lines = &ledger->recall->lines;
    struct cg_pair provider;
    if (status == CG_OK) {
        cg_member_expect_lines(member, lines->count);
    }
    for (uint32_t i = 0; status == CG_OK && i < lines->count; i++) {
        struct cg_recalled *line = cg_array_at(lines, i);
        status = cg_ledger_provider(ledger, line->provider_no, cg_member_wants_billing(member),
                                    &provider, err);
        line->line.rendering_npi = provider.first;
        line->line.billing_npi = provider.second;
        const enum cg_status told =
            status == CG_OK ? cg_member_add_line(member, &line->line) : CG_OK;
        if (told != CG_OK) {
            status = told == CG_BAD_DATA ? cg_past_damaged(ledger, err) : no_memory(err);
        }
    }
    return status;
}

enum cg_status cg_ledger_recall(void *context, struct cg_text member_id, struct cg_member *member,
                                struct cg_error *err) {
    struct cg_ledger *ledger = context;
    if (cg_joined_to_member(&ledger, member_id, err) != CG_OK) {
        return err->status;
    }
    int64_t member_no;
    bool is_new = false;
    bool by_lines = cg_member_wants_lines(member);
    enum cg_status status = ledger->run.run_no != 0
                                ? cg_ledger_member_no(ledger, member_id, &member_no, &is_new, err)
                                : cg_ledger_find_member(ledger, member_id, &member_no, err);
    if (status != CG_OK || is_new || member_no == 0) {
        return status;
    }
    const struct cg_outline *outlines = NULL;
    uint32_t count = 0;
    if (!by_lines && !cg_ahead_outlines(ledger->ahead, member_id, &outlines, &count)) {
        status = cg_recall_outlines(ledger, member_no, &by_lines, err);
        outlines = ledger->recall->outliner.lines.items;
        count = ledger->recall->outliner.lines.count;
    }
    if (status != CG_OK || by_lines) {
        return status != CG_OK ? status : tell_lines(ledger, member_no, member, err);
    }
    return cg_member_add_outlines(member, outlines, count) == CG_OK ? CG_OK : no_memory(err);
}
