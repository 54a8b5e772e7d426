/*
 * Sandbox: give up, before the first byte of a claim file is parsed, what a run never needs.
 *
 * No new privileges; Landlock, where the kernel has it: read the files named, write below the
 * folders named, execute and open nothing else; a seccomp list of system calls that are refused:
 * running programs, sockets, looking into other processes, mounting. What a fault in a parser of
 * ours or of a library could then still do is to read and write what the run reads and writes.
 *
 * Files and folders that are open already stay so. Nothing of it can be taken back.
 *
 * Threads    Called while there is one; those made later are bound too.
 * Failure    None: what the kernel does not have is not in force, and the facts say so.
 */
#ifndef CLAIMGATE_IO_SANDBOX_H
#define CLAIMGATE_IO_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

enum { CG_SANDBOX_PATHS_MAX = 20 };

struct cg_sandbox_plan {
    bool off; /* nothing is given up */
    /* Files and folders to read; NULL and "-" are passed over, and so is what is not there. */
    const char *const *inputs;
    size_t input_count;
    const char *reads[CG_SANDBOX_PATHS_MAX];
    /* Files to write, NULL and "-" passed over: what stands there, and the folder around it. */
    const char *writes[CG_SANDBOX_PATHS_MAX];
};

struct cg_sandbox_facts {
    bool no_new_privileges;
    int landlock; /* version of the kernel's interface; 0: not in force */
    bool seccomp;
};

void cg_sandbox_enter(const struct cg_sandbox_plan *plan, struct cg_sandbox_facts *out);

#endif
