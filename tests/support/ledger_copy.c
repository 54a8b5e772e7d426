#include "support/ledger_copy.h"

#include "support/run.h"
#include "support/set_fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void take_file(struct ledger_copy *copy, const char *path) {
    struct ledger_copied *file = &copy->files[copy->count++];
    snprintf(file->path, sizeof file->path, "%s", path);
    file->bytes = run_read_file(path, &file->len);
}

void ledger_copy_take(struct ledger_copy *copy, const struct fixture *fixture, int nights) {
    char path[192];
    *copy = (struct ledger_copy){.count = 0};
    if (!cg_ledger_set_is(fixture->path)) {
        take_file(copy, fixture->path);
        return;
    }
    for (uint32_t k = 0; k < LEDGER_COPY_PARTS; k++) {
        take_file(copy, set_fixture_part(fixture, k).path);
    }
    snprintf(path, sizeof path, "%s/nights/%d.json", fixture->path, nights);
    take_file(copy, path);
    snprintf(copy->open_night, sizeof copy->open_night, "%s/night.json", fixture->path);
    snprintf(copy->next_night, sizeof copy->next_night, "%s/nights/%d.json", fixture->path,
             nights + 1);
}

static void put_back(const struct ledger_copied *file) {
    static const char *const ends[] = {"-wal", "-shm"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[200];
        snprintf(path, sizeof path, "%s%s", file->path, ends[i]);
        (void)unlink(path);
    }
    const int fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert(fd >= 0 && write(fd, file->bytes, file->len) == (ssize_t)file->len, "%s", file->path);
    (void)close(fd);
}

void ledger_copy_put_back(const struct ledger_copy *copy) {
    (void)unlink(copy->open_night);
    (void)unlink(copy->next_night);
    for (uint32_t i = 0; i < copy->count; i++) {
        put_back(&copy->files[i]);
    }
}

void ledger_copy_free(struct ledger_copy *copy) {
    for (uint32_t i = 0; i < copy->count; i++) {
        free(copy->files[i].bytes);
    }
}
