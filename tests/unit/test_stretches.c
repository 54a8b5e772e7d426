#include "claimgate/record/stretches.h"

#include "claimgate/record/parse.h"
#include "record/splitter.h"
#include "support/record_feed.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static bool is_x(const void *rules, struct cg_values *values, struct cg_line *line) {
    (void)rules;
    line->original_claim_id = cg_values_get(values, CG_FIELD_CLAIM_ID);
    return line->original_claim_id.len > 0 && line->original_claim_id.ptr[0] == 'x';
}

/* The batch of a text, parsed with the stretches of another one; NULL: with none. */
static struct cg_batch *parse(const char *text, const struct cg_binding *binding,
                              const struct cg_batch *told) {
    struct cg_batch *batch = cg_batch_new();
    struct cg_csv *csv = cg_csv_new(binding->delimiter, binding->column_count);
    struct cg_splitter *splitter = cg_splitter_new();
    const struct cg_parse_plan plan = {.binding = binding, .edit_fields = is_x};
    cr_assert(batch != NULL && csv != NULL && splitter != NULL);
    memcpy(batch->payload, text, strlen(text));
    batch->payload_bytes = strlen(text);
    batch->ends_source = true;
    cg_splitter_start(splitter, binding->delimiter, false);
    cr_assert_eq(cg_splitter_cut(splitter, batch).len, 0);
    for (uint32_t i = 0; told != NULL && i < told->stretches.count; i++) {
        struct cg_stretch *stretch = cg_array_add(&batch->stretches);
        *stretch = *(const struct cg_stretch *)cg_array_at(&told->stretches, i);
    }
    cr_assert_eq(cg_parse_batch(&plan, csv, batch), CG_OK);
    cg_splitter_free(splitter);
    cg_csv_free(csv);
    return batch;
}

static struct cg_batch *parse_and_note(const char *text) {
    const struct cg_binding binding = feed_binding(2, ',', false);
    struct cg_batch *batch = parse(text, &binding, NULL);
    cr_assert(cg_stretches_note(batch, &binding));
    return batch;
}

static void expect_same(const struct cg_batch *a, const struct cg_batch *b) {
    cr_assert_eq(a->records.count, b->records.count);
    cr_assert_eq(a->lines.count, b->lines.count);
    cr_assert_eq(a->passed_lines, b->passed_lines);
    cr_assert_eq(a->physical_lines, b->physical_lines);
    for (uint32_t i = 0; i < a->records.count; i++) {
        const struct cg_record *x = cg_batch_record(a, i);
        const struct cg_record *y = cg_batch_record(b, i);
        cr_assert(x->offset == y->offset && x->len_bytes == y->len_bytes &&
                      x->line_delta == y->line_delta && x->eol_bytes == y->eol_bytes &&
                      x->line_index == y->line_index && x->line_count == y->line_count &&
                      x->malformed == y->malformed,
                  "record %u", i);
    }
    for (uint32_t i = 0; i < a->lines.count; i++) {
        const struct cg_line *x = cg_batch_line(a, i);
        const struct cg_line *y = cg_batch_line(b, i);
        cr_assert(x->record_no == y->record_no && x->malformed == y->malformed &&
                  cg_text_equal(x->original_claim_id, y->original_claim_id));
    }
}

Test(stretches, batch_that_is_told_what_passes_becomes_what_it_was) {
    static const char *const lines[] = {"x1,2\n",         "a1,2\n",  "b,\"2\"\n", "a,b,c\n",
                                        "x\"3,\"\"4\"\n", "c,2\r\n", "x,2\r\n",   "a,\n"};
    const struct cg_binding binding = feed_binding(2, ',', false);
    srand(3);
    for (int round = 0; round < 300; round++) {
        char text[2000] = "";
        for (int i = 0; i < 100; i++) { /* mostly lines that pass */
            strcat(text, rand() % 10 < 7 ? lines[1] : lines[rand() % 8]);
        }
        struct cg_batch *first = parse_and_note(text);
        struct cg_batch *second = parse(text, &binding, first);
        cr_assert_gt(first->stretches.count, 1);
        expect_same(first, second);
        cg_batch_free(first);
        cg_batch_free(second);
    }
}

Test(stretches, nothing_is_told_of_a_batch_with_more_to_it_than_records) {
    static const char *const texts[] = {
        "a,1\na,2\n\na,3\n",    /* a blank line */
        "a,1\na,2\n---\na,3\n", /* decoration */
        "a,1\ra,2\na,3\n",      /* a line that CR alone ends */
        "a,1\na,2\na,3",        /* the last line has no end */
        "x,1\nx,2\nx,3\na,4\n", /* most records do not pass */
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct cg_batch *batch = parse_and_note(texts[i]);
        cr_assert_eq(batch->stretches.count, 0, "%s", texts[i]);
        cg_batch_free(batch);
    }
    struct cg_batch *batch = parse_and_note("a,1\nx,2\na,3\n");
    cr_assert_eq(batch->stretches.count, 2);
    cg_batch_free(batch);
}

Test(stretches, bytes_that_are_others_than_were_told_of_are_read_to_their_end) {
    const struct cg_binding binding = feed_binding(2, ',', false);
    struct cg_batch *first = parse_and_note("a,1\na,2\na,3\nx,4\na,5\n");
    struct cg_batch *shorter = parse("a,1\na", &binding, first);
    struct cg_batch *longer = parse("a\na\na\nx,4\na\nx,6\nx,7\n", &binding, first);
    cr_assert_eq(shorter->records.count, 2);
    cr_assert_eq(longer->records.count, 7);
    cr_assert_eq(longer->lines.count, 3);
    cg_batch_free(first);
    cg_batch_free(shorter);
    cg_batch_free(longer);
}
