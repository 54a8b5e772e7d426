/*
 * One JSON document on standard output, printed whole or, after a failure, not at all.
 */
#ifndef CLAIMGATE_CLI_PRINTED_JSON_H
#define CLAIMGATE_CLI_PRINTED_JSON_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"
#include "claimgate/json/json.h"

#include <stddef.h>

struct cg_printed_json {
    struct cg_buffer text;
    struct cg_json_writer writer;
};

/* Opens the document, of at most limit_bytes, and its outermost object. */
void cg_printed_json_begin(struct cg_printed_json *json, size_t limit_bytes);

/* Closes both and prints when `status`, that of what was written into it, is CG_OK. Returns it, or
 * CG_INTERNAL when memory was out. */
cg_must_use enum cg_status cg_printed_json_end(struct cg_printed_json *json, enum cg_status status,
                                               struct cg_error *err);

#endif
