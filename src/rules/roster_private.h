/*
 * Loading a roster: its files become tables, and what follows from them is worked out once.
 */
#ifndef CLAIMGATE_RULES_ROSTER_PRIVATE_H
#define CLAIMGATE_RULES_ROSTER_PRIVATE_H

#include "claimgate/record/csv.h"
#include "claimgate/record/shape_counts.h"
#include "claimgate/rules/roster_tables.h"

enum {
    CG_ROSTER_ROWS_MAX = 1 << 28,      /* rows of one file */
    CG_ROSTER_WORD_BYTES = 256,        /* a type, certification or credential */
    CG_ROSTER_FTE_MAX_MILLI = 1000000, /* 1000 full-time equivalents in one row */
    CG_ROSTER_HOURS_MAX_MILLI = 10000000,
    CG_ROSTER_SCORE_MAX_MILLI = 1000000000,
};

void cg_span_table_init(struct cg_span_table *table, size_t row_bytes);
void cg_span_table_fini(struct cg_span_table *table);
/* Copies the row. False when memory is out or CG_ROSTER_ROWS_MAX is reached. */
cg_must_use bool cg_span_table_add(struct cg_span_table *table, const void *row);
/* Sort and build the slots, once all rows are there. False: no memory. */
cg_must_use bool cg_span_table_index(struct cg_span_table *table);

void cg_words_init(struct cg_words *words);
void cg_words_fini(struct cg_words *words);
/* The number of a word, from 1; a new one is added. 0: no memory. */
cg_must_use uint32_t cg_words_intern(struct cg_words *words, struct cg_text key,
                                     struct cg_text written);

uint64_t cg_authorization_key(struct cg_text number, struct cg_text member_id);
uint64_t cg_membership_key(struct cg_text member_id);
/* Days on which one id is two persons' are problems. */
void cg_roster_check_members(const struct cg_roster *roster, const char *path,
                             struct cg_problems *problems);

struct cg_roster_layout;

/* The name of a file without its endings, and of one of its columns; NULL past the last one. */
const char *cg_roster_file_name(enum cg_roster_file file);
const char *cg_roster_file_ends_by(enum cg_roster_file file); /* which columns end its rows */
const char *cg_roster_field_name(enum cg_roster_file file, uint32_t column);

enum { CG_ROSTER_COLUMNS_MAX = 8 };

/* One file being read into its table. Bad rows go to `problems`. */
struct cg_roster_reading {
    struct cg_roster *roster;
    const struct cg_policy *policy;
    const struct cg_roster_layout *layout;
    const char *path;
    struct cg_problems *problems;
    struct cg_table_column columns[CG_ROSTER_COLUMNS_MAX]; /* as found in this file */
    enum cg_roster_file file;
    struct cg_shape_counts *shapes; /* of what is refused in this file */
};
/* Count a value that was refused by its shape; and say, of so many rows, what most have wrong in
 * the same way. */
void cg_roster_note_refused(const struct cg_roster_reading *reading, const struct cg_table_row *row,
                            uint32_t column);
void cg_roster_warn_of_shapes(const struct cg_roster_reading *reading, uint64_t rows);

cg_must_use enum cg_status cg_roster_read_file(enum cg_roster_file file,
                                               struct cg_roster_reading *reading,
                                               struct cg_roster_file_facts *facts,
                                               struct cg_error *err);

/* Add up every supervisor's people from change to change. False: no memory. */
cg_must_use bool cg_roster_add_workloads(struct cg_roster *roster);

/* The further demands that a version makes. */
struct cg_demands cg_roster_demands(const struct cg_policy_version *version);

/* Whether it grants, as a type that some version accepts. */
bool cg_roster_may_render(const struct cg_roster *roster, const struct cg_credential *credential);

/* Work out the role of every word and the demands under every version. False: no memory. */
cg_must_use bool cg_roster_resolve(struct cg_roster *roster, const struct cg_policy *policy);

#endif
