#include "own_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The name of a folder ends in a slash here. */
static bool is_named(const char *const *names, const char *name, bool is_folder) {
    const size_t len = strlen(name);
    for (; names != NULL && *names != NULL; names++) {
        if (strncmp(*names, name, len) == 0 && strcmp(*names + len, is_folder ? "/" : "") == 0) {
            return true;
        }
    }
    return false;
}

/* A folder of pieces: nothing but files named by a number. */
static bool holds_pieces(int dir_fd, const char *name) {
    const int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    bool good = dir != NULL;
    if (dir == NULL && fd >= 0) {
        (void)close(fd);
    }
    while (good && (entry = readdir(dir)) != NULL) {
        const size_t digits = strspn(entry->d_name, "0123456789");
        good = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
               (digits > 0 && entry->d_name[digits] == '.');
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    return good;
}

/* Where it is not, errno tells why it could not be looked at, or is 0. */
static bool is_own(const char *const *names, int dir_fd, const char *name) {
    struct stat about;
    errno = 0;
    if (fstatat(dir_fd, name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
        return false;
    }
    return S_ISDIR(about.st_mode) ? is_named(names, name, true) && holds_pieces(dir_fd, name)
                                  : S_ISREG(about.st_mode) && is_named(names, name, false);
}

static enum cg_status refuse(const struct cg_own_folder *folder, const char *name, int errno_value,
                             struct cg_error *err) {
    if (errno_value != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno_value,
                                  "%s/%s: cannot be looked at, so that the folder is not replaced",
                                  folder->path, name);
    }
    return cg_error_set(err, CG_CANNOT_CREATE,
                        "%s: holds \"%s\", which claimgate did not write and will not delete; move "
                        "it away or choose another folder",
                        folder->path, name);
}

enum cg_status cg_own_folder_check(const struct cg_own_folder *folder, struct cg_error *err) {
    int fd = openat(folder->at_fd, folder->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    enum cg_status status = CG_OK;
    const struct dirent *entry;

    if (dir == NULL) {
        status = cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot read the folder",
                                    folder->path);
        if (fd >= 0) {
            (void)close(fd);
        }
        return status;
    }
    while (status == CG_OK && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            !is_own(folder->names, fd, entry->d_name)) {
            status = refuse(folder, entry->d_name, errno, err);
        }
    }
    (void)closedir(dir);
    return status;
}
