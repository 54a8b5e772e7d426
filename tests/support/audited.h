/*
 * Claims that were decided once, to be audited: generated, decided, the rules changed.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_AUDITED_H
#define CLAIMGATE_TESTS_SUPPORT_AUDITED_H

#include "scene.h"

#include <stdbool.h>
#include <stddef.h>

/* Generated claims, and a folder of what was decided of them. */
struct audited_history {
    struct scene scene;
    const char *claims;
    const char *roster;
    const char *decided;
};

enum { AUDIT_ARGS = 16 };

#define WITH(...) ((const char *[]){__VA_ARGS__, NULL})

void history_make(struct audited_history *history, const char *const more[]);
/* The policy ms with one place changed. */
const char *history_other_policy(struct scene *scene, const char *from, const char *to);
void history_decide(struct audited_history *history, const char *policy);
void history_audit(const struct audited_history *history, const char *out, const char *const more[],
                   struct run *run);
size_t history_count_lines(const char *text, size_t len);
/* A number of summary.json; the cells of `then` by `now` summed up where those are given. */
long long history_summary_count(const char *dir, const char *key, const char *then,
                                const char *now);
void history_expect_changes(const struct audited_history *history, const char *const more[],
                            bool any);

#endif
