#include "generate/generate.h"
#include "generate/rows.h"

#include "claimgate/base/buffer.h"
#include "claimgate/base/date.h"
#include "claimgate/io/deflate.h"
#include "claimgate/io/files.h"
#include "claimgate/record/field.h"

#include "support/run.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 64 << 20 };

static const char *const LAYOUTS[] = {"compact",         "tuva",    "taf-ot",
                                      "taf-ot-programs", "cclf5",   "rif-carrier",
                                      "rif-outpatient",  "synthea", "state-extract"};
enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof LAYOUTS[0] };

static struct cg_population_plan population_plan(const char *program, uint64_t seed) {
    struct cg_civil first = {.year = 2023, .month = 7, .day = 1};
    struct cg_civil last = {.year = 2024, .month = 6, .day = 30};
    return (struct cg_population_plan){
        .seed = seed,
        .members = 500,
        .providers = 40,
        .first_day = cg_date_from_civil(first),
        .last_day = cg_date_from_civil(last),
        .program = cg_program_find(program),
    };
}

static void population_make(struct cg_population *population, uint64_t seed) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_population_plan plan = population_plan("ms-full", seed);
    cr_assert(cg_population_init(population, &plan, &err) == CG_OK);
}

/* The caller frees. */
static struct cg_columns *columns_of(const char *layout) {
    struct cg_columns *columns = NULL;
    struct cg_error err = CG_ERROR_INIT;
    cr_assert(cg_columns_load(layout, &columns, &err) == CG_OK, "%s", err.text);
    return columns;
}

/* The rows of a plan in one text; the caller frees. */
static struct cg_buffer rows_of(const struct cg_line_source_plan *plan, const char *layout,
                                uint64_t seed) {
    struct cg_population population;
    struct cg_buffer out;
    struct cg_mock_line line;
    population_make(&population, seed);
    struct cg_line_source *source = cg_line_source_new(plan, &population);
    struct cg_columns *columns = columns_of(layout);
    struct cg_row_writer *writer = cg_row_writer_new(columns);
    cg_buffer_init(&out, FILE_LIMIT);
    for (uint64_t i = 0; i < plan->lines; i++) {
        const struct cg_row row = {.line = &line, .mark = CG_ROW_OF_A_SERVICE};
        cg_line_source_next(source, &line);
        cr_assert(cg_buffer_reserve(&out, CG_ROW_MAX_BYTES));
        char *end = cg_row_put(writer, &row, out.data + out.len_bytes);
        cr_assert((size_t)(end - out.data) - out.len_bytes <= (size_t)CG_ROW_MAX_BYTES);
        out.len_bytes = (size_t)(end - out.data);
    }
    cg_row_writer_free(writer);
    cg_columns_free(columns);
    cg_line_source_free(source);
    cg_population_fini(&population);
    return out;
}

static size_t count_byte(const char *bytes, size_t len, char wanted) {
    size_t count = 0;
    for (size_t i = 0; i < len; i++) {
        count += bytes[i] == wanted;
    }
    return count;
}

Test(generate, npis_pass_the_check_and_are_never_shared) {
    struct cg_population population;
    uint64_t seen[1000];
    size_t count = 0;
    char npi[CG_NPI_BYTES];
    population_make(&population, 7);
    for (uint32_t i = 0; i < population.provider_count; i++) {
        seen[count++] = cg_field_npi((struct cg_text){population.providers[i].npi, CG_NPI_BYTES});
    }
    for (uint32_t i = 0; i < population.agency_count; i++) {
        seen[count++] = cg_field_npi((struct cg_text){population.agencies[i], CG_NPI_BYTES});
    }
    for (uint64_t i = 0; i < 200; i++) {
        cg_population_stranger(&population, i, npi);
        seen[count++] = cg_field_npi((struct cg_text){npi, CG_NPI_BYTES});
    }
    for (size_t i = 0; i < count; i++) {
        cr_assert(seen[i] != 0);
        for (size_t k = 0; k < i; k++) {
            cr_assert(seen[i] != seen[k]);
        }
    }
    cg_population_fini(&population);
}

Test(generate, same_seed_gives_same_bytes_and_another_seed_others) {
    struct cg_line_source_plan plan = {.lines = 3000};
    cg_anomaly_set_mistakes(&plan.anomalies, 200);
    struct cg_buffer one = rows_of(&plan, "compact", 1), again = rows_of(&plan, "compact", 1);
    struct cg_buffer other = rows_of(&plan, "compact", 2);
    cr_assert(one.len_bytes == again.len_bytes);
    cr_assert(memcmp(one.data, again.data, one.len_bytes) == 0);
    cr_assert(other.len_bytes != one.len_bytes || memcmp(one.data, other.data, one.len_bytes) != 0);
    cg_buffer_fini(&one);
    cg_buffer_fini(&again);
    cg_buffer_fini(&other);
}

/* What a seed makes is a promise to whoever wrote it down: these are the bytes of seed 1. */
Test(generate, first_line_of_a_seed_stays_as_it_is) {
    struct cg_line_source_plan plan = {.lines = 1};
    struct cg_buffer rows = rows_of(&plan, "compact", 1);
    cr_assert(cg_buffer_append(&rows, "", 1));
    cr_assert(strcmp(rows.data, "C000000001,1,M10000109,2023-07-01,,53,2,H0038,HF,,1660700513,"
                                "1208224653,30.40,F209,,,2023-07-01,,1986-10-25\n") == 0);
    cg_buffer_fini(&rows);
}

Test(generate, every_row_has_as_many_fields_as_its_header) {
    for (size_t i = 0; i < LAYOUT_COUNT; i++) {
        struct cg_line_source_plan plan = {.lines = 500};
        struct cg_columns *columns = columns_of(LAYOUTS[i]);
        const char delimiter = columns->delimiter;
        struct cg_buffer rows = rows_of(&plan, LAYOUTS[i], 3);
        size_t fields = count_byte(columns->header.data, columns->header.len_bytes, delimiter) + 1;
        cr_assert(count_byte(rows.data, rows.len_bytes, '\n') == plan.lines);
        for (char *line = rows.data; line < rows.data + rows.len_bytes;) {
            char *end = memchr(line, '\n', (size_t)(rows.data + rows.len_bytes - line));
            size_t found = count_byte(line, (size_t)(end - line), delimiter) + 1;
            cr_assert(found == fields, "%s", LAYOUTS[i]);
            line = end + 1;
        }
        cg_columns_free(columns);
        cg_buffer_fini(&rows);
    }
}

Test(generate, lines_without_errors_are_in_order) {
    struct cg_population population;
    struct cg_line_source_plan plan = {.lines = 20000};
    struct cg_mock_line line;
    int32_t last_arrival = CG_DAY_FIRST;
    uint64_t last_claim = 0;
    uint64_t units = 0, over_daily_cap = 0;
    population_make(&population, 11);
    struct cg_line_source *source = cg_line_source_new(&plan, &population);
    for (uint64_t i = 0; i < plan.lines; i++) {
        cg_line_source_next(source, &line);
        cr_assert(line.received_day >= last_arrival);
        cr_assert(line.received_day <= population.plan.last_day);
        cr_assert(line.start_day >= population.plan.first_day);
        cr_assert(line.start_day <= line.received_day);
        cr_assert(line.start_day == line.end_day);
        cr_assert(line.claim_no == last_claim ? line.line_no > 1 : line.line_no == 1);
        cr_assert(line.frequency == 1);
        last_arrival = line.received_day;
        last_claim = line.claim_no;
        units += line.units;
        over_daily_cap += line.units > 6;
    }
    cr_assert(units > 2 * plan.lines - plan.lines / 5 && units < 3 * plan.lines);
    cr_assert(over_daily_cap > 0 && over_daily_cap < plan.lines / 50);
    cg_line_source_free(source);
    cg_population_fini(&population);
}

Test(generate, every_anomaly_occurs_at_about_its_share) {
    struct cg_population population;
    struct cg_line_source_plan plan = {.lines = 100000};
    struct cg_mock_line line;
    uint64_t counts[CG_ANOMALY_COUNT] = {0};
    population_make(&population, 5);
    cg_anomaly_set_mistakes(&plan.anomalies, 500);
    cg_anomaly_set(&plan.anomalies, CG_ANOMALY_OVER_LONG_RECORD, 500);
    cg_anomaly_set(&plan.anomalies, CG_ANOMALY_VOID, 500);
    cg_anomaly_set(&plan.anomalies, CG_ANOMALY_REPLACEMENT, 500);
    cg_anomaly_set(&plan.anomalies, CG_ANOMALY_AUTHORIZED, 500);
    cg_anomaly_set(&plan.anomalies, CG_ANOMALY_QUOTED, 500);
    cg_anomaly_set(&plan.anomalies, CG_ANOMALY_PROCEDURE_CODE_NEAR, 500);
    struct cg_line_source *source = cg_line_source_new(&plan, &population);
    for (uint64_t i = 0; i < plan.lines; i++) {
        cg_line_source_next(source, &line);
        counts[line.anomaly]++;
    }
    for (size_t i = CG_ANOMALY_NONE + 1; i < CG_ANOMALY_COUNT; i++) {
        cr_assert(counts[i] > 350 && counts[i] < 650, "%s: %llu",
                  cg_anomaly_name((enum cg_anomaly)i), (unsigned long long)counts[i]);
    }
    cg_line_source_free(source);
    cg_population_fini(&population);
}

Test(generate, voids_and_replacements_name_a_claim_that_came_before) {
    struct cg_population population;
    struct cg_line_source_plan plan = {.lines = 20000};
    struct cg_mock_line line;
    uint32_t *member_of = calloc(plan.lines + 1, sizeof *member_of);
    uint64_t found = 0;
    population_make(&population, 9);
    cg_anomaly_set(&plan.anomalies, CG_ANOMALY_VOID, 2000);
    cg_anomaly_set(&plan.anomalies, CG_ANOMALY_REPLACEMENT, 2000);
    struct cg_line_source *source = cg_line_source_new(&plan, &population);
    for (uint64_t i = 0; i < plan.lines; i++) {
        cg_line_source_next(source, &line);
        member_of[line.claim_no] = line.member_id;
        if (line.original_no != CG_ORIGINAL_NONE) {
            found++;
            cr_assert(line.original_no < line.claim_no);
            cr_assert(member_of[line.original_no] == line.member_id);
            cr_assert(line.frequency == 7 || line.frequency == 8);
        }
    }
    cr_assert(found > 600);
    cg_line_source_free(source);
    cg_population_fini(&population);
    free(member_of);
}

Test(generate, out_of_scope_share_holds) {
    struct cg_line_source_plan plan = {.lines = 10000, .out_of_scope = 95000};
    struct cg_buffer rows = rows_of(&plan, "compact", 1);
    size_t in_scope = 0;
    cr_assert(cg_buffer_append(&rows, "", 1));
    for (const char *at = strstr(rows.data, "H0038"); at != NULL; at = strstr(at + 1, "H0038")) {
        in_scope++;
    }
    cr_assert(in_scope > 400 && in_scope < 600);
    cg_buffer_fini(&rows);
}

Test(generate, shares_over_a_hundred_percent_are_refused) {
    struct cg_anomaly_shares shares = {{0}};
    struct cg_error err = CG_ERROR_INIT;
    cg_anomaly_set_mistakes(&shares, 3000);
    cr_assert(cg_anomaly_check(&shares, &err) == CG_USAGE);
}

Test(generate, settings_of_single_errors_are_read_or_refused_with_the_mend) {
    static const struct {
        const char *setting;
        enum cg_status status;
        const char *part;
    } CASES[] = {
        {"duplicate_line=0.5", CG_OK, ""},
        {"nul_byte=100", CG_OK, ""},
        {"duplicate_lin=0.5", CG_USAGE, "duplicate_line"},
        {"none=1", CG_USAGE, "no error has that name"},
        {"duplicate_line", CG_USAGE, "NAME=PCT"},
        {"duplicate_line=", CG_USAGE, "NAME=PCT"},
        {"duplicate_line=101", CG_USAGE, "NAME=PCT"},
        {"duplicate_line=-1", CG_USAGE, "NAME=PCT"},
        {"=1", CG_USAGE, "no error has that name"},
        {"", CG_USAGE, "NAME=PCT"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct cg_anomaly_shares shares = {{0}};
        struct cg_error err = CG_ERROR_INIT;
        cr_assert(cg_anomaly_parse(&shares, CASES[i].setting, &err) == CASES[i].status, "%s",
                  CASES[i].setting);
        cr_assert(strstr(err.text, CASES[i].part) != NULL, "%s: %s", CASES[i].setting, err.text);
    }
}

static struct cg_generate_plan small_plan(const char *out, const struct cg_columns *columns) {
    struct cg_generate_plan plan = {
        .out = out,
        .level = CG_LEVEL_DEFAULT,
        .plain = true,
        .files = 1,
        .columns = columns,
        .population = population_plan("ms-full", 1),
        .source = {.lines = 2000},
    };
    cg_anomaly_set_mistakes(&plan.source.anomalies, 200);
    return plan;
}

static struct cg_buffer read_file(const char *dir, const char *name) {
    char path[2 * RUN_PATH_BYTES];
    struct cg_buffer out;
    struct cg_error err = CG_ERROR_INIT;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    cg_buffer_init(&out, FILE_LIMIT);
    cr_assert(cg_file_read(path, &out, &err) == CG_OK, "%s", err.text);
    return out;
}

Test(generate, folder_holds_claims_and_all_roster_files) {
    static const char *const NAMES[] = {
        "claims.csv",
        "roster/credentials.csv",
        "roster/continuing_education.csv",
        "roster/employment.csv",
        "roster/agencies.csv",
        "roster/supervision.csv",
        "roster/authorizations.csv",
    };
    char dir[RUN_PATH_BYTES], out[RUN_PATH_BYTES + 8];
    struct cg_error err = CG_ERROR_INIT;
    struct cg_generate_facts facts;
    run_make_dir(dir);
    snprintf(out, sizeof out, "%s/out", dir);
    struct cg_columns *columns = columns_of("compact");
    struct cg_generate_plan plan = small_plan(out, columns);
    cr_assert(cg_generate_run(&plan, &facts, &err) == CG_OK, "%s", err.text);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        struct cg_buffer text = read_file(out, NAMES[i]);
        cr_assert(count_byte(text.data, text.len_bytes, '\n') > 1, "%s", NAMES[i]);
        cg_buffer_fini(&text);
    }
    run_remove_dir(dir);
    cg_columns_free(columns);
}

Test(generate, existing_folder_is_refused_and_left_as_it_is) {
    char dir[RUN_PATH_BYTES], out[RUN_PATH_BYTES + 8];
    struct cg_error err = CG_ERROR_INIT;
    struct cg_generate_facts facts;
    run_make_dir(dir);
    snprintf(out, sizeof out, "%s/out", dir);
    struct cg_columns *columns = columns_of("compact");
    struct cg_generate_plan plan = small_plan(out, columns);
    cr_assert(cg_generate_run(&plan, &facts, &err) == CG_OK, "%s", err.text);
    struct cg_buffer before = read_file(out, "claims.csv");
    plan.population.seed = 2;
    cr_assert(cg_generate_run(&plan, &facts, &err) == CG_CANNOT_CREATE);
    struct cg_buffer after = read_file(out, "claims.csv");
    cr_assert(before.len_bytes == after.len_bytes &&
              memcmp(before.data, after.data, after.len_bytes) == 0);
    cg_buffer_fini(&before);
    cg_buffer_fini(&after);
    run_remove_dir(dir);
    cg_columns_free(columns);
}

Test(generate, several_files_hold_the_lines_of_one) {
    char dir[RUN_PATH_BYTES], one[RUN_PATH_BYTES + 8], three[RUN_PATH_BYTES + 8];
    struct cg_error err = CG_ERROR_INIT;
    struct cg_generate_facts facts;
    size_t at = 0;
    run_make_dir(dir);
    snprintf(one, sizeof one, "%s/one", dir);
    snprintf(three, sizeof three, "%s/three", dir);
    struct cg_columns *columns = columns_of("compact");
    struct cg_generate_plan plan = small_plan(one, columns);
    cr_assert(cg_generate_run(&plan, &facts, &err) == CG_OK, "%s", err.text);
    plan.out = three;
    plan.files = 3;
    cr_assert(cg_generate_run(&plan, &facts, &err) == CG_OK, "%s", err.text);
    struct cg_buffer whole = read_file(one, "claims.csv");
    const char *line_end = memchr(whole.data, '\n', whole.len_bytes);
    size_t header = (size_t)(line_end - whole.data) + 1;
    at = header;
    for (int i = 1; i <= 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "claims-%02d.csv", i);
        struct cg_buffer part = read_file(three, name);
        cr_assert(memcmp(part.data, whole.data, header) == 0);
        cr_assert(at + part.len_bytes - header <= whole.len_bytes);
        cr_assert(memcmp(part.data + header, whole.data + at, part.len_bytes - header) == 0);
        at += part.len_bytes - header;
        cg_buffer_fini(&part);
    }
    cr_assert(at == whole.len_bytes);
    cg_buffer_fini(&whole);
    run_remove_dir(dir);
    cg_columns_free(columns);
}

Test(generate, failure_leaves_nothing_behind) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_generate_facts facts;
    struct cg_columns *columns = columns_of("compact");
    struct cg_generate_plan plan = small_plan("/nonexistent-folder/out", columns);
    cr_assert(cg_generate_run(&plan, &facts, &err) == CG_CANNOT_CREATE);
    cg_columns_free(columns);
}
