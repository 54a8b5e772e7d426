/*
 * Contents: the text that stands in one column of a generated line's row, nothing being spoilt.
 *
 * Every function writes at `out`, without a look at the room there, and returns where it ended.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_CONTENTS_H
#define CLAIMGATE_TESTS_GENERATE_CONTENTS_H

#include "claimgate/base/date.h"
#include "rows.h"

#include <stddef.h>
#include <stdint.h>

enum { CG_DATE_MAX_BYTES = 11, CG_DATES = CG_DAY_LAST - CG_DAY_FIRST + 1 };

/* Every date that can stand in a file is rendered once, for a row has up to seven; a row then
 * copies. */
struct cg_contents {
    const struct cg_columns *columns;
    const char *adjustments[3];  /* of originals, voids and replacements */
    uint64_t lines_before_first; /* 1 where the first line of a claim is 0 */
    const char *units_suffix;
    const char *date_suffix;
    size_t date_suffix_bytes;
    uint8_t date_bytes[CG_DATES];
    char dates[CG_DATES][CG_DATE_MAX_BYTES];
};

void cg_contents_init(struct cg_contents *contents, const struct cg_columns *columns);

char *cg_content_put(const struct cg_contents *contents, const struct cg_row *row, int content,
                     char *out);

char *cg_put_text(char *out, const char *text);
char *cg_put_claim_id(char *out, uint64_t claim_no);

#endif
