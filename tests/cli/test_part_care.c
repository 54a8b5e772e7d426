/*
 * A run in parts on a bad day: steps that are killed, inputs that change, names and numbers that no
 * step could work with.
 */
#include "support/scene.h"
#include "support/script.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define RULES  "--roster fixtures/quickstart/roster --as-of 2025-06-30 "

/* Three files that share a header; `t` tells what a command says, without the scene's folder, and
 * its exit code. */
#define BEGIN                                                                                      \
    "p=$0; s=$1; cut() { head -n 1 " CLAIMS "; sed -n \"$1p\" " CLAIMS "; }; "                     \
    "cut 2,6 > $s/a.csv; cut 7,12 > $s/b.csv; cut 13,99 > $s/c.csv; "                              \
    "t() { \"$p\" part \"$@\" 2>&1 | sed \"s|$s|.|g; s/^claimgate: //\"; "                         \
    "echo ${PIPESTATUS[0]}; }; "
#define PLAN "t plan $s/[abc].csv --run $s/R --parts 2 --tasks 2 " RULES "; "
#define STEPS                                                                                      \
    PLAN "for i in 0 1; do t ask --run $s/R --task $i; done; "                                     \
         "for i in 0 1; do t decide --run $s/R --part $i; done; "

Test(part_care, an_input_that_changed_is_named_whatever_it_has_now, .timeout = 120) {
    script_expect_told(
        BEGIN STEPS
        "cp $s/a.csv $s/good; for e in 2s/H0038/H0025/ 2s/,4,/,5,/ '$d' 2s/H0038/99213/; do "
        "sed \"$e\" $s/good > $s/a.csv; t answer --run $s/R --task 0; done; cp $s/good $s/a.csv; "
        "t answer --run $s/R --task 0; ls -A $s/R/_attempt",
        "0\n0\n0\n0\n0\n"
        "./a.csv has changed since `claimgate part ask`: bring that file back, or begin again with "
        "another --run\n65\n"
        "./a.csv has changed since `claimgate part ask`: bring that file back, or begin again with "
        "another --run\n65\n"
        "./a.csv has changed since `claimgate part ask`: bring that file back, or begin again with "
        "another --run\n65\n"
        "./a.csv has changed since `claimgate part ask`: bring that file back, or begin again with "
        "another --run\n65\n0\n");
}

/* A folder that nobody holds is left over; one that is held is at work. */
Test(part_care, what_a_killed_step_has_left_goes_with_its_next_start_or_at_the_end,
     .timeout = 120) {
    script_expect_told(
        BEGIN PLAN "mkdir -p $s/R/_attempt/{ask-0-old,ask-1-old,ask-0-busy,.gone-ask-7-x}; "
                   "touch $s/R/_attempt/ask-0-old/part-0; "
                   "exec 9< $s/R/_attempt/ask-0-busy; flock 9; "
                   "t ask --run $s/R --task 0; ls -A $s/R/_attempt; exec 9<&-; "
                   "t ask --run $s/R --task 1; "
                   "for i in 0 1; do t decide --run $s/R --part $i; done; "
                   "for i in 0 1; do t answer --run $s/R --task $i; done; "
                   "t merge --run $s/R --out $s/o --json > $s/e; grep -c removed $s/e; "
                   "ls -A $s/R/_attempt",
        "0\n./R/_attempt/ask-0-old, which a killed step had left, is removed\n0\n"
        "ask-0-busy\nask-1-old\n"
        "./R/_attempt/ask-1-old, which a killed step had left, is removed\n0\n0\n0\n0\n0\n1\n");
}

Test(part_care, a_header_that_stands_again_is_told_once, .timeout = 120) {
    script_expect_told(
        BEGIN "for i in a b c; do { cat $s/$i.csv; head -n 1 $s/a.csv; } > $s/2$i.csv; done; "
              "t run $s/2?.csv --tasks 3 --jobs 2 --out $s/o " RULES "| grep line.*again; "
              "\"$p\" validate $s/2?.csv --out $s/v " RULES "2>&1 | grep -o 2a.*again",
        "./2a.csv: line 7 is the header again; it is skipped, and so is every further one\n"
        "2a.csv: line 7 is the header again\n");
}

/* Of what no step can find by its name. */
Test(part_care, names_and_numbers_that_no_step_could_work_with_end_the_plan, .timeout = 120) {
    script_expect_told(
        BEGIN "cp $s/a.csv $s/$'\\xe9.csv'; r() { t plan \"$@\" --tasks 2 " RULES "; }; "
              "r $s/$'\\xe9.csv' --run $s/R --parts 1; "
              "r /dev/stdin --run $s/R --parts 1 < $s/a.csv; "
              "r $s/a.csv --run $s/b.csv --parts 1; r $s/none --run $s/S --parts 1; "
              "ls -d $s/S 2> $s/e; t plan $s/a.csv --run $s/R --parts 300 --tasks 60 " RULES,
        "./\\xe9.csv: the name is not UTF-8, so that plan.json cannot hold it; give it another "
        "one, "
        "or a link to it\n64\n"
        "/dev/stdin is no regular file, and the steps of a run read each input twice; write it to "
        "a file first\n64\n"
        "./b.csv is there and is no folder; choose another --run\n73\n"
        "./none: No such file or directory\n66\n"
        "warning: 300 parts of 60 tasks are 18000 small files in ./R, twice; keep them under "
        "10000\n0\n");
}

/* Below /dev there are files too which every process finds: those in memory. */
Test(part_care, a_file_in_memory_is_an_input_like_others, .timeout = 120) {
    script_expect_told(BEGIN "d=$(mktemp -d -p /dev/shm); cp $s/a.csv $d; "
                             "t plan $d/a.csv --run $s/R --parts 1 --tasks 1 " RULES "; rm -r $d",
                       "0\n");
}

Test(part_care, another_plan_for_the_same_folder_is_a_contradiction, .timeout = 120) {
    script_expect_told(BEGIN PLAN "t plan $s/[abc].csv --run $s/R --parts 3 --tasks 2 " RULES "; "
                                  "t plan $s/[ab].csv --run $s/R --parts 2 --tasks 2 " RULES
                                  "; " PLAN,
                       "0\n./R/plan.json is there and says something else than this command: give "
                       "the command that made it, or remove that folder\n64\n"
                       "./R/plan.json is there and says something else than this command: give "
                       "the command that made it, or remove that folder\n64\n0\n");
}

Test(part_care, what_may_be_shown_is_shown_by_the_processes_of_a_run_too, .timeout = 120) {
    script_expect_told(BEGIN "sed 1s/hcpcs_code/code/ $s/b.csv > $s/d.csv; "
                             "t run $s/[ad].csv --jobs 1 --out $s/o --show-phi " RULES
                             "| grep -o 'column 6 is code here and hcpcs_code there'",
                       "column 6 is code here and hcpcs_code there\n");
}

/* Every step goes to the folder that its plan was made in. The day of a plan that is there is as
 * good as today. */
Test(part_care, names_of_a_plan_are_told_from_where_it_was_made, .timeout = 120) {
    script_expect_told(
        "p=$(realpath $0); s=$1; f=$PWD; cp -r fixtures/quickstart/roster $s/r; "
        "cp " CLAIMS " $s/a.csv; cp fixtures/layouts/claim-rows.json $s/l.json; "
        "cp schemas/policies/ms.json $s/p.json; cd $s; "
        "plan() { \"$p\" part plan a.csv --parts 1 --tasks 1 --roster r \"$@\" 2>&1 | "
        "grep -o 'cannot be locked\\|columns'; echo ${PIPESTATUS[0]}; }; "
        "plan --run R --policy p.json --as-of 2025-06-30; touch R/.plan-abcdef; "
        "plan --run R --policy p.json; ls -A R; "
        "cd $f; for i in 'ask --task' 'decide --part' 'answer --task'; do \"$p\" part $i 0 --run "
        "$s/R; echo $?; done; cd $s; plan --run Q --layout l.json; "
        "mkdir -p P/plan-lock; plan --run P",
        "0\n0\nplan-lock\nplan.json\n0\n0\n0\ncolumns\n65\ncannot be locked\n73\n");
}

#define OTHER "is not the one that ./R was planned with: bring that one back, or begin again"

/* One after the other is changed, and brought back. */
Test(part_care, each_file_must_be_that_of_the_plan, .timeout = 120) {
    script_expect_told(
        BEGIN
        "cp schemas/policies/ms.json $s/p.json; \"$p\" layout show tuva > $s/l.json; "
        "printf 'reason,stc\nclaim_id_invalid,A7:479\n' > $s/codes.csv; "
        "cp -r fixtures/quickstart/roster $s/r; rules=\"--roster $s/r --policy $s/p.json --as-of "
        "2025-06-30 --parts 1 --tasks 1 --quiet\"; x=fixtures/x12/every_reason/claims.837; "
        "t plan $s/a.csv --run $s/R $rules --layout $s/l.json; "
        "try() { cp $s/$1 $s/kept; echo >> $s/$1; t ask --run $s/R --task 0 | sed 's/ with "
        "another.*//'; cp $s/kept $s/$1; }; for f in p.json l.json r/credentials.csv a.csv; do "
        "try $f; done; t ask --run $s/R --task 0; rm -r $s/R; "
        "\"$p\" part plan $x --run $s/R $rules --ack --reasons $s/codes.csv 2> $s/e; try codes.csv",
        "0\n./p.json " OTHER "\n78\n./l.json " OTHER "\n78\n./r/credentials.csv " OTHER "\n78\n"
        "./a.csv has 510 bytes, and had 509 when the run was planned: bring that file back, or "
        "begin again\n65\n0\n./codes.csv " OTHER "\n78\n");
}

Test(part_care, inputs_that_no_step_could_read_twice_end_the_plan, .timeout = 120) {
    script_expect_told(
        BEGIN "sed '1s/$/,cg_past/; 2,$s/$/,/' $s/a.csv > $s/past.csv; "
              "for i in - $s $s/past.csv; do t plan $i --run $s/R --parts 1 --tasks 1 " RULES
              "; done; d=$s; for i in {1..19}; do d=$d/$(printf 'n%.0s' {1..200}); done; "
              "mkdir -p $d; t plan $s/a.csv --run $d --parts 1 --tasks 1 " RULES "| sed 's/: .*//'",
        "standard input can be read but once, and the steps of a run read each input twice; write "
        "it to a file first\n64\n"
        ".: is a folder; name the files in it\n66\n"
        "./past.csv has the column cg_past, whose lines come before all others and count for all "
        "of them; give such inputs to validate\n64\n"
        "--run\n73\n");
}
