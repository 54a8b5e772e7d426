/*
 * Names of columns are made of words, and what differs from one export to the next is how the words
 * are shortened, in which order they stand, and whether the plain ones (code, date, number) are
 * there at all. So names are compared word by word, not letter by letter: death_date is three
 * letters away from birth_date, and claim_freq_code eight from claim_frequency_code.
 */
#include "column_words.h"
#include "header_columns.h"

/* The letters of `brief` stand in `full` in this order, and the first is the first: dt, freq, mdfr.
 */
static bool is_short_for(struct cg_text brief, struct cg_text full) {
    uint32_t at = 0;
    if (brief.len < 2 || cg_small_letter(brief.ptr[0]) != cg_small_letter(full.ptr[0])) {
        return false;
    }
    for (uint32_t i = 0; i < full.len && at < brief.len; i++) {
        at += cg_small_letter(full.ptr[i]) == cg_small_letter(brief.ptr[at]);
    }
    return at == brief.len;
}

/* One letter wrong, or two neighbours swapped, in words of the same length. */
static bool is_slip_of(struct cg_text a, struct cg_text b) {
    uint32_t first = 0;
    uint32_t last = a.len;
    if (a.len != b.len || a.len < 5) {
        return false;
    }
    while (first < a.len && cg_small_letter(a.ptr[first]) == cg_small_letter(b.ptr[first])) {
        first++;
    }
    while (last > first && cg_small_letter(a.ptr[last - 1]) == cg_small_letter(b.ptr[last - 1])) {
        last--;
    }
    return last - first == 1 ||
           (last - first == 2 &&
            cg_small_letter(a.ptr[first]) == cg_small_letter(b.ptr[first + 1]) &&
            cg_small_letter(a.ptr[first + 1]) == cg_small_letter(b.ptr[first]));
}

static bool is_word(struct cg_text text, const char *word) {
    return cg_text_equal_nocase(text, cg_text_of(word));
}

static bool is_number_word(struct cg_text text) {
    return cg_column_word_is_in(text, "number no nbr id");
}

static bool same_word(struct cg_text a, struct cg_text b) {
    if (cg_is_digit(a.ptr[0]) || cg_is_digit(b.ptr[0])) {
        return cg_text_equal(a, b);
    }
    return cg_text_equal_nocase(a, b) || is_short_for(a, b) || is_short_for(b, a) ||
           is_slip_of(a, b) || (is_number_word(a) && is_number_word(b));
}

/* Words that half of all columns have tell nothing of what a column holds. */
static bool is_plain(struct cg_text word) {
    return cg_column_word_is_in(
        word, "claim clm code cd date dt id number num nbr no line of the npi service");
}

static void match_words(struct cg_column_words *a, struct cg_column_words *b) {
    for (uint32_t i = 0; i < a->count; i++) {
        for (uint32_t j = 0; j < b->count && !a->matched[i]; j++) {
            if (!b->matched[j] && same_word(a->word[i], b->word[j])) {
                a->matched[i] = true;
                b->matched[j] = true;
            }
        }
    }
}

/* What is left over of the words that tell something; a number that is left over tells most. */
static uint32_t left_over(const struct cg_column_words *words) {
    uint32_t left = 0;
    for (uint32_t i = 0; i < words->count; i++) {
        const struct cg_text word = words->word[i];
        if (!words->matched[i]) {
            left += cg_is_digit(word.ptr[0]) ? CG_COLUMN_WORDS_MAX : !is_plain(word);
        }
    }
    return left;
}

static uint32_t matched_words(const struct cg_column_words *words, bool plain_too) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < words->count; i++) {
        count += words->matched[i] && (plain_too || !is_plain(words->word[i]));
    }
    return count;
}

bool cg_column_is_near(struct cg_text name, struct cg_text wanted) {
    struct cg_column_words theirs;
    struct cg_column_words own;
    cg_column_words_split(wanted, &own);
    cg_column_words_split(name, &theirs);
    if (is_word(name, "dob")) {
        cg_column_words_split(cg_text_of("birth_date"), &theirs);
    }
    match_words(&own, &theirs);
    const uint32_t left = left_over(&own) + left_over(&theirs);
    return matched_words(&own, false) > 0 &&
           (left == 0 || (left == 1 && matched_words(&own, true) >= 2));
}

/* What else people call a field, where its own name has none of these words. */
static const struct usual {
    enum cg_field field;
    const char *words;
} usual[] = {
    {CG_FIELD_CLAIM_LINE_NUMBER, "line"},
    {CG_FIELD_CLAIM_LINE_NUMBER, "line sequence"},
    {CG_FIELD_CLAIM_LINE_NUMBER, "sequence"},
    {CG_FIELD_CLAIM_LINE_NUMBER, "detail number"},
    {CG_FIELD_CLAIM_LINE_END_DATE, "thru date"},
    {CG_FIELD_CLAIM_LINE_END_DATE, "through date"},
    {CG_FIELD_CLAIM_LINE_END_DATE, "to date"},
    {CG_FIELD_CLAIM_LINE_END_DATE, "last date"},
    {CG_FIELD_CLAIM_LINE_END_DATE, "dos to"},
    {CG_FIELD_HCPCS_MODIFIER_1, "modifier"},
    {CG_FIELD_HCPCS_MODIFIER_1, "modifiers"},
    {CG_FIELD_HCPCS_MODIFIER_2, "procedure modifier 2"},
    {CG_FIELD_HCPCS_MODIFIER_1, "procedure modifier 1"},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "type of bill"},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "tob"},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "bill type"},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "billtype"},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "bill frequency"},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "resubmission code"},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "submission code"},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "clm05 3"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "ref f8"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "resubmission reference"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "resubmission number"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "original icn"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "original dcn"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "original tcn"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "replaced claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "adjusted claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "prior claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "previous claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "parent claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "parent icn"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "adjusted icn"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "void claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "voided claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "replaces claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "replaces"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "replacement of"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "reverses"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "reversal of"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "voids"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "void of"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "corrects"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "correction of"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "adjusts"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "adjustment of"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "former claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "related claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "reference claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "ref claim"},
    {CG_FIELD_ORIGINAL_CLAIM_ID, "payer claim control number"},
    {CG_FIELD_RECEIVED_DATE, "receipt date"},
    {CG_FIELD_MEMBER_ID, "member"},
    {CG_FIELD_MEMBER_ID, "mbr"},
    {CG_FIELD_MEMBER_ID, "mem"},
    {CG_FIELD_MEMBER_ID, "member identifier"},
    {CG_FIELD_MEMBER_ID, "patient"},
    {CG_FIELD_MEMBER_ID, "beneficiary"},
    {CG_FIELD_MEMBER_ID, "bene"},
    {CG_FIELD_MEMBER_ID, "recipient"},
    {CG_FIELD_MEMBER_ID, "recip"},
    {CG_FIELD_MEMBER_ID, "client"},
    {CG_FIELD_MEMBER_ID, "enrollee"},
    {CG_FIELD_MEMBER_ID, "subscriber"},
    {CG_FIELD_MEMBER_ID, "person"},
    {CG_FIELD_MEMBER_ID, "medicaid"},
    {CG_FIELD_MEMBER_ID, "msis"},
    {CG_FIELD_BIRTH_DATE, "member dob"},
    {CG_FIELD_BIRTH_DATE, "patient dob"},
};

/* Words that say no more than that the column is one of a line of a claim. */
static bool is_of_a_line(struct cg_text word) {
    return is_number_word(word) ||
           cg_column_word_is_in(word, "claim clm line num service srvc svc");
}

/* All of `wanted` stands in the name, perhaps shortened, and beside it nothing of its own. */
static bool says(struct cg_text name, struct cg_text wanted) {
    struct cg_column_words theirs;
    struct cg_column_words own;
    uint32_t met = 0;
    cg_column_words_split(wanted, &own);
    cg_column_words_split(name, &theirs);
    for (uint32_t i = 0; i < theirs.count; i++) {
        bool matched = false;
        for (uint32_t j = 0; j < own.count && !matched; j++) {
            matched = !own.matched[j] && (cg_text_equal_nocase(theirs.word[i], own.word[j]) ||
                                          is_short_for(theirs.word[i], own.word[j]));
            own.matched[j] = own.matched[j] || matched;
        }
        met += matched;
        if (!matched && !is_of_a_line(theirs.word[i])) {
            return false;
        }
    }
    return met == own.count;
}

bool cg_column_is_usual_for(struct cg_text name, enum cg_field field) {
    bool found = false;
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        found = found || (usual[i].field == field && says(name, cg_text_of(usual[i].words)));
    }
    return found;
}

/* Of columns of small tables, and of needed ones that a claim file lacks. */
static const struct {
    const char *column;
    const char *words;
} usual_in_table[] = {
    {"npi", "npi number"},
    {"npi", "provider npi"},
    {"npi", "rendering npi"},
    {"npi", "rendering provider npi"},
    {"npi", "national provider identifier"},
    {"credential_type", "license type"},
    {"credential_type", "certification type"},
    {"status", "license status"},
    {"status", "credential status"},
    {"status", "certification status"},
    {"effective_date", "start date"},
    {"effective_date", "begin date"},
    {"effective_date", "from date"},
    {"effective_date", "issue date"},
    {"effective_date", "original issue date"},
    {"end_date", "expiration date"},
    {"end_date", "expiry date"},
    {"end_date", "expires"},
    {"end_date", "termination date"},
    {"end_date", "thru date"},
    {"end_date", "through date"},
    {"end_date", "to date"},
    {"rendering_npi", "npi"},
    {"rendering_npi", "provider npi"},
    {"rendering_npi", "servicing npi"},
    {"claim_line_start_date", "service date"},
    {"claim_line_start_date", "date of service"},
    {"claim_line_start_date", "service from date"},
    {"claim_line_start_date", "dos"},
    {"claim_line_start_date", "dos from"},
    {"claim_line_start_date", "from date"},
    {"claim_line_start_date", "begin date"},
    {"claim_line_start_date", "start date"},
    {"hcpcs_code", "procedure code"},
    {"hcpcs_code", "procedure"},
    {"hcpcs_code", "cpt"},
    {"hcpcs_code", "cpt code"},
    {"hcpcs_code", "hcpcs cpt"},
    {"service_unit_quantity", "units"},
    {"service_unit_quantity", "quantity"},
    {"service_unit_quantity", "qty"},
    {"service_unit_quantity", "billed units"},
    {"service_unit_quantity", "units of service"},
    {"rendering_npi", "rendering"},
    {"rendering_npi", "rendering provider"},
    {"rendering_npi", "performing npi"},
    {"rendering_npi", "performing provider npi"},
    {"claim_id", "claim"},
    {"claim_id", "claim control number"},
    {"claim_id", "icn"},
    {"claim_id", "tcn"},
    {"claim_id", "dcn"},
    {"payer_claim_id", "icn"},
    {"payer_claim_id", "payer icn"},
    {"payer_claim_id", "tcn"},
    {"payer_claim_id", "dcn"},
    {"payer_claim_id", "payer claim control number"},
    {"payer_claim_id", "payer control number"},
};

bool cg_column_is_usual_in_table(struct cg_text name, const char *wanted) {
    bool found = false;
    for (size_t i = 0; i < sizeof usual_in_table / sizeof usual_in_table[0]; i++) {
        found = found || (strcmp(usual_in_table[i].column, wanted) == 0 &&
                          says(name, cg_text_of(usual_in_table[i].words)));
    }
    return found;
}
