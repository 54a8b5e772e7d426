/*
 * How the belt runs.
 *
 * Every batch carries a sequence number, given when it enters. At most `depth` batches are
 * on the belt, so their numbers lie in a window of that width and `sequence % depth` is a
 * place of its own: each station has one row of such places, where batches wait.
 *
 * A worker looks for work from the last station to the first and takes the first it
 * finds: batches leave as early as they can, and a new one is only read when nothing
 * older is ready. A serial station takes only the number it expects next, which keeps
 * file order however the parallel stations finish. One mutex guards all of it; it is
 * taken twice for each station and batch of about 1 MiB, so it is never contended.
 *
 * Since a failed batch travels like any other, there is no way out but the end: no
 * worker can be left waiting for a batch that will not come.
 */
#include "claimgate/run/belt.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TICK_MS = 200 };

struct place {
    struct cg_batch *batch; /* waiting here; NULL: free */
    uint64_t since_ns;
};

struct row {
    struct place *places; /* depth of them */
    uint32_t waiting;
    uint64_t next; /* serial: the sequence it takes next */
    bool busy;     /* serial: a worker is in it */
};

struct belt {
    const struct cg_belt_plan *plan;
    pthread_mutex_t lock;  /* guards everything below */
    pthread_cond_t change; /* there may be work, or no more will come: for workers */
    pthread_cond_t done;   /* the last batch has left: for the thread that waits for them */
    struct row rows[CG_STATIONS_MAX];
    struct place *place_memory;
    struct cg_batch **idle;
    uint32_t idle_count;
    uint64_t entered;  /* batches that have passed the first station */
    bool last_entered; /* the last batch has been read */
    uint64_t left;     /* batches that have left the last station */
    struct cg_station_times times[CG_STATIONS_MAX];
    uint64_t start_ns;
};

struct job {
    uint32_t station;
    struct cg_batch *batch;
    uint64_t since_ns;
    bool was_last; /* the batch, before the station worked on it */
};

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static bool belt_is_done(const struct belt *belt) {
    return belt->last_entered && belt->left == belt->entered;
}

/* A batch for a station past the first, if it may start now. */
static bool take_waiting(struct belt *belt, uint32_t station, struct job *job) {
    struct row *row = &belt->rows[station];
    const uint32_t depth = belt->plan->depth;
    struct place *place = NULL;
    if (row->waiting == 0 || row->busy) {
        return false;
    }
    if (belt->plan->stations[station].kind == CG_SERIAL) {
        place = &row->places[row->next % depth];
        if (place->batch == NULL) {
            return false;
        }
        row->busy = true;
    } else {
        /* The oldest first: it is what the serial station behind waits for. */
        for (uint64_t seq = belt->left; place == NULL; seq++) {
            if (row->places[seq % depth].batch != NULL) {
                place = &row->places[seq % depth];
            }
        }
    }
    *job = (struct job){station, place->batch, place->since_ns, place->batch->is_last};
    place->batch = NULL;
    row->waiting--;
    return true;
}

static bool take_new(struct belt *belt, struct job *job) {
    struct row *first = &belt->rows[0];
    if (first->busy || belt->last_entered || belt->idle_count == 0) {
        return false;
    }
    first->busy = true;
    struct cg_batch *batch = belt->idle[--belt->idle_count];
    cg_batch_reset(batch);
    batch->sequence = belt->entered;
    *job = (struct job){0, batch, 0, false};
    return true;
}

static bool take_job(struct belt *belt, struct job *job) {
    for (uint32_t station = belt->plan->station_count - 1; station > 0; station--) {
        if (take_waiting(belt, station, job)) {
            return true;
        }
    }
    return take_new(belt, job);
}

/* Hand a batch on to the next station, or back to the idle ones behind the last. */
static void pass_on(struct belt *belt, const struct job *job, uint64_t at_ns) {
    struct row *row = &belt->rows[job->station];
    if (belt->plan->stations[job->station].kind == CG_SERIAL) {
        row->busy = false;
        row->next++;
    }
    if (job->station == 0) {
        belt->entered++;
    }
    if (job->station == 0 || job->was_last) {
        belt->last_entered = job->batch->is_last;
    }
    if (job->station + 1 == belt->plan->station_count) {
        belt->left++;
        belt->idle[belt->idle_count++] = job->batch;
        return;
    }
    struct row *next = &belt->rows[job->station + 1];
    struct place *place = &next->places[job->batch->sequence % belt->plan->depth];
    place->batch = job->batch;
    place->since_ns = at_ns;
    next->waiting++;
}

static void trace_job(const struct belt *belt, const struct job *job, uint64_t begin_ns,
                      uint64_t end_ns) {
    if (belt->plan->trace == NULL) {
        return;
    }
    /* The trace is for people who tune the program; a failed write to it loses nothing. */
    (void)fprintf(belt->plan->trace,
                  "{\"name\":\"%s\",\"ph\":\"X\",\"pid\":1,\"tid\":%lu,\"ts\":%llu.%03llu,"
                  "\"dur\":%llu.%03llu,\"args\":{\"batch\":%llu}},\n",
                  belt->plan->stations[job->station].name, (unsigned long)pthread_self() % 100000,
                  (unsigned long long)(begin_ns - belt->start_ns) / 1000,
                  (unsigned long long)(begin_ns - belt->start_ns) % 1000,
                  (unsigned long long)(end_ns - begin_ns) / 1000,
                  (unsigned long long)(end_ns - begin_ns) % 1000,
                  (unsigned long long)job->batch->sequence);
}

/* Called with the lock held, which is given back while the station works. */
static void run_job(struct belt *belt, const struct job *job) {
    const struct cg_station *station = &belt->plan->stations[job->station];
    pthread_mutex_unlock(&belt->lock);
    const uint64_t begin_ns = now_ns();
    station->work(belt->plan->context, job->batch);
    const uint64_t end_ns = now_ns();
    pthread_mutex_lock(&belt->lock);
    struct cg_station_times *times = &belt->times[job->station];
    times->batches++;
    times->busy_ns += end_ns - begin_ns;
    times->queued_ns += job->since_ns != 0 ? begin_ns - job->since_ns : 0;
    trace_job(belt, job, begin_ns, end_ns);
    pass_on(belt, job, end_ns);
    pthread_cond_broadcast(&belt->change);
    if (belt_is_done(belt)) {
        pthread_cond_signal(&belt->done);
    }
}

static void *worker(void *argument) {
    struct belt *belt = argument;
    struct job job;
    pthread_mutex_lock(&belt->lock);
    while (!belt_is_done(belt)) {
        if (take_job(belt, &job)) {
            run_job(belt, &job);
        } else {
            pthread_cond_wait(&belt->change, &belt->lock);
        }
    }
    pthread_mutex_unlock(&belt->lock);
    return NULL;
}

static void wait_and_tick(struct belt *belt) {
    pthread_mutex_lock(&belt->lock);
    while (!belt_is_done(belt)) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&belt->done, &belt->lock, &until);
        if (belt->plan->tick != NULL) {
            pthread_mutex_unlock(&belt->lock);
            belt->plan->tick(belt->plan->context);
            pthread_mutex_lock(&belt->lock);
        }
    }
    pthread_mutex_unlock(&belt->lock);
}

/* Everything on this thread: the same jobs in the same order of preference. */
static void run_inline(struct belt *belt) {
    struct job job;
    pthread_mutex_lock(&belt->lock);
    while (!belt_is_done(belt)) {
        if (take_job(belt, &job)) {
            run_job(belt, &job);
            if (job.station == 0 && belt->plan->tick != NULL) {
                belt->plan->tick(belt->plan->context);
            }
        }
    }
    pthread_mutex_unlock(&belt->lock);
}

static void run_threads(struct belt *belt) {
    pthread_t threads[CG_THREADS_MAX] = {0};
    uint32_t started = 0;
    const uint32_t wanted =
        belt->plan->threads < CG_THREADS_MAX ? belt->plan->threads : CG_THREADS_MAX;
    while (started < wanted && pthread_create(&threads[started], NULL, worker, belt) == 0) {
        started++;
    }
    if (started == 0) {
        run_inline(belt);
        return;
    }
    wait_and_tick(belt);
    for (uint32_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
}

static bool belt_init(struct belt *belt, const struct cg_belt_plan *plan) {
    memset(belt, 0, sizeof *belt);
    belt->plan = plan;
    belt->place_memory = calloc((size_t)plan->depth * plan->station_count, sizeof(struct place));
    belt->idle = calloc(plan->depth, sizeof(struct cg_batch *));
    if (belt->place_memory == NULL || belt->idle == NULL) {
        free(belt->place_memory);
        free(belt->idle);
        return false;
    }
    for (uint32_t i = 0; i < plan->station_count; i++) {
        belt->rows[i].places = belt->place_memory + (size_t)i * plan->depth;
        belt->times[i].name = plan->stations[i].name;
    }
    memcpy(belt->idle, plan->batches, plan->depth * sizeof(struct cg_batch *));
    belt->idle_count = plan->depth;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&belt->lock, NULL);
    pthread_cond_init(&belt->change, &attributes);
    pthread_cond_init(&belt->done, &attributes);
    pthread_condattr_destroy(&attributes);
    belt->start_ns = now_ns();
    return true;
}

static void belt_fini(struct belt *belt) {
    pthread_cond_destroy(&belt->done);
    pthread_cond_destroy(&belt->change);
    pthread_mutex_destroy(&belt->lock);
    free(belt->idle);
    free(belt->place_memory);
}

enum cg_status cg_belt_run(const struct cg_belt_plan *plan, struct cg_error *err) {
    struct belt belt;
    if (!belt_init(&belt, plan)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory while starting the belt");
    }
    if (plan->threads == 0) {
        run_inline(&belt);
    } else {
        run_threads(&belt);
    }
    if (plan->times != NULL) {
        memcpy(plan->times, belt.times, plan->station_count * sizeof belt.times[0]);
    }
    belt_fini(&belt);
    return CG_OK;
}

uint32_t cg_belt_threads(int64_t asked) {
    cpu_set_t cores;
    if (asked != CG_THREADS_BY_CORES) {
        return (uint32_t)asked;
    }
    if (sched_getaffinity(0, sizeof cores, &cores) != 0) {
        return 1;
    }
    const int count = CPU_COUNT(&cores);
    return count > CG_THREADS_MAX ? CG_THREADS_MAX : (uint32_t)count;
}
