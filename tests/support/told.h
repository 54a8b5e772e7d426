/*
 * Two claim files that tell one history, decided each on a ledger of its own and compared line by
 * line, in the order of the files: what each line was read as, its decision, what its member had
 * had before it, and what everybody has had in the end.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_TOLD_H
#define CLAIMGATE_TESTS_SUPPORT_TOLD_H

#include "scene.h"

struct told {
    const char *ledger;
    char *report; /* the caller frees */
};

/* Decide the file `claims` of a folder that the generator made, with its roster; `more` are further
 * options. */
struct told told_decide(struct scene *scene, const char *made, const char *claims,
                        const char *const more[]);

/* `name` stands in what is said of a difference. */
void told_expect_same_lines(const char *name, const struct told *ours, const struct told *theirs);
/* `left_out`: records of ours that are no services. */
void told_expect_same_counts(const char *name, const struct told *ours, const struct told *theirs,
                             long long left_out);

#endif
