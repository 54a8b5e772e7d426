/*
 * Records into key order in bounded memory.
 *
 * Records lie in a chunk as they come. A full chunk is sorted and appended to a nameless file as
 * one sorted stretch; at the end the stretches and what is left in memory are merged. Sorting looks
 * at eight bytes of each key first, those behind what all keys of the chunk share, by a radix sort
 * that skips bytes which do not differ: member numbers and claim numbers that were given in order
 * cost two or three passes and no comparison. A record is
 *
 *     key length (4), payload length (4), key, payload
 *
 * in memory and in the file.
 */
#include "claimgate/base/fault.h"
#include "claimgate/io/files.h"
#include "sorter_private.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PREFIX_BYTES = 8, DIGITS = 256 };

struct cg_text cg_sort_key_at(const struct cg_sorter *sorter, uint32_t offset) {
    uint32_t len;
    memcpy(&len, sorter->chunk.data + offset, sizeof len);
    return (struct cg_text){sorter->chunk.data + offset + CG_SORT_HEAD_BYTES, len};
}

struct cg_text cg_sort_payload_at(const struct cg_sorter *sorter, uint32_t offset) {
    uint32_t lens[2];
    memcpy(lens, sorter->chunk.data + offset, sizeof lens);
    return (struct cg_text){sorter->chunk.data + offset + CG_SORT_HEAD_BYTES + lens[0], lens[1]};
}

int cg_sort_compare(struct cg_text a, struct cg_text b) {
    const uint32_t len = a.len < b.len ? a.len : b.len;
    const int order = memcmp(a.ptr, b.ptr, len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

struct cg_sorter *cg_sorter_new(const char *dir, size_t memory_bytes) {
    struct cg_sorter *sorter = calloc(1, sizeof *sorter);
    if (sorter == NULL) {
        return NULL;
    }
    sorter->fd = -1;
    cg_buffer_init(&sorter->chunk, memory_bytes);
    sorter->dir = strdup(dir);
    if (sorter->dir == NULL) {
        free(sorter);
        return NULL;
    }
    return sorter;
}

void cg_sorter_free(struct cg_sorter *sorter) {
    if (sorter == NULL) {
        return;
    }
    for (uint32_t i = 0; i < sorter->stretch_count; i++) {
        cg_buffer_fini(&sorter->stretches[i].window);
    }
    if (sorter->fd >= 0) {
        (void)close(sorter->fd);
    }
    cg_buffer_fini(&sorter->chunk);
    free(sorter->stretches);
    free(sorter->heap);
    free(sorter->places);
    free(sorter->spare);
    free(sorter->dir);
    free(sorter);
}

enum cg_status cg_sort_no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while sorting");
}

/* Bytes that all keys of the chunk share at their front. */
static uint32_t shared_bytes(const struct cg_sorter *sorter) {
    const struct cg_text first = cg_sort_key_at(sorter, sorter->places[0].offset);
    uint32_t shared = first.len;
    for (uint32_t i = 1; i < sorter->place_count && shared > 0; i++) {
        const struct cg_text key = cg_sort_key_at(sorter, sorter->places[i].offset);
        const uint32_t most = shared < key.len ? shared : key.len;
        uint32_t same = 0;
        while (same < most && key.ptr[same] == first.ptr[same]) {
            same++;
        }
        shared = same;
    }
    return shared;
}

static uint64_t prefix_of(struct cg_text key, uint32_t from) {
    uint64_t prefix = 0;
    for (uint32_t i = 0; i < PREFIX_BYTES; i++) {
        prefix = prefix << 8 | (from + i < key.len ? (uint8_t)key.ptr[from + i] : 0);
    }
    return prefix;
}

/* Stable, least significant byte first. */
static void radix_sort(struct cg_sorter *sorter) {
    for (int shift = 0; shift < 64; shift += 8) {
        uint32_t starts[DIGITS] = {0};
        for (uint32_t i = 0; i < sorter->place_count; i++) {
            starts[sorter->places[i].prefix >> shift & 0xff]++;
        }
        if (starts[sorter->places[0].prefix >> shift & 0xff] == sorter->place_count) {
            continue;
        }
        uint32_t start = 0;
        for (uint32_t digit = 0; digit < DIGITS; digit++) {
            const uint32_t count = starts[digit];
            starts[digit] = start;
            start += count;
        }
        for (uint32_t i = 0; i < sorter->place_count; i++) {
            sorter->spare[starts[sorter->places[i].prefix >> shift & 0xff]++] = sorter->places[i];
        }
        struct cg_sort_place *sorted = sorter->spare;
        sorter->spare = sorter->places;
        sorter->places = sorted;
    }
}

/* Whole keys, then the order in which they came, which is that of the offsets. */
static int by_key(const void *a, const void *b, void *sorter) {
    const struct cg_sort_place *one = a;
    const struct cg_sort_place *other = b;
    const int order =
        cg_sort_compare(cg_sort_key_at(sorter, one->offset), cg_sort_key_at(sorter, other->offset));
    return order != 0 ? order : (one->offset > other->offset) - (one->offset < other->offset);
}

void cg_sort_chunk(struct cg_sorter *sorter) {
    if (sorter->place_count < 2) {
        return;
    }
    const uint32_t shared = shared_bytes(sorter);
    uint32_t longest = 0;
    uint32_t shortest = UINT32_MAX;
    for (uint32_t i = 0; i < sorter->place_count; i++) {
        const struct cg_text key = cg_sort_key_at(sorter, sorter->places[i].offset);
        sorter->places[i].prefix = prefix_of(key, shared);
        longest = key.len > longest ? key.len : longest;
        shortest = key.len < shortest ? key.len : shortest;
    }
    radix_sort(sorter);
    /* Equal prefixes mean equal keys unless keys reach beyond them, or a shorter one was filled up
     * with zero bytes that another really has. */
    const bool reaches_beyond = longest > shared + PREFIX_BYTES;
    const bool was_filled_up = shortest < longest && shortest < shared + PREFIX_BYTES;
    for (uint32_t i = 0, end; i < sorter->place_count; i = end) {
        end = i + 1;
        while (end < sorter->place_count &&
               sorter->places[end].prefix == sorter->places[i].prefix) {
            end++;
        }
        if (end - i > 1 && (reaches_beyond || was_filled_up)) {
            qsort_r(&sorter->places[i], end - i, sizeof sorter->places[0], by_key, sorter);
        }
    }
}

struct cg_sort_stretch *cg_sort_add_stretch(struct cg_sorter *sorter) {
    if (sorter->stretch_count == sorter->stretch_capacity) {
        const uint32_t capacity = sorter->stretch_capacity == 0 ? 8 : 2 * sorter->stretch_capacity;
        struct cg_sort_stretch *grown = realloc(sorter->stretches, capacity * sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        sorter->stretches = grown;
        sorter->stretch_capacity = capacity;
    }
    struct cg_sort_stretch *stretch = &sorter->stretches[sorter->stretch_count];
    memset(stretch, 0, sizeof *stretch);
    sorter->stretch_count++;
    return stretch;
}

static enum cg_status spill(struct cg_sorter *sorter, struct cg_error *err) {
    const int fault = cg_fault("ledger.spill");
    if (fault != 0) {
        return cg_error_set_errno(err, CG_IO, fault, "%s: cannot write a temporary file",
                                  sorter->dir);
    }
    enum cg_status status =
        sorter->fd < 0 ? cg_file_open_nameless(sorter->dir, &sorter->fd, err) : CG_OK;
    if (status != CG_OK) {
        return status;
    }
    struct cg_sort_stretch *stretch = cg_sort_add_stretch(sorter);
    if (stretch == NULL) {
        return cg_sort_no_memory(err);
    }
    stretch->next_byte = sorter->file_bytes;
    cg_sort_chunk(sorter);
    struct cg_buffer out;
    cg_buffer_init(&out, 2 * (size_t)CG_SORT_READ_BYTES + sorter->chunk.limit_bytes);
    for (uint32_t i = 0; i < sorter->place_count && status == CG_OK; i++) {
        const uint32_t offset = sorter->places[i].offset;
        const size_t len = CG_SORT_HEAD_BYTES + cg_sort_key_at(sorter, offset).len +
                           cg_sort_payload_at(sorter, offset).len;
        if (!cg_buffer_append(&out, sorter->chunk.data + offset, len)) {
            status = cg_sort_no_memory(err);
        } else if (out.len_bytes >= CG_SORT_READ_BYTES || i + 1 == sorter->place_count) {
            status = cg_file_write_all(sorter->fd, sorter->dir, out.data, out.len_bytes, err);
            sorter->file_bytes += out.len_bytes;
            cg_buffer_clear(&out);
        }
    }
    cg_buffer_fini(&out);
    stretch->end_byte = sorter->file_bytes;
    cg_buffer_clear(&sorter->chunk);
    sorter->place_count = 0;
    return status;
}

static bool add_place(struct cg_sorter *sorter, size_t offset) {
    if (sorter->place_count == sorter->place_capacity) {
        const uint32_t capacity = sorter->place_capacity == 0 ? 4096 : 2 * sorter->place_capacity;
        struct cg_sort_place *places = realloc(sorter->places, capacity * sizeof *places);
        if (places == NULL) {
            return false;
        }
        sorter->places = places;
        struct cg_sort_place *spare = realloc(sorter->spare, capacity * sizeof *spare);
        if (spare == NULL) {
            return false;
        }
        sorter->spare = spare;
        sorter->place_capacity = capacity;
    }
    sorter->places[sorter->place_count++] = (struct cg_sort_place){.offset = (uint32_t)offset};
    return true;
}

enum cg_status cg_sorter_add(struct cg_sorter *sorter, struct cg_text key, struct cg_text payload,
                             struct cg_error *err) {
    const size_t len = CG_SORT_HEAD_BYTES + (size_t)key.len + payload.len;
    /* The places count too: 32 bytes for each record. */
    const size_t used =
        sorter->chunk.len_bytes + sorter->place_count * 2 * sizeof(struct cg_sort_place);
    if (sorter->place_count > 0 && used + len > sorter->chunk.limit_bytes) {
        if (spill(sorter, err) != CG_OK) {
            return err->status;
        }
    }
    const uint32_t lens[2] = {key.len, payload.len};
    const size_t offset = sorter->chunk.len_bytes;
    if (!cg_buffer_reserve(&sorter->chunk, len) || !add_place(sorter, offset)) {
        return cg_sort_no_memory(err);
    }
    char *at = sorter->chunk.data + offset;
    memcpy(at, lens, sizeof lens);
    memcpy(at + CG_SORT_HEAD_BYTES, key.ptr, key.len);
    memcpy(at + CG_SORT_HEAD_BYTES + key.len, payload.ptr, payload.len);
    sorter->chunk.len_bytes += len;
    sorter->bytes += len;
    return CG_OK;
}

void cg_sorter_put_number(char *out, uint64_t number) {
    const uint64_t big_endian = htobe64(number);
    memcpy(out, &big_endian, sizeof big_endian);
}

uint64_t cg_sorter_number(const char *bytes) {
    uint64_t big_endian;
    memcpy(&big_endian, bytes, sizeof big_endian);
    return be64toh(big_endian);
}

uint64_t cg_sorter_bytes(const struct cg_sorter *sorter) {
    return sorter->bytes;
}
