/*
 * Own file: whether something in a folder that is to be replaced was written by us.
 */
#ifndef CLAIMGATE_IO_OWN_FILE_H
#define CLAIMGATE_IO_OWN_FILE_H

#include <stdbool.h>

/* A file of one of these names (NULL at the end), or, where a name ends in a slash, a folder that
 * holds nothing but files named by a number. */
bool cg_own_file_is(const char *const *names, int dir_fd, const char *name);

#endif
