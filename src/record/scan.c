#include "claimgate/record/scan.h"

#include "scan_masks.h"

#include <stdlib.h>

/* Each variant turns 64 bytes into masks in its own way (scan_masks.h), inlined into one loop. */

#define ALWAYS_INLINE __attribute__((always_inline))

struct progress {
    struct cg_scan_index *index;
    uint64_t odd; /* not 0: a byte that no plain line has was seen since the last line end */
};

/* The end of the last line is not in the text, but every line must have one. */
static bool reserve(struct cg_scan_index *index, size_t len_bytes) {
    size_t need = len_bytes + 1;
    if (need <= index->capacity) {
        return true;
    }
    cg_scan_fini(index);
    index->marks = malloc((1 + need) * sizeof *index->marks);
    index->lines = malloc(need * sizeof *index->lines);
    if (index->marks != NULL) {
        *index->marks++ = UINT32_MAX; /* marks[-1] */
    }
    if (index->marks == NULL || index->lines == NULL) {
        cg_scan_fini(index);
        return false;
    }
    index->capacity = need;
    return true;
}

void cg_scan_fini(struct cg_scan_index *index) {
    if (index->marks != NULL) {
        free(index->marks - 1);
    }
    free(index->lines);
    *index = (struct cg_scan_index){0};
}

static inline ALWAYS_INLINE void end_line(struct progress *progress, size_t mark) {
    struct cg_scan_index *index = progress->index;
    index->lines[index->line_count++] = (struct cg_scan_line){(uint32_t)mark, progress->odd == 0};
    progress->odd = 0;
}

/* Returns where the next mark goes. */
static inline uint32_t *put_marks(uint32_t *out, uint32_t base, uint64_t marks) {
    for (; marks != 0; marks &= marks - 1) {
        *out++ = base + (uint32_t)__builtin_ctzll(marks);
    }
    return out;
}

static inline ALWAYS_INLINE void add_block(struct progress *progress, uint32_t base,
                                           struct cg_masks masks) {
    struct cg_scan_index *index = progress->index;
    uint64_t marks = masks.delimiter | masks.line_end;
    uint64_t odd = masks.odd & ~marks;
    uint32_t *out = index->marks + index->mark_count;
    for (uint64_t ends = masks.line_end; ends != 0; ends &= ends - 1) {
        const uint64_t line = ends ^ (ends - 1); /* up to its end, which is the last mark of it */
        progress->odd |= odd & line;
        out = put_marks(out, base, marks & line);
        end_line(progress, (size_t)(out - 1 - index->marks));
        marks &= ~line;
        odd &= ~line;
    }
    progress->odd |= odd;
    out = put_marks(out, base, marks);
    index->mark_count = (size_t)(out - index->marks);
}

static inline ALWAYS_INLINE void scan_blocks(struct progress *progress, struct cg_text text,
                                             char delimiter,
                                             struct cg_masks (*masks_of)(const char *, char)) {
    uint32_t whole = text.len - text.len % CG_SCAN_BLOCK_BYTES;
    for (uint32_t base = 0; base < whole; base += CG_SCAN_BLOCK_BYTES) {
        add_block(progress, base, masks_of(text.ptr + base, delimiter));
    }
    if (whole < text.len) {
        struct cg_masks masks = masks_of(text.ptr + whole, delimiter);
        uint64_t inside = (UINT64_C(1) << (text.len - whole)) - 1;
        masks.delimiter &= inside;
        masks.line_end &= inside;
        masks.odd &= inside;
        add_block(progress, whole, masks);
    }
}

static void run_variant(enum cg_scan_variant variant, struct progress *progress,
                        struct cg_text text, char delimiter) {
    switch (variant) {
#ifdef __SSE2__
    case CG_SCAN_SSE2:
        scan_blocks(progress, text, delimiter, masks_sse2);
        break;
#endif
    case CG_SCAN_PORTABLE:
    case CG_SCAN_VARIANT_COUNT:
        scan_blocks(progress, text, delimiter, masks_portable);
        break;
    }
}

bool cg_scan_with(enum cg_scan_variant variant, struct cg_scan_index *index, struct cg_text text,
                  char delimiter) {
    if (!reserve(index, text.len)) {
        return false;
    }
    index->mark_count = 0;
    index->line_count = 0;
    struct progress progress = {.index = index};
    run_variant(variant, &progress, text, delimiter);
    bool ended = index->line_count > 0 &&
                 index->lines[index->line_count - 1].mark + 1 == index->mark_count &&
                 index->marks[index->mark_count - 1] + 1 == text.len;
    if (!ended && text.len > 0) {
        end_line(&progress, index->mark_count);
        index->marks[index->mark_count++] = text.len;
    }
    return true;
}

bool cg_scan(struct cg_scan_index *index, struct cg_text text, char delimiter) {
    return cg_scan_with(CG_SCAN_VARIANT_COUNT - 1, index, text, delimiter);
}
