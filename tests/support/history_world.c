#include "history_world.h"

#include "history_lines.h"

#include "claimgate/rules/reason.h"

#include <criterion/criterion.h>

static uint64_t random_state;

uint32_t world_pick(uint32_t below) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 33) % below;
}

bool world_chance(uint32_t percent) {
    return world_pick(100) < percent;
}

static void random_cap(struct cg_cap *cap) {
    static const uint8_t starts[][2] = {{1, 1}, {7, 1}, {3, 31}, {10, 15}};
    uint32_t start = world_pick(4);
    *cap = (struct cg_cap){
        .period = (enum cg_period)world_pick(5),
        .months = 1 + (int)world_pick(3),
        .year_start_month = starts[start][0],
        .year_start_day = starts[start][1],
        .limit_units = 1 + world_pick(25),
        .counts_all = world_chance(60),
    };
    cap->counts[world_pick(2)] = 1;
}

static void random_version(struct cg_policy_version *version, uint32_t index) {
    *version = (struct cg_policy_version){
        .index = index,
        .cap_count = world_pick(4),
        .cutback = world_chance(50),
        .split_spans = world_chance(50),
        .reject_unknown_original = world_chance(40),
        .duplicate_service = (enum cg_severity)world_pick(3),
    };
    for (uint32_t i = 0; i < version->cap_count; i++) {
        random_cap(&version->caps[i]);
    }
}

static const char *const claims[] = {
    "A",
    "B",
    "C-fifteen-bytes",
    "a claim id of 16",
    "a claim id of 64 bytes, the longest that the gate lets through!!",
    "a claim id of 64 bytes, the longest that the gate lets through!?"};
const char *const world_members[WORLD_MEMBERS] = {"M1", "a member id that is longer than 15 bytes"};

void world_line(const struct world *world, struct cg_line *line) {
    static const uint8_t frequencies[] = {1, 1, 1, 1, 1, 1, 1, 7, 7, 8};
    static const uint16_t numbers[] = {1, 2, 3, 4, 17, 18}; /* some with equal last bits */
    const struct cg_policy_version *version = &world->versions[world_pick(WORLD_VERSIONS)];
    /* Around the turns of months from December 2023, where the calendar is hardest. */
    static const int32_t turns[] = {364, 395, 424, 455, 485, 516, 546};
    int32_t day = model_first_day + turns[world_pick(7)] - 2 + (int32_t)world_pick(5);
    struct cg_text claim = cg_text_of(claims[world_pick(6)]);
    *line = (struct cg_line){
        .claim_id = cg_key_of(claim),
        .member_id = cg_key_of(cg_text_of(world_members[world_pick(2)])),
        .start_day = day,
        .end_day = day,
        .received_day = CG_DAY_NONE,
        .birth_day = CG_DAY_NONE,
        .rendering_npi = 1234567893 + world_pick(2),
        .modifiers = world_pick(2) * (UINT64_C(1) << 54),
        .units = (uint16_t)(1 + world_pick(4)),
        .line_number = world->numbered ? numbers[world_pick(6)] : CG_LINE_NUMBER_NONE,
        .frequency = frequencies[world_pick(10)],
        .procedure_no = (uint8_t)world_pick(2),
        .version = version,
        .exempt = world_chance(10),
        .reasons = world_chance(5) ? cg_reason_bit(CG_REASON_LATE_FILING) : 0,
    };
    if (line->frequency != CG_ORIGINAL) {
        line->original_claim_id = world_chance(25) ? claim : cg_text_of(claims[world_pick(6)]);
    }
    if (version->split_spans && world_chance(40)) {
        static const uint8_t more_days[] = {0, 1, 1, 2, 40};
        line->end_day += more_days[world_pick(5)];
        line->units = (uint16_t)(1 + world_pick(3) * 4);
    }
}

void world_seed(uint64_t seed) {
    random_state = seed * 2654435761 + 12345;
    world_pick(2);
}

void world_fill(struct world *world, uint64_t seed) {
    world_seed(seed);
    world->numbered = world_chance(60);
    world->count = 10 + world_pick(WORLD_LINES - 10);
    for (uint32_t i = 0; i < WORLD_VERSIONS; i++) {
        random_version(&world->versions[i], i);
    }
    for (uint32_t i = 0; i < world->count; i++) {
        world_line(world, &world->lines[i]);
    }
}

/* One day in it is as good as another, but for windows of rolling months. */
static void expect_same_period(const struct cg_line *real, const struct cg_line *model) {
    int32_t first[2];
    int32_t last[2];
    if ((real->reasons & cg_reason_bit(CG_REASON_CAP)) != 0) {
        const struct cg_cap *cap = &real->version->caps[real->cap_no];
        cg_cap_period(cap, real->cap_day, &first[0], &last[0]);
        cg_cap_period(cap, model->cap_day, &first[1], &last[1]);
        cr_assert_eq(first[0], first[1]);
        cr_assert_eq(last[0], last[1]);
    }
}

void world_expect_verdict(const struct cg_line *real, const struct cg_line *model, uint64_t seed,
                          uint32_t i) {
#define SAME(field)                                                                                \
    cr_assert(real->field == model->field, "world %llu line %u: " #field " %lld, model %lld",      \
              (unsigned long long)seed, i, (long long)real->field, (long long)model->field)
    SAME(reasons);
    SAME(warnings);
    SAME(decision);
    SAME(accepted_units);
    SAME(taken_back_lines);
    SAME(taken_back_units);
    SAME(cap_no);
    SAME(units_used);
    SAME(units_available);
#undef SAME
    expect_same_period(real, model);
    for (uint32_t c = 0; c < CG_CAPS_MAX; c++) {
        cr_assert_eq(real->cap_used[c], model->cap_used[c],
                     "world %llu line %u cap %u: %u, model %u", (unsigned long long)seed, i, c,
                     real->cap_used[c], model->cap_used[c]);
    }
}

static struct cg_past_line past_line_of(const struct model_entry *entry) {
    const struct cg_line *line = &entry->line;
    return (struct cg_past_line){
        .claim_id = cg_key_text(&line->claim_id),
        .start_day = line->start_day,
        .end_day = line->end_day,
        .rendering_npi = line->rendering_npi,
        .modifiers = line->modifiers,
        .submitted_units = line->units,
        .accepted_units = line->accepted_units,
        .line_number = line->line_number,
        .procedure_no = line->procedure_no,
        .exempt = line->exempt,
        .split = line->version->split_spans,
        .taken_back = !entry->stands,
        .taken_back_by = cg_key_text(&entry->taken_back_by),
        .taken_back_frequency = entry->taken_back_frequency,
    };
}

static bool is_of(const struct cg_line *line, struct cg_text member_id) {
    return cg_text_equal(cg_key_text(&line->member_id), member_id) && line->decision != CG_REJECTED;
}

/* *told stays false where the member has to be told line by line. */
static enum cg_status tell_outlines(const struct model *model, struct cg_text member_id,
                                    struct cg_member *member, bool *told) {
    struct cg_outline outlines[MODEL_LINES_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < model->count; i++) {
        const struct model_entry *entry = &model->entries[i];
        const struct cg_past_line line = past_line_of(entry);
        if (!is_of(&entry->line, member_id) || entry->line.frequency == CG_VOID || !entry->stands) {
            continue;
        }
        if ((line.split && line.end_day > line.start_day) ||
            cg_outline_day(line.start_day) == CG_OUTLINE_DAY_NONE) {
            return CG_OK;
        }
        outlines[count++] = (struct cg_outline){
            .day = cg_outline_day(line.start_day),
            .tag = cg_outline_tag(line.claim_id, line.line_number),
            .units = line.exempt ? 0 : line.accepted_units,
            .procedure_no = line.procedure_no,
            .service_tag = cg_outline_service_tag(line.rendering_npi, line.submitted_units),
        };
    }
    *told = true;
    return cg_member_add_outlines(member, outlines, count);
}

static enum cg_status tell_lines(const struct model *model, struct cg_text member_id,
                                 struct cg_member *member) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < model->count; i++) {
        count += is_of(&model->entries[i].line, member_id);
    }
    cg_member_expect_lines(member, count);
    for (uint32_t i = 0; i < model->count; i++) {
        const struct cg_line *line = &model->entries[i].line;
        if (!is_of(line, member_id)) {
            continue;
        }
        struct cg_past_line past = past_line_of(&model->entries[i]);
        if (line->frequency != CG_VOID && add_past_line(member, &past) != CG_OK) {
            return CG_INTERNAL;
        }
        const struct cg_past_take_back own = {.claim_id = cg_key_text(&line->claim_id),
                                              .original_claim_id = cg_key_text(&line->claim_id),
                                              .named = line->original_claim_id,
                                              .frequency = line->frequency};
        if (line->frequency == CG_REPLACEMENT && add_past_take_back(member, &own) != CG_OK) {
            return CG_INTERNAL;
        }
    }
    return CG_OK;
}

enum cg_status world_recall(void *context, struct cg_text member_id, struct cg_member *member,
                            struct cg_error *err) {
    const struct world_ledger *ledger = context;
    enum cg_status status = CG_OK;
    bool told = false;
    (void)err;
    if (ledger->tells_outlines && !cg_member_wants_lines(member)) {
        status = tell_outlines(&ledger->before, member_id, member, &told);
    }
    return told ? status : tell_lines(&ledger->before, member_id, member);
}
