/*
 * Record boundaries: cut a stream of bytes into batches of whole records.
 *
 * A line end (LF, CRLF, CR) ends the record, always: quotes are not looked at. Under
 * --multiline RFC 4180 holds, with a guard: of a record whose quote is still open after 64 KiB or
 * at the end of the input, or whose quoting breaks behind a line end within quotes, only the first
 * physical line is malformed, and reading resumes at the line after it.
 *
 * How the stream is cut into payloads never shows in the records.
 *
 * Memory     What a batch leaves over (at most CG_RECORD_MAX_BYTES and a CR) is carried to
 *            the next; of a longer record the first 64 KiB are kept and the rest is counted
 *            and dropped.
 */
#ifndef CLAIMGATE_RECORD_SPLITTER_H
#define CLAIMGATE_RECORD_SPLITTER_H

#include "claimgate/base/error.h"
#include "claimgate/record/batch.h"

#include <stdbool.h>

struct cg_splitter; /* serial: what the last batch left over */

/* A new splitter expects a header. NULL: no memory. */
cg_must_use struct cg_splitter *cg_splitter_new(void);
void cg_splitter_free(struct cg_splitter *splitter);

/* What the layout says of lines before the header, of all inputs from here on. */
void cg_splitter_skip(struct cg_splitter *splitter, uint32_t lines, struct cg_text starts_with);

/* Begin an input: nothing is carried, and its header comes first. */
void cg_splitter_expect_header(struct cg_splitter *splitter);
bool cg_splitter_wants_header(const struct cg_splitter *splitter);

struct cg_header {
    struct cg_text raw;      /* BOM, where there is one, header line and its line end */
    struct cg_text line;     /* without BOM and line end */
    struct cg_text above;    /* the lines before it, as far as they came with it */
    struct cg_text behind;   /* and those after it */
    uint32_t physical_lines; /* those before it, and itself */
};

/* Take the header off the front of the payload: BOM and lines that are no header are skipped, and
 * the latter counted in the batch: blank ones, decoration, and those that cg_splitter_skip named. A
 * header is one physical line, even under --multiline. *found stays false while the header's end is
 * still to come; when the input ends so, it has none. The texts live in the batch. CG_BAD_DATA for
 * more than 64 KiB or a NUL byte. */
cg_must_use enum cg_status cg_splitter_header(struct cg_splitter *splitter, struct cg_batch *batch,
                                              struct cg_header *header, bool *found,
                                              struct cg_error *err);

/* The header is known: records follow, to be cut this way. */
void cg_splitter_start(struct cg_splitter *splitter, char delimiter, bool multiline);

/* Sets batch->text (and long_record_bytes) from batch->payload and the carry. A batch may come out
 * with no whole record. When batch->ends_source, all that is left becomes records. The
 * caller gives it no payload of more than CG_BATCH_LINES lines. Returns what stands behind the
 * first CG_BATCH_LINES records, in the batch's memory: it must come next, as a payload of its own.
 * It is empty but for a quote that was open over many lines and is none. */
struct cg_text cg_splitter_cut(struct cg_splitter *splitter, struct cg_batch *batch);

/* Where a line or record ends. */
struct cg_extent {
    uint32_t len_bytes; /* without its line end */
    uint8_t eol_bytes;
    bool unclosed; /* the guard has struck: this is a first physical line */
};

/* Walk records under --multiline of one text; zero but for the delimiter at its start. */
struct cg_walk {
    char delimiter;
    uint32_t open_until; /* see splitter.c */
    uint32_t broken_until;
};

/* The record that starts at `at`. `at_end`: nothing follows the text. False: its end is not in it.
 */
bool cg_walk_next(struct cg_walk *walk, struct cg_text text, uint32_t at, bool at_end,
                  struct cg_extent *out);

#endif
