/*
 * The reader of rejected files: any bytes as one, and the rejected file of any claim file fed back,
 * which is read as that many records again.
 *
 * The first byte chooses which of the two.
 */
#include "support/tiny_run.h"

#include "claimgate/base/log.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct tiny_run run;
    static const struct tiny_way as_tuva = {.layout = "tuva"};
    if (run.batch == NULL) {
        cg_log_init((struct cg_log_options){.quiet = true});
        tiny_run_open(&run, "ms");
    }
    if (size < 1) {
        return 0;
    }
    tiny_run_decide(&run, (struct cg_text){(const char *)data + 1, (uint32_t)size - 1}, &as_tuva);
    if (run.status != CG_OK || (data[0] & 1) != 0 || run.rejected.len_bytes > CG_BATCH_BYTES) {
        return 0;
    }
    const uint64_t rejected = run.rejected_rows;
    struct cg_buffer rows;
    cg_buffer_init(&rows, CG_BATCH_BYTES);
    tiny_require(cg_buffer_append(&rows, run.rejected.data, run.rejected.len_bytes),
                 "out of memory");
    tiny_run_decide(&run, (struct cg_text){rows.data, (uint32_t)rows.len_bytes}, &as_tuva);
    tiny_require(run.status == CG_OK, "a rejected file is refused: %s", run.err.text);
    tiny_require(run.tally.records == rejected, "%llu rejected rows are %llu records",
                 (unsigned long long)rejected, (unsigned long long)run.tally.records);
    cg_buffer_fini(&rows);
    return 0;
}
