#include "claimgate/record/field.h"
#include "claimgate/rules/reason.h"
#include "gate/credential_edits.h"
#include "gate/sentence_parts.h"
#include "support/roster_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define N      1234567893
#define AGENCY 1679576722

static struct roster_fixture fixture;

static void set_up(void) {
    roster_fixture_init(&fixture, roster_fixture_all_demands);
}

static void tear_down(void) {
    roster_fixture_fini(&fixture);
}

TestSuite(credential_detail, .timeout = 60);

struct sentence_case {
    enum cg_reason reason;
    const char *credential;
    const char *education;
    const char *employment;
    const char *agencies;
    const char *supervision;
    uint64_t billing_npi;
    const char *modifier; /* HF where it is NULL */
    const char *sentence;
};

static void write(const char *name, const char *header, const char *rows) {
    char text[4096];
    snprintf(text, sizeof text, "%s\n%s", header, rows == NULL ? "" : rows);
    roster_fixture_write(&fixture, name, text);
}

static void load(const struct sentence_case *one) {
    write("credentials.csv",
          "npi,credential_type,status,effective_date,end_date,training_completed_date,exam_score,"
          "birth_date",
          one->credential);
    write("continuing_education.csv", "npi,year,hours,ethics_hours,reported_date", one->education);
    write("employment.csv", "npi,agency_npi,effective_date,end_date", one->employment);
    write("agencies.csv", "agency_npi,certification,effective_date,end_date", one->agencies);
    write("supervision.csv",
          "npi,supervisor_id,effective_date,end_date,supervisor_credential,"
          "supervisor_training_date,fte,supervisor_fte",
          one->supervision);
    write("authorizations.csv", "authorization_number,member_id,hcpcs_code,effective_date,end_date",
          NULL);
    cr_assert_eq(roster_fixture_load(&fixture), CG_OK, "%s", fixture.err.text);
}

#define HELD "1234567893,CPSSP-MH,current,2020-01-01,,"

static const struct sentence_case cases[] = {
    {.reason = CG_REASON_PROVIDER_NOT_ON_ROSTER,
     .sentence = "NPI 1234567893 has no row in credentials.csv."},
    {.reason = CG_REASON_CREDENTIAL_SUSPENDED,
     .credential = "1234567893,CPSSP-MH,suspended,2024-01-01,2024-06-30,,,\n",
     .sentence = "NPI 1234567893's credential CPSSP-MH is suspended from 2024-01-01 to 2024-06-30, "
                 "which holds 2024-03-05."},
    {.reason = CG_REASON_CREDENTIAL_SUSPENDED,
     .credential = HELD ",,\n1234567893,RN,revoked,2024-03-06,,,,\n",
     .sentence =
         "NPI 1234567893's credential RN is revoked from 2024-03-06 on, which holds 2024-03-06."},
    {.reason = CG_REASON_CREDENTIAL_SUSPENDED,
     .credential = HELD ",,\n1234567893,RN,revoked,2021-01-01,2021-12-31,,,\n"
                        "1234567893,RN,suspended,2023-01-01,2024-03-05,,,\n",
     .sentence = "NPI 1234567893's credential RN is suspended from 2023-01-01 to 2024-03-05, which "
                 "holds 2024-03-05."},
    {.reason = CG_REASON_CREDENTIAL_TYPE_NOT_ACCEPTED,
     .credential = "1234567893,RN,current,2020-01-01,,,,\n1234567893,LPC,current,2020-01-01,,,,\n"
                   "1234567893,R-n,current,2021-01-01,,,,\n",
     .sentence = "NPI 1234567893 holds RN and LPC; the policy accepts CPSSP-MH, CPSSP-SU and "
                 "CPSSP-Y."},
    {.reason = CG_REASON_CREDENTIAL_TYPE_NOT_ACCEPTED,
     .credential = "1234567893,\"cpssp-mh, CPSSP-SU\",current,2020-01-01,,,,\n",
     .sentence = "NPI 1234567893 holds cpssp-mh, CPSSP-SU; the policy accepts CPSSP-MH, CPSSP-SU "
                 "and CPSSP-Y; a row holds one type, and \"cpssp-mh, CPSSP-SU\" "
                 "is none."},
    {.reason = CG_REASON_CREDENTIAL_TYPE_NOT_ACCEPTED,
     .credential = "1234567893,A,current,2020-01-01,,,,\n1234567893,B,current,2020-01-01,,,,\n"
                   "1234567893,C,current,2020-01-01,,,,\n1234567893,D,current,2020-01-01,,,,\n"
                   "1234567893,E,current,2020-01-01,,,,\n1234567893,F,current,2020-01-01,,,,\n"
                   "1234567893,G,current,2020-01-01,,,,\n1234567893,H,current,2020-01-01,,,,\n"
                   "1234567893,I,current,2020-01-01,,,,\n",
     .sentence = "NPI 1234567893 holds A, B, C, D, E, F, G, H and 1 more; the policy accepts "
                 "CPSSP-MH, CPSSP-SU and CPSSP-Y."},
    {.reason = CG_REASON_CREDENTIAL_NOT_ACTIVE,
     .credential = "1234567893,CPSSP-MH,current,2022-01-01,2024-02-29,,,\n"
                   "1234567893,CPSSP-SU,current,2019-01-01,2020-02-29,,,\n",
     .sentence = "NPI 1234567893's accepted credentials do not cover 2024-03-05; the nearest is "
                 "CPSSP-MH from 2022-01-01 to 2024-02-29."},
    {.reason = CG_REASON_CREDENTIAL_NOT_ACTIVE,
     .credential = "1234567893,CPSSP-MH,current,2022-01-01,2024-02-29,,,\n"
                   "1234567893,CPSSP-SU,current,2024-06-01,,,,\n",
     .sentence = "NPI 1234567893's accepted credentials do not cover 2024-03-05; the nearest is "
                 "CPSSP-MH from 2022-01-01 to 2024-02-29."},
    {.reason = CG_REASON_CREDENTIAL_NOT_ACTIVE,
     .credential = "1234567893,CPSSP-MH,lapsed,2024-01-01,,,,\n",
     .sentence = "NPI 1234567893's accepted credentials do not cover 2024-03-05; CPSSP-MH is "
                 "lapsed from 2024-01-01 on."},
    {.reason = CG_REASON_TRAINING_NOT_COMPLETED,
     .credential = HELD "2024-05-01,,\n1234567893,RN,current,2020-01-01,,2020-01-01,,\n",
     .sentence =
         "NPI 1234567893 completed training on 2024-05-01; 2024-03-05 or earlier is needed."},
    {.reason = CG_REASON_TRAINING_NOT_COMPLETED,
     .credential = "1234567893,CPSSP-MH,current,2020-01-01,,2024-06-01,,\n"
                   "1234567893,CPSSP-MH,current,2020-01-02,,2024-05-01,,\n"
                   "1234567893,CPSSP-MH,current,2020-01-03,,2024-07-01,,\n",
     .sentence =
         "NPI 1234567893 completed training on 2024-05-01; 2024-03-05 or earlier is needed."},
    {.reason = CG_REASON_TRAINING_NOT_COMPLETED,
     .credential = HELD ",,\n",
     .sentence = "NPI 1234567893 has no training_completed_date for 2024-03-05; one on or before "
                 "that day is needed."},
    {.reason = CG_REASON_EXAM_NOT_PASSED,
     .credential = HELD ",70.5,\n" HELD ",60,\n",
     .sentence = "NPI 1234567893 has an exam score of 70.5 on the credentials that hold "
                 "2024-03-05; at least 75 is needed."},
    {.reason = CG_REASON_EXAM_NOT_PASSED,
     .credential = HELD ",70.05,\n",
     .sentence = "NPI 1234567893 has an exam score of 70.05 on the credentials that hold "
                 "2024-03-05; at least 75 is needed."},
    {.reason = CG_REASON_EXAM_NOT_PASSED,
     .credential = HELD ",,\n",
     .sentence = "NPI 1234567893 has no exam score on the credentials that hold 2024-03-05; at "
                 "least 75 is needed."},
    {.reason = CG_REASON_PROVIDER_AGE,
     .credential = HELD ",,2010-01-01\n",
     .sentence = "NPI 1234567893 is 14 years old on 2024-03-05; CPSSP-MH needs at least 16."},
    {.reason = CG_REASON_PROVIDER_AGE,
     .credential = "1234567893,CPSSP-Y,current,2020-01-01,,,,1997-03-06\n",
     .sentence = "NPI 1234567893 is 27 years old on 2024-03-06; CPSSP-Y needs 18 to 26."},
    {.reason = CG_REASON_PROVIDER_AGE,
     .credential = "1234567893,CPSSP-MH,current,2020-01-01,,,,2010-01-01\n"
                   "1234567893,CPSSP-MH,current,2020-01-02,,,,2011-01-01\n",
     .sentence = "NPI 1234567893 is 14 years old on 2024-03-05; CPSSP-MH needs at least 16."},
    {.reason = CG_REASON_PROVIDER_AGE,
     .credential = HELD ",,\n",
     .sentence = "NPI 1234567893 has no birth_date for 2024-03-05; CPSSP-MH needs at least 16."},
    {.reason = CG_REASON_PROVIDER_AGE,
     .credential = HELD ",,2025-03-06\n",
     .sentence = "NPI 1234567893 is -2 years old on 2024-03-05; CPSSP-MH needs at least 16."},
    {.reason = CG_REASON_DESIGNATION_MISMATCH,
     .credential = HELD ",,\n",
     .sentence = "Modifier HF needs CPSSP-SU on 2024-03-05; NPI 1234567893 holds CPSSP-MH."},
    {.reason = CG_REASON_DESIGNATION_MISMATCH,
     .credential = HELD ",,\n",
     .modifier = "HA",
     .sentence =
         "Modifier HA needs CPSSP-SU or CPSSP-Y on 2024-03-05; NPI 1234567893 holds CPSSP-MH."},
    {.reason = CG_REASON_CONTINUING_EDUCATION_SHORT,
     .credential = HELD "2019-01-01,,\n",
     .education = "1234567893,2023,8.5,2,2023-12-31\n",
     .sentence = "NPI 1234567893 has 8.5 hours of continuing education for 2023 reported by "
                 "2023-12-31, 2 of them ethics; 10 and 3 are needed for service on 2024-03-05."},
    {.reason = CG_REASON_NOT_EMPLOYED,
     .credential = HELD ",,\n",
     .sentence = "NPI 1234567893 is not employed by any agency on 2024-03-05; employment.csv has "
                 "no row of this NPI."},
    {.reason = CG_REASON_NOT_EMPLOYED,
     .credential = HELD ",,\n",
     .employment = "1234567893,1000000004,2020-01-01,\n",
     .billing_npi = AGENCY,
     .sentence = "NPI 1234567893 is not employed by agency 1679576722 on 2024-03-05; the nearest "
                 "row is agency 1000000004 from 2020-01-01 on."},
    {.reason = CG_REASON_AGENCY_NOT_CERTIFIED,
     .credential = HELD ",,\n",
     .agencies = "1679576722,DMH,2020-01-01,2024-03-04\n",
     .billing_npi = AGENCY,
     .sentence = "Agency 1679576722 holds no accepted certification (DMH) on 2024-03-05; the "
                 "nearest is DMH from 2020-01-01 to 2024-03-04."},
    {.reason = CG_REASON_AGENCY_NOT_CERTIFIED,
     .credential = HELD ",,\n",
     .employment = "1234567893,1679576722,2020-01-01,\n",
     .sentence = "No employer of NPI 1234567893 is certified: agency 1679576722 holds no accepted "
                 "certification (DMH) on 2024-03-05."},
    {.reason = CG_REASON_SUPERVISION_MISSING,
     .credential = HELD ",,\n",
     .supervision = "1234567893,S,2020-01-01,,LPC,,,\n",
     .sentence = "NPI 1234567893 has no supervisor with an accepted credential (MHP) on "
                 "2024-03-05; the nearest row is a supervisor with LPC from 2020-01-01 on."},
    {.reason = CG_REASON_SUPERVISOR_NOT_TRAINED,
     .credential = HELD ",,\n",
     .supervision = "1234567893,S,2020-01-01,,MHP,2024-04-01,,\n",
     .sentence = "The supervisor of NPI 1234567893 on 2024-03-05 was trained on 2024-04-01; that "
                 "day or earlier is needed."},
    {.reason = CG_REASON_SUPERVISOR_OVER_RATIO,
     .credential = HELD ",,\n",
     .supervision = "1234567893,S,2020-01-01,,MHP,,1,0.5\n1000000004,S,2020-01-01,,MHP,,3.75,0.5\n",
     .sentence = "The supervisor of NPI 1234567893 on 2024-03-05 has people of 4.75 FTE at 0.5 FTE "
                 "of the supervisor; at most 9 for each is allowed."},
    {.reason = CG_REASON_SUPERVISOR_OVER_RATIO,
     .credential = HELD ",,\n",
     .supervision = "1234567893,S,2020-01-01,,MHP,,,\n",
     .sentence = "The supervisor of NPI 1234567893 on 2024-03-05 has people of 0 FTE and 1 without "
                 "an fte and no supervisor_fte; at most 9 for each is allowed."},
};

static const char *say(const struct cg_line *line, enum cg_reason reason, char *out,
                       size_t capacity) {
    struct cg_phrase phrase = cg_phrase_start(out, capacity);
    cg_credential_sentence(fixture.roster, line, reason, &phrase);
    return out;
}

static struct cg_line line_of(const struct sentence_case *one) {
    struct cg_line line = roster_fixture_line(&fixture, N, "2024-03-05", "2024-03-06");
    line.billing_npi = one->billing_npi;
    const char *modifier = one->modifier == NULL ? "HF" : one->modifier;
    line.modifiers = cg_modifiers_append(0, cg_field_modifier(cg_text_of(modifier)));
    return line;
}

Test(credential_detail, a_sentence_names_what_was_found_and_what_was_needed, .init = set_up,
     .fini = tear_down) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        load(&cases[i]);
        struct cg_line line = line_of(&cases[i]);
        char sentence[512];
        cg_credential_edits(fixture.roster, &line);
        cr_expect((line.reasons & cg_reason_bit(cases[i].reason)) != 0, "case %zu: %s", i,
                  roster_fixture_reasons(line.reasons));
        say(&line, cases[i].reason, sentence, sizeof sentence);
        cr_expect_str_eq(sentence, cases[i].sentence, "case %zu: %s", i, sentence);
    }
}

Test(credential_detail, no_member_or_claim_is_ever_said, .init = set_up, .fini = tear_down) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        load(&cases[i]);
        struct cg_line line = line_of(&cases[i]);
        for (int reason = 0; reason < CG_REASON_COUNT; reason++) {
            char sentence[512];
            say(&line, (enum cg_reason)reason, sentence, sizeof sentence);
            cr_expect_null(strstr(sentence, "CANARY"), "%s", sentence);
        }
    }
}

Test(credential_detail, text_that_does_not_fit_is_cut_between_characters, .init = set_up,
     .fini = tear_down) {
    const struct sentence_case one = {.credential =
                                          "1234567893,ÄÖÜÄÖÜÄÖÜ,current,2020-01-01,,,,\n"};
    load(&one);
    struct cg_line line = line_of(&one);
    char whole[512];
    say(&line, CG_REASON_CREDENTIAL_TYPE_NOT_ACCEPTED, whole, sizeof whole);
    for (size_t capacity = 1; capacity < strlen(whole) + 2; capacity++) {
        char cut[512];
        memset(cut, '#', sizeof cut);
        say(&line, CG_REASON_CREDENTIAL_TYPE_NOT_ACCEPTED, cut, capacity);
        cr_expect_eq(cut[capacity], '#', "wrote past %zu bytes", capacity);
        cr_expect_eq(memcmp(cut, whole, strlen(cut)), 0);
        cr_expect(cg_field_is_clean((struct cg_text){cut, (uint32_t)strlen(cut)}), "%s", cut);
    }
}

Test(credential_detail, words_past_the_eighth_are_only_counted) {
    static const char *const words[] = {"A", "B", "C", "D", "E", "F", "G", "H", "I", "J"};
    static const struct {
        size_t count;
        const char *last;
        const char *said;
    } lists[] = {
        {0, "and", ""},
        {1, "and", "A"},
        {2, "and", "A and B"},
        {2, "or", "A or B"},
        {8, "and", "A, B, C, D, E, F, G and H"},
        {9, "and", "A, B, C, D, E, F, G, H and 1 more"},
        {10, "and", "A, B, C, D, E, F, G, H and 2 more"},
        {10, "or", "A, B, C, D, E, F, G, H or 2 more"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        char out[64];
        struct cg_phrase phrase = cg_phrase_start(out, sizeof out);
        cg_say_words(&phrase, words, lists[i].count, lists[i].last);
        cr_expect_str_eq(out, lists[i].said);
    }
}
