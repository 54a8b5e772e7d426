#include "claimgate/record/shapes.h"

#include "claimgate/record/layout.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { START = CG_FIELD_CLAIM_LINE_START_DATE, END = CG_FIELD_CLAIM_LINE_END_DATE };

static void note(struct cg_shape_counts *counts, uint64_t record, int field, const char *value) {
    cg_shapes_note_value(counts, record, (enum cg_shape_kind)cg_shape_kind_of(field),
                         (uint32_t)field, cg_text_of(value));
}

static struct cg_remarks remarks_of(const struct cg_shape_counts *counts, uint64_t of) {
    struct cg_remarks remarks;
    cg_shapes_remarks_of_claims(counts, of, false, &remarks);
    return remarks;
}

Test(shapes, nine_records_of_ten_are_most_of_a_file_and_fewer_are_not) {
    struct cg_shape_counts counts = {.noted = 0};
    for (uint64_t record = 0; record < 9; record++) {
        note(&counts, record, START, "1/6/2025");
    }
    cr_expect_eq(remarks_of(&counts, 10).count, 1);
    cr_expect_eq(remarks_of(&counts, 11).count, 0);
    cr_expect_eq(remarks_of(&(struct cg_shape_counts){.noted = 0}, 0).count, 0);
}

Test(shapes, a_record_counts_once_however_many_of_its_values_have_the_shape) {
    struct cg_shape_counts counts = {.noted = 0};
    note(&counts, 0, START, "20250106");
    note(&counts, 0, END, "20250107");
    const struct cg_remarks remarks = remarks_of(&counts, 1);
    cr_expect_eq(remarks.count, 1);
    cr_expect_eq(remarks.list[0].records, 1);
    cr_expect_str_eq(remarks.list[0].text,
                     "claim_line_start_date, claim_line_end_date: written YYYYMMDD");
}

Test(shapes, of_several_ways_to_read_a_date_the_one_that_reads_all_of_them_is_told) {
    static const struct {
        const char *dates[3];
        const char *told;
    } cases[] = {
        {{"01/06/2025", "02/07/2025", "12/12/2025"}, "written MM/DD/YYYY"},
        {{"01/06/2025", "2/07/2025", "12/12/2025"}, "written M/D/YYYY"},
        {{"01/06/2025", "25/07/2025", "31/12/2025"}, "written DD/MM/YYYY"},
        {{"2025/01/06", "2025/02/07", "2025/12/12"}, "written YYYY/MM/DD"},
        {{"06JAN2025", "07feb2025", "12Dec2025"}, "written DDMONYYYY"},
        {{"Jan 6, 2025", "Feb 17, 2025", "Dec 12, 2025"}, "written MON D, YYYY"},
        {{"Jan 6 2025", "Feb 17 2025", "Dec 12 2025"}, "written MON D YYYY"},
        {{"2025-1-6", "2025-2-17", "2025-12-12"}, "written YYYY-M-D"},
        {{"25-01-06", "25-02-17", "25-12-12"}, "written YY-MM-DD"},
        {{"2025006", "2025048", "2024366"}, "written YYYYDDD"},
        {{"20250106.0", "20250217.0", "20251212.0"}, "a date with something behind it"},
        {{"0000-00-00", "0000-00-00", "0000-00-00"}, "0000-00-00 stands where there is no date"},
        {{"9999-12-31", "9999-12-31", "9999-12-31"}, "9999-12-31 stands where there is no date"},
        {{"1/6/2025 0:00", "2/7/2025 0:00", "12/12/2025 0:00"}, "M/D/YYYY with a time of day"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cg_shape_counts counts = {.noted = 0};
        for (uint64_t record = 0; record < 3; record++) {
            note(&counts, record, START, cases[i].dates[record]);
        }
        const struct cg_remarks remarks = remarks_of(&counts, 3);
        cr_assert_eq(remarks.count, 1, "%s: %u", cases[i].told, remarks.count);
        cr_expect(strstr(remarks.list[0].text, cases[i].told) != NULL, "%s", remarks.list[0].text);
    }
}

Test(shapes, a_day_that_no_calendar_has_is_no_format) {
    static const char *const dates[] = {"2025-02-30", "02/30/2025", "20251301",  "0/0/2025",
                                        "1/6/20255",  "1899-12-31", "2200-01-01"};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        struct cg_shape_counts counts = {.noted = 0};
        note(&counts, 0, START, dates[i]);
        const struct cg_remarks remarks = remarks_of(&counts, 1);
        cr_expect(remarks.count == 0 || strstr(remarks.list[0].text, "written") == NULL, "%s: %s",
                  dates[i], remarks.list[0].text);
    }
}

Test(shapes, counts_of_batches_add_up_to_those_of_the_file) {
    struct cg_shape_counts whole = {.noted = 0};
    struct cg_shape_counts sum = {.noted = 0};
    for (uint64_t batch = 0; batch < 3; batch++) {
        struct cg_shape_counts part = {.noted = 0};
        for (uint64_t record = 0; record < 4; record++) {
            note(&part, record, START, record % 2 == 0 ? "NULL" : "20250106");
            note(&whole, batch * 4 + record, START, record % 2 == 0 ? "NULL" : "20250106");
        }
        cg_shapes_merge(&sum, &part);
    }
    cr_expect_eq(memcmp(sum.records, whole.records, sizeof sum.records), 0);
    cr_expect_eq(memcmp(sum.values, whole.values, sizeof sum.values), 0);
}

Test(shapes, any_bytes_can_be_a_value) {
    struct cg_shape_counts counts = {.noted = 0};
    char bytes[3];
    for (uint32_t a = 0; a < 256; a++) {
        for (uint32_t len = 0; len <= sizeof bytes; len++) {
            memset(bytes, (int)a, sizeof bytes);
            for (int field = 0; field < CG_FIELD_COUNT; field++) {
                cg_shapes_note_value(&counts, a, CG_HOLDS_DATE | CG_HOLDS_NPI | CG_HOLDS_ID,
                                     (uint32_t)field, (struct cg_text){bytes, len});
            }
        }
    }
    cr_expect(counts.noted > 0);
}
