/*
 * A crosswalk that learns: what the ledger keeps of an id stays the person's it was when it was
 * decided, and a run under a roster that says otherwise tells so.
 */
#include "support/script.h"

#include <criterion/criterion.h>

/* The roster learns that M1 is P1's when the ledger $L has a night of M1. Of M7 and M8 nothing is
 * another's on the days of their rows. `roster COMMAND ...` runs under one of the two, `tell` says
 * what it was told. */
#define LEARNS                                                                                     \
    "p=$(realpath $0); sed '1s/{/{\"member_crosswalk\": true,/' schemas/policies/ms.json > "       \
    "$1/p.json; cd $1; mkdir then now; "                                                           \
    "c='npi,credential_type,status,effective_date,end_date\\n1000000004,CPSSP-MH,current,2020-"    \
    "01-01,\\n'; printf $c > then/credentials.csv; printf $c > now/credentials.csv; "              \
    "m='member_id,person_id,effective_date,end_date\\n'; "                                         \
    "printf \"${m}M9,P9,2020-01-01,\\n\" > then/members.csv; "                                     \
    "printf \"${m}M7,M7,2020-01-01,\\nM8,P8,2020-01-01,2024-12-31\\nM1,P1,2020-01-01,\\n\" > "     \
    "now/members.csv; h='claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"   \
    "service_unit_quantity,rendering_npi\\n'; t=2025-01-06,H0038,6,1000000004; "                   \
    "printf \"${h}A,1,M1,$t\\nA,1,M7,$t\\nA,1,M8,$t\\n\" > 1.csv; "                                \
    "printf \"${h}B,1,M1,$t\\n\" > 2.csv; "                                                        \
    "under() { r=$1; shift; $p \"$@\" --policy p.json --roster $r --ledger $L --as-of 2025-12-31 " \
    "> said 2> told; echo $1 exit $?; "                                                            \
    "sed -n 's/.*members.csv with an id whose.*: \\(1 (.*)\\);.*/\\1/p; "                          \
    "s/.*1 row of members.csv does not.* from \\(run 1\\) on; .*/guard \\1/p' told; }; L=l; "

Test(crosswalk_learns, what_the_ledger_keeps_of_an_id_is_told_by_each_command_that_builds_on_it) {
    script_expect_told(
        LEARNS "under then validate 1.csv --out 1; under then validate 2.csv --dry-run; "
               "under now validate 2.csv --dry-run; under now validate 2.csv --guard stop --out 2; "
               "under now check --member M1 --date 2025-01-07 --units 1 "
               "--rendering-npi 1000000004; under now ledger import 2.csv; "
               "$p ledger withdraw 2 --ledger l > said; under now validate 2.csv --out 2; "
               "grep -c '\"members_of_persons\"\\|\"lines_of_another_person\"' 2/report.json",
        "validate exit 0\nvalidate exit 0\nvalidate exit 0\n1 (members.csv:4)\nguard run 1\n"
        "validate exit 1\n1 (members.csv:4)\nguard run 1\ncheck exit 0\n1 (members.csv:4)\n"
        "ledger exit 0\n1 (members.csv:4)\nvalidate exit 0\n1 (members.csv:4)\nguard run 1\n2\n");
}

Test(crosswalk_learns, a_redo_under_the_new_roster_gives_the_person_what_the_id_had) {
    script_expect_told(
        LEARNS
        "for L in l set; do [ $L = l ] || $p ledger create set --parts 3 --policy p.json > said; "
        "under then validate 1.csv --out 1-$L; under now validate 2.csv --dry-run; "
        "$p ledger redo --from 1 --policy p.json --roster now --ledger $L > said || echo no; under "
        "now validate 2.csv --guard stop --out 2-$L; "
        "gzip -dc 2-$L/rejected.csv.gz | grep -o ,daily_cap,daily | tail -n 1; done; ",
        "validate exit 0\nvalidate exit 0\n1 (members.csv:4)\nguard run 1\nvalidate exit "
        "0\n,daily_cap,daily\nvalidate exit 0\nvalidate exit 0\n1 (members.csv:4)\nguard run "
        "1\nvalidate exit 0\n,daily_cap,daily\n");
}

Test(crosswalk_learns, a_run_in_parts_tells_it_too) {
    script_expect_told(
        LEARNS
        "L=set; $p ledger create set --parts 3 --policy p.json > said; "
        "under then validate 1.csv --out 1; for guard in stop off; do "
        "$p part run 2.csv --policy p.json --roster now --ledgers set --as-of 2025-12-31 "
        "--out 2 --guard $guard > said 2> told; echo $?; grep -o '1 (members.csv:4)' told; done",
        "validate exit 0\n1\n1 (members.csv:4)\n0\n1 (members.csv:4)\n");
}
