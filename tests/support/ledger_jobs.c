#include "support/ledger_jobs.h"

#include "support/run.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AS_OF = 20000 };

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
static const struct fixture_line last_night[] = {{.member = "M4", .claim = "C11", .units = 1}};
static const struct fixture_line next_night[] = {
    {.member = "M1", .claim = "C21", .units = 4},
    {.member = "M1", .claim = "C21", .units = 4}, /* twice */
    {.member = "M2", .claim = "C22", .frequency = CG_VOID, .original = "C7"},
    {.member = "M5", .claim = "C23", .units = 7}, /* over the daily cap */
    {.member = "M3-with-a-long-id-of-its-own", .claim = "C24", .units = 1}};
#define LINES(lines) lines, sizeof lines / sizeof lines[0]

/* --- jobs that read --- */

typedef enum cg_status question(struct cg_ledger *ledger, struct cg_error *err);

static enum cg_status ask(const struct fixture *fixture, question *asked, struct cg_error *err) {
    struct cg_ledger *ledger = NULL;
    enum cg_status status = cg_ledger_open_reader(fixture->path, &ledger, err);
    if (status == CG_OK) {
        status = cg_ledger_recall_for(ledger, fixture->policy, 0, err);
    }
    if (status == CG_OK) {
        status = asked(ledger, err);
    }
    cg_ledger_close(ledger);
    return status;
}

/* Takes what it is told, and does nothing with it. */
#define TAKER(name, type)                                                                          \
    static enum cg_status name(void *context, type told, struct cg_error *err) {                   \
        (void)context;                                                                             \
        (void)told;                                                                                \
        (void)err;                                                                                 \
        return CG_OK;                                                                              \
    }

TAKER(take_decision, const struct cg_ledger_decision *)
TAKER(take_outcome, const struct cg_ledger_outcome *)

static enum cg_status take_standing(void *context, const struct cg_ledger_decision *decision,
                                    struct cg_error *err) {
    return cg_ledger_visit_standing(context, cg_text_of("M1"), decision, take_decision, NULL, err);
}

TAKER(take_run, const struct cg_ledger_run_facts *)
TAKER(take_item, const struct cg_ledger_run_item *)
TAKER(take_rendered, const struct cg_ledger_rendered *)
TAKER(take_provider, uint64_t)
TAKER(take_change, const struct cg_ledger_change *)
TAKER(take_number, struct cg_text)

static void take_fault(void *context, const char *text) {
    (void)context;
    (void)text;
}

static enum cg_status verify(struct cg_ledger *ledger, struct cg_error *err) {
    uint64_t faults = 0;
    const enum cg_status status = cg_ledger_verify(ledger, take_fault, NULL, &faults, err);
    cr_expect(faults == 0, "a failing step is told as an altered ledger: %s", err->text);
    return status;
}

static enum cg_status runs(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_visit_runs(ledger, 0, take_run, NULL, err);
}

static enum cg_status items(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_visit_run_items(ledger, 1, take_item, NULL, err);
}

static enum cg_status rendered(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_visit_rendered(ledger, 1234567893, take_rendered, NULL, err);
}

static enum cg_status providers(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_visit_recent_providers(ledger, 1, 10000, take_provider, NULL, err);
}

static enum cg_status member(struct cg_ledger *ledger, struct cg_error *err) {
    bool known = false;
    return cg_ledger_knows_member(ledger, cg_text_of("M1"), &known, err);
}

static enum cg_status policy(struct cg_ledger *ledger, struct cg_error *err) {
    struct cg_policy *policy = NULL;
    const enum cg_status status = cg_ledger_load_policy(ledger, 0, &policy, err);
    cg_policy_free(policy);
    return status;
}

static enum cg_status claim(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_visit_claim(ledger, cg_text_of("C3"), cg_text_of("1"), take_decision, NULL,
                                 err);
}

static enum cg_status standing(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_visit_claim(ledger, cg_text_of("C3"), (struct cg_text){0}, take_standing,
                                 ledger, err);
}

static enum cg_status freed(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_visit_freed(ledger, take_decision, NULL, err);
}

static enum cg_status early(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_visit_early(ledger, take_decision, NULL, err);
}

static enum cg_status run_lines(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_visit_run_lines(ledger, 2, take_outcome, NULL, err);
}

static enum cg_status changes(struct cg_ledger *ledger, struct cg_error *err) {
    return cg_ledger_visit_changes(ledger, 1, 2, take_change, NULL, err);
}

static enum cg_status numbers(struct cg_ledger *ledger, struct cg_error *err) {
    const enum cg_status status =
        cg_ledger_visit_numbers(ledger, cg_text_of("C2"), false, take_number, NULL, err);
    return status != CG_OK ? status
                           : cg_ledger_visit_numbers(ledger, cg_text_of("PAYER-2"), true,
                                                     take_number, NULL, err);
}

static enum cg_status export(struct cg_ledger *ledger, struct cg_error *err) {
    static char space[1 << 16]; FILE *out = fmemopen(space, sizeof space, "w");
    cr_assert_not_null(out);
    const enum cg_status status = cg_ledger_export(ledger, "line", out, err);
    (void)fclose(out);
    return status;
}

#define READER(name)                                                                               \
    static enum cg_status ask_##name(struct fixture *fixture, struct cg_error *err) {              \
        return ask(fixture, name, err);                                                            \
    }
READER(verify)
READER(runs)
READER(items)
READER(rendered)
READER(providers)
READER(member)
READER(policy)
READER(claim)
READER(standing)
READER(freed)
READER(early)
READER(run_lines)
READER(changes)
READER(numbers)
READER(export)

static enum cg_status take_snapshot(struct fixture *fixture, struct cg_error *err) {
    struct cg_ledger *ledger = NULL;
    char path[192];
    snprintf(path, sizeof path, "%s/snapshot", fixture->folder);
    (void)unlink(path);
    enum cg_status status = cg_ledger_open_reader(fixture->path, &ledger, err);
    if (status == CG_OK) {
        status = cg_ledger_snapshot(
            ledger, &(struct cg_ledger_copy){.path = path, .group = (gid_t)-1}, err);
    }
    cg_ledger_close(ledger);
    cr_expect_eq(access(path, F_OK) == 0, status == CG_OK, "%s", err->text);
    return status;
}

/* --- jobs that write --- */

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

static enum cg_status release_claim(struct cg_ledger *ledger, const char *claim,
                                    struct cg_error *err) {
    const struct cg_ledger_release release = {.source_line = 2, .claim_id = cg_text_of(claim)};
    struct cg_ledger_freed freed = {0};
    enum cg_status status = cg_ledger_begin_release(ledger, AS_OF, err);
    if (status == CG_OK) {
        status = cg_ledger_release(ledger, &release, &freed, err);
    }
    return status == CG_OK ? commit(ledger, claim, err) : status;
}

static enum cg_status number_claim(struct cg_ledger *ledger, const char *claim, const char *number,
                                   struct cg_error *err) {
    const struct cg_ledger_alias alias = {cg_text_of(claim), cg_text_of(number), cg_text_of("M1")};
    bool known = false;
    enum cg_status status = cg_ledger_begin_alias(ledger, AS_OF, err);
    if (status == CG_OK) {
        status = cg_ledger_add_alias(ledger, &alias, &known, err);
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

static enum cg_status do_import(struct fixture *fixture, struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture->path, .policy = fixture->policy};
    struct cg_ledger *ledger = NULL;
    struct cg_ledger_input input;
    bool kept = false;
    fixture_identify(LINES(next_night), &input);
    enum cg_status status = cg_ledger_open(&plan, &ledger, err);
    if (status == CG_OK) {
        status = cg_ledger_begin_import(ledger, AS_OF, err);
    }
    if (status == CG_OK) {
        status = fixture_keep(fixture, ledger, &(struct fixture_lines){LINES(next_night)},
                              (struct cg_ledger_commit){.inputs = &input, .input_count = 1}, NULL,
                              &kept, err);
    }
    cg_ledger_close(ledger);
    return status;
}

/* As after a crash between the commit and the mark. */
static enum cg_status do_recover(struct fixture *fixture, struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture->path};
    uint32_t recovered = 0;
    fixture_exec(fixture, "DELETE FROM publication WHERE run_no = 7");
    return cg_ledger_recover(&plan, &(struct cg_ledger_recovery){0}, &recovered, err);
}

/* A ledger of version 1, beside the other. */
static enum cg_status do_migrate(struct fixture *fixture, struct cg_error *err) {
    static struct ledger_copy version_1;
    struct fixture old = *fixture;
    struct cg_ledger *ledger = NULL;
    snprintf(old.path, sizeof old.path, "%s/v1.db", fixture->folder);
    if (version_1.bytes == NULL) {
        char command[256];
        snprintf(command, sizeof command, "sqlite3 %s <fixtures/ledger-v1/ledger.sql", old.path);
        cr_assert_eq(system(command), 0);
        version_1.bytes = run_read_file(old.path, &version_1.len);
    }
    ledger_jobs_put_back(&old, &version_1);
    const struct cg_ledger_plan plan = {.path = old.path, .policy = fixture->policy};
    const enum cg_status status = cg_ledger_open(&plan, &ledger, err);
    cg_ledger_close(ledger);
    return status;
}

const struct ledger_job ledger_jobs[LEDGER_JOBS] = {
    {"runs", false, false, ask_runs},
    {"items of a run", false, false, ask_items},
    {"rendered", false, false, ask_rendered},
    {"providers", false, false, ask_providers},
    {"a member", false, false, ask_member},
    {"policy", false, false, ask_policy},
    {"claim", false, false, ask_claim},
    {"standing", false, false, ask_standing},
    {"freed", false, false, ask_freed},
    {"early", false, false, ask_early},
    {"lines of a run", false, false, ask_run_lines},
    {"changes", false, false, ask_changes},
    {"numbers", false, false, ask_numbers},
    {"export", false, true, ask_export},
    {"snapshot", false, false, take_snapshot},
    {"verify", false, false, ask_verify},
    {"release", true, false, do_release},
    {"alias", true, false, do_alias},
    {"withdraw", true, false, do_withdraw},
    {"night", true, true, do_night},
    {"published night", true, true, do_published_night},
    {"import", true, true, do_import},
    {"recover", true, true, do_recover},
    {"migrate", true, true, do_migrate},
};

/* --- the ledger --- */

static enum cg_status begin_with(struct cg_ledger *ledger, struct cg_error *err) {
    enum cg_status status = cg_ledger_withdraw(ledger, 3, err);
    if (status == CG_OK) {
        status = release_claim(ledger, "C2", err);
    }
    return status == CG_OK ? number_claim(ledger, "C2", "PAYER-2", err) : status;
}

void ledger_jobs_make(struct fixture *fixture, struct ledger_copy *copy) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(fixture_run(fixture, LINES(first_night), "one", NULL, &err), CG_OK, "%s",
                 err.text);
    cr_assert_eq(fixture_run(fixture, LINES(second_night), "two", NULL, &err), CG_OK, "%s",
                 err.text);
    cr_assert_eq(fixture_run(fixture, LINES(third_night), NULL, NULL, &err), CG_OK, "%s", err.text);
    cr_assert_eq(write_to(fixture, begin_with, &err), CG_OK, "%s", err.text);
    cr_assert_eq(fixture_run(fixture, LINES(last_night), "last", NULL, &err), CG_OK, "%s",
                 err.text);
    copy->bytes = run_read_file(fixture->path, &copy->len);
}

void ledger_jobs_put_back(const struct fixture *fixture, const struct ledger_copy *copy) {
    static const char *const ends[] = {"-wal", "-shm"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[192];
        snprintf(path, sizeof path, "%s%s", fixture->path, ends[i]);
        (void)unlink(path);
    }
    run_write_file(fixture->path, copy->bytes, copy->len);
}
