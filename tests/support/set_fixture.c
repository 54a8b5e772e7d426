#include "support/set_fixture.h"

#include "claimgate/record/key.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINES_MAX = 64, NIGHT_BYTES = 8192 };

void set_fixture_make(struct fixture *fixture, uint32_t parts) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_ledger_set_create(fixture->path, parts, "ms", &err), CG_OK, "%s", err.text);
}

struct fixture set_fixture_part(const struct fixture *fixture, uint32_t part_no) {
    struct fixture part = *fixture;
    const int len =
        snprintf(part.path, sizeof part.path, "%s/part-%03u.ledger", fixture->path, part_no);
    cr_assert(len > 0 && len < (int)sizeof part.path);
    return part;
}

static const char *member_of(const struct fixture_line *line) {
    return line->member != NULL ? line->member : "M1";
}

/* The lines of one part on its ledger; their letters at the lines' own places. */
static enum cg_status keep_part(struct fixture *fixture, struct cg_ledger *part,
                                const struct set_night *night, uint32_t part_no, uint32_t parts,
                                char *decided, struct cg_error *err) {
    struct fixture_line lines[LINES_MAX];
    uint32_t places[LINES_MAX];
    char letters[LINES_MAX + 1] = "";
    struct cg_ledger_input input;
    uint32_t count = 0;
    bool kept = false;
    cr_assert_leq(night->count, LINES_MAX);
    for (uint32_t i = 0; i < night->count; i++) {
        if (cg_member_part(cg_text_of(member_of(&night->lines[i])), parts) == part_no) {
            places[count] = i;
            lines[count++] = night->lines[i];
        }
    }
    fixture_identify(night->lines, night->count, &input);
    const struct cg_ledger_commit commit = {.inputs = &input, .input_count = 1};
    const enum cg_status status = fixture_keep(fixture, part, &(struct fixture_lines){lines, count},
                                               commit, letters, &kept, err);
    for (uint32_t i = 0; decided != NULL && i < count; i++) {
        decided[places[i]] = letters[i];
    }
    return status;
}

static enum cg_status decide_part(struct fixture *fixture, struct cg_ledger_set *set,
                                  const struct cg_ledger_night *of, const struct set_night *night,
                                  uint32_t part_no, char *decided, struct cg_error *err) {
    const struct cg_ledger_plan plan = {.policy = fixture->policy};
    struct cg_ledger *part = NULL;
    bool is_kept = false;
    enum cg_status status = cg_ledger_set_open_part(set, part_no, of, &plan, &part, &is_kept, err);
    if (status == CG_OK && !is_kept) {
        status = cg_ledger_begin(part, NULL, 20000, err);
    }
    if (status == CG_OK && !is_kept) {
        cr_assert_eq(cg_ledger_run_no(part), of->run_no);
        status = keep_part(fixture, part, night, part_no, cg_ledger_set_parts(set), decided, err);
    }
    cg_ledger_close(part);
    return status;
}

static enum cg_status end_night(const struct fixture *fixture, struct cg_ledger_set *set,
                                const struct cg_ledger_night *of, const char *out,
                                struct cg_error *err) {
    struct cg_ledger_output output = {0};
    struct cg_ledger_night_end end = {.outputs = &output, .output_count = 1};
    bool kept = false;
    enum cg_status status = fixture_stage(fixture, out, &end.staging, &output, err);
    if (status == CG_OK) {
        status = cg_ledger_night_publish(set, of, &end, &kept, err);
    }
    cg_staging_close(end.staging, kept);
    return status;
}

static enum cg_status run_night(struct fixture *fixture, struct cg_ledger_set *set,
                                const struct set_night *night, char *decided,
                                struct cg_error *err) {
    const uint32_t parts = cg_ledger_set_parts(set);
    const uint32_t to_do = night->parts_to_do != 0 ? night->parts_to_do : parts;
    const struct cg_ledger_night_plan plan = {
        .kind = "validate", .policy_id = "ms", .work = fixture->folder};
    struct cg_ledger_night of;
    enum cg_status status = cg_ledger_night_begin(set, &plan, &of, err);
    for (uint32_t k = 0; status == CG_OK && k < to_do; k++) {
        status = decide_part(fixture, set, &of, night, k, decided, err);
    }
    return status == CG_OK && night->out != NULL ? end_night(fixture, set, &of, night->out, err)
                                                 : status;
}

enum cg_status set_fixture_run(struct fixture *fixture, const struct set_night *night,
                               char *decided, struct cg_error *err) {
    struct cg_ledger_set *set = NULL;
    enum cg_status status = cg_ledger_set_open(fixture->path, &set, err);
    if (decided != NULL) {
        memset(decided, '?', night->count);
        decided[night->count] = '\0';
    }
    if (status == CG_OK) {
        status = run_night(fixture, set, night, decided, err);
    }
    cg_ledger_set_close(set);
    return status;
}

/* The text of a key in the open night's file. */
static void read_key(const char *night, const char *key, char *out, size_t bytes) {
    static char text[NIGHT_BYTES];
    const int fd = open(night, O_RDONLY | O_CLOEXEC);
    const ssize_t len = read(fd, text, sizeof text - 1);
    cr_assert_gt(len, 0);
    (void)close(fd);
    text[len] = '\0';
    const char *at = strstr(text, key);
    cr_assert_not_null(at);
    at = strchr(strchr(at, ':'), '"') + 1;
    snprintf(out, bytes, "%.*s", (int)strcspn(at, "\""), at);
}

void set_fixture_unpublish(const struct fixture *fixture, const char *out,
                           struct cg_ledger_night *of) {
    char path[192], staged[192], open_night[192], night[192], sql[64];
    snprintf(open_night, sizeof open_night, "%s/night.json", fixture->path);
    snprintf(night, sizeof night, "%s/nights/%d.json", fixture->path, (int)of->run_no);
    snprintf(path, sizeof path, "%s/%s", fixture->folder, out);
    snprintf(sql, sizeof sql, "DELETE FROM publication WHERE run_no = %d", (int)of->run_no);
    cr_assert_eq(rename(night, open_night), 0);
    read_key(open_night, "\"night\"", of->id, sizeof of->id);
    read_key(open_night, "\"staging\"", staged, sizeof staged);
    cr_assert_eq(rename(path, staged), 0);
    for (uint32_t k = 0;; k++) {
        const struct fixture part = set_fixture_part(fixture, k);
        if (access(part.path, F_OK) != 0) {
            return;
        }
        fixture_exec(&part, sql);
    }
}

enum cg_status set_fixture_recover(struct fixture *fixture, bool discard, uint32_t *recovered,
                                   struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture->path};
    const struct cg_ledger_recovery recovery = {.discard = discard};
    return cg_ledger_recover(&plan, &recovery, recovered, err);
}
