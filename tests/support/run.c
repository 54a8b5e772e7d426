#include "run.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

const char *run_claimgate(void) {
    const char *program = getenv("CLAIMGATE");
    return program != NULL && program[0] != '\0' ? program : "build/claimgate";
}

const char *run_generator(void) {
    static char program[RUN_PATH_BYTES];
    const char *beside = strrchr(run_claimgate(), '/');
    const size_t len = beside != NULL ? (size_t)(beside + 1 - run_claimgate()) : 0;
    snprintf(program, sizeof program, "%.*sgenerate", (int)len, run_claimgate());
    return program;
}

/* Standard output and error go to files without a name: no pipe that could fill up. */
static int unnamed_file(void) {
    FILE *file = tmpfile();
    cr_assert(file != NULL, "no temporary file");
    int fd = dup(fileno(file));
    fclose(file);
    cr_assert(fd >= 0, "no file descriptor left");
    return fd;
}

static char *read_all(int fd, size_t *len) {
    off_t end = lseek(fd, 0, SEEK_END);
    cr_assert(end >= 0, "cannot seek");
    char *bytes = malloc((size_t)end + 1);
    cr_assert(bytes != NULL, "out of memory");
    *len = 0;
    while (*len < (size_t)end) {
        ssize_t got = pread(fd, bytes + *len, (size_t)end - *len, (off_t)*len);
        cr_assert(got > 0, "cannot read back");
        *len += (size_t)got;
    }
    bytes[*len] = '\0';
    return bytes;
}

static pid_t spawn(const char *const argv[], const char *input, int out_fd, int err_fd) {
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, input != NULL ? input : "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out_fd, 1);
    posix_spawn_file_actions_adddup2(&actions, err_fd, 2);
    int failed =
        posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    cr_assert(failed == 0, "cannot start %s: %s", argv[0], strerror(failed));
    return pid;
}

void run_program(const char *const argv[], const char *input, struct run *out) {
    int out_fd = unnamed_file(), err_fd = unnamed_file();
    int status = 0;
    pid_t pid = spawn(argv, input, out_fd, err_fd);
    cr_assert(waitpid(pid, &status, 0) == pid, "lost %s", argv[0]);
    out->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    out->out = read_all(out_fd, &out->out_len);
    out->err = read_all(err_fd, &out->err_len);
    close(out_fd);
    close(err_fd);
}

void run_fini(struct run *run) {
    free(run->out);
    free(run->err);
    *run = (struct run){0};
}

void run_make_dir(char path[RUN_PATH_BYTES]) {
    const char *base = getenv("TMPDIR");
    snprintf(path, RUN_PATH_BYTES, "%s/claimgate-test-XXXXXX", base != NULL ? base : "/tmp");
    cr_assert(mkdtemp(path) != NULL, "cannot make a folder below %s", base != NULL ? base : "/tmp");
}

void run_remove_dir(const char *path) {
    const char *argv[] = {"rm", "-rf", "--", path, NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    run_fini(&run);
}

char *run_read_file(const char *path, size_t *len) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert(fd >= 0, "cannot open %s", path);
    char *bytes = read_all(fd, len);
    close(fd);
    return bytes;
}

void run_write_file(const char *path, const void *bytes, size_t len) {
    FILE *file = fopen(path, "we");
    cr_assert(file != NULL, "cannot create %s", path);
    cr_assert(fwrite(bytes, 1, len, file) == len, "cannot write %s", path);
    cr_assert(fclose(file) == 0, "cannot close %s", path);
}

char *run_gunzip(const char *path, size_t *len) {
    const char *argv[] = {"gzip", "-dc", "--", path, NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    *len = run.out_len;
    free(run.err);
    return run.out;
}

void run_join(char out[RUN_PATH_BYTES], const char *dir, const char *name) {
    int written = snprintf(out, RUN_PATH_BYTES, "%s/%s", dir, name);
    cr_assert(written > 0 && written < RUN_PATH_BYTES, "path too long");
}
