/*
 * Small files of the kinds that a person at intake gets, and what must be said of each:
 * fixtures/intake/expected.tsv has a row for each.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "fixtures/intake/"

enum { SAID_BYTES = 1 << 18, INPUTS_MAX = 6, GATE_ARGS = 15 };

/* Ends `text` before the mark; what is behind it, or NULL. */
static char *cut_at(char *text, const char *mark) {
    char *at = strstr(text, mark);
    if (at == NULL) {
        return NULL;
    }
    *at = '\0';
    return at + strlen(mark);
}

struct inputs {
    char names[INPUTS_MAX][128];
    size_t count;
};

/* What is given, as arguments: files and layouts are names in the folder. */
static void name_inputs(char *given, struct inputs *inputs) {
    bool is_layout = false;
    for (char *word = strtok(given, " "); word != NULL; word = strtok(NULL, " ")) {
        cr_assert(inputs->count < INPUTS_MAX);
        char *name = inputs->names[inputs->count++];
        const size_t capacity = sizeof inputs->names[0];
        if (word[0] == '-') {
            snprintf(name, capacity, "%s", word);
        } else if (is_layout) {
            snprintf(name, capacity, FOLDER "layouts/%s.json", word);
        } else {
            snprintf(name, capacity, FOLDER "%s", word);
        }
        is_layout = strcmp(word, "--layout") == 0;
    }
}

static void add_file(char *said, const char *path) {
    if (scene_exists(path)) {
        size_t len = 0;
        char *text = run_read_file(path, &len);
        strncat(said, text, SAID_BYTES - strlen(said) - 1);
        free(text);
    }
}

/* All that a run says: messages, rejected rows, report. */
static int run_once(char *given, const char *threads, char *said) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *rejected = scene_path(&scene, "rejected.csv");
    const char *report = scene_path(&scene, "report.json");
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(),
                                      "validate",
                                      "--roster",
                                      FOLDER "roster",
                                      "--as-of",
                                      "2025-12-31",
                                      "--quiet",
                                      "--threads",
                                      threads,
                                      "--accepted",
                                      scene_path(&scene, "accepted.csv"),
                                      "--rejected",
                                      rejected,
                                      "--report",
                                      report};
    struct inputs inputs = {.count = 0};
    name_inputs(given, &inputs);
    for (size_t i = 0; i < inputs.count; i++) {
        argv[GATE_ARGS + i] = inputs.names[i];
    }
    run_program(argv, NULL, &run);
    snprintf(said, SAID_BYTES, "%s", run.err);
    add_file(said, rejected);
    add_file(said, report);
    const int exit_code = run.exit_code;
    run_fini(&run);
    scene_remove(&scene);
    return exit_code;
}

static void expect_words(const char *given, char *words, const char *said) {
    for (char *word = words; word != NULL;) {
        char *next = cut_at(word, " | ");
        const bool absent = word[0] == '!';
        cr_expect((strstr(said, word + absent) == NULL) == absent, "%s: %s \"%s\" in:\n%s", given,
                  absent ? "there is" : "no", word + absent, said);
        word = next;
    }
}

Test(intake, every_file_is_taken_or_told_as_its_row_says, .timeout = 300) {
    static char said[SAID_BYTES];
    size_t len = 0;
    char *table = run_read_file(FOLDER "expected.tsv", &len);
    size_t rows = 0;
    for (char *line = table; line != NULL && *line != '\0';) {
        char *next = cut_at(line, "\n");
        char *exit_code = line[0] == '#' ? NULL : cut_at(line, "\t");
        char *words = exit_code == NULL ? NULL : cut_at(exit_code, "\t");
        for (int threads = 0; words != NULL && threads < 3; threads += 2) {
            char given[256];
            char copy[1024];
            snprintf(given, sizeof given, "%s", line);
            snprintf(copy, sizeof copy, "%s", words);
            const int seen = run_once(given, threads == 0 ? "0" : "2", said);
            cr_expect(seen == atoi(exit_code), "%s: exit %d:\n%s", line, seen, said);
            expect_words(line, copy, said);
            rows++;
        }
        line = next;
    }
    free(table);
    cr_expect(rows >= 80);
}
