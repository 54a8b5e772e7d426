/*
 * written_files RUNS FIRST_SEED: the accepted and the rejected file of that many runs over damaged
 * claim files, one behind the other on standard output, for readers that are not ours. Before each
 * pair a line: seed, bytes and rows of the accepted file, bytes and rows of the rejected one.
 */
#include "support/damage.h"
#include "support/tiny_run.h"

#include "claimgate/base/log.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    static struct tiny_run run;
    static struct damaged_file file;
    const uint64_t runs = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    const uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    cg_log_init((struct cg_log_options){.quiet = true});
    tiny_run_open(&run, "ms");
    for (uint64_t seed = first; seed < first + runs; seed++) {
        damage_by_seed(&file, seed);
        tiny_run_decide(&run, damaged_text(&file), &(struct tiny_way){0});
        if (run.status != CG_OK) {
            continue; /* the header was damaged too much: nothing is written */
        }
        printf("%llu %zu %llu %zu %llu\n", (unsigned long long)seed, run.accepted.len_bytes,
               (unsigned long long)run.accepted_rows, run.rejected.len_bytes,
               (unsigned long long)run.rejected_rows);
        fwrite(run.accepted.data, 1, run.accepted.len_bytes, stdout);
        fwrite(run.rejected.data, 1, run.rejected.len_bytes, stdout);
    }
    tiny_run_close(&run);
    return 0;
}
