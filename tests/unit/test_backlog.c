#include "record/backlog.h"
#include "record/splitter.h"
#include "support/record_feed.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { TRANSCRIPT_MAX_BYTES = 64 << 20 };

/* The text as one payload: how many bytes each batch takes of it. */
static void expect_batches(bool multiline, const char *text, const uint32_t wanted[],
                           size_t count) {
    struct cg_splitter *splitter = cg_splitter_new();
    struct cg_batch *batch = cg_batch_new();
    struct cg_text rest = cg_text_of(text);
    cg_splitter_start(splitter, ',', multiline);
    for (size_t i = 0; i < count; i++) {
        cg_batch_reset(batch);
        memcpy(batch->payload, rest.ptr, rest.len);
        batch->payload_bytes = cg_backlog_first_lines(rest);
        batch->ends_source = batch->payload_bytes == rest.len;
        cr_expect_eq(cg_splitter_cut(splitter, batch).len, 0);
        cr_expect_eq(batch->text.len, wanted[i], "batch %zu: %u", i, (unsigned)batch->text.len);
        rest.ptr += batch->payload_bytes;
        rest.len -= (uint32_t)batch->payload_bytes;
    }
    cr_expect_eq(rest.len, 0);
    cg_batch_free(batch);
    cg_splitter_free(splitter);
}

Test(backlog, a_batch_takes_so_many_lines_and_leaves_the_rest_over) {
    enum { LINES = 2 * CG_BATCH_LINES + 1 };
    static const uint32_t crlf[] = {3 * CG_BATCH_LINES, 3 * CG_BATCH_LINES, 3};
    static char text[3 * LINES + 1];
    for (int i = 0; i < LINES; i++) {
        memcpy(text + 3 * i, "a\r\n", 3);
    }
    expect_batches(false, text, crlf, 3);
    expect_batches(true, text, crlf, 3);
}

Test(backlog, as_many_lines_as_a_batch_takes_leave_nothing_over) {
    static const uint32_t all[] = {2 * CG_BATCH_LINES};
    static char text[2 * CG_BATCH_LINES + 1];
    for (int i = 0; i < CG_BATCH_LINES; i++) {
        memcpy(text + 2 * i, "a\r", 2);
    }
    expect_batches(false, text, all, 1);
    expect_batches(true, text, all, 1);
}

/* Bytes of short lines, quotes and line ends of all kinds among them. */
static char *short_lines(size_t *len) {
    static const char *const lines[] = {"a,b\n", "\r\n", "\"x\r", "1\n", "\",2\n"};
    enum { LINES = 3 * CG_BATCH_LINES, LINE_BYTES = 8 };
    char *bytes = malloc((size_t)LINES * LINE_BYTES);
    *len = 0;
    for (int i = 0; i < LINES; i++) {
        const char *line = lines[(i * 7 + i / 11) % 5];
        memcpy(bytes + *len, line, strlen(line));
        *len += strlen(line);
    }
    return bytes;
}

Test(backlog, short_lines_are_the_same_however_they_are_cut, .timeout = 60) {
    size_t len = 0;
    char *bytes = short_lines(&len);
    struct cg_buffer whole, pieces;
    cg_buffer_init(&whole, TRANSCRIPT_MAX_BYTES);
    cg_buffer_init(&pieces, TRANSCRIPT_MAX_BYTES);
    for (int multiline = 0; multiline < 2; multiline++) {
        const struct cg_binding binding = feed_binding(2, ',', multiline != 0);
        struct feed feed = {.bytes = bytes, .len = len, .binding = &binding, .has_header = true};
        feed_transcribe(&feed, &whole);
        feed.payload = 9973;
        feed_transcribe(&feed, &pieces);
        cr_expect(whole.len_bytes == pieces.len_bytes &&
                  memcmp(whole.data, pieces.data, whole.len_bytes) == 0);
    }
    cg_buffer_fini(&whole);
    cg_buffer_fini(&pieces);
    free(bytes);
}

static struct cg_batch *batch_of(struct cg_batch *batch, uint32_t source_no, const char *bytes,
                                 bool ends_source) {
    cg_batch_reset(batch);
    batch->source_no = source_no;
    batch->payload_bytes = strlen(bytes);
    batch->ends_source = ends_source;
    memcpy(batch->payload, bytes, strlen(bytes));
    return batch;
}

static void expect_taken(struct cg_backlog *backlog, struct cg_batch *batch, uint32_t source_no,
                         const char *bytes, bool ends_source) {
    cg_batch_reset(batch);
    cg_backlog_take(backlog, batch);
    cr_expect_eq(batch->source_no, source_no);
    cr_expect_eq(batch->ends_source, ends_source);
    cr_expect_eq(batch->payload_bytes, strlen(bytes));
    cr_expect_eq(memcmp(batch->payload, bytes, strlen(bytes)), 0, "%s", bytes);
}

Test(backlog, what_is_put_back_comes_first_and_ends_its_input) {
    struct cg_backlog backlog = {0};
    struct cg_batch *batch = cg_batch_new();
    cr_assert(cg_backlog_put(&backlog, batch_of(batch, 1, "3\n", true)));
    cr_assert(cg_backlog_put_back(&backlog, batch_of(batch, 0, "1\n2\n", true),
                                  (struct cg_text){"2\n", 2}));
    cr_expect(!batch->ends_source, "the rest ends it");
    cr_expect_eq(atomic_load(&backlog.count), 2);
    expect_taken(&backlog, batch, 0, "2\n", true);
    expect_taken(&backlog, batch, 1, "3\n", true);
    cr_expect_eq(atomic_load(&backlog.count), 0);
    cg_backlog_fini(&backlog);
    cg_batch_free(batch);
}

/* CG_BATCH_LINES lines, one more without an end, and what is left over of them. */
Test(backlog, a_payload_leaves_over_what_would_have_stayed_had_it_waited) {
    static char text[2 * CG_BATCH_LINES + 2];
    struct cg_backlog backlog = {0};
    struct cg_batch *batch = cg_batch_new();
    for (int i = 0; i <= CG_BATCH_LINES; i++) {
        memcpy(text + 2 * i, i == CG_BATCH_LINES ? "z" : "a\n", i == CG_BATCH_LINES ? 1 : 2);
    }
    (void)batch_of(batch, 0, text, true);
    cr_assert(cg_backlog_leave_over(&backlog, batch, batch->payload + 2));
    cr_expect_eq(batch->payload_bytes, strlen(text), "what had its turn is not counted");
    cr_assert(cg_backlog_leave_over(&backlog, batch, batch->payload));
    cr_expect_eq(batch->payload_bytes, 2 * CG_BATCH_LINES);
    cr_expect(!batch->ends_source);
    expect_taken(&backlog, batch, 0, "z", true);
    cg_backlog_fini(&backlog);
    cg_batch_free(batch);
}

Test(backlog, a_failure_waits_for_its_turn) {
    struct cg_backlog backlog = {0};
    struct cg_batch *batch = cg_batch_new();
    cr_assert(cg_backlog_put(&backlog, batch_of(batch, 0, "1\n", false)));
    (void)cg_error_set(&batch_of(batch, 0, "", false)->error, CG_BAD_DATA, "cut");
    cr_assert(cg_backlog_put(&backlog, batch));
    expect_taken(&backlog, batch, 0, "1\n", false);
    cr_expect_eq(batch->error.status, CG_OK);
    expect_taken(&backlog, batch, 0, "", false);
    cr_expect_eq(batch->error.status, CG_BAD_DATA);
    cg_backlog_fini(&backlog);
    cg_batch_free(batch);
}
