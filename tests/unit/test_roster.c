#include "support/good_roster.h"

#include "claimgate/gate/field_edits.h"
#include "claimgate/record/field.h"
#include "gate/credential_edits.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(roster, .timeout = 60);

Test(roster, a_bad_row_is_named_with_file_line_column_value_and_mend, .init = good_roster_set_up,
     .fini = good_roster_tear_down) {
    const struct {
        const char *row;
        const char *problem;
    } cases[] = {
        {"1234567890,CPSSP-MH,current,2020-01-01,", "credentials.csv:3:1: npi \"1234567890\" is"},
        {",CPSSP-MH,current,2020-01-01,", "credentials.csv:3:1: npi is blank; "},
        {"1234567893,,current,2020-01-01,", "credentials.csv:3:12: credential_type is blank"},
        {"1234567893, - ,current,2020-01-01,", "credential_type \"-\" is no word"},
        {"1234567893,CPSSP-MH,activ,2020-01-01,", "credentials.csv:3:21: status \"activ\" is no"},
        {"1234567893,CPSSP-MH,activ,2020-01-01,", "suspended, surrendered or revoked"},
        {"1234567893,CPSSP-MH,suspnded,2020-01-01,", "did you mean \"suspended\"?"},
        {"1234567893,CPSSP-MH,,2020-01-01,", "credentials.csv:3:21: status is blank"},
        {"1234567893,CPSSP-MH,current,,", "credentials.csv:3:29: effective_date is blank; "},
        {"1234567893,CPSSP-MH,current,2023-02-29,", "effective_date \"2023-02-29\" is no real"},
        {"1234567893,CPSSP-MH,current,01/02/2023,", "write YYYY-MM-DD"},
        {"1234567893,CPSSP-MH,current,2020-01-01,2019-12-31",
         "credentials.csv:3:40: end_date \"2019-12-31\" is before effective_date"},
        {"1234567893,CPSSP-MH,current,2020-01-01,never", "end_date \"never\" is no real date"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, HEADER GOOD "%s\n", cases[i].row);
        roster_fixture_write(&good_roster_fixture, "credentials.csv", text);
        cr_expect_eq(roster_fixture_load(&good_roster_fixture), CG_BAD_CONFIG, "case %zu", i);
        cr_expect_null(good_roster_fixture.roster);
        const char *problems = roster_fixture_problems(&good_roster_fixture);
        cr_expect_not_null(strstr(problems, cases[i].problem), "case %zu: %s", i, problems);
        cr_expect_eq(good_roster_fixture.problems.total, 1, "case %zu: %s", i, problems);
    }
}

Test(roster, all_bad_rows_of_all_files_are_named_in_one_go, .init = good_roster_set_up_all,
     .fini = good_roster_tear_down) {
    good_roster_write();
    roster_fixture_write(&good_roster_fixture, "credentials.csv",
                         HEADER "1,X,x,x,x\n" GOOD "1234567893,X,current,2020-01-01,2019-01-01\n");
    roster_fixture_write(&good_roster_fixture, "employment.csv",
                         "npi,agency_npi,effective_date,end_date\n1234567893,1,2020-01-01,\n");
    roster_fixture_write(&good_roster_fixture, "continuing_education.csv",
                         "npi,year,hours,ethics_hours,reported_date\n"
                         "1234567893,23,-1,1.2345,2023-13-01\n");
    cr_expect_eq(roster_fixture_load(&good_roster_fixture), CG_BAD_CONFIG);
    cr_expect_eq(good_roster_fixture.problems.total, 4 + 1 + 1 + 4, "%s",
                 roster_fixture_problems(&good_roster_fixture));
}

Test(roster, hostile_values_are_shown_cut_and_tame, .init = good_roster_set_up,
     .fini = good_roster_tear_down) {
    char text[1024] = HEADER "1234567893,CPSSP-MH,\x1b[31m";
    memset(text + strlen(text), 'z', 300);
    strcat(text, ",2020-01-01,\n");
    roster_fixture_write(&good_roster_fixture, "credentials.csv", text);
    cr_expect_eq(roster_fixture_load(&good_roster_fixture), CG_BAD_CONFIG);
    const char *problems = roster_fixture_problems(&good_roster_fixture);
    cr_expect_null(strchr(problems, 0x1b));
    cr_expect_null(strstr(problems, "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"));
}

Test(roster, members_and_authorizations_are_never_shown, .init = good_roster_set_up_all,
     .fini = good_roster_tear_down) {
    good_roster_write();
    char text[1024];
    snprintf(text, sizeof text,
             "authorization_number,member_id,hcpcs_code,effective_date,end_date\n"
             "%065d,SECRET-MEMBER,H0038,2020-01-01,\nSECRET-NUMBER,%065d,H003,2020-01-01,\n"
             "SECRET-NUMBER,SECRET-MEMBER,H0038,,\n",
             7777777, 8888888);
    roster_fixture_write(&good_roster_fixture, "authorizations.csv", text);
    cr_expect_eq(roster_fixture_load(&good_roster_fixture), CG_BAD_CONFIG);
    const char *problems = roster_fixture_problems(&good_roster_fixture);
    cr_expect_eq(good_roster_fixture.problems.total, 4, "%s", problems);
    cr_expect_null(strstr(problems, "SECRET"), "%s", problems);
    cr_expect_null(strstr(problems, "7777777"), "%s", problems);
    cr_expect_null(strstr(problems, "8888888"), "%s", problems);
}

Test(roster, a_missing_file_names_the_key_that_demands_it, .init = good_roster_set_up_all,
     .fini = good_roster_tear_down) {
    cr_expect_eq(roster_fixture_load(&good_roster_fixture), CG_BAD_CONFIG);
    const char *problems = roster_fixture_problems(&good_roster_fixture);
    const char *keys[] = {"credentials.csv",        "credential.continuing_education",
                          "credential.employment",  "credential.employment.agency_certifications",
                          "credential.supervision", "cap_exempt.authorization"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        cr_expect_not_null(strstr(problems, keys[i]), "%s in %s", keys[i], problems);
    }
    cr_expect_eq(good_roster_fixture.problems.total, FILES);
}

Test(roster, only_demanded_files_are_read, .init = good_roster_set_up,
     .fini = good_roster_tear_down) {
    good_roster_write();
    roster_fixture_write(&good_roster_fixture, "employment.csv", "nonsense\n");
    cr_expect_eq(roster_fixture_load(&good_roster_fixture), CG_OK, "%s",
                 good_roster_fixture.err.text);
    cr_expect_eq(cg_roster_file_count(good_roster_fixture.roster), 1);
    const struct cg_roster_file_facts *facts = cg_roster_file(good_roster_fixture.roster, 0);
    cr_expect_str_eq(facts->path, "credentials.csv");
    cr_expect_eq(facts->rows, 1);
    uint8_t sha[CG_SHA256_BYTES];
    cg_sha256_of(good_roster_files[0].text, strlen(good_roster_files[0].text), sha);
    cr_expect_arr_eq(facts->sha256, sha, sizeof sha);
    cr_expect_null(cg_roster_file(good_roster_fixture.roster, 1));
}

Test(roster, a_missing_folder_or_a_file_in_its_place_is_a_problem, .init = good_roster_set_up,
     .fini = good_roster_tear_down) {
    struct cg_roster *roster = NULL;
    struct cg_error err = CG_ERROR_INIT;
    char path[128];
    snprintf(path, sizeof path, "%s/none", good_roster_fixture.dir);
    cr_expect_eq(cg_roster_load(path, good_roster_fixture.policy, &roster,
                                &good_roster_fixture.problems, &err),
                 CG_BAD_CONFIG);
    roster_fixture_write(&good_roster_fixture, "none", "");
    err = (struct cg_error)CG_ERROR_INIT;
    cr_expect_eq(cg_roster_load(path, good_roster_fixture.policy, &roster,
                                &good_roster_fixture.problems, &err),
                 CG_BAD_CONFIG);
    cr_expect_eq(good_roster_fixture.problems.total, 2, "%s",
                 roster_fixture_problems(&good_roster_fixture));
    cr_expect_null(roster);
}

/* Root may look everywhere, so for a moment it is somebody else. */
Test(roster, a_folder_that_may_not_be_looked_into_is_told_as_such, .init = good_roster_set_up,
     .fini = good_roster_tear_down) {
    struct cg_roster *roster = NULL;
    struct cg_error err = CG_ERROR_INIT;
    const uid_t me = geteuid();
    roster_fixture_write(&good_roster_fixture, "credentials.csv", HEADER GOOD);
    cr_assert_eq(me == 0 ? setresuid(65534, 65534, 0) : chmod(good_roster_fixture.dir, 0), 0);
    cr_expect_eq(cg_roster_load(good_roster_fixture.dir, good_roster_fixture.policy, &roster,
                                &good_roster_fixture.problems, &err),
                 CG_NO_PERMISSION);
    cr_assert_eq(me == 0 ? setresuid(0, 0, 0) : chmod(good_roster_fixture.dir, 0700), 0);
    cr_expect_not_null(strstr(err.text, "cannot look into the folder"), "%s", err.text);
    cr_expect_null(roster);
}

static void pack(const char *name) {
    char command[256];
    snprintf(command, sizeof command, "gzip -f %s/%s", good_roster_fixture.dir, name);
    cr_assert_eq(system(command), 0);
}

Test(roster, gzip_reads_the_same_and_two_of_a_name_are_an_error, .init = good_roster_set_up,
     .fini = good_roster_tear_down) {
    roster_fixture_write(&good_roster_fixture, "credentials.csv", HEADER GOOD);
    pack("credentials.csv");
    cr_assert_eq(roster_fixture_load(&good_roster_fixture), CG_OK, "%s",
                 good_roster_fixture.err.text);
    cr_expect_str_eq(cg_roster_file(good_roster_fixture.roster, 0)->path, "credentials.csv.gz");
    cr_expect(cg_roster_has_provider(good_roster_fixture.roster, N));
    roster_fixture_write(&good_roster_fixture, "credentials.csv", HEADER GOOD);
    cr_expect_eq(roster_fixture_load(&good_roster_fixture), CG_BAD_CONFIG);
    cr_expect_not_null(strstr(roster_fixture_problems(&good_roster_fixture), "remove one"));
}

Test(roster, a_damaged_file_is_a_problem_of_the_roster, .init = good_roster_set_up,
     .fini = good_roster_tear_down) {
    roster_fixture_write(&good_roster_fixture, "credentials.csv", HEADER GOOD GOOD GOOD);
    pack("credentials.csv");
    char path[128];
    snprintf(path, sizeof path, "%s/credentials.csv.gz", good_roster_fixture.dir);
    cr_assert_eq(truncate(path, 40), 0);
    cr_expect_eq(roster_fixture_load(&good_roster_fixture), CG_BAD_CONFIG);
    const char *named =
        strstr(good_roster_fixture.err.text, "credentials.csv.gz: the compressed data is trunc");
    cr_assert_not_null(named, "%s", good_roster_fixture.err.text);
    cr_expect_null(strstr(named + 1, "credentials.csv.gz"), "%s", good_roster_fixture.err.text);
}

Test(roster, a_missing_needed_column_is_a_problem_and_an_optional_one_is_not,
     .init = good_roster_set_up_all, .fini = good_roster_tear_down) {
    good_roster_write();
    cr_expect_eq(roster_fixture_load(&good_roster_fixture), CG_OK, "%s",
                 good_roster_fixture.err.text);
    roster_fixture_write(&good_roster_fixture, "credentials.csv",
                         "npi,credential_type,status,effective_dat,end_date\n" GOOD);
    cr_expect_eq(roster_fixture_load(&good_roster_fixture), CG_BAD_CONFIG);
    cr_expect_not_null(strstr(roster_fixture_problems(&good_roster_fixture), "effective_date"));
}

Test(roster, words_that_no_version_names_are_listed_with_their_rows, .init = good_roster_set_up,
     .fini = good_roster_tear_down) {
    roster_fixture_write(&good_roster_fixture, "credentials.csv",
                         HEADER GOOD "1234567893,Nurse One,current,2020-01-01,\n"
                                     "1000000004,nurse-one,current,2020-01-01,\n"
                                     "1000000004,CPSSP-MH,lapsed,2020-01-01,\n"
                                     "1000000012,Chef,current,2020-01-01,\n");
    cr_assert_eq(roster_fixture_load(&good_roster_fixture), CG_OK, "%s",
                 good_roster_fixture.err.text);
    uint64_t rows = 0;
    cr_expect_str_eq(cg_roster_unnamed_type(good_roster_fixture.roster, 0, &rows), "Nurse One");
    cr_expect_eq(rows, 2);
    cr_expect_str_eq(cg_roster_unnamed_type(good_roster_fixture.roster, 1, &rows), "Chef");
    cr_expect_eq(rows, 1);
    cr_expect_null(cg_roster_unnamed_type(good_roster_fixture.roster, 2, &rows));
    struct cg_roster_providers providers = cg_roster_providers(good_roster_fixture.roster);
    cr_expect_eq(providers.all, 3);
    cr_expect_eq(providers.never_granted, 2);
}

Test(roster, an_authorization_needs_number_member_code_and_start_date,
     .init = good_roster_set_up_all, .fini = good_roster_tear_down) {
    good_roster_write();
    roster_fixture_write(&good_roster_fixture, "authorizations.csv",
                         "authorization_number,member_id,hcpcs_code,effective_date,end_date\n"
                         "A1,M1,h0038,2024-01-01,2024-01-31\nA2,M1,,2024-01-01,\n");
    cr_assert_eq(roster_fixture_load(&good_roster_fixture), CG_OK, "%s",
                 good_roster_fixture.err.text);
    const struct {
        const char *number;
        const char *member;
        const char *code;
        const char *day;
        bool authorized;
    } cases[] = {
        {"A1", "M1", "H0038", "2024-01-01", true},  {"A1", "M1", "H0038", "2024-01-31", true},
        {"A1", "M1", "H0038", "2024-02-01", false}, {"A1", "M1", "H0036", "2024-01-01", false},
        {"A1", "M2", "H0038", "2024-01-01", false}, {"a1", "M1", "H0038", "2024-01-01", false},
        {"A2", "M1", "H0036", "2030-01-01", true},  {"", "M1", "H0038", "2024-01-01", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cg_line line = roster_fixture_line(&good_roster_fixture, N, cases[i].day, NULL);
        line.authorization_number = cg_text_of(cases[i].number);
        line.member_id = cg_key_of(cg_text_of(cases[i].member));
        uint64_t code = cg_field_procedure((struct cg_text){cases[i].code, 5});
        cr_expect_eq(cg_roster_authorizes(good_roster_fixture.roster, &line, code),
                     cases[i].authorized, "case %zu", i);
    }
}

Test(roster, every_provider_of_many_is_found_and_nobody_else, .init = good_roster_set_up,
     .fini = good_roster_tear_down) {
    enum { PROVIDERS = 20000 };
    char path[128];
    snprintf(path, sizeof path, "%s/credentials.csv", good_roster_fixture.dir);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(HEADER, file);
    uint64_t npis[PROVIDERS];
    size_t count = 0;
    for (uint64_t n = 1999999999; count < PROVIDERS; n--) {
        char text[16];
        snprintf(text, sizeof text, "%010" PRIu64, n);
        if (cg_field_npi((struct cg_text){text, 10}) != 0) {
            npis[count++] = n;
            fprintf(file, "%s,CPSSP-MH,current,2021-01-01,2021-12-31\n", text);
            fprintf(file, "%s,CPSSP-MH,current,2020-01-01,2020-12-31\n", text);
        }
    }
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(roster_fixture_load(&good_roster_fixture), CG_OK, "%s",
                 good_roster_fixture.err.text);
    struct cg_line line = roster_fixture_line(&good_roster_fixture, N, "2020-06-01", "2021-06-01");
    for (size_t i = 0; i < count; i++) {
        line.rendering_npi = npis[i];
        line.reasons = 0;
        cg_credential_edits(good_roster_fixture.roster, &line);
        cr_assert_eq(line.reasons, 0);
        cr_assert_not(cg_roster_has_provider(good_roster_fixture.roster, npis[i] - 1));
    }
    cr_expect_eq(cg_roster_providers(good_roster_fixture.roster).all, PROVIDERS);
    /* The rows of many are fetched ahead, line after line. */
    enum { LINES = 40 };
    struct cg_line lines[LINES];
    const struct cg_rules rules = {.policy = good_roster_fixture.policy,
                                   .roster = good_roster_fixture.roster};
    for (size_t i = 0; i < LINES; i++) {
        lines[i] = line;
        lines[i].frequency = CG_ORIGINAL;
        lines[i].rendering_npi = npis[i] - (i == LINES - 1);
    }
    cg_edit_credentials(&rules, lines, LINES);
    for (size_t i = 0; i < LINES; i++) {
        cr_expect_eq(lines[i].reasons == 0, i < LINES - 1);
    }
}
