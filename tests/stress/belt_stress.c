/*
 * The belt under load, for ThreadSanitizer: a plain main, because Criterion does not start there.
 *
 * Every batch is filled, changed by two parallel stations and folded into a digest by the serial
 * ones, whose digest depends on the order. Nothing but the belt keeps threads apart, so that a
 * missing lock shows as a race, and a batch that overtakes another as a wrong digest.
 */
#include "claimgate/run/belt.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCHES = 3000, DEPTH_MAX = 16, BYTES_MAX = 2048, FAILS_EVERY = 97 };

struct digests {
    uint64_t read; /* batches so far */
    uint64_t decided;
    uint64_t written;
    uint64_t failed;
};

static uint64_t mix(uint64_t value) {
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

static void fill(void *context, struct cg_batch *batch) {
    struct digests *digests = context;
    uint64_t number = digests->read++;
    batch->payload_bytes = mix(number) % BYTES_MAX;
    memset(batch->payload, (int)(number & 0x7f), batch->payload_bytes);
    batch->is_last = digests->read == BATCHES;
}

/* As much work as the batch has bytes; now and then another thread goes first. */
static void change(void *context, struct cg_batch *batch) {
    (void)context;
    for (size_t i = 0; i < batch->payload_bytes; i++) {
        batch->payload[i] = (char)mix((uint64_t)(unsigned char)batch->payload[i] + i);
    }
    if (mix(batch->sequence) % 8 == 0) {
        sched_yield();
    }
    if (batch->sequence % FAILS_EVERY == FAILS_EVERY - 1) {
        cg_error_set(&batch->error, CG_BAD_DATA, "as planned");
    }
}

static uint64_t fold(uint64_t digest, const struct cg_batch *batch) {
    digest = mix(digest + batch->sequence);
    for (size_t i = 0; i < batch->payload_bytes; i++) {
        digest = digest * 31 + (unsigned char)batch->payload[i];
    }
    return digest;
}

static void decide(void *context, struct cg_batch *batch) {
    struct digests *digests = context;
    digests->decided = fold(digests->decided, batch);
}

static void finish(void *context, struct cg_batch *batch) {
    struct digests *digests = context;
    digests->written = fold(digests->written, batch);
    digests->failed += batch->error.status != CG_OK;
}

static const struct cg_station stations[] = {
    {"fill", CG_SERIAL, fill},       {"change", CG_PARALLEL, change}, {"decide", CG_SERIAL, decide},
    {"change", CG_PARALLEL, change}, {"finish", CG_SERIAL, finish},
};

static struct digests run(struct cg_batch **batches, uint32_t depth, uint32_t threads) {
    struct digests digests = {0, 0, 0, 0};
    struct cg_error err = CG_ERROR_INIT;
    const struct cg_belt_plan plan = {
        .stations = stations,
        .station_count = sizeof stations / sizeof *stations,
        .batches = batches,
        .depth = depth,
        .threads = threads,
        .context = &digests,
    };
    if (cg_belt_run(&plan, &err) != CG_OK) {
        fprintf(stderr, "belt_stress: %s\n", err.text);
        digests.read = 0;
    }
    return digests;
}

int main(void) {
    static const uint32_t threads[] = {0, 1, 2, 3, 7, 16};
    static const uint32_t depths[] = {1, 2, 5, DEPTH_MAX};
    struct cg_batch *batches[DEPTH_MAX];
    for (int i = 0; i < DEPTH_MAX; i++) {
        batches[i] = cg_batch_new();
        if (batches[i] == NULL) {
            return EXIT_FAILURE;
        }
    }
    const struct digests expected = run(batches, 1, 0);
    int bad = expected.read != BATCHES || expected.failed != BATCHES / FAILS_EVERY;
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            struct digests got = run(batches, depths[d], threads[t]);
            bool same = memcmp(&got, &expected, sizeof got) == 0;
            printf("belt: %2u threads, %2u batches in flight: %s\n", threads[t], depths[d],
                   same ? "in order" : "NOT IN ORDER");
            bad |= !same;
        }
    }
    for (int i = 0; i < DEPTH_MAX; i++) {
        cg_batch_free(batches[i]);
    }
    return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
