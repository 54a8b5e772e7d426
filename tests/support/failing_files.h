/*
 * Files that fail: each call of the file system that the program makes whose one file includes this
 * asks `files_fail` first, and where that is true fails with EIO. SQLite's and the C library's own
 * calls are not met.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_FAILING_FILES_H
#define CLAIMGATE_TESTS_SUPPORT_FAILING_FILES_H

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool (*files_fail)(void); /* NULL: none does */

static bool file_fails(void) {
    const bool fails = files_fail != NULL && files_fail();
    if (fails) {
        errno = EIO;
    }
    return fails;
}

#define FILE_CALL(failure, ...) return file_fails() ? (failure) : __VA_ARGS__
#define SYSTEM_CALL(...)        FILE_CALL(-1, (int)syscall(__VA_ARGS__))
#define LIBRARY_CALL(failure, type, ...)                                                           \
    FILE_CALL(failure, ((type)(uintptr_t)dlsym(RTLD_NEXT, __func__))(__VA_ARGS__))

static mode_t mode_of(int flags, va_list args) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0;
}

int openat(int dir_fd, const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    const mode_t mode = mode_of(flags, args);
    va_end(args);
    SYSTEM_CALL(SYS_openat, dir_fd, path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    const mode_t mode = mode_of(flags, args);
    va_end(args);
    SYSTEM_CALL(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t read(int fd, void *out, size_t bytes) {
    FILE_CALL(-1, syscall(SYS_read, fd, out, bytes));
}

ssize_t pread(int fd, void *out, size_t bytes, off_t at) {
    FILE_CALL(-1, syscall(SYS_pread64, fd, out, bytes, at));
}

ssize_t write(int fd, const void *in, size_t bytes) {
    FILE_CALL(-1, syscall(SYS_write, fd, in, bytes));
}

int fsync(int fd) {
    SYSTEM_CALL(SYS_fsync, fd);
}

int ftruncate(int fd, off_t len) {
    SYSTEM_CALL(SYS_ftruncate, fd, len);
}

int fchmod(int fd, mode_t mode) {
    SYSTEM_CALL(SYS_fchmod, fd, mode);
}

int flock(int fd, int how) {
    SYSTEM_CALL(SYS_flock, fd, how);
}

int fstat(int fd, struct stat *out) {
    SYSTEM_CALL(SYS_fstat, fd, out);
}

int fstatat(int dir_fd, const char *path, struct stat *out, int flags) {
    SYSTEM_CALL(SYS_newfstatat, dir_fd, path, out, flags);
}

int stat(const char *path, struct stat *out) {
    SYSTEM_CALL(SYS_newfstatat, AT_FDCWD, path, out, 0);
}

int lstat(const char *path, struct stat *out) {
    SYSTEM_CALL(SYS_newfstatat, AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW);
}

int rename(const char *from, const char *to) {
    SYSTEM_CALL(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to) {
    SYSTEM_CALL(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags) {
    SYSTEM_CALL(SYS_renameat2, from_fd, from, to_fd, to, flags);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags) {
    SYSTEM_CALL(SYS_linkat, from_fd, from, to_fd, to, flags);
}

int mkdir(const char *path, mode_t mode) {
    SYSTEM_CALL(SYS_mkdirat, AT_FDCWD, path, mode);
}

int mkdirat(int dir_fd, const char *path, mode_t mode) {
    SYSTEM_CALL(SYS_mkdirat, dir_fd, path, mode);
}

int unlink(const char *path) {
    SYSTEM_CALL(SYS_unlinkat, AT_FDCWD, path, 0);
}

int unlinkat(int dir_fd, const char *path, int flags) {
    SYSTEM_CALL(SYS_unlinkat, dir_fd, path, flags);
}

int close(int fd) {
    const int closed = (int)syscall(SYS_close, fd); /* it is closed, whatever is told */
    FILE_CALL(-1, closed);
}

ssize_t getrandom(void *out, size_t bytes, unsigned flags) {
    FILE_CALL(-1, syscall(SYS_getrandom, out, bytes, flags));
}

int statfs(const char *path, struct statfs *out) {
    SYSTEM_CALL(SYS_statfs, path, out);
}

int statvfs(const char *path, struct statvfs *out) {
    LIBRARY_CALL(-1, int (*)(const char *, struct statvfs *), path, out);
}

DIR *opendir(const char *path) {
    LIBRARY_CALL(NULL, DIR * (*)(const char *), path);
}

DIR *fdopendir(int fd) {
    LIBRARY_CALL(NULL, DIR * (*)(int), fd);
}

FILE *fopen(const char *path, const char *mode) {
    LIBRARY_CALL(NULL, FILE * (*)(const char *, const char *), path, mode);
}

FILE *fdopen(int fd, const char *mode) {
    LIBRARY_CALL(NULL, FILE * (*)(int, const char *), fd, mode);
}

#endif
