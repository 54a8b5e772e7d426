/*
 * The commands, in the order of the help.
 */
#ifndef CLAIMGATE_CLI_COMMANDS_H
#define CLAIMGATE_CLI_COMMANDS_H

#include "options.h"

#define CG_COMMANDS(X)                                                                             \
    X(validate)                                                                                    \
    X(check)                                                                                       \
    X(audit)                                                                                       \
    X(usage)                                                                                       \
    X(explain)                                                                                     \
    X(reconsider)                                                                                  \
    X(provider)                                                                                    \
    X(members)                                                                                     \
    X(report)                                                                                      \
    X(doctor)                                                                                      \
    X(part_plan)                                                                                   \
    X(part_ask)                                                                                    \
    X(part_decide)                                                                                 \
    X(part_answer)                                                                                 \
    X(part_merge)                                                                                  \
    X(part_run)                                                                                    \
    X(ledger_create)                                                                               \
    X(ledger_runs)                                                                                 \
    X(ledger_show)                                                                                 \
    X(ledger_verify)                                                                               \
    X(ledger_recover)                                                                              \
    X(ledger_withdraw)                                                                             \
    X(ledger_redo)                                                                                 \
    X(ledger_import)                                                                               \
    X(ledger_release)                                                                              \
    X(ledger_alias)                                                                                \
    X(ledger_export)                                                                               \
    X(policy_list)                                                                                 \
    X(policy_show)                                                                                 \
    X(policy_check)                                                                                \
    X(policy_diff)                                                                                 \
    X(roster_check)                                                                                \
    X(roster_expiring)                                                                             \
    X(roster_import)                                                                               \
    X(layout_list)                                                                                 \
    X(layout_show)                                                                                 \
    X(layout_check)

#define COMMAND_DECLARED(name) extern const struct cg_command cg_command_##name;
CG_COMMANDS(COMMAND_DECLARED)
#undef COMMAND_DECLARED

enum { CG_COMMAND_MAX = 64 };

extern const struct cg_command *const cg_commands[]; /* closed by NULL */

/* The command that the first words name, and how many of them; NULL: none. */
const struct cg_command *cg_command_find(int argc, char **argv, int *words);

/* Whether `name` is one of the sub-commands of `family`, such as "ledger runs" of "ledger". */
bool cg_command_is_of(const struct cg_command *command, const char *family);

#endif
