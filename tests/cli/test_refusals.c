/*
 * Command lines that cannot be meant: each is refused before anything is done, with the mend.
 */
#include "support/shell.h"

#include <criterion/criterion.h>
#include <stddef.h>

#define ROSTER " --roster " SHELL_ROSTER " "
#define AUDIT  "$C audit " SHELL_CLAIMS ROSTER
#define PART   SHELL_CLAIMS ROSTER
#define CHECK  "$C check --roster " SHELL_ROSTER " "
#define LONG   "$(printf '9%0299d' 1)"

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
    shell_expect(&scene, "cp -r fixtures/quickstart schemas/layouts/tuva.json $D", 0, "");
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(refusals, .init = set_up, .fini = tear_down, .timeout = 60);

struct refusal {
    const char *command; /* as shell.h runs it */
    const char *words;
};

static void expect_all(const struct refusal *refusals, size_t count) {
    for (size_t i = 0; i < count; i++) {
        shell_expect(&scene, refusals[i].command, 64, refusals[i].words);
    }
    cr_expect_eq(scene_names(&scene), 2, "something was made");
}
#define EXPECT_ALL(refusals) expect_all(refusals, sizeof refusals / sizeof *refusals)

Test(refusals, words_and_help) {
    static const struct refusal refusals[] = {
        {"$C", "a command is missing"},
        {"$C ledger", "\"ledger\" needs one of its sub-commands"},
        {"$C ledger -x", "needs one of its sub-commands"},
        {"$C frobnicate it", "unknown command \"frobnicate\"; see"},
        {"$C roster chek --help", "did you mean \"roster check\""},
        {"$C nothing --help", "unknown command \"nothing\""},
        {"$C help nothing", "unknown command \"nothing\""},
        {"$C help nothing else", "unknown command \"nothing\""},
        {"$C help --commands more", "usage: claimgate help COMMAND"},
        {"$C help --completion", "usage: claimgate help COMMAND"},
        {"$C help --completion fish", "usage: claimgate help COMMAND"},
        {"$C help --completion bash zsh", "usage: claimgate help COMMAND"},
        {"$C help --man nothing", "usage: claimgate help COMMAND"},
        {"$C help --man doctor more", "usage: claimgate help COMMAND"},
        {"$C help --nothing", "usage: claimgate help COMMAND"},
        {"$C doctor -- --help", "too many arguments"},
        {"$C doctor --" LONG, "unknown option --9000"},
    };
    EXPECT_ALL(refusals);
}

Test(refusals, values_of_options) {
    static const struct refusal refusals[] = {
        {"$V --out $D/o --guard maybe", "--guard takes warn, off or stop, not \"maybe\""},
        {"$V --out $D/o --group no-such-group", "there is no group \"no-such-group\""},
        {CHECK "--member M --date 2025-01-01 --units 1 --rendering-npi 1000000004 "
               "$(for i in $(seq 401); do echo --modifier HQ; done)",
         "--modifier may be given at most 400 times"},
        {CHECK "--member M --date 2025-01-01 --units 1 --rendering-npi 1000000004 "
               "$(for i in $(seq 6); do echo --modifier HQ; done)",
         "--modifier may be given at most"},
        {CHECK "--member M --date 2025-01-01 --units 1 --rendering-npi 1000000004 --layout tuva",
         "--layout is for the lines of `claimgate check -`"},
        {CHECK "--member M --date 2025-01-01 --units 1 --rendering-npi 1000000004 --multiline",
         "--multiline is for the lines of `claimgate check -`"},
        {"X=$(printf '%0130000d' 1);" CHECK "--member $X --date 2025-01-01 --units 1 "
         "--rendering-npi 1000000004 --procedure $X --authorization $X --billing-npi $X "
         "--modifier $X --modifier $X --modifier $X --modifier $X --modifier $X",
         "the values given are too long for a claim line"},
        {CHECK "claims.csv", "check reads lines from standard input alone"},
        {CHECK "- --member M", "leave the options out"},
        {CHECK "- --date 2025-01-01", "leave the options out"},
        {CHECK "- --units 1", "leave the options out"},
        {CHECK "- --rendering-npi 1000000004", "leave the options out"},
        {"$C usage '' --ledger l", "an argument is empty"},
        {"$C usage ' ' --ledger l", "MEMBER must have 1 to"},
        {"$C usage " LONG " --ledger l", "MEMBER must have 1 to"},
        {"echo M1 M2 | tr ' ' '\\n' | $C usage - --ledger l", "more than one MEMBER"},
        {"$C usage M1 --ledger l --from 2025-01-01", "--from goes with --plan"},
        {"$C usage M1 --ledger l --plan x/week", "--plan takes N/week or N/day"},
        {"$C usage M1 --ledger l --plan :/week", "--plan takes N/week or N/day"},
        {"$C usage M1 --ledger l --plan 0/week", "--plan takes N/week or N/day"},
        {"$C usage M1 --ledger l --plan 999999/week", "--plan takes N/week or N/day"},
        {"$C usage M1 --ledger l --plan 3/month", "--plan takes N/week or N/day"},
        {"$C ledger show one --ledger l", "\"one\" is no run; `claimgate ledger runs` lists them"},
        {"$C ledger show 1x --ledger l", "\"1x\" is no run"},
        {"$C ledger withdraw 0 --ledger l", "\"0\" is no run"},
        {"$C ledger verify --ledger l --expect abc", "--expect takes the 64 hex digits"},
        {"$C ledger verify --ledger l --expect $(printf '%064d' 1 | tr 1 x)",
         "--expect takes the 64 hex digits"},
    };
    EXPECT_ALL(refusals);
}

Test(refusals, outputs) {
    static const struct refusal refusals[] = {
        {"$V --out $D/o --lock-wait 3", "--lock-wait goes with --ledger FILE"},
        {"$V --out $D/o --overwrite --ledger $D/l", "--ledger needs --out DIR, without"},
        {"$V --out $D/o --decisions $D/d --ledger $D/l", "--ledger needs --out DIR, without"},
        {"$V --ledger $D/l", "--ledger needs --out DIR, without"},
        {"$V --accepted $D/a --rejected $D/r --html", "--html goes with --out DIR"},
        {"$V --accepted $D/a --rejected $D/r --with-decisions", "--with-decisions goes with"},
        {"$V --out $D/o --decisions $D/d --with-decisions", "two places for one table"},
        {"$V --accepted $D/a", "one of the two files has no place"},
        {"$V --report $D/a", "one of the two files has no place"},
        {"$V", "there is no place for the outputs"},
        {"$V --out $D/o --accepted $D/a --rejected $D/r --report $D/p",
         "nothing is left for --out"},
        {"$V --accepted $D/a --rejected $D/r --overwrite", "--overwrite goes with --out DIR"},
        {"$V --accepted $D/a --rejected $D/a", "two outputs have the same name"},
        {"$V --accepted - --rejected $D/a --json", "--json prints to standard output"},
        {"$V --out $D/o --decisions - --json", "--json prints to standard output"},
        {"$V --out $D/o --report - --json", "--json prints to standard output"},
        {"$V --out $D/o --payer-id XV:1", "give --ack too"},
        {"$V --out $D/o --reasons r.csv", "give --ack too"},
        {"$V --out $D/o --ack --lines", "--lines writes no X12, and so no 277CA"},
        {"$V --out $D/o --ack --payer-id XX:1", "--payer-id takes a kind of id"},
        {"$V --out $D/o --ack --payer-id XV:", "--payer-id takes a kind of id"},
        {"$V --out $D/o --ack --payer-id XV:a~b", "--payer-id takes a kind of id"},
        {"$V --out $D/o --dependents apart", "--dependents takes \"joined\" and nothing else"},
        {"$V --out $D/o --received known", "--received takes \"unknown\" and nothing else"},
        {"$V --out $D/o --same-control-number on", "--same-control-number takes \"off\""},
        {"$C validate - - --roster " SHELL_ROSTER " --out $D/o", "can be read only once"},
        {"$C validate " SHELL_CLAIMS " --out $D/o", "--roster DIR is missing"},
        {"$C validate --roster " SHELL_ROSTER " --out $D/o", "may have no file says --if-any"},
    };
    EXPECT_ALL(refusals);
}

Test(refusals, audits_and_questions) {
    static const struct refusal refusals[] = {
        {AUDIT "--decided d", "--out DIR is missing"},
        {AUDIT "--out $D/o", "what was decided then is missing"},
        {AUDIT "--ledger l --out $D/o", "what was decided then is missing"},
        {AUDIT "--ledger l --run 1 --all --out $D/o", "give one of --run, --runs and --all"},
        {AUDIT "--decided d --ledger l --out $D/o", "leave one out"},
        {AUDIT "--decided d --all --out $D/o", "leave one out"},
        {AUDIT "--decided d --out $D/o --group no-such-group", "there is no group"},
        {AUDIT "--ledger l --out $D/o --runs 5", "--runs takes two numbers, as 3-17"},
        {AUDIT "--ledger l --out $D/o --runs x-5", "--runs takes two numbers, as 3-17"},
        {AUDIT "--ledger l --out $D/o --runs 3-x", "--runs takes two numbers, as 3-17"},
        {AUDIT "--ledger l --out $D/o --runs 0-3", "--runs takes two numbers, as 3-17"},
        {AUDIT "--ledger l --out $D/o --runs 5-3", "--runs takes two numbers, as 3-17"},
        {"$C audit $D/quickstart/claims.csv" ROSTER "--decided d --out $D/quickstart --overwrite",
         "which --overwrite deletes"},
        {AUDIT "--decided d --out $D --overwrite --layout $D/tuva.json",
         "which --overwrite deletes"},
        {"$C audit " SHELL_CLAIMS " --decided d --out $D/o", "--roster DIR is missing"},
        {"$C ledger export --ledger l", "give one of --table TABLE and --snapshot FILE"},
        {"$C ledger export --ledger l --table run --group root", "go with --snapshot"},
        {"$C ledger export --ledger l --table run --overwrite", "go with --snapshot"},
        {"$C ledger export --ledger l --snapshot s --group no-such-group", "there is no group"},
        {"$C ledger recover --ledger l --to d --discard", "give --to DIR or --discard, not both"},
        {"$C ledger redo --ledger l --roster " SHELL_ROSTER, "--from RUN is missing"},
        {"$C roster import --type T", "--nppes FILE is missing"},
        {"$C roster import --nppes f --merge m --type T", "--merge adds nobody"},
        {"$C roster import --nppes f --merge m --state MS", "--merge adds nobody"},
        {"$C policy check p --json --csv", "unknown option --csv"},
        {"$C layout check x12-837p", "is no layout that could be right or wrong"},
    };
    EXPECT_ALL(refusals);
}

Test(refusals, parts) {
    static const struct refusal refusals[] = {
        {"$C part plan " PART "--parts 2 --tasks 1", "--run RUN, --parts P and --tasks M"},
        {"$C part plan " PART "--run $D/r --tasks 1", "--run RUN, --parts P and --tasks M"},
        {"$C part plan " PART "--run $D/r --parts 2", "--run RUN, --parts P and --tasks M"},
        {"$C part plan " PART "--run $D/r --tasks 1 --ledgers " SHELL_CLAIMS,
         "is one ledger, and a run in parts needs a set"},
        {"$C part plan " SHELL_CLAIMS " --run $D/r --parts 2 --tasks 1", "--roster DIR is missing"},
        {"$C part plan " PART "--run $D/r --parts 2 --tasks 1 --received known",
         "--received takes \"unknown\""},
        {"$C part plan " PART "--run $D/r --parts 2 --tasks 1 --ack --payer-id 1",
         "--payer-id takes a kind of id"},
        {"$C part ask --run $D/r", "--task is missing: the number of the task, from 0"},
        {"$C part decide --run $D/r", "--part is missing: the number of the part, from 0"},
        {"$C part answer --task 0", "--run RUN is missing: the folder of the run"},
        {"$C part merge --run $D/r", "--out DIR is missing: the folder to make"},
        {"$C part merge --run $D/r --out $D/o --guard maybe", "--guard takes warn, off or stop"},
        {"$C part run " PART, "--out DIR is missing: the folder to make"},
        {"$C part run " PART "--out $D/o --ledgers " SHELL_CLAIMS, "needs a set"},
        {"$C part run " SHELL_CLAIMS " --out $D/o", "--roster DIR is missing"},
        {"$C part run $D/quickstart/claims.csv" ROSTER "--out $D/quickstart --overwrite",
         "which --overwrite deletes"},
    };
    EXPECT_ALL(refusals);
}

/* The end of so long a message is cut: the mend stands before the name. */
Test(refusals, a_name_that_no_file_can_have_is_told_with_its_mend) {
    static const char told[] = "the name is too long; give a shorter one";
    shell_expect(&scene, "$C part run " PART "--out $(printf '%04100d' 1)", 73, told);
    shell_expect(&scene, "$C part run " PART "--out /$(printf '%04085d' 1)", 73, told);
    shell_expect(&scene, "$C part run " PART "--out $D/o --metrics $(printf '%04100d' 1)", 73,
                 told);
    cr_expect_eq(scene_names(&scene), 2, "something was made");
}

Test(refusals, slashes_at_the_end_of_a_folders_name_do_no_harm) {
    shell_expect(&scene, "$C part run " PART "--as-of 2025-06-30 --quiet --jobs 1 --out $D/o//", 0,
                 "");
    cr_expect_eq(scene_names(&scene), 3, "something is left beside the folder");
}

/* What is named by a variable may not be meant for this command. */
Test(refusals, name_the_variable_that_stands_for_an_option) {
    static const struct refusal refusals[] = {
        {"CLAIMGATE_LEDGER=$D/l $V --accepted $D/a --rejected $D/r",
         "a run without a ledger has to unset CLAIMGATE_LEDGER"},
        {"CLAIMGATE_LEDGER=" SHELL_CLAIMS " $C part run " PART "--out $D/o",
         "a run without a ledger has to unset CLAIMGATE_LEDGER"},
    };
    EXPECT_ALL(refusals);
}
