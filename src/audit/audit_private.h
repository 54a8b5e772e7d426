/*
 * What the parts of an audit share: a record of now, what was decided of it then, and the three
 * places where that can be looked up.
 */
#ifndef CLAIMGATE_AUDIT_AUDIT_PRIVATE_H
#define CLAIMGATE_AUDIT_AUDIT_PRIVATE_H

#include "service.h"

#include "claimgate/audit/audit.h"
#include "claimgate/base/arena.h"
#include "claimgate/base/array.h"
#include "claimgate/base/hash.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/layout.h"
#include "claimgate/record/parse.h"
#include "claimgate/record/scan.h"

enum {
    CG_AUDIT_LIST_BYTES = CG_VERDICT_REASONS_BYTES,
    CG_AUDIT_NAME_BYTES = 256,
    CG_AUDIT_ID_BYTES = CG_AUDIT_LISTED_ID_BYTES
};

/* A record of now. Decided; in file order. */
struct cg_audit_record {
    const struct cg_binding *binding;
    const struct cg_batch *batch;
    const struct cg_record *record;
    const struct cg_line *line; /* NULL: out of scope */
    uint32_t input_no;          /* from 0 */
    const char *input;          /* its name */
    uint64_t source_line;
    /* Of a record that is a claim each line is asked for, in order. `line` is NULL where it is out
     * of scope, or the whole record is. */
    uint32_t line_no;    /* from 0 */
    struct cg_text text; /* without line end */
    struct cg_scan_index *index;
    struct cg_arena *scratch;
};

/* The fields of a record that was split for nobody yet; false for a malformed one. They live until
 * the batch's next record is split. */
bool cg_audit_values(const struct cg_audit_record *record, struct cg_values *out);

/* Names a line: as it stands in its file. */
struct cg_audit_ids {
    char claim_id[CG_AUDIT_ID_BYTES];
    char line_number[CG_AUDIT_ID_BYTES];
    char member_id[CG_AUDIT_ID_BYTES];
};
void cg_audit_ids_of(const struct cg_audit_record *record, struct cg_audit_ids *out);

/* Of an enum cg_decision; a line that is not decided is a rejected one. */
enum cg_audit_decision cg_audit_decision_of(uint8_t decision);

/* What was decided of a line then. */
struct cg_audit_then {
    enum cg_audit_decision decision;
    uint16_t accepted_units;           /* of a cutback */
    char reasons[CG_AUDIT_LIST_BYTES]; /* joined by ';' */
    bool reasons_compare;              /* they are in our words */
    bool scope_compares;               /* accepted and out_of_scope were told apart */
};

/* A line that was decided then and that nobody has asked for. */
struct cg_audit_leftover {
    struct cg_audit_then then;
    struct cg_audit_ids ids;
    struct cg_audit_service service;
    char source_file[CG_AUDIT_NAME_BYTES]; /* "" where it is not known */
    uint64_t source_line;                  /* 0 where it is not known */
    uint16_t claim_line; /* of a record that is a claim; 0: the record is a line */
};
typedef enum cg_status (*cg_audit_leftover_fn)(void *context,
                                               const struct cg_audit_leftover *leftover,
                                               struct cg_error *err);

/* A place to look decisions of then up. Each line of each record is asked for once, in file order.
 */
struct cg_audit_source {
    enum cg_status (*find)(void *self, const struct cg_audit_record *record,
                           struct cg_audit_then *out, struct cg_error *err);
    /* `binding` is that of the inputs, which may have held no record; NULL: then neither did those
     * of then. */
    enum cg_status (*visit_rest)(void *self, const struct cg_binding *binding,
                                 cg_audit_leftover_fn fn, void *context, struct cg_error *err);
    void (*free)(void *self);
    void *self;
};

/* An input of then. */
struct cg_audit_input {
    char *name;
    uint64_t bytes;
    char sha256[CG_SHA256_HEX_BYTES];
    char content_sha256[CG_SHA256_HEX_BYTES]; /* "": not known */
};

/* What report.json of a folder says of its run. */
struct cg_audit_original {
    bool is_ours; /* report.json is there, and rejected names its source lines */
    int32_t as_of_day;
    int64_t run_no;         /* 0: without a ledger */
    int64_t out_of_scope;   /* records, with those that the layout left out; -1: not known */
    struct cg_array inputs; /* of struct cg_audit_input */
};
cg_must_use enum cg_status cg_audit_original_read(const char *dir, struct cg_audit_original *out,
                                                  struct cg_error *err);
void cg_audit_original_fini(struct cg_audit_original *original);

/* CG_INTERNAL: no memory. */
cg_must_use enum cg_status cg_audit_inputs_add(struct cg_array *inputs,
                                               const struct cg_audit_input *input,
                                               struct cg_error *err);
void cg_audit_inputs_fini(struct cg_array *inputs);
/* Of what a file holds, unpacked. */
cg_must_use enum cg_status cg_audit_content_sha256(const char *path, char hex[CG_SHA256_HEX_BYTES],
                                                   struct cg_error *err);
/* Find each input of then among the files of now, by hash, however it is compressed since where the
 * hash of its content is known: `paths` are the files in the order of the inputs. CG_NO_INPUT names
 * those that are missing, CG_USAGE a file that is none of them. */
cg_must_use enum cg_status cg_audit_inputs_match(const struct cg_run_plan *now,
                                                 const struct cg_array *inputs, const char **paths,
                                                 struct cg_error *err);

/* Several folders, or several runs of a ledger, as one history. */
struct cg_audit_history;
/* Puts the inputs of `run` in the order of the history, with the day of each. */
cg_must_use enum cg_status cg_audit_history_open(const struct cg_audit_plan *plan,
                                                 struct cg_run_plan *run,
                                                 struct cg_audit_history **out,
                                                 struct cg_audit_source *source,
                                                 struct cg_error *err);
void cg_audit_history_close(struct cg_audit_history *history); /* NULL is allowed */
/* Where it is made of folders, what is not known of each is not known of all. */
int64_t cg_audit_history_out_of_scope(const struct cg_audit_history *history);
bool cg_audit_history_is_ours(const struct cg_audit_history *history);
/* The first and the last; 0 where it is made of folders. */
void cg_audit_history_runs(const struct cg_audit_history *history, int64_t *first, int64_t *last);

cg_must_use enum cg_status cg_audit_by_position(const char *dir,
                                                const struct cg_audit_original *original,
                                                struct cg_audit_source *out, struct cg_error *err);
/* Folders one after another; `is_ours`: reasons are in our words. */
cg_must_use enum cg_status cg_audit_by_key(const char *const *dirs, uint32_t dir_count,
                                           bool is_ours, struct cg_audit_source *out,
                                           struct cg_error *err);
/* Sets as_of_day where it is CG_DAY_NONE. */
cg_must_use enum cg_status cg_audit_by_run(const struct cg_run_plan *now, int64_t run_no,
                                           int32_t *as_of_day, struct cg_audit_source *out,
                                           struct cg_error *err);
/* What `now` has read to its end is what that run took in, input by input; else CG_BAD_DATA. */
cg_must_use enum cg_status cg_audit_run_has_read(const char *ledger, int64_t run_no,
                                                 const struct cg_run *now, struct cg_error *err);

#endif
