/*
 * Line ids to numbers: under a layout whose claim_line_number is an id, a line is known by a number
 * above CG_LINE_NUMBER_MAX that stands for its id and for no other. Ids are compared byte by byte.
 *
 * Ownership  _init and _fini; ids are copied.
 * Threads    One at a time.
 * Failure    Out of memory, or after 4 GiB of ids, is the only one.
 */
#ifndef CLAIMGATE_RECORD_LINE_IDS_H
#define CLAIMGATE_RECORD_LINE_IDS_H

#include "claimgate/base/array.h"
#include "claimgate/base/buffer.h"
#include "claimgate/base/hash_table.h"
#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_line_ids {
    struct cg_array list; /* of struct cg_line_id, in the order in which they were met */
    struct cg_hash_table table;
    struct cg_buffer texts;
    uint64_t seed;
    uint32_t last_number; /* the highest that was given to any id */
};

struct cg_line_id {
    uint32_t offset; /* in texts */
    uint32_t number;
    uint8_t len;
    bool is_new; /* it got its number here */
};

/* Numbers up to `last_number` are taken; CG_LINE_NUMBER_MAX: none is. */
void cg_line_ids_init(struct cg_line_ids *ids, uint32_t last_number);
void cg_line_ids_fini(struct cg_line_ids *ids);

/* CG_LINE_NUMBER_NONE: the id was not met yet. */
uint32_t cg_line_ids_find(const struct cg_line_ids *ids, struct cg_text id);
/* Note an id that was not met yet, under the number that it has elsewhere; CG_LINE_NUMBER_NONE: it
 * gets the next one. The number; CG_LINE_NUMBER_NONE where there is no room. */
cg_must_use uint32_t cg_line_ids_add(struct cg_line_ids *ids, struct cg_text id, uint32_t number);

struct cg_text cg_line_ids_text(const struct cg_line_ids *ids, const struct cg_line_id *id);

#endif
