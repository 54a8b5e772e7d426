/*
 * The summary on the terminal. Numbers stand in one column, with thousands apart, so that the
 * eye can compare them.
 */
#include "summary.h"

static void put_row(struct cg_page *page, const char *label, uint64_t lines, uint64_t units) {
    char a[CG_GROUPED_BYTES];
    char b[CG_GROUPED_BYTES];
    cg_page_say(page, "  %-38s%16s%16s\n", label, cg_grouped(lines, a), cg_grouped(units, b));
}

static void put_count(struct cg_page *page, const char *label, uint64_t lines) {
    char a[CG_GROUPED_BYTES];
    if (lines != 0) {
        cg_page_say(page, "  %-38s%16s\n", label, cg_grouped(lines, a));
    }
}

static void put_totals(struct cg_page *page, const struct cg_tally *tally) {
    cg_page_say(page, "  %-38s%16s%16s\n", "", "lines", "units");
    put_row(page, "submitted", tally->records, tally->units_submitted);
    put_row(page, "accepted", tally->accepted, tally->units_accepted);
    put_count(page, "  of them out of scope", tally->out_of_scope - cg_tally_left_out(tally));
    put_count(page, "  of them left out by the layout", cg_tally_left_out(tally));
    if (tally->exempt != 0) {
        put_row(page, "  of them exempt from caps", tally->exempt, tally->units_exempt);
    }
    put_count(page, "  of them cut back", tally->cutback);
    put_row(page, "rejected", tally->rejected, tally->units_rejected);
    put_count(page, "  of them malformed", tally->malformed);
    if (tally->taken_back != 0) {
        put_row(page, "taken back", tally->taken_back, tally->units_taken_back);
    }
    if (tally->past.records != 0) {
        put_row(page, "accepted before, taken in", tally->past.lines, tally->past.units);
    }
    put_count(page, "  of them taken back among themselves", tally->past.taken_back);
    put_count(page, "  repeated, counted once", tally->past.repeated);
    put_count(page, "  out of scope", tally->past.out_of_scope);
    put_count(page, "empty lines skipped", tally->empty_lines);
    put_count(page, "lines without a letter or digit", tally->decoration);
    put_count(page, "headers met again, skipped", tally->repeated_headers);
    put_count(page, "records of other kinds", tally->other_records);
    put_count(page, "further rows of claims fed back", tally->further_rows);
    put_count(page, "lines before the header", tally->skipped_lines);
    put_count(page, "trailers", tally->trailers);
    put_count(page, "member ids in the crosswalk", tally->crosswalked);
    put_count(page, "claims whose lines name two members", tally->claims_of_two_members);
}

static void put_reasons(struct cg_page *page, const struct cg_tally *tally) {
    struct cg_tally_entry entry;
    for (uint32_t i = 0; cg_tally_reason_at(tally, i, &entry); i++) {
        cg_page_say(page, "%s", i == 0 ? "rejected for\n" : "");
        put_row(page, entry.name, entry.count.lines, entry.count.units);
    }
    const char *heading = "warnings, lines let pass\n";
    for (uint32_t i = 0; i < CG_REASON_COUNT; i++) {
        if (tally->warnings[i] != 0) {
            cg_page_say(page, "%s", heading);
            put_count(page, cg_reason_info((enum cg_reason)i)->name, tally->warnings[i]);
            heading = "";
        }
    }
}

static void put_outcome(struct cg_page *page, const struct cg_run_facts *facts) {
    switch (facts->outcome) {
    case CG_PUBLISHED:
        cg_page_say(page, facts->out != NULL ? "published: " : "written");
        cg_page_show(page, cg_text_of(facts->out != NULL ? facts->out : ""));
        break;
    case CG_TRIPPED:
        cg_page_say(page, "nothing published: over --max-reject-rate");
        break;
    case CG_GUARDED:
        cg_page_say(page, "nothing published: --guard stop");
        break;
    case CG_ALL_KNOWN: /* has no summary: each input that was skipped has been told */
        break;
    case CG_ONLY_COUNTED:
        cg_page_say(page, "dry run: nothing written");
        break;
    }
    cg_page_say(page, "\n");
}

/* A long list of reasons has pushed the totals off a screen of 24 rows: they are said again. */
static void repeat_totals(struct cg_page *page, const struct cg_tally *tally) {
    enum { ROWS_LEFT = 20 }; /* of the screen, for the list */
    uint32_t rows = 0;
    char all[CG_GROUPED_BYTES];
    char accepted[CG_GROUPED_BYTES];
    char rejected[CG_GROUPED_BYTES];
    for (size_t i = 0; i < page->text.len_bytes; i++) {
        rows += page->text.data[i] == '\n';
    }
    if (rows > ROWS_LEFT) {
        cg_page_say(page, "in all %s lines: %s accepted, %s rejected\n",
                    cg_grouped(tally->records, all), cg_grouped(tally->accepted, accepted),
                    cg_grouped(tally->rejected, rejected));
    }
}

void cg_report_put_summary(struct cg_page *page, const struct cg_run_facts *facts) {
    cg_page_say(page, "policy %s, layout %s%s, as of %s\n", cg_policy_id(facts->policy),
                facts->layout,
                !facts->layout_detected ? ""
                : facts->is_x12         ? " (by its first bytes)"
                                        : " (by its header)",
                cg_date_text(facts->as_of_day).text);
    if (cg_policy_takes_test_npis(facts->policy)) {
        cg_page_say(page, "a test run: the policy takes NPIs of made-up providers\n");
    }
    put_totals(page, facts->tally);
    if (facts->holds_claims) {
        put_count(page, "claims", facts->tally->claims.records);
        put_count(page, "  of them accepted whole", facts->tally->claims.accepted);
        put_count(page, "  of them rejected whole", facts->tally->claims.rejected);
    }
    put_reasons(page, facts->tally);
    repeat_totals(page, facts->tally);
    put_outcome(page, facts);
}
