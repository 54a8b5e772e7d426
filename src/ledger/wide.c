#include "wide.h"

enum { SERVICES_MAX = 1 << 28 };

struct cg_wide_service {
    struct cg_cell cells[2];
    size_t offsets[2]; /* of their texts */
};

/* Columns of `decided_line`. */
enum {
    COLUMN_LINE_NO,
    COLUMN_RUN_NO,
    COLUMN_MEMBER,
    COLUMN_SERVICE = COLUMN_MEMBER + CG_LINE_PROCEDURE,
    COLUMN_PROVIDER,
    COLUMN_UNITS,
    COLUMN_CAP_USED = COLUMN_UNITS + CG_LINE_REASONS - CG_LINE_UNITS,
    COLUMN_EXEMPT,
    COLUMN_SPLIT,
};

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while reading lines of the ledger");
}

/* Numbers run from 1 without a hole; what does not is as if it were not there. */
static enum cg_status add_service(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct cg_wide *wide = context;
    if (sqlite3_column_int64(row, 0) != (int64_t)wide->services.count + 1) {
        return CG_OK;
    }
    struct cg_wide_service *service = cg_array_add(&wide->services);
    bool good = service != NULL;
    for (int i = 0; good && i < 2; i++) {
        service->cells[i] = cg_cell_column(row, 1 + i);
        service->offsets[i] = wide->texts.len_bytes;
        good = cg_buffer_append(&wide->texts, service->cells[i].bytes.ptr,
                                service->cells[i].bytes.len);
    }
    return good ? CG_OK : no_memory(err);
}

static enum cg_status read_services(struct cg_wide *wide, struct cg_error *err) {
    static const struct cg_query services = {
        .sql = "SELECT service_no, procedure, modifiers FROM service ORDER BY service_no"};
    const enum cg_status status = cg_ledger_each(wide->ledger, &services, add_service, wide, err);
    for (uint32_t i = 0; status == CG_OK && i < wide->services.count; i++) {
        struct cg_wide_service *service = cg_array_at(&wide->services, i);
        for (int c = 0; c < 2; c++) {
            service->cells[c].bytes.ptr = wide->texts.data + service->offsets[c];
        }
    }
    return status;
}

static enum cg_status next_rejection(struct cg_wide *wide, struct cg_error *err) {
    bool row;
    const enum cg_status status = cg_ledger_step(wide->ledger, wide->rejections, &row, err);
    wide->rejection_no =
        status == CG_OK && row ? sqlite3_column_int64(wide->rejections, 0) : INT64_MAX;
    return status;
}

enum cg_status cg_wide_open(struct cg_wide *wide, struct cg_ledger *ledger, struct cg_error *err) {
    *wide = (struct cg_wide){.ledger = ledger};
    cg_array_init(&wide->services, sizeof(struct cg_wide_service), SERVICES_MAX);
    cg_buffer_init(&wide->texts, UINT32_MAX);
    if (read_services(wide, err) != CG_OK ||
        cg_ledger_prepare(ledger, "SELECT * FROM decided_line ORDER BY line_no", &wide->lines,
                          err) != CG_OK ||
        cg_ledger_prepare(ledger, "SELECT * FROM rejection ORDER BY line_no", &wide->rejections,
                          err) != CG_OK ||
        next_rejection(wide, err) != CG_OK) {
        return err->status;
    }
    return cg_wide_next(wide, err);
}

void cg_wide_close(struct cg_wide *wide) {
    (void)sqlite3_finalize(wide->lines);
    (void)sqlite3_finalize(wide->rejections);
    cg_array_fini(&wide->services);
    cg_buffer_fini(&wide->texts);
}

static void take_numbers(struct cg_wide *wide) {
    static const struct cg_wide_service nothing;
    const int64_t service_no = sqlite3_column_int64(wide->lines, COLUMN_SERVICE);
    const int64_t provider_no = sqlite3_column_int64(wide->lines, COLUMN_PROVIDER);
    const bool known = service_no > 0 && service_no <= wide->services.count;
    const struct cg_wide_service *service =
        known ? cg_array_at(&wide->services, (uint32_t)service_no - 1) : &nothing;
    const struct cg_pair provider =
        cg_pair_at(&wide->ledger->numbers.providers, (uint64_t)provider_no);
    wide->service_no = (uint32_t)service_no;
    wide->provider_no = (uint32_t)provider_no;
    wide->cells[CG_LINE_PROCEDURE] = service->cells[0];
    wide->cells[CG_LINE_MODIFIERS] = service->cells[1];
    wide->cells[CG_LINE_RENDERING] = cg_cell_optional((int64_t)provider.first, 0);
    wide->cells[CG_LINE_BILLING] = cg_cell_optional((int64_t)provider.second, 0);
}

static void take_rejection(struct cg_wide *wide, bool here) {
    static const int places[] = {CG_LINE_REASONS, CG_LINE_USED, CG_LINE_AVAILABLE, CG_LINE_CAP_DAY,
                                 CG_LINE_DETAIL};
    for (int i = 0; i < (int)(sizeof places / sizeof places[0]); i++) {
        wide->cells[places[i]] = here ? cg_cell_column(wide->rejections, i + 1) : cg_cell_null();
    }
}

enum cg_status cg_wide_next(struct cg_wide *wide, struct cg_error *err) {
    sqlite3_stmt *lines = wide->lines;
    enum cg_status status = CG_OK;
    if (wide->more && wide->rejection_no == wide->line_no) {
        status = next_rejection(wide, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_step(wide->ledger, lines, &wide->more, err);
    }
    wide->line_no = status == CG_OK && wide->more ? sqlite3_column_int64(lines, 0) : INT64_MAX;
    while (status == CG_OK && wide->rejection_no < wide->line_no) {
        wide->stray_rejection = true;
        status = next_rejection(wide, err);
    }
    if (status != CG_OK || !wide->more) {
        return status;
    }
    wide->run_no = sqlite3_column_int64(lines, COLUMN_RUN_NO);
    for (int i = CG_LINE_MEMBER; i <= CG_LINE_END; i++) {
        wide->cells[i] = cg_cell_column(lines, COLUMN_MEMBER + i);
    }
    for (int i = CG_LINE_UNITS; i <= CG_LINE_DECISION; i++) {
        wide->cells[i] = cg_cell_column(lines, COLUMN_UNITS + i - CG_LINE_UNITS);
    }
    wide->cells[CG_LINE_CAP_USED] = cg_cell_column(lines, COLUMN_CAP_USED);
    wide->cells[CG_LINE_EXEMPT] = cg_cell_column(lines, COLUMN_EXEMPT);
    wide->cells[CG_LINE_SPLIT] = cg_cell_column(lines, COLUMN_SPLIT);
    take_numbers(wide);
    take_rejection(wide, wide->rejection_no == wide->line_no);
    return CG_OK;
}
