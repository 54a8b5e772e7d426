/*
 * Quotes: where in a CSV record a byte stands, one byte at a time.
 *
 * The record's boundaries under --multiline and the CSV reader's view of its fields come from
 * this one automaton, so that they cannot differ. RFC 4180, with two places decided:
 * a quote after leading blanks, and anything but blanks after a closing quote, is broken
 * quoting; from there quotes mean nothing any more and the record ends at the line end.
 */
#ifndef CLAIMGATE_RECORD_QUOTES_H
#define CLAIMGATE_RECORD_QUOTES_H

#include <stdbool.h>

enum cg_quotes {
    CG_QUOTES_FIELD_START, /* a field begins at the next byte */
    CG_QUOTES_BLANKS,      /* blanks only, so far */
    CG_QUOTES_BARE,        /* in a field without quotes; a quote is an ordinary byte */
    CG_QUOTES_OPEN,        /* within quotes */
    CG_QUOTES_CLOSED,      /* behind a quote that closes, unless another one follows */
    CG_QUOTES_AFTER,       /* blanks behind a closing quote */
    CG_QUOTES_BROKEN,
};

/* The state behind `byte`. FIELD_START follows delimiters alone. A line end is given here only
 * within quotes. A tab that delimits is no blank. */
static inline enum cg_quotes cg_quotes_step(enum cg_quotes state, char byte, char delimiter) {
    if (state == CG_QUOTES_OPEN) {
        return byte == '"' ? CG_QUOTES_CLOSED : CG_QUOTES_OPEN;
    }
    if (state == CG_QUOTES_BROKEN) {
        return CG_QUOTES_BROKEN;
    }
    if (byte == delimiter) {
        return CG_QUOTES_FIELD_START;
    }
    if (state == CG_QUOTES_BARE) {
        return CG_QUOTES_BARE;
    }
    if (state == CG_QUOTES_CLOSED && byte == '"') {
        return CG_QUOTES_OPEN;
    }
    bool is_blank = byte == ' ' || byte == '\t';
    if (state == CG_QUOTES_CLOSED || state == CG_QUOTES_AFTER) {
        return is_blank ? CG_QUOTES_AFTER : CG_QUOTES_BROKEN;
    }
    if (byte == '"') {
        return state == CG_QUOTES_FIELD_START ? CG_QUOTES_OPEN : CG_QUOTES_BROKEN;
    }
    return is_blank ? CG_QUOTES_BLANKS : CG_QUOTES_BARE;
}

#endif
