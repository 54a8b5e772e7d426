/*
 * What reading X12 takes by itself: each batch of a plain 837 file is cut and walked on one thread,
 * and no line is tested. Reading the file is not counted. Prints CPU seconds and bytes.
 *
 *     x12_walk FILE
 */
#include "claimgate/record/reader.h"

#include <stdio.h>
#include <time.h>

/* As if no line were in scope; its fields have been found by then. */
static bool leave_out(const void *rules, struct cg_values *values, struct cg_line *line) {
    (void)rules;
    (void)values;
    (void)line;
    return false;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

struct figures {
    double seconds;
    unsigned long long bytes;
};

static enum cg_status walk(struct cg_reader *reader, struct cg_batch *batch,
                           struct figures *figures, struct cg_error *err) {
    do {
        if (cg_reader_read(reader, batch, err) != CG_OK) {
            return err->status;
        }
        figures->bytes += batch->payload_bytes;
        const double start = seconds();
        if (cg_reader_take(reader, batch, err) != CG_OK) {
            return err->status;
        }
        figures->seconds += seconds() - start;
    } while (!batch->is_last);
    return CG_OK;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: x12_walk FILE\n");
        return 64;
    }
    const struct cg_x12_options options = {.lenient_envelope = false};
    struct cg_reader_input input = {.file = argv[1]};
    const struct cg_reader_plan plan = {
        .inputs = &input,
        .input_count = 1,
        .x12 = &options,
        .parse = {.edit_fields = leave_out},
    };
    struct cg_error err = CG_ERROR_INIT;
    struct figures figures = {0};
    struct cg_reader *reader = cg_reader_new(&plan);
    struct cg_batch *batch = cg_batch_new();
    enum cg_status status = reader != NULL && batch != NULL
                                ? walk(reader, batch, &figures, &err)
                                : cg_error_set(&err, CG_INTERNAL, "out of memory");
    if (status == CG_OK) {
        printf("%.3f %llu\n", figures.seconds, figures.bytes);
    } else {
        fprintf(stderr, "x12_walk: %s\n", err.text);
    }
    cg_batch_free(batch);
    cg_reader_free(reader);
    return status == CG_OK ? 0 : 1;
}
