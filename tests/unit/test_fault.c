#include "claimgate/base/fault.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef CG_FAULTS

Test(fault, points_are_nothing_in_a_release) {
    (void)setenv("CLAIMGATE_FAULT", "write:1:28", 1);
    cr_assert_eq(cg_fault("write"), 0);
}

#else

/* Settings are read once, and Criterion gives every test a process of its own. */

Test(fault, nth_passing_of_the_named_point_fails) {
    (void)setenv("CLAIMGATE_FAULT", "write:2:28", 1);
    cr_assert_eq(cg_fault("write"), 0);
    cr_assert_eq(cg_fault("fsync"), 0);
    cr_assert_eq(cg_fault("write"), ENOSPC);
    cr_assert_eq(cg_fault("write"), 0);
}

Test(fault, kill_ends_the_process, .signal = SIGKILL) {
    (void)setenv("CLAIMGATE_FAULT", "rename:1:kill", 1);
    (void)cg_fault("rename");
}

Test(fault, nothing_is_wanted_without_a_setting) {
    (void)unsetenv("CLAIMGATE_FAULT");
    cr_assert_eq(cg_fault("write"), 0);
    cr_assert_eq(cg_fault(""), 0);
}

Test(fault, misspelt_setting_is_refused, .signal = SIGABRT) {
    (void)setenv("CLAIMGATE_FAULT", "write:28", 1);
    (void)cg_fault("write");
}

Test(fault, passed_points_are_listed) {
    char path[] = "/tmp/claimgate-fault-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_neq(fd, -1);
    (void)setenv("CLAIMGATE_FAULT_LOG", path, 1);
    (void)cg_fault("write");
    (void)cg_fault("rename");
    char text[64] = "";
    cr_assert_eq(read(fd, text, sizeof text - 1), (ssize_t)strlen("write\nrename\n"));
    cr_assert_str_eq(text, "write\nrename\n");
    (void)close(fd);
    (void)unlink(path);
}

#endif
