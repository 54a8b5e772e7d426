/*
 * Preloaded: a system that keeps less of its word, as the environment asks.
 *   SHORT_READ=N, SHORT_WRITE=N   the N-th read or write after main began moves half of what it
 * could DROP_EXCL                     no file is opened with O_EXCL: what is there already is taken
 *   PLANT_FROM=FILE               each random name is known beforehand, and FILE is linked to it at
 * the last moment: in the folder PLANT_IN, with PLANT_PREFIX before it
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_ulong reads, writes;
static unsigned long short_read, short_write; /* 0: none */
static bool drops_excl, has_begun;

static unsigned long number(const char *name) {
    const char *text = getenv(name);
    return text != NULL ? strtoul(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void) {
    short_read = number("SHORT_READ");
    short_write = number("SHORT_WRITE");
    drops_excl = getenv("DROP_EXCL") != NULL;
    has_begun = true;
}

/* What the n-th call is given, the rest being for a call that follows. */
static size_t cut(atomic_ulong *calls, unsigned long at, size_t bytes) {
    if (!has_begun || atomic_fetch_add(calls, 1) + 1 != at || bytes < 2) {
        return bytes;
    }
    return bytes / 2;
}

ssize_t read(int fd, void *out, size_t bytes) {
    return syscall(SYS_read, fd, out, cut(&reads, short_read, bytes));
}

ssize_t pread64(int fd, void *out, size_t bytes, off_t at) {
    return syscall(SYS_pread64, fd, out, cut(&reads, short_read, bytes), at);
}

ssize_t write(int fd, const void *in, size_t bytes) {
    return syscall(SYS_write, fd, in, cut(&writes, short_write, bytes));
}

ssize_t pwrite64(int fd, const void *in, size_t bytes, off_t at) {
    return syscall(SYS_pwrite64, fd, in, cut(&writes, short_write, bytes), at);
}

static int weaker(int flags) {
    return drops_excl ? flags & ~O_EXCL : flags;
}

static mode_t mode_of(int flags, va_list args) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0;
}

int openat(int dir_fd, const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    const mode_t mode = mode_of(flags, args);
    va_end(args);
    return (int)syscall(SYS_openat, dir_fd, path, weaker(flags), mode);
}

int open(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    const mode_t mode = mode_of(flags, args);
    va_end(args);
    return (int)syscall(SYS_openat, AT_FDCWD, path, weaker(flags), mode);
}

ssize_t getrandom(void *out, size_t bytes, unsigned flags) {
    const char *from = getenv("PLANT_FROM"), *folder = getenv("PLANT_IN");
    char name[4096];
    if (from == NULL || folder == NULL || bytes != 8) {
        return syscall(SYS_getrandom, out, bytes, flags);
    }
    memset(out, 0x11, bytes);
    (void)snprintf(name, sizeof name, "%s/%s1111111111111111", folder, getenv("PLANT_PREFIX"));
    (void)unlink(name);
    if (link(from, name) != 0) {
        perror("weak_calls: link");
    }
    return (ssize_t)bytes;
}
