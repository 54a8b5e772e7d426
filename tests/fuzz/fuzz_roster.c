/*
 * Any bytes as one of the roster's files, the others being sound, under a policy that demands all
 * of them. A roster that is taken answers for lines of all kinds.
 *
 * The first byte chooses the file.
 */
#include "support/tiny_run.h"

#include "claimgate/base/log.h"
#include "claimgate/record/field.h"
#include "claimgate/record/verdict.h"
#include "gate/credential_edits.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char policy_text[] =
    "{\"id\":\"all\",\"title\":\"every demand\",\"member_crosswalk\":true,\"versions\":[{"
    "\"effective\":\"2000-01-01\",\"procedures\":[{\"code\":\"H0038\"}],\"caps\":[],"
    "\"over_cap\":\"reject\",\"span\":\"split\","
    "\"cap_exempt\":{\"under_age\":21,\"authorization\":\"on_file\",\"source\":\"t\"},"
    "\"unknown_original\":\"warn\",\"duplicate_service\":{\"severity\":\"warn\"},"
    "\"credential\":{\"types\":[\"CPSSP-MH\",\"CPSSP-Y\"],\"source\":\"t\","
    "\"training\":{\"severity\":\"reject\"},\"exam\":{\"severity\":\"reject\",\"min_score\":75},"
    "\"age\":{\"severity\":\"reject\",\"min\":16,\"by_type\":{\"CPSSP-Y\":[18,26]}},"
    "\"designation\":{\"severity\":\"reject\",\"by_modifier\":{\"HE\":[\"CPSSP-MH\"]}},"
    "\"continuing_education\":{\"severity\":\"reject\",\"hours\":10,\"ethics_hours\":3},"
    "\"employment\":{\"severity\":\"reject\",\"agency_certifications\":[\"DMH\"]},"
    "\"supervision\":{\"severity\":\"reject\",\"credentials\":[\"MHP\"],\"training\":true,"
    "\"max_fte\":9,\"ratio_severity\":\"reject\"}}}]}";

static const struct {
    const char *name;
    const char *text;
} files[] = {
    {"credentials.csv", "npi,credential_type,status,effective_date,end_date,"
                        "training_completed_date,exam_score,birth_date\n"
                        "1234567893,CPSSP-MH,current,2020-01-01,,2019-05-05,80,1980-01-01\n"},
    {"continuing_education.csv", "npi,year,hours,ethics_hours,reported_date\n"
                                 "1234567893,2023,12.5,3,2023-12-01\n"},
    {"employment.csv", "npi,agency_npi,effective_date,end_date\n"
                       "1234567893,1679576722,2020-01-01,\n"},
    {"agencies.csv", "agency_npi,certification,effective_date,end_date\n"
                     "1679576722,DMH,2020-01-01,\n"},
    {"supervision.csv", "npi,supervisor_id,effective_date,end_date,supervisor_credential,"
                        "supervisor_training_date,fte,supervisor_fte\n"
                        "1234567893,S1,2020-01-01,,MHP,2019-01-01,1,1\n"},
    {"authorizations.csv", "authorization_number,member_id,hcpcs_code,effective_date,end_date\n"
                           "A1,M1,H0038,2024-01-01,2024-12-31\n"},
    {"members.csv", "member_id,person_id,effective_date,end_date\nM1,P1,2020-01-01,\n"},
};
enum { FILES = sizeof files / sizeof files[0] };

struct roster_rules {
    char dir[64];
    struct cg_policy *policy;
};

static void write_file(const char *dir, unsigned no, const void *bytes, size_t len) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, files[no].name);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    tiny_require(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "cannot write %s", path);
    close(fd);
}

static void clean_up(void);

static struct roster_rules *set_up(void) {
    static struct roster_rules rules;
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    if (rules.policy == NULL) {
        cg_log_init((struct cg_log_options){.quiet = true});
        cg_problems_init(&problems);
        tiny_require(cg_reason_init(&err) == CG_OK &&
                         cg_policy_load_text("policy", policy_text, sizeof policy_text - 1,
                                             &rules.policy, &problems, &err) == CG_OK,
                     "%s", err.text);
        cg_problems_fini(&problems);
        snprintf(rules.dir, sizeof rules.dir, "/tmp/claimgate-fuzz-XXXXXX");
        tiny_require(mkdtemp(rules.dir) != NULL, "no folder");
        for (unsigned i = 0; i < FILES; i++) {
            write_file(rules.dir, i, files[i].text, strlen(files[i].text));
        }
        atexit(clean_up);
    }
    return &rules;
}

static void clean_up(void) {
    const struct roster_rules *rules = set_up();
    for (unsigned i = 0; i < FILES; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", rules->dir, files[i].name);
        unlink(path);
    }
    rmdir(rules->dir);
}

static void ask(const struct cg_roster *roster, const struct cg_policy *policy) {
    char sentence[CG_VERDICT_DETAIL_BYTES];
    for (unsigned i = 0; i < 24; i++) {
        struct cg_line line = {.rendering_npi = i % 4 != 0 ? 1234567893 : 1000000004,
                               .billing_npi = i % 3 != 0 ? 1679576722 : 0,
                               .units = 1,
                               .start_day = 19700 + (int32_t)i * 40,
                               .end_day = 19700 + (int32_t)(i * 41),
                               .claim_id = cg_key_of(cg_text_of("C")),
                               .member_id = cg_key_of(cg_text_of("M1")),
                               .authorization_number = cg_text_of("A1"),
                               .modifiers = cg_modifiers_of(cg_text_of(i % 2 != 0 ? "HE" : "HQ"))};
        uint32_t id_no = 0;
        line.version = cg_policy_in_force(policy, line.start_day);
        cg_credential_edits(roster, &line);
        for (int reason = 0; reason < CG_REASON_COUNT; reason++) {
            struct cg_phrase say = cg_phrase_start(sentence, sizeof sentence);
            cg_credential_sentence(roster, &line, (enum cg_reason)reason, &say);
        }
        (void)cg_roster_authorizes(roster, &line, cg_field_procedure(cg_text_of("H0038")));
        (void)cg_roster_person(roster, &line.member_id, line.start_day, &id_no);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct roster_rules *rules = set_up();
    struct cg_roster *roster = NULL;
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    if (size < 1) {
        return 0;
    }
    const unsigned no = data[0] % FILES;
    write_file(rules->dir, no, data + 1, size - 1);
    cg_problems_init(&problems);
    const enum cg_status status =
        cg_roster_load(rules->dir, rules->policy, &roster, &problems, &err);
    if (status == CG_OK) {
        ask(roster, rules->policy);
        cg_roster_free(roster);
    } else {
        tiny_require(problems.total > 0 || err.text[0] != '\0', "refused without a word");
    }
    cg_problems_fini(&problems);
    write_file(rules->dir, no, files[no].text, strlen(files[no].text));
    return 0;
}
