#include "commands.h"

#include "load.h"
#include "printed_page.h"
#include "standard_output.h"

#include "claimgate/base/buffer.h"
#include "claimgate/base/date.h"
#include "claimgate/base/log.h"
#include "claimgate/io/sandbox.h"
#include "claimgate/record/csv.h"
#include "claimgate/report/decision.h"
#include "claimgate/run/check.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct options {
    const char *member;
    const char *date;
    const char *end_date;
    const char *units;
    const char *rendering_npi;
    const char *billing_npi;
    const char *procedure;
    struct cg_text_list modifiers;
    const char *birth_date;
    const char *authorization;
    const char *received;
    const char *roster;
    const char *policy;
    const char *ledger;
    const char *layout;
    struct cg_limits limits;
    int32_t as_of_day;
    bool multiline;
    bool json;
    bool show_phi;
    bool no_sandbox;
};

static const struct options defaults = {
    .policy = "ms", .procedure = "H0038", .limits = CG_LIMITS_DEFAULT, .as_of_day = CG_DAY_NONE};

static const struct cg_option option_table[] = {
    CG_TAKES_TEXT("member", "ID", member, "whom the service was for"),
    CG_TAKES_TEXT("date", "DATE", date, "date of service, YYYY-MM-DD"),
    CG_TAKES_TEXT("units", "N", units, "units of service"),
    CG_TAKES_TEXT("rendering-npi", "NPI", rendering_npi, "who rendered it"),
    CG_TAKES_TEXT("procedure", "CODE", procedure, "procedure code (H0038)"),
    CG_TAKES_LIST("modifier", "XX", modifiers, "procedure modifier, up to five times"),
    CG_TAKES_TEXT("billing-npi", "NPI", billing_npi, "the agency that bills"),
    CG_TAKES_TEXT("end-date", "DATE", end_date, "last day of a span (the date)"),
    CG_TAKES_TEXT("received", "DATE", received, "when the claim came in (unknown)"),
    CG_TAKES_TEXT("birth-date", "DATE", birth_date, "of the member (unknown)"),
    CG_TAKES_TEXT("authorization", "NUMBER", authorization, "authorization number"),
    CG_TAKES_ROSTER(roster),
    CG_TAKES_POLICY(policy, "rules to test by (ms)"),
    CG_TAKES_LEDGER(ledger, "what was accepted before (nothing)"),
    CG_TAKES_AS_OF(as_of_day, "no later date of service (today)"),
    CG_TAKES_LAYOUT(layout, "for -: columns of the lines (by header)"),
    CG_TAKES_MULTILINE(multiline, "for -: line ends may stand in quotes"),
    CG_TAKES_LIMITS(limits),
    CG_TAKES_NO_SANDBOX(no_sandbox),
    CG_TAKES_JSON(json, "one JSON document; for -, one a line"),
    CG_TAKES_SHOW_PHI(show_phi, CG_PHI_HELP),
    CG_TAKES_NO_MORE,
};

/* --- answers --- */

struct printer {
    const struct options *options;
    bool many;
    bool any_rejected;
    struct cg_decision_view view; /* of the line being answered */
};

static enum cg_status print_answer(void *context, const struct cg_check_answer *answer,
                                   struct cg_error *err) {
    struct printer *printer = context;
    const bool json = printer->options->json;
    struct cg_decision_view *view = &printer->view;
    struct cg_page page;
    cg_decision_of_answer(answer, view);
    printer->any_rejected = printer->any_rejected || view->line.decision == CG_REJECTED;
    cg_page_open(&page, !json ? CG_PAGE_TEXT : printer->many ? CG_PAGE_JSON_LINE : CG_PAGE_JSON);
    if (!printer->many) {
        view->line.source_line = 0; /* of the question as we wrote it, which nobody has seen */
    }
    if (json) {
        cg_decision_put_json(page.json, view);
    } else if (printer->many) {
        cg_decision_put_row(&page, view);
    } else {
        cg_decision_put_answer(&page, view);
    }
    if (cg_page_print(&page, CG_OK, err) != CG_OK) {
        return err->status;
    }
    if (view->unknown_member && !printer->many) {
        cg_log_warning("the ledger has never seen this member, of whom nothing used is known; is "
                       "the id written as in the claims?");
    }
    /* Whoever reads the answers has gone: there is no use in more of them. */
    return ferror(stdout) == 0 ? CG_OK : cg_standard_output_check(CG_OUTPUT_CANNOT, err);
}

/* Who asks a line at a time waits for its answer. */
static void flush_answers(void *context) {
    (void)context;
    cg_standard_output_flush(); /* an error is found at the next answer */
}

/* --- the question --- */

struct cell {
    enum cg_field field;
    const char *value; /* NULL: not given */
};

static bool put_row(struct cg_buffer *out, const struct cell *cells, size_t count, bool names) {
    const char *comma = "";
    for (size_t i = 0; i < count; i++) {
        const char *text = names ? cg_field_name(cells[i].field) : cells[i].value;
        if (cells[i].value == NULL) {
            continue;
        }
        if (!cg_buffer_append_text(out, comma) || !cg_csv_put_quoted(out, cg_text_of(text))) {
            return false;
        }
        comma = ",";
    }
    return cg_buffer_append_text(out, "\n");
}

/* The options as a claim file of one line, so that it is read and tested like any other. */
static bool put_question(struct cg_buffer *out, const struct options *o) {
    struct cell cells[] = {
        {CG_FIELD_CLAIM_ID, "spot check"}, /* another takes its place: cg_check_plan.unclaimed */
        {CG_FIELD_MEMBER_ID, o->member},
        {CG_FIELD_CLAIM_LINE_START_DATE, o->date},
        {CG_FIELD_CLAIM_LINE_END_DATE, o->end_date},
        {CG_FIELD_HCPCS_CODE, o->procedure},
        {CG_FIELD_SERVICE_UNIT_QUANTITY, o->units},
        {CG_FIELD_RENDERING_NPI, o->rendering_npi},
        {CG_FIELD_BILLING_NPI, o->billing_npi},
        {CG_FIELD_RECEIVED_DATE, o->received},
        {CG_FIELD_AUTHORIZATION_NUMBER, o->authorization},
        {CG_FIELD_BIRTH_DATE, o->birth_date},
        {CG_FIELD_HCPCS_MODIFIER_1, o->modifiers.items[0]},
        {CG_FIELD_HCPCS_MODIFIER_2, o->modifiers.items[1]},
        {CG_FIELD_HCPCS_MODIFIER_3, o->modifiers.items[2]},
        {CG_FIELD_HCPCS_MODIFIER_4, o->modifiers.items[3]},
        {CG_FIELD_HCPCS_MODIFIER_5, o->modifiers.items[4]},
    };
    const size_t count = sizeof cells / sizeof cells[0];
    return put_row(out, cells, count, true) && put_row(out, cells, count, false);
}

enum { QUESTION_BYTES = 8 * CG_BATCH_BYTES }; /* no command line is as long */

static enum cg_status ask_question(struct cg_check *check, const struct options *o,
                                   struct cg_buffer *question, struct cg_error *err) {
    if (!put_question(question, o)) {
        return cg_error_no_memory(err);
    }
    if (question->len_bytes > CG_BATCH_BYTES) {
        return cg_error_set(err, CG_USAGE, "the values given are too long for a claim line");
    }
    const struct cg_text file = {question->data, (uint32_t)question->len_bytes};
    return cg_check_ask(check, file, err);
}

static enum cg_status ask_one(struct cg_check *check, const struct options *o,
                              struct cg_error *err) {
    struct cg_buffer question;
    cg_buffer_init(&question, QUESTION_BYTES);
    const enum cg_status status = ask_question(check, o, &question, err);
    cg_buffer_fini(&question);
    return status;
}

/* --- the command --- */

/* YYYY-MM-DD, be it a day of the calendar or not. */
static bool is_written_as_date(struct cg_text text) {
    static const char form[] = "0000-00-00";
    for (uint32_t i = 0; i < text.len && text.len == sizeof form - 1; i++) {
        const bool is_digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        if (form[i] == '0' ? !is_digit : text.ptr[i] != form[i]) {
            return false;
        }
    }
    return text.len == sizeof form - 1;
}

/* A date that is none is a verdict as it would be of a line; one that is written in another way is
 * a slip of the keyboard. */
static enum cg_status check_dates(const struct options *o, struct cg_error *err) {
    const struct {
        const char *name;
        const char *value;
    } dates[] = {{"date", o->date},
                 {"end-date", o->end_date},
                 {"received", o->received},
                 {"birth-date", o->birth_date}};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        const bool is_given = dates[i].value != NULL && *dates[i].value != '\0';
        if (is_given && !is_written_as_date(cg_text_trim(cg_text_of(dates[i].value)))) {
            return cg_error_set(err, CG_USAGE, "--%s takes a date written YYYY-MM-DD",
                                dates[i].name);
        }
    }
    return CG_OK;
}

static enum cg_status check_question(const struct options *o, struct cg_error *err) {
    const struct {
        const char *name;
        const char *value;
    } needed[] = {{"member ID", o->member},
                  {"date DATE", o->date},
                  {"units N", o->units},
                  {"rendering-npi NPI", o->rendering_npi}};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (needed[i].value == NULL) {
            return cg_error_set(err, CG_USAGE,
                                "--%s is missing; give it, or ask about lines on standard input "
                                "with `claimgate check -`",
                                needed[i].name);
        }
    }
    if (check_dates(o, err) != CG_OK) {
        return err->status;
    }
    if (o->modifiers.count > CG_MODIFIERS_MAX) {
        return cg_error_set(err, CG_USAGE, "--modifier may be given at most %d times",
                            CG_MODIFIERS_MAX);
    }
    if (o->layout != NULL || o->multiline) {
        return cg_error_set(err, CG_USAGE, "--%s is for the lines of `claimgate check -`",
                            o->layout != NULL ? "layout" : "multiline");
    }
    return CG_OK;
}

static enum cg_status check_stream(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    if (strcmp(call->args[0], "-") != 0) {
        return cg_error_set(err, CG_USAGE,
                            "check reads lines from standard input alone: claimgate check - < %s",
                            call->args[0]);
    }
    if (o->member != NULL || o->date != NULL || o->units != NULL || o->rendering_npi != NULL) {
        return cg_error_set(err, CG_USAGE,
                            "the lines on standard input say member, date, units and NPI; leave "
                            "the options out");
    }
    return CG_OK;
}

static enum cg_status answer(struct printer *printer, const struct cg_rules *rules,
                             struct cg_error *err) {
    const struct options *o = printer->options;
    const struct cg_check_plan plan = {
        .rules = *rules,
        .ledger = o->ledger,
        .layout = printer->many ? o->layout : "tuva",
        .multiline = printer->many ? o->multiline : true, /* a value may hold anything */
        .unclaimed = !printer->many,
        .answer = print_answer,
        .wait = flush_answers,
        .context = printer,
    };
    const struct cg_sandbox_plan sandbox = {
        .off = o->no_sandbox, .reads = {o->layout}, .writes = {o->ledger}};
    struct cg_sandbox_facts ignored;
    struct cg_check *check = NULL;
    cg_sandbox_enter(&sandbox, &ignored);
    enum cg_status status = cg_check_open(&plan, &check, err);
    if (status != CG_OK) {
        return status;
    }
    status = printer->many ? cg_check_ask_stdin(check, err) : ask_one(check, o, err);
    cg_check_close(check);
    return status;
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_policy *policy = NULL;
    struct cg_roster *roster = NULL;
    struct printer printer = {.options = o, .many = call->arg_count == 1};
    cg_limits_set(o->limits);
    cg_log_init((struct cg_log_options){.show_phi = o->show_phi});
    enum cg_status status = printer.many ? check_stream(call, err) : check_question(o, err);
    if (status != CG_OK) {
        return status;
    }
    if (o->ledger == NULL) {
        cg_log_note("no ledger: nothing used before is known");
    }
    status = cg_load_policy_and_roster(o->policy, o->roster, &policy, &roster, err);
    if (status == CG_OK) {
        const int32_t as_of_day = o->as_of_day != CG_DAY_NONE ? o->as_of_day : cg_date_today();
        const struct cg_rules rules = {.policy = policy, .roster = roster, .as_of_day = as_of_day};
        status = answer(&printer, &rules, err);
    }
    *call->exit_code = printer.any_rejected;
    cg_roster_free(roster);
    cg_policy_free(policy);
    return status;
}

const struct cg_command cg_command_check = {
    .name = "check",
    .arguments = "--member M --date D --units U --rendering-npi N --roster DIR | - --roster DIR",
    .summary = "decide one line as validate would decide it now, and change nothing",
    .detail =
        "Says the decision, each reason with its codes, and for each cap what was used, what is\n"
        "asked and what is left. Exit 0: accepted, also in part; 1: rejected. The line belongs to\n"
        "no claim, so that it is no duplicate line of one that was accepted.\n\n"
        "With - lines are read from standard input, a claim file's header first. Each is answered\n"
        "when it has come, with its line number, decision, accepted units and reasons, tabs\n"
        "between them. Lines do not count for each other: each is asked of the ledger as it is.\n"
        "Exit 1 when any was rejected. Everybody on a machine can see a command's options: on a\n"
        "shared one ask with -.",
    .options = {option_table, &defaults, sizeof defaults},
    .args = {0, 1},
    .run = run,
};
