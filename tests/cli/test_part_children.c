/*
 * The processes of a run in parts on a bad day: they are killed, fail, stand still, or are started
 * twice. None outlives its run, and the same command goes on.
 */
#include "support/script.h"

#include <criterion/criterion.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define RULES  "--roster fixtures/quickstart/roster --as-of 2025-06-30 "

/* `run OPTION...` tells what `part run` of three files says, and its exit code. */
#define BEGIN                                                                                      \
    "p=${CLAIMGATE_WITH_FAULTS:-$0}; s=$1; cut() { head -n 1 " CLAIMS "; sed -n \"$1p\" " CLAIMS   \
    "; }; cut 2,6 > $s/a.csv; cut 7,12 > $s/b.csv; cut 13,99 > $s/c.csv; "                         \
    "tell() { sed \"s|$s|.|g; s/^claimgate: //; s/-0-....../-0-X/\"; }; "                          \
    "run() { \"$p\" part run $s/[abc].csv --out $s/o --tasks 3 --parts 2 " RULES                   \
    "\"$@\" 2>&1 > $s/said | tell; echo ${PIPESTATUS[0]}; }; "

Test(part_children, a_step_that_is_killed_each_time_ends_the_run_which_then_goes_on,
     .timeout = 120) {
    script_expect_told(
        BEGIN "CLAIMGATE_FAULT=part.before_rename:1:kill run --jobs 1; run --jobs 2 --quiet; "
              "ls $s/o; ls -A $s | grep -c claimgate-",
        "part ask --task 0 is tried again\n"
        "./.o.claimgate-part/_attempt/ask-0-X, which a killed step had left, is removed\n"
        "part ask --task 0 is tried again\n"
        "./.o.claimgate-part/_attempt/ask-0-X, which a killed step had left, is removed\n"
        "./.o.claimgate-part keeps what was done, for the same command to go on from there\n"
        "part ask --task 0 was ended by signal 9, 3 times; the same command goes on from here\n"
        "75\n"
        "0\n"
        "accepted\n"
        "rejected\n"
        "report.json\n"
        "0\n");
}

Test(part_children, a_disk_that_fails_is_tried_again_a_few_times, .timeout = 120) {
    script_expect_told(
        BEGIN "CLAIMGATE_FAULT=part.attempt:1:5 run --jobs 1; "
              "run --jobs 2 --quiet",
        "./.o.claimgate-part/_attempt/ask-0-X: Input/output error\n"
        "part ask --task 0 is tried again\n"
        "./.o.claimgate-part/_attempt/ask-0-X: Input/output error\n"
        "part ask --task 0 is tried again\n"
        "./.o.claimgate-part/_attempt/ask-0-X: Input/output error\n"
        "./.o.claimgate-part keeps what was done, for the same command to go on from there\n"
        "part ask --task 0 failed as told above; once that is mended the same command goes on from "
        "here\n"
        "74\n"
        "0\n");
}

/* Of its own accord the one beside it would go on for long. */
Test(part_children, a_step_that_fails_for_good_ends_those_beside_it, .timeout = 120) {
    script_expect_told(
        BEGIN "echo a,b > $s/c.csv; awk 'NR == 1 || NR == 2 { print } NR == 2 { for (i = 0; i < "
              "200000; i++) print }' " CLAIMS " > $s/a.csv; "
              "run --jobs 3 --show-phi | tail -n 2; pgrep -f $s/.o.claimgate-part",
        "part ask --task 2 failed as told above; once that is mended the same command goes on from "
        "here\n"
        "65\n");
}

Test(part_children, a_run_that_is_stopped_stops_its_steps_even_those_that_stand_still,
     .timeout = 120) {
    script_expect_told(
        BEGIN "\"$p\" part run $s/[abc].csv --out $s/o --tasks 3 --parts 60 --jobs 2 " RULES
              "2> $s/e & run=$!; until pkill -STOP -P $run; do :; done; kill -TERM $run; "
              "wait $run; echo $?; pgrep -f $s/.o.claimgate-part; "
              "\"$p\" part run $s/[abc].csv --out $s/o --tasks 3 --parts 60 --jobs 2 --quiet " RULES
              "; echo $?",
        "143\n0\n");
}

Test(part_children, of_two_runs_in_one_folder_the_second_is_told_to_wait, .timeout = 120) {
    script_expect_told(
        BEGIN "mkdir $s/.o.claimgate-part; (flock 9; run --jobs 1) 9> "
              "$s/.o.claimgate-part/lock; rm $s/.o.claimgate-part/lock; "
              "mkdir $s/.o.claimgate-part/lock; run --jobs 1",
        "./.o.claimgate-part: another `claimgate part run` is at work there; wait for it\n"
        "75\n"
        "./.o.claimgate-part/lock: cannot be made: Is a directory\n"
        "73\n");
}

#define LATE                                                                                       \
    "late() { ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=rename -e "          \
    "inject=rename:delay_enter=$1 "                                                                \
    "\"$p\" part ask --run $s/R --task 0 2> $s/late & "                                            \
    "until ls $s/R/_attempt/*/input.json 2> $s/e > $s/e; do :; done; "                             \
    "$2; \"$p\" part ask --run $s/R --task 0; echo $?; wait $!; echo $?; "                         \
    "tell < $s/late | grep -o 'holds something else'; ls -A $s/R/_attempt; rm -r $s/R/ask; }; "

/* The first one is held up where it would be renamed to its place. */
Test(part_children, of_two_makings_of_one_step_the_second_must_be_like_the_first, .timeout = 120) {
    script_expect_told(BEGIN LATE
                       "\"$p\" part plan $s/a.csv --run $s/R --tasks 1 --parts 2 " RULES "; "
                       "late 2000000 true; late 2000000 'sed -i 2s/H0038/H0025/ '$s/a.csv",
                       "0\n0\n0\n70\nholds something else\n");
}
