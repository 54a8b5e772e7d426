#include "support/x12_split.h"
#include "support/x12_text.h"

#include <criterion/criterion.h>

enum { TEXT_MAX_BYTES = 4 << 20, EVERY_CLAIM = 0xff };

static struct cg_buffer text;
static struct cg_buffer sides[CG_X12_SIDES];
static struct cg_buffer out;

static void set_up(void) {
    cg_buffer_init(&text, TEXT_MAX_BYTES);
    cg_buffer_init(&out, TEXT_MAX_BYTES);
    for (int i = 0; i < CG_X12_SIDES; i++) {
        cg_buffer_init(&sides[i], TEXT_MAX_BYTES);
    }
}

static void tear_down(void) {
    cg_buffer_fini(&text);
    cg_buffer_fini(&out);
    for (int i = 0; i < CG_X12_SIDES; i++) {
        cg_buffer_fini(&sides[i]);
    }
}

TestSuite(x12_side, .init = set_up, .fini = tear_down);

static void split(uint32_t rejected, size_t payload) {
    cr_assert(x12_split(&text, (struct x12_splitting){rejected, payload, false}, sides));
}

/* Three claims of two members below one provider, one of a third member below another; and a
 * second interchange. */
static void put_claims(void) {
    cg_buffer_clear(&text);
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-0"), X12_CLAIM("C-1"), "HL*3*1*22*1",
            "NM1*IL*1*ROE*RAY****MI*M-2", "HL*4*3*23*0", "NM1*QC*1*ROE*ANN", X12_CLAIM("C-2"),
            "HL*5**20*1", "NM1*85*2*OTHER*****XX*1000000012", "HL*6*5*22*0",
            "NM1*IL*1*LEE*KIM****MI*M-3", X12_CLAIM("C-3"));
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-4"));
}

static bool holds(const struct cg_buffer *side, const char *wanted) {
    return side->len_bytes > 0 &&
           memmem(side->data, side->len_bytes, wanted, strlen(wanted)) != NULL;
}

/* The reader takes nothing with a wrong count, number or parent. */
static void expect_side(const struct cg_buffer *side, uint32_t claims) {
    if (claims == 0) {
        cr_expect_eq(side->len_bytes, 0);
        return;
    }
    x12_transcribe(&out, side, (struct x12_reading){0});
    for (char digit = '0'; digit < '5'; digit++) {
        const char wanted[] = {' ', 'f', 'a', 'u', 'l', 't', ' ', '0', ' ',   'c', 'l', 'a',
                               'i', 'm', '_', 'i', 'd', '=', 'C', '-', digit, ' ', '\0'};
        const bool is_there = strstr(out.data, wanted) != NULL;
        cr_expect_eq(is_there, (claims >> (digit - '0') & 1) != 0, "C-%c of %x in\n%s", digit,
                     claims, out.data);
    }
}

Test(x12_side, whatever_is_rejected_both_sides_have_right_counts_and_all_claims) {
    put_claims();
    for (uint32_t rejected = 0; rejected < 32; rejected++) {
        for (size_t payload = 50; payload < 3000; payload = payload * 7 + 1) {
            split(rejected, payload);
            expect_side(&sides[CG_X12_ACCEPTED], ~rejected & 31);
            expect_side(&sides[CG_X12_REJECTED], rejected);
        }
    }
}

Test(x12_side, with_nothing_rejected_the_accepted_file_is_the_input) {
    for (int wrapping = 0; wrapping <= X12_WRAPPINGS; wrapping++) {
        put_claims();
        if (wrapping < X12_WRAPPINGS) {
            struct cg_buffer plain = text;
            cg_buffer_init(&text, TEXT_MAX_BYTES);
            x12_wrap(&text, &plain, (enum x12_wrapping)wrapping);
            cg_buffer_fini(&plain);
        }
        split(0, 300);
        cr_expect_eq(sides[CG_X12_ACCEPTED].len_bytes, text.len_bytes);
        cr_expect_eq(memcmp(sides[CG_X12_ACCEPTED].data, text.data, text.len_bytes), 0);
        cr_expect_eq(sides[CG_X12_REJECTED].len_bytes, 0);
        split(EVERY_CLAIM, 300);
        cr_expect_eq(sides[CG_X12_ACCEPTED].len_bytes, 0);
        cr_expect_eq(memcmp(sides[CG_X12_REJECTED].data, text.data, text.len_bytes), 0);
    }
}

Test(x12_side, loops_are_numbered_anew_behind_one_that_is_left_out) {
    put_claims();
    split(0x3, 4000); /* C-0 and C-1, and so M-1 */
    const struct cg_buffer *accepted = &sides[CG_X12_ACCEPTED];
    cr_expect(!holds(accepted, "M-1~\nDMG*D8*19800102*F~\nCLM*C-0"));
    cr_expect(holds(accepted, "HL*2*1*22*1~\nNM1*IL*1*ROE"));
    cr_expect(holds(accepted, "HL*3*2*23*0~\nNM1*QC"));
    cr_expect(holds(accepted, "HL*4**20*1~\nNM1*85*2*OTHER"));
    cr_expect(holds(accepted, "HL*5*4*22*0~\nNM1*IL*1*LEE"));
    cr_expect(holds(accepted, "SE*25*0021~"));
    cr_expect(holds(&sides[CG_X12_REJECTED], "SE*20*0021~\nGE*1*7~\nIEA*1*000000905~\n"));
}

Test(x12_side, what_has_no_claim_stays_with_the_accepted_ones) {
    X12_PUT(&text, X12_BILLING, "HL*2**20*1", "NM1*85*2*OTHER*****XX*1000000012", "HL*3*2*22*0",
            "NM1*IL*1*LEE*KIM****MI*M-3", X12_CLAIM("C-0"), "HL*4*2*22*0", "NM1*IL*1*ROE*RAY");
    split(0, 4000);
    cr_expect_eq(sides[CG_X12_ACCEPTED].len_bytes, text.len_bytes);
    split(1, 4000);
    cr_expect(holds(&sides[CG_X12_REJECTED], "HL*1**20*1~\nNM1*85*2*OTHER"));
    cr_expect(!holds(&sides[CG_X12_REJECTED], "ROE"));
    cr_expect(holds(&sides[CG_X12_ACCEPTED], "NM1*85*2*AGENCY"));
}
