/*
 * A file of decisions made then, read as bytes to be found again or row by row.
 *
 * Rows may be longer than a claim record may be, for a rejected row holds a record and more, and
 * raw bytes that no reader of CSV takes; so fields are found here by the quotes alone.
 *
 * Ownership  _open/_close. A row lives until the next call.
 * Memory     The longest row, and a MiB.
 */
#ifndef CLAIMGATE_AUDIT_DECIDED_FILE_H
#define CLAIMGATE_AUDIT_DECIDED_FILE_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"
#include "claimgate/base/text.h"
#include "claimgate/io/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CG_DECIDED_PATH_BYTES = 4096 };

struct cg_decided_file {
    char path[CG_DECIDED_PATH_BYTES];
    struct cg_source *source;
    struct cg_buffer text; /* unpacked, from `at` on not yet taken */
    size_t at;
    char *room; /* one fill */
    bool at_end;
    uint64_t rows; /* taken, the header among them */
};

/* The folder was made of X12: what it accepted is in no table. */
bool cg_decided_is_of_x12(const char *dir);

/* NAME.csv.gz, else NAME.csv in the folder. CG_NO_INPUT. */
cg_must_use enum cg_status cg_decided_open(const char *dir, const char *name,
                                           struct cg_decided_file *out, struct cg_error *err);
void cg_decided_close(struct cg_decided_file *file); /* zeroed is allowed */

/* The bytes that come next are these: takes them. Else *same is false and nothing is taken. */
cg_must_use enum cg_status cg_decided_expect(struct cg_decided_file *file, struct cg_text bytes,
                                             bool *same, struct cg_error *err);

/* The next row that is not blank, line end and BOM left out; *found false at the end. Line ends in
 * quotes belong to the row where `multiline`. */
cg_must_use enum cg_status cg_decided_row(struct cg_decided_file *file, char delimiter,
                                          bool multiline, struct cg_text *row, bool *found,
                                          struct cg_error *err);

/* Where each field of a row ends, of at most `max` fields. Returns how many there are of these. */
uint32_t cg_decided_split(struct cg_text row, char delimiter, uint32_t *ends, uint32_t max);
/* A field's bytes without quotes and blanks around it, as below. */
size_t cg_decided_value(struct cg_text field, char *out, size_t capacity);

/* A field of a row without quotes and blanks around it, cut to fit and NUL-terminated; "" where the
 * row has no such column. Returns its length. */
size_t cg_decided_field(struct cg_text row, char delimiter, int32_t column, char *out,
                        size_t capacity);

#endif
