/*
 * Nights decided with a wrong roster and redone are what nights decided with the right one are,
 * decision by decision, wherever the redo was cut off.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scene scene;

static void setup(void) {
    static const char *const made[] = {"--lines", "1800", "--files", "3", "--seed", "11", NULL};
    scene_make(&scene);
    scene_generate(&scene, "made", made);
}

static void teardown(void) {
    scene_remove(&scene);
}

TestSuite(redo, .init = setup, .fini = teardown, .timeout = 120);

/* What stands, without what a redo cannot have: numbers of runs, lines and members. */
#define STANDING                                                                                   \
    "stand() { sqlite3 \"$1\" \"SELECT source_file, source_line, member_id, claim_id, "            \
    "claim_line_number, start_date, units, accepted_units, decision, reasons, cap_used, "          \
    "taken_back_by FROM decision WHERE NOT withdrawn ORDER BY 1, 2, 3, 4, 5\"; "                   \
    "sqlite3 \"$1\" 'SELECT * FROM usage_by_year ORDER BY 1, 2'; }; "

/* $0 is the program, $1 the scene; the wrong roster has lost every third provider. */
#define NIGHTS                                                                                     \
    STANDING                                                                                       \
    "faults=$(realpath ${CLAIMGATE_WITH_FAULTS:-$0}); cd $1; mkdir wrong; for f in "               \
    "made/roster/*; do cp $f wrong/; done; "                                                       \
    "awk 'NR == 1 || NR % 3' made/roster/credentials.csv > wrong/credentials.csv; "                \
    "nights() { for n in 1 2 3; do $0 validate made/claims-0$n.csv.gz --roster $1 --ledger $2 "    \
    "--out $3$n --as-of 2025-12-3$((n % 2)) --quiet --guard off; done; }; "                        \
    "nights wrong l bad; nights made/roster r good; "

static void expect(const char *script, const char *out) {
    struct run run;
    char whole[4096];
    char program[PATH_MAX];
    cr_assert(realpath(run_claimgate(), program) != NULL);
    snprintf(whole, sizeof whole, "%s%s", NIGHTS, script);
    const char *const argv[] = {"bash", "-ec", whole, program, scene.dir, NULL};
    run_program(argv, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "exit %d: %s%s", run.exit_code, run.err, run.out);
    cr_expect(strcmp(run.out, out) == 0, "%s%s", run.out, run.err);
    run_fini(&run);
}

#define REDO_BY(program)                                                                           \
    program " ledger redo --from 1 --ledger l --roster made/roster --inputs made --quiet "
#define REDO REDO_BY("$0")

Test(redo, nights_redone_equal_nights_decided_rightly) {
    expect(REDO "--csv | cut -d, -f1,2,8 | sed \"s|$PWD/||\"; "
                "stand l > a; stand r > b; cmp a b && echo same; "
                "for n in 1 2 3; do cmp <(zcat bad$n.redo-1/accepted.csv.gz) "
                "<(zcat good$n/accepted.csv.gz); done; "
                "$0 ledger verify --ledger l | grep -c sound; ls l-redo 2>&1 | grep -c 'No such'",
           "run,redone_as,folder\n1,7,bad1.redo-1\n2,8,bad2.redo-1\n3,9,bad3.redo-1\nsame\n1\n1\n");
}

Test(redo, changes_are_the_lines_whose_units_differ) {
    expect("zcat bad1/accepted.csv.gz | tail -n +2 | sort > x; "
           "zcat good1/accepted.csv.gz | tail -n +2 | sort > y; " REDO "> /dev/null; "
           "comm -13 x y | wc -l > want; grep -c ^pay bad1.redo-1.changes.csv > have; "
           "cmp want have && echo same",
           "same\n");
}

/* A2 replaces A1 of the night before; V voids C of the same night as A2; both were rejected, or
 * found nothing, under the wrong roster. */
Test(redo, take_backs_that_were_none_are_among_the_changes) {
    expect("h=claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"
           "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id; "
           "printf '%s\\n' $h A1,1,M1,2025-01-06,H0038,4,1000000004,, > 1.csv; "
           "printf '%s\\n' $h A2,1,M1,2025-01-06,H0038,2,1000000012,7,A1 "
           "C,1,M2,2025-01-06,H0038,3,1000000012,, > 2.csv; "
           "printf '%s\\n' $h V,1,M2,2025-01-06,H0038,3,1000000004,8,C > 3.csv; "
           "mkdir few all; h=npi,credential_type,status,effective_date,end_date; "
           "printf '%s\\n' $h 1000000004,CPSSP-MH,current,2020-01-01, > few/credentials.csv; "
           "(cat few/credentials.csv; echo 1000000012,CPSSP-MH,current,2020-01-01,) "
           "> all/credentials.csv; for n in 1 2 3; do $0 validate $n.csv --roster few --ledger t "
           "--out t$n --quiet --guard off 2> /dev/null; done; "
           "$0 ledger redo --from 1 --ledger t --roster all --inputs . --csv --quiet "
           "2> /dev/null | cut -d, -f3-7; "
           "cut -d, -f1,4,10-13 t?.redo-1.changes.csv | grep -v ^action",
           "lines_to_pay,units_to_pay,lines_to_recover,units_to_recover,changed_take_backs\n"
           "0,0,0,0,0\n2,5,0,0,1\n0,0,0,0,1\n"
           "pay,A2,7,A1,0,2\ntake_back,A2,7,A1,0,2\npay,C,1,,0,3\ntake_back,V,8,C,0,0\n");
}

Test(redo, a_dry_run_says_the_same_and_changes_nothing) {
    expect("cp l before; n=$(ls -A | grep -vc ^l-); " REDO
           "--dry-run --csv | cut -d, -f1,3-7 > dry; "
           "echo $(($(ls -A | grep -vc ^l-) - n)); sqlite3 l 'SELECT count(*) FROM run'; " REDO
           "--csv | cut -d, -f1,3-7 > wet; cmp dry wet && echo same",
           "1\n3\nsame\n");
}

Test(redo, an_input_that_is_missing_changes_nothing) {
    expect("mkdir kept; mv made/claims-02.csv.gz kept/; code=0; " REDO "2> err || code=$?; "
           "echo $code; grep -c 'claims-02.csv.gz of run 2 is not among the inputs' err; "
           "sqlite3 l 'SELECT count(*) FROM run'; ls l-redo 2>&1 | grep -c 'No such'; "
           "gunzip kept/claims-02.csv.gz; mv kept/claims-02.csv kept/other.csv; " REDO
           "--inputs kept > /dev/null; stand l | cut -d'|' -f2- | sort > a; "
           "stand r | cut -d'|' -f2- | sort > b; cmp a b && echo same",
           "66\n1\n3\n1\nsame\n");
}

/* Killed at every point that a run and a withdrawal have, then asked for again. */
Test(redo, where_it_was_cut_off_the_same_command_goes_on) {
    expect("cp l kept; killed=0; for point in ledger.before_commit ledger.before_publish "
           "ledger.before_mark "
           "ledger.after_mark staged_file.rename; do for at in 1 3; do "
           "rm -rf bad?.redo-* .bad* l l-*; cp kept l; code=0; "
           "CLAIMGATE_FAULT=$point:$at:kill " REDO_BY(
               "$faults") "> /dev/null 2>&1 || code=$?; "
                          "if [ $code = 137 ]; then killed=$((killed + 1)); " REDO
                          "> /dev/null 2> err || cat err; fi; "
                          "stand l > a; stand r > b; cmp a b || echo $point $at; "
                          "test ! -e l-redo || echo left $point $at; "
                          "$0 ledger verify --ledger l > /dev/null || echo unsound $point $at; "
                          "done; done; echo $killed",
           "10\n");
}

Test(redo, another_roster_does_not_go_on_with_a_redo_that_was_cut_off) {
    expect("printf 'claimgate redo 1\\npolicy x\\nruns 1\\n' > l-redo; code=0; " REDO
           "2> err || code=$?; echo $code; grep -c 'another policy or roster was cut off' err",
           "78\n1\n");
}

Test(redo, a_run_that_is_no_night_is_named) {
    expect("printf 'claim_id\\nUNHEARD\\n' > denied.csv; $0 ledger release denied.csv --ledger l "
           "> /dev/null; code=0; " REDO "2> err || code=$?; echo $code; "
           "grep -c 'run 4 (release), which cannot' err",
           "64\n1\n");
}

Test(redo, no_night_is_taken_in_before_a_redo_that_was_cut_off_is_done) {
    expect(
        "printf 'claimgate redo 1\\npolicy x\\nruns 1\\n' > l-redo; code=0; "
        "$0 validate made/claims-01.csv.gz --roster made/roster --ledger l --out o --quiet 2> err "
        "|| code=$?; echo $code; grep -c 'a redo was cut off' err; "
        "$0 doctor --ledger l | grep -c '^redo .*MEND'; "
        "$0 usage NOBODY --ledger l > /dev/null 2> err || echo read",
        "75\n1\n1\nread\n");
}

Test(redo, a_named_pipe_is_read_once_on_a_ledger) {
    expect("mkfifo p; zcat made/claims-01.csv.gz > p & $0 validate p --roster made/roster --ledger "
           "n --out on --quiet --as-of 2025-12-31; zcat made/claims-01.csv.gz > p & "
           "$0 validate p --roster made/roster --ledger n --out on2 --quiet --as-of 2025-12-31; "
           "sqlite3 n 'SELECT count(*) FROM run'; ls on2 2>&1 | grep -c 'No such'",
           "1\n1\n");
}

Test(redo, a_copy_is_redone_into_folders_of_its_own) {
    expect("$0 ledger export --snapshot copy --ledger l; mkdir apart; "
           "others() { ls -A | grep -v -e '^copy' -e before -e after; }; others > before; "
           "$0 ledger redo --from 1 --ledger copy --roster made/roster --inputs made --quiet "
           "--folders apart > /dev/null; others > after; cmp before after && ls apart; "
           "stand copy > a; stand r > b; cmp a b && echo same",
           "bad1.redo-1\nbad1.redo-1.changes.csv\nbad2.redo-1\nbad2.redo-1.changes.csv\n"
           "bad3.redo-1\nbad3.redo-1.changes.csv\nsame\n");
}
