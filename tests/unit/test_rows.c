#include "claimgate/record/rows.h"

#include "claimgate/record/parse.h"

#include "support/record_feed.h"

#include <criterion/criterion.h>

#define TEXT(literal) ((struct cg_text){(literal), sizeof(literal) - 1})

struct fixture {
    struct cg_binding binding;
    struct cg_batch *batch;
    struct cg_buffer out;
};

/* In scope unless the claim id starts with an "o"; feed_binding has three columns, and the second
 * field of the enumeration stands for the quantity. */
static bool take_all(const void *rules, struct cg_values *values, struct cg_line *line) {
    (void)rules;
    struct cg_csv_field quantity = cg_values_raw(values, CG_FIELD_CLAIM_LINE_NUMBER);
    line->units = 6;
    line->quantity_offset = quantity.raw_offset;
    line->quantity_len = quantity.raw_len;
    return cg_values_get(values, CG_FIELD_CLAIM_ID).ptr[0] != 'o';
}

static void start(struct fixture *fixture, struct cg_text text, char delimiter) {
    static char header[] = "a,\"b\",c";
    *fixture = (struct fixture){.binding = feed_binding(3, delimiter, false)};
    fixture->binding.header = header;
    fixture->binding.header_len = sizeof header - 1;
    fixture->batch = cg_batch_new();
    fixture->batch->first_line = 2;
    cg_buffer_init(&fixture->out, 1 << 20);
    memcpy(fixture->batch->payload, text.ptr, text.len);
    fixture->batch->text = (struct cg_text){fixture->batch->payload, text.len};
    struct cg_csv *csv = cg_csv_new(delimiter, 3);
    const struct cg_parse_plan plan = {.binding = &fixture->binding, .edit_fields = take_all};
    cr_assert_eq(cg_parse_batch(&plan, csv, fixture->batch), CG_OK);
    cg_csv_free(csv);
    for (uint32_t i = 0; i < fixture->batch->lines.count; i++) {
        struct cg_line *line = cg_batch_line(fixture->batch, i);
        line->decision = line->malformed != 0 ? CG_REJECTED : CG_ACCEPTED;
    }
}

static void end(struct fixture *fixture) {
    cg_buffer_fini(&fixture->out);
    cg_batch_free(fixture->batch);
}

static void expect_out(const struct fixture *fixture, struct cg_text wanted) {
    cr_assert(fixture->out.len_bytes == wanted.len &&
                  memcmp(fixture->out.data, wanted.ptr, wanted.len) == 0,
              "%.*s", (int)fixture->out.len_bytes, fixture->out.data);
}

static void expect_accepted(struct fixture *fixture, struct cg_text wanted, uint32_t stretches) {
    struct cg_batch *batch = fixture->batch;
    uint64_t expected_rows = 0;
    cr_assert(cg_rows_accepted(batch));
    for (uint32_t i = 0; i < batch->accepted_text.count; i++) {
        const struct cg_text text = *(const struct cg_text *)cg_array_at(&batch->accepted_text, i);
        cr_assert(cg_buffer_append(&fixture->out, text.ptr, text.len));
    }
    for (uint32_t i = 0; i < wanted.len; i++) {
        expected_rows +=
            wanted.ptr[i] == '\n' || (wanted.ptr[i] == '\r' && wanted.ptr[i + 1] != '\n');
    }
    cr_assert_eq(batch->accepted_rows + (batch->header_raw.len > 0), expected_rows);
    expect_out(fixture, wanted);
    cr_assert_eq(batch->accepted_text.count, stretches, "%u", batch->accepted_text.count);
}

Test(rows, neighbouring_accepted_records_are_one_stretch) {
    struct fixture fixture;
    start(&fixture, TEXT("a,1,x\r\no,2,y\r\nc,3,z\n"), ',');
    expect_accepted(&fixture, TEXT("a,1,x\r\no,2,y\r\nc,3,z\n"), 1);
    end(&fixture);
}

Test(rows, blank_lines_and_rejected_records_break_a_stretch) {
    struct fixture fixture;
    start(&fixture, TEXT("a,1,x\n\nb,2,y\nbad\nc,3,z\n"), ',');
    expect_accepted(&fixture, TEXT("a,1,x\nb,2,y\nc,3,z\n"), 3);
    end(&fixture);
}

Test(rows, a_missing_last_line_end_is_supplied) {
    struct fixture fixture;
    start(&fixture, TEXT("a,1,x\r\nb,2,y"), ',');
    expect_accepted(&fixture, TEXT("a,1,x\r\nb,2,y\n"), 2);
    end(&fixture);
    start(&fixture, TEXT("a,1,x\rbad"), ',');
    expect_accepted(&fixture, TEXT("a,1,x\r"), 1);
    end(&fixture);
}

Test(rows, the_first_input_s_header_goes_before_its_rows) {
    struct fixture fixture;
    start(&fixture, TEXT("a,1,x\n"), ',');
    fixture.batch->header_raw = TEXT("a,b,c\r\n");
    expect_accepted(&fixture, TEXT("a,b,c\r\na,1,x\n"), 2);
    end(&fixture);
    start(&fixture, TEXT(""), ',');
    fixture.batch->header_raw = TEXT("a,b,c");
    expect_accepted(&fixture, TEXT("a,b,c\n"), 2);
    end(&fixture);
}

static const struct cg_verdict plain_verdict = {
    .reason = "units_invalid",
    .reasons = "units_invalid;rendering_npi_missing",
    .group_code = "CO",
    .carc = "16",
    .rarc = "M53",
    .detail = "the quantity is \"4.5\", but must be whole",
};

static void reject(struct fixture *fixture, uint32_t line_no, const struct cg_verdict *verdict) {
    const struct cg_rejected_row row = {&fixture->binding, "in/a,b.csv", fixture->batch,
                                        cg_batch_line(fixture->batch, line_no), verdict};
    cr_assert(cg_rows_rejected(&fixture->out, &row));
}

Test(rows, the_rejected_header_frames_the_input_s_own) {
    struct fixture fixture;
    start(&fixture, TEXT("a,1,x\n"), ',');
    cr_assert(cg_rows_rejected_header(&fixture.out, &fixture.binding));
    expect_out(&fixture,
               TEXT("source_file,source_line,a,\"b\",c,reject_reason,reject_reasons,group_code,"
                    "carc,rarc,cap_id,cap_limit,units_used,units_available,reject_detail,"
                    "raw_record\n"));
    end(&fixture);
}

Test(rows, a_rejected_row_carries_the_record_s_own_bytes) {
    struct fixture fixture;
    start(&fixture, TEXT("a,1,x\n\nb, \t,\"y\"\" \" \r\n"), ',');
    cg_batch_line(fixture.batch, 1)->decision = CG_REJECTED;
    reject(&fixture, 1, &plain_verdict);
    expect_out(&fixture, TEXT("\"in/a,b.csv\",4,b, \t,\"y\"\" \" ,units_invalid,"
                              "units_invalid;rendering_npi_missing,CO,16,M53,,,,,"
                              "\"the quantity is \"\"4.5\"\", but must be whole\",\n"));
    end(&fixture);
}

Test(rows, a_failed_cap_is_told_with_its_figures) {
    struct fixture fixture;
    struct cg_verdict verdict = {.reason = "daily_cap",
                                 .reasons = "daily_cap",
                                 .group_code = "CO",
                                 .carc = "119",
                                 .rarc = "",
                                 .cap_id = "daily",
                                 .cap_limit_units = 6,
                                 .units_used = 5,
                                 .units_available = 1,
                                 .detail = "full"};
    start(&fixture, TEXT("a|1|x\n"), '|');
    cg_batch_line(fixture.batch, 0)->decision = CG_REJECTED;
    reject(&fixture, 0, &verdict);
    expect_out(&fixture,
               TEXT("in/a,b.csv|2|a|1|x|daily_cap|daily_cap|CO|119||daily|6|5|1|full|\n"));
    end(&fixture);
}

Test(rows, both_halves_of_a_cutback_have_a_bare_number_for_a_quantity) {
    struct fixture fixture;
    start(&fixture, TEXT("a,1,x\r\nb,\"6.0\"  ,y\r\nc,3,z\r\n"), ',');
    struct cg_line *line = cg_batch_line(fixture.batch, 1);
    line->decision = CG_CUTBACK;
    line->accepted_units = 4;
    expect_accepted(&fixture, TEXT("a,1,x\r\nb,4,y\r\nc,3,z\r\n"), 3);
    cg_buffer_clear(&fixture.out);
    reject(&fixture, 1, &plain_verdict);
    cr_assert_arr_eq(fixture.out.data, "\"in/a,b.csv\",3,b,2,y,units_invalid,", 35);
    end(&fixture);
}

Test(rows, a_malformed_record_stands_whole_in_its_own_column) {
    struct fixture fixture;
    start(&fixture, TEXT("a,\"1\0\xff,x\n"), ',');
    reject(&fixture, 0, &plain_verdict);
    struct cg_text wanted = TEXT(",,,units_invalid,");
    cr_assert_arr_eq(fixture.out.data, "\"in/a,b.csv\",2,", 15);
    cr_assert_arr_eq(fixture.out.data + 15, wanted.ptr, wanted.len);
    struct cg_text tail = TEXT(",\"a,\"\"1\0\xff,x\"\n");
    cr_assert_arr_eq(fixture.out.data + fixture.out.len_bytes - tail.len, tail.ptr, tail.len);
    end(&fixture);
}

Test(rows, a_place_without_room_is_told) {
    struct fixture fixture;
    start(&fixture, TEXT("a,1,x\n\nb,2,y\n"), ',');
    fixture.out.limit_bytes = 8;
    fixture.batch->scratch.limit_bytes = 0;
    cg_batch_line(fixture.batch, 0)->decision = CG_CUTBACK;
    cr_assert_not(cg_rows_accepted(fixture.batch));
    cr_assert_not(cg_rows_rejected_header(&fixture.out, &fixture.binding));
    end(&fixture);
}
