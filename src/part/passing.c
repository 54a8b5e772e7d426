#include "passing.h"

#include "claimgate/record/stretches.h"

const char cg_passing_file[] = "passing.rows.gz";
const char cg_passing_header[] = "bytes of a batch, then records that pass and others in turn";

_Static_assert(CG_BATCH_LINES / 2 * sizeof(struct cg_stretch) < UINT16_MAX,
               "a row has all stretches of a batch");

bool cg_passing_put(struct cg_buffer *out, const struct cg_batch *batch) {
    const uint32_t text_bytes = batch->text.len;
    const size_t stretches_bytes = batch->stretches.count * sizeof(struct cg_stretch);
    const uint16_t len = (uint16_t)(sizeof text_bytes + stretches_bytes);
    return cg_buffer_append(out, &len, sizeof len) &&
           cg_buffer_append(out, &text_bytes, sizeof text_bytes) &&
           cg_buffer_append(out, batch->stretches.items, stretches_bytes);
}

bool cg_passing_read(struct cg_text row, struct cg_batch *batch) {
    uint32_t text_bytes;
    if (row.len < sizeof text_bytes ||
        (row.len - sizeof text_bytes) % sizeof(struct cg_stretch) != 0) {
        return false;
    }
    memcpy(&text_bytes, row.ptr, sizeof text_bytes);
    for (size_t at = sizeof text_bytes; at < row.len; at += sizeof(struct cg_stretch)) {
        struct cg_stretch *stretch = cg_array_add(&batch->stretches);
        if (stretch == NULL) {
            return false;
        }
        memcpy(stretch, row.ptr + at, sizeof *stretch);
    }
    return text_bytes == batch->text.len;
}
