/*
 * The doctor says what a night will miss, before the night does.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"

/* $0 is the program, $1 the scene's folder. What cron finds depends on the machine. */
static void expect(const char *script, const char *out) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *const argv[] = {"bash", "-ec", script, run_claimgate(), scene.dir, NULL};
    run_program(argv, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "exit %d: %s%s", run.exit_code, run.err, run.out);
    cr_expect_str_eq(run.out, out);
    run_fini(&run);
    scene_remove(&scene);
}

#define MENDS "| sed -n 's/  *MEND .*//p' | { grep -v '^cron' || true; }"

Test(doctor, a_good_place_has_nothing_to_mend_and_is_left_as_it_was) {
    expect("$0 validate " CLAIMS " --roster " ROSTER " --out $1/o --ledger $1/l --as-of 2025-06-30 "
           "--quiet; ls -A $1 | grep -v '^l-' > /tmp/doctor.$$; "
           "COLUMNS=400 $0 doctor --ledger $1/l --roster " ROSTER " --out $1/p " MENDS "; "
           "ls -A $1 | grep -v '^l-' | cmp - /tmp/doctor.$$ && echo same; rm /tmp/doctor.$$",
           "same\n");
}

Test(doctor, each_fault_is_told) {
    expect("$0 validate " CLAIMS " --roster " ROSTER " --out $1/o --ledger $1/l --as-of 2025-06-30 "
           "--quiet; chmod 644 $1/l; $0 doctor --ledger $1/l " MENDS "; "
           "chmod 600 $1/l; sqlite3 $1/l 'DELETE FROM publication'; "
           "$0 doctor --ledger $1/l " MENDS "; "
           "$0 doctor --out /proc/none/o " MENDS "; "
           "$0 doctor --roster tests " MENDS "; "
           "mkdir $1/r; printf '%s\\n' npi,credential_type,status,effective_date,end_date "
           "1000000004,CPSSP-MH,current,2020-01-01, 1000000004,CPSSP-MH,lapsed,2025-01-01, "
           "> $1/r/credentials.csv; "
           "$0 doctor --roster $1/r " MENDS "; "
           "$0 doctor --ledger /proc/none/l " MENDS,
           "ledger's owner\nledger\noutputs\noutputs' space\nroster\nroster's ends\nledger\n");
}

Test(doctor, a_run_that_is_writing_is_told) {
    expect("touch $1/l-lock; $0 validate " CLAIMS " --roster " ROSTER " --out $1/o --ledger $1/l "
           "--as-of 2025-06-30 --quiet; flock $1/l-lock sleep 5 & sleep 0.5; "
           "$0 doctor --ledger $1/l | tr -s ' \\n' ' ' | grep -c 'a run is writing (process "
           "[0-9]'; kill %1",
           "1\n");
}

Test(doctor, its_document_is_what_the_schema_says) {
    struct run run;
    const char *const argv[] = {run_claimgate(), "doctor", "--json", NULL};
    run_program(argv, NULL, &run);
    cr_expect_leq(run.exit_code, 1);
    scene_check_json("doctor.schema.json", run.out, run.out_len);
    run_fini(&run);
}

/* What is there, and yet of no use. */
Test(doctor, what_a_night_cannot_use_is_named, .timeout = 60) {
    expect(
        "p=$(realpath $0); cd $1; d() { echo -n \"$1:\"; shift; TZ=Pacific/Auckland \"$p\" doctor "
        "\"$@\" | sed -n 's/  *MEND .*//p' | grep -v '^cron' | tr '\\n' ' ' || :; echo; }; "
        "\"$p\" ledger create set --parts 2 > /dev/null 2>&1; d empty --ledger set; "
        "rm set/part-001.ledger; d part --ledger set; d policy --policy nope; "
        "mkdir r; printf 'npi,credential_type,status,effective_date,end_date\\n"
        "1000000004,OTHER,current,2020-01-01,\\n' > r/credentials.csv; d roster --roster r; "
        "cp set/part-000.ledger l; chmod 600 l; ln -s l l-lock; touch l-redo; d links --ledger l; "
        "chown 65534 l; d owner --ledger l; d new --ledger other --out r",
        "empty:\npart:ledger \npolicy:policy \nroster:roster \nlinks:lock redo \n"
        "owner:ledger's owner lock redo \nnew:\n");
}

Test(doctor, a_disk_with_little_room_is_told, .timeout = 60) {
    expect("mkdir $1/t; unshare -m sh -c \"mount -t tmpfs -o size=1m none $1/t && $0 doctor --out "
           "$1/t/o\" | tr -s ' \\n' ' ' | grep -o 'make room for [0-9]*'",
           "make room for 1024\n");
}
