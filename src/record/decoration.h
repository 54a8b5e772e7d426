/*
 * Decoration: lines that rule a file off, without a letter or digit, and so without a record.
 */
#ifndef CLAIMGATE_RECORD_DECORATION_H
#define CLAIMGATE_RECORD_DECORATION_H

#include "claimgate/base/text.h"

#include <stdbool.h>

/* True when nothing in the line is a letter or a digit of any script: blanks, delimiters, quotes,
 * punctuation, ends of a page or of a DOS file, and the dashes, lines, boxes and arrows of
 * Unicode. Other control bytes, what is no UTF-8, and a quote that is not closed are no decoration,
 * for they may hide something. */
bool cg_line_is_decoration(struct cg_text line);

/* Nothing stands in it but blanks and tabs, of which none is the delimiter. */
bool cg_line_is_blank(struct cg_text line, char delimiter);

/* Quotes are for libcsv to read, and a NUL byte for it to refuse. */
bool cg_line_wants_csv(struct cg_text line);

/* The bytes of the line end that stands at `end`; 0 at the end of the text. */
uint8_t cg_line_end_bytes(struct cg_text text, uint32_t end);

/* Line ends in a record that may hold some: CRLF is one. */
uint32_t cg_line_ends_in(struct cg_text record);

#endif
