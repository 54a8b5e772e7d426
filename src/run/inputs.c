/* What a run asks of its inputs as files, before and after their bytes have been read. */
#include "run_private.h"

#include "claimgate/io/unfinished.h"

#include <string.h>
#include <sys/stat.h>

uint64_t cg_run_input_bytes(const struct cg_run *run) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < run->path_count; i++) {
        struct stat facts;
        if (stat(run->paths[i], &facts) != 0 || !S_ISREG(facts.st_mode)) {
            return 0;
        }
        total += (uint64_t)facts.st_size;
    }
    return total;
}

void cg_run_warn_of_names(const struct cg_run *run) {
    for (uint32_t i = 0; i < run->path_count; i++) {
        cg_unfinished_name(run->paths[i]);
    }
}

void cg_run_warn_of_cut_lines(const struct cg_run *run) {
    for (uint32_t i = 0; i < run->path_count; i++) {
        if (run->inputs[i].lacks_line_end) {
            cg_unfinished_line(run->paths[i]);
        }
    }
}

enum cg_status cg_run_check_inputs(const struct cg_run *run, struct cg_error *err) {
    for (uint32_t i = 0; i < run->path_count; i++) {
        if (strcmp(run->paths[i], "-") != 0 &&
            cg_stamp_check_path(&run->stamps[i], run->paths[i], err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}
