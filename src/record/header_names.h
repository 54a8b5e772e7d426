/*
 * The names of a header, and whether a record among the claims is a header once more.
 *
 * Ownership  The names are copies; _free frees.
 * Threads    Constant after _need; shared by all who parse.
 */
#ifndef CLAIMGATE_RECORD_HEADER_NAMES_H
#define CLAIMGATE_RECORD_HEADER_NAMES_H

#include "claimgate/base/text.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/layout.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_header_names;

/* Of the header that `csv` has read. NULL: no memory. */
cg_must_use struct cg_header_names *cg_header_names_new(const struct cg_csv *csv, uint32_t count);
void cg_header_names_free(struct cg_header_names *names); /* NULL is allowed */
/* The same, with the columns marked that the needed fields come from. */
cg_must_use struct cg_header_names *cg_header_names_bound(const struct cg_csv *csv, uint32_t count,
                                                          const struct cg_binding *binding);
/* All names of columns that the built-in layouts map. NULL: no memory. */
cg_must_use struct cg_header_names *cg_header_names_builtin(void);
/* No file could be read without this column. */
void cg_header_names_need(struct cg_header_names *names, uint32_t column);

/* The fields of one record: in `text` where `ends` says (see cg_values), or else in csv. */
struct cg_record_fields {
    const struct cg_csv *csv;
    const char *text;
    const uint32_t *ends;
    uint32_t count;
};
/* Without blanks and a BOM; blank where the csv does not keep so many fields. */
struct cg_text cg_record_field(const struct cg_record_fields *fields, uint32_t index);

enum cg_header_kind {
    CG_NO_HEADER,
    CG_REPEATED_HEADER, /* the same names in the same order; see the .c for what is the same */
    CG_OTHER_HEADER,    /* half of its fields and two needed ones are names of the header */
    CG_STUCK_HEADER,    /* a claim, and behind it on the same line a header */
};
enum cg_header_kind cg_header_names_look(const struct cg_header_names *names,
                                         const struct cg_record_fields *fields);
/* At least half of its fields that are not blank look like names: letters first, and digits only
 * where words are joined. */
bool cg_header_names_may_be(const struct cg_record_fields *fields);
/* At least half of them, and three, are among the names. */
bool cg_header_names_have(const struct cg_header_names *names,
                          const struct cg_record_fields *fields);
/* The same for a record whose quoting is broken, so that it has no fields. */
bool cg_header_names_end(const struct cg_header_names *names, struct cg_text record);

/* True when a field that begins with a digit is no name of the header. */
bool cg_header_names_have_no_digit(const struct cg_header_names *names);

enum { CG_HEADER_DIFFERENCE_BYTES = 400 };
/* Which columns of another header differ, as a part of a sentence. */
void cg_header_names_differ(const struct cg_header_names *names,
                            const struct cg_record_fields *fields,
                            char out[CG_HEADER_DIFFERENCE_BYTES]);

#endif
