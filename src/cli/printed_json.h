/*
 * One JSON document on standard output, printed whole or, after a failure, not at all.
 */
#ifndef CLAIMGATE_CLI_PRINTED_JSON_H
#define CLAIMGATE_CLI_PRINTED_JSON_H

#include "claimgate/buffer.h"
#include "claimgate/error.h"
#include "claimgate/json.h"

#include <stddef.h>

struct printed_json {
    struct cg_buffer text;
    struct cg_json_writer writer;
};

/* Opens the document, of at most limit_bytes, and its outermost object. */
void printed_json_begin(struct printed_json *json, size_t limit_bytes);

/* Closes both and prints when `status`, that of what was written into it, is CG_OK. Returns it, or
 * CG_INTERNAL when memory was out. */
cg_must_use enum cg_status printed_json_end(struct printed_json *json, enum cg_status status,
                                            struct cg_error *err);

#endif
