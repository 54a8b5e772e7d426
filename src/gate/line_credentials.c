/*
 * What is looked up in the roster for the lines that have passed the field edits: credentials, the
 * authorization of an exempt line, whose a member id is. For many lines at once, so that the
 * roster's memory is fetched ahead.
 */
#include "credential_edits.h"

#include "claimgate/gate/field_edits.h"
#include "claimgate/rules/roster_tables.h"

/* From here on the member is the person, to caps, duplicates, take-backs and the ledger. */
void cg_line_name_person(const struct cg_roster *roster, struct cg_line *line) {
    const struct cg_key *person =
        cg_roster_person(roster, &line->member_id, line->start_day, &line->crosswalk_id);
    if (person != NULL) {
        line->member_id = *person;
    }
}

/* An unknown birth date, CG_DAY_NONE, makes older than any policy exempts. */
static bool is_exempt(const struct cg_rules *rules, const struct cg_line *line) {
    const struct cg_policy_version *version = line->version;
    if (!version->has_exemption || line->authorization_number.len == 0) {
        return false;
    }
    if (cg_date_age(line->birth_day, line->start_day) >= version->exempt_under_age) {
        return false;
    }
    return !version->exemption_on_file ||
           (rules->roster != NULL &&
            cg_roster_authorizes(rules->roster, line,
                                 cg_policy_procedure_code(rules->policy, line->procedure_no)));
}

enum {
    /* How many lines before its edits a line's place in the roster, and then its rows, are asked
     * for. */
    PLACE_AHEAD = 16,
    ROWS_AHEAD = 8,
};

/* No earlier reason, and neither a void, which the roster is never asked about, nor a line out of
 * scope, which has no frequency. */
static bool goes_on(const struct cg_line *line) {
    return line->reasons == 0 && line->frequency - 1U < CG_VOID - 1U;
}

/* Whatever else is wrong with a line that was paid, no cap counts it if it is exempt. Its day is
 * known where a version is, but for a void. */
static bool is_taken_untested(const struct cg_rules *rules, const struct cg_line *line) {
    return (rules->untested || line->is_past) && line->version != NULL &&
           line->frequency != CG_VOID;
}

static void fetch_ahead(const struct cg_roster *roster, const struct cg_line *lines, uint32_t at,
                        uint32_t count) {
    if (count - at > PLACE_AHEAD) {
        cg_roster_fetch_place(roster, lines[at + PLACE_AHEAD].rendering_npi);
    }
    if (count - at > ROWS_AHEAD) {
        cg_roster_fetch_rows(roster, lines[at + ROWS_AHEAD].rendering_npi);
    }
}

void cg_edit_credentials(const void *rules_of_run, struct cg_line *lines, uint32_t count) {
    const struct cg_rules *rules = rules_of_run;
    const struct cg_roster *roster = rules->roster;
    const bool crosswalk = roster != NULL && cg_policy_has_crosswalk(rules->policy);
    const bool fetches = roster != NULL && roster->provider_table_count > 0;
    for (uint32_t i = 0; i < count; i++) {
        struct cg_line *line = &lines[i];
        if (fetches) {
            fetch_ahead(roster, lines, i, count);
        }
        if (roster != NULL && goes_on(line)) {
            cg_credential_edits(roster, line);
        }
        line->exempt = (goes_on(line) || is_taken_untested(rules, line)) && is_exempt(rules, line);
        if (crosswalk && cg_key_len(&line->member_id) > 0) {
            cg_line_name_person(roster, line);
        }
    }
}
