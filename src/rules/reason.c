#include "claimgate/rules/reason.h"

#include "claimgate/base/builtin.h"
#include "claimgate/record/csv.h"

#include <string.h>

enum { TEXT_POOL_BYTES = 12288 };

static const char *const names[CG_REASON_COUNT] = {
#define REASON_NAME(name, text) #text,
    CG_REASON_TABLE(REASON_NAME)
#undef REASON_NAME
};

/* Filled once before threads start and only read from then on: the one global table of the gate,
 * because the codes of a reason are the same for every policy and every run. */
static struct cg_reason_info reasons[CG_REASON_COUNT];
static char text_pool[TEXT_POOL_BYTES];

struct loading {
    uint32_t row_count;
    size_t pool_used;
    bool agrees; /* the rows so far name the reasons of the enum in its order */
};

static const char *keep(struct loading *loading, struct cg_text value) {
    if (value.len >= sizeof text_pool - loading->pool_used) {
        loading->agrees = false;
        return "";
    }
    char *copy = text_pool + loading->pool_used;
    if (value.len > 0) {
        memcpy(copy, value.ptr, value.len);
    }
    copy[value.len] = '\0';
    loading->pool_used += value.len + 1;
    return copy;
}

static bool take_row(void *context, const struct cg_table_row *row) {
    struct loading *loading = context;
    if (loading->row_count == CG_REASON_COUNT) {
        loading->agrees = false;
        return true;
    }
    struct cg_reason_info *info = &reasons[loading->row_count];
    info->name = keep(loading, row->values[0]);
    info->group = keep(loading, row->values[1]);
    info->group_code = keep(loading, row->values[2]);
    info->carc = keep(loading, row->values[3]);
    info->rarc = keep(loading, row->values[4]);
    info->text = keep(loading, row->values[5]);
    info->stc = keep(loading, row->values[6]);
    info->stc_blank = keep(loading, row->values[7]);
    if (strcmp(info->name, names[loading->row_count]) != 0) {
        loading->agrees = false;
    }
    loading->row_count++;
    return true;
}

enum cg_status cg_reason_init(struct cg_error *err) {
    const struct cg_builtin *file = cg_builtin_find("reasons.csv");
    if (file == NULL) {
        return cg_error_set(err, CG_INTERNAL, "schemas/reasons.csv is not built in");
    }
    struct cg_table_column columns[] = {
        {.name = "reason", .needed = true},     {.name = "group", .needed = true},
        {.name = "group_code", .needed = true}, {.name = "carc", .needed = true},
        {.name = "rarc", .needed = true},       {.name = "text", .needed = true},
        {.name = "stc", .needed = true},        {.name = "stc_blank", .needed = true},
    };
    struct loading loading = {.agrees = true};
    struct cg_table_plan plan = {
        .file = "schemas/reasons.csv",
        .columns = columns,
        .column_count = sizeof columns / sizeof *columns,
        .row = take_row,
        .context = &loading,
    };
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_text text = {.ptr = file->bytes, .len = (uint32_t)file->len_bytes};
    enum cg_status status = cg_table_read_text(&plan, text, &problems, err);
    bool complete = loading.agrees && loading.row_count == CG_REASON_COUNT;
    if (status == CG_OK && problems.no_memory) {
        status = cg_problems_status(&problems, err);
    } else if (status == CG_OK && (problems.total > 0 || !complete)) {
        status = cg_error_set(err, CG_INTERNAL,
                              "schemas/reasons.csv does not name the reasons in their order");
    }
    cg_problems_fini(&problems);
    return status;
}

const struct cg_reason_info *cg_reason_info(enum cg_reason reason) {
    return &reasons[reason];
}
