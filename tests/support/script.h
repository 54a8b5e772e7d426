/*
 * Claims told as a shell script: $0 is the program, $1 a scene's folder.
 */
#ifndef SUPPORT_SCRIPT_H
#define SUPPORT_SCRIPT_H

#include "support/scene.h"

/* What it writes to standard output; it ends at its first failure, which fails the test. The caller
 * frees. */
char *script_output(const struct scene *scene, const char *script);

/* It succeeds with this output, in a scene of its own. */
void script_expect(const char *script, const char *expected);

/* It has this output, whatever its commands end with, in a scene of its own. */
void script_expect_told(const char *script, const char *expected);

#endif
