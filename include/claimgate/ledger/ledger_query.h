/*
 * Questions to a ledger, for those who only read: runs, decisions, proof, copies.
 *
 * Ownership  What a visitor is given lives until it returns.
 * Threads    As ledger.h.
 * Failure    A visitor that returns anything but CG_OK stops the visit with that status.
 */
#ifndef CLAIMGATE_LEDGER_LEDGER_QUERY_H
#define CLAIMGATE_LEDGER_LEDGER_QUERY_H

#include "claimgate/base/array.h"
#include "claimgate/base/hash.h"
#include "claimgate/ledger/ledger.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum cg_run_state {
    CG_RUN_STANDS,
    CG_RUN_UNPUBLISHED, /* kept, but cut off before its folder came to its place */
    CG_RUN_WITHDRAWN,   /* a later run took it back */
};

struct cg_ledger_run_facts {
    int64_t run_no;
    const char *kind; /* "validate", "import", "release", "withdraw", "alias" */
    const char *started_at;
    const char *claimgate; /* version of the program */
    int32_t as_of_day;
    const char *policy_id; /* "" where no policy was asked */
    const char *policy_sha256;
    const char *layout; /* "": not kept */
    uint64_t providers; /* in its credentials.csv; 0: not kept */
    enum cg_run_state state;
    int64_t withdraws;     /* 0: nothing */
    int64_t withdrawn_by;  /* 0: nobody */
    const char *folder;    /* where its outputs are or should be; "" for none */
    struct cg_tally tally; /* counts and units; reasons by cg_ledger_visit_run_files */
    const char *hash;
    const char *previous_hash;
};

/* Runs in their order; run_no 0: all of them. CG_USAGE when there is no such run. */
typedef enum cg_status (*cg_ledger_run_fn)(void *context, const struct cg_ledger_run_facts *run,
                                           struct cg_error *err);
cg_must_use enum cg_status cg_ledger_visit_runs(struct cg_ledger *ledger, int64_t run_no,
                                                cg_ledger_run_fn fn, void *context,
                                                struct cg_error *err);

/* The rows of a run in the small tables. */
struct cg_ledger_run_item {
    const char *table;        /* "input", "output", "roster_file", "run_reason" or "run_count" */
    const char *name;         /* of the file or reason */
    uint64_t count;           /* records, rows or lines */
    uint64_t bytes;           /* or units; 0 for a roster file */
    const char *sha256;       /* "" for a reason */
    const char *content_hash; /* of an input its SHA-256, of an output its XXH3-128 (SHA-256 where
                               * version 1 kept the run); else "" */
};
typedef enum cg_status (*cg_ledger_item_fn)(void *context, const struct cg_ledger_run_item *item,
                                            struct cg_error *err);
cg_must_use enum cg_status cg_ledger_visit_run_items(struct cg_ledger *ledger, int64_t run_no,
                                                     cg_ledger_item_fn fn, void *context,
                                                     struct cg_error *err);

/* What a rendering provider had decided, summed up over the runs that stand, by month of service
 * and first reason ("": accepted). */
struct cg_ledger_rendered {
    int32_t month_day; /* its first */
    const char *reason;
    uint64_t lines;
    uint64_t units;
    int32_t last_day; /* of service */
};
typedef enum cg_status (*cg_ledger_rendered_fn)(void *context,
                                                const struct cg_ledger_rendered *rendered,
                                                struct cg_error *err);
cg_must_use enum cg_status cg_ledger_visit_rendered(struct cg_ledger *ledger, uint64_t npi,
                                                    cg_ledger_rendered_fn fn, void *context,
                                                    struct cg_error *err);

/* Whether any line of this member was ever decided. */
cg_must_use enum cg_status cg_ledger_knows_member(struct cg_ledger *ledger,
                                                  struct cg_text member_id, bool *known,
                                                  struct cg_error *err);

/* Members that may have used at least so many units of a cap in the period that holds a day. */
struct cg_ledger_near_question {
    const struct cg_policy *policy;
    const struct cg_cap *cap; /* of the policy */
    int32_t day_no;
    uint32_t at_least;
};
/* How they were found: by what runs have kept, or, where that does not tell of all, not at all:
 * then everybody is listed. */
enum cg_near_way {
    CG_NEAR_BY_INDEX,
    CG_NEAR_BELOW_HALF,    /* half of the cap is the least that is kept */
    CG_NEAR_SHORT_PERIODS, /* a cap of a day or of rolling months */
    CG_NEAR_OTHER_CAPS,    /* a run of the period counted otherwise, or was kept by version 1 */
};
struct cg_ledger_near {
    int64_t member_no;
    uint32_t at_most; /* used; UINT32_MAX: not known */
};
/* Into `out`, of struct cg_ledger_near, the highest bounds first; the caller ends it. What a member
 * has really used the history tells. */
cg_must_use enum cg_status cg_ledger_find_near(struct cg_ledger *ledger,
                                               const struct cg_ledger_near_question *question,
                                               struct cg_array *out, enum cg_near_way *way,
                                               struct cg_error *err);
/* The id of a member, until the next call; len 0: there is none of this number. */
cg_must_use enum cg_status cg_ledger_member_id(struct cg_ledger *ledger, int64_t member_no,
                                               struct cg_text *member_id, struct cg_error *err);

/* Each rendering provider who had an accepted line in a run that stands, of those from `since_run`
 * on, on one of the last `days` days of service that these runs have. */
typedef enum cg_status (*cg_ledger_provider_fn)(void *context, uint64_t npi, struct cg_error *err);
cg_must_use enum cg_status cg_ledger_visit_recent_providers(struct cg_ledger *ledger,
                                                            int64_t since_run, int days,
                                                            cg_ledger_provider_fn fn, void *context,
                                                            struct cg_error *err);

/* The newest policy text of the ledger, or that of a run (run_no not 0), loaded. */
cg_must_use enum cg_status cg_ledger_load_policy(struct cg_ledger *ledger, int64_t run_no,
                                                 struct cg_policy **out, struct cg_error *err);

/* One decision as it was made. */
struct cg_ledger_decision {
    int64_t line_no; /* in the order of the ledger */
    int64_t run_no;
    int64_t input_no;
    int64_t source_line;
    bool is_x12; /* source_line is the segment that the line begins with */
    const char *started_at;
    const char *source_file;
    const char *member_id; /* "" where it was invalid; */
    const char *claim_id;  /* so here */
    const char *original_claim_id;
    int32_t start_day; /* CG_DAY_NONE: invalid */
    int32_t end_day;
    char procedure[6];
    const char *modifiers;
    uint64_t rendering_npi;
    uint64_t billing_npi;
    uint16_t units; /* 0: invalid */
    uint16_t accepted_units;
    uint32_t line_number;
    struct cg_text line_id; /* what line_number stands for; len 0: it is one */
    uint8_t frequency;
    uint8_t decision; /* enum cg_decision */
    bool imported;
    bool exempt;
    bool split;
    const char *reasons;            /* joined by ';', "" for none */
    uint32_t cap_used[CG_CAPS_MAX]; /* UINT32_MAX: not tested */
    uint32_t units_used;            /* UINT32_MAX: no cap failed */
    uint32_t units_available;
    int32_t cap_day;    /* by which cg_cap_period gives the failing period; CG_DAY_NONE: not kept */
    const char *detail; /* the sentence of the rejected row; "" where it was not kept */
    bool taken_back;
    const char *taken_back_by; /* "": released by hand */
    int64_t taken_back_run;
    bool took_nothing;   /* a void or replacement that found nothing to take back */
    bool claim_replaced; /* cg_ledger_visit_freed: its claim was voided or replaced since */
    enum cg_run_state run_state;
};
typedef enum cg_status (*cg_ledger_decision_fn)(void *context,
                                                const struct cg_ledger_decision *decision,
                                                struct cg_error *err);

/* The id that a line's number stands for, until the next call; len 0: it stands for none. */
cg_must_use enum cg_status cg_ledger_line_id(struct cg_ledger *ledger, uint32_t line_number,
                                             struct cg_text *line_id, struct cg_error *err);
/* Every decision on a claim, in their order; of its lines whose number or id is written so; len 0:
 * of all. */
cg_must_use enum cg_status cg_ledger_visit_claim(struct cg_ledger *ledger, struct cg_text claim_id,
                                                 struct cg_text line, cg_ledger_decision_fn fn,
                                                 void *context, struct cg_error *err);
/* Lines of a member, in the order of their decisions, that were accepted and stood when line
 * `before` was decided; NULL: that stand now. */
cg_must_use enum cg_status cg_ledger_visit_standing(struct cg_ledger *ledger,
                                                    struct cg_text member_id,
                                                    const struct cg_ledger_decision *before,
                                                    cg_ledger_decision_fn fn, void *context,
                                                    struct cg_error *err);
/* The latest decision on each claim line that a cap rejected or cut back, of members from whom
 * lines have been taken back since. */
cg_must_use enum cg_status cg_ledger_visit_freed(struct cg_ledger *ledger, cg_ledger_decision_fn fn,
                                                 void *context, struct cg_error *err);
/* Every accepted void or replacement that found nothing to take back, and whose original came later
 * and stands. */
cg_must_use enum cg_status cg_ledger_visit_early(struct cg_ledger *ledger, cg_ledger_decision_fn fn,
                                                 void *context, struct cg_error *err);
/* What became of a line, and where it stands in the inputs of its run. */
struct cg_ledger_outcome {
    int64_t input_no; /* from 1 */
    int64_t source_line;
    uint32_t line_number;
    uint16_t accepted_units;
    uint8_t decision;    /* enum cg_decision */
    const char *reasons; /* joined by ';', "" for none; until fn returns */
};
typedef enum cg_status (*cg_ledger_outcome_fn)(void *context,
                                               const struct cg_ledger_outcome *outcome,
                                               struct cg_error *err);
/* Every line of a run, in the order in which they are kept. */
cg_must_use enum cg_status cg_ledger_visit_run_lines(struct cg_ledger *ledger, int64_t run_no,
                                                     cg_ledger_outcome_fn fn, void *context,
                                                     struct cg_error *err);

/*
 * Prove the ledger: SQLite's own integrity check, the hash of every run and the chain they make,
 * the digest of every run's lines, accumulators made anew from the lines, the index of claims, and
 * the accumulator values in each decision counted again. `fn` is told each fault in one sentence.
 */
typedef void (*cg_ledger_fault_fn)(void *context, const char *text);
cg_must_use enum cg_status cg_ledger_verify(struct cg_ledger *ledger, cg_ledger_fault_fn fn,
                                            void *context, uint64_t *faults, struct cg_error *err);

/* A line of which two runs of the same inputs accepted other numbers of units. */
struct cg_ledger_change {
    int64_t input_no;
    const char *source_file;
    int64_t source_line;
    const char *claim_id;
    int64_t claim_line; /* 0: none */
    const char *member_id;
    int32_t start_day; /* CG_DAY_NONE: invalid */
    const char *procedure;
    const char *rendering_npi;
    int frequency;                 /* enum cg_frequency; 0: invalid */
    const char *original_claim_id; /* "": none */
    bool took_then;                /* lines of the original back; with another number of units: */
    bool took_now;
    uint64_t units_then;
    uint64_t units_now;
    const char *reasons_then;
    const char *reasons_now;
};
typedef enum cg_status (*cg_ledger_change_fn)(void *context, const struct cg_ledger_change *change,
                                              struct cg_error *err);
/* Lines of which the two runs accepted other units, or of which one took its original back and the
 * other did not, in input order. Lines that one of the runs alone had in scope are no changes. */
cg_must_use enum cg_status cg_ledger_visit_changes(struct cg_ledger *ledger, int64_t run_then,
                                                   int64_t run_now, cg_ledger_change_fn fn,
                                                   void *context, struct cg_error *err);

/* A table or view as CSV with a header. CG_USAGE names the tables when there is no such one. */
cg_must_use enum cg_status cg_ledger_export(struct cg_ledger *ledger, const char *table, FILE *out,
                                            struct cg_error *err);
struct cg_ledger_copy {
    const char *path;
    gid_t group;    /* (gid_t)-1: none, mode 0600; else 0640 */
    bool overwrite; /* put it in place of a copy that is there */
};
/* A copy as one file of its own (no side files), made whole or not at all. CG_CANNOT_CREATE when
 * the file is there, or, to be replaced, is no ledger or is one that runs write to. */
cg_must_use enum cg_status cg_ledger_snapshot(struct cg_ledger *ledger,
                                              const struct cg_ledger_copy *copy,
                                              struct cg_error *err);

/* The numbers that payers gave to a claim; or the claims that have this number of a payer. */
typedef enum cg_status (*cg_ledger_number_fn)(void *context, struct cg_text id,
                                              struct cg_error *err);
cg_must_use enum cg_status cg_ledger_visit_numbers(struct cg_ledger *ledger, struct cg_text id,
                                                   bool of_payer, cg_ledger_number_fn fn,
                                                   void *context, struct cg_error *err);

/* Each claim of the ledger, as often as runs have lines of it, in no order. */
cg_must_use enum cg_status cg_ledger_visit_claim_ids(struct cg_ledger *ledger,
                                                     cg_ledger_number_fn fn, void *context,
                                                     struct cg_error *err);

#endif
