/*
 * What a reader is made of; shared by its steps (reader.c) and what it says of lines that are no
 * records (reader_lines.c).
 */
#ifndef CLAIMGATE_RECORD_READER_PRIVATE_H
#define CLAIMGATE_RECORD_READER_PRIVATE_H

#include "backlog.h"
#include "claimgate/x12/cut.h"
#include "splitter.h"

#include "claimgate/io/source.h"
#include "claimgate/record/reader.h"

/* Of the input being cut, told by its first bytes. */
enum cg_input_kind { CG_INPUT_UNKNOWN, CG_INPUT_CSV, CG_INPUT_X12 };

enum { CG_KIND_KNOWN_BYTES = 1024 }; /* of blanks, no more are waited for */

struct cg_reader {
    struct cg_reader_plan plan;

    /* fill */
    struct cg_source *source;
    uint32_t source_no; /* the input being read */
    bool failed;        /* nothing more is read */
    atomic_uint_fast64_t bytes_read;

    /* cut; parse reads the binding, once it is there */
    struct cg_xxh128 *content; /* of the input being cut; NULL: it is not hashed */
    struct cg_splitter *splitter;
    struct cg_backlog backlog; /* fill asks whether anything waits */
    struct cg_layout *layout;
    struct cg_binding binding;
    const char *own_header; /* what the layout has instead of a header; NULL: files have one */
    bool bound;
    enum cg_input_kind kind;
    char first_bytes[CG_KIND_KNOWN_BYTES]; /* of the input, while they do not tell its kind */
    uint32_t first_len;
    struct cg_x12_cut *x12; /* made for the first input of X12 */
    bool is_fed_back;       /* the input being cut is a rejected file of an earlier run */

    /* number */
    uint64_t next_line; /* physical line of the input that the next batch starts at */
    uint64_t untrailed; /* records since the last trailer */
    bool has_trailer;   /* of the input */
    bool told_repeated; /* a header was met again, and a note has said so */
    bool told_like;     /* a record of the input looks like a header, and a warning has said so */
    struct cg_header_names *builtin_names; /* made for the first such record */
};

/* Put the input before what is wrong with it, as people call it. */
void cg_reader_name_input(const struct cg_reader *reader, struct cg_batch *batch);

/* At the start of an input: find out what it is. False while its first bytes do not tell, and where
 * it is refused, which stands in the batch. */
bool cg_reader_find_kind(struct cg_reader *reader, struct cg_batch *batch);
void cg_reader_cut_x12(struct cg_reader *reader, struct cg_batch *batch);

/* Of the batches in order, once each has its first_line: headers and trailers among the records.
 * What ends the run stands in the batch. */
void cg_reader_look_at_lines(struct cg_reader *reader, struct cg_batch *batch);

#endif
