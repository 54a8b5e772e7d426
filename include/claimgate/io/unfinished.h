/*
 * Unfinished: signs that a file is not whole which are no proof. Each is one warning.
 *
 * What is proof, an input refuses by itself: it changes while it is read, or its compressed data
 * is cut.
 */
#ifndef CLAIMGATE_IO_UNFINISHED_H
#define CLAIMGATE_IO_UNFINISHED_H

/* Warn where a program that transfers files gives such names to those it has not finished:
 * "claims.csv.part", "claims.csv.gz.filepart", "claims.csv.tmp.gz". "-" has no name. */
void cg_unfinished_name(const char *path);
/* Warn that the file's last line has no line end. */
void cg_unfinished_line(const char *path);

#endif
