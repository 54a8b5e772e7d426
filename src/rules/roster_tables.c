#include "claimgate/rules/roster_tables.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE_BYTES = 2 << 20 };

void cg_span_table_init(struct cg_span_table *table, size_t stride) {
    *table = (struct cg_span_table){.stride = stride, .seed = cg_hash_run_seed()};
}

void cg_span_table_fini(struct cg_span_table *table) {
    free(table->rows);
    free(table->slots);
    *table = (struct cg_span_table){0};
}

bool cg_span_table_add(struct cg_span_table *table, const void *row) {
    if (table->count == CG_ROSTER_ROWS_MAX) {
        return false;
    }
    if (table->count == table->capacity) {
        size_t capacity = table->capacity == 0 ? 256 : table->capacity * 2;
        char *rows = reallocarray(table->rows, capacity, table->stride);
        if (rows == NULL) {
            return false;
        }
        table->rows = rows;
        table->capacity = capacity;
    }
    memcpy(table->rows + table->count * table->stride, row, table->stride);
    table->count++;
    return true;
}

/* Key, first day, last day, then the remaining bytes: a total order, so that the result does not
 * depend on how the C library sorts. */
static int compare_rows(const void *left, const void *right, void *stride) {
    const struct cg_span *a = left;
    const struct cg_span *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    if (a->first_day != b->first_day) {
        return a->first_day < b->first_day ? -1 : 1;
    }
    if (a->last_day != b->last_day) {
        return a->last_day < b->last_day ? -1 : 1;
    }
    return memcmp(left, right, *(const size_t *)stride);
}

static void sort_rows(struct cg_span_table *table) {
    for (size_t i = 1; i < table->count; i++) {
        const char *row = table->rows + i * table->stride;
        if (compare_rows(row - table->stride, row, &table->stride) > 0) {
            qsort_r(table->rows, table->count, table->stride, compare_rows, &table->stride);
            return;
        }
    }
}

static size_t count_keys(struct cg_span_group rows) {
    size_t keys = rows.count > 0 ? 1 : 0;
    for (size_t i = 1; i < rows.count; i++) {
        keys += cg_span_at(rows, i)->key != cg_span_at(rows, i - 1)->key;
    }
    return keys;
}

/* Memory for questions that come in no order. Most of what a question costs is finding the page, so
 * large tables ask for large pages. Freed by free. */
static void *alloc_table(size_t bytes) {
    if (bytes < HUGE_PAGE_BYTES) {
        return malloc(bytes > 0 ? bytes : 1);
    }
    size_t whole = (bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    void *memory = aligned_alloc(HUGE_PAGE_BYTES, whole);
    if (memory != NULL) {
        (void)madvise(memory, whole, MADV_HUGEPAGE); /* only speed is lost without */
    }
    return memory;
}

/* The rows in memory of their final size. False: no memory. */
static bool settle_rows(struct cg_span_table *table) {
    size_t bytes = table->count * table->stride;
    char *rows = alloc_table(bytes);
    if (rows == NULL) {
        return false;
    }
    if (bytes > 0) {
        memcpy(rows, table->rows, bytes);
    }
    free(table->rows);
    table->rows = rows;
    table->capacity = table->count;
    return true;
}

static struct cg_span_slot *free_slot(struct cg_span_table *table, uint64_t key) {
    uint64_t place = cg_span_table_place(table, key);
    while (table->slots[place].key != 0) {
        place = (place + 1) & table->mask;
    }
    return &table->slots[place];
}

bool cg_span_table_index(struct cg_span_table *table) {
    sort_rows(table);
    if (!settle_rows(table)) {
        return false;
    }
    struct cg_span_group rows = {table->rows, table->stride, table->count};
    table->key_count = count_keys(rows);
    size_t slots = 2;
    while (slots < table->key_count * 2) {
        slots *= 2;
    }
    table->slots = alloc_table(slots * sizeof *table->slots);
    if (table->slots == NULL) {
        return false;
    }
    memset(table->slots, 0, slots * sizeof *table->slots);
    table->mask = slots - 1;
    for (size_t first = 0, next; first < table->count; first = next) {
        uint64_t key = cg_span_at(rows, first)->key;
        for (next = first + 1; next < table->count && cg_span_at(rows, next)->key == key;) {
            next++;
        }
        *free_slot(table, key) =
            (struct cg_span_slot){key, (uint32_t)first, (uint32_t)(next - first)};
    }
    return true;
}

void cg_words_init(struct cg_words *words) {
    *words = (struct cg_words){.count = 1, .seed = cg_hash_run_seed()};
    cg_arena_init(&words->arena, SIZE_MAX);
}

void cg_words_fini(struct cg_words *words) {
    cg_arena_fini(&words->arena);
    free(words->list);
    free(words->slots);
    *words = (struct cg_words){0};
}

/* The place of a word in the slots: where it stands, or where it would. */
static uint32_t *word_slot(const struct cg_words *words, struct cg_text key) {
    uint64_t place = cg_hash64(key.ptr, key.len, words->seed) & words->mask;
    while (words->slots[place] != 0 && !cg_text_equal(words->list[words->slots[place]].key, key)) {
        place = (place + 1) & words->mask;
    }
    return &words->slots[place];
}

static bool grow_words(struct cg_words *words) {
    if (words->capacity >= CG_ROSTER_ROWS_MAX) {
        return false;
    }
    uint32_t capacity = words->capacity == 0 ? 64 : words->capacity * 2;
    struct cg_word *list = reallocarray(words->list, capacity, sizeof *list);
    if (list == NULL) {
        return false;
    }
    words->list = list;
    uint32_t *slots = calloc((size_t)capacity * 2, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    free(words->slots);
    words->slots = slots;
    words->mask = (uint64_t)capacity * 2 - 1;
    words->capacity = capacity;
    words->list[0] = (struct cg_word){.key = {"", 0}, .written = {"", 0}};
    for (uint32_t i = 1; i < words->count; i++) {
        *word_slot(words, words->list[i].key) = i;
    }
    return true;
}

uint32_t cg_words_intern(struct cg_words *words, struct cg_text key, struct cg_text written) {
    if (words->count >= words->capacity && !grow_words(words)) {
        return 0;
    }
    uint32_t *slot = word_slot(words, key);
    if (*slot != 0) {
        return *slot;
    }
    const char *key_copy = cg_arena_copy(&words->arena, key.ptr, key.len);
    const char *written_copy = cg_arena_copy(&words->arena, written.ptr, written.len);
    if (key_copy == NULL || written_copy == NULL) {
        return 0;
    }
    words->list[words->count] =
        (struct cg_word){.key = {key_copy, key.len}, .written = {written_copy, written.len}};
    *slot = words->count;
    return words->count++;
}
