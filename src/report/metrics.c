#include "claimgate/report/metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LAST_SUCCESS "claimgate_last_success_timestamp_seconds"

static void put_head(struct cg_page *page, const char *name, const char *help) {
    cg_page_say(page, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void put(struct cg_page *page, const char *name, const char *help, uint64_t value) {
    put_head(page, name, help);
    cg_page_say(page, "%s %" PRIu64 "\n", name, value);
}

static void put_seconds(struct cg_page *page, const char *name, const char *help, uint64_t ms) {
    put_head(page, name, help);
    cg_page_say(page, "%s %" PRIu64 ".%03u\n", name, ms / 1000, (unsigned)(ms % 1000));
}

static void put_units(struct cg_page *page, const struct cg_tally *tally) {
    static const char name[] = "claimgate_last_units";
    put_head(page, name, "Units of in-scope lines, by what came of them.");
    cg_page_say(page, "%s{decision=\"accepted\"} %" PRIu64 "\n", name, tally->units_accepted);
    cg_page_say(page, "%s{decision=\"rejected\"} %" PRIu64 "\n", name, tally->units_rejected);
    cg_page_say(page, "%s{decision=\"taken_back\"} %" PRIu64 "\n", name, tally->units_taken_back);
}

static void put_reasons(struct cg_page *page, const struct cg_tally *tally) {
    static const char name[] = "claimgate_last_rejected_by_reason";
    struct cg_tally_entry entry;
    put_head(page, name, "Rejected records by their first reason.");
    for (uint32_t i = 0; cg_tally_reason_at(tally, i, &entry); i++) {
        cg_page_say(page, "%s{reason=\"%s\"} %" PRIu64 "\n", name, entry.name, entry.count.lines);
    }
}

static uint64_t count_warnings(const struct cg_tally *tally) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < CG_REASON_COUNT; i++) {
        count += tally->warnings[i];
    }
    return count;
}

void cg_metrics_put_run(struct cg_page *page, const struct cg_run_facts *facts) {
    const struct cg_tally *tally = facts->tally;
    put(page, "claimgate_last_published", "1 where the run published its outputs.",
        facts->outcome == CG_PUBLISHED);
    put(page, "claimgate_last_records", "Records read.", tally->records);
    put(page, "claimgate_last_accepted", "Records accepted.", tally->accepted);
    put(page, "claimgate_last_rejected", "Records rejected.", tally->rejected);
    put(page, "claimgate_last_out_of_scope", "Records passed through untested.",
        tally->out_of_scope);
    put(page, "claimgate_last_warnings", "Warnings on lines that were let pass.",
        count_warnings(tally));
    put(page, "claimgate_last_guard_remarks", "What was out of the ordinary.", facts->guard.count);
    put_reasons(page, tally);
    put_units(page, tally);
}

void cg_metrics_put_end(struct cg_page *page, const struct cg_run_end *end) {
    put_head(page, "claimgate_build_info", "The program that ran.");
    cg_page_say(page, "claimgate_build_info{version=\"%s\"} 1\n", CG_VERSION);
    put_seconds(page, "claimgate_last_start_timestamp_seconds", "When the last run started.",
                end->started_unix_ms);
    put(page, LAST_SUCCESS, "When a run last completed with nothing tripped.", end->success_unix);
    put(page, "claimgate_last_exit_code", "Exit code of the last run.", (uint64_t)end->exit_code);
    put_seconds(
        page, "claimgate_last_duration_seconds", "How long the last run took.",
        end->ended_unix_ms > end->started_unix_ms ? end->ended_unix_ms - end->started_unix_ms : 0);
    put(page, "claimgate_ledger_bytes", "Size of the ledger, 0 without one.", end->ledger_bytes);
}

bool cg_metrics_are(const char *text) {
    static const char start[] = "# HELP claimgate_";
    return strncmp(text, start, sizeof start - 1) == 0;
}

uint64_t cg_metrics_last_success(const char *text) {
    const char *at = strstr(text, "\n" LAST_SUCCESS " ");
    return at != NULL ? strtoull(at + sizeof LAST_SUCCESS + 1, NULL, 10) : 0;
}
