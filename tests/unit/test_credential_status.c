#include "claimgate/rules/credential_status.h"

#include <criterion/criterion.h>

static int status_of(const char *word, const struct cg_status_words *registry,
                     const struct cg_status_words *payer) {
    uint8_t status = 0;
    return cg_credential_status_of(cg_text_of(word), registry, payer, &status) ? status : -1;
}

Test(credential_status, the_eight_words_and_two_more_are_known_in_any_case) {
    for (int i = 0; i < CG_CREDENTIAL_STATUS_COUNT; i++) {
        cr_expect_eq(status_of(cg_credential_status_words[i], NULL, NULL), i);
    }
    cr_expect_eq(status_of("Active", NULL, NULL), CG_CREDENTIAL_CURRENT);
    cr_expect_eq(status_of("EXPIRED", NULL, NULL), CG_CREDENTIAL_LAPSED);
    cr_expect_eq(status_of("Revoked", NULL, NULL), CG_CREDENTIAL_REVOKED);
    cr_expect_eq(status_of("", NULL, NULL), -1);
    cr_expect_eq(status_of("good", NULL, NULL), -1);
}

Test(credential_status, a_registry_goes_before_a_payer_and_both_before_active) {
    static const struct cg_status_words registry = {
        {{"INGOODSTANDING", CG_CREDENTIAL_CURRENT}, {"ACTIVE", CG_CREDENTIAL_LIMITED}}, 2};
    static const struct cg_status_words payer = {
        {{"ACTIVE", CG_CREDENTIAL_PENDING}, {"EXPIRED", CG_CREDENTIAL_INACTIVE}}, 2};
    cr_expect_eq(status_of("In good-standing", &registry, &payer), CG_CREDENTIAL_CURRENT);
    cr_expect_eq(status_of("active", &registry, &payer), CG_CREDENTIAL_LIMITED);
    cr_expect_eq(status_of("active", NULL, &payer), CG_CREDENTIAL_PENDING);
    cr_expect_eq(status_of("expired", &registry, &payer), CG_CREDENTIAL_INACTIVE);
}

Test(credential_status, a_hint_mends_a_slip_and_never_says_the_opposite) {
    static const struct {
        const char *written;
        const char *hint; /* NULL: none */
    } cases[] = {
        {"curent", "current"},     {"actve", "active"},   {"inactve", "inactive"},
        {"suspnded", "suspended"}, {"expird", "expired"}, {"revokd", "revoked"},
        {"pendng", "pending"},     {"iactive", NULL},     {"unactive", NULL},
        {"incurrent", NULL},       {"unlimited", NULL},   {"unrevoked", NULL},
        {"unsuspended", NULL},     {"unexpired", NULL},   {"not current", NULL},
        {"non-active", NULL},      {"good", NULL},        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *hint = cg_credential_status_hint(cases[i].written);
        cr_expect((hint == NULL) == (cases[i].hint == NULL) &&
                      (hint == NULL || strcmp(hint, cases[i].hint) == 0),
                  "%s: %s", cases[i].written, hint == NULL ? "no hint" : hint);
    }
}
