#include "claimgate/report/notes.h"

#include "claimgate/base/log.h"
#include "claimgate/rules/roster_remarks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void cg_notes_utc_times(uint64_t count) {
    if (count != 0) {
        cg_log_warning("times in UTC were cut off, though what is late in the day there may lie "
                       "on another day here: %" PRIu64 "; say where that is with \"time_zone\" in "
                       "a copy of the layout",
                       count);
    }
}

static void warn_of_same_inputs(const struct cg_run_facts *facts) {
    const struct cg_reader_input *first = NULL;
    const char *same_as = "";
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->input_count; i++) {
        const struct cg_reader_input *before = cg_reader_input_before(facts->inputs, i);
        if (before != NULL && count++ == 0) {
            first = &facts->inputs[i];
            same_as = before->file;
        }
    }
    if (first != NULL) {
        char more[64] = "";
        if (count > 1) {
            snprintf(more, sizeof more, " (and %u more such inputs)", count - 1);
        }
        cg_log_warning("%s has the same content as %s before it%s, so that its lines are decided "
                       "as lines that come again; leave it out, and look which file was to stand "
                       "in its place",
                       first->file, same_as, more);
    }
}

void cg_notes_records(const struct cg_run_facts *facts) {
    warn_of_same_inputs(facts);
    cg_notices_warn(&facts->notices, CG_NOTICED_IN_RUN);
    cg_notes_utc_times(facts->tally->utc_times);
    cg_remarks_warn(&facts->remarks, NULL);
}

/* ", most of them for units_invalid (61 of 80)". */
static void name_leading_reason(const struct cg_tally *tally, char *out, size_t out_bytes) {
    struct cg_tally_entry entry;
    struct cg_tally_entry most = {.name = ""};
    for (uint32_t i = 0; cg_tally_reason_at(tally, i, &entry); i++) {
        most = entry.count.lines > most.count.lines ? entry : most;
    }
    if (tally->rejected != 0) {
        snprintf(out, out_bytes, ", most of them for %s (%" PRIu64 " of %" PRIu64 ")", most.name,
                 most.count.lines, tally->rejected);
    }
}

static void tell_of_rate(const struct cg_tally *tally, int64_t limit_milli) {
    char leading[CG_CAP_ID_BYTES + 128] = "";
    const uint64_t rate_milli = cg_tally_reject_rate_milli(tally);
    name_leading_reason(tally, leading, sizeof leading);
    cg_log_error("%" PRIu64 ".%03" PRIu64
                 " %% of the in-scope and malformed records are rejected%s, over the limit of "
                 "%" PRId64 ".%03" PRId64
                 " %%: nothing was published; look at the roster and the policy, or raise "
                 "--max-reject-rate",
                 rate_milli / 1000, rate_milli % 1000, leading, limit_milli / 1000,
                 limit_milli % 1000);
}

static void warn_of_unclosed(const struct cg_roster *roster) {
    const uint64_t count = cg_roster_unclosed(roster);
    if (count != 0) {
        cg_log_warning("rows of credentials.csv that grant and have no end_date, although a later "
                       "row of that provider and type says lapsed, inactive or pending: %" PRIu64
                       "; they let render all the same, so have the earlier rows end where the "
                       "later ones begin (`claimgate roster check DIR` lists them)",
                       count);
    }
}

void cg_notes_run(const struct cg_run_facts *facts, const char *policy, int64_t limit_milli) {
    const struct cg_tally *tally = facts->tally;
    if (tally->records == 0 && facts->outcome != CG_ALL_KNOWN &&
        strcmp(facts->layout, "none") != 0) {
        cg_log_warning("the input is %s: was it cut, or is there nothing to pay?",
                       facts->is_x12 ? "X12 without claims" : "a header without records");
    }
    if (tally->records != 0 && tally->records == cg_tally_left_out(tally)) {
        cg_log_warning("the layout leaves out every record: do the values in its \"only\" stand "
                       "in the file so?");
    } else if (tally->records != 0 && tally->records == tally->out_of_scope) {
        cg_log_warning("no record is in scope of policy %s: check --policy and --layout if "
                       "peer-support lines were expected",
                       policy);
    }
    if (facts->outcome == CG_TRIPPED) {
        tell_of_rate(tally, limit_milli);
    }
    warn_of_unclosed(facts->roster);
    cg_notes_records(facts);
    cg_guard_warn(&facts->guard);
    if (facts->outcome == CG_GUARDED) {
        cg_log_error("the run is out of the ordinary, so nothing was published; where it is right "
                     "all the same, run it with --guard warn");
    }
    if (cg_policy_takes_test_npis(facts->policy)) {
        cg_log_warning("policy %s says test_npis: this is a test run, which takes NPIs of made-up "
                       "providers",
                       cg_policy_id(facts->policy));
    }
}

static void note_replaced(uint64_t count, const struct cg_nppes_replaced *first) {
    for (uint64_t i = 0; i < count && i < CG_NPPES_REPLACED_NAMED; i++) {
        cg_log_note("NPI %010" PRIu64 " has the replacement NPI %010" PRIu64 "%s", first[i].npi,
                    first[i].replacement,
                    i + 1 == CG_NPPES_REPLACED_NAMED && count > i + 1 ? "; there are more" : "");
    }
}

void cg_notes_nppes_import(const struct cg_nppes_counts *counts) {
    cg_log_note("%" PRIu64 " rows for credentials.csv from %" PRIu64 " peers; left out: %" PRIu64
                " in another state, %" PRIu64 " organizations, %" PRIu64 " never active",
                counts->spans, counts->peers, counts->elsewhere, counts->organizations,
                counts->never_active);
    if (counts->bare > 0) {
        cg_log_note("%" PRIu64
                    " deactivated NPIs have no taxonomy in the file any more, so that it "
                    "cannot say who of them was a peer; --merge credentials.csv ends the spans of "
                    "those that you have",
                    counts->bare);
    }
    note_replaced(counts->replaced, counts->first_replaced);
}

void cg_notes_nppes_merge(const struct cg_nppes_merge_counts *counts) {
    cg_log_note("of %" PRIu64 " %s %" PRIu64 " %s deactivated, %" PRIu64
                " more %s and %s active again: %" PRIu64 " %s by the day before, %" PRIu64
                " %s by the reactivation, %" PRIu64 " had no other day and %s left out",
                counts->providers, cg_plural(counts->providers, "NPI", "NPIs"), counts->deactivated,
                cg_plural(counts->deactivated, "is", "are"), counts->reactivated,
                cg_plural(counts->reactivated, "was", "were"),
                cg_plural(counts->reactivated, "is", "are"), counts->ended,
                cg_plural(counts->ended, "row ends", "rows end"), counts->begun,
                cg_plural(counts->begun, "begins", "begin"), counts->dropped,
                cg_plural(counts->dropped, "is", "are"));
    if (counts->withholding > 0) {
        cg_log_note("%" PRIu64 " %s those days and %s nothing: left as they were",
                    counts->withholding, cg_plural(counts->withholding, "row holds", "rows hold"),
                    cg_plural(counts->withholding, "grants", "grant"));
    }
    note_replaced(counts->replaced, counts->first_replaced);
}
