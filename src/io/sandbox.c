#include "claimgate/io/sandbox.h"

#include "claimgate/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights that are newer than Debian 12's headers (Documentation/userspace-api/landlock.rst). */
#define ACCESS_FS_REFER    (UINT64_C(1) << 13) /* from version 2: to rename from folder to folder */
#define ACCESS_FS_TRUNCATE (UINT64_C(1) << 14) /* from version 3 */

static const uint64_t all_rights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
    LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM | ACCESS_FS_REFER | ACCESS_FS_TRUNCATE;
static const uint64_t read_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t write_rights =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
    LANDLOCK_ACCESS_FS_MAKE_REG | ACCESS_FS_REFER | ACCESS_FS_TRUNCATE;
/* Of these alone a rule about a file may speak. */
static const uint64_t file_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                    LANDLOCK_ACCESS_FS_EXECUTE | ACCESS_FS_TRUNCATE;

/* Sanitizers stop the process at its end and look into it, which the sandbox would not let them. */
#ifdef CG_SANITIZED
static const bool is_sanitized = true;
#else
static const bool is_sanitized = false;
#endif

struct ruleset {
    int fd;
    uint64_t handled; /* what this kernel knows of all_rights */
};

static bool is_path(const char *path) {
    return path != NULL && strcmp(path, "-") != 0;
}

/* What is not there needs no right: its use will fail by itself. */
static void allow(const struct ruleset *rules, const char *path, uint64_t rights) {
    struct stat about;
    const int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) != 0) {
        return;
    }
    struct landlock_path_beneath_attr rule = {.parent_fd = fd};
    rule.allowed_access =
        rights & rules->handled & (S_ISDIR(about.st_mode) ? UINT64_MAX : file_rights);
    /* Pipes are refused here, and never restricted. */
    (void)syscall(SYS_landlock_add_rule, rules->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    (void)close(fd);
}

/* The folder that the path's last part stands in; by its real name too, where it is a link. */
static void allow_around(const struct ruleset *rules, const char *path) {
    char *real = realpath(path, NULL);
    const char *names[] = {path, real};
    for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
        size_t len = strlen(names[i]);
        while (len > 1 && names[i][len - 1] == '/') {
            len--;
        }
        while (len > 0 && names[i][len - 1] != '/') {
            len--;
        }
        char *folder = len == 0 ? strdup(".") : strndup(names[i], len);
        if (folder != NULL) {
            allow(rules, folder, write_rights);
        }
        free(folder);
    }
    free(real);
}

static void allow_all(const struct ruleset *rules, const struct cg_sandbox_plan *plan) {
    /* For SQLite, and for the names of accounts in messages. */
    static const char *const always[] = {"/dev/urandom", "/etc/passwd", "/etc/nsswitch.conf"};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        allow(rules, always[i], read_rights);
    }
    for (size_t i = 0; i < plan->input_count; i++) {
        if (is_path(plan->inputs[i])) {
            allow(rules, plan->inputs[i], read_rights);
        }
    }
    for (size_t i = 0; i < CG_SANDBOX_PATHS_MAX; i++) {
        if (is_path(plan->reads[i])) {
            allow(rules, plan->reads[i], read_rights);
        }
        if (is_path(plan->writes[i])) {
            allow(rules, plan->writes[i], write_rights);
            allow_around(rules, plan->writes[i]);
        }
    }
}

/* The version of the interface that is in force; 0: none is. */
static int restrict_files(const struct cg_sandbox_plan *plan) {
    const long version =
        syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version <= 0) {
        return 0;
    }
    struct ruleset rules = {.handled = all_rights};
    rules.handled &= version < 2 ? ~ACCESS_FS_REFER : UINT64_MAX;
    rules.handled &= version < 3 ? ~ACCESS_FS_TRUNCATE : UINT64_MAX;
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = rules.handled};
    rules.fd = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (rules.fd < 0) {
        return 0;
    }
    allow_all(&rules, plan);
    const bool is_bound = syscall(SYS_landlock_restrict_self, rules.fd, 0) == 0;
    (void)close(rules.fd);
    return is_bound ? (int)version : 0;
}

/* What a run never asks the kernel for, and whoever has taken it over would. */
static bool refuse_calls(void) {
    static const int calls[] = {
        SCMP_SYS(execve),
        SCMP_SYS(execveat),
        SCMP_SYS(socket),
        SCMP_SYS(socketpair),
        SCMP_SYS(connect),
        SCMP_SYS(bind),
        SCMP_SYS(listen),
        SCMP_SYS(accept),
        SCMP_SYS(accept4),
        SCMP_SYS(ptrace),
        SCMP_SYS(process_vm_readv),
        SCMP_SYS(process_vm_writev),
        SCMP_SYS(kcmp),
        SCMP_SYS(pidfd_getfd),
        SCMP_SYS(mount),
        SCMP_SYS(umount2),
        SCMP_SYS(pivot_root),
        SCMP_SYS(chroot),
        SCMP_SYS(move_mount),
        SCMP_SYS(open_tree),
        SCMP_SYS(fsopen),
        SCMP_SYS(unshare),
        SCMP_SYS(setns),
        SCMP_SYS(open_by_handle_at),
        SCMP_SYS(bpf),
        SCMP_SYS(perf_event_open),
        SCMP_SYS(userfaultfd),
        SCMP_SYS(io_uring_setup),
        SCMP_SYS(add_key),
        SCMP_SYS(request_key),
        SCMP_SYS(keyctl),
        SCMP_SYS(init_module),
        SCMP_SYS(finit_module),
        SCMP_SYS(delete_module),
        SCMP_SYS(kexec_load),
        SCMP_SYS(kexec_file_load),
        SCMP_SYS(reboot),
        SCMP_SYS(swapon),
        SCMP_SYS(swapoff),
        SCMP_SYS(acct),
        SCMP_SYS(quotactl),
        SCMP_SYS(settimeofday),
        SCMP_SYS(clock_settime),
        SCMP_SYS(adjtimex),
        SCMP_SYS(sethostname),
        SCMP_SYS(setdomainname),
    };
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool good = filter != NULL;
    for (size_t i = 0; good && i < sizeof calls / sizeof calls[0]; i++) {
        good = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0) == 0;
    }
    good = good && seccomp_load(filter) == 0;
    if (filter != NULL) {
        seccomp_release(filter);
    }
    return good;
}

void cg_sandbox_enter(const struct cg_sandbox_plan *plan, struct cg_sandbox_facts *out) {
    *out = (struct cg_sandbox_facts){0};
    (void)cg_fault("sandbox.enter"); /* the log of points is opened at the first of them */
    if (plan->off) {
        return;
    }
    out->no_new_privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    if (!is_sanitized) {
        out->landlock = restrict_files(plan);
        out->seccomp = refuse_calls();
    }
}
