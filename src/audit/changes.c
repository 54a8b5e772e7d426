#include "changes.h"

#include "claimgate/io/deflate.h"
#include "claimgate/io/files.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"
#include "claimgate/record/field.h"
#include "claimgate/report/audit_report.h"
#include "claimgate/report/audit_workbook.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char changes_name[] = "changes.csv.gz";
static const char summary_name[] = "summary.json";
static const char html_name[] = "audit.html";
static const char workbook_name[] = "audit.xlsx";
/* The library's own files, which it removes as soon as it has made them, or fails to. */
static const char room_name[] = ".room";
static const char *const file_names[] = {changes_name, summary_name, html_name, workbook_name,
                                         NULL};

enum { COLUMNS = 20, SERVICE_COLUMNS = 8, NUMBER_BYTES = 24 };

static const char *const column_names[COLUMNS] = {"source_file",
                                                  "source_line",
                                                  "claim_id",
                                                  "claim_line_number",
                                                  "member_id",
                                                  "decision_then",
                                                  "reasons_then",
                                                  "accepted_units_then",
                                                  "decision_now",
                                                  "reasons_now",
                                                  "accepted_units_now",
                                                  "detail_now",
                                                  "claim_line_start_date",
                                                  "claim_line_end_date",
                                                  "hcpcs_code",
                                                  "modifiers",
                                                  "service_unit_quantity",
                                                  "rendering_npi",
                                                  "billing_npi",
                                                  "charge_amount"};

enum { ROW_MAX_BYTES = 64 << 10, PACKED_MAX_BYTES = 16 << 20, WRITE_BYTES = 1 << 20 };

struct cg_audit_changes {
    struct cg_staging *staging;
    struct cg_sink *sink;
    struct cg_deflater *deflater;
    struct cg_xxh128 *content;
    struct cg_buffer row;
    struct cg_buffer packed;
    struct cg_audit_workbook *workbook; /* NULL: it is not asked for */
    char *workbook_path;
    gid_t group;
    uint64_t rows;
};

static enum cg_status put(struct cg_audit_changes *changes, const char *bytes, size_t len_bytes,
                          struct cg_error *err) {
    cg_xxh128_update(changes->content, bytes, len_bytes);
    enum cg_status status =
        cg_deflater_add(changes->deflater, bytes, len_bytes, &changes->packed, err);
    if (status != CG_OK || changes->packed.len_bytes < WRITE_BYTES) {
        return status;
    }
    status = cg_sink_write(changes->sink, changes->packed.data, changes->packed.len_bytes, err);
    cg_buffer_clear(&changes->packed);
    return status;
}

/* The library makes a file by its path; that it is there already gives it its mode and group. */
static enum cg_status open_workbook(struct cg_audit_changes *changes, struct cg_error *err) {
    const char *folder = cg_staging_path(changes->staging);
    const int dir_fd = cg_staging_dir_fd(changes->staging);
    struct cg_sink *sink = NULL;
    char room[PATH_MAX];
    if (asprintf(&changes->workbook_path, "%s/%s", folder, workbook_name) < 0) {
        changes->workbook_path = NULL;
        return cg_error_no_memory(err);
    }
    if (cg_sink_create(dir_fd, workbook_name, changes->group, &sink, err) != CG_OK ||
        cg_sink_close(sink, err) != CG_OK) {
        return err->status;
    }
    snprintf(room, sizeof room, "%s/%s", folder, room_name);
    if (mkdirat(dir_fd, room_name, 0700) != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot make the folder", room);
    }
    return cg_audit_workbook_open(changes->workbook_path, room, &changes->workbook, err);
}

static enum cg_status open_folder(struct cg_audit_changes *changes,
                                  const struct cg_audit_plan *plan, struct cg_error *err) {
    const struct cg_staging_plan staging = {.final_path = plan->out,
                                            .overwrite = plan->overwrite,
                                            .file_names = file_names,
                                            .group = plan->group};
    changes->group = plan->group;
    changes->deflater = cg_deflater_new(plan->level, CG_CODEC_BEST);
    changes->content = cg_xxh128_new();
    if (changes->deflater == NULL || changes->content == NULL) {
        return cg_error_no_memory(err);
    }
    if (cg_staging_open(&staging, &changes->staging, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = cg_sink_create(cg_staging_dir_fd(changes->staging), changes_name,
                                                 plan->group, &changes->sink, err);
    return status == CG_OK && plan->xlsx ? open_workbook(changes, err) : status;
}

void cg_audit_changes_close(struct cg_audit_changes *changes) {
    if (changes == NULL) {
        return;
    }
    cg_audit_workbook_abandon(changes->workbook);
    free(changes->workbook_path);
    cg_sink_abandon(changes->sink);
    cg_staging_close(changes->staging, false);
    cg_xxh128_free(changes->content);
    cg_deflater_free(changes->deflater);
    cg_buffer_fini(&changes->packed);
    cg_buffer_fini(&changes->row);
    free(changes);
}

/* A row as texts, and the room for those that are made. */
struct row {
    const char *cells[COLUMNS];
    char source_line[NUMBER_BYTES];
    char units[3][NUMBER_BYTES]; /* accepted then, accepted now, submitted */
    char days[2][CG_DATE_TEXT_BYTES];
    char procedure[6];
    char modifiers[CG_MODIFIERS_TEXT_BYTES];
    char npis[2][NUMBER_BYTES];
    char charge[CG_AUDIT_CHARGE_TEXT_BYTES];
};

static const char *say_number(uint64_t number, char out[NUMBER_BYTES]) {
    out[0] = '\0';
    if (number != 0) {
        snprintf(out, NUMBER_BYTES, "%" PRIu64, number);
    }
    return out;
}

/* "4", or blank where it is not known, or the line passed. A void uses none. */
static const char *say_units(enum cg_audit_decision decision,
                             const struct cg_audit_service *service, uint16_t cutback_units,
                             char out[NUMBER_BYTES]) {
    switch (decision) {
    case CG_AUDIT_ACCEPTED:
        return service->is_void ? "0" : say_number(service->units, out);
    case CG_AUDIT_CUTBACK:
        return say_number(cutback_units, out);
    case CG_AUDIT_REJECTED:
        return "0";
    case CG_AUDIT_OUT_OF_SCOPE:
    case CG_AUDIT_ABSENT:
    case CG_AUDIT_DECISIONS:
        break;
    }
    return "";
}

static const char *say_day(int32_t day, char out[CG_DATE_TEXT_BYTES]) {
    return day == CG_DAY_NONE ? "" : cg_date_format(day, out);
}

/* Behind the detail of now. */
static void fill_service(const struct cg_audit_service *service, struct row *row) {
    const char **cells = row->cells + COLUMNS - SERVICE_COLUMNS;
    cells[0] = say_day(service->start_day, row->days[0]);
    cells[1] = say_day(service->end_day, row->days[1]);
    cells[2] = service->procedure == 0 ? "" : cg_procedure_text(service->procedure, row->procedure);
    cells[3] = cg_modifiers_text(service->modifiers, row->modifiers);
    cells[4] = say_number(service->units, row->units[2]);
    cells[5] = say_number(service->rendering_npi, row->npis[0]);
    cells[6] = say_number(service->billing_npi, row->npis[1]);
    cells[7] = service->charge == CG_AUDIT_NO_CHARGE
                   ? ""
                   : cg_audit_charge_text(service->charge, row->charge);
}

static void fill_row(const struct cg_audit_change *change, struct row *row) {
    const char **cells = row->cells;
    cells[0] = change->source_file;
    cells[1] = say_number(change->source_line, row->source_line);
    cells[2] = change->ids.claim_id;
    cells[3] = change->ids.line_number;
    cells[4] = change->ids.member_id;
    cells[5] = cg_audit_decision_name(change->then->decision);
    cells[6] = change->then->reasons;
    cells[7] = say_units(change->then->decision, change->service, change->then->accepted_units,
                         row->units[0]);
    cells[8] = cg_audit_decision_name(change->now);
    cells[9] = change->reasons_now;
    cells[10] = say_units(change->now, change->service, change->accepted_units_now, row->units[1]);
    cells[11] = change->detail_now;
    fill_service(change->service, row);
}

static enum cg_status put_cells(struct cg_audit_changes *changes, const char *const *cells,
                                struct cg_error *err) {
    bool ok = true;
    cg_buffer_clear(&changes->row);
    for (size_t i = 0; i < COLUMNS; i++) {
        ok = ok && cg_csv_put(&changes->row, ',', cg_text_of(cells[i])) &&
             cg_buffer_append_text(&changes->row, i + 1 < COLUMNS ? "," : "\n");
    }
    if (!ok) {
        return cg_error_no_memory(err);
    }
    const enum cg_status status = put(changes, changes->row.data, changes->row.len_bytes, err);
    return status == CG_OK && changes->workbook != NULL
               ? cg_audit_workbook_add(changes->workbook, cells, COLUMNS, err)
               : status;
}

enum cg_status cg_audit_changes_open(const struct cg_audit_plan *plan,
                                     struct cg_audit_changes **out, struct cg_error *err) {
    struct cg_audit_changes *changes = calloc(1, sizeof *changes);
    if (changes == NULL) {
        return cg_error_no_memory(err);
    }
    cg_buffer_init(&changes->row, ROW_MAX_BYTES);
    cg_buffer_init(&changes->packed, PACKED_MAX_BYTES);
    enum cg_status status = open_folder(changes, plan, err);
    if (status == CG_OK) {
        status = put_cells(changes, column_names, err);
    }
    if (status != CG_OK) {
        cg_audit_changes_close(changes);
        return status;
    }
    *out = changes;
    return CG_OK;
}

enum cg_status cg_audit_changes_add(struct cg_audit_changes *changes,
                                    const struct cg_audit_change *change, struct cg_error *err) {
    struct row row;
    fill_row(change, &row);
    changes->rows++;
    return put_cells(changes, row.cells, err);
}

static enum cg_status write_end(struct cg_audit_changes *changes, struct cg_error *err) {
    if (cg_deflater_flush(changes->deflater, &changes->packed, err) != CG_OK ||
        cg_deflater_end(&changes->packed, err) != CG_OK) {
        return err->status;
    }
    return cg_sink_write(changes->sink, changes->packed.data, changes->packed.len_bytes, err);
}

enum cg_status cg_audit_changes_finish(struct cg_audit_changes *changes,
                                       struct cg_output_facts *out, struct cg_error *err) {
    memset(out, 0, sizeof *out);
    if (write_end(changes, err) != CG_OK) {
        return err->status;
    }
    out->file = changes_name;
    out->bytes = cg_sink_bytes(changes->sink);
    out->records = changes->rows;
    cg_xxh128_peek(changes->content, out->content_xxh128);
    cg_sink_sha256(changes->sink, out->sha256);
    struct cg_sink *sink = changes->sink;
    changes->sink = NULL;
    return cg_sink_close(sink, err);
}

static enum cg_status write_page(struct cg_audit_changes *changes, const char *name,
                                 const struct cg_buffer *text, struct cg_error *err) {
    struct cg_sink *sink = NULL;
    if (cg_sink_create(cg_staging_dir_fd(changes->staging), name, changes->group, &sink, err) !=
        CG_OK) {
        return err->status;
    }
    return cg_sink_end(sink, cg_sink_write(sink, text->data, text->len_bytes, err), err);
}

static enum cg_status put_page(struct cg_audit_changes *changes, const char *name,
                               struct cg_page *page, struct cg_error *err) {
    enum cg_status status = cg_page_close(page, CG_OK, err);
    if (status == CG_OK) {
        status = write_page(changes, name, &page->text, err);
    }
    cg_page_fini(page);
    return status;
}

static enum cg_status close_workbook(struct cg_audit_changes *changes,
                                     const struct cg_audit_facts *facts, struct cg_error *err) {
    struct cg_audit_workbook *workbook = changes->workbook;
    changes->workbook = NULL;
    if (cg_audit_workbook_close(workbook, facts, err) != CG_OK) {
        return err->status;
    }
    if (!cg_dir_remove(cg_staging_dir_fd(changes->staging), room_name)) {
        return cg_error_set_errno(err, CG_IO, errno, "%s/%s: cannot be removed",
                                  cg_staging_path(changes->staging), room_name);
    }
    const int fd = open(changes->workbook_path, O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    const int reason = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    return synced ? CG_OK
                  : cg_error_set(err, CG_IO, "%s: %s", changes->workbook_path, strerror(reason));
}

enum cg_status cg_audit_changes_publish(struct cg_audit_changes *changes,
                                        const struct cg_audit_facts *facts, bool html,
                                        struct cg_error *err) {
    struct cg_page page;
    cg_page_open(&page, CG_PAGE_JSON);
    cg_report_put_audit(&page, facts, "");
    enum cg_status status = put_page(changes, summary_name, &page, err);
    if (status == CG_OK && html) {
        cg_page_open(&page, CG_PAGE_TEXT);
        cg_report_put_audit_html(&page, facts);
        status = put_page(changes, html_name, &page, err);
    }
    if (status == CG_OK && changes->workbook != NULL) {
        status = close_workbook(changes, facts, err);
    }
    if (status != CG_OK) {
        return status;
    }
    status = cg_staging_sync(changes->staging, err);
    return status == CG_OK ? cg_staging_publish(changes->staging, err) : status;
}
