/*
 * Dates and times as a layout says that the file writes them.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(layout_dates, .init = set_up, .fini = tear_down);

struct wanted {
    long long accepted;
    const char *rejected; /* stands in rejected.csv; NULL: nothing to look for */
    const char *warning;  /* stands on standard error; NULL: no warning at all */
};

/* The claims have columns id,line,member,start,end,birth,code,units,npi. */
static void expect(const char *keys, const char *end_keys, const char *claims,
                   const struct wanted *wanted) {
    char text[4096];
    const int len = snprintf(
        text, sizeof text,
        "{\"name\":\"own\",\"title\":\"own\",\"delimiter\":\",\",%s\"fields\":{"
        "\"claim_id\":{\"column\":\"id\"},"
        "\"claim_line_number\":{\"column\":\"line\",\"from_zero\":true},"
        "\"member_id\":{\"column\":\"member\"},\"claim_line_start_date\":{\"column\":\"start\"},"
        "\"claim_line_end_date\":{\"column\":\"end\"%s},"
        "\"birth_date\":{\"column\":\"birth\",\"date_format\":\"MM-DD-YYYY\"},"
        "\"hcpcs_code\":{\"column\":\"code\"},\"service_unit_quantity\":{\"column\":\"units\"},"
        "\"rendering_npi\":{\"column\":\"npi\"}}}",
        keys, end_keys);
    char out[RUN_PATH_BYTES];
    struct run run;
    snprintf(out, sizeof out, "%s", scene_path(&scene, "out"));
    scene_validate((const char *const[]){scene_file(&scene, "c.csv", claims, strlen(claims)),
                                         "--layout",
                                         scene_file(&scene, "l.json", text, (size_t)len), "--out",
                                         out, "--overwrite", NULL},
                   NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    size_t size;
    char *report = scene_read(out, "report.json", &size);
    scene_check_report(report, size);
    char *rejected = scene_read(out, "rejected.csv.gz", &size);
    cr_expect_eq(scene_count(report, "counts", "accepted"), wanted->accepted, "%s\n%s", claims,
                 rejected);
    cr_expect(wanted->rejected == NULL || strstr(rejected, wanted->rejected) != NULL, "%s",
              rejected);
    cr_expect(wanted->warning == NULL ? strstr(run.err, "warning") == NULL
                                      : strstr(run.err, wanted->warning) != NULL,
              "%s", run.err);
    run_fini(&run);
    free(report);
    free(rejected);
}

#define HEADER "id,line,member,start,end,birth,code,units,npi\n"

Test(layout_dates, each_field_may_have_a_format_of_its_own) {
    expect("\"date_format\":\"M/D/YYYY\",", "",
           HEADER "A1,0,M1,1/6/2025,,02-28-1990,H0038,2,1000000004\n"
                  "A1,1,M1,01/07/2025,1/7/2025,,H0038,2,1000000004\n"
                  "A1,2,M1,1/8/2025,,2/28/1990,H0038,2,1000000004\n"
                  "A1,3,M1,1/9/25,,,H0038,2,1000000004\n",
           &(struct wanted){2,
                            "birth is \"\"2/28/1990\"\"; it must be a real date from 1900 to "
                            "2199, written MM-DD-YYYY",
                            NULL});
}

Test(layout_dates, a_time_in_utc_lies_on_the_local_day_where_the_layout_says_which_that_is) {
    static const char claims[] =
        HEADER "A1,0,M1,2025-01-07T01:30:00Z,,,H0038,4,1000000004\n" /* the 6th in Chicago */
               "A1,1,M1,2025-01-06T20:00:00Z,,,H0038,4,1000000004\n"
               "A1,2,M1,2025-01-07T09:00:00,,,H0038,4,1000000004\n"; /* no offset: as it stands */
    expect("\"date_format\":\"YYYY-MM-DDTHH:MM:SS\",\"time_zone\":\"America/Chicago\",", "", claims,
           &(struct wanted){2, "A1,1,", NULL});
    expect("\"date_format\":\"YYYY-MM-DDTHH:MM:SS\",", "", claims,
           &(struct wanted){2, "A1,2,", "times in UTC were cut off"});
}

Test(layout_dates, a_midnight_in_utc_is_but_a_date) {
    expect("\"date_format\":\"YYYY-MM-DDTHH:MM:SS\",", "",
           HEADER "A1,0,M1,2025-01-07T00:00:00Z,,,H0038,4,1000000004\n",
           &(struct wanted){1, NULL, NULL});
}

Test(layout_dates, a_session_over_midnight_is_a_service_of_its_first_day) {
    static const char claims[] =
        HEADER "A1,0,M1,2025-01-06T23:30:00,2025-01-07T00:15:00,,H0038,4,1000000004\n"
               "A1,1,M1,2025-01-06T10:00:00,2025-01-07T10:00:00,,H0038,1,1000000004\n"
               "A1,2,M1,2025-01-08T23:30:00,2025-01-08T22:15:00,,H0038,1,1000000004\n"
               "A1,3,M1,2025-01-07T10:00:00,2025-01-07T11:00:00,,H0038,3,1000000004\n";
    expect("\"date_format\":\"YYYY-MM-DDTHH:MM:SS\",", ",\"session\":true", claims,
           &(struct wanted){3, "service_date_span", NULL});
}

Test(layout_dates, an_end_after_midnight_is_a_second_day_where_the_layout_knows_no_sessions) {
    expect("\"date_format\":\"YYYY-MM-DDTHH:MM:SS\",", "",
           HEADER "A1,0,M1,2025-01-06T23:30:00,2025-01-07T00:15:00,,H0038,4,1000000004\n"
                  "A1,1,M1,2025-01-06T10:00:00,2025-01-06T11:00:00,,H0038,4,1000000004\n",
           &(struct wanted){1, "A1,0,", NULL});
}
