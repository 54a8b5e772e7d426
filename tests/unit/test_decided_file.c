#include "audit/decided_file.h"

#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void open_bytes(struct scene *scene, const void *bytes, size_t len,
                       struct cg_decided_file *file) {
    struct cg_error err = CG_ERROR_INIT;
    scene_make(scene);
    scene_file(scene, "accepted.csv", bytes, len);
    cr_assert(cg_decided_open(scene->dir, "accepted", file, &err) == CG_OK, "%s", err.text);
}

static void finish(struct scene *scene, struct cg_decided_file *file) {
    cg_decided_close(file);
    scene_remove(scene);
}

static void expect_row(struct cg_decided_file *file, bool multiline, const char *wanted) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_text row;
    bool found = false;
    cr_assert(cg_decided_row(file, ',', multiline, &row, &found, &err) == CG_OK, "%s", err.text);
    if (wanted == NULL) {
        cr_expect(!found);
        return;
    }
    cr_assert(found, "no row, but wanted %s", wanted);
    cr_expect(row.len == strlen(wanted) && memcmp(row.ptr, wanted, row.len) == 0,
              "found %.*s, wanted %s", (int)row.len, row.ptr, wanted);
}

static bool takes(struct cg_decided_file *file, const char *bytes) {
    struct cg_error err = CG_ERROR_INIT;
    bool same = false;
    cr_assert(cg_decided_expect(file, cg_text_of(bytes), &same, &err) == CG_OK, "%s", err.text);
    return same;
}

Test(decided_file, rows_end_at_any_line_end_and_blank_ones_are_skipped) {
    static const char bytes[] = "\xEF\xBB\xBFh,i\r\n1,\"a\rb\r\n\n \n3,c";
    struct scene scene;
    struct cg_decided_file file;
    open_bytes(&scene, bytes, sizeof bytes - 1, &file);
    expect_row(&file, false, "h,i");
    expect_row(&file, false, "1,\"a");
    expect_row(&file, false, "b");
    expect_row(&file, false, "3,c");
    expect_row(&file, false, NULL);
    expect_row(&file, false, NULL);
    finish(&scene, &file);
}

Test(decided_file, multiline_rows_keep_the_line_ends_in_quotes) {
    static const char bytes[] = "h,i\n1,\"a\nb\",x\"\n2,c\n";
    struct scene scene;
    struct cg_decided_file file;
    open_bytes(&scene, bytes, sizeof bytes - 1, &file);
    expect_row(&file, true, "h,i");
    expect_row(&file, true, "1,\"a\nb\",x\"");
    expect_row(&file, true, "2,c");
    expect_row(&file, true, NULL);
    finish(&scene, &file);
}

Test(decided_file, expected_bytes_are_taken_and_others_left) {
    static const char bytes[] = "h\r\nabc\ndef\n";
    struct scene scene;
    struct cg_decided_file file;
    open_bytes(&scene, bytes, sizeof bytes - 1, &file);
    expect_row(&file, false, "h");
    cr_expect(takes(&file, "abc\n"));
    cr_expect(!takes(&file, "deg"));
    cr_expect(!takes(&file, "def\nmore than there is"));
    cr_expect(takes(&file, ""));
    expect_row(&file, false, "def");
    cr_expect(!takes(&file, "x"));
    finish(&scene, &file);
}

/* Rows come out whole wherever a fill of a MiB ends. */
Test(decided_file, rows_are_whole_across_fills) {
    enum { ROWS = 20, ROW_BYTES = 200000 };
    static char bytes[ROWS * (ROW_BYTES + 2)];
    struct scene scene;
    struct cg_decided_file file;
    struct cg_error err = CG_ERROR_INIT;
    for (size_t i = 0; i < ROWS; i++) {
        memset(bytes + i * (ROW_BYTES + 2), (int)('a' + i), ROW_BYTES);
        memcpy(bytes + i * (ROW_BYTES + 2) + ROW_BYTES, "\r\n", 2);
    }
    open_bytes(&scene, bytes, sizeof bytes, &file);
    for (size_t i = 0; i < ROWS; i++) {
        struct cg_text row;
        bool found = false;
        cr_assert(cg_decided_row(&file, ',', false, &row, &found, &err) == CG_OK && found);
        cr_expect(row.len == ROW_BYTES && row.ptr[0] == (char)('a' + i) &&
                  row.ptr[ROW_BYTES - 1] == (char)('a' + i));
    }
    finish(&scene, &file);
}

Test(decided_file, fields_are_found_by_their_quotes) {
    static const struct {
        const char *row;
        int32_t column;
        const char *value;
    } cases[] = {
        {"a,b,c", 0, "a"},
        {"a,b,c", 2, "c"},
        {"a,b,c", 3, ""},
        {"a,b,c", -1, ""},
        {"a, b ,c", 1, "b"},
        {"\"a,b\",c", 0, "a,b"},
        {"\"a,b\",c", 1, "c"},
        {"\"say \"\"x\"\"\",c", 0, "say \"x\""},
        {"\" a \",c", 0, "a"},
        {"5\" pipe,c", 0, "5\" pipe"},
        {"5\" pipe,c", 1, "c"},
        {"\"\",c", 0, ""},
        {"\"", 0, "\""},
        {"", 0, ""},
        {"abcdefghijklmnop", 0, "abcdefghijk"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char value[12];
        size_t len =
            cg_decided_field(cg_text_of(cases[i].row), ',', cases[i].column, value, sizeof value);
        cr_expect_str_eq(value, cases[i].value, "case %zu: %s", i, value);
        cr_expect(len == strlen(value));
    }
}

Test(decided_file, plain_and_gzip_are_found_and_neither_is_told) {
    struct scene scene;
    struct cg_decided_file file;
    struct cg_error err = CG_ERROR_INIT;
    scene_make(&scene);
    cr_expect(cg_decided_open(scene.dir, "accepted", &file, &err) == CG_NO_INPUT);
    cr_expect(strstr(err.text, "no accepted.csv.gz and no accepted.csv") != NULL, "%s", err.text);
    cg_decided_close(&file);
    scene_gzip(&scene, "accepted.csv.gz", "h\n1\n", 4);
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert(cg_decided_open(scene.dir, "accepted", &file, &err) == CG_OK, "%s", err.text);
    expect_row(&file, false, "h");
    expect_row(&file, false, "1");
    finish(&scene, &file);
}

Test(decided_file, a_damaged_file_is_bad_data) {
    struct scene scene;
    struct cg_decided_file file;
    struct cg_error err = CG_ERROR_INIT;
    struct cg_text row;
    bool found = true;
    scene_make(&scene);
    scene_file(&scene, "accepted.csv", "\x1F\x8B\x08\x00", 4);
    enum cg_status status = cg_decided_open(scene.dir, "accepted", &file, &err);
    while (status == CG_OK && found) {
        status = cg_decided_row(&file, ',', false, &row, &found, &err);
    }
    cr_expect(status == CG_BAD_DATA, "%s", err.text);
    finish(&scene, &file);
}
