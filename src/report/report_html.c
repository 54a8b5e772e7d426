#include "claimgate/report/report_html.h"

#include "html.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MOST = 90, BARS_MOST = 64, COLUMNS_MOST = 62, LABEL_BYTES = 32 };

static const struct cg_json *at(const struct cg_json *object, const char *part, const char *key) {
    return cg_json_member(cg_json_member(object, part), key);
}

static uint64_t number_at(const struct cg_json *object, const char *part, const char *key) {
    return (uint64_t)cg_json_integer(at(object, part, key));
}

static const char *string_at(const struct cg_json *object, const char *key) {
    return cg_json_string(cg_json_member(object, key));
}

static void put_head(struct cg_page *page, const struct cg_json *root) {
    char subtitle[512];
    const struct cg_json *run = at(root, "run", "id");
    char run_text[48] = "";
    if (!cg_json_is_null(run)) {
        snprintf(run_text, sizeof run_text, ", run %" PRId64, cg_json_integer(run));
    }
    snprintf(subtitle, sizeof subtitle, "Policy %s, layout %s, as of %s%s; %zu input file(s).",
             cg_json_string(at(root, "policy", "id")), cg_json_string(at(root, "layout", "name")),
             string_at(root, "as_of"), run_text, cg_json_count(cg_json_member(root, "inputs")));
    cg_html_open(page, "Claims accepted and rejected", subtitle);
    const struct cg_html_figure figures[] = {
        {"records", number_at(root, "counts", "records"), ""},
        {"accepted", number_at(root, "counts", "accepted"), "good"},
        {"of them out of scope", number_at(root, "counts", "out_of_scope"), ""},
        {"rejected", number_at(root, "counts", "rejected"), "bad"},
        {"units accepted", number_at(root, "units", "accepted"), "good"},
        {"units rejected", number_at(root, "units", "rejected"), "bad"},
    };
    cg_html_figures(page, figures, sizeof figures / sizeof figures[0]);
}

static void put_guard(struct cg_page *page, const struct cg_json *root) {
    const struct cg_json *guard = cg_json_member(root, "guard");
    if (cg_json_count(guard) == 0) {
        return;
    }
    cg_html_section(page, "Out of the ordinary",
                    "What differs from the runs before by more than it should.");
    for (size_t i = 0; i < cg_json_count(guard); i++) {
        const struct cg_json *remark = cg_json_item(guard, i);
        const char *subject = string_at(remark, "subject");
        cg_page_say(page, "<div class=\"remark\"><strong>");
        cg_html_text(page, string_at(remark, "check"));
        cg_page_say(page, "</strong>%s", subject[0] != '\0' ? " " : "");
        cg_html_text(page, subject);
        cg_page_say(page, ": now ");
        cg_html_text(page, string_at(remark, "now"));
        cg_page_say(page, ", before ");
        cg_html_text(page, string_at(remark, "before"));
        cg_page_say(page, " (run %" PRId64 ")</div>\n",
                    cg_json_integer(cg_json_member(remark, "run")));
    }
}

static int compare_bars(const void *a, const void *b) {
    const struct cg_html_bar *x = a;
    const struct cg_html_bar *y = b;
    return (x->number < y->number) - (x->number > y->number);
}

static void put_reasons(struct cg_page *page, const struct cg_json *root) {
    const struct cg_json *reasons = cg_json_member(root, "reasons");
    const uint64_t rejected = number_at(root, "counts", "rejected");
    struct cg_html_bar bars[BARS_MOST];
    uint32_t count = 0;
    for (size_t i = 0; i < cg_json_count(reasons) && count < BARS_MOST; i++) {
        const char *name;
        const struct cg_json *reason = cg_json_member_at(reasons, i, &name);
        bars[count++] =
            (struct cg_html_bar){name, (uint64_t)cg_json_integer(cg_json_member(reason, "lines")),
                                 (uint64_t)cg_json_integer(cg_json_member(reason, "units"))};
    }
    if (count == 0) {
        cg_html_section(page, "Reasons", "No line was rejected.");
        return;
    }
    qsort(bars, count, sizeof bars[0], compare_bars);
    cg_html_section(page, "Reasons",
                    "Lines rejected, each under its first reason, the most frequent first.");
    const struct cg_html_bars how = {
        "Rejected lines by reason", "reason", "lines", "units", "bad", rejected};
    cg_html_put_bars(page, &how, bars, count);
}

static void put_warnings(struct cg_page *page, const struct cg_json *root) {
    static const char *const headings[] = {"warning", "lines"};
    const struct cg_json *warnings = cg_json_member(root, "warnings");
    if (cg_json_count(warnings) == 0) {
        return;
    }
    cg_html_section(page, "Warnings", "Lines on which a demand was not met and that passed.");
    cg_html_table_open(page, "Warnings by kind", headings, 2);
    for (size_t i = 0; i < cg_json_count(warnings); i++) {
        char number[32];
        const char *name;
        const struct cg_json *warning = cg_json_member_at(warnings, i, &name);
        const char *const cells[] = {name, cg_grouped((uint64_t)cg_json_integer(warning), number)};
        cg_html_table_row(page, cells, 2, 1);
    }
    cg_html_table_close(page);
}

/* --- units by day of service --- */

struct periods {
    char labels[COLUMNS_MOST][LABEL_BYTES];
    struct cg_html_column columns[COLUMNS_MOST];
    uint32_t count;
    uint64_t earlier; /* that are no more shown */
};

/* How many periods there are when dates are cut to `digits`: YYYY-MM-DD, YYYY-MM, YYYY. */
static uint32_t count_periods(const struct cg_json *days, int digits) {
    uint32_t count = 0;
    const char *last = "";
    for (size_t i = 0; i < cg_json_count(days); i++) {
        const char *day = string_at(cg_json_item(days, i), "day");
        count += strncmp(day, last, (size_t)digits) != 0;
        last = day;
    }
    return count;
}

/* The last periods, of those that have any units. */
static void gather_periods(const struct cg_json *days, int digits, struct periods *out) {
    const uint32_t all = count_periods(days, digits);
    uint32_t skip = all > COLUMNS_MOST ? all - COLUMNS_MOST : 0;
    const char *last = "";
    out->earlier = skip;
    for (size_t i = 0; i < cg_json_count(days); i++) {
        const struct cg_json *row = cg_json_item(days, i);
        const char *day = string_at(row, "day");
        const bool is_new = strncmp(day, last, (size_t)digits) != 0;
        last = day;
        if (is_new && skip > 0) {
            skip--;
        } else if (is_new) {
            snprintf(out->labels[out->count], LABEL_BYTES, "%.*s", digits, day);
            out->columns[out->count] = (struct cg_html_column){out->labels[out->count], 0, 0};
            out->count++;
        }
        if (out->count > 0) {
            struct cg_html_column *column = &out->columns[out->count - 1];
            column->good += (uint64_t)cg_json_integer(cg_json_member(row, "accepted"));
            column->bad += (uint64_t)cg_json_integer(cg_json_member(row, "rejected"));
        }
    }
}

static void put_days(struct cg_page *page, const struct cg_json *root) {
    static const struct cg_html_columns how = {"Units by day of service", "service", "accepted",
                                               "rejected", "units"};
    const struct cg_json *days = cg_json_member(root, "days");
    static struct periods periods;
    char sentence[160];
    periods = (struct periods){.count = 0};
    if (cg_json_count(days) == 0) {
        return;
    }
    const int digits = count_periods(days, 10) <= COLUMNS_MOST  ? 10
                       : count_periods(days, 7) <= COLUMNS_MOST ? 7
                                                                : 4;
    gather_periods(days, digits, &periods);
    snprintf(sentence, sizeof sentence,
             "Units submitted in scope, by the %s which the service began%s.",
             digits == 10  ? "day on"
             : digits == 7 ? "month in"
                           : "year in",
             periods.earlier > 0 ? "; earlier ones are in report.json" : "");
    cg_html_section(page, "Units by day of service", sentence);
    cg_html_put_columns(page, &how, periods.columns, periods.count);
}

/* --- use of caps --- */

static void put_cap_use(struct cg_page *page, const struct cg_json *root) {
    static const char *const shares[] = {"under 10 %", "10 to 20 %",  "20 to 30 %", "30 to 40 %",
                                         "40 to 50 %", "50 to 60 %",  "60 to 70 %", "70 to 80 %",
                                         "80 to 90 %", "90 to 100 %", "all of it"};
    enum { SHARES = sizeof shares / sizeof shares[0] };
    const struct cg_json *uses = cg_json_member(root, "cap_use");
    for (size_t i = 0; i < cg_json_count(uses); i++) {
        const struct cg_json *use = cg_json_item(uses, i);
        struct cg_html_bar bars[SHARES];
        char heading[128];
        char sentence[256];
        for (int share = 0; share < SHARES; share++) {
            bars[share] = (struct cg_html_bar){shares[share],
                                               (uint64_t)cg_json_integer(cg_json_item(
                                                   cg_json_member(use, "members"), (size_t)share)),
                                               0};
        }
        snprintf(heading, sizeof heading, "Use of the cap “%s”", string_at(use, "cap"));
        snprintf(sentence, sizeof sentence,
                 "How many of the members of this run have used which share of %" PRId64
                 " units from %s to %s.",
                 cg_json_integer(cg_json_member(use, "limit")), string_at(use, "from"),
                 string_at(use, "to"));
        cg_html_section(page, heading, sentence);
        const struct cg_html_bars how = {heading, "share of the cap", "members", NULL, "flat", 0};
        cg_html_put_bars(page, &how, bars, SHARES);
    }
}

/* --- the runs before --- */

struct runs {
    char labels[RUNS_MOST][LABEL_BYTES];
    struct cg_html_column columns[RUNS_MOST]; /* a ring */
    uint64_t count;
    int64_t up_to; /* the report's own run; 0: all */
};

static enum cg_status keep_run(void *context, const struct cg_ledger_run_facts *run,
                               struct cg_error *err) {
    struct runs *runs = context;
    (void)err;
    if (strcmp(run->kind, "validate") == 0 && run->state == CG_RUN_STANDS &&
        (runs->up_to == 0 || run->run_no <= runs->up_to)) {
        const uint64_t place = runs->count++ % RUNS_MOST;
        snprintf(runs->labels[place], LABEL_BYTES, "%" PRId64 ", %.10s", run->run_no,
                 run->started_at);
        runs->columns[place] = (struct cg_html_column){
            runs->labels[place], run->tally.units_accepted, run->tally.units_rejected};
    }
    return CG_OK;
}

static enum cg_status put_runs(struct cg_page *page, const struct cg_json *root,
                               struct cg_ledger *ledger, struct cg_error *err) {
    static const struct cg_html_columns how = {"Units by run", "run", "accepted", "rejected",
                                               "units"};
    static struct runs runs;
    static struct cg_html_column in_order[RUNS_MOST];
    runs = (struct runs){.up_to = cg_json_integer(at(root, "run", "id"))};
    const enum cg_status status = cg_ledger_visit_runs(ledger, 0, keep_run, &runs, err);
    if (status != CG_OK || runs.count == 0) {
        return status;
    }
    const uint32_t kept = runs.count < RUNS_MOST ? (uint32_t)runs.count : RUNS_MOST;
    for (uint32_t i = 0; i < kept; i++) {
        in_order[i] = runs.columns[(runs.count - kept + i) % RUNS_MOST];
    }
    cg_html_section(page, "The last runs",
                    "Units of each run of the ledger that stands, up to "
                    "this one, ninety at most.");
    cg_html_put_columns(page, &how, in_order, kept);
    return CG_OK;
}

/* --- where the time went --- */

/* To the millisecond; "0.000" where the document has no such number. */
static const char *seconds_text(const struct cg_json *value, char out[32]) {
    char number[32];
    cg_json_print(value, number, sizeof number);
    snprintf(out, 32, "%.3f", strtod(number, NULL));
    return out;
}

static void put_times(struct cg_page *page, const struct cg_json *root) {
    static const char *const headings[] = {"station", "busy, seconds", "queued, seconds"};
    const struct cg_json *timing = cg_json_member(root, "timing");
    const struct cg_json *stations = cg_json_member(timing, "stations");
    char sentence[160];
    char seconds[32];
    if (cg_json_count(stations) == 0) {
        return; /* many processes have done it, or none had anything to do */
    }
    snprintf(sentence, sizeof sentence, "The run took %s seconds on %" PRId64 " thread(s).",
             seconds_text(cg_json_member(timing, "seconds"), seconds),
             cg_json_integer(cg_json_member(timing, "threads")));
    cg_html_section(page, "Where the time went", sentence);
    cg_html_table_open(page, "Time by station", headings, 3);
    for (size_t i = 0; i < cg_json_count(stations); i++) {
        char busy[32];
        char queued[32];
        const char *name;
        const struct cg_json *station = cg_json_member_at(stations, i, &name);
        const char *const cells[] = {
            name, seconds_text(cg_json_member(station, "busy_seconds"), busy),
            seconds_text(cg_json_member(station, "queued_seconds"), queued)};
        cg_html_table_row(page, cells, 3, 1);
    }
    cg_html_table_close(page);
}

static void put_inputs(struct cg_page *page, const struct cg_json *root) {
    static const char *const headings[] = {"file", "records"};
    const struct cg_json *inputs = cg_json_member(root, "inputs");
    cg_html_section(page, "Inputs", "The files that were read, in their order.");
    cg_html_table_open(page, "Inputs", headings, 2);
    for (size_t i = 0; i < cg_json_count(inputs); i++) {
        char number[32];
        const struct cg_json *input = cg_json_item(inputs, i);
        const char *const cells[] = {
            string_at(input, "file"),
            cg_grouped((uint64_t)cg_json_integer(cg_json_member(input, "records")), number)};
        cg_html_table_row(page, cells, 2, 1);
    }
    cg_html_table_close(page);
}

enum cg_status cg_report_put_html(struct cg_page *page, const struct cg_json_doc *report,
                                  struct cg_ledger *ledger, struct cg_error *err) {
    const struct cg_json *root = cg_json_root(report);
    put_head(page, root);
    put_guard(page, root);
    put_reasons(page, root);
    put_warnings(page, root);
    put_days(page, root);
    put_cap_use(page, root);
    const enum cg_status status = ledger != NULL ? put_runs(page, root, ledger, err) : CG_OK;
    put_inputs(page, root);
    put_times(page, root);
    cg_html_close(page);
    return status;
}

enum cg_status cg_report_make_html(struct cg_page *page, const struct cg_buffer *report,
                                   struct cg_ledger *ledger, struct cg_error *err) {
    struct cg_json_doc *doc;
    enum cg_status status = cg_json_load_own("report.json", report, NULL, &doc, err);
    cg_page_open(page, CG_PAGE_TEXT);
    if (status == CG_OK) {
        status = cg_report_put_html(page, doc, ledger, err);
    }
    cg_json_free(doc);
    return cg_page_close(page, status, err);
}
