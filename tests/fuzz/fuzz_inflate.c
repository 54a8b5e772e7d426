/*
 * Any bytes as an input: plain, gzip, BGZF or neither. Both codecs take the same content or refuse
 * it.
 *
 * The first byte chooses the size of the fills.
 */
#include "support/memory_file.h"
#include "support/tiny_run.h"

#include "claimgate/io/source.h"

#include <stdlib.h>

enum { CONTENT_MAX_BYTES = 8 << 20, FILL_MIN_BYTES = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct content {
    enum cg_status status;
    struct cg_buffer bytes;
    bool is_cut; /* there is more than is looked at */
};

static void fill_all(struct content *content, struct cg_source *source, size_t capacity) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_buffer packed;
    char *out = malloc(capacity);
    cg_buffer_init(&packed, capacity + 8);
    struct cg_fill fill = {.out = out, .capacity_bytes = capacity, .packed = &packed};
    do {
        cg_buffer_clear(&packed);
        content->status = cg_source_read(source, &fill, &err);
        if (content->status == CG_OK) {
            content->is_cut = !cg_buffer_append(&content->bytes, out, fill.len_bytes);
        }
    } while (content->status == CG_OK && !fill.at_end && !content->is_cut);
    tiny_require(content->status == CG_OK || err.text[0] != '\0', "refused without a word");
    cg_buffer_fini(&packed);
    free(out);
}

static void read_by(enum cg_codec codec, const char *path, size_t capacity,
                    struct content *content) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_source *source = NULL;
    *content = (struct content){.status = CG_OK};
    cg_buffer_init(&content->bytes, CONTENT_MAX_BYTES);
    tiny_require(cg_source_open_with(path, codec, &source, &err) == CG_OK, "%s", err.text);
    fill_all(content, source, capacity);
    cg_source_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct content best;
    struct content zlib;
    struct memory_file file;
    if (size < 1) {
        return 0;
    }
    memory_file_make(&file, data + 1, size - 1);
    read_by(CG_CODEC_BEST, file.path, FILL_MIN_BYTES + data[0] * 257u, &best);
    read_by(CG_CODEC_ZLIB, file.path, FILL_MIN_BYTES, &zlib);
    tiny_require(best.status == zlib.status, "one codec alone refuses it");
    tiny_require(best.status != CG_OK || (best.is_cut && zlib.is_cut) ||
                     (best.bytes.len_bytes == zlib.bytes.len_bytes &&
                      (best.bytes.len_bytes == 0 ||
                       memcmp(best.bytes.data, zlib.bytes.data, best.bytes.len_bytes) == 0)),
                 "the codecs give different content");
    cg_buffer_fini(&best.bytes);
    cg_buffer_fini(&zlib.bytes);
    memory_file_close(&file);
    return 0;
}
