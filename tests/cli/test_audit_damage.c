/*
 * The folder of decisions that an audit compares with was edited or cut since: the audit refuses
 * it, or tells the lines that are there too many. It never takes one line's decision for another's.
 */
#include "support/script.h"

#include <criterion/criterion.h>

#define CLAIMS "fixtures/quickstart/claims.csv"

/* `hurt FILE COMMAND AUDIT-INPUTS...`: what a filter makes of one file of the folder, audited: exit
 * code, and the number of changes or the reason. */
#define BEGIN                                                                                      \
    "p=$0; s=$1; sed 's/\"over_cap\": \"reject\"/\"over_cap\": \"cutback\"/; s/\"limit\": 6\\b/"   \
    "\"limit\": 5/' schemas/policies/ms.json > $s/p.json; "                                        \
    "rules=\"--roster fixtures/quickstart/roster --policy $s/p.json --as-of 2025-06-30 "           \
    "--quiet\"; "                                                                                  \
    "\"$p\" validate " CLAIMS " $rules --out $s/good 2> $s/e; "                                    \
    "hurt() { local file=$1.csv.gz filter=$2; shift 2; rm -rf $s/d $s/o; cp -r $s/good $s/d; "     \
    "zcat $s/good/$file | eval \"$filter\" | gzip > $s/d/$file; "                                  \
    "\"$p\" audit \"$@\" $rules --decided $s/d --out $s/o 2> $s/e; echo $? $(grep -o 'is not "     \
    "what\\|is empty\\|no column' $s/e) $(zcat $s/o/changes.csv.gz 2> $s/e | tail -n +2 | grep "   \
    "-c "                                                                                          \
    ".); }; filters=(cat \"sed '\\$d'\" 'sed 3d' \"sed '\\$p'\" \"sed '3{h;d};4{G}'\" 'head -n "   \
    "1' "                                                                                          \
    "'cat /dev/null' 'tail -n +2' \"sed 's/,[0-9]*,/,0,/'\" 'tr 5 4' \"sed "                       \
    "'3s/^[^,]*/other.csv/'\"); "

Test(audit_damage, decisions_in_their_place_are_those_of_the_record, .timeout = 120) {
    script_expect_told(BEGIN "for f in accepted rejected; do for c in \"${filters[@]}\"; do "
                             "echo $f $(hurt $f \"$c\" " CLAIMS "); done; done",
                       "accepted 0 0\n"
                       "accepted 65 is not what 0\n"
                       "accepted 65 is not what 0\n"
                       "accepted 1 1\n"
                       "accepted 65 is not what 0\n"
                       "accepted 65 is not what 0\n"
                       "accepted 65 is empty 0\n"
                       "accepted 65 no column 0\n"
                       "accepted 65 is not what 0\n"
                       "accepted 65 is not what 0\n"
                       "accepted 65 is not what 0\n"
                       "rejected 0 0\n"
                       "rejected 65 is not what 0\n"
                       "rejected 65 is not what 0\n"
                       "rejected 1 1\n"
                       "rejected 65 is not what 0\n"
                       "rejected 65 is not what 0\n"
                       "rejected 65 is empty 0\n"
                       "rejected 65 no column 0\n"
                       "rejected 65 is not what 0\n"
                       "rejected 65 is not what 0\n"
                       "rejected 65 is not what 0\n");
}

#define RULES "rules='--roster fixtures/quickstart/roster --as-of 2025-06-30 --quiet'; "

/* Only the last line is new: the others are those of their claim, in their order. */
Test(audit_damage, lines_without_a_number_are_matched_by_their_claims) {
    script_expect_told(RULES "cut -d, -f1,3- " CLAIMS
                             " > $1/then.csv; { cat $1/then.csv; tail -n 1 "
                             "$1/then.csv; } > $1/now.csv; $0 validate $1/then.csv $rules --out "
                             "$1/d; $0 audit $1/now.csv $rules --decided $1/d --out $1/o 2> $1/e; "
                             "zcat $1/o/changes.csv.gz | tail -n +2 | cut -d, -f2,3,6,9",
                       "23,CLM-1018,absent,rejected\n");
}

Test(audit_damage, a_cutback_to_another_quantity_has_changed) {
    script_expect_told(
        RULES
        "for n in 5 4; do sed 's/\"over_cap\": \"reject\"/\"over_cap\": \"cutback\"/; "
        "s/\"limit\": 6\\b/\"limit\": '$n/ schemas/policies/ms.json > $1/$n.json; done; "
        "$0 validate " CLAIMS " $rules --policy $1/5.json --out $1/d; $0 audit " CLAIMS
        " $rules --policy $1/4.json --decided $1/d --out $1/o; "
        "zcat $1/o/changes.csv.gz | grep -o 'cutback,daily_cap,[0-9],cutback,daily_cap,[0-9]'",
        "cutback,daily_cap,5,cutback,daily_cap,4\ncutback,daily_cap,5,cutback,daily_cap,4\n");
}

/* Whether they are matched in their place, as those of a pipe are, or by their keys. */
Test(audit_damage, every_line_is_gone_where_the_inputs_hold_none) {
    script_expect_told("p=$0; s=$1; " RULES
                       "gone() { \"$p\" audit $1 $rules --decided $s/d --out $s/$2; echo "
                       "$? $(zcat $s/$2/changes.csv.gz | tail -n +2 | grep -c absent); }; "
                       "\"$p\" validate " CLAIMS " $rules --out $s/d; head -n 1 " CLAIMS
                       " > $s/none.csv; gone $s/none.csv by-key 2> $s/e; "
                       "cat $s/none.csv | gone - in-their-place",
                       "1 20\n1 20\n");
}

/* Of other inputs, so that lines are matched by claim and number. */
Test(audit_damage, decisions_by_key_are_those_of_the_claim_line, .timeout = 120) {
    script_expect_told(BEGIN "{ cat " CLAIMS "; tail -n 1 " CLAIMS "; } > $s/more.csv; "
                             "for f in accepted rejected; do for c in \"${filters[@]}\"; do "
                             "echo $f $(hurt $f \"$c\" $s/more.csv); done; done",
                       "accepted 1 1\n"
                       "accepted 1 2\n"
                       "accepted 1 2\n"
                       "accepted 1 2\n"
                       "accepted 1 1\n"
                       "accepted 1 11\n"
                       "accepted 65 is empty 0\n"
                       "accepted 65 no column 0\n"
                       "accepted 1 18\n"
                       "accepted 1 6\n"
                       "accepted 1 3\n"
                       "rejected 1 1\n"
                       "rejected 1 2\n"
                       "rejected 1 2\n"
                       "rejected 1 1\n"
                       "rejected 1 1\n"
                       "rejected 1 15\n"
                       "rejected 65 is empty 0\n"
                       "rejected 65 no column 0\n"
                       "rejected 1 1\n"
                       "rejected 1 6\n"
                       "rejected 1 1\n");
}

#define NIGHTS                                                                                     \
    "p=$0; s=$1; rules=\"--roster fixtures/quickstart/roster --quiet\"; for i in 1 2 3; do { "     \
    "head -n 1 " CLAIMS "; sed -n $((i * 5 - 3)),$((i * 5 + 1))p " CLAIMS "; } > $s/$i.csv; "      \
    "\"$p\" validate $s/$i.csv $rules --as-of 2025-06-30 --out $s/n$i --ledger $s/l; "             \
    "\"$p\" validate $s/$i.csv $rules --as-of 2025-06-30 --out $s/d$i; done; cp -r $s/d1 "         \
    "$s/keep; "                                                                                    \
    "au() { rm -rf $s/o; \"$p\" audit \"$@\" $rules --out $s/o 2> $s/e; echo -n \"$? \"; }; "

/* The report of the folder, of one night and of two: whatever it lacks, and whatever is no report.
 */
Test(audit_damage, a_report_that_was_edited_is_refused_or_does_without, .timeout = 120) {
    script_expect_told(
        NIGHTS
        "json() { python3 -c 'import json,sys; f=sys.argv[1]; d=json.load(open(f)); "
        "exec(sys.argv[2]); json.dump(d, open(f, \"w\"))' $s/d1/report.json \"$1\"; }; "
        "for o in 'd[\"as_of\"]=\"2025-02-30\"' 'del d[\"counts\"]' "
        "'del d[\"counts\"][\"out_of_scope\"]' 'del d[\"inputs\"]' 'd[\"inputs\"]=[]' "
        "'d[\"inputs\"][0][\"sha256\"]=\"x\"' 'd[\"inputs\"][0][\"bytes\"]=1'; do json \"$o\"; "
        "au $s/1.csv --decided $s/d1; au $s/[12].csv --decided $s/d1 --decided $s/d2; "
        "rm -r $s/d1; cp -r $s/keep $s/d1; done; echo; "
        "for b in '' x '[]' '{}'; do echo \"$b\" > $s/d1/report.json; au $s/1.csv --decided $s/d1; "
        "done",
        "65 65 0 0 0 0 0 64 0 64 0 64 0 64 \n65 65 65 65 ");
}

/* What is no file, too few, too many, or of another run. */
Test(audit_damage, inputs_are_those_of_the_nights_or_refused, .timeout = 120) {
    script_expect_told(
        NIGHTS "au - --decided $s/d1 < $s/1.csv; au <(cat $s/1.csv) --decided $s/d1; "
               "au $s --decided $s/d1; au fixtures/x12/every_reason/claims.837 --decided $s/d1; "
               "echo; au - --ledger $s/l --run 1 < $s/1.csv; "
               "au <(cat $s/2.csv) --ledger $s/l --run 2; au $s/[12].csv --ledger $s/l --run 1; "
               "au $s --ledger $s/l --run 1; au $s/1.csv --ledger $s/l --run 9; echo; "
               "for i in - $s $s/none $s/1.csv \"$s/1.csv $s/1.csv $s/2.csv $s/3.csv\"; do "
               "au $i --ledger $s/l --all < $s/1.csv; done",
        "0 0 66 65 \n0 0 64 66 64 \n64 64 66 66 64 ");
}
