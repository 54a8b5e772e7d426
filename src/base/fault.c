#include "claimgate/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef CG_COUNTS_FOLDER
#include <gcov.h>
#endif

#ifdef CG_FAULTS

enum { FAULT_TEXT_BYTES = 128 };

/* Written once by read_settings; `passes` alone changes afterwards. */
static char wanted_name[FAULT_TEXT_BYTES]; /* empty: no fault is wanted */
static unsigned long wanted_pass;
static bool wanted_kill;
static int wanted_errno;
static int point_log_fd = -1;
static atomic_ulong passes;
static pthread_once_t settings_once = PTHREAD_ONCE_INIT;

/* A test that misspells its fault would pass without testing anything. */
static _Noreturn void refuse_settings(const char *text) {
    (void)fprintf(
        stderr, "claimgate: bad CLAIMGATE_FAULT \"%s\"; want NAME:N:kill or NAME:N:ERRNO\n", text);
    abort();
}

static bool parse_positive(const char *text, char end, unsigned long *value, const char **rest) {
    char *after = NULL;
    errno = 0;
    *value = strtoul(text, &after, 10);
    *rest = after + 1;
    return errno == 0 && after != text && *after == end && *value > 0 && *value <= INT_MAX;
}

static void parse_fault(const char *text) {
    const char *colon = strchr(text, ':');
    if (colon == NULL || colon == text || (size_t)(colon - text) >= sizeof wanted_name) {
        refuse_settings(text);
    }
    const char *action = NULL;
    if (!parse_positive(colon + 1, ':', &wanted_pass, &action)) {
        refuse_settings(text);
    }
    wanted_kill = strcmp(action, "kill") == 0;
    if (!wanted_kill) {
        unsigned long number = 0;
        const char *rest = NULL;
        if (!parse_positive(action, '\0', &number, &rest)) {
            refuse_settings(text);
        }
        wanted_errno = (int)number;
    }
    memcpy(wanted_name, text, (size_t)(colon - text));
}

static void read_settings(void) {
    const char *log_path = getenv("CLAIMGATE_FAULT_LOG");
    if (log_path != NULL) {
        point_log_fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    const char *fault = getenv("CLAIMGATE_FAULT");
    if (fault != NULL && fault[0] != '\0') {
        parse_fault(fault);
    }
}

/* With every point's name in a file, a test can go through all points without a list of its own. */
static void log_point(const char *name) {
    if (point_log_fd >= 0) {
        (void)dprintf(point_log_fd, "%s\n", name);
    }
}

int cg_fault(const char *name) {
    (void)pthread_once(&settings_once, read_settings);
    log_point(name);
    if (strcmp(name, wanted_name) != 0 || atomic_fetch_add(&passes, 1) + 1 != wanted_pass) {
        return 0;
    }
    if (wanted_kill) {
#ifdef CG_COUNTS_FOLDER
        __gcov_dump(); /* the branches taken up to here count */
#endif
        (void)raise(SIGKILL);
    }
    return wanted_errno;
}

void cg_fault_want(const char *text) {
    (void)pthread_once(&settings_once, read_settings);
    memset(wanted_name, 0, sizeof wanted_name);
    wanted_pass = 0;
    atomic_store(&passes, 0);
    if (text != NULL) {
        parse_fault(text);
    }
}

bool cg_fault_was_met(void) {
    return wanted_pass != 0 && atomic_load(&passes) >= wanted_pass;
}

#endif
