/*
 * Attempt: the folder that a step makes, whole or not at all.
 *
 * It is written below RUN/_attempt under a name that nobody else has, synced, and renamed to its
 * place. Of two that make the same step the first wins; the second compares what it has made and
 * throws it away. No lock is needed, so that they may run on different machines; one is held where
 * there is one, so that what a killed step has left can be told from what is at work.
 *
 * Ownership  _open/_close.
 * Failure    CG_CANNOT_CREATE, CG_IO; CG_INTERNAL where two makings of one step differ.
 */
#ifndef CLAIMGATE_PART_ATTEMPT_H
#define CLAIMGATE_PART_ATTEMPT_H

#include "plan.h"

#include "claimgate/report/page.h"

/* Of a step, "ask" say, the folder of one number. */
struct cg_step {
    const char *name;
    const char *unit;     /* "task", "part": the option that has the number */
    const char *manifest; /* the file that says what is in the folder */
    const char *schema;   /* of that file */
};
extern const struct cg_step cg_step_ask;
extern const struct cg_step cg_step_decide;
extern const struct cg_step cg_step_answer;

struct cg_attempt {
    const struct cg_part *part;
    const struct cg_step *step;
    uint32_t number;
    char path[CG_PART_PATH_BYTES]; /* "": it is no longer there */
    int dir_fd;                    /* -1: not open */
};

/* *is_done: the folder stands, and a note has said so. CG_USAGE: the run has no task or part of
 * this number. */
cg_must_use enum cg_status cg_step_look(const struct cg_part *part, const struct cg_step *step,
                                        uint32_t number, bool *is_done, struct cg_error *err);

cg_must_use enum cg_status cg_attempt_open(const struct cg_part *part, const struct cg_step *step,
                                           uint32_t number, struct cg_attempt *out,
                                           struct cg_error *err);
/* All files are written and synced: add the manifest, which ends and is freed here, and make the
 * folder real. */
cg_must_use enum cg_status cg_attempt_keep(struct cg_attempt *attempt, struct cg_page *manifest,
                                           struct cg_error *err);
/* Remove what killed steps of the run have left. One of this number that is opened does so for its
 * own. */
void cg_attempts_sweep(const struct cg_part *part);
void cg_attempt_close(struct cg_attempt *attempt); /* removes what was not kept */

/* The manifest of a step that was made. CG_NO_INPUT: it was not; CG_BAD_DATA: it is damaged. Text
 * and document are the caller's to free, also after a failure. */
struct cg_manifest {
    char path[CG_PART_PATH_BYTES];
    struct cg_buffer text;
    struct cg_json_doc *doc;
};
cg_must_use enum cg_status cg_manifest_load(const struct cg_part *part, const struct cg_step *step,
                                            uint32_t number, struct cg_manifest *out,
                                            struct cg_error *err);
void cg_manifest_free(struct cg_manifest *manifest);

/* Set the error of something that a step made and that is not as it was made: names the command
 * that makes it again. */
enum cg_status cg_step_damaged(const struct cg_part *part, const struct cg_step *step,
                               uint32_t number, const char *what, struct cg_error *err);
/* The same of a failure to read what a step made, where that is a file with bad data or that is not
 * there; any other failure is left as it is. */
enum cg_status cg_step_blame(const struct cg_part *part, const struct cg_step *step,
                             uint32_t number, struct cg_error *err);

#endif
