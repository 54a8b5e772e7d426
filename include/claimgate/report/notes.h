/*
 * Notes: what a run or an import has to tell on standard error beside its result.
 *
 * Each is a message of claimgate/base/log.h, and shows no value of a claim.
 */
#ifndef CLAIMGATE_REPORT_NOTES_H
#define CLAIMGATE_REPORT_NOTES_H

#include "claimgate/report/care_pages.h"
#include "claimgate/report/run_facts.h"
#include "claimgate/rules/nppes.h"

#include <stdint.h>

/* That too much is rejected, that nothing is in scope, that codes look wrong, that it was a test.
 * `policy` as the user has named it; `limit_milli`: of --max-reject-rate, in thousandths of a
 * percent. */
void cg_notes_run(const struct cg_run_facts *facts, const char *policy, int64_t limit_milli);

/* What stands in the input itself: of these, for whoever decides it again or asks about it. */
void cg_notes_records(const struct cg_run_facts *facts);
void cg_notes_utc_times(uint64_t count); /* cut off without a time zone; 0: nothing is said */

/* How many rows were made, and who could not be taken. */
void cg_notes_nppes_import(const struct cg_nppes_counts *counts);
void cg_notes_nppes_merge(const struct cg_nppes_merge_counts *counts);

#endif
