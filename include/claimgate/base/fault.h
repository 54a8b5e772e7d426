/*
 * Named failure points, for tests alone.
 *
 * A build with CG_FAULTS=1 reads CLAIMGATE_FAULT once: "NAME:N:ACTION", where the Nth
 * passing of point NAME (from 1) does ACTION: "kill" raises SIGKILL, a number makes
 * the point report that errno. A release build compiles every point to nothing.
 */
#ifndef CLAIMGATE_BASE_FAULT_H
#define CLAIMGATE_BASE_FAULT_H

#include <stdbool.h>

#ifdef CG_FAULTS
/* 0 to go on, else an errno value that the caller treats as its system call's failure. */
int cg_fault(const char *name);

/* For a test that goes on: from here on as if CLAIMGATE_FAULT were this; NULL: no fault. Called
 * while there is one thread. */
void cg_fault_want(const char *text);
bool cg_fault_was_met(void);
#else
#define cg_fault(name) 0
#endif

#endif
