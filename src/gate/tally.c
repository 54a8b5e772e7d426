#include "claimgate/gate/tally.h"

#include "claimgate/base/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cg_tally_init(struct cg_tally *tally, const struct cg_policy *policy) {
    memset(tally, 0, sizeof *tally);
    tally->policy = policy;
    tally->caps =
        calloc((size_t)cg_policy_version_count(policy) * CG_CAPS_MAX + 1, sizeof tally->caps[0]);
    /* Only pages of days that occur are ever touched. */
    tally->days = calloc(CG_DAY_LAST - CG_DAY_FIRST + 1, sizeof tally->days[0]);
    tally->first_day = CG_DAY_NONE;
    tally->last_day = CG_DAY_NONE;
    return tally->caps != NULL && tally->days != NULL;
}

void cg_tally_fini(struct cg_tally *tally) {
    free(tally->caps);
    free(tally->met_ids);
    free(tally->days);
    tally->days = NULL;
    tally->caps = NULL;
    tally->met_ids = NULL;
}

static void add_reason(struct cg_tally *tally, const struct cg_line *line, uint64_t units) {
    const enum cg_reason first = (enum cg_reason)__builtin_ctzll(line->reasons);
    struct cg_count *count = &tally->reasons[first];
    if (first == CG_REASON_DUPLICATE_LINE && count->lines == 0) {
        tally->first_duplicate = line->claim_id;
    }
    if (first == CG_REASON_CAP) {
        count = &tally->caps[line->version->index * CG_CAPS_MAX + line->cap_no];
    }
    count->lines++;
    count->units += units;
}

static inline void add_day(struct cg_tally *tally, int32_t day_no, uint64_t accepted,
                           uint64_t rejected) {
    /* A line without a day, and one with a day that no calendar has, are far beyond the last. */
    const uint32_t place = (uint32_t)day_no - (uint32_t)CG_DAY_FIRST;
    if (place > CG_DAY_LAST - CG_DAY_FIRST || accepted + rejected == 0) {
        return;
    }
    struct cg_day_units *day = &tally->days[place];
    day->accepted += accepted;
    day->rejected += rejected;
    if (tally->first_day == CG_DAY_NONE || day_no < tally->first_day) {
        tally->first_day = day_no;
    }
    if (day_no > tally->last_day) { /* as any day is above none */
        tally->last_day = day_no;
    }
}

static void add_line(struct cg_tally *tally, const struct cg_line *line) {
    const uint64_t submitted = line->frequency == CG_VOID ? 0 : line->units;
    const uint64_t accepted = line->frequency == CG_VOID ? 0 : line->accepted_units;
    if (line->decision == CG_REJECTED) {
        tally->rejected++;
        tally->malformed += line->malformed != CG_WELL_FORMED;
        add_reason(tally, line, submitted);
    } else {
        tally->accepted++;
        tally->out_of_scope += line->out_of_scope;
        tally->exempt += line->exempt;
        tally->units_exempt += line->exempt ? accepted : 0;
    }
    if (line->decision == CG_CUTBACK) {
        tally->cutback++;
        add_reason(tally, line, submitted - accepted);
    }
    tally->units_submitted += submitted;
    tally->units_accepted += accepted;
    tally->units_rejected += submitted - accepted;
    add_day(tally, line->start_day, accepted, submitted - accepted);
    tally->taken_back += line->taken_back_lines;
    tally->units_taken_back += line->taken_back_units;
    for (uint64_t rest = line->warnings; rest != 0; rest &= rest - 1) {
        tally->warnings[__builtin_ctzll(rest)]++;
    }
}

/* The lines of a batch are more than the nearest caches hold, so that those decided first have left
 * them by now. Counting a line is quick, so that fetching it must begin early. */
enum { LINES_AHEAD = 24 };

static inline void fetch_counted(const struct cg_line *line) {
    cg_fetch(&line->claim_id);
    cg_fetch(&line->units);
    cg_fetch(&line->taken_back_lines);
}

bool cg_tally_make_room(struct cg_tally *tally, size_t met_ids) {
    if (met_ids <= tally->met_id_count) {
        return true;
    }
    uint8_t *grown = realloc(tally->met_ids, met_ids);
    if (grown == NULL) {
        return false;
    }
    memset(grown + tally->met_id_count, 0, met_ids - tally->met_id_count);
    tally->met_ids = grown;
    tally->met_id_count = (uint32_t)met_ids;
    return true;
}

/* Ids are lines of members.csv. */
static bool meet_id(struct cg_tally *tally, uint32_t id_no) {
    if (id_no >= tally->met_id_count &&
        !cg_tally_make_room(tally, id_no < 512 ? 1024 : (size_t)id_no * 2)) {
        return false;
    }
    tally->crosswalked += tally->met_ids[id_no] == 0;
    tally->met_ids[id_no] = 1;
    return true;
}

static void begin_claim(struct cg_tally *tally, const struct cg_line *line) {
    if (cg_key_len(&tally->first_claim) == 0) {
        tally->first_claim = line->claim_id;
        tally->first_member = line->member_id;
    } else if (!tally->is_past_first) {
        tally->is_past_first = true;
        tally->first_counted = tally->claim_counted;
    }
}

/* Lines of one claim are neighbours in every file that is sorted at all. */
static void watch_members(struct cg_tally *tally, const struct cg_line *line) {
    if (cg_key_len(&line->claim_id) == 0 || cg_key_len(&line->member_id) == 0) {
        return;
    }
    if (!cg_key_equal(&tally->claim, &line->claim_id)) {
        begin_claim(tally, line);
        tally->claim = line->claim_id;
        tally->claim_member = line->member_id;
        tally->claim_counted = false;
    } else if (!tally->claim_counted && !cg_key_equal(&tally->claim_member, &line->member_id)) {
        tally->claim_counted = true;
        tally->claims_of_two_members++;
    }
}

/* The key outlives the batch whose bytes it may point at. */
static void keep_key(struct cg_key *key, char bytes[CG_ID_MAX_BYTES]) {
    if (cg_key_is_long(key) && cg_key_far(key) != bytes) {
        const uint32_t len = cg_key_len(key);
        memcpy(bytes, cg_key_far(key), len);
        *key = cg_key_of((struct cg_text){bytes, len});
    }
}

static void add_claims(struct cg_tally *tally, const struct cg_batch *batch,
                       uint64_t rejected_lines) {
    uint64_t rejected = batch->holds_claims ? 0 : rejected_lines;
    for (uint32_t i = 0; batch->holds_claims && i < batch->records.count; i++) {
        const struct cg_record *record = cg_batch_record(batch, i);
        rejected += record->line_index != CG_NO_LINE &&
                    cg_batch_line(batch, record->line_index)->decision == CG_REJECTED;
    }
    tally->claims.records += batch->records.count;
    tally->claims.rejected += rejected;
    tally->claims.accepted += batch->records.count - rejected;
}

/* The claims and ids that are known by what comes after one another. */
static bool watch(struct cg_tally *tally, const struct cg_line *line) {
    watch_members(tally, line);
    return line->crosswalk_id == 0 || meet_id(tally, line->crosswalk_id);
}

static void keep_keys(struct cg_tally *tally) {
    keep_key(&tally->claim, tally->claim_bytes);
    keep_key(&tally->first_duplicate, tally->duplicate_bytes);
    keep_key(&tally->claim_member, tally->member_bytes);
    keep_key(&tally->first_claim, tally->first_claim_bytes);
    keep_key(&tally->first_member, tally->first_member_bytes);
}

/* What a batch has beside lines. */
static void add_passed(struct cg_tally *tally, const struct cg_batch *batch) {
    tally->records += batch->passed_lines;
    tally->accepted += batch->passed_lines;
    tally->out_of_scope += batch->passed_lines - batch->other_records;
    tally->other_records += batch->other_records;
    tally->empty_lines += batch->blank_lines;
    tally->further_rows += batch->further_rows;
    tally->decoration += batch->decoration;
    tally->repeated_headers += batch->repeated_headers;
    tally->skipped_lines += batch->skipped_lines;
    tally->trailers += batch->trailers.count;
    tally->warnings[CG_REASON_PROCEDURE_CODE_NEAR] += batch->near_codes;
    tally->utc_times += batch->utc_times;
    for (uint32_t i = 0; i < CG_LEFT_OUT_RULES; i++) {
        tally->left_out[i] += batch->left_out[i];
    }
}

bool cg_tally_add(struct cg_tally *tally, const struct cg_batch *batch) {
    const uint64_t rejected_before = tally->rejected;
    const struct cg_line *end = (const struct cg_line *)batch->lines.items + batch->lines.count;
    for (const struct cg_line *line = batch->lines.items; line != end; line++) {
        if (end - line > LINES_AHEAD) {
            fetch_counted(line + LINES_AHEAD);
        }
        add_line(tally, line);
        if (!watch(tally, line)) {
            return false;
        }
    }
    keep_keys(tally);
    add_claims(tally, batch, tally->rejected - rejected_before);
    tally->records += batch->lines.count;
    add_passed(tally, batch);
    return true;
}

bool cg_tally_add_undecided(struct cg_tally *tally, const struct cg_batch *batch) {
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        const struct cg_line *line = cg_batch_line(batch, i);
        if (!watch(tally, line)) {
            return false;
        }
        if (line->malformed != CG_WELL_FORMED) {
            struct cg_line rejected = *line;
            rejected.decision = CG_REJECTED;
            cg_tally_add_line(tally, &rejected);
        }
    }
    keep_keys(tally);
    add_passed(tally, batch);
    return true;
}

void cg_tally_add_line(struct cg_tally *tally, const struct cg_line *line) {
    add_line(tally, line);
    tally->records++;
}

void cg_tally_rest(struct cg_tally *to, const struct cg_tally *whole) {
    struct cg_count *caps = to->caps;
    struct cg_day_units *days = to->days;
    const size_t cap_count = (size_t)cg_policy_version_count(whole->policy) * CG_CAPS_MAX + 1;
    *to = *whole;
    to->caps = caps;
    to->days = days;
    to->met_ids = NULL;
    to->met_id_count = 0;
    memcpy(caps, whole->caps, cap_count * sizeof caps[0]);
}

static void take_off(struct cg_count *from, const struct cg_count *part, size_t count) {
    for (size_t i = 0; i < count; i++) {
        from[i].lines -= part[i].lines;
        from[i].units -= part[i].units;
    }
}

void cg_tally_take_off(struct cg_tally *from, const struct cg_tally *part) {
#define TAKE_OFF(name) from->name -= part->name;
    CG_TALLY_KEPT(TAKE_OFF)
#undef TAKE_OFF
    take_off(from->reasons, part->reasons, CG_REASON_COUNT);
    take_off(from->caps, part->caps, (size_t)cg_policy_version_count(from->policy) * CG_CAPS_MAX);
    for (size_t i = 0; i < CG_REASON_COUNT; i++) {
        from->warnings[i] -= part->warnings[i];
    }
}

void cg_tally_add_past(struct cg_tally *tally, const struct cg_batch *batch, uint32_t records) {
    struct cg_past_counts *past = &tally->past;
    past->records += records;
    for (uint32_t i = 0; i < records; i++) {
        const struct cg_record *record = cg_batch_record(batch, i);
        past->out_of_scope += record->line_index == CG_NO_LINE ? record->line_count : 0;
    }
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        const struct cg_line *line = cg_batch_line(batch, i);
        if (line->record_no >= records) {
            break;
        }
        past->out_of_scope += line->out_of_scope;
        past->lines += !line->out_of_scope && line->decision != CG_REJECTED;
        past->repeated += line->decision == CG_REJECTED;
        past->units += line->frequency == CG_VOID ? 0 : line->accepted_units;
        past->taken_back += line->taken_back_lines;
    }
}

uint64_t cg_tally_left_out(const struct cg_tally *tally) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < CG_LEFT_OUT_RULES; i++) {
        total += tally->left_out[i];
    }
    return total;
}

uint64_t cg_tally_reject_rate_milli(const struct cg_tally *tally) {
    const uint64_t base = tally->records - tally->out_of_scope - tally->other_records;
    /* Rounded up, so that a rate above the limit never rounds down to it. */
    return base == 0 ? 0 : (tally->rejected * 100000 + base - 1) / base;
}

static bool same_cap_before(const struct cg_tally *tally, uint32_t version, const char *id) {
    for (uint32_t v = 0; v < version; v++) {
        if (cg_policy_cap(cg_policy_version(tally->policy, v), id) != NULL) {
            return true;
        }
    }
    return false;
}

static struct cg_count cap_total(const struct cg_tally *tally, const char *id) {
    struct cg_count total = {0, 0};
    for (uint32_t v = 0; v < cg_policy_version_count(tally->policy); v++) {
        const struct cg_policy_version *version = cg_policy_version(tally->policy, v);
        const struct cg_cap *cap = cg_policy_cap(version, id);
        if (cap != NULL) {
            const struct cg_count *count = &tally->caps[v * CG_CAPS_MAX + (cap - version->caps)];
            total.lines += count->lines;
            total.units += count->units;
        }
    }
    return total;
}

/* The index-th cap name that has lines; counts `index` down on the way. A run without a policy has
 * none. */
static bool cap_at(const struct cg_tally *tally, uint32_t index, struct cg_tally_entry *out) {
    const uint32_t versions = tally->policy != NULL ? cg_policy_version_count(tally->policy) : 0;
    for (uint32_t v = 0; v < versions; v++) {
        const struct cg_policy_version *version = cg_policy_version(tally->policy, v);
        for (uint32_t c = 0; c < version->cap_count; c++) {
            if (same_cap_before(tally, v, version->caps[c].id)) {
                continue;
            }
            out->count = cap_total(tally, version->caps[c].id);
            if (out->count.lines != 0 && index-- == 0) {
                snprintf(out->name, sizeof out->name, "%s", version->caps[c].reason);
                return true;
            }
        }
    }
    return false;
}

bool cg_tally_reason_at(const struct cg_tally *tally, uint32_t index, struct cg_tally_entry *out) {
    for (uint32_t i = 0; i < CG_REASON_COUNT; i++) {
        if (tally->reasons[i].lines != 0 && index-- == 0) {
            snprintf(out->name, sizeof out->name, "%s", cg_reason_info((enum cg_reason)i)->name);
            out->count = tally->reasons[i];
            return true;
        }
    }
    return cap_at(tally, index, out);
}

bool cg_tally_other_at(const struct cg_tally *tally, uint32_t index, struct cg_tally_entry *out) {
    const struct {
        const char *name;
        uint64_t count;
    } others[] = {
        {"left_out", cg_tally_left_out(tally)},
        {"decoration", tally->decoration},
        {"repeated_headers", tally->repeated_headers},
        {"skipped_lines", tally->skipped_lines},
        {"trailers", tally->trailers},
        {"crosswalked", tally->crosswalked},
        {"claims_with_two_members", tally->claims_of_two_members},
    };
    const size_t count = sizeof others / sizeof others[0];
    for (size_t i = 0; i < count + CG_REASON_COUNT; i++) {
        const enum cg_reason reason = (enum cg_reason)(i < count ? 0 : i - count);
        const uint64_t lines = i < count ? others[i].count : tally->warnings[reason];
        if (lines != 0 && index-- == 0) {
            snprintf(out->name, sizeof out->name, "%s",
                     i < count ? others[i].name : cg_reason_info(reason)->name);
            out->count = (struct cg_count){.lines = lines};
            return true;
        }
    }
    return false;
}
