#include "x12_claims.h"

#include "rows.h"

#include <stdio.h>
#include <string.h>

enum {
    LETTER_AND_NUMBER_BYTES = 1 + CG_MOCK_X12_NUMBER_BYTES,
    NPI_TEXT_BYTES = CG_NPI_BYTES + 1,
    NEVER_A_LEVEL = 90000
};

static const char *const LAST_NAMES[] = {"ASHBY",  "BROOK",   "CORDELL", "DUNMORE",
                                         "ELLERY", "FENWICK", "GARLAND", "HOLLIS"};
static const char *const FIRST_NAMES[] = {"ALEX",  "BLAIR",  "CASEY", "DREW",
                                          "ELLIS", "FINLEY", "GRAY",  "HARPER"};

static const char *last_name(uint32_t person) {
    return LAST_NAMES[person / 8 % 8];
}

static const char *first_name(uint32_t person) {
    return FIRST_NAMES[person % 8];
}

/* What stands in a field: the spoilt text, or the right one. */
static const char *text_of(const struct cg_mock_line *line, int field, const char *right) {
    const char *spoilt = cg_spoilt_text(line, field);
    return spoilt != NULL ? spoilt : right;
}

const char *cg_mock_x12_dependent(const struct cg_mock_line *line,
                                  char out[CG_MOCK_X12_PERSON_BYTES]) {
    char day[CG_MOCK_X12_DAY_BYTES];
    snprintf(out, CG_MOCK_X12_PERSON_BYTES, "/%s/%s",
             text_of(line, CG_FIELD_BIRTH_DATE, cg_mock_x12_day(day, line->birth_day)),
             first_name(line->member_id + 1));
    return out;
}

static void put_letter_and_number(char letter, uint64_t number, int width,
                                  char out[LETTER_AND_NUMBER_BYTES]) {
    out[0] = letter;
    cg_mock_x12_number(out + 1, number, width);
}

static const char *claim_id(char out[LETTER_AND_NUMBER_BYTES], uint64_t claim_no) {
    put_letter_and_number('C', claim_no, 9, out);
    return out;
}

static const char *npi_text(char out[NPI_TEXT_BYTES], const char npi[CG_NPI_BYTES]) {
    memcpy(out, npi, CG_NPI_BYTES);
    out[CG_NPI_BYTES] = '\0';
    return out;
}

/* An NPI that misleads whoever reads it: of a provider that is on no roster. */
static const char *stranger(const struct cg_mock_x12_transaction *transaction, uint64_t pick,
                            char out[NPI_TEXT_BYTES]) {
    cg_population_stranger(transaction->population, pick, out);
    out[CG_NPI_BYTES] = '\0';
    return out;
}

/* --- levels --- */

static const char *next_level(struct cg_mock_x12_transaction *transaction,
                              char out[CG_MOCK_X12_NUMBER_BYTES]) {
    return cg_mock_x12_number(out, ++transaction->levels, 1);
}

static void put_billing(struct cg_mock_x12_transaction *transaction,
                        const struct cg_mock_line *line) {
    char level[CG_MOCK_X12_NUMBER_BYTES], npi[NPI_TEXT_BYTES];
    struct cg_mock_x12_pen *pen = transaction->pen;
    npi_text(npi, line->billing_npi);
    cg_mock_x12_put(pen, "HL*%**20*1~PRV*BI*PXC*251S00000X~", next_level(transaction, level));
    cg_mock_x12_put(pen, "NM1*85*2*PEER SUPPORT %*****XX*%~", npi + 6,
                    text_of(line, CG_FIELD_BILLING_NPI, npi));
    cg_mock_x12_put(pen, "N3*% MAIN ST~N4*JACKSON*MS*392010000~REF*EI*64%~", npi + 7, npi + 3);
    if (npi[9] % 2 == 0) {
        cg_mock_x12_put(pen, "NM1*87*2~N3*PO BOX %~N4*JACKSON*MS*392050000~", npi + 6);
    }
    transaction->billing_level = transaction->levels;
    transaction->billing_npi = line->billing_npi;
    transaction->member_id = 0;
}

static void put_payer(struct cg_mock_x12_pen *pen) {
    cg_mock_x12_put(pen, "NM1*PR*2*STATE MEDICAID*****PI*77032~");
}

static void put_dependent(struct cg_mock_x12_transaction *transaction,
                          const struct cg_mock_line *line) {
    char level[CG_MOCK_X12_NUMBER_BYTES], parent[CG_MOCK_X12_NUMBER_BYTES],
        day[CG_MOCK_X12_DAY_BYTES];
    struct cg_mock_x12_pen *pen = transaction->pen;
    cg_mock_x12_number(parent, transaction->subscriber_level, 1);
    cg_mock_x12_put(pen, "HL*%*%*23*0~PAT*19~", next_level(transaction, level), parent);
    cg_mock_x12_put(pen, "NM1*QC*1*%*%~N3*12 OAK AVE~N4*JACKSON*MS*39201~DMG*D8*%*U~",
                    last_name(line->member_id), first_name(line->member_id + 1),
                    text_of(line, CG_FIELD_BIRTH_DATE, cg_mock_x12_day(day, line->birth_day)));
}

static void put_subscriber(struct cg_mock_x12_transaction *transaction,
                           const struct cg_mock_x12_claim *claim) {
    char level[CG_MOCK_X12_NUMBER_BYTES], parent[CG_MOCK_X12_NUMBER_BYTES],
        day[CG_MOCK_X12_DAY_BYTES];
    char member[LETTER_AND_NUMBER_BYTES];
    const struct cg_mock_line *line = &claim->lines[0];
    const bool is_lost = line->anomaly == CG_ANOMALY_UNCLOSED_QUOTE;
    struct cg_mock_x12_pen *pen = transaction->pen;
    put_letter_and_number('M', line->member_id, 8, member);
    cg_mock_x12_number(parent, is_lost ? NEVER_A_LEVEL : transaction->billing_level, 1);
    cg_mock_x12_put(pen, "HL*%*%*22*%~SBR*P*%*******MC~", next_level(transaction, level), parent,
                    claim->is_of_dependent ? "1" : "0", claim->is_of_dependent ? "" : "18");
    cg_mock_x12_put(pen, "NM1*IL*1*%*%****MI*%~N3*12 OAK AVE~N4*JACKSON*MS*39201~",
                    last_name(line->member_id), first_name(line->member_id),
                    text_of(line, CG_FIELD_MEMBER_ID, member));
    transaction->subscriber_level = transaction->levels;
    transaction->member_id = line->member_id;
    if (claim->is_of_dependent) {
        cg_mock_x12_put(pen, "DMG*D8*19700101*U~");
        put_payer(pen);
        put_dependent(transaction, line);
        return;
    }
    cg_mock_x12_put(pen, "DMG*D8*%*U~",
                    text_of(line, CG_FIELD_BIRTH_DATE, cg_mock_x12_day(day, line->birth_day)));
    put_payer(pen);
}

/* Loops that are spoilt are the claim's own: no other claim may stand below them. */
static bool has_spoilt_loops(const struct cg_mock_line *line) {
    return line->anomaly == CG_ANOMALY_BILLING_NPI_INVALID ||
           line->anomaly == CG_ANOMALY_MEMBER_ID_INVALID ||
           line->anomaly == CG_ANOMALY_BIRTH_DATE_INVALID ||
           line->anomaly == CG_ANOMALY_UNCLOSED_QUOTE;
}

static void put_levels(struct cg_mock_x12_transaction *transaction,
                       const struct cg_mock_x12_claim *claim) {
    const struct cg_mock_line *line = &claim->lines[0];
    const bool is_spoilt = has_spoilt_loops(line);
    if (is_spoilt || transaction->billing_npi != line->billing_npi) {
        put_billing(transaction, line);
    }
    if (is_spoilt || transaction->member_id != line->member_id) {
        put_subscriber(transaction, claim);
    }
    if (is_spoilt) {
        transaction->billing_npi = NULL;
    }
}

/* --- the claim --- */

/* Where the rendering provider stands: with the claim, with each line under a claim that names
 * another one, or with the lines alone. */
enum rendering { WITH_CLAIM, WITH_LINES_OVER_ANOTHER, WITH_LINES, NOWHERE };

static enum rendering rendering_of(const struct cg_mock_x12_claim *claim) {
    const uint32_t pick = claim->lines[0].variant >> 8 & 15;
    return claim->names_no_rendering ? NOWHERE
           : pick == 0               ? WITH_LINES_OVER_ANOTHER
           : pick == 1               ? WITH_LINES
                                     : WITH_CLAIM;
}

static void put_rendering(struct cg_mock_x12_pen *pen, const char *npi) {
    cg_mock_x12_put(pen, "NM1*82*1*GREEN*JO****XX*%~PRV*PE*PXC*175T00000X~", npi);
}

static const char *frequency_text(const struct cg_mock_line *line, char out[2]) {
    out[0] =
        line->anomaly == CG_ANOMALY_ORIGINAL_CLAIM_UNKNOWN ? '7' : (char)('0' + line->frequency);
    out[1] = '\0';
    return text_of(line, CG_FIELD_CLAIM_FREQUENCY_CODE, out);
}

static void put_original(struct cg_mock_x12_pen *pen, const struct cg_mock_line *line) {
    char id[LETTER_AND_NUMBER_BYTES];
    if (line->original_no != CG_ORIGINAL_NONE) {
        cg_mock_x12_put(pen, "REF*F8*%~", claim_id(id, line->original_no));
    } else if (line->anomaly == CG_ANOMALY_ORIGINAL_CLAIM_UNKNOWN && line->variant % 2 != 0) {
        cg_mock_x12_put(pen, "REF*F8*NEVER-SENT~");
    }
}

static void put_authorization(struct cg_mock_x12_pen *pen, const struct cg_mock_line *line) {
    char number[CG_MOCK_X12_NUMBER_BYTES];
    cg_mock_x12_put(pen, "REF*G1*A%~", cg_mock_x12_number(number, line->authorization_no, 8));
}

static bool authorizes_claim(const struct cg_mock_line *line) {
    return line->authorization_no != 0 && (line->variant >> 4 & 1) == 0;
}

static bool has_other_insurance(const struct cg_mock_line *line) {
    return (line->variant >> 12 & 7) == 0;
}

/* Some claims say more than anybody here asks. */
static bool is_talkative(const struct cg_mock_line *line) {
    return (line->variant >> 23 & 7) == 0;
}

/* What other payers were told and said: nothing of it is meant for us. */
static void put_other_insurance(const struct cg_mock_x12_transaction *transaction,
                                const struct cg_mock_line *line) {
    char member[CG_MOCK_X12_NUMBER_BYTES], id[LETTER_AND_NUMBER_BYTES], npi[NPI_TEXT_BYTES];
    struct cg_mock_x12_pen *pen = transaction->pen;
    cg_mock_x12_put(pen, "SBR*S*18*******CI~AMT*D*4.5~OI***Y***Y~");
    cg_mock_x12_put(pen, "NM1*IL*1*%*%****MI*M%~", last_name(line->member_id),
                    first_name(line->member_id),
                    cg_mock_x12_number(member, line->member_id ^ 1, 8));
    cg_mock_x12_put(pen, "NM1*PR*2*OTHER MUTUAL*****PI*88044~REF*G1*A00000001~REF*F8*%~",
                    claim_id(id, line->claim_no > 1 ? line->claim_no - 1 : 1));
    if (transaction->keeps_guide) {
        cg_mock_x12_put(pen, "NM1*82*1~REF*G2*PS%~", member + 3);
        return;
    }
    cg_mock_x12_put(pen, "NM1*82*1*BLUE*KIM****XX*%~REF*G2*PS%~",
                    stranger(transaction, line->variant, npi), member + 3);
}

static void put_head(const struct cg_mock_x12_transaction *transaction,
                     const struct cg_mock_x12_claim *claim) {
    char id[LETTER_AND_NUMBER_BYTES], total[CG_MOCK_X12_NUMBER_BYTES], frequency[2],
        npi[NPI_TEXT_BYTES];
    const struct cg_mock_line *line = &claim->lines[0];
    struct cg_mock_x12_pen *pen = transaction->pen;
    const enum rendering rendering = rendering_of(claim);
    uint64_t cents = 0;
    for (uint32_t i = 0; i < claim->count; i++) {
        cents += claim->lines[i].charge_cents;
    }
    cg_mock_x12_put(pen, "CLM*%*%***%:B:%*Y*A*Y*Y~",
                    text_of(line, CG_FIELD_CLAIM_ID, claim_id(id, line->claim_no)),
                    cg_mock_x12_cents(total, cents), line->place_of_service,
                    frequency_text(line, frequency));
    if (is_talkative(line)) {
        cg_mock_x12_put(pen, "DTP*431*D8*20190101~");
    }
    if (authorizes_claim(line)) {
        put_authorization(pen, line);
    }
    put_original(pen, line);
    if (is_talkative(line)) {
        cg_mock_x12_put(pen, "REF*EA*%~NTE*ADD*SV1 AND LX 1 IN A NOTE~",
                        npi_text(npi, line->rendering_npi));
    }
    cg_mock_x12_put(pen, is_talkative(line) ? "HI*ABK:%*ABF:F1010*ABF:Z590~" : "HI*ABK:%~",
                    line->diagnosis);
    if (rendering == WITH_CLAIM) {
        put_rendering(pen,
                      text_of(line, CG_FIELD_RENDERING_NPI, npi_text(npi, line->rendering_npi)));
    } else if (rendering == WITH_LINES_OVER_ANOTHER) {
        put_rendering(pen, stranger(transaction, line->variant, npi));
    }
    if (is_talkative(line)) {
        cg_mock_x12_put(pen, "NM1*77*2*DAY ROOM*****XX*%~N3*7 ELM ST~N4*JACKSON*MS*392010000~",
                        stranger(transaction, line->variant + 1, npi));
        cg_mock_x12_put(pen, "NM1*DQ*1*WHITE*LEE****XX*%~",
                        stranger(transaction, line->variant + 2, npi));
    }
    if (has_other_insurance(line)) {
        put_other_insurance(transaction, line);
    }
}

/* --- its lines --- */

static void put_service(struct cg_mock_x12_pen *pen, const struct cg_mock_line *line) {
    char charge[CG_MOCK_X12_NUMBER_BYTES], number[CG_MOCK_X12_NUMBER_BYTES];
    const char *first = text_of(line, CG_FIELD_HCPCS_MODIFIER_1, line->modifiers[0]);
    const char *second = line->modifiers[1];
    const char *units =
        text_of(line, CG_FIELD_SERVICE_UNIT_QUANTITY, cg_mock_x12_number(number, line->units, 1));
    const bool is_in_minutes = *units == '-';
    const bool names_place = line->variant >> 16 & 1;
    const bool tells_times = (line->variant >> 17 & 7) == 0; /* as visits that were verified do */
    cg_mock_x12_put(pen, "SV1*HC:%", text_of(line, CG_FIELD_HCPCS_CODE, line->procedure));
    if (*first != '\0') {
        cg_mock_x12_put(pen, ":%", first);
    }
    if (*second != '\0') {
        cg_mock_x12_put(pen, ":%", second);
    }
    if (tells_times) {
        cg_mock_x12_put(pen, *first == '\0' ? ":" : "");
        cg_mock_x12_put(pen, *second == '\0' ? ":" : "");
        cg_mock_x12_put(pen, ":::0930-1030");
    }
    cg_mock_x12_put(pen, "*%*%*%*%**1~", cg_mock_x12_cents(charge, line->charge_cents),
                    is_in_minutes ? "MJ" : "UN", is_in_minutes ? "60" : units,
                    names_place ? line->place_of_service : "");
}

static void put_dates(struct cg_mock_x12_pen *pen, const struct cg_mock_line *line) {
    static const char *const ENDS[] = {"19991231", "20230230", "unknown", "0"};
    char start[CG_MOCK_X12_DAY_BYTES], end[CG_MOCK_X12_DAY_BYTES];
    cg_mock_x12_day(start, line->start_day);
    if (line->anomaly == CG_ANOMALY_SERVICE_END_DATE_INVALID) {
        cg_mock_x12_put(pen, "DTP*472*RD8*%-%~", start, ENDS[line->variant % 4]);
    } else if (line->end_day != line->start_day) {
        cg_mock_x12_put(pen, "DTP*472*RD8*%-%~", start, cg_mock_x12_day(end, line->end_day));
    } else {
        cg_mock_x12_put(pen, "DTP*472*D8*%~", text_of(line, CG_FIELD_CLAIM_LINE_START_DATE, start));
    }
}

/* What another payer made of the line, and when. */
static void put_adjudication(struct cg_mock_x12_pen *pen, const struct cg_mock_line *line) {
    char day[CG_MOCK_X12_DAY_BYTES];
    cg_mock_x12_put(pen, "SVD*88044*4.5*HC:99213:25**9~CAS*CO*45*1.5~DTP*573*D8*%~",
                    cg_mock_x12_day(day, line->end_day));
}

static void put_line(const struct cg_mock_x12_transaction *transaction,
                     const struct cg_mock_x12_claim *claim, const struct cg_mock_line *line) {
    char number[CG_MOCK_X12_NUMBER_BYTES], control[CG_MOCK_X12_NUMBER_BYTES], npi[NPI_TEXT_BYTES];
    struct cg_mock_x12_pen *pen = transaction->pen;
    const enum rendering rendering = rendering_of(claim);
    cg_mock_x12_number(number, line->line_no, 1);
    cg_mock_x12_put(pen, "LX*%~", text_of(line, CG_FIELD_CLAIM_LINE_NUMBER, number));
    put_service(pen, line);
    if (line->anomaly == CG_ANOMALY_TOO_MANY_FIELDS) {
        put_service(pen, line);
    }
    put_dates(pen, line);
    if (line->anomaly == CG_ANOMALY_BROKEN_QUOTING) {
        put_dates(pen, line);
    }
    if (line->authorization_no != 0 && !authorizes_claim(line)) {
        put_authorization(pen, line);
    }
    cg_mock_x12_put(pen, "REF*6R*%L%~", cg_mock_x12_number(control, line->claim_no, 1), number);
    if (rendering == WITH_LINES || rendering == WITH_LINES_OVER_ANOTHER) {
        put_rendering(pen,
                      text_of(line, CG_FIELD_RENDERING_NPI, npi_text(npi, line->rendering_npi)));
        if (has_other_insurance(&claim->lines[0])) {
            put_adjudication(pen, line);
        }
    }
}

void cg_mock_x12_put_claim(struct cg_mock_x12_transaction *transaction,
                           const struct cg_mock_x12_claim *claim) {
    put_levels(transaction, claim);
    put_head(transaction, claim);
    if (claim->lines[0].anomaly == CG_ANOMALY_TOO_FEW_FIELDS) {
        return;
    }
    for (uint32_t i = 0; i < claim->count; i++) {
        put_line(transaction, claim, &claim->lines[i]);
    }
}
