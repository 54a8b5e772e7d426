/*
 * The commands, one entry each; commands.c holds the table, in the order of the help.
 */
#ifndef CLAIMGATE_CLI_COMMANDS_H
#define CLAIMGATE_CLI_COMMANDS_H

#include "options.h"

extern const struct cg_command cg_command_validate;
extern const struct cg_command cg_command_check;
extern const struct cg_command cg_command_usage;
extern const struct cg_command cg_command_explain;
extern const struct cg_command cg_command_reconsider;
extern const struct cg_command cg_command_audit;
extern const struct cg_command cg_command_ledger_create;
extern const struct cg_command cg_command_ledger_runs;
extern const struct cg_command cg_command_ledger_show;
extern const struct cg_command cg_command_ledger_verify;
extern const struct cg_command cg_command_ledger_recover;
extern const struct cg_command cg_command_ledger_withdraw;
extern const struct cg_command cg_command_ledger_redo;
extern const struct cg_command cg_command_ledger_import;
extern const struct cg_command cg_command_ledger_release;
extern const struct cg_command cg_command_ledger_alias;
extern const struct cg_command cg_command_ledger_export;
extern const struct cg_command cg_command_policy_list;
extern const struct cg_command cg_command_policy_show;
extern const struct cg_command cg_command_policy_check;
extern const struct cg_command cg_command_roster_check;
extern const struct cg_command cg_command_roster_import;
extern const struct cg_command cg_command_policy_diff;
extern const struct cg_command cg_command_roster_expiring;
extern const struct cg_command cg_command_provider;
extern const struct cg_command cg_command_members;
extern const struct cg_command cg_command_report;
extern const struct cg_command cg_command_doctor;
extern const struct cg_command cg_command_part_plan;
extern const struct cg_command cg_command_part_ask;
extern const struct cg_command cg_command_part_decide;
extern const struct cg_command cg_command_part_answer;
extern const struct cg_command cg_command_part_merge;
extern const struct cg_command cg_command_part_run;
extern const struct cg_command cg_command_layout_list;
extern const struct cg_command cg_command_layout_show;
extern const struct cg_command cg_command_layout_check;

enum { CG_COMMAND_MAX = 64 };

extern const struct cg_command *const cg_commands[]; /* closed by NULL */

/* The command that the first words name, and how many of them; NULL: none. */
const struct cg_command *cg_command_find(int argc, char **argv, int *words);

/* Whether `name` is one of the sub-commands of `family`, such as "ledger runs" of "ledger". */
bool cg_command_is_of(const struct cg_command *command, const char *family);

#endif
