#include "claimgate/record/scan.h"

#include "scan_masks.h"

#include <stdlib.h>

/* Each variant turns 64 bytes into masks and these into marks in its own way (scan_masks.h),
 * inlined into one loop. Line ends are no plain bytes, so that they are looked for only where there
 * is one that is not. */

#define ALWAYS_INLINE __attribute__((always_inline))

struct variant {
    struct cg_masks (*masks)(const char *block, char delimiter);
    uint64_t (*line_ends)(const char *block);
    uint32_t *(*put_marks)(uint32_t *out, uint32_t base, uint64_t marks);
};

struct progress {
    struct cg_scan_index *index;
    uint64_t odd; /* not 0: a byte that no plain line has was seen since the last line end */
};

/* The end of the last line is not in the text, but every line must have one. */
static bool reserve(struct cg_scan_index *index, size_t len_bytes) {
    size_t need = len_bytes + 1 + CG_SCAN_MARKS_AT_ONCE;
    if (need <= index->capacity) {
        return true;
    }
    need += need / 8; /* batches are of nearly one size: the next one is to fit too */
    cg_scan_fini(index);
    index->marks = malloc((1 + need) * sizeof *index->marks);
    index->lines = malloc(need * sizeof *index->lines);
    if (index->marks != NULL) {
        index->marks++; /* marks[-1] */
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

/* A line ends with the last mark. */
static inline ALWAYS_INLINE void end_line(struct progress *progress, size_t mark_count) {
    struct cg_scan_index *index = progress->index;
    index->lines[index->line_count++] =
        (struct cg_scan_line){(uint32_t)mark_count, progress->odd == 0};
    progress->odd = 0;
}

static inline ALWAYS_INLINE void add_block(struct progress *progress, uint32_t base,
                                           struct cg_masks masks, uint64_t ends,
                                           struct variant variant) {
    struct cg_scan_index *index = progress->index;
    uint64_t marks = masks.delimiter | ends;
    uint64_t odd = ~(masks.plain | marks);
    uint32_t *out = index->marks + index->mark_count;
    for (; ends != 0; ends &= ends - 1) {
        const uint64_t line = ends ^ (ends - 1); /* up to its end, which is the last mark of it */
        progress->odd |= odd & line;
        out = variant.put_marks(out, base, marks & line);
        end_line(progress, (size_t)(out - index->marks));
        marks &= ~line;
        odd &= ~line;
    }
    progress->odd |= odd;
    out = variant.put_marks(out, base, marks);
    index->mark_count = (size_t)(out - index->marks);
}

static inline ALWAYS_INLINE void scan_blocks(struct progress *progress, struct cg_text text,
                                             uint32_t begin, char delimiter,
                                             struct variant variant) {
    uint32_t whole = text.len - (text.len - begin) % CG_SCAN_BLOCK_BYTES;
    for (uint32_t base = begin; base < whole; base += CG_SCAN_BLOCK_BYTES) {
        const char *block = text.ptr + base;
        const struct cg_masks masks = variant.masks(block, delimiter);
        const bool is_plain = (masks.plain | masks.delimiter) == UINT64_MAX;
        add_block(progress, base, masks, is_plain ? 0 : variant.line_ends(block), variant);
    }
    if (whole < text.len) {
        const char *block = text.ptr + whole;
        const uint64_t beyond = UINT64_MAX << (text.len - whole);
        struct cg_masks masks = variant.masks(block, delimiter);
        masks.delimiter &= ~beyond;
        masks.plain |= beyond;
        add_block(progress, whole, masks, variant.line_ends(block) & ~beyond, variant);
    }
}

static void scan_portable(struct progress *progress, struct cg_text text, uint32_t begin,
                          char delimiter) {
    scan_blocks(progress, text, begin, delimiter,
                (struct variant){masks_portable, line_ends_portable, put_marks_portable});
}

#ifdef __SSE2__
static void scan_sse2(struct progress *progress, struct cg_text text, uint32_t begin,
                      char delimiter) {
    scan_blocks(progress, text, begin, delimiter,
                (struct variant){masks_sse2, line_ends_sse2, put_marks_portable});
}

static bool can_avx512(void) {
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") &&
           __builtin_cpu_supports("bmi");
}

CG_SCAN_TARGET_AVX512 static void scan_avx512(struct progress *progress, struct cg_text text,
                                              uint32_t begin, char delimiter) {
    scan_blocks(progress, text, begin, delimiter,
                (struct variant){masks_avx512, line_ends_avx512, put_marks_avx512});
}
#endif

static void run_variant(enum cg_scan_variant variant, struct progress *progress,
                        struct cg_text text, uint32_t begin, char delimiter) {
    switch (variant) {
#ifdef __SSE2__
    case CG_SCAN_AVX512:
        if (can_avx512()) {
            scan_avx512(progress, text, begin, delimiter);
            break;
        } /* fall through */
    case CG_SCAN_SSE2:
        scan_sse2(progress, text, begin, delimiter);
        break;
#endif
    case CG_SCAN_PORTABLE:
    case CG_SCAN_VARIANT_COUNT:
        scan_portable(progress, text, begin, delimiter);
        break;
    }
}

bool cg_scan_with(enum cg_scan_variant variant, struct cg_scan_index *index, struct cg_text text,
                  uint32_t begin, char delimiter) {
    if (!reserve(index, text.len)) {
        return false;
    }
    index->marks[-1] = begin - 1U;
    index->mark_count = 0;
    index->line_count = 0;
    struct progress progress = {.index = index};
    run_variant(variant, &progress, text, begin, delimiter);
    bool ended = index->line_count > 0 &&
                 index->lines[index->line_count - 1].mark_count == index->mark_count &&
                 index->marks[index->mark_count - 1] + 1 == text.len;
    if (!ended && text.len > begin) {
        index->marks[index->mark_count++] = text.len;
        end_line(&progress, index->mark_count);
    }
    return true;
}

bool cg_scan(struct cg_scan_index *index, struct cg_text text, uint32_t begin, char delimiter) {
    return cg_scan_with(CG_SCAN_VARIANT_COUNT - 1, index, text, begin, delimiter);
}
