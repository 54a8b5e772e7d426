#include "claimgate/record/csv.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum { SEEN_BYTES = 4096 };

struct seen {
    char text[SEEN_BYTES]; /* "line:value@column|value@column\n" for each row */
    uint64_t stop_at_row;
    uint64_t rows;
};

static bool note_row(void *context, const struct cg_table_row *row) {
    struct seen *seen = context;
    size_t used = strlen(seen->text);
    snprintf(seen->text + used, SEEN_BYTES - used, "%llu:%.*s@%u|%.*s@%u\n",
             (unsigned long long)row->line, (int)row->values[0].len, row->values[0].ptr,
             (unsigned)row->byte_columns[0], (int)row->values[1].len, row->values[1].ptr,
             (unsigned)row->byte_columns[1]);
    seen->rows++;
    return seen->stop_at_row == 0 || seen->rows < seen->stop_at_row;
}

struct reading {
    struct cg_table_column columns[2];
    struct seen seen;
    struct cg_problems problems;
    struct cg_error err;
    enum cg_status status;
};

static void read_text(struct reading *reading, struct cg_text text) {
    *reading = (struct reading){
        .columns = {{.name = "npi", .needed = true}, {.name = "end_date"}},
    };
    const struct cg_table_plan plan = {.file = "roster.csv",
                                       .columns = reading->columns,
                                       .column_count = 2,
                                       .row = note_row,
                                       .context = &reading->seen};
    cg_problems_init(&reading->problems);
    reading->status = cg_table_read_text(&plan, text, &reading->problems, &reading->err);
}

static void expect_rows(struct cg_text text, const char *rows) {
    struct reading reading;
    read_text(&reading, text);
    cr_assert_eq(reading.status, CG_OK);
    cr_assert_str_eq(reading.seen.text, rows);
    cr_assert_eq(reading.problems.total, 0, "%s", reading.problems.list[0].text);
    cg_problems_fini(&reading.problems);
}

static void expect_problem(struct cg_text text, uint64_t line, const char *part, const char *rows) {
    struct reading reading;
    read_text(&reading, text);
    cr_assert_eq(reading.status, CG_OK);
    cr_assert_eq(reading.problems.total, 1, "%s", part);
    cr_assert_eq(reading.problems.list[0].line, line);
    cr_assert_str_eq(reading.problems.list[0].file, "roster.csv");
    cr_assert_not_null(strstr(reading.problems.list[0].text, part), "%s",
                       reading.problems.list[0].text);
    cr_assert_str_eq(reading.seen.text, rows);
    cg_problems_fini(&reading.problems);
}

#define TEXT(literal) ((struct cg_text){(literal), sizeof(literal) - 1})

Test(table, columns_come_by_name_in_any_order) {
    expect_rows(TEXT("end_date,x,NPI\n2024-01-01,,1\n\"a\"\"b\", ,\" 2 \"\n"),
                "2:1@13|2024-01-01@1\n3:2@10|a\"b@1\n");
    expect_rows(TEXT("\xef\xbb\xbf\r\n\"npi\"\r\n1\r\n\r\n \t\r\n2"), "3:1@1|@0\n6:2@1|@0\n");
    expect_rows(TEXT("npi\n"), "");
}

Test(table, a_bad_row_is_named_and_skipped) {
    expect_problem(TEXT("npi,x\n1,2\n3\n4,5\n"), 3, "1 field where the header has 2",
                   "2:1@1|@0\n4:4@1|@0\n");
    expect_problem(TEXT("npi,x\n1,\"2\n4,5\n"), 2, "not closed", "3:4@1|@0\n");
    expect_problem(TEXT("npi,x\n1,\"2\"3\n"), 2, "where none may", "");
    expect_problem(TEXT("npi,x\n1,\0\n4,5\n"), 2, "NUL", "3:4@1|@0\n");
}

Test(table, a_bad_header_is_named) {
    expect_problem(TEXT(""), 0, "no header", "");
    expect_problem(TEXT("\n\n"), 0, "no header", "");
    expect_problem(TEXT("nppi,x\n1,2\n"), 1, "npi is missing; is it \"nppi\"?", "");
    expect_problem(TEXT("\n\nx,y\n1,2\n"), 3, "npi is missing", "");
    expect_problem(TEXT("npi,NPI\n1,2\n"), 1, "stands twice", "");
    expect_problem(TEXT("npi,\"x\n1,2\n"), 1, "not closed", "");
    expect_problem(TEXT("npi,\0x\n1,2\n"), 0, "NUL", "");
    expect_problem(TEXT("Peers\nof today\n\nNPI,x\n1,2\n"), 4,
                   "this line looks like the header: remove the 3 above it", "");
}

Test(table, a_row_that_looks_like_a_total_is_no_row) {
    expect_problem(TEXT("npi,x\n1,2\nTotal: 1\n"), 3,
                   "1 field where the header has 2; it looks like a total or the end of a report: "
                   "remove it",
                   "2:1@1|@0\n");
    expect_problem(TEXT("npi,x\n1,2\n(1 rows affected)\n"), 3, "looks like a total", "2:1@1|@0\n");
}

/* All problems, one a line. */
static void expect_problems(const struct cg_table_plan *plan, struct cg_text text,
                            const char *wanted) {
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    char all[2048] = "";
    cg_problems_init(&problems);
    cr_assert_eq(cg_table_read_text(plan, text, &problems, &err), CG_OK);
    for (size_t i = 0; i < problems.count; i++) {
        strcat(strcat(all, problems.list[i].text), "\n");
    }
    cr_expect_str_eq(all, wanted);
    cg_problems_fini(&problems);
}

Test(table, where_columns_are_missing_the_header_seen_is_shown_unless_it_may_be_a_claim) {
    struct cg_table_column columns[] = {{.name = "npi", .needed = true},
                                        {.name = "end_date", .needed = true}};
    struct seen seen = {.rows = 0};
    struct cg_table_plan plan = {.file = "roster.csv",
                                 .columns = columns,
                                 .column_count = 2,
                                 .row = note_row,
                                 .context = &seen};
    expect_problems(&plan, TEXT("NPI,End_Dat,x\n"),
                    "the column end_date is missing; is it \"End_Dat\"?\n"
                    "the header names NPI, End_Dat, x\n");
    expect_problems(&plan, TEXT("M1,1934-05-06\n"),
                    "the column npi is missing\nthe column end_date is missing\n");
    expect_problems(&plan, TEXT("npi,end_date1,1934-05-06\n"), "the column end_date is missing\n");
    plan.shows_header = true;
    expect_problems(&plan, TEXT("Provider,Until\n"),
                    "the column npi is missing\nthe column end_date is missing\n"
                    "the header names Provider, Until\n");
}

Test(table, another_header_among_the_rows_is_the_end_and_the_one_problem) {
    expect_problem(TEXT("npi,end_date\n1,2\nend_date,npi\n2,1\n3,1\n"), 3,
                   "is another header: column 1 is end_date where the first header has npi",
                   "2:1@1|2@3\n");
}

Test(table, another_delimiter_is_named_once) {
    expect_problem(TEXT("npi;end_date;x\n1;2;3\n"), 1, "are separated by \";\"; write", "");
    expect_problem(TEXT("NPI\tEnd Date\n1\t2\n"), 1, "are separated by \"\\t\"; write", "");
}

Test(table, a_long_header_is_shown_in_part) {
    char header[4096] = "npi";
    struct cg_table_column columns[] = {{.name = "npi", .needed = true},
                                        {.name = "end_date", .needed = true}};
    struct seen seen = {.rows = 0};
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    for (int i = 0; i < 100; i++) {
        strcat(header, ",some column of a registry");
    }
    const struct cg_table_plan plan = {.file = "roster.csv",
                                       .columns = columns,
                                       .column_count = 2,
                                       .row = note_row,
                                       .context = &seen};
    cg_problems_init(&problems);
    cr_assert_eq(cg_table_read_text(&plan, cg_text_of(header), &problems, &err), CG_OK);
    cr_assert_eq(problems.count, 2);
    cr_expect_lt(strlen(problems.list[1].text), 450);
    cr_expect_not_null(strstr(problems.list[1].text, "some column of a registry and 87 more"), "%s",
                       problems.list[1].text);
    cg_problems_fini(&problems);
}

Test(table, values_that_stand_for_a_blank_are_blank) {
    const struct cg_text blanks[] = {TEXT("NULL"), TEXT("\\N")};
    struct cg_table_column columns[] = {{.name = "npi", .needed = true}, {.name = "end_date"}};
    struct seen seen = {.rows = 0};
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    const struct cg_table_plan plan = {.file = "roster.csv",
                                       .columns = columns,
                                       .column_count = 2,
                                       .row = note_row,
                                       .context = &seen,
                                       .blanks = blanks,
                                       .blank_count = 2};
    cg_problems_init(&problems);
    cr_assert_eq(
        cg_table_read_text(&plan, TEXT("npi,end_date\n1,null\n2,\\N\n3,NULLS\n"), &problems, &err),
        CG_OK);
    cr_expect_str_eq(seen.text, "2:1@1|@3\n3:2@1|@3\n4:3@1|NULLS@3\n");
    cg_problems_fini(&problems);
}

Test(table, a_line_longer_than_64_kib_is_a_bad_row_wherever_it_stands) {
    enum { LONG = 3 * CG_BATCH_BYTES };
    char *text = malloc(LONG + 64);
    memcpy(text, "npi\n1\n", 6);
    memset(text + 6, 'x', LONG);
    memcpy(text + 6 + LONG, "\n2\n", 3);
    expect_problem((struct cg_text){text, LONG + 9}, 3, "longer than 64 KiB",
                   "2:1@1|@0\n4:2@1|@0\n");
    memcpy(text + 6 + 70000, "\n2\n", 3);
    expect_problem((struct cg_text){text, 70009}, 3, "longer than 64 KiB", "2:1@1|@0\n4:2@1|@0\n");
    free(text);
}

Test(table, a_row_that_cannot_be_kept_stops_the_reading) {
    struct reading reading = {.columns = {{.name = "npi"}, {.name = "x"}}};
    reading.seen.stop_at_row = 2;
    const struct cg_table_plan plan = {.file = "roster.csv",
                                       .columns = reading.columns,
                                       .column_count = 2,
                                       .row = note_row,
                                       .context = &reading.seen};
    cg_problems_init(&reading.problems);
    cr_assert_eq(cg_table_read_text(&plan, TEXT("npi\n1\n2\n3\n"), &reading.problems, &reading.err),
                 CG_INTERNAL);
    cr_assert_eq(reading.seen.rows, 2);
    cg_problems_fini(&reading.problems);
}

Test(table, plain_and_gzip_files_read_the_same) {
    static const char text[] = "npi,end_date\n1,a\n2,b\n";
    for (int packed = 0; packed < 2; packed++) {
        char path[] = "/tmp/claimgate-table-XXXXXX";
        int fd = mkstemp(path);
        if (packed != 0) {
            gzFile file = gzdopen(dup(fd), "wb");
            cr_assert_eq(gzwrite(file, text, sizeof text - 1), (int)sizeof text - 1);
            cr_assert_eq(gzclose(file), Z_OK);
        } else {
            cr_assert_eq(write(fd, text, sizeof text - 1), (ssize_t)sizeof text - 1);
        }
        close(fd);
        struct reading reading = {.columns = {{.name = "npi"}, {.name = "end_date"}}};
        const struct cg_table_plan plan = {.file = path,
                                           .columns = reading.columns,
                                           .column_count = 2,
                                           .row = note_row,
                                           .context = &reading.seen};
        struct cg_table_facts facts = {.rows = 0};
        cg_problems_init(&reading.problems);
        cr_assert_eq(cg_table_read(&plan, &facts, &reading.problems, &reading.err), CG_OK, "%s",
                     reading.err.text);
        cr_assert_str_eq(reading.seen.text, "2:1@1|a@3\n3:2@1|b@3\n");
        cr_assert_eq(facts.rows, 2);
        cr_assert(packed != 0 || facts.bytes == sizeof text - 1);
        cg_problems_fini(&reading.problems);
        unlink(path);
    }
}

Test(table, a_file_that_is_not_there_is_a_failure) {
    struct reading reading = {.columns = {{.name = "npi"}, {.name = "x"}}};
    const struct cg_table_plan plan = {.file = "/nowhere/roster.csv",
                                       .columns = reading.columns,
                                       .column_count = 2,
                                       .row = note_row,
                                       .context = &reading.seen};
    struct cg_table_facts facts = {.rows = 0};
    cg_problems_init(&reading.problems);
    cr_assert_eq(cg_table_read(&plan, &facts, &reading.problems, &reading.err), CG_NO_INPUT);
    cg_problems_fini(&reading.problems);
}
