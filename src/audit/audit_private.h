/*
 * What the parts of an audit share: a record of now, what was decided of it then, and the three
 * places where that can be looked up.
 */
#ifndef CLAIMGATE_AUDIT_AUDIT_PRIVATE_H
#define CLAIMGATE_AUDIT_AUDIT_PRIVATE_H

#include "service.h"

#include "claimgate/audit/audit.h"
#include "claimgate/base/arena.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/layout.h"
#include "claimgate/record/parse.h"

enum {
    CG_AUDIT_LIST_BYTES = CG_VERDICT_REASONS_BYTES,
    CG_AUDIT_NAME_BYTES = 256,
    CG_AUDIT_ID_BYTES = 80
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
    enum cg_status (*visit_rest)(void *self, cg_audit_leftover_fn fn, void *context,
                                 struct cg_error *err);
    void (*free)(void *self);
    void *self;
};

/* What report.json of a folder says of its run. */
struct cg_audit_original {
    bool is_ours;   /* report.json is there, and rejected names its source lines */
    bool same_size; /* the inputs of now have the sizes of those of then */
    int32_t as_of_day;
    int64_t run_no;       /* 0: without a ledger */
    int64_t out_of_scope; /* records, with those that the layout left out; -1: not known */
    char **inputs;        /* names */
    uint32_t input_count;
};
cg_must_use enum cg_status cg_audit_original_read(const struct cg_audit_plan *plan,
                                                  struct cg_audit_original *out,
                                                  struct cg_error *err);
void cg_audit_original_fini(struct cg_audit_original *original);

cg_must_use enum cg_status cg_audit_by_position(const char *dir,
                                                const struct cg_audit_original *original,
                                                struct cg_audit_source *out, struct cg_error *err);
cg_must_use enum cg_status cg_audit_by_key(const char *dir,
                                           const struct cg_audit_original *original,
                                           struct cg_audit_source *out, struct cg_error *err);
/* Sets as_of_day where it is CG_DAY_NONE. */
cg_must_use enum cg_status cg_audit_by_run(const struct cg_audit_plan *plan, int32_t *as_of_day,
                                           struct cg_audit_source *out, struct cg_error *err);

#endif
