#include "memory_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void memory_file_make(struct memory_file *file, const void *bytes, size_t len) {
    file->fd = memfd_create("input", MFD_CLOEXEC);
    if (file->fd < 0 || write(file->fd, bytes, len) != (ssize_t)len) {
        perror("memory file");
        abort();
    }
    snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->fd);
}

void memory_file_close(struct memory_file *file) {
    close(file->fd);
}
