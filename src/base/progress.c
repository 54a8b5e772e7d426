#include "claimgate/base/progress.h"

#include "claimgate/base/date.h"

#include <stdio.h>
#include <unistd.h>

enum { FIRST_AFTER_MS = 1000, EVERY_MS = 250, MB = 1000000 };

void cg_progress_start(struct cg_progress *progress, const char *what, uint64_t total_bytes,
                       bool enabled) {
    *progress = (struct cg_progress){.enabled = enabled && isatty(STDERR_FILENO) == 1,
                                     .what = what,
                                     .total_bytes = total_bytes,
                                     .start_ms = cg_clock_ms(CLOCK_MONOTONIC)};
}

void cg_progress_update(struct cg_progress *progress, uint64_t done_bytes) {
    char line[160];
    if (!progress->enabled) {
        return;
    }
    const uint64_t now = cg_clock_ms(CLOCK_MONOTONIC);
    const uint64_t spent = now - progress->start_ms;
    if (spent < FIRST_AFTER_MS || now - progress->last_ms < EVERY_MS) {
        return;
    }
    progress->last_ms = now;
    progress->shown = true;
    const unsigned long long done_mb = done_bytes / MB;
    int len;
    if (progress->total_bytes > 0 && done_bytes > 0 && done_bytes <= progress->total_bytes) {
        const uint64_t left = progress->total_bytes - done_bytes;
        /* Kilobytes keep the product in range for any file. */
        const uint64_t left_s = (left / 1000 + 1) * spent / (done_bytes / 1000 + 1) / 1000;
        len = snprintf(line, sizeof line, "\r%s: %llu of %llu MB, %llu %%, %llu:%02llu left \033[K",
                       progress->what, done_mb, (unsigned long long)progress->total_bytes / MB,
                       (unsigned long long)(done_bytes / (progress->total_bytes / 100 + 1)),
                       (unsigned long long)left_s / 60, (unsigned long long)left_s % 60);
    } else {
        len = snprintf(line, sizeof line, "\r%s: %llu MB in %llu s \033[K", progress->what, done_mb,
                       (unsigned long long)spent / 1000);
    }
    if (len > 0 && write(STDERR_FILENO, line, (size_t)len) < 0) {
        progress->enabled = false; /* nobody is looking any more */
    }
}

void cg_progress_end(struct cg_progress *progress) {
    static const char wipe[] = "\r\033[K";
    if (progress->shown && write(STDERR_FILENO, wipe, sizeof wipe - 1) < 0) {
        progress->enabled = false;
    }
    progress->shown = false;
}
