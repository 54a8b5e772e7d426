#include "redo_nights.h"

#include "claimgate/run/content_hash.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { NIGHTS_MAX = 1 << 20, INPUTS_MAX = 1 << 24, PATH_BYTES = 4096, DEPTH_MAX = 16 };

void cg_redo_nights_init(struct cg_redo_nights *nights) {
    cg_array_init(&nights->list, sizeof(struct cg_redo_target), NIGHTS_MAX);
}

void cg_redo_nights_fini(struct cg_redo_nights *nights) {
    for (uint32_t i = 0; i < nights->list.count; i++) {
        struct cg_redo_target *night = cg_redo_night_at(nights, i);
        for (uint32_t k = 0; k < night->inputs.count; k++) {
            struct cg_redo_input *input = cg_array_at(&night->inputs, k);
            free(input->file);
            free(input->path);
        }
        cg_array_fini(&night->inputs);
        free(night->folder);
        free(night->layout);
    }
    cg_array_fini(&nights->list);
}

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory for the nights to redo");
}

/* --- which nights --- */

struct reading {
    struct cg_redo_nights *nights;
    int64_t from_run;
    const char *resumed; /* NULL: all that stand */
};

/* "3,4,5" has 4. */
static bool lists(const char *runs, int64_t run_no) {
    for (const char *at = runs; at != NULL && *at != '\0';) {
        char *end = NULL;
        if (strtoll(at, &end, 10) == run_no) {
            return true;
        }
        at = *end == ',' ? end + 1 : end;
        if (end == at && *end != '\0') {
            return false;
        }
    }
    return false;
}

static enum cg_status keep_night(void *context, const struct cg_ledger_run_facts *run,
                                 struct cg_error *err) {
    struct reading *reading = context;
    const bool is_night = strcmp(run->kind, "validate") == 0;
    const bool stands = run->state != CG_RUN_WITHDRAWN && strcmp(run->kind, "withdraw") != 0;
    if (reading->resumed != NULL ? !lists(reading->resumed, run->run_no)
                                 : run->run_no < reading->from_run || !stands) {
        return CG_OK;
    }
    if (!is_night) {
        return cg_error_set(
            err, CG_USAGE,
            "among the nights is run %lld (%s), which cannot be decided again; take back the runs "
            "from the newest down to it, one by one (`claimgate ledger withdraw RUN`), redo the "
            "nights before it by this command, give its file to `claimgate ledger %s` again, then "
            "the files of the later nights to `validate`, each with the --as-of of its night "
            "(`claimgate ledger show RUN`)",
            (long long)run->run_no, run->kind, run->kind);
    }
    struct cg_redo_target *night = cg_array_add(&reading->nights->list);
    if (night == NULL) {
        return no_memory(err);
    }
    *night = (struct cg_redo_target){.run_no = run->run_no,
                                     .as_of_day = run->as_of_day,
                                     .stands = stands,
                                     .folder = strdup(run->folder),
                                     .layout = strdup(run->layout)};
    cg_array_init(&night->inputs, sizeof(struct cg_redo_input), INPUTS_MAX);
    return night->folder != NULL && night->layout != NULL ? CG_OK : no_memory(err);
}

static enum cg_status keep_input(void *context, const struct cg_ledger_run_item *item,
                                 struct cg_error *err) {
    struct cg_redo_target *night = context;
    if (strcmp(item->table, "input") != 0) {
        return CG_OK;
    }
    struct cg_redo_input *input = cg_array_add(&night->inputs);
    if (input == NULL) {
        return no_memory(err);
    }
    *input = (struct cg_redo_input){.bytes = item->bytes, .file = strdup(item->name)};
    snprintf(input->content_hex, sizeof input->content_hex, "%s", item->content_hash);
    return input->file != NULL ? CG_OK : no_memory(err);
}

enum cg_status cg_redo_nights_read(struct cg_redo_nights *nights, struct cg_ledger *ledger,
                                   int64_t from_run, const char *resumed, struct cg_error *err) {
    struct reading reading = {nights, from_run, resumed};
    enum cg_status status = cg_ledger_visit_runs(ledger, 0, keep_night, &reading, err);
    for (uint32_t i = 0; status == CG_OK && i < nights->list.count; i++) {
        struct cg_redo_target *night = cg_redo_night_at(nights, i);
        status = cg_ledger_visit_run_items(ledger, night->run_no, keep_input, night, err);
    }
    if (status == CG_OK && (nights->list.count == 0 ||
                            (resumed == NULL && cg_redo_night_at(nights, 0)->run_no != from_run))) {
        return cg_error_set(err, CG_USAGE,
                            "run %lld is no night that stands; `claimgate ledger runs` lists them",
                            (long long)from_run);
    }
    return status;
}

/* --- where their inputs are --- */

struct finding {
    struct cg_redo_nights *nights;
    struct cg_content_hash hash;
    uint32_t missing;
};

/* Whether any input that is still sought has so many bytes on disk. */
static bool is_sought(const struct finding *finding, uint64_t bytes) {
    for (uint32_t i = 0; i < finding->nights->list.count; i++) {
        const struct cg_redo_target *night = cg_redo_night_at(finding->nights, i);
        for (uint32_t k = 0; k < night->inputs.count; k++) {
            const struct cg_redo_input *input = cg_array_at(&night->inputs, k);
            if (input->path == NULL && input->bytes == bytes) {
                return true;
            }
        }
    }
    return false;
}

static bool take_path(struct finding *finding, struct cg_redo_input *input, const char *hex,
                      const char *path) {
    if (input->path != NULL || strcmp(input->content_hex, hex) != 0) {
        return true;
    }
    input->path = strdup(path);
    finding->missing -= input->path != NULL;
    return input->path != NULL;
}

/* The file at `path` for every input that has its content. What cannot be read is none. */
static enum cg_status try_file(struct finding *finding, const char *path, struct cg_error *err) {
    struct cg_error why = CG_ERROR_INIT;
    uint8_t head[CG_SHA256_BYTES];
    uint8_t all[CG_SHA256_BYTES];
    char hex[CG_SHA256_HEX_BYTES];
    if (cg_content_hash_file(&finding->hash, path, true, &why) != CG_OK) {
        const bool is_faulty = why.status != CG_INTERRUPTED && why.status != CG_INTERNAL;
        return is_faulty ? CG_OK : cg_error_set(err, why.status, "%s", why.text);
    }
    cg_content_hash_get(&finding->hash, head, all);
    cg_sha256_hex(all, hex);
    for (uint32_t i = 0; i < finding->nights->list.count; i++) {
        const struct cg_redo_target *night = cg_redo_night_at(finding->nights, i);
        for (uint32_t k = 0; k < night->inputs.count; k++) {
            if (!take_path(finding, cg_array_at(&night->inputs, k), hex, path)) {
                return cg_error_no_memory(err);
            }
        }
    }
    return CG_OK;
}

static enum cg_status try_place(struct finding *finding, const char *path, bool any_size, int depth,
                                struct cg_error *err);

static enum cg_status try_folder(struct finding *finding, const char *path, bool any_size,
                                 int depth, struct cg_error *err) {
    char longer[PATH_BYTES];
    enum cg_status status = CG_OK;
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return cg_error_set_errno(err, CG_NO_INPUT, errno, "%s: cannot open the folder of inputs",
                                  path);
    }
    for (const struct dirent *entry;
         status == CG_OK && finding->missing > 0 && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] != '.' &&
            snprintf(longer, sizeof longer, "%s/%s", path, entry->d_name) < PATH_BYTES) {
            status = try_place(finding, longer, any_size, depth + 1, err);
        }
    }
    closedir(folder);
    return status;
}

static enum cg_status try_place(struct finding *finding, const char *path, bool any_size, int depth,
                                struct cg_error *err) {
    struct stat facts;
    if (stat(path, &facts) != 0) {
        return depth == 0
                   ? cg_error_set_errno(err, CG_NO_INPUT, errno, "%s: cannot look for inputs", path)
                   : CG_OK;
    }
    if (S_ISDIR(facts.st_mode)) {
        return depth < DEPTH_MAX ? try_folder(finding, path, any_size, depth, err) : CG_OK;
    }
    const bool right_size = is_sought(finding, (uint64_t)facts.st_size);
    return S_ISREG(facts.st_mode) && facts.st_size > 0 && right_size != any_size
               ? try_file(finding, path, err)
               : CG_OK;
}

static enum cg_status try_recorded(struct finding *finding, struct cg_error *err) {
    struct stat facts;
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; i < finding->nights->list.count; i++) {
        const struct cg_redo_target *night = cg_redo_night_at(finding->nights, i);
        for (uint32_t k = 0; status == CG_OK && k < night->inputs.count; k++) {
            const struct cg_redo_input *input = cg_array_at(&night->inputs, k);
            if (input->path == NULL && stat(input->file, &facts) == 0 && S_ISREG(facts.st_mode)) {
                status = try_file(finding, input->file, err);
            }
        }
    }
    return status;
}

/* Those of the right size first: hashing all that a folder holds takes long, and is asked for only
 * where a file was compressed otherwise since. */
static enum cg_status try_all(struct finding *finding, const char *const *places,
                              size_t place_count, struct cg_error *err) {
    enum cg_status status = try_recorded(finding, err);
    for (int any_size = 0; any_size < 2; any_size++) {
        for (size_t i = 0; status == CG_OK && finding->missing > 0 && i < place_count; i++) {
            status = try_place(finding, places[i], any_size == 1, 0, err);
        }
    }
    return status;
}

static enum cg_status name_missing(const struct cg_redo_nights *nights, struct cg_error *err) {
    for (uint32_t i = 0; i < nights->list.count; i++) {
        const struct cg_redo_target *night = cg_redo_night_at(nights, i);
        for (uint32_t k = 0; k < night->inputs.count; k++) {
            const struct cg_redo_input *input = cg_array_at(&night->inputs, k);
            if (input->path == NULL) {
                return cg_error_set(err, CG_NO_INPUT,
                                    "%s of run %lld is not among the inputs, so that nothing was "
                                    "changed; name its folder with --inputs",
                                    input->file, (long long)night->run_no);
            }
        }
    }
    return CG_OK;
}

enum cg_status cg_redo_nights_find(struct cg_redo_nights *nights, const char *const *places,
                                   size_t place_count, struct cg_error *err) {
    struct finding finding = {.nights = nights};
    for (uint32_t i = 0; i < nights->list.count; i++) {
        finding.missing += cg_redo_night_at(nights, i)->inputs.count;
    }
    enum cg_status status = cg_content_hash_init(&finding.hash, err);
    if (status == CG_OK) {
        status = try_all(&finding, places, place_count, err);
    }
    cg_content_hash_fini(&finding.hash);
    return status == CG_OK ? name_missing(nights, err) : status;
}
