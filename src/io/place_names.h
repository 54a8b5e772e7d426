/*
 * How temporaries and locks beside an output are called: ".NAME.claimgate-" and 16 hex digits or
 * "lock".
 */
#ifndef CLAIMGATE_IO_PLACE_NAMES_H
#define CLAIMGATE_IO_PLACE_NAMES_H

#define CG_PLACE_MARK      ".claimgate-"
#define CG_PLACE_LOCK_MARK "lock"

enum { CG_PLACE_TOKEN_DIGITS = 16 };

/* What stands behind the mark in a name of this kind; NULL: it is none. */
const char *cg_place_mark(const char *name);

#endif
