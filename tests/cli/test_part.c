/*
 * A run in parts: what it publishes is what one run publishes, whoever reads which file.
 */
#include "support/scene.h"
#include "support/script.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define RULES  "--roster fixtures/quickstart/roster --as-of 2025-06-30 "

#define COMPARE "tests/parts/compare.sh $0 $1/w "

/* The quickstart, cut into files that share its header, so that voids and replacements lie in other
 * files than what they take back. */
#define CUT_QUICKSTART                                                                             \
    "cut() { head -n 1 " CLAIMS "; sed -n \"$1p\" " CLAIMS "; }; "                                 \
    "cut 2,6 > $1/a.csv; cut 7,12 > $1/b.csv; cut 13,99 > $1/c.csv; "

Test(part, one_file_in_any_number_of_parts_gives_the_bytes_of_one_run, .timeout = 120) {
    script_expect_told("for p in 1 3; do for m in 1 3; do " COMPARE "$p $m " CLAIMS " " RULES
                       "--with-decisions; done; done",
                       "");
}

Test(part, voids_and_replacements_reach_across_files_and_tasks, .timeout = 120) {
    script_expect_told(CUT_QUICKSTART "for p in 1 3 8; do for m in 1 2 3; do " COMPARE
                                      "$p $m $1/[abc].csv " RULES "--with-decisions; done; done",
                       "");
}

Test(part, files_without_records_and_of_no_bytes_at_all_are_inputs_like_others, .timeout = 120) {
    script_expect_told(CUT_QUICKSTART "head -n 1 " CLAIMS " > $1/h.csv; : > $1/e.csv; "
                                      "for m in 1 3 8; do " COMPARE
                                      "3 $m $1/e.csv $1/h.csv $1/a.csv $1/e.csv $1/b.csv " RULES
                                      "--allow-empty; " COMPARE "2 $m $1/h.csv $1/h.csv " RULES
                                      "; " COMPARE "2 $m $1/e.csv " RULES "--allow-empty; done",
                       "");
}

/* What is wrong with the inputs ends both runs in the same way. */
Test(part, an_input_that_cannot_be_read_has_the_exit_code_of_one_run, .timeout = 120) {
    script_expect_told(CUT_QUICKSTART ": > $1/e.csv; echo a,b > $1/x.csv; "
                                      "sed 1s/claim_id/claim_no/ $1/b.csv > $1/o.csv; "
                                      "for f in e x o; do " COMPARE "2 2 $1/a.csv $1/$f.csv " RULES
                                      "; " COMPARE "2 2 $1/$f.csv $1/a.csv " RULES
                                      "; done; " COMPARE "2 2 $1/none.csv " RULES,
                       "");
}

#define PLAN "$0 part plan $1/[abc].csv --run $1/R --parts 2 --tasks 2 " RULES
#define STEPS                                                                                      \
    PLAN "; for i in 0 1; do $0 part ask --run $1/R --task $i; done; "                             \
         "for i in 0 1; do $0 part decide --run $1/R --part $i; done; "                            \
         "for i in 0 1; do $0 part answer --run $1/R --task $i; done; "                            \
         "$0 part merge --run $1/R --out $1/o --quiet; "

Test(part, a_step_that_was_made_is_done, .timeout = 120) {
    script_expect_told(CUT_QUICKSTART STEPS "{ " STEPS "} 2>&1 | sed \"s|$1|.|g\"; echo $?",
                       "claimgate: ./R/ask/0 has been made already; nothing is to be done\n"
                       "claimgate: ./R/ask/1 has been made already; nothing is to be done\n"
                       "claimgate: ./R/decide/0 has been made already; nothing is to be done\n"
                       "claimgate: ./R/decide/1 has been made already; nothing is to be done\n"
                       "0\n");
}

Test(part, a_step_before_its_time_names_what_to_run_first, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART PLAN "; { $0 part ask --run $1/R --task 0; "
                            "$0 part decide --run $1/R --part 1; echo $?; "
                            "$0 part answer --run $1/R --task 0; echo $?; "
                            "$0 part merge --run $1/R --out $1/o; echo $?; "
                            "$0 part ask --run $1/R --task 2; echo $?; "
                            "$0 part ask --run $1/none --task 0; echo $?; } 2>&1 | "
                            "sed \"s|$1|.|g\"; ls $1 | grep -c o$",
        "claimgate: ./R/ask/1/input.json is not there: run `claimgate part ask --run ./R "
        "--task 1` first\n66\n"
        "claimgate: ./R/decide/0/decide.json is not there: run `claimgate part decide "
        "--run ./R --part 0` first\n66\n"
        "claimgate: ./R/answer/0/tally.json is not there: run `claimgate part answer "
        "--run ./R --task 0` first\n66\n"
        "claimgate: --task 2: ./R has 2 tasks, numbered from 0\n64\n"
        "claimgate: ./none: no run is there; begin one with `claimgate part plan`: No "
        "such file or directory\n66\n0\n");
}

#define TRY(step) "$0 part " step " --run $1/R 2>&1 | sed \"s|$1|.|g\"; echo ${PIPESTATUS[0]}; "

Test(part, other_rules_than_those_of_the_plan_are_refused, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART
        "cp -r fixtures/quickstart/roster $1/r; "
        "$0 part plan $1/[abc].csv --run $1/R --parts 2 --tasks 2 "
        "--roster $1/r --as-of 2025-06-30; "
        "sed -i '$d' $1/r/credentials.csv; " TRY(
            "ask --task 0") "cp fixtures/quickstart/roster/* $1/r; "
                            "sed -i 's/\"claimgate\": .*/\"claimgate\": \"1.9\",/' "
                            "$1/R/plan.json; $0 part ask --task 0 --run $1/R 2> $1/e; "
                            "echo $?; sed 's/.*made by/made by/; s/ is .*//' $1/e",
        "claimgate: ./r/credentials.csv is not the one that ./R was planned with: bring "
        "that one back, or begin again with another --run\n78\n78\n"
        "made by claimgate 1.9, and this\n");
}

#define MEND(step)                                                                                 \
    "$0 part " step " --run $1/R 2>&1 | sed \"s|$1|.|g\" | grep -o 'remove that folder.*'; "       \
    "echo ${PIPESTATUS[0]}; "

#define SPOIL(file)     "printf x | dd of=$1/R/" file " bs=1 seek=40 conv=notrunc 2> $1/e; "
#define BRING_ASKS_BACK "rm -r $1/R/ask; cp -r $1/S/ask $1/R; "

Test(part, what_is_damaged_is_named_with_the_command_that_makes_it_again, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART PLAN
        "; for i in 0 1; do $0 part ask --run $1/R --task $i; done; cp -r $1/R $1/S; "
        "truncate -s -30 $1/R/ask/1/part-0.rows.gz; " MEND("decide --part 0") BRING_ASKS_BACK
        "for i in 0 1; do $0 part decide --part $i --run $1/R; done; " SPOIL(
            "ask/0/passing.rows.gz") MEND("answer --task 0")
            BRING_ASKS_BACK SPOIL("decide/0/ask-0.rows.gz")
                MEND("answer --task 0") "echo '{}' > $1/R/decide/0/decide.json; " MEND(
                    "answer --task 1") "ls $1/R/_attempt",
        "remove that folder and make it again with `claimgate part ask --run ./R --task 1`\n65\n"
        "remove that folder and make it again with `claimgate part ask --run ./R --task 0`\n65\n"
        "remove that folder and make it again with `claimgate part decide --run ./R --part 0`\n65\n"
        "remove that folder and make it again with `claimgate part decide --run ./R --part "
        "0`\n65\n");
}

/* Among lines that pass, which answer does not look at for fields, one is in scope now; then the
 * file is as long as before and has fewer lines. */
Test(part, an_input_that_has_changed_since_it_was_asked_for_has_no_answer, .timeout = 120) {
    script_expect_told(
        "{ sed -n 1p " CLAIMS "; for i in 1 2 3 4 5; do sed -n 5p " CLAIMS "; done; "
        "sed -n 2,3p " CLAIMS "; } > $1/a.csv; cp $1/a.csv $1/b; "
        "$0 part plan $1/a.csv --run $1/R --parts 1 --tasks 1 " RULES
        "; $0 part ask --run $1/R --task 0; "
        "$0 part decide --run $1/R --part 0; "
        "sed -i 3s/99213/H0038/ $1/a.csv; " TRY(
            "answer --task 0") "{ head -n 4 $1/b; tail -n +5 $1/b | tr '\\n' ';'; } > "
                               "$1/a.csv; " TRY("answer --task 0") "cp $1/b $1/a.csv; " TRY("answer"
                                                                                            " --"
                                                                                            "task "
                                                                                            "0"),
        "claimgate: ./a.csv has changed since `claimgate part ask`: bring that file back, or begin "
        "again with another --run\n65\n"
        "claimgate: ./a.csv has changed since `claimgate part ask`: bring that file back, or begin "
        "again with another --run\n65\n0\n");
}

Test(part, a_reject_rate_over_the_limit_publishes_nothing, .timeout = 120) {
    script_expect_told(CUT_QUICKSTART STEPS
                       "rm -r $1/o; $0 part merge --run $1/R --out $1/o --quiet "
                       "--max-reject-rate 10 2> $1/e; echo $? $(ls -d $1/o); "
                       "$0 part merge --run $1/R --out $1/o --quiet "
                       "--fail-on-reject; echo $? $(ls $1/o | tr '\\n' ' '); "
                       "$0 part merge --run $1/R --out $1/o --html 2> $1/e; echo $?",
                       "1\n1 accepted rejected report.json\n73\n");
}

#define RUN_ALL "$0 part run $1/[abc].csv --jobs 2 --out $1/o --one-file --quiet " RULES
#define NO_REST "ls -A $1 | grep -c claimgate-; "

Test(part, all_steps_in_one_command_give_what_one_run_gives_and_leave_nothing_else,
     .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART RUN_ALL
        "; echo $?; " NO_REST "$0 validate $1/[abc].csv --out $1/v --quiet " RULES "; "
        "cmp $1/o/accepted.csv.gz $1/v/accepted.csv.gz; "
        "cmp $1/o/rejected.csv.gz $1/v/rejected.csv.gz; " RUN_ALL " 2> $1/e; echo $?",
        "0\n0\n73\n");
}

Test(part, a_run_that_failed_goes_on_by_the_same_command, .timeout = 120) {
    script_expect_told(CUT_QUICKSTART "mv $1/c.csv $1/d; echo a,b > $1/c.csv; { " RUN_ALL
                                      "; echo $?; "
                                      "ls -A $1 | grep claimgate-; cp $1/d $1/c.csv; " RUN_ALL
                                      "; echo $?; " NO_REST "} 2> $1/e; grep -c 'begins anew' $1/e",
                       "65\n.o.claimgate-part\n0\n0\n0\n");
}

Test(part, what_is_read_is_spared_by_what_is_written, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART STEPS "t() { \"$p\" part $@ --quiet 2>&1 | grep -o 'is an input and\\|which "
                             "--overwrite deletes'; "
                             "}; p=$0; gzip -c $1/a.csv > $1/o/accepted.csv.gz; "
                             "t run $1/o/accepted.csv.gz --out $1/o --overwrite " RULES "; "
                             "t run $1/a.csv --out $1/p --metrics $1/a.csv " RULES "; "
                             "t merge --run $1/R --out $1/p --metrics $1/b.csv; cp $1/a.csv "
                             "$1/o/report.json; rm -r $1/R; "
                             "t plan $1/o/report.json --run $1/R --parts 1 --tasks 1 " RULES "; "
                             "t merge --run $1/R --out $1/o --overwrite; ls $1/p",
        "which --overwrite deletes\nis an input and\nis an input and\nwhich --overwrite "
        "deletes\n");
}

/* At every exit, also where the command line has a slip. */
Test(part, metrics_are_those_of_the_whole_run, .timeout = 120) {
    script_expect_told(
        CUT_QUICKSTART
        "t() { grep '^claimgate_last_\\(records\\|exit_code\\|success.*\\) ' $1 | "
        "sed 's/[0-9]\\{9,\\}/T/' | sort; }; s=$1; "
        "p=$0; r() { \"$p\" part run $s/[abc].csv --jobs 2 --out $s/o --one-file --quiet " RULES
        "--metrics $s/m.prom \"$@\" 2> $s/e; t $s/m.prom; }; r; r --nonsense; "
        "\"$p\" validate $s/[abc].csv --out $s/v --quiet --metrics $s/v.prom " RULES "; "
        "m() { grep -v 'seconds\\|^#' $1; }; rm -r $s/o; r > $s/e; "
        "diff <(m $s/m.prom) <(m $s/v.prom); "
        "$0 part merge --run $1/none --out $1/q --metrics $1/n.prom 2> $1/e; t $1/n.prom",
        "claimgate_last_exit_code 0\n"
        "claimgate_last_records 20\n"
        "claimgate_last_success_timestamp_seconds T\n"
        "claimgate_last_exit_code 64\n"
        "claimgate_last_success_timestamp_seconds T\n"
        "claimgate_last_exit_code 66\n"
        "claimgate_last_success_timestamp_seconds 0\n");
}
