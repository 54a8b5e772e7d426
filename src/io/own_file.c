#include "own_file.h"

#include <dirent.h>
#include <fcntl.h>
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

bool cg_own_file_is(const char *const *names, int dir_fd, const char *name) {
    struct stat about;
    if (fstatat(dir_fd, name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
        return false;
    }
    return S_ISDIR(about.st_mode) ? is_named(names, name, true) && holds_pieces(dir_fd, name)
                                  : S_ISREG(about.st_mode) && is_named(names, name, false);
}
