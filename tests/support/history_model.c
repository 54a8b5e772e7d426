#include "history_model.h"

#include "claimgate/rules/reason.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct ymd {
    int year;
    int month;
    int day;
};

int32_t model_first_day = 19358;

static struct ymd civil_of(int32_t day_no) {
    static struct ymd known[MODEL_DAYS];
    static int32_t known_from = INT32_MIN;
    for (int32_t i = 0; known_from != model_first_day && i < MODEL_DAYS; i++) {
        time_t seconds = (time_t)(model_first_day + i) * 86400;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        known[i] = (struct ymd){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday};
    }
    known_from = model_first_day;
    if (day_no < model_first_day || day_no >= model_first_day + MODEL_DAYS) {
        abort();
    }
    return known[day_no - model_first_day];
}

static int compare(struct ymd a, struct ymd b) {
    int a_no = (a.year * 100 + a.month) * 100 + a.day;
    int b_no = (b.year * 100 + b.month) * 100 + b.day;
    return (a_no > b_no) - (a_no < b_no);
}

static struct ymd minus_months(struct ymd date, int months) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int i = 0; i < months; i++) {
        date.month--;
        if (date.month == 0) {
            date.month = 12;
            date.year--;
        }
    }
    int length = lengths[date.month - 1];
    if (date.month == 2 && date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)) {
        length = 29;
    }
    date.day = date.day < length ? date.day : length;
    return date;
}

/* The year a benefit year starts in. */
static int benefit_year(const struct cg_cap *cap, struct ymd date) {
    struct ymd start = {date.year, cap->year_start_month, cap->year_start_day};
    return compare(date, start) < 0 ? date.year - 1 : date.year;
}

/* Whether `day` lies in the period of the cap that holds (rolling: ends on) `anchor`. */
static bool in_period(const struct cg_cap *cap, int32_t anchor, int32_t day) {
    struct ymd a = civil_of(anchor);
    struct ymd d = civil_of(day);
    switch (cap->period) {
    case CG_PERIOD_DAY:
        return anchor == day;
    case CG_PERIOD_MONTH:
        return a.year == d.year && a.month == d.month;
    case CG_PERIOD_YEAR:
        return benefit_year(cap, a) == benefit_year(cap, d);
    case CG_PERIOD_ROLLING_MONTHS:
        return compare(d, minus_months(a, cap->months)) > 0 && day <= anchor;
    case CG_PERIOD_LIFETIME:
        return true;
    }
    return false;
}

static bool counts(const struct cg_cap *cap, const struct cg_line *line) {
    return !line->exempt && (cap->counts_all || cap->counts[line->procedure_no]);
}

/* `units` of the line as they lie on one day. */
static uint32_t on_day(const struct cg_line *line, uint32_t units, int32_t day) {
    if (!line->version->split_spans || line->end_day == line->start_day) {
        return day == line->start_day ? units : 0;
    }
    if (day < line->start_day || day > line->end_day) {
        return 0;
    }
    uint32_t laid = 0;
    for (uint32_t unit = 0; unit < units; unit++) { /* deal them out like cards */
        uint32_t days = (uint32_t)(line->end_day - line->start_day + 1);
        laid += unit % days == (uint32_t)(day - line->start_day);
    }
    return laid;
}

static uint64_t used_on_day(const struct model *model, struct cg_text member,
                            const struct cg_cap *cap, int32_t day) {
    uint64_t used = 0;
    for (uint32_t i = 0; i < model->count; i++) {
        const struct model_entry *entry = &model->entries[i];
        if (entry->stands && cg_text_equal(cg_key_text(&entry->line.member_id), member) &&
            counts(cap, &entry->line)) {
            used += on_day(&entry->line, entry->line.accepted_units, day);
        }
    }
    return used;
}

/* The used days of a member, all at once; the model would take hours otherwise. */
static void used_days(const struct model *model, struct cg_text member, const struct cg_cap *cap,
                      uint64_t *used) {
    for (int32_t i = 0; i < MODEL_DAYS; i++) {
        used[i] = 0;
    }
    for (uint32_t i = 0; i < model->count; i++) {
        const struct cg_line *line = &model->entries[i].line;
        for (int32_t day = line->start_day; day <= line->end_day; day++) {
            used[day - model_first_day] = used_on_day(model, member, cap, day);
        }
    }
}

static uint64_t used_in_period(const uint64_t *used, const struct cg_cap *cap, int32_t anchor) {
    uint64_t sum = 0;
    for (int32_t i = 0; i < MODEL_DAYS; i++) {
        if (used[i] > 0 && in_period(cap, anchor, model_first_day + i)) {
            sum += used[i];
        }
    }
    return sum;
}

uint64_t model_units_used(const struct model *model, struct cg_text member,
                          const struct cg_cap *cap, int32_t day_no) {
    uint64_t used[MODEL_DAYS];
    used_days(model, member, cap, used);
    return used_in_period(used, cap, day_no);
}

struct cap_outcome {
    bool fails;
    uint64_t used;
    uint64_t available;
    int32_t day_no; /* of the failing period */
};

static uint64_t asked_in_period(const struct cg_cap *cap, const struct cg_line *line,
                                int32_t anchor) {
    uint64_t asked = 0;
    for (int32_t day = line->start_day; day <= line->end_day; day++) {
        if (in_period(cap, anchor, day)) {
            asked += on_day(line, line->units, day);
        }
    }
    return asked;
}

static struct cap_outcome test_cap(const struct model *model, const struct cg_cap *cap,
                                   const struct cg_line *line) {
    struct cap_outcome outcome = {.fails = false};
    uint64_t used[MODEL_DAYS];
    used_days(model, cg_key_text(&line->member_id), cap, used);
    bool rolling = cap->period == CG_PERIOD_ROLLING_MONTHS;
    int32_t last = rolling ? model_first_day + MODEL_DAYS - 1 : line->end_day;
    for (int32_t anchor = line->start_day; anchor <= last; anchor++) {
        bool own_date = on_day(line, line->units, anchor) > 0;
        bool accepted_date = rolling && used[anchor - model_first_day] > 0;
        if (!own_date && !accepted_date) {
            continue;
        }
        uint64_t asked = asked_in_period(cap, line, anchor);
        uint64_t before = used_in_period(used, cap, anchor);
        if (asked > 0 && before + asked > cap->limit_units &&
            (!outcome.fails || before > outcome.used)) {
            outcome.fails = true;
            outcome.used = before;
            outcome.day_no = anchor;
            outcome.available = before < cap->limit_units ? cap->limit_units - before : 0;
        }
    }
    return outcome;
}

static void decide_caps(const struct model *model, struct cg_line *line) {
    bool cutback = line->version->cutback && line->start_day == line->end_day;
    struct cap_outcome chosen = {.fails = false};
    for (uint32_t i = 0; i < line->version->cap_count; i++) {
        const struct cg_cap *cap = &line->version->caps[i];
        if (!counts(cap, line)) {
            continue;
        }
        line->cap_used[i] =
            (uint32_t)model_units_used(model, cg_key_text(&line->member_id), cap, line->start_day);
        struct cap_outcome outcome = test_cap(model, cap, line);
        if (outcome.fails && (!chosen.fails || (cutback && outcome.available < chosen.available))) {
            chosen = outcome;
            line->cap_no = (uint8_t)i;
        }
    }
    if (!chosen.fails) {
        line->decision = CG_ACCEPTED;
        line->accepted_units = line->units;
        return;
    }
    line->reasons |= cg_reason_bit(CG_REASON_CAP);
    line->cap_day = chosen.day_no;
    line->units_used = (uint32_t)chosen.used;
    line->units_available = (uint32_t)chosen.available;
    bool cut = cutback && chosen.available > 0;
    line->decision = cut ? CG_CUTBACK : CG_REJECTED;
    line->accepted_units = cut ? (uint16_t)chosen.available : 0;
}

static bool same_service(const struct cg_line *a, const struct cg_line *b) {
    return a->rendering_npi == b->rendering_npi && a->start_day == b->start_day &&
           a->end_day == b->end_day && a->procedure_no == b->procedure_no &&
           a->modifiers == b->modifiers && a->units == b->units;
}

static bool has_twin(const struct model *model, const struct cg_line *line, bool other_claim) {
    for (uint32_t i = 0; i < model->count; i++) {
        const struct cg_line *other = &model->entries[i].line;
        if (!model->entries[i].stands || !cg_key_equal(&other->member_id, &line->member_id) ||
            cg_key_equal(&other->claim_id, &line->claim_id) == other_claim) {
            continue;
        }
        bool by_number = !other_claim && line->line_number != CG_LINE_NUMBER_NONE;
        if (by_number ? other->line_number == line->line_number : same_service(other, line)) {
            return true;
        }
    }
    return false;
}

/* Whether an earlier line with the same two ids and frequency has settled what is taken back: it
 * took lines, or it stands (or stood) itself as a line of the very claim that it replaces. */
static bool is_settled(const struct model *model, const struct cg_line *line) {
    for (uint32_t i = 0; i < model->count; i++) {
        const struct cg_line *other = &model->entries[i].line;
        bool same = cg_key_equal(&other->member_id, &line->member_id) &&
                    cg_key_equal(&other->claim_id, &line->claim_id) &&
                    other->frequency == line->frequency &&
                    cg_text_equal(other->original_claim_id, line->original_claim_id);
        bool own = line->frequency == CG_REPLACEMENT && other->decision != CG_REJECTED &&
                   cg_text_equal(cg_key_text(&line->claim_id), line->original_claim_id);
        if (same && (other->taken_back_lines > 0 || own)) {
            return true;
        }
    }
    return false;
}

/* Take the original back; false when it is unknown. */
static bool take_back(struct model *model, struct cg_line *line) {
    if (is_settled(model, line)) {
        return true;
    }
    bool known = false;
    for (uint32_t i = 0; i < model->count; i++) {
        struct model_entry *entry = &model->entries[i];
        if (!cg_key_equal(&entry->line.member_id, &line->member_id) ||
            !cg_text_equal(cg_key_text(&entry->line.claim_id), line->original_claim_id)) {
            continue;
        }
        if (entry->stands) {
            entry->stands = false;
            entry->taken_back_by = line->claim_id;
            entry->taken_back_frequency = line->frequency;
            line->taken_back_lines++;
            line->taken_back_units += entry->line.accepted_units;
        }
        known = known || (cg_key_len(&entry->taken_back_by) > 0 &&
                          cg_key_equal(&entry->taken_back_by, &line->claim_id));
    }
    return known;
}

static void decide(struct model *model, struct cg_line *line) {
    bool known = line->frequency == CG_ORIGINAL || take_back(model, line);
    if (!known && line->version->reject_unknown_original) {
        line->reasons |= cg_reason_bit(CG_REASON_ORIGINAL_CLAIM_UNKNOWN);
    } else if (!known) {
        line->warnings |= cg_reason_bit(CG_REASON_ORIGINAL_CLAIM_UNKNOWN);
    }
    if (line->reasons == 0 && line->frequency == CG_VOID) {
        line->decision = CG_ACCEPTED;
        return;
    }
    if (line->reasons == 0 && has_twin(model, line, false)) {
        line->reasons |= cg_reason_bit(CG_REASON_DUPLICATE_LINE);
    }
    if (line->reasons == 0 && has_twin(model, line, true)) {
        uint64_t bit = cg_reason_bit(CG_REASON_DUPLICATE_SERVICE);
        line->reasons |= line->version->duplicate_service == CG_SEVERITY_REJECT ? bit : 0;
        line->warnings |= line->version->duplicate_service == CG_SEVERITY_WARN ? bit : 0;
    }
    if (line->reasons == 0) {
        decide_caps(model, line);
    } else {
        line->decision = CG_REJECTED;
    }
}

void model_decide(struct model *model, struct cg_line *line) {
    if (model->count == MODEL_LINES_MAX) {
        abort();
    }
    for (uint32_t i = 0; i < CG_CAPS_MAX; i++) {
        line->cap_used[i] = UINT32_MAX;
    }
    if (line->reasons != 0) {
        line->decision = CG_REJECTED;
    } else {
        decide(model, line);
    }
    model->entries[model->count++] = (struct model_entry){
        .line = *line,
        .stands = line->decision != CG_REJECTED && line->frequency != CG_VOID,
    };
}
