/*
 * Generated claims in a scene, and what they are decided to when read whole.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_DECIDED_H
#define CLAIMGATE_TESTS_SUPPORT_DECIDED_H

#include "scene.h"

struct decided {
    struct scene scene;
    const char *roster;
    const char *path; /* plain */
    char *text;
    size_t len;
    char *accepted;
    size_t accepted_len;
    char *rejected;
    size_t rejected_len;
};

/* Generate with these options (closed by NULL), plain, and decide. */
void decided_make(struct decided *claims, const char *const more[]);
void decided_fini(struct decided *claims);
/* Decide with the same roster into `out`; `more` names the inputs. */
void decided_run(const struct decided *claims, const char *out, const char *const more[],
                 const char *input);
/* Where the line that `at` stands in has ended. */
const char *decided_after_line(const char *at, const char *end);

#endif
