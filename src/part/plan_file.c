/*
 * plan.json: written once, read by every step.
 */
#include "plan.h"

#include "claimgate/base/date.h"
#include "claimgate/io/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {
    [CG_PART_CSV] = "csv", [CG_PART_X12] = "x12", [CG_PART_NO_HEADER] = "none"};

static void put_rules(struct cg_json_writer *json, const struct cg_part_plan *plan,
                      const struct cg_policy *policy, const struct cg_roster *roster) {
    char date[CG_DATE_TEXT_BYTES];
    cg_json_put_string(json, "as_of", cg_date_format(plan->options.as_of_day, date));
    cg_json_open_object(json, "policy");
    cg_json_put_string(json, "name", plan->options.policy);
    cg_json_put_string(json, "id", cg_policy_id(policy));
    cg_json_put_hex(json, "sha256", cg_policy_sha256(policy), CG_SHA256_BYTES);
    cg_json_close_object(json);
    cg_json_open_object(json, "roster");
    cg_json_put_string(json, "folder", plan->options.roster);
    cg_json_open_array(json, "files");
    for (uint32_t i = 0; i < cg_roster_file_count(roster); i++) {
        const struct cg_roster_file_facts *file = cg_roster_file(roster, i);
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "file", file->path);
        cg_json_put_hex(json, "sha256", file->sha256, sizeof file->sha256);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
    cg_json_close_object(json);
}

static void put_layout(struct cg_json_writer *json, const struct cg_part_plan *plan) {
    cg_json_open_object(json, "layout");
    if (plan->options.layout != NULL) {
        cg_json_put_string(json, "name", plan->options.layout);
        cg_json_put_hex(json, "sha256", plan->layout_sha256, CG_SHA256_BYTES);
    }
    cg_json_put_string(json, "kind", kinds[plan->kind]);
    cg_json_put_any_string(json, "bound", plan->bound_layout);
    if (plan->kind != CG_PART_NO_HEADER) {
        cg_json_put_integer(json, "header_input", plan->header_input);
    }
    if (plan->kind == CG_PART_CSV) {
        cg_json_put_hex(json, "header", (const uint8_t *)plan->header.ptr, plan->header.len);
    }
    cg_json_close_object(json);
}

static void put_options(struct cg_json_writer *json, const struct cg_part_plan *plan) {
    const struct cg_part_options *o = &plan->options;
    cg_json_open_object(json, "options");
    cg_json_put_boolean(json, "multiline", o->multiline);
    cg_json_put_boolean(json, "allow_empty", o->allow_empty);
    cg_json_put_boolean(json, "lenient_envelope", o->x12.lenient_envelope);
    cg_json_put_boolean(json, "dependents_joined", o->x12.joins_dependents);
    cg_json_put_boolean(json, "received_unknown", o->x12.received_unknown);
    cg_json_put_boolean(json, "same_control_number_off", o->x12.other_numbers);
    cg_json_put_boolean(json, "lines", o->x12.decides_lines);
    cg_json_put_boolean(json, "ack", o->ack);
    cg_json_put_any_string(json, "payer_id", o->payer_id);
    if (o->reasons != NULL) {
        cg_json_put_string(json, "reasons", o->reasons);
        cg_json_put_hex(json, "reasons_sha256", plan->reasons_sha256, CG_SHA256_BYTES);
    }
    cg_json_put_boolean(json, "with_decisions", o->with_decisions);
    cg_json_put_boolean(json, "sandbox", !o->no_sandbox);
    cg_json_put_integer(json, "level", o->level);
    cg_json_put_integer(json, "threads", o->threads);
    cg_json_put_integer(json, "max_input_bytes", (int64_t)o->limits.max_bytes);
    cg_json_put_integer(json, "max_ratio", (int64_t)o->limits.max_ratio);
    cg_json_close_object(json);
}

static void put_ledgers(struct cg_json_writer *json, const struct cg_part_plan *plan) {
    if (plan->ledgers == NULL) {
        return;
    }
    cg_json_open_object(json, "ledgers");
    cg_json_put_string(json, "folder", plan->ledgers);
    cg_json_put_integer(json, "night", plan->night.run_no);
    cg_json_put_string(json, "id", plan->night.id);
    cg_json_close_object(json);
    cg_json_open_array(json, "known_inputs");
    for (uint32_t i = 0; i < plan->known_count; i++) {
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "file", plan->known[i].file);
        cg_json_put_integer(json, "run", plan->known[i].run_no);
        cg_json_put_any_string(json, "folder", plan->known[i].folder);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

void cg_part_plan_put(struct cg_json_writer *json, const struct cg_part_plan *plan,
                      const struct cg_policy *policy, const struct cg_roster *roster) {
    cg_json_put_string(json, "claimgate", CG_VERSION);
    cg_json_put_string(json, "member_hash", "xxh3-64");
    cg_json_put_integer(json, "parts", plan->parts);
    cg_json_put_integer(json, "tasks", plan->tasks);
    cg_json_put_any_string(json, "folder", plan->folder);
    put_rules(json, plan, policy, roster);
    put_layout(json, plan);
    put_options(json, plan);
    put_ledgers(json, plan);
    cg_json_open_array(json, "inputs");
    for (uint32_t i = 0; i < plan->input_count; i++) {
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "file", plan->inputs[i].file);
        cg_json_put_integer(json, "bytes", (int64_t)plan->inputs[i].bytes);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
    cg_json_open_array(json, "first_inputs");
    for (uint32_t i = 0; i <= plan->tasks; i++) {
        cg_json_put_integer(json, NULL, plan->first_inputs[i]);
    }
    cg_json_close_array(json);
}

/* --- reading --- */

static const struct cg_json *member(const struct cg_json *object, const char *key) {
    return cg_json_member(object, key);
}

/* NULL where it is absent. */
static const char *text_of(const struct cg_json *object, const char *key) {
    const struct cg_json *value = member(object, key);
    return cg_json_is_null(value) ? NULL : cg_json_string(value);
}

static void read_options(const struct cg_json *json, struct cg_part_plan *plan) {
    struct cg_part_options *o = &plan->options;
    o->multiline = cg_json_boolean(member(json, "multiline"));
    o->allow_empty = cg_json_boolean(member(json, "allow_empty"));
    o->x12.lenient_envelope = cg_json_boolean(member(json, "lenient_envelope"));
    o->x12.joins_dependents = cg_json_boolean(member(json, "dependents_joined"));
    o->x12.received_unknown = cg_json_boolean(member(json, "received_unknown"));
    o->x12.other_numbers = cg_json_boolean(member(json, "same_control_number_off"));
    o->x12.decides_lines = cg_json_boolean(member(json, "lines"));
    o->ack = cg_json_boolean(member(json, "ack"));
    o->payer_id = text_of(json, "payer_id");
    o->reasons = text_of(json, "reasons");
    cg_json_hex(cg_json_member(json, "reasons_sha256"), plan->reasons_sha256, CG_SHA256_BYTES);
    o->with_decisions = cg_json_boolean(member(json, "with_decisions"));
    o->no_sandbox = !cg_json_boolean(member(json, "sandbox"));
    o->level = cg_json_integer(member(json, "level"));
    o->threads = cg_json_integer(member(json, "threads"));
    o->limits.max_bytes = (uint64_t)cg_json_integer(member(json, "max_input_bytes"));
    o->limits.max_ratio = (uint64_t)cg_json_integer(member(json, "max_ratio"));
}

static bool read_header(struct cg_part *part, const struct cg_json *layout) {
    struct cg_part_plan *plan = &part->plan;
    const struct cg_json *header = member(layout, "header");
    const size_t len = strlen(cg_json_string(header)) / 2;
    part->header = malloc(len + 1);
    if (part->header == NULL) {
        return false;
    }
    plan->header = (struct cg_text){part->header, (uint32_t)len};
    return cg_json_hex(header, (uint8_t *)part->header, len);
}

static void read_layout(const struct cg_json *layout, struct cg_part_plan *plan) {
    const char *kind = cg_json_string(member(layout, "kind"));
    plan->kind = strcmp(kind, kinds[CG_PART_CSV]) == 0   ? CG_PART_CSV
                 : strcmp(kind, kinds[CG_PART_X12]) == 0 ? CG_PART_X12
                                                         : CG_PART_NO_HEADER;
    plan->header_input = (uint32_t)cg_json_integer(member(layout, "header_input"));
    plan->options.layout = text_of(layout, "name");
    plan->bound_layout = text_of(layout, "bound");
    cg_json_hex(cg_json_member(layout, "sha256"), plan->layout_sha256, CG_SHA256_BYTES);
}

static bool read_inputs(struct cg_part *part, const struct cg_json *root) {
    struct cg_part_plan *plan = &part->plan;
    const struct cg_json *inputs = member(root, "inputs");
    const struct cg_json *first = member(root, "first_inputs");
    plan->input_count = (uint32_t)cg_json_count(inputs);
    part->inputs = calloc((size_t)plan->input_count + 1, sizeof part->inputs[0]);
    part->first_inputs = calloc((size_t)plan->tasks + 1, sizeof part->first_inputs[0]);
    if (part->inputs == NULL || part->first_inputs == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < plan->input_count; i++) {
        const struct cg_json *input = cg_json_item(inputs, i);
        part->inputs[i].file = cg_json_string(member(input, "file"));
        part->inputs[i].bytes = (uint64_t)cg_json_integer(member(input, "bytes"));
    }
    for (uint32_t i = 0; i <= plan->tasks; i++) {
        part->first_inputs[i] = (uint32_t)cg_json_integer(cg_json_item(first, i));
    }
    plan->inputs = part->inputs;
    plan->first_inputs = part->first_inputs;
    return true;
}

/* A folder's text belongs to the document. */
static bool read_ledgers(struct cg_part *part, const struct cg_json *root) {
    struct cg_part_plan *plan = &part->plan;
    const struct cg_json *ledgers = member(root, "ledgers");
    const struct cg_json *known = member(root, "known_inputs");
    plan->ledgers = text_of(ledgers, "folder");
    plan->night.run_no = cg_json_integer(member(ledgers, "night"));
    (void)snprintf(plan->night.id, sizeof plan->night.id, "%s",
                   cg_json_string(member(ledgers, "id")));
    plan->known_count = (uint32_t)cg_json_count(known);
    part->known = calloc((size_t)plan->known_count + 1, sizeof part->known[0]);
    for (uint32_t i = 0; part->known != NULL && i < plan->known_count; i++) {
        const struct cg_json *input = cg_json_item(known, i);
        part->known[i] = (struct cg_known_input){.file = cg_json_string(member(input, "file")),
                                                 .run_no = cg_json_integer(member(input, "run")),
                                                 .folder = (char *)text_of(input, "folder")};
    }
    plan->known = part->known;
    return part->known != NULL;
}

static bool is_sound(const struct cg_part_plan *plan, const struct cg_json *root) {
    bool sound = cg_json_count(member(root, "first_inputs")) == (size_t)plan->tasks + 1 &&
                 plan->first_inputs[0] == 0 && plan->first_inputs[plan->tasks] == plan->input_count;
    for (uint32_t i = 0; sound && i < plan->tasks; i++) {
        sound = plan->first_inputs[i] <= plan->first_inputs[i + 1];
    }
    return sound && plan->options.as_of_day != CG_DAY_NONE &&
           (plan->kind == CG_PART_NO_HEADER || plan->header_input < plan->input_count);
}

static enum cg_status fill(struct cg_part *part, const char *path, struct cg_error *err) {
    const struct cg_json *root = cg_json_root(part->doc);
    struct cg_part_plan *plan = &part->plan;
    const struct cg_json *policy = member(root, "policy");
    const char *version = cg_json_string(member(root, "claimgate"));
    if (strcmp(version, CG_VERSION) != 0) {
        return cg_error_set(err, CG_BAD_CONFIG,
                            "%s was made by claimgate %s, and this is %s: run every step of a run "
                            "with one version, or begin again with another --run",
                            path, version, CG_VERSION);
    }
    plan->parts = (uint32_t)cg_json_integer(member(root, "parts"));
    plan->tasks = (uint32_t)cg_json_integer(member(root, "tasks"));
    plan->folder = text_of(root, "folder");
    const char *as_of = cg_json_string(member(root, "as_of"));
    plan->options.as_of_day = cg_date_parse(as_of, strlen(as_of), CG_DATE_ISO);
    plan->options.policy = cg_json_string(member(policy, "name"));
    cg_json_hex(cg_json_member(policy, "sha256"), plan->policy_sha256, CG_SHA256_BYTES);
    plan->options.roster = cg_json_string(member(member(root, "roster"), "folder"));
    read_layout(member(root, "layout"), plan);
    read_options(member(root, "options"), plan);
    const bool has_memory = read_inputs(part, root) && read_ledgers(part, root) &&
                            read_header(part, member(root, "layout"));
    if (part->header == NULL) {
        return cg_error_no_memory(err);
    }
    return has_memory && is_sound(plan, root)
               ? CG_OK
               : cg_error_set(err, CG_BAD_DATA,
                              "%s is not as it was made; begin again with another --run", path);
}

enum cg_status cg_part_plan_load(struct cg_part *part, struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    enum cg_status status = cg_file_read(cg_part_path(part, path, "plan.json"), &part->text, err);
    if (status == CG_NO_INPUT) {
        *err = (struct cg_error)CG_ERROR_INIT;
        return cg_error_set(err, CG_NO_INPUT,
                            "%s is not there: begin a run with `claimgate part plan`", path);
    }
    if (status != CG_OK) {
        return status;
    }
    status = cg_json_load_own("plan.json", &part->text, "part_plan.schema.json", &part->doc, err);
    return status == CG_OK ? fill(part, path, err) : cg_error_wrap(err, "%s", part->run_dir);
}
