/*
 * Named failure points, for tests alone.
 *
 * A build with CG_FAULTS=1 reads CLAIMGATE_FAULT once: "NAME:N:ACTION", where the Nth
 * passing of point NAME (from 1) does ACTION: "kill" raises SIGKILL, a number makes
 * the point report that errno. A release build compiles every point to nothing.
 */
#ifndef CLAIMGATE_BASE_FAULT_H
#define CLAIMGATE_BASE_FAULT_H

#ifdef CG_FAULTS
/* 0 to go on, else an errno value that the caller treats as its system call's failure. */
int cg_fault(const char *name);
#else
#define cg_fault(name) 0
#endif

#endif
