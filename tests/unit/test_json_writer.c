#include "claimgate/json/json.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct cg_buffer out;
static struct cg_json_writer writer;

static void begin(bool compact) {
    cg_buffer_init(&out, 1000000);
    cg_json_begin(&writer, &out, compact);
}

static void expect(const char *text) {
    cr_assert(cg_json_end(&writer));
    cr_assert(cg_buffer_append(&out, "", 1));
    cr_assert_str_eq(out.data, text, "%s", out.data);
    cg_buffer_fini(&out);
}

static void put_sample(void) {
    cg_json_open_object(&writer, NULL);
    cg_json_put_string(&writer, "id", "ms");
    cg_json_open_array(&writer, "counts");
    cg_json_put_integer(&writer, NULL, INT64_MIN);
    cg_json_put_boolean(&writer, NULL, true);
    cg_json_put_null(&writer, NULL);
    cg_json_open_object(&writer, NULL);
    cg_json_close_object(&writer);
    cg_json_close_array(&writer);
    cg_json_open_array(&writer, "none");
    cg_json_close_array(&writer);
    cg_json_put_milli(&writer, "seconds", 12345);
    cg_json_close_object(&writer);
}

Test(json_writer, documents_are_indented_by_two_blanks) {
    begin(false);
    put_sample();
    expect(
        "{\n  \"id\": \"ms\",\n  \"counts\": [\n    -9223372036854775808,\n    true,\n    null,\n"
        "    {}\n  ],\n  \"none\": [],\n  \"seconds\": 12.345\n}\n");
}

Test(json_writer, compact_documents_are_one_line) {
    begin(true);
    put_sample();
    expect("{\"id\":\"ms\",\"counts\":[-9223372036854775808,true,null,{}],\"none\":[],"
           "\"seconds\":12.345}\n");
}

Test(json_writer, thousandths_are_written_without_floats) {
    const struct {
        int64_t milli;
        const char *text;
    } cases[] = {
        {0, "0.000\n"},    {5, "0.005\n"},        {-5, "-0.005\n"},
        {1000, "1.000\n"}, {-12345, "-12.345\n"}, {INT64_MIN, "-9223372036854775.808\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(true);
        cg_json_put_milli(&writer, NULL, cases[i].milli);
        expect(cases[i].text);
    }
}

Test(json_writer, text_is_escaped_and_mended) {
    begin(true);
    cg_json_put_text(&writer, NULL, "\"\\\b\f\n\r\t\0\x1f/\x7f\xc3\xa9\xff\xe2\x82|", 17);
    expect(
        "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f/\x7f\xc3\xa9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
        "|\"\n");
}

Test(json_writer, keys_are_escaped_too) {
    begin(true);
    cg_json_open_object(&writer, NULL);
    cg_json_put_null(&writer, "a\"b\xff");
    cg_json_close_object(&writer);
    expect("{\"a\\\"b\xEF\xBF\xBD\":null}\n");
}

Test(json_writer, what_is_written_reads_back_the_same) {
    char bytes[256];
    size_t len = 0;
    for (int byte = 1; byte < 128; byte++) {
        bytes[len++] = (char)byte;
    }
    bytes[len] = '\0';
    begin(false);
    cg_json_open_array(&writer, NULL);
    cg_json_put_string(&writer, NULL, bytes);
    cg_json_close_array(&writer);
    cr_assert(cg_json_end(&writer));
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load("f", out.data, out.len_bytes, NULL, &problems);
    cr_assert_not_null(doc);
    cr_assert_str_eq(cg_json_string(cg_json_item(cg_json_root(doc), 0)), bytes);
    cg_json_free(doc);
    cg_buffer_fini(&out);
}

Test(json_writer, full_buffer_is_shown_at_the_end) {
    begin(false);
    put_sample();
    cr_assert(cg_json_end(&writer));
    size_t whole_bytes = out.len_bytes;
    cg_buffer_fini(&out);
    for (size_t limit = 0; limit < whole_bytes + 10; limit++) {
        cg_buffer_init(&out, limit);
        cg_json_begin(&writer, &out, false);
        put_sample();
        cr_assert_eq(cg_json_end(&writer), limit >= whole_bytes, "limit %zu", limit);
        cg_buffer_fini(&out);
    }
}

Test(json_writer, brackets_that_do_not_match_are_a_failure) {
    begin(true);
    cg_json_open_array(&writer, NULL);
    cr_assert_not(cg_json_end(&writer));
    cg_buffer_fini(&out);
    begin(true);
    cg_json_close_array(&writer);
    cr_assert_not(cg_json_end(&writer));
    cg_buffer_fini(&out);
    begin(true);
    for (int i = 0; i < 40; i++) {
        cg_json_open_array(&writer, NULL);
    }
    for (int i = 0; i < 40; i++) {
        cg_json_close_array(&writer);
    }
    cr_assert_not(cg_json_end(&writer));
    cg_buffer_fini(&out);
}

Test(json_writer, hashes_are_read_as_they_were_written_and_nothing_is_left_out) {
    static const struct {
        const char *text;
        bool good;
    } cases[] = {{"00ff9a", true}, {"00ff9", false}, {"00ff9a0", false}, {"00fg9a", false}};
    static const uint8_t hash[] = {0x00, 0xff, 0x9a};
    begin(true);
    cg_json_open_object(&writer, NULL);
    cg_json_put_hex(&writer, "hash", hash, sizeof hash);
    cg_json_put_any_string(&writer, "absent", NULL);
    cg_json_put_any_string(&writer, "empty", "");
    cg_json_put_any_string(&writer, "text", "x");
    cg_json_put_any_integer(&writer, "nought", 0);
    cg_json_put_any_integer(&writer, "number", -1);
    cg_json_close_object(&writer);
    expect("{\"hash\":\"00ff9a\",\"text\":\"x\",\"number\":-1}\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cg_problems problems;
        char text[32];
        uint8_t read[3] = {1, 1, 1};
        cg_problems_init(&problems);
        const int len = snprintf(text, sizeof text, "[\"%s\"]", cases[i].text);
        struct cg_json_doc *doc = cg_json_load("x.json", text, (size_t)len, NULL, &problems);
        cr_assert_not_null(doc);
        cr_expect_eq(cg_json_hex(cg_json_item(cg_json_root(doc), 0), read, sizeof read),
                     cases[i].good, "%s", cases[i].text);
        cr_expect(memcmp(read, cases[i].good ? hash : (const uint8_t[]){0, 0, 0}, 3) == 0);
        cg_json_free(doc);
        cg_problems_fini(&problems);
    }
}
