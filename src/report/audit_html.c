/*
 * audit.html: what another look at a history would change, for people.
 */
#include "audit_flow.h"
#include "audit_tables.h"
#include "html.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_SHOWN = 25, REASONS_SHOWN = 40, ROWS_SHOWN = 60, LABEL_BYTES = 128, SENTENCE = 512 };

/* The last cell of a row is left out where no line has a charge. */
static void put_row(struct cg_page *page, const struct cg_audit_facts *facts, const char *label,
                    const struct cg_audit_sums *sums) {
    char lines[32];
    char units[32];
    char charges[CG_AUDIT_CHARGE_TEXT_BYTES];
    const char *const cells[] = {label, cg_grouped(sums->lines, lines),
                                 cg_grouped(sums->units, units),
                                 cg_audit_charge_text(sums->charges, charges)};
    cg_html_table_row(page, cells, facts->has_charges ? 4 : 3, 1);
}

static void open_rows(struct cg_page *page, const struct cg_audit_facts *facts, const char *name,
                      const char *label_heading) {
    const char *const headings[] = {label_heading, "lines", "units", "charges"};
    cg_html_table_open(page, name, headings, facts->has_charges ? 4 : 3);
}

/* --- the head and the flow --- */

static uint64_t lines_to(const struct cg_audit_flow *flow, enum cg_audit_decision then,
                         enum cg_audit_decision now) {
    return flow->sums[then][now].lines;
}

static void put_head(struct cg_page *page, const struct cg_audit_facts *facts,
                     const struct cg_audit_flow *flow) {
    char of[SENTENCE / 2];
    char subtitle[SENTENCE];
    if (facts->ledger != NULL && facts->first_run != facts->last_run) {
        snprintf(of, sizeof of, "runs %" PRId64 " to %" PRId64 " of a ledger", facts->first_run,
                 facts->last_run);
    } else if (facts->ledger != NULL) {
        snprintf(of, sizeof of, "run %" PRId64 " of a ledger", facts->first_run);
    } else {
        snprintf(of, sizeof of, "%" PRIu32 " %s", facts->folder_count,
                 cg_plural(facts->folder_count, "folder", "folders"));
    }
    snprintf(subtitle, sizeof subtitle,
             "The decisions of %s, and those of policy %s as of %s on the same lines.", of,
             cg_policy_id(facts->policy), cg_date_text(facts->as_of_day).text);
    cg_html_open(page, "Audit: decided then and now", subtitle);
    const struct cg_html_figure figures[] = {
        {"lines", facts->lines, ""},
        {"decided otherwise now", facts->changed, ""},
        {"accepted then, rejected now", lines_to(flow, CG_AUDIT_ACCEPTED, CG_AUDIT_REJECTED),
         "bad"},
        {"rejected then, accepted now", lines_to(flow, CG_AUDIT_REJECTED, CG_AUDIT_ACCEPTED),
         "good"},
    };
    cg_html_figures(page, figures, sizeof figures / sizeof figures[0]);
}

static void put_flow(struct cg_page *page, const struct cg_audit_facts *facts,
                     const struct cg_audit_flow *flow) {
    char label[LABEL_BYTES];
    cg_html_section(page, "From then to now",
                    "Lines by their decision then, on the left, and now, on the right; lines that "
                    "no rule was for are left out. Units are those submitted.");
    cg_audit_flow_draw(page, flow);
    open_rows(page, facts, "Lines from then to now", "then to now");
    for (enum cg_audit_decision then = 0; then < CG_AUDIT_DECISIONS; then++) {
        for (enum cg_audit_decision now = 0; now < CG_AUDIT_DECISIONS; now++) {
            if (lines_to(flow, then, now) > 0) {
                snprintf(label, sizeof label, "%s to %s", cg_audit_decision_label(then),
                         cg_audit_decision_label(now));
                put_row(page, facts, label, &flow->sums[then][now]);
            }
        }
    }
    cg_html_table_close(page);
}

/* --- reasons --- */

static int by_lines_now(const void *a, const void *b) {
    const struct cg_html_bar *x = a;
    const struct cg_html_bar *y = b;
    return (x->number < y->number) - (x->number > y->number);
}

static void put_reason_sums(struct cg_page *page, const struct cg_audit_facts *facts,
                            uint32_t count) {
    char label[LABEL_BYTES];
    open_rows(page, facts, "Reasons that differ, in lines, units and charges",
              "reason that differs");
    for (uint32_t i = 0; i < count; i++) {
        const struct cg_audit_reason *reason = cg_array_at(&facts->reasons, i);
        if (memcmp(&reason->then, &reason->now, sizeof reason->then) == 0) {
            continue;
        }
        snprintf(label, sizeof label, "%s, then", reason->reason);
        put_row(page, facts, label, &reason->then);
        snprintf(label, sizeof label, "%s, now", reason->reason);
        put_row(page, facts, label, &reason->now);
    }
    cg_html_table_close(page);
}

static void put_reasons(struct cg_page *page, const struct cg_audit_facts *facts) {
    static const struct cg_html_bars how = {.name = "Lines rejected now, by reason",
                                            .label_heading = "reason",
                                            .number_heading = "lines now",
                                            .more_heading = "lines then",
                                            .tone = "bad"};
    struct cg_html_bar bars[REASONS_SHOWN];
    const uint32_t count =
        facts->reasons.count < REASONS_SHOWN ? facts->reasons.count : REASONS_SHOWN;
    if (count == 0) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct cg_audit_reason *reason = cg_array_at(&facts->reasons, i);
        bars[i] = (struct cg_html_bar){reason->reason, reason->now.lines, reason->then.lines};
    }
    qsort(bars, count, sizeof bars[0], by_lines_now);
    cg_html_section(page, "By reason",
                    "Lines rejected or cut back, each under its first reason: the bars are those "
                    "of now, the tables have those of then too.");
    cg_html_put_bars(page, &how, bars, count);
    put_reason_sums(page, facts, count);
}

/* --- years, agencies, providers --- */

/* A year, an agency or a provider, summed up over its decisions. */
struct key_sums {
    char label[CG_AUDIT_KEY_TEXT_BYTES];
    uint64_t lines;
    uint64_t changed;
};

/* Returns how many; `more` of those that did not fit. */
static uint32_t sum_keys(const struct cg_array *groups, struct key_sums *out, uint32_t most,
                         uint64_t *more) {
    uint32_t count = 0;
    *more = 0;
    for (uint32_t i = 0; i < groups->count; i++) {
        const struct cg_audit_group *group = cg_array_at(groups, i);
        const struct cg_audit_group *before = i > 0 ? cg_array_at(groups, i - 1) : NULL;
        const bool is_new = before == NULL || before->key != group->key;
        if (is_new && count == most) {
            (*more)++;
            continue;
        }
        if (is_new && *more == 0) {
            char text[CG_AUDIT_KEY_TEXT_BYTES];
            out[count] = (struct key_sums){0};
            snprintf(out[count++].label, CG_AUDIT_KEY_TEXT_BYTES, "%s",
                     cg_audit_key_text(group->key, text));
        }
        if (*more == 0) {
            out[count - 1].lines += group->sums.lines;
            out[count - 1].changed += group->changed ? group->sums.lines : 0;
        }
    }
    return count;
}

static void put_changed_groups(struct cg_page *page, const struct cg_audit_facts *facts,
                               enum cg_audit_table table) {
    const struct cg_array *groups = &facts->tables[table];
    char label[LABEL_BYTES];
    char heading[LABEL_BYTES];
    uint32_t rows = 0;
    snprintf(heading, sizeof heading, "%s, then to now", cg_audit_table_name(table));
    open_rows(page, facts, heading, heading);
    for (uint32_t i = 0; i < groups->count && rows < ROWS_SHOWN; i++) {
        const struct cg_audit_group *group = cg_array_at(groups, i);
        char key[CG_AUDIT_KEY_TEXT_BYTES];
        if (group->changed) {
            snprintf(label, sizeof label, "%s, %s to %s", cg_audit_key_text(group->key, key),
                     cg_audit_decision_label(group->then), cg_audit_decision_label(group->now));
            put_row(page, facts, label, &group->sums);
            rows++;
        }
    }
    cg_html_table_close(page);
}

static void put_years(struct cg_page *page, const struct cg_audit_facts *facts) {
    static const struct cg_html_columns how = {"Lines by year of service", "year", "as they were",
                                               "decided otherwise now", "lines"};
    struct key_sums keys[ROWS_SHOWN];
    struct cg_html_column columns[ROWS_SHOWN];
    uint64_t more;
    const uint32_t count = sum_keys(&facts->tables[CG_AUDIT_BY_YEAR], keys, ROWS_SHOWN, &more);
    if (count == 0) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        columns[i] = (struct cg_html_column){keys[i].label, keys[i].lines - keys[i].changed,
                                             keys[i].changed};
    }
    cg_html_section(page, "By year",
                    "Lines by the year of their date of service, and what became of those that "
                    "are decided otherwise now.");
    cg_html_put_columns(page, &how, columns, count);
    put_changed_groups(page, facts, CG_AUDIT_BY_YEAR);
}

struct npi_section {
    const char *heading;
    const char *what; /* "billing agencies" */
    const char *name;
    const char *label_heading;
};

static void put_npis(struct cg_page *page, const struct cg_audit_facts *facts,
                     enum cg_audit_table table, const struct npi_section *section) {
    const struct cg_html_bars how = {.name = section->name,
                                     .label_heading = section->label_heading,
                                     .number_heading = "lines changed",
                                     .more_heading = "all lines",
                                     .tone = "flat"};
    struct key_sums keys[KEYS_SHOWN];
    struct cg_html_bar bars[KEYS_SHOWN];
    char sentence[SENTENCE];
    uint64_t more;
    const uint32_t all = sum_keys(&facts->tables[table], keys, KEYS_SHOWN, &more);
    uint32_t count = 0;
    while (count < all && keys[count].changed > 0) {
        bars[count] =
            (struct cg_html_bar){keys[count].label, keys[count].changed, keys[count].lines};
        count++;
    }
    if (count == 0) {
        return;
    }
    snprintf(sentence, sizeof sentence,
             "The %" PRIu32 " %s with most lines that are decided otherwise now, by NPI; "
             "summary.json has all.",
             count, section->what);
    cg_html_section(page, section->heading, sentence);
    cg_html_put_bars(page, &how, bars, count);
    put_changed_groups(page, facts, table);
}

/* --- single lines --- */

static void put_listed(struct cg_page *page, const struct cg_audit_facts *facts) {
    static const char *const headings[] = {"claim", "line", "member", "then", "now", "reason now"};
    char sentence[SENTENCE];
    if (facts->listed.count == 0) {
        return;
    }
    snprintf(sentence, sizeof sentence,
             "The first %" PRIu32 " of %" PRIu64 " lines that are decided otherwise now; "
             "changes.csv.gz has all. These rows name members and claims.",
             facts->listed.count, facts->changed);
    cg_html_section(page, "Lines", sentence);
    cg_html_table_open(page, "Lines decided otherwise now", headings, 6);
    for (uint32_t i = 0; i < facts->listed.count; i++) {
        const struct cg_audit_listed *line = cg_array_at(&facts->listed, i);
        const char *const cells[] = {line->claim_id,
                                     line->line_number,
                                     line->member_id,
                                     cg_audit_decision_label(line->then),
                                     cg_audit_decision_label(line->now),
                                     line->reason_now};
        cg_html_table_row(page, cells, 6, 1);
    }
    cg_html_table_close(page);
}

void cg_report_put_audit_html(struct cg_page *page, const struct cg_audit_facts *facts) {
    static const struct npi_section agencies = {"By billing agency", "billing agencies",
                                                "Changed lines by billing agency",
                                                "billing agency"};
    static const struct npi_section providers = {"Providers most concerned", "rendering providers",
                                                 "Changed lines by rendering provider",
                                                 "rendering provider"};
    struct cg_audit_flow flow;
    cg_audit_flow_sum(facts, &flow);
    put_head(page, facts, &flow);
    put_flow(page, facts, &flow);
    put_years(page, facts);
    put_npis(page, facts, CG_AUDIT_BY_AGENCY, &agencies);
    put_reasons(page, facts);
    put_npis(page, facts, CG_AUDIT_BY_PROVIDER, &providers);
    put_listed(page, facts);
    cg_html_close(page);
}
