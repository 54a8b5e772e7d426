/*
 * What runs that were killed have left in a folder: temporaries, and the locks of runs that are no
 * more. Whoever gets the lock of a name knows that no process writes it.
 *
 * A staged folder of another name whose report names a run may be one that a ledger has kept and
 * not yet published: that ledger's own next run finishes it, so it is told and left.
 */
#include "claimgate/io/place.h"

#include "place_names.h"

#include "claimgate/base/log.h"
#include "claimgate/io/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPORT_BYTES = 64 << 10 };

/* Beside a staged database stand, while it is written, files of SQLite's. */
static bool is_temporary(const char *text) {
    static const char *const ends[] = {"", "-journal", "-wal", "-shm"};
    bool found = false;

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        found = found || (strspn(text, "0123456789abcdef") >= CG_PLACE_TOKEN_DIGITS &&
                          strcmp(text + CG_PLACE_TOKEN_DIGITS, ends[i]) == 0);
    }
    return found;
}

/* Of this account, and what it should be. Other accounts' leavings are theirs to remove. */
static bool is_ours(int dir_fd, const char *name, struct stat *about) {
    return fstatat(dir_fd, name, about, AT_SYMLINK_NOFOLLOW) == 0 && about->st_uid == geteuid() &&
           (S_ISDIR(about->st_mode) || S_ISREG(about->st_mode));
}

static bool remove_temporary(int dir_fd, const char *name) {
    struct stat about;

    return is_ours(dir_fd, name, &about) &&
           (S_ISDIR(about.st_mode) ? cg_dir_remove(dir_fd, name) : unlinkat(dir_fd, name, 0) == 0);
}

/* A report is the last file of a folder, and has its run in front of counts and times. */
static bool may_be_kept(int dir_fd, const char *name) {
    char path[CG_PLACE_NAME_BYTES + sizeof "/report.json"];
    char text[REPORT_BYTES];
    struct stat about;

    (void)snprintf(path, sizeof path, "%s/report.json", name);
    if (!is_ours(dir_fd, name, &about) || !S_ISDIR(about.st_mode)) {
        return false;
    }
    const int fd = openat(dir_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno != ENOENT;
    }
    const ssize_t len = read(fd, text, sizeof text - 1);
    (void)close(fd);
    text[len > 0 ? len : 0] = '\0';
    return len < 0 || len == sizeof text - 1 || strstr(text, "\"run\":") != NULL;
}

/* Of another name: under its own lock, which is removed with it. */
static void remove_others(const struct cg_place *place, const char *name, const char *mark) {
    struct cg_place other = {.dir_fd = -1, .lock_fd = -1};
    struct cg_error busy = CG_ERROR_INIT;
    struct stat about;

    if (!is_ours(place->dir_fd, name, &about)) {
        return;
    }
    (void)snprintf(other.prefix, sizeof other.prefix, "%.*s", (int)(mark - name), name);
    other.dir_fd = fcntl(place->dir_fd, F_DUPFD_CLOEXEC, 0);
    other.path = strdup(name);
    if (other.dir_fd >= 0 && other.path != NULL && cg_place_lock(&other, &busy) == CG_OK &&
        is_temporary(mark)) {
        if (may_be_kept(place->dir_fd, name)) {
            cg_log_warning(
                "%s: staged beside it by a run on a ledger that was cut off; `claimgate "
                "ledger recover` with that ledger finishes or removes it; where it knows "
                "nothing of it, remove the folder by hand",
                name);
        } else {
            (void)remove_temporary(place->dir_fd, name);
        }
    }
    cg_place_fini(&other);
}

static void look_at(const struct cg_place *place, const char *name) {
    const size_t prefix_bytes = strlen(place->prefix);
    const char *mark = cg_place_mark(name);

    if (mark == NULL) {
        return;
    }
    if (prefix_bytes == 0 || strncmp(name, place->prefix, prefix_bytes) != 0 ||
        mark != name + prefix_bytes) {
        if (is_temporary(mark) || strcmp(mark, CG_PLACE_LOCK_MARK) == 0) {
            remove_others(place, name, mark);
        }
    } else if (is_temporary(mark) && !remove_temporary(place->dir_fd, name)) {
        cg_log_warning("%s: cannot remove %s, which an earlier run has left beside it; remove "
                       "it by hand",
                       place->path, name);
    }
}

void cg_place_remove_stale(const struct cg_place *place) {
    int fd = openat(place->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (dir == NULL) {
        cg_log_warning(
            "%s: its folder cannot be listed (%s), so that what an earlier run may have left "
            "beside it stays, and claims may stand in that",
            place->path, strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        look_at(place, entry->d_name);
    }
    (void)closedir(dir);
}

void cg_place_remove_stale_in(const char *folder) {
    char path[] = "what was left there";
    const struct cg_place place = {
        .dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .lock_fd = -1, .path = path};

    if (place.dir_fd >= 0) {
        cg_place_remove_stale(&place);
        (void)close(place.dir_fd);
    }
}
