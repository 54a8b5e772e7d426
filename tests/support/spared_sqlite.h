/*
 * SQLite, whose requests for memory are most of all, asks elsewhere than where they fail.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_SPARED_SQLITE_H
#define CLAIMGATE_TESTS_SUPPORT_SPARED_SQLITE_H

#include "support/shortage.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <sqlite3.h>
#include <stdlib.h>

static void *get(int bytes) {
    return BEHIND(malloc)((size_t)bytes);
}

static void *get_again(void *old, int bytes) {
    return BEHIND(realloc)(old, (size_t)bytes);
}

static int size_of(void *block) {
    return (int)malloc_usable_size(block);
}

static int round_up(int bytes) {
    return (bytes + 7) & ~7;
}

static int start(void *context) {
    (void)context;
    return SQLITE_OK;
}

static void stop(void *context) {
    (void)context;
}

/* Before SQLite is used. */
static void leave_sqlite_its_memory(void) {
    static const sqlite3_mem_methods elsewhere = {.xMalloc = get,
                                                  .xFree = free,
                                                  .xRealloc = get_again,
                                                  .xSize = size_of,
                                                  .xRoundup = round_up,
                                                  .xInit = start,
                                                  .xShutdown = stop};
    cr_assert_eq(sqlite3_shutdown(), SQLITE_OK);
    cr_assert_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &elsewhere), SQLITE_OK);
}

#endif
