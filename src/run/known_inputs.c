#include "claimgate/run/known_inputs.h"

#include "claimgate/run/content_hash.h"

#include "claimgate/base/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What is known of the files looked at so far in this run. */
struct identity {
    uint8_t head[CG_SHA256_BYTES];
    uint8_t all[CG_SHA256_BYTES];
    bool has_all;
};

struct look {
    struct cg_ledger *ledger;
    struct identity *seen; /* one for each input kept */
    const char **inputs;   /* the inputs kept, in the same order */
    uint32_t kept;
    struct cg_known_inputs *known; /* NULL: nobody asks */
    struct cg_content_hash hash;
};

static enum cg_status identify(struct look *look, const char *path, bool whole,
                               struct identity *out, struct cg_error *err) {
    if (cg_content_hash_file(&look->hash, path, whole, err) != CG_OK) {
        return err->status;
    }
    out->has_all = whole;
    cg_content_hash_get(&look->hash, out->head, out->all);
    return CG_OK;
}

/* The earlier file of this run with the same content; NULL: none. Files are read whole only where
 * their heads are the same. */
static enum cg_status find_in_run(struct look *look, const struct identity *file, const char **same,
                                  struct cg_error *err) {
    *same = NULL;
    for (uint32_t i = 0; i < look->kept && *same == NULL; i++) {
        struct identity *other = &look->seen[i];
        if (memcmp(other->head, file->head, CG_SHA256_BYTES) != 0) {
            continue;
        }
        if (!other->has_all) {
            if (identify(look, look->inputs[i], true, other, err) != CG_OK) {
                return err->status;
            }
        }
        if (memcmp(other->all, file->all, CG_SHA256_BYTES) == 0) {
            *same = look->inputs[i];
        }
    }
    return CG_OK;
}

static bool head_in_run(const struct look *look, const struct identity *file) {
    for (uint32_t i = 0; i < look->kept; i++) {
        if (memcmp(look->seen[i].head, file->head, CG_SHA256_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

/* A folder for which there is no memory is left out. */
static void keep(struct cg_known_inputs *known, const char *input, int64_t run_no,
                 const char *folder) {
    if (known != NULL) {
        known->list[known->count++] = (struct cg_known_input){
            .file = input, .run_no = run_no, .folder = folder[0] != '\0' ? strdup(folder) : NULL};
    }
}

void cg_known_inputs_fini(struct cg_known_inputs *known) {
    for (uint32_t i = 0; i < known->count; i++) {
        free(known->list[i].folder);
    }
    free(known->list);
}

void cg_known_inputs_note(const char *input, const char *done, const struct cg_ledger_known *run,
                          struct cg_known_inputs *known) {
    const bool has_folder = run->folder[0] != '\0'; /* an import has none */
    cg_log_note("%s: %s, run %lld has taken it in as %s%s%s", input, done, (long long)run->run_no,
                run->input, has_folder ? "; its outputs are in " : "", run->folder);
    keep(known, input, run->run_no, run->folder);
}

/* Its content is that of another one, of the ledger or of this run, and a note has said so. */
static enum cg_status look_at_content(struct look *look, const char *path, struct identity *file,
                                      bool *known, struct cg_error *err) {
    struct cg_ledger_known run = {0};
    const char *same = NULL;
    if (identify(look, path, true, file, err) != CG_OK ||
        cg_ledger_find_content(look->ledger, file->all, known, &run, err) != CG_OK) {
        return err->status;
    }
    if (*known) {
        cg_known_inputs_note(path, "skipped", &run, look->known);
        return CG_OK;
    }
    if (find_in_run(look, file, &same, err) != CG_OK) {
        return err->status;
    }
    if (same != NULL) {
        cg_log_note("%s: skipped, it has the same content as %s", path, same);
        keep(look->known, path, 0, "");
        *known = true;
    }
    return CG_OK;
}

static enum cg_status look_at(struct look *look, const char *path, struct identity *file,
                              bool *known, struct cg_error *err) {
    bool head_known = false;
    if (identify(look, path, false, file, err) != CG_OK ||
        cg_ledger_knows_head(look->ledger, file->head, &head_known, err) != CG_OK) {
        return err->status;
    }
    return head_known || head_in_run(look, file) ? look_at_content(look, path, file, known, err)
                                                 : CG_OK;
}

bool cg_known_inputs_is_pipe(const char *path) {
    struct stat facts;
    return strcmp(path, "-") == 0 || (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode));
}

static enum cg_status look_at_all(struct look *look, uint32_t count, struct cg_error *err) {
    if (cg_content_hash_init(&look->hash, err) != CG_OK) {
        return err->status;
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *path = look->inputs[i];
        bool known = false;
        if (!cg_known_inputs_is_pipe(path)) {
            if (look_at(look, path, &look->seen[look->kept], &known, err) != CG_OK) {
                return err->status;
            }
        }
        if (!known) {
            look->inputs[look->kept++] = path;
        }
    }
    return CG_OK;
}

enum cg_status cg_known_inputs_drop(struct cg_ledger *ledger, const char **inputs, uint32_t *count,
                                    struct cg_known_inputs *known, struct cg_error *err) {
    struct look look = {.ledger = ledger, .inputs = inputs, .known = known};
    look.seen = calloc(*count, sizeof look.seen[0]);
    if (look.seen == NULL) {
        return cg_error_no_memory(err);
    }
    const enum cg_status status = look_at_all(&look, *count, err);
    *count = status == CG_OK ? look.kept : *count;
    cg_content_hash_fini(&look.hash);
    free(look.seen);
    return status;
}
