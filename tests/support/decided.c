#include "decided.h"

#include <stdlib.h>
#include <string.h>

void decided_run(const struct decided *claims, const char *out, const char *const more[],
                 const char *input) {
    const char *args[RUN_ARGS_MAX] = {"--roster", claims->roster, "--out", out, "--overwrite"};
    for (size_t i = 0; more[i] != NULL; i++) {
        args[5 + i] = more[i];
    }
    scene_expect_success(args, input);
}

void decided_make(struct decided *claims, const char *const more[]) {
    const char *options[RUN_ARGS_MAX] = {"--plain"};
    for (size_t i = 0; more[i] != NULL; i++) {
        options[1 + i] = more[i];
    }
    scene_make(&claims->scene);
    scene_generate(&claims->scene, "in", options);
    claims->roster = scene_path(&claims->scene, "in/roster");
    claims->path = scene_path(&claims->scene, "in/claims.csv");
    claims->text = run_read_file(claims->path, &claims->len);
    const char *out = scene_path(&claims->scene, "whole");
    decided_run(claims, out, (const char *[]){claims->path, NULL}, NULL);
    claims->accepted = scene_read(out, "accepted.csv.gz", &claims->accepted_len);
    claims->rejected = scene_read(out, "rejected.csv.gz", &claims->rejected_len);
}

void decided_fini(struct decided *claims) {
    free(claims->text);
    free(claims->accepted);
    free(claims->rejected);
    scene_remove(&claims->scene);
}

const char *decided_after_line(const char *at, const char *end) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    return line_end != NULL ? line_end + 1 : end;
}
