#include "claimgate/record/scan.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { ROOM = 1024 };

/* What the index must be, by the book. */
static void expect_index(const struct cg_scan_index *index, const char *text, size_t begin,
                         size_t len, char delimiter) {
    size_t mark = 0;
    size_t line = 0;
    bool plain = true;
    bool ended = true;
    for (size_t i = begin; i < len; i++) {
        bool is_end = text[i] == '\n' || text[i] == '\r';
        bool is_mark = is_end || text[i] == delimiter;
        plain = plain && (is_mark || (text[i] >= '#' && text[i] <= '~'));
        if (is_mark) {
            cr_assert_lt(mark, index->mark_count);
            cr_assert_eq(index->marks[mark], i, "mark %zu", mark);
            mark++;
        }
        if (is_end) {
            cr_assert_lt(line, index->line_count);
            cr_assert_eq(index->lines[line].mark_count, mark);
            cr_assert_eq(index->lines[line].plain, plain, "line %zu", line);
            line++;
            plain = true;
        }
        ended = is_end;
    }
    if (!ended) {
        cr_assert_eq(index->marks[mark++], len);
        cr_assert_eq(index->lines[line].mark_count, mark);
        cr_assert_eq(index->lines[line++].plain, plain);
    }
    cr_assert_eq(index->mark_count, mark);
    cr_assert_eq(index->line_count, line);
    cr_assert_eq(index->marks[-1], (uint32_t)begin - 1U);
}

Test(scan, every_variant_gives_the_same_index_for_random_bytes_of_every_length) {
    static const char alphabet[] = {',', '\n', '\r', '"', '\0', 'a', '~', '|', '\t', (char)0xac};
    static const char delimiters[] = {',', '|', '\t', '~'};
    struct cg_scan_index index = {0};
    srand(7);
    for (int round = 0; round < 4000; round++) {
        size_t len = (size_t)round % 300;
        uint32_t begin = (uint32_t)(round % 2 == 0 ? 0 : len / 3);
        char *text = malloc(ROOM);
        for (size_t i = 0; i < ROOM; i++) {
            int pick = rand() % (round % 3 == 0 ? 10 : 40);
            text[i] = pick < 10 ? alphabet[pick] : 'x';
        }
        for (int variant = 0; variant < CG_SCAN_VARIANT_COUNT; variant++) {
            struct cg_text view = {text, (uint32_t)len};
            char delimiter = delimiters[round % 4];
            cr_assert(cg_scan_with((enum cg_scan_variant)variant, &index, view, begin, delimiter));
            expect_index(&index, text, begin, len, delimiter);
        }
        free(text);
    }
    cg_scan_fini(&index);
}

Test(scan, every_single_byte_value_is_told_apart) {
    struct cg_scan_index index = {0};
    for (int byte = 0; byte < 256; byte++) {
        char text[128];
        memset(text, 'x', sizeof text);
        text[77] = (char)byte;
        for (int variant = 0; variant < CG_SCAN_VARIANT_COUNT; variant++) {
            cr_assert(cg_scan_with((enum cg_scan_variant)variant, &index,
                                   (struct cg_text){text, sizeof text}, 0, ','));
            expect_index(&index, text, 0, sizeof text, ',');
        }
    }
    cg_scan_fini(&index);
}

Test(scan, a_text_that_is_all_marks_fits) {
    struct cg_scan_index index = {0};
    char *text = malloc(ROOM);
    memset(text, ',', ROOM);
    cr_assert(cg_scan(&index, (struct cg_text){text, ROOM - 3}, 0, ','));
    expect_index(&index, text, 0, ROOM - 3, ',');
    memset(text, '\n', ROOM);
    cr_assert(cg_scan(&index, (struct cg_text){text, ROOM}, 0, ','));
    expect_index(&index, text, 0, ROOM, ',');
    cr_assert(cg_scan(&index, (struct cg_text){text, 0}, 0, ','));
    cr_assert_eq(index.line_count, 0);
    free(text);
    cg_scan_fini(&index);
}
