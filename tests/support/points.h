/*
 * Points at which a job may fail, each way that leads to one of them counted once: a job is done
 * once while its points are listed, and then once for each that was reached in a new way.
 *
 * It stands in a header for the one file of a program that stands in for what can fail.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_POINTS_H
#define CLAIMGATE_TESTS_SUPPORT_POINTS_H

#include <execinfo.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* So many callers make a way. */
#ifndef POINTS_DEPTH
#ifdef CG_SANITIZED /* nothing of the harness is inlined there */
#define POINTS_DEPTH 9
#else
#define POINTS_DEPTH 6
#endif
#endif
enum { POINTS_MAX = 1 << 13 };

static struct {
    bool lists;
    bool fails;
    pthread_t thread; /* whose points count, for those of others come in no order */
    uint32_t met;     /* in this job, this time */
    uint32_t wanted;  /* which of them fails, from 1 */
    bool lasts;       /* and all that follow do */
    bool failed;
    uint64_t ways[POINTS_MAX]; /* of all jobs */
    uint32_t way_count;
    uint32_t new_points[POINTS_MAX]; /* of this job */
    uint32_t new_count;
} points;

static bool points_is_new_way(void) {
    void *frames[POINTS_DEPTH];
    uint64_t way = 14695981039346656037U;
    const int depth = backtrace(frames, POINTS_DEPTH);
    for (int i = 0; i < depth; i++) {
        way = (way ^ (uint64_t)(uintptr_t)frames[i]) * 1099511628211U;
    }
    for (uint32_t i = 0; i < points.way_count; i++) {
        if (points.ways[i] == way) {
            return false;
        }
    }
    if (points.way_count == POINTS_MAX) {
        return false;
    }
    points.ways[points.way_count++] = way;
    return true;
}

/* A point is met: true, and it fails. */
static bool points_meet(void) {
    if ((!points.lists && !points.fails) || !pthread_equal(points.thread, pthread_self())) {
        return false;
    }
    const bool lists = points.lists;
    points.lists = false; /* listing may meet points itself */
    points.met++;
    if (lists && points_is_new_way()) {
        points.new_points[points.new_count++] = points.met;
    }
    points.lists = lists;
    const bool fails = points.fails && (points.met == points.wanted ||
                                        (points.lasts && points.met > points.wanted));
    points.failed = points.failed || fails;
    return fails;
}

static void points_list(void) {
    void *frame;
    (void)backtrace(&frame, 1); /* the first asks for what it needs */
    points.met = 0;
    points.new_count = 0;
    points.thread = pthread_self();
    points.lists = true;
}

static void points_fail_at(uint32_t wanted, bool lasts) {
    points.lasts = lasts;
    points.met = 0;
    points.wanted = wanted;
    points.failed = false;
    points.fails = true;
}

/* Whether it failed. */
static bool points_end(void) {
    points.lists = false;
    points.fails = false;
    return points.failed;
}

#endif
