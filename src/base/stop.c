#include "claimgate/base/stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#ifdef CG_COUNTS_FOLDER
#include <gcov.h>
#endif

/* Atomic, for the handler may run on another thread than those who look. */
static atomic_int caught_signal;
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "or no handler may write it");

static void on_signal(int number) {
    atomic_store(&caught_signal, number);
}

void cg_stop_install(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;
    sigemptyset(&action.sa_mask);
    sigemptyset(&ignore.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        /* A signal that our parent ignores (nohup) stays ignored. */
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            sigaction(signals[i], &action, NULL);
        }
    }
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

int cg_stop_signal(void) {
    return atomic_load(&caught_signal);
}

bool cg_stop_requested(void) {
    return cg_stop_signal() != 0;
}

enum cg_status cg_stop_check(struct cg_error *err) {
    return cg_stop_requested()
               ? cg_error_set(err, CG_INTERRUPTED, "interrupted; nothing was published")
               : CG_OK;
}

void cg_stop_raise(void) {
    const int number = cg_stop_signal();
    if (number != 0) {
        signal(number, SIG_DFL);
#ifdef CG_COUNTS_FOLDER
        __gcov_dump(); /* a program that a signal ends keeps no counts by itself */
#endif
        raise(number);
    }
}
