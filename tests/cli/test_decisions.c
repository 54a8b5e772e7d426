/*
 * The table of decisions: one row for each line in scope, in a file, in the folder, or in a pipe.
 */
#include "support/scene.h"
#include "support/script.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"
#define AS_OF  "2025-06-30"

#define VALIDATE "$0 validate " CLAIMS " --roster " ROSTER " --as-of " AS_OF " --quiet "

Test(decisions, in_a_pipe_they_are_all_that_a_run_writes) {
    script_expect("cd $PWD; n=$(ls -A $1 | wc -l); cat " CLAIMS " | $0 validate - --roster " ROSTER
                  " --as-of " AS_OF " --quiet --decisions - > $1/d.csv; "
                  "echo $((n + 1)) $(ls -A $1 | wc -l) $(wc -l < $1/d.csv)",
                  "1 1 20\n");
}

/* 20 records, of which one is out of scope. */
Test(decisions, every_line_in_scope_has_a_row_in_input_order_and_agrees_with_both_files) {
    script_expect(VALIDATE "--out $1/o --decisions $1/d.csv; "
                           "cut -d, -f2 $1/d.csv | tail -n +2 | sort -nc; "
                           "cut -d, -f6 $1/d.csv | sort | uniq -c | tr -s ' ' | tr '\\n' ';'; "
                           "zcat $1/o/rejected.csv.gz | tail -n +2 | cut -d, -f2 > $1/r; "
                           "grep ',rejected,' $1/d.csv | cut -d, -f2 | cmp - $1/r && echo",
                  " 7 accepted; 1 decision; 12 rejected;\n");
}

Test(decisions, one_table_whatever_its_place_packing_and_threads) {
    script_expect(VALIDATE "--decisions $1/a.csv; " VALIDATE
                           "--decisions $1/b.csv.gz --threads 0; " VALIDATE
                           "--out $1/o --with-decisions --threads 7; " VALIDATE
                           "--out $1/p --with-decisions --ledger $1/l; "
                           "cat " CLAIMS " > $1/c.csv; zcat $1/b.csv.gz | cmp - $1/a.csv; "
                           "zcat $1/o/decisions.csv.gz | cmp - $1/a.csv; "
                           "zcat $1/p/decisions.csv.gz | cmp - $1/a.csv; "
                           "$0 ledger verify --ledger $1/l | grep -c sound; "
                           "$0 ledger show 1 --ledger $1/l | grep -c decisions.csv.gz",
                  "1\n1\n");
}

Test(decisions, columns_are_those_of_the_schema) {
    script_expect(VALIDATE
                  "--decisions - | head -1 | tr ',' '\\n' > $1/have; "
                  "grep -o '\"name\": \"[a-z_]*\"' schemas/decisions.schema.json | "
                  "cut -d'\"' -f4 | grep -v '^decisions$\\|^cg_' | cmp - $1/have && echo same",
                  "same\n");
}

Test(decisions, lines_that_say_where_they_stood_are_told_by_that) {
    script_expect("sed '1s/$/,cg_input,cg_line/; 2s/$/,3,17/; 3s/$/,3,18/; 4,$d' " CLAIMS
                  " > $1/c.csv; $0 validate $1/c.csv --roster " ROSTER " --as-of " AS_OF
                  " --quiet --decisions - | cut -d, -f1-3,6",
                  "cg_input,cg_line,claim_id,decision\n3,17,CLM-1001,accepted\n"
                  "3,18,CLM-1001,accepted\n");
}

Test(decisions, lines_out_of_their_order_end_the_run) {
    script_expect("sed '1s/$/,cg_input,cg_line/; 2s/$/,3,18/; 3s/$/,3,18/; 4,$d' " CLAIMS
                  " > $1/c.csv; code=0; $0 validate $1/c.csv --roster " ROSTER " --as-of " AS_OF
                  " --quiet --decisions $1/d.csv 2> $1/err || code=$?; echo $code; "
                  "grep -c 'do not rise: 3,18 comes behind 3,18' $1/err; ls $1/d.csv 2>&1 | "
                  "grep -c 'No such'",
                  "65\n1\n1\n");
}

Test(decisions, a_record_of_another_kind_moves_no_place) {
    script_expect("cp schemas/layouts/tuva.json $1/l.json; "
                  "sed -i '0,/\"delimiter\"/s//\"record\": {\"column\": \"kind\", \"value\": "
                  "\"L\"}, &/' $1/l.json; "
                  "sed '1s/$/,kind,cg_input,cg_line/; 2s/$/,X,3,16/; 3s/$/,L,3,17/; 4s/$/,L,3,18/; "
                  "5,$d' " CLAIMS
                  " > $1/c.csv; $0 validate $1/c.csv --layout $1/l.json --roster " ROSTER
                  " --as-of " AS_OF " --quiet --decisions - | cut -d, -f1-2",
                  "cg_input,cg_line\n3,17\n3,18\n");
}

/* Nothing else tells where the line stood. */
Test(decisions, a_place_that_is_no_number_ends_the_run) {
    script_expect("for place in ,18 3, x,18 3,1.5; do "
                  "sed \"1s/$/,cg_input,cg_line/; 2s/$/,3,17/; 3s/$/,$place/; 4,\\$d\" " CLAIMS
                  " > $1/c.csv; code=0; $0 validate $1/c.csv --roster " ROSTER " --as-of " AS_OF
                  " --quiet --decisions $1/d.csv 2> $1/err || code=$?; "
                  "echo $code $(grep -o 'c.csv:3: column [0-9]*: cg_input and cg_line must be "
                  "whole' $1/err | cut -d' ' -f3 | tr -d :) $(ls $1 | grep -c d.csv); done",
                  "65 13 0\n65 14 0\n65 13 0\n65 14 0\n");
}

/* A program that feeds a pipe tells by the counts whether all it sent was decided. */
Test(decisions, in_a_pipe_the_report_may_come_beside_them) {
    script_expect("cat " CLAIMS " | $0 validate - --roster " ROSTER " --as-of " AS_OF
                  " --quiet --decisions - --report $1/r.json | wc -l; "
                  "tr -d ' \\n' < $1/r.json | grep -o '\"counts\":{\"records\":[0-9]*'",
                  "20\n\"counts\":{\"records\":20\n");
}

Test(decisions, places_that_cannot_be_are_slips_with_a_mend) {
    static const char *const cases[][2] = {
        {"--with-decisions --accepted a --rejected b", "goes with --out DIR"},
        {"--with-decisions --decisions d --out o", "leave one out"},
        {"--decisions d --ledger l --out o", "it takes --with-decisions"},
        {"--decisions a --accepted a --rejected b", "two outputs have the same name"},
        {"--decisions d --accepted a", "one of the two files has no place"},
        {"--decisions - --json", "--json prints to standard output"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char script[512];
        struct run run;
        snprintf(script, sizeof script, VALIDATE "%s", cases[i][0]);
        const char *const argv[] = {"sh", "-c", script, run_claimgate(), NULL};
        run_program(argv, NULL, &run);
        cr_expect_eq(run.exit_code, 64, "%s: %d", cases[i][0], run.exit_code);
        cr_expect(strstr(run.err, cases[i][1]) != NULL, "%s: %s", cases[i][0], run.err);
        run_fini(&run);
    }
}
