/*
 * A run that is opened for a step.
 */
#include "plan.h"

#include "claimgate/base/assert.h"
#include "claimgate/gate/claim.h"
#include "claimgate/gate/decided.h"
#include "claimgate/gate/field_edits.h"
#include "claimgate/io/files.h"
#include "claimgate/io/sandbox.h"
#include "claimgate/record/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *cg_part_path(const struct cg_part *part, char out[CG_PART_PATH_BYTES],
                         const char *format, ...) {
    va_list args;
    const int len = snprintf(out, CG_PART_PATH_BYTES, "%s/", part->run_dir);
    va_start(args, format);
    (void)vsnprintf(out + len, CG_PART_PATH_BYTES - (size_t)len, format, args);
    va_end(args);
    return out;
}

static enum cg_status enter_folder(const struct cg_part *part, struct cg_error *err) {
    const char *folder = part->plan.folder;
    return folder == NULL || chdir(folder) == 0
               ? CG_OK
               : cg_error_set_errno(err, CG_NO_INPUT, errno,
                                    "%s: the folder that the plan's files are named from cannot be "
                                    "entered",
                                    folder);
}

static enum cg_status open_plan(struct cg_part *part, const char *run_dir, struct cg_error *err) {
    enum { PLAN_BYTES_MAX = 64 << 20 };
    cg_buffer_init(&part->text, PLAN_BYTES_MAX);
    if (realpath(run_dir, part->run_dir) == NULL) {
        return cg_error_set_errno(err, CG_NO_INPUT, errno,
                                  "%s: no run is there; begin one with `claimgate part plan`",
                                  run_dir);
    }
    return cg_part_plan_load(part, err) == CG_OK ? enter_folder(part, err) : err->status;
}

enum cg_status cg_part_open(const char *run_dir, struct cg_part **out, struct cg_error *err) {
    struct cg_part *part = calloc(1, sizeof *part);
    if (part == NULL) {
        return cg_error_no_memory(err);
    }
    const enum cg_status status = open_plan(part, run_dir, err);
    if (status != CG_OK) {
        cg_part_free(part);
        return status;
    }
    *out = part;
    return CG_OK;
}

void cg_part_free(struct cg_part *part) {
    if (part != NULL) {
        cg_json_free(part->doc);
        cg_buffer_fini(&part->text);
        free(part->inputs);
        free(part->first_inputs);
        free(part->header);
        free(part->known);
        free(part);
    }
}

const struct cg_part_options *cg_part_options_of(const struct cg_part *part) {
    return &part->plan.options;
}

const char *cg_part_input_of(const struct cg_part *part, uint32_t i) {
    return i < part->plan.input_count ? part->plan.inputs[i].file : NULL;
}

const char *cg_part_ledgers_of(const struct cg_part *part) {
    return part->plan.ledgers;
}

bool cg_part_is_given_up(const struct cg_part *part) {
    return part->is_given_up;
}

static bool has_file(const struct cg_json *files, const struct cg_roster_file_facts *file) {
    uint8_t sha256[CG_SHA256_BYTES];
    for (size_t i = 0; i < cg_json_count(files); i++) {
        const struct cg_json *item = cg_json_item(files, i);
        if (strcmp(cg_json_string(cg_json_member(item, "file")), file->path) == 0) {
            cg_json_hex(cg_json_member(item, "sha256"), sha256, sizeof sha256);
            return memcmp(sha256, file->sha256, sizeof sha256) == 0;
        }
    }
    return false;
}

static enum cg_status check_roster(const struct cg_part *part, const struct cg_roster *roster,
                                   struct cg_error *err) {
    const struct cg_json *files =
        cg_json_member(cg_json_member(cg_json_root(part->doc), "roster"), "files");
    for (uint32_t i = 0; i < cg_roster_file_count(roster); i++) {
        if (!has_file(files, cg_roster_file(roster, i))) {
            return cg_error_set(err, CG_BAD_CONFIG,
                                "%s/%s is not the one that %s was planned with: bring that one "
                                "back, or begin again with another --run",
                                part->plan.options.roster, cg_roster_file(roster, i)->path,
                                part->run_dir);
        }
    }
    return CG_OK;
}

static enum cg_status check_file(const struct cg_part *part, const char *name,
                                 const uint8_t planned[CG_SHA256_BYTES],
                                 const uint8_t now[CG_SHA256_BYTES], struct cg_error *err) {
    return memcmp(planned, now, CG_SHA256_BYTES) == 0
               ? CG_OK
               : cg_error_set(err, CG_BAD_CONFIG,
                              "%s is not the one that %s was planned with: bring that one back, or "
                              "begin again with another --run",
                              name, part->run_dir);
}

enum cg_status cg_part_take_rules(struct cg_part *part, const struct cg_policy *policy,
                                  const struct cg_roster *roster, struct cg_error *err) {
    uint8_t layout[CG_SHA256_BYTES];
    uint8_t reasons[CG_SHA256_BYTES];
    const struct cg_part_plan *plan = &part->plan;
    part->rules =
        (struct cg_rules){.policy = policy, .roster = roster, .as_of_day = plan->options.as_of_day};
    if (check_file(part, plan->options.policy, plan->policy_sha256, cg_policy_sha256(policy),
                   err) != CG_OK ||
        check_roster(part, roster, err) != CG_OK ||
        cg_part_hash_layout(plan->options.layout, layout, err) != CG_OK ||
        cg_part_hash_file(plan->options.reasons, reasons, err) != CG_OK ||
        check_file(part, plan->options.layout, plan->layout_sha256, layout, err) != CG_OK) {
        return err->status;
    }
    return check_file(part, plan->options.reasons, plan->reasons_sha256, reasons, err);
}

enum cg_status cg_part_hash_layout(const char *name, uint8_t out[CG_SHA256_BYTES],
                                   struct cg_error *err) {
    struct cg_named_file file;
    memset(out, 0, CG_SHA256_BYTES);
    if (name == NULL) {
        return CG_OK;
    }
    const enum cg_status status = cg_named_file_open(&cg_layout_files, name, &file, err);
    if (status == CG_OK) {
        cg_sha256_of(file.text.ptr, file.text.len, out);
    }
    cg_named_file_close(&file);
    return status;
}

enum cg_status cg_part_hash_file(const char *path, uint8_t out[CG_SHA256_BYTES],
                                 struct cg_error *err) {
    enum { LIMIT_BYTES = 16 << 20 };
    struct cg_buffer bytes;
    memset(out, 0, CG_SHA256_BYTES);
    if (path == NULL) {
        return CG_OK;
    }
    cg_buffer_init(&bytes, LIMIT_BYTES);
    const enum cg_status status = cg_file_read(path, &bytes, err);
    if (status == CG_OK) {
        cg_sha256_of(bytes.data, bytes.len_bytes, out);
    }
    cg_buffer_fini(&bytes);
    return status;
}

const struct cg_reader_begun *cg_part_begun(const struct cg_part *part, uint32_t task,
                                            struct cg_reader_begun *memory) {
    const struct cg_part_plan *plan = &part->plan;
    *memory = (struct cg_reader_begun){.is_x12 = plan->kind == CG_PART_X12, .header = plan->header};
    return plan->kind != CG_PART_NO_HEADER && plan->header_input < plan->first_inputs[task] ? memory
                                                                                            : NULL;
}

const char *cg_part_set_file(const struct cg_part *part, char out[CG_PART_PATH_BYTES]) {
    if (part->plan.ledgers == NULL) {
        return NULL;
    }
    (void)snprintf(out, CG_PART_PATH_BYTES, "%s/set.json", part->plan.ledgers);
    return out;
}

void cg_part_confine(const struct cg_part *part, uint32_t first_input, uint32_t input_count) {
    char plan_file[CG_PART_PATH_BYTES];
    char set_json[CG_PART_PATH_BYTES];
    struct cg_sandbox_facts facts;
    const char **files = calloc((size_t)input_count + 1, sizeof files[0]);
    for (uint32_t i = 0; files != NULL && i < input_count; i++) {
        files[i] = part->plan.inputs[first_input + i].file;
    }
    const struct cg_sandbox_plan plan = {
        .off = part->plan.options.no_sandbox || files == NULL,
        .inputs = files,
        .input_count = input_count,
        .reads = {part->plan.options.layout},
        .writes = {cg_part_path(part, plan_file, "plan.json"), cg_part_set_file(part, set_json)}};
    cg_sandbox_enter(&plan, &facts);
    free(files);
}

uint32_t cg_part_of_member(const struct cg_part_plan *plan, const struct cg_key *member) {
    return cg_member_part(cg_key_text(member), plan->parts);
}

bool cg_part_of_lines(const struct cg_part_plan *plan, const struct cg_line *lines,
                      uint32_t *part_no) {
    CG_ASSERT(lines->more_lines != CG_NOT_FIRST);
    const uint32_t count = 1U + lines->more_lines;
    bool is_known = false;
    bool agrees = true;
    *part_no = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!cg_decided_elsewhere(&lines[i]) || cg_key_len(&lines[i].member_id) == 0) {
            continue;
        }
        const uint32_t found = cg_part_of_member(plan, &lines[i].member_id);
        agrees = agrees && (!is_known || found == *part_no || lines[i].reasons != 0);
        *part_no = is_known ? *part_no : found;
        is_known = true;
    }
    return agrees;
}

struct cg_reader_plan cg_part_reader_plan(const struct cg_part *part,
                                          struct cg_reader_input *inputs, uint32_t count) {
    const struct cg_part_options *o = &part->plan.options;
    return (struct cg_reader_plan){
        .inputs = inputs,
        .input_count = count,
        .layout = o->layout,
        .multiline = o->multiline,
        .takes_rejected = true,
        .x12 = &o->x12,
        .parse = {.edit_fields = cg_edit_fields,
                  .settle_claim = cg_claim_settle,
                  .edit_credentials = cg_edit_credentials,
                  .rules = &part->rules},
        .untold = true, /* merge tells it once */
        .takes_bom = o->allow_empty,
        .empty_mend = o->allow_empty ? NULL
                                     : "fetch it again, or take it as a file of no records with "
                                       "--allow-empty",
    };
}

void cg_part_empty(const char *run_dir) {
    static const char *const folders[] = {"ask", "decide", "answer", "_attempt", "merged"};
    char path[CG_PART_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/plan.json", run_dir);
    (void)unlink(path);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", run_dir, folders[i]);
        (void)cg_dir_remove(AT_FDCWD, path);
    }
}

bool cg_part_remove(const char *run_dir) {
    cg_part_empty(run_dir);
    return cg_dir_remove(AT_FDCWD, run_dir);
}
