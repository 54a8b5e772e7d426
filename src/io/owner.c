#include "claimgate/io/owner.h"

#include "claimgate/base/log.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

const char *cg_owner_of(int dir_fd, const char *name, char out[CG_OWNER_BYTES]) {
    struct stat about;
    if (fstatat(dir_fd, name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
        (void)snprintf(out, CG_OWNER_BYTES, "another account");
        return out;
    }
    const struct passwd *account = getpwuid(about.st_uid);
    if (account != NULL) {
        (void)snprintf(out, CG_OWNER_BYTES, "account %s", account->pw_name);
    } else {
        (void)snprintf(out, CG_OWNER_BYTES, "account %u", (unsigned)about.st_uid);
    }
    return out;
}

bool cg_owner_is_ours(const struct stat *file) {
    return file->st_uid == geteuid() || file->st_uid == 0;
}

void cg_owner_warn_of_folder(int dir_fd, const char *path) {
    struct stat folder;
    if (fstat(dir_fd, &folder) == 0 && (folder.st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
        (folder.st_mode & S_ISVTX) == 0) {
        cg_log_warning("%s: %s may write to its folder and could put other files in place of what "
                       "is written there; take that right away, or set the sticky bit (chmod +t)",
                       path, (folder.st_mode & S_IWOTH) != 0 ? "everybody" : "its group");
    }
}
