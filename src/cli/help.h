/*
 * Help: what the program tells of itself, all of it made from the tables of commands and options,
 * so that no page of it can say something else than the program does.
 */
#ifndef CLAIMGATE_CLI_HELP_H
#define CLAIMGATE_CLI_HELP_H

#include "claimgate/base/error.h"
#include "options.h"

#include <stdbool.h>

void cg_help_print_all(void);
bool cg_help_print_family(const char *word); /* "ledger"; false: no command begins so */
void cg_help_print_version(void);

/* For packagers and shells: --man [COMMAND], --commands, --completion
 * bash|zsh. CG_USAGE with the mend. */
cg_must_use enum cg_status cg_help_print_for_tools(int argc, char **argv, struct cg_error *err);

/* A page in the man macros (groff_man(7)); a command of NULL: the program's own page. */
void cg_manual_print(const struct cg_command *command);

void cg_completion_print_bash(void);
void cg_completion_print_zsh(void);

/* What stands for absent options, and what an exit code means, for every page that tells it. */
struct cg_help_row {
    const char *word;
    const char *text;
};
extern const struct cg_help_row cg_help_exit_codes[]; /* closed by a row without a word */
extern const struct cg_help_row cg_help_variables[];

#endif
