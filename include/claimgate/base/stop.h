/*
 * Stop: signals to a flag.
 *
 * INT, TERM and HUP ask the program to stop; whoever waits or loops for long looks at
 * the flag. After clean-up main raises the signal again, so that the exit status is true. A second
 * signal of the same kind ends the program at once. PIPE and XFSZ are ignored: a closed pipe
 * and a file over the limit of its size are errors.
 */
#ifndef CLAIMGATE_BASE_STOP_H
#define CLAIMGATE_BASE_STOP_H

#include "claimgate/base/error.h"

#include <stdbool.h>

/* How long a wait may last before the flag is looked at again: a signal wakes one thread alone. */
enum { CG_STOP_LOOK_MS = 200 };

void cg_stop_install(void);
bool cg_stop_requested(void);
int cg_stop_signal(void); /* the number of the signal that asked; 0: none did */
/* CG_INTERRUPTED with its message once a signal has asked to stop, else CG_OK. */
cg_must_use enum cg_status cg_stop_check(struct cg_error *err);

/* If a signal asked for the stop: end the process by it. Otherwise return. */
void cg_stop_raise(void);

#endif
