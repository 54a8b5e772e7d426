#include "roster_layout.h"

#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "roster_private.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name;
    const char *demanded_by; /* key of the policy */
    const char *ends_by;     /* the columns that end or limit what a row grants */
} FILES[CG_ROSTER_FILE_COUNT] = {
    [CG_ROSTER_CREDENTIALS] = {"credentials", "credential", "end_date or status"},
    [CG_ROSTER_CONTINUING_EDUCATION] = {"continuing_education", "credential.continuing_education",
                                        "hours"},
    [CG_ROSTER_EMPLOYMENT] = {"employment", "credential.employment", "end_date"},
    [CG_ROSTER_AGENCIES] = {"agencies", "credential.employment.agency_certifications", "end_date"},
    [CG_ROSTER_SUPERVISION] = {"supervision", "credential.supervision", "end_date"},
    [CG_ROSTER_AUTHORIZATIONS] = {"authorizations", "cap_exempt.authorization", "end_date"},
    [CG_ROSTER_MEMBERS] = {"members", "member_crosswalk", "end_date"},
};

const char *cg_roster_file_name(enum cg_roster_file file) {
    return FILES[file].name;
}

const char *cg_roster_file_ends_by(enum cg_roster_file file) {
    return FILES[file].ends_by;
}

/* Optional columns and the demands that are never met without them, which is worth saying once and
 * not only in a million details. */
static const struct {
    const char *column;
    enum cg_reason demand;
} ASKED_COLUMNS[] = {
    {"training_completed_date", CG_REASON_TRAINING_NOT_COMPLETED},
    {"exam_score", CG_REASON_EXAM_NOT_PASSED},
    {"birth_date", CG_REASON_PROVIDER_AGE},
    {"supervisor_training_date", CG_REASON_SUPERVISOR_NOT_TRAINED},
    {"fte", CG_REASON_SUPERVISOR_OVER_RATIO},
    {"supervisor_fte", CG_REASON_SUPERVISOR_OVER_RATIO},
};

static uint64_t demands_of_all_versions(const struct cg_policy *policy) {
    uint64_t all = 0;
    for (uint32_t v = 0; v < cg_policy_version_count(policy); v++) {
        struct cg_demands demands = cg_roster_demands(cg_policy_version(policy, v));
        all |= demands.rejects | demands.warns;
    }
    return all;
}

static bool is_asked(const char *column, uint64_t demands) {
    for (size_t i = 0; i < sizeof ASKED_COLUMNS / sizeof ASKED_COLUMNS[0]; i++) {
        if (strcmp(ASKED_COLUMNS[i].column, column) == 0) {
            return (demands & cg_reason_bit(ASKED_COLUMNS[i].demand)) != 0;
        }
    }
    return false;
}

static void warn_of_absent_columns(const struct cg_roster_reading *reading,
                                   enum cg_roster_file file) {
    const struct cg_policy *policy = reading->policy;
    char names[256] = "";
    uint64_t demands = demands_of_all_versions(policy);
    for (uint32_t i = 0; i < CG_ROSTER_COLUMNS_MAX && reading->columns[i].name != NULL; i++) {
        const struct cg_table_column *column = &reading->columns[i];
        if (column->index < 0 && is_asked(cg_roster_field_name(file, i), demands)) {
            size_t len = strlen(names);
            snprintf(names + len, sizeof names - len, "%s%s", len == 0 ? "" : ", ", column->name);
        }
    }
    if (names[0] != '\0') {
        cg_log_warning("%s lacks what policy %s asks for (%s): nobody meets those demands; add "
                       "the columns",
                       reading->path, cg_policy_id(policy), names);
    }
}

struct load {
    const char *dir;
    const struct cg_policy *policy;
    const struct cg_roster_layout *layout;
    struct cg_roster *roster;
    struct cg_problems *problems;
};

/* A name in the folder that people may take for the file's: in other letters, or with more behind
 * it. Empty: none, or the folder cannot be listed. */
static void find_near_name(const char *dir, const char *name, char near[CG_ROSTER_NAME_BYTES]) {
    DIR *folder = opendir(dir);
    const struct dirent *entry = folder == NULL ? NULL : readdir(folder);
    near[0] = '\0';
    for (; entry != NULL && near[0] == '\0'; entry = readdir(folder)) {
        if (strncasecmp(entry->d_name, name, strlen(name)) == 0) {
            snprintf(near, CG_ROSTER_NAME_BYTES, "%.*s", CG_ROSTER_NAME_BYTES - 1, entry->d_name);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
}

/* The name of a file as it stands in the folder: plain or .gz. Empty, with a problem, where there
 * is none or where both are, for nobody can say which of two is meant. */
static enum cg_status find_file(const struct load *load, enum cg_roster_file file,
                                char name[CG_ROSTER_NAME_BYTES], struct cg_error *err) {
    const char *dir = load->dir;
    struct cg_problems *problems = load->problems;
    char plain[PATH_MAX];
    char packed[PATH_MAX];
    bool has_plain = false;
    bool has_packed = false;
    name[0] = '\0';
    if (snprintf(packed, sizeof packed, "%s/%s.csv.gz", dir, FILES[file].name) >= PATH_MAX) {
        cg_problems_add(problems, dir, 0, 0, "the path is too long; move the folder");
        return CG_OK;
    }
    snprintf(plain, sizeof plain, "%.*s", (int)(strlen(packed) - strlen(".gz")), packed);
    if (cg_file_look(plain, &has_plain, err) != CG_OK ||
        cg_file_look(packed, &has_packed, err) != CG_OK) {
        return err->status;
    }
    if (has_plain && has_packed) {
        cg_problems_add(problems, dir, 0, 0, "both %s.csv and %s.csv.gz are there; remove one",
                        FILES[file].name, FILES[file].name);
    } else if (!has_plain && !has_packed) {
        char near[CG_ROSTER_NAME_BYTES];
        find_near_name(dir, FILES[file].name, near);
        cg_problems_add(problems, dir, 0, 0,
                        "%s.csv (or %s.csv.gz) is missing; the policy demands it by its key "
                        "%s%s%s%s",
                        FILES[file].name, FILES[file].name, FILES[file].demanded_by,
                        near[0] == '\0' ? "" : "; is it \"", near, near[0] == '\0' ? "" : "\"?");
    } else {
        snprintf(name, CG_ROSTER_NAME_BYTES, "%s.csv%s", FILES[file].name, has_packed ? ".gz" : "");
    }
    return CG_OK;
}

/* A damaged file is a problem like any other, so that the other files are still looked at. */
static enum cg_status load_file(const struct load *load, enum cg_roster_file file,
                                struct cg_error *err) {
    struct cg_roster_file_facts *facts = &load->roster->files[load->roster->file_count];
    if (find_file(load, file, facts->path, err) != CG_OK || facts->path[0] == '\0') {
        return err->status;
    }
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", load->dir, facts->path) >= PATH_MAX) {
        return cg_error_set(err, CG_INTERNAL, "a path outgrew its room");
    }
    struct cg_shape_counts shapes = {.noted = 0};
    struct cg_roster_reading reading = {.roster = load->roster,
                                        .policy = load->policy,
                                        .layout = load->layout,
                                        .path = path,
                                        .problems = load->problems,
                                        .shapes = &shapes};
    struct cg_error damage = CG_ERROR_INIT;
    enum cg_status status = cg_roster_read_file(file, &reading, facts, &damage);
    if (status == CG_BAD_DATA) {
        const size_t len = strlen(path);
        const bool names_it = strncmp(damage.text, path, len) == 0 && damage.text[len] == ':';
        cg_problems_add(load->problems, path, 0, 0, "%s",
                        names_it ? damage.text + len + strlen(": ") : damage.text);
        return CG_OK;
    }
    if (status != CG_OK) {
        return cg_error_set(err, status, "%s", damage.text);
    }
    load->roster->file_count++;
    warn_of_absent_columns(&reading, file);
    if (facts->rows == 0 && load->problems->total == 0) {
        cg_log_warning("%s has a header and no row: %s", path,
                       file == CG_ROSTER_CREDENTIALS ? "nobody may render; was it cut?"
                                                     : "was it cut?");
    }
    return CG_OK;
}

/* What cannot be a roster is a problem of whoever named it; what cannot be looked at is a fault of
 * the disk. */
static enum cg_status check_folder(const struct load *load, struct cg_error *err) {
    const size_t before = load->problems->total;
    struct stat facts;
    if (stat(load->dir, &facts) == 0) {
        if (!S_ISDIR(facts.st_mode)) {
            cg_problems_add(load->problems, load->dir, 0, 0,
                            "is no folder; name the folder that holds credentials.csv");
        }
    } else if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG || errno == ELOOP) {
        cg_problems_add(load->problems, load->dir, 0, 0,
                        "%s; name the folder that holds credentials.csv", strerror(errno));
    } else {
        return cg_error_set_errno(err, CG_IO, errno, "%s: cannot be looked at", load->dir);
    }
    if (load->problems->total > before) {
        return cg_problems_status(load->problems, err);
    }
    return access(load->dir, X_OK) == 0
               ? CG_OK
               : cg_error_set_errno(err, CG_IO, errno, "%s: cannot look into the folder",
                                    load->dir);
}

static enum cg_status load_layout(const struct load *load, struct cg_roster_layout *layout,
                                  struct cg_error *err) {
    struct cg_roster *roster = load->roster;
    bool found = false;
    const enum cg_status status = cg_roster_layout_load(
        load->dir, layout, &roster->files[roster->file_count], &found, load->problems, err);
    roster->file_count += found;
    if (status == CG_OK && !found) {
        char near[CG_ROSTER_NAME_BYTES];
        find_near_name(load->dir, "layout", near);
        if (near[0] != '\0') {
            cg_log_warning("%s/%s is not read: what says how a roster is written is layout.json",
                           load->dir, near);
        }
    }
    return status;
}

static enum cg_status load_files(const struct load *load, struct cg_error *err) {
    const size_t problems_before = load->problems->total;
    for (int file = 0; file < CG_ROSTER_FILE_COUNT; file++) {
        /* Without credentials nobody could render, whatever a policy says. */
        if (file == CG_ROSTER_CREDENTIALS ||
            cg_policy_demands(load->policy, (enum cg_roster_file)file)) {
            if (load_file(load, (enum cg_roster_file)file, err) != CG_OK) {
                return err->status;
            }
        }
    }
    return load->problems->total > problems_before ? cg_problems_status(load->problems, err)
                                                   : CG_OK;
}

static bool index_tables(struct cg_roster *roster) {
    return cg_span_table_index(&roster->credentials) && cg_span_table_index(&roster->education) &&
           cg_span_table_index(&roster->employment) &&
           cg_span_table_index(&roster->certifications) && cg_roster_add_workloads(roster) &&
           cg_span_table_index(&roster->supervision) && cg_span_table_index(&roster->workloads) &&
           cg_span_table_index(&roster->authorizations) && cg_span_table_index(&roster->members);
}

/* They are fetched ahead of every line: what stays in the nearest cache anyhow is not asked for. */
enum { CACHED_BYTES = 32 << 10 };
static void list_provider_tables(struct cg_roster *roster) {
    const struct cg_span_table *tables[CG_PROVIDER_TABLES_MAX] = {
        &roster->credentials, &roster->education, &roster->employment, &roster->supervision};
    for (int i = 0; i < CG_PROVIDER_TABLES_MAX; i++) {
        if ((uint64_t)tables[i]->rows.count * tables[i]->rows.item_bytes > CACHED_BYTES) {
            roster->provider_tables[roster->provider_table_count++] = tables[i];
        }
    }
}

/* The path of a file that was loaded, as problems name it. */
static void path_of(const struct load *load, enum cg_roster_file file, char path[PATH_MAX]) {
    const size_t len = strlen(FILES[file].name);
    const char *found = "";
    for (uint32_t i = 0; i < load->roster->file_count; i++) {
        const char *name = load->roster->files[i].path;
        if (strncmp(name, FILES[file].name, len) == 0 && name[len] == '.') {
            found = name;
        }
    }
    snprintf(path, PATH_MAX, "%s/%s", load->dir, found);
}

static enum cg_status load_roster(const struct load *load, struct cg_roster_layout *layout,
                                  struct cg_error *err) {
    struct cg_roster *roster = load->roster;
    if (check_folder(load, err) != CG_OK || load_layout(load, layout, err) != CG_OK ||
        load_files(load, err) != CG_OK) {
        return err->status;
    }
    if (!index_tables(roster) || !cg_roster_resolve(roster, load->policy)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory for the roster %s", load->dir);
    }
    list_provider_tables(roster);
    char path[PATH_MAX];
    path_of(load, CG_ROSTER_MEMBERS, path);
    cg_roster_check_members(roster, path, load->problems);
    return cg_problems_status(load->problems, err);
}

static void roster_init(struct cg_roster *roster) {
    cg_span_table_init(&roster->credentials, sizeof(struct cg_credential));
    cg_span_table_init(&roster->education, sizeof(struct cg_education));
    cg_span_table_init(&roster->employment, sizeof(struct cg_employment));
    cg_span_table_init(&roster->certifications, sizeof(struct cg_certification));
    cg_span_table_init(&roster->supervision, sizeof(struct cg_supervision));
    cg_span_table_init(&roster->workloads, sizeof(struct cg_workload));
    cg_span_table_init(&roster->authorizations, sizeof(struct cg_authorization));
    cg_span_table_init(&roster->members, sizeof(struct cg_membership));
    cg_words_init(&roster->words);
    cg_words_init(&roster->supervisors);
    cg_arena_init(&roster->texts, SIZE_MAX);
}

enum cg_status cg_roster_load(const char *dir, const struct cg_policy *policy,
                              struct cg_roster **out, struct cg_problems *problems,
                              struct cg_error *err) {
    *out = NULL;
    struct cg_roster *roster = calloc(1, sizeof *roster);
    if (roster == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory for the roster");
    }
    roster_init(roster);
    struct cg_roster_layout layout;
    cg_roster_layout_init(&layout);
    const struct load load = {dir, policy, &layout, roster, problems};
    const enum cg_status status = load_roster(&load, &layout, err);
    cg_roster_layout_fini(&layout);
    if (status != CG_OK) {
        cg_roster_free(roster);
        return status;
    }
    *out = roster;
    return CG_OK;
}

void cg_roster_free(struct cg_roster *roster) {
    if (roster == NULL) {
        return;
    }
    cg_span_table_fini(&roster->credentials);
    cg_span_table_fini(&roster->education);
    cg_span_table_fini(&roster->employment);
    cg_span_table_fini(&roster->certifications);
    cg_span_table_fini(&roster->supervision);
    cg_span_table_fini(&roster->workloads);
    cg_span_table_fini(&roster->authorizations);
    cg_span_table_fini(&roster->members);
    cg_words_fini(&roster->words);
    cg_words_fini(&roster->supervisors);
    cg_arena_fini(&roster->texts);
    free(roster->roles);
    free(roster->demands);
    free(roster->unnamed_types);
    free(roster);
}
