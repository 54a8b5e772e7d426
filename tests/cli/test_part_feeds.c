/*
 * A run in parts tells of its inputs what one run tells of them, whatever they hold, and wherever
 * one file ends and the next one begins.
 */
#include "support/script.h"

#include <criterion/criterion.h>

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,claim_line_end_date,hcpcs_code,"   \
    "hcpcs_modifier_1,service_unit_quantity,rendering_npi,claim_frequency_code,"                   \
    "original_claim_id,received_date"
#define RULES "--roster fixtures/quickstart/roster --as-of 2025-06-30 "

/* `row CLAIM LINE MEMBER DAY CODE FREQUENCY ORIGINAL`: a line of one unit in February; `same PARTS
 * TASKS FILE... OPTION...`: nothing, where parts and one run agree. */
#define BEGIN                                                                                      \
    "p=$0; s=$1; head=" HEADER "; "                                                                \
    "row() { echo $1,$2,$3,2025-02-0$4,,$5,HE,1,1000000004,$6,$7,2025-03-20; }; "                  \
    "same() { tests/parts/compare.sh \"$p\" $s/w \"$@\"; }; "

/* More of each than are named, in every file. */
Test(part_feeds, what_is_noticed_in_any_file_is_told_as_one_run_tells_it, .timeout = 120) {
    script_expect_told(BEGIN
                       "for f in a b c; do { echo $head; for i in 1 2 3; do for m in 1 2 3; do "
                       "row $f$i$m 1 M-0$m $i H0038; row v$f$i$m 1 M-0$m $i 99213 8 a$i$m; "
                       "row n$f$i$m 1 M-0$m $i H038; done; done; row a11 2 M-01 1 H0038; "
                       "row 1E+05 1 1.5E+07 4 H0038; row x$f 1 M-05 5 'HOO38 peer support'; "
                       "echo Total,,,,,,,99,,,,; } > $s/$f.csv; done; "
                       "for t in 1 2 3; do same 3 $t $s/[abc].csv " RULES "--with-decisions; done; "
                       "\"$p\" validate $s/[abc].csv " RULES "--dry-run 2>&1 | grep -o 'looks "
                       "like one that\\|look like a total\\|took nothing back: [0-9]*'",
                       "looks like one that\nlook like a total\ntook nothing back: 27\n");
}

#define EDGES                                                                                      \
    "g() { local to=$1; shift; { echo $head; for k in \"$@\"; do n=$((n + 1)); "                   \
    "row ${k%-*} $((n % 90 + 1)) M-0${k#*-} $((n % 8 + 1)) H0038; done; } > $s/e$to.csv; }; n=0; " \
    "g 1 A-1 A-2 B-1; g 2 B-2 B-1 C-3; g 3 C-3 C-3; g 4 C-4 D-1 D-2 E-5 E-6; g 5 E-5 E-6 E-7; "    \
    "g 6 E-8 F-1; g 7 F-1 G-2; "

/* Of one claim, lines in files of several tasks; A, B, C, D and E are each of two members, F is of
 * one. */
Test(part_feeds, a_claim_of_two_members_counts_once_wherever_its_lines_stand, .timeout = 120) {
    script_expect_told(BEGIN EDGES "for t in 2 3 5 7; do same 3 $t $s/e?.csv " RULES "; done; "
                                   "\"$p\" validate $s/e?.csv " RULES
                                   "--dry-run | grep -o 'two members *[0-9]'",
                       "two members                  5\n");
}

/* Which id of members.csv a task has met is told by its number, which every process must give it.
 */
Test(part_feeds, ids_of_the_crosswalk_are_the_same_to_every_task, .timeout = 120) {
    script_expect_told(
        BEGIN EDGES
        "cp -r fixtures/quickstart/roster $s/r; { echo "
        "member_id,person_id,effective_date,end_date; for i in 1 2 3 4 5 6 7 8; do echo "
        "M-0$i,P$((i / 2)),2020-01-01,; done; } > $s/r/members.csv; "
        "sed '1s/{/{\"member_crosswalk\": true,/' schemas/policies/ms.json > $s/p.json; "
        "rules=\"--roster $s/r --policy $s/p.json --as-of 2025-06-30\"; "
        "for t in 2 3 5 7; do same 3 $t $s/e?.csv $rules --with-decisions; done; "
        "\"$p\" validate $s/e?.csv $rules --dry-run | grep -o 'crosswalk *[0-9]'",
        "crosswalk                          8\n");
}

/* Ids of any length, of lines and of members, and lines that stand twice. */
Test(part_feeds, long_ids_and_duplicates_in_other_files_are_those_of_one_run, .timeout = 120) {
    script_expect_told(
        BEGIN "for f in a b c; do { echo $head; row one-claim-with-a-long-name-$f 1 "
              "one-member-with-a-long-name-of-its-own 1 H0038; "
              "row one-claim-with-a-long-name-a 1 one-member-with-a-long-name-of-its-own 1 H0038; "
              "row $f 1 M-01 1 99213 8 one-claim-with-a-long-name-a; } > $s/$f.csv; done; "
              "for t in 1 2 3; do same 3 $t $s/[abc].csv " RULES "--with-decisions; done; "
              "\"$p\" validate $s/[abc].csv " RULES "--dry-run | grep -o 'duplicate_line *[0-9]'",
        "duplicate_line                                       3\n");
}

/* A claim whose lines are, by their days, those of two persons. */
Test(part_feeds, a_claim_of_two_persons_whom_different_parts_decide_is_refused_with_the_mend,
     .timeout = 120) {
    script_expect_told(
        "s=$1; cp -r fixtures/quickstart/roster $s/r; { echo "
        "member_id,person_id,effective_date,end_date; echo M-01,P1,2020-01-01,2025-02-03; "
        "echo M-01,P4,2025-02-04,; } > $s/r/members.csv; "
        "sed '1s/{/{\"member_crosswalk\": true,/' schemas/policies/ms.json > $s/p.json; "
        "sed 's/\"count\": 13/\"count\": 2/' fixtures/layouts/claim-rows.json > $s/l.json; "
        "{ echo clm_id,desynpuf_id,clm_freq_cd,orig_clm_id,clm_rcvd_dt,line_from_dt_1,hcpcs_cd_1,"
        "line_units_1,line_from_dt_2,hcpcs_cd_2,line_units_2,prf_physn_npi; "
        "echo C1,M-01,,,,20250203,H0038,1,20250204,H0038,1,1000000004; } > $s/a.csv; "
        "rules=\"--roster $s/r --policy $s/p.json --layout $s/l.json --as-of 2025-06-30\"; "
        "for p in 1 8; do $0 part run $s/a.csv --parts $p --jobs 1 --out $s/o$p --quiet $rules "
        "2>&1 | grep -o 'are those of different.*'; echo ${PIPESTATUS[0]}; done",
        "0\nare those of different people, whom different parts decide: run this with --parts 1, "
        "or "
        "give the claim a run of its own\n65\n");
}

/* What one run mends when it writes what follows, no task can. */
Test(part_feeds, an_interchange_without_an_end_before_those_of_another_task_is_refused,
     .timeout = 120) {
    script_expect_told(
        "s=$1; f=fixtures/x12/every_reason; cp $f/claims.837 $s/b.837; "
        "head -c -2 $f/claims.837 > $s/a.837; for t in 1 2; do "
        "$0 part run $s/[ab].837 --tasks $t --jobs 1 --out $s/o --quiet --roster $f/roster --as-of "
        "2025-06-30 2>&1 | grep -o 'has no end.*'; echo ${PIPESTATUS[0]}; rm -rf $s/o; done",
        "0\nhas no end, and files of another task follow: write the end of the segment, or begin "
        "again with --tasks 1\n65\n");
}
