/*
 * Source: an input as a stream of decompressed bytes.
 *
 * Plain or gzip (RFC 1952, several members) is told from the first bytes, never from the
 * name. Every way a gzip file can be damaged is told apart and is CG_BAD_DATA: truncated,
 * corrupt, bad check sum or length, anything but zero padding after the end, BGZF without the
 * empty block that ends it. What is no CSV at all is named as what it is (foreign.h), and a file
 * that changes while it is read is CG_BUSY (input.h).
 *
 * Threads    One thread reads; cg_source_unpack is pure and may run on any.
 */
#ifndef CLAIMGATE_IO_SOURCE_H
#define CLAIMGATE_IO_SOURCE_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"
#include "claimgate/base/hash.h"
#include "claimgate/io/deflate.h"
#include "claimgate/io/stamp.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cg_source;

/* `path` or "-" for standard input. CG_NO_INPUT or CG_NO_PERMISSION; a folder is CG_NO_INPUT. */
cg_must_use enum cg_status cg_source_open(const char *path, struct cg_source **out,
                                          struct cg_error *err);
/* The same with a given codec for what is no BGZF block; for tests. */
cg_must_use enum cg_status cg_source_open_with(const char *path, enum cg_codec codec,
                                               struct cg_source **out, struct cg_error *err);
void cg_source_close(struct cg_source *source); /* NULL is allowed; reading cannot lose data */
/* A file of ours, whose reader knows the hash of its content: what is held against inputs
 * (limits.h) is not, and the file's own bytes are not hashed. Before anything is read. */
void cg_source_trust(struct cg_source *source);
/* An X12 interchange is not refused. */
void cg_source_take_x12(struct cg_source *source);
/* Waiting for a silent pipe ends once another thread sets *given_up: CG_INTERRUPTED. */
void cg_source_give_up_on(struct cg_source *source, const atomic_bool *given_up);

/* One fill of a batch: either decompressed bytes, or whole BGZF blocks (SAM/BAM specification 4.1)
 * that cg_source_unpack inflates elsewhere. How much one fill takes depends on the content alone,
 * never on how the bytes arrived.
 *
 * Bytes fill `out` completely unless the input ends before; at_end is exactly that, so the last
 * fill may be empty, and after BGZF blocks it is. Blocks take at most `capacity_bytes`, packed as
 * well as unpacked (`packed` needs room for eight bytes more). */
struct cg_fill {
    char *out;                /* room for `capacity_bytes` */
    size_t capacity_bytes;    /* at least 65,536 */
    size_t len_bytes;         /* filled */
    struct cg_buffer *packed; /* cleared; blocks still to inflate where its length is not 0 */
    bool at_end;              /* nothing follows */
};
/* CG_BAD_DATA (over a limit of limits.h too) or CG_IO, with the name of the input and the mend. */
cg_must_use enum cg_status cg_source_fill(struct cg_source *source, struct cg_fill *fill,
                                          struct cg_error *err);

/* Inflate `packed` into `out`. Pure, and allocates nothing. CG_BAD_DATA without the name of the
 * input, which the caller puts before it. */
cg_must_use enum cg_status cg_source_unpack(const struct cg_buffer *packed, char *out,
                                            size_t capacity_bytes, size_t *len_bytes,
                                            struct cg_error *err);

/* Both at once, for those who read on one thread: `out` holds the bytes, whatever the input is, and
 * `packed` is the source's own. */
cg_must_use enum cg_status cg_source_read(struct cg_source *source, struct cg_fill *fill,
                                          struct cg_error *err);

/* The bytes as they stand on disk, read so far. Complete once a fill said at_end. */
uint64_t cg_source_bytes(const struct cg_source *source);
/* Not compressed, as its first bytes say. Known once a fill has succeeded. */
bool cg_source_is_plain(const struct cg_source *source);
/* At the end: there was no content at all. That is no failure by itself; those who take claims in
 * refuse it with a step that mends it: CG_BAD_DATA. */
bool cg_source_is_empty(const struct cg_source *source);
cg_must_use enum cg_status cg_source_refuse_empty(const struct cg_source *source, const char *mend,
                                                  struct cg_error *err);
/* At the end of what is not compressed: its last line has no line end. */
bool cg_source_lacks_line_end(const struct cg_source *source);
/* Of the file as it was opened, to be checked once more before its records count. */
const struct cg_stamp *cg_source_stamp(const struct cg_source *source);
/* Of the same bytes. */
void cg_source_sha256(const struct cg_source *source, uint8_t out[CG_SHA256_BYTES]);

#endif
