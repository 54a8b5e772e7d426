/*
 * What the passes of `ledger verify` share.
 *
 * The runs are walked in one thread; SQLite's check and the members in another, on a connection of
 * its own that sees the same state. Of what they share each writes its own fields. Then their sums
 * are compared.
 *
 * What is derived is proved by sums: over the lines, walked once in their order, and over what is
 * kept of members and claims, walked in its own, a hash of each entry is added up run by run. Both
 * must come to the same, whatever the order; so no pass holds more than a stretch of members. The
 * hashes are seeded anew each time, so that nobody can make a change that cancels out.
 */
#ifndef CLAIMGATE_LEDGER_VERIFY_H
#define CLAIMGATE_LEDGER_VERIFY_H

#include "claimgate/base/progress.h"
#include "claimgate/ledger/ledger_query.h"
#include "pack.h"

/* Of one run. */
struct cg_verify_sums {
    uint64_t lines; /* entries that its lines and take-backs give */
    uint64_t used;  /* units used before, as its decisions have them */
    int64_t policy_no;
    bool withdrawn;
    uint64_t past; /* by the walk over members: entries that are kept of them, */
    uint64_t counted;
    bool no_policy; /* and that its policy cannot be read */
};

struct cg_verify {
    struct cg_ledger *ledger;
    cg_ledger_fault_fn fn; /* NULL: faults are held until they can be told */
    void *context;
    struct cg_buffer held; /* each with its closing NUL */
    uint64_t faults;
    struct cg_progress progress;
    uint64_t lines; /* looked at so far */
    uint64_t seed;
    struct cg_verify_sums *runs; /* by number; [0] is for runs that are not there */
    int64_t last_run;
    uint64_t claims; /* sum over the lines less that over the index of claims */
    struct cg_buffer entry;
    bool is_damaged;                /* something could not be read: sums say nothing */
    bool unnumbered;                /* members have numbers that no run gave: none was walked */
    struct cg_error policy_failure; /* of the first policy that could not be read */
};

void cg_verify_fault(struct cg_verify *verify, const char *format, ...) cg_printf_like(2, 3);
/* One more line of the runs has been looked at. */
void cg_verify_step(struct cg_verify *verify);
enum cg_status cg_verify_no_memory(struct cg_error *err);
struct cg_verify_sums *cg_verify_run(struct cg_verify *verify, int64_t run_no);

/* What an entry of a member, a unit count of a decision, or a line of a claim adds. False: no
 * memory. */
cg_must_use bool cg_verify_entry_hash(struct cg_verify *verify, int64_t member_no,
                                      const struct cg_packed_entry *entry, uint64_t *hash);
uint64_t cg_verify_used_hash(const struct cg_verify *verify, int64_t line_no, uint32_t cap_no,
                             uint64_t units);
uint64_t cg_verify_claim_hash(const struct cg_verify *verify, struct cg_text claim_id,
                              int64_t run_no, int64_t line_no);

/* verify_chain.c: a run as it stands in its row, from the query CG_VERIFY_LINKS. */
#define CG_VERIFY_LINKS                                                                            \
    "SELECT run_no, previous_hash, hash, rows_sha256, form, last_line, "                           \
    "staging_path IS NOT NULL FROM run ORDER BY run_no"
struct cg_verify_link {
    int64_t run_no;
    uint8_t previous[CG_SHA256_BYTES];
    uint8_t hash[CG_SHA256_BYTES];
    uint8_t rows[CG_SHA256_BYTES];
    int64_t form;
    int64_t last_line;
    bool has_folder;
};
struct cg_verify_link cg_verify_read_link(struct cg_verify *verify, sqlite3_stmt *statement);
/* It follows from the run before, and its hashes are those of what it holds. */
cg_must_use enum cg_status cg_verify_chain(struct cg_verify *verify,
                                           const struct cg_verify_link *run,
                                           const struct cg_verify_link *before,
                                           struct cg_error *err);

/* verify_schema.c: tables, indexes, views and triggers are those of this version. */
cg_must_use enum cg_status cg_verify_schema(struct cg_verify *verify, struct cg_error *err);
/* verify_runs.c: runs, their chain and their rows, and the index of claims. */
cg_must_use enum cg_status cg_verify_runs(struct cg_verify *verify, struct cg_error *err);
/* recount.c: what is kept of members, and what the lines before each decision give for its caps,
 * added up. */
cg_must_use enum cg_status cg_verify_members(struct cg_verify *verify, struct cg_error *err);
/* The sums of both walks against each other; lines of runs whose counts differ are named. */
cg_must_use enum cg_status cg_verify_compare(struct cg_verify *verify, struct cg_error *err);

#endif
