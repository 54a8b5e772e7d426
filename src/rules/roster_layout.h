/*
 * Roster layout: how a registry writes its files, where it is not as claimgate does.
 *
 * layout.json in the roster's folder (schemas/roster_layout.schema.json): names of columns, the
 * format of dates, words for a status, values that stand for a blank. Without the file everything
 * is as the schemas of the roster's files say.
 *
 * Ownership  _init/_fini; texts are the layout's own.
 * Failure    Every problem of the file with its line and column.
 */
#ifndef CLAIMGATE_RULES_ROSTER_LAYOUT_H
#define CLAIMGATE_RULES_ROSTER_LAYOUT_H

#include "claimgate/base/arena.h"
#include "claimgate/base/date.h"
#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/rules/credential_status.h"
#include "roster_private.h"

enum { CG_ROSTER_BLANKS_MAX = 16 };
#define CG_ROSTER_LAYOUT_FILE "layout.json"

struct cg_roster_layout {
    struct cg_arena arena;
    enum cg_date_format date_format;
    const char *date_text; /* the format as a person writes it */
    struct cg_text blanks[CG_ROSTER_BLANKS_MAX];
    size_t blank_count;
    struct cg_status_words status_words;
    const char *columns[CG_ROSTER_FILE_COUNT][CG_ROSTER_COLUMNS_MAX]; /* NULL: our own name */
};

void cg_roster_layout_init(struct cg_roster_layout *layout);
void cg_roster_layout_fini(struct cg_roster_layout *layout);

/* Read DIR/layout.json; *found is false where there is none. What is wrong with it goes to
 * `problems`, and the layout stays as it was. */
cg_must_use enum cg_status cg_roster_layout_load(const char *dir, struct cg_roster_layout *layout,
                                                 struct cg_roster_file_facts *facts, bool *found,
                                                 struct cg_problems *problems,
                                                 struct cg_error *err);

#endif
