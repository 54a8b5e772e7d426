/*
 * What is told of a run or an audit on its pages where there is more of it than usual, or less.
 */
#include "support/script.h"

#include <criterion/criterion.h>

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,billing_npi,claim_frequency_code,original_claim_id,"      \
    "charge_amount"
/* rows COUNT STEP [START]: a line each STEP days from 2015 or START on, a replacement of what
 * nobody knows */
#define BEGIN                                                                                      \
    "D=$1; R='--roster fixtures/quickstart/roster --as-of 2025-06-30 --quiet'; "                   \
    "rows() { echo " HEADER                                                                        \
    "; awk -v n=$1 -v step=$2 -v start=${3:-1420113600} 'BEGIN { for (i = 0; i < n; i++) "         \
    "printf \"C%d,1,M1,%s,H0038,2,1000000004,,7,NOPE1,10.50\\n\", i, "                             \
    "strftime(\"%Y-%m-%d\", start + i * step * 86400, 1) }'; }; "

Test(told_runs, columns_are_of_days_months_or_years_as_there_is_room) {
    script_expect(BEGIN "for s in '5 1' '70 1' '70 35'; do rows $s > $D/c.csv; "
                        "$0 validate $D/c.csv $R --out $D/o --overwrite --html; "
                        "grep -o 'by the [a-z]* [oi]n which' $D/o/report.html; done",
                  "by the day on which\nby the month in which\nby the year in which\n");
}

Test(told_runs, warnings_stand_on_the_page) {
    script_expect(BEGIN
                  "rows 5 1 1735732800 > $D/c.csv; $0 validate $D/c.csv $R --out $D/o --html; "
                  "grep -o -e 'Warnings by kind' -e original_claim_unknown "
                  "$D/o/report.html | sort -u",
                  "Warnings by kind\noriginal_claim_unknown\n");
}

Test(told_runs, a_night_without_records_has_a_page) {
    script_expect(BEGIN "rows 0 1 > $D/c.csv; $0 validate $D/c.csv $R --out $D/o --html 2>&1 | "
                        "grep -o 'a header without records'; "
                        "grep -c 'Units by day' $D/o/report.html || true; "
                        "$0 report $D/o/report.json | cmp - $D/o/report.html && echo same",
                  "a header without records\n0\nsame\n");
}

Test(told_runs, why_nothing_was_published_is_told) {
    script_expect(
        BEGIN "R='--roster fixtures/quickstart/roster --as-of 2025-06-30'; "
              "rows 5 1 > $D/c.csv; rows 40 1 > $D/d.csv; "
              "for i in x y z; do sed s/C/$i/ $D/c.csv > $D/$i.csv; "
              "$0 validate $D/$i.csv $R --out $D/$i --ledger $D/l --quiet; done; "
              "$0 validate $D/x.csv $R --out $D/o --ledger $D/l 2>&1 | grep -c 'skipped, run 1'; "
              "{ $0 validate $D/d.csv $R --out $D/o --ledger $D/l --guard stop || true; "
              "} 2>/dev/null | tail -n 1",
        "1\nnothing published: --guard stop\n");
}

/* A night at thirty agencies, and a policy under which each line is decided otherwise. */
#define AUDIT                                                                                      \
    BEGIN                                                                                          \
    "{ echo " HEADER "; awk 'BEGIN { for (i = 0; i < 30; i++) { b = 100000000 + i; s = 24; "       \
    "for (k = 0; k < 9; k++) { d = substr(b, 9 - k, 1); d = k % 2 ? d : 2 * d; "                   \
    "s += d > 9 ? d - 9 : d } printf \"C%d,1,M%d,2025-01-06,H0038,4,1000000004,%d%d,,,%s\\n\", "   \
    "i, i, b, (10 - s % 10) % 10, i % 2 ? \"10.50\" : \"\" } }'; } > $D/c.csv; "                   \
    "sed 's/\"limit\": 6\\b/\"limit\": 3/' schemas/policies/ms.json > $D/p.json; "                 \
    "$0 validate $D/c.csv $R --out $D/o --ledger $D/l; "                                           \
    "audit() { $0 audit $D/c.csv $R --ledger $D/l \"$@\" && exit 1 || [ $? = 1 ]; }; "

Test(told_runs, an_audit_shows_the_agencies_with_most_changes) {
    script_expect(AUDIT "audit --run 1 --policy $D/p.json --out $D/a --html --xlsx; "
                        "grep -o 'The decisions of run 1 of a ledger' $D/a/audit.html; "
                        "grep -o 'The 25 billing agencies with most' $D/a/audit.html; "
                        "grep -o '>charges<' $D/a/audit.html | sort -u; "
                        "unzip -p $D/a/audit.xlsx xl/sharedStrings.xml xl/worksheets/sheet1.xml | "
                        "grep -o -e '<t>yes' -e '<t>absent' | sort -u",
                  "The decisions of run 1 of a ledger\nThe 25 billing agencies with most\n"
                  ">charges<\n<t>yes\n");
}

Test(told_runs, an_audit_that_changes_nothing_says_so) {
    script_expect(AUDIT "sed -i 's/,10.50$/,/' $D/c.csv; "
                        "$0 validate $D/c.csv $R --out $D/n --ledger $D/m; "
                        "$0 audit $D/c.csv $R --ledger $D/m --run 1 --out $D/b --html --xlsx; "
                        "grep -c -e 'The [0-9]* billing agencies' -e '>charges<' $D/b/audit.html "
                        "|| true",
                  "0\n");
}

Test(told_runs, a_run_that_takes_made_up_npis_says_so) {
    script_expect(
        "sed 's/\"versions\"/\"test_npis\": true, \"versions\"/' schemas/policies/ms.json "
        "> $1/p.json; $0 validate fixtures/quickstart/claims.csv --roster "
        "fixtures/quickstart/roster --as-of 2025-06-30 --policy $1/p.json --out $1/o "
        "2>$1/err | grep 'test run'; grep -c 'policy ms says test_npis' $1/err",
        "a test run: the policy takes NPIs of made-up providers\n1\n");
}

Test(told_runs, of_many_replaced_npis_the_first_ten_are_named) {
    script_expect("{ echo NPI,Entity Type Code,Provider Business Practice Location Address State "
                  "Name,Provider Enumeration Date,NPI Deactivation Date,NPI Reactivation Date,"
                  "Healthcare Provider Taxonomy Code_1,Replacement NPI; "
                  "awk 'BEGIN { for (i = 0; i < 12; i++) { b = 100000000 + i; s = 24; "
                  "for (k = 0; k < 9; k++) { d = substr(b, 9 - k, 1); d = k % 2 ? d : 2 * d; "
                  "s += d > 9 ? d - 9 : d } "
                  "printf \"%d%d,1,MS,05/23/2010,,,175T00000X,1245319599\\n\", b, "
                  "(10 - s % 10) % 10 } }'; } > $1/n.csv; "
                  "$0 roster import --nppes $1/n.csv --type CPSSP-MH 2>&1 >/dev/null | "
                  "grep replacement | { tee $1/said | wc -l; grep -c 'there are more' $1/said; }",
                  "10\n1\n");
}
