/*
 * Assertions: what must hold when one part of the program hands over to another.
 *
 * On in dev, test and sanitizer builds; nothing in a release. Never for what comes from a file or
 * a user: that is a verdict or an error.
 */
#ifndef CLAIMGATE_BASE_ASSERT_H
#define CLAIMGATE_BASE_ASSERT_H

#ifdef CG_ASSERTIONS
#include <stdio.h>
#include <stdlib.h>

#define CG_ASSERT(condition)                                                                       \
    ((condition) ? (void)0                                                                         \
                 : (fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition), \
                    abort()))
#else
#define CG_ASSERT(condition) ((void)0)
#endif

#endif
