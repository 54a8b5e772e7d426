/*
 * A sorter from the inside: sorter.c fills it, sorter_merge.c hands out.
 */
#ifndef CLAIMGATE_IO_SORTER_PRIVATE_H
#define CLAIMGATE_IO_SORTER_PRIVATE_H

#include "claimgate/base/buffer.h"
#include "claimgate/io/sorter.h"

enum { CG_SORT_HEAD_BYTES = 8, CG_SORT_READ_BYTES = 1 << 16 };

struct cg_sort_place {
    uint64_t prefix;
    uint32_t offset; /* of the record in the chunk */
};

/* A sorted stretch of the file, or (the last one) the sorted chunk in memory. */
struct cg_sort_stretch {
    bool in_memory;
    uint64_t next_byte; /* in the file */
    uint64_t end_byte;
    struct cg_buffer window; /* bytes read ahead */
    size_t window_at;
    struct cg_text key; /* of the record in front */
    struct cg_text payload;
};

struct cg_sorter {
    char *dir;
    int fd; /* -1 until something had to go to the file */
    uint64_t file_bytes;
    struct cg_buffer chunk;
    struct cg_sort_place *places;
    struct cg_sort_place *spare;
    uint32_t place_count;
    uint32_t place_capacity;
    uint32_t place_at; /* while handing out */
    uint64_t bytes;
    struct cg_sort_stretch *stretches; /* in the order in which their records came */
    uint32_t stretch_count;
    uint32_t stretch_capacity;
    uint32_t *heap; /* stretches that have a record; the smallest key first */
    uint32_t heap_count;
    bool handed_out; /* the record in front of heap[0] is with the caller */
};

struct cg_text cg_sort_key_at(const struct cg_sorter *sorter, uint32_t offset);
struct cg_text cg_sort_payload_at(const struct cg_sorter *sorter, uint32_t offset);
int cg_sort_compare(struct cg_text a, struct cg_text b);
void cg_sort_chunk(struct cg_sorter *sorter);
/* One more stretch, zeroed; NULL: no memory. */
cg_must_use struct cg_sort_stretch *cg_sort_add_stretch(struct cg_sorter *sorter);
enum cg_status cg_sort_no_memory(struct cg_error *err);

#endif
