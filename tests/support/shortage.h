/*
 * Shortage: the program whose one file includes this asks here for memory, and one of its requests
 * can fail, or all from one on.
 *
 * It stands in a header and not in the library of the tests, where every program that asks for
 * memory would find it.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_SHORTAGE_H
#define CLAIMGATE_TESTS_SUPPORT_SHORTAGE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    bool begun;
    bool lasts;
    uint32_t left;
    bool failed;
} shortage;

/* The request number `at`, from 0, fails; with `lasts` all that follow too. */
static inline void shortage_begin(uint32_t at, bool lasts) {
    shortage.lasts = lasts;
    shortage.left = at;
    shortage.failed = false;
    shortage.begun = true;
}

/* False: there were not so many requests, and none has failed. */
static inline bool shortage_end(void) {
    shortage.begun = false;
    return shortage.failed;
}

/* Asked at each request too, where a test wants its own to fail. */
static bool (*shortage_also)(void);

static bool is_short(void) {
#ifdef CG_SANITIZED /* a sanitizer asks where a thread begins, and ends the program without */
    if (gettid() != getpid()) {
        return false;
    }
#endif
    if (shortage_also != NULL && shortage_also()) {
        errno = ENOMEM;
        return true;
    }
    if (!shortage.begun) {
        return false;
    }
    const bool fails = shortage.failed ? shortage.lasts : shortage.left == 0;
    shortage.left -= shortage.left > 0;
    shortage.failed = shortage.failed || fails;
    if (fails) {
        errno = ENOMEM;
    }
    return fails;
}

/* What stands behind the names that are taken here: the C library, or a sanitizer's own. */
#ifdef CG_SANITIZED
#define BEHIND(name) __interceptor_##name
/* The C library forgets a block where memory fails while it loads a library. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:_dl_map_object_deps\n";
}
#else
#define BEHIND(name) __libc_##name
#endif
void *BEHIND(malloc)(size_t bytes);
void *BEHIND(calloc)(size_t count, size_t bytes);
void *BEHIND(realloc)(void *old, size_t bytes);
void *malloc(size_t bytes);
void *calloc(size_t count, size_t bytes);
void *realloc(void *old, size_t bytes);
void *reallocarray(void *old, size_t count, size_t bytes);

void *malloc(size_t bytes) {
    return is_short() ? NULL : BEHIND(malloc)(bytes);
}

void *calloc(size_t count, size_t bytes) {
    return is_short() ? NULL : BEHIND(calloc)(count, bytes);
}

void *realloc(void *old, size_t bytes) {
    return is_short() ? NULL : BEHIND(realloc)(old, bytes);
}

void *reallocarray(void *old, size_t count, size_t bytes) {
    return is_short() ? NULL : BEHIND(realloc)(old, count * bytes);
}

void *mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset) {
    return is_short() ? MAP_FAILED
                      : (void *)syscall(SYS_mmap, at, bytes, protection, flags, fd, offset);
}

#endif
