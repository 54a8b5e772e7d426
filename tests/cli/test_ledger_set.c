/*
 * A ledger set as people meet it: nights, questions and slips.
 */
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

TestSuite(ledger_sets, .init = setup, .fini = teardown, .timeout = 600);

/* `$V --ledger $D/set` is the quickstart night on it. */
static void make_set(void) {
    shell_expect(&scene,
                 "$C ledger create $D/set --parts 3 | grep -q 'a ledger set of 3 parts for nights "
                 "under policy ms alone'",
                 0, "");
}

/* More nights, and sets of other parts: `make nights`. */
Test(ledger_sets, nights_and_answers_are_those_of_one_ledger) {
    shell_expect(&scene, "bash tests/crash/nights.sh $C 2 1 4 16 >&2", 0,
                 "lines of answers, 0 bad");
}

Test(ledger_sets, the_variable_and_both_spellings_name_a_set) {
    make_set();
    shell_expect(&scene, "$V --ledger $D/set --out $D/out", 0, "");
    shell_expect(&scene, "$C ledger verify --ledgers $D/set", 0, "");
    shell_expect(&scene, "CLAIMGATE_LEDGER=$D/set $C ledger runs | grep -q validate", 0, "");
    shell_expect(&scene, "$C ledger runs --ledger $D/set --ledgers $D/set", 64, "given twice");
}

Test(ledger_sets, what_a_set_cannot_do_is_told_with_the_mend) {
    make_set();
    shell_expect(&scene, "$V --ledger $D/set/part-001.ledger --out $D/out", 64,
                 "part 1 of 3 of a ledger set, which is written together with the others alone; "
                 "name the set's folder");
    shell_expect(&scene, "$C ledger recover --ledger $D/set/part-001.ledger", 64,
                 "name the set's folder");
    shell_expect(&scene, "$C ledger runs --ledger $D/set/part-001.ledger", 0,
                 "part 1 of 3 of a ledger set, which knows its own members alone");
    shell_expect(&scene, "$C ledger create $D/set --parts 3", 73, "exists already");
    shell_expect(&scene, "$V --ledger $D --out $D/out2", 65, "a folder without set.json");
}

Test(ledger_sets, a_night_of_tasks_that_is_open_is_told_wherever_it_matters) {
    make_set();
    shell_expect(&scene,
                 "cp $D/set/set.json $D/id; set=$(cut -d'\"' -f4 $D/id | sed -n 2p); "
                 "printf '{\"set\": \"%s\", \"night\": \"%s\", \"run\": 1, \"kind\": \"validate\", "
                 "\"stage\": \"open\", \"started_at\": \"2026-01-01T00:00:00Z\", \"claimgate\": "
                 "\"2\", \"host\": \"far\", \"account\": \"ann\", \"process\": 7, \"work\": "
                 "\"/runs/7\"}' $set $set > $D/set/night.json",
                 0, "");
    shell_expect(&scene, "$V --ledger $D/set --out $D/out", 75,
                 "night 1 (validate) is open since 2026-01-01T00:00:00Z, begun by account ann on "
                 "host far, process 7, working in /runs/7");
    shell_expect(&scene, "$C ledger export --ledger $D/set --snapshot $D/copy", 75,
                 "is open since");
    shell_expect(&scene, "$C doctor --ledger $D/set | grep -q 'ledger *MEND.*night 1'", 0, "");
    shell_expect(&scene, "$C ledger recover --ledgers $D/set", 0, "had kept nothing; it is gone");
    shell_expect(&scene, "$V --ledger $D/set --out $D/out", 0, "");
}

Test(ledger_sets, verify_tells_what_was_changed_in_which_part) {
    make_set();
    shell_expect(&scene, "$V --ledger $D/set --out $D/out", 0, "");
    shell_expect(&scene,
                 "sqlite3 $D/set/part-002.ledger \"UPDATE run SET accepted = accepted + 1\"; "
                 "$C ledger verify --ledger $D/set | grep -q 'part 2: run 1'",
                 0, "");
    shell_expect(&scene,
                 "sed -i '0,/\"records\": [0-9]*/s//\"records\": 7/' $D/set/nights/1.json; "
                 "$C ledger verify --ledger $D/set | grep -q 'nights/1.json is not what part 0'",
                 0, "");
    shell_expect(&scene,
                 "rm $D/set/nights/1.json; $C ledger verify --ledger $D/set | "
                 "grep -q 'nights/1.json is missing'",
                 0, "");
}

Test(ledger_sets, a_part_from_an_older_copy_answers_no_question) {
    static const char *const questions[] = {
        "usage M0001",
        "check --member M0001 --date 2025-01-06 --units 1 --rendering-npi 1000000004 "
        "--procedure H0038 --roster fixtures/quickstart/roster",
        "members",
        "provider 1000000004 --roster fixtures/quickstart/roster",
        "reconsider",
        "explain C0001",
        "ledger runs",
        "ledger export --table line",
    };
    make_set();
    shell_expect(&scene, "$V --ledger $D/set --out $D/out && cp -r $D/set $D/old", 0, "");
    shell_expect(&scene,
                 "printf 'claim_id,payer_claim_id\nA,P\n' > $D/alias.csv; "
                 "$C ledger alias $D/alias.csv --ledger $D/set && rm $D/set/part-002.ledger* && "
                 "cp $D/old/part-002.ledger* $D/set",
                 0, "");
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        char command[512];
        snprintf(command, sizeof command, "$C %s --ledger $D/set", questions[i]);
        shell_expect(&scene, command, 65, "part-002.ledger: its last run is 1, and another part's");
    }
    shell_expect(&scene, "$C ledger verify --ledger $D/set >&2", 1,
                 "part-002.ledger: its last run");
}

Test(ledger_sets, a_failing_list_leaves_no_night_behind) {
    make_set();
    shell_expect(&scene, "$V --ledger $D/set --out $D/out", 0, "");
    shell_expect(&scene,
                 "printf 'claim_id,member_id\\n,M1\\n' > $D/bad.csv; $C ledger release $D/bad.csv "
                 "--ledger $D/set",
                 65, "claim_id must have 1 to 64 bytes");
    cr_expect_not(scene_exists(scene_path(&scene, "set/night.json")));
    shell_expect(&scene, "$C ledger verify --ledger $D/set", 0, "");
}

Test(ledger_sets, two_runs_at_once_and_another_policy_are_refused) {
    make_set();
    shell_expect(&scene, "touch $D/set/lock; flock $D/set/lock $V --ledger $D/set --out $D/out", 75,
                 "another command is changing this ledger set");
    shell_expect(&scene,
                 "sed 's/\"id\": \"ms\"/\"id\": \"other\"/' schemas/policies/ms.json > $D/p.json; "
                 "$V --ledger $D/set --policy $D/p.json --out $D/out",
                 78, "this ledger set belongs to policy \"ms\"");
    cr_expect_not(scene_exists(scene_path(&scene, "set/night.json")));
    cr_expect_not(scene_exists(scene_path(&scene, "out")));
}

Test(ledger_sets, a_dry_run_changes_nothing_of_a_set) {
    make_set();
    shell_expect(
        &scene,
        "cat $D/set/part-*.ledger | sha256sum > $D/before; $V --ledger $D/set --dry-run; cat "
        "$D/set/part-*.ledger | sha256sum | cmp - $D/before && test ! -e $D/set/night.json",
        0, "");
}

Test(ledger_sets, a_night_of_tasks_that_was_given_up_is_begun_in_a_new_folder) {
    static const char plan[] = "$C part plan " SHELL_CLAIMS " --roster " SHELL_ROSTER
                               " --as-of 2025-06-30 --tasks 1 --ledgers $D/set --run $D/run";
    make_set();
    shell_expect(&scene, plan, 0, "");
    shell_expect(&scene, "$V --ledger $D/set --out $D/out", 75, "/run; wait until it is over");
    shell_expect(&scene, "$C ledger recover --ledgers $D/set", 0, "had kept nothing; it is gone");
    shell_expect(&scene, plan, 64, "was given up by `ledger recover`; remove this folder");
    shell_expect(&scene, "$V --ledger $D/set --out $D/out", 0, "");
}

/* Who is told to take a later run back first loses a good night. */
Test(ledger_sets, what_cannot_be_withdrawn_is_told_without_naming_another_run) {
    static const char *const ledgers[] = {"$D/set", "$D/one"};
    static const struct {
        const char *run;
        const char *says;
    } cases[] = {
        {"1", "run 1 is taken back already, by run 2"},
        {"2", "run 2 has taken run 1 back, and stands for good"},
        {"9", "there is no run 9; `claimgate ledger runs` lists them"},
    };
    char command[512];
    make_set();
    for (size_t i = 0; i < sizeof ledgers / sizeof ledgers[0]; i++) {
        snprintf(command, sizeof command,
                 "export CLAIMGATE_LEDGER=%s; $V --ledger %s --out $D/a%zu && $C ledger withdraw 1 "
                 "> /dev/null && $V --ledger %s --out $D/b%zu",
                 ledgers[i], ledgers[i], i, ledgers[i], i);
        shell_expect(&scene, command, 0, "");
        for (size_t j = 0; j < sizeof cases / sizeof cases[0]; j++) {
            snprintf(command, sizeof command, "$C ledger withdraw %s --ledger %s", cases[j].run,
                     ledgers[i]);
            shell_expect(&scene, command, 64, cases[j].says);
        }
        snprintf(command, sizeof command, "$C ledger withdraw 3 --ledger %s > /dev/null",
                 ledgers[i]);
        shell_expect(&scene, command, 0, "");
        snprintf(command, sizeof command, "$C ledger withdraw 3 --ledger %s", ledgers[i]);
        shell_expect(&scene, command, 64, "run 3 is taken back already, by run 4");
    }
}
