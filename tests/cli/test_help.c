/*
 * What the program tells of itself: every page of it is made from the tables of commands and
 * options.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROSTER "fixtures/quickstart/roster"
#define CLAIMS "fixtures/quickstart/claims.csv"

static void expect_says(const char *const argv[], int exit_code, const char *out, const char *err) {
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, exit_code, "exit %d: %s", run.exit_code, run.err);
    cr_expect(out == NULL || strstr(run.out, out) != NULL, "no \"%s\" in: %s", out, run.out);
    cr_expect(err == NULL || strstr(run.err, err) != NULL, "no \"%s\" in: %s", err, run.err);
    run_fini(&run);
}

Test(help, a_family_of_commands_is_listed) {
    const char *const words[] = {"ledger", "policy", "roster", "layout"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char first[64];
        const char *const help[] = {run_claimgate(), "help", words[i], NULL};
        const char *const flag[] = {run_claimgate(), words[i], "--help", NULL};
        const char *const bare[] = {run_claimgate(), words[i], NULL};
        snprintf(first, sizeof first, "usage: claimgate %s COMMAND", words[i]);
        expect_says(help, 0, first, NULL);
        expect_says(flag, 0, first, NULL);
        snprintf(first, sizeof first, "see `claimgate help %s`", words[i]);
        expect_says(bare, 64, NULL, first);
    }
    const char *const typo[] = {run_claimgate(), "help", "legder", NULL};
    expect_says(typo, 64, NULL, "unknown command \"legder\"");
}

Test(help, the_version_names_commit_schema_and_libraries) {
    const char *const argv[] = {run_claimgate(), "--version", NULL};
    expect_says(argv, 0, "\nledger schema 2\nSQLite 3.", NULL);
    expect_says(argv, 0, "\ncodec ", NULL);
}

Test(help, every_command_has_a_man_page_that_tells_each_of_its_options) {
    struct run list;
    const char *const argv[] = {run_claimgate(), "help", "--commands", NULL};
    run_program(argv, NULL, &list);
    cr_assert_eq(list.exit_code, 0);
    size_t pages = 0;
    for (char *rest = NULL, *name = strtok_r(list.out, "\n", &rest); name != NULL;
         name = strtok_r(NULL, "\n", &rest)) {
        static const char script[] =
            "page=$(\"$0\" help --man $1 | sed 's/[\\]-/-/g'); "
            "for o in $(\"$0\" help $1 | sed -n 's/^  --\\([a-z-]*\\).*/\\1/p'); do "
            "case $page in *\"BR --$o\"*) ;; *) echo \"no --$o\" >&2; exit 1 ;; esac; done";
        const char *const shell[] = {"sh", "-c", script, run_claimgate(), name, NULL};
        expect_says(shell, 0, NULL, NULL);
        pages++;
    }
    cr_expect_gt(pages, 20);
    run_fini(&list);
}

static void expect_completes(const char *line, const char *expected) {
    static const char script[] = "eval \"$(\"$0\" help --completion bash)\"; COMP_WORDS=($1); "
                                 "[[ $1 == *' ' ]] && COMP_WORDS+=(''); "
                                 "COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _claimgate; "
                                 "echo \" ${COMPREPLY[*]} \"";
    const char *const argv[] = {"bash", "-c", script, run_claimgate(), line, NULL};
    expect_says(argv, 0, expected, NULL);
}

Test(help, the_programs_own_man_page_lists_every_command) {
    static const char script[] = "set -e; page=$(\"$0\" help --man); \"$0\" help --commands | "
                                 "while read -r name; do printf %s \"$page\" | "
                                 "grep -q \"^.BR claimgate-$(echo $name | tr ' ' -) (1)$\"; "
                                 "done; printf %s \"$page\" | sed -n '1p;$p'";
    const char *const shell[] = {"bash", "-c", script, run_claimgate(), NULL};
    expect_says(shell, 0, ".TH \"CLAIMGATE\" 1 ", NULL);
    expect_says(shell, 0, "\n.BR sqlite3 (1)", NULL);
}

Test(help, zsh_gets_the_words_that_bash_gets) {
    static const char script[] =
        "words() { grep -e '^    \"' -e '^    [a-z]*) subs=' -e '^    --policy)'; }; "
        "diff <(\"$0\" help --completion bash | words) <(\"$0\" help --completion zsh | words) && "
        "\"$0\" help --completion zsh | sed -n '1p;$p'";
    const char *const shell[] = {"bash", "-c", script, run_claimgate(), NULL};
    expect_says(shell, 0, "#compdef claimgate\n_claimgate \"$@\"\n", NULL);
}

Test(help, bash_completes_commands_options_and_what_is_built_in) {
    expect_completes("claimgate va", " validate ");
    expect_completes("claimgate ledger ", " runs show verify ");
    expect_completes("claimgate help led", " ledger ");
    expect_completes("claimgate validate --max-r", " --max-reject-rate ");
    expect_completes("claimgate ledger withdraw --lock", " --lock-wait ");
    expect_completes("claimgate validate --policy ms-f", " ms-full ");
    expect_completes("claimgate validate --layout cclf", " cclf5 ");
    expect_completes("claimgate validate READM", " README.md ");
}

Test(help, variables_stand_for_absent_options_and_the_summary_says_so) {
    const char *const argv[] = {"env",
                                "CLAIMGATE_ROSTER=" ROSTER,
                                "CLAIMGATE_POLICY=ms-full",
                                run_claimgate(),
                                "validate",
                                CLAIMS,
                                "--dry-run",
                                "--policy",
                                "ms",
                                "--as-of",
                                "2025-06-30",
                                NULL};
    expect_says(argv, 0, "--roster by CLAIMGATE_ROSTER\npolicy ms,", NULL);
    const char *const without[] = {"env",           "CLAIMGATE_LEDGER=/tmp/none/l",
                                   run_claimgate(), "validate",
                                   CLAIMS,          "--roster",
                                   ROSTER,          "--accepted",
                                   "/dev/null",     "--rejected",
                                   "/dev/null",     NULL};
    expect_says(without, 64, NULL, "a run without a ledger has to unset CLAIMGATE_LEDGER");
}

Test(help, a_share_given_for_a_percentage_is_told) {
    const char *const argv[] = {run_claimgate(), "validate",  CLAIMS,    "--roster",
                                ROSTER,          "--dry-run", "--quiet", "--max-reject-rate",
                                "0.75",          NULL};
    expect_says(argv, 1, NULL, "--max-reject-rate is in percent");
}
