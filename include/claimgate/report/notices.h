/*
 * Notices: records that were decided as the rules say, and that a person should look at all the
 * same. Each kind is counted, and its first records are named by file and line.
 *
 * Ownership  Plain data of the caller's, zeroed at first. Files are the caller's, and outlive it.
 */
#ifndef CLAIMGATE_REPORT_NOTICES_H
#define CLAIMGATE_REPORT_NOTICES_H

#include "claimgate/record/batch.h"

#include <stdint.h>

enum cg_notice_kind {
    CG_NOTICE_NEAR_CODE,       /* passed out of scope under procedure_code_near */
    CG_NOTICE_WORDS_FOR_CODE,  /* passed out of scope with words in the cell of its code */
    CG_NOTICE_ODD_ID,          /* an id as spreadsheets spell it: another member, or claim */
    CG_NOTICE_NEAR_MEMBER,     /* ids of members that people may take for one */
    CG_NOTICE_NAMES_OTHER,     /* originals that name another claim as their original */
    CG_NOTICE_OTHER_FREQUENCY, /* rejected: a code that is none of 1, 7, 8 */
    CG_NOTICE_NEGATIVE_UNITS,  /* rejected: units below zero */
    CG_NOTICE_TOTAL_ROW,       /* totals and the like, taken as records */
    CG_NOTICE_HELD_CODE,       /* of an import: a code that a run would reject as it stands */
    CG_NOTICE_OTHER_UNITS,     /* reversed lines that have another number of units than it says */
    CG_NOTICE_VOIDED_BEFORE,   /* took nothing, for their claim was taken back by them before */
    CG_NOTICE_VOIDED_AGAIN,    /* accepted as they were when a void took them back */
    CG_NOTICE_REJECTED_REPLACEMENT, /* and their originals are taken back all the same */
    CG_NOTICE_FED_BACK_ALONE,       /* of a rejected file, where nothing of the past is known */
    CG_NOTICE_VAIN_TAKE_BACK, /* out of scope or left out, and asks to take back a claim that stands
                               */
    CG_NOTICE_OTHER_PERSON, /* of members.csv: the ledger has lines of the id as another person's */
    CG_NOTICE_KINDS,
};

enum { CG_RECORDS_NAMED = 5 }; /* of many that share a fault, the first ones */

/* Where a record stands. */
struct cg_place_of_record {
    const char *file;
    uint64_t line;
};

struct cg_notice {
    uint64_t records;
    uint32_t named;
    struct cg_place_of_record first[CG_RECORDS_NAMED];
};

void cg_notice_add(struct cg_notice *notice, const char *file, uint64_t line);
/* "SEEN: 7 (a.csv:3, ...); MEND", where there are any. */
void cg_notice_warn(const struct cg_notice *notice, const char *seen, const char *mend);

struct cg_notices {
    struct cg_notice of[CG_NOTICE_KINDS];
};

void cg_notices_add(struct cg_notices *notices, enum cg_notice_kind kind, const char *file,
                    uint64_t line);

/* Records of a parsed batch that pass with a code which looks like one of the policy's, or with
 * words for a code; those of a rejected file, which cg_notices_know_past forgets again where what
 * was accepted beside them is known. */
void cg_notices_add_codes(struct cg_notices *notices, const char *file,
                          const struct cg_batch *batch);

void cg_notices_know_past(struct cg_notices *notices, bool is_known);

/* Lines of a decided batch that a person should look at whatever was decided. */
void cg_notices_add_lines(struct cg_notices *notices, const char *file,
                          const struct cg_batch *batch);

/* What passes a run untested is not taken in by an import. */
enum cg_noticed_in { CG_NOTICED_IN_RUN, CG_NOTICED_IN_IMPORT };

/* One warning a kind that occurred. */
void cg_notices_warn(const struct cg_notices *notices, enum cg_noticed_in where);

#endif
