/*
 * Read a policy: the file, its versions, their codes and caps.
 *
 * The schema has tested the shape before anything here runs, so what is left are the
 * checks that a schema cannot say. Reading goes on after a problem, also after one that
 * the schema found, so that a person who mends a policy by hand sees all of them at once.
 * So lists may be longer here than the schema allows, and what is broken reads as absent;
 * a check that looks at two places asks first whether the other one is sound.
 */
#include "policy_private.h"

#include "claimgate/base/phrase.h"
#include "claimgate/io/named_file.h"
#include "claimgate/record/field.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    POLICY_MEMORY_MAX_BYTES = 64 << 20,
    NO_LEAP_YEAR = 2001, /* a day of every year is a day of this one */
};

/* The files of schemas/policies; a test holds the two together. */
static const char *const builtin_ids[] = {"la", "mi", "ms-full", "ms", NULL};

const struct cg_named_files cg_policy_files = {"policy", "policies", builtin_ids};

void *cg_policy_alloc(struct cg_policy_loading *loading, size_t count, size_t item_bytes) {
    if (count == 0) {
        return NULL;
    }
    void *memory = count > POLICY_MEMORY_MAX_BYTES / item_bytes
                       ? NULL
                       : cg_arena_alloc(&loading->policy->arena, count * item_bytes);
    if (memory == NULL) {
        loading->no_memory = true;
    }
    return memory;
}

const char *cg_policy_keep(struct cg_policy_loading *loading, const char *text) {
    const char *copy = cg_arena_string(&loading->policy->arena, text);
    return copy != NULL ? copy : "";
}

static struct cg_text text_of(const struct cg_json *string) {
    return cg_text_of(cg_json_string(string));
}

static bool is_one_of(const struct cg_json *string, const char *word) {
    return strcmp(cg_json_string(string), word) == 0;
}

/* A HCPCS code as a number, 0 with a problem when it is none. */
static uint64_t load_code(struct cg_policy_loading *loading, const struct cg_json *node) {
    struct cg_text text = text_of(node);
    bool valid = text.len == 5;
    for (uint32_t i = 0; valid && i < text.len; i++) {
        char c = text.ptr[i];
        valid = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }
    if (!valid) {
        cg_json_problem(loading->doc, node, loading->problems,
                        "\"%s\" is no procedure code: write 5 letters or digits, e.g. \"H0038\"",
                        text.ptr);
        return 0;
    }
    return cg_field_procedure(text);
}

/* The policy-wide number of a code, a new one where it is met first; -1 when there are too many. */
static int number_procedure(struct cg_policy_loading *loading, uint64_t code,
                            const struct cg_json *place) {
    struct cg_policy *policy = loading->policy;
    uint32_t slot = cg_policy_slot(policy, code);
    if (policy->slot_codes[slot] == code) {
        return policy->slot_numbers[slot];
    }
    if (policy->procedure_count == CG_PROCEDURES_MAX) {
        cg_json_problem(loading->doc, place, loading->problems,
                        "the versions name more than %d codes together", CG_PROCEDURES_MAX);
        return -1;
    }
    uint32_t number = policy->procedure_count++;
    policy->procedures[number] = code;
    policy->slot_codes[slot] = code;
    policy->slot_numbers[slot] = (uint8_t)number;
    return (int)number;
}

static void load_procedures(struct cg_policy_loading *loading, const struct cg_json *list,
                            struct cg_policy_version *version) {
    for (size_t i = 0; i < cg_json_count(list) && i < CG_PROCEDURES_MAX; i++) {
        const struct cg_json *item = cg_json_item(list, i);
        const struct cg_json *node = cg_json_member(item, "code");
        uint64_t code = load_code(loading, node);
        int number = code == 0 ? -1 : number_procedure(loading, code, node);
        if (number < 0) {
            continue;
        }
        if (version->names[number]) {
            cg_json_problem(loading->doc, node, loading->problems,
                            "the code \"%s\" stands twice in this version: remove one",
                            cg_json_string(node));
        }
        bool roster_only = cg_json_boolean(cg_json_member(item, "only_if_on_roster"));
        version->names[number] = true;
        version->roster_only[number] = roster_only;
        if (roster_only) {
            loading->policy->somewhere_roster_only[number] = true;
        } else {
            loading->policy->somewhere_outright[number] = true;
        }
    }
}

/* A code that an earlier version named counts on: what was used by it is used. */
static void load_cap_procedures(struct cg_policy_loading *loading, const struct cg_json *list,
                                struct cg_cap *cap) {
    const bool names_known = loading->procedures_known;
    cap->counts_all = cg_json_is_null(list);
    for (size_t i = 0; i < cg_json_count(list); i++) {
        const struct cg_json *node = cg_json_item(list, i);
        uint64_t code = load_code(loading, node);
        int number = cg_policy_procedure(loading->policy, code);
        if (names_known && code != 0 && number < 0) {
            cg_json_problem(loading->doc, node, loading->problems,
                            "neither this version nor an earlier one names the code \"%s\": add it "
                            "to procedures or take it from the cap",
                            cg_json_string(node));
        } else if (number >= 0) {
            cap->counts[number] = 1;
        }
    }
}

/* "MM-DD" is what follows the year of a date, so it is read as a date of a year without a leap day:
 * a benefit year that began on 29 February would have no start in most years. */
static void load_year_start(struct cg_policy_loading *loading, const struct cg_json *node,
                            struct cg_cap *cap) {
    char date[CG_DATE_TEXT_BYTES];
    int len = snprintf(date, sizeof date, "%d-%s", NO_LEAP_YEAR, cg_json_string(node));
    int32_t day_no = len < 0 ? CG_DAY_NONE : cg_date_parse(date, strlen(date), CG_DATE_ISO);
    if (day_no == CG_DAY_NONE || (size_t)len >= sizeof date) {
        cg_json_problem(loading->doc, node, loading->problems,
                        "\"%s\" is no day of every year: write MM-DD, e.g. \"07-01\"",
                        cg_json_string(node));
        return;
    }
    struct cg_civil civil = cg_date_to_civil(day_no);
    cap->year_start_month = civil.month;
    cap->year_start_day = civil.day;
}

static enum cg_period period_of(const struct cg_json *node) {
    static const char *const words[] = {
        [CG_PERIOD_DAY] = "day",           [CG_PERIOD_MONTH] = "month",
        [CG_PERIOD_YEAR] = "year",         [CG_PERIOD_ROLLING_MONTHS] = "rolling_months",
        [CG_PERIOD_LIFETIME] = "lifetime",
    };
    enum cg_period period = CG_PERIOD_DAY;
    while (period < CG_PERIOD_LIFETIME && !is_one_of(node, words[period])) {
        period++;
    }
    return period;
}

/* `node` is the cap. */
static void load_period(struct cg_policy_loading *loading, const struct cg_json *node,
                        struct cg_cap *cap) {
    const struct cg_json *period = cg_json_member(node, "period");
    const struct cg_json *year_start = cg_json_member(node, "year_start");
    const struct cg_json *months = cg_json_member(node, "months");
    cap->period = period_of(period);
    cap->months = (int)cg_json_integer(months);
    cap->year_start_month = 1;
    cap->year_start_day = 1;
    if (!cg_json_is_sound(period)) {
        return;
    }
    if (year_start != NULL && cap->period != CG_PERIOD_YEAR) {
        cg_json_problem(loading->doc, year_start, loading->problems,
                        "year_start goes with the period \"year\" alone: remove it");
    } else if (year_start != NULL) {
        load_year_start(loading, year_start, cap);
    }
    if (months != NULL && cap->period != CG_PERIOD_ROLLING_MONTHS) {
        cg_json_problem(loading->doc, months, loading->problems,
                        "months goes with the period \"rolling_months\" alone: remove it");
    } else if (months == NULL && cap->period == CG_PERIOD_ROLLING_MONTHS &&
               cg_json_is_sound(node)) { /* else it may be there under another name */
        cg_json_problem(loading->doc, period, loading->problems,
                        "the period \"rolling_months\" needs months, a number from 1 to 1200");
    }
}

/* Copy a cap's id or code, of which only the bytes named may stand in a reason or a remittance. */
static void load_word(struct cg_policy_loading *loading, const struct cg_json *node,
                      const char *allowed, char *out, size_t capacity) {
    const char *word = cg_json_string(node);
    if (strlen(word) >= capacity || strspn(word, allowed) != strlen(word)) {
        cg_json_problem(loading->doc, node, loading->problems,
                        "\"%s\" has a character other than %s", word,
                        strchr(allowed, '_') != NULL ? "a lower-case letter, a digit or _"
                                                     : "a capital letter or a digit");
    }
    snprintf(out, capacity, "%s", word);
}

static void load_cap(struct cg_policy_loading *loading, const struct cg_json *node,
                     struct cg_policy_version *version) {
    static const char id_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    static const char code_bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    struct cg_cap *cap = &version->caps[version->cap_count];
    const struct cg_json *id = cg_json_member(node, "id");
    load_word(loading, id, id_bytes, cap->id, sizeof cap->id);
    struct cg_phrase reason = cg_phrase_start(cap->reason, sizeof cap->reason);
    cg_say(&reason, "%s_cap", cap->id);
    load_word(loading, cg_json_member(node, "carc"), code_bytes, cap->carc, sizeof cap->carc);
    load_word(loading, cg_json_member(node, "rarc"), code_bytes, cap->rarc, sizeof cap->rarc);
    if (cg_policy_cap(version, cap->id) != NULL) {
        cg_json_problem(loading->doc, id, loading->problems,
                        "the cap id \"%s\" stands twice in this version: give one another name",
                        cap->id);
    }
    load_period(loading, node, cap);
    cap->limit_units = (uint32_t)cg_json_integer(cg_json_member(node, "limit"));
    load_cap_procedures(loading, cg_json_member(node, "procedures"), cap);
    version->cap_count++;
}

static void load_effective(struct cg_policy_loading *loading, const struct cg_json *node,
                           struct cg_policy_version *version) {
    struct cg_text text = text_of(node);
    version->effective_day = cg_date_parse(text.ptr, text.len, CG_DATE_ISO);
    if (version->effective_day == CG_DAY_NONE) {
        cg_json_problem(loading->doc, node, loading->problems,
                        "\"%s\" is no real date: write YYYY-MM-DD", text.ptr);
    } else if (version->index > 0 && version[-1].effective_day >= version->effective_day) {
        cg_json_problem(loading->doc, node, loading->problems,
                        "a version must be effective after the one before it: put them in the "
                        "order of their dates");
    }
}

static void load_version(struct cg_policy_loading *loading, const struct cg_json *node,
                         struct cg_policy_version *version) {
    load_effective(loading, cg_json_member(node, "effective"), version);
    const struct cg_json *procedures = cg_json_member(node, "procedures");
    loading->procedures_known = cg_json_is_sound(procedures);
    load_procedures(loading, procedures, version);
    const struct cg_json *caps = cg_json_member(node, "caps");
    for (size_t i = 0; i < cg_json_count(caps) && i < CG_CAPS_MAX; i++) {
        load_cap(loading, cg_json_item(caps, i), version);
    }
    const struct cg_json *filing = cg_json_member(node, "timely_filing_days");
    const struct cg_json *exempt = cg_json_member(node, "cap_exempt");
    const struct cg_json *duplicate = cg_json_member(node, "duplicate_service");
    version->cutback = is_one_of(cg_json_member(node, "over_cap"), "cutback");
    version->split_spans = is_one_of(cg_json_member(node, "span"), "split");
    version->timely_filing_days = filing == NULL ? -1 : (int)cg_json_integer(filing);
    version->has_exemption = !cg_json_is_null(exempt);
    version->exemption_on_file = is_one_of(cg_json_member(exempt, "authorization"), "on_file");
    version->exempt_under_age = (int)cg_json_integer(cg_json_member(exempt, "under_age"));
    version->reject_unknown_original =
        is_one_of(cg_json_member(node, "unknown_original"), "reject");
    version->duplicate_service = cg_policy_severity(cg_json_member(duplicate, "severity"));
    const struct cg_json *near_code = cg_json_member(node, "near_code");
    version->near_code = near_code == NULL ? CG_SEVERITY_WARN : cg_policy_severity(near_code);
    cg_policy_load_credential(loading, cg_json_member(node, "credential"), version);
}

static const char *load_line(struct cg_policy_loading *loading, const struct cg_json *node) {
    if (!cg_field_is_clean(text_of(node))) {
        cg_json_problem(loading->doc, node, loading->problems,
                        "control characters cannot be shown: remove them");
    }
    return cg_policy_keep(loading, cg_json_string(node));
}

static void load_document(struct cg_policy_loading *loading) {
    struct cg_policy *policy = loading->policy;
    const struct cg_json *root = cg_json_root(loading->doc);
    policy->id = load_line(loading, cg_json_member(root, "id"));
    policy->title = load_line(loading, cg_json_member(root, "title"));
    policy->member_crosswalk = cg_json_boolean(cg_json_member(root, "member_crosswalk"));
    policy->test_npis = cg_json_boolean(cg_json_member(root, "test_npis"));
    const struct cg_json *versions = cg_json_member(root, "versions");
    size_t count = cg_json_count(versions);
    policy->versions = cg_policy_alloc(loading, count, sizeof *policy->versions);
    for (uint32_t i = 0; policy->versions != NULL && i < count; i++) {
        policy->versions[i].index = i;
        load_version(loading, cg_json_item(versions, i), &policy->versions[i]);
        policy->version_count = i + 1;
    }
}

enum cg_status cg_policy_load_text(const char *file, const char *text, size_t len_bytes,
                                   struct cg_policy **out, struct cg_problems *problems,
                                   struct cg_error *err) {
    enum cg_status status = CG_OK;
    size_t problems_before = problems->total;
    struct cg_policy_loading loading = {.problems = problems};
    struct cg_policy *policy = calloc(1, sizeof *policy);
    if (policy == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", file);
    }
    cg_arena_init(&policy->arena, POLICY_MEMORY_MAX_BYTES);
    loading.policy = policy;
    policy->text = cg_arena_copy(&policy->arena, text, len_bytes);
    policy->text_bytes = len_bytes;
    cg_sha256_of(text, len_bytes, policy->sha256);
    struct cg_json_doc *doc =
        cg_json_load_faulty(file, text, len_bytes, "policy.schema.json", problems);
    if (doc != NULL) {
        loading.doc = doc;
        load_document(&loading);
        cg_json_free(doc);
    } else if (problems->total == problems_before) {
        loading.no_memory = true;
    }
    if (policy->arena.has_failed || loading.no_memory) {
        status = cg_error_set(err, CG_INTERNAL, "%s: out of memory", file);
    } else if (problems->total > problems_before) {
        cg_problems_sort(problems, problems_before);
        status = cg_problems_status(problems, err);
    }
    if (status != CG_OK) {
        cg_policy_free(policy);
        return status;
    }
    *out = policy;
    return CG_OK;
}

enum cg_status cg_policy_load(const char *id_or_path, struct cg_policy **out,
                              struct cg_problems *problems, struct cg_error *err) {
    struct cg_named_file file;
    enum cg_status status = cg_named_file_open(&cg_policy_files, id_or_path, &file, err);
    if (status == CG_OK) {
        status = cg_policy_load_text(file.name, file.text.ptr, file.text.len, out, problems, err);
    }
    cg_named_file_close(&file);
    return status;
}
