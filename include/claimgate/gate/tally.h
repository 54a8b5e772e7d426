/*
 * Tally: the counts of a run, kept line by line as lines are decided.
 *
 * Counts are of service lines; `claims` are the records that hold them, one each unless a record
 * holds several. records = accepted + rejected, where a cutback is one record, counted as accepted
 * and as cutback. submitted = accepted + rejected units, over in-scope lines whose quantity is
 * valid; voids count no units.
 *
 * Ownership  _init/_fini. Threads: one (the serial station).
 */
#ifndef CLAIMGATE_GATE_TALLY_H
#define CLAIMGATE_GATE_TALLY_H

#include "claimgate/record/batch.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/reason.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_count {
    uint64_t lines;
    uint64_t units;
};

struct cg_claim_counts {
    uint64_t records; /* accepted + rejected */
    uint64_t accepted;
    uint64_t rejected;
};

/* Lines that were accepted before, as their input says: none of them is counted elsewhere. */
struct cg_past_counts {
    uint64_t records;
    uint64_t lines; /* in scope, those of voids included, taken in */
    uint64_t units;
    uint64_t repeated; /* lines that were there already, and are counted once */
    uint64_t taken_back;
    uint64_t out_of_scope; /* lines that nothing remembers */
};

/* Units of in-scope lines by the day on which their service began. */
struct cg_day_units {
    uint64_t accepted;
    uint64_t rejected;
};

struct cg_tally {
    struct cg_claim_counts claims;
    struct cg_past_counts past;
    uint64_t records;
    uint64_t accepted;
    uint64_t rejected;
    uint64_t malformed;                   /* of the rejected */
    uint64_t out_of_scope;                /* of the accepted, with those left out */
    uint64_t left_out[CG_LEFT_OUT_RULES]; /* of these, by the layout's rule that left them out */
    uint64_t exempt;                      /* of the accepted */
    uint64_t cutback;                     /* of the accepted */
    uint64_t taken_back;                  /* lines */
    uint64_t empty_lines;
    uint64_t other_records;         /* of the accepted, beside those out of scope */
    uint64_t further_rows;          /* of claims that are fed back, beyond their first */
    uint64_t decoration;            /* lines without a letter or digit */
    uint64_t repeated_headers;      /* records that say the header again */
    uint64_t claims_of_two_members; /* claims whose neighbouring lines name different members */
    uint64_t crosswalked;           /* different member ids that members.csv gave a person */
    uint64_t skipped_lines;         /* before the header, by the layout\'s word */
    uint64_t trailers;

    uint64_t utc_times; /* cut off under a layout without a time zone */

    uint64_t units_submitted;
    uint64_t units_accepted;
    uint64_t units_rejected;
    uint64_t units_exempt; /* of the accepted */
    uint64_t units_taken_back;

    struct cg_day_units *days; /* [day - CG_DAY_FIRST] */
    int32_t first_day;         /* that has any; CG_DAY_NONE: no day has */
    int32_t last_day;

    struct cg_count reasons[CG_REASON_COUNT]; /* by first reason; CG_REASON_CAP is in caps */
    uint64_t warnings[CG_REASON_COUNT];
    struct cg_count *caps; /* [version index * CG_CAPS_MAX + cap_no] */
    const struct cg_policy *policy;
    uint8_t *met_ids; /* by crosswalk_id: 1 once it was met */
    uint32_t met_id_count;

    /* The claim of the last line with usable ids, the member it was first met with, and whether it
     * has been counted. Memory is not asked for each claim of a file, so that a claim whose lines
     * stand apart in it is not noticed. */
    struct cg_key first_duplicate; /* the claim of the first duplicate_line; len 0: none */
    struct cg_key claim;
    struct cg_key claim_member;
    bool claim_counted;
    /* The first such claim, for who joins the tally to that of the files before. */
    struct cg_key first_claim; /* len 0: none yet */
    struct cg_key first_member;
    bool first_counted; /* once a second claim was met */
    bool is_past_first;
    char first_claim_bytes[CG_ID_MAX_BYTES];
    char first_member_bytes[CG_ID_MAX_BYTES];
    char claim_bytes[CG_ID_MAX_BYTES]; /* of long keys, once their batch has gone */
    char member_bytes[CG_ID_MAX_BYTES];
    char duplicate_bytes[CG_ID_MAX_BYTES];
};

/* The counts that a ledger keeps of each run, in the order of its columns. */
#define CG_TALLY_KEPT(X)                                                                           \
    X(records)                                                                                     \
    X(accepted)                                                                                    \
    X(rejected)                                                                                    \
    X(malformed)                                                                                   \
    X(out_of_scope)                                                                                \
    X(exempt)                                                                                      \
    X(cutback)                                                                                     \
    X(taken_back)                                                                                  \
    X(empty_lines)                                                                                 \
    X(units_submitted)                                                                             \
    X(units_accepted)                                                                              \
    X(units_rejected)                                                                              \
    X(units_exempt)                                                                                \
    X(units_taken_back)

cg_must_use bool cg_tally_init(struct cg_tally *tally, const struct cg_policy *policy);
void cg_tally_fini(struct cg_tally *tally);
/* False: no memory. */
cg_must_use bool cg_tally_add(struct cg_tally *tally, const struct cg_batch *batch);

/* Room for so many of `met_ids`. False: no memory. */
cg_must_use bool cg_tally_make_room(struct cg_tally *tally, size_t met_ids);

/* For a part of a run whose lines are kept in several places: of a record that could be read, its
 * line; then what is left of the whole once the other parts are taken off it. These have the counts
 * of lines, units, reasons and warnings alone; `to` was only made yet. */
void cg_tally_add_line(struct cg_tally *tally, const struct cg_line *line);
/* The same of a run whose lines are decided elsewhere: what of a batch is nobody's to decide, which
 * are malformed lines and all that is counted beside lines. False: no memory. */
cg_must_use bool cg_tally_add_undecided(struct cg_tally *tally, const struct cg_batch *batch);
void cg_tally_rest(struct cg_tally *to, const struct cg_tally *whole);
void cg_tally_take_off(struct cg_tally *from, const struct cg_tally *part);

/* The first records of a batch were accepted before. */
void cg_tally_add_past(struct cg_tally *tally, const struct cg_batch *batch, uint32_t records);

/* Left out by any rule. */
uint64_t cg_tally_left_out(const struct cg_tally *tally);

/* Rejected records in percent of in-scope and malformed ones together, in thousandths, rounded up;
 * 0 when there are none. */
uint64_t cg_tally_reject_rate_milli(const struct cg_tally *tally);

/* Reasons that occurred, in the order of reason.h, caps by name (versions that share an id are
 * one). Returns false past the end. */
struct cg_tally_entry {
    char name[CG_CAP_ID_BYTES + 32];
    struct cg_count count;
};
bool cg_tally_reason_at(const struct cg_tally *tally, uint32_t index, struct cg_tally_entry *out);

/* The same of what else was met, under the report's names: headers again, rows left out, and
 * the like, then warnings. Units are 0. */
bool cg_tally_other_at(const struct cg_tally *tally, uint32_t index, struct cg_tally_entry *out);

#endif
