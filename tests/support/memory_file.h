/*
 * A file in memory that has a path, for code that opens what it reads.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_MEMORY_FILE_H
#define CLAIMGATE_TESTS_SUPPORT_MEMORY_FILE_H

#include <stddef.h>

struct memory_file {
    int fd;
    char path[64]; /* below /proc, for this process */
};

/* Ends the program when there is none to be had. */
void memory_file_make(struct memory_file *file, const void *bytes, size_t len);
void memory_file_close(struct memory_file *file);

#endif
