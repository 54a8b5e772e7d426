/*
 * Care of a ledger: what its commands tell of runs, and what killed and withdrawn runs have left.
 */
#include "support/script.h"
#include "support/shell.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct scene scene;

static void setup(void) {
    scene_make(&scene);
}

static void teardown(void) {
    scene_remove(&scene);
}

TestSuite(ledger_care, .init = setup, .fini = teardown, .timeout = 60);

/* A night, and the lines of one of its claims freed. */
#define NIGHT "$V --ledger $D/l --guard off --out $D/out; "
#define FREE                                                                                       \
    "(echo claim_id; sqlite3 -readonly $D/l \"SELECT claim_id FROM decision WHERE decision = "     \
    "'accepted' AND accepted_units > 0 AND taken_back_by IS NULL LIMIT 1\") > $D/f.csv; "          \
    "$C ledger release $D/f.csv --ledger $D/l > /dev/null; "

static void expect(const char *command, int exit_code, const char *const out[]) {
    struct run run;
    shell_run(&scene, command, &run);
    cr_expect_eq(run.exit_code, exit_code, "exit %d: %s", run.exit_code, run.err);
    for (size_t i = 0; out[i] != NULL; i++) {
        cr_expect(strstr(run.out, out[i]) != NULL, "no \"%s\" in:\n%s", out[i], run.out);
    }
    run_fini(&run);
}
#define EXPECT(command, exit_code, ...)                                                            \
    expect(command, exit_code, (const char *const[]){__VA_ARGS__, NULL})

Test(ledger_care, the_last_runs_are_told_in_a_line_each) {
    EXPECT(NIGHT FREE "$C ledger runs --ledger $D/l --last 1 --oneline > $D/o; cat $D/o; "
                      "wc -l < $D/o",
           0, "release", "frees 1 line, ", "2\n");
    EXPECT("$C ledger runs --ledger $D/l --csv", 0,
           "run,started_at,kind,records,accepted,rejected,units_accepted,taken_back,"
           "units_taken_back,folder,hash,remark\n1,");
    EXPECT("$C ledger show 2 --ledger $D/l", 0, "frees 1 line, ");
    shell_expect(&scene, "$C ledger runs --ledger $D/l --csv --json", 64, "leave one out");
}

Test(ledger_care, verify_tells_the_newest_run_and_whether_it_is_the_expected_one) {
    EXPECT(NIGHT FREE "$C ledger verify --ledger $D/l", 0, "Newest run 2\n  hash ");
#define HASH_OF(run) "$($C ledger runs --ledger $D/l --csv | sed -n '/^" run ",/p' | cut -d, -f11)"
    EXPECT("$C ledger verify --ledger $D/l --expect " HASH_OF("2"), 0, "is sound");
    EXPECT("$C ledger verify --ledger $D/l --expect " HASH_OF("1"), 1,
           "expected is of run 1; 1 run has come after it");
    EXPECT("$C ledger verify --ledger $D/l --json --expect " HASH_OF("1"), 1,
           "\"as_expected\": false");
    EXPECT("$C ledger verify --ledger $D/l --expect $(printf %064d 7)", 1, "No run has the hash");
    shell_expect(&scene, "$C ledger verify --ledger $D/l --expect 7", 64, "64 hex digits");
}

Test(ledger_care, a_snapshot_replaces_a_snapshot_and_nothing_else) {
    EXPECT(NIGHT "$C ledger export --ledger $D/l --snapshot $D/s && $C ledger export --ledger $D/l "
                 "--snapshot $D/s --overwrite --group $(id -g) && stat -c %a $D/s",
           0, "640");
    shell_expect(&scene, "$C ledger export --ledger $D/l --snapshot $D/s", 73, "File exists");
    shell_expect(&scene, "$C ledger export --ledger $D/l --snapshot $D/l --overwrite", 73,
                 "is a ledger that runs write to");
    shell_expect(&scene,
                 "echo x > $D/x; $C ledger export --ledger $D/l --snapshot $D/x --overwrite", 73,
                 "is no copy of a ledger");
    shell_expect(&scene, "$C ledger export --ledger $D/l --table run --overwrite", 64,
                 "go with --snapshot");
}

Test(ledger_care, a_folder_of_a_withdrawn_run_is_told_with_the_command_that_moves_it) {
    struct run run;
    shell_run(&scene, NIGHT "$C ledger withdraw 1 --ledger $D/l > /dev/null; " NIGHT, &run);
    cr_assert_eq(run.exit_code, 73);
    const char *mend = strstr(run.err, "first: mv ");
    cr_assert(strstr(run.err, "run 1, which was withdrawn") != NULL && mend != NULL, "%s", run.err);
    char command[1024];
    snprintf(command, sizeof command, "%s; " NIGHT, mend + strlen("first: "));
    *strchr(command, '\n') = ' ';
    run_fini(&run);
    shell_expect(&scene, command, 0, "");
    shell_expect(&scene,
                 "sed s/CLM-/CLX-/ " SHELL_CLAIMS " > $D/c.csv; $C validate $D/c.csv "
                 "--roster " SHELL_ROSTER " --ledger $D/l --out $D/out --quiet",
                 73, "holds the outputs of run 3, which stands");
}

#define LEFT                                                                                       \
    "mkdir -p $D/.a.claimgate-0123456789abcdef $D/.b.claimgate-0123456789abcdef; "                 \
    "touch $D/.a.claimgate-lock $D/.c.claimgate-lock $D/.a.claimgate-0123456789abcdef/x; "         \
    "echo '{\"run\": {}}' > $D/.b.claimgate-0123456789abcdef/report.json; "

Test(ledger_care, what_killed_nights_of_any_name_left_is_removed_by_a_later_start) {
    shell_expect(&scene,
                 LEFT NIGHT "test ! -e $D/.a.claimgate-lock && test ! -e "
                            "$D/.c.claimgate-lock && test ! -e $D/.a.claimgate-0*",
                 0, ".b.claimgate-0123456789abcdef: staged beside it by a run on a ledger");
    shell_expect(&scene, "test -e $D/.b.claimgate-0123456789abcdef/report.json", 0, "");
    shell_expect(&scene,
                 LEFT "$C ledger recover --ledger $D/l > /dev/null && "
                      "test ! -e $D/.a.claimgate-0*",
                 0, "");
}

Test(ledger_care, what_a_process_still_holds_is_left_to_it) {
    shell_expect(&scene,
                 LEFT "flock $D/.a.claimgate-lock -c '" NIGHT "' 2> /dev/null; "
                      "test -e $D/.a.claimgate-0123456789abcdef/x",
                 0, "");
}

Test(ledger_care, the_process_that_holds_a_lock_is_named) {
    shell_expect(&scene, "touch $D/l-lock; flock $D/l-lock $V --ledger $D/l --out $D/out", 75,
                 "another run is writing to this ledger (process ");
    shell_expect(&scene, "touch $D/.o.claimgate-lock; flock $D/.o.claimgate-lock $V --out $D/o", 75,
                 "lock file is of account ");
}

static void expect_document(const char *command, const char *schema) {
    struct run run;
    shell_run(&scene, command, &run);
    cr_expect_leq(run.exit_code, 1, "%s: exit %d: %s", command, run.exit_code, run.err);
    scene_check_json(schema, run.out, run.out_len);
    run_fini(&run);
}

Test(ledger_care, each_document_is_what_its_schema_says) {
    expect_document(NIGHT FREE "$C ledger runs --ledger $D/l --json", "runs.schema.json");
    expect_document("$C ledger show 1 --ledger $D/l --json", "runs.schema.json");
    expect_document("$C ledger show 2 --ledger $D/l --json", "runs.schema.json");
    expect_document("$C ledger verify --ledger $D/l --json", "verify.schema.json");
    expect_document("$C ledger verify --ledger $D/l --json --expect $(printf %064d 1)",
                    "verify.schema.json");
    expect_document("$C ledger withdraw 2 --ledger $D/l > /dev/null; $C ledger redo --from 1 "
                    "--ledger $D/l --roster " SHELL_ROSTER " --inputs fixtures/quickstart --json "
                    "--dry-run",
                    "redo.schema.json");
    expect_document("$C ledger runs --ledger $D/l --json --last 1", "runs.schema.json");
}

/* What a night adds to a member is kept in groups of some 48 kB, of which this one needs three. */
Test(ledger_care, a_member_with_a_thousand_long_ids_in_a_night_is_remembered_whole, .timeout = 60) {
    script_expect(
        "lines() { awk -v from=$2 -v to=$3 'BEGIN { for (i = from; i <= to; i++) { "
        "id = sprintf(\"%060d\", i); "
        "printf \"A%s,1,M-01,2025-01-06,H0038,6,1000000004,1,\\nV%s,1,M-01,2025-01-06,H0038,6,"
        "1000000004,8,A%s\\n\", id, id, id } }' >> $1; }\n"
        "for f in 1 2 both; do echo claim_id,claim_line_number,member_id,claim_line_start_date,"
        "hcpcs_code,service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id "
        "> $1/$f.csv; done\n"
        "lines $1/1.csv 1 900; lines $1/2.csv 600 1100; lines $1/both.csv 1 900; "
        "lines $1/both.csv 600 1100\n"
        "run() { $0 validate $1 --roster fixtures/quickstart/roster --as-of 2025-06-30 --quiet "
        "${@:2}; }\n"
        "run $1/1.csv --ledger $1/l --out $1/o1; run $1/2.csv --ledger $1/l --out $1/o2\n"
        "run $1/both.csv --out $1/o; what() { zcat $1 | tail -n +2 | cut -d, -f$2; }\n"
        "for o in accepted,1- rejected,3-; do f=${o%,*}.csv.gz; "
        "(what $1/o1/$f ${o#*,}; what $1/o2/$f ${o#*,}) | cmp - <(what $1/o/$f ${o#*,}); "
        "what $1/o/$f 1 | wc -l; done; $0 ledger verify --ledger $1/l | head -n 1",
        "2302\n500\nThe ledger is sound: database, chain of runs, lines, accumulators.\n");
}

/* Who has no line in scope is not in the ledger, and a line that no cap has tested tells no units.
 */
Test(ledger_care, what_was_not_decided_leaves_no_member_and_no_units) {
    script_expect(
        "D=$1; echo claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"
        "service_unit_quantity,rendering_npi > $D/c.csv\n"
        "printf '%s,1,%s,2025-01-06,%s,2,%s\\n' A M-1 H0038 1000000004 B M-2 H0038 1999999984 "
        "C M-3 99213 1000000004 >> $D/c.csv\n"
        "$0 validate $D/c.csv --roster fixtures/quickstart/roster --as-of 2025-06-30 --quiet "
        "--ledger $D/l --out $D/o\n"
        "sqlite3 -readonly $D/l 'SELECT count(*) FROM member; SELECT line_no, decision, cap_used "
        "FROM decided_line ORDER BY 1'",
        "2\n1|1|[0,0]\n2|2|\n");
}
