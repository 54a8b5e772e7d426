/*
 * Outage: the program whose one file includes this asks here for system calls, each of which is a
 * point (points.h) that fails with EIO. What is closed is closed all the same, as Linux does it.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_OUTAGE_H
#define CLAIMGATE_TESTS_SUPPORT_OUTAGE_H

#include "support/points.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *outage_call;
static bool outage_is_over; /* no call is a point */

static bool is_out(const char *call) {
    if (outage_is_over || !points_meet()) {
        return false;
    }
    outage_call = call;
    errno = EIO;
    return true;
}

static int open_at(int dir_fd, const char *path, int flags, mode_t mode) {
    return is_out("open") ? -1 : (int)syscall(SYS_openat, dir_fd, path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int dir_fd, const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_at(dir_fd, path, flags, mode);
}

/* A call that gives 0, or -1 with errno. */
#define OUTAGE_CALL(name, number, parameters, ...)                                                 \
    int name parameters {                                                                          \
        return is_out(#name) ? -1 : (int)syscall(number, __VA_ARGS__);                             \
    }
OUTAGE_CALL(fchmod, SYS_fchmod, (int fd, mode_t mode), fd, mode)
OUTAGE_CALL(fchown, SYS_fchown, (int fd, uid_t owner, gid_t group), fd, owner, group)
OUTAGE_CALL(flock, SYS_flock, (int fd, int operation), fd, operation)
OUTAGE_CALL(mkdirat, SYS_mkdirat, (int dir, const char *path, mode_t mode), dir, path, mode)
OUTAGE_CALL(unlink, SYS_unlinkat, (const char *path), AT_FDCWD, path, 0)
OUTAGE_CALL(unlinkat, SYS_unlinkat, (int dir, const char *path, int flags), dir, path, flags)
OUTAGE_CALL(link, SYS_linkat, (const char *from, const char *to), AT_FDCWD, from, AT_FDCWD, to, 0)
OUTAGE_CALL(chdir, SYS_chdir, (const char *path), path)
OUTAGE_CALL(linkat, SYS_linkat,
            (int from_dir, const char *from, int to_dir, const char *to, int flags), from_dir, from,
            to_dir, to, flags)
OUTAGE_CALL(mkdir, SYS_mkdirat, (const char *path, mode_t mode), AT_FDCWD, path, mode)
OUTAGE_CALL(ftruncate, SYS_ftruncate, (int fd, off_t len), fd, len)
OUTAGE_CALL(rename, SYS_renameat2, (const char *from, const char *to), AT_FDCWD, from, AT_FDCWD, to,
            0)
OUTAGE_CALL(renameat, SYS_renameat2, (int from_dir, const char *from, int to_dir, const char *to),
            from_dir, from, to_dir, to, 0)
OUTAGE_CALL(renameat2, SYS_renameat2,
            (int from_dir, const char *from, int to_dir, const char *to, unsigned flags), from_dir,
            from, to_dir, to, flags)
OUTAGE_CALL(fstat, SYS_newfstatat, (int fd, struct stat *out), fd, "", out, AT_EMPTY_PATH)
OUTAGE_CALL(stat, SYS_newfstatat, (const char *path, struct stat *out), AT_FDCWD, path, out, 0)
OUTAGE_CALL(lstat, SYS_newfstatat, (const char *path, struct stat *out), AT_FDCWD, path, out,
            AT_SYMLINK_NOFOLLOW)
OUTAGE_CALL(fstatat, SYS_newfstatat, (int dir, const char *path, struct stat *out, int flags), dir,
            path, out, flags)
OUTAGE_CALL(statfs, SYS_statfs, (const char *path, struct statfs *out), path, out)
OUTAGE_CALL(access, SYS_faccessat, (const char *path, int mode), AT_FDCWD, path, mode)

/* The power stays on, so that nothing needs to be waited for. */
int fsync(int fd) {
    (void)fd;
    return is_out("fsync") ? -1 : 0;
}

int fdatasync(int fd) {
    (void)fd;
    return 0; /* SQLite's */
}

int close(int fd) {
    const int closed = (int)syscall(SYS_close, fd);
    return is_out("close") ? -1 : closed;
}

ssize_t write(int fd, const void *bytes, size_t len) {
    return is_out("write") ? -1 : syscall(SYS_write, fd, bytes, len);
}

ssize_t read(int fd, void *out, size_t len) {
    return is_out("read") ? -1 : syscall(SYS_read, fd, out, len);
}

ssize_t pread(int fd, void *out, size_t len, off_t at) {
    return is_out("pread") ? -1 : syscall(SYS_pread64, fd, out, len, at);
}

ssize_t getrandom(void *out, size_t len, unsigned flags) {
    return is_out("getrandom") ? -1 : syscall(SYS_getrandom, out, len, flags);
}

/* A function of the C library that gives something, or NULL with errno. */
#define OUTAGE_FUNCTION(type, name, parameters, ...)                                               \
    type *name parameters {                                                                        \
        return is_out(#name)                                                                       \
                   ? NULL                                                                          \
                   : ((type * (*)parameters)(uintptr_t)dlsym(RTLD_NEXT, #name))(__VA_ARGS__);      \
    }
OUTAGE_FUNCTION(char, mkdtemp, (char *path), path)
OUTAGE_FUNCTION(char, realpath, (const char *restrict path, char *restrict out), path, out)
OUTAGE_FUNCTION(char, getcwd, (char *out, size_t len), out, len)
OUTAGE_FUNCTION(DIR, opendir, (const char *path), path)
OUTAGE_FUNCTION(DIR, fdopendir, (int fd), fd)
OUTAGE_FUNCTION(FILE, fopen, (const char *path, const char *mode), path, mode)
OUTAGE_FUNCTION(FILE, fdopen, (int fd, const char *mode), fd, mode)

int mkostemp(char *path, int flags) {
    return is_out("mkostemp")
               ? -1
               : ((int (*)(char *, int))(uintptr_t)dlsym(RTLD_NEXT, "mkostemp"))(path, flags);
}

OUTAGE_FUNCTION(struct passwd, getpwuid, (uid_t uid), uid)

#endif
