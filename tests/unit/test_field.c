#include "claimgate/record/field.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define TEXT(literal) ((struct cg_text){(literal), sizeof(literal) - 1})
#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))

Test(field, integers_are_digits_alone_up_to_the_limit) {
    const struct {
        struct cg_text text;
        bool valid;
        uint64_t value;
    } cases[] = {
        {TEXT("0"), true, 0},
        {TEXT("9999"), true, 9999},
        {TEXT("000000000000000000000012"), true, 12},
        {TEXT("10000"), false, 0},
        {TEXT(""), false, 0},
        {TEXT("+1"), false, 0},
        {TEXT("-1"), false, 0},
        {TEXT("1 "), false, 0},
        {TEXT("1.0"), false, 0},
        {TEXT("99999999999999999999999999"), false, 0},
        {TEXT("1\0"), false, 0},
        {TEXT("\xd9\xa1"), false, 0},
        {TEXT("0x1"), false, 0},
        {TEXT("1e3"), false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t value = 0;
        cr_assert_eq(cg_field_integer(cases[i].text, 9999, &value), cases[i].valid, "case %zu", i);
        if (cases[i].valid) {
            cr_assert_eq(value, cases[i].value, "case %zu", i);
        }
    }
    uint64_t value = 0;
    cr_assert(cg_field_integer(TEXT("999999999999999999"), UINT64_C(999999999999999999), &value));
    cr_assert_eq(value, UINT64_C(999999999999999999));
}

Test(field, units_are_whole_numbers_from_1_to_9999) {
    const struct {
        struct cg_text text;
        uint16_t units;
    } cases[] = {
        {TEXT("4"), 4},
        {TEXT("4.0"), 4},
        {TEXT("4.00"), 4},
        {TEXT("0004"), 4},
        {TEXT("9999"), 9999},
        {TEXT("1"), 1},
        {TEXT("4.000000000000"), 4},
        {TEXT("4."), 0},
        {TEXT("4.5"), 0},
        {TEXT("0"), 0},
        {TEXT("0.0"), 0},
        {TEXT("-1"), 0},
        {TEXT(""), 0},
        {TEXT(".0"), 0},
        {TEXT("10000"), 0},
        {TEXT("4.0.0"), 0},
        {TEXT("4.01"), 0},
        {TEXT("4,0"), 0},
        {TEXT("+4"), 0},
        {TEXT("1e1"), 0},
        {TEXT("4 0"), 0},
        {TEXT("."), 0},
        {TEXT("70000"), 0},
        {TEXT("65540"), 0},
        {TEXT("4\0"), 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_assert_eq(cg_field_units(cases[i].text), cases[i].units, "case %zu", i);
    }
}

Test(field, an_npi_passes_the_luhn_test_with_its_prefix) {
    cr_assert_eq(cg_field_npi(TEXT("1234567893")), UINT64_C(1234567893));
    cr_assert_eq(cg_field_npi(TEXT("1245319599")), UINT64_C(1245319599));
    const char *const bad[] = {"",           "123456789",  "12345678930", "0234567893",
                               "3234567893", "123456789a", "1234567894",  "1243567893",
                               "12345-7893", " 234567893", "1234567892"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_assert_eq(cg_field_npi(cg_text_of(bad[i])), 0, "%s", bad[i]);
    }
}

/* The Luhn test as ISO/IEC 7812-1 words it, over all 15 digits. */
static bool luhn_by_the_book(const char *npi) {
    char digits[16];
    snprintf(digits, sizeof digits, "80840%.10s", npi);
    int sum = 0;
    for (int i = 14; i >= 0; i--) {
        int digit = digits[i] - '0';
        if ((14 - i) % 2 == 1) {
            digit *= 2;
            digit = digit > 9 ? digit - 9 : digit;
        }
        sum += digit;
    }
    return sum % 10 == 0;
}

Test(field, npis_agree_with_the_standard_s_own_words) {
    uint64_t state = 1;
    for (int round = 0; round < 200000; round++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t number = UINT64_C(1000000000) + (state >> 20) % UINT64_C(2000000000);
        char text[16];
        snprintf(text, sizeof text, "%llu", (unsigned long long)number);
        cr_assert_eq(cg_field_npi(cg_text_of(text)), luhn_by_the_book(text) ? number : 0, "%s",
                     text);
    }
}

Test(field, no_byte_but_a_digit_passes_in_an_npi) {
    for (int place = 0; place < 10; place++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[11] = "1234567893";
            text[place] = (char)byte;
            if (byte < '0' || byte > '9') {
                cr_assert_eq(cg_field_npi((struct cg_text){text, 10}), 0);
            }
        }
    }
}

Test(field, exactly_one_check_digit_fits_each_npi) {
    for (unsigned stem = 0; stem < 3000; stem++) {
        int valid = 0;
        for (unsigned check = 0; check < 10; check++) {
            char text[32];
            snprintf(text, sizeof text, "%u%08u%u", 1 + stem % 2, stem * 33331 % 100000000, check);
            valid += cg_field_npi(cg_text_of(text)) != 0;
        }
        cr_assert_eq(valid, 1, "stem %u", stem);
    }
}

Test(field, decimals_become_integers_of_their_scale) {
    const struct {
        struct cg_text text;
        bool valid;
        int64_t value;
    } cases[] = {
        {TEXT("1.5"), true, 1500},      {TEXT("75"), true, 75000},
        {TEXT("0.125"), true, 125},     {TEXT("0.1255"), false, 0},
        {TEXT("1."), false, 0},         {TEXT(".5"), false, 0},
        {TEXT(""), false, 0},           {TEXT("-1"), false, 0},
        {TEXT("1.2.3"), false, 0},      {TEXT("999999999"), true, INT64_C(999999999000)},
        {TEXT("9999999999"), false, 0}, {TEXT("1,5"), false, 0},
        {TEXT("1e3"), false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t value = 0;
        cr_assert_eq(cg_field_decimal(cases[i].text, 3, &value), cases[i].valid, "case %zu", i);
        cr_assert_eq(value, cases[i].value, "case %zu", i);
    }
}

Test(field, modifiers_are_two_letters_or_digits_in_any_case) {
    static const char symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    bool seen[2048] = {false};
    for (size_t a = 0; a < 36; a++) {
        for (size_t b = 0; b < 36; b++) {
            char text[2] = {symbols[a], symbols[b]};
            uint16_t modifier = cg_field_modifier((struct cg_text){text, 2});
            cr_assert(modifier > 0 && modifier <= 1369 && !seen[modifier]);
            seen[modifier] = true;
            char out[CG_MODIFIERS_TEXT_BYTES];
            cr_assert_arr_eq(cg_modifiers_text(modifier, out), text, 2);
        }
    }
    cr_assert_eq(cg_field_modifier(TEXT("hq")), cg_field_modifier(TEXT("HQ")));
    const char *const bad[] = {"", "H", "HQX", "H-", " H", "\xc3\xa9", "[a", "@A"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_assert_eq(cg_field_modifier(cg_text_of(bad[i])), 0, "%s", bad[i]);
    }
}

Test(field, packed_modifiers_keep_their_order_and_blanks_take_no_place) {
    static const char *const five[] = {"HQ", "HE", "HF", "U1", "99"};
    uint64_t packed = 0;
    for (size_t i = 0; i < 5; i++) {
        packed = cg_modifiers_append(packed, cg_field_modifier(cg_text_of(five[i])));
        packed = cg_modifiers_append(packed, 0);
    }
    char out[CG_MODIFIERS_TEXT_BYTES];
    cr_assert_str_eq(cg_modifiers_text(packed, out), "HQ:HE:HF:U1:99");
    cr_assert_str_eq(cg_modifiers_text(0, out), "");
    for (size_t i = 0; i < 5; i++) {
        cr_assert(cg_modifiers_contain(packed, cg_field_modifier(cg_text_of(five[i]))));
    }
    cr_assert_not(cg_modifiers_contain(packed, cg_field_modifier(TEXT("HK"))));
    uint64_t swapped = cg_modifiers_append(cg_modifiers_append(0, cg_field_modifier(TEXT("HE"))),
                                           cg_field_modifier(TEXT("HQ")));
    uint64_t straight = cg_modifiers_append(cg_modifiers_append(0, cg_field_modifier(TEXT("HQ"))),
                                            cg_field_modifier(TEXT("HE")));
    cr_assert_neq(swapped, straight);
}

Test(field, procedures_compare_without_letter_case) {
    char out[6];
    cr_assert_eq(cg_field_procedure(TEXT("h0038")), cg_field_procedure(TEXT("H0038")));
    cr_assert_neq(cg_field_procedure(TEXT("H0038")), cg_field_procedure(TEXT("H0039")));
    cr_assert_str_eq(cg_procedure_text(cg_field_procedure(TEXT("h0038")), out), "H0038");
    cr_assert_eq(cg_field_procedure(TEXT("H038")), 0);
    cr_assert_eq(cg_field_procedure(TEXT("H00380")), 0);
    cr_assert_eq(cg_field_procedure(TEXT("")), 0);
}

Test(field, clean_is_utf8_without_control_characters) {
    const struct cg_text clean[] = {
        TEXT(""),
        TEXT("plain ~"),
        TEXT("\xc2\x80"),
        TEXT("\xdf\xbf"),
        TEXT("\xe0\xa0\x80"),
        TEXT("\xed\x9f\xbf"),
        TEXT("\xee\x80\x80"),
        TEXT("\xef\xbf\xbf"),
        TEXT("\xf0\x90\x80\x80"),
        TEXT("\xf4\x8f\xbf\xbf"),
        TEXT("a\xc3\xa9z"),
    };
    const struct cg_text dirty[] = {
        TEXT("\0"),
        TEXT("\x1f"),
        TEXT("\x7f"),
        TEXT("a\tb"),
        TEXT("\x80"),
        TEXT("\xc0\x80"),
        TEXT("\xc1\xbf"),
        TEXT("\xc2"),
        TEXT("\xe0\x9f\xbf"),
        TEXT("\xed\xa0\x80"),
        TEXT("\xef\xbf"),
        TEXT("\xf0\x8f\xbf\xbf"),
        TEXT("\xf4\x90\x80\x80"),
        TEXT("\xf5\x80\x80\x80"),
        TEXT("\xff"),
        TEXT("\xc3("),
        TEXT("\xf0\x90\x80"),
        TEXT("\xe2\x82"
             "A"),
        TEXT("ok\xe9"),
    };
    for (size_t i = 0; i < COUNT(clean); i++) {
        cr_assert(cg_field_is_clean(clean[i]), "clean %zu", i);
    }
    for (size_t i = 0; i < COUNT(dirty); i++) {
        cr_assert_not(cg_field_is_clean(dirty[i]), "dirty %zu", i);
    }
}

Test(field, folding_drops_case_blanks_and_hyphens) {
    char out[16];
    cr_assert_eq(cg_field_fold(TEXT("cpssp-Peer Bridger"), out, 16), 16 - 0);
    cr_assert_arr_eq(out, "CPSSPPEERBRIDGER", 16);
    cr_assert_eq(cg_field_fold(TEXT("cpssp-Peer Bridgers"), out, 16), 0);
    cr_assert_eq(cg_field_fold(TEXT(" - "), out, 16), 0);
}

Test(field, one_odd_byte_is_seen_wherever_it_stands_in_a_text_of_any_length) {
    char bytes[20];
    for (uint32_t len = 1; len <= sizeof bytes; len++) {
        for (size_t at = 0; at < len; at++) {
            for (int byte = 0; byte <= 0xff; byte++) {
                memset(bytes, 'a', sizeof bytes);
                bytes[at] = (char)byte;
                bool clean = byte >= 0x20 && byte < 0x7f; /* alone, the others are no UTF-8 */
                cr_assert_eq(cg_field_is_clean((struct cg_text){bytes, len}), clean,
                             "0x%02x at %zu of %u", byte, at, (unsigned)len);
            }
        }
    }
}

Test(field, letters_alone_change_in_a_procedure_code_whatever_stands_beside_them) {
    char bytes[5];
    for (size_t at = 0; at < sizeof bytes; at++) {
        for (int byte = 0; byte <= 0xff; byte++) {
            memset(bytes, at % 2 == 0 ? '\xff' : 'z', sizeof bytes);
            bytes[at] = (char)byte;
            uint64_t wanted = 0;
            for (size_t i = 0; i < sizeof bytes; i++) {
                unsigned char own = (unsigned char)bytes[i];
                wanted = wanted << 8 | (own >= 'a' && own <= 'z' ? own - 0x20U : own);
            }
            cr_assert_eq(cg_field_procedure((struct cg_text){bytes, sizeof bytes}), wanted,
                         "0x%02x at %zu", byte, at);
        }
    }
}

Test(field, blanks_go_from_both_ends_and_nothing_else_does) {
    const struct {
        struct cg_text text;
        struct cg_text wanted;
    } cases[] = {
        {TEXT(""), TEXT("")},          {TEXT(" "), TEXT("")},    {TEXT(" \t "), TEXT("")},
        {TEXT("a"), TEXT("a")},        {TEXT(" a"), TEXT("a")},  {TEXT("a\t"), TEXT("a")},
        {TEXT("\ta b "), TEXT("a b")}, {TEXT("\r"), TEXT("\r")}, {TEXT("a\x1f"), TEXT("a\x1f")},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_assert(cg_text_equal(cg_text_trim(cases[i].text), cases[i].wanted), "%zu", i);
    }
}

Test(field, a_whole_number_may_end_in_point_and_zeros) {
    static const struct {
        const char *text;
        uint64_t value; /* 0: none */
    } cases[] = {
        {"1", 1},   {"1.0", 1}, {"01.000", 1}, {"9999.0", 9999}, {"10000.0", 0}, {"1.", 0},
        {"1.5", 0}, {".0", 0},  {"1.0.0", 0},  {"1,0", 0},       {"", 0},        {"1.0 ", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t value = 0;
        const bool valid = cg_field_whole(cg_text_of(cases[i].text), 9999, &value);
        cr_expect_eq(valid, cases[i].value != 0, "%s", cases[i].text);
        cr_expect(!valid || value == cases[i].value, "%s", cases[i].text);
    }
}

Test(field, an_npi_may_end_in_point_and_zeros) {
    static const char *const bad[] = {"1234567893.5", "1234567893.", "123456789.30", "1234567890.0",
                                      "12345678930.0"};
    cr_expect_eq(cg_field_npi(TEXT("1234567893.0")), UINT64_C(1234567893));
    cr_expect_eq(cg_field_npi(TEXT("1234567893.000")), UINT64_C(1234567893));
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_expect_eq(cg_field_npi(cg_text_of(bad[i])), 0, "%s", bad[i]);
    }
}

Test(field, a_test_npi_has_any_first_digit_and_a_good_check_digit) {
    cr_expect_eq(cg_field_npi(TEXT("9999999995")), 0);
    cr_expect_eq(cg_field_test_npi(TEXT("9999999995")), UINT64_C(9999999995));
    cr_expect_eq(cg_field_test_npi(TEXT("9999999995.0")), UINT64_C(9999999995));
    cr_expect_eq(cg_field_test_npi(TEXT("1234567893")), UINT64_C(1234567893));
    cr_expect_eq(cg_field_test_npi(TEXT("9999999999")), 0);
    cr_expect_eq(cg_field_test_npi(TEXT("0000000000")), 0);
    cr_expect_eq(cg_field_test_npi(TEXT("")), 0);
}

Test(field, a_number_with_an_exponent_is_told_from_an_id_with_an_e) {
    static const char *const numbers[] = {
        "2.02501E+14", "2.02501e+14", "2E+14",   "2.0E14",      "2.02501E14", "-2.5E+14",
        "202.501E+12", "1.0e+005",    "1.5E-07", "2,02501E+14", "1.E5",       "1e+9",
    };
    static const char *const ids[] = {
        "2025E14",  "1E9",           "CLM-2.5E+1", "2.5E+14X", "E+14", ".E+1",
        "2.5",      "1EG4-TE5-MK73", "2.5E",       "2.5E+",    "",     "E",
        "2..5E+14", "ABE-12",        "12-E+14",    "EEEEE",
    };
    for (size_t i = 0; i < COUNT(numbers); i++) {
        cr_expect(cg_field_is_exponent(cg_text_of(numbers[i])), "%s", numbers[i]);
    }
    for (size_t i = 0; i < COUNT(ids); i++) {
        cr_expect_not(cg_field_is_exponent(cg_text_of(ids[i])), "%s", ids[i]);
    }
}
