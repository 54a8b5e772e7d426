/*
 * A tiny run: a whole claim file in memory, read, edited, decided and written as a run does it, on
 * one thread and without a file. Thousands a second, for tests that try very many files.
 *
 * Ownership  _open/_close. What a run made stands until the next one.
 * Failure    What must hold of every run, whatever it is given, ends the program with a word on
 *            standard error: fuzzers read with this file too, which have no test to fail.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_TINY_RUN_H
#define CLAIMGATE_TESTS_SUPPORT_TINY_RUN_H

#include "claimgate/base/buffer.h"
#include "claimgate/gate/field_edits.h"
#include "claimgate/gate/history.h"
#include "claimgate/gate/tally.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a file is read. All zero: in one piece, under the layout tuva. */
struct tiny_way {
    size_t first_piece; /* bytes of the first of two pieces; 0: one piece */
    bool libcsv_only;
    bool multiline;
    bool by_header;     /* the header chooses the layout, and a rejected file may be fed back */
    const char *layout; /* NULL: tuva; else a name or path, and a rejected file may be fed back */
};

/* One record of a file that was read whole. */
struct tiny_record {
    struct cg_text text;
    struct cg_line line; /* zeroed but for the decision where it passes through */
};

struct tiny_run {
    struct cg_policy *policy;
    struct cg_roster *roster;
    struct cg_layout *layout;
    struct cg_rules rules;
    struct cg_history *history;
    struct cg_batch *batch;
    struct cg_tally tally;
    bool has_tally;

    enum cg_status status; /* the file was refused unless CG_OK */
    struct cg_error err;
    uint64_t physical_lines;
    uint64_t header_lines;
    uint64_t accepted_rows;
    uint64_t rejected_rows;
    struct cg_buffer accepted;
    struct cg_buffer rejected;
    struct cg_array records; /* of struct tiny_record, where the file was read in one piece */
    char *kept;              /* the bytes that they point at */
};

/* The policy's id or path; the roster of fixtures/quickstart. */
void tiny_run_open(struct tiny_run *run, const char *policy);
void tiny_run_close(struct tiny_run *run);

/* Decide a file of at most CG_BATCH_BYTES. The books are checked: lines read are those that stand
 * in it, and each is a header, skipped, accepted or rejected. */
void tiny_run_decide(struct tiny_run *run, struct cg_text file, const struct tiny_way *way);

/* True for a requirement that holds; else the program ends and says which does not. */
void tiny_require(bool holds, const char *format, ...) cg_printf_like(2, 3);

/* Line ends (LF, CRLF, CR) and a last line without one, counted one byte after another. */
uint64_t tiny_lines_in(struct cg_text file);

#endif
