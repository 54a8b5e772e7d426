/*
 * The second half of sorting: stretches that are sorted in themselves become one stream. A heap
 * keeps the stretch whose front record is the smallest; of equal keys the earlier stretch goes
 * first.
 */
#include "claimgate/base/fault.h"
#include "sorter_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool goes_before(const struct cg_sorter *sorter, uint32_t a, uint32_t b) {
    const int order = cg_sort_compare(sorter->stretches[a].key, sorter->stretches[b].key);
    return order != 0 ? order < 0 : a < b;
}

static void sift_down(struct cg_sorter *sorter, uint32_t at) {
    for (;;) {
        uint32_t first = at;
        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
            if (child < sorter->heap_count &&
                goes_before(sorter, sorter->heap[child], sorter->heap[first])) {
                first = child;
            }
        }
        if (first == at) {
            return;
        }
        const uint32_t other = sorter->heap[at];
        sorter->heap[at] = sorter->heap[first];
        sorter->heap[first] = other;
        at = first;
    }
}

static enum cg_status read_at(const struct cg_sorter *sorter, char *out, size_t len_bytes,
                              uint64_t offset, struct cg_error *err) {
    const int fault = cg_fault("ledger.unspill");
    if (fault != 0) {
        return cg_error_set_errno(err, CG_IO, fault, "%s: cannot read a temporary file",
                                  sorter->dir);
    }
    for (size_t done = 0; done < len_bytes;) {
        const ssize_t n = pread(sorter->fd, out + done, len_bytes - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return cg_error_set_errno(err, CG_IO, n < 0 ? errno : EIO,
                                      "%s: cannot read a temporary file", sorter->dir);
        }
        done += (size_t)n;
    }
    return CG_OK;
}

/* Make `needed` bytes stand in the window at window_at. */
static enum cg_status look_ahead(const struct cg_sorter *sorter, struct cg_sort_stretch *stretch,
                                 size_t needed, struct cg_error *err) {
    struct cg_buffer *window = &stretch->window;
    const size_t have = window->len_bytes - stretch->window_at;
    if (have >= needed) {
        return CG_OK;
    }
    if (have > 0) {
        memmove(window->data, window->data + stretch->window_at, have);
    }
    window->len_bytes = have;
    stretch->window_at = 0;
    const size_t wanted = needed > CG_SORT_READ_BYTES ? needed : CG_SORT_READ_BYTES;
    const uint64_t left = stretch->end_byte - stretch->next_byte;
    const size_t more = left < wanted - have ? (size_t)left : wanted - have;
    if (have + more < needed) {
        return cg_error_set(err, CG_INTERNAL, "%s: a temporary file is shorter than it was written",
                            sorter->dir);
    }
    if (!cg_buffer_reserve(window, more)) {
        return cg_sort_no_memory(err);
    }
    const enum cg_status status =
        read_at(sorter, window->data + have, more, stretch->next_byte, err);
    stretch->next_byte += more;
    window->len_bytes += more;
    return status;
}

/* The next record of a stretch to its front; *more false when there is none. */
static enum cg_status advance(struct cg_sorter *sorter, struct cg_sort_stretch *stretch, bool *more,
                              struct cg_error *err) {
    if (stretch->in_memory) {
        *more = sorter->place_at < sorter->place_count;
        if (*more) {
            const uint32_t offset = sorter->places[sorter->place_at++].offset;
            stretch->key = cg_sort_key_at(sorter, offset);
            stretch->payload = cg_sort_payload_at(sorter, offset);
        }
        return CG_OK;
    }
    *more =
        stretch->window_at < stretch->window.len_bytes || stretch->next_byte < stretch->end_byte;
    if (!*more) {
        return CG_OK;
    }
    if (look_ahead(sorter, stretch, CG_SORT_HEAD_BYTES, err) != CG_OK) {
        return err->status;
    }
    uint32_t lens[2];
    memcpy(lens, stretch->window.data + stretch->window_at, sizeof lens);
    const size_t len = CG_SORT_HEAD_BYTES + (size_t)lens[0] + lens[1];
    if (look_ahead(sorter, stretch, len, err) != CG_OK) {
        return err->status;
    }
    const char *at = stretch->window.data + stretch->window_at + CG_SORT_HEAD_BYTES;
    stretch->key = (struct cg_text){at, lens[0]};
    stretch->payload = (struct cg_text){at + lens[0], lens[1]};
    stretch->window_at += len;
    return CG_OK;
}

enum cg_status cg_sorter_finish(struct cg_sorter *sorter, struct cg_error *err) {
    struct cg_sort_stretch *last = cg_sort_add_stretch(sorter);
    if (last == NULL) {
        return cg_sort_no_memory(err);
    }
    last->in_memory = true;
    cg_sort_chunk(sorter);
    sorter->heap = calloc(sorter->stretch_count, sizeof sorter->heap[0]);
    if (sorter->heap == NULL) {
        return cg_sort_no_memory(err);
    }
    for (uint32_t i = 0; i < sorter->stretch_count; i++) {
        struct cg_sort_stretch *stretch = &sorter->stretches[i];
        cg_buffer_init(&stretch->window, CG_SORT_READ_BYTES + sorter->chunk.limit_bytes);
        bool more;
        if (advance(sorter, stretch, &more, err) != CG_OK) {
            return err->status;
        }
        if (more) {
            sorter->heap[sorter->heap_count++] = i;
        }
    }
    for (uint32_t i = sorter->heap_count / 2; i-- > 0;) {
        sift_down(sorter, i);
    }
    return CG_OK;
}

enum cg_status cg_sorter_next(struct cg_sorter *sorter, struct cg_text *key,
                              struct cg_text *payload, bool *more, struct cg_error *err) {
    if (sorter->handed_out) {
        bool another;
        if (advance(sorter, &sorter->stretches[sorter->heap[0]], &another, err) != CG_OK) {
            return err->status;
        }
        if (!another) {
            sorter->heap[0] = sorter->heap[--sorter->heap_count];
        }
        sift_down(sorter, 0);
        sorter->handed_out = false;
    }
    *more = sorter->heap_count > 0;
    if (*more) {
        const struct cg_sort_stretch *front = &sorter->stretches[sorter->heap[0]];
        *key = front->key;
        *payload = front->payload;
        sorter->handed_out = true;
    }
    return CG_OK;
}

enum cg_status cg_sorter_each(struct cg_sorter *sorter, cg_sorted_fn fn, void *context,
                              struct cg_error *err) {
    struct cg_text key = {"", 0};
    struct cg_text payload = {"", 0};
    bool more = true;
    enum cg_status status = cg_sorter_finish(sorter, err);
    while (status == CG_OK && more) {
        status = cg_sorter_next(sorter, &key, &payload, &more, err);
        if (status == CG_OK && more) {
            status = fn(context, key, payload, err);
        }
    }
    return status;
}
