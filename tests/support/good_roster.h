/*
 * A roster folder with one sound provider in every file, for the tests of how rosters are loaded.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_GOOD_ROSTER_H
#define CLAIMGATE_TESTS_SUPPORT_GOOD_ROSTER_H

#include "support/roster_fixture.h"

#define N 1234567893

extern struct roster_fixture good_roster_fixture;
void good_roster_set_up(void);
void good_roster_set_up_all(void);
void good_roster_tear_down(void);

#define HEADER          "npi,credential_type,status,effective_date,end_date\n"
#define GOOD_WITH_FACTS "1234567893,CPSSP-MH,current,2020-01-01,,2019-01-01,80,1980-01-01\n"
#define GOOD            "1234567893,CPSSP-MH,current,2020-01-01,\n"

enum { FILES = 6 };
struct roster_file {
    const char *name;
    const char *text;
};
extern const struct roster_file good_roster_files[FILES];

void good_roster_write(void);

#endif
