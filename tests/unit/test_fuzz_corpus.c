/*
 * The corpus of every fuzz program is replayed: inputs that reach far into the code, and those that
 * found a fault once. Such a fault ends the program.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { INPUT_MAX_BYTES = 1 << 20, INPUTS_MIN = 3 };

typedef int (*fuzz_fn)(const uint8_t *data, size_t size);

static void replay_file(const char *path, fuzz_fn fuzz) {
    static uint8_t bytes[INPUT_MAX_BYTES];
    FILE *file = fopen(path, "rbe");
    cr_assert_not_null(file, "%s", path);
    const size_t len = fread(bytes, 1, sizeof bytes, file);
    cr_assert_eq(fclose(file), 0);
    cr_log_info("%s", path);
    cr_assert_eq(fuzz(bytes, len), 0, "%s", path);
}

static void replay(const char *name, fuzz_fn fuzz) {
    char folder[256];
    char path[600];
    int inputs = 0;
    snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", name);
    DIR *dir = opendir(folder);
    cr_assert_not_null(dir, "%s", folder);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            replay_file(path, fuzz);
            inputs++;
        }
    }
    closedir(dir);
    cr_assert_geq(inputs, INPUTS_MIN, "%s holds %d inputs", folder, inputs);
}

TestSuite(fuzz_corpus, .timeout = 120);

#define REPLAYED(name)                                                                             \
    int name(const uint8_t *data, size_t size);                                                    \
    Test(fuzz_corpus, name##_finds_nothing) {                                                      \
        replay(#name, name);                                                                       \
    }

REPLAYED(fuzz_fed_back)
REPLAYED(fuzz_field)
REPLAYED(fuzz_inflate)
REPLAYED(fuzz_layout)
REPLAYED(fuzz_ledger)
REPLAYED(fuzz_policy)
REPLAYED(fuzz_record)
REPLAYED(fuzz_roster)
REPLAYED(fuzz_run)
REPLAYED(fuzz_x12)
REPLAYED(fuzz_x12_sides)

/* A fuzz program that is not named above is not replayed. */
Test(fuzz_corpus, of_every_fuzz_program_is_replayed) {
    enum { REPLAYED_PROGRAMS = 11 };
    int programs = 0;
    DIR *dir = opendir("tests/fuzz");
    cr_assert_not_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        const char *end = strrchr(entry->d_name, '.');
        programs += end != NULL && strcmp(end, ".c") == 0;
    }
    closedir(dir);
    cr_assert_eq(programs, REPLAYED_PROGRAMS);
}
