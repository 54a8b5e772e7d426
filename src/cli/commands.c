#include "commands.h"

#include <stdio.h>
#include <string.h>

const struct cg_command *const cg_commands[] = {
#define COMMAND_ENTRY(name) &cg_command_##name,
    CG_COMMANDS(COMMAND_ENTRY)
#undef COMMAND_ENTRY
        NULL,
};

enum { COMMAND_WORDS_BYTES = 64 };

const struct cg_command *cg_command_find(int argc, char **argv, int *words) {
    char two[COMMAND_WORDS_BYTES] = "";
    if (argc >= 2) {
        snprintf(two, sizeof two, "%s %s", argv[0], argv[1]);
    }
    for (size_t i = 0; cg_commands[i] != NULL; i++) {
        *words = strchr(cg_commands[i]->name, ' ') != NULL ? 2 : 1;
        if (argc >= *words && strcmp(cg_commands[i]->name, *words == 2 ? two : argv[0]) == 0) {
            return cg_commands[i];
        }
    }
    return NULL;
}

bool cg_command_is_of(const struct cg_command *command, const char *family) {
    const size_t len = strlen(family);
    return strncmp(command->name, family, len) == 0 && command->name[len] == ' ';
}
