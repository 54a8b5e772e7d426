/*
 * Ledger: decisions that outlive a run, in one SQLite file.
 *
 * A run opens the ledger for writing, asks which inputs it has taken in already, begins, lets the
 * history recall each member it meets, records every batch once it is decided, and commits:
 * decisions and published folder become real together or not at all. The protocol stands as a
 * table at the top of src/ledger/run.c. ledger_query.h is for those who only read.
 *
 * Ownership  _open/_close. Plans and what they point to outlive the call they are given to.
 * Threads    One at a time, but for cg_ledger_rows_make beside cg_ledger_rows_insert, and for
 *            cg_ledger_record and cg_ledger_ahead_read beside all that comes before the commit.
 * Memory     Decided lines are kept packed, at most CG_LEDGER_PACK_BYTES of them; beyond that they
 *            go to a nameless file beside the ledger. About 40 bytes for each member met.
 * Failure    After any failure the ledger is as it was before the run, or the next opening for
 *            writing makes it so. CG_BUSY: another run is writing.
 */
#ifndef CLAIMGATE_LEDGER_LEDGER_H
#define CLAIMGATE_LEDGER_LEDGER_H

#include "claimgate/base/error.h"
#include "claimgate/base/hash.h"
#include "claimgate/gate/history.h"
#include "claimgate/gate/tally.h"
#include "claimgate/io/staging.h"
#include "claimgate/record/batch.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_ledger;

enum {
    CG_LEDGER_SCHEMA = 2, /* of the files that this program writes */
    CG_LEDGER_PACK_BYTES = 64 << 20,
    CG_LEDGER_HEAD_BYTES = 1 << 20
};

const char *cg_ledger_library(void); /* "3.40.1", the SQLite that is linked */

struct cg_ledger_plan {
    const char *path;
    int64_t lock_wait_seconds;
    /* A redo that is cut off has taken nights back, whose room in the caps nobody else may take: it
     * leaves "<path>-redo", and only a redo opens the ledger then. Others: CG_BUSY. */
    bool is_redo;
    /* The policy of the run; NULL where none is needed (ledger recover, withdraw). A ledger belongs
     * to the first policy id it meets. */
    const struct cg_policy *policy;
    bool check_whole; /* before a run is built on it: SQLite's quick_check of all its pages */
};

/*
 * Open for writing: waits for the lock, makes the file where there is none (0600), migrates an
 * older schema in one transaction, and finishes or undoes what an earlier run was cut off in
 * (said in a note). Hold it open from before the staging folder is made until after the run.
 *
 * CG_BUSY: another run holds the lock. CG_BAD_CONFIG: the ledger has another policy id.
 * CG_BAD_DATA: no ledger, or one of a newer claimgate. CG_CANNOT_CREATE: a run that was cut off
 * cannot be published where it should (names `ledger recover --to DIR | --discard`).
 */
cg_must_use enum cg_status cg_ledger_open(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                          struct cg_error *err);

/* The same for a ledger that must be there: CG_NO_INPUT when it is not. */
cg_must_use enum cg_status cg_ledger_open_existing(const struct cg_ledger_plan *plan,
                                                   struct cg_ledger **out, struct cg_error *err);

/* Open for reading: sees the last committed state, also while a run is writing; changes nothing
 * and makes no file. CG_NO_INPUT when there is none. */
cg_must_use enum cg_status cg_ledger_open_reader(const char *path, struct cg_ledger **out,
                                                 struct cg_error *err);
/* By its first bytes, the file at `path` is a ledger of this version, or it is the folder of a set:
 * where it cannot be opened for what it holds (CG_BAD_DATA), it is damaged. */
bool cg_ledger_was_made(const char *path);

/* Open for reading what a run under plan->policy would open for writing: CG_BAD_CONFIG when the
 * ledger has another policy id. Where there is no ledger yet, *is_new is set and an empty one in
 * memory stands in for it; its folder must be there all the same. */
cg_must_use enum cg_status cg_ledger_open_dry(const struct cg_ledger_plan *plan,
                                              struct cg_ledger **out, bool *is_new,
                                              struct cg_error *err);
void cg_ledger_close(struct cg_ledger *ledger); /* NULL is allowed; an open run is dropped */

/* An input that some standing run has taken in. Texts live until the next call. */
struct cg_ledger_known {
    int64_t run_no;
    const char *input;  /* its name in that run */
    const char *folder; /* absolute path of that run's outputs; "" for an import */
    /* Asked for before: a "release" or an "alias" alone, for an 835 may be given to both; NULL:
     * runs that take in claims. */
    const char *kind;
};
/* Identity is the SHA-256 of the decompressed content. `head` is that of its first
 * CG_LEDGER_HEAD_BYTES (of all, when shorter): only where it matches need the input be read ahead
 * whole. Inputs without records and runs taken back are never known. */
cg_must_use enum cg_status cg_ledger_knows_head(struct cg_ledger *ledger,
                                                const uint8_t head_sha256[CG_SHA256_BYTES],
                                                bool *known, struct cg_error *err);
cg_must_use enum cg_status cg_ledger_find_content(struct cg_ledger *ledger,
                                                  const uint8_t content_sha256[CG_SHA256_BYTES],
                                                  bool *known, struct cg_ledger_known *out,
                                                  struct cg_error *err);

/* Begin a run under plan.policy. Nothing is written before the commit. The number is the run's for
 * good, unless the run never commits. */
cg_must_use enum cg_status cg_ledger_begin(struct cg_ledger *ledger, const struct cg_roster *roster,
                                           int32_t as_of_day, struct cg_error *err);
int64_t cg_ledger_run_no(const struct cg_ledger *ledger);

/* A cg_recall_fn; the context is the struct cg_ledger, open for writing with a run begun or open
 * for reading with cg_ledger_recall_for. */
enum cg_status cg_ledger_recall(void *ledger, struct cg_text member_id, struct cg_member *member,
                                struct cg_error *err);
/* For a reader: recall for lines under `policy`. `before_run`: the ledger as it was before that
 * run; 0: as it is now. */
cg_must_use enum cg_status cg_ledger_recall_for(struct cg_ledger *ledger,
                                                const struct cg_policy *policy, int64_t before_run,
                                                struct cg_error *err);

/* What the members of batches have had, read before it is asked for: for the run that has begun, or
 * the reader, up to `depth` batches at a time. NULL where nothing can be read so, which is no
 * failure: recall reads whatever was not read before. Free it before the commit, and before the
 * ledger. Memory: 12 MiB of lines, and for each of up to eight threads about 1. */
struct cg_ledger_ahead;
struct cg_ledger_ahead *cg_ledger_ahead_new(struct cg_ledger *ledger, uint32_t threads,
                                            uint32_t depth);
void cg_ledger_ahead_free(struct cg_ledger_ahead *ahead); /* NULL is allowed */
/* For a batch that is parsed. On any thread, several at once. */
void cg_ledger_ahead_read(struct cg_ledger_ahead *ahead, const struct cg_batch *batch);
/* Around the recalls for that batch, by the thread that recalls. */
void cg_ledger_ahead_begin(struct cg_ledger_ahead *ahead, const struct cg_batch *batch);
void cg_ledger_ahead_end(struct cg_ledger_ahead *ahead, const struct cg_batch *batch);

/* Give the members of a batch their numbers; batches in file order, by the thread that recalls. */
cg_must_use enum cg_status cg_ledger_number_members(struct cg_ledger *ledger,
                                                    struct cg_batch *batch, struct cg_error *err);
/* Take in the decided lines of a batch after that; batches in file order. batch->source_no is the
 * index into the commit's inputs, batch->first_line set, and line->detail where a row was rejected.
 * Malformed records are not kept. */
cg_must_use enum cg_status cg_ledger_record(struct cg_ledger *ledger, const struct cg_batch *batch,
                                            struct cg_error *err);

struct cg_ledger_input {
    const char *file; /* as named on the command line */
    uint64_t bytes;   /* as they stand on disk */
    uint64_t records;
    uint8_t sha256[CG_SHA256_BYTES]; /* of those bytes */
    uint8_t content_sha256[CG_SHA256_BYTES];
    uint8_t head_sha256[CG_SHA256_BYTES];
};

/* One file of the staged folder, report.json too: a run that was cut off is published only when all
 * of them are there, whole. */
struct cg_ledger_output {
    const char *file; /* name in the folder */
    uint64_t bytes;
    uint64_t records;
    uint8_t sha256[CG_SHA256_BYTES];
    uint8_t content_xxh128[CG_XXH128_BYTES]; /* decompressed */
};

/*
 * The rows of a run on their way into the tables, in blocks numbered from 0. Making them is a
 * quarter of the work and SQLite the rest, so the two are calls of their own: each is given the
 * blocks one by one in order, on any thread, and a block is inserted after it was made and before
 * the one CG_LEDGER_ROW_BLOCKS further on is.
 */
struct cg_ledger_rows;
enum { CG_LEDGER_ROW_BLOCKS = 4 };
/* *is_last: no more come after it. CG_INTERRUPTED: a stop was requested. */
cg_must_use enum cg_status cg_ledger_rows_make(struct cg_ledger_rows *rows, uint64_t block_no,
                                               bool *is_last, struct cg_error *err);
cg_must_use enum cg_status cg_ledger_rows_insert(struct cg_ledger_rows *rows, uint64_t block_no,
                                                 struct cg_error *err);

struct cg_ledger_commit {
    const struct cg_ledger_input *inputs;
    uint32_t input_count;
    const struct cg_ledger_output *outputs;
    uint32_t output_count;
    const struct cg_tally *tally;
    const char *layout;         /* NULL: none */
    struct cg_staging *staging; /* synced */
    /* Make and insert every block of rows, up to the first failure. NULL: one after the other. */
    enum cg_status (*carry)(void *context, struct cg_ledger_rows *rows, struct cg_error *err);
    void *carry_context;
};

/* Keep the run's decisions in one transaction, publish its folder, mark it published. When it fails
 * with *kept set, the decisions are durable and the staged folder must be left alone
 * (cg_staging_close with keep): the next opening for writing finishes the run. */
cg_must_use enum cg_status cg_ledger_commit(struct cg_ledger *ledger,
                                            const struct cg_ledger_commit *commit, bool *kept,
                                            struct cg_error *err);

/* What to do with a run whose folder cannot be published where it should. */
struct cg_ledger_recovery {
    const char *to; /* publish it there instead (absolute or relative path); NULL: where it was
                       meant to go */
    bool discard;   /* take the run back and remove its staged folder */
};
/* Like cg_ledger_open without a policy, with that choice. *recovered: runs finished or taken back.
 * Of a set (ledger_set.h) its open night is finished or undone, for who calls this says that no
 * task of it runs any more. */
cg_must_use enum cg_status cg_ledger_recover(const struct cg_ledger_plan *plan,
                                             const struct cg_ledger_recovery *recovery,
                                             uint32_t *recovered, struct cg_error *err);

/* Take back a whole run, the newest that stands, as a run of its own. Its folder is left where it
 * is. CG_USAGE when run_no is not the newest that stands (names it). */
cg_must_use enum cg_status cg_ledger_withdraw(struct cg_ledger *ledger, int64_t run_no,
                                              struct cg_error *err);

/* Begin a run of lines that were paid elsewhere: recall and cg_ledger_record as in any run, then
 * cg_ledger_commit without outputs and staging. */
cg_must_use enum cg_status cg_ledger_begin_import(struct cg_ledger *ledger, int32_t as_of_day,
                                                  struct cg_error *err);

/* Begin a run that frees accepted lines which adjudication denied later: cg_ledger_release for each
 * line of the file, then cg_ledger_commit. */
cg_must_use enum cg_status cg_ledger_begin_release(struct cg_ledger *ledger, int32_t as_of_day,
                                                   struct cg_error *err);
struct cg_ledger_release {
    uint32_t input_no; /* index into the commit's inputs */
    uint64_t source_line;
    struct cg_text claim_id;
    struct cg_text line; /* its number or id, as it is written; len 0: every line of the claim */
    struct cg_text member_id; /* len 0: of whatever member */
};
/* Whether any line of it is told by an id. */
cg_must_use enum cg_status cg_ledger_has_line_ids(struct cg_ledger *ledger, bool *has,
                                                  struct cg_error *err);
/* Accepted lines that it frees, and their units; 0 when none stands. */
struct cg_ledger_freed {
    uint64_t lines;
    uint64_t units;
};
cg_must_use enum cg_status cg_ledger_release(struct cg_ledger *ledger,
                                             const struct cg_ledger_release *release,
                                             struct cg_ledger_freed *freed, struct cg_error *err);

/* Begin a run that takes in numbers which a payer gave to claims: cg_ledger_add_alias for each,
 * then cg_ledger_commit. */
cg_must_use enum cg_status cg_ledger_begin_alias(struct cg_ledger *ledger, int32_t as_of_day,
                                                 struct cg_error *err);
struct cg_ledger_alias {
    struct cg_text claim_id;
    struct cg_text payer_claim_id;
    struct cg_text member_id; /* len 0: of whatever member */
};
/* *known false: the ledger has no such member, and the number is not kept. */
cg_must_use enum cg_status cg_ledger_add_alias(struct cg_ledger *ledger,
                                               const struct cg_ledger_alias *alias, bool *known,
                                               struct cg_error *err);

/* Let a history number lines that have an id as earlier runs did, and look numbers up that
 * take-backs name, where the ledger has any, as far as
 * cg_ledger_begin or cg_ledger_recall_for let it look. The ledger outlives the history. */
cg_must_use enum cg_status cg_ledger_lend_numbers(struct cg_ledger *ledger,
                                                  struct cg_history *history, struct cg_error *err);

#endif
