/*
 * CSV (RFC 4180): one record at a time. The only user of libcsv.
 *
 * The reader never sees the next record, so that no quote can reach a neighbour. Two
 * places where libcsv is too kind are looked at here: a quote after leading blanks, and
 * what may follow a closing quote.
 *
 * Ownership  A cg_csv belongs to one thread. A field's value is a view into the record; where
 *            doubled quotes were made single, into the reader's own buffer, and then it lives
 *            until the next record.
 * Memory     A record is at most CG_RECORD_MAX_BYTES; the libcsv buffer grows no further.
 */
#ifndef CLAIMGATE_RECORD_CSV_H
#define CLAIMGATE_RECORD_CSV_H

#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/base/text.h"
#include "claimgate/record/batch.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_csv;

/* `max_fields` bounds what one record may hold; further fields are counted, not kept. */
cg_must_use struct cg_csv *cg_csv_new(char delimiter, uint32_t max_fields);
void cg_csv_free(struct cg_csv *csv);

/* From here on a record has no delimiters, and its fields are these spans, at most max_fields. They
 * outlive the reader. */
struct cg_byte_span;
void cg_csv_cut_at(struct cg_csv *csv, const struct cg_byte_span *spans, uint32_t count);

/* One field of the last record: value without quotes (doubled ones made single) and without blanks
 * around it, and where its raw bytes stand in the record. */
struct cg_csv_field {
    struct cg_text value;
    uint32_t raw_offset;
    uint32_t raw_len;
};

/* Read one record that is not blank, its line end left out; line ends may stand within quotes.
 * CG_WELL_FORMED, CG_NUL_BYTE, CG_UNCLOSED_QUOTE or CG_BROKEN_QUOTING; the number of
 * fields is for the caller to test. */
enum cg_malformed cg_csv_read(struct cg_csv *csv, struct cg_text record);
uint32_t cg_csv_field_count(const struct cg_csv *csv);
/* As if the record had so many fields, at most max_fields: those that it lacks are blank. */
void cg_csv_pad(struct cg_csv *csv, uint32_t field_count);
/* How many of them were kept: at most max_fields. */
uint32_t cg_csv_kept_count(const struct cg_csv *csv);
/* `index` is below the count and below max_fields. */
struct cg_csv_field cg_csv_field(const struct cg_csv *csv, uint32_t index);

/* True when the value stands in the reader's own buffer. */
bool cg_csv_owns(const struct cg_csv *csv, struct cg_text value);

/* Append a value to an output row, quoted only where RFC 4180 needs it. While it is looked at, it
 * takes sixteen bytes more of the buffer. */
cg_must_use bool cg_csv_put(struct cg_buffer *out, char delimiter, struct cg_text value);

/* The same, always in quotes. */
cg_must_use bool cg_csv_put_quoted(struct cg_buffer *out, struct cg_text value);

/*
 * Whole small tables (roster files, reasons): all columns by name, a row at a time, from a
 * source. Bad structure is added to `problems` with file, line and column; such rows are skipped,
 * and a table without its needed columns gives none. CG_OK all the same: what a problem
 * means is for the caller to say. CG_NO_INPUT, CG_IO, CG_BAD_DATA (damaged gzip) and CG_INTERNAL
 * (memory) are failures.
 */
struct cg_table_column {
    const char *name;
    bool needed; /* a missing needed column is a problem with the nearest name seen */
    int index;   /* filled: position in the file, -1 when absent */
};
struct cg_table_row {
    uint64_t line;
    const struct cg_text *values; /* one per column asked for; blank where absent */
    const uint32_t *byte_columns; /* where each field starts in its line, from 1; 0 where absent */
};
struct cg_table_plan {
    const char *file; /* path to open, plain or gzip, and the name in problems */
    struct cg_table_column *columns;
    uint32_t column_count;
    bool (*row)(void *context, const struct cg_table_row *row); /* false: out of memory, stop */
    void *context;
    const struct cg_text *blanks; /* values that stand for a blank, letter case ignored */
    size_t blank_count;
    struct cg_shape_counts *shapes; /* counts malformed rows; NULL: nobody asks */
    const char
        *without_lines; /* what befalls a claim where no column is claim_line_number: for this
                         * one that may be it under another name is a problem; NULL: none is */
    const char *without_members; /* the same where no column is member_id */
    const char *with_each_row;   /* what is done with a row, whatever another column says of its
                                  * denial or reversal, as a warning tells; NULL: nobody is told */
    const char *ends_by; /* the columns that end or limit a row, as a warning tells of others that
                          * may by their names; NULL: nobody is told */
    const char *mend;    /* of missing columns, behind the header that was seen; NULL: none */
    bool shows_header; /* the first line can be shown whatever it is, for nobody's claims or members
                        * can stand in it */
};
struct cg_table_facts {
    uint64_t rows;    /* well-formed ones */
    uint64_t records; /* malformed ones too */
    uint64_t bytes;
    uint8_t sha256[32]; /* of the bytes as they stand on disk */
};
cg_must_use enum cg_status cg_table_read(const struct cg_table_plan *plan,
                                         struct cg_table_facts *facts, struct cg_problems *problems,
                                         struct cg_error *err);
/* The same from memory, for files built into the program. */
cg_must_use enum cg_status cg_table_read_text(const struct cg_table_plan *plan, struct cg_text text,
                                              struct cg_problems *problems, struct cg_error *err);

#endif
