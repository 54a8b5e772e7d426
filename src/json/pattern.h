/*
 * The patterns of our schemas, without memory of their own: the C library's regcomp(3) ends the
 * program where memory is short, and regexec(3) then says that a text does not match.
 *
 * Known are (), |, [a-z], {n}, {n,m}, *, + and ? between ^ and $. What is repeated takes as much as
 * it can and gives nothing back, and the first alternative that fits is taken.
 */
#ifndef CLAIMGATE_JSON_PATTERN_H
#define CLAIMGATE_JSON_PATTERN_H

#include <stdbool.h>

/* The whole text matches. */
bool cg_json_matches(const char *pattern, const char *text);

#endif
