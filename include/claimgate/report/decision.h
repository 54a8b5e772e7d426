/*
 * A decision as it is shown: one view, whether it was made now (`check`) or is remembered by a
 * ledger (`explain`, `reconsider`), one text form and one JSON form (schemas/decision.schema.json).
 *
 * Words in JSON: "accepted", "cutback" (the units that fit are accepted), "rejected",
 * "out_of_scope".
 *
 * Ownership  A view points into what it was made from, and lives as long as that.
 * Failure    None of its own; out of memory is the page's.
 */
#ifndef CLAIMGATE_REPORT_DECISION_H
#define CLAIMGATE_REPORT_DECISION_H

#include "claimgate/ledger/ledger_query.h"
#include "claimgate/record/field.h"
#include "claimgate/record/verdict.h"
#include "claimgate/report/check_answer.h"
#include "claimgate/report/page.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/reason.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_decision_reason {
    char name[CG_VERDICT_REASON_BYTES];
    const char *group_code;
    const char *carc;
    const char *rarc;
    const char *text;                     /* what the reason means */
    char detail[CG_VERDICT_DETAIL_BYTES]; /* the sentence of this line; "": not known */
};

/* A cap in the period that failed, else in the one that holds the start date. */
struct cg_decision_cap {
    const struct cg_cap *cap;
    int32_t day_no; /* by which cg_cap_period gives the period */
    uint32_t used;  /* before the line */
    uint32_t left;
    uint32_t asked; /* by the line; 0: not known, or no line asks */
    bool failed;
};

/* The credential row that decided, as the roster has it now. */
struct cg_decision_credential {
    const char *type; /* NULL: no roster was asked, or it has no row of the provider */
    const char *status;
    int32_t first_day;
    int32_t last_day; /* CG_DAY_OPEN: no end */
};

enum { CG_DECISION_REASONS_MAX = 2 * CG_REASON_COUNT }; /* each a reason or a warning */

struct cg_decision_view {
    /* As the ledger has it. Of a check: run 0, no ids, names or take-backs. */
    struct cg_ledger_decision line;
    char modifiers[CG_MODIFIERS_TEXT_BYTES]; /* to point at */
    const char *policy_id;                   /* NULL: an import */
    bool in_scope;
    bool malformed;
    bool unknown_member; /* of a check: there is a ledger, and it has never seen the member */
    struct cg_decision_reason reasons[CG_DECISION_REASONS_MAX];
    uint32_t reason_count;
    uint32_t warning_count; /* behind the reasons; a ledger keeps none */
    struct cg_decision_cap caps[CG_CAPS_MAX];
    uint32_t cap_count;
    uint32_t taken_back_lines; /* by a void or replacement decided now */
    uint32_t taken_back_units;
    struct cg_decision_credential credential;
};

void cg_decision_of_answer(const struct cg_check_answer *answer, struct cg_decision_view *out);
/* `policy` is that of the decision's run; NULL: an import. */
void cg_decision_of_row(const struct cg_ledger_decision *row, const struct cg_policy *policy,
                        struct cg_decision_view *out);

/* Name the row of the rendering provider that decided on the view's days; NULL: no roster. */
void cg_decision_add_credential(struct cg_decision_view *view, const struct cg_roster *roster);

/* A decision made now: what is decided, every reason as a sentence with its codes, every cap with
 * what was used, asked and left. Fits 80 columns. */
void cg_decision_put_answer(struct cg_page *page, const struct cg_decision_view *view);
/* The same as one row: source line, decision, accepted units, reasons joined by ';', with tabs
 * between. */
void cg_decision_put_row(struct cg_page *page, const struct cg_decision_view *view);
/* A remembered decision: the same, and when, from where, and what became of it. */
void cg_decision_put_record(struct cg_page *page, const struct cg_decision_view *view);
/* Members of the object that is open. */
void cg_decision_put_json(struct cg_json_writer *json, const struct cg_decision_view *view);

#endif
