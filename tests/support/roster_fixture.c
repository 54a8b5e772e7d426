#include "roster_fixture.h"

#include "claimgate/rules/reason.h"
#include "gate/credential_edits.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char roster_fixture_all_demands[] =
    "{\"id\":\"all\",\"title\":\"every demand\",\"versions\":[{\"effective\":\"2000-01-01\","
    "\"procedures\":[{\"code\":\"H0038\"}],\"caps\":[],\"over_cap\":\"reject\",\"span\":\"split\","
    "\"cap_exempt\":{\"under_age\":21,\"authorization\":\"on_file\",\"source\":\"test\"},"
    "\"unknown_original\":\"warn\",\"duplicate_service\":{\"severity\":\"warn\"},"
    "\"credential\":{\"types\":[\"CPSSP-MH\",\"CPSSP-SU\",\"CPSSP-Y\"],\"source\":\"test\","
    "\"training\":{\"severity\":\"reject\"},"
    "\"exam\":{\"severity\":\"reject\",\"min_score\":75},"
    "\"age\":{\"severity\":\"reject\",\"min\":16,\"by_type\":{\"CPSSP-Y\":[18,26]}},"
    "\"designation\":{\"severity\":\"reject\",\"by_modifier\":{\"HE\":[\"CPSSP-MH\"],\"HF\":["
    "\"CPSSP-"
    "SU\"],\"HA\":[\"CPSSP-SU\",\"CPSSP-Y\"]}},"
    "\"continuing_education\":{\"severity\":\"reject\",\"hours\":10,\"ethics_hours\":3},"
    "\"employment\":{\"severity\":\"reject\",\"agency_certifications\":[\"DMH\"]},"
    "\"supervision\":{\"severity\":\"reject\",\"credentials\":[\"MHP\"],\"training\":true,"
    "\"max_fte\":9,\"ratio_severity\":\"reject\"}}}]}";

void roster_fixture_init(struct roster_fixture *fixture, const char *policy) {
    *fixture = (struct roster_fixture){.err = CG_ERROR_INIT};
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_reason_init(&err), CG_OK, "%s", err.text);
    cg_problems_init(&fixture->problems);
    snprintf(fixture->dir, sizeof fixture->dir, "/tmp/claimgate-roster-XXXXXX");
    cr_assert_not_null(mkdtemp(fixture->dir));
    enum cg_status status =
        policy[0] == '{' ? cg_policy_load_text("policy", policy, strlen(policy), &fixture->policy,
                                               &fixture->problems, &err)
                         : cg_policy_load(policy, &fixture->policy, &fixture->problems, &err);
    cr_assert_eq(status, CG_OK, "%s", err.text);
}

void roster_fixture_fini(struct roster_fixture *fixture) {
    cg_roster_free(fixture->roster);
    cg_policy_free(fixture->policy);
    cg_problems_fini(&fixture->problems);
    DIR *dir = opendir(fixture->dir);
    cr_assert_not_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
    cr_assert_eq(rmdir(fixture->dir), 0);
}

void roster_fixture_write(struct roster_fixture *fixture, const char *name, const char *text) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", fixture->dir, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

enum cg_status roster_fixture_load(struct roster_fixture *fixture) {
    cg_roster_free(fixture->roster);
    cg_problems_fini(&fixture->problems);
    cg_problems_init(&fixture->problems);
    fixture->err = (struct cg_error)CG_ERROR_INIT;
    return cg_roster_load(fixture->dir, fixture->policy, &fixture->roster, &fixture->problems,
                          &fixture->err);
}

const char *roster_fixture_problems(const struct roster_fixture *fixture) {
    static char text[65536];
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < fixture->problems.count && len < sizeof text; i++) {
        const struct cg_problem *problem = &fixture->problems.list[i];
        const char *file = problem->file;
        size_t dir_len = strlen(fixture->dir);
        if (strncmp(file, fixture->dir, dir_len) == 0) {
            file += file[dir_len] == '/' ? dir_len + 1 : dir_len;
        }
        len += (size_t)snprintf(text + len, sizeof text - len, "%s:%llu:%u: %s\n", file,
                                (unsigned long long)problem->line, problem->column, problem->text);
    }
    return text;
}

int32_t roster_fixture_day(const char *iso) {
    int32_t day = cg_date_parse(iso, strlen(iso), CG_DATE_ISO);
    cr_assert_neq(day, CG_DAY_NONE, "%s", iso);
    return day;
}

struct cg_line roster_fixture_line(const struct roster_fixture *fixture, uint64_t npi,
                                   const char *start, const char *end) {
    struct cg_line line = {.rendering_npi = npi, .units = 1};
    line.claim_id = cg_key_of(cg_text_of("CLAIM-CANARY"));
    line.member_id = cg_key_of(cg_text_of("MEMBER-CANARY"));
    line.start_day = roster_fixture_day(start);
    line.end_day = end == NULL ? line.start_day : roster_fixture_day(end);
    line.version = cg_policy_in_force(fixture->policy, line.start_day);
    cr_assert_not_null(line.version);
    return line;
}

const char *roster_fixture_reasons(uint64_t reasons) {
    static char text[1024];
    size_t len = 0;
    text[0] = '\0';
    for (int reason = 0; reason < CG_REASON_COUNT; reason++) {
        if ((reasons & cg_reason_bit((enum cg_reason)reason)) != 0) {
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len == 0 ? "" : ";",
                                    cg_reason_info((enum cg_reason)reason)->name);
        }
    }
    return text;
}

const char *roster_fixture_edit(const struct roster_fixture *fixture, struct cg_line line) {
    cg_credential_edits(fixture->roster, &line);
    return roster_fixture_reasons(line.reasons);
}
