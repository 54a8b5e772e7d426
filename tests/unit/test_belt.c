#include "claimgate/run/belt.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { DEPTH = 6, BATCHES = 400 };

struct world {
    uint32_t to_read;  /* batches until the last */
    uint32_t fails_at; /* sequence that fails at the parallel station; UINT32_MAX: none */
    uint64_t read;
    uint64_t next_decided;
    uint64_t next_written;
    uint64_t out_of_order;
    uint64_t failed_seen;
    atomic_uint in_serial;
    atomic_uint serial_clashes;
    atomic_uint parallel_done;
};

static void read_station(void *context, struct cg_batch *batch) {
    struct world *world = context;
    world->read++;
    batch->is_last = world->read == world->to_read;
}

static void slow_station(void *context, struct cg_batch *batch) {
    struct world *world = context;
    /* Uneven work, so that batches overtake each other. */
    struct timespec pause = {0, (long)(batch->sequence * 7919 % 5) * 20000};
    nanosleep(&pause, NULL);
    if (batch->sequence == world->fails_at) {
        cg_error_set(&batch->error, CG_BAD_DATA, "as planned");
    }
    atomic_fetch_add(&world->parallel_done, 1);
}

static void decide_station(void *context, struct cg_batch *batch) {
    struct world *world = context;
    if (atomic_fetch_add(&world->in_serial, 1) != 0) {
        atomic_fetch_add(&world->serial_clashes, 1);
    }
    world->out_of_order += batch->sequence != world->next_decided++;
    atomic_fetch_sub(&world->in_serial, 1);
}

static void write_station(void *context, struct cg_batch *batch) {
    struct world *world = context;
    world->out_of_order += batch->sequence != world->next_written++;
    world->failed_seen += batch->error.status != CG_OK;
}

static const struct cg_station stations[] = {
    {"read", CG_SERIAL, read_station},     {"slow", CG_PARALLEL, slow_station},
    {"decide", CG_SERIAL, decide_station}, {"slow", CG_PARALLEL, slow_station},
    {"write", CG_SERIAL, write_station},
};

static void run_world(struct world *world, uint32_t threads, uint32_t depth,
                      struct cg_station_times *times) {
    struct cg_batch *batches[DEPTH];
    struct cg_error err = CG_ERROR_INIT;
    for (uint32_t i = 0; i < depth; i++) {
        batches[i] = cg_batch_new();
        cr_assert_not_null(batches[i]);
    }
    const struct cg_belt_plan plan = {.stations = stations,
                                      .station_count = 5,
                                      .batches = batches,
                                      .depth = depth,
                                      .threads = threads,
                                      .context = world,
                                      .times = times};
    cr_assert_eq(cg_belt_run(&plan, &err), CG_OK);
    for (uint32_t i = 0; i < depth; i++) {
        cg_batch_free(batches[i]);
    }
}

Test(belt, serial_stations_see_file_order_for_any_number_of_threads_and_batches, .timeout = 60) {
    static const uint32_t threads[] = {0, 1, 2, 7};
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        for (uint32_t depth = 1; depth <= DEPTH; depth += 5) {
            struct world world = {.to_read = BATCHES, .fails_at = UINT32_MAX};
            run_world(&world, threads[t], depth, NULL);
            cr_expect_eq(world.next_decided, BATCHES);
            cr_expect_eq(world.next_written, BATCHES);
            cr_expect_eq(world.out_of_order, 0, "threads %u depth %u", threads[t], depth);
            cr_expect_eq(atomic_load(&world.serial_clashes), 0);
            cr_expect_eq(atomic_load(&world.parallel_done), 2 * BATCHES);
        }
    }
}

Test(belt, a_failed_batch_comes_back_like_any_other, .timeout = 60) {
    struct world world = {.to_read = 50, .fails_at = 17};
    run_world(&world, 3, DEPTH, NULL);
    cr_expect_eq(world.next_written, 50);
    cr_expect_eq(world.failed_seen, 1);
}

Test(belt, a_single_batch_that_is_the_last_ends_the_run, .timeout = 60) {
    for (uint32_t threads = 0; threads < 3; threads++) {
        struct world world = {.to_read = 1, .fails_at = UINT32_MAX};
        run_world(&world, threads, 2, NULL);
        cr_expect_eq(world.next_written, 1);
    }
}

Test(belt, times_name_every_station_and_count_its_batches, .timeout = 60) {
    struct cg_station_times times[5];
    struct world world = {.to_read = 20, .fails_at = UINT32_MAX};
    run_world(&world, 2, DEPTH, times);
    for (uint32_t i = 0; i < 5; i++) {
        cr_expect_str_eq(times[i].name, stations[i].name);
        cr_expect_eq(times[i].batches, 20);
    }
}
