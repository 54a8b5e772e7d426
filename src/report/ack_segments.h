/*
 * Segments of a 277CA, as text: element by element, with the separators * : ^ ~ and a line end.
 *
 * Values come from a file with other separators, so that those of this one are blanks in them.
 */
#ifndef CLAIMGATE_REPORT_ACK_SEGMENTS_H
#define CLAIMGATE_REPORT_ACK_SEGMENTS_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/text.h"

#include <stdint.h>

struct cg_ack_text {
    struct cg_buffer bytes;
    size_t end; /* behind the last element that is not empty */
    uint64_t segments;
    bool failed; /* no memory */
};

void cg_ack_begin(struct cg_ack_text *text, const char *name);
void cg_ack_put(struct cg_ack_text *text, struct cg_text value);
void cg_ack_put_word(struct cg_ack_text *text,
                     const char *word); /* codes of our own, with colons */
void cg_ack_put_number(struct cg_ack_text *text, uint64_t number);
void cg_ack_put_day(struct cg_ack_text *text, int32_t day_no); /* CCYYMMDD */
/* Ten-thousandths, without zeros behind the last digit that counts. */
void cg_ack_put_amount(struct cg_ack_text *text, int64_t amount);
void cg_ack_skip(struct cg_ack_text *text, uint32_t elements);
void cg_ack_end(struct cg_ack_text *text); /* empty elements at the end are left out */

#endif
