/*
 * Lines that were accepted before and that an input brings along, by its column cg_past.
 */
#include "support/scene.h"
#include "support/script.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id,cg_past\n"
#define LINE(claim, code, units, freq, orig, past)                                                 \
    claim ",1,M-01,2025-01-06," code "," units ",1000000004," freq "," orig "," past "\n"
#define FILE_OF(lines) "printf '" HEADER lines "' > $1/c.csv; "
#define RUN            "$0 validate $1/c.csv --roster fixtures/quickstart/roster --as-of 2025-06-30 --quiet "

/* A day has six units. */
Test(past, their_units_count_and_they_have_neither_decision_nor_place_in_an_output) {
    script_expect(FILE_OF(LINE("A", "H0038", "4", "", "", "1") LINE("B", "99213", "1", "", "", "1")
                              LINE("C", "H0038", "3", "", "", "0")
                                  LINE("D", "H0038", "2", "", "", "")) RUN
                  "--out $1/o --with-decisions; zcat $1/o/decisions.csv.gz | cut -d, -f1-6 | "
                  "sed 's/[^,]*,//'; zcat $1/o/accepted.csv.gz | tail -n +2 | cut -d, -f1; "
                  "zcat $1/o/rejected.csv.gz | tail -n +2 | cut -d, -f3; "
                  "$0 report $1/o/report.json > /dev/null; "
                  "tr -d ' \\n' < $1/o/report.json | grep -o '\"past\":{[^}]*}\\|"
                  "\"counts\":{\"records\":[0-9]*'",
                  "source_line,claim_id,claim_line_number,member_id,decision\n"
                  "4,C,1,M-01,rejected\n5,D,1,M-01,accepted\nD\nC\n"
                  "\"counts\":{\"records\":2\n\"past\":{\"records\":2,\"lines\":1,\"units\":4,"
                  "\"repeated\":0,\"taken_back\":0,\"out_of_scope\":1}\n");
}

Test(past, what_would_be_rejected_today_was_accepted_all_the_same) {
    script_expect(
        FILE_OF(LINE("A", "H0038", "40", "", "", "1") LINE("A", "H0038", "40", "", "", "1")
                    LINE("B", "H0038", "2", "7", "Z9", "1") LINE("C", "H0038", "1", "", "", "0"))
            RUN "--decisions - | tail -n 1 | cut -d, -f3,6,10-12; " RUN
                "--out $1/o; tr -d ' \\n' < $1/o/report.json | grep -o '\"repeated\":[0-9]*'",
        "C,rejected,daily,2025-01-06,42\n\"repeated\":1\n");
}

Test(past, voids_and_replacements_among_them_and_behind_them_take_back) {
    script_expect(
        FILE_OF(LINE("A", "H0038", "6", "", "", "1") LINE("V", "H0038", "6", "8", "A", "1")
                    LINE("B", "H0038", "5", "", "", "1") LINE("R", "H0038", "4", "7", "B", "1")
                        LINE("W", "H0038", "4", "8", "R", "0") LINE("C", "H0038", "6", "", "", "0"))
            RUN "--decisions - | tail -n 2 | cut -d, -f3,6,15,16",
        "W,accepted,1,4\nC,accepted,0,0\n");
}

/* What night 1 accepted, its units as they were cut, before night 2 in one input, against two
 * nights on a ledger. More than one batch, so that history and new lines meet within one. */
Test(past, history_in_the_input_decides_as_history_in_a_ledger_does, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    static const char *const more[] = {"--lines", "60000", "--files", "2", "--seed", "7", NULL};
    (void)scene_generate(&scene, "g", more);
    char *out = script_output(
        &scene,
        "o='--roster '$1'/g/roster --as-of 2025-12-31 --quiet'; "
        "for policy in ms $1/cut.json; do rm -rf $1/l* $1/1 $1/2; "
        "$0 policy show ms | sed 's/\"over_cap\": \"reject\"/\"over_cap\": \"cutback\"/' > "
        "$1/cut.json; "
        "$0 validate $1/g/claims-01.csv.gz $o --policy $policy --ledger $1/l --out $1/1 || true; "
        "$0 validate $1/g/claims-02.csv.gz $o --policy $policy --ledger $1/l --out $1/2 "
        "--with-decisions || true; "
        "{ zcat $1/1/accepted.csv.gz | sed '1s/$/,cg_past/; 2,$s/$/,1/'; "
        "zcat $1/g/claims-02.csv.gz | sed '1d; s/$/,0/'; } > $1/c.csv; "
        "for t in 0 7; do $0 validate $1/c.csv $o --policy $policy --threads $t "
        "--decisions $1/d || true; cut -d, -f3- $1/d | grep -v malformed > $1/d$t; done; cmp $1/d0 "
        "$1/d7; "
        "zcat $1/2/decisions.csv.gz | cut -d, -f3- | grep -v malformed | cmp - $1/d0; "
        "echo $(($(wc -l < $1/d0) > 29000)) $(grep -c ,cutback, $1/d0 | tr 1-9 +); done");
    cr_expect_str_eq(out, "1 0\n1 +++\n");
    free(out);
    scene_remove(&scene);
}

Test(past, a_mark_that_is_not_clear_ends_the_run_with_its_line_and_a_mend) {
    static const char *const cases[][3] = {
        {LINE("A", "H0038", "4", "", "", "2"), "", "65 c.csv:2: the column cg_past is neither 1"},
        {LINE("A", "H0038", "4", "", "", "yes"), "", "65 c.csv:2: the column cg_past is neither"},
        {LINE("A", "99213", "4", "", "", "x"), "", "65 c.csv:2: the column cg_past is neither 1"},
        {LINE("A", "H0038", "4", "", "", "0") LINE("B", "H0038", "1", "", "", "1"), "",
         "65 c.csv:3: a line that was accepted before (cg_past is 1) comes behind one that is new"},
        {LINE("A", "H0038", "4,4", "", "", "1") LINE("B", "H0038", "1", "", "", "1"), "",
         "65 c.csv:3: a line that was accepted before (cg_past is 1) comes behind one that is new"},
        {LINE("A", "H0038", "0", "", "", "1"), "",
         "65 c.csv:2:27: a line that was accepted before (cg_past is 1) cannot be remembered: "
         "units_invalid"},
        {LINE("", "H0038", "1", "", "", "1"), "",
         "65 c.csv:2:1: a line that was accepted before (cg_past is 1) cannot be remembered: "
         "claim_id_invalid"},
        {LINE("A", "H0038", "1", "", "", "1"), "--ledger l --out o",
         "64 c.csv:2: a line that was accepted before (cg_past is 1) is for a run without a "
         "ledger"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char script[2048];
        struct scene scene;
        scene_make(&scene);
        snprintf(
            script, sizeof script,
            "here=$PWD; case $0 in /*) ;; *) set -- $1 $PWD/$0;; esac; printf '%%s' '%s%s' > "
            "$1/c.csv; cd $1; code=0; "
            "${2:-$0} validate c.csv --roster $here/fixtures/quickstart/roster --as-of 2025-06-30 "
            "--quiet %s 2> err || code=$?; echo $code $(sed 's/^claimgate: //' err)",
            HEADER, cases[i][0], cases[i][1][0] != '\0' ? cases[i][1] : "--decisions d");
        char *out = script_output(&scene, script);
        cr_expect_eq(strncmp(out, cases[i][2], strlen(cases[i][2])), 0, "case %zu: %s", i, out);
        cr_expect(!scene_exists(scene_path(&scene, "d")), "case %zu", i);
        free(out);
        scene_remove(&scene);
    }
}

Test(past, a_column_that_stands_twice_is_told) {
    script_expect("printf 'cg_past," HEADER
                  "1," LINE("A", "H0038", "4", "", "",
                            "0") "' > $1/c.csv; code=0; " RUN
                                 "--decisions $1/d 2> $1/err || code=$?; echo $code; "
                                 "grep -c 'has the column cg_past twice' $1/err",
                  "65\n1\n");
}

Test(past, who_knows_nothing_of_them_refuses_them) {
    script_expect(
        FILE_OF(LINE(
            "A", "H0038", "4", "", "",
            "1")) "code=0; $0 check - --roster "
                  "fixtures/quickstart/roster --as-of 2025-06-30 < $1/c.csv > $1/out 2> $1/err || "
                  "code=$?; echo $code; grep -c 'line 2 has something else than 0 in its column "
                  "cg_past' $1/err; $0 ledger import $1/c.csv --ledger $1/l | grep -c '1 line "
                  "taken in as paid, 4 units'",
        "64\n1\n1\n");
}

/* A row is a claim; what was accepted before is taken line by line. */
Test(past, a_row_of_several_lines_is_taken_line_by_line) {
    script_expect(
        "$0 layout show tuva > /dev/null; printf '%s' '{\"name\":\"own\",\"title\":\"own\","
        "\"delimiter\":\",\",\"date_format\":\"YYYY-MM-DD\",\"lines\":{\"count\":2},\"fields\":{"
        "\"claim_id\":{\"column\":\"claim\"},\"member_id\":{\"column\":\"member\"},"
        "\"claim_line_start_date\":{\"column\":\"date_{n}\"},"
        "\"hcpcs_code\":{\"column\":\"code_{n}\"},"
        "\"service_unit_quantity\":{\"column\":\"units_{n}\"},"
        "\"rendering_npi\":{\"column\":\"npi\"}}}' > $1/own.json; "
        "printf 'claim,member,npi,code_1,date_1,units_1,code_2,date_2,units_2,cg_past\n"
        "A,M,1000000004,H0038,2025-01-06,4,99213,2025-01-06,1,1\n"
        "B,M,1000000004,99213,2025-01-06,4,99213,2025-01-06,1,1\n"
        "C,M,1000000004,H0038,2025-01-06,1,H0038,2025-01-06,2,\n"
        "D,M,1000000004,H0038,2025-01-06,1,99213,2025-01-06,2,\n' > $1/c.csv; " RUN
        "--layout $1/own.json --decisions - | cut -d, -f2,3,6; " RUN "--layout $1/own.json "
        "--out $1/o; zcat $1/o/accepted.csv.gz | tail -n +2 | cut -d, -f1; "
        "tr -d ' \\n' < $1/o/report.json | grep -o '\"past\":{[^}]*}'",
        "source_line,claim_id,decision\n4,C,rejected\n4,C,rejected\n5,D,accepted\nD\n"
        "\"past\":{\"records\":2,\"lines\":1,\"units\":4,\"repeated\":0,\"taken_back\":0,"
        "\"out_of_scope\":3}\n");
}

/* Left out by the layout, with a code that only looks like one, with words for one, asking to take
 * something back. */
Test(past, what_passes_of_them_is_in_no_other_count_and_in_no_warning) {
    script_expect(
        "printf '%s' '{\"name\":\"own\",\"title\":\"own\",\"delimiter\":\",\","
        "\"date_format\":\"YYYY-MM-DD\",\"only\":[{\"column\":\"denied\",\"not_in\":[\"D\"]}],"
        "\"fields\":{\"claim_id\":{\"column\":\"claim\"},\"member_id\":{\"column\":\"member\"},"
        "\"claim_line_start_date\":{\"column\":\"date\"},\"hcpcs_code\":{\"column\":\"code\"},"
        "\"service_unit_quantity\":{\"column\":\"units\"},\"rendering_npi\":{\"column\":\"npi\"},"
        "\"claim_frequency_code\":{\"column\":\"freq\"},"
        "\"original_claim_id\":{\"column\":\"orig\"}}}' > $1/own.json; "
        "d=M,2025-01-06 n=1000000004; "
        "printf 'claim,member,date,code,units,npi,freq,orig,denied,cg_past\n"
        "A,'$d',H0038,4,'$n',,,,1\nB,'$d',H0038,2,'$n',,,D,1\nC,'$d',HOO38,2,'$n',,,,1\n"
        "D,'$d',99213,2,'$n',8,A,,1\nE,'$d',Peer support,2,'$n',,,,1\nF,'$d',H0038,2,'$n',,,,0\n"
        "G,'$d',H0038,1,'$n',,,D,0\n' > $1/c.csv; " RUN
        "--layout $1/own.json --out $1/o 2> $1/err; wc -c < $1/err; "
        "tr -d ' \\n' < $1/o/report.json | grep -o '\"past\":{[^}]*}\\|"
        "\"counts\":{\"records\":[0-9]*\\|\"left_out\":[0-9]\\|\"out_of_scope\":[0-9]'",
        "0\n\"counts\":{\"records\":2\n\"out_of_scope\":0\n\"left_out\":1\n\"past\":{\"records\":5,"
        "\"lines\":1,\"units\":4,\"repeated\":0,\"taken_back\":0,\"out_of_scope\":4}\n");
}
