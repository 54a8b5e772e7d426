#include "history_lines.h"

#include <criterion/criterion.h>
#include <string.h>

struct cg_policy_version plain_version(void) {
    return (struct cg_policy_version){.duplicate_service = CG_SEVERITY_OFF};
}

struct cg_cap plain_cap(enum cg_period period, uint32_t limit_units) {
    return (struct cg_cap){.period = period,
                           .limit_units = limit_units,
                           .months = 1,
                           .year_start_month = 7,
                           .year_start_day = 1,
                           .counts_all = true};
}

struct cg_key id_key(const char *text) {
    return cg_key_of(cg_text_of(text));
}

int32_t date_day(const char *date) {
    int32_t day_no = cg_date_parse(date, strlen(date), CG_DATE_ISO);
    cr_assert_neq(day_no, CG_DAY_NONE, "%s", date);
    return day_no;
}

struct cg_line plain_line(const struct cg_policy_version *version, const char *claim) {
    return units_on(version, claim, "2024-07-01", 1);
}

struct cg_line units_on(const struct cg_policy_version *version, const char *claim,
                        const char *date, uint16_t units) {
    return (struct cg_line){
        .claim_id = id_key(claim),
        .member_id = id_key("M"),
        .start_day = date_day(date),
        .end_day = date_day(date),
        .received_day = CG_DAY_NONE,
        .birth_day = CG_DAY_NONE,
        .rendering_npi = 1234567893,
        .units = units,
        .line_number = 1,
        .frequency = CG_ORIGINAL,
        .version = version,
    };
}

struct cg_line void_of(const struct cg_policy_version *version, const char *claim,
                       const char *original) {
    struct cg_line line = plain_line(version, claim);
    line.frequency = CG_VOID;
    line.original_claim_id = cg_text_of(original);
    return line;
}

struct cg_line replacement_of(const struct cg_policy_version *version, const char *claim,
                              const char *original, uint16_t line_number) {
    struct cg_line line = plain_line(version, claim);
    line.frequency = CG_REPLACEMENT;
    line.original_claim_id = cg_text_of(original);
    line.line_number = line_number;
    return line;
}

enum { BATCH_LINES_MAX = 256 };

/* What the ids of a batch point into, until it is wiped. */
static char batch_text[BATCH_LINES_MAX * 3 * CG_ID_MAX_BYTES];
static size_t batch_used;

static struct cg_text borrowed(struct cg_text text) {
    char *copy = batch_text + batch_used;
    cr_assert_leq(text.len, sizeof batch_text - batch_used);
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    batch_used += text.len;
    return (struct cg_text){copy, text.len};
}

static struct cg_key borrowed_key(const struct cg_key *key) {
    return cg_key_of(borrowed(cg_key_text(key)));
}

/* What was borrowed since `start`. */
static void wipe_from(size_t start) {
    memset(batch_text + start, '#', batch_used - start);
    batch_used = start;
}

void decide_batch(struct cg_history *history, struct cg_line *lines, uint32_t count) {
    static struct cg_line own[BATCH_LINES_MAX];
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_leq(count, BATCH_LINES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        own[i] = lines[i];
        own[i].claim_id = borrowed_key(&lines[i].claim_id);
        own[i].member_id = borrowed_key(&lines[i].member_id);
        own[i].original_claim_id = borrowed(lines[i].original_claim_id);
    }
    cr_assert_eq(cg_history_decide(history, own, count, &err), CG_OK, "%s", err.text);
    wipe_from(0);
    for (uint32_t i = 0; i < count; i++) {
        own[i].claim_id = lines[i].claim_id;
        own[i].member_id = lines[i].member_id;
        own[i].original_claim_id = lines[i].original_claim_id;
        lines[i] = own[i];
    }
}

enum cg_decision decide_one(struct cg_history *history, struct cg_line *line) {
    decide_batch(history, line, 1);
    return (enum cg_decision)line->decision;
}

/* Called while a batch is being decided, whose texts must stay. */
enum cg_status add_past_line(struct cg_member *member, const struct cg_past_line *line) {
    const size_t before = batch_used;
    struct cg_past_line own = *line;
    own.claim_id = borrowed(line->claim_id);
    own.taken_back_by = borrowed(line->taken_back_by);
    own.taken_back_as = borrowed(line->taken_back_as);
    enum cg_status status = cg_member_add_line(member, &own);
    wipe_from(before);
    return status;
}

enum cg_status add_past_take_back(struct cg_member *member, const struct cg_past_take_back *take) {
    const size_t before = batch_used;
    struct cg_past_take_back own = *take;
    own.claim_id = borrowed(take->claim_id);
    own.original_claim_id = borrowed(take->original_claim_id);
    own.named = borrowed(take->named);
    enum cg_status status = cg_member_add_take_back(member, &own);
    wipe_from(before);
    return status;
}
