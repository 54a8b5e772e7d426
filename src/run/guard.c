#include "guard.h"

#include "claimgate/ledger/ledger_query.h"
#include "claimgate/rules/policy_change.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The thresholds; README.md holds the same table. */
enum {
    RUNS_COMPARED = 20,         /* the last that stand; medians are theirs */
    RUNS_NEEDED = 3,            /* for layout, records and shares of reasons */
    ROSTER_LOST_PERCENT = 10,   /* of a file's rows, or of its providers */
    RENDERING_LOST_PERCENT = 5, /* of the providers with accepted lines in RENDERING_DAYS */
    RENDERING_DAYS = 30,        /* of claims, up to the last day of service */
    RECORDS_TIMES = 3,          /* fewer or more than the median */
    REASON_TIMES = 3,           /* a reason's share against the median of its shares */
    REASON_PERCENT = 2,         /* and its share of in-scope lines is over this */
    REPEATED_PERCENT = 50,      /* of the lines that reach the history edits are duplicate_line */
    REASONS_MAX = 96,
    REASON_BYTES = 96,
    SHORT_HASH = 12,
    ALL = 1000000, /* shares are in millionths */
};

/* A run that stands. */
struct past_run {
    int64_t run_no;
    uint64_t records;
    uint64_t in_scope;
    uint64_t providers;
    char policy_sha256[CG_SHA256_BYTES * 2 + 1];
    char layout[CG_GUARD_FIGURE_BYTES];
    uint64_t reason_lines[REASONS_MAX]; /* in the order of comparing.reasons */
};

struct comparing {
    struct cg_ledger *ledger;
    struct cg_run_facts *facts;
    struct past_run runs[RUNS_COMPARED]; /* a ring: the newest is last */
    uint64_t run_count;                  /* seen in all */
    char reasons[REASONS_MAX][REASON_BYTES];
    uint32_t reason_count;
    bool is_repeated; /* duplicates are told */
};

static uint32_t kept(const struct comparing *c) {
    return c->run_count < RUNS_COMPARED ? (uint32_t)c->run_count : RUNS_COMPARED;
}

static struct past_run *run_at(struct comparing *c, uint64_t index) {
    return &c->runs[index % RUNS_COMPARED];
}

static struct past_run *newest(struct comparing *c) {
    return run_at(c, c->run_count - 1);
}

/* A remark for the caller to fill; beyond the limit the last one is used again. */
static struct cg_guard_remark *add(struct comparing *c, enum cg_guard_check check,
                                   const char *subject) {
    struct cg_guard *guard = &c->facts->guard;
    guard->count += guard->count < CG_GUARD_MAX;
    struct cg_guard_remark *remark = &guard->remarks[guard->count - 1];
    *remark = (struct cg_guard_remark){.check = check,
                                       .run_no = c->run_count > 0 ? newest(c)->run_no : 0};
    snprintf(remark->subject, sizeof remark->subject, "%s", subject);
    return remark;
}

static void figures(struct cg_guard_remark *remark, uint64_t now, uint64_t before) {
    snprintf(remark->now, sizeof remark->now, "%" PRIu64, now);
    snprintf(remark->before, sizeof remark->before, "%" PRIu64, before);
}

/* --- what the ledger has --- */

static uint64_t in_scope_of(const struct cg_tally *tally) {
    return tally->records - tally->out_of_scope - tally->malformed;
}

static enum cg_status keep_run(void *context, const struct cg_ledger_run_facts *run,
                               struct cg_error *err) {
    struct comparing *c = context;
    (void)err;
    if (strcmp(run->kind, "validate") != 0 || run->state != CG_RUN_STANDS) {
        return CG_OK;
    }
    struct past_run *to = run_at(c, c->run_count++);
    *to = (struct past_run){.run_no = run->run_no,
                            .records = run->tally.records,
                            .in_scope = in_scope_of(&run->tally),
                            .providers = run->providers};
    snprintf(to->policy_sha256, sizeof to->policy_sha256, "%s", run->policy_sha256);
    snprintf(to->layout, sizeof to->layout, "%s", run->layout);
    return CG_OK;
}

/* UINT32_MAX: there are too many. */
static uint32_t reason_index(struct comparing *c, const char *name) {
    for (uint32_t i = 0; i < c->reason_count; i++) {
        if (strcmp(c->reasons[i], name) == 0) {
            return i;
        }
    }
    if (c->reason_count == REASONS_MAX) {
        return UINT32_MAX;
    }
    snprintf(c->reasons[c->reason_count], REASON_BYTES, "%s", name);
    return c->reason_count++;
}

struct items {
    struct comparing *comparing;
    struct past_run *run;
    bool compare_roster;
};

/* A roster may lie in another folder each night; its files keep their names. */
static void compare_roster_file(struct comparing *c, const char *name, uint64_t rows) {
    const struct cg_roster *roster = c->facts->roster;
    for (uint32_t i = 0; i < cg_roster_file_count(roster); i++) {
        const struct cg_roster_file_facts *file = cg_roster_file(roster, i);
        const size_t stem = strcspn(file->path, "."); /* it may be compressed since */
        if (strncmp(file->path, name, stem) == 0 && name[stem] == '.' &&
            file->rows * 100 < rows * (100 - ROSTER_LOST_PERCENT)) {
            figures(add(c, CG_GUARD_ROSTER, file->path), file->rows, rows);
        }
    }
}

static enum cg_status keep_item(void *context, const struct cg_ledger_run_item *item,
                                struct cg_error *err) {
    const struct items *items = context;
    (void)err;
    if (strcmp(item->table, "run_reason") == 0) {
        const uint32_t index = reason_index(items->comparing, item->name);
        if (index != UINT32_MAX) {
            items->run->reason_lines[index] = item->count;
        }
    } else if (items->compare_roster && strcmp(item->table, "roster_file") == 0) {
        compare_roster_file(items->comparing, item->name, item->count);
    }
    return CG_OK;
}

static enum cg_status read_items(struct comparing *c, struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && i < kept(c); i++) {
        struct items items = {c, run_at(c, c->run_count - 1 - i), i == 0};
        status = cg_ledger_visit_run_items(c->ledger, items.run->run_no, keep_item, &items, err);
    }
    return status;
}

/* --- against the last run --- */

static enum cg_status compare_policy(struct comparing *c, struct cg_error *err) {
    char hex[CG_SHA256_HEX_BYTES];
    struct cg_policy *before = NULL;
    cg_sha256_hex(cg_policy_sha256(c->facts->policy), hex);
    if (strcmp(hex, newest(c)->policy_sha256) == 0) {
        return CG_OK;
    }
    struct cg_guard_remark *remark = add(c, CG_GUARD_POLICY, "");
    snprintf(remark->now, sizeof remark->now, "%.*s", SHORT_HASH, hex);
    snprintf(remark->before, sizeof remark->before, "%.*s", SHORT_HASH, newest(c)->policy_sha256);
    const enum cg_status status = cg_ledger_load_policy(c->ledger, newest(c)->run_no, &before, err);
    if (status == CG_OK) {
        cg_policy_changed_caps(c->facts->policy, before, remark->subject, sizeof remark->subject);
    }
    cg_policy_free(before);
    return status;
}

static void compare_people(struct comparing *c) {
    const uint64_t now = cg_roster_providers(c->facts->roster).all;
    const uint64_t before = newest(c)->providers;
    if (now * 100 < before * (100 - ROSTER_LOST_PERCENT)) {
        figures(add(c, CG_GUARD_PEOPLE, "credentials.csv"), now, before);
    }
}

static void compare_layout(struct comparing *c) {
    if (newest(c)->layout[0] != '\0' && strcmp(newest(c)->layout, c->facts->layout) != 0) {
        struct cg_guard_remark *remark = add(c, CG_GUARD_LAYOUT, "");
        snprintf(remark->now, sizeof remark->now, "%s", c->facts->layout);
        snprintf(remark->before, sizeof remark->before, "%s", newest(c)->layout);
    }
}

/* The history knows a person's lines by the roster under which they were decided. */
static void compare_persons(struct comparing *c) {
    const uint64_t rows = c->facts->notices.of[CG_NOTICE_OTHER_PERSON].records;
    if (rows != 0) {
        struct cg_guard_remark *remark =
            add(c, CG_GUARD_PERSON, cg_roster_members_file(c->facts->roster));
        figures(remark, rows, 0);
        remark->run_no = c->facts->other_person_run;
    }
}

struct rendering {
    const struct cg_roster *roster;
    uint64_t all;
    uint64_t gone;
};

static enum cg_status count_provider(void *context, uint64_t npi, struct cg_error *err) {
    struct rendering *rendering = context;
    (void)err;
    rendering->all++;
    rendering->gone += !cg_roster_has_provider(rendering->roster, npi);
    return CG_OK;
}

static enum cg_status compare_rendering(struct comparing *c, struct cg_error *err) {
    struct rendering rendering = {.roster = c->facts->roster};
    const enum cg_status status =
        cg_ledger_visit_recent_providers(c->ledger, run_at(c, c->run_count - kept(c))->run_no,
                                         RENDERING_DAYS, count_provider, &rendering, err);
    if (status == CG_OK && rendering.gone * 100 > rendering.all * RENDERING_LOST_PERCENT) {
        figures(add(c, CG_GUARD_RENDERING, ""), rendering.gone, rendering.all);
    }
    return status;
}

/* --- against the runs before --- */

static int compare_numbers(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t median(uint64_t *numbers, uint32_t count) {
    qsort(numbers, count, sizeof numbers[0], compare_numbers);
    return count % 2 == 1 ? numbers[count / 2]
                          : numbers[count / 2 - 1] / 2 + numbers[count / 2] / 2;
}

static void compare_records(struct comparing *c) {
    uint64_t numbers[RUNS_COMPARED] = {0};
    const uint64_t now = c->facts->tally->records;
    for (uint32_t i = 0; i < kept(c); i++) {
        numbers[i] = run_at(c, c->run_count - 1 - i)->records;
    }
    const uint64_t before = median(numbers, kept(c));
    if (now * RECORDS_TIMES < before || now > before * RECORDS_TIMES) {
        struct cg_guard_remark *remark = add(c, CG_GUARD_RECORDS, "");
        figures(remark, now, before);
        remark->run_count = kept(c);
    }
}

static uint64_t share(uint64_t lines, uint64_t of) {
    return of == 0 ? 0 : lines * ALL / of;
}

static void put_share(char out[CG_GUARD_FIGURE_BYTES], uint64_t millionths) {
    snprintf(out, CG_GUARD_FIGURE_BYTES, "%" PRIu64 ".%" PRIu64 " %%", millionths / (ALL / 100),
             millionths / (ALL / 1000) % 10);
}

static void compare_reason(struct comparing *c, const char *name, uint64_t lines) {
    uint64_t shares[RUNS_COMPARED] = {0};
    const uint32_t index = reason_index(c, name);
    for (uint32_t i = 0; index != UINT32_MAX && i < kept(c); i++) {
        const struct past_run *run = run_at(c, c->run_count - 1 - i);
        shares[i] = share(run->reason_lines[index], run->in_scope);
    }
    const uint64_t now = share(lines, in_scope_of(c->facts->tally));
    const uint64_t before = index != UINT32_MAX ? median(shares, kept(c)) : now;
    if (now > before * REASON_TIMES && now * 100 > (uint64_t)ALL * REASON_PERCENT) {
        struct cg_guard_remark *remark = add(c, CG_GUARD_REASON, name);
        put_share(remark->now, now);
        put_share(remark->before, before);
        remark->run_count = kept(c);
    }
}

static enum cg_status find_standing(void *context, const struct cg_ledger_decision *decision,
                                    struct cg_error *err) {
    (void)err;
    if (decision->run_state == CG_RUN_STANDS && decision->decision != CG_REJECTED) {
        *(int64_t *)context = decision->run_no;
    }
    return CG_OK;
}

/* What a file repeats is told by the lines that get as far as to be found repeated: those of a
 * night with many other faults are few of all. */
static uint64_t reached_history(const struct cg_tally *tally) {
    uint64_t lines = in_scope_of(tally);
    for (enum cg_reason reason = CG_REASON_MALFORMED_RECORD + 1; reason < CG_REASON_COUNT;
         reason++) {
        if (strcmp(cg_reason_info(reason)->group, "history") != 0) {
            lines -= tally->reasons[reason].lines;
        }
    }
    return lines;
}

static enum cg_status compare_repeated(struct comparing *c, struct cg_error *err) {
    const struct cg_tally *tally = c->facts->tally;
    const uint64_t lines = tally->reasons[CG_REASON_DUPLICATE_LINE].lines;
    const struct cg_text all_lines = {"", 0};
    int64_t run_no = 0;
    const uint64_t reached = reached_history(tally);
    if (lines * 100 <= reached * REPEATED_PERCENT) {
        return CG_OK;
    }
    const enum cg_status status = cg_ledger_visit_claim(
        c->ledger, cg_key_text(&tally->first_duplicate), all_lines, find_standing, &run_no, err);
    /* What repeats lines of its own file repeats no run. */
    if (status == CG_OK && run_no != 0) {
        struct cg_guard_remark *remark = add(c, CG_GUARD_REPEATED, "");
        figures(remark, lines, reached);
        remark->run_no = run_no;
        c->is_repeated = true;
    }
    return status;
}

static void note_columns(struct comparing *c) {
    for (uint32_t i = 0; i < c->facts->column_note_count; i++) {
        const struct cg_column_note *note = &c->facts->column_notes[i];
        if (note->kind == CG_COLUMN_IS_NEAR) {
            struct cg_guard_remark *remark = add(c, CG_GUARD_COLUMN, "");
            snprintf(remark->now, sizeof remark->now, "%s", note->name);
            snprintf(remark->before, sizeof remark->before, "%s", note->wanted);
        }
    }
}

static void compare_runs(struct comparing *c) {
    struct cg_tally_entry entry;
    compare_layout(c);
    compare_records(c);
    const char *told = c->is_repeated ? cg_reason_info(CG_REASON_DUPLICATE_LINE)->name : "";
    for (uint32_t i = 0; cg_tally_reason_at(c->facts->tally, i, &entry); i++) {
        if (strcmp(entry.name, told) != 0) {
            compare_reason(c, entry.name, entry.count.lines);
        }
    }
}

static enum cg_status compare(struct comparing *c, struct cg_error *err) {
    enum cg_status status = cg_ledger_visit_runs(c->ledger, 0, keep_run, c, err);
    note_columns(c);
    compare_persons(c);
    if (status == CG_OK) {
        status = compare_repeated(c, err);
    }
    if (status != CG_OK || c->run_count == 0) {
        return status;
    }
    status = compare_policy(c, err);
    if (status == CG_OK) {
        status = read_items(c, err);
    }
    compare_people(c);
    if (status == CG_OK) {
        status = compare_rendering(c, err);
    }
    if (status == CG_OK && c->run_count >= RUNS_NEEDED) {
        compare_runs(c);
    }
    return status;
}

enum cg_status cg_guard_compare(struct cg_ledger *ledger, struct cg_run_facts *facts,
                                struct cg_error *err) {
    struct comparing *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return cg_error_no_memory(err);
    }
    c->ledger = ledger;
    c->facts = facts;
    facts->guard.count = 0;
    const enum cg_status status = compare(c, err);
    free(c);
    return status;
}
