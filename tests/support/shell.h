/*
 * Command lines as a shell runs them, for what only a shell can do: descriptors, limits, strace.
 *
 * $C is the program, $D the scene's folder, $V the quickstart night without its outputs.
 */
#ifndef SUPPORT_SHELL_H
#define SUPPORT_SHELL_H

#include "support/scene.h"

#define SHELL_CLAIMS "fixtures/quickstart/claims.csv"
#define SHELL_ROSTER "fixtures/quickstart/roster"
/* A leak check of its own would not work under strace. */
#define SHELL_STRACE "ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null "

/* The caller frees *run. */
void shell_run(const struct scene *scene, const char *command, struct run *run);
/* It ends so, with these words on standard error. */
void shell_expect(const struct scene *scene, const char *command, int exit_code, const char *words);

#endif
