#include "support/ledger_jobs.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { IN_2025 = 20100 };

typedef enum cg_status asked_fn(struct cg_ledger *ledger, struct cg_error *err);

static enum cg_status ask(const struct fixture *fixture, asked_fn *asked, struct cg_error *err) {
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

static enum cg_status near_cap(struct cg_ledger *ledger, struct cg_error *err) {
    struct cg_array found;
    struct cg_policy *policy = NULL;
    enum cg_near_way way;
    struct cg_text id;
    enum cg_status status = cg_ledger_load_policy(ledger, 0, &policy, err);
    if (status != CG_OK) {
        return status;
    }
    const struct cg_policy_version *version = cg_policy_version(policy, 0);
    const struct cg_ledger_near_question question = {.policy = policy,
                                                     .cap = &version->caps[1],
                                                     .day_no = IN_2025,
                                                     .at_least = version->caps[1].limit_units};
    status = cg_ledger_find_near(ledger, &question, &found, &way, err);
    if (status == CG_OK) {
        status = cg_ledger_member_id(ledger, 1, &id, err);
    }
    cg_array_fini(&found);
    cg_policy_free(policy);
    return status;
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

/* As `check` does: a void by the payer's number, and a line that is told by an id. */
static enum cg_status check(struct cg_ledger *ledger, struct cg_error *err) {
    static const struct cg_policy_version version;
    struct cg_line lines[] = {{.claim_id = cg_key_of(cg_text_of("C12")),
                               .member_id = cg_key_of(cg_text_of("M4")),
                               .line_id = cg_text_of("L-2"),
                               .start_day = IN_2025,
                               .end_day = IN_2025,
                               .frequency = CG_ORIGINAL,
                               .units = 1,
                               .version = &version},
                              {.claim_id = cg_key_of(cg_text_of("V")),
                               .member_id = cg_key_of(cg_text_of("M1")),
                               .original_claim_id = cg_text_of("PAYER-2"),
                               .frequency = CG_VOID,
                               .version = &version}};
    struct cg_history *history = cg_history_new(cg_ledger_recall, ledger);
    if (history == NULL) {
        return cg_error_no_memory(err);
    }
    enum cg_status status = cg_ledger_lend_numbers(ledger, history, err);
    if (status == CG_OK) {
        status = cg_history_decide(history, lines, 2, err);
    }
    cg_history_free(history);
    return status;
}

static enum cg_status line_ids(struct cg_ledger *ledger, struct cg_error *err) {
    bool has;
    return cg_ledger_has_line_ids(ledger, &has, err);
}

static enum cg_status line_id(struct cg_ledger *ledger, struct cg_error *err) {
    struct cg_text id;
    return cg_ledger_line_id(ledger, CG_LINE_NUMBER_MAX + 1, &id, err);
}

static enum cg_status known_inputs(struct cg_ledger *ledger, struct cg_error *err) {
    static const uint8_t nobody[CG_SHA256_BYTES];
    struct cg_ledger_known out = {.kind = NULL};
    bool known;
    const enum cg_status status = cg_ledger_knows_head(ledger, nobody, &known, err);
    return status == CG_OK ? cg_ledger_find_content(ledger, nobody, &known, &out, err) : status;
}

static enum cg_status export(struct cg_ledger *ledger, struct cg_error *err) {
    static char space[1 << 16]; FILE *out = fmemopen(space, sizeof space, "w");
    if (out == NULL){return cg_error_no_memory(err);}
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
READER(near_cap)
READER(known_inputs)
READER(policy)
READER(claim)
READER(standing)
READER(freed)
READER(early)
READER(run_lines)
READER(changes)
READER(numbers)
READER(export)
READER(check)
READER(line_ids)
READER(line_id)

static enum cg_status take_snapshot(struct fixture *fixture, struct cg_error *err) {
    static uint32_t copies;
    struct cg_ledger *ledger = NULL;
    char name[32], path[192];
    snprintf(name, sizeof name, "copy-%u", copies++);
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    enum cg_status status = cg_ledger_open_reader(fixture->path, &ledger, err);
    if (status == CG_OK) {
        status = cg_ledger_snapshot(
            ledger, &(struct cg_ledger_copy){.path = path, .group = (gid_t)-1}, err);
    }
    cg_ledger_close(ledger);
    cr_expect_eq(faccessat(AT_FDCWD, path, F_OK, 0) == 0, status == CG_OK, "%s", err->text);
    return status;
}

const struct ledger_job ledger_questions[LEDGER_QUESTIONS] = {
    {"runs", false, false, ask_runs, NULL},
    {"items of a run", false, false, ask_items, NULL},
    {"rendered", false, false, ask_rendered, NULL},
    {"providers", false, false, ask_providers, NULL},
    {"a member", false, false, ask_member, NULL},
    {"near a cap", false, false, ask_near_cap, NULL},
    {"known inputs", false, false, ask_known_inputs, NULL},
    {"policy", false, false, ask_policy, NULL},
    {"claim", false, false, ask_claim, NULL},
    {"standing", false, false, ask_standing, NULL},
    {"freed", false, false, ask_freed, NULL},
    {"early", false, false, ask_early, NULL},
    {"lines of a run", false, false, ask_run_lines, NULL},
    {"changes", false, true, ask_changes, NULL},
    {"numbers", false, false, ask_numbers, NULL},
    {"export", false, false, ask_export, NULL},
    {"check", false, false, ask_check, NULL},
    {"line ids", false, false, ask_line_ids, NULL},
    {"line id", false, false, ask_line_id, NULL},
    {"snapshot", false, false, take_snapshot, NULL},
    {"verify", false, false, ask_verify, NULL},
};
