/*
 * A workbook that cannot be written says so; what a good one holds:
 * tests/cli/test_audit_workbook.c.
 */
#include "claimgate/report/audit_workbook.h"

#include <criterion/criterion.h>
#include <string.h>

static struct cg_error err = CG_ERROR_INIT;
static struct cg_audit_workbook *workbook;

Test(workbook, where_it_cannot_be_put_is_told_at_its_end) {
    static const char *const cells[] = {"C-1", "", "M-1"};
    const struct cg_audit_facts facts = {0};
    cr_assert_eq(cg_audit_workbook_open("/no/such/folder/a.xlsx", "/tmp", &workbook, &err), CG_OK,
                 "%s", err.text);
    cr_expect_eq(cg_audit_workbook_add(workbook, cells, 3, &err), CG_OK);
    cr_expect_eq(cg_audit_workbook_close(workbook, &facts, &err), CG_IO);
    cr_expect_not_null(strstr(err.text, "audit.xlsx cannot be written: "), "%s", err.text);
}

Test(workbook, one_that_is_given_up_leaves_nothing) {
    cg_audit_workbook_abandon(NULL);
    cr_assert_eq(cg_audit_workbook_open("/no/such/folder/a.xlsx", "/tmp", &workbook, &err), CG_OK);
    cg_audit_workbook_abandon(workbook);
}
