#include "changes.h"

#include "claimgate/io/deflate.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"
#include "claimgate/record/field.h"
#include "claimgate/report/audit_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char changes_name[] = "changes.csv.gz";
static const char summary_name[] = "summary.json";
static const char html_name[] = "audit.html";
static const char *const file_names[] = {changes_name, summary_name, html_name, NULL};

static const char header[] =
    "source_file,source_line,claim_id,claim_line_number,member_id,decision_then,reasons_then,"
    "accepted_units_then,decision_now,reasons_now,accepted_units_now,detail_now,"
    "claim_line_start_date,claim_line_end_date,hcpcs_code,modifiers,service_unit_quantity,"
    "rendering_npi,billing_npi,charge_amount\n";

enum { ROW_MAX_BYTES = 64 << 10, PACKED_MAX_BYTES = 16 << 20, WRITE_BYTES = 1 << 20 };

struct cg_audit_changes {
    struct cg_staging *staging;
    struct cg_sink *sink;
    struct cg_deflater *deflater;
    struct cg_xxh128 *content;
    struct cg_buffer row;
    struct cg_buffer packed;
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
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    enum cg_status status = cg_staging_open(&staging, &changes->staging, err);
    if (status != CG_OK) {
        return status;
    }
    status = cg_sink_create(cg_staging_dir_fd(changes->staging), changes_name, plan->group,
                            &changes->sink, err);
    return status == CG_OK ? put(changes, header, sizeof header - 1, err) : status;
}

enum cg_status cg_audit_changes_open(const struct cg_audit_plan *plan,
                                     struct cg_audit_changes **out, struct cg_error *err) {
    struct cg_audit_changes *changes = calloc(1, sizeof *changes);
    if (changes == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    cg_buffer_init(&changes->row, ROW_MAX_BYTES);
    cg_buffer_init(&changes->packed, PACKED_MAX_BYTES);
    const enum cg_status status = open_folder(changes, plan, err);
    if (status != CG_OK) {
        cg_audit_changes_close(changes);
        return status;
    }
    *out = changes;
    return CG_OK;
}

void cg_audit_changes_close(struct cg_audit_changes *changes) {
    if (changes == NULL) {
        return;
    }
    cg_sink_abandon(changes->sink);
    cg_staging_close(changes->staging, false);
    cg_xxh128_free(changes->content);
    cg_deflater_free(changes->deflater);
    cg_buffer_fini(&changes->packed);
    cg_buffer_fini(&changes->row);
    free(changes);
}

static bool put_value(struct cg_buffer *row, const char *value) {
    return cg_csv_put(row, ',', cg_text_of(value)) && cg_buffer_append_text(row, ",");
}

/* "4", or blank where nothing was accepted or it is not known. */
static bool put_units(struct cg_buffer *row, enum cg_audit_decision decision, uint16_t submitted,
                      uint16_t cutback_units) {
    const uint16_t units = decision == CG_AUDIT_CUTBACK ? cutback_units : submitted;
    switch (decision) {
    case CG_AUDIT_ACCEPTED:
    case CG_AUDIT_CUTBACK:
        return units == 0 ? cg_buffer_append_text(row, ",")
                          : cg_buffer_printf(row, "%u,", (unsigned)units);
    case CG_AUDIT_REJECTED:
        return cg_buffer_append_text(row, "0,");
    case CG_AUDIT_OUT_OF_SCOPE:
    case CG_AUDIT_ABSENT:
    case CG_AUDIT_DECISIONS:
        break;
    }
    return cg_buffer_append_text(row, ",");
}

static bool put_day(struct cg_buffer *row, int32_t day) {
    return (day == CG_DAY_NONE || cg_buffer_append_text(row, cg_date_text(day).text)) &&
           cg_buffer_append_text(row, ",");
}

static bool put_number(struct cg_buffer *row, uint64_t number) {
    return number == 0 ? cg_buffer_append_text(row, ",")
                       : cg_buffer_printf(row, "%" PRIu64 ",", number);
}

static bool put_service(struct cg_buffer *row, const struct cg_audit_service *service) {
    char procedure[6] = "";
    char modifiers[CG_MODIFIERS_TEXT_BYTES];
    char charge[CG_AUDIT_CHARGE_TEXT_BYTES] = "";
    if (service->procedure != 0) {
        cg_procedure_text(service->procedure, procedure);
    }
    if (service->charge != CG_AUDIT_NO_CHARGE) {
        cg_audit_charge_text(service->charge, charge);
    }
    return put_day(row, service->start_day) && put_day(row, service->end_day) &&
           put_value(row, procedure) &&
           put_value(row, cg_modifiers_text(service->modifiers, modifiers)) &&
           put_number(row, service->units) && put_number(row, service->rendering_npi) &&
           put_number(row, service->billing_npi) && cg_buffer_append_text(row, charge);
}

static bool put_row(struct cg_buffer *row, const struct cg_audit_change *change) {
    const uint16_t units = change->service->is_void ? 0 : change->service->units;
    bool ok = put_value(row, change->source_file);
    if (change->source_line != 0) {
        ok = ok && cg_buffer_printf(row, "%" PRIu64, change->source_line);
    }
    ok = ok && cg_buffer_append_text(row, ",") && put_value(row, change->ids.claim_id) &&
         put_value(row, change->ids.line_number) && put_value(row, change->ids.member_id);
    ok = ok && put_value(row, cg_audit_decision_name(change->then->decision)) &&
         put_value(row, change->then->reasons) &&
         put_units(row, change->then->decision, units, change->then->accepted_units);
    ok = ok && put_value(row, cg_audit_decision_name(change->now)) &&
         put_value(row, change->reasons_now) &&
         put_units(row, change->now, units, change->accepted_units_now);
    return ok && put_value(row, change->detail_now) && put_service(row, change->service) &&
           cg_buffer_append_text(row, "\n");
}

enum cg_status cg_audit_changes_add(struct cg_audit_changes *changes,
                                    const struct cg_audit_change *change, struct cg_error *err) {
    cg_buffer_clear(&changes->row);
    if (!put_row(&changes->row, change)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    changes->rows++;
    return put(changes, changes->row.data, changes->row.len_bytes, err);
}

static enum cg_status write_end(struct cg_audit_changes *changes, struct cg_error *err) {
    enum cg_status status = cg_deflater_flush(changes->deflater, &changes->packed, err);
    if (status != CG_OK) {
        return status;
    }
    status = cg_deflater_end(&changes->packed, err);
    if (status != CG_OK) {
        return status;
    }
    return cg_sink_write(changes->sink, changes->packed.data, changes->packed.len_bytes, err);
}

enum cg_status cg_audit_changes_finish(struct cg_audit_changes *changes,
                                       struct cg_output_facts *out, struct cg_error *err) {
    memset(out, 0, sizeof *out);
    const enum cg_status status = write_end(changes, err);
    if (status != CG_OK) {
        return status;
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
    enum cg_status status =
        cg_sink_create(cg_staging_dir_fd(changes->staging), name, changes->group, &sink, err);
    if (status != CG_OK) {
        return status;
    }
    status = cg_sink_write(sink, text->data, text->len_bytes, err);
    if (status != CG_OK) {
        cg_sink_abandon(sink);
        return status;
    }
    return cg_sink_close(sink, err);
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
    if (status != CG_OK) {
        return status;
    }
    status = cg_staging_sync(changes->staging, err);
    return status == CG_OK ? cg_staging_publish(changes->staging, err) : status;
}
