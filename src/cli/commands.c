#include "commands.h"

#include <stdio.h>
#include <string.h>

const struct cg_command *const cg_commands[] = {
    &cg_command_validate,        &cg_command_check,
    &cg_command_audit,           &cg_command_usage,
    &cg_command_explain,         &cg_command_reconsider,
    &cg_command_provider,        &cg_command_members,
    &cg_command_report,          &cg_command_doctor,
    &cg_command_part_plan,       &cg_command_part_ask,
    &cg_command_part_decide,     &cg_command_part_answer,
    &cg_command_part_merge,      &cg_command_part_run,
    &cg_command_ledger_create,   &cg_command_ledger_runs,
    &cg_command_ledger_show,     &cg_command_ledger_verify,
    &cg_command_ledger_recover,  &cg_command_ledger_withdraw,
    &cg_command_ledger_redo,     &cg_command_ledger_import,
    &cg_command_ledger_release,  &cg_command_ledger_alias,
    &cg_command_ledger_export,   &cg_command_policy_list,
    &cg_command_policy_show,     &cg_command_policy_check,
    &cg_command_policy_diff,     &cg_command_roster_check,
    &cg_command_roster_expiring, &cg_command_roster_import,
    &cg_command_layout_list,     &cg_command_layout_show,
    &cg_command_layout_check,    NULL,
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
