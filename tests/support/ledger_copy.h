/*
 * A ledger, or a set of two, kept as it is, to be put back before each try.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_LEDGER_COPY_H
#define CLAIMGATE_TESTS_SUPPORT_LEDGER_COPY_H

#include "support/ledger_fixture.h"

#include <stddef.h>

enum { LEDGER_COPY_FILES = 3, LEDGER_COPY_PARTS = 2 };

struct ledger_copy {
    struct ledger_copied {
        char path[192];
        char *bytes;
        size_t len;
    } files[LEDGER_COPY_FILES];
    uint32_t count;
    char open_night[192]; /* of a set; "" */
    char next_night[192];
};

/* `nights`: how many a set has had. */
void ledger_copy_take(struct ledger_copy *copy, const struct fixture *fixture, int nights);
/* Asks for no memory. */
void ledger_copy_put_back(const struct ledger_copy *copy);
void ledger_copy_free(struct ledger_copy *copy);

#endif
