/*
 * A run in parts on a ledger set: a night of it is that of one ledger, or none at all.
 */
#include "support/scene.h"
#include "support/script.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define RULES  "--roster fixtures/quickstart/roster --as-of 2025-06-30"

#define CUT_QUICKSTART                                                                             \
    "cut() { head -n 1 " CLAIMS "; sed -n \"$1p\" " CLAIMS "; }; "                                 \
    "cut 2,6 > $1/a.csv; cut 7,12 > $1/b.csv; cut 13,99 > $1/c.csv; "

/* The last night brings nothing new, the one before it a file that is known. */
Test(part_ledgers, nights_in_parts_keep_what_one_ledger_keeps, .timeout = 240) {
    script_expect_told(CUT_QUICKSTART
                       "for p in 1 4; do tests/parts/nights.sh $0 $1/w $p 2 '" RULES "' "
                       "\"$1/a.csv $1/b.csv\" \"$1/c.csv $1/a.csv\" \"$1/b.csv\"; done",
                       "");
}

/* A file of `$2` claims of their own, each of two units, over ten providers; the first `$3` have no
 * units. And a roster of that many providers. */
#define GUARD_FILES                                                                                \
    "npis=(1000000004 1000000012 1000000020 1000000038 1000000046 1000000053 1000000061 "          \
    "1000000079 1000000087 1000000095); "                                                          \
    "claims() { echo claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"       \
    "service_unit_quantity,rendering_npi; for ((i = 0; i < $2; i++)); do "                         \
    "echo $1-$i,1,M$i,2025-0$1-01,H0038,$((i < $3 ? 0 : 2)),${npis[i % 10]}; done; }; "            \
    "roster() { mkdir $1; echo npi,credential_type,status,effective_date,end_date > "              \
    "$1/credentials.csv; for ((i = 0; i < $2; i++)); do "                                          \
    "echo ${npis[i]},CPSSP-MH,current,2020-01-01, >> $1/credentials.csv; done; }; "                \
    "for i in 1 2 3; do claims $i 10 0 > $1/$i.csv; done; "                                        \
    "roster $1/all 10; roster $1/few 8; sed 's/\"limit\": 6\\b/\"limit\": 8/' "                    \
    "schemas/policies/ms.json > $1/policy.json; "                                                  \
    "{ cat $1/1.csv; echo; } > $1/again.csv; claims 5 40 20 > $1/more.csv; "

/* A file that repeats a night; then one that is out of the ordinary in every other way. */
Test(part_ledgers, the_guard_says_of_a_night_in_parts_what_it_says_on_one_ledger, .timeout = 240) {
    script_expect_told(
        GUARD_FILES
        "p=$0; w=$1; nights() { tests/parts/nights.sh $p $w/w $1 2 '--as-of 2025-06-30' "
        "\"$w/1.csv --roster $w/all\" \"$w/2.csv --roster $w/all\" \"$w/3.csv --roster $w/all\" "
        "\"$w/again.csv --roster $w/all\" \"$w/more.csv --roster $w/few --policy $w/policy.json\"; "
        "}; nights 1; nights 3; for i in 4 5; do grep -o '\"check\": .*' $1/w/parts$i/report.json; "
        "done",
        "\"check\": \"repeated\",\n\"check\": \"policy\",\n\"check\": \"roster_rows\",\n"
        "\"check\": \"roster_providers\",\n\"check\": \"rendering_providers\",\n"
        "\"check\": \"records\",\n\"check\": \"reason_share\",\n"
        "\"check\": \"reason_share\",\n");
}

/* Each step of a night of two tasks on a set of two parts. */
#define PLAN   "$0 part plan $1/[abc].csv --run $1/R --tasks 2 --ledgers $1/set --quiet " RULES "; "
#define ASK    "for i in 0 1; do $0 part ask --run $1/R --task $i --quiet; done; "
#define DECIDE "for i in 0 1; do $0 part decide --run $1/R --part $i --quiet; done; "
#define ANSWER "for i in 0 1; do $0 part answer --run $1/R --task $i --quiet; done; "
#define MERGE  "$0 part merge --run $1/R --out $1/o --one-file --quiet "
#define CREATE "$0 ledger create $1/set --parts 2 > $1/e; "

Test(part_ledgers, a_part_that_is_decided_again_decides_the_same, .timeout = 120) {
    script_expect_told(CUT_QUICKSTART CREATE PLAN ASK DECIDE
                       "mv $1/R/decide $1/first; " DECIDE
                       "for i in 0 1; do diff -r $1/first/$i $1/R/decide/$i; done; " ANSWER MERGE
                       "; echo $?; " MERGE
                       "; echo $?; $0 ledger verify --ledger $1/set | head -n 1; ls $1/o",
                       "0\n0\nThe ledger is sound: database, chain of runs, lines, accumulators.\n"
                       "accepted.csv.gz\nrejected.csv.gz\nreport.json\n");
}

Test(part_ledgers, one_night_at_a_time_and_a_plan_that_is_given_again_goes_on_with_its_own,
     .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART CREATE PLAN
        "echo $?; " PLAN
        "echo $?; $0 part plan $1/a.csv --run $1/S --tasks 1 --ledgers $1/set --quiet " RULES
        " 2> $1/e; echo $?; grep -c 'night 1 (validate) is open' $1/e; "
        "rm -r $1/R; " PLAN ASK DECIDE ANSWER MERGE "; echo $?",
        "0\n0\n75\n1\n0\n");
}

Test(part_ledgers, over_the_reject_rate_the_night_is_taken_back_in_all_parts, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART CREATE PLAN ASK DECIDE ANSWER MERGE
        "--max-reject-rate 10 2> $1/e; echo $? $(ls -d $1/o 2> $1/e); rm -r $1/R; " PLAN ASK DECIDE
            ANSWER MERGE "; echo $? $(ls -d $1/o | wc -l); "
        "$0 ledger verify --ledger $1/set | head -n 1",
        "1\n0 1\nThe ledger is sound: database, chain of runs, lines, accumulators.\n");
}

#define RUN_ALL "$0 part run $1/[abc].csv --ledgers $1/set --jobs 2 --out $1/o --quiet " RULES " "

/* Nothing can go on from there, so that nothing is left of it either. */
Test(part_ledgers, a_night_that_is_not_as_expected_is_taken_back_and_can_be_run_again,
     .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART CREATE RUN_ALL
        "--expect-records 21 --metrics $1/m.prom 2>&1 | grep -o '[0-9]* records were.*'; "
        "grep exit_code $1/m.prom | tail -n 1; grep -c 'ledger_bytes 0' $1/m.prom; " RUN_ALL
        "--expect-units 5 2> $1/e; echo $?; ls -A $1 | grep -c '^o$\\|claimgate-'; " RUN_ALL
        "--expect-records 20 --expect-units 54 --max-reject-rate 90; echo $?; "
        "$0 ledger runs --ledger $1/set | grep -c validate; ls $1/set | grep -c night.json",
        "21 records were expected and 20 are there, so nothing was published; were all files "
        "fetched, and whole?\nclaimgate_last_exit_code 65\n0\n65\n0\n0\n3\n0\n");
}

Test(part_ledgers, a_guard_that_stops_a_night_takes_it_back, .timeout = 120) {
    script_expect_told(CUT_QUICKSTART CREATE RUN_ALL
                       "; sed 's/\"limit\": 6\\b/\"limit\": 8/' "
                       "schemas/policies/ms.json > $1/policy.json; "
                       "cut 2,4 > $1/b.csv; rm $1/[ac].csv; mv $1/o "
                       "$1/first; " RUN_ALL
                       "--policy $1/policy.json --guard stop 2> $1/e; echo $?; "
                       "ls -A $1 | grep -c '^o$\\|claimgate-\\|night.json'; " RUN_ALL
                       "--policy $1/policy.json --guard off; echo $?; ls $1/o",
                       "1\n0\n0\naccepted\nrejected\nreport.json\n");
}

Test(part_ledgers, a_night_that_is_over_is_not_checked_again, .timeout = 120) {
    script_expect_told(CUT_QUICKSTART CREATE PLAN ASK DECIDE ANSWER MERGE
                       "; " MERGE "--max-reject-rate 10 --expect-records 3 --guard stop; echo $?; "
                       "ls $1/o; $0 ledger runs --ledger $1/set | grep -c 'stands\\|validate'",
                       "0\naccepted.csv.gz\nrejected.csv.gz\nreport.json\n1\n");
}

/* The folder of a run may outlive its night, and another night be open by then. */
Test(part_ledgers, a_run_that_begins_anew_leaves_the_night_of_another_alone, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART CREATE
        "n=$1/.o.claimgate-part; mv $1/c.csv $1/C.csv; " PLAN ASK DECIDE ANSWER MERGE
        "; mv $1/R $n; mv $1/C.csv $1/c.csv; rm $1/[ab].csv; " PLAN ASK DECIDE
        "$0 part run $1/c.csv --ledgers $1/set --jobs 2 --out $1/o --overwrite --quiet " RULES
        " 2> $1/e; echo $?; rm -r $1/o; " ANSWER MERGE "; echo $?; "
        "$0 ledger verify --ledger $1/set | head -n 1",
        "75\n0\nThe ledger is sound: database, chain of runs, lines, accumulators.\n");
}

Test(part_ledgers, a_part_that_was_not_decided_keeps_the_night_from_being_published,
     .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART CREATE PLAN ASK
        "$0 part decide --run $1/R --part 0 --quiet; mkdir -p $1/R/decide; "
        "cp -r $1/R/decide/0 $1/R/decide/1; sed -i 's/\"part\": 0/\"part\": 1/' "
        "$1/R/decide/1/decide.json; " MERGE "2> $1/e; echo $? $(ls -d $1/o 2> $1/e); "
        "$0 ledger recover --ledger $1/set > $1/e; echo $?; " MERGE "2> $1/e; echo $?",
        "66\n0\n66\n");
}

Test(part_ledgers, part_run_takes_a_night_through_and_one_that_is_known_is_none, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART CREATE
        "p=$0; r() { \"$p\" part run $1/[abc].csv --ledgers $1/set --jobs 2 --out $1/$2 "
        "--quiet " RULES "; echo $?; }; r $1 o; r $1 q; ls -A $1 | grep -c '^q\\|claimgate-'; "
        "$0 ledger runs --ledger $1/set | grep -c validate",
        "0\n0\n0\n1\n");
}

/* As a job that was killed in its last moment does: its folder stands. */
Test(part_ledgers, the_same_command_after_it_has_published_says_that_all_is_known, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART
        "$0 ledger create $1/set --parts 2 --policy ms > $1/said; cd $1; "
        "run() { $OLDPWD/$0 part run \"$@\" --roster $OLDPWD/fixtures/quickstart/roster --as-of "
        "2025-06-30 --ledgers set --out out > said 2> told; echo $?; grep -o 'csv: skipped, run 1' "
        "told; grep -o 'exists already' told; ls -A . out | grep -c .; }; "
        "run a.csv b.csv; run a.csv b.csv; run b.csv c.csv; mv set away; run a.csv",
        "0\n12\n0\ncsv: skipped, run 1\ncsv: skipped, run 1\n12\n73\nexists "
        "already\n12\n73\nexists already\n12\n");
}

Test(part_ledgers, the_variable_for_ledgers_counts_for_runs_in_parts, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART CREATE
        "export CLAIMGATE_LEDGER=$1/set; $0 part run $1/[abc].csv --jobs 2 --out $1/o " RULES
        "| head -n 1; $0 ledger runs | grep -c validate; export CLAIMGATE_LEDGER=$1/one; "
        "touch $1/one; $0 part run $1/[abc].csv --jobs 2 --out $1/q " RULES
        " 2>&1 | grep -o 'is one ledger.*a set\\|has to unset CLAIMGATE_LEDGER'; "
        "ls -A $1 | grep -c '^[.]*q'",
        "--ledgers by CLAIMGATE_LEDGER\n1\nis one ledger, and a run in parts needs a set\n"
        "has to unset CLAIMGATE_LEDGER\n0\n");
}

/* Another folder than that of the night is none; where it is, is told. */
Test(part_ledgers, a_night_that_is_over_or_given_up_is_told_with_what_to_do, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART CREATE PLAN ASK DECIDE ANSWER MERGE
        "; $0 part merge --run $1/R --out $1/q --quiet 2>&1 | grep -o 'q is not made.*night 1'; "
        "mkdir $1/r; for i in q r o; do $0 part merge --run $1/R --out $1/$i --one-file 2> $1/e | "
        "grep -c published; done; rmdir $1/r; "
        "sed 's/CLM/CLX/' $1/a.csv > $1/d.csv; rm $1/[abc].csv; mv $1/d.csv $1/a.csv; "
        "$0 part plan $1/a.csv --run $1/.p.claimgate-part --tasks 1 --ledgers $1/set --quiet " RULES
        "; $0 ledger recover --ledgers $1/set 2> $1/e; "
        "$0 part plan $1/a.csv --run $1/.p.claimgate-part --tasks 1 --ledgers $1/set " RULES
        " 2>&1 | grep -o 'was given up by'; "
        "$0 part run $1/a.csv --ledgers $1/set --jobs 1 --tasks 1 --out $1/p " RULES
        " 2>&1 | grep -o 'given up; the run begins anew\\|^published'; "
        "$0 part run $1/a.csv --ledgers $1/set --out $1/q " RULES " 2> $1/e; ls -A $1 | grep q",
        "q is not made: `claimgate ledger runs` names the folder of night 1\n0\n0\n1\nwas given up "
        "by\n"
        "given up; the run begins anew\npublished\n");
}

/* It asks no more what the set knows by now: the inputs of its own night. */
Test(part_ledgers, a_plan_given_again_leaves_out_what_it_left_out_before, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART CREATE
        "$0 part run $1/a.csv --ledgers $1/set --jobs 1 --out $1/o --quiet " RULES "; p=$0; "
        "plan() { \"$p\" part plan $1/[ab].csv --run $1/R --ledgers $1/set --tasks 1 --quiet " RULES
        " $2 2>&1 | grep -o 'has . parts'; echo ${PIPESTATUS[0]}; grep -c '\"bytes\"' "
        "$1/R/plan.json; }; plan $1; for i in 'ask --task 0' 'decide --part 0'; do "
        "$0 part $i --run $1/R; done; plan $1; plan $1 '--parts 3'; rm -r $1/R; "
        "plan $1 '--parts 3'",
        "0\n1\n0\n1\n64\n1\nhas 2 parts\n64\n");
}
