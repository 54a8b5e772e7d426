/*
 * Any bytes as a claim file, decided and written as a run does it. The books balance, the plain
 * path, libcsv and any cut write the same rows, and what is accepted is accepted once more.
 *
 * The first two bytes choose the way of reading and the cut; the rest is the file.
 */
#include "support/tiny_run.h"

#include "claimgate/base/log.h"

#include <stdlib.h>

enum { CHOICE_BYTES = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct rows {
    enum cg_status status;
    struct cg_buffer accepted;
    struct cg_buffer rejected;
};

static struct rows decide(struct tiny_run *run, struct cg_text file, const struct tiny_way *way) {
    struct rows rows;
    tiny_run_decide(run, file, way);
    rows.status = run->status;
    cg_buffer_init(&rows.accepted, SIZE_MAX / 2);
    cg_buffer_init(&rows.rejected, SIZE_MAX / 2);
    tiny_require(cg_buffer_append(&rows.accepted, run->accepted.data, run->accepted.len_bytes) &&
                     cg_buffer_append(&rows.rejected, run->rejected.data, run->rejected.len_bytes),
                 "out of memory");
    return rows;
}

static void rows_fini(struct rows *rows) {
    cg_buffer_fini(&rows->accepted);
    cg_buffer_fini(&rows->rejected);
}

static bool same(const struct cg_buffer *a, const struct cg_buffer *b) {
    return a->len_bytes == b->len_bytes &&
           (a->len_bytes == 0 || memcmp(a->data, b->data, a->len_bytes) == 0);
}

static void expect_same(struct tiny_run *run, struct cg_text file, const struct tiny_way *way,
                        const struct rows *want) {
    struct rows rows = decide(run, file, way);
    tiny_require(rows.status == want->status, "refused by one way of reading alone: %s",
                 run->err.text);
    tiny_require(rows.status != CG_OK || (same(&rows.accepted, &want->accepted) &&
                                          same(&rows.rejected, &want->rejected)),
                 "read otherwise %s", way->libcsv_only ? "by libcsv" : "in two pieces");
    rows_fini(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct tiny_run run;
    if (run.batch == NULL) {
        cg_log_init((struct cg_log_options){.quiet = true});
        tiny_run_open(&run, "ms");
    }
    if (size < CHOICE_BYTES) {
        return 0;
    }
    struct tiny_way way = {.multiline = (data[0] & 1) != 0, .by_header = (data[0] & 14) == 14};
    const struct cg_text file = {(const char *)data + CHOICE_BYTES, (uint32_t)size - CHOICE_BYTES};
    struct rows whole = decide(&run, file, &way);
    way.libcsv_only = true;
    expect_same(&run, file, &way, &whole);
    way.libcsv_only = false;
    way.first_piece = 1 + data[1] * 256u % (file.len + 1);
    expect_same(&run, file, &way, &whole);
    if (whole.status == CG_OK) {
        const struct cg_text again = {whole.accepted.data, (uint32_t)whole.accepted.len_bytes};
        way.first_piece = 0;
        tiny_run_decide(&run, again, &way);
        tiny_require(run.status == CG_OK && run.tally.rejected == 0,
                     "what was accepted is not accepted again: %s", run.err.text);
        tiny_require(same(&run.accepted, &whole.accepted), "accepted again, but otherwise");
    }
    rows_fini(&whole);
    return 0;
}
