/*
 * What the shell or a scheduler hands over: closed descriptors, pipes, devices, links.
 */
#include "support/scene.h"
#include "support/shell.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLAIMS SHELL_CLAIMS
#define ROSTER SHELL_ROSTER

/* A folder that a killed run might have left, too deep to be removed, makes a warning. */
#define WARNS "mkdir -p $D/.r.csv.claimgate-aaaaaaaaaaaaaaaa/x/y/z; "
#define FILES "--accepted $D/a.csv --rejected $D/r.csv --report $D/report.json "

Test(descriptors, no_message_lands_in_an_output_when_descriptors_are_closed, .timeout = 60) {
    static const char *const closed[] = {"0<&- 1>&- 2>&-", "1>&- 2>&-", "2>&-", "0<&- 2>&-"};
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        struct scene scene;
        char command[512];
        size_t len = 0, expected_len = 0;
        scene_make(&scene);
        snprintf(command, sizeof command, WARNS "$V " FILES "%s", closed[i]);
        shell_expect(&scene, command, 0, "");
        char *found = run_read_file(scene_path(&scene, "a.csv"), &len);
        char *expected = run_read_file("fixtures/quickstart/expected/accepted.csv", &expected_len);
        cr_expect(scene_same(found, len, expected, expected_len), "%s: %s", closed[i], found);
        free(expected);
        free(found);
        scene_remove(&scene);
    }
}

Test(descriptors, a_closed_descriptor_fails_when_it_is_used) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, "$C validate - --roster " ROSTER " --out $D/o 0<&-", 66,
                 "standard input: cannot open the input");
    shell_expect(&scene, "$C check - --roster " ROSTER " 0<&-", 66,
                 "standard input: cannot open the input");
    shell_expect(&scene, "$V --accepted - --rejected $D/r.csv 1>&-", 74, "standard output");
    shell_expect(&scene, "$C --version 1>&-", 74, "standard output");
    cr_expect_eq(scene_names(&scene), 0);
    scene_remove(&scene);
}

Test(descriptors, the_generator_holds_closed_descriptors_too) {
    struct scene scene;
    char command[RUN_PATH_BYTES + 128];
    scene_make(&scene);
    snprintf(command, sizeof command, "%s --lines 10 --plain --out $D/g 0<&- 1>&- 2>&-; ls $D/g",
             run_generator());
    shell_expect(&scene, command, 0, "");
    scene_remove(&scene);
}

Test(descriptors, the_null_device_takes_any_number_of_outputs) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, "$V --accepted /dev/null --rejected /dev/null --report /dev/null", 0, "");
    scene_remove(&scene);
}

Test(descriptors, no_output_follows_a_symbolic_link, .timeout = 60) {
    static const char *const outputs[] = {"--accepted", "--rejected", "--report", "--trace"};
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        struct scene scene;
        char command[512];
        size_t len = 0;
        scene_make(&scene);
        (void)scene_file(&scene, "victim", "keep", 4);
        snprintf(command, sizeof command, "ln -s victim $D/link; $V --out $D/o %s $D/link",
                 outputs[i]);
        shell_expect(&scene, command, 73, "is a symbolic link");
        char *kept = run_read_file(scene_path(&scene, "victim"), &len);
        cr_expect(scene_same(kept, len, "keep", 4), "%s has replaced it", outputs[i]);
        cr_expect_eq(scene_names(&scene), 2);
        free(kept);
        scene_remove(&scene);
    }
}

Test(descriptors, a_trace_is_for_its_owner_alone) {
    struct scene scene;
    struct stat about;
    scene_make(&scene);
    shell_expect(&scene, "umask 0; $V --out $D/o --trace $D/trace", 0, "");
    cr_assert_eq(stat(scene_path(&scene, "trace"), &about), 0);
    cr_expect_eq(about.st_mode & 0777, 0600);
    scene_remove(&scene);
}

/* Neither end of a pipe has another one yet; TERM ends the wait at once. */
Test(descriptors, a_signal_ends_the_wait_for_the_other_end_of_a_pipe, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    const char *fifo = scene_path(&scene, "fifo"), *rejected = scene_path(&scene, "r.csv");
    const char *out = scene_path(&scene, "out"), *errors = scene_path(&scene, "errors");
    const char *const writes[] = {run_claimgate(), "validate", CLAIMS,       "--roster", ROSTER,
                                  "--accepted",    fifo,       "--rejected", rejected,   NULL};
    const char *const reads[] = {run_claimgate(), "validate", fifo, "--roster",
                                 ROSTER,          "--out",    out,  NULL};
    const char *const *const all[] = {writes, reads};
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    for (size_t i = 0; i < 2; i++) {
        int status = 0;
        pid_t pid = scene_start(all[i], 0, 1, errors);
        nanosleep(&(struct timespec){.tv_nsec = 400000000}, NULL);
        cr_expect_eq(waitpid(pid, &status, WNOHANG), 0, "it did not wait");
        kill(pid, SIGTERM);
        bool has_ended = false;
        for (int tries = 0; tries < 200 && !has_ended; tries++) {
            nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
            has_ended = waitpid(pid, &status, WNOHANG) == pid;
        }
        if (!has_ended) {
            kill(pid, SIGKILL);
            cr_assert_eq(waitpid(pid, &status, 0), pid);
        }
        cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "%zu: status %x", i, status);
        cr_expect_eq(scene_names(&scene), 2, "%zu: something is left", i);
    }
    scene_remove(&scene);
}

Test(descriptors, a_pipe_is_read_and_written_whoever_opens_it_first) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene,
                 "mkfifo $D/in $D/out; (sleep 0.3; cat " CLAIMS " >$D/in) & "
                 "(sleep 0.5; cat $D/out >$D/a.csv) & "
                 "$C validate $D/in --roster " ROSTER " --as-of 2025-06-30 --quiet "
                 "--accepted $D/out --rejected $D/r.csv && wait && "
                 "cmp $D/a.csv fixtures/quickstart/expected/accepted.csv",
                 0, "");
    scene_remove(&scene);
}

/* What is looked at before it is read must be there twice. */
Test(descriptors, a_pipe_with_a_name_is_taken_into_a_ledger, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene,
                 "mkfifo $D/in; (cat " CLAIMS " >$D/in) & "
                 "timeout 20 $C validate $D/in --roster " ROSTER " --as-of 2025-06-30 --quiet "
                 "--ledger $D/l --out $D/o && "
                 "gzip -dc $D/o/accepted.csv.gz | cmp - fixtures/quickstart/expected/accepted.csv",
                 0, "");
    scene_remove(&scene);
}

/* --- what is left behind --- */

Test(descriptors, nothing_is_left_when_descriptors_run_out, .timeout = 60) {
    for (int limit = 4; limit <= 14; limit++) {
        struct scene scene;
        struct run run;
        char command[128];
        scene_make(&scene);
        snprintf(command, sizeof command, "ulimit -n %d; exec $V --out $D/o", limit);
        shell_run(&scene, command, &run);
        cr_expect_eq(scene_names(&scene), run.exit_code == 0 ? 1 : 0, "limit %d: %s", limit,
                     run.err);
        run_fini(&run);
        scene_remove(&scene);
    }
}

Test(descriptors, a_file_system_without_locks_keeps_no_lock_file, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, SHELL_STRACE "-e trace=flock -e inject=flock:error=ENOLCK $V --out $D/o",
                 73, "cannot make the lock file");
    cr_expect_eq(scene_names(&scene), 0);
    scene_remove(&scene);
}

Test(descriptors, what_cannot_be_removed_is_named, .timeout = 60) {
    static const char inject[] = SHELL_STRACE "-e trace=unlinkat -e inject=unlinkat:error=EIO $V "
                                              "--out $D/o";
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, inject, 73, "cannot remove the lock file .o.claimgate-lock");
    shell_expect(&scene, inject, 73, "cannot be removed, and claims may stand in it");
    scene_remove(&scene);
}
