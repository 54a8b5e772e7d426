/*
 * One service line as the gate sees it: parsed fields, then the verdict.
 *
 * The parse station fills the fields and the field and credential verdicts, the decide
 * station the rest; encode and the ledger only read. A malformed record is a line too,
 * with nothing but its reason. A record without a line in scope has no line at all.
 *
 * Ownership  Texts, and keys that are long, are views into the batch that carries the line.
 */
#ifndef CLAIMGATE_RECORD_LINE_H
#define CLAIMGATE_RECORD_LINE_H

#include "claimgate/base/date.h"
#include "claimgate/base/text.h"
#include "claimgate/record/key.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CG_CAPS_MAX = 8,      /* caps in one policy version */
    CG_MODIFIERS_MAX = 5, /* hcpcs_modifier_1 to _5 */
    CG_UNITS_MAX = 9999,  /* service_unit_quantity */
    CG_LINE_NUMBER_MAX = 9999,
    CG_LINE_KEY_MAX = CG_LINE_NUMBER_MAX + (1 << 30), /* numbers that stand for ids among them */
    CG_ID_MAX_BYTES = 64,                             /* claim_id, member_id, original_claim_id */
    CG_NOT_FIRST = UINT16_MAX,                        /* more_lines */
    CG_LINE_NUMBER_NONE = 0,                          /* the file has no line-number column */
};

enum cg_frequency {
    CG_ORIGINAL = 1,
    CG_REPLACEMENT = 7,
    CG_VOID = 8
}; /* NUBC claim frequency code */

/* What a person should look at in what a line took back. */
/* What a field holds that it may not, and that a layout can give a meaning. */
enum cg_odd_value {
    CG_NO_ODD_VALUE,
    CG_OTHER_FREQUENCY, /* another frequency code than 1, 7 and 8 */
    CG_NEGATIVE_UNITS,
};

enum cg_odd_take_back {
    CG_TOOK_OTHER_UNITS = 1, /* a reversal: lines with another number of units than it names */
    CG_TOOK_BACK_BEFORE,     /* a void: nothing, for it took its claim back before, of which lines
                              * stand again */
    CG_TOOK_THOUGH_REJECTED, /* a replacement: what stood before goes, and it does not come */
    CG_COMES_AGAIN_VOIDED,   /* an original: accepted as it was when a void took it back */
    CG_ODD_TAKE_BACK_LAST = CG_COMES_AGAIN_VOIDED,
};

enum cg_decision {
    CG_UNDECIDED, /* passed groups 1 and 2; the decide station comes next */
    CG_ACCEPTED,
    CG_REJECTED,
    CG_CUTBACK, /* accepted_units accepted, the rest of units rejected under cap_no */
};

/* What reading a record can put into `reasons`: the bit of CG_REASON_MALFORMED_RECORD, the first
 * reason. Reasons belong to the gate, which stands above the readers of records. */
#define CG_MALFORMED_REASONS UINT64_C(1)

struct cg_policy_version;

struct cg_line {
    uint32_t record_no; /* index into the batch's records */
    uint32_t values_no; /* of X12: index into what its batch keeps of each line (x12.h) */
    int32_t cap_day; /* with CG_REASON_CAP: a day by which cg_cap_period gives the failing period */

    /* What is asked of all lines of a batch in turn stands in one place, not to fetch more of each
     * line. */
    uint8_t decision; /* enum cg_decision: of the verdict */
    bool told;        /* one of the marks that notices tell is set: odd_id, odd_value, names_other,
                       * near_member, odd_take_back; it may be left where one is taken off again */

    /* Fields. */
    struct cg_key claim_id;              /* cg_key_len 0: cannot be used */
    struct cg_key member_id;             /* the same */
    struct cg_text original_claim_id;    /* len 0: blank; once decided the claim that was found */
    struct cg_text named_claim_id;       /* what stood there for it; len 0: the same */
    struct cg_text authorization_number; /* len 0: blank */
    int32_t start_day;                   /* CG_DAY_NONE when invalid */
    int32_t end_day;                     /* the start day unless the line is a span */
    int32_t received_day;                /* CG_DAY_NONE: unknown */
    int32_t birth_day;                   /* CG_DAY_NONE: unknown */
    uint64_t rendering_npi;              /* 0: missing or invalid */
    uint64_t billing_npi;                /* 0: blank */
    uint64_t modifiers;                  /* field.h: cg_modifiers_pack; 0: none */
    uint16_t units;                      /* submitted, 1 to 9999; 0: invalid */
    uint32_t line_number;                /* 1 to 9999 or CG_LINE_NUMBER_NONE; of a line with an
                                          * id the number that stands for it (line_ids.h) */
    struct cg_text line_id;              /* len 0: the layout numbers its lines */
    uint8_t frequency;                   /* enum cg_frequency; 0: invalid, or out of scope */
    uint8_t procedure_no;                /* policy.h: index into the policy's procedures */
    uint8_t malformed;                   /* enum cg_malformed (batch.h) */
    bool reverses; /* a void by its negative units: of what stands under its own claim id and line
                    * number, which is its original_claim_id */
    uint16_t reversed_units; /* of such a void, as its quantity names them without the sign */
    uint8_t odd_take_back;   /* enum cg_odd_take_back; 0: none */
    bool odd_id;             /* an id has what a spreadsheet puts around one (field.h) */
    uint8_t odd_value;       /* enum cg_odd_value */
    bool names_other;  /* an original by its frequency that names another claim as its original */
    bool near_member;  /* the first line of a member whose id differs from another's by letter case,
                        * noughts before it, blanks and hyphens alone; set by the history */
    bool out_of_scope; /* a line of a claim that has others in scope: no edit is for it, and nothing
                        * remembers it, but it is accepted or rejected with them */
    bool is_past;      /* its record says that it was accepted before: it is not tested again */
    bool fed_back;     /* out of a rejected file: it may be the rest of a line that was cut back */
    bool is_claim;     /* the one line of a record that is a claim: rejected, it leaves no trace */
    uint16_t more_lines; /* of a record of several: on its first line how many follow, which are
                          * decided with it as one claim; on those CG_NOT_FIRST */
    uint32_t quantity_offset; /* the raw quantity field within the record, */
    uint32_t quantity_len;    /* blanks and quotes included; 0 without cutback */
    uint32_t crosswalk_id; /* member_id is a person's by now: which id of members.csv was met, from
                            * 1; 0: none */

    /* Version in force on the start date; for a void, where there is none, the newest.
     * NULL when none is. */
    const struct cg_policy_version *version;

    /* Verdict. */
    uint64_t reasons;          /* bit set of enum cg_reason; lowest bit is the first reason */
    uint64_t warnings;         /* bit set of enum cg_reason: demands tested, not met, let pass */
    uint8_t cap_no;            /* with CG_REASON_CAP: index into version's caps */
    bool exempt;               /* caps neither tested nor counted this line */
    uint16_t accepted_units;   /* equal to units unless rejected or a void (0), or cut back */
    uint32_t taken_back_lines; /* accepted lines this void or replacement took back */
    uint32_t taken_back_units; /* counted and exempt units of those lines */
    uint32_t units_used;       /* accepted before in the failing period */
    uint32_t units_available;  /* left in it, never below 0 */

    /* For the ledger: the member's number, and the sentence of the rejected row, in the batch's own
     * memory; len 0: none. */
    int64_t member_no;
    struct cg_text detail;

    /* For each cap of `version`, units already used in the period that holds the start date,
     * UINT32_MAX where the cap was not tested. For `check`, `explain` and the ledger. */
    uint32_t cap_used[CG_CAPS_MAX];
};

#endif
