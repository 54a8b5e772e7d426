/*
 * Inputs of then among the files of now, told by their hashes.
 *
 * A file of the size of an input is hashed as it stands; only one that then is none of them is
 * unpacked, for it may have been compressed since.
 */
#include "audit_private.h"

#include "claimgate/io/input.h"
#include "claimgate/run/content_hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { READ_BYTES = 1 << 18, NAMES_SHOWN = 5, NAMES_BYTES = 2048 };

enum cg_status cg_audit_inputs_add(struct cg_array *inputs, const struct cg_audit_input *input,
                                   struct cg_error *err) {
    struct cg_audit_input *added = input->name != NULL ? cg_array_add(inputs) : NULL;
    if (added == NULL) {
        free(input->name);
        return cg_error_no_memory(err);
    }
    *added = *input;
    return CG_OK;
}

void cg_audit_inputs_fini(struct cg_array *inputs) {
    for (uint32_t i = 0; i < inputs->count; i++) {
        free(((struct cg_audit_input *)cg_array_at(inputs, i))->name);
    }
    cg_array_fini(inputs);
}

/* --- hashes of a file --- */

static enum cg_status hash_opened(struct cg_input *input, char *room, struct cg_error *err) {
    size_t len = READ_BYTES;
    while (len == READ_BYTES) {
        if (cg_input_take(input, room, READ_BYTES, &len, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static enum cg_status hash_file(const char *path, char hex[CG_SHA256_HEX_BYTES],
                                struct cg_error *err) {
    struct cg_input *input = NULL;
    uint8_t sha256[CG_SHA256_BYTES];
    enum cg_status status = cg_input_open(path, &input, err);
    if (status != CG_OK) {
        return status;
    }
    char *room = malloc(READ_BYTES);
    status = room != NULL ? hash_opened(input, room, err) : cg_error_no_memory(err);
    cg_input_sha256(input, sha256);
    cg_sha256_hex(sha256, hex);
    free(room);
    cg_input_close(input);
    return status;
}

enum cg_status cg_audit_content_sha256(const char *path, char hex[CG_SHA256_HEX_BYTES],
                                       struct cg_error *err) {
    struct cg_content_hash hash;
    uint8_t head[CG_SHA256_BYTES];
    uint8_t all[CG_SHA256_BYTES];
    enum cg_status status = cg_content_hash_init(&hash, err);
    if (status == CG_OK) {
        status = cg_content_hash_file(&hash, path, true, err);
    }
    if (status == CG_OK) {
        cg_content_hash_get(&hash, head, all);
        cg_sha256_hex(all, hex);
    }
    cg_content_hash_fini(&hash);
    return status;
}

/* --- matching --- */

static const struct cg_audit_input *input_at(const struct cg_array *inputs, uint32_t position) {
    return cg_array_at(inputs, position);
}

/* Gives `path` to every input that it is: the same content may have been decided twice. */
static bool take(const struct cg_array *inputs, const char *hex, bool is_content, const char *path,
                 const char **paths) {
    bool any = false;
    for (uint32_t i = 0; i < inputs->count; i++) {
        const struct cg_audit_input *input = input_at(inputs, i);
        if (strcmp(is_content ? input->content_sha256 : input->sha256, hex) == 0) {
            any = any || paths[i] == NULL;
            paths[i] = paths[i] == NULL ? path : paths[i];
        }
    }
    return any;
}

static bool any_of_size(const struct cg_array *inputs, uint64_t bytes) {
    for (uint32_t i = 0; i < inputs->count; i++) {
        if (input_at(inputs, i)->bytes == bytes) {
            return true;
        }
    }
    return false;
}

static bool any_content_known(const struct cg_array *inputs) {
    return inputs->count > 0 && input_at(inputs, 0)->content_sha256[0] != '\0';
}

static enum cg_status match_file(const char *path, const struct cg_array *inputs,
                                 const char **paths, struct cg_error *err) {
    char hex[CG_SHA256_HEX_BYTES];
    struct stat facts = {0};
    const bool is_there = stat(path, &facts) == 0;
    if (strcmp(path, "-") == 0 || (is_there && !S_ISREG(facts.st_mode))) {
        return cg_error_set(err, CG_USAGE,
                            "%s: an audit of several nights looks for their inputs among files; "
                            "write it to a file first",
                            path);
    }
    enum cg_status status = CG_OK;
    if (!is_there || any_of_size(inputs, (uint64_t)facts.st_size)) {
        status = hash_file(path, hex, err);
        if (status != CG_OK || take(inputs, hex, false, path, paths)) {
            return status;
        }
    }
    if (any_content_known(inputs)) {
        status = cg_audit_content_sha256(path, hex, err);
        if (status != CG_OK || take(inputs, hex, true, path, paths)) {
            return status;
        }
    }
    return cg_error_set(err, CG_USAGE,
                        "%s is no input of these nights, or is given twice; leave it out", path);
}

static enum cg_status name_missing(const struct cg_array *inputs, const char *const *paths,
                                   struct cg_error *err) {
    char names[NAMES_BYTES] = "";
    size_t used = 0;
    uint32_t missing = 0;
    for (uint32_t i = 0; i < inputs->count; i++) {
        if (paths[i] == NULL && missing++ < NAMES_SHOWN) {
            const int len = snprintf(names + used, sizeof names - used, "%s%s",
                                     missing > 1 ? ", " : "", input_at(inputs, i)->name);
            used += (size_t)len < sizeof names - used ? (size_t)len : 0;
        }
    }
    if (missing == 0) {
        return CG_OK;
    }
    return cg_error_set(err, CG_NO_INPUT,
                        "%u of %u inputs of these nights are missing among the files, which are "
                        "told by their hashes: %s%s; give them too",
                        missing, inputs->count, names, missing > NAMES_SHOWN ? " and more" : "");
}

enum cg_status cg_audit_inputs_match(const struct cg_run_plan *now, const struct cg_array *inputs,
                                     const char **paths, struct cg_error *err) {
    for (uint32_t i = 0; i < now->input_count; i++) {
        if (match_file(now->inputs[i], inputs, paths, err) != CG_OK) {
            return err->status;
        }
    }
    return name_missing(inputs, paths, err);
}
