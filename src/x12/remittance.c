#include "claimgate/x12/remittance.h"

#include "claimgate/x12/syntax.h"

#include "claimgate/base/buffer.h"
#include "claimgate/io/source.h"
#include "claimgate/record/field.h"

#include <stdlib.h>

enum {
    FILL_BYTES = 1 << 18,
    HELD_MAX_BYTES = FILL_BYTES + CG_X12_SEGMENT_MAX_BYTES + 1,
    COLUMNS_MAX = 8,
    CLAIM_DENIED = '4', /* CLP02 */
};

#define NAME3(a, b, c) CG_X12_NAME(a, b, c)

struct remittance {
    const struct cg_remittance_plan *plan;
    struct cg_remittance_facts *facts;
    struct cg_buffer held; /* what has been read and not yet taken */
    uint64_t bytes_before; /* of the file */
    uint64_t segments;
    struct cg_x12_marks marks;
    bool is_between; /* interchanges */

    /* the claim that is open */
    bool has_claim;
    uint64_t claim_segment;
    struct cg_x12_elements clp;
    struct cg_x12_elements insured;
    struct cg_x12_elements patient;
    bool line_is_unpaid;
    bool out_of_memory;
    struct cg_error *err;
};

static enum cg_status look(struct cg_source *source, char *room, bool *is_x12,
                           struct cg_error *err) {
    struct cg_fill fill = {.out = room, .capacity_bytes = FILL_BYTES};
    bool decided;
    cg_source_take_x12(source);
    const enum cg_status status = cg_source_read(source, &fill, err);
    *is_x12 = status == CG_OK &&
              cg_x12_begins((struct cg_text){room, (uint32_t)fill.len_bytes}, true, &decided);
    return status;
}

enum cg_status cg_remittance_look(const char *path, bool *is_x12, struct cg_error *err) {
    struct cg_source *source = NULL;
    char *room = malloc(FILL_BYTES);
    enum cg_status status =
        room == NULL ? cg_error_no_memory(err) : cg_source_open(path, &source, err);
    if (status == CG_OK) {
        status = look(source, room, is_x12, err);
    }
    cg_source_close(source);
    free(room);
    return status;
}

/* --- rows --- */

static struct cg_text value_of(const struct remittance *r, const char *column) {
    if (strcmp(column, "claim_id") == 0) {
        return cg_x12_element(&r->clp, 1);
    }
    if (strcmp(column, "payer_claim_id") == 0) {
        return cg_x12_element(&r->clp, 7);
    }
    if (strcmp(column, "member_id") == 0) {
        const struct cg_text own = cg_x12_element(&r->insured, 9);
        return own.len > 0 ? own : cg_x12_element(&r->patient, 9);
    }
    return (struct cg_text){"", 0};
}

/* False: the taker of rows wants no more. */
static bool end_claim(struct remittance *r) {
    const struct cg_table_plan *table = &r->plan->table;
    const struct cg_text status = cg_x12_element(&r->clp, 2);
    const bool is_denied = status.len == 1 && status.ptr[0] == CLAIM_DENIED;
    const bool is_reversed = cg_text_is(status, "22");
    struct cg_text values[COLUMNS_MAX];
    uint32_t byte_columns[COLUMNS_MAX] = {0};
    r->facts->denied_lines += r->has_claim && r->line_is_unpaid && !is_denied;
    r->facts->reversed_claims += r->has_claim && is_reversed;
    r->line_is_unpaid = false;
    if (!r->has_claim || (r->plan->denied_only && !is_denied)) {
        r->has_claim = false;
        return true;
    }
    r->has_claim = false;
    for (uint32_t i = 0; i < table->column_count; i++) {
        values[i] = value_of(r, table->columns[i].name);
        if (values[i].len == 0 && table->columns[i].needed) {
            return true; /* a claim that the payer gave no number */
        }
    }
    const struct cg_table_row row = {r->claim_segment, values, byte_columns};
    r->facts->table.rows++;
    r->facts->table.records++;
    return table->row(table->context, &row);
}

static void begin_claim(struct remittance *r, struct cg_text segment) {
    cg_x12_read_elements(segment, &r->marks, &r->clp);
    r->has_claim = true;
    r->claim_segment = r->segments;
    r->insured.count = 0;
    r->patient.count = 0;
}

static void take_name(struct remittance *r, struct cg_text segment) {
    struct cg_x12_elements nm1;
    cg_x12_read_elements(segment, &r->marks, &nm1);
    if (cg_text_is(cg_x12_element(&nm1, 1), "IL")) {
        cg_x12_copy_elements(&r->insured, &nm1);
    } else if (cg_text_is(cg_x12_element(&nm1, 1), "QC")) {
        cg_x12_copy_elements(&r->patient, &nm1);
    }
}

/* A line that is paid nothing is a denied one, unless its claim is. */
static void take_line(struct remittance *r, struct cg_text segment) {
    struct cg_x12_elements svc;
    int64_t paid = 0;
    cg_x12_read_elements(segment, &r->marks, &svc);
    r->facts->denied_lines += r->line_is_unpaid && !cg_text_is(cg_x12_element(&r->clp, 2), "4");
    r->line_is_unpaid = cg_field_decimal(cg_x12_element(&svc, 3), 4, &paid) && paid == 0;
}

static enum cg_status check_set(const struct remittance *r, struct cg_text segment) {
    struct cg_x12_elements st;
    cg_x12_read_elements(segment, &r->marks, &st);
    return cg_text_is(cg_x12_element(&st, 1), "835")
               ? CG_OK
               : cg_error_set(r->err, CG_BAD_DATA,
                              "is X12, but no remittance: this transaction is no 835");
}

static enum cg_status take_segment(struct remittance *r, struct cg_text segment) {
    const uint32_t name = cg_x12_name_of(segment, r->marks.element);
    const bool ends_claim = name == NAME3('C', 'L', 'P') || name == CG_X12_NAME('L', 'X', 0) ||
                            name == NAME3('P', 'L', 'B') || name == CG_X12_NAME_SE;
    r->segments++;
    if (ends_claim && !end_claim(r)) {
        r->out_of_memory = true;
        return CG_INTERNAL;
    }
    if (name == CG_X12_NAME_ST) {
        return check_set(r, segment);
    }
    if (name == NAME3('C', 'L', 'P')) {
        begin_claim(r, segment);
    } else if (name == NAME3('N', 'M', '1') && r->has_claim) {
        take_name(r, segment);
    } else if (name == NAME3('S', 'V', 'C') && r->has_claim) {
        take_line(r, segment);
    }
    r->is_between = name == CG_X12_NAME_IEA;
    return CG_OK;
}

/* --- bytes --- */

static enum cg_status find_segment(struct remittance *r, struct cg_text rest, bool at_end,
                                   uint32_t *len) {
    *len = 0;
    if (r->is_between) {
        return cg_x12_read_isa(rest, at_end, &r->marks, len, r->err);
    }
    const char *end = memchr(rest.ptr, r->marks.terminator, rest.len);
    if (end == NULL && at_end && rest.len > 3 && memcmp(rest.ptr, "IEA", 3) == 0) {
        *len = rest.len; /* the last terminator may be missing */
    } else if (end != NULL) {
        *len = (uint32_t)(end - rest.ptr);
    }
    return *len > CG_X12_SEGMENT_MAX_BYTES || (end == NULL && rest.len > CG_X12_SEGMENT_MAX_BYTES)
               ? cg_error_set(r->err, CG_BAD_DATA, "this segment is longer than 64 KiB")
               : CG_OK;
}

static enum cg_status take_held(struct remittance *r, bool at_end) {
    const struct cg_text all = {r->held.data, (uint32_t)r->held.len_bytes};
    uint32_t at = 0;
    enum cg_status status = CG_OK;
    while (status == CG_OK) {
        uint32_t newlines = 0;
        uint32_t len;
        at += cg_x12_skip((struct cg_text){all.ptr + at, all.len - at}, &r->marks, r->is_between,
                          &newlines);
        const struct cg_text rest = {all.ptr + at, all.len - at};
        if (rest.len == 0) {
            break;
        }
        status = find_segment(r, rest, at_end, &len);
        if (status != CG_OK || len == 0) {
            break;
        }
        r->is_between = false;
        status = take_segment(r, (struct cg_text){rest.ptr, len});
        at += len + (len < rest.len);
    }
    if (status == CG_BAD_DATA) {
        return cg_error_wrap(r->err, "%s: segment %llu (byte %llu)", r->plan->table.file,
                             (unsigned long long)r->segments,
                             (unsigned long long)(r->bytes_before + at + 1));
    }
    r->bytes_before += at;
    r->held.len_bytes -= at;
    memmove(r->held.data, r->held.data + at, r->held.len_bytes);
    return status;
}

static enum cg_status read_all(struct remittance *r, struct cg_source *source) {
    bool at_end = false;
    while (!at_end) {
        if (!cg_buffer_reserve(&r->held, FILL_BYTES)) {
            return cg_error_no_memory(r->err);
        }
        struct cg_fill fill = {.out = r->held.data + r->held.len_bytes,
                               .capacity_bytes = FILL_BYTES};
        if (cg_source_read(source, &fill, r->err) != CG_OK) {
            return r->err->status;
        }
        r->held.len_bytes += fill.len_bytes;
        at_end = fill.at_end;
        if (take_held(r, at_end) != CG_OK) {
            return r->out_of_memory ? CG_INTERNAL : r->err->status;
        }
    }
    r->facts->table.bytes = cg_source_bytes(source);
    if (!r->is_between) {
        return cg_error_set(r->err, CG_BAD_DATA,
                            "%s: ends before IEA; the file was cut: fetch it again",
                            r->plan->table.file);
    }
    cg_source_sha256(source, r->facts->table.sha256);
    return CG_OK;
}

enum cg_status cg_remittance_read(const struct cg_remittance_plan *plan,
                                  struct cg_remittance_facts *facts, struct cg_error *err) {
    struct remittance *r = calloc(1, sizeof *r);
    struct cg_source *source = NULL;
    *facts = (struct cg_remittance_facts){0};
    if (r == NULL) {
        return cg_error_no_memory(err);
    }
    CG_ASSERT(plan->table.column_count <= COLUMNS_MAX);
    r->plan = plan;
    r->facts = facts;
    r->is_between = true;
    r->err = err;
    cg_buffer_init(&r->held, HELD_MAX_BYTES);
    enum cg_status status = cg_source_open(plan->table.file, &source, err);
    if (status == CG_OK) {
        cg_source_take_x12(source);
        status = read_all(r, source);
    }
    cg_source_close(source);
    cg_buffer_fini(&r->held);
    free(r);
    return status;
}
