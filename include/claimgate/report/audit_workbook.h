/*
 * audit.xlsx: the tables of an audit and its changed lines, for a spreadsheet.
 *
 * Every cell but counts of lines and units is text, whatever it begins with, so that none is taken
 * for a formula; charges too, for a spreadsheet's numbers are binary fractions.
 *
 * Ownership  _open begins one; _close or _abandon frees it.
 * Memory     Rows go to temporary files in the folder given, so that none is kept.
 * Failure    CG_IO, CG_INTERNAL (no memory). A sheet that is full is none: the summary tells.
 */
#ifndef CLAIMGATE_REPORT_AUDIT_WORKBOOK_H
#define CLAIMGATE_REPORT_AUDIT_WORKBOOK_H

#include "claimgate/base/error.h"
#include "claimgate/report/audit_facts.h"

#include <stdint.h>

struct cg_audit_workbook;

/* `path` is there already, and keeps its mode. */
cg_must_use enum cg_status cg_audit_workbook_open(const char *path, const char *folder,
                                                  struct cg_audit_workbook **out,
                                                  struct cg_error *err);
/* The next row of the changes; the first is that of their names. */
cg_must_use enum cg_status cg_audit_workbook_add(struct cg_audit_workbook *workbook,
                                                 const char *const *cells, uint32_t count,
                                                 struct cg_error *err);
cg_must_use enum cg_status cg_audit_workbook_close(struct cg_audit_workbook *workbook,
                                                   const struct cg_audit_facts *facts,
                                                   struct cg_error *err);
void cg_audit_workbook_abandon(struct cg_audit_workbook *workbook); /* NULL is allowed */

#endif
