#include "commands.h"
#include "printed_page.h"

#include "claimgate/report/answer.h"
#include "claimgate/run/doctor.h"

struct options {
    const char *ledger;
    const char *roster;
    const char *policy;
    const char *out;
    bool json;
};

static const struct options defaults = {.policy = "ms"};

static const struct cg_option option_table[] = {
    CG_TAKES_LEDGER(ledger, "rights, lock, room, runs that were cut off"),
    CG_TAKES_ROSTER(roster),
    CG_TAKES_POLICY(policy, "the roster is read as it demands (ms)"),
    CG_TAKES_PATH("out", "DIR", out, "where outputs shall go: rights, room, renames"),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_NO_MORE,
};

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    static const struct cg_answer_column columns[] = {
        {"check", "", CG_ANSWER_TEXT},
        {"state", "", CG_ANSWER_TEXT},
        {"text", "", CG_ANSWER_TEXT},
    };
    const struct options *o = call->options;
    const struct cg_doctor_plan plan = {
        .ledger = o->ledger, .out = o->out, .roster = o->roster, .policy = o->policy};
    struct cg_findings findings;
    struct cg_answer answer;
    struct cg_page page;
    cg_doctor_look(&plan, &findings);
    cg_page_open(&page, o->json ? CG_PAGE_JSON : CG_PAGE_TEXT);
    cg_answer_open(&answer, &page, false, "checks", columns, 3);
    for (uint32_t i = 0; i < findings.count; i++) {
        cg_answer_text(&answer, findings.list[i].what);
        cg_answer_text(&answer, findings.list[i].is_fault ? "MEND" : "ok");
        cg_answer_text(&answer, findings.list[i].text);
    }
    cg_answer_close(&answer);
    *call->exit_code = findings.faults > 0;
    return cg_page_print(&page, CG_OK, err);
}

const struct cg_command cg_command_doctor = {
    .name = "doctor",
    .arguments = "[--ledger FILE] [--roster DIR] [--out DIR]",
    .summary = "whether a night will find what it needs; exit 1: something is to be mended",
    .detail =
        "Run it as the account that runs the nights. Nothing is changed but that a folder is\n"
        "staged beside DIR and removed again.\n",
    .options = {option_table, &defaults, sizeof defaults},
    .run = run,
};
