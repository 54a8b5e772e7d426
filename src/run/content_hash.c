#include "claimgate/run/content_hash.h"

#include "claimgate/base/stop.h"
#include "claimgate/io/source.h"
#include "claimgate/ledger/ledger.h"
#include "claimgate/record/batch.h"

#include <stdlib.h>

enum cg_status cg_content_hash_init(struct cg_content_hash *hash, struct cg_error *err) {
    *hash = (struct cg_content_hash){.head = cg_sha256_new(), .all = cg_sha256_new()};
    return hash->head != NULL && hash->all != NULL ? CG_OK : cg_error_no_memory(err);
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

void cg_content_hash_get(const struct cg_content_hash *hash, uint8_t head_sha256[CG_SHA256_BYTES],
                         uint8_t content_sha256[CG_SHA256_BYTES]) {
    cg_sha256_peek(hash->head, head_sha256);
    cg_sha256_peek(hash->all, content_sha256);
}

static enum cg_status add_next(struct cg_content_hash *hash, struct cg_source *source,
                               struct cg_fill *fill, struct cg_error *err) {
    if (cg_stop_check(err) != CG_OK || cg_source_read(source, fill, err) != CG_OK) {
        return err->status;
    }
    cg_content_hash_add(hash, fill->out, fill->len_bytes);
    return CG_OK;
}

static enum cg_status add_source(struct cg_content_hash *hash, struct cg_source *source, bool whole,
                                 struct cg_error *err) {
    struct cg_fill fill = {.out = malloc(CG_BATCH_BYTES), .capacity_bytes = CG_BATCH_BYTES};
    enum cg_status status = fill.out != NULL ? CG_OK : cg_error_no_memory(err);
    while (status == CG_OK && !fill.at_end && (whole || hash->head_bytes < CG_LEDGER_HEAD_BYTES)) {
        status = add_next(hash, source, &fill, err);
    }
    free(fill.out);
    return status;
}

enum cg_status cg_content_hash_file(struct cg_content_hash *hash, const char *path, bool whole,
                                    struct cg_error *err) {
    struct cg_source *source = NULL;
    if (cg_source_open(path, &source, err) != CG_OK) {
        return err->status;
    }
    cg_source_take_x12(source);
    cg_content_hash_restart(hash);
    const enum cg_status status = add_source(hash, source, whole, err);
    cg_source_close(source);
    return status;
}
