/*
 * What the sentences on a rejected line are made from. Shared by sentences.c, which fills the
 * verdict, and field_sentences.c, which words the field reasons.
 */
#ifndef CLAIMGATE_GATE_SENTENCES_PRIVATE_H
#define CLAIMGATE_GATE_SENTENCES_PRIVATE_H

#include "claimgate/base/phrase.h"
#include "claimgate/gate/sentences.h"
#include "claimgate/rules/reason.h"

struct cg_detail {
    const struct cg_rules *rules;
    const struct cg_binding *binding;
    const struct cg_batch *batch;
    const struct cg_line *line;
    enum cg_reason reason; /* the first one: the sentence is about it alone */
    struct cg_phrase *say;
};

/* The value of a field as it stands in the file, and its column, -1 where the file has none. It may
 * stand in the CSV reader's buffer. */
struct cg_text cg_detail_find(const struct cg_detail *detail, enum cg_field field, int32_t *column);

/* One sentence each. */
void cg_detail_malformed(const struct cg_detail *detail);

/* Of X12: why a claim cannot be read; and whether a value is blank because the qualifier before it
 * is of another kind, which then is said. */
void cg_say_malformed_claim(const struct cg_detail *detail);
bool cg_say_other_kind(const struct cg_detail *detail);
void cg_detail_id(const struct cg_detail *detail);
void cg_detail_date(const struct cg_detail *detail);
void cg_detail_end_date(const struct cg_detail *detail);
void cg_detail_value(const struct cg_detail *detail);
void cg_detail_modifier(const struct cg_detail *detail);
void cg_detail_procedure(const struct cg_detail *detail);
void cg_detail_frequency(const struct cg_detail *detail);

#endif
