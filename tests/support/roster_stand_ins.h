/*
 * The roster has tests of its own, so that here stand-ins answer for it: one provider is on it,
 * credentials give the reasons that a test sets, and one authorization is on file. Functions of the
 * program, so that this is included once, by a test alone.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_ROSTER_STAND_INS_H
#define CLAIMGATE_TESTS_SUPPORT_ROSTER_STAND_INS_H

#include "edited_record.h"

#include "claimgate/record/field.h"
#include "gate/credential_edits.h"

#include <string.h>

bool cg_roster_has_provider(const struct cg_roster *roster, uint64_t npi) {
    (void)roster;
    edited_roster_calls++;
    return npi == UINT64_C(1234567893);
}

void cg_credential_edits(const struct cg_roster *roster, struct cg_line *line) {
    (void)roster;
    edited_credential_calls++;
    line->reasons |= edited_credential_reasons;
}

void cg_roster_fetch_place(const struct cg_roster *roster, uint64_t npi) {
    (void)roster;
    (void)npi;
}

void cg_roster_fetch_rows(const struct cg_roster *roster, uint64_t npi) {
    (void)roster;
    (void)npi;
}

bool cg_roster_authorizes(const struct cg_roster *roster, const struct cg_line *line,
                          uint64_t procedure) {
    (void)roster;
    char code[6];
    return strcmp(cg_procedure_text(procedure, code), "H0038") == 0 &&
           line->authorization_number.len == strlen(AUTHORIZATION) &&
           memcmp(line->authorization_number.ptr, AUTHORIZATION, strlen(AUTHORIZATION)) == 0;
}

#endif
