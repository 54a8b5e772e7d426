/*
 * Feed bytes through the splitter and the parser and write down what became of them, so that two
 * ways of reading the same bytes can be compared as texts.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_RECORD_FEED_H
#define CLAIMGATE_TESTS_SUPPORT_RECORD_FEED_H

#include "claimgate/base/buffer.h"
#include "claimgate/record/parse.h"

#include <stdbool.h>
#include <stddef.h>

struct feed {
    const char *bytes;
    size_t len;
    size_t first_payload; /* length of the first payload; 0: as the others */
    size_t payload;       /* length of the others; 0: CG_BATCH_BYTES */
    const struct cg_binding *binding;
    bool has_header;
    bool libcsv_only;
};

/* A binding of `columns` columns, each bound to the field of its place. */
struct cg_binding feed_binding(uint32_t columns, char delimiter, bool multiline);

/* One line for the header, one for each record with everything known of it, one of totals. */
void feed_transcribe(const struct feed *feed, struct cg_buffer *out);

#endif
