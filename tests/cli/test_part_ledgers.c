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
