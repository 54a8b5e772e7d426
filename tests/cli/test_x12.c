/*
 * X12 837P from the command line: what is read, what comes out, and what is refused.
 */
#include "support/x12_world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FREQUENT "LX*1", "SV1*HC:H0038:HE*10*UN*99***1", "DTP*472*D8*20250106"

Test(x12, claims_are_accepted_and_rejected_whole) {
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "CLM*C-2*20***11:B:1",
            FREQUENT, X12_LINE("2"), "REF*6R*L22", X12_CLAIM("C-3"));
    const char *out = x12_world_decide(&world, X12_MORE(x12_world_put(&world, "in.837")));
    x12_world_expect_in(out, "accepted.x12.gz", "CLM*C-1*");
    x12_world_expect_in(out, "rejected.x12.gz", "CLM*C-2*20***11:B:1~\nLX*1~\n");
    x12_world_expect_in(out, "rejected.x12.gz", "SE*18*0021~\nGE*1*7~\nIEA*1*000000905~\n");
    x12_world_expect_in(
        out, "rejected.csv.gz",
        "in.837,18,C-2,1,M-1,2025-01-06,,11,H0038,HE,,,,,99,1000000004,1000000004,10,,1,,"
        "2025-01-20,,1980-01-02,0021,,daily_cap,");
    x12_world_expect_in(
        out, "rejected.csv.gz",
        "in.837,21,C-2,2,M-1,2025-01-06,,11,H0038,HE,,,,,2,1000000004,1000000004,10,,1,,"
        "2025-01-20,,1980-01-02,0021,L22,claim_rejected,");
    size_t len = 0;
    char *report = scene_read(out, "report.json", &len);
    scene_check_report(report, len);
    free(report);
    x12_world_expect_in(out, "report.json", "\"claims\": {\n    \"records\": 3,");
    x12_world_expect_in(out, "report.json", "\"name\": \"x12-837p\"");
    x12_world_expect_in(out, "report.json", "\"transactions\": 1,");
    x12_world_end(&world);
}

Test(x12, a_rejected_file_is_taken_once_the_roster_is_mended) {
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"),
            "NM1*82*1*PEER*PAT****XX*1234567893");
    const char *file = x12_world_put(&world, "in.837");
    const char *first = x12_world_decide(&world, X12_MORE(file));
    x12_world_expect_content(first, "accepted.x12.gz", "", 0);
    x12_world_expect_content(first, "rejected.x12.gz", world.text.data, world.text.len_bytes);
    static const char mended[] = X12_ROSTER "1234567893,CPSSP-MH,current,2020-01-01,\n";
    scene_file(&world.scene, "roster/credentials.csv", mended, sizeof mended - 1);
    char rejected[RUN_PATH_BYTES];
    run_join(rejected, first, "rejected.x12.gz");
    const char *second = x12_world_decide(&world, X12_MORE(rejected));
    char table[RUN_PATH_BYTES];
    run_join(table, first, "rejected.csv.gz");
    x12_world_expect_refused(&world, X12_MORE(table), 65, "give rejected.x12.gz");
    x12_world_expect_content(second, "accepted.x12.gz", world.text.data, world.text.len_bytes);
    x12_world_expect_content(second, "rejected.x12.gz", "", 0);
    x12_world_end(&world);
}

/* What the first file ends in, and the second begins with, must not spoil what is put together. */
Test(x12, several_files_are_one_stream) {
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"));
    const size_t whole = world.text.len_bytes;
    const char *first = NULL;
    world.text.len_bytes -= strlen("~\n");
    first = x12_world_put(&world, "a.837");
    world.text.len_bytes = whole;
    memcpy((char *)memmem(world.text.data, whole, "C-1", 3), "C-9", 3);
    struct cg_buffer marked;
    cg_buffer_init(&marked, 4 << 20);
    x12_wrap(&marked, &world.text, X12_WITH_BOM);
    const char *second = scene_file(&world.scene, "b.837", marked.data, marked.len_bytes);
    const char *out = x12_world_decide(&world, X12_MORE(first, second));
    x12_world_expect_in(out, "accepted.x12.gz", "IEA*1*000000905~ISA*00*");
    x12_world_expect_in(out, "accepted.x12.gz", "CLM*C-9*");
    cg_buffer_fini(&marked);
    x12_world_end(&world);
}

Test(x12, what_a_run_cannot_take_is_refused) {
    struct x12_world world;
    x12_world_make(&world);
    static const char csv[] = "claim_id,member_id,claim_line_start_date,hcpcs_code,"
                              "service_unit_quantity,rendering_npi\n";
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"));
    const char *x12 = x12_world_put(&world, "in.837");
    const char *rows = scene_file(&world.scene, "in.csv", csv, sizeof csv - 1);
    world.text.len_bytes -= 3;
    const char *cut = x12_world_put(&world, "cut.837");
    x12_world_expect_refused(&world, X12_MORE(x12, rows), 65,
                             "in.csv: is no X12, and the input before it is X12");
    x12_world_expect_refused(&world, X12_MORE(rows, x12), 65,
                             "in.837: is X12, and the input before it is no X12");
    x12_world_expect_refused(&world, X12_MORE(x12, "--layout", "tuva"), 64, "leave --layout out");
    x12_world_expect_refused(&world, X12_MORE(x12, "--dependents=all"), 64,
                             "--dependents takes \"joined\"");
    x12_world_expect_refused(&world, X12_MORE(cut), 65, "cut.837: segment 19 (byte ");
    x12_world_end(&world);
}

/* What the lines of the X12 file are as CSV. */
#define CSV_HEADER                                                                                 \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,hcpcs_modifier_1,"      \
    "service_unit_quantity,rendering_npi,billing_npi,received_date,birth_date\n"
#define CSV_REST ",1000000004,1000000004,2025-01-20,1980-01-02\n"

/* The columns from reject_reason on. */
static void put_reasons(struct cg_buffer *out, const char *dir) {
    size_t len = 0;
    char *rows = scene_read(dir, "rejected.csv.gz", &len);
    char *rest = NULL;
    for (char *row = strtok_r(rows, "\n", &rest); row != NULL; row = strtok_r(NULL, "\n", &rest)) {
        const char *found = strstr(row, ",CO,");
        found = found != NULL ? found : strstr(row, ",OA,");
        if (found != NULL) {
            cr_assert(cg_buffer_printf(out, "%s\n", found));
        }
    }
    cr_assert(cg_buffer_append(out, "", 1));
    free(rows);
}

Test(x12, line_by_line_it_is_decided_as_the_csv_of_its_lines) {
    struct x12_world world;
    struct cg_buffer x12_reasons;
    struct cg_buffer csv_reasons;
    x12_world_make(&world);
    cg_buffer_init(&x12_reasons, 1 << 16);
    cg_buffer_init(&csv_reasons, 1 << 16);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*20***11:B:1", X12_LINE("1"), "LX*2",
            "SV1*HC:99213*10*UN*1***1", "DTP*472*D8*20250106", FREQUENT, X12_LINE("4"),
            "CLM*C-2*20***11:B:1", X12_LINE("1"), X12_LINE("2"), X12_LINE("1"));
    static const char csv[] = CSV_HEADER
        "C-1,1,M-1,2025-01-06,H0038,HE,2" CSV_REST "C-1,2,M-1,2025-01-06,99213,,1" CSV_REST
        "C-1,1,M-1,2025-01-06,H0038,HE,99" CSV_REST "C-1,4,M-1,2025-01-06,H0038,HE,2" CSV_REST
        "C-2,1,M-1,2025-01-06,H0038,HE,2" CSV_REST "C-2,2,M-1,2025-01-06,H0038,HE,2" CSV_REST
        "C-2,1,M-1,2025-01-06,H0038,HE,2" CSV_REST;
    const char *file = x12_world_put(&world, "in.837");
    put_reasons(&x12_reasons, x12_world_decide(&world, X12_MORE(file, "--lines")));
    file = scene_file(&world.scene, "in.csv", csv, sizeof csv - 1);
    put_reasons(&csv_reasons, x12_world_decide(&world, X12_MORE(file)));
    cr_expect_str_eq(x12_reasons.data, csv_reasons.data);
    cr_expect_not_null(strstr(csv_reasons.data, ",OA,18,"));
    x12_world_expect_refused(&world, X12_MORE(file, "--lines"), 64, "--lines is for X12");
    x12_world_expect_refused(&world, X12_MORE(file, "--ack"), 64, "--ack is for X12");
    cg_buffer_fini(&x12_reasons);
    cg_buffer_fini(&csv_reasons);
    x12_world_end(&world);
}

#define OTHER_CLAIM(id, ...) "CLM*" id "*5***11:B:1", "LX*1", __VA_ARGS__

/* A code is what a person reads, and a blank is where nothing stands. */
Test(x12, a_qualifier_that_is_not_read_is_told) {
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER,
            OTHER_CLAIM("C-1", "SV1*hc:H0038:HE*5*UN*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-2", "SV1*:H0038:HE*5*UN*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-3", "SV1*H0038*5*UN*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-4", "SV1*WK:H0038*5*UN*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-5", "SV1*HC:H0038:HE*5*MJ*60", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-6", "SV1*HC:H0038:HE*5*UN*1", "DTP*472*DT*202501061200"),
            OTHER_CLAIM("C-7", "SV1*WK2:H0038*5*UN*1", "DTP*472*D8*20250106"));
    const char *out = x12_world_decide(&world, X12_MORE(x12_world_put(&world, "in.837"), "--ack"));
    x12_world_expect_in(out, "rejected.csv.gz", ",C-1,1,M-1,2025-01-06,,11,hc:H0038,HE,");
    x12_world_expect_in(out, "rejected.csv.gz", ",C-2,1,M-1,2025-01-06,,11,:H0038,HE,");
    x12_world_expect_in(out, "rejected.csv.gz", ",C-3,1,M-1,2025-01-06,,11,*H0038,,");
    x12_world_expect_in(out, "rejected.csv.gz", ",C-7,1,M-1,2025-01-06,,11,WK2:H0038,,");
    x12_world_expect_in(out, "rejected.csv.gz", ",procedure_code_invalid,");
    x12_world_expect_in(out, "rejected.csv.gz", "SV101 holds H0038 with another qualifier than HC");
    x12_world_expect_in(out, "rejected.csv.gz", "SV103 is \"\"MJ\"\"; only where it is UN");
    x12_world_expect_in(
        out, "rejected.csv.gz",
        "DTP02 of DTP*472 is \"\"DT\"\"; a date is read only where it is D8 or RD8.\"");
    x12_world_expect_in(out, "accepted.x12.gz", "CLM*C-4*");
    x12_world_expect_in(out, "report.json", "\"near_codes\": [");
    x12_world_expect_in(out, "ack.277ca.x12.gz", "SVC*HC:H0038:HE*5*****1~");
    x12_world_end(&world);
}

/* A value that slipped into its place is not; a list of other codes is no fault of the claim. */
Test(x12, a_qualifier_is_shown_where_it_can_be_no_value) {
    static const char *const told[] = {"SV103 is blank; only", "SV103 is \"\"F2\"\"; only",
                                       "SV103 is unknown; only",
                                       "DTP02 of DTP*472 is unknown; a date is read"};
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER,
            OTHER_CLAIM("C-1", "SV1*HC:H0038:HE*5**1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-2", "SV1*HC:H0038:HE*5*F2*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-3", "SV1*HC:H0038:HE*5*M!1*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-4", "SV1*HC:H0038:HE*5*JANE*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-5", "SV1*HC:H0038:HE*5*UN*1", "DTP*472*{?*20250106"),
            OTHER_CLAIM("C-6", "SV1*ER:H0038*5*UN*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-7", "SV1*IV:H0038*5*UN*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-8", "SV1*WKX:H0038*5*UN*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-9", "SV1*ER1:H0038*5*UN*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-10", "SV1*WK-:H0038*5*UN*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-11", "SV1*HC:H00*5*UN*1", "DTP*472*D8*20250106"),
            OTHER_CLAIM("C-12", "SV1*HC:H0038:HE*5*UN*1", "DTP*472*RD8*20250231-20250301"));
    const char *out = x12_world_decide(&world, X12_MORE(x12_world_put(&world, "in.837")));
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        x12_world_expect_in(out, "rejected.csv.gz", told[i]);
    }
    x12_world_expect_in(out, "accepted.x12.gz", "CLM*C-6*");
    x12_world_expect_in(out, "accepted.x12.gz", "CLM*C-7*");
    x12_world_expect_in(out, "rejected.csv.gz", ",C-8,1,M-1,2025-01-06,,11,WKX:H0038,");
    x12_world_expect_in(out, "rejected.csv.gz", ",C-9,1,M-1,2025-01-06,,11,ER1:H0038,");
    x12_world_expect_in(out, "accepted.x12.gz", "CLM*C-10*");
    x12_world_expect_in(out, "accepted.x12.gz", "CLM*C-11*");
    x12_world_expect_in(out, "rejected.csv.gz", ",C-12,1,M-1,");
    x12_world_end(&world);
}

Test(x12, a_qualifier_that_may_be_a_value_is_not_shown) {
    static const char *const lines[] = {"SV1*HC:H0038:HE*5*M!1*1", "SV1*HC:H0038:HE*5*M{*1",
                                        "SV1*HC:H0038:HE*5*M?*1", "SV1*HC:H0038:HE*5*JANE*1"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct x12_world world;
        x12_world_make(&world);
        X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER,
                OTHER_CLAIM("C-1", lines[i], "DTP*472*D8*20250106"));
        const char *out = x12_world_decide(&world, X12_MORE(x12_world_put(&world, "in.837")));
        x12_world_expect_in(out, "rejected.csv.gz", "SV103 is unknown; only");
        x12_world_end(&world);
    }
}

/* Every claim of the group has the one fault. */
Test(x12, a_group_without_a_readable_date_is_told_with_the_mend) {
    struct x12_world world;
    struct run run;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"));
    memcpy((char *)memmem(world.text.data, world.text.len_bytes, "*20250120*1253*7", 16),
           "*2025-1-2*1253*7", 16);
    const char *file = x12_world_put(&world, "in.837");
    const char *out = scene_path(&world.scene, "out");
    x12_world_validate(&world, out, X12_MORE(file), &run);
    cr_expect_not_null(strstr(run.err, "GS04 of 1 of 1 groups is no date"), "%s", run.err);
    x12_world_expect_in(out, "rejected.csv.gz", "It is GS04; with --received unknown");
    run_fini(&run);
    x12_world_validate(&world, scene_path(&world.scene, "again"),
                       X12_MORE(file, "--received", "unknown"), &run);
    cr_expect_str_eq(run.err, "");
    run_fini(&run);
    x12_world_end(&world);
}

Test(x12, what_stands_before_the_first_isa_is_told) {
    static const char *const before[] = {"From: sender\nSubject: claims, of May\n\n", "xx"};
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        struct x12_world world;
        x12_world_make(&world);
        cr_assert(cg_buffer_append_text(&world.text, before[i]));
        X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"));
        x12_world_expect_refused(&world, X12_MORE(x12_world_put(&world, "in.837")), 65,
                                 "stand before its first ISA");
        x12_world_end(&world);
    }
}

Test(x12, every_claim_is_acknowledged) {
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, "REF*EI*587654321", X12_SUBSCRIBER, X12_CLAIM("C-1"),
            "CLM*C-2*20.50***11:B:1", "REF*D9*CLEAR-9", FREQUENT, X12_LINE("2"), "REF*6R*L22",
            "CLM*C-3*5***11:B:1", "LX*1", "SV1*HC:99213*5*UN*1***1",
            "DTP*472*RD8*20250107-20250108", "CLM*C-4*7***11:B:1", "LX*1",
            "SV1*HC:H0038:HE*7*MJ*60***1", "DTP*472*D8*20250109", "CLM*C-5*9***11:B:1",
            "HL*3*2*23*0", "NM1*QC*1*DOE*ANN", X12_CLAIM("C-6"));
    const char *out = x12_world_decide(
        &world, X12_MORE(x12_world_put(&world, "in.837"), "--ack", "--payer-id=XV:77"));
    static const char wanted[] =
        "ISA*00*          *00*          *ZZ*RECEIVER       *ZZ*SENDER         "
        "*251231*0000*^*00501*000000905*0*P*:~\n"
        "GS*HN*RECEIVER*SENDER*20251231*0000*7*X*005010X214~\n"
        "ST*277*0021*005010X214~\n"
        "BHT*0085*08*000000905-7-0021*20251231*0000*TH~\n"
        "HL*1**20*1~\n"
        "NM1*PR*2*STATE MEDICAID*****XV*77~\n"
        "TRN*1*000000905-7-0021~\n"
        "DTP*050*D8*20250120~\n"
        "DTP*009*D8*20251231~\n"
        "HL*2*1*21*1~\n"
        "NM1*41*2*SENDER INC*****46*SEND1~\n"
        "TRN*2*REF1~\n"
        "STC*A1:19:PR*20251231*WQ*61.5~\n"
        "QTY*90*2~\nQTY*AA*4~\nAMT*YU*15~\nAMT*YY*46.5~\n"
        "HL*3*2*19*1~\n"
        "NM1*85*2*AGENCY*****XX*1000000004~\n"
        "HL*4*3*PT~\nNM1*QC*1*DOE*JANE****MI*M-1~\nTRN*2*C-1~\n"
        "STC*A2:20*20251231*WQ*10~\nDTP*472*D8*20250106~\n"
        "HL*5*3*PT~\nNM1*QC*1*DOE*JANE****MI*M-1~\nTRN*2*C-2~\n"
        "STC*A3:259*20251231*U*20.50******A3:258~\nREF*D9*CLEAR-9~\nDTP*472*D8*20250106~\n"
        "SVC*HC:H0038:HE*10*****99~\nSTC*A3:259*20251231*U*******A3:258~\nDTP*472*D8*20250106~\n"
        "HL*6*3*PT~\nNM1*QC*1*DOE*JANE****MI*M-1~\nTRN*2*C-3~\n"
        "STC*A2:20*20251231*WQ*5~\nDTP*472*RD8*20250107-20250108~\n"
        "HL*7*3*PT~\nNM1*QC*1*DOE*JANE****MI*M-1~\nTRN*2*C-4~\n"
        "STC*A6:476*20251231*U*7~\nDTP*472*D8*20250109~\n"
        "SVC*HC:H0038:HE*7~\nSTC*A6:476*20251231*U~\nDTP*472*D8*20250109~\n"
        "HL*8*3*PT~\nNM1*QC*1*DOE*JANE****MI*M-1~\nTRN*2*C-5~\nSTC*A3:481*20251231*U*9~\n"
        "HL*9*3*PT~\nNM1*QC*1*DOE*ANN****MI*M-1~\nTRN*2*C-6~\n"
        "STC*A6:164:IL*20251231*U*10~\nDTP*472*D8*20250106~\n"
        "SVC*HC:H0038:HE*10*****2~\nSTC*A6:164:IL*20251231*U~\nDTP*472*D8*20250106~\n"
        "SE*57*0021~\nGE*1*7~\nIEA*1*000000905~\n";
    x12_world_expect_content(out, "ack.277ca.x12.gz", wanted, sizeof wanted - 1);
    x12_world_expect_in(out, "rejected.csv.gz",
                        "is not the subscriber (HL03 23) has one with --dependents");
    x12_world_expect_refused(&world, X12_MORE("in.837", "--payer-id=XV:77"), 64, "give --ack too");
    x12_world_end(&world);
}

Test(x12, a_payer_may_have_codes_of_its_own) {
    struct x12_world world;
    x12_world_make(&world);
    static const char codes[] = "reason,stc\ndaily_cap,A3:999:PR\nunits_invalid,A7:1\n";
    static const char bad[] = "reason,stc\nno_such_reason,A3:1\nunits_invalid,a7\n";
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, "CLM*C-2*20***11:B:1", FREQUENT);
    const char *file = x12_world_put(&world, "in.837");
    char own[RUN_PATH_BYTES + 16];
    snprintf(own, sizeof own, "--reasons=%s",
             scene_file(&world.scene, "own.csv", codes, sizeof codes - 1));
    x12_world_expect_in(x12_world_decide(&world, X12_MORE(file, "--ack", own)), "ack.277ca.x12.gz",
                        "STC*A3:999:PR*20251231*U*20~");
    snprintf(own, sizeof own, "--reasons=%s",
             scene_file(&world.scene, "bad.csv", bad, sizeof bad - 1));
    x12_world_expect_refused(&world, X12_MORE(file, "--ack", own), 78,
                             "bad.csv:2:1: there is no reason");
    x12_world_end(&world);
}

Test(x12, check_answers_its_lines_and_an_audit_compares_them) {
    struct x12_world world;
    struct run run;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "CLM*C-2*20***11:B:1",
            FREQUENT);
    const char *file = x12_world_put(&world, "in.837");
    const char *const check[] = {run_claimgate(), "check",   "-",          "--roster",
                                 world.roster,    "--as-of", "2025-12-31", NULL};
    run_program(check, file, &run);
    cr_expect_str_eq(run.out, "14\taccepted\t2\t\n18\trejected\t0\tdaily_cap\n", "%s%s", run.out,
                     run.err);
    run_fini(&run);
    const char *out = x12_world_decide(&world, X12_MORE(file));
    const char *const audit[] = {run_claimgate(),
                                 "audit",
                                 file,
                                 "--decided",
                                 out,
                                 "--roster",
                                 world.roster,
                                 "--out",
                                 scene_path(&world.scene, "audit"),
                                 NULL};
    run_program(audit, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_not_null(strstr(run.out, "0 of 2 lines changed"), "%s", run.out);
    run_fini(&run);
    x12_world_end(&world);
}

/* Providers mostly keep the number that they gave, while F8 is the payer's. */
Test(x12, a_replacement_of_an_unknown_number_replaces_the_claim_with_its_own) {
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"),
            "CLM*C-1*10***11:B:7*Y*A*Y*Y", "REF*F8*P-900001", "HI*ABK:F200", X12_LINE("1"));
    const char *file = x12_world_put(&world, "in.837");
    const char *out = x12_world_decide(&world, X12_MORE(file));
    x12_world_expect_in(out, "report.json", "\"taken_back\": 1,");
    x12_world_expect_in(out, "report.json", "\"rejected\": 0,");
    X12_PUT(&world.text, "HL*1**20*1", "NM1*85*2*OTHER*****XX*1000000012", X12_SUBSCRIBER,
            "CLM*C-1*10***11:B:7*Y*A*Y*Y", "REF*F8*P-900002", "HI*ABK:F200", "LX*9",
            "SV1*HC:H0038:HE*10*UN*1***1", "DTP*472*D8*20250107",
            "NM1*82*1*PEER*PAT****XX*1000000004");
    out = x12_world_decide(&world, X12_MORE(x12_world_put(&world, "two.837")));
    x12_world_expect_in(out, "report.json", "\"taken_back\": 1,");
    x12_world_expect_in(out, "report.json", "\"rejected\": 0,");
    const char *off = x12_world_decide(&world, X12_MORE(file, "--same-control-number", "off"));
    x12_world_expect_in(off, "report.json", "\"taken_back\": 0,");
    x12_world_expect_in(off, "rejected.csv.gz", ",duplicate_line,");
    x12_world_end(&world);
}
