/*
 * claimgate: finds the command, and does what is done once for all of them: signals, logging,
 * exit codes.
 */
#include "claimgate/base/error.h"
#include "claimgate/base/nearest.h"
#include "commands.h"
#include "help.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

enum { TWO_WORDS_BYTES = 64 };

static enum cg_status unknown_command(int argc, char **argv, struct cg_error *err) {
    const char *names[CG_COMMAND_MAX];
    char two[TWO_WORDS_BYTES];
    const char *given = argv[0];
    size_t count = 0;
    for (; cg_commands[count] != NULL; count++) {
        names[count] = cg_commands[count]->name;
    }
    const char *nearest = cg_nearest_word(given, names, count);
    if (nearest == NULL && argc >= 2) {
        snprintf(two, sizeof two, "%s %s", argv[0], argv[1]);
        nearest = cg_nearest_word(two, names, count);
        given = nearest != NULL ? two : given;
    }
    if (nearest != NULL) {
        return cg_error_set(err, CG_USAGE, "unknown command \"%s\"; did you mean \"%s\"?", given,
                            nearest);
    }
    for (size_t i = 0; i < count; i++) {
        if (cg_command_is_of(cg_commands[i], given)) {
            return cg_error_set(err, CG_USAGE,
                                "\"%s\" needs one of its sub-commands, such as \"%s\"; see "
                                "`claimgate help %s`",
                                given, cg_commands[i]->name, given);
        }
    }
    return cg_error_set(err, CG_USAGE, "unknown command \"%s\"; see `claimgate help`", given);
}

/* `claimgate help …`, behind the word. */
static enum cg_status help(int argc, char **argv, struct cg_error *err) {
    int words = 0;
    if (argc == 0) {
        cg_help_print_all();
        return CG_OK;
    }
    if (strncmp(argv[0], "--", 2) == 0) {
        return cg_help_print_for_tools(argc, argv, err);
    }
    const struct cg_command *command = cg_command_find(argc, argv, &words);
    if (command != NULL) {
        cg_options_print_help(command);
        return CG_OK;
    }
    return argc == 1 && cg_help_print_family(argv[0]) ? CG_OK : unknown_command(argc, argv, err);
}

static enum cg_status dispatch(int argc, char **argv, int *exit_code, struct cg_error *err) {
    int words = 0;
    if (argc == 0) {
        return cg_error_set(err, CG_USAGE, "a command is missing; see `claimgate help`");
    }
    if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "version") == 0) {
        cg_help_print_version();
        return CG_OK;
    }
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
        cg_help_print_all();
        return CG_OK;
    }
    if (strcmp(argv[0], "help") == 0) {
        return help(argc - 1, argv + 1, err);
    }
    const struct cg_command *command = cg_command_find(argc, argv, &words);
    if (command != NULL) {
        return cg_program_run(command, argc - words, argv + words, exit_code, err);
    }
    const bool asks = argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
    return asks && cg_help_print_family(argv[0]) ? CG_OK : unknown_command(argc, argv, err);
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
