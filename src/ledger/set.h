/*
 * What the files of a ledger set are made of: set.json, the mark in each part, night.json.
 *
 * Ownership  A night's file is the caller's memory; _fini frees what it points to.
 */
#ifndef CLAIMGATE_LEDGER_SET_H
#define CLAIMGATE_LEDGER_SET_H

#include "claimgate/base/buffer.h"
#include "claimgate/json/json.h"
#include "claimgate/ledger/ledger_set.h"
#include "private.h"

#include <limits.h>

enum {
    CG_SET_ID_BYTES = 33,
    CG_SET_POLICY_BYTES = 65,
    CG_SET_NAME_BYTES = 32, /* "part-000.ledger", "nights/12345.json" */
    CG_SET_FILE_BYTES = 1 << 20,
};

struct cg_ledger_set {
    char *path;
    int dir_fd;
    int lock_fd; /* -1: not locked */
    uint32_t parts;
    char id[CG_SET_ID_BYTES];
    char policy_id[CG_SET_POLICY_BYTES];
};

/* set_file.c */

/* 32 hex digits that nobody has seen before. */
cg_must_use enum cg_status cg_set_new_id(char out[CG_SET_ID_BYTES], struct cg_error *err);
/* A small file below the set's folder: written beside its place and synced, then given its name,
 * over what has it, or, `exclusive`, only where nothing has (CG_BUSY). */
cg_must_use enum cg_status cg_set_write(const struct cg_ledger_set *set, const char *name,
                                        const struct cg_buffer *text, bool exclusive,
                                        struct cg_error *err);
/* Its text; *is_there false: nothing has the name. */
cg_must_use enum cg_status cg_set_read(const struct cg_ledger_set *set, const char *name,
                                       struct cg_buffer *out, bool *is_there, struct cg_error *err);
/* Make renames in the set's folder last. */
cg_must_use enum cg_status cg_set_sync(const struct cg_ledger_set *set, struct cg_error *err);
/* Read and check set.json of set->path. */
cg_must_use enum cg_status cg_set_load(struct cg_ledger_set *set, struct cg_error *err);
cg_must_use enum cg_status cg_set_write_description(const struct cg_ledger_set *set,
                                                    struct cg_error *err);
/* CG_BAD_CONFIG where the set belongs to another policy. */
cg_must_use enum cg_status cg_set_check_policy(const struct cg_ledger_set *set,
                                               const char *policy_id, struct cg_error *err);
/* What begins or ends a night is done by one process of this machine at a time. CG_BUSY. */
cg_must_use enum cg_status cg_set_lock(struct cg_ledger_set *set, int64_t wait_seconds,
                                       struct cg_error *err);
void cg_set_unlock(struct cg_ledger_set *set);

/* set.c */

/* Makes the files of a set in a folder that has none yet but nights/. */
typedef enum cg_status (*cg_set_fill_fn)(void *context, struct cg_ledger_set *set,
                                         struct cg_error *err);
/* A set like `set` in a new folder, which appears whole. */
cg_must_use enum cg_status cg_set_make(const char *path, struct cg_ledger_set set,
                                       cg_set_fill_fn fill, void *context, struct cg_error *err);

/* set_part.c */

/* Where a part is the set's, else a sentence; `path` is what messages call it. */
void cg_set_part_path(const struct cg_ledger_set *set, uint32_t part_no, char out[PATH_MAX]);
cg_must_use enum cg_status cg_set_write_mark(struct cg_ledger *ledger,
                                             const struct cg_ledger_set *set, uint32_t part_no,
                                             struct cg_error *err);
/* Open part `part_no`: to write where `plan` is not NULL, else to read. CG_BAD_DATA: it is missing
 * or is not that part of this set. */
cg_must_use enum cg_status cg_set_open_part(const struct cg_ledger_set *set, uint32_t part_no,
                                            const struct cg_ledger_plan *plan,
                                            struct cg_ledger **out, struct cg_error *err);
/* The last run of a part, whether it stands and is published. */
struct cg_set_last_run {
    int64_t run_no;    /* 0: none */
    int64_t withdraws; /* 0: nothing */
    bool is_published;
    uint8_t hash[CG_SHA256_BYTES];
};
cg_must_use enum cg_status cg_set_last_run(struct cg_ledger *ledger, struct cg_set_last_run *out,
                                           struct cg_error *err);
/* Whether the part has a run of this number and hash. */
cg_must_use enum cg_status cg_set_run_is(struct cg_ledger *ledger, int64_t run_no,
                                         const uint8_t hash[CG_SHA256_BYTES], bool *same,
                                         struct cg_error *err);
/* *differs: 1 where the part has marked that run as published with another file of the night. */
cg_must_use enum cg_status cg_set_night_differs(struct cg_ledger *ledger, int64_t run_no,
                                                const uint8_t night_sha256[CG_SHA256_BYTES],
                                                int64_t *differs, struct cg_error *err);
/* The run that all parts have as their last. CG_BAD_DATA: they do not agree, and no night is open.
 */
cg_must_use enum cg_status cg_set_agreed_run(const struct cg_ledger_set *set, int64_t *run_no,
                                             struct cg_error *err);
/* For whoever only reads: as cg_set_agreed_run, but while a night is open its parts need not agree.
 */
cg_must_use enum cg_status cg_set_refuse_torn(const struct cg_ledger_set *set,
                                              struct cg_error *err);

/* night_file.c */

enum cg_night_stage { CG_NIGHT_STAGE_OPEN, CG_NIGHT_STAGE_WHOLE, CG_NIGHT_STAGE_UNDONE };

/* Texts are views into `doc` once it was read. */
struct cg_night_file {
    struct cg_ledger_night night;
    enum cg_night_stage stage;
    const char *kind;
    const char *started_at;
    const char *claimgate;
    const char *host;
    const char *account;
    int64_t process;
    bool by_one_process; /* under the set's lock from begin to end */
    int64_t withdraws;   /* 0: nothing */
    const char *work;    /* the rest "" or 0 where there is none */
    const char *staging;
    const char *folder;
    int64_t parent_inode; /* of the folder that holds both; 0: not known */
    const struct cg_ledger_output *outputs;
    uint32_t output_count;
    const uint8_t (*run_hashes)[CG_SHA256_BYTES]; /* as many as the set has parts, or NULL */
    /* What a file that was read owns. */
    struct cg_buffer text;
    struct cg_json_doc *doc;
    struct cg_ledger_output *own_outputs;
    uint8_t (*own_hashes)[CG_SHA256_BYTES];
};

/* night.json, or nights/N.json for run_no N; *is_there false: neither has this name. CG_BAD_DATA:
 * it is damaged, or of another set. */
cg_must_use enum cg_status cg_night_read(const struct cg_ledger_set *set, int64_t run_no,
                                         struct cg_night_file *out, bool *is_there,
                                         struct cg_error *err);
void cg_night_fini(struct cg_night_file *file);
/* night.json; `exclusive`: only where no night is open (CG_BUSY, which says who holds it). */
cg_must_use enum cg_status cg_night_write(const struct cg_ledger_set *set,
                                          const struct cg_night_file *file, bool exclusive,
                                          struct cg_error *err);
/* night.json becomes nights/N.json; that is durable. */
cg_must_use enum cg_status cg_night_close(const struct cg_ledger_set *set, int64_t run_no,
                                          struct cg_error *err);
/* night.json goes: nothing of it was kept. */
cg_must_use enum cg_status cg_night_remove(const struct cg_ledger_set *set, struct cg_error *err);
/* CG_BUSY, with who holds it. */
enum cg_status cg_night_refuse(const struct cg_ledger_set *set, const struct cg_night_file *file,
                               struct cg_error *err);

/* night.c */

/* CG_BUSY where a night is open; one that a single process of this machine has begun and left is
 * recovered first, for the caller has the set's lock. */
cg_must_use enum cg_status cg_night_wait(struct cg_ledger_set *set, int64_t seconds,
                                         struct cg_error *err);
/* CG_BUSY where a night is open, whosever it is. */
cg_must_use enum cg_status cg_night_refuse_open(const struct cg_ledger_set *set,
                                                struct cg_error *err);
/* A part that is open to write gets to know its night. */
cg_must_use enum cg_status cg_night_enter(const struct cg_ledger_set *set,
                                          const struct cg_ledger_night *night, const char *work,
                                          struct cg_ledger *part, struct cg_error *err);

/* night.json, which must be of this night: CG_USAGE when it is not, or is not there. */
cg_must_use enum cg_status cg_night_read_own(const struct cg_ledger_set *set,
                                             const struct cg_ledger_night *night,
                                             struct cg_night_file *out, struct cg_error *err);
/* A night whose file is whole: its folder stands at its place, so mark each part and close it. */
cg_must_use enum cg_status cg_night_mark_all(const struct cg_ledger_set *set,
                                             const struct cg_night_file *file, const char *folder,
                                             struct cg_error *err);
/* The hashes of the night's runs. CG_NO_INPUT: a part does not have its run yet. */
cg_must_use enum cg_status cg_night_gather_hashes(const struct cg_ledger_set *set,
                                                  const struct cg_night_file *file,
                                                  uint8_t (*out)[CG_SHA256_BYTES],
                                                  struct cg_error *err);

/* night_end.c */

/* A night without a folder whose runs are in all parts: its file lists them, and is closed. */
cg_must_use enum cg_status cg_night_end_without_folder(const struct cg_ledger_set *set,
                                                       struct cg_night_file *file,
                                                       struct cg_error *err);

/* night_recover.c */

/* A night that takes a run back, in every part, to its end. */
cg_must_use enum cg_status cg_night_withdraw_all(const struct cg_ledger_set *set,
                                                 const struct cg_ledger_night *night,
                                                 struct cg_error *err);
/* Recover the open night under the set's lock. */
cg_must_use enum cg_status cg_night_recover(struct cg_ledger_set *set,
                                            const struct cg_ledger_recovery *recovery,
                                            uint32_t *recovered, struct cg_error *err);

/* cg_ledger_recover of a set: finish or undo the open night, for no task of it runs any more. */
cg_must_use enum cg_status cg_set_recover(const struct cg_ledger_plan *plan,
                                          const struct cg_ledger_recovery *recovery,
                                          uint32_t *recovered, struct cg_error *err);

/* Go on with a night whose file is whole, as far as its folder is there, staged or published.
 * *done: it is over; else neither is there, or a staged one is to be discarded. */
cg_must_use enum cg_status cg_night_go_on(const struct cg_ledger_set *set,
                                          struct cg_night_file *file,
                                          const struct cg_ledger_recovery *recovery, bool *done,
                                          struct cg_error *err);

#endif
