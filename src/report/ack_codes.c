#include "claimgate/report/ack_codes.h"

#include "claimgate/base/arena.h"
#include "claimgate/base/array.h"
#include "claimgate/gate/sentences.h"
#include "claimgate/record/csv.h"
#include "claimgate/rules/policy.h"

#include <stdlib.h>

enum { ROWS_MAX = 1024, TEXT_MAX_BYTES = 1 << 20 };

/* What is told of one reason. */
struct code {
    const char *reason;
    const char *stc;
    const char *stc_blank;
};

struct cg_ack_codes {
    struct cg_array rows; /* of struct code: the payer's own */
    struct cg_arena texts;
};

/* --- a payer's own --- */

struct loading {
    struct cg_ack_codes *codes;
    struct cg_problems *problems;
    const char *file;
    bool out_of_memory;
};

static bool is_reason(const char *name) {
    const size_t len = strlen(name);
    if (len > 4 && strcmp(name + len - 4, "_cap") == 0) {
        return true;
    }
    for (int i = 0; i < CG_REASON_COUNT; i++) {
        if (strcmp(name, cg_reason_info((enum cg_reason)i)->name) == 0) {
            return true;
        }
    }
    return false;
}

/* Composites of letters, digits and colons, parted by blanks. */
static bool are_composites(struct cg_text text) {
    uint32_t len = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        const char byte = text.ptr[i];
        const bool is_part =
            (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || byte == ':';
        if (byte != ' ' && !is_part) {
            return false;
        }
        len = byte == ' ' ? 0 : len + 1;
        if (len >= CG_ACK_COMPOSITE_BYTES) {
            return false;
        }
    }
    return true;
}

static bool take_row(void *context, const struct cg_table_row *row) {
    struct loading *loading = context;
    struct cg_ack_codes *codes = loading->codes;
    const char *kept[3];
    for (size_t i = 0; i < 3; i++) {
        kept[i] = cg_arena_copy(&codes->texts, row->values[i].ptr, row->values[i].len);
        if (kept[i] == NULL) {
            loading->out_of_memory = true;
            return false;
        }
    }
    if (!is_reason(kept[0])) {
        cg_problems_add(loading->problems, loading->file, row->line, row->byte_columns[0],
                        "there is no reason of this name; schemas/reasons.csv lists them");
        return true;
    }
    for (size_t i = 1; i < 3; i++) {
        if (!are_composites(row->values[i])) {
            cg_problems_add(loading->problems, loading->file, row->line, row->byte_columns[i],
                            "composites look like \"A7:187\" or \"A3:26:82\", with blanks between "
                            "them");
        }
    }
    struct code *code = cg_array_add(&codes->rows);
    loading->out_of_memory = code == NULL;
    if (code != NULL) {
        *code = (struct code){kept[0], kept[1], kept[2]};
    }
    return code != NULL;
}

static enum cg_status load(const char *path, struct cg_ack_codes *codes, struct cg_error *err) {
    struct cg_table_column columns[] = {
        {.name = "reason", .needed = true}, {.name = "stc", .needed = true}, {.name = "stc_blank"}};
    struct cg_problems problems;
    struct loading loading = {.codes = codes, .problems = &problems, .file = path};
    struct cg_table_plan plan = {.file = path,
                                 .columns = columns,
                                 .column_count = sizeof columns / sizeof *columns,
                                 .row = take_row,
                                 .context = &loading};
    struct cg_table_facts facts;
    cg_problems_init(&problems);
    enum cg_status status = cg_table_read(&plan, &facts, &problems, err);
    if (status == CG_OK) {
        status =
            loading.out_of_memory ? cg_error_no_memory(err) : cg_problems_status(&problems, err);
    }
    cg_problems_fini(&problems);
    return status;
}

enum cg_status cg_ack_codes_load(const char *path, struct cg_ack_codes **out,
                                 struct cg_error *err) {
    struct cg_ack_codes *codes = calloc(1, sizeof *codes);
    if (codes == NULL) {
        return cg_error_no_memory(err);
    }
    cg_array_init(&codes->rows, sizeof(struct code), ROWS_MAX);
    cg_arena_init(&codes->texts, TEXT_MAX_BYTES);
    const enum cg_status status = path != NULL ? load(path, codes, err) : CG_OK;
    if (status != CG_OK) {
        cg_ack_codes_free(codes);
        return status;
    }
    *out = codes;
    return CG_OK;
}

void cg_ack_codes_free(struct cg_ack_codes *codes) {
    if (codes != NULL) {
        cg_array_fini(&codes->rows);
        cg_arena_fini(&codes->texts);
        free(codes);
    }
}

/* --- a line's --- */

/* A cap of one day has a status of its own. */
static const char daily_cap[] = "A3:259 A3:258";

static struct code code_of(const struct cg_ack_codes *codes, const struct cg_line *line,
                           enum cg_reason reason) {
    const char *name = cg_reason_name(line, reason);
    const struct cg_reason_info *info = cg_reason_info(reason);
    for (uint32_t i = 0; i < codes->rows.count; i++) {
        const struct code *own = cg_array_at(&codes->rows, i);
        if (strcmp(own->reason, name) == 0) {
            return *own;
        }
    }
    const bool is_daily =
        reason == CG_REASON_CAP && line->version->caps[line->cap_no].period == CG_PERIOD_DAY;
    return (struct code){name, is_daily ? daily_cap : info->stc, info->stc_blank};
}

static bool is_blank(enum cg_reason reason, const struct cg_x12_line *values) {
    static const struct {
        enum cg_reason reason;
        enum cg_field field;
    } fields[] = {
        {CG_REASON_MEMBER_ID_INVALID, CG_FIELD_MEMBER_ID},
        {CG_REASON_SERVICE_DATE_INVALID, CG_FIELD_CLAIM_LINE_START_DATE},
        {CG_REASON_SERVICE_END_DATE_INVALID, CG_FIELD_CLAIM_LINE_END_DATE},
        {CG_REASON_UNITS_INVALID, CG_FIELD_SERVICE_UNIT_QUANTITY},
        {CG_REASON_ORIGINAL_CLAIM_UNKNOWN, CG_FIELD_ORIGINAL_CLAIM_ID},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].reason == reason) {
            return values->values[fields[i].field].len == 0;
        }
    }
    return false;
}

static void add(struct cg_ack_composites *out, const char *text, size_t len, bool is_dependent) {
    char *at = out->at[out->count];
    memcpy(at, text, len);
    at[len] = '\0';
    /* What is said of the insured is said of the patient where these are two. */
    if (is_dependent && len > 3 && strncmp(at, "A7:158:", 7) == 0) {
        memcpy(at + len - 2, "QC", 2);
    }
    for (uint32_t i = 0; i < out->count; i++) {
        if (strcmp(out->at[i], at) == 0) {
            return;
        }
    }
    out->count++;
}

void cg_ack_codes_tell(const struct cg_ack_codes *codes, const struct cg_line *line,
                       const struct cg_x12_line *values, bool is_dependent,
                       struct cg_ack_composites *out) {
    out->count = 0;
    for (int i = 0; i < CG_REASON_COUNT; i++) {
        const enum cg_reason reason = (enum cg_reason)i;
        if ((line->reasons & cg_reason_bit(reason)) == 0) {
            continue;
        }
        const struct code code = code_of(codes, line, reason);
        const char *at =
            code.stc_blank[0] != '\0' && is_blank(reason, values) ? code.stc_blank : code.stc;
        while (*at != '\0' && out->count < CG_ACK_COMPOSITES_MAX) {
            const size_t len = strcspn(at, " ");
            if (len > 0) {
                add(out, at, len, is_dependent);
            }
            at += len + (at[len] == ' ');
        }
    }
}
