/*
 * What a person is told of a decision of each kind, and of a day, a member or a run of which there
 * is little to tell.
 */
#include "support/script.h"

#include <criterion/criterion.h>

/* A night with a line cut back, one that the caps are not for, and one whose units are none. */
#define NIGHT                                                                                      \
    "R='--roster fixtures/quickstart/roster --as-of 2025-06-30'; "                                 \
    "sed 's/\"over_cap\": \"reject\"/\"over_cap\":\"cutback\"/; s/\"cap_exempt\": null/"           \
    "\"cap_exempt\":{\"under_age\":21,\"authorization\":\"on_claim\",\"source\":\"t\"}/' "         \
    "schemas/policies/ms.json > $1/p.json; printf '%s\\n' claim_id,claim_line_number,member_id,"   \
    "claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi,birth_date,"             \
    "authorization_number A,1,M1,2025-01-06,H0038,9,1000000004,, "                                 \
    "B,1,M2,2025-01-06,H0038,9,1000000004,2010-01-01,AUTH C,1,M3,2025-01-06,H0038,x,1000000004,, " \
    "> $1/c.csv; $0 validate $1/c.csv $R --policy $1/p.json --out $1/o --ledger $1/l > $1/said; "
#define ASK "$0 check $R --date 2025-01-06 --rendering-npi 1000000004 2>/dev/null "

Test(answers, a_line_cut_back_tells_how_many_units_were_accepted) {
    script_expect(NIGHT "$0 explain A --ledger $1/l | grep -o '[0-9]* of them accepted'; "
                        "" ASK "--policy $1/p.json --member M --units 9 | head -n 1",
                  "6 of them accepted\n"
                  "accepted in part: 6 of 9 units of H0038 on 2025-01-06\n");
}

Test(answers, a_line_that_the_caps_are_not_for_is_told_as_exempt) {
    script_expect(NIGHT "grep exempt $1/said | tr -s ' '; "
                        "$0 explain B --ledger $1/l | tail -n 1; "
                        "$0 usage M2 --ledger $1/l --date 2025-01-06 | grep Cap; "
                        "" ASK "--policy $1/p.json --member M --units 9 --birth-date 2010-01-01 "
                        "--authorization A | sed -n 2p",
                  " of them exempt from caps 1 9\n"
                  "  exempt      the caps neither tested nor counted this line\n"
                  "Cap \"daily\": 0 of 6 units used, 6 left\n"
                  "Cap \"yearly\": 0 of 200 units used, 200 left\n"
                  "exempt from caps: authorized\n");
}

Test(answers, units_that_are_none_are_told_and_not_counted) {
    script_expect(NIGHT "$0 explain C --ledger $1/l | grep service; "
                        "" ASK "--member M --units x | head -n 1",
                  "  service     H0038 on 2025-01-06, units not valid\n"
                  "              service_unit_quantity holds something else than a whole number\n"
                  "rejected: H0038 on 2025-01-06\n");
}

Test(answers, a_value_too_long_for_a_claim_file_is_a_malformed_record) {
    script_expect(NIGHT ASK "--member M --units $(printf '%070000d' 1) | sed -n 1,3p",
                  "rejected: a malformed record\n\nreason malformed_record: CO 16 MA130\n");
}

Test(answers, a_code_that_only_looks_like_one_of_the_policys_passes_with_a_warning) {
    script_expect(NIGHT ASK "--member M --units 1 --procedure H0O38 | sed -n 1,3p",
                  "out of scope: policy ms does not test this line; it passes through\n\n"
                  "warning procedure_code_near: the line passes all the same\n");
}

Test(answers, a_credential_that_ends_is_told_with_its_last_day) {
    script_expect(NIGHT "$0 explain A --ledger $1/l --roster fixtures/quickstart/roster | "
                        "grep credential; $0 check $R --date 2024-06-03 --rendering-npi "
                        "1000000038 --member M --units 1 2>/dev/null | grep credential",
                  "  credential  CPSSP-MH, current, from 2023-01-01, without an end\n"
                  "credential CPSSP-SU, current, from 2023-01-01, ends 2024-12-31\n");
}

Test(answers, on_a_day_without_a_cap_there_is_none_to_tell_of) {
    script_expect(NIGHT "ask=\"$0 usage M1 --ledger $1/l --date 1999-01-06\"; "
                        "$ask; $ask --json | grep caps; $ask --csv; $ask --csv --plan 5/week",
                  "Member M1 on 1999-01-06, policy ms\n\nNo cap is in force on that day.\n"
                  "  \"caps\": []\n"
                  "cap,from,to,limit,used,left,reached_on\n"
                  "cap,from,to,limit,used,left,reached_on\n");
}

Test(answers, a_cap_that_is_not_there_is_told_with_those_that_are) {
    script_expect_told(NIGHT "exec 2>&1; $0 members --ledger $1/l --date 1999-01-01; "
                             "$0 members --ledger $1/l --date 2025-01-06 --cap none; "
                             "$0 members --ledger $1/l --date 2025-01-06 --near 150 --json | "
                             "tail -n 3",
                       "claimgate: no cap is in force on that day; give another --date\n"
                       "claimgate: there is no cap \"none\" on that day; there are daily, yearly\n"
                       "  \"further_at_most\": 0,\n  \"members\": []\n}\n");
}

/* As a run leaves it that was killed between its commit and the folder's name. */
Test(answers, a_run_that_is_not_published_is_told_wherever_it_is_shown) {
    script_expect(NIGHT "sqlite3 $1/l 'DELETE FROM publication'; "
                        "$0 explain A --ledger $1/l | tail -n 1; "
                        "for form in '' --csv --oneline --json; do "
                        "$0 ledger runs --ledger $1/l $form | grep -o 'not published'; done; "
                        "$0 ledger show 1 --ledger $1/l | grep -o 'not published'",
                  "  unpublished its run was cut off; the next run or `ledger recover` ends it\n"
                  "not published\nnot published\nnot published\nnot published\nnot published\n");
}

Test(answers, lines_taken_in_over_a_cap_are_told_by_the_cap_and_its_periods) {
    script_expect(NIGHT "sed -i /^C,/d $1/c.csv; for p in day month lifetime "
                        "'\"rolling_months\",\"months\": 3'; do "
                        "sed \"s/\\\"period\\\": \\\"day\\\"/\\\"period\\\": \\\"$p\\\"/; "
                        "s/\\\"\\(\\\"rolling_months\\\",\\\"months\\\": 3\\)\\\"/\\1/\" "
                        "schemas/policies/ms.json > $1/q.json; rm -f $1/m*; "
                        "$0 ledger import $1/c.csv --ledger $1/m --policy $1/q.json --as-of "
                        "2025-06-30 | grep over; done",
                  "  2 member-days over the cap daily of 6 units by now\n"
                  "  2 member-months over the cap daily of 6 units by now\n"
                  "  2 members over the cap daily of 6 units by now\n"
                  "  2 windows of members' months over the cap daily of 6 units by now\n");
}

Test(answers, a_fault_of_a_ledger_stands_in_the_document_too) {
    script_expect(NIGHT "sqlite3 $1/l \"UPDATE run SET accepted = accepted + 1\"; "
                        "for form in '' --json; do "
                        "{ $0 ledger verify --ledger $1/l $form || true; } | grep -o -m 1 'run 1'; "
                        "done",
                  "run 1\nrun 1\n");
}

Test(answers, a_ledger_that_has_decided_nothing_has_an_answer_in_each_form) {
    script_expect("exec 2>/dev/null; $0 ledger create $1/s --parts 1 >/dev/null; "
                  "for form in '' --json --csv; do "
                  "$0 usage M1 --ledger $1/s --date 2025-01-01 $form && exit 1 || [ $? = 1 ]; "
                  "done; $0 ledger runs --ledger $1/s; $0 ledger runs --ledger $1/s --csv | wc -l",
                  "The ledger has no runs that stand, so that nothing was used.\n"
                  "{\n  \"member_id\": \"M1\",\n  \"date\": \"2025-01-01\",\n  \"policy\": \"\",\n"
                  "  \"caps\": []\n}\ncap,from,to,limit,used,left,reached_on\n"
                  "The ledger has no runs yet.\n1\n");
}

/* --- reconsider --- */

/* A and B share a day's cap; what voids or replaces X1, X2 and S1 comes the night before them. */
#define NIGHTS                                                                                     \
    "R='--roster fixtures/quickstart/roster --as-of 2025-06-30 --quiet'; "                         \
    "night() { n=$1; shift; { echo claim_id,claim_line_number,member_id,claim_line_start_date,"    \
    "hcpcs_code,service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id; "      \
    "while read -r id member day units code original; do "                                         \
    "echo $id,1,$member,2025-01-$day,H0038,$units,1000000004,$code,$original; done; } "            \
    "> $D/$n.csv; $0 validate $D/$n.csv $R --out $D/$n --ledger $D/l \"$@\"; }; D=$1; "            \
    "printf '%s\n' 'A M1 06 6 1' 'B M1 06 4 1' 'V1 M2 07 1 8 X1' 'V2 M3 07 1 7 X2' "               \
    "'S1 M4 07 1 7 S1' | night one; printf '%s\n' 'X1 M2 07 1 1' 'X2 M3 07 1 1' 'S1 M4 08 1 1' "   \
    "'VA M1 06 6 8 A' | night two; "

Test(answers, what_came_before_its_original_is_listed_to_a_person) {
    script_expect(NIGHTS "$0 reconsider --ledger $D/l | sed \"s|$D/||\"",
                  "Lines once over a cap that would fit now, each by itself:\n\n"
                  "  claim B line 1  2025-01-06  4 units  H0038  member M1\n"
                  "                  rejected in run 1 (daily_cap), one.csv line 3\n\n"
                  "1 line. Nothing was decided: send again what should be paid.\n\n"
                  "Came before their original, took nothing back, and the original stands now:\n\n"
                  "claim V1 was asked to void X1, in run 1, one.csv line 4\n"
                  "claim V2 was asked to replace X2, in run 1, one.csv line 5\n");
}

Test(answers, a_line_whose_code_the_newest_policy_does_not_name_is_not_reconsidered) {
    script_expect(NIGHTS "sed s/H0038/H0039/ schemas/policies/ms.json > $D/p.json; "
                         "echo 'Z M9 09 1 1' | night three --policy $D/p.json 2>/dev/null; "
                         "$0 reconsider --ledger $D/l | sed -n 1p; "
                         "$0 usage M1 --ledger $D/l --date 2025-01-06 | grep Cap",
                  "No line that a cap rejected would fit now.\n"
                  "Cap \"daily\": 0 of 6 units used, 6 left\n"
                  "Cap \"yearly\": 0 of 200 units used, 200 left\n");
}

Test(answers, what_a_withdrawn_run_was_asked_for_is_no_longer_asked) {
    script_expect(
        NIGHTS "echo 'X3 M5 07 1 1' | night three; $0 ledger withdraw 3 --ledger $D/l >/dev/null; "
               "echo 'V3 M5 07 1 8 X3' | night four; "
               "echo 'X3 M5 07 1 1' | night five; $0 ledger withdraw 6 --ledger $D/l >/dev/null; "
               "$0 reconsider --ledger $D/l | grep -c asked",
        "2\n");
}
