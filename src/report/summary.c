/*
 * The summary on the terminal. Numbers stand in one column, with thousands apart, so that the
 * eye can compare them.
 */
#include "claimgate/report/run_report.h"

#include <inttypes.h>
#include <stdio.h>

enum { NUMBER_BYTES = 32 };

static const char *grouped(uint64_t number, char out[NUMBER_BYTES]) {
    char digits[NUMBER_BYTES];
    const int len = snprintf(digits, sizeof digits, "%" PRIu64, number);
    int at = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            out[at++] = ',';
        }
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

static bool put_row(struct cg_buffer *out, const char *label, uint64_t lines, uint64_t units) {
    char a[NUMBER_BYTES];
    char b[NUMBER_BYTES];
    return cg_buffer_printf(out, "  %-38s%16s%16s\n", label, grouped(lines, a), grouped(units, b));
}

static bool put_count(struct cg_buffer *out, const char *label, uint64_t lines) {
    char a[NUMBER_BYTES];
    return lines == 0 || cg_buffer_printf(out, "  %-38s%16s\n", label, grouped(lines, a));
}

static bool put_totals(struct cg_buffer *out, const struct cg_tally *tally) {
    return cg_buffer_printf(out, "  %-38s%16s%16s\n", "", "lines", "units") &&
           put_row(out, "submitted", tally->records, tally->units_submitted) &&
           put_row(out, "accepted", tally->accepted, tally->units_accepted) &&
           put_count(out, "  of them out of scope", tally->out_of_scope) &&
           (tally->exempt == 0 ||
            put_row(out, "  of them exempt from caps", tally->exempt, tally->units_exempt)) &&
           put_count(out, "  of them cut back", tally->cutback) &&
           put_row(out, "rejected", tally->rejected, tally->units_rejected) &&
           put_count(out, "  of them malformed", tally->malformed) &&
           (tally->taken_back == 0 ||
            put_row(out, "taken back", tally->taken_back, tally->units_taken_back)) &&
           put_count(out, "empty lines skipped", tally->empty_lines) &&
           put_count(out, "member ids in the crosswalk", tally->crosswalked);
}

static bool put_reasons(struct cg_buffer *out, const struct cg_tally *tally) {
    struct cg_tally_entry entry;
    bool ok = true;
    for (uint32_t i = 0; ok && cg_tally_reason_at(tally, i, &entry); i++) {
        ok = (i != 0 || cg_buffer_printf(out, "rejected for\n")) &&
             put_row(out, entry.name, entry.count.lines, entry.count.units);
    }
    bool first = true;
    for (uint32_t i = 0; ok && i < CG_REASON_COUNT; i++) {
        if (tally->warnings[i] != 0) {
            ok = (!first || cg_buffer_printf(out, "warnings, lines let pass\n")) &&
                 put_count(out, cg_reason_info((enum cg_reason)i)->name, tally->warnings[i]);
            first = false;
        }
    }
    return ok;
}

bool cg_report_summary(struct cg_buffer *out, const struct cg_run_facts *facts,
                       const char *published) {
    char as_of[CG_DATE_TEXT_BYTES];
    return cg_buffer_printf(out, "policy %s, layout %s%s, as of %s\n", cg_policy_id(facts->policy),
                            facts->layout, facts->layout_detected ? " (by its header)" : "",
                            cg_date_format(facts->as_of_day, as_of)) &&
           (!cg_policy_takes_test_npis(facts->policy) ||
            cg_buffer_append_text(out,
                                  "a test run: the policy takes NPIs of made-up providers\n")) &&
           put_totals(out, facts->tally) && put_reasons(out, facts->tally) &&
           cg_buffer_printf(out, "%s\n", published);
}
