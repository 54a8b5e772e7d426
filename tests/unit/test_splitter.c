#include "record/splitter.h"

#include "support/record_feed.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRANSCRIPT_MAX_BYTES = 64 << 20, WINDOW = CG_RECORD_MAX_BYTES };

static void expect_same(const struct cg_buffer *a, const struct cg_buffer *b, const char *what) {
    cr_assert(a->len_bytes == b->len_bytes && memcmp(a->data, b->data, a->len_bytes) == 0,
              "%s:\n%.3000s\n---\n%.3000s", what, a->data, b->data);
}

/* The input in one piece, then cut at each place, must read the same. */
static void expect_cuts_do_not_show(const char *bytes, size_t len, struct cg_binding binding,
                                    size_t step) {
    struct cg_buffer whole;
    struct cg_buffer pieces;
    cg_buffer_init(&whole, TRANSCRIPT_MAX_BYTES);
    cg_buffer_init(&pieces, TRANSCRIPT_MAX_BYTES);
    struct feed feed = {.bytes = bytes, .len = len, .binding = &binding, .has_header = true};
    feed_transcribe(&feed, &whole);
    for (size_t cut = 1; cut < len; cut += step) {
        feed.first_payload = cut;
        feed_transcribe(&feed, &pieces);
        expect_same(&whole, &pieces, "cut once");
    }
    for (size_t size = 1; size <= 7 && step == 1; size++) {
        feed.first_payload = 0;
        feed.payload = size;
        feed_transcribe(&feed, &pieces);
        expect_same(&whole, &pieces, "cut everywhere");
    }
    cg_buffer_fini(&whole);
    cg_buffer_fini(&pieces);
}

static void expect_transcript(const char *bytes, size_t len, struct cg_binding binding,
                              const char *const parts[]) {
    struct cg_buffer out;
    cg_buffer_init(&out, TRANSCRIPT_MAX_BYTES);
    struct feed feed = {.bytes = bytes, .len = len, .binding = &binding, .has_header = true};
    feed_transcribe(&feed, &out);
    cr_assert(cg_buffer_append(&out, "", 1));
    const char *at = out.data;
    for (size_t i = 0; parts[i] != NULL; i++) {
        at = strstr(at, parts[i]);
        cr_assert_not_null(at, "\"%s\" is not in order in:\n%.3000s", parts[i], out.data);
        at += strlen(parts[i]);
    }
    cg_buffer_fini(&out);
}

#define EXPECT(bytes, binding, ...)                                                                \
    expect_transcript((bytes), sizeof(bytes) - 1, (binding),                                       \
                      (const char *const[]){__VA_ARGS__, NULL})

Test(splitter, lf_crlf_and_cr_each_end_a_record) {
    EXPECT("a,b\r\n1,2\r\n3,4\n5,6\r7,8", feed_binding(2, ',', false), "header=5:a,b\r\n",
           "line 2 fault 0", "eol 2 raw=3:1,2", "line 3", "eol 1 raw=3:3,4", "line 4",
           "eol 1 raw=3:5,6", "line 5", "eol 0 raw=3:7,8", "next line 6, blank 0");
}

Test(splitter, blank_lines_are_counted_and_give_no_record) {
    EXPECT("\n \t\r\na,b\n\n1,2\n  \n\r\r\n3,4\n", feed_binding(2, ',', false),
           "line=3:a,b lines 3", "line 5 fault 0", "raw=3:1,2", "line 9 fault 0", "raw=3:3,4",
           "next line 10, blank 6");
}

Test(splitter, a_byte_order_mark_is_no_part_of_the_first_name) {
    EXPECT("\xef\xbb\xbf"
           "a,b\n1,2\n",
           feed_binding(2, ',', false),
           "header=7:\xef\xbb\xbf"
           "a,b\n",
           "line=3:a,b", "raw=3:1,2");
    EXPECT("\xef\xbb"
           "a,b\n",
           feed_binding(2, ',', false),
           "line=5:\xef\xbb"
           "a,b");
}

Test(splitter, input_without_a_header_finds_none) {
    EXPECT("", feed_binding(2, ',', false), "next line 1, blank 0");
    EXPECT("\n\n  \n", feed_binding(2, ',', false), "next line 1, blank 3");
    EXPECT("\xef\xbb\xbf", feed_binding(2, ',', false), "next line 1, blank 0");
}

Test(splitter, a_header_without_a_line_end_is_a_header) {
    EXPECT("a,b", feed_binding(2, ',', false), "header=3:a,b line=3:a,b lines 1", "next line 2");
}

Test(splitter, a_header_that_cannot_be_one_is_refused) {
    char *bytes = malloc(3 * WINDOW);
    memset(bytes, 'x', 3 * WINDOW);
    const char *const parts[] = {"refused: the header is longer than 64 KiB", NULL};
    expect_transcript(bytes, 3 * WINDOW, feed_binding(1, ',', false), parts);
    expect_cuts_do_not_show(bytes, WINDOW + 1, feed_binding(1, ',', false), 20011);
    bytes[WINDOW] = '\n';
    const char *const fits[] = {"lines 1", NULL};
    expect_transcript(bytes, 3 * WINDOW, feed_binding(1, ',', false), fits);
    free(bytes);
    EXPECT("a,\0b\n", feed_binding(2, ',', false), "refused: the header holds a NUL byte");
}

Test(splitter, cuts_at_every_byte_do_not_show, .timeout = 60) {
    static const char plain[] = "\xef\xbb\xbf\r\n\n id,\"b\"\r\n1,2\r3,4\n\r\n\r5,\"6\r\n\"7\",8\n"
                                "x\"y,z\r\r\n,\n\"a\"\"b\",  \n 9 , 10";
    expect_cuts_do_not_show(plain, sizeof plain - 1, feed_binding(2, ',', false), 1);
    static const char multi[] =
        "\xef\xbb\xbfid,b\r\n\"1\r\n2\",3\r\n\"a\"\"\n\",4\r\"x\"y,\n5,6\n\n"
        "\"\r\",7\r\r\n8,\"open\n9,10\r\nlast,one\r\n";
    expect_cuts_do_not_show(multi, sizeof multi - 1, feed_binding(2, ',', true), 1);
}

Test(splitter, random_bytes_read_the_same_however_they_are_cut, .timeout = 120) {
    static const char alphabet[] = {',', '\n', '\r', '"', 'a', ' ', '"', ','};
    srand(11);
    for (int round = 0; round < 300; round++) {
        char bytes[48];
        size_t len = 1 + (size_t)rand() % sizeof bytes;
        for (size_t i = 0; i < len; i++) {
            bytes[i] = alphabet[(size_t)rand() % sizeof alphabet];
        }
        expect_cuts_do_not_show(bytes, len, feed_binding(2, ',', round % 2 == 0), 1);
    }
}

Test(splitter, records_around_64_kib_are_kept_or_too_long_wherever_they_are_cut, .timeout = 120) {
    for (int extra = -2; extra <= 2; extra++) {
        for (int eol = 0; eol < 3; eol++) {
            static const char *const ends[] = {"\n", "\r", "\r\n"};
            size_t body = (size_t)(WINDOW + extra);
            char *bytes = malloc(body + 64);
            size_t len = (size_t)snprintf(bytes, 64, "a\n1%s", ends[eol]);
            memset(bytes + len, 'x', body);
            len += body;
            len += (size_t)snprintf(bytes + len, 32, "%s2%s", ends[eol], ends[eol]);
            expect_cuts_do_not_show(bytes, len, feed_binding(1, ',', false), 7919);
            expect_cuts_do_not_show(bytes, len, feed_binding(1, ',', true), 7919);
            for (size_t tail = 1; tail < 9; tail++) { /* cuts around the line end */
                struct cg_buffer whole;
                struct cg_buffer pieces;
                struct cg_binding binding = feed_binding(1, ',', tail % 2 == 0);
                cg_buffer_init(&whole, TRANSCRIPT_MAX_BYTES);
                cg_buffer_init(&pieces, TRANSCRIPT_MAX_BYTES);
                struct feed feed = {
                    .bytes = bytes, .len = len, .binding = &binding, .has_header = true};
                feed_transcribe(&feed, &whole);
                feed.first_payload = len - tail;
                feed.payload = 1;
                feed_transcribe(&feed, &pieces);
                expect_same(&whole, &pieces, "around the line end");
                cg_buffer_fini(&whole);
                cg_buffer_fini(&pieces);
            }
            free(bytes);
        }
    }
}

Test(splitter, a_file_of_long_lines_tells_each_one_s_length, .timeout = 60) {
    enum { LINES = 40, LINE_BYTES = 70000 };
    char *bytes = malloc(LINES * (LINE_BYTES + 1) + 2);
    size_t len = 2;
    memcpy(bytes, "a\n", 2);
    for (int i = 0; i < LINES; i++) {
        memset(bytes + len, 'a' + i % 26, LINE_BYTES);
        bytes[len + LINE_BYTES] = '\n';
        len += LINE_BYTES + 1;
    }
    struct cg_binding binding = feed_binding(1, ',', false);
    struct cg_buffer out;
    struct cg_buffer pieces;
    cg_buffer_init(&out, TRANSCRIPT_MAX_BYTES);
    cg_buffer_init(&pieces, TRANSCRIPT_MAX_BYTES);
    struct feed feed = {.bytes = bytes, .len = len, .binding = &binding, .has_header = true};
    feed_transcribe(&feed, &out);
    int found = 0;
    cr_assert(cg_buffer_append(&out, "", 1));
    for (const char *at = out.data; (at = strstr(at, "fault 1 fields 0 bytes 70000 ")) != NULL;
         at++) {
        found++;
    }
    cr_assert_eq(found, LINES);
    out.len_bytes--;
    feed.payload = 65536;
    feed_transcribe(&feed, &pieces);
    expect_same(&out, &pieces, "by 64 KiB");
    feed.payload = 9973;
    feed_transcribe(&feed, &pieces);
    expect_same(&out, &pieces, "by 9973 bytes");
    cg_buffer_fini(&out);
    cg_buffer_fini(&pieces);
    free(bytes);
}

Test(splitter, an_endless_line_needs_no_more_than_a_batch, .timeout = 60) {
    enum { PAYLOADS = 200 };
    struct cg_splitter *splitter = cg_splitter_new();
    struct cg_batch *batch = cg_batch_new();
    cg_splitter_start(splitter, ',', false);
    for (int i = 0; i <= PAYLOADS; i++) {
        cg_batch_reset(batch);
        memset(batch->payload, 'x', CG_BATCH_BYTES);
        batch->payload_bytes = CG_BATCH_BYTES;
        batch->ends_source = i == PAYLOADS;
        cr_assert_eq(cg_splitter_cut(splitter, batch).len, 0);
        cr_assert_eq(batch->text.len, i == PAYLOADS ? WINDOW : 0);
    }
    cr_assert_eq(batch->long_record_bytes, (uint64_t)(PAYLOADS + 1) * CG_BATCH_BYTES);
    cg_batch_free(batch);
    cg_splitter_free(splitter);
}

Test(splitter, multiline_keeps_line_ends_in_quotes_and_counts_them) {
    EXPECT("a,b\n\"1\r\n\n2\",3\n4,5\n", feed_binding(2, ',', true), "line 2 fault 0",
           "raw=9:\"1\r\n\n2\",3", "line 5 fault 0", "raw=3:4,5", "next line 6");
}

/* Where the record at `at` ends by the words of the contract: fields one by one, looking ahead as
 * far as it takes. Without the 64 KiB, for short inputs. */
static size_t end_by_the_book(const char *text, size_t len, size_t at, bool *unclosed) {
    size_t here = at, closed = at;
    bool passed = false; /* a line end, within quotes */
    *unclosed = false;
    for (;;) {
        size_t blanks = strspn(text + here, " \t");
        bool quoted = text[here] == '"';
        bool broken = blanks > 0 && text[here + blanks] == '"';
        const size_t opened = here;
        if (quoted) {
            do { /* to behind the closing quote */
                const char *quote = strchr(text + here + 1, '"');
                if (quote == NULL) {
                    *unclosed = true;
                    return at + strcspn(text + at, "\r\n");
                }
                here = (size_t)(quote - text) + 1;
            } while (text[here] == '"');
            closed = here;
            here += strspn(text + here, " \t");
            broken = here < len && strchr(",\r\n", text[here]) == NULL;
        }
        passed = passed || (quoted && strcspn(text + opened, "\r\n") < closed - opened);
        if (broken && passed) {
            *unclosed = true;
            return at + strcspn(text + at, "\r\n");
        }
        here += strcspn(text + here, broken ? "\r\n" : ",\r\n");
        if (text[here] != ',') {
            return here;
        }
        here++;
    }
}

Test(splitter, multiline_records_end_where_the_contract_says, .timeout = 60) {
    static const char alphabet[] = {'"', '"', '"', ',', '\n', '\r', 'a', ' ', '\t'};
    srand(17);
    for (int round = 0; round < 200000; round++) {
        char text[41];
        uint32_t len = 1 + (uint32_t)rand() % 40;
        for (uint32_t i = 0; i < len; i++) {
            text[i] = alphabet[(size_t)rand() % sizeof alphabet];
        }
        text[len] = '\0';
        struct cg_walk walk = {.delimiter = ','};
        struct cg_extent extent;
        bool unclosed = false;
        for (uint32_t at = 0; at < len; at += extent.len_bytes + extent.eol_bytes) {
            size_t end = end_by_the_book(text, len, at, &unclosed);
            cr_assert(cg_walk_next(&walk, (struct cg_text){text, len}, at, true, &extent));
            cr_assert_eq(at + extent.len_bytes, end, "%s at %u", text, (unsigned)at);
            cr_assert_eq(extent.unclosed, unclosed, "%s at %u", text, (unsigned)at);
        }
    }
}

Test(splitter, multiline_gives_up_one_line_when_a_quote_is_open_at_the_end) {
    EXPECT("a,b\n1,\"2\n3,4\n5,6", feed_binding(2, ',', true), "line 2 fault 3", "raw=4:1,\"2",
           "line 3 fault 0", "raw=3:3,4", "line 4 fault 0", "raw=3:5,6", "next line 5");
}

Test(splitter, broken_quoting_ends_with_its_line_under_multiline_too) {
    EXPECT("a,b\n\"1\"x,\"3\n4,5\n", feed_binding(2, ',', true), "line 2 fault 4",
           "raw=7:\"1\"x,\"3", "line 3 fault 0", "raw=3:4,5");
}

Test(splitter, quoting_that_breaks_lines_later_costs_the_first_line_alone) {
    EXPECT("a,b\n1,\"x\n2,y\n3,z\n\"4\",v\n5,w\n", feed_binding(2, ',', true), "line 2 fault 3",
           "raw=4:1,\"x", "line 3 fault 0", "raw=3:2,y", "line 4 fault 0", "raw=3:3,z",
           "line 5 fault 0", "raw=5:\"4\",v", "line 6 fault 0", "raw=3:5,w");
}

/* "opener, line end, filler lines, closer" with the closing quote as byte `closer_at` of the
 * record. */
static char *quoted_span(size_t closer_at, size_t *len) {
    char *bytes = malloc(closer_at + 64);
    memcpy(bytes, "a\n\"1\n", 5);
    for (size_t i = 5; i < closer_at + 2; i++) {
        bytes[i] = i % 50 == 49 ? '\n' : 'x';
    }
    memcpy(bytes + closer_at + 2, "\"\n2\n", 4);
    *len = closer_at + 6;
    return bytes;
}

Test(splitter, the_multiline_guard_strikes_when_the_quote_is_open_after_64_kib, .timeout = 60) {
    for (int extra = -1; extra <= 1; extra++) {
        size_t len = 0;
        char *bytes = quoted_span((size_t)(WINDOW - 1 + extra), &len);
        struct cg_binding binding = feed_binding(1, ',', true);
        const char *const closed[] = {"line 2 fault 0", NULL};
        const char *const open[] = {"line 2 fault 3", "raw=2:\"1", "line 3 fault 0", NULL};
        expect_transcript(bytes, len, binding, extra <= 0 ? closed : open);
        expect_cuts_do_not_show(bytes, len, binding, 9973);
        free(bytes);
    }
}

/* Whatever the lines end in: open quotes, or a quote that breaks them all. */
static void expect_read_in_one_go(const char *last) {
    static const char line[] = "x\",\"z\n"; /* from without it opens, from within it opens again */
    enum { LINES = 300000 };
    char *bytes = malloc(2 + LINES * (sizeof line - 1) + strlen(last));
    size_t len = 2;
    memcpy(bytes, "a\n", 2);
    for (int i = 0; i < LINES; i++, len += sizeof line - 1) {
        memcpy(bytes + len, line, sizeof line - 1);
    }
    memcpy(bytes + len, last, strlen(last));
    len += strlen(last);
    struct cg_binding binding = feed_binding(2, ',', true);
    struct cg_buffer out;
    cg_buffer_init(&out, TRANSCRIPT_MAX_BYTES);
    struct feed feed = {.bytes = bytes, .len = len, .binding = &binding, .has_header = true};
    feed_transcribe(&feed, &out);
    cr_assert(cg_buffer_append(&out, "", 1));
    cr_assert_not_null(strstr(out.data, "line 300001 fault 3"));
    cg_buffer_fini(&out);
    free(bytes);
}

Test(splitter, a_file_of_unclosed_quotes_is_read_in_one_go, .timeout = 20) {
    expect_read_in_one_go("");
}

Test(splitter, a_file_of_quotes_that_break_is_read_in_one_go, .timeout = 20) {
    expect_read_in_one_go("\"x\"\n");
}
