/*
 * Shortage: a program that is linked with this file asks here for memory, and one of its requests
 * can fail, or all from one on.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_SHORTAGE_H
#define CLAIMGATE_TESTS_SUPPORT_SHORTAGE_H

#include <stdbool.h>
#include <stdint.h>

/* The request number `at`, from 0, fails; with `lasts` all that follow too. */
void shortage_begin(uint32_t at, bool lasts);
/* False: there were not so many requests, and none has failed. */
bool shortage_end(void);

#endif
