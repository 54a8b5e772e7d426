/*
 * The plan of a run: plan.json, and what its steps make of it.
 */
#ifndef CLAIMGATE_PART_PLAN_H
#define CLAIMGATE_PART_PLAN_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/hash.h"
#include "claimgate/gate/field_edits.h"
#include "claimgate/json/json.h"
#include "claimgate/ledger/ledger_set.h"
#include "claimgate/part/part.h"
#include "claimgate/record/reader.h"
#include "claimgate/run/known_inputs.h"

#include <limits.h>

enum { CG_PART_PATH_BYTES = PATH_MAX + 256 };

struct cg_part_input {
    const char *file; /* as it was named */
    uint64_t bytes;   /* as they stood on disk when the plan was made */
};

/* What kind of inputs a run has. */
enum cg_part_kind { CG_PART_CSV, CG_PART_X12, CG_PART_NO_HEADER };

struct cg_part_plan {
    uint32_t parts;
    uint32_t tasks;
    const char *ledgers;          /* the folder of a ledger set, absolute; NULL: none */
    struct cg_ledger_night night; /* of it; run_no 0: every input is known, and none was begun */
    const struct cg_known_input *known; /* inputs that were left out */
    uint32_t known_count;
    const char *bound_layout; /* the name of the layout that the header fits, as reports tell it */
    const char *folder;       /* that names are told from; NULL: all are absolute */
    struct cg_part_options options;
    const struct cg_part_input *inputs;
    uint32_t input_count;
    const uint32_t *first_inputs; /* of each task, and behind the last */
    enum cg_part_kind kind;
    struct cg_text header; /* of the first input that has one */
    uint32_t header_input; /* which that is */
    uint8_t policy_sha256[CG_SHA256_BYTES];
    uint8_t layout_sha256[CG_SHA256_BYTES];  /* of the layout that is named; zeroes: none is */
    uint8_t reasons_sha256[CG_SHA256_BYTES]; /* the same */
};

struct cg_part {
    char run_dir[PATH_MAX]; /* absolute */
    struct cg_part_plan plan;
    struct cg_rules rules;
    bool is_given_up; /* its night was taken back */

    /* What the plan points into. */
    struct cg_buffer text;
    struct cg_json_doc *doc;
    struct cg_part_input *inputs;
    uint32_t *first_inputs;
    char *header;
    struct cg_known_input *known;
};

/* The document, as it is written; and a plan made of it. CG_BAD_CONFIG, CG_BAD_DATA. */
void cg_part_plan_put(struct cg_json_writer *json, const struct cg_part_plan *plan,
                      const struct cg_policy *policy, const struct cg_roster *roster);
cg_must_use enum cg_status cg_part_plan_load(struct cg_part *part, struct cg_error *err);

/* Remove all that was made of a run, its plan first. */
void cg_part_empty(const char *run_dir);

/* The inputs of a plan while it is made: those that are asked for, less what a ledger set has. */
struct cg_plan_inputs {
    const char **files; /* room for all */
    uint32_t count;
    struct cg_known_inputs known; /* room for all */
    char *ledgers;
};
/* Take back what is kept of the run's night on a set, where it is not over; the night of another
 * run is left alone. */
cg_must_use enum cg_status cg_plan_undo_night(const struct cg_part *part, const char *ledgers,
                                              struct cg_error *err);

/* SHA-256 of a layout or of codes, by the name that was given; zeroes where it is NULL. */
cg_must_use enum cg_status cg_part_hash_layout(const char *name, uint8_t out[CG_SHA256_BYTES],
                                               struct cg_error *err);
cg_must_use enum cg_status cg_part_hash_file(const char *path, uint8_t out[CG_SHA256_BYTES],
                                             struct cg_error *err);

/* "RUN/ask/3/input.json": the path of something in the run's folder. Returns `out`. */
const char *cg_part_path(const struct cg_part *part, char out[CG_PART_PATH_BYTES],
                         const char *format, ...) cg_printf_like(3, 4);

/* What comes before the inputs of a task; NULL: nothing that has a header does. */
const struct cg_reader_begun *cg_part_begun(const struct cg_part *part, uint32_t task,
                                            struct cg_reader_begun *memory);

/* How a reader reads the inputs of a task. */
struct cg_reader_plan cg_part_reader_plan(const struct cg_part *part,
                                          struct cg_reader_input *inputs, uint32_t count);

/* A file of the ledger set, for its folder to be written to; NULL: there is none. */
const char *cg_part_set_file(const struct cg_part *part, char out[CG_PART_PATH_BYTES]);

/* From here on a step can reach nothing but the run's folder and these inputs. */
void cg_part_confine(const struct cg_part *part, uint32_t first_input, uint32_t input_count);

/* Which part decides the lines of a member: its id's XXH3-64 with seed 0, modulo the parts. */
uint32_t cg_part_of_member(const struct cg_part_plan *plan, const struct cg_key *member);

/* The part of a line, or of a claim of several, which goes to that of its first member. False: its
 * lines would be decided in different parts. `lines` begins with the first of them. */
cg_must_use bool cg_part_of_lines(const struct cg_part_plan *plan, const struct cg_line *lines,
                                  uint32_t *part_no);

#endif
