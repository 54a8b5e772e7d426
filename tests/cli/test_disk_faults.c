/*
 * A fault of the disk, or a limit that is met, is told as that, never as a bad roster, a lack of
 * permission or a fault of the program; and what stands under a name that was given is not written
 * to where it has other names or another owner.
 */
#include "support/shell.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define INJECT(path, calls, error)                                                                 \
    SHELL_STRACE "-P " path " -e trace=" calls " -e inject=" calls ":error=" error " "
#define READ_ONLY(command)                                                                         \
    "unshare -m sh -c \"mount --bind $D/m $D/m && mount -o remount,ro,bind $D/m && " command "\""

Test(disk_faults, a_roster_that_cannot_be_looked_at_is_no_bad_roster, .timeout = 60) {
    static const char *const commands[] = {
        INJECT(SHELL_ROSTER, "newfstatat,access", "EIO") "$V --out $D/o",
        INJECT(SHELL_ROSTER "/layout.json", "access", "EIO") "$V --out $D/o",
        INJECT(SHELL_ROSTER "/credentials.csv", "access", "EIO") "$V --out $D/o",
        INJECT(SHELL_ROSTER "/credentials.csv.gz", "access", "ENOSPC") "$V --out $D/o",
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct scene scene;
        scene_make(&scene);
        shell_expect(&scene, commands[i], 74, "cannot be looked at");
        cr_expect_eq(scene_names(&scene), 0);
        scene_remove(&scene);
    }
}

Test(disk_faults, a_roster_that_may_not_be_looked_at_is_a_matter_of_permission, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, INJECT(SHELL_ROSTER, "newfstatat", "EACCES") "$V --out $D/o", 77,
                 "cannot be looked at: Permission denied");
    scene_remove(&scene);
}

Test(disk_faults, a_descriptor_is_closed_only_where_the_system_says_so, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene,
                 SHELL_STRACE "-e trace=fcntl -e inject=fcntl:error=EIO:when=1..3 $V --out $D/o", 0,
                 "");
    scene_remove(&scene);
}

Test(disk_faults, a_ledger_that_could_not_be_opened_is_no_matter_of_permission, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, "$V --out $D/o --ledger $D/l", 0, "");
    shell_expect(&scene, INJECT("$D/l", "newfstatat", "EINTR") "$C ledger runs --ledger $D/l", 74,
                 "nothing forbids it");
    scene_remove(&scene);
}

Test(disk_faults, a_folder_that_cannot_be_looked_at_is_no_matter_of_permission, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, "$V --out $D/o", 0, "");
    shell_expect(&scene,
                 SHELL_STRACE "-e trace=faccessat2 -e inject=faccessat2:error=EIO $V --out $D/o "
                              "--overwrite",
                 73, "Input/output error");
    scene_remove(&scene);
}

/* What a copy that was killed has left is claims in the open. */
Test(disk_faults, an_export_clears_up_after_one_that_was_killed, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(
        &scene,
        "$V --out $D/o --ledger $D/l && for left in aaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaa-journal "
        "bbbbbbbbbbbbbbbb-wal eeeeeeeeeeeeeeee.txt; do touch $D/.s.claimgate-$left; done; "
        "touch $D/.t.claimgate-dddddddddddddddd; "
        "$C ledger export --snapshot $D/s --ledger $D/l && ls -A $D | grep claimgate- >&2",
        0, ".s.claimgate-eeeeeeeeeeeeeeee.txt\n");
    scene_remove(&scene);
}

Test(disk_faults, a_copy_that_cannot_be_removed_is_named, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, "$V --out $D/o --ledger $D/l", 0, "");
    shell_expect(&scene,
                 SHELL_STRACE "-e trace=renameat2,unlinkat -e inject=renameat2,unlinkat:error=EIO "
                              "$C ledger export --snapshot $D/s --ledger $D/l",
                 73, "a part of the ledger stands in it; remove it by hand");
    scene_remove(&scene);
}

Test(disk_faults, what_could_not_be_removed_beside_a_copy_is_removed_after_it, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, "$V --out $D/o --ledger $D/l", 0, "");
    shell_expect(&scene,
                 SHELL_STRACE "-e trace=unlink -e inject=unlink:error=EINTR:when=1..3 "
                              "$C ledger export --snapshot $D/s --ledger $D/l",
                 74, "disk I/O error");
    shell_expect(&scene, "ls -A $D | grep claimgate- >&2", 1, "");
    scene_remove(&scene);
}

/* A copy of which it is not sure that it stays is no copy, and bars no second try. */
Test(disk_faults, a_copy_whose_place_is_not_sure_is_taken_away, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, "$V --out $D/o --ledger $D/l", 0, "");
    shell_expect(&scene,
                 INJECT("$D", "fsync", "EIO") "$C ledger export --snapshot $D/s --ledger $D/l", 74,
                 "Input/output error");
    cr_expect(!scene_exists(scene_path(&scene, "s")));
    shell_expect(&scene, "$C ledger export --snapshot $D/s --ledger $D/l", 0, "");
    scene_remove(&scene);
}

Test(disk_faults, a_copy_that_took_the_place_of_another_stays, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene,
                 "$V --out $D/o --ledger $D/l && $C ledger export --snapshot $D/s --ledger $D/l", 0,
                 "");
    shell_expect(&scene,
                 INJECT("$D", "fsync", "EIO") "$C ledger export --snapshot $D/s --overwrite "
                                              "--ledger $D/l",
                 74, "Input/output error");
    shell_expect(&scene, "$C usage M-02 --ledger $D/s", 0, "");
    scene_remove(&scene);
}

/* SQLite keeps files beside a ledger while it is read; beside a snapshot it needs none. */
Test(disk_faults, a_ledger_on_a_read_only_mount_is_told_with_what_can_be_read_there,
     .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    if (geteuid() == 0) { /* others cannot mount */
        shell_expect(&scene,
                     "mkdir $D/m && $V --out $D/o --ledger $D/m/l && "
                     "$C ledger export --snapshot $D/m/s --ledger $D/m/l && rm -f $D/m/l-*",
                     0, "");
        shell_expect(&scene, READ_ONLY("$C usage M-02 --ledger $D/m/l"), 77,
                     "mounted read-only; read a snapshot");
        shell_expect(&scene, READ_ONLY("$C usage M-02 --ledger $D/m/s"), 0, "");
        shell_expect(&scene, READ_ONLY("$V --out $D/p --ledger $D/m/l"), 73,
                     "Read-only file system");
    }
    scene_remove(&scene);
}

Test(disk_faults, a_trace_does_not_write_into_a_file_that_has_another_name, .timeout = 60) {
    struct scene scene;
    size_t len = 0;
    scene_make(&scene);
    (void)scene_file(&scene, "victim", "keep", 4);
    shell_expect(&scene, "ln $D/victim $D/trace && $V --out $D/o --trace $D/trace", 0, "");
    char *kept = run_read_file(scene_path(&scene, "victim"), &len);
    cr_expect(scene_same(kept, len, "keep", 4));
    free(kept);
    scene_remove(&scene);
}

Test(disk_faults, a_ledger_of_another_account_is_not_filled, .timeout = 60) {
    struct scene scene;
    struct stat facts;
    scene_make(&scene);
    if (geteuid() == 0) { /* others cannot give a file away */
        const char *ledger = scene_file(&scene, "l", "", 0);
        cr_assert_eq(chown(ledger, 65534, 65534), 0);
        shell_expect(&scene, "$V --out $D/o --ledger $D/l", 77, "belongs to another account");
        cr_assert_eq(stat(ledger, &facts), 0);
        cr_expect_eq(facts.st_size, 0);
        cr_expect_eq(scene_names(&scene), 1, "the ledger alone");
    }
    scene_remove(&scene);
}

Test(disk_faults, outputs_that_read_back_differently_are_not_published, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, "$V --out $D/o --read-back", 0, "");
    shell_expect(&scene,
                 SHELL_STRACE "-e trace=pread64 -e inject=pread64:error=EIO:when=3+ $V --out $D/p "
                              "--read-back",
                 74, "cannot be read again");
    shell_expect(&scene,
                 "$C part run " SHELL_CLAIMS " --roster " SHELL_ROSTER
                 " --jobs 1 --out $D/r --quiet && mv $D/r $D/s && " SHELL_STRACE
                 "-e trace=pread64 -e inject=pread64:error=EIO:when=3+ $C part run " SHELL_CLAIMS
                 " --roster " SHELL_ROSTER " --jobs 1 --out $D/p --read-back",
                 74, "cannot be read again");
    cr_expect(!scene_exists(scene_path(&scene, "p")));
    scene_remove(&scene);
}

/* A page of the largest table, which a run without the option never reads. */
Test(disk_faults, a_ledger_is_read_through_where_it_is_asked, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    shell_expect(&scene, "$V --out $D/o --ledger $D/l", 0, "");
    shell_expect(&scene, "sed s/CLM-/CLX-/ " SHELL_CLAIMS " >$D/next.csv", 0, "");
    shell_expect(
        &scene,
        "page=$(sqlite3 $D/l \"SELECT rootpage FROM sqlite_schema WHERE name = 'decided_line'\"); "
        "dd if=/dev/zero of=$D/l bs=1 count=8 seek=$(((page - 1) * 8192)) conv=notrunc 2>/dev/null",
        0, "");
    shell_expect(&scene,
                 "$C validate $D/next.csv --roster " SHELL_ROSTER
                 " --as-of 2025-06-30 --quiet --out $D/p "
                 "--ledger $D/l --check-ledger",
                 65, "its file is damaged");
    scene_remove(&scene);
}
