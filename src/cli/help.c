#include "help.h"

#include "commands.h"

#include "claimgate/io/deflate.h"
#include "claimgate/ledger/ledger.h"

#include <stdio.h>
#include <string.h>

enum { SUMMARY_COLUMN = 20, TEXT_COLUMN = 22 };

const struct cg_help_row cg_help_exit_codes[] = {
    {"0", "completed, whatever was rejected"},
    {"1", "completed, but a limit tripped, a line was rejected or something has changed"},
    {"64", "usage"},
    {"65", "bad data"},
    {"66", "no input"},
    {"70", "internal"},
    {"73", "cannot create"},
    {"74", "input or output failed"},
    {"75", "busy, try again"},
    {"77", "permission"},
    {"78", "bad policy, layout or roster"},
    {NULL, NULL},
};

const struct cg_help_row cg_help_variables[] = {
    {"CLAIMGATE_LEDGER", "stands for --ledger where that is absent"},
    {"CLAIMGATE_ROSTER", "stands for --roster where that is absent"},
    {"CLAIMGATE_POLICY", "stands for --policy where that is absent"},
    {"NO_COLOR", "no colours on a terminal"},
    {NULL, NULL},
};

static void print_row(const char *word, const char *text, int text_column) {
    printf("  %-*s", text_column - 2, word);
    cg_options_print_wrapped(text, text_column, text_column);
}

static void print_rows(const char *title, const struct cg_help_row *rows) {
    printf("\n%s:\n", title);
    for (; rows->word != NULL; rows++) {
        print_row(rows->word, rows->text, TEXT_COLUMN);
    }
}

void cg_help_print_all(void) {
    printf("claimgate: a gate in front of claim adjudication: unit caps and peer credentials\n\n"
           "usage: claimgate COMMAND ...\n\ncommands:\n");
    for (size_t i = 0; cg_commands[i] != NULL; i++) {
        print_row(cg_commands[i]->name, cg_commands[i]->summary, SUMMARY_COLUMN);
    }
    printf("\n");
    print_row("help COMMAND", "what a command does, and its options", SUMMARY_COLUMN);
    print_row("--version", "version, ledger schema, libraries", SUMMARY_COLUMN);
    print_rows("exit codes", cg_help_exit_codes);
    print_rows("variables", cg_help_variables);
}

bool cg_help_print_family(const char *word) {
    bool any = false;
    for (size_t i = 0; cg_commands[i] != NULL; i++) {
        if (!cg_command_is_of(cg_commands[i], word)) {
            continue;
        }
        if (!any) {
            printf("usage: claimgate %s COMMAND ...\n\ncommands:\n", word);
        }
        any = true;
        print_row(cg_commands[i]->name, cg_commands[i]->summary, SUMMARY_COLUMN);
    }
    if (any) {
        printf("\n`claimgate help %s COMMAND` tells what a command does, and its options\n", word);
    }
    return any;
}

void cg_help_print_version(void) {
    printf("claimgate %s%s\nledger schema %d\nSQLite %s\ncodec %s\n", CG_VERSION, CG_COMMIT,
           CG_LEDGER_SCHEMA, cg_ledger_library(),
           cg_deflate_codec_name(CG_LEVEL_DEFAULT, CG_CODEC_BEST));
}

enum cg_status cg_help_print_for_tools(int argc, char **argv, struct cg_error *err) {
    int words = 0;
    if (strcmp(argv[0], "--commands") == 0 && argc == 1) {
        for (size_t i = 0; cg_commands[i] != NULL; i++) {
            printf("%s\n", cg_commands[i]->name);
        }
        return CG_OK;
    }
    if (strcmp(argv[0], "--completion") == 0 && argc == 2 && strcmp(argv[1], "bash") == 0) {
        cg_completion_print_bash();
        return CG_OK;
    }
    if (strcmp(argv[0], "--completion") == 0 && argc == 2 && strcmp(argv[1], "zsh") == 0) {
        cg_completion_print_zsh();
        return CG_OK;
    }
    if (strcmp(argv[0], "--man") == 0) {
        const struct cg_command *command = cg_command_find(argc - 1, argv + 1, &words);
        if (argc == 1 || (command != NULL && argc == 1 + words)) {
            cg_manual_print(command);
            return CG_OK;
        }
    }
    return cg_error_set(err, CG_USAGE,
                        "usage: claimgate help COMMAND, help --man [COMMAND], "
                        "help --commands or help --completion bash|zsh");
}
