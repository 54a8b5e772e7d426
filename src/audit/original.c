/*
 * What report.json of a folder says of the run that made it.
 */
#include "audit_private.h"

#include "claimgate/io/files.h"
#include "claimgate/json/json.h"

#include <stdio.h>
#include <string.h>

enum { REPORT_MAX_BYTES = 1 << 20, PATH_BYTES = 4096, INPUTS_MAX = 1 << 20 };

static enum cg_status take_inputs(const struct cg_json *inputs, struct cg_audit_original *out,
                                  struct cg_error *err) {
    for (size_t i = 0; i < cg_json_count(inputs); i++) {
        const struct cg_json *item = cg_json_item(inputs, i);
        struct cg_audit_input input = {
            .name = strdup(cg_json_string(cg_json_member(item, "file"))),
            .bytes = (uint64_t)cg_json_integer(cg_json_member(item, "bytes"))};
        snprintf(input.sha256, sizeof input.sha256, "%s",
                 cg_json_string(cg_json_member(item, "sha256")));
        if (cg_audit_inputs_add(&out->inputs, &input, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static enum cg_status take_report(const struct cg_json *report, const char *path,
                                  struct cg_audit_original *out, struct cg_error *err) {
    const char *as_of = cg_json_string(cg_json_member(report, "as_of"));
    out->as_of_day = cg_date_parse(as_of, strlen(as_of), CG_DATE_ISO);
    if (out->as_of_day == CG_DAY_NONE) {
        return cg_error_set(err, CG_BAD_DATA,
                            "%s: it has no date as_of; is it a report of "
                            "claimgate validate?",
                            path);
    }
    out->is_ours = true;
    const struct cg_json *counts = cg_json_member(report, "counts");
    if (counts != NULL && cg_json_member(counts, "out_of_scope") != NULL) {
        const struct cg_json *left_out = cg_json_member(counts, "left_out");
        out->out_of_scope = cg_json_integer(cg_json_member(counts, "out_of_scope")) +
                            cg_json_integer(cg_json_member(counts, "other_records")) +
                            (left_out == NULL ? 0 : cg_json_integer(left_out));
    }
    out->run_no = cg_json_integer(cg_json_member(cg_json_member(report, "run"), "id"));
    return take_inputs(cg_json_member(report, "inputs"), out, err);
}

enum cg_status cg_audit_original_read(const char *dir, struct cg_audit_original *out,
                                      struct cg_error *err) {
    char path[PATH_BYTES];
    struct cg_error reading = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_buffer text;
    memset(out, 0, sizeof *out);
    out->as_of_day = CG_DAY_NONE;
    out->out_of_scope = -1;
    cg_array_init(&out->inputs, sizeof(struct cg_audit_input), INPUTS_MAX);
    snprintf(path, sizeof path, "%s/report.json", dir);
    cg_buffer_init(&text, REPORT_MAX_BYTES);
    cg_problems_init(&problems);
    enum cg_status status = cg_file_read(path, &text, &reading);
    if (status == CG_NO_INPUT) {
        status = CG_OK; /* another system's decisions */
    } else if (status != CG_OK) {
        status = cg_error_set(err, status, "%s", reading.text);
    } else {
        struct cg_json_doc *doc = cg_json_load(path, text.data, text.len_bytes, NULL, &problems);
        status = doc != NULL ? take_report(cg_json_root(doc), path, out, err)
                             : cg_problems_in_data(&problems, err);
        cg_json_free(doc);
    }
    cg_problems_fini(&problems);
    cg_buffer_fini(&text);
    return status;
}

void cg_audit_original_fini(struct cg_audit_original *original) {
    cg_audit_inputs_fini(&original->inputs);
}
