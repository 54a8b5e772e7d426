/*
 * claimgate: the command table, and what is done once for all commands: signals, logging,
 * exit codes.
 */
#include "claimgate/base/error.h"
#include "claimgate/base/nearest.h"
#include "commands.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

static const struct cg_command *const commands[] = {
    &cg_command_validate,       &cg_command_check,           &cg_command_audit,
    &cg_command_usage,          &cg_command_explain,         &cg_command_reconsider,
    &cg_command_ledger_runs,    &cg_command_ledger_show,     &cg_command_ledger_verify,
    &cg_command_ledger_recover, &cg_command_ledger_withdraw, &cg_command_ledger_import,
    &cg_command_ledger_release, &cg_command_ledger_export,   &cg_command_policy_list,
    &cg_command_policy_show,    &cg_command_policy_check,    &cg_command_roster_check,
    &cg_command_roster_import,  &cg_command_layout_list,     &cg_command_layout_show,
    &cg_command_layout_check,
};

enum {
    COMMAND_COUNT = sizeof commands / sizeof commands[0],
    COMMAND_WORDS_BYTES = 64,
    SUMMARY_COLUMN = 20
};

static void print_usage(void) {
    printf("claimgate: a gate in front of claim adjudication: unit caps and peer credentials\n\n"
           "usage: claimgate COMMAND ...\n\ncommands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        printf("  %-*s", SUMMARY_COLUMN - 2, commands[i]->name);
        cg_options_print_wrapped(commands[i]->summary, SUMMARY_COLUMN, SUMMARY_COLUMN);
    }
    printf("\n  help COMMAND      what a command does, and its options\n"
           "  --version         the version\n\n"
           "exit codes: 0 completed, 1 completed but a limit tripped or a line was rejected,\n"
           "  64 usage, 65 bad data, 66 no input, 70 internal, 73 cannot create, 74 I/O,\n"
           "  75 busy, 77 permission, 78 bad policy, layout or roster\n");
}

/* The command that the first words name; *words tells how many of them. */
static const struct cg_command *find_command(int argc, char **argv, int *words) {
    char two[COMMAND_WORDS_BYTES] = "";
    if (argc >= 2) {
        snprintf(two, sizeof two, "%s %s", argv[0], argv[1]);
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        *words = strchr(commands[i]->name, ' ') != NULL ? 2 : 1;
        if (argc >= *words && strcmp(commands[i]->name, *words == 2 ? two : argv[0]) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static enum cg_status unknown_command(int argc, char **argv, struct cg_error *err) {
    const char *names[COMMAND_COUNT];
    const char *family = NULL; /* the first command whose first word was given */
    char two[COMMAND_WORDS_BYTES];
    const char *given = argv[0];
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        names[i] = commands[i]->name;
        const size_t len = strlen(given);
        const bool is_family = strncmp(names[i], given, len) == 0 && names[i][len] == ' ';
        family = family == NULL && is_family ? names[i] : family;
    }
    const char *nearest = cg_nearest_word(given, names, COMMAND_COUNT);
    if (nearest == NULL && argc >= 2) {
        snprintf(two, sizeof two, "%s %s", argv[0], argv[1]);
        nearest = cg_nearest_word(two, names, COMMAND_COUNT);
        given = nearest != NULL ? two : given;
    }
    if (nearest != NULL) {
        return cg_error_set(err, CG_USAGE, "unknown command \"%s\"; did you mean \"%s\"?", given,
                            nearest);
    }
    if (family != NULL) {
        return cg_error_set(err, CG_USAGE,
                            "\"%s\" needs one of its sub-commands, such as "
                            "\"%s\"; see `claimgate help`",
                            given, family);
    }
    return cg_error_set(err, CG_USAGE, "unknown command \"%s\"; see `claimgate help`", given);
}

static enum cg_status dispatch(int argc, char **argv, int *exit_code, struct cg_error *err) {
    int words = 0;
    if (argc == 0) {
        return cg_error_set(err, CG_USAGE, "a command is missing; see `claimgate help`");
    }
    if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "version") == 0) {
        printf("claimgate %s\n", CG_VERSION);
        return CG_OK;
    }
    const bool help = strcmp(argv[0], "help") == 0;
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 || (help && argc == 1)) {
        print_usage();
        return CG_OK;
    }
    argc -= help ? 1 : 0;
    argv += help ? 1 : 0;
    const struct cg_command *command = find_command(argc, argv, &words);
    if (command == NULL) {
        return unknown_command(argc, argv, err);
    }
    if (help) {
        cg_options_print_help(command);
        return CG_OK;
    }
    return cg_program_run(command, argc - words, argv + words, exit_code, err);
}

int main(int argc, char **argv) {
    struct cg_error err = CG_ERROR_INIT;
    int exit_code = 0;
    enum cg_status status = cg_program_start(&err);
    if (status == CG_OK) {
        status = dispatch(argc - 1, argv + 1, &exit_code, &err);
    }
    return cg_program_end(status, exit_code, &err);
}
