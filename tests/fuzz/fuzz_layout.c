/*
 * Any text as a layout, and behind a line "%%" any bytes as a claim file that is read under it.
 */
#include "support/memory_file.h"
#include "support/tiny_run.h"

#include "claimgate/base/log.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct tiny_run run;
    static const char mark[] = "\n%%\n";
    if (run.batch == NULL) {
        cg_log_init((struct cg_log_options){.quiet = true});
        tiny_run_open(&run, "ms");
    }
    const uint8_t *found = size > 0 ? memmem(data, size, mark, sizeof mark - 1) : NULL;
    const size_t layout_len = found != NULL ? (size_t)(found - data) : size;
    const uint8_t *claims = found != NULL ? found + sizeof mark - 1 : data + size;
    struct memory_file file;
    memory_file_make(&file, data, layout_len);
    const struct cg_text text = {(const char *)claims, (uint32_t)(data + size - claims)};
    tiny_run_decide(&run, text, &(struct tiny_way){.layout = file.path});
    tiny_require(run.status == CG_OK || run.err.text[0] != '\0', "refused without a word");
    const enum cg_status status = run.status;
    tiny_run_decide(&run, text, &(struct tiny_way){.layout = file.path, .libcsv_only = true});
    tiny_require(run.status == status, "refused by one way of reading alone: %s", run.err.text);
    memory_file_close(&file);
    return 0;
}
