/*
 * Claim file: rows on their way to a file, plain or gzip, one file after another.
 *
 * Ownership  _new and _free; a file between _open and _close is abandoned by _free.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_CLAIM_FILE_H
#define CLAIMGATE_TESTS_GENERATE_CLAIM_FILE_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct cg_claim_file;

/* level 0: plain, else gzip's. Before each _flow the buffer has room for `most_bytes` more. NULL:
 * no memory. */
cg_must_use struct cg_claim_file *cg_claim_file_new(int level, size_t most_bytes);
void cg_claim_file_free(struct cg_claim_file *file);

cg_must_use enum cg_status cg_claim_file_open(struct cg_claim_file *file, int dir_fd,
                                              const char *name, struct cg_error *err);
cg_must_use enum cg_status cg_claim_file_close(struct cg_claim_file *file, struct cg_error *err);

/* What was put in here goes on its way with the next _flow, once it is much. */
struct cg_buffer *cg_claim_file_rows(struct cg_claim_file *file);
cg_must_use enum cg_status cg_claim_file_flow(struct cg_claim_file *file, struct cg_error *err);

/* Of all its files: before compression, and on disk once they are closed. */
uint64_t cg_claim_file_text_bytes(const struct cg_claim_file *file);
uint64_t cg_claim_file_disk_bytes(const struct cg_claim_file *file);

#endif
