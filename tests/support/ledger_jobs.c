#include "support/ledger_jobs.h"

#include "ledger/joined.h"
#include "support/set_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AS_OF = 20000, SPILLING_BYTES = 200 };

static const struct fixture_line first_night[] = {
    {.member = "M1", .claim = "C1", .units = 4},
    {.member = "M1", .claim = "C2", .units = 2},
    {.member = "M1", .claim = "C3", .units = 2}, /* over the daily cap */
    {.member = "M2", .claim = "C4", .units = 3, .date = "2025-01-07"},
    {.member = "M2", .claim = "V9", .frequency = CG_VOID, .original = "C9"}, /* comes later */
    {.member = "M3-with-a-long-id-of-its-own", .claim = "C5", .reasons = 2}};
static const struct fixture_line second_night[] = {
    {.member = "M1", .claim = "C6", .frequency = CG_VOID, .original = "C1"},
    {.member = "M2", .claim = "C7", .units = 2, .frequency = CG_REPLACEMENT, .original = "C4"},
    {.member = "M2", .claim = "C9", .units = 1, .date = "2025-01-08"},
    {.member = "M3-with-a-long-id-of-its-own", .claim = "C8", .units = 1}};
static const struct fixture_line third_night[] = {{.member = "M4", .claim = "C10", .units = 1}};
static const struct fixture_line last_night[] = {
    {.member = "M4", .claim = "C11", .units = 1},
    {.member = "M4", .claim = "C12", .units = 1, .line_id = "L-1"}};
static const struct fixture_line next_night[] = {
    {.member = "M1", .claim = "C21", .units = 4},
    {.member = "M1", .claim = "C21", .units = 4}, /* twice */
    {.member = "M2", .claim = "C22", .frequency = CG_VOID, .original = "C7"},
    {.member = "M5", .claim = "C23", .units = 7}, /* over the daily cap */
    {.member = "M3-with-a-long-id-of-its-own", .claim = "C24", .units = 1},
    {.member = "M4", .claim = "C25", .units = 1, .line_id = "L-1"},
    {.member = "M4", .claim = "C25", .units = 1, .line_id = "L-2"},
    {.member = "M4", .claim = "C26", .units = 1, .line_id = "L-2"},
    {.member = "M2", .claim = "C27", .reasons = 2}, /* they do not meet the history */
    {.member = "M10", .claim = "C28", .reasons = 2}};
static const struct fixture_line long_night[] = {
    {.member = "M1", .claim = "C31", .number = 1},
    {.member = "M1", .claim = "C31", .number = 2},
    {.member = "M2", .claim = "C32", .number = 1},
    {.member = "M2", .claim = "C32", .number = 2},
    {.member = "M6", .claim = "C33", .number = 1},
    {.member = "M6", .claim = "C33", .number = 2},
    {.member = "M7", .claim = "C34", .number = 1},
    {.member = "M7", .claim = "C34", .number = 2},
    {.member = "M8", .claim = "C35", .number = 1},
    {.member = "M8", .claim = "C35", .number = 2},
    {.member = "M2", .claim = "C36", .frequency = CG_VOID, .original = "C9"}};
#define LINES(lines) lines, sizeof lines / sizeof lines[0]

typedef enum cg_status change(struct cg_ledger *ledger, struct cg_error *err);

static enum cg_status write_to(const struct fixture *fixture, change *made, struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture->path, .policy = fixture->policy};
    struct cg_ledger *ledger = NULL;
    enum cg_status status = cg_ledger_open(&plan, &ledger, err);
    if (status == CG_OK) {
        status = made(ledger, err);
    }
    cg_ledger_close(ledger);
    return status;
}

static enum cg_status commit(struct cg_ledger *ledger, const char *name, struct cg_error *err) {
    struct cg_ledger_input input;
    bool kept = false;
    fixture_identify(&(struct fixture_line){.claim = name}, 1, &input);
    return cg_ledger_commit(ledger, &(struct cg_ledger_commit){.inputs = &input, .input_count = 1},
                            &kept, err);
}

/* Of all members that have it, of one, and of lines by their numbers or ids. */
static enum cg_status release_claim(struct cg_ledger *ledger, const char *claim,
                                    struct cg_error *err) {
    const struct cg_ledger_release releases[] = {
        {.source_line = 2, .claim_id = cg_text_of(claim)},
        {.source_line = 3, .claim_id = cg_text_of(claim), .member_id = cg_text_of("M4")},
        {.source_line = 4, .claim_id = cg_text_of("C12"), .line = cg_text_of("L-1")},
        {.source_line = 5, .claim_id = cg_text_of("C11"), .line = cg_text_of("1")},
        {.source_line = 6, .claim_id = cg_text_of("C11"), .line = cg_text_of("0")}};
    struct cg_ledger_freed freed = {0};
    enum cg_status status = cg_ledger_begin_release(ledger, AS_OF, err);
    for (size_t i = 0; status == CG_OK && i < sizeof releases / sizeof releases[0]; i++) {
        status = cg_ledger_release(ledger, &releases[i], &freed, err);
    }
    return status == CG_OK ? commit(ledger, claim, err) : status;
}

static enum cg_status number_claim(struct cg_ledger *ledger, const char *claim, const char *number,
                                   struct cg_error *err) {
    const struct cg_ledger_alias aliases[] = {
        {cg_text_of(claim), cg_text_of(number), cg_text_of("M1")},
        {cg_text_of(claim), cg_text_of(number), cg_text_of("nobody")},
        {cg_text_of(claim), cg_text_of(number), {"", 0}}};
    bool known = false;
    enum cg_status status = cg_ledger_begin_alias(ledger, AS_OF, err);
    for (size_t i = 0; status == CG_OK && i < sizeof aliases / sizeof aliases[0]; i++) {
        status = cg_ledger_add_alias(ledger, &aliases[i], &known, err);
    }
    return status == CG_OK ? commit(ledger, number, err) : status;
}

static enum cg_status release(struct cg_ledger *ledger, struct cg_error *err) {
    return release_claim(ledger, "C8", err);
}

static enum cg_status alias(struct cg_ledger *ledger, struct cg_error *err) {
    return number_claim(ledger, "C3", "PAYER-3", err);
}

static enum cg_status withdraw(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_withdraw(ledger, LEDGER_JOBS_RUNS, err);
}

static enum cg_status do_release(struct fixture *fixture, struct cg_error *err) {
    return write_to(fixture, release, err);
}

static enum cg_status do_alias(struct fixture *fixture, struct cg_error *err) {
    return write_to(fixture, alias, err);
}

static enum cg_status do_withdraw(struct fixture *fixture, struct cg_error *err) {
    return write_to(fixture, withdraw, err);
}

static enum cg_status do_night(struct fixture *fixture, struct cg_error *err) {
    return fixture_run(fixture, LINES(next_night), NULL, NULL, err);
}

static enum cg_status do_published_night(struct fixture *fixture, struct cg_error *err) {
    static uint32_t nights;
    char out[32];
    snprintf(out, sizeof out, "out-%u", nights++);
    return fixture_run(fixture, LINES(next_night), out, NULL, err);
}

static enum cg_status keep_night(struct fixture *fixture, change *begin,
                                 const struct fixture_lines *lines, struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture->path, .policy = fixture->policy};
    struct cg_ledger *ledger = NULL;
    struct cg_ledger_input input;
    bool kept = false;
    fixture_identify(lines->lines, lines->count, &input);
    enum cg_status status = cg_ledger_open(&plan, &ledger, err);
    if (status == CG_OK) {
        status = begin(ledger, err);
    }
    if (status == CG_OK) {
        status = fixture_keep(fixture, ledger, lines,
                              (struct cg_ledger_commit){.inputs = &input, .input_count = 1}, NULL,
                              &kept, err);
    }
    cg_ledger_close(ledger);
    return status;
}

static enum cg_status begin_import(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_begin_import(ledger, AS_OF, err);
}

static enum cg_status do_import(struct fixture *fixture, struct cg_error *err) {
    return keep_night(fixture, begin_import, &(struct fixture_lines){LINES(next_night)}, err);
}

/* Hardly a line waits in memory. */
static void let_spill(struct cg_ledger *ledger) {
    ledger->pack_bytes = SPILLING_BYTES;
    for (uint32_t k = 0; ledger->joined != NULL && k < ledger->joined->count; k++) {
        ledger->joined->parts[k]->pack_bytes = SPILLING_BYTES;
    }
}

static enum cg_status begin_spilling(struct cg_ledger *ledger, struct cg_error *err) {
    let_spill(ledger);
    return cg_ledger_begin(ledger, NULL, AS_OF, err);
}

static enum cg_status spilling_alias(struct cg_ledger *ledger, struct cg_error *err) {
    let_spill(ledger);
    return number_claim(ledger, "C3", "PAYER-3", err);
}

static enum cg_status do_spilling_alias(struct fixture *fixture, struct cg_error *err) {
    return write_to(fixture, spilling_alias, err);
}

static enum cg_status do_night_without_lines(struct fixture *fixture, struct cg_error *err) {
    return fixture_run(fixture, next_night, 0, NULL, NULL, err);
}

/* On a ledger that knows nothing yet. */
static enum cg_status do_first_night(struct fixture *fixture, struct cg_error *err) {
    static uint32_t ledgers;
    struct fixture beside = *fixture;
    snprintf(beside.path, sizeof beside.path, "%s/first-%u.db", fixture->folder, ledgers++);
    return fixture_run(&beside, LINES(next_night), NULL, NULL, err);
}

static enum cg_status do_spilling_night(struct fixture *fixture, struct cg_error *err) {
    return keep_night(fixture, begin_spilling, &(struct fixture_lines){LINES(long_night)}, err);
}

/* As after a crash between the rename and the mark. */
static void take_mark_away(struct fixture *fixture) {
    const bool is_set = cg_ledger_set_is(fixture->path);
    const struct fixture part = is_set ? set_fixture_part(fixture, 1) : *fixture;
    char open_night[192], night[192];
    snprintf(open_night, sizeof open_night, "%s/night.json", fixture->path);
    snprintf(night, sizeof night, "%s/nights/%d.json", fixture->path, LEDGER_JOBS_RUNS);
    cr_assert(!is_set || rename(night, open_night) == 0);
    fixture_exec(&part, "DELETE FROM publication WHERE run_no = 7");
}

/* With its one file. */
static void remove_folder(const char *folder) {
    char path[192];
    snprintf(path, sizeof path, "%s/accepted.csv.gz", folder);
    (void)unlink(path);
    (void)rmdir(folder);
}

static void last_folder(const struct fixture *fixture, const char *column, char out[160]) {
    char sql[64];
    snprintf(sql, sizeof sql, "SELECT %s FROM run WHERE run_no = %d", column, LEDGER_JOBS_RUNS);
    snprintf(out, 160, "%s", fixture_query(fixture, sql));
    out[strcspn(out, "\n")] = '\0';
}

/* The last night's folder is nowhere, as if it had never come to its place. */
static void lose_last(struct fixture *fixture) {
    char staged[160], final[160];
    take_mark_away(fixture);
    last_folder(fixture, "staging_path", staged);
    last_folder(fixture, "final_path", final);
    remove_folder(staged);
    remove_folder(final);
}

static void stage_last(struct fixture *fixture) {
    char staged[160], path[192];
    lose_last(fixture);
    last_folder(fixture, "staging_path", staged);
    cr_assert_eq(mkdir(staged, 0700), 0);
    snprintf(path, sizeof path, "%s/accepted.csv.gz", staged);
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL && fputs("accepted", file) >= 0);
    cr_assert_eq(fclose(file), 0);
}

static enum cg_status do_recover(struct fixture *fixture, struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture->path};
    uint32_t recovered = 0;
    return cg_ledger_recover(&plan, &(struct cg_ledger_recovery){0}, &recovered, err);
}

/* A ledger of version 1, beside the other. */
static struct fixture version_1;
static struct ledger_copy version_1_copy;

static void make_version_1(const struct fixture *fixture) {
    char command[256];
    version_1 = *fixture;
    snprintf(version_1.path, sizeof version_1.path, "%s/v1.db", fixture->folder);
    snprintf(command, sizeof command, "sqlite3 %s <fixtures/ledger-v1/ledger.sql", version_1.path);
    cr_assert_eq(system(command), 0);
    ledger_copy_take(&version_1_copy, &version_1, 0);
}

static void put_version_1_back(struct fixture *fixture) {
    (void)fixture;
    ledger_copy_put_back(&version_1_copy);
}

static enum cg_status do_migrate(struct fixture *fixture, struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = version_1.path, .policy = fixture->policy};
    struct cg_ledger *ledger = NULL;
    const enum cg_status status = cg_ledger_open(&plan, &ledger, err);
    cg_ledger_close(ledger);
    return status;
}

const struct ledger_job ledger_changes[LEDGER_CHANGES] = {
    {"release", true, false, do_release, NULL},
    {"alias", true, false, do_alias, NULL},
    {"withdraw", true, false, do_withdraw, NULL},
    {"night", true, false, do_night, NULL},
    {"published night", true, false, do_published_night, NULL},
    {"import", true, false, do_import, NULL},
    {"spilling night", true, false, do_spilling_night, NULL},
    {"spilling alias", true, false, do_spilling_alias, NULL},
    {"night without lines", true, false, do_night_without_lines, NULL},
    {"first night", false, true, do_first_night, NULL},
    {"recover", true, false, do_recover, take_mark_away},
    {"recover staged", true, true, do_recover, stage_last},
    {"recover lost", true, true, do_recover, lose_last},
    {"migrate", true, true, do_migrate, put_version_1_back},
};

/* --- the ledger --- */

static enum cg_status release_second(struct cg_ledger *ledger, struct cg_error *err) {
    return release_claim(ledger, "C2", err);
}

static enum cg_status number_second(struct cg_ledger *ledger, struct cg_error *err) {
    return number_claim(ledger, "C2", "PAYER-2", err);
}

static enum cg_status withdraw_third(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_withdraw(ledger, 3, err);
}

static void expect_night(struct fixture *fixture, const struct fixture_line *lines, uint32_t count,
                         const char *out) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(fixture_run(fixture, lines, count, out, NULL, &err), CG_OK, "%s", err.text);
}

void ledger_jobs_make(struct fixture *fixture, struct ledger_copy *copy) {
    static change *const changes[] = {withdraw_third, release_second, number_second};
    struct cg_error err = CG_ERROR_INIT;
    expect_night(fixture, LINES(first_night), "one");
    expect_night(fixture, LINES(second_night), "two");
    expect_night(fixture, LINES(third_night), NULL);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        cr_assert_eq(write_to(fixture, changes[i], &err), CG_OK, "%s", err.text);
    }
    expect_night(fixture, LINES(last_night), "last");
    make_version_1(fixture);
    ledger_copy_take(copy, fixture, LEDGER_JOBS_RUNS);
}

void ledger_job_prepare(const struct ledger_job *job, struct fixture *fixture,
                        const struct ledger_copy *copy) {
    ledger_copy_put_back(copy);
    if (job->prepare != NULL) {
        job->prepare(fixture);
    }
}
