#include "ack_private.h"

#include "claimgate/base/date.h"

#include <stdio.h>
#include <string.h>

static struct cg_text of(const struct cg_x12_elements *elements, uint32_t element_no) {
    return cg_x12_element(elements, element_no);
}

/* ISA has elements of fixed length. */
static void put_padded(struct cg_ack_text *text, struct cg_text value, uint32_t len) {
    char padded[16];
    memset(padded, ' ', sizeof padded);
    if (value.len > 0) {
        memcpy(padded, value.ptr, value.len < len ? value.len : len);
    }
    cg_ack_put(text, (struct cg_text){padded, len});
}

void cg_ack_put_isa(struct cg_ack277 *ack) {
    const struct cg_x12_elements *isa = &ack->question.isa;
    struct cg_ack_text *text = &ack->head;
    const struct cg_civil day = cg_date_to_civil(ack->plan.as_of_day);
    char date[16];
    snprintf(date, sizeof date, "%02d%02d%02d", day.year % 100, day.month, day.day);
    cg_ack_begin(text, "ISA");
    put_padded(text, of(isa, 1), 2);
    put_padded(text, of(isa, 2), 10);
    put_padded(text, of(isa, 3), 2);
    put_padded(text, of(isa, 4), 10);
    put_padded(text, of(isa, 7), 2);
    put_padded(text, of(isa, 8), 15);
    put_padded(text, of(isa, 5), 2);
    put_padded(text, of(isa, 6), 15);
    cg_ack_put_word(text, date);
    cg_ack_put_word(text, "0000");
    cg_ack_put_word(text, "^");
    cg_ack_put_word(text, "00501");
    put_padded(text, of(isa, 13), 9);
    cg_ack_put_word(text, "0");
    put_padded(text, of(isa, 15), 1);
    cg_ack_put_word(text, ":");
    cg_ack_end(text);
    ack->is_open[CG_ACK_INTERCHANGE] = true;
    ack->groups = 0;
}

void cg_ack_put_gs(struct cg_ack277 *ack) {
    const struct cg_x12_elements *gs = &ack->question.gs;
    struct cg_ack_text *text = &ack->head;
    cg_ack_begin(text, "GS");
    cg_ack_put_word(text, "HN");
    cg_ack_put(text, of(gs, 3));
    cg_ack_put(text, of(gs, 2));
    cg_ack_put_day(text, ack->plan.as_of_day);
    cg_ack_put_word(text, "0000");
    cg_ack_put(text, of(gs, 6));
    cg_ack_put_word(text, "X");
    cg_ack_put_word(text, "005010X214");
    cg_ack_end(text);
    ack->is_open[CG_ACK_GROUP] = true;
    ack->transactions = 0;
}

/* --- what stands before the claims --- */

static void put_trace(struct cg_ack277 *ack, struct cg_ack_text *text) {
    char trace[128];
    const struct cg_text isa = of(&ack->question.isa, 13);
    const struct cg_text gs = of(&ack->question.gs, 6);
    const struct cg_text st = of(&ack->question.st, 2);
    snprintf(trace, sizeof trace, "%.*s-%.*s-%.*s", (int)isa.len, isa.ptr, (int)gs.len, gs.ptr,
             (int)st.len, st.ptr);
    cg_ack_put(text, cg_text_of(trace));
}

/* When the group was sent, else its transaction; where neither says so, when it is answered. */
static int32_t received_day(const struct cg_ack277 *ack) {
    const struct cg_text told[] = {of(&ack->question.gs, 4), of(&ack->question.bht, 4)};
    int32_t day_no = CG_DAY_NONE;
    for (size_t i = 0; i < sizeof told / sizeof told[0] && day_no == CG_DAY_NONE; i++) {
        day_no = cg_date_parse(told[i].ptr, told[i].len, CG_DATE_COMPACT);
    }
    return day_no != CG_DAY_NONE ? day_no : ack->plan.as_of_day;
}

static void put_payer(struct cg_ack277 *ack, struct cg_ack_text *text) {
    const char *own = ack->plan.payer_id;
    const struct cg_x12_elements *receiver = &ack->question.receiver;
    cg_ack_begin(text, "HL");
    cg_ack_put_word(text, "1");
    cg_ack_skip(text, 1);
    cg_ack_put_word(text, "20");
    cg_ack_put_word(text, "1");
    cg_ack_end(text);
    cg_ack_begin(text, "NM1");
    cg_ack_put_word(text, "PR");
    cg_ack_put_word(text, "2");
    cg_ack_put(text, of(receiver, 3));
    cg_ack_skip(text, 4);
    cg_ack_put(text, own != NULL ? (struct cg_text){own, 2} : cg_text_of("46"));
    cg_ack_put(text, own != NULL ? cg_text_of(own + 3) : of(receiver, 9));
    cg_ack_end(text);
    cg_ack_begin(text, "TRN");
    cg_ack_put_word(text, "1");
    put_trace(ack, text);
    cg_ack_end(text);
    cg_ack_begin(text, "DTP");
    cg_ack_put_word(text, "050");
    cg_ack_put_word(text, "D8");
    cg_ack_put_day(text, received_day(ack));
    cg_ack_end(text);
    cg_ack_begin(text, "DTP");
    cg_ack_put_word(text, "009");
    cg_ack_put_word(text, "D8");
    cg_ack_put_day(text, ack->plan.as_of_day);
    cg_ack_end(text);
}

static void put_count(struct cg_ack_text *text, const char *name, const char *qualifier,
                      uint64_t count) {
    if (count > 0) {
        cg_ack_begin(text, name);
        cg_ack_put_word(text, qualifier);
        cg_ack_put_number(text, count);
        cg_ack_end(text);
    }
}

static void put_charges(struct cg_ack_text *text, const char *qualifier, int64_t charges) {
    if (charges != 0) {
        cg_ack_begin(text, "AMT");
        cg_ack_put_word(text, qualifier);
        cg_ack_put_amount(text, charges);
        cg_ack_end(text);
    }
}

static void put_submitter(struct cg_ack277 *ack, struct cg_ack_text *text) {
    const struct cg_x12_elements *submitter = &ack->question.submitter;
    cg_ack_begin(text, "HL");
    cg_ack_put_word(text, "2");
    cg_ack_put_word(text, "1");
    cg_ack_put_word(text, "21");
    cg_ack_put_word(text, ack->hl_no > 2 ? "1" : "0");
    cg_ack_end(text);
    cg_ack_begin(text, "NM1");
    for (uint32_t i = 1; i < 10; i++) {
        cg_ack_put(text, of(submitter, i));
    }
    cg_ack_end(text);
    cg_ack_begin(text, "TRN");
    cg_ack_put_word(text, "2");
    cg_ack_put(text, of(&ack->question.bht, 3));
    cg_ack_end(text);
    cg_ack_begin(text, "STC");
    cg_ack_put_word(text, "A1:19:PR");
    cg_ack_put_day(text, ack->plan.as_of_day);
    cg_ack_put_word(text, "WQ");
    cg_ack_put_amount(text, ack->accepted.charges + ack->rejected.charges);
    cg_ack_end(text);
    put_count(text, "QTY", "90", ack->accepted.claims);
    put_count(text, "QTY", "AA", ack->rejected.claims);
    put_charges(text, "YU", ack->accepted.charges);
    put_charges(text, "YY", ack->rejected.charges);
}

void cg_ack_put_head(struct cg_ack277 *ack) {
    struct cg_ack_text *text = &ack->head;
    cg_ack_begin(text, "ST");
    cg_ack_put_word(text, "277");
    cg_ack_put(text, of(&ack->question.st, 2));
    cg_ack_put_word(text, "005010X214");
    cg_ack_end(text);
    cg_ack_begin(text, "BHT");
    cg_ack_put_word(text, "0085");
    cg_ack_put_word(text, "08");
    put_trace(ack, text);
    cg_ack_put_day(text, ack->plan.as_of_day);
    cg_ack_put_word(text, "0000");
    cg_ack_put_word(text, "TH");
    cg_ack_end(text);
    put_payer(ack, text);
    put_submitter(ack, text);
}
