#include "claimgate/gate/tally.h"

#include "support/policy_text.h"
#include "support/shortage.h"

#include <criterion/criterion.h>
#include <string.h>

#define VERSION(day, caps)                                                                         \
    "{\"effective\":\"" day "\",\"procedures\":[{\"code\":\"H0038\"}],\"caps\":[" caps "],"        \
    "\"over_cap\":\"reject\",\"span\":\"reject\",\"cap_exempt\":null,\"unknown_original\":"        \
    "\"warn\",\"duplicate_service\":{\"severity\":\"warn\"},\"credential\":{\"types\":[\"X\"],"    \
    "\"source\":\"s\"}}"
#define DAILY  CAP("daily", "\"period\":\"day\"")
#define YEARLY CAP("yearly", "\"period\":\"year\",\"year_start\":\"07-01\"")

static const char policy_text[] = "{\"id\":\"t\",\"title\":\"t\",\"versions\":[" VERSION(
    "2000-01-01", DAILY) "," VERSION("2010-01-01", YEARLY "," DAILY) "]}";

static struct cg_policy *policy;
static struct cg_tally tally;
static struct cg_batch *batch;

static void set_up(void) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_reason_init(&err), CG_OK, "%s", err.text);
    policy = policy_load_good_text(policy_text);
    batch = cg_batch_new();
    cr_assert(batch != NULL && cg_tally_init(&tally, policy));
}

static void tear_down(void) {
    cg_tally_fini(&tally);
    cg_batch_free(batch);
    cg_policy_free(policy);
}

TestSuite(tally, .init = set_up, .fini = tear_down);

static struct cg_line *add_line(enum cg_decision decision, uint16_t units) {
    struct cg_record *record = cg_array_add(&batch->records);
    struct cg_line *line = cg_batch_add_line(batch);
    cr_assert(record != NULL && line != NULL);
    *record = (struct cg_record){.line_index = batch->lines.count - 1};
    line->decision = (uint8_t)decision;
    line->units = units;
    line->accepted_units = decision == CG_ACCEPTED ? units : 0;
    line->frequency = CG_ORIGINAL;
    line->version = cg_policy_version(policy, 0);
    return line;
}

static void add_rejected(uint32_t version, uint8_t cap_no, uint16_t units) {
    struct cg_line *line = add_line(CG_REJECTED, units);
    line->version = cg_policy_version(policy, version);
    line->cap_no = cap_no;
    line->reasons = cg_reason_bit(CG_REASON_CAP);
}

Test(tally, a_cap_of_two_versions_is_one_reason) {
    struct cg_tally_entry entry;
    add_rejected(0, 0, 3);
    add_rejected(1, 1, 4);
    add_rejected(1, 0, 5);
    cr_assert(cg_tally_add(&tally, batch));
    cr_assert(cg_tally_reason_at(&tally, 0, &entry));
    cr_expect_str_eq(entry.name, "daily_cap");
    cr_expect(entry.count.lines == 2 && entry.count.units == 7);
    cr_assert(cg_tally_reason_at(&tally, 1, &entry));
    cr_expect_str_eq(entry.name, "yearly_cap");
    cr_expect(entry.count.lines == 1 && entry.count.units == 5);
    cr_expect_not(cg_tally_reason_at(&tally, 2, &entry));
}

Test(tally, the_rate_of_rejections_is_rounded_up_and_none_of_none) {
    cr_expect_eq(cg_tally_reject_rate_milli(&tally), 0);
    add_line(CG_ACCEPTED, 1);
    add_line(CG_ACCEPTED, 1);
    add_rejected(0, 0, 1);
    cr_assert(cg_tally_add(&tally, batch));
    cr_expect_eq(cg_tally_reject_rate_milli(&tally), 33334);
}

Test(tally, a_claim_of_two_members_is_counted_once_across_batches) {
    static const char *const members[] = {"M-1", "M-1", "M-2", "M-3", "M-3"};
    char claim[] = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        char bytes[sizeof claim];
        memcpy(bytes, claim, sizeof bytes);
        struct cg_line *line = add_line(CG_ACCEPTED, 1);
        line->claim_id = cg_key_of(cg_text_of(bytes));
        line->member_id = cg_key_of(cg_text_of(members[i]));
        cr_assert(cg_tally_add(&tally, batch));
        memset(bytes, '#', sizeof bytes - 1); /* the next batch takes their place */
        cg_batch_reset(batch);
    }
    cr_expect_eq(tally.claims_of_two_members, 1);
    cr_expect_eq(tally.records, 5);
}

Test(tally, each_id_of_the_crosswalk_is_counted_once_however_many_there_are) {
    static const uint32_t ids[] = {1, 2, 1, 600, 5000, 600, 5001, 20000, 1};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        add_line(CG_ACCEPTED, 1)->crosswalk_id = ids[i];
    }
    cr_assert(cg_tally_add(&tally, batch));
    cr_expect_eq(tally.crosswalked, 6);
}

/* Decided here or elsewhere. */
Test(tally, a_lack_of_memory_for_the_ids_of_the_crosswalk_is_told) {
    bool (*const adds[])(struct cg_tally *, const struct cg_batch *) = {cg_tally_add,
                                                                        cg_tally_add_undecided};
    add_line(CG_ACCEPTED, 1)->crosswalk_id = 7;
    for (size_t i = 0; i < sizeof adds / sizeof adds[0]; i++) {
        shortage_begin(0, false);
        const bool added = adds[i](&tally, batch);
        cr_expect(shortage_end() && !added);
    }
    cr_expect(cg_tally_add(&tally, batch));
    cr_expect_eq(tally.crosswalked, 1);
}

Test(tally, a_line_without_a_date_is_of_no_day_even_if_it_is_the_first) {
    static const int32_t days[] = {CG_DAY_NONE, CG_DAY_FIRST - 1, CG_DAY_LAST + 1, 19000, 18000,
                                   CG_DAY_NONE, CG_DAY_FIRST - 1, CG_DAY_LAST + 1};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        add_rejected(0, 0, 2);
        cg_batch_line(batch, (uint32_t)i)->start_day = days[i];
    }
    struct cg_line *voided = add_line(CG_ACCEPTED, 2);
    voided->frequency = CG_VOID; /* has no units of its day */
    voided->start_day = 20000;
    cr_assert(cg_tally_add(&tally, batch));
    cr_expect(tally.first_day == 18000 && tally.last_day == 19000);
    cr_expect_eq(tally.days[18000 - CG_DAY_FIRST].rejected, 2);
    cr_expect_eq(tally.days[19000 - CG_DAY_FIRST].rejected, 2);
    cr_expect_eq(tally.units_rejected, 16);
}

/* A line that stands, one that came twice, a void, one out of scope, and one that is no past. */
Test(tally, of_the_past_what_stands_is_counted_and_what_came_twice_apart) {
    enum { PAST = 4 };
    for (uint16_t i = 0; i <= PAST; i++) {
        add_line(i == 1 ? CG_REJECTED : CG_ACCEPTED, (uint16_t)(i + 3))->record_no = i;
    }
    cg_batch_line(batch, 2)->frequency = CG_VOID;
    cg_batch_line(batch, 2)->taken_back_lines = 2;
    cg_batch_line(batch, 3)->out_of_scope = true;
    cg_batch_line(batch, 3)->accepted_units = 0;
    cg_tally_add_past(&tally, batch, PAST);
    cr_expect(tally.past.records == PAST && tally.past.lines == 2 && tally.past.repeated == 1);
    cr_expect(tally.past.units == 3 && tally.past.taken_back == 2 && tally.past.out_of_scope == 1);
}
