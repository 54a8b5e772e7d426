/*
 * Progress: how far a command is and how long it will take, on a terminal only.
 *
 * One line on standard error, rewritten in place; nothing before the first second, nothing
 * in a pipe or under --quiet.
 */
#ifndef CLAIMGATE_BASE_PROGRESS_H
#define CLAIMGATE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct cg_progress {
    bool enabled;
    bool shown;
    const char *what;     /* "reading claims" */
    uint64_t total_bytes; /* 0: not known */
    uint64_t start_ms;
    uint64_t last_ms;
};

void cg_progress_start(struct cg_progress *progress, const char *what, uint64_t total_bytes,
                       bool enabled);
/* Cheap: draws at most every quarter of a second. */
void cg_progress_update(struct cg_progress *progress, uint64_t done_bytes);
void cg_progress_end(struct cg_progress *progress); /* wipes the line */

#endif
