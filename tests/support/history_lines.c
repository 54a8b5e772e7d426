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

struct cg_text id_text(const char *text) {
    return (struct cg_text){.ptr = text, .len = (uint32_t)strlen(text)};
}

struct cg_key id_key(const char *text) {
    return cg_key_of(id_text(text));
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
    line.original_claim_id = id_text(original);
    return line;
}

struct cg_line replacement_of(const struct cg_policy_version *version, const char *claim,
                              const char *original, uint16_t line_number) {
    struct cg_line line = plain_line(version, claim);
    line.frequency = CG_REPLACEMENT;
    line.original_claim_id = id_text(original);
    line.line_number = line_number;
    return line;
}

enum cg_decision decide_one(struct cg_history *history, struct cg_line *line) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_history_decide(history, line, 1, &err), CG_OK, "%s", err.text);
    return (enum cg_decision)line->decision;
}
