#include "known_inputs.h"

#include "claimgate/base/buffer.h"
#include "claimgate/base/log.h"
#include "claimgate/base/stop.h"
#include "claimgate/io/source.h"
#include "claimgate/record/batch.h"

#include <stdlib.h>
#include <string.h>

bool cg_content_hash_init(struct cg_content_hash *hash) {
    *hash = (struct cg_content_hash){.head = cg_sha256_new(), .all = cg_sha256_new()};
    return hash->head != NULL && hash->all != NULL;
}

void cg_content_hash_fini(struct cg_content_hash *hash) {
    cg_sha256_free(hash->head);
    cg_sha256_free(hash->all);
    *hash = (struct cg_content_hash){0};
}

void cg_content_hash_restart(struct cg_content_hash *hash) {
    cg_sha256_restart(hash->head);
    cg_sha256_restart(hash->all);
    hash->head_bytes = 0;
}

void cg_content_hash_add(struct cg_content_hash *hash, const char *bytes, size_t len_bytes) {
    const size_t room = CG_LEDGER_HEAD_BYTES - hash->head_bytes;
    const size_t to_head = len_bytes < room ? len_bytes : room;
    cg_sha256_update(hash->head, bytes, to_head);
    hash->head_bytes += to_head;
    cg_sha256_update(hash->all, bytes, len_bytes);
}

bool cg_content_hash_get(const struct cg_content_hash *hash, uint8_t head_sha256[CG_SHA256_BYTES],
                         uint8_t content_sha256[CG_SHA256_BYTES]) {
    return cg_sha256_peek(hash->head, head_sha256) && cg_sha256_peek(hash->all, content_sha256);
}

static enum cg_status hash_source(struct cg_content_hash *hash, struct cg_source *source,
                                  struct cg_fill *fill, bool whole, struct cg_error *err) {
    enum cg_status status = CG_OK;
    cg_content_hash_restart(hash);
    do {
        status = cg_stop_check(err);
        status = status == CG_OK ? cg_source_read(source, fill, err) : status;
        if (status == CG_OK) {
            cg_content_hash_add(hash, fill->out, fill->len_bytes);
        }
    } while (status == CG_OK && !fill->at_end &&
             (whole || hash->head_bytes < CG_LEDGER_HEAD_BYTES));
    return status;
}

enum cg_status cg_content_hash_file(struct cg_content_hash *hash, const char *path, bool whole,
                                    struct cg_error *err) {
    struct cg_source *source = NULL;
    struct cg_buffer packed;
    cg_buffer_init(&packed, 4 * CG_BATCH_BYTES);
    struct cg_fill fill = {
        .out = malloc(CG_BATCH_BYTES), .capacity_bytes = CG_BATCH_BYTES, .packed = &packed};
    enum cg_status status = fill.out != NULL ? cg_source_open(path, &source, err)
                                             : cg_error_set(err, CG_INTERNAL, "out of memory");
    if (status == CG_OK) {
        status = hash_source(hash, source, &fill, whole, err);
    }
    cg_source_close(source);
    free(fill.out);
    cg_buffer_fini(&packed);
    return status;
}

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
    struct cg_content_hash hash;
};

static enum cg_status identify(struct look *look, const char *path, bool whole,
                               struct identity *out, struct cg_error *err) {
    const enum cg_status status = cg_content_hash_file(&look->hash, path, whole, err);
    if (status != CG_OK) {
        return status;
    }
    out->has_all = whole;
    return cg_content_hash_get(&look->hash, out->head, out->all)
               ? CG_OK
               : cg_error_set(err, CG_INTERNAL, "SHA-256 is not available");
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
            const enum cg_status status = identify(look, look->inputs[i], true, other, err);
            if (status != CG_OK) {
                return status;
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

void cg_known_inputs_note(const char *input, const char *done, const struct cg_ledger_known *run) {
    const bool has_folder = run->folder[0] != '\0'; /* an import has none */
    cg_log_note("%s: %s, run %lld has taken it in as %s%s%s", input, done, (long long)run->run_no,
                run->input, has_folder ? "; its outputs are in " : "", run->folder);
}

/* *known: this file has been taken in and a note has said so. */
static enum cg_status look_at(struct look *look, const char *path, struct identity *file,
                              bool *known, struct cg_error *err) {
    struct cg_ledger_known run;
    const char *same = NULL;
    bool head_known = false;
    *known = false;
    enum cg_status status = identify(look, path, false, file, err);
    if (status == CG_OK) {
        status = cg_ledger_knows_head(look->ledger, file->head, &head_known, err);
    }
    if (status != CG_OK || (!head_known && !head_in_run(look, file))) {
        return status;
    }
    status = identify(look, path, true, file, err);
    if (status == CG_OK) {
        status = cg_ledger_find_content(look->ledger, file->all, known, &run, err);
    }
    if (status == CG_OK && *known) {
        cg_known_inputs_note(path, "skipped", &run);
        return CG_OK;
    }
    if (status == CG_OK) {
        status = find_in_run(look, file, &same, err);
    }
    if (status == CG_OK && same != NULL) {
        cg_log_note("%s: skipped, it has the same content as %s", path, same);
        *known = true;
    }
    return status;
}

enum cg_status cg_known_inputs_drop(struct cg_ledger *ledger, const char **inputs, uint32_t *count,
                                    struct cg_error *err) {
    struct look look = {.ledger = ledger, .inputs = inputs};
    enum cg_status status = CG_OK;
    look.seen = calloc(*count, sizeof look.seen[0]);
    if (look.seen == NULL || !cg_content_hash_init(&look.hash)) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    for (uint32_t i = 0; status == CG_OK && i < *count; i++) {
        bool known = false;
        if (strcmp(inputs[i], "-") != 0) {
            status = look_at(&look, inputs[i], &look.seen[look.kept], &known, err);
        }
        if (!known) {
            inputs[look.kept++] = inputs[i];
        }
    }
    *count = status == CG_OK ? look.kept : *count;
    cg_content_hash_fini(&look.hash);
    free(look.seen);
    return status;
}
