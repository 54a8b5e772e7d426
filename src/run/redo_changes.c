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

static const char *number_of(int64_t number, char out[NUMBER_BYTES]) {
    snprintf(out, NUMBER_BYTES, "%" PRId64, number);
    return out;
}

static bool put_change(struct cg_buffer *row, const char *action,
                       const struct cg_ledger_change *change) {
    char line[NUMBER_BYTES], claim_line[NUMBER_BYTES], frequency[NUMBER_BYTES];
    char then[NUMBER_BYTES], now[NUMBER_BYTES];
    char day[CG_DATE_TEXT_BYTES];
    const char *const cells[] = {
        action,
        change->source_file,
        number_of(change->source_line, line),
        change->claim_id,
        change->claim_line != 0 ? number_of(change->claim_line, claim_line) : "",
        change->member_id,
        change->start_day != CG_DAY_NONE ? cg_date_format(change->start_day, day) : "",
        change->procedure,
        change->rendering_npi,
        change->frequency != 0 ? number_of(change->frequency, frequency) : "",
        change->original_claim_id,
        number_of((int64_t)change->units_then, then),
        number_of((int64_t)change->units_now, now),
        change->reasons_then,
        change->reasons_now,
    };
    bool good = true;
    cg_buffer_clear(row);
    for (size_t i = 0; good && i < sizeof cells / sizeof cells[0]; i++) {
        good = cg_buffer_append_text(row, i == 0 ? "" : ",") &&
               cg_csv_put(row, ',', cg_text_of(cells[i]));
    }
    return good && cg_buffer_append_text(row, "\n");
}

static enum cg_status write_change(struct writing *writing, const char *action,
                                   const struct cg_ledger_change *change, struct cg_error *err) {
    if (writing->file == NULL) {
        return CG_OK;
    }
    return put_change(&writing->row, action, change)
               ? cg_sink_write(cg_staged_file_sink(writing->file), writing->row.data,
                               writing->row.len_bytes, err)
               : cg_error_set(err, CG_INTERNAL, "out of memory for a row of changes");
}

static enum cg_status take(void *context, const struct cg_ledger_change *change,
                           struct cg_error *err) {
    struct writing *writing = context;
    struct cg_redo_night *night = writing->night;
    enum cg_status status = CG_OK;
    if (change->units_now > change->units_then) {
        night->lines_to_pay++;
        night->units_to_pay += change->units_now - change->units_then;
        status = write_change(writing, "pay", change, err);
    } else if (change->units_now < change->units_then) {
        night->lines_to_recover++;
        night->units_to_recover += change->units_then - change->units_now;
        status = write_change(writing, "recover", change, err);
    }
    if (status != CG_OK || change->took_now == change->took_then) {
        return status;
    }
    night->changed_take_backs++;
    return write_change(writing, change->took_now ? "take_back" : "leave", change, err);
}

static enum cg_status write_all(struct cg_ledger *ledger, struct writing *writing,
                                struct cg_error *err) {
    static const char header[] =
        "action,source_file,source_line,claim_id,claim_line_number,"
        "member_id,claim_line_start_date,hcpcs_code,rendering_npi,"
        "claim_frequency_code,original_claim_id,units_then,units_now,reasons_then,reasons_now\n";
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
