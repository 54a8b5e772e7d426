/*
 * Options for X12 files, the same in every command that reads them.
 */
#ifndef CLAIMGATE_CLI_X12_OPTIONS_H
#define CLAIMGATE_CLI_X12_OPTIONS_H

#include "options.h"

#include "claimgate/x12/x12.h"

/* A part of the command's own struct. */
struct cg_x12_arguments {
    bool lenient_envelope;
    bool lines;
    const char *dependents;
    const char *received;
    const char *same_number;
    bool ack;
    const char *payer_id;
    const char *reasons;
};

#define CG_TAKES_X12(member)                                                                       \
    CG_TAKES_FLAG("lenient-envelope", member.lenient_envelope,                                     \
                  "X12: wrong counts are counted, not refused"),                                   \
        CG_TAKES_TEXT("dependents", "joined", member.dependents,                                   \
                      "X12: a dependent is a member of its own"),                                  \
        CG_TAKES_TEXT("received", "unknown", member.received, "X12: GS04 is no received date"),    \
        CG_TAKES_TEXT("same-control-number", "off", member.same_number,                            \
                      "X12: a void finds no claim by its own CLM01")

#define CG_TAKES_ACK(member)                                                                       \
    CG_TAKES_FLAG("ack", member.ack, "X12: acknowledge each claim in a 277CA"),                    \
        CG_TAKES_TEXT("payer-id", "XV:ID", member.payer_id,                                        \
                      "the payer that it names (the receiver)"),                                   \
        CG_TAKES_PATH("reasons", "FILE", member.reasons, "a payer's own codes for it")

struct cg_ack_codes;

/* The codes of an acknowledgment; NULL where none is wanted. CG_USAGE, CG_BAD_CONFIG. */
cg_must_use enum cg_status cg_x12_load_codes(const struct cg_x12_arguments *arguments,
                                             struct cg_ack_codes **out, struct cg_error *err);

/* CG_USAGE for a word that an option does not take. */
cg_must_use enum cg_status cg_x12_options_of(const struct cg_x12_arguments *arguments,
                                             struct cg_x12_options *out, struct cg_error *err);

#endif
