
#include "roster_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE_BYTES = 2 << 20 };

void cg_span_table_init(struct cg_span_table *table, size_t row_bytes) {
    *table = (struct cg_span_table){.seed = cg_hash_run_seed()};
    cg_array_init(&table->rows, row_bytes, CG_ROSTER_ROWS_MAX);
}

void cg_span_table_fini(struct cg_span_table *table) {
    cg_array_fini(&table->rows);
    free(table->slots);
    *table = (struct cg_span_table){0};
}

bool cg_span_table_add(struct cg_span_table *table, const void *row) {
    void *place = cg_array_add(&table->rows);
    if (place != NULL) {
        memcpy(place, row, table->rows.item_bytes);
    }
    return place != NULL;
}

/* Key, first day, last day, then the remaining bytes: a total order, so that the result does not
 * depend on how the C library sorts. */
static int compare_rows(const void *left, const void *right, void *row_bytes) {
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
    return memcmp(left, right, *(const uint32_t *)row_bytes);
}

static void sort_rows(struct cg_array *rows) {
    for (uint32_t i = 1; i < rows->count; i++) {
        if (compare_rows(cg_array_at(rows, i - 1), cg_array_at(rows, i), &rows->item_bytes) > 0) {
            qsort_r(rows->items, rows->count, rows->item_bytes, compare_rows, &rows->item_bytes);
            return;
        }
    }
}

static size_t count_keys(struct cg_span_group rows) {
    size_t keys = rows.count > 0 ? 1 : 0;
    for (size_t i = 1; i < rows.count; i++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.*): it does not see what settle_rows has copied. */
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
static bool settle_rows(struct cg_array *rows) {
    size_t bytes = (size_t)rows->count * rows->item_bytes;
    void *settled = alloc_table(bytes);
    if (settled == NULL) {
        return false;
    }
    if (bytes > 0) {
        memcpy(settled, rows->items, bytes);
    }
    free(rows->items);
    rows->items = settled;
    rows->capacity = rows->count;
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
    sort_rows(&table->rows);
    if (!settle_rows(&table->rows)) {
        return false;
    }
    struct cg_span_group rows = {table->rows.items, table->rows.item_bytes, table->rows.count};
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
    for (size_t first = 0, next; first < rows.count; first = next) {
        /* NOLINTNEXTLINE(clang-analyzer-core.*): as above. */
        uint64_t key = cg_span_at(rows, first)->key;
        for (next = first + 1; next < rows.count && cg_span_at(rows, next)->key == key;) {
            next++;
        }
        *free_slot(table, key) =
            (struct cg_span_slot){key, (uint32_t)first, (uint32_t)(next - first)};
    }
    return true;
}

void cg_words_init(struct cg_words *words) {
    *words = (struct cg_words){.seed = cg_hash_run_seed()};
    cg_array_init(&words->list, sizeof(struct cg_word), CG_ROSTER_ROWS_MAX);
    cg_arena_init(&words->arena, SIZE_MAX);
}

void cg_words_fini(struct cg_words *words) {
    cg_arena_fini(&words->arena);
    cg_array_fini(&words->list);
    cg_hash_table_fini(&words->table);
}

static bool is_word(const void *words, uint32_t number, const void *key) {
    return cg_text_equal(cg_words_at(words, number)->key, *(const struct cg_text *)key);
}

uint32_t cg_words_intern(struct cg_words *words, struct cg_text key, struct cg_text written) {
    const uint64_t hash = cg_hash64(key.ptr, key.len, words->seed);
    const uint32_t number = cg_hash_table_find(&words->table, hash, is_word, words, &key);
    if (number != 0) {
        return number;
    }
    const char *key_copy = cg_arena_copy(&words->arena, key.ptr, key.len);
    const char *written_copy = cg_arena_copy(&words->arena, written.ptr, written.len);
    struct cg_word *word = cg_array_add(&words->list);
    if (key_copy == NULL || written_copy == NULL || word == NULL) {
        return 0;
    }
    *word = (struct cg_word){.key = {key_copy, key.len}, .written = {written_copy, written.len}};
    return cg_hash_table_add(&words->table, hash, words->list.count) ? words->list.count : 0;
}
