/*
 * Reader: from the names of files to records and service lines, in one way for all who read them.
 *
 * An input is opened, its header is found and bound to a layout, what follows is cut into whole
 * records, and these are parsed. A belt makes each step at a station of its own. Who reads on one
 * thread calls _read (or _feed) and _take, which make all of them.
 *
 * Ownership  The inputs, and what the plan points at, outlive the reader. Batches are the caller's.
 * Threads    _fill, _cut and _number each take the batches one at a time, in order, and may run at
 *            the same time as one another. _unpack and _parse may run on any number of threads.
 * Failure    Stands in the batch, with the name of the input before it; the steps that follow pass
 *            such a batch through. CG_BAD_DATA: header, columns, damaged gzip; the errors of
 *            cg_source_open, cg_source_fill and cg_layout_load; CG_INTERRUPTED by a signal.
 */
#ifndef CLAIMGATE_RECORD_READER_H
#define CLAIMGATE_RECORD_READER_H

#include "claimgate/base/hash.h"
#include "claimgate/io/stamp.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/layout.h"
#include "claimgate/record/parse.h"
#include "claimgate/x12/x12.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct cg_reader;
struct cg_header;

/* An input, and what is known of it once it has been read to its end. */
struct cg_reader_input {
    const char *file; /* as named on the command line; "-": standard input */
    uint64_t bytes;   /* as they stand on disk */
    uint8_t sha256[CG_SHA256_BYTES];
    uint64_t records;
    uint8_t content[CG_XXH128_BYTES]; /* hash of the decompressed bytes, where it was asked for */
    bool lacks_line_end;              /* of a plain file's last line: it may have been cut */
    struct cg_stamp stamp;            /* of the file as it was opened */
    struct cg_x12_facts x12;          /* all zero for CSV */
    uint64_t repeated_header; /* the line on which its header first stands again; 0: it does not */
};

/* The first of the inputs before this one that has the same content and records; NULL: none, or it
 * was not asked for. */
const struct cg_reader_input *cg_reader_input_before(const struct cg_reader_input *inputs,
                                                     uint32_t input);

/* What an earlier reader was bound to, whose inputs come before those of this one. */
struct cg_reader_begun {
    bool is_x12;
    struct cg_text header; /* of CSV: cg_binding.header */
};

struct cg_reader_plan {
    struct cg_reader_input *inputs; /* all with the same columns in the same order */
    uint32_t input_count;
    const struct cg_reader_begun *begun; /* these inputs follow others; NULL: they do not */
    const char *layout;                  /* name or path; NULL: by the first header */
    bool multiline;                      /* whatever the layout says */
    bool hashes_content;                 /* that of each input is told */
    bool takes_rejected; /* a rejected file of an earlier run is read as what it holds; else refused
                          */
    bool takes_past;     /* lines that say they were accepted before are told by the caller's own
                          * look; else refused */
    /* In place of a layout: fill the binding from the first header. NULL: by the layout. */
    enum cg_status (*bind)(void *context, const struct cg_header *header, struct cg_binding *out,
                           struct cg_error *err);
    void *bind_context;
    const struct cg_layout_lines *lines; /* which line is the header, where `bind` is given; NULL:
                                          * the first */
    const struct cg_x12_options *x12;    /* X12 is read too; NULL: it is refused */
    const char *empty_mend; /* the step that mends an input of 0 bytes; NULL: it has no records */
    bool takes_bom;         /* an input of a BOM alone is one of 0 bytes, which may be */
    bool unnamed;           /* the caller says which input it is whose header is wrong */
    bool untold;            /* the caller tells of a header that is met again */
    struct cg_parse_plan parse;         /* the binding is the reader's to set */
    const void *const *rules_of_inputs; /* each has rules of its own, in place of those of `parse`;
                                         * NULL: none has */
    const atomic_bool *given_up;        /* ends the wait for a silent pipe; NULL: nothing does */
};

/* Of the first input that has one, that a header is met again and skipped. */
void cg_reader_tell_repeated(const struct cg_reader_input *inputs, uint32_t count);

/* NULL: no memory. */
cg_must_use struct cg_reader *cg_reader_new(const struct cg_reader_plan *plan);
void cg_reader_free(struct cg_reader *reader); /* NULL is allowed */
/* Bind to what the plan says was begun; cutting does so as well. */
cg_must_use enum cg_status cg_reader_begin(struct cg_reader *reader, struct cg_error *err);

/* The steps. _fill takes the next bytes of the inputs, packed as they may be; a batch never spans
 * two inputs. _cut may leave a batch without records, and leaves over what is more than
 * CG_BATCH_LINES: such bytes wait, _fill gives empty batches for them, and a batch is not the last
 * (is_last) while any wait. Parsing makes the batch's csv where it has none. _number gives the
 * batch its physical line, and counts the records of its input. */
void cg_reader_fill(struct cg_reader *reader, struct cg_batch *batch);
void cg_reader_unpack(const struct cg_reader *reader, struct cg_batch *batch);
void cg_reader_cut(struct cg_reader *reader, struct cg_batch *batch);
void cg_reader_parse(const struct cg_reader *reader, struct cg_batch *batch);
void cg_reader_number(struct cg_reader *reader, struct cg_batch *batch);

/* On one thread: the bytes, of the inputs or of the caller (at most CG_BATCH_BYTES), and then what
 * becomes of them. While a batch is parsed its first_line is known. Whoever feeds goes on with no
 * bytes while the reader is behind. */
cg_must_use enum cg_status cg_reader_read(struct cg_reader *reader, struct cg_batch *batch,
                                          struct cg_error *err);
void cg_reader_feed(struct cg_batch *batch, struct cg_text bytes, bool at_end);
cg_must_use enum cg_status cg_reader_take(struct cg_reader *reader, struct cg_batch *batch,
                                          struct cg_error *err);

/* Bytes wait to be cut. On any thread. */
bool cg_reader_is_behind(const struct cg_reader *reader);

/* False until a header was bound; then it and the binding stay as they are. */
bool cg_reader_is_bound(const struct cg_reader *reader);
/* Complete before the first batch with records has been cut; zeroed until then. */
const struct cg_binding *cg_reader_binding(const struct cg_reader *reader);

/* Warn of inputs whose names are those of unfinished files, before they are read; of last lines
 * without an end, after it. */
void cg_reader_warn_of_names(const struct cg_reader *reader);
void cg_reader_warn_of_cut_lines(const struct cg_reader *reader);
/* Before what was read counts: no input has changed since it was opened. CG_BUSY. */
cg_must_use enum cg_status cg_reader_check_inputs(const struct cg_reader *reader,
                                                  struct cg_error *err);

/* Bytes on disk, for progress: read so far, on any thread; and of all inputs, 0 when one of them
 * is a pipe or missing. */
uint64_t cg_reader_bytes_read(const struct cg_reader *reader);
uint64_t cg_reader_bytes_total(const struct cg_reader *reader);

#endif
