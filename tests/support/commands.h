/*
 * Commands run inside the test's own process, each on a small world of files that it is put back to
 * afterwards.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_COMMANDS_H
#define CLAIMGATE_TESTS_SUPPORT_COMMANDS_H

#include "claimgate/base/error.h"
#include "support/scene.h"

enum command_kind {
    COMMAND_READS,
    COMMAND_WRITES,  /* all of it or nothing */
    COMMAND_CHANGES, /* a ledger, which shows in no name */
    COMMAND_KEEPS,   /* something of it may stand until it is called again */
};

struct command {
    const char *words; /* "usage M1 --ledger l"; "<FILE" is its standard input */
    enum command_kind kind;
};
enum { COMMANDS_MAX = 80 };
struct command_world {
    const char *script; /* makes it in the current folder; $0 is the program, $1 the generator */
    struct command commands[COMMANDS_MAX]; /* closed by NULL words */
};
/* The feeds of a script: in/ with two files of claims, x12/ with one. */
#define COMMAND_FEEDS                                                                              \
    "$1 --lines 120 --members 12 --files 2 --voids 4 --replacements 4 --errors 1 --error "         \
    "duplicate_line=3 --error over_daily_cap=4 --error over_yearly_cap=2 --plain --out in "        \
    "--quiet; "                                                                                    \
    "$1 --layout x12-837p --lines 40 --members 6 --error over_daily_cap=5 --plain --out x12 "      \
    "--quiet; "

/* Two nights on a ledger, an X12 file, a ledger set, lists to take in. */
extern const struct command_world everything;
/* Runs in parts, each of them up to another step. */
extern const struct command_world runs_in_parts;
/* What is told as CSV, JSON or a plan, and lists of a payer or of NPPES. */
extern const struct command_world answers_and_lists;

/* Makes the world and goes into it. */
void commands_begin(struct scene *scene, const struct command_world *world);
void commands_end(struct scene *scene);
void commands_put_back(void);

struct command_end {
    enum cg_status status;
    int exit_code;
    struct cg_error err;
    char *printed; /* on standard output; the caller frees */
    size_t len;
};
/* `before` and `after` stand directly around the command's own work. */
void commands_run(const struct command *command, void (*before)(void), void (*after)(void),
                  struct command_end *out);

/* Each file and folder of the world, one in a line; in full: with sizes and times, and those under
 * temporary names. The caller frees. */
char *commands_names(bool in_full);

#endif
