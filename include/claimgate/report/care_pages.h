/*
 * What is said of the care of a ledger: lines taken in or freed by hand, runs taken back or ended.
 *
 * Failure    Out of memory is the page's, which tells of it when it is closed.
 */
#ifndef CLAIMGATE_REPORT_CARE_PAGES_H
#define CLAIMGATE_REPORT_CARE_PAGES_H

#include "claimgate/report/answer.h"
#include "claimgate/report/notices.h"
#include "claimgate/report/page.h"
#include "claimgate/rules/policy.h"

#include <stdint.h>

struct cg_import_facts {
    int64_t run_no; /* 0: the ledger has this content already, as a note has said */
    uint64_t records;
    uint64_t lines; /* taken in */
    uint64_t units; /* of those lines */
    uint64_t out_of_scope;
    uint64_t repeated;                       /* stand in the ledger already */
    const struct cg_policy_version *version; /* the newest, whose caps are counted in over */
    uint64_t over[CG_CAPS_MAX]; /* periods of each cap in which its members are over it now */
};

struct cg_release_facts {
    int64_t run_no; /* 0: the ledger has this content already, as a note has said */
    uint64_t rows;
    uint64_t lines;     /* freed */
    uint64_t not_found; /* rows that name no line that stands */
};

struct cg_alias_facts {
    int64_t run_no; /* 0: the ledger has this content already, as a note has said */
    uint64_t rows;
    uint64_t unknown_members; /* rows that name a member whom the ledger does not know */
    struct cg_notice unseen;  /* rows that name a claim of which the ledger has no line */
};

/* A night that was redone. */
struct cg_redo_night {
    int64_t old_run;
    int64_t new_run;    /* of the copy in a dry run */
    const char *folder; /* NULL: a dry run */
    const char *old_folder;
    uint64_t lines_to_pay; /* fewer units of them were accepted then */
    uint64_t units_to_pay;
    uint64_t lines_to_recover; /* more were */
    uint64_t units_to_recover;
    uint64_t changed_take_backs; /* voids and replacements that took their original back in one of
                                  * the two and not in the other */
};

/* One row a night. */
struct cg_redo_page {
    struct cg_answer answer;
    bool has_notes; /* folders stand below their row */
};
void cg_redo_page_open(struct cg_redo_page *redone, struct cg_page *page, bool is_csv);
void cg_redo_page_night(void *redone, const struct cg_redo_night *night); /* a cg_redo_fn */
void cg_redo_page_close(struct cg_redo_page *redone);

void cg_page_import(struct cg_page *page, const struct cg_import_facts *facts);
void cg_page_release(struct cg_page *page, const struct cg_release_facts *facts);
void cg_page_alias(struct cg_page *page, const struct cg_alias_facts *facts);
void cg_page_withdraw(struct cg_page *page, int64_t run_no);
/* A ledger set was made. */
void cg_page_create(struct cg_page *page, const char *path, uint32_t parts, const char *policy_id);
/* How many runs were ended, each of which a note has named. */
void cg_page_recover(struct cg_page *page, uint32_t runs);

#endif
