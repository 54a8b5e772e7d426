#include "claim_file.h"

#include "claimgate/base/stop.h"
#include "claimgate/io/deflate.h"
#include "claimgate/io/sink.h"

#include <stdlib.h>

enum { AT_ONCE_BYTES = 1 << 18, LIMIT_BYTES = 1 << 24 };

struct cg_claim_file {
    struct cg_deflater *deflater; /* NULL: plain */
    struct cg_buffer rows;
    struct cg_buffer packed;
    struct cg_sink *sink; /* NULL: no file is open */
    uint64_t text_bytes;
    uint64_t disk_bytes;
};

struct cg_claim_file *cg_claim_file_new(int level, size_t most_bytes) {
    struct cg_claim_file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return NULL;
    }
    cg_buffer_init(&file->rows, LIMIT_BYTES);
    cg_buffer_init(&file->packed, LIMIT_BYTES);
    file->deflater = level > 0 ? cg_deflater_new(level, CG_CODEC_BEST) : NULL;
    if ((file->deflater == NULL && level > 0) ||
        !cg_buffer_reserve(&file->rows, AT_ONCE_BYTES + most_bytes)) {
        cg_claim_file_free(file);
        return NULL;
    }
    return file;
}

void cg_claim_file_free(struct cg_claim_file *file) {
    if (file != NULL) {
        if (file->sink != NULL) {
            cg_sink_abandon(file->sink);
        }
        cg_deflater_free(file->deflater);
        cg_buffer_fini(&file->packed);
        cg_buffer_fini(&file->rows);
        free(file);
    }
}

enum cg_status cg_claim_file_open(struct cg_claim_file *file, int dir_fd, const char *name,
                                  struct cg_error *err) {
    return cg_sink_create(dir_fd, name, (gid_t)-1, &file->sink, err);
}

struct cg_buffer *cg_claim_file_rows(struct cg_claim_file *file) {
    return &file->rows;
}

static enum cg_status send(struct cg_claim_file *file, struct cg_error *err) {
    enum cg_status status = cg_stop_check(err);
    if (status != CG_OK) {
        return status;
    }
    file->text_bytes += file->rows.len_bytes;
    if (file->deflater == NULL) {
        status = cg_sink_write(file->sink, file->rows.data, file->rows.len_bytes, err);
    } else {
        cg_buffer_clear(&file->packed);
        status = cg_deflater_add(file->deflater, file->rows.data, file->rows.len_bytes,
                                 &file->packed, err);
        if (status == CG_OK) {
            status = cg_sink_write(file->sink, file->packed.data, file->packed.len_bytes, err);
        }
    }
    cg_buffer_clear(&file->rows);
    return status;
}

enum cg_status cg_claim_file_flow(struct cg_claim_file *file, struct cg_error *err) {
    return file->rows.len_bytes >= AT_ONCE_BYTES ? send(file, err) : CG_OK;
}

static enum cg_status end_blocks(struct cg_claim_file *file, struct cg_error *err) {
    cg_buffer_clear(&file->packed);
    if (file->deflater == NULL) {
        return CG_OK;
    }
    if (cg_deflater_flush(file->deflater, &file->packed, err) != CG_OK ||
        cg_deflater_end(&file->packed, err) != CG_OK) {
        return err->status;
    }
    return cg_sink_write(file->sink, file->packed.data, file->packed.len_bytes, err);
}

enum cg_status cg_claim_file_close(struct cg_claim_file *file, struct cg_error *err) {
    if (send(file, err) != CG_OK || end_blocks(file, err) != CG_OK) {
        return err->status;
    }
    struct cg_sink *sink = file->sink;
    file->disk_bytes += cg_sink_bytes(sink);
    file->sink = NULL;
    return cg_sink_close(sink, err);
}

uint64_t cg_claim_file_text_bytes(const struct cg_claim_file *file) {
    return file->text_bytes;
}

uint64_t cg_claim_file_disk_bytes(const struct cg_claim_file *file) {
    return file->disk_bytes;
}
