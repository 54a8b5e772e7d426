#include "claimgate/record/csv.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define TEXT(literal) ((struct cg_text){(literal), sizeof(literal) - 1})

struct expected {
    const char *record;
    enum cg_malformed fault;
    const char *values[5]; /* closed by NULL */
};

static void expect_record(char delimiter, const struct expected *expected) {
    struct cg_csv *csv = cg_csv_new(delimiter, 5);
    cr_assert_not_null(csv);
    enum cg_malformed fault = cg_csv_read(csv, cg_text_of(expected->record));
    cr_assert_eq(fault, expected->fault, "%s: %d", expected->record, fault);
    uint32_t count = 0;
    for (; fault == CG_WELL_FORMED && expected->values[count] != NULL; count++) {
        struct cg_text wanted = cg_text_of(expected->values[count]);
        struct cg_text value = cg_csv_field(csv, count).value;
        cr_assert(cg_text_equal(value, wanted), "%s: field %u is \"%.*s\"", expected->record,
                  (unsigned)count, (int)value.len, value.ptr);
    }
    if (fault == CG_WELL_FORMED) {
        cr_assert_eq(cg_csv_field_count(csv), count, "%s", expected->record);
    }
    cg_csv_free(csv);
}

Test(csv, quotes_and_blanks_are_read_by_the_rules_of_the_claim_file) {
    const struct expected cases[] = {
        {"a,b", CG_WELL_FORMED, {"a", "b"}},
        {",", CG_WELL_FORMED, {"", ""}},
        {"\"\",\"\"", CG_WELL_FORMED, {"", ""}},
        {"\"a,b\",c", CG_WELL_FORMED, {"a,b", "c"}},
        {"\"a\"\"b\",\"\"\"\"", CG_WELL_FORMED, {"a\"b", "\""}},
        {"\"\"\"a\"\"\"", CG_WELL_FORMED, {"\"a\""}},
        {" a , b\t", CG_WELL_FORMED, {"a", "b"}},
        {"\" H0038 \",\"\t\"", CG_WELL_FORMED, {"H0038", ""}},
        {"\"a\" \t,\"b\"  ", CG_WELL_FORMED, {"a", "b"}},
        {"a\"b,c\"", CG_WELL_FORMED, {"a\"b", "c\""}},
        {"10,x\"M10\"x,4", CG_WELL_FORMED, {"10", "x\"M10\"x", "4"}},
        {"\"a\nb\",\"c\r\nd\"", CG_WELL_FORMED, {"a\nb", "c\r\nd"}},
        {"\" \"\" \"", CG_WELL_FORMED, {"\""}},
        {"10,\"M10\"x,4", CG_BROKEN_QUOTING, {NULL}},
        {"\"a\" b", CG_BROKEN_QUOTING, {NULL}},
        {"\"a\" \"b\"", CG_BROKEN_QUOTING, {NULL}},
        {" \"a\"", CG_BROKEN_QUOTING, {NULL}},
        {"a,\t\"b\",c", CG_BROKEN_QUOTING, {NULL}},
        {"10,\"M10,4", CG_UNCLOSED_QUOTE, {NULL}},
        {"\"", CG_UNCLOSED_QUOTE, {NULL}},
        {"\"\"\"", CG_UNCLOSED_QUOTE, {NULL}},
        {"a,\"b\"\"", CG_UNCLOSED_QUOTE, {NULL}},
        {"\"a\"x,\"", CG_BROKEN_QUOTING, {NULL}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_record(',', &cases[i]);
    }
}

Test(csv, a_tab_that_delimits_is_no_blank) {
    const struct expected cases[] = {
        {"a\tb", CG_WELL_FORMED, {"a", "b"}},
        {"\t", CG_WELL_FORMED, {"", ""}},
        {"\t\"b\"\t c ", CG_WELL_FORMED, {"", "b", "c"}},
        {"\"\tb \"", CG_WELL_FORMED, {"\tb"}},
        {" \"b\"", CG_BROKEN_QUOTING, {NULL}},
        {"a,b\tc", CG_WELL_FORMED, {"a,b", "c"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_record('\t', &cases[i]);
    }
}

Test(csv, a_nul_byte_goes_before_broken_quoting) {
    struct cg_csv *csv = cg_csv_new(',', 4);
    cr_assert_eq(cg_csv_read(csv, TEXT("a,\"b\0")), CG_NUL_BYTE);
    cr_assert_eq(cg_csv_read(csv, TEXT("\0")), CG_NUL_BYTE);
    cg_csv_free(csv);
}

Test(csv, a_good_record_is_read_after_any_bad_one) {
    static const char *const bad[] = {"\"", "\"a\"b", " \"", "\"\"\"", "a,\"b"};
    struct cg_csv *csv = cg_csv_new(',', 4);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_neq(cg_csv_read(csv, cg_text_of(bad[i])), CG_WELL_FORMED);
        cr_assert_eq(cg_csv_read(csv, TEXT("x,\"y\"\"\"")), CG_WELL_FORMED);
        cr_assert_eq(cg_csv_field_count(csv), 2);
        cr_assert(cg_text_equal(cg_csv_field(csv, 1).value, TEXT("y\"")));
    }
    cg_csv_free(csv);
}

Test(csv, raw_fields_say_where_their_bytes_stand) {
    struct cg_csv *csv = cg_csv_new(',', 4);
    struct cg_text record = TEXT(" a ,\"b,\"\"c\" ,,d");
    cr_assert_eq(cg_csv_read(csv, record), CG_WELL_FORMED);
    const uint32_t offsets[] = {0, 4, 13, 14};
    const uint32_t lengths[] = {3, 8, 0, 1};
    for (uint32_t i = 0; i < 4; i++) {
        cr_assert_eq(cg_csv_field(csv, i).raw_offset, offsets[i]);
        cr_assert_eq(cg_csv_field(csv, i).raw_len, lengths[i]);
    }
    cr_assert_not(cg_csv_owns(csv, cg_csv_field(csv, 0).value));
    cr_assert(cg_csv_owns(csv, cg_csv_field(csv, 1).value));
    cg_csv_free(csv);
}

Test(csv, fields_past_the_limit_are_counted) {
    struct cg_csv *csv = cg_csv_new(',', 2);
    cr_assert_eq(cg_csv_read(csv, TEXT("1,2,3,\"4\",5")), CG_WELL_FORMED);
    cr_assert_eq(cg_csv_field_count(csv), 5);
    cr_assert(cg_text_equal(cg_csv_field(csv, 1).value, TEXT("2")));
    cg_csv_free(csv);
}

Test(csv, the_longest_record_fits_in_any_shape) {
    char *bytes = malloc(CG_RECORD_MAX_BYTES);
    struct cg_text record = {bytes, CG_RECORD_MAX_BYTES};
    struct cg_csv *csv = cg_csv_new(',', 2);
    memset(bytes, 'x', CG_RECORD_MAX_BYTES);
    cr_assert_eq(cg_csv_read(csv, record), CG_WELL_FORMED);
    cr_assert_eq(cg_csv_field(csv, 0).value.len, CG_RECORD_MAX_BYTES);
    memset(bytes, '"', CG_RECORD_MAX_BYTES);
    cr_assert_eq(cg_csv_read(csv, record), CG_WELL_FORMED);
    cr_assert_eq(cg_csv_field(csv, 0).value.len, CG_RECORD_MAX_BYTES / 2 - 1);
    memset(bytes, ',', CG_RECORD_MAX_BYTES);
    cr_assert_eq(cg_csv_read(csv, record), CG_WELL_FORMED);
    cr_assert_eq(cg_csv_field_count(csv), CG_RECORD_MAX_BYTES + 1);
    cg_csv_free(csv);
    free(bytes);
}

Test(csv, values_are_quoted_only_where_they_must_be) {
    static const struct {
        const char *value;
        const char *written;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {" blank ", " blank "},
        {"a,b", "\"a,b\""},
        {"a\"b", "\"a\"\"b\""},
        {"a\nb", "\"a\nb\""},
        {"a\rb", "\"a\rb\""},
        {"\"", "\"\"\"\""},
        {"a|b", "a|b"},
    };
    struct cg_buffer out;
    cg_buffer_init(&out, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cg_buffer_clear(&out);
        cr_assert(cg_csv_put(&out, ',', cg_text_of(cases[i].value)));
        struct cg_text written = {out.data, (uint32_t)out.len_bytes};
        cr_assert(cg_text_equal(written, cg_text_of(cases[i].written)), "%s", cases[i].value);
    }
    cg_buffer_clear(&out);
    cr_assert(cg_csv_put(&out, '|', TEXT("a|b")));
    cr_assert_arr_eq(out.data, "\"a|b\"", 5);
    cg_buffer_fini(&out);
}

Test(csv, a_byte_that_needs_quotes_is_found_wherever_it_stands) {
    char *value = malloc(70); /* of the value's own size, so that sanitizers see what lies behind */
    struct cg_buffer out;
    cg_buffer_init(&out, 1000);
    for (uint32_t len = 1; len <= 70; len++) {
        value = realloc(value, len);
        for (uint32_t at = 0; at < len; at++) {
            for (int byte = 0; byte < 256; byte++) {
                memset(value, 'a', len);
                value[at] = (char)byte;
                cg_buffer_clear(&out);
                cr_assert(cg_csv_put(&out, '\t', (struct cg_text){value, len}));
                bool wanted = byte == '\t' || byte == '"' || byte == '\r' || byte == '\n';
                cr_assert_eq(out.len_bytes > len, wanted, "byte %d at %u of %u", byte, at, len);
            }
        }
    }
    cg_buffer_fini(&out);
    free(value);
}

Test(csv, what_was_put_reads_back) {
    static const char alphabet[] = {'a', ',', '"', '\n', '\r', 'z'};
    struct cg_csv *csv = cg_csv_new(',', 2);
    struct cg_buffer out;
    cg_buffer_init(&out, 1000);
    srand(3);
    for (int round = 0; round < 20000; round++) {
        char value[12];
        uint32_t len = (uint32_t)rand() % sizeof value;
        for (uint32_t i = 0; i < len; i++) {
            value[i] = alphabet[(size_t)rand() % sizeof alphabet];
        }
        cg_buffer_clear(&out);
        cr_assert(cg_csv_put(&out, ',', (struct cg_text){value, len}));
        cr_assert(cg_buffer_append(&out, ",end", 4));
        struct cg_text record = {out.data, (uint32_t)out.len_bytes};
        cr_assert_eq(cg_csv_read(csv, record), CG_WELL_FORMED);
        cr_assert(cg_text_equal(cg_csv_field(csv, 0).value, (struct cg_text){value, len}));
    }
    cg_buffer_fini(&out);
    cg_csv_free(csv);
}
