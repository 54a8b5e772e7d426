/*
 * Preloaded: the FAIL_AT-th allocation after main began fails, and with FAIL_STICKY each one after
 * it. FAIL_COUNT names a file that gets the number of allocations. The loader's own come before
 * main and are nobody's business here.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *old, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);

static atomic_ulong allocations;
static unsigned long fail_at; /* 0: none */
static bool is_sticky;
static bool has_begun;
static int count_fd = -1; /* opened first, for the program gives up what it does not need */

/* A preloaded library is made ready after all others, right before main. */
__attribute__((constructor)) static void begin(void) {
    const char *at = getenv("FAIL_AT");
    fail_at = at != NULL ? strtoul(at, NULL, 10) : 0;
    is_sticky = getenv("FAIL_STICKY") != NULL;
    const char *path = getenv("FAIL_COUNT");
    if (path != NULL) {
        count_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    }
    has_begun = true;
}

__attribute__((destructor)) static void tell(void) {
    if (count_fd >= 0) {
        (void)dprintf(count_fd, "%lu\n", atomic_load(&allocations));
        (void)close(count_fd);
    }
}

static bool fails(void) {
    if (!has_begun) {
        return false;
    }
    const unsigned long number = atomic_fetch_add(&allocations, 1) + 1;
    const bool hit = fail_at != 0 && (number == fail_at || (is_sticky && number > fail_at));
    if (hit) {
        errno = ENOMEM;
    }
    return hit;
}

void *malloc(size_t bytes) {
    return fails() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
    return fails() ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes) {
    return fails() ? NULL : __libc_realloc(old, bytes);
}

void *memalign(size_t alignment, size_t bytes) {
    return fails() ? NULL : __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    return memalign(alignment, bytes);
}

int posix_memalign(void **out, size_t alignment, size_t bytes) {
    void *memory = memalign(alignment, bytes);
    if (memory == NULL) {
        return ENOMEM;
    }
    *out = memory;
    return 0;
}
