#include "claimgate/io/sandbox.h"

#include "claimgate/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
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
    uint64_t handled;  /* what this kernel knows of all_rights */
    bool lacks_a_rule; /* some path would be barred that must not be */
};

static bool is_path(const char *path) {
    return path != NULL && strcmp(path, "-") != 0;
}

/* What is not there needs no right: its use will fail by itself. */
static bool is_not_there(int errno_value) {
    return errno_value == ENOENT || errno_value == ENOTDIR || errno_value == EACCES ||
           errno_value == ELOOP || errno_value == ENAMETOOLONG;
}

static bool add_rule(const struct ruleset *rules, int fd, uint64_t rights) {
    struct stat about;
    if (fstat(fd, &about) != 0) {
        return false;
    }
    struct landlock_path_beneath_attr rule = {.parent_fd = fd};
    rule.allowed_access =
        rights & rules->handled & (S_ISDIR(about.st_mode) ? UINT64_MAX : file_rights);
    /* Pipes are refused here (EBADFD), and never restricted. */
    return syscall(SYS_landlock_add_rule, rules->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 ||
           errno == EBADFD;
}

static void allow(struct ruleset *rules, const char *path, uint64_t rights) {
    int fd;
    do {
        fd = open(path, O_PATH | O_CLOEXEC);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        rules->lacks_a_rule |= !is_not_there(errno);
        return;
    }
    rules->lacks_a_rule |= !add_rule(rules, fd, rights);
    (void)close(fd);
}

/* The folder that the path's last part stands in; by its real name too, where it is a link. */
static void allow_around(struct ruleset *rules, const char *path) {
    char *real = realpath(path, NULL);
    const char *names[] = {path, real};
    rules->lacks_a_rule |= real == NULL && !is_not_there(errno);
    for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
        size_t len = strlen(names[i]);
        while (len > 1 && names[i][len - 1] == '/') {
            len--;
        }
        while (len > 0 && names[i][len - 1] != '/') {
            len--;
        }
        char *folder = len == 0 ? strdup(".") : strndup(names[i], len);
        if (folder == NULL) {
            rules->lacks_a_rule = true;
        } else {
            allow(rules, folder, write_rights);
        }
        free(folder);
    }
    free(real);
}

static void allow_all(struct ruleset *rules, const struct cg_sandbox_plan *plan) {
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
#ifdef CG_COUNTS_FOLDER
    /* Where a build that counts its branches writes the counts when it ends. */
    allow(rules, CG_COUNTS_FOLDER, write_rights);
#endif
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
    /* A run that could not read its own inputs would blame their owner. */
    const bool is_bound =
        !rules.lacks_a_rule && syscall(SYS_landlock_restrict_self, rules.fd, 0) == 0;
    (void)close(rules.fd);
    return is_bound ? (int)version : 0;
}

/* Whose numbers of system calls these are; from OTHER_NUMBERS on they are those of x32. */
#ifdef __x86_64__
enum { OTHER_NUMBERS = 0x40000000 };
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
enum { OTHER_NUMBERS = 0x7fffffff };
#define MACHINE AUDIT_ARCH_AARCH64
#else
enum { OTHER_NUMBERS = 0x7fffffff };
#define MACHINE 0
#endif

/* What a run never asks the kernel for, and whoever has taken it over would. */
static const int refused_calls[] = {
    SYS_execve,
    SYS_execveat,
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_pidfd_getfd,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_move_mount,
    SYS_open_tree,
    SYS_fsopen,
    SYS_unshare,
    SYS_setns,
    SYS_open_by_handle_at,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_quotactl,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
};

/* The list is put together here and not by libseccomp, which dies where memory fails while it is.
 */
static bool refuse_calls(void) {
    enum { CALLS = sizeof refused_calls / sizeof refused_calls[0], BEFORE = 5, AFTER = 2 };
    struct sock_filter rules[BEFORE + CALLS + AFTER] = {
        /* Another kind of machine's calls have other numbers: all are refused. */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, OTHER_NUMBERS, CALLS + 1, 0),
    };
    for (uint32_t i = 0; i < CALLS; i++) {
        rules[BEFORE + i] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)refused_calls[i], (uint8_t)(CALLS - i), 0);
    }
    rules[BEFORE + CALLS] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    rules[BEFORE + CALLS + 1] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    const struct sock_fprog program = {.len = sizeof rules / sizeof rules[0], .filter = rules};
    return MACHINE != 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
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
