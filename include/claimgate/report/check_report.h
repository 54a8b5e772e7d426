/*
 * The answer to a spot check: for people, as JSON, and as one row among many.
 *
 * Words: "accepted", "cutback" (the units that fit are accepted), "rejected", "out_of_scope".
 */
#ifndef CLAIMGATE_REPORT_CHECK_REPORT_H
#define CLAIMGATE_REPORT_CHECK_REPORT_H

#include "claimgate/base/buffer.h"
#include "claimgate/report/check_answer.h"

#include <stdbool.h>

/* Decision, every reason as a sentence with its codes, every cap: what was used, asked, left. Fits
 * 80 columns. False: no memory, here and below. */
cg_must_use bool cg_check_report_text(struct cg_buffer *out, const struct cg_check_answer *answer);

/* One document; `compact` makes it one line. */
cg_must_use bool cg_check_report_json(struct cg_buffer *out, const struct cg_check_answer *answer,
                                      bool compact);

/* Source line, decision, accepted units, reasons joined by ';', with tabs between. */
cg_must_use bool cg_check_report_row(struct cg_buffer *out, const struct cg_check_answer *answer);

/* True when units of the line, or the line, would not be paid. A cutback is no rejection. */
bool cg_check_is_rejected(const struct cg_check_answer *answer);

#endif
