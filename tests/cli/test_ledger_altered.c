/*
 * A ledger that is damaged, or that another program has changed: `ledger verify` ends with 1
 * whatever it is, nights and questions are good or end with 65, and nobody is asked to report it.
 */
#include "support/script.h"

#include <criterion/criterion.h>

/* Two nights on ledger l, of which l.whole is a copy. `alter COMMAND` makes l anew and alters it;
 * `told NAME` says how verify, a night and questions end where it is not as it should. */
#define ALTER                                                                                      \
    "p=$(realpath $0); r=$(realpath fixtures/quickstart/roster); "                                 \
    "c=$(realpath fixtures/quickstart/claims.csv); cd $1; "                                        \
    "night() { $p validate $1 --roster $r --as-of 2025-06-30 --ledger $2 --out out.$RANDOM "       \
    "--quiet; }; (head -n 1 $c; sed -n 2,6p $c) > 1.csv; (head -n 1 $c; sed -n 7,12p $c) > 2.csv;" \
    "(head -n 1 $c; sed -n 13,99p $c) > 3.csv; night 1.csv l.whole; night 2.csv l.whole; "         \
    "sqlite3 l.whole 'PRAGMA journal_mode = DELETE' > said; "                                      \
    "alter() { rm -f l l-*; cp l.whole l; \"$@\"; }; "                                             \
    "end() { wanted=$1; shift; \"$@\" > said 2>> all; e=$?; [[ $e =~ ^($wanted)$ ]] || "           \
    "echo \"$name: $1 $2 $e\"; grep 'report this' all; }; "                                        \
    "told() { name=$*; : > all; end 1 $p ledger verify --ledger l; "                               \
    "end 1 $p ledger verify --json --ledger l; end '0|65' night 3.csv l; "                         \
    "end '0|65' $p ledger runs --ledger l; end '0|1|65' $p usage M1 --ledger l; "                  \
    "end '0|1|65' $p explain C1 --ledger l; end '0|65' $p members --near 1 --ledger l; }; "

Test(ledger_altered, whatever_is_taken_away_verify_ends_with_1, .timeout = 300) {
    script_expect_told(
        ALTER "for name in $(sqlite3 l.whole \"SELECT type || ':' || name FROM sqlite_schema "
              "WHERE name NOT LIKE 'sqlite_%'\"); do "
              "alter sqlite3 l \"PRAGMA foreign_keys = OFF; DROP ${name/:/ }\"; told $name; done; "
              "sqlite3 l.whole 'SELECT count(*) > 20 FROM sqlite_schema'",
        "1\n");
}

/* Be its inputs left, or its lines. */
Test(ledger_altered, a_run_that_is_taken_away_is_found_before_the_next_one_is_decided) {
    script_expect_told(ALTER "for run in 1 '1 OR 1' 2 '2; DELETE FROM input WHERE run_no = 2'; do "
                             "alter sqlite3 l \"DELETE FROM run WHERE run_no = $run\"; told $run; "
                             "grep -c 'its newest run is not what was kept' all; done",
                       "0\n1\n1\n1\n");
}

Test(ledger_altered, pages_that_cannot_be_read_are_faults_of_the_ledger, .timeout = 120) {
    script_expect_told(
        ALTER
        "noise() { for ((i = 0; i < $3; i++)); do printf U; done | "
        "dd of=l bs=1 seek=$2 conv=notrunc 2> said; }; "
        "for place in 100 8192 24576 65536; do alter noise l $place 300; told noise $place; "
        "done; for bytes in 8000 40000; do alter truncate -s $bytes l; told cut $bytes; done; "
        /* A file that was never one, and one of a newer program, are named as such. */
        "alter noise l 0 15; end 65 $p ledger verify --ledger l; "
        "alter sqlite3 l 'PRAGMA user_version = 3'; end 65 $p ledger verify --ledger l",
        "");
}

Test(ledger_altered, a_part_that_cannot_be_read_keeps_none_of_the_others_from_being_proved) {
    script_expect_told(
        ALTER "$p ledger create s --parts 3 --policy ms > said; night 1.csv s; "
              "truncate -s 9000 s/part-001.ledger; sqlite3 s/part-002.ledger 'DROP TABLE near'; "
              "end 1 $p ledger verify --ledger s; sed 's,.*/,,; s/: .*//' said | uniq -c | tr -s ' "
              "'; echo '{' > s/set.json; "
              "end 1 $p ledger verify --ledger s; end 65 $p ledger runs --ledger s",
        " 1 part-001.ledger\n 3 part 2\n 2 part-002.ledger\n 1 6 faults.\n");
}
