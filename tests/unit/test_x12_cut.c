#include "support/x12_text.h"

#include <criterion/criterion.h>

enum { TEXT_MAX_BYTES = 8 << 20 };

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

TestSuite(x12_cut, .init = set_up, .fini = tear_down);

static void put_three_claims(void) {
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), X12_CLAIM("C-2"), "HL*3*1*22*0",
            "NM1*IL*1*ROE*RAY****MI*M-2", X12_CLAIM("C-3"));
}

static void expect_refused(bool lenient, const char *wanted) {
    x12_transcribe(&out, &text, (struct x12_reading){.lenient = lenient});
    cr_expect(strstr(out.data, "refused: ") != NULL && strstr(out.data, wanted) != NULL,
              "\"%s\" is not in:\n%s", wanted, out.data);
}

static void replace(const char *from, const char *to) {
    char *at = memmem(text.data, text.len_bytes, from, strlen(from));
    cr_assert_not_null(at, "%s", from);
    cr_assert_eq(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
}

Test(x12_cut, how_the_stream_is_cut_never_shows) {
    static const size_t payloads[] = {1, 2, 3, 5, 7, 64, 199, 1000};
    struct cg_buffer pieces;
    cg_buffer_init(&pieces, TEXT_MAX_BYTES);
    put_three_claims();
    put_three_claims();
    x12_transcribe(&out, &text, (struct x12_reading){0});
    cr_assert_not_null(strstr(out.data, "segments 62"), "%s", out.data);
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        x12_transcribe(&pieces, &text, (struct x12_reading){.payload = payloads[i]});
        cr_expect_str_eq(pieces.data, out.data, "payloads of %zu", payloads[i]);
    }
    cg_buffer_fini(&pieces);
}

/* All but the last terminator and what stands behind it is needed. */
Test(x12_cut, a_file_cut_at_any_byte_is_refused) {
    put_three_claims();
    const size_t whole = text.len_bytes;
    for (size_t len = 1; len + 2 < whole; len++) {
        text.len_bytes = len;
        x12_transcribe(&out, &text, (struct x12_reading){0});
        const bool is_refused = strstr(out.data, "refused: segment ") != NULL;
        cr_assert(is_refused, "%zu bytes of %zu:\n%s", len, whole, out.data);
    }
    text.len_bytes = whole - 2;
    x12_transcribe(&out, &text, (struct x12_reading){0});
    cr_expect_not_null(strstr(out.data, "claim_id=C-3"), "%s", out.data);
}

Test(x12_cut, padding_behind_the_end_is_no_segment) {
    put_three_claims();
    cr_assert(cg_buffer_append(&text, "\0\0\0\x1a\r\n", 6));
    x12_transcribe(&out, &text, (struct x12_reading){0});
    cr_expect_not_null(strstr(out.data, "segments 31"), "%s", out.data);
}

Test(x12_cut, empty_segments_are_white_space) {
    X12_PUT(&text, X12_BILLING, "", "~~ ~", X12_SUBSCRIBER, X12_CLAIM("C-1"));
    replace("SE*17", "SE*15");
    x12_transcribe(&out, &text, (struct x12_reading){0});
    cr_expect_not_null(strstr(out.data, "14 fault 0 claim_id=C-1"), "%s", out.data);
}

static const struct {
    const char *from;
    const char *to; /* as long */
    const char *told;
    bool may_pass; /* under a lenient envelope */
} faults[] = {
    {"SE*27*", "SE*26*", "SE01 counts 26 segments, but 27 were read", true},
    {"SE*27*0021", "SE*27*0022", "SE02 is not the number that ST02 began with", true},
    {"GE*1*", "GE*2*", "GE01 counts 2 transactions, but 1 were read", true},
    {"GE*1*7", "GE*1*8", "GE02 is not the number that GS06 began with", true},
    {"IEA*1*", "IEA*0*", "IEA01 counts 0 groups, but 1 were read", true},
    {"IEA*1*000000905", "IEA*1*000000906", "IEA02 is not the number that ISA13 began with", true},
    {"GE*1*7", "SE*1*7", "this SE has no ST before it", false},
    {"SE*27", "XX*25", "the segment GE stands where SE must stand", false},
    {"ST*837*0021*005010X222A1", "ST*837*0021*004010X098A1", "837 of version 004010X098A1", false},
    {"ST*837*0021*005010X222A1", "ST*835*0021*005010X222A1", "835 of version 005010X222A1", false},
    {"ST*837*0021*005010X222A1", "ST*DOE*0021*JANEDOEM-1A1", "(unreadable) of version (unreadable)",
     false},
    {"ST*837*0021*005010X222A1", "ST*837*0021*005010X222A3", "837 of version 005010X222A3", false},
    {"ST*837*0021*005010X222A1", "ST*270*0021*005010X279  ", "270 of version 005010X279", false},
    {"ST*837*0021*005010X222A1", "ST*837*0021*005010x222A1", "837 of version (unreadable)", false},
    {"ST*837*0021*005010X222A1", "ST*837*0021*005010X2:2A1", "837 of version (unreadable)", false},
    {"ST*837*0021*", "ST*2777*021*", "(unreadable) of version 005010X222A1", false},
    {"SE*27*0021", "HL*27*0021", "the segment GE stands where SE must stand", false},
    {"IEA*1*", "CLM*1*", "the segment CLM stands where GS or IEA must stand", false},
    {"IEA*1*", "SV1*1*", "the segment SV1 stands where GS or IEA must stand", false},
    {"IEA*1*", "SE*01*", "this SE has no ST before it", false},
    {"IEA*1*", "HL*01*", "the segment HL stands where GS or IEA must stand", false},
    {"GS*HC", "DOE*J", "something else stands where the segment GS or IEA must stand", false},
    {"GS*HC", "G\001*HC", "something else stands where the segment GS or IEA must stand", false},
    {"BHT*", "B\001T*", "the name of this segment holds a control character", false},
    {"*00501*000000905*0*P*:~", "*00501*000000905*0*P*~~", "two separators of this ISA", false},
    {"*00501*000000905*0*P*:~", "*0050~*000000905*0*P*:~", "stands within this ISA too (byte 0x7e)",
     false},
    {"*00501*000000905*0*P*:~", "*00501*000000905*0*P*:A", "a letter, a digit, a blank", false},
    {"ISA*00*", "ISB*00*", "something else stands where the segment ISA must stand", false},
};

Test(x12_cut, a_wrong_envelope_is_refused_and_told) {
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        cg_buffer_clear(&text);
        put_three_claims();
        replace(faults[i].from, faults[i].to);
        expect_refused(false, faults[i].told);
        if (faults[i].may_pass) {
            x12_transcribe(&out, &text, (struct x12_reading){.lenient = true});
            cr_expect_not_null(strstr(out.data, "faults 1\n"), "%s:\n%s", faults[i].to, out.data);
        }
    }
}

/* Control numbers may be left out on both sides, and a count may be no number. */
Test(x12_cut, an_envelope_without_numbers_is_one) {
    put_three_claims();
    replace("ST*837*0021*005010X222A1~\n", "ST*837**005010X222A1~\n\n\n\n\n");
    replace("SE*27*0021~\n", "SE*27~\n\n\n\n\n\n");
    x12_transcribe(&out, &text, (struct x12_reading){0});
    cr_expect_not_null(strstr(out.data, "claim_id=C-3"), "%s", out.data);
    replace("SE*27~\n", "SE*0x~\n");
    expect_refused(false, "SE01 counts 0 segments, but 27 were read");
}

/* Between a header and its trailer another acknowledgment may stand, and an SE too many. */
Test(x12_cut, what_stands_between_envelopes_is_counted_or_refused) {
    put_three_claims();
    replace("GE*1*7~", "TA1*1*~");
    expect_refused(false, "something else stands where the segment ST or GE must stand");
    cg_buffer_clear(&text);
    put_three_claims();
    const size_t trailer = strlen("GE*1*7~\nIEA*1*000000905~\n");
    text.len_bytes -= trailer;
    cr_assert(cg_buffer_append_text(&text, "SE*1*1~GE*1*7~TA1*1~SE*1*1~IEA*1*000000905~\n"));
    expect_refused(false, "this SE has no ST before it");
    x12_transcribe(&out, &text, (struct x12_reading){.lenient = true});
    cr_expect_not_null(strstr(out.data, "faults 2\n"), "%s", out.data);
}

/* A line that is nobody's would pass with the header that it stands in. */
static const char *const nobodys[] = {"LX*1", "SV1*HC:H0038*10*UN*4", "SV2*0900*HC:H0038*10*UN*4",
                                      "SV3*AD:D0120*10"};

Test(x12_cut, a_service_line_that_stands_in_no_claim_is_refused) {
    for (size_t i = 0; i < sizeof nobodys / sizeof nobodys[0]; i++) {
        cg_buffer_clear(&text);
        X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, nobodys[i], X12_CLAIM("C-1"));
        expect_refused(false, "segment 12 (byte ");
        expect_refused(true, "this segment is of a service line, but stands in no claim");
    }
}

static const char *const odd_names[] = {"clm*C-1", "CLM *C-1", "CLMX*C-1", "C*1", "N\0013*1"};

Test(x12_cut, a_name_that_no_segment_has_is_refused_outside_claims) {
    for (size_t i = 0; i < sizeof odd_names / sizeof odd_names[0]; i++) {
        cg_buffer_clear(&text);
        X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, odd_names[i], X12_CLAIM("C-1"));
        expect_refused(true, "segment 12 (byte ");
        expect_refused(true, "the name of this segment holds");
    }
}

Test(x12_cut, an_isa_within_an_interchange_says_that_iea_is_missing) {
    put_three_claims();
    text.len_bytes -= strlen("IEA*1*000000905~\n");
    put_three_claims();
    expect_refused(true, "segment 31 (byte ");
    expect_refused(true, "IEA is missing");
}

Test(x12_cut, a_short_isa_is_refused) {
    cr_assert(cg_buffer_append_text(&text, "ISA*00*~GS*HC~"));
    expect_refused(true, "segment 1 (byte 1): this ISA is too short");
}

/* Each interchange has its own separators. */
Test(x12_cut, the_separators_of_the_next_interchange_may_be_others) {
    struct cg_buffer first;
    cg_buffer_init(&first, TEXT_MAX_BYTES);
    put_three_claims();
    x12_wrap(&first, &text, X12_OTHER_SEPARATORS);
    cr_assert(cg_buffer_append(&first, text.data, text.len_bytes));
    x12_transcribe(&out, &first, (struct x12_reading){.payload = 100});
    cr_expect_not_null(strstr(out.data, "57 fault 0 claim_id=C-3"), "%s", out.data);
    cg_buffer_fini(&first);
}

static void put_long(const char *start, size_t bytes) {
    cr_assert(cg_buffer_append_text(&text, start));
    for (size_t i = 0; i < bytes; i++) {
        cr_assert(cg_buffer_append(&text, "x", 1));
    }
}

/* Up to the claim that comes first. */
static void put_opening(void) {
    put_three_claims();
    text.len_bytes = (size_t)((char *)memmem(text.data, text.len_bytes, "CLM", 3) - text.data);
}

Test(x12_cut, what_is_longer_than_any_guide_allows_is_refused) {
    put_opening();
    put_long("NTE*ADD*", 70000);
    expect_refused(true, "this segment is longer than 64 KiB");
    cg_buffer_clear(&text);
    put_opening();
    put_long("NTE*ADD*", 40000);
    put_long("~NTE*ADD*", 40000);
    cr_assert(cg_buffer_append_text(&text, "~CLM*1~"));
    expect_refused(true, "is longer than 64 KiB; ask the sender");
    cg_buffer_clear(&text);
    put_opening();
    cr_assert(cg_buffer_append_text(&text, "CLM*C-1"));
    for (int i = 0; i < 7; i++) {
        put_long("~NTE*ADD*", 40000);
    }
    cr_assert(cg_buffer_append_text(&text, "~CLM*1~"));
    expect_refused(true, "the claim before it is longer than 256 KiB");
}
