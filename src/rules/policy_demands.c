/*
 * The `credential` part of a policy version: accepted types and further demands.
 */
#include "policy_private.h"
#include "status_words.h"

#include "claimgate/record/field.h"

#include <string.h>

enum { WORD_BYTES = 256 }; /* 64 letters, the most that the schema lets in, in UTF-8 */

enum { MILLI = 1000 }; /* scores, hours and FTE are kept in thousandths */

enum cg_severity cg_policy_severity(const struct cg_json *severity) {
    if (cg_json_is_null(severity)) {
        return CG_SEVERITY_OFF;
    }
    const char *word = cg_json_string(severity);
    if (strcmp(word, "reject") == 0) {
        return CG_SEVERITY_REJECT;
    }
    return strcmp(word, "warn") == 0 ? CG_SEVERITY_WARN : CG_SEVERITY_OFF;
}

static enum cg_severity severity_of(const struct cg_json *demand) {
    return cg_policy_severity(cg_json_member(demand, "severity"));
}

/* A word as it is compared; a problem at `place` when nothing is left of it. */
static const char *fold(struct cg_policy_loading *loading, const char *word,
                        const struct cg_json *place) {
    char folded[WORD_BYTES + 1];
    uint32_t len = cg_field_fold(cg_text_of(word), folded, WORD_BYTES);
    if (len == 0) {
        cg_json_problem(loading->doc, place, loading->problems,
                        "\"%s\" holds nothing but blanks and hyphens: write a word", word);
    }
    folded[len] = '\0';
    return cg_policy_keep(loading, folded);
}

static bool stands_before(const char *const *words, uint32_t count, const char *word) {
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* A list of words, folded. */
static const char *const *load_words(struct cg_policy_loading *loading, const struct cg_json *list,
                                     uint32_t *count) {
    size_t count_there = cg_json_count(list);
    uint32_t length = count_there < CG_TYPES_MAX ? (uint32_t)count_there : CG_TYPES_MAX;
    const char **words = cg_policy_alloc(loading, length, sizeof *words);
    *count = 0;
    for (uint32_t i = 0; words != NULL && i < length; i++) {
        const struct cg_json *item = cg_json_item(list, i);
        words[i] = fold(loading, cg_json_string(item), item);
        if (stands_before(words, i, words[i])) {
            cg_json_problem(loading->doc, item, loading->problems,
                            "\"%s\" stands twice in this list: remove one", cg_json_string(item));
        }
        *count = i + 1;
    }
    return words;
}

static void load_types(struct cg_policy_loading *loading, const struct cg_json *list,
                       struct cg_policy_version *version) {
    loading->types_known = cg_json_is_sound(list);
    version->types = load_words(loading, list, &version->type_count);
    const char **names = cg_policy_alloc(loading, version->type_count, sizeof *names);
    for (uint32_t i = 0; names != NULL && i < version->type_count; i++) {
        names[i] = cg_policy_keep(loading, cg_json_string(cg_json_item(list, i)));
    }
    version->type_names = names;
}

/* Position of a type among the accepted ones; a problem at `place` and -1 when it is none. */
static int find_type(struct cg_policy_loading *loading, const struct cg_policy_version *version,
                     const char *word, const struct cg_json *place) {
    const char *folded = fold(loading, word, place);
    for (uint32_t i = 0; i < version->type_count; i++) {
        if (strcmp(version->types[i], folded) == 0) {
            return (int)i;
        }
    }
    if (loading->types_known) {
        cg_json_problem(loading->doc, place, loading->problems,
                        "\"%s\" is none of this version's credential types: add it to "
                        "credential.types or mend its spelling",
                        word);
    }
    return -1;
}

static bool age_stands_before(const struct cg_age_range *ranges, uint32_t index) {
    for (uint32_t i = 0; i < index; i++) {
        if (ranges[index].type[0] != '\0' && strcmp(ranges[i].type, ranges[index].type) == 0) {
            return true;
        }
    }
    return false;
}

static void load_age(struct cg_policy_loading *loading, const struct cg_json *age,
                     struct cg_policy_version *version) {
    version->age = severity_of(age);
    version->age_min = (int)cg_json_integer(cg_json_member(age, "min"));
    const struct cg_json *by_type = cg_json_member(age, "by_type");
    uint32_t count = (uint32_t)cg_json_count(by_type);
    struct cg_age_range *ranges = cg_policy_alloc(loading, count, sizeof *ranges);
    for (uint32_t i = 0; ranges != NULL && i < count; i++) {
        const char *type = NULL;
        const struct cg_json *range = cg_json_member_at(by_type, i, &type);
        int type_no = find_type(loading, version, type, range);
        ranges[i].type = type_no < 0 ? "" : version->types[type_no];
        ranges[i].min_years = (int)cg_json_integer(cg_json_item(range, 0));
        ranges[i].max_years = (int)cg_json_integer(cg_json_item(range, 1));
        if (age_stands_before(ranges, i)) {
            cg_json_problem(loading->doc, range, loading->problems,
                            "the credential type \"%s\" has an age already: remove one", type);
        }
        if (ranges[i].min_years > ranges[i].max_years) {
            cg_json_problem(loading->doc, range, loading->problems,
                            "the youngest age %d is above the oldest %d: write [youngest, oldest]",
                            ranges[i].min_years, ranges[i].max_years);
        }
        version->age_by_type_count = i + 1;
    }
    version->age_by_type = ranges;
}

static uint64_t load_type_set(struct cg_policy_loading *loading, const struct cg_json *list,
                              const struct cg_policy_version *version) {
    uint64_t types = 0;
    for (size_t i = 0; i < cg_json_count(list); i++) {
        const struct cg_json *item = cg_json_item(list, i);
        int type_no = find_type(loading, version, cg_json_string(item), item);
        if (type_no >= 0) {
            types |= UINT64_C(1) << type_no;
        }
    }
    return types;
}

static void load_modifier(struct cg_policy_loading *loading, const char *key,
                          const struct cg_json *types, struct cg_policy_version *version,
                          struct cg_designation *out) {
    char packed_text[CG_MODIFIERS_TEXT_BYTES];
    out->modifier = cg_field_modifier(cg_text_of(key));
    out->types = load_type_set(loading, types, version);
    if (out->modifier == 0) {
        cg_json_problem(loading->doc, types, loading->problems,
                        "\"%s\" is no modifier: write two letters or digits", key);
        return;
    }
    cg_modifiers_text(cg_modifiers_append(0, out->modifier), packed_text);
    memcpy(out->modifier_text, packed_text, sizeof out->modifier_text);
    for (uint32_t i = 0; i < version->designation_count; i++) {
        if (version->designations[i].modifier == out->modifier) {
            cg_json_problem(loading->doc, types, loading->problems,
                            "the modifier \"%s\" stands twice: remove one", key);
        }
    }
}

static void load_designation(struct cg_policy_loading *loading, const struct cg_json *designation,
                             struct cg_policy_version *version) {
    version->designation = severity_of(designation);
    const struct cg_json *by_modifier = cg_json_member(designation, "by_modifier");
    size_t count = cg_json_count(by_modifier);
    struct cg_designation *all = cg_policy_alloc(loading, count, sizeof *all);
    version->designations = all;
    for (uint32_t i = 0; all != NULL && i < count; i++) {
        const char *key = NULL;
        const struct cg_json *types = cg_json_member_at(by_modifier, i, &key);
        load_modifier(loading, key, types, version, &all[i]);
        version->designation_count = i + 1;
    }
}

static void load_supervision(struct cg_policy_loading *loading, const struct cg_json *supervision,
                             struct cg_policy_version *version) {
    version->supervision = severity_of(supervision);
    version->supervisor_credentials = load_words(
        loading, cg_json_member(supervision, "credentials"), &version->supervisor_credential_count);
    version->supervisor_training = cg_json_boolean(cg_json_member(supervision, "training"));
    const struct cg_json *max_fte = cg_json_member(supervision, "max_fte");
    const struct cg_json *ratio = cg_json_member(supervision, "ratio_severity");
    version->max_fte_milli = cg_json_is_null(max_fte) ? -1 : cg_json_integer(max_fte) * MILLI;
    version->supervisor_ratio = cg_policy_severity(ratio);
    if (cg_json_is_sound(max_fte) && version->max_fte_milli < 0 &&
        version->supervisor_ratio != CG_SEVERITY_OFF) {
        cg_json_problem(loading->doc, ratio, loading->problems,
                        "a ratio cannot be tested without max_fte: give it a number, or make "
                        "ratio_severity \"off\"");
    }
}

/* All versions share one list, for a roster's rows are read once for all of them. */
static void load_status_words(struct cg_policy_loading *loading, const struct cg_json *words) {
    struct cg_policy *policy = loading->policy;
    struct cg_status_loading status = {loading->doc, loading->problems, &policy->arena};
    cg_status_words_load(&status, words, &policy->status_words);
}

void cg_policy_load_credential(struct cg_policy_loading *loading, const struct cg_json *credential,
                               struct cg_policy_version *version) {
    load_types(loading, cg_json_member(credential, "types"), version);
    load_status_words(loading, cg_json_member(credential, "status_words"));
    version->training = severity_of(cg_json_member(credential, "training"));
    const struct cg_json *exam = cg_json_member(credential, "exam");
    version->exam = severity_of(exam);
    version->exam_min_milli = cg_json_integer(cg_json_member(exam, "min_score")) * MILLI;
    load_age(loading, cg_json_member(credential, "age"), version);
    load_designation(loading, cg_json_member(credential, "designation"), version);
    const struct cg_json *education = cg_json_member(credential, "continuing_education");
    version->continuing_education = severity_of(education);
    version->ce_hours_milli = cg_json_integer(cg_json_member(education, "hours")) * MILLI;
    version->ce_ethics_milli = cg_json_integer(cg_json_member(education, "ethics_hours")) * MILLI;
    const struct cg_json *employment = cg_json_member(credential, "employment");
    version->employment = severity_of(employment);
    version->agency_certifications =
        load_words(loading, cg_json_member(employment, "agency_certifications"),
                   &version->agency_certification_count);
    load_supervision(loading, cg_json_member(credential, "supervision"), version);
}
