/*
 * Part: a run cut into steps that are processes of their own, on one machine or many.
 *
 * A run is a folder, RUN. `plan` gives the inputs to tasks and fixes all that steps must agree on;
 * `ask` reads the inputs of a task and hands the lines in scope on, by member, to parts; `decide`
 * gives the lines of a part, those of all tasks in their order, to the history; `answer` reads the
 * inputs again and puts the decisions to them; `merge` makes one folder of what all tasks wrote.
 * Each makes a folder in RUN, whole or not at all, and does nothing where it stands already.
 *
 * Ownership  A cg_part is opened for one step, and freed. Rules outlive it.
 * Threads    Called from one thread; the belts make their own.
 * Failure    CG_BAD_CONFIG: another program, policy, roster or layout than the plan's;
 *            CG_NO_INPUT: the step before has not been made; CG_BAD_DATA: what it made is damaged;
 *            CG_INTERNAL: two makings of one step differ, or it was decided under other rules.
 */
#ifndef CLAIMGATE_PART_PART_H
#define CLAIMGATE_PART_PART_H

#include "claimgate/base/error.h"
#include "claimgate/io/limits.h"
#include "claimgate/report/run_facts.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"
#include "claimgate/run/checks.h"
#include "claimgate/x12/x12.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { CG_PARTS_MAX = 1024, CG_TASKS_MAX = 10000 };

/* What every step must know of a run; as the options of `validate` have it. */
struct cg_part_options {
    const char *roster;
    const char *policy;
    const char *layout;
    int32_t as_of_day;
    bool multiline;
    bool allow_empty;
    struct cg_x12_options x12;
    bool ack;
    const char *payer_id;
    const char *reasons; /* a payer's own codes for the acknowledgment */
    bool with_decisions;
    bool no_sandbox;
    int64_t level;
    int64_t threads; /* -1: as many as the machine of the step has cores */
    struct cg_limits limits;
};

struct cg_part_request {
    const char *run_dir;
    const char *const *inputs;
    uint32_t input_count;
    const char *ledgers; /* the folder of a ledger set; NULL: none */
    uint32_t parts;      /* 0: those of the set */
    uint32_t tasks;
    bool replaces;   /* a plan that says something else goes, with all that was made of it */
    bool keeps_date; /* as_of_day was not asked for: that of a plan which stands is as good */
    struct cg_part_options options;
};

/* Write RUN/plan.json. One that says the same may stand; CG_INTERNAL where it says something else.
 */
cg_must_use enum cg_status cg_part_plan(const struct cg_part_request *request,
                                        const struct cg_policy *policy,
                                        const struct cg_roster *roster, struct cg_error *err);

struct cg_part;

/* Read the plan of a run, and go to the folder that its names are told from. */
cg_must_use enum cg_status cg_part_open(const char *run_dir, struct cg_part **out,
                                        struct cg_error *err);
void cg_part_free(struct cg_part *part); /* NULL is allowed */
const struct cg_part_options *cg_part_options_of(const struct cg_part *part);
const char *cg_part_input_of(const struct cg_part *part, uint32_t i); /* NULL: behind the last */
const char *cg_part_ledgers_of(const struct cg_part *part);           /* NULL: none */

/* Before a step: the rules, which must be those of the plan. */
cg_must_use enum cg_status cg_part_take_rules(struct cg_part *part, const struct cg_policy *policy,
                                              const struct cg_roster *roster, struct cg_error *err);

/* The steps. CG_USAGE: the run has no such task or part. */
cg_must_use enum cg_status cg_part_ask(struct cg_part *part, uint32_t task, struct cg_error *err);
cg_must_use enum cg_status cg_part_decide(struct cg_part *part, uint32_t part_no,
                                          struct cg_error *err);
cg_must_use enum cg_status cg_part_answer(struct cg_part *part, uint32_t task,
                                          struct cg_error *err);

struct cg_part_merge {
    const char *out; /* absolute, or from the folder of the plan */
    bool overwrite;
    bool one_file;  /* the pieces of all tasks become one file, that of a run without parts */
    bool read_back; /* what was written is read again and hashed before it is published */
    bool with_page; /* report.html as well */
    gid_t group;
    struct cg_run_checks checks;
    const char *metrics; /* a file that is written afterwards; NULL: none */
    /* Called with what the whole run has come to. */
    void (*tell)(void *context, const struct cg_run_facts *facts);
    void *context;
};

/* A folder that an earlier merge of this run has published is as good as one of this. Where
 * nothing is published of a night on a ledger set, for a check was not passed, it is taken back in
 * all parts. */
cg_must_use enum cg_status cg_part_merge(struct cg_part *part, const struct cg_part_merge *merge,
                                         struct cg_error *err);
/* A merge has taken back the night, so that the run is of no use any more. */
bool cg_part_is_given_up(const struct cg_part *part);

/* Of a run on one machine: all of ask, decide and answer as processes of this program, `jobs` at a
 * time. A step that fails for good ends it, with its status; the same again goes on from there. */
cg_must_use enum cg_status cg_part_run_steps(const struct cg_part *part, uint32_t jobs,
                                             struct cg_error *err);
/* The right to run them in this folder, until the descriptor is closed. CG_BUSY. */
cg_must_use enum cg_status cg_part_lock(const char *run_dir, int *fd, struct cg_error *err);
/* Remove the folder of a run. False when something is left. */
bool cg_part_remove(const char *run_dir);

#endif
