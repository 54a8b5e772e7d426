/*
 * Sentences for what is wrong with claims of X12, in the words of its guide: they name segments and
 * elements, for that is where whoever wrote the file looks.
 */
#include "sentences_private.h"

#include "claimgate/x12/x12.h"

enum { SHOWN_MAX_BYTES = 3 };

void cg_say_malformed_claim(const struct cg_detail *detail) {
    static const char *const faults[] = {
        [CG_CLAIM_ORPHANED] = "An HL segment above the claim is missing, or does not name the loop "
                              "that it stands in, so that nobody can say whose claim it is.",
        [CG_CLAIM_MISPLACED] =
            "The claim stands in no loop of a subscriber or patient (HL03 22 or 23).",
        [CG_CLAIM_WITHOUT_LINES] = "The claim has no service line (LX).",
        [CG_LINE_WITHOUT_SERVICE] = "A service line of the claim (LX) has no SV1.",
        [CG_SERVICE_TWICE] = "A service line of the claim has a second SV1 or a second date of "
                             "service (DTP*472).",
        [CG_SEGMENT_NAME] =
            "The name of a segment of the claim holds a control character, a small letter, a "
            "blank, or too few or too many letters.",
        [CG_SEGMENT_MISPLACED] =
            "A segment stands where it may not: an SV1 before the first LX, an SV2 or SV3, an HI, "
            "SBR, DMG or PAT behind an LX, or an NM1*85, NM1*IL or NM1*QC in a claim or in "
            "another's loop above it; is an HL or a CLM before it missing?",
        [CG_NAMED_TWICE] =
            "Two are named where one is meant: a second NM1*85, NM1*IL or NM1*QC in a loop above "
            "the claim, a second NM1*82 in the claim or in one of its lines, or a second REF*F8 or "
            "REF*G1 that says something else.",
    };
    cg_say(detail->say, "%s", faults[detail->line->malformed]);
}

/* Anything but a few letters and digits may be a value that slipped. */
static void say_qualifier(struct cg_phrase *say, const char *element, struct cg_text qualifier) {
    bool is_shown = qualifier.len <= SHOWN_MAX_BYTES;
    for (uint32_t i = 0; i < qualifier.len; i++) {
        const char small = (char)(qualifier.ptr[i] | 0x20);
        is_shown = is_shown && ((small >= 'a' && small <= 'z') ||
                                (qualifier.ptr[i] >= '0' && qualifier.ptr[i] <= '9'));
    }
    if (qualifier.len == 0) {
        cg_say(say, "%s is blank", element);
    } else if (is_shown) {
        cg_say(say, "%s is \"%.*s\"", element, (int)qualifier.len, qualifier.ptr);
    } else {
        cg_say(say, "%s is unknown", element);
    }
}

bool cg_say_other_kind(const struct cg_detail *detail) {
    const struct cg_x12_line *x12 = cg_x12_line_of(detail->batch, detail->line);
    if (x12 == NULL) {
        return false;
    }
    if (detail->reason == CG_REASON_UNITS_INVALID && !cg_text_is(x12->unit_kind, "UN")) {
        say_qualifier(detail->say, "SV103", x12->unit_kind);
        cg_say(detail->say, "; only where it is UN does SV104 count units.");
        return true;
    }
    if (detail->reason == CG_REASON_SERVICE_DATE_INVALID && x12->date_kind.len > 0 &&
        !cg_text_is(x12->date_kind, "D8") && !cg_text_is(x12->date_kind, "RD8")) {
        say_qualifier(detail->say, "DTP02 of DTP*472", x12->date_kind);
        cg_say(detail->say, "; a date is read only where it is D8 or RD8.");
        return true;
    }
    return false;
}
