#include "claimgate/record/reader.h"

#include "../support/run.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/*
 * What the reader makes of its inputs is written down, a line for each record: its input, where it
 * starts, what is wrong with it, its bytes. Two ways of reading the same are then compared as
 * texts.
 */
#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity," \
    "rendering_npi\n"

enum { TRANSCRIPT_MAX_BYTES = 16 << 20, INPUTS_MAX = 3, AHEAD_MAX = 6 };

struct reading {
    struct cg_reader_input inputs[INPUTS_MAX];
    struct cg_reader_plan plan;
    struct cg_reader *reader;
    struct cg_batch *batch;
    struct cg_buffer transcript;
    struct cg_error err;
};

static bool keep_none(const void *rules, struct cg_values *values, struct cg_line *line) {
    (void)rules;
    (void)values;
    (void)line;
    return false;
}

static void begin(struct reading *reading, const char *const files[], uint32_t count) {
    *reading = (struct reading){.err = CG_ERROR_INIT};
    for (uint32_t i = 0; i < count; i++) {
        reading->inputs[i].file = files[i];
    }
    reading->plan = (struct cg_reader_plan){.inputs = reading->inputs,
                                            .input_count = count,
                                            .empty_mend = "fetch it again",
                                            .parse = {.edit_fields = keep_none}};
    reading->reader = cg_reader_new(&reading->plan);
    reading->batch = cg_batch_new();
    cg_buffer_init(&reading->transcript, TRANSCRIPT_MAX_BYTES);
    cr_assert(reading->reader != NULL && reading->batch != NULL);
}

static void end(struct reading *reading) {
    cg_buffer_fini(&reading->transcript);
    cg_reader_free(reading->reader);
    cg_batch_free(reading->batch);
}

static void write_down(struct reading *reading) {
    const struct cg_batch *batch = reading->batch;
    for (uint32_t i = 0; i < batch->records.count; i++) {
        const struct cg_record *record = cg_batch_record(batch, i);
        const struct cg_text text = cg_batch_record_text(batch, i);
        cr_assert(cg_buffer_printf(&reading->transcript, "%u:%llu fault %d eol %d %.*s\n",
                                   (unsigned)batch->source_no,
                                   (unsigned long long)(batch->first_line + record->line_delta),
                                   record->malformed, record->eol_bytes, (int)text.len, text.ptr));
    }
}

static const char *transcript_of(struct reading *reading) {
    cr_assert(cg_buffer_append(&reading->transcript, "", 1));
    return reading->transcript.data;
}

/* Bytes at hand, cut in two. */
static enum cg_status feed_in_two(struct reading *reading, const char *text, uint32_t first_bytes) {
    const uint32_t len = (uint32_t)strlen(text);
    cg_reader_feed(reading->batch, (struct cg_text){text, first_bytes}, false);
    enum cg_status status = cg_reader_take(reading->reader, reading->batch, &reading->err);
    if (status == CG_OK) {
        write_down(reading);
        const struct cg_text rest = {text + first_bytes, len - first_bytes};
        cg_reader_feed(reading->batch, rest, true);
        status = cg_reader_take(reading->reader, reading->batch, &reading->err);
    }
    if (status == CG_OK) {
        write_down(reading);
    }
    return status;
}

/* On one thread. */
static enum cg_status read_all(struct reading *reading) {
    enum cg_status status = CG_OK;
    do {
        status = cg_reader_read(reading->reader, reading->batch, &reading->err);
        if (status == CG_OK) {
            status = cg_reader_take(reading->reader, reading->batch, &reading->err);
        }
        if (status == CG_OK) {
            write_down(reading);
        }
    } while (status == CG_OK && !reading->batch->is_last);
    return status;
}

/* As the stations of a belt do. */
static enum cg_status step_through(struct reading *reading) {
    struct cg_batch *batch = reading->batch;
    do {
        cg_batch_reset(batch);
        cg_reader_fill(reading->reader, batch);
        cg_reader_unpack(reading->reader, batch);
        cg_reader_cut(reading->reader, batch);
        cg_reader_parse(reading->reader, batch);
        cg_reader_number(reading->reader, batch);
        if (batch->error.status == CG_OK) {
            write_down(reading);
        }
    } while (!batch->is_last);
    reading->err = batch->error;
    return batch->error.status;
}

/* --- files --- */

struct folder {
    char dir[RUN_PATH_BYTES];
    char a[RUN_PATH_BYTES];
    char b[RUN_PATH_BYTES];
};

static void make_folder(struct folder *folder, const char *name_a, const char *name_b) {
    run_make_dir(folder->dir);
    run_join(folder->a, folder->dir, name_a);
    run_join(folder->b, folder->dir, name_b);
}

static void write_gzip(const char *path, const char *text) {
    gzFile file = gzopen(path, "wb");
    cr_assert_eq(gzwrite(file, text, (unsigned)strlen(text)), (int)strlen(text));
    cr_assert_eq(gzclose(file), Z_OK);
}

/* More than one batch of records, some of them blank or short. */
static char *long_text(void) {
    enum { LINES = 40000, LINE_BYTES = 80 };
    char *text = malloc(sizeof HEADER + LINES * LINE_BYTES);
    size_t len = (size_t)sprintf(text, "%s", HEADER);
    for (int i = 0; i < LINES; i++) {
        char *at = text + len;
        len += (size_t)(i % 97 == 0   ? snprintf(at, LINE_BYTES, "%d,1\r\n", i)
                        : i % 89 == 0 ? snprintf(at, LINE_BYTES, "\n")
                                      : snprintf(at, LINE_BYTES,
                                                 "C%d,1,M1,2025-01-06,H0038,2,1000000004\n", i));
    }
    cr_assert_gt(len, CG_BATCH_BYTES);
    return text;
}

Test(reader, input_cut_at_every_byte_offset_equals_input_whole) {
    static const char *const texts[] = {
        HEADER "A1,1,M1,2025-01-06,H0038,2,1000000004\n\nA2,1,M1\r\n \r\nA3,1,M1,,,,",
        "\xef\xbb\xbf\r\n\n" HEADER "A1,1,\"M,1\",2025-01-06,H0038,2,1000000004\rA2,\"x\n,,\n",
        HEADER,
    };
    static const char *const none[] = {"-"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct reading whole;
        begin(&whole, none, 1);
        cr_assert_eq(feed_in_two(&whole, texts[i], 0), CG_OK, "%s", whole.err.text);
        const char *expected = transcript_of(&whole);
        for (uint32_t at = 1; at <= strlen(texts[i]); at++) {
            struct reading cut;
            begin(&cut, none, 1);
            cr_assert_eq(feed_in_two(&cut, texts[i], at), CG_OK, "%s", cut.err.text);
            cr_assert_str_eq(transcript_of(&cut), expected, "text %zu cut at %u", i, (unsigned)at);
            cr_assert_eq(cut.inputs[0].records, whole.inputs[0].records);
            end(&cut);
        }
        end(&whole);
    }
}

Test(reader, the_steps_of_a_belt_and_one_thread_read_the_same, .timeout = 60) {
    struct folder folder;
    make_folder(&folder, "a.csv", "b.csv.gz");
    char *text = long_text();
    run_write_file(folder.a, text, strlen(text));
    write_gzip(folder.b, text);
    const char *const files[] = {folder.a, folder.b};
    struct reading whole;
    struct reading steps;
    begin(&whole, files, 2);
    begin(&steps, files, 2);
    cr_assert_eq(read_all(&whole), CG_OK, "%s", whole.err.text);
    cr_assert_eq(step_through(&steps), CG_OK, "%s", steps.err.text);
    cr_assert_str_eq(transcript_of(&whole), transcript_of(&steps));
    cr_assert_eq(whole.inputs[0].records, whole.inputs[1].records);
    cr_assert_eq(whole.inputs[0].bytes, strlen(text));
    cr_assert_eq(cg_reader_bytes_read(whole.reader), cg_reader_bytes_total(whole.reader));
    cr_assert_eq(memcmp(whole.inputs[1].sha256, steps.inputs[1].sha256, CG_SHA256_BYTES), 0);
    end(&whole);
    end(&steps);
    free(text);
    run_remove_dir(folder.dir);
}

/* Batches that hold records, as a belt cuts them on which `ahead` others were read already. */
static void read_ahead(struct reading *reading, uint32_t ahead) {
    struct cg_batch *belt[AHEAD_MAX];
    bool is_last = false;
    for (uint32_t i = 0; i < ahead; i++) {
        belt[i] = cg_batch_new();
        cg_reader_fill(reading->reader, belt[i]);
    }
    for (uint32_t i = 0; !is_last; i = (i + 1) % ahead) {
        struct cg_batch *batch = belt[i];
        cg_reader_unpack(reading->reader, batch);
        cg_reader_cut(reading->reader, batch);
        cg_reader_parse(reading->reader, batch);
        cg_reader_number(reading->reader, batch);
        cr_assert_eq(batch->error.status, CG_OK, "%s", batch->error.text);
        cr_assert(batch->records.count == 0 ||
                  cg_buffer_printf(
                      &reading->transcript, "%u:%llu %u records\n", (unsigned)batch->source_no,
                      (unsigned long long)batch->first_line, (unsigned)batch->records.count));
        is_last = batch->is_last;
        cg_batch_reset(batch);
        cg_reader_fill(reading->reader, batch);
    }
    for (uint32_t i = 0; i < ahead; i++) {
        cg_batch_free(belt[i]);
    }
}

/* Each input is more than a payload. */
static void expect_same_batches(const struct folder *folder, const char *record, bool multiline) {
    const char *const files[] = {folder->a, folder->b};
    const size_t record_bytes = strlen(record);
    const size_t count = CG_BATCH_BYTES / record_bytes + 2 * CG_BATCH_LINES;
    char *text = malloc(sizeof HEADER + count * record_bytes);
    const char *expected = NULL;
    struct reading readings[AHEAD_MAX];
    strcpy(text, HEADER);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + sizeof HEADER - 1 + i * record_bytes, record, record_bytes);
    }
    run_write_file(folder->a, text, sizeof HEADER - 1 + count * record_bytes);
    run_write_file(folder->b, text, sizeof HEADER - 2 + count * record_bytes);
    for (uint32_t i = 0; i < AHEAD_MAX; i++) {
        struct reading *reading = &readings[i];
        begin(reading, files, 2);
        cg_reader_free(reading->reader);
        reading->plan.multiline = multiline;
        reading->reader = cg_reader_new(&reading->plan);
        read_ahead(reading, i + 1);
        expected = i == 0 ? transcript_of(reading) : expected;
        cr_expect(i == 0 || strcmp(transcript_of(reading), expected) == 0, "%s, %u ahead: %s %s",
                  record, (unsigned)i, reading->transcript.data, expected);
    }
    for (uint32_t i = 0; i < AHEAD_MAX; i++) {
        end(&readings[i]);
    }
    free(text);
}

Test(reader, batches_are_the_same_however_far_is_read_ahead, .timeout = 60) {
    struct folder folder;
    make_folder(&folder, "a.csv", "b.csv");
    expect_same_batches(&folder, "a1,1,M1,2025-01-06,H0038,2,1000000004\n", false);
    expect_same_batches(&folder, "a1,1,M1,2025-01-06,H0038,2\r", false);
    expect_same_batches(&folder, "a1,1,M1,2025-01-06,H0038,2\r\n", false);
    expect_same_batches(&folder, "a1,1,M1,\"x\ny\",H0038,2,1\n", true);
    expect_same_batches(&folder, "a1,1,M1,\"x,H0038,2,1\n", true);
    run_remove_dir(folder.dir);
}

Test(reader, each_input_is_numbered_from_its_own_first_line) {
    struct folder folder;
    make_folder(&folder, "a.csv", "b.csv");
    run_write_file(folder.a, HEADER "1\n2\n", strlen(HEADER "1\n2\n"));
    run_write_file(folder.b, "\n" HEADER "3", strlen("\n" HEADER "3"));
    const char *const files[] = {folder.a, folder.b};
    struct reading reading;
    begin(&reading, files, 2);
    cr_assert_eq(read_all(&reading), CG_OK, "%s", reading.err.text);
    cr_assert_str_eq(transcript_of(&reading), "0:2 fault 5 eol 1 1\n0:3 fault 5 eol 1 2\n"
                                              "1:3 fault 5 eol 0 3\n");
    cr_assert_eq(reading.inputs[0].records, 2);
    cr_assert_eq(reading.inputs[1].records, 1);
    end(&reading);
    run_remove_dir(folder.dir);
}

/* --- what is wrong --- */

/* What is said of two inputs, %s standing for the path of the second one. */
static void expect_refusal(const char *name, const char *text, const char *words) {
    struct folder folder;
    struct reading whole;
    struct reading steps;
    char expected[CG_ERROR_TEXT_BYTES];
    make_folder(&folder, "first.csv", name);
    run_write_file(folder.a, HEADER "1\n", strlen(HEADER "1\n"));
    run_write_file(folder.b, text, strlen(text));
    const char *const files[] = {folder.a, folder.b};
    snprintf(expected, sizeof expected, "%s: %s", folder.b, words);
    begin(&whole, files, 2);
    begin(&steps, files, 2);
    cr_assert_eq(read_all(&whole), CG_BAD_DATA);
    cr_assert_eq(step_through(&steps), CG_BAD_DATA);
    cr_assert_eq(strncmp(whole.err.text, expected, strlen(expected)), 0, "%s", whole.err.text);
    cr_assert_str_eq(steps.err.text, whole.err.text);
    end(&whole);
    end(&steps);
    run_remove_dir(folder.dir);
}

Test(reader, a_header_that_is_wrong_is_told_with_its_input) {
    expect_refusal("b.csv", "", "is empty (0 bytes), there is no header line; fetch it again");
    expect_refusal("b.csv", "\n \n", "there is no header line");
    expect_refusal("b.csv", "claim_id,member_id\n", "the header is not that of the first input");
    expect_refusal("b.csv.gz", "x\n",
                   "is named .gz but is not gzip, and as plain text: the header");
}

Test(reader, columns_that_are_missing_are_told_with_their_input) {
    struct reading reading;
    static const char *const none[] = {"-"};
    begin(&reading, none, 1);
    cr_assert_eq(feed_in_two(&reading, "claim_id,member\n", 0), CG_BAD_DATA);
    cr_assert_not_null(strstr(reading.err.text, "standard input: columns missing for layout tuva"));
    cr_assert(!cg_reader_is_bound(reading.reader));
    end(&reading);
}

Test(reader, an_input_that_is_not_there_ends_the_reading) {
    struct reading reading;
    static const char *const files[] = {"/nowhere/claims.csv"};
    begin(&reading, files, 1);
    cr_assert_eq(read_all(&reading), CG_NO_INPUT);
    cr_assert(reading.batch->is_last);
    cr_assert_eq(cg_reader_bytes_total(reading.reader), 0);
    end(&reading);
}

Test(reader, a_failed_batch_passes_through_untouched) {
    struct reading reading;
    static const char *const none[] = {"-"};
    begin(&reading, none, 1);
    cg_reader_feed(reading.batch, cg_text_of(HEADER "1\n"), true);
    cg_error_set(&reading.batch->error, CG_IO, "the disk is gone");
    cr_assert_eq(cg_reader_take(reading.reader, reading.batch, &reading.err), CG_IO);
    cr_assert_str_eq(reading.err.text, "the disk is gone");
    cr_assert_eq(reading.batch->records.count, 0);
    cr_assert(!cg_reader_is_bound(reading.reader));
    end(&reading);
}

/* --- columns that are the caller's to find --- */

static enum cg_status bind_one_column(void *context, const struct cg_header *header,
                                      struct cg_binding *out, struct cg_error *err) {
    const bool *good = context;
    (void)header;
    *out = (struct cg_binding){.delimiter = '|', .column_count = 2};
    return *good ? CG_OK : cg_error_set(err, CG_BAD_DATA, "no such column");
}

Test(reader, a_caller_may_bind_the_header_and_name_the_input_itself) {
    static const char *const none[] = {"-"};
    for (int good = 0; good < 2; good++) {
        bool is_good = good != 0;
        struct reading reading;
        begin(&reading, none, 1);
        reading.plan.bind = bind_one_column;
        reading.plan.bind_context = &is_good;
        reading.plan.unnamed = true;
        cg_reader_free(reading.reader);
        reading.reader = cg_reader_new(&reading.plan);
        cr_assert_eq(feed_in_two(&reading, "x|y\n1,|2\n3\n", 5), is_good ? CG_OK : CG_BAD_DATA);
        cr_assert_str_eq(reading.err.text, is_good ? "" : "no such column");
        cr_assert_str_eq(transcript_of(&reading), is_good ? "0:2 fault 0 eol 1 1,|2\n"
                                                            "0:3 fault 5 eol 1 3\n"
                                                          : "");
        end(&reading);
    }
}
