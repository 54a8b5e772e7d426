/*
 * Batch: about 1 MiB of whole records, or 10,240 lines, and everything that becomes of them.
 *
 * The only thing that travels on the belt. Filled at the first station, reused when
 * written. Each part is written by the one station named beside it.
 *
 * Ownership  A batch belongs to one station at a time; its memory to the belt's plan.
 * Memory     Allocated by cg_batch_new at its full size; arrays only grow to the most
 *            that one batch can hold, so that in steady state nothing is allocated.
 */
#ifndef CLAIMGATE_RECORD_BATCH_H
#define CLAIMGATE_RECORD_BATCH_H

#include "claimgate/base/arena.h"
#include "claimgate/base/array.h"
#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"
#include "claimgate/base/text.h"
#include "claimgate/record/line.h"
#include "claimgate/record/scan.h"
#include "claimgate/record/shape_counts.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CG_RECORD_MAX_BYTES = 65536, /* a longer record is malformed; this much of it is kept */
    CG_LEFT_OUT_RULES = 16,      /* those of a layout (layout.h: CG_ONLY_MAX) */
    CG_BATCH_BYTES = 1 << 20,    /* decompressed bytes read into one batch */
    CG_BATCH_LINES = 10240,      /* lines cut into one batch: a line becomes more than its bytes */
    CG_BATCH_HEAD_BYTES =
        262144 + 64, /* room before the payload for a carried record, or a claim of X12 */
};

/* Why a record is malformed_record. A record with several faults has the first of this order. */
enum cg_malformed {
    CG_WELL_FORMED = 0,
    CG_TOO_LONG,
    CG_NUL_BYTE,
    CG_UNCLOSED_QUOTE,
    CG_BROKEN_QUOTING, /* a byte after a closing quote, or a quote after leading blanks */
    CG_TOO_FEW_FIELDS,
    CG_TOO_MANY_FIELDS,
    CG_HEADER_STUCK,         /* to a claim: the file before it had no last line end */
    CG_CLAIM_ORPHANED,       /* X12: an HL above it is missing, or its HL02 names another loop */
    CG_CLAIM_MISPLACED,      /* X12: CLM stands in no loop of a subscriber */
    CG_CLAIM_WITHOUT_LINES,  /* X12: CLM without LX */
    CG_LINE_WITHOUT_SERVICE, /* X12: LX without SV1 */
    CG_SERVICE_TWICE,        /* X12: a second SV1 or DTP*472 in a line */
    CG_SEGMENT_NAME,         /* X12: the name of a segment is not two or three capitals or digits */
    CG_SEGMENT_MISPLACED,    /* X12: SV1 before LX, SV2 or SV3, or what only a header has */
    CG_NAMED_TWICE,          /* X12: a second NM1*85, IL, QC or 82, REF*F8 or G1 in one loop */
};

/* What a record says of itself by its column cg_past (layout.h: has_past). */
enum cg_past_mark {
    CG_PAST_NOT, /* it is new, or malformed, or there is no such column */
    CG_PAST,     /* it was accepted before */
    CG_PAST_UNCLEAR,
};

/* One record: a physical line, or under --multiline whatever RFC 4180 makes of it. It holds one
 * service line, or several that are accepted or rejected whole: its claim. */
struct cg_record {
    uint32_t offset;     /* in batch->text */
    uint32_t len_bytes;  /* as it stands in text, without its line end; see cg_batch_record_bytes */
    uint32_t line_delta; /* physical line where it starts, less batch->first_line */
    uint32_t field_count; /* fields found; 0 where a fault kept them from being counted */
    uint32_t line_index;  /* its first cg_line, or CG_NO_LINE: passes through untouched */
    uint16_t line_count;  /* its service lines; with CG_NO_LINE they are only counted */
    uint8_t
        eol_bytes; /* 0 at an unended end of input, 1 LF or CR, 2 CRLF; they follow the record */
    uint8_t malformed;   /* enum cg_malformed */
    bool words_for_code; /* it passes through, and the cell of its code holds words */
    bool near_code;      /* it passes through, and its code looks like one that would not */
    uint8_t past;        /* enum cg_past_mark */
    uint8_t left_out_by; /* the rule of the layout, from 1; 0: none left it out */
};
#define CG_NO_LINE UINT32_MAX

/* A record that passes out of scope and yet asks to take a claim back. Keys are views into the
 * batch. */
struct cg_passing_take_back {
    uint32_t record_no;
    uint8_t frequency;
    struct cg_key member_id; /* the person's, under a crosswalk */
    struct cg_key claim_id;
    struct cg_key original_claim_id;
};

/* Where a record stood first that is fed back from a rejected file; file.len 0: nowhere else. */
struct cg_origin {
    struct cg_text file;
    uint64_t line;
    uint16_t claim_line; /* whose row it was, where a claim has one for each of its lines; 0 */
};

/* Where a record says that it stood (layout.h: has_positions). */
struct cg_position {
    bool is_known;          /* false of a malformed record */
    int32_t unclear_column; /* this one holds no number; -1: none */
    uint64_t input;
    uint64_t line;
};

struct cg_csv;
struct cg_deflater;
struct cg_x12_batch;

struct cg_batch {
    /* read */
    uint64_t sequence;       /* 0, 1, 2 ... in file order */
    uint32_t source_no;      /* input of this run, from 0; a batch never spans two */
    bool is_last;            /* no batch follows in this run */
    bool ends_source;        /* the last batch of its input */
    bool is_empty_source;    /* its input has no content at all, and may be so */
    bool is_plain;           /* read: the input is not compressed */
    struct cg_buffer packed; /* BGZF blocks that unpack inflates; empty otherwise */

    /* unpack and cut: `head_room` bytes before `payload` take what the last batch left over. */
    char *memory; /* head room, then CG_BATCH_BYTES, then padding that may be read */
    char *payload;
    size_t payload_bytes;
    struct cg_text text;        /* the whole records of this batch, line ends included */
    uint64_t long_record_bytes; /* full length of the first record, where the splitter has dropped
                                 * what lies past its first CG_RECORD_MAX_BYTES; else 0 */
    uint64_t first_line;        /* physical line of text's first byte, from 1; set by decide */

    struct cg_text header_raw; /* the header of the first input that has one, where this batch holds
                                * it: BOM, bytes, line end */
    uint32_t header_lines;     /* physical lines up to and with the header; 0 in other batches */

    struct cg_x12_batch *x12; /* cut and parse: what the input has beside records where it is X12,
                               * of which the lines below count segments; empty otherwise */

    bool is_fed_back;          /* cut: the input is a rejected file of an earlier run */
    struct cg_array stretches; /* cut: of struct cg_stretch (stretches.h), where an earlier reading
                                * of the same bytes tells which records pass; empty else */

    /* parse */
    struct cg_array records;   /* of struct cg_record */
    struct cg_array origins;   /* of struct cg_origin, one a record where is_fed_back */
    struct cg_array positions; /* of struct cg_position, one a record where lines have them */
    uint32_t physical_lines;   /* line ends in text (and an unended last line) */
    uint32_t blank_lines;
    bool holds_claims;       /* a record may have several lines */
    uint32_t further_rows;   /* of claims that are fed back, beyond their first */
    uint32_t other_records;  /* of these: of a kind that holds no service lines */
    bool begins_outputs;     /* cut: headers of outputs come before its rows */
    uint32_t passed_lines;   /* service lines of the records with CG_NO_LINE */
    uint32_t near_codes;     /* records with near_code */
    uint32_t words_for_code; /* records with words_for_code */
    uint32_t told_lines; /* lines with odd_id, names_other, odd_value, near_member or odd_take_back;
                            or more */
    struct cg_array passing_take_backs; /* of struct cg_passing_take_back */
    uint32_t utc_times; /* that were cut off, though they may lie on another day here */
    uint32_t left_out[CG_LEFT_OUT_RULES]; /* records that a rule of the layout leaves out */
    struct cg_array lines;                /* of struct cg_line, in record order */
    struct cg_array line_places;   /* of uint64_t, one a line, where the batch was put together from
                                    * lines that were handed on; empty else */
    uint32_t skipped_lines;        /* before the header, by the layout's word */
    struct cg_array trailers;      /* of struct cg_trailer (odd_record.h) */
    uint32_t decoration;           /* lines without a letter or digit */
    uint32_t repeated_headers;     /* records that say the header again */
    uint32_t first_repeated_delta; /* physical line of the first of them, less first_line */
    uint32_t other_header_delta;   /* the same of the first record that is another header */
    const char *other_header;      /* how that one differs; NULL: there is none */
    struct cg_array header_like;   /* of struct cg_header_like (odd_record.h) */
    struct cg_array total_rows;    /* of uint32_t: physical lines, less first_line, of records that
                                    * look like a total or the end of a report */
    struct cg_scan_index index;
    struct cg_arena
        scratch; /* values whose bytes had to be rewritten: doubled quotes made single */

    /* encode */
    struct cg_array accepted_text;   /* of struct cg_text, in order: neighbours are one stretch */
    struct cg_buffer accepted;       /* the same, packed as the accepted file is */
    struct cg_buffer rejected_text;  /* rows of the rejected file */
    struct cg_buffer rejected;       /* the same, packed */
    struct cg_buffer decisions_text; /* rows of the table of decisions */
    struct cg_buffer decisions;      /* the same, packed */
    uint32_t encoded_lines; /* lines whose rejected row is in rejected_text by now, or was before */
    uint64_t accepted_rows; /* rows that were put into each file */
    uint64_t rejected_rows;
    uint64_t decision_rows;
    bool notes_shapes;             /* enough of its lines fail for a remark on all of them */
    struct cg_shape_counts shapes; /* of what fails in the rejected rows */

    /* Tools that travel along, so that parallel stations need no look-up by thread. Made by who
     * uses them first, freed with the batch. */
    struct cg_csv *csv;
    struct cg_deflater *deflater;

    /* any station: its outcome. Later stations pass a failed batch through. */
    struct cg_error error;
};

cg_must_use struct cg_batch *cg_batch_new(void); /* NULL: no memory */
void cg_batch_free(struct cg_batch *batch);
void cg_batch_reset(struct cg_batch *batch); /* as new, but keeps its memory */

/* Make it ready for X12. False: no memory. */
cg_must_use bool cg_batch_use_x12(struct cg_batch *batch);

static inline struct cg_record *cg_batch_record(const struct cg_batch *batch, uint32_t record_no) {
    CG_ASSERT(record_no < batch->records.count);
    return (struct cg_record *)batch->records.items + record_no;
}

static inline struct cg_line *cg_batch_line(const struct cg_batch *batch, uint32_t line_index) {
    CG_ASSERT(line_index < batch->lines.count);
    return (struct cg_line *)batch->lines.items + line_index;
}

/* One more; NULL when memory is out. */
cg_must_use struct cg_line *cg_batch_add_line(struct cg_batch *batch); /* zeroed */
/* What the last line asks to take back, although its record passes out of scope. */
cg_must_use bool cg_batch_keep_take_back(struct cg_batch *batch);
cg_must_use bool cg_batch_add_accepted(struct cg_batch *batch, const char *bytes, size_t len_bytes);

/* Where a line stands in its input: the physical line of its record, or the segment that begins it.
 */
uint64_t cg_batch_line_place(const struct cg_batch *batch, const struct cg_line *line);

/* Forget the first records and their lines, as if they had not stood in the input. After number. */
void cg_batch_drop_first(struct cg_batch *batch, uint32_t records);

/* The record's bytes as far as they are kept (at most CG_RECORD_MAX_BYTES), and its full length. */
struct cg_text cg_batch_record_text(const struct cg_batch *batch, uint32_t record_no);
uint64_t cg_batch_record_bytes(const struct cg_batch *batch, uint32_t record_no);

#endif
