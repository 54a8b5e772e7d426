#include "good_roster.h"

#include <stdio.h>
#include <unistd.h>

struct roster_fixture good_roster_fixture;

void good_roster_set_up(void) {
    roster_fixture_init(&good_roster_fixture, "ms");
}

void good_roster_set_up_all(void) {
    roster_fixture_init(&good_roster_fixture, roster_fixture_all_demands);
}

void good_roster_tear_down(void) {
    roster_fixture_fini(&good_roster_fixture);
}

const struct roster_file good_roster_files[FILES] = {
    {"credentials.csv", "npi,credential_type,status,effective_date,end_date,"
                        "training_completed_date,exam_score,birth_date\n" GOOD_WITH_FACTS},
    {"continuing_education.csv", "npi,year,hours,ethics_hours,reported_date\n"},
    {"employment.csv", "npi,agency_npi,effective_date,end_date\n"},
    {"agencies.csv", "agency_npi,certification,effective_date,end_date\n"},
    {"supervision.csv",
     "npi,supervisor_id,effective_date,end_date,supervisor_credential,supervisor_training_date,"
     "fte,supervisor_fte\n"},
    {"authorizations.csv", "authorization_number,member_id,hcpcs_code,effective_date,end_date\n"},
};

void good_roster_write(void) {
    for (size_t i = 0; i < FILES; i++) {
        roster_fixture_write(&good_roster_fixture, good_roster_files[i].name,
                             good_roster_files[i].text);
    }
}
