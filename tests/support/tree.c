#include "support/tree.h"

#include "support/run.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_entry(const struct dirent *entry) {
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* `to`: where its copy belongs; NULL: nowhere. */
static void each_entry(const char *folder, const char *to,
                       void (*fn)(const char *path, const char *to)) {
    struct dirent **entries = NULL;
    char path[RUN_PATH_BYTES], copy[RUN_PATH_BYTES] = "";
    const int count = scandir(folder, &entries, is_entry, NULL);
    cr_assert(count >= 0, "%s", folder);
    for (int i = 0; i < count; i++) {
        run_join(path, folder, entries[i]->d_name);
        if (to != NULL) {
            run_join(copy, to, entries[i]->d_name);
        }
        fn(path, copy);
        free(entries[i]);
    }
    free(entries);
}

static void remove_one(const char *path, const char *unused) {
    struct stat about;
    (void)unused;
    if (lstat(path, &about) != 0) {
        return;
    }
    if (!S_ISDIR(about.st_mode)) {
        cr_assert_eq(unlink(path), 0, "%s", path);
        return;
    }
    each_entry(path, NULL, remove_one);
    cr_assert_eq(rmdir(path), 0, "%s", path);
}

static void copy_file(const char *path, const char *to, const struct stat *about) {
    const struct timespec times[] = {about->st_atim, about->st_mtim};
    const int in = open(path, O_RDONLY | O_CLOEXEC);
    const int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    cr_assert(in >= 0 && out >= 0, "%s", path);
    cr_assert_eq(sendfile(out, in, NULL, (size_t)about->st_size), about->st_size, "%s", path);
    cr_assert_eq(fchmod(out, about->st_mode & 07777) + futimens(out, times), 0, "%s", path);
    cr_assert_eq(close(in) + close(out), 0);
}

static void copy_one(const char *path, const char *to) {
    struct stat about;
    cr_assert_eq(lstat(path, &about), 0, "%s", path);
    if (S_ISDIR(about.st_mode)) {
        cr_assert_eq(mkdir(to, about.st_mode & 07777), 0, "%s", to);
        each_entry(path, to, copy_one);
    } else {
        copy_file(path, to, &about);
    }
}

void tree_remove(const char *path) {
    remove_one(path, NULL);
}

void tree_copy(const char *path, const char *to) {
    copy_one(path, to);
}
