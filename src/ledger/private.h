/*
 * What the files of this room share. Only this folder knows SQLite.
 *
 * sql        statements, and SQLite's failures as ours
 * cells      a row as cells: one form for binding, spilling and hashing
 * schema     making the file; migrate, from an older one
 * open       lock, connection, settings
 * members    member ids to numbers; numbers, pairs to numbers
 * record     decided lines to rows
 * rows       all rows of a run, in the order of the tables; write, into the tables
 * pack       what is recalled of members, as bytes; unpack, back
 * past       what a member has had, from its packed rows; fold, how these are kept;
 *            outline, in short; ahead, read before it is asked for
 * claims     claims to lines; aliases, a payer's numbers to claims
 * run        the protocol of a run; chain, its hash; recover, what a cut off run left
 * set        many ledgers as one: night, the protocol of a night (set.h)
 */
#ifndef CLAIMGATE_LEDGER_PRIVATE_H
#define CLAIMGATE_LEDGER_PRIVATE_H

#include "cells.h"

#include "claimgate/base/array.h"
#include "claimgate/base/hash_table.h"
#include "claimgate/io/sorter.h"
#include "claimgate/ledger/ledger.h"
#include "claimgate/ledger/ledger_set.h"
#include "claimgate/record/line_ids.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* members.c: the members this run has met. */

struct cg_ledger_member {
    int64_t member_no;
    uint32_t id_offset;
    uint8_t id_len;
    bool is_new; /* its row is still to be written */
};

struct cg_ledger_members {
    struct cg_array list; /* of struct cg_ledger_member, in the order met */
    struct cg_hash_table table;
    struct cg_buffer ids;
    uint64_t seed;
    int64_t last_no; /* the highest number given, in the ledger and here */
    bool ledger_has_members;
};

void cg_ledger_members_init(struct cg_ledger_members *members, int64_t last_no);
void cg_ledger_members_fini(struct cg_ledger_members *members);
/* The member's number, a new one where the ledger does not know it. 0 when member_id is no valid
 * id. */
cg_must_use enum cg_status cg_ledger_member_no(struct cg_ledger *ledger, struct cg_text member_id,
                                               int64_t *member_no, bool *is_new,
                                               struct cg_error *err);
/* The number in the ledger, 0 when it has none. */
cg_must_use enum cg_status cg_ledger_find_member(struct cg_ledger *ledger, struct cg_text member_id,
                                                 int64_t *member_no, struct cg_error *err);

/* line_ids.c: the values of claim_line that are written so, as a number and as an id: none of any
 * line where there is neither; both null for a blank text. */
cg_must_use enum cg_status cg_ledger_lines_written(struct cg_ledger *ledger, struct cg_text line,
                                                   struct cg_cell out[2], struct cg_error *err);
/* From here on the history's lines with an id have the ledger's numbers. */
void cg_ledger_lend_line_ids(struct cg_ledger *ledger, struct cg_history *history);

/* numbers.c: pairs of values that have a number in `service` or `provider`, and their texts. */
struct cg_pair {
    uint64_t first;  /* procedure, or rendering NPI */
    uint64_t second; /* modifiers, or billing NPI; field.h, 0: none */
};

struct cg_numbers {
    struct cg_array pairs; /* of struct cg_pair; number 1 stands first */
    struct cg_hash_table table;
    uint64_t seed;
};

/* What a line holds by number. */
struct cg_ledger_numbers {
    struct cg_numbers services;
    struct cg_numbers providers;
};

void cg_ledger_numbers_fini(struct cg_ledger_numbers *numbers);
/* As the tables hold them now: services, and providers as well, which are many. */
cg_must_use enum cg_status cg_ledger_services_load(struct cg_ledger *ledger, struct cg_error *err);
cg_must_use enum cg_status cg_ledger_numbers_load(struct cg_ledger *ledger, struct cg_error *err);
/* The rendering NPI of a provider and, where it is wanted, the billing NPI, whether or not
 * providers were loaded; 0: none. */
cg_must_use enum cg_status cg_ledger_provider(struct cg_ledger *ledger, uint32_t provider_no,
                                              bool with_billing, struct cg_pair *out,
                                              struct cg_error *err);
/* The number of a pair, *is_new when it was given one now; 0: no memory. */
uint32_t cg_number_of(struct cg_numbers *numbers, struct cg_pair pair, bool *is_new);
/* Zeroes for a number that was never given. */
struct cg_pair cg_pair_at(const struct cg_numbers *numbers, uint64_t number);

/* The ledger itself. */

enum { CG_LEDGER_FORM = 2 }; /* run.form: how its rows are hashed */

enum cg_run_kind { CG_RUN_VALIDATE, CG_RUN_IMPORT, CG_RUN_RELEASE, CG_RUN_WITHDRAW, CG_RUN_ALIAS };
const char *cg_ledger_kind_name(enum cg_run_kind kind); /* as run.kind has it */

struct cg_ledger_run {
    int64_t run_no; /* 0: none is open */
    enum cg_run_kind kind;
    char started_at[32];
    int32_t as_of_day;
    const struct cg_roster *roster; /* NULL: none */
    const struct cg_policy *policy; /* whose caps its lines may use up; NULL: it has no lines */
    struct cg_ledger_members members;
    struct cg_line_ids line_ids; /* that this run has met */
    struct cg_sorter *rows;      /* `line` and `take_back`, as they come */
    struct cg_buffer row;        /* one row as bytes */
    struct cg_sorter *aliases;   /* of a run of them; NULL: it is none */
    int64_t withdraws;           /* 0: nothing */
    int64_t last_line;           /* the highest line_no: at first of the ledger, then of the run */
};

/* Of a ledger that is part of a set. */
struct cg_set_mark {
    bool is_part;
    uint32_t part_no;
    uint32_t parts;
    char set_id[33];
};

/* The night under which a part is written. */
struct cg_night_of_part {
    const struct cg_ledger_set *set; /* NULL: none, a ledger by itself */
    struct cg_ledger_night night;
    char work[4096]; /* what its run row names as its staged folder */
};

/* sql.c: questions that are asked line by line. */
enum cg_look_up {
    CG_MEMBER_BY_ID,
    CG_LINE_NUMBER_BY_ID,
    CG_RENDERING_BY_NUMBER,
    CG_BILLING_BY_NUMBER,
    CG_LOOK_UPS,
};

struct cg_ledger {
    sqlite3 *db;
    char *path;  /* real path of the file */
    char *dir;   /* the folder it is in */
    int lock_fd; /* -1: a reader */
    const struct cg_policy *policy;
    bool check_whole;         /* cg_ledger_plan's */
    struct cg_joined *joined; /* joined.h: a set as one ledger, without a file of its own; NULL */
    size_t pack_bytes;        /* of decided lines that wait in memory */
    struct cg_set_mark mark;
    struct cg_night_of_part *of_night; /* NULL: a ledger by itself, or one that is read */
    struct cg_ledger_run run;
    struct cg_ledger_numbers numbers;
    struct cg_recall *recall;            /* recall.c; made when first needed */
    struct cg_ledger_ahead *ahead;       /* what recall may find read already; NULL: nothing */
    sqlite3_stmt *look_ups[CG_LOOK_UPS]; /* prepared when first needed */
    sqlite3_stmt *find_member_id;
    int64_t before_run;                /* a reader sees the runs before it; 0: all */
    char alias[CG_ID_MAX_BYTES + 1];   /* the claim that was found last */
    char line_id[CG_ID_MAX_BYTES + 1]; /* and the id of a line */
    char known_input[4096];
    char known_folder[4096];
};

/* file.c */

/* What opening a ledger to write has made or changed. */
struct cg_ledger_file {
    bool made_lock;
    bool made_ledger;
    bool has_mode; /* the file was there, with `mode` */
    mode_t mode;
};

/* The ledger's lock, waited for. CG_BUSY. */
/* flock within *left_ms, which says afterwards what is left of it. CG_BUSY, of which nothing is
 * said yet; CG_IO, CG_INTERRUPTED. */
cg_must_use enum cg_status cg_ledger_wait_for_lock(int fd, const char *path, int64_t *left_ms,
                                                   struct cg_error *err);
cg_must_use enum cg_status cg_ledger_file_lock(struct cg_ledger *ledger, int64_t seconds,
                                               struct cg_ledger_file *file, struct cg_error *err);
/* Its file, for this account alone; SQLite would make one readable for all, and its side files take
 * the mode of the file. CG_NO_PERMISSION where another account owns it. */
cg_must_use enum cg_status cg_ledger_file_make(const struct cg_ledger *ledger,
                                               struct cg_ledger_file *file, struct cg_error *err);
/* Opening has failed: all is as it was. */
void cg_ledger_file_leave(const struct cg_ledger *ledger, const struct cg_ledger_file *file);

/* sql.c */

/* A failure of SQLite as ours: text says `doing`, SQLite's own words and the mend. Ends a
 * transaction that the failure left half-way. */
enum cg_status cg_ledger_sql_failed(struct cg_ledger *ledger, const char *doing,
                                    struct cg_error *err);
cg_must_use enum cg_status cg_ledger_exec(struct cg_ledger *ledger, const char *sql,
                                          const char *doing, struct cg_error *err);
cg_must_use enum cg_status cg_ledger_prepare(struct cg_ledger *ledger, const char *sql,
                                             sqlite3_stmt **out, struct cg_error *err);
void cg_ledger_bind(sqlite3_stmt *statement, int parameter, const struct cg_cell *cell);
void cg_ledger_bind_cells(sqlite3_stmt *statement, int first, const struct cg_cell *cells,
                          size_t count);
/* A statement and what is bound to it, from ?1 on. */
struct cg_query {
    const char *sql;
    const struct cg_cell *cells;
    size_t count;
};
#define CG_QUERY(text, ...)                                                                        \
    (&(const struct cg_query){text, (const struct cg_cell[]){__VA_ARGS__},                         \
                              sizeof((const struct cg_cell[]){__VA_ARGS__}) /                      \
                                  sizeof(struct cg_cell)})
/* Each row of a query to `fn`, up to the first that fails. What a row holds lives until it returns.
 */
typedef enum cg_status (*cg_row_fn)(void *context, sqlite3_stmt *row, struct cg_error *err);
cg_must_use enum cg_status cg_ledger_each(struct cg_ledger *ledger, const struct cg_query *query,
                                          cg_row_fn fn, void *context, struct cg_error *err);
/* A cg_row_fn: the integer in the first column into the int64_t that is the context. */
enum cg_status cg_ledger_take_integer(void *context, sqlite3_stmt *row, struct cg_error *err);
/* A query that gives no row. */
cg_must_use enum cg_status cg_ledger_do(struct cg_ledger *ledger, const struct cg_query *query,
                                        struct cg_error *err);
const char *cg_text_at(sqlite3_stmt *row, int column); /* "" for NULL */
/* Step to the next row: *row false at the end, when the statement has been reset. */
cg_must_use enum cg_status cg_ledger_step(struct cg_ledger *ledger, sqlite3_stmt *statement,
                                          bool *row, struct cg_error *err);
/* Run a statement that returns no row, and reset it. */
cg_must_use enum cg_status cg_ledger_insert(struct cg_ledger *ledger, sqlite3_stmt *statement,
                                            struct cg_error *err);
/* One integer; `none` when the query has no row or NULL. Up to one integer parameter. */
cg_must_use enum cg_status cg_ledger_ask(struct cg_ledger *ledger, const char *sql,
                                         int64_t parameter, int64_t none, int64_t *out,
                                         struct cg_error *err);
/* One integer by its key; `none` when there is no row, or NULL. */
cg_must_use enum cg_status cg_ledger_look_up(struct cg_ledger *ledger, enum cg_look_up what,
                                             struct cg_cell key, int64_t none, int64_t *out,
                                             struct cg_error *err);
void cg_ledger_rollback(struct cg_ledger *ledger);
/* run.c: CG_IO where a named point failed (cg_fault). */
cg_must_use enum cg_status cg_ledger_fault_point(const char *path, int fault, struct cg_error *err);
/* One of SQLite's own checks, which gives "ok" or faults. A page that cannot be read is an error
 * and no fault. */
cg_must_use enum cg_status cg_ledger_sqlite_check(struct cg_ledger *ledger, const char *pragma,
                                                  void (*fault)(void *context, const char *text),
                                                  void *context, struct cg_error *err);

/* schema.c */
cg_must_use enum cg_status cg_ledger_schema_make(struct cg_ledger *ledger, struct cg_error *err);
/* All tables, indexes and views, in the transaction that is open. */
cg_must_use enum cg_status cg_ledger_make_tables(struct cg_ledger *ledger, struct cg_error *err);
/* CG_BAD_DATA: a file of others, or a ledger of a newer claimgate. Changes nothing. */
cg_must_use enum cg_status cg_ledger_schema_is_ours(struct cg_ledger *ledger, struct cg_error *err);
cg_must_use enum cg_status cg_ledger_schema_check(struct cg_ledger *ledger, struct cg_error *err);

/* night.c: the night of an open part has not been given up. */
cg_must_use enum cg_status cg_night_still_open(const struct cg_night_of_part *of_night,
                                               struct cg_error *err);
/* set_part.c: whose part an open ledger is. */
cg_must_use enum cg_status cg_set_read_mark(struct cg_ledger *ledger, struct cg_error *err);

/* open.c */
/* CG_USAGE for a part of a set, which is not written by itself. */
/* CG_BUSY: a redo of this ledger was cut off, and only a redo may go on. */
cg_must_use enum cg_status cg_ledger_refuse_cut_off_redo(const char *path, struct cg_error *err);
cg_must_use enum cg_status cg_ledger_refuse_part(const struct cg_ledger *ledger,
                                                 struct cg_error *err);
/* CG_NO_INPUT when no ledger is there, CG_IO when nobody can tell. */
cg_must_use enum cg_status cg_ledger_must_be_there(const char *path, struct cg_error *err);
cg_must_use enum cg_status cg_ledger_open_raw(const struct cg_ledger_plan *plan,
                                              struct cg_ledger **out, struct cg_error *err);
/* The same of a part of a set, which may lie on a file system that machines share: a night gives it
 * to one task at a time. */
cg_must_use enum cg_status cg_ledger_open_part(const struct cg_ledger_plan *plan,
                                               struct cg_ledger **out, struct cg_error *err);
/* To read, whatever it is: a part of a set too. */
cg_must_use enum cg_status cg_ledger_open_to_read(const char *path, struct cg_ledger **out,
                                                  struct cg_error *err);
cg_must_use struct cg_ledger *cg_ledger_new(void); /* NULL: no memory */
/* An empty ledger in memory; `path` is what messages call it. */
cg_must_use enum cg_status cg_ledger_open_empty(const char *path, struct cg_ledger **out,
                                                struct cg_error *err);

/* record.c: a row of `line` or `take_back`, told apart by its number of cells. */
cg_must_use enum cg_status cg_ledger_add_row(struct cg_ledger *ledger, const struct cg_cell *cells,
                                             size_t count, struct cg_error *err);

/* write.c: all rows of the open run into the tables, inside a transaction, as the commit wants them
 * carried. Gives the digest of rows_sha256, and run.last_line as it then is. */
cg_must_use enum cg_status cg_ledger_write_rows(struct cg_ledger *ledger,
                                                const struct cg_ledger_commit *commit,
                                                uint8_t rows_sha256[CG_SHA256_BYTES],
                                                struct cg_error *err);

/* correct.c: run_no is the newest that stands; else CG_USAGE. */
cg_must_use enum cg_status cg_ledger_may_withdraw(struct cg_ledger *ledger, int64_t run_no,
                                                  struct cg_error *err);
/* aliases.c: those of the open run into their table, inside a transaction. */
cg_must_use enum cg_status cg_ledger_write_aliases(struct cg_ledger *ledger, struct cg_error *err);

/* chain.c */
struct cg_rows_digest; /* over member, line and take_back rows of one run, each as it was kept */
cg_must_use struct cg_rows_digest *cg_rows_digest_new(void);
void cg_rows_digest_free(struct cg_rows_digest *digest);
enum cg_digest_part { CG_DIGEST_MEMBERS, CG_DIGEST_LINES, CG_DIGEST_TAKE_BACKS, CG_DIGEST_PARTS };
/* A row as cg_cells_append makes it. */
void cg_rows_digest_add(struct cg_rows_digest *digest, enum cg_digest_part part,
                        struct cg_text row);
void cg_rows_digest_finish(struct cg_rows_digest *digest, uint8_t out[CG_SHA256_BYTES]);
/* run.hash from what the tables hold of the run, its previous_hash included. *found false: no such
 * run. */
cg_must_use enum cg_status cg_ledger_chain_hash(struct cg_ledger *ledger, int64_t run_no,
                                                uint8_t out[CG_SHA256_BYTES], bool *found,
                                                struct cg_error *err);

/* recall.c */
struct cg_recall;
void cg_recall_free(struct cg_recall *recall); /* NULL is allowed */

/* fold.c. For tests: a run moves so much, whatever it adds. 0: as built in. */
void cg_ledger_set_fold_bytes(int64_t bytes);

/* chain.c: before a run is built on the ledger: SQLite's check of the small tables, of those a run
 * reads whole, and the hash of the newest run. CG_BAD_DATA: something was changed or is damaged. */
cg_must_use enum cg_status cg_ledger_check_newest(struct cg_ledger *ledger, struct cg_error *err);

/* chain.c: publication.hash. */
struct cg_publication {
    const char *folder;
    const char *at;
    const uint8_t *night_sha256; /* of the set's file of the night; NULL: a ledger by itself */
};
cg_must_use enum cg_status cg_ledger_publication_hash(struct cg_ledger *ledger, int64_t run_no,
                                                      const struct cg_publication *publication,
                                                      uint8_t out[CG_SHA256_BYTES],
                                                      struct cg_error *err);

/* Of a list of lines as JSON: some millions of numbers. */
enum { CG_LINE_LIST_MAX_BYTES = 60 << 20 };

/* claims.c: the numbers of all lines of a claim, "[12,14]", for json_each. */
cg_must_use enum cg_status cg_ledger_claim_lines(struct cg_ledger *ledger, struct cg_text claim_id,
                                                 struct cg_buffer *out, struct cg_error *err);

/* migrate.c: version 1 to 2, inside a transaction. */
cg_must_use enum cg_status cg_ledger_migrate(struct cg_ledger *ledger, struct cg_error *err);

/* run.c */
void cg_ledger_drop_run(struct cg_ledger *ledger); /* roll back the open run, and forget it */
void cg_ledger_forget_run(struct cg_ledger *ledger);
/* Rows can be added to a run of this number, behind last_line. */
cg_must_use enum cg_status cg_ledger_reset_run(struct cg_ledger *ledger, int64_t run_no,
                                               int64_t last_line, struct cg_error *err);
/* Write the run row and everything small, in the transaction; then seal it with its hash. */
cg_must_use enum cg_status cg_ledger_write_run(struct cg_ledger *ledger,
                                               const struct cg_ledger_commit *commit,
                                               const uint8_t rows_sha256[CG_SHA256_BYTES],
                                               struct cg_error *err);
/* The inode of the folder that holds the staged and the final one; 0 when it cannot be known. */
int64_t cg_ledger_parent_inode(const struct cg_staging *staging);
/* night_sha256 as cg_publication has it. */
cg_must_use enum cg_status cg_ledger_mark_published(struct cg_ledger *ledger, int64_t run_no,
                                                    const char *folder, const uint8_t *night_sha256,
                                                    struct cg_error *err);
cg_must_use enum cg_status cg_ledger_begin_kind(struct cg_ledger *ledger, enum cg_run_kind kind,
                                                int32_t as_of_day, struct cg_error *err);
/* Take back run_no as a run of its own. */
cg_must_use enum cg_status cg_ledger_write_withdrawal(struct cg_ledger *ledger, int64_t run_no,
                                                      struct cg_error *err);

/* recover.c. Does `folder` hold all these files, whole? */
cg_must_use enum cg_status cg_ledger_folder_holds(const char *folder,
                                                  const struct cg_ledger_output *outputs,
                                                  uint32_t count, bool *whole,
                                                  struct cg_error *err);
/* The folder that holds the staged one is there, and the one it was (inode 0: not known). */
cg_must_use enum cg_status cg_ledger_look_for_parent(const char *staged_path, int64_t parent_inode,
                                                     bool *is_there, struct cg_error *err);
cg_must_use enum cg_status cg_ledger_finish_cut_off(struct cg_ledger *ledger,
                                                    const struct cg_ledger_recovery *recovery,
                                                    uint32_t *recovered, struct cg_error *err);

/* decision.c: the values in `cap_used`, "[0,null,42]", UINT32_MAX for null; returns how
 * many. */
uint32_t cg_ledger_read_cap_used(const struct cg_cell *cell, uint32_t used[CG_CAPS_MAX]);

/* UTC, "2026-11-22T03:50:03Z". */
void cg_ledger_now(char out[32]);

#endif
