/*
 * History: what each member has had accepted, and the edits that need to know it.
 *
 * The only state of the belt. Lines are decided strictly in input order; a decision
 * depends on earlier lines of the same member alone. Only accepted lines leave a trace.
 *
 * Ownership  Opaque; _free frees. Keys are copied; nothing points into a batch.
 * Threads    One at a time (the serial station).
 * Memory     At most 64 bytes for each accepted line, member tables included; of what is recalled
 * in outline 8 MiB in all; for each id of a line, where lines have ids, that and 28 bytes more.
 * Failure    Out of memory is the only one.
 */
#ifndef CLAIMGATE_GATE_HISTORY_H
#define CLAIMGATE_GATE_HISTORY_H

#include "claimgate/base/error.h"
#include "claimgate/base/text.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/line.h"
#include "claimgate/rules/policy.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_history;

/* An accepted line of an earlier run. */
struct cg_past_line {
    struct cg_text claim_id;
    int32_t start_day;
    int32_t end_day;
    uint64_t rendering_npi;
    uint64_t billing_npi; /* of interest where cg_member_wants_billing; 0: none */
    uint64_t modifiers;
    uint16_t submitted_units;
    uint16_t accepted_units;
    uint32_t line_number;
    uint8_t procedure_no; /* CG_PROCEDURE_OTHER when the policy no longer names it */
    bool exempt;
    bool split; /* decided under span: split: units lie over the days */
    bool taken_back;
    /* When taken back: by which claim and frequency. When it was released by hand: blank. */
    struct cg_text taken_back_by;
    struct cg_text taken_back_as; /* the number that named it; blank: its claim id */
    uint8_t taken_back_frequency;
};

/* A void or replacement of an earlier run that takes nothing back any more. Those that have taken
 * lines back are known from these lines, and may be given here as well. To be given here: each
 * accepted replacement, under its own claim id for an original and what it named, for its further
 * lines must not find the first, whether or not that has found something to take back. */
struct cg_past_take_back {
    struct cg_text claim_id;
    struct cg_text original_claim_id;
    struct cg_text named; /* the number that stood for the original; blank: the same */
    uint8_t frequency;
};

/* A line of an earlier run that stands, in outline: enough to tell that no other line is its twin,
 * and which units count on which day. The ledger keeps tags and days, so that they never change. */
struct cg_outline {
    uint16_t day;   /* cg_outline_day; never CG_OUTLINE_DAY_NONE */
    uint16_t tag;   /* of its claim and line number */
    uint16_t units; /* accepted, and 0 where no cap counts them */
    uint8_t procedure_no;
    uint8_t service_tag;
};
enum { CG_OUTLINE_DAY_FIRST = 7305, CG_OUTLINE_DAY_NONE = UINT16_MAX }; /* 1990-01-01 */
/* CG_OUTLINE_DAY_NONE: too far from our time for an outline. */
uint16_t cg_outline_day(int32_t day_no);
uint16_t cg_outline_tag(struct cg_text claim_id, uint32_t line_number);
uint8_t cg_outline_service_tag(uint64_t rendering_npi, uint16_t submitted_units);
/* Whether a line of this tag may be one of the claim that the other tag is of. */
bool cg_outline_tag_may_be(uint16_t tag, uint16_t of_claim);

/* The number that stands for a line's id, on every night the same; it is never
 * CG_LINE_NUMBER_NONE. */
typedef enum cg_status (*cg_line_id_fn)(void *context, struct cg_text member_id,
                                        struct cg_text line_id, uint32_t *line_number,
                                        struct cg_error *err);

struct cg_member; /* one member's history, as recall sees it */

/* Called when a run meets a member: adds what earlier runs know of it by cg_member_add_line and
 * cg_member_add_take_back; or, unless cg_member_wants_lines, by cg_member_add_outlines alone. It is
 * called again for a member whose outlines do not do, and tells the same then: what was known
 * before the run. NULL where there is no ledger. */
typedef enum cg_status (*cg_recall_fn)(void *context, struct cg_text member_id,
                                       struct cg_member *member, struct cg_error *err);

/* The claim that a payer knows by this number, for a member; len 0: none. It lives until the next
 * call. */
typedef enum cg_status (*cg_alias_fn)(void *context, struct cg_text payer_claim_id,
                                      struct cg_text member_id, struct cg_text *claim_id,
                                      struct cg_error *err);

/* NULL: no memory. */
cg_must_use struct cg_history *cg_history_new(cg_recall_fn recall, void *recall_context);
void cg_history_free(struct cg_history *history);
/* Every member is recalled line by line, for who looks at members once all is decided
 * (cg_history_count_over). Before the first line. */
void cg_history_keep_lines(struct cg_history *history);

/* Forget every member, so that the next line meets what was recalled and not the lines decided
 * before: `check` asks of many lines, each as if it came alone. Keeps memory. */
void cg_history_forget(struct cg_history *history);

/* CG_BAD_DATA for what no claim can hold (a date, a number of units, the length of an id);
 * CG_INTERNAL when memory is out. The caller, who knows the ledger's name, sets the error. */
cg_must_use enum cg_status cg_member_add_line(struct cg_member *member,
                                              const struct cg_past_line *line);
bool cg_member_wants_lines(const struct cg_member *member);
bool cg_member_wants_billing(const struct cg_member *member);
/* All lines of the member that stand, none of them split or far from our time; at most 4096. */
cg_must_use enum cg_status
cg_member_add_outlines(struct cg_member *member, const struct cg_outline *outlines, uint32_t count);
/* So many lines will be added: room for all of them is made at once. */
void cg_member_expect_lines(struct cg_member *member, uint32_t lines);
cg_must_use enum cg_status cg_member_add_take_back(struct cg_member *member,
                                                   const struct cg_past_take_back *take_back);

/* Recall a member line by line without deciding one, for `usage`. */
cg_must_use enum cg_status cg_history_meet(struct cg_history *history, struct cg_text member_id,
                                           struct cg_error *err);

/* What a void or replacement names is looked for here before it is looked for among claim ids. Its
 * original_claim_id is then the claim that was found, for whoever reads the verdict. */
void cg_history_use_aliases(struct cg_history *history, cg_alias_fn fn, void *context);
/* Where nobody numbers the ids of lines, the history does so for itself. */
void cg_history_use_line_ids(struct cg_history *history, cg_line_id_fn fn, void *context);
/* Where neither finds it, it is the claim with its own id, if lines of that stand: providers mostly
 * keep the number that they gave. */
void cg_history_take_same_number(struct cg_history *history);

/* From here on, or no longer, the lines of a record are decided each by itself: what was paid
 * elsewhere was paid line by line. */
void cg_history_decide_lines_apart(struct cg_history *history, bool apart);

/*
 * Decide lines in order. Lines with reasons become CG_REJECTED; those without meet the history
 * edits: original_claim_unknown, duplicate_line, duplicate_service, then every cap in its order.
 * A cutback carries CG_REASON_CAP like a line that a cap rejects. An accepted void has 0 accepted
 * units. After a failure the history is of no more use.
 * The lines of a record of two or more are a claim (claim.h): each meets those before it, and when
 * one fails the claim leaves no trace. All of them are decided even so, for each may have reasons
 * of its own. `lines` are those of whole records, neighbours in input order; the whole array is
 * given so that memory can be fetched ahead.
 */
cg_must_use enum cg_status cg_history_decide(struct cg_history *history, struct cg_line *lines,
                                             uint32_t count, struct cg_error *err);

/* How many lines were marked as near_member or odd_take_back (line.h) since it was asked last; some
 * of these may have lost the mark again with their claim. */
uint32_t cg_history_take_told(struct cg_history *history);

/* Whether a record that passes out of scope asks to take back lines that stand, and no line of its
 * claim has done so. Recalls the member where need be. */
cg_must_use enum cg_status cg_history_asks_in_vain(struct cg_history *history,
                                                   const struct cg_passing_take_back *passing,
                                                   bool *in_vain, struct cg_error *err);

/* Visit the lines of a member that stand, in the order they were accepted (for `check` and
 * `usage`). */
typedef void (*cg_past_line_fn)(void *context, const struct cg_past_line *line);
void cg_history_visit(const struct cg_history *history, struct cg_text member_id,
                      cg_past_line_fn fn, void *context);

/* Units of a member that count for `cap` in the period that holds day_no. */
uint32_t cg_history_units_used(const struct cg_history *history, struct cg_text member_id,
                               const struct cg_cap *cap, int32_t day_no);

/* Periods of the cap, of all members that were met, in which more units count than it allows: what
 * was taken in as paid may. Windows of rolling months are those that end on a day of a line.
 * False: no memory. */
cg_must_use bool cg_history_count_over(const struct cg_history *history, const struct cg_cap *cap,
                                       uint64_t *periods);

/* How many of the members that were met have used which share of the cap in the period that holds
 * day_no: members_at[0] under a tenth of it and more than nothing, members_at[10] all or more. */
enum { CG_USE_SHARES = 11 };
void cg_history_count_use(const struct cg_history *history, const struct cg_cap *cap,
                          int32_t day_no, uint64_t members_at[CG_USE_SHARES]);

/* For tests: from so many lines on a member gets an index of its own. No decision depends on it.
 * Before the first line; larger numbers than the built-in one change nothing. */
void cg_history_set_large_member_lines(struct cg_history *history, uint32_t lines);
/* For tests: room for so many outlines, a multiple of eight that holds those of any one member. */
void cg_history_set_outlines(struct cg_history *history, uint32_t outlines);

#endif
