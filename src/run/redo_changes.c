#include "redo_changes.h"

#include "claimgate/base/date.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"
#include "claimgate/record/csv.h"

#include <inttypes.h>
#include <stdio.h>

enum { PATH_BYTES = 4096, ROW_MAX_BYTES = 1 << 16, NUMBER_BYTES = 24 };

struct writing {
    struct cg_redo_night *night;
    struct cg_staged_file *file; /* NULL: only counted */
    struct cg_buffer row;
};

static bool put(struct cg_buffer *row, const char *value) {
    return (row->len_bytes == 0 || cg_buffer_append_text(row, ",")) &&
           cg_csv_put(row, ',', cg_text_of(value));
}

static bool put_number(struct cg_buffer *row, int64_t number) {
    char text[NUMBER_BYTES];
    snprintf(text, sizeof text, "%" PRId64, number);
    return put(row, text);
}

static bool put_change(struct cg_buffer *row, const struct cg_ledger_change *change) {
    char day[CG_DATE_TEXT_BYTES] = "";
    cg_buffer_clear(row);
    if (change->start_day != CG_DAY_NONE) {
        cg_date_format(change->start_day, day);
    }
    return put(row, change->units_now > change->units_then ? "pay" : "recover") &&
           put(row, change->source_file) && put_number(row, change->source_line) &&
           put(row, change->claim_id) &&
           (change->claim_line != 0 ? put_number(row, change->claim_line) : put(row, "")) &&
           put(row, change->member_id) && put(row, day) && put(row, change->procedure) &&
           put(row, change->rendering_npi) && put_number(row, (int64_t)change->units_then) &&
           put_number(row, (int64_t)change->units_now) && put(row, change->reasons_then) &&
           put(row, change->reasons_now) && cg_buffer_append_text(row, "\n");
}

static enum cg_status take(void *context, const struct cg_ledger_change *change,
                           struct cg_error *err) {
    struct writing *writing = context;
    struct cg_redo_night *night = writing->night;
    if (change->units_now > change->units_then) {
        night->lines_to_pay++;
        night->units_to_pay += change->units_now - change->units_then;
    } else {
        night->lines_to_recover++;
        night->units_to_recover += change->units_then - change->units_now;
    }
    if (writing->file == NULL) {
        return CG_OK;
    }
    return put_change(&writing->row, change)
               ? cg_sink_write(cg_staged_file_sink(writing->file), writing->row.data,
                               writing->row.len_bytes, err)
               : cg_error_set(err, CG_INTERNAL, "out of memory for a row of changes");
}

static enum cg_status write_all(struct cg_ledger *ledger, struct writing *writing,
                                struct cg_error *err) {
    static const char header[] = "action,source_file,source_line,claim_id,claim_line_number,"
                                 "member_id,claim_line_start_date,hcpcs_code,rendering_npi,"
                                 "units_then,units_now,reasons_then,reasons_now\n";
    if (writing->file != NULL && cg_sink_write(cg_staged_file_sink(writing->file), header,
                                               sizeof header - 1, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = cg_ledger_visit_changes(
        ledger, writing->night->old_run, writing->night->new_run, take, writing, err);
    return status == CG_OK && writing->file != NULL ? cg_staged_file_publish(writing->file, err)
                                                    : status;
}

enum cg_status cg_redo_changes(struct cg_ledger *ledger, struct cg_redo_night *night,
                               struct cg_error *err) {
    struct writing writing = {.night = night};
    char path[PATH_BYTES];
    enum cg_status status = CG_OK;
    cg_buffer_init(&writing.row, ROW_MAX_BYTES);
    if (night->folder != NULL) {
        snprintf(path, sizeof path, "%s.changes.csv", night->folder);
        status = cg_staged_file_open(path, (gid_t)-1, &writing.file, err);
    }
    if (status == CG_OK) {
        status = write_all(ledger, &writing, err);
    }
    cg_staged_file_close(writing.file);
    cg_buffer_fini(&writing.row);
    return status;
}
