#include "claimgate/record/parse.h"

#include "claimgate/rules/reason.h"
#include "record/splitter.h"

#include "support/record_feed.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRANSCRIPT_MAX_BYTES = 16 << 20 };

Test(parse, the_malformed_reason_is_the_first_of_all) {
    cr_assert_eq(CG_MALFORMED_REASONS, cg_reason_bit(CG_REASON_MALFORMED_RECORD));
}

/* ---- both ways of reading a record ---- */

static void expect_paths_agree(const char *bytes, size_t len, struct cg_binding binding) {
    struct cg_buffer plain;
    struct cg_buffer libcsv;
    cg_buffer_init(&plain, TRANSCRIPT_MAX_BYTES);
    cg_buffer_init(&libcsv, TRANSCRIPT_MAX_BYTES);
    struct feed feed = {.bytes = bytes, .len = len, .binding = &binding};
    feed_transcribe(&feed, &plain);
    feed.libcsv_only = true;
    feed_transcribe(&feed, &libcsv);
    cr_assert(plain.len_bytes == libcsv.len_bytes &&
                  memcmp(plain.data, libcsv.data, plain.len_bytes) == 0,
              "%.2000s\n---\n%.2000s", plain.data, libcsv.data);
    cg_buffer_fini(&plain);
    cg_buffer_fini(&libcsv);
}

Test(parse, the_plain_path_and_libcsv_agree_on_random_bytes, .timeout = 120) {
    static const char likely[] = {',', ',', '\n', 'a', ' ', '\t', '\r', '|', '"', '\0', '7', '.'};
    static const char delimiters[] = {',', '|', '\t'};
    srand(5);
    for (int round = 0; round < 3000; round++) {
        char bytes[1500];
        size_t len = 1 + (size_t)rand() % sizeof bytes;
        size_t kinds = round % 3 == 0 ? 8 : sizeof likely;
        for (size_t i = 0; i < len; i++) {
            bytes[i] = rand() % 50 == 0 ? (char)rand() : likely[(size_t)rand() % kinds];
        }
        struct cg_binding binding =
            feed_binding(1 + (uint32_t)rand() % 4, delimiters[round % 3], false);
        expect_paths_agree(bytes, len, binding);
    }
}

Test(parse, both_paths_agree_at_the_limit_of_64_kib) {
    static const char fills[] = {'x', ',', ' ', '"'};
    char *bytes = malloc(CG_RECORD_MAX_BYTES + 16);
    for (size_t fill = 0; fill < sizeof fills; fill++) {
        for (int extra = -1; extra <= 1; extra++) {
            size_t len = (size_t)(CG_RECORD_MAX_BYTES + extra);
            memset(bytes, fills[fill], len);
            memcpy(bytes + len, "\n1\n", 3);
            expect_paths_agree(bytes, len + 3, feed_binding(1, ',', false));
        }
    }
    free(bytes);
}

Test(parse, both_paths_agree_whatever_byte_stands_wherever_in_a_block) {
    static const char odd[] = {' ',    '\t',   '!',    '"',        '\0',
                               '\x01', '\x1f', '\x7f', (char)0x80, (char)0xc3};
    static const char delimiters[] = {',', '\t', '~'};
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    for (size_t i = 0; i < sizeof odd * sizeof delimiters; i++) {
        char delimiter = delimiters[i % sizeof delimiters];
        for (size_t at = 0; at < 3 * CG_SCAN_BLOCK_BYTES; at++) {
            char bytes[3 * CG_SCAN_BLOCK_BYTES];
            const char *end = ends[at % 3];
            for (size_t j = 0; j < sizeof bytes; j++) { /* records of three columns, the last cut */
                bytes[j] = j % 7 == 3 ? delimiter : 'x';
            }
            for (size_t j = 17; j + 1 < sizeof bytes; j += 21) {
                memcpy(bytes + j, end, strlen(end));
            }
            bytes[at] = odd[i / sizeof delimiters];
            expect_paths_agree(bytes, sizeof bytes, feed_binding(3, delimiter, false));
        }
    }
}

/* ---- faults ---- */

struct seen {
    struct cg_batch *batch;
    struct cg_csv *csv;
};

static bool in_scope_if_x(const void *rules, struct cg_values *values, struct cg_line *line) {
    (void)rules;
    line->original_claim_id = cg_values_get(values, CG_FIELD_CLAIM_ID);
    return line->original_claim_id.len > 0 && line->original_claim_id.ptr[0] == 'x';
}

static struct seen parse_text(struct cg_text text, struct cg_binding binding) {
    struct seen seen = {cg_batch_new(), cg_csv_new(binding.delimiter, binding.column_count)};
    struct cg_splitter *splitter = cg_splitter_new();
    cr_assert(seen.batch != NULL && seen.csv != NULL && splitter != NULL);
    memcpy(seen.batch->payload, text.ptr, text.len);
    seen.batch->payload_bytes = text.len;
    seen.batch->ends_source = true;
    cg_splitter_start(splitter, binding.delimiter, binding.multiline);
    cr_assert_eq(cg_splitter_cut(splitter, seen.batch).len, 0);
    cg_splitter_free(splitter);
    const struct cg_parse_plan plan = {.binding = &binding, .edit_fields = in_scope_if_x};
    cr_assert_eq(cg_parse_batch(&plan, seen.csv, seen.batch), CG_OK);
    return seen;
}

static void drop(struct seen seen) {
    cg_csv_free(seen.csv);
    cg_batch_free(seen.batch);
}

#define TEXT(literal) ((struct cg_text){(literal), sizeof(literal) - 1})

Test(parse, each_fault_has_its_name_and_the_first_of_the_order_wins) {
    const struct {
        struct cg_text text;
        enum cg_malformed fault;
        uint32_t field_count;
    } cases[] = {
        {TEXT("1,2,3"), CG_WELL_FORMED, 3},
        {TEXT("1,2"), CG_TOO_FEW_FIELDS, 2},
        {TEXT("1"), CG_TOO_FEW_FIELDS, 1},
        {TEXT("1,2,3,4"), CG_TOO_MANY_FIELDS, 4},
        {TEXT("\"1,2\",3"), CG_TOO_FEW_FIELDS, 2},
        {TEXT("1,2,\0"), CG_NUL_BYTE, 0},
        {TEXT("\0"), CG_NUL_BYTE, 0},
        {TEXT("1,\"2\0,3,4"), CG_NUL_BYTE, 0},
        {TEXT("1,\"2,3"), CG_UNCLOSED_QUOTE, 0},
        {TEXT("1,\"2\"x,3,4"), CG_BROKEN_QUOTING, 0},
        {TEXT("1, \"2\",3"), CG_BROKEN_QUOTING, 0},
        {TEXT("1,\"2\"x,\"3"), CG_BROKEN_QUOTING, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct seen seen = parse_text(cases[i].text, feed_binding(3, ',', false));
        cr_assert_eq(seen.batch->records.count, 1);
        const struct cg_record *record = cg_batch_record(seen.batch, 0);
        cr_assert_eq(record->malformed, cases[i].fault, "case %zu", i);
        cr_assert_eq(record->field_count, cases[i].field_count, "case %zu", i);
        if (cases[i].fault != CG_WELL_FORMED) {
            const struct cg_line *line = cg_batch_line(seen.batch, record->line_index);
            cr_assert_eq(line->malformed, cases[i].fault);
            cr_assert_eq(line->reasons, CG_MALFORMED_REASONS);
            cr_assert_eq(line->start_day, CG_DAY_NONE);
        }
        drop(seen);
    }
}

Test(parse, out_of_scope_records_leave_no_line) {
    struct seen seen = parse_text(TEXT("a,1\nx,2\nb,3\n\n\"\nx,4\n"), feed_binding(2, ',', false));
    static const uint32_t lines[] = {CG_NO_LINE, 0, CG_NO_LINE, 1, 2};
    static const uint32_t deltas[] = {0, 1, 2, 4, 5};
    cr_assert_eq(seen.batch->records.count, 5);
    cr_assert_eq(seen.batch->lines.count, 3);
    cr_assert_eq(seen.batch->blank_lines, 1);
    cr_assert_eq(seen.batch->physical_lines, 6);
    for (uint32_t i = 0; i < 5; i++) {
        cr_assert_eq(cg_batch_record(seen.batch, i)->line_index, lines[i]);
        cr_assert_eq(cg_batch_record(seen.batch, i)->line_delta, deltas[i]);
    }
    cr_assert_eq(cg_batch_line(seen.batch, 0)->record_no, 1);
    drop(seen);
}

Test(parse, a_blank_line_is_blank_under_a_header_of_one_column_too) {
    struct seen seen = parse_text(TEXT("x\n\n \t\nx\n\"\"\n"), feed_binding(1, ',', false));
    cr_assert_eq(seen.batch->records.count, 2);
    cr_assert_eq(seen.batch->blank_lines, 2);
    cr_assert_eq(seen.batch->decoration, 1, "quotes around nothing say nothing");
    drop(seen);
}

Test(parse, delimiting_tabs_make_no_blank_line_but_a_ruler) {
    struct seen seen = parse_text(TEXT("\t\n  \n\t\t\n"), feed_binding(2, '\t', false));
    cr_assert_eq(seen.batch->records.count, 0);
    cr_assert_eq(seen.batch->blank_lines, 1);
    cr_assert_eq(seen.batch->decoration, 2);
    drop(seen);
}

/* ---- values ---- */

struct wanted {
    enum cg_field field;
    const char *value;
};

static bool check_values(const void *rules, struct cg_values *values, struct cg_line *line) {
    (void)line;
    for (const struct wanted *wanted = rules; wanted->value != NULL; wanted++) {
        struct cg_text value = cg_values_get(values, wanted->field);
        cr_assert(cg_text_equal(value, cg_text_of(wanted->value)), "%s is \"%.*s\"",
                  cg_field_name(wanted->field), (int)value.len, value.ptr);
    }
    return false;
}

static void expect_values(const char *layout_name, const char *header, const char *record,
                          const struct wanted *wanted) {
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    struct cg_layout *layout = NULL;
    struct cg_binding binding;
    cg_problems_init(&problems);
    cr_assert_eq(cg_layout_load(layout_name, &layout, &problems, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_layout_bind(layout, cg_text_of(header), false, &binding, &err), CG_OK, "%s",
                 err.text);
    for (int libcsv_only = 0; libcsv_only < 2; libcsv_only++) {
        struct cg_batch *batch = cg_batch_new();
        struct cg_csv *csv = cg_csv_new(binding.delimiter, binding.last_column + 1);
        batch->text = (struct cg_text){batch->payload, (uint32_t)strlen(record)};
        memcpy(batch->payload, record, strlen(record));
        const struct cg_parse_plan plan = {.binding = &binding,
                                           .edit_fields = check_values,
                                           .rules = wanted,
                                           .libcsv_only = libcsv_only != 0};
        cr_assert_eq(cg_parse_batch(&plan, csv, batch), CG_OK);
        cr_assert_eq(batch->records.count, 1);
        cr_assert_eq(cg_batch_record(batch, 0)->malformed, CG_WELL_FORMED);
        cg_csv_free(csv);
        cg_batch_free(batch);
    }
    cg_binding_fini(&binding);
    cg_layout_free(layout);
    cg_problems_fini(&problems);
}

#define TUVA_HEADER                                                                                \
    "claim_id,member_id,hcpcs_code,service_unit_quantity,rendering_npi,claim_start_date,"          \
    "claim_end_date,claim_line_start_date,claim_line_end_date"

Test(parse, an_end_date_falls_back_only_together_with_its_start_date) {
    static const struct {
        const char *record;
        const char *start;
        const char *end;
    } cases[] = {
        {"c,m,H0038,1,n,2024-01-01,2024-01-09,2024-01-02,2024-01-03", "2024-01-02", "2024-01-03"},
        {"c,m,H0038,1,n,2024-01-01,2024-01-09,2024-01-02, ", "2024-01-02", ""},
        {"c,m,H0038,1,n,2024-01-01,2024-01-09,,", "2024-01-01", "2024-01-09"},
        {"c,m,H0038,1,n,2024-01-01,2024-01-09,\" \",2024-01-03", "2024-01-01", "2024-01-03"},
        {"c,m,H0038,1,n,,2024-01-09,,", "", "2024-01-09"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct wanted wanted[] = {{CG_FIELD_CLAIM_LINE_START_DATE, cases[i].start},
                                        {CG_FIELD_CLAIM_LINE_END_DATE, cases[i].end},
                                        {CG_FIELD_CLAIM_ID, "c"},
                                        {CG_FIELD_BIRTH_DATE, ""},
                                        {0, NULL}};
        expect_values("tuva", TUVA_HEADER, cases[i].record, wanted);
    }
}

Test(parse, a_claim_s_end_is_no_line_s_end_where_lines_have_starts_alone) {
    const struct wanted wanted[] = {{CG_FIELD_CLAIM_LINE_START_DATE, "2024-01-02"},
                                    {CG_FIELD_CLAIM_LINE_END_DATE, ""},
                                    {0, NULL}};
    expect_values("tuva",
                  "claim_id,member_id,hcpcs_code,service_unit_quantity,rendering_npi,"
                  "claim_end_date,claim_line_start_date",
                  "c,m,H0038,1,n,2024-01-09,2024-01-02", wanted);
}

Test(parse, an_end_date_falls_back_where_the_start_has_no_column_of_its_own) {
    static const char header[] = "MSIS_ID,CLM_ID,LINE_PRCDR_CD,ACTL_SRVC_QTY,SRVC_PRVDR_NPI,"
                                 "SRVC_BGN_DT,SRVC_END_DT,LINE_SRVC_END_DT";
    const struct wanted claim_s[] = {{CG_FIELD_CLAIM_LINE_START_DATE, "20240101"},
                                     {CG_FIELD_CLAIM_LINE_END_DATE, "20240109"},
                                     {0, NULL}};
    const struct wanted line_s[] = {{CG_FIELD_CLAIM_LINE_START_DATE, "20240101"},
                                    {CG_FIELD_CLAIM_LINE_END_DATE, "20240102"},
                                    {0, NULL}};
    expect_values("taf-ot", header, "M1,c,H0038,1,n,20240101,20240109, ", claim_s);
    expect_values("taf-ot", header, "M1,c,H0038,1,n,20240101,20240109,20240102", line_s);
}

Test(parse, a_member_is_known_by_either_id) {
    static const char header[] = "BENE_ID,MSIS_ID,CLM_ID,LINE_SRVC_BGN_DT,LINE_PRCDR_CD,"
                                 "ACTL_SRVC_QTY,SRVC_PRVDR_NPI";
    const struct wanted bene[] = {{CG_FIELD_MEMBER_ID, "B1"}, {0, NULL}};
    const struct wanted msis[] = {{CG_FIELD_MEMBER_ID, "M1"}, {0, NULL}};
    expect_values("taf-ot", header, "B1,M1,c,20240101,H0038,1,n", bene);
    expect_values("taf-ot", header, ",M1,c,20240101,H0038,1,n", msis);
    expect_values("taf-ot", header, "\"\",\"M1\",c,20240101,H0038,1,n", msis);
    expect_values("taf-ot", header, "NULL,M1,c,20240101,H0038,1,n", msis);
    expect_values("taf-ot", header, "~,M1,c,20240101,H0038,1,n", msis);
    expect_values("taf-ot", header, "\\N,M1,c,20240101,H0038,1,n", msis);
    expect_values("taf-ot", header + sizeof "BENE_ID," - 1, "M1,c,20240101,H0038,1,n", msis);
}

Test(parse, adjustment_codes_become_frequency_codes) {
    static const char *const codes[][2] = {{"0", "1"}, {"1", "8"}, {"2", "7"},
                                           {"9", "9"}, {"", ""},   {" 2 ", "7"}};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char record[64];
        snprintf(record, sizeof record, "c,m,2024-01-01,H0038,1,n,%s", codes[i][0]);
        const struct wanted wanted[] = {{CG_FIELD_CLAIM_FREQUENCY_CODE, codes[i][1]}, {0, NULL}};
        expect_values("cclf5",
                      "CUR_CLM_UNIQ_ID,BENE_MBI_ID,CLM_LINE_FROM_DT,CLM_LINE_HCPCS_CD,"
                      "CLM_LINE_SRVC_UNIT_QTY,RNDRG_PRVDR_NPI_NUM,CLM_ADJSMT_TYPE_CD",
                      record, wanted);
    }
}

Test(parse, a_value_with_doubled_quotes_outlives_its_record) {
    struct seen seen =
        parse_text(TEXT("\"x\"\"1\",a\n\"x\"\"2\",b\n\"x\"\"3\",c"), feed_binding(2, ',', false));
    static const char *const wanted[] = {"x\"1", "x\"2", "x\"3"};
    for (uint32_t i = 0; i < 3; i++) {
        cr_assert(
            cg_text_equal(cg_batch_line(seen.batch, i)->original_claim_id, cg_text_of(wanted[i])));
    }
    drop(seen);
}
