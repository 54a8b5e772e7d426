#include "claimgate/rules/nppes.h"

#include "roster_private.h"

#include "claimgate/base/buffer.h"
#include "claimgate/base/date.h"
#include "claimgate/base/stop.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/field.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* Health Care Provider Taxonomy code set (NUCC): Peer Specialist. */
#define PEER_SPECIALIST "175T00000X"

static const char output_header[] =
    "npi,credential_type,status,effective_date,end_date,training_completed_date,exam_score,"
    "birth_date,issued_by\n";

enum column {
    NPI,
    ENTITY_TYPE,
    STATE,
    ENUMERATED,
    DEACTIVATED,
    REACTIVATED,
    TAXONOMY_1,
    TAXONOMY_15 = TAXONOMY_1 + 14,
    REPLACEMENT,
    COLUMN_COUNT,
};

static const struct cg_table_column COLUMNS[COLUMN_COUNT] = {
    [NPI] = {.name = "NPI", .needed = true},
    [ENTITY_TYPE] = {.name = "Entity Type Code", .needed = true},
    [STATE] = {.name = "Provider Business Practice Location Address State Name", .needed = true},
    [ENUMERATED] = {.name = "Provider Enumeration Date", .needed = true},
    [DEACTIVATED] = {.name = "NPI Deactivation Date", .needed = true},
    [REACTIVATED] = {.name = "NPI Reactivation Date", .needed = true},
    [TAXONOMY_1] = {.name = "Healthcare Provider Taxonomy Code_1", .needed = true},
    {.name = "Healthcare Provider Taxonomy Code_2"},
    {.name = "Healthcare Provider Taxonomy Code_3"},
    {.name = "Healthcare Provider Taxonomy Code_4"},
    {.name = "Healthcare Provider Taxonomy Code_5"},
    {.name = "Healthcare Provider Taxonomy Code_6"},
    {.name = "Healthcare Provider Taxonomy Code_7"},
    {.name = "Healthcare Provider Taxonomy Code_8"},
    {.name = "Healthcare Provider Taxonomy Code_9"},
    {.name = "Healthcare Provider Taxonomy Code_10"},
    {.name = "Healthcare Provider Taxonomy Code_11"},
    {.name = "Healthcare Provider Taxonomy Code_12"},
    {.name = "Healthcare Provider Taxonomy Code_13"},
    {.name = "Healthcare Provider Taxonomy Code_14"},
    [TAXONOMY_15] = {.name = "Healthcare Provider Taxonomy Code_15"},
    [REPLACEMENT] = {.name = "Replacement NPI"},
};

/* Rows are held back until the file has proved good, for what went to standard output cannot be
 * called back. All peers of the country take a few MiB; more than this is written as it comes. */
enum { HELD_BYTES = 64 << 20, HELD_LIMIT_BYTES = HELD_BYTES + (1 << 16) };

struct import {
    const struct cg_nppes_plan *plan;
    struct cg_sink *out;
    struct cg_nppes_counts *counts;
    struct cg_problems *problems;
    struct cg_buffer held; /* header and rows still to write */
    struct cg_error error; /* of writing; reading stops then */
};

/* When an NPI was active, as far as the file tells: it keeps the last deactivation and the last
 * reactivation only. */
struct activity {
    int32_t enumerated;
    int32_t deactivated; /* CG_DAY_NONE: never */
    int32_t reactivated; /* CG_DAY_NONE: never */
};

enum cg_status cg_nppes_check(const struct cg_nppes_plan *plan, struct cg_error *err) {
    char folded[CG_ROSTER_WORD_BYTES];
    if (plan->type == NULL || cg_field_fold(cg_text_of(plan->type), folded, sizeof folded) == 0 ||
        !cg_field_is_clean(cg_text_of(plan->type))) {
        return cg_error_set(
            err, CG_USAGE,
            "--type needs a credential type, such as CPSSP-MH: rows of another type "
            "than the policy names grant nothing");
    }
    if (plan->state != NULL &&
        (strlen(plan->state) != 2 || cg_field_modifier(cg_text_of(plan->state)) == 0)) {
        return cg_error_set(err, CG_USAGE, "--state \"%s\" is no state; give its two letters",
                            plan->state);
    }
    uint8_t status;
    if (cg_credential_status_of(cg_text_of(plan->status), NULL, NULL, &status)) {
        return CG_OK;
    }
    const char *near = cg_credential_status_hint(plan->status);
    return cg_error_set(err, CG_USAGE, "--status \"%s\" is no status; did you mean \"%s\"?",
                        plan->status, near == NULL ? "pending" : near);
}

static bool is_peer(const struct cg_table_row *row) {
    for (int i = TAXONOMY_1; i <= TAXONOMY_15; i++) {
        if (cg_text_is(row->values[i], PEER_SPECIALIST)) {
            return true;
        }
    }
    return false;
}

/* CMS blanks nearly all of a deactivated NPI's row, so that nobody can tell who was a peer. */
static bool is_bare(const struct cg_table_row *row) {
    for (int i = TAXONOMY_1; i <= TAXONOMY_15; i++) {
        if (row->values[i].len > 0) {
            return false;
        }
    }
    return row->values[DEACTIVATED].len > 0 && row->values[REACTIVATED].len == 0;
}

static void note_replacement(struct cg_nppes_counts *counts, const struct cg_table_row *row) {
    const uint64_t replacement = cg_field_npi(row->values[REPLACEMENT]);
    if (replacement == 0) {
        return;
    }
    if (counts->replaced < CG_NPPES_REPLACED_NAMED) {
        counts->first_replaced[counts->replaced] =
            (struct cg_nppes_replaced){cg_field_npi(row->values[NPI]), replacement};
    }
    counts->replaced++;
}

static bool is_in_state(const struct import *import, struct cg_text state) {
    const char *wanted = import->plan->state;
    return wanted == NULL ||
           (state.len == strlen(wanted) && strncasecmp(state.ptr, wanted, state.len) == 0);
}

static bool read_date(struct import *import, const struct cg_table_row *row, enum column column,
                      int32_t *day) {
    struct cg_text text = row->values[column];
    *day = text.len == 0 ? CG_DAY_NONE : cg_date_parse(text.ptr, text.len, CG_DATE_US);
    if (*day == CG_DAY_NONE && (text.len != 0 || column == ENUMERATED)) {
        cg_problems_add(import->problems, import->plan->file, row->line, row->byte_columns[column],
                        "%s is no date as MM/DD/YYYY; take the file as CMS publishes it",
                        COLUMNS[column].name);
        return false;
    }
    return true;
}

static bool write_held(struct import *import) {
    const enum cg_status status =
        cg_sink_write(import->out, import->held.data, import->held.len_bytes, &import->error);
    cg_buffer_clear(&import->held);
    return status == CG_OK;
}

static bool write_span(struct import *import, uint64_t npi, int32_t first_day, int32_t last_day) {
    const struct cg_nppes_plan *plan = import->plan;
    char first[CG_DATE_TEXT_BYTES];
    char last[CG_DATE_TEXT_BYTES] = "";
    cg_date_format(first_day, first);
    if (last_day != CG_DAY_OPEN) {
        cg_date_format(last_day, last);
    }
    bool fits = cg_buffer_printf(&import->held, "%010" PRIu64 ",", npi) &&
                cg_csv_put(&import->held, ',', cg_text_of(plan->type)) &&
                cg_buffer_printf(&import->held, ",%s,%s,%s,,,,NPPES\n", plan->status, first, last);
    if (!fits) {
        cg_error_set(&import->error, CG_INTERNAL, "out of memory for a row of credentials.csv");
        return false;
    }
    import->counts->spans++;
    if (import->held.len_bytes < HELD_BYTES) {
        return true;
    }
    if (import->problems->total == 0) {
        return write_held(import);
    }
    cg_buffer_clear(&import->held); /* nothing will be kept; the rest is read for its problems */
    return true;
}

/* Deactivated and reactivated on one day leaves no gap. A reactivation before the deactivation was
 * followed by it: what then lay between an earlier deactivation and the reactivation is not in the
 * file. */
static bool write_spans(struct import *import, uint64_t npi, struct activity activity) {
    bool gap = activity.deactivated != CG_DAY_NONE;
    bool back = gap && activity.reactivated >= activity.deactivated;
    if (!gap || activity.reactivated == activity.deactivated) {
        return write_span(import, npi, activity.enumerated, CG_DAY_OPEN);
    }
    bool began = activity.deactivated > activity.enumerated;
    if (!began && !back) {
        import->counts->never_active++;
    }
    return (!began || write_span(import, npi, activity.enumerated, activity.deactivated - 1)) &&
           (!back || write_span(import, npi, activity.reactivated, CG_DAY_OPEN));
}

static bool import_row(void *context, const struct cg_table_row *row) {
    struct import *import = context;
    import->counts->rows++;
    if (cg_stop_requested()) {
        cg_error_set(&import->error, CG_INTERRUPTED, "stopped by a signal; nothing was kept");
        return false;
    }
    if (!is_peer(row)) {
        import->counts->bare += is_bare(row);
        return true;
    }
    if (!cg_text_is(row->values[ENTITY_TYPE], "1")) {
        import->counts->organizations++;
        return true;
    }
    import->counts->peers++;
    if (!is_in_state(import, row->values[STATE])) {
        import->counts->elsewhere++;
        return true;
    }
    note_replacement(import->counts, row);
    struct activity activity;
    uint64_t npi = cg_field_npi(row->values[NPI]);
    if (npi == 0) {
        cg_problems_add(import->problems, import->plan->file, row->line, row->byte_columns[NPI],
                        "NPI fails its check digit; take the file as CMS publishes it");
    }
    bool good = npi != 0;
    good &= read_date(import, row, ENUMERATED, &activity.enumerated);
    good &= read_date(import, row, DEACTIVATED, &activity.deactivated);
    good &= read_date(import, row, REACTIVATED, &activity.reactivated);
    return !good || write_spans(import, npi, activity);
}

enum cg_status cg_nppes_import(const struct cg_nppes_plan *plan, struct cg_sink *out,
                               struct cg_nppes_counts *counts, struct cg_problems *problems,
                               struct cg_error *err) {
    struct import import = {plan, out, counts, problems, {0}, CG_ERROR_INIT};
    struct cg_table_column columns[COLUMN_COUNT];
    struct cg_table_facts facts;
    memcpy(columns, COLUMNS, sizeof columns);
    *counts = (struct cg_nppes_counts){0};
    const struct cg_table_plan table = {.file = plan->file,
                                        .columns = columns,
                                        .column_count = COLUMN_COUNT,
                                        .row = import_row,
                                        .context = &import,
                                        .shows_header = true};
    cg_buffer_init(&import.held, HELD_LIMIT_BYTES);
    if (!cg_buffer_append(&import.held, output_header, sizeof output_header - 1)) {
        return cg_error_no_memory(err);
    }
    enum cg_status status = cg_table_read(&table, &facts, problems, err);
    if (status == CG_OK && problems->total == 0 && import.error.status == CG_OK) {
        (void)write_held(&import);
    }
    cg_buffer_fini(&import.held);
    if (import.error.status != CG_OK) {
        *err = import.error;
        return import.error.status;
    }
    return status == CG_OK ? cg_problems_in_data(problems, err) : status;
}
