/*
 * Nights of a ledger set that are redone are what those of one ledger are, wherever the redo was
 * cut off.
 */
#include "support/scene.h"
#include "support/script.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Three nights under a roster that has lost every third provider, on one ledger and on a set, where
 * tasks have decided the second. `redo` one of the two; `told` what came of it. */
#define BEGIN                                                                                      \
    "p=$(realpath $0); faults=$(realpath ${CLAIMGATE_WITH_FAULTS:-$0}); s=$1; here=$PWD; "         \
    "g=$(dirname $p)/generate; cd $s; "                                                            \
    "$g --out made --quiet --lines 1200 --files 3 --seed 11 --members 40; mkdir wrong; "           \
    "cp made/roster/* wrong; awk 'NR == 1 || NR % 3' made/roster/credentials.csv > "               \
    "wrong/credentials.csv; $p ledger create set --parts 2 > e; mkdir -p of-l of-set; "            \
    "R='--roster wrong --as-of 2025-12-31 --quiet --guard off'; for n in 1 2 3; do "               \
    "$p validate made/claims-0$n.csv.gz --ledger l --out of-l/$n $R; "                             \
    "if [ $n = 2 ]; then $p part run made/claims-02.csv.gz --ledgers set --jobs 1 --out of-set/2 " \
    "$R; else $p validate made/claims-0$n.csv.gz --ledger set --out of-set/$n $R; fi; done; "      \
    "redo() { $p ledger redo --from 1 --ledger $1 --roster made/roster --inputs made --quiet "     \
    "\"${@:2}\"; }; "                                                                              \
    "told() { cat of-$1/*.csv; zcat of-$1/*.redo-1/*.csv.gz; }; "

Test(redo_set, nights_of_a_set_are_redone_as_those_of_one_ledger, .timeout = 240) {
    script_expect_told(
        BEGIN "for l in l set/; do redo $l --dry-run --csv | cut -d, -f1,3-7 > dry-${l%/}; done; "
              "cmp dry-l dry-set && wc -l < dry-set; ls -A | grep -c 'set.*redo\\|dry-.*-'; "
              "for l in l set; do redo $l --csv | cut -d, -f1,3-7 > wet-$l; told $l > told-$l; "
              "done; cmp dry-set wet-set && cmp told-l told-set && echo same; "
              "$p ledger verify --ledger set | head -n 1; ls of-set",
        "4\n0\nsame\nThe ledger is sound: database, chain of runs, lines, accumulators.\n"
        "1\n1.redo-1\n1.redo-1.changes.csv\n2\n2.redo-1\n2.redo-1.changes.csv\n3\n3.redo-1\n"
        "3.redo-1.changes.csv\n");
}

/* Killed at every kind of point that a night and a withdrawal of a set have; nobody else begins one
 * before the redo is done. */
Test(redo_set, where_it_was_cut_off_the_same_command_goes_on, .timeout = 600) {
    script_expect_told(
        BEGIN "redo l > e; told l > told-l; cp -r set kept; "
              "for point in night.begun:2 ledger.before_commit:3 night.before_whole:1 "
              "night.before_publish:2 night.before_mark:1 night.close:2 staged_file.rename:2; do "
              "rm -rf set set-redo of-set/*redo-* of-set/.??*; cp -r kept set; "
              "(p=$faults; CLAIMGATE_FAULT=$point:kill redo set > e 2>&1); [ -e set-redo ] || echo "
              "$point; "
              "$p validate made/claims-01.csv.gz --ledger set --out x --roster wrong 2> e; "
              "echo $? $(grep -c 'a redo was cut off' e); "
              "$p part plan made/claims-01.csv.gz --ledgers set --run R --tasks 1 "
              "--roster wrong 2> e; echo $? $(grep -c 'a redo was cut off' e); rm -r R; "
              "redo set > e 2>&1 || cat e; told set > told-set; cmp told-l told-set; "
              "[ ! -e set-redo ] || echo left; $p ledger verify --ledger set > e || cat e; done; "
              "$p doctor --ledger set | grep -c redo.*MEND",
        "75 1\n75 1\n75 1\n75 1\n75 1\n75 1\n75 1\n75 1\n75 1\n75 1\n75 1\n75 1\n75 1\n75 1\n0\n");
}
