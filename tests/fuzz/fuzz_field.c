/*
 * Any bytes as the value of a single field, read by every parser of fields. What one of them takes
 * comes back the same when it is written out and read again.
 */
#include "support/tiny_run.h"

#include "claimgate/base/date.h"
#include "claimgate/base/time_zone.h"
#include "claimgate/base/utf8.h"
#include "claimgate/record/field.h"
#include "claimgate/rules/procedure_code.h"
#include "record/decoration.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_dates(struct cg_text text) {
    for (int format = CG_DATE_ISO; format <= CG_DATE_ISO_TIME; format++) {
        struct cg_memo memo = {0};
        char written[CG_DATE_TEXT_BYTES];
        const int32_t day = cg_date_parse(text.ptr, text.len, (enum cg_date_format)format);
        for (int i = 0; i < 2; i++) {
            tiny_require(cg_date_parse_again(&memo, text, (enum cg_date_format)format) == day,
                         "another day the second time");
        }
        if (day != CG_DAY_NONE) {
            tiny_require(!cg_date_is_beyond(text.ptr, text.len, (enum cg_date_format)format),
                         "a day of claims and yet beyond them");
            cg_date_format(day, written);
            tiny_require(cg_date_parse(written, 10, CG_DATE_ISO) == day, "%s is another day",
                         written);
        }
    }
}

static void read_moment(struct cg_text text) {
    struct cg_moment moment;
    struct cg_time_zone zone;
    tiny_require(cg_time_zone_named("America/Chicago", &zone), "no zone");
    if (cg_moment_of(text, &moment)) {
        const int32_t day = cg_time_zone_day(&zone, moment.minute);
        const int32_t date = cg_date_parse(text.ptr, text.len, CG_DATE_ISO_TIME);
        tiny_require(date != CG_DAY_NONE, "a moment without a day");
        tiny_require(day >= date - 2 && day <= date + 2, "days apart from its date");
    }
}

static void read_numbers(struct cg_text text) {
    uint64_t number = 0;
    uint64_t whole = 0;
    int64_t milli = 0;
    char digits[32];
    if (cg_field_integer(text, UINT64_C(999999999999999999), &number)) {
        tiny_require(cg_field_whole(text, UINT64_C(999999999999999999), &whole) && whole == number,
                     "an integer that is not whole");
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
        tiny_require(cg_field_integer(cg_text_of(digits), number, &whole) && whole == number,
                     "another integer");
    }
    (void)cg_field_decimal(text, 3, &milli);
    (void)cg_field_is_exponent(text);
    const uint16_t units = cg_field_units(text);
    tiny_require(units <= CG_UNITS_MAX, "too many units");
    tiny_require(units == 0 || cg_field_negative_units(text) == 0, "units of both signs");
    const uint64_t npi = cg_field_npi(text);
    tiny_require(npi == 0 || cg_field_test_npi(text) == npi, "a strange NPI");
}

static void read_codes(struct cg_text text) {
    char folded[64];
    char shown[256];
    char modifiers[CG_MODIFIERS_TEXT_BYTES];
    char copy[128] = {0};
    memcpy(copy, text.ptr, text.len < sizeof copy - 1 ? text.len : sizeof copy - 1);
    const struct cg_text five = {
        text.ptr, text.len < sizeof modifiers ? text.len : (uint32_t)sizeof modifiers - 1};
    const uint64_t packed = cg_modifiers_of(five);
    tiny_require(cg_modifiers_of(cg_text_of(cg_modifiers_text(packed, modifiers))) == packed,
                 "other modifiers");
    char code[6];
    const uint64_t procedure = cg_field_procedure(text);
    tiny_require(procedure == 0 || cg_field_procedure((struct cg_text){
                                       cg_procedure_text(procedure, code), 5}) == procedure,
                 "another procedure");
    tiny_require(cg_field_fold(text, folded, sizeof folded) <= sizeof folded, "folded too long");
    tiny_require(cg_utf8_show(shown, sizeof shown, copy) < sizeof shown, "shown too long");
    tiny_require(cg_field_is_clean(cg_text_of(shown)), "what is shown is not clean");
    (void)cg_field_is_clean(text);
    (void)cg_line_is_decoration(text);
    const struct cg_text trimmed = cg_text_trim(text);
    tiny_require(trimmed.len <= text.len && cg_text_trim(trimmed).len == trimmed.len,
                 "trimmed twice");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct cg_policy *policy;
    if (policy == NULL) {
        struct cg_problems problems;
        struct cg_error err = CG_ERROR_INIT;
        cg_problems_init(&problems);
        tiny_require(cg_policy_load("ms-full", &policy, &problems, &err) == CG_OK, "%s", err.text);
        cg_problems_fini(&problems);
    }
    /* Of its own length, so that a byte read behind it is seen. */
    char *bytes = malloc(size > 0 ? size : 1);
    if (size > 0) {
        memcpy(bytes, data, size);
    }
    const struct cg_text text = {bytes, (uint32_t)size};
    read_dates(text);
    read_moment(text);
    read_numbers(text);
    read_codes(text);
    (void)cg_policy_find_code(policy, text);
    free(bytes);
    return 0;
}
