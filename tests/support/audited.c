#include "audited.h"

#include "claimgate/json/json.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void replace(char *text, const char *from, const char *to) {
    char *at = strstr(text, from);
    cr_assert(at != NULL && strlen(to) <= strlen(from), "no \"%s\" to replace", from);
    memset(at, ' ', strlen(from));
    memcpy(at, to, strlen(to));
}

const char *history_other_policy(struct scene *scene, const char *from, const char *to) {
    size_t len = 0;
    char *text = run_read_file("schemas/policies/ms.json", &len);
    replace(text, from, to);
    const char *path = scene_file(scene, "other.json", text, len);
    free(text);
    return path;
}

void history_make(struct audited_history *history, const char *const more[]) {
    const char *options[RUN_ARGS_MAX] = {"--plain",  "--lines", "4000",          "--members", "300",
                                         "--months", "8",       "--start-month", "2024-01"};
    for (size_t i = 0; more[i] != NULL; i++) {
        options[9 + i] = more[i];
    }
    scene_make(&history->scene);
    scene_generate(&history->scene, "in", options);
    history->claims = scene_path(&history->scene, "in/claims.csv");
    history->roster = scene_path(&history->scene, "in/roster");
    history->decided = scene_path(&history->scene, "decided");
}

void history_decide(struct audited_history *history, const char *policy) {
    scene_expect_success((const char *[]){history->claims, "--roster", history->roster, "--policy",
                                          policy, "--out", history->decided, NULL},
                         NULL);
}

void history_audit(const struct audited_history *history, const char *out, const char *const more[],
                   struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(), "audit", "--roster",
                                      history->roster, "--out", out};
    for (size_t i = 0; more[i] != NULL; i++) {
        cr_assert(i + 7 < RUN_ARGS_MAX);
        argv[6 + i] = more[i];
    }
    run_program(argv, NULL, run);
}

size_t history_count_lines(const char *text, size_t len) {
    size_t count = 0;
    for (size_t i = 0; i < len; i++) {
        count += text[i] == '\n';
    }
    return count;
}

long long history_summary_count(const char *dir, const char *key, const char *then,
                                const char *now) {
    struct cg_problems problems;
    size_t len = 0;
    long long sum = 0;
    char *text = scene_read(dir, "summary.json", &len);
    scene_check_json("audit.schema.json", text, len);
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load("summary.json", text, len, NULL, &problems);
    cr_assert(doc != NULL, "summary.json is no JSON");
    const struct cg_json *root = cg_json_root(doc);
    const struct cg_json *cells = cg_json_member(root, "cells");
    for (size_t i = 0; then != NULL && i < cg_json_count(cells); i++) {
        const struct cg_json *cell = cg_json_item(cells, i);
        if (strcmp(cg_json_string(cg_json_member(cell, "then")), then) == 0 &&
            strcmp(cg_json_string(cg_json_member(cell, "now")), now) == 0) {
            sum += cg_json_integer(cg_json_member(cell, key));
        }
    }
    sum = then == NULL ? cg_json_integer(cg_json_member(root, key)) : sum;
    cg_json_free(doc);
    cg_problems_fini(&problems);
    free(text);
    return sum;
}

void history_expect_changes(const struct audited_history *history, const char *const more[],
                            bool any) {
    struct run run;
    char out[RUN_PATH_BYTES + 16];
    size_t len = 0;
    snprintf(out, sizeof out, "%s/audit", history->scene.dir);
    history_audit(history, out, more, &run);
    cr_assert(run.exit_code == any, "exit %d: %s\n%s", run.exit_code, run.err, run.out);
    char *changes = scene_read(out, "changes.csv.gz", &len);
    cr_expect_eq((long long)history_count_lines(changes, len) - 1,
                 history_summary_count(out, "changed", NULL, NULL));
    cr_expect_eq(history_summary_count(out, "changed", NULL, NULL) != 0, any);
    free(changes);
    run_fini(&run);
    run_remove_dir(out);
}
