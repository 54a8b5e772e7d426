#include "claimgate/io/sandbox.h"

#include "../support/run.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is tried stands in children: what they give up, they cannot get back. A child ends with the
 * number of the first thing that did not go as it must; 0: all did. */
enum { TRIED_ALL = 0 };

static char folder[RUN_PATH_BYTES], input[RUN_PATH_BYTES], other[RUN_PATH_BYTES];
static char out_folder[RUN_PATH_BYTES], out[RUN_PATH_BYTES];

static void setup(void) {
    char name[RUN_PATH_BYTES];
    run_make_dir(folder);
    run_join(input, folder, "input");
    run_join(other, folder, "other");
    run_join(out_folder, folder, "results");
    run_join(out, out_folder, "out");
    run_join(name, out_folder, "existing");
    cr_assert(mkdir(out_folder, 0700) == 0);
    run_write_file(input, "claims", 6);
    run_write_file(other, "secret", 6);
    run_write_file(name, "old", 3);
}

static void teardown(void) {
    run_remove_dir(folder);
}

TestSuite(sandbox, .init = setup, .fini = teardown);

static struct cg_sandbox_facts enter(bool off) {
    const char *const inputs[] = {input, "-", "/nowhere"};
    const struct cg_sandbox_plan plan = {
        .off = off, .inputs = inputs, .input_count = 3, .writes = {out, "-", NULL}};
    struct cg_sandbox_facts facts;
    cg_sandbox_enter(&plan, &facts);
    return facts;
}

static int child_ends(int (*tries)(struct cg_sandbox_facts facts), bool off) {
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0) {
        _exit(tries(enter(off)));
    }
    cr_assert(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status), "%x", status);
    return WEXITSTATUS(status);
}

static bool can_open(const char *path, int flags) {
    const int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static int forbidden_files(struct cg_sandbox_facts facts) {
    char made[RUN_PATH_BYTES];
    run_join(made, folder, "made");
    return facts.landlock == 0                                     ? TRIED_ALL
           : can_open(other, O_RDONLY) || errno != EACCES          ? 1
           : can_open("/etc/hostname", O_RDONLY)                   ? 2
           : can_open(input, O_WRONLY) || errno != EACCES          ? 3
           : can_open(made, O_WRONLY | O_CREAT) || errno != EACCES ? 4
           : unlink(other) == 0                                    ? 5
           : rename(out_folder, made) == 0                         ? 6
           : symlink("/etc/passwd", out) == 0                      ? 7
                                                                   : TRIED_ALL;
}

static int forbidden_calls(struct cg_sandbox_facts facts) {
    char *const argv[] = {(char[]){"true"}, NULL};
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/nowhere"};
    if (!facts.seccomp || !facts.no_new_privileges) {
        return 1;
    }
    if (execv("/bin/true", argv) != -1 || (errno != EPERM && errno != EACCES)) {
        return 2;
    }
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM) {
        return 3;
    }
    return connect(0, (const struct sockaddr *)&address, sizeof address) == 0 || errno != EPERM
               ? 4
               : TRIED_ALL;
}

static int needed_files(struct cg_sandbox_facts facts) {
    char staged[RUN_PATH_BYTES], in_staged[RUN_PATH_BYTES], existing[RUN_PATH_BYTES];
    (void)facts;
    run_join(staged, out_folder, ".staged");
    run_join(in_staged, staged, "file");
    run_join(existing, out_folder, "existing");
    return !can_open(input, O_RDONLY)                        ? 1
           : mkdir(staged, 0700) != 0                        ? 2
           : !can_open(in_staged, O_RDWR | O_CREAT | O_EXCL) ? 3
           : truncate(existing, 0) != 0                      ? 4
           : unlink(existing) != 0                           ? 5
           : rename(staged, out) != 0                        ? 6
           : !can_open(out_folder, O_RDONLY | O_DIRECTORY)   ? 7
           : !can_open(out_folder, O_TMPFILE | O_RDWR)       ? 8
                                                             : TRIED_ALL;
}

static int all_is_as_it_was(struct cg_sandbox_facts facts) {
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return facts.no_new_privileges || facts.landlock != 0 || facts.seccomp ? 1
           : !can_open(other, O_RDONLY) || fd < 0                          ? 2
                                                                           : TRIED_ALL;
}

Test(sandbox, files_that_a_run_does_not_need_cannot_be_opened_made_or_removed) {
    cr_expect_eq(child_ends(forbidden_files, false), TRIED_ALL);
}

Test(sandbox, programs_cannot_be_run_and_nothing_connected_to) {
    if (getenv("ASAN_OPTIONS") == NULL) {
        cr_expect_eq(child_ends(forbidden_calls, false), TRIED_ALL);
    }
}

Test(sandbox, what_a_run_reads_and_writes_stays_open_to_it) {
    cr_expect_eq(child_ends(needed_files, false), TRIED_ALL);
}

Test(sandbox, switched_off_it_changes_nothing) {
    cr_expect_eq(child_ends(all_is_as_it_was, true), TRIED_ALL);
}
