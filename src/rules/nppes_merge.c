/*
 * credentials.csv is read twice: first as a table, which finds every bad row and whose NPIs are
 * looked for in NPPES; then line by line, so that every byte that need not change stays.
 */
#include "claimgate/rules/nppes.h"

#include "roster_layout.h"

#include "claimgate/base/buffer.h"
#include "claimgate/base/date.h"
#include "claimgate/base/stop.h"
#include "claimgate/io/source.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/field.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum {
    CREDENTIALS_MAX_BYTES = 512 << 20,
    COLUMNS_MAX = 4096,
};

/* One for each NPI of credentials.csv. */
struct provider {
    struct cg_span span;  /* key: npi; the days mean nothing */
    int32_t deactivated;  /* CG_DAY_NONE: always active, as far as NPPES says */
    int32_t reactivated;  /* a later day; CG_DAY_OPEN: it is not active any more */
    uint64_t replacement; /* 0: none */
};

enum roster_column { ROSTER_NPI, ROSTER_FROM, ROSTER_TO, ROSTER_STATUS, ROSTER_COLUMNS };
enum nppes_column {
    NPPES_NPI,
    NPPES_DEACTIVATED,
    NPPES_REACTIVATED,
    NPPES_REPLACEMENT,
    NPPES_COLUMNS
};

struct merge {
    const struct cg_nppes_merge_plan *plan;
    struct cg_nppes_merge_counts *counts;
    struct cg_problems *problems;
    struct cg_span_table providers;
    struct cg_roster_layout layout;                 /* of its folder: words for a status */
    struct cg_table_column columns[ROSTER_COLUMNS]; /* where they stand in credentials.csv */
    struct cg_buffer text;                          /* credentials.csv */
    struct cg_buffer merged;
    bool interrupted;
};

static bool refuse(struct merge *merge, const char *file, const struct cg_table_row *row,
                   uint32_t column, const char *text) {
    cg_problems_add(merge->problems, file, row->line, row->byte_columns[column], "%s", text);
    return false;
}

static bool read_day(struct cg_text text, enum cg_date_format format, int32_t *day) {
    *day = text.len == 0 ? CG_DAY_NONE : cg_date_parse(text.ptr, text.len, format);
    return text.len == 0 || *day != CG_DAY_NONE || cg_date_is_beyond(text.ptr, text.len, format);
}

static bool add_provider(void *context, const struct cg_table_row *row) {
    struct merge *merge = context;
    const char *file = merge->plan->credentials;
    struct provider provider = {.span.key = cg_field_npi(row->values[ROSTER_NPI]),
                                .deactivated = CG_DAY_NONE};
    int32_t day;
    bool good = provider.span.key != 0 || refuse(merge, file, row, ROSTER_NPI, "npi is no NPI");
    good &=
        (read_day(row->values[ROSTER_FROM], CG_DATE_ISO, &day) && day != CG_DAY_NONE) ||
        refuse(merge, file, row, ROSTER_FROM, "effective_date is no real date; write YYYY-MM-DD");
    good &= read_day(row->values[ROSTER_TO], CG_DATE_ISO, &day) ||
            refuse(merge, file, row, ROSTER_TO, "end_date is no real date; write YYYY-MM-DD");
    return !good || cg_span_table_add(&merge->providers, &provider);
}

static bool note_activity(void *context, const struct cg_table_row *row) {
    struct merge *merge = context;
    const char *file = merge->plan->file;
    int32_t deactivated;
    int32_t reactivated;
    merge->interrupted = cg_stop_requested();
    struct cg_span_group group =
        cg_span_table_find(&merge->providers, cg_field_npi(row->values[NPPES_NPI]));
    if (merge->interrupted || group.count == 0) {
        return !merge->interrupted;
    }
    bool good = read_day(row->values[NPPES_DEACTIVATED], CG_DATE_US, &deactivated) ||
                refuse(merge, file, row, NPPES_DEACTIVATED, "no date as MM/DD/YYYY");
    good &= read_day(row->values[NPPES_REACTIVATED], CG_DATE_US, &reactivated) ||
            refuse(merge, file, row, NPPES_REACTIVATED, "no date as MM/DD/YYYY");
    for (size_t i = 0; good && i < group.count; i++) {
        const char *first = merge->providers.rows.items;
        const size_t position = (size_t)(group.rows - first) / group.stride + i;
        struct provider *provider = cg_array_at(&merge->providers.rows, (uint32_t)position);
        provider->deactivated = reactivated == deactivated ? CG_DAY_NONE : deactivated;
        provider->reactivated = reactivated > deactivated ? reactivated : CG_DAY_OPEN;
        provider->replacement = cg_field_npi(row->values[NPPES_REPLACEMENT]);
    }
    return true;
}

/* Words of the registry's own stand in the layout.json beside credentials.csv. */
static enum cg_status read_layout(struct merge *merge, struct cg_error *err) {
    struct cg_roster_file_facts facts;
    char path[PATH_MAX];
    bool found = false;
    snprintf(path, sizeof path, "%s", merge->plan->credentials);
    const enum cg_status status =
        cg_roster_layout_load(dirname(path), &merge->layout, &facts, &found, merge->problems, err);
    return status == CG_OK ? cg_problems_in_data(merge->problems, err) : status;
}

static enum cg_status read_roster(struct merge *merge, struct cg_error *err) {
    static const struct cg_table_column columns[ROSTER_COLUMNS] = {
        [ROSTER_NPI] = {.name = "npi", .needed = true},
        [ROSTER_FROM] = {.name = "effective_date", .needed = true},
        [ROSTER_TO] = {.name = "end_date", .needed = true},
        [ROSTER_STATUS] = {.name = "status", .needed = true}};
    struct cg_table_facts facts;
    memcpy(merge->columns, columns, sizeof columns);
    const struct cg_table_plan table = {.file = merge->plan->credentials,
                                        .columns = merge->columns,
                                        .column_count = ROSTER_COLUMNS,
                                        .row = add_provider,
                                        .context = merge,
                                        .shows_header = true};
    if (cg_table_read(&table, &facts, merge->problems, err) != CG_OK) {
        return err->status;
    }
    return cg_span_table_index(&merge->providers) ? cg_problems_in_data(merge->problems, err)
                                                  : cg_error_no_memory(err);
}

static enum cg_status read_nppes(struct merge *merge, struct cg_error *err) {
    struct cg_table_column columns[NPPES_COLUMNS] = {
        [NPPES_NPI] = {.name = "NPI", .needed = true},
        [NPPES_DEACTIVATED] = {.name = "NPI Deactivation Date", .needed = true},
        [NPPES_REACTIVATED] = {.name = "NPI Reactivation Date", .needed = true},
        [NPPES_REPLACEMENT] = {.name = "Replacement NPI"}};
    struct cg_table_facts facts;
    const struct cg_table_plan table = {.file = merge->plan->file,
                                        .columns = columns,
                                        .column_count = NPPES_COLUMNS,
                                        .row = note_activity,
                                        .context = merge,
                                        .shows_header = true};
    const enum cg_status status = cg_table_read(&table, &facts, merge->problems, err);
    if (merge->interrupted) {
        return cg_error_set(err, CG_INTERRUPTED, "stopped by a signal; nothing was kept");
    }
    return status == CG_OK ? cg_problems_in_data(merge->problems, err) : status;
}

static void count_providers(struct merge *merge) {
    struct cg_nppes_merge_counts *counts = merge->counts;
    const struct provider *rows = merge->providers.rows.items;
    counts->providers = merge->providers.key_count;
    for (size_t i = 0; i < merge->providers.rows.count; i++) {
        if (i > 0 && rows[i].span.key == rows[i - 1].span.key) {
            continue;
        }
        const bool has_gap = rows[i].deactivated != CG_DAY_NONE;
        counts->deactivated += has_gap && rows[i].reactivated == CG_DAY_OPEN;
        counts->reactivated += has_gap && rows[i].reactivated != CG_DAY_OPEN;
        if (rows[i].replacement != 0 && counts->replaced < CG_NPPES_REPLACED_NAMED) {
            counts->first_replaced[counts->replaced] =
                (struct cg_nppes_replaced){rows[i].span.key, rows[i].replacement};
        }
        counts->replaced += rows[i].replacement != 0;
    }
}

/* --- the file again --- */

static enum cg_status fill_text(struct merge *merge, struct cg_source *source,
                                struct cg_error *err) {
    struct cg_fill fill = {.capacity_bytes = CG_BATCH_BYTES};
    while (!fill.at_end) {
        if (merge->text.len_bytes > CREDENTIALS_MAX_BYTES - CG_BATCH_BYTES) {
            return cg_error_set(err, CG_BAD_DATA, "%s is longer than 512 MiB",
                                merge->plan->credentials);
        }
        if (!cg_buffer_reserve(&merge->text, CG_BATCH_BYTES)) {
            return cg_error_no_memory(err);
        }
        fill.out = merge->text.data + merge->text.len_bytes;
        if (cg_source_read(source, &fill, err) != CG_OK) {
            return err->status;
        }
        merge->text.len_bytes += fill.len_bytes;
    }
    return CG_OK;
}

static enum cg_status read_text(struct merge *merge, struct cg_error *err) {
    struct cg_source *source = NULL;
    if (cg_source_open(merge->plan->credentials, &source, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = fill_text(merge, source, err);
    cg_source_close(source);
    return status;
}

/* A row of credentials.csv, and its days that NPPES leaves: those before the deactivation and those
 * from the reactivation on. */
struct row {
    const struct cg_csv *csv;
    struct cg_text line;
    struct cg_text line_end;
    uint64_t line_no;
    int32_t first_day;
    int32_t last_day;
};

static struct cg_csv_field field_of(const struct merge *merge, const struct row *row,
                                    enum roster_column column) {
    return cg_csv_field(row->csv, (uint32_t)merge->columns[column].index);
}

/* The provider of a row that grants on a day on which the NPI was not active; NULL: the row stays
 * as it is. */
static const struct provider *provider_to_cut(struct merge *merge, struct row *row) {
    const struct cg_text npi = field_of(merge, row, ROSTER_NPI).value;
    const struct cg_csv_field word = field_of(merge, row, ROSTER_STATUS);
    const struct cg_span_group group = cg_span_table_find(&merge->providers, cg_field_npi(npi));
    const struct provider *provider = (const void *)group.rows;
    struct cg_credential credential = {.status = CG_CREDENTIAL_CURRENT};
    if (group.count == 0 || provider->deactivated == CG_DAY_NONE ||
        !read_day(field_of(merge, row, ROSTER_FROM).value, CG_DATE_ISO, &row->first_day) ||
        !read_day(field_of(merge, row, ROSTER_TO).value, CG_DATE_ISO, &row->last_day)) {
        return NULL;
    }
    row->last_day = row->last_day == CG_DAY_NONE ? CG_DAY_OPEN : row->last_day;
    if (row->last_day < provider->deactivated || row->first_day >= provider->reactivated) {
        return NULL;
    }
    if (!cg_credential_status_of(word.value, &merge->layout.status_words, NULL,
                                 &credential.status)) {
        cg_problems_add(merge->problems, merge->plan->credentials, row->line_no,
                        word.raw_offset + 1,
                        "nobody can tell whether this status grants, and the NPI is deactivated; "
                        "say what the word means in status_words of a layout.json beside the file");
        return NULL;
    }
    const bool grants = cg_credential_grants(&credential);
    merge->counts->withholding += !grants;
    return grants ? provider : NULL;
}

/* The row with other days; CG_DAY_NONE: as it is. */
static bool put_row(struct merge *merge, const struct row *row, int32_t first_day,
                    int32_t last_day) {
    const struct cg_csv_field from = field_of(merge, row, ROSTER_FROM);
    const struct cg_csv_field to = field_of(merge, row, ROSTER_TO);
    const bool from_is_first = from.raw_offset < to.raw_offset;
    const struct cg_csv_field fields[2] = {from_is_first ? from : to, from_is_first ? to : from};
    const int32_t days[2] = {from_is_first ? first_day : last_day,
                             from_is_first ? last_day : first_day};
    char day[CG_DATE_TEXT_BYTES];
    uint32_t at = 0;
    bool fits = true;
    for (int i = 0; i < 2; i++) {
        if (days[i] != CG_DAY_NONE) {
            fits =
                fits &&
                cg_buffer_append(&merge->merged, row->line.ptr + at, fields[i].raw_offset - at) &&
                cg_buffer_append_text(&merge->merged, cg_date_format(days[i], day));
            at = fields[i].raw_offset + fields[i].raw_len;
        }
    }
    return fits && cg_buffer_append(&merge->merged, row->line.ptr + at, row->line.len - at);
}

static bool put_line(struct merge *merge, struct row *row) {
    const struct provider *provider = provider_to_cut(merge, row);
    if (provider == NULL) {
        return cg_buffer_append(&merge->merged, row->line.ptr, row->line.len + row->line_end.len);
    }
    const bool before = row->first_day < provider->deactivated;
    const bool after =
        provider->reactivated != CG_DAY_OPEN && row->last_day >= provider->reactivated;
    const struct cg_text end =
        row->line_end.len == 0 && before && after ? cg_text_of("\n") : row->line_end;
    merge->counts->ended += before;
    merge->counts->begun += after;
    merge->counts->dropped += !before && !after;
    return (!before || (put_row(merge, row, CG_DAY_NONE, provider->deactivated - 1) &&
                        cg_buffer_append(&merge->merged, end.ptr, end.len))) &&
           (!after || (put_row(merge, row, provider->reactivated, CG_DAY_NONE) &&
                       cg_buffer_append(&merge->merged, row->line_end.ptr, row->line_end.len)));
}

/* The table reader has found every line good. The first one that is not blank is the header. */
static bool put_lines(struct merge *merge, struct cg_csv *csv) {
    const char *end = merge->text.data + merge->text.len_bytes;
    struct row row = {.csv = csv};
    bool in_header = true;
    bool fits = true;
    for (const char *at = merge->text.data; fits && at < end;) {
        const size_t len = strcspn(at, "\r\n");
        const size_t eol = at + len == end ? 0 : at[len] == '\r' && at[len + 1] == '\n' ? 2 : 1;
        row.line = (struct cg_text){at, (uint32_t)len};
        row.line_end = (struct cg_text){at + len, (uint32_t)eol};
        row.line_no++;
        const bool blank = cg_text_trim(row.line).len == 0;
        if (blank || in_header) {
            in_header = in_header && blank;
            fits = cg_buffer_append(&merge->merged, at, len + eol);
        } else if (cg_csv_read(csv, row.line) == CG_WELL_FORMED) {
            fits = put_line(merge, &row);
        }
        at += len + eol;
    }
    return fits;
}

static enum cg_status write_merged(struct merge *merge, struct cg_sink *out, struct cg_error *err) {
    struct cg_csv *csv = cg_csv_new(',', COLUMNS_MAX);
    const bool fits = csv != NULL && cg_buffer_append(&merge->text, "\0\0", 2);
    merge->text.len_bytes -= fits ? 2 : 0; /* a NUL ends the last line */
    const bool put = fits && put_lines(merge, csv);
    cg_csv_free(csv);
    if (!put) {
        return cg_error_no_memory(err);
    }
    const enum cg_status status = cg_problems_in_data(merge->problems, err);
    return status == CG_OK ? cg_sink_write(out, merge->merged.data, merge->merged.len_bytes, err)
                           : status;
}

static enum cg_status run_merge(struct merge *merge, struct cg_sink *out, struct cg_error *err) {
    if (read_layout(merge, err) != CG_OK || read_roster(merge, err) != CG_OK ||
        read_nppes(merge, err) != CG_OK) {
        return err->status;
    }
    count_providers(merge);
    return read_text(merge, err) == CG_OK ? write_merged(merge, out, err) : err->status;
}

enum cg_status cg_nppes_merge(const struct cg_nppes_merge_plan *plan, struct cg_sink *out,
                              struct cg_nppes_merge_counts *counts, struct cg_problems *problems,
                              struct cg_error *err) {
    struct merge merge = {.plan = plan, .counts = counts, .problems = problems};
    *counts = (struct cg_nppes_merge_counts){0};
    cg_roster_layout_init(&merge.layout);
    cg_span_table_init(&merge.providers, sizeof(struct provider));
    cg_buffer_init(&merge.text, CREDENTIALS_MAX_BYTES);
    cg_buffer_init(&merge.merged, CREDENTIALS_MAX_BYTES);
    const enum cg_status status = run_merge(&merge, out, err);
    cg_buffer_fini(&merge.merged);
    cg_buffer_fini(&merge.text);
    cg_span_table_fini(&merge.providers);
    cg_roster_layout_fini(&merge.layout);
    return status;
}
