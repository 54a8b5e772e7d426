#include "claimgate/base/builtin.h"
#include "claimgate/rules/reason.h"

#include <criterion/criterion.h>
#include <string.h>

static void load_reasons(void) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_reason_init(&err), CG_OK, "%s", err.text);
}

TestSuite(reason, .init = load_reasons);

struct code_row {
    enum cg_reason reason;
    const char *group_code;
    const char *carc;
    const char *rarc;
};

/* The table of reasons and codes of the contract, row by row. */
static const struct code_row code_rows[] = {
    {CG_REASON_MALFORMED_RECORD, "CO", "16", "MA130"},
    {CG_REASON_CLAIM_ID_INVALID, "CO", "16", "MA130"},
    {CG_REASON_LINE_NUMBER_INVALID, "CO", "16", "MA130"},
    {CG_REASON_MEMBER_ID_INVALID, "CO", "16", "N382"},
    {CG_REASON_SERVICE_DATE_INVALID, "CO", "16", "M52"},
    {CG_REASON_SERVICE_END_DATE_INVALID, "CO", "16", "M59"},
    {CG_REASON_MODIFIER_INVALID, "CO", "4", "N519"},
    {CG_REASON_PROCEDURE_CODE_INVALID, "CO", "16", "M51"},
    {CG_REASON_PROCEDURE_CODE_NEAR, "CO", "16", "M51"},
    {CG_REASON_UNITS_INVALID, "CO", "16", "M53"},
    {CG_REASON_RENDERING_NPI_MISSING, "CO", "206", "N290"},
    {CG_REASON_RENDERING_NPI_INVALID, "CO", "207", "N290"},
    {CG_REASON_BILLING_NPI_INVALID, "CO", "16", "N257"},
    {CG_REASON_FREQUENCY_CODE_INVALID, "CO", "16", "MA130"},
    {CG_REASON_ORIGINAL_CLAIM_UNKNOWN, "CO", "16", "M47"},
    {CG_REASON_RECEIVED_DATE_INVALID, "CO", "16", "MA130"},
    {CG_REASON_BIRTH_DATE_INVALID, "CO", "16", "MA130"},
    {CG_REASON_NO_POLICY_IN_FORCE, "CO", "96", "N56"},
    {CG_REASON_SERVICE_DATE_FUTURE, "CO", "110", "M52"},
    {CG_REASON_SERVICE_DATE_SPAN, "CO", "16", "N345"},
    {CG_REASON_LATE_FILING, "CO", "29", ""},
    {CG_REASON_PROVIDER_NOT_ON_ROSTER, "CO", "208", "N290"},
    {CG_REASON_CREDENTIAL_SUSPENDED, "CO", "B7", "N570"},
    {CG_REASON_CREDENTIAL_TYPE_NOT_ACCEPTED, "CO", "B7", "N570"},
    {CG_REASON_CREDENTIAL_NOT_ACTIVE, "CO", "B7", "N570"},
    {CG_REASON_TRAINING_NOT_COMPLETED, "CO", "B7", "N570"},
    {CG_REASON_EXAM_NOT_PASSED, "CO", "B7", "N570"},
    {CG_REASON_PROVIDER_AGE, "CO", "B7", "N570"},
    {CG_REASON_DESIGNATION_MISMATCH, "CO", "B7", "N570"},
    {CG_REASON_CONTINUING_EDUCATION_SHORT, "CO", "B7", "N570"},
    {CG_REASON_NOT_EMPLOYED, "CO", "B7", "N570"},
    {CG_REASON_AGENCY_NOT_CERTIFIED, "CO", "B7", "N570"},
    {CG_REASON_SUPERVISION_MISSING, "CO", "B7", "N570"},
    {CG_REASON_SUPERVISOR_NOT_TRAINED, "CO", "B7", "N570"},
    {CG_REASON_SUPERVISOR_OVER_RATIO, "CO", "B7", "N570"},
    {CG_REASON_DUPLICATE_LINE, "OA", "18", ""},
    {CG_REASON_DUPLICATE_SERVICE, "OA", "18", ""},
    {CG_REASON_CLAIM_REJECTED, "CO", "16", "MA130"},
    {CG_REASON_CAP, "CO", "", ""},
};

Test(reason, codes_are_those_of_the_contract) {
    cr_assert_eq(sizeof code_rows / sizeof *code_rows, CG_REASON_COUNT);
    for (size_t i = 0; i < CG_REASON_COUNT; i++) {
        const struct cg_reason_info *info = cg_reason_info(code_rows[i].reason);
        cr_expect_str_eq(info->group_code, code_rows[i].group_code, "%s", info->name);
        cr_expect_str_eq(info->carc, code_rows[i].carc, "%s", info->name);
        cr_expect_str_eq(info->rarc, code_rows[i].rarc, "%s", info->name);
    }
}

Test(reason, names_follow_the_enum) {
    static const char *const names[CG_REASON_COUNT] = {
#define NAME(name, text) #text,
        CG_REASON_TABLE(NAME)
#undef NAME
    };
    for (size_t i = 0; i < CG_REASON_COUNT; i++) {
        cr_expect_str_eq(cg_reason_info((enum cg_reason)i)->name, names[i]);
    }
}

static const char *expected_group(enum cg_reason reason) {
    if (reason == CG_REASON_CLAIM_REJECTED) {
        return "claim";
    }
    if (reason == CG_REASON_ORIGINAL_CLAIM_UNKNOWN || reason >= CG_REASON_DUPLICATE_LINE) {
        return "history";
    }
    return reason >= CG_REASON_PROVIDER_NOT_ON_ROSTER ? "credential" : "field";
}

Test(reason, every_reason_has_its_group_and_a_sentence) {
    for (size_t i = 0; i < CG_REASON_COUNT; i++) {
        const struct cg_reason_info *info = cg_reason_info((enum cg_reason)i);
        cr_expect_str_eq(info->group, expected_group((enum cg_reason)i), "%s", info->name);
        size_t len = strlen(info->text);
        cr_expect(len > 10 && info->text[len - 1] == '.', "%s", info->name);
    }
}

Test(reason, reading_twice_gives_the_same_table) {
    load_reasons();
    cr_expect_str_eq(cg_reason_info(CG_REASON_UNITS_INVALID)->rarc, "M53");
}

Test(reason, file_has_the_columns_of_the_contract) {
    const struct cg_builtin *file = cg_builtin_find("reasons.csv");
    cr_assert_not_null(file);
    const char header[] = "reason,group,group_code,carc,rarc,text,stc,stc_blank\n";
    cr_assert_gt(file->len_bytes, sizeof header);
    cr_expect_eq(memcmp(file->bytes, header, sizeof header - 1), 0);
}

Test(reason, every_reason_has_a_bit_of_its_own) {
    uint64_t seen = 0;
    for (size_t i = 0; i < CG_REASON_COUNT; i++) {
        uint64_t bit = cg_reason_bit((enum cg_reason)i);
        cr_expect_eq(seen & bit, 0);
        seen |= bit;
    }
    cr_expect_leq(CG_REASON_COUNT, 64);
}
