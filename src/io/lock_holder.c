/*
 * Which process holds a lock, as the kernel tells it in /proc: lines of /proc/locks have the inode
 * of the file and the process.
 */
#include "claimgate/io/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 1024, PATH_BYTES = 64 };

/* 0: nobody, or one whom this account's /proc does not show. */
static long holder_of(const struct stat *lock) {
    FILE *locks = fopen("/proc/locks", "re");
    char line[LINE_BYTES];
    char wanted[PATH_BYTES];
    long holder = 0;
    if (locks == NULL) {
        return 0;
    }
    (void)snprintf(wanted, sizeof wanted, " %02x:%02x:%" PRIu64 " ", major(lock->st_dev),
                   minor(lock->st_dev), (uint64_t)lock->st_ino);
    while (holder == 0 && fgets(line, sizeof line, locks) != NULL) {
        const char *file = strstr(line, wanted);
        const char *kind = strstr(line, "FLOCK");
        if (file != NULL && kind != NULL && strstr(line, "->") == NULL) {
            while (file > line && file[-1] != ' ') { /* the number before the file */
                file--;
            }
            holder = strtol(file, NULL, 10);
        }
    }
    (void)fclose(locks);
    return holder > 0 ? holder : 0;
}

/* In ticks of the clock after the start of the machine; -1: not known. */
static long long started_ticks(long process) {
    enum { STARTED = 20 }; /* words behind the name up to that of the start */
    char path[PATH_BYTES];
    char line[LINE_BYTES] = "";
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return -1;
    }
    const char *at = fgets(line, sizeof line, file) != NULL ? strrchr(line, ')') : NULL;
    (void)fclose(file);
    for (int i = 0; at != NULL && i < STARTED; i++) {
        at = strchr(at + 1, ' ');
    }
    return at != NULL ? strtoll(at, NULL, 10) : -1;
}

/* Seconds; -1: not known. */
static long long booted_at(void) {
    char line[LINE_BYTES];
    long long at = -1;
    FILE *file = fopen("/proc/stat", "re");
    while (file != NULL && at < 0 && fgets(line, sizeof line, file) != NULL) {
        at = strncmp(line, "btime ", 6) == 0 ? strtoll(line + 6, NULL, 10) : -1;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return at;
}

struct holder {
    long process; /* 0: not known */
    time_t since; /* -1: not known */
};

/* What who locks an output writes into its lock, for the sandbox shows nobody /proc. */
static struct holder written_holder(int dir_fd, const char *name) {
    struct holder holder = {.since = -1};
    char line[PATH_BYTES] = "";
    char *end = NULL;
    const int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && read(fd, line, sizeof line - 1) > 0) {
        holder.process = strtol(line, &end, 10);
        holder.since = (time_t)strtoll(end, NULL, 10);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return holder;
}

static struct holder kernels_holder(int dir_fd, const char *name) {
    struct holder holder = {.since = -1};
    struct stat lock;
    if (fstatat(dir_fd, name, &lock, AT_SYMLINK_NOFOLLOW) != 0) {
        return holder;
    }
    holder.process = holder_of(&lock);
    const long long ticks = holder.process != 0 ? started_ticks(holder.process) : -1;
    const long long booted = ticks >= 0 ? booted_at() : -1;
    if (booted >= 0) {
        holder.since = (time_t)(booted + ticks / sysconf(_SC_CLK_TCK));
    }
    return holder;
}

const char *cg_owner_of_lock(int dir_fd, const char *name, char out[CG_HOLDER_BYTES]) {
    char owner[CG_OWNER_BYTES];
    char since[PATH_BYTES] = "";
    struct tm local;
    struct stat lock;
    if (fstatat(dir_fd, name, &lock, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) {
        (void)snprintf(out, CG_HOLDER_BYTES, "which has ended by now");
        return out;
    }
    struct holder holder = kernels_holder(dir_fd, name);
    if (holder.process == 0) {
        holder = written_holder(dir_fd, name);
    }
    (void)cg_owner_of(dir_fd, name, owner);
    if (holder.process <= 0) {
        (void)snprintf(out, CG_HOLDER_BYTES, "its lock file is of %s", owner);
        return out;
    }
    if (holder.since > 0 && localtime_r(&holder.since, &local) != NULL) {
        (void)strftime(since, sizeof since, ", since %Y-%m-%d %H:%M:%S", &local);
    }
    (void)snprintf(out, CG_HOLDER_BYTES, "process %ld%s; its lock file is of %s", holder.process,
                   since, owner);
    return out;
}
