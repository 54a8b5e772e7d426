#include "support/x12_text.h"

#include <criterion/criterion.h>

enum { TEXT_MAX_BYTES = 4 << 20 };

static struct cg_buffer text;
static struct cg_buffer out;

static void set_up(void) {
    cg_buffer_init(&text, TEXT_MAX_BYTES);
    cg_buffer_init(&out, TEXT_MAX_BYTES);
}

static void tear_down(void) {
    cg_buffer_fini(&text);
    cg_buffer_fini(&out);
}

TestSuite(x12_walk, .init = set_up, .fini = tear_down);

static void expect_told(struct x12_reading reading, const char *wanted) {
    x12_transcribe(&out, &text, reading);
    cr_expect_not_null(strstr(out.data, wanted), "\"%s\" is not in:\n%s", wanted, out.data);
}

#define EXPECT_TOLD(wanted) expect_told((struct x12_reading){0}, (wanted))

static void expect_not_told(const char *unwanted) {
    x12_transcribe(&out, &text, (struct x12_reading){0});
    cr_expect_null(strstr(out.data, unwanted), "\"%s\" is in:\n%s", unwanted, out.data);
}

Test(x12_walk, every_field_of_a_line_comes_from_its_segment) {
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*30***12:B:7*Y*A*Y*Y", "REF*F8*PAYER-9",
            "REF*G1*AUTH-1", "HI*ABK:F200*ABF:F10", "NM1*82*1*PEER*PAT****XX*1000000012", "LX*3",
            "SV1*HC:H0038:HE:U1:U2:U3:note*12.50*UN*4*99**1", "DTP*472*RD8*20250106-20250107",
            "REF*6R*L3");
    EXPECT_TOLD("17 fault 0 claim_id=C-1 claim_line_number=3 member_id=M-1 "
                "claim_line_start_date=20250106 claim_line_end_date=20250107 "
                "place_of_service_code=99 hcpcs_code=H0038 hcpcs_modifier_1=HE hcpcs_modifier_2=U1 "
                "hcpcs_modifier_3=U2 hcpcs_modifier_4=U3 service_unit_quantity=4 "
                "rendering_npi=1000000012 billing_npi=1000000004 charge_amount=12.50 "
                "diagnosis_code_1=F200 claim_frequency_code=7 original_claim_id=PAYER-9 "
                "received_date=20250120 authorization_number=AUTH-1 birth_date=19800102 st=0021 "
                "6r=L3 charge=30\n");
}

Test(x12_walk, what_a_line_does_not_say_it_has_from_its_claim_and_provider) {
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "REF*G1*LINE-AUTH",
            "REF*G1*OTHER-PAYER**2U:X", "NM1*82*1*PEER*PAT****XX*1000000020", X12_LINE("2"));
    EXPECT_TOLD("rendering_npi=1000000020 billing_npi=1000000004 charge_amount=10 "
                "diagnosis_code_1=F200 claim_frequency_code=1 received_date=20250120 "
                "authorization_number=LINE-AUTH");
    EXPECT_TOLD("claim_line_number=2 member_id=M-1 claim_line_start_date=20250106 "
                "place_of_service_code=11 hcpcs_code=H0038 hcpcs_modifier_1=HE "
                "service_unit_quantity=2 rendering_npi=1000000004");
}

Test(x12_walk, what_other_payers_say_is_not_ours) {
    X12_PUT(&text, X12_BILLING, "NM1*87*2", "REF*EI*1", X12_SUBSCRIBER,
            "NM1*PR*2*STATE*****PI*PAYER1", "REF*2U*M-9", "CLM*C-1*10***11:B:1*Y*A*Y*Y",
            "SBR*S*18*******CI", "DMG*D8*19990101*M", "NM1*IL*1*DOE*JOHN****MI*OTHER-MEMBER",
            "NM1*82*1", "REF*F8*OTHER-CLAIM", "REF*G1*OTHER-AUTH", X12_LINE("1"),
            "SVD*P2*5*HC:H0038**1", "DTP*573*D8*20250201", "NM1*82*1*X*X****XX*1999999999");
    EXPECT_TOLD("member_id=M-1");
    expect_not_told("OTHER");
    expect_not_told("1999999999");
    EXPECT_TOLD("birth_date=19800102");
}

Test(x12_walk, units_and_codes_of_another_kind_are_left_blank) {
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1*Y*A*Y*Y", "LX*1",
            "SV1*HC:H0038*10*MJ*60***1", "DTP*472*DT*202501061200", "LX*2", "SV1*ER:X*10*UN*1***1",
            "DTP*472*D8*20250106");
    EXPECT_TOLD("claim_line_number=1 member_id=M-1 place_of_service_code=11 hcpcs_code=H0038 "
                "rendering_npi=1000000004");
    EXPECT_TOLD("claim_line_number=2 member_id=M-1 claim_line_start_date=20250106 "
                "place_of_service_code=11 service_unit_quantity=1");
}

/* Whoever knows the codes sees that one is meant. */
static const struct {
    const char *sv1;
    const char *told;
} other_qualifiers[] = {
    {"SV1*hc:H0038:HE*10*UN*4", " hcpcs_code=hc:H0038 hcpcs_modifier_1=HE "},
    {"SV1*:H0038:HE*10*UN*4", " hcpcs_code=:H0038 hcpcs_modifier_1=HE "},
    {"SV1*WK:H0038*10*UN*4", " hcpcs_code=WK:H0038 "},
    {"SV1*H0038*10*UN*4", " hcpcs_code=*H0038 "},
};

Test(x12_walk, a_code_keeps_a_qualifier_that_is_not_its_own) {
    for (size_t i = 0; i < sizeof other_qualifiers / sizeof other_qualifiers[0]; i++) {
        cg_buffer_clear(&text);
        X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1", "LX*1",
                other_qualifiers[i].sv1, "DTP*472*D8*20250106");
        EXPECT_TOLD(other_qualifiers[i].told);
    }
}

Test(x12_walk, of_repeated_values_the_first_is_taken) {
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1^12:B:7*Y*A*Y*Y", "LX*1",
            "SV1*HC:H0038:HE^HC:H0039*10*UN*2^3***1", "DTP*472*D8*20250106");
    EXPECT_TOLD("place_of_service_code=11 hcpcs_code=H0038 hcpcs_modifier_1=HE "
                "service_unit_quantity=2");
}

/* Two children of one subscriber must never share a cap. */
Test(x12_walk, a_dependent_has_no_member_id_unless_one_is_joined) {
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, "HL*3*2*23*0", "PAT*19", "NM1*QC*1*DOE*ANN",
            "DMG*D8*20150304*F", X12_CLAIM("C-1"));
    expect_not_told("member_id");
    EXPECT_TOLD("birth_date=20150304");
    expect_told((struct x12_reading){.joins_dependents = true}, "member_id=M-1/20150304/ANN ");
}

Test(x12_walk, a_subscriber_forgets_the_dependent_before) {
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, "HL*3*2*23*0", "NM1*QC*1*DOE*ANN", X12_CLAIM("C-1"),
            "HL*4*1*22*0", "NM1*IL*1*ROE*RAY****MI*M-2", X12_CLAIM("C-2"));
    EXPECT_TOLD("claim_id=C-2 claim_line_number=1 member_id=M-2");
    expect_told((struct x12_reading){.received_unknown = true}, "claim_frequency_code=1 st=0021");
}

static const struct {
    const char *what;
    const char *segments[16];
    const char *told;
} malformed[] = {
    {"HL02 of another loop",
     {X12_BILLING, "HL*2*9*22*0", "NM1*IL*1*DOE*JANE****MI*M-1", X12_CLAIM("C-1")},
     "fault 8"},
    {"a kind of loop that has no place",
     {X12_BILLING, "HL*2*1*PT*0", "NM1*IL*1*DOE*JANE****MI*M-1", X12_CLAIM("C-1")},
     "fault 8"},
    {"a subscriber before any provider",
     {"HL*1*7*22*0", "NM1*IL*1*DOE*JANE****MI*M-1", X12_CLAIM("C-1")},
     "fault 8"},
    {"a claim below no subscriber", {X12_BILLING, X12_CLAIM("C-1")}, "fault 9"},
    {"a claim before any loop", {X12_CLAIM("C-1")}, "fault 9"},
    {"a claim without lines",
     {X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1*Y*A*Y*Y"},
     "fault 10"},
    {"a line without service",
     {X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1", X12_LINE("1"), "LX*2"},
     "fault 11"},
    {"two services in a line",
     {X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1", X12_LINE("1"), "SV1*HC:H0038*1*UN*1"},
     "fault 12"},
    {"two dates in a line",
     {X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1", X12_LINE("1"), "DTP*472*D8*20250107"},
     "fault 12"},
    {"a control character in a name",
     {X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1", X12_LINE("1"), "R\001F*6R*1"},
     "fault 13"},
    {"a blank in a name",
     {X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "LX *2", "SV1*HC:H0038*1*UN*1"},
     "fault 13"},
    {"small letters in a name",
     {X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "clm*C-2"},
     "fault 13"},
    {"a name of four letters",
     {X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "SV1X*1"},
     "fault 13"},
    {"a service before the claim's first line",
     {X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1", "SV1*HC:H0038*1*UN*4", X12_LINE("1")},
     "fault 14"},
    {"a service behind another payer, before the claim's first line",
     {X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1", "SBR*S*18", "SV1*HC:H0038*1*UN*4",
      X12_LINE("1")},
     "fault 14"},
    {"a service of an institution beside a line's own",
     {X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "SV2*0900*HC:H0038*1*UN*4"},
     "fault 14"},
    {"a second service behind what another payer paid",
     {X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "SVD*P2*5*HC:H0038**1", "SV1*HC:H0038*1*UN*4"},
     "fault 12"},
    {"a subscriber's segments behind a line, whose HL is missing",
     {X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "SBR*P*18*******MC"},
     "fault 14"},
    {"a claim's diagnosis behind a line, whose CLM is missing",
     {X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "HI*ABK:F200", X12_LINE("2")},
     "fault 14"},
    {"two authorizations of a line",
     {X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "REF*G1*A", "REF*G1*B"},
     "fault 15"},
    {"two originals",
     {X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:7", "REF*F8*A", "REF*F8*B", X12_LINE("1")},
     "fault 15"},
    {"two authorizations",
     {X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1", "REF*G1*A", "REF*G1*B", X12_LINE("1")},
     "fault 15"},
    {"a provider in a subscriber's loop",
     {X12_BILLING, X12_SUBSCRIBER, "NM1*85*2*OTHER*****XX*1000000012", X12_CLAIM("C-1")},
     "fault 14"},
    {"a patient in a subscriber's loop",
     {X12_BILLING, X12_SUBSCRIBER, "NM1*QC*1*DOE*ANN", X12_CLAIM("C-1")},
     "fault 14"},
    {"a subscriber in a patient's loop",
     {X12_BILLING, X12_SUBSCRIBER, "HL*3*2*23*0", "NM1*QC*1*DOE*ANN", "NM1*IL*1*ROE*RAY****MI*M-2",
      X12_CLAIM("C-1")},
     "fault 14"},
    {"two members in a loop",
     {X12_BILLING, X12_SUBSCRIBER, "NM1*IL*1*DOE*JANE****MI*M-9", X12_CLAIM("C-1")},
     "fault 15"},
    {"two billing providers",
     {X12_BILLING, "NM1*85*2*OTHER*****XX*1000000012", X12_SUBSCRIBER, X12_CLAIM("C-1")},
     "fault 15"},
    {"two patients",
     {X12_BILLING, X12_SUBSCRIBER, "HL*3*2*23*0", "NM1*QC*1*DOE*ANN", "NM1*QC*1*DOE*BEN",
      X12_CLAIM("C-1")},
     "fault 15"},
    {"two rendering providers of a claim",
     {X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1", "NM1*82*1*A*A****XX*1000000012",
      "NM1*82*1*B*B****XX*1000000020", X12_LINE("1")},
     "fault 15"},
    {"two rendering providers of a line",
     {X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "NM1*82*1*A*A****XX*1000000012",
      "NM1*82*1*B*B****XX*1000000020"},
     "fault 15"},
};

Test(x12_walk, a_claim_that_cannot_be_read_is_one_malformed_line) {
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        cg_buffer_clear(&text);
        x12_put(&text, malformed[i].segments);
        x12_transcribe(&out, &text, (struct x12_reading){0});
        const char *found = strstr(out.data, malformed[i].told);
        cr_expect_not_null(found, "%s:\n%s", malformed[i].what, out.data);
        cr_expect_null(found == NULL ? NULL : strstr(found + 1, "fault "), "%s:\n%s",
                       malformed[i].what, out.data);
    }
}

/* What a subscriber begins with, less and less of it. */
static const char *const lost[][8] = {
    {"SBR*P*18*******MC", "NM1*IL*1*ROE*RAY****MI*M-2", "DMG*D8*19900102*M"},
    {"NM1*IL*1*ROE*RAY****MI*M-2", "DMG*D8*19900102*M"},
    {"DMG*D8*19900102*M", "NM1*PR*2*STATE MEDICAID*****PI*PAYER1"},
    {"PAT*19", "NM1*QC*1*ROE*ANN"},
    {"NM1*PR*2*STATE MEDICAID*****PI*PAYER1"},
    {"NM1*85*2*OTHER*****XX*1000000012", "N3*1 MAIN"},
};

static void put_lost_loop(const char *const segments[], const char *hl) {
    const char *all[64] = {X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1")};
    const char *const behind[] = {X12_CLAIM("C-2"), X12_CLAIM("C-3"), hl,
                                  "NM1*IL*1*LEE*KIM****MI*M-3", X12_CLAIM("C-4")};
    size_t count = 0;
    while (all[count] != NULL) {
        count++;
    }
    for (size_t i = 0; segments[i] != NULL; i++) {
        all[count++] = segments[i];
    }
    memcpy(&all[count], behind, sizeof behind);
    cg_buffer_clear(&text);
    x12_put(&text, all);
}

/* With right counts, and however the stream is cut: until the next loop of that kind all claims are
 * somebody else's. */
Test(x12_walk, behind_a_loop_that_is_lost_no_claim_is_taken_for_the_one_before) {
    const size_t last = sizeof lost / sizeof lost[0] - 1;
    for (size_t i = 0; i <= last; i++) {
        for (size_t payload = 0; payload < 2000; payload += 101) {
            put_lost_loop(lost[i], "HL*3*1*22*0");
            x12_transcribe(&out, &text, (struct x12_reading){.payload = payload});
            cr_expect_not_null(strstr(out.data, "fault 14 claim_id=C-1 "), "%s", out.data);
            cr_expect_not_null(strstr(out.data, "fault 8 claim_id=C-2 "), "%s", out.data);
            cr_expect_not_null(strstr(out.data, "fault 8 claim_id=C-3 "), "%s", out.data);
            cr_expect_not_null(
                strstr(out.data, i == last ? "fault 8 claim_id=C-4 " : "fault 0 claim_id=C-4 "),
                "%zu: %s", i, out.data);
        }
    }
    put_lost_loop(lost[last], "HL*3**20*1");
    EXPECT_TOLD("fault 9 claim_id=C-4 ");
}

Test(x12_walk, what_is_said_twice_alike_is_said_once) {
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:7", "REF*F8*A", "REF*F8*A",
            "REF*G1*B", "REF*G1*B", X12_LINE("1"), "REF*G1*C", "REF*G1*C");
    EXPECT_TOLD("fault 0 ");
    EXPECT_TOLD("original_claim_id=A ");
    EXPECT_TOLD("authorization_number=C ");
}

Test(x12_walk, a_lenient_envelope_lets_order_alone_say_whose_a_claim_is) {
    x12_put(&text, malformed[0].segments);
    expect_told((struct x12_reading){.lenient = true}, "fault 0 claim_id=C-1");
    expect_told((struct x12_reading){.lenient = true}, "faults 1\n");
}

Test(x12_walk, the_same_segments_read_the_same_in_every_wrapping) {
    struct cg_buffer wrapped;
    struct cg_buffer again;
    cg_buffer_init(&wrapped, TEXT_MAX_BYTES);
    cg_buffer_init(&again, TEXT_MAX_BYTES);
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), X12_LINE("2"), "REF*6R*L2",
            X12_CLAIM("C-2"), "HL*3*1*22*0", "NM1*IL*1*ROE*RAY****MI*M-2", X12_CLAIM("C-3"));
    x12_transcribe(&out, &text, (struct x12_reading){0});
    for (int wrapping = 0; wrapping < X12_WRAPPINGS; wrapping++) {
        x12_wrap(&wrapped, &text, (enum x12_wrapping)wrapping);
        x12_transcribe(&again, &wrapped, (struct x12_reading){0});
        cr_expect_str_eq(again.data, out.data, "wrapping %d", wrapping);
    }
    cg_buffer_fini(&wrapped);
    cg_buffer_fini(&again);
}
